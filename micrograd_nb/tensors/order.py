"""Functions that choose elements by their order: extremes, medians, modes, quantiles, and where they are.

Of one axis, most return (values, indices), a tuple with names. Every function is a method, too.

>>> import micrograd_nb as mg
>>> x = mg.tensor([[1.0, 5.0, 2.0], [7.0, 3.0, 9.0]])
>>> x.max(), x.argmax(), x.amax(dim=0)
(tensor(9.), tensor(5), tensor([7., 5., 9.]))
>>> values, indices = x.median(dim=1)
>>> values, indices
(tensor([2., 7.]), tensor([2, 0]))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd.rules import reduction as rules
from ..autograd.rules import scan
from . import axes, return_types
from .elementwise import lerp, maximum, minimum, where
from .record import apply, is_tensor, unary, wrap
from .shapes import permute, reshape

if TYPE_CHECKING:
    from .core import Tensor

# -- extremes ----------------------------------------------------------------------------------------------------------


@axes.along
def max(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Tensor | None = None) -> Any:
    """The largest element; along a `dim`, (values, indices); with a tensor, the larger of each pair.

    The first of equals is taken along a `dim`; of all elements, equals share the gradient.
    """
    if other is not None or is_tensor(dim):
        return maximum(input, dim if other is None else other)
    return _extreme(input, "argmax", return_types.max, _max, rules.max_dim, dim, keepdim)


@axes.along
def min(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Tensor | None = None) -> Any:
    """The smallest element; along a `dim`, (values, indices); with a tensor, the smaller of each pair. As `max`."""
    if other is not None or is_tensor(dim):
        return minimum(input, dim if other is None else other)
    return _extreme(input, "argmin", return_types.min, _min, rules.min_dim, dim, keepdim)


_max, _min = unary(rules.max), unary(rules.min)


@axes.along
def amax(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The largest element, of all or along one axis or several. Equals share the gradient."""
    return apply(rules.amax, input, dim=_filled(input, "amax", dim), keepdim=keepdim)


@axes.along
def amin(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The smallest element, of all or along one axis or several. Equals share the gradient."""
    return apply(rules.amin, input, dim=_filled(input, "amin", dim), keepdim=keepdim)


@axes.along
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Any:
    """(min, max) of all elements, or of those along one axis."""
    if dim is None and input.array.size == 0:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity: among no "
            "elements none is the largest"
        )
    along = _filled(input, "aminmax", None if dim is None else axes.one(input, dim))
    return return_types.aminmax(*apply(rules.aminmax, input, dim=along, keepdim=keepdim))


@axes.along
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest element is: an index into the flattened tensor, or one along `dim`. The first of equals."""
    return _place(input, "argmax", dim, keepdim)


@axes.along
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest element is, as `argmax`."""
    return _place(input, "argmin", dim, keepdim)


# -- in the middle, and the k-th ---------------------------------------------------------------------------------------


@axes.along
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The element in the middle, the lower of two; along a `dim`, (values, indices). NaN if one is NaN.

    Of all elements, equals share the gradient. Along a `dim` one of them is taken; which one is left open, as in
    PyTorch.
    """
    if dim is None:
        return _median_of_all(input, rules.median)
    axis, order, numbers = _ranked(input, "median", dim)
    rank = np.where(numbers < order.shape[axis], numbers, (numbers - 1) // 2)  # the first NaN, if there is one
    return _at_rank(return_types.median, rules.median_dim, input, axis, order, rank, keepdim)


@axes.along
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """`median` that leaves NaN out."""
    if dim is None:
        return _median_of_all(input, rules.nanmedian)
    axis, order, numbers = _ranked(input, "nanmedian", dim)
    rank = np.maximum(numbers - 1, 0) // 2
    return _at_rank(return_types.nanmedian, rules.nanmedian_dim, input, axis, order, rank, keepdim)


@axes.along
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """(values, indices) of the k-th smallest elements along `dim`, counted from 1."""
    axis, order, numbers = _ranked(input, "kthvalue", dim)
    if not 1 <= k <= order.shape[axis]:
        raise RuntimeError(
            f"kthvalue(): selected number k out of range for dimension {axis}: it is {k}, and there are "
            f"{order.shape[axis]} elements, counted from 1"
        )
    rank = np.full_like(numbers, k - 1)
    return _at_rank(return_types.kthvalue, rules.kthvalue, input, axis, order, rank, keepdim)


@axes.along
def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Any:
    """(values, indices) of the elements that are most frequent along `dim`: of equally frequent ones, the smallest.

    The index is that of the last such element.
    """
    axis, order, _ = _ranked(input, "mode", dim)
    ascending = np.take_along_axis(input.array.reshape(order.shape), order, axis)
    rank = _end_of_longest_run(ascending, axis)
    return _at_rank(return_types.mode, rules.mode, input, axis, order, rank, keepdim)


# -- quantiles ---------------------------------------------------------------------------------------------------------

_ROUNDINGS = {"linear": None, "lower": np.floor, "higher": np.ceil, "midpoint": None, "nearest": np.rint}


@axes.along
def quantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """The number below which a part q of the elements lies.

    Shapes: for a number q, the result is as that of a sum along `dim`; for q of shape (k,), it has a first axis of
    length k more.

    Arguments:
        q: between 0 and 1; a number, or a tensor with the dtype of the input.
        dim: one axis; None for all elements.
        interpolation: where q falls between two elements: "linear", "lower", "higher", "midpoint" or "nearest".

    Raises:
        RuntimeError: an input that is empty or not of float32 or float64; a q out of range, with more axes, or of
            another dtype; an unknown interpolation.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([0.0, 10.0, 20.0, 30.0])
    >>> x.quantile(0.5), x.quantile(mg.tensor([0.25, 1.0]))
    (tensor(15.), tensor([ 7.5000, 30.0000]))
    """
    return _quantile(input, "quantile", q, dim, keepdim, interpolation)


@axes.along
def nanquantile(
    input: Tensor, q: Any, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> Tensor:
    """`quantile` that leaves NaN out."""
    return _quantile(input, "nanquantile", q, dim, keepdim, interpolation)


def _quantile(input: Tensor, name: str, q: Any, dim: int | None, keepdim: bool, interpolation: str) -> Tensor:
    _check_quantile(input, name, q, interpolation)
    parts = q if is_tensor(q) else wrap(np.asarray(q, input.array.dtype))
    axis = None if dim is None or input.array.ndim == 0 else axes.one(input, dim)
    rows = reshape(input, -1) if axis is None else permute(input, *_moved_last(input.array.ndim, axis))
    values = _between_ranks(rows, reshape(parts, -1), interpolation, skip_nan=name == "nanquantile")
    gone = range(input.array.ndim) if axis is None else (axis,)
    sizes = [1 if i in gone else n for i, n in enumerate(input.array.shape) if keepdim or i not in gone]
    if parts.array.ndim == 0:
        return reshape(values, sizes)
    last = values.array.ndim - 1
    return reshape(permute(values, last, *range(last)), [parts.array.size, *sizes])


def _between_ranks(rows: Tensor, q: Tensor, interpolation: str, skip_nan: bool) -> Tensor:
    """The quantiles along the last axis, which becomes as long as q. Ranks count the elements in order, from 0."""
    order = np.argsort(rows.array, -1, kind="stable")
    numbers = (rows.array == rows.array).sum(-1, keepdims=True)
    n = rows.array.shape[-1]
    ranks = q * wrap(np.maximum(numbers - 1, 0).astype(q.array.dtype))
    if not skip_nan:
        ranks = where(wrap(numbers < n), wrap(np.asarray(n - 1, q.array.dtype)), ranks)  # where one is NaN, the last is

    def at(rank: ndarray) -> Tensor:
        return apply(scan.gather, rows, index=np.take_along_axis(order, rank.astype(np.int64), -1), dim=-1)

    rounding = _ROUNDINGS[interpolation]
    if rounding is not None:
        return at(rounding(ranks.array))
    below = np.floor(ranks.array)
    weight = ranks - wrap(below) if interpolation == "linear" else wrap(np.full_like(below, 0.5))
    return lerp(at(below), at(np.ceil(ranks.array)), weight)


def _check_quantile(input: Tensor, name: str, q: Any, interpolation: str) -> None:
    if input.array.dtype.char not in "fd":
        raise RuntimeError(
            f"{name}() input tensor must be either float or double dtype, not {input.dtype.name}. Use x.float()."
        )
    if input.array.size == 0:
        raise RuntimeError(
            f"{name}() input tensor must be non-empty, but it has shape {tuple(input.array.shape)}: no element is below"
            " or above a part of none"
        )
    if is_tensor(q) and q.array.ndim > 1:
        raise RuntimeError(f"{name}() q must be a scalar or 1D tensor, but it has {q.array.ndim} axes: q.flatten()")
    if is_tensor(q) and q.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"{name}() q tensor must be same dtype as the input tensor, but they are {q.dtype.name} and "
            f"{input.dtype.name}: q.to(x.dtype)"
        )
    if not is_tensor(q) and not isinstance(q, (int, float)):
        raise TypeError(f"{name}(): q must be a float or a Tensor, not {type(q).__name__}: use tensor({q})")
    parts = q.array if is_tensor(q) else np.asarray(q)
    if not ((parts >= 0) & (parts <= 1)).all():
        raise RuntimeError(
            f"{name}() q must be in the range [0, 1] but got {parts}: it is a part of all, 0.25 for 25 %"
        )
    if interpolation not in _ROUNDINGS:
        raise RuntimeError(
            f"{name}() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )


def _moved_last(ndim: int, axis: int) -> list[int]:
    return [*(i for i in range(ndim) if i != axis), axis]


# -- what the functions above call -------------------------------------------------------------------------------------


def _extreme(input: Tensor, place: str, kind: Any, whole: Any, along: Any, dim: Any, keepdim: bool) -> Any:
    """`max` and `min`, of all elements or along `dim`."""
    if input.array.size == 0:
        _filled(input, kind.__name__, dim)
    if dim is None:
        return whole(input)
    axis = axes.one(input, dim)
    index = getattr(input.array, place)(axis) if input.array.ndim else np.array(0)
    return _picked(kind, along, input, axis, index, keepdim)


def _place(input: Tensor, place: str, dim: int | None, keepdim: bool) -> Tensor:
    """`argmax` and `argmin`."""
    if input.array.dtype.kind == "b":
        raise RuntimeError(f"{place}(): does not support bool input. Make it a number first: x.long().")
    axis = None if dim is None else axes.one(input, dim)
    if input.array.size == 0:
        _filled(input, place, axis, IndexError)
    return wrap(getattr(input.array, place)(axis, keepdims=keepdim) if input.array.ndim else np.array(0))


def _filled(input: Tensor, name: str, dim: Any, error: type[Exception] = RuntimeError) -> tuple[int, ...]:
    """The axes to reduce, each of them not empty: among no elements there is no extreme."""
    if input.array.size == 0:
        if dim is None or dim == () or dim == []:
            raise error(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
                "with the 'dim' argument, along which there are elements."
            )
        for d in dim if isinstance(dim, (tuple, list)) else (dim,):
            if input.array.shape[axes.one(input, d)] == 0:
                raise IndexError(
                    f"{name}(): Expected reduction dim {d} to have non-zero size, but the shape is "
                    f"{tuple(input.array.shape)}: among no elements none can be chosen"
                )
    return axes.several(input, dim)


def _median_of_all(input: Tensor, operation: Any) -> Tensor:
    if input.array.size == 0 and input.array.dtype.kind != "f":
        raise RuntimeError(
            f"median(): there is none among no elements, and {input.dtype.name} has no NaN to say so. Use x.float()."
        )
    return apply(operation, input)


def _ranked(input: Tensor, name: str, dim: Any) -> tuple[int, ndarray, ndarray]:
    """(axis, where the elements are in ascending order along it, how many are numbers). NaN comes last."""
    axis = axes.one(input, dim)
    _filled(input, name, axis)
    array = input.array if input.array.ndim else input.array.reshape(1)
    return axis, np.argsort(array, axis, kind="stable"), (array == array).sum(axis, keepdims=True)


def _at_rank(kind: Any, operation: Any, input: Tensor, axis: int, order: ndarray, rank: ndarray, keepdim: bool) -> Any:
    """The elements with a rank along an axis, and their places."""
    index = np.take_along_axis(order, rank, axis).squeeze(axis)
    return _picked(kind, operation, input, axis, index, keepdim)


def _picked(kind: Any, operation: Any, input: Tensor, axis: int, index: ndarray, keepdim: bool) -> Any:
    """(values, indices) of one element along an axis."""
    values = apply(operation, input, index=index, dim=axis, keepdim=keepdim)
    return kind(values, wrap(index.reshape(values.array.shape)))


def _end_of_longest_run(ascending: ndarray, axis: int) -> ndarray:
    """Where the longest run of equals ends, the first of them; the axis stays, with length one."""
    rows = ascending.swapaxes(axis, -1)
    starts = np.ones_like(rows, np.bool_)
    starts[..., 1:] = rows[..., 1:] != rows[..., :-1]
    at = np.arange(rows.shape[-1])
    length = at - np.maximum.accumulate(np.where(starts, at, 0), -1)
    return np.argmax(length, -1, keepdims=True).swapaxes(axis, -1)
