"""Operations that run along an axis and keep what they have so far: running sums, products, extremes.

The value at a place depends on the elements up to it, so the gradient of an element comes from the values at its place
and after: the rules run backwards. `dim` is one axis, counted from 0.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from ..constants import counting, zeros
from ..operation import Operation, operation
from .elementwise import logaddexp, mul
from .shape import cat

# fmt: off

def _backwards(x: Any, dim: int) -> Any:
    return x[(slice(None),) * dim + (slice(None, None, -1),)]

def _run(function: np.ufunc, x: Any, dim: int) -> Any:
    return function.accumulate(x, dim) if x.ndim else x.copy()

def _by_doubling(combine: Operation, x: Any, dim: int) -> Any:
    """The same in log n steps, which combine elements 1, 2, 4, … apart: a definition that is made of operations."""
    lead, n, apart = (slice(None),) * dim, x.shape[dim] if x.ndim else 0, 1
    while apart < n:
        first, later, earlier = (x[lead + (slice(*ends),)] for ends in ((apart,), (apart, None), (-apart,)))
        x = cat(first, combine(later, earlier), dim=dim, ends=[0, apart, n])
        apart *= 2
    return x

# -- sums and products -------------------------------------------------------------------------------------------------

def _from_the_end(g: Any, f: Any) -> Any:
    """The sum of each gradient and those after it."""
    return _backwards(cumsum(_backwards(g, f.dim), dim=f.dim), f.dim) if g.ndim else g

def _of_factors(g: Any, f: Any) -> Any:
    """The value at j is x₀ ⋯ xⱼ, and its slope in xᵢ what is left without xᵢ. No division: a factor may be 0.

    The gradient of xᵢ is x₀ ⋯ xᵢ₋₁ · Σ gⱼ xᵢ₊₁ ⋯ xⱼ over the j ≥ i. The sums over 1, 2, 4, … such j make those over
    twice as many: after log n steps they are complete.
    """
    if not g.ndim:
        return g
    x = np.moveaxis(f.input, f.dim, 0)
    before, run, sums = np.ones_like(x), np.zeros_like(x), np.moveaxis(g, f.dim, 0).copy()
    np.multiply.accumulate(x[:-1], 0, out=before[1:])
    run[:-1] = x[1:]
    apart = 1
    while apart < len(x):
        sums[:-apart] = sums[:-apart] + run[:-apart] * sums[apart:]
        run[:-apart] = run[:-apart] * run[apart:]
        apart *= 2
    return np.moveaxis(before * sums, 0, f.dim)

def _of_logs(g: Any, f: Any) -> Any:
    """The slope of the value at j in xᵢ is exp(xᵢ − valueⱼ). The sums are made of logarithms, which cannot overflow."""
    def part(which: Any) -> Any:
        logs = np.where(which, np.log(np.where(which, np.abs(g), 1)), -inf) - f.output
        after = _backwards(_run(np.logaddexp, _backwards(logs, f.dim), f.dim), f.dim) if g.ndim else logs
        return np.exp(f.input + after)
    return part(g > 0) - part(g < 0)

cumsum: Operation = operation("CumsumBackward0", lambda input, *, dim: _run(np.add, input, dim), _from_the_end)
cumprod      = operation("CumprodBackward0", lambda input, *, dim: _run(np.multiply, input, dim), _of_factors,
                         definition=lambda input, *, dim: _by_doubling(mul, input, dim))
logcumsumexp = operation("LogcumsumexpBackward0", lambda input, *, dim: _run(np.logaddexp, input, dim), _of_logs,
                         definition=lambda input, *, dim: _by_doubling(logaddexp, input, dim))

# -- elements at an index ----------------------------------------------------------------------------------------------
# The running extreme is an element. It stays that for a while, so it is taken several times, and gets all gradients.

def _along(input: Any, *, index: Any, dim: int) -> Any:
    return np.take_along_axis(input, index, dim) if input.ndim else input.copy()

def _added_along(input: Any, *, shape: Any, index: Any, dim: int) -> Any:
    if not shape:
        return input.copy()
    at = [counting(n).reshape([n if i == axis else 1 for i in range(input.ndim)]) for axis, n in enumerate(input.shape)]
    at[dim] = index
    out = zeros(shape, input)
    np.add.at(out, tuple(at), input)
    return out

def _to_each(g: Any, f: Any) -> Any:
    return add_along(g, shape=f.input_shape, index=f.index, dim=f.dim)

add_along = operation("ScatterAddBackward0", _added_along, lambda g, f: gather(g, index=f.index, dim=f.dim), saves=True)
gather: Operation = operation("GatherBackward0", _along, _to_each, saves=True)
cummax    = operation("CummaxBackward0", _along, _to_each, saves=True)
cummin    = operation("CumminBackward0", _along, _to_each, saves=True)
