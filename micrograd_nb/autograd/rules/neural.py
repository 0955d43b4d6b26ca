"""The operations of neural networks, each as one node: fewer nodes, fewer passes over the numbers.

A fused operation equals the chain of small ones that defines it (tests hold them to it).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..broadcasting import sum_of_rows
from ..operation import operation
from .reduction import largest, sum_dim, total

# fmt: off

def _linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """X Wᵀ + b: input (n, in), weight (out, in), bias (out,), value (n, out)."""
    y = input.dot(weight.T)
    if bias is not None:
        y += bias
    return y

linear = operation("LinearBackward0", _linear, lambda g, f: g.dot(f.weight),
                                               lambda g, f: g.T.dot(f.input),
                                               lambda g, f: sum_of_rows(g))

def _linear_rows(input: Any, weight: Any, bias: Any = None) -> Any:
    """The same on the last axis: input (*, in), value (*, out). One product of matrices, not a batch of small ones."""
    return _linear(_rows(input), weight, bias).reshape(*input.shape[:-1], len(weight))

def _rows(x: Any) -> Any:
    return x.reshape(prod(x.shape[:-1]), x.shape[-1])

linear_rows = operation("LinearBackward0", _linear_rows, lambda g, f: _rows(g).dot(f.weight).reshape(f.input.shape),
                                                         lambda g, f: _rows(g).T.dot(_rows(f.input)),
                                                         lambda g, f: sum_of_rows(_rows(g)))

SHORT, SMALL = 16, 512

def _laid_out(function: Any, input: Any, dim: int) -> Any:
    """function(x, dim, out), on an array of which so few numbers along the last axis are laid side by side in memory.

    NumPy is fast along long runs, and takes a quarter of the time for 1000 rows of 10, two copies included.
    """
    if not input.ndim:
        return _laid_out(function, input[None], dim)[0]
    if input.size < SMALL or dim < input.ndim - 1 or input.shape[dim] > SHORT:
        return function(input, dim, None) if input.size else input.copy()
    columns = input.reshape(-1, input.shape[dim]).T.copy()
    return function(columns, 0, columns).T.copy().reshape(input.shape)

def _exponentials(x: Any, dim: int, out: Any) -> Any:
    p = np.subtract(x, largest(x, dim), out)
    np.exp(p, p)
    p /= sum_dim.value(p, dim=(dim,), keepdim=True)
    return p

def _logarithms(x: Any, dim: int, out: Any) -> Any:
    y = np.subtract(x, largest(x, dim), out)
    y -= np.log(sum_dim.value(np.exp(y), dim=(dim,), keepdim=True))
    return y

softmax     = operation("SoftmaxBackward0", lambda input, *, dim: _laid_out(_exponentials, input, dim),
                        lambda g, f: f.output * (g - total(g * f.output, f.dim)))
log_softmax = operation("LogSoftmaxBackward0", lambda input, *, dim: _laid_out(_logarithms, input, dim),
                        lambda g, f: g - np.exp(f.output) * total(g, f.dim))
