"""Functions that run along an axis and keep what they have so far: running sums, products and extremes, differences.

Every function is a method, too.

>>> import micrograd_nb as mg
>>> x = mg.tensor([3.0, 1.0, 4.0])
>>> x.cumsum(0), x.cumprod(0), x.diff()
(tensor([3., 4., 8.]), tensor([ 3.,  3., 12.]), tensor([-2.,  3.]))
>>> x.cummax(0).values
tensor([3., 3., 4.])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd.rules import scan as rules
from . import axes, return_types
from .conversion import summands
from .elementwise import clone, logical_xor, minus
from .joining import cat
from .record import apply, wrap

if TYPE_CHECKING:
    from .core import Tensor


@axes.along
def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """The sum of each element and those before it along `dim`. Integers and bools add up to int64."""
    return apply(rules.cumsum, summands(input, dtype), dim=axes.one(input, dim))


@axes.along
def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """The product of each element and those before it along `dim`. Integers and bools multiply to int64."""
    return apply(rules.cumprod, summands(input, dtype), dim=axes.one(input, dim))


@axes.along
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """log of the running sum of exp(x) along `dim`, computed so that it cannot overflow. Floats only."""
    if input.array.dtype.kind != "f":
        raise NotImplementedError(
            f'"logcumsumexp" is not implemented for {input.dtype.name}: it takes floats. Use x.float().'
        )
    return apply(rules.logcumsumexp, input, dim=axes.one(input, dim))


@axes.along
def cummax(input: Tensor, dim: int) -> Any:
    """(values, indices): the largest element so far along `dim`, and where it is, the last of equals."""
    return _running(input, dim, np.maximum, return_types.cummax, rules.cummax)


@axes.along
def cummin(input: Tensor, dim: int) -> Any:
    """(values, indices): the smallest element so far along `dim`, and where it is, the last of equals."""
    return _running(input, dim, np.minimum, return_types.cummin, rules.cummin)


@axes.along
def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None
) -> Tensor:
    """The differences of neighbours along `dim`, taken `n` times. Of bools: where they differ.

    Arguments:
        prepend, append: what to put before and after the input first; with its shape, but for `dim`.

    >>> import micrograd_nb as mg
    >>> mg.tensor([1, 4, 9, 16]).diff(), mg.tensor([1, 4, 9, 16]).diff(n=2)
    (tensor([3, 5, 7]), tensor([2, 2]))
    """
    if input.array.ndim == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional: a 0-d tensor has no neighbours")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}: it says how often differences are taken")
    axis = axes.one(input, dim)
    parts = [part for part in (prepend, input, append) if part is not None]
    for part in parts:
        _check_neighbour(input, part, axis)
    x = cat(parts, axis) if len(parts) > 1 else clone(input) if n == 0 else input
    subtract = logical_xor if x.array.dtype == np.bool_ else minus
    lead = (slice(None),) * axis
    for _ in range(n):
        x = subtract(x[(*lead, slice(1, None))], x[(*lead, slice(None, -1))])
    return x


# -- what the functions above call -------------------------------------------------------------------------------------


def _running(input: Tensor, dim: int, extreme: np.ufunc, kind: Any, operation: Any) -> Any:
    """(values, indices) of `cummax` and `cummin`."""
    axis = axes.one(input, dim)
    index = _last_places(input.array, axis, extreme) if input.array.ndim else np.array(0)
    return kind(apply(operation, input, index=index, dim=axis), wrap(index))


def _last_places(array: ndarray, axis: int, extreme: np.ufunc) -> ndarray:
    """Where the running extreme is; once there is a NaN, that is the last NaN."""
    best = extreme.accumulate(array, axis)
    reached = (array == best) | (array != array)
    sizes = [array.shape[axis] if i == axis else 1 for i in range(array.ndim)]
    at = np.arange(array.shape[axis]).reshape(sizes)
    return np.maximum.accumulate(np.where(reached, at, 0), axis)


def _check_neighbour(input: Tensor, part: Tensor, axis: int) -> None:
    ours, its = input.array.shape, part.array.shape
    if len(its) != len(ours):
        raise RuntimeError(
            f"diff expects prepend or append to be the same dimension as input, but they have {len(its)} and "
            f"{len(ours)} axes"
        )
    for i, (m, n) in enumerate(zip(ours, its, strict=True)):
        if i != axis and m != n:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({i}) = {m}, but got tensor.size({i}) = {n}"
            )
