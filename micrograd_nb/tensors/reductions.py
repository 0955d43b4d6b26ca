"""Functions that make fewer numbers of many: of all elements, or along `dim`, one axis or several.

`keepdim` keeps the reduced axes, with length one. Every function is a method, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..autograd.rules import neural
from ..autograd.rules import reduction as rules
from . import axes, dtypes, errors
from .elementwise import clone, maximum, minimum
from .record import apply, cast, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor


class Extremes(NamedTuple):
    """What `max(dim)` and `min(dim)` return."""

    values: Tensor
    indices: Tensor


def sum(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Adds the elements up. Integers and bools add up to int64."""
    x = cast(input, dtypes.int64.dtype) if input.array.dtype.kind in "biu" else input
    if dim is None and not keepdim:
        return apply(rules.sum, x)
    return apply(rules.sum_dim, x, dim=axes.several(input, dim), keepdim=keepdim)


def mean(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The average of the elements. Floats only."""
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {input.dtype.name}. Make it a float first: x.float().mean()."
        )
    if dim is None and not keepdim:
        return apply(rules.mean, input)
    return apply(rules.mean_dim, input, dim=axes.several(input, dim), keepdim=keepdim)


def max(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; along a `dim`, (values, indices); with a tensor, the larger of each pair."""
    if is_tensor(dim):
        return maximum(input, dim)
    return _extreme(input, "max", rules.max, rules.max_dim, dim, keepdim)


def min(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; along a `dim`, (values, indices); with a tensor, the smaller of each pair."""
    if is_tensor(dim):
        return minimum(input, dim)
    return _extreme(input, "min", rules.min, rules.min_dim, dim, keepdim)


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest element is: an index into the flattened tensor, or one along `dim`. The first of equals."""
    return _place(input, np.argmax, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest element is, as `argmax`."""
    return _place(input, np.argmin, dim, keepdim)


def all(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all elements are true."""
    return wrap(np.all(input.array, None if dim is None else axes.several(input, dim), keepdims=keepdim))


def any(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether any element is true."""
    return wrap(np.any(input.array, None if dim is None else axes.several(input, dim), keepdims=keepdim))


def softmax(input: Tensor, dim: int) -> Tensor:
    """exp(x) / Σ exp(x) along `dim`: positive numbers that add up to one."""
    return apply(neural.softmax, _floats(input, "softmax"), dim=axes.one(input, dim))


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """log(softmax(x)), computed so that it cannot overflow."""
    return apply(neural.log_softmax, _floats(input, "log_softmax"), dim=axes.one(input, dim))


# -- what the functions above call -------------------------------------------------------------------------------------


def _extreme(input: Tensor, name: str, whole: Any, along: Any, dim: int | None, keepdim: bool) -> Any:
    """`max` and `min`, of all elements or along `dim`."""
    if dim is None:
        if input.array.size == 0:
            raise RuntimeError(errors.NO_EXTREME.format(name))
        return apply(whole, input)
    axis = axes.one(input, dim)
    if input.array.ndim == 0:
        return Extremes(clone(input), wrap(np.array(0)))
    _check_elements(input, name, dim)
    index = (np.argmax if name == "max" else np.argmin)(input.array, axis)
    values = apply(along, input, index=index, dim=axis, keepdim=keepdim)
    return Extremes(values, wrap(np.expand_dims(index, axis) if keepdim else index))


def _place(input: Tensor, place: Any, dim: int | None, keepdim: bool) -> Tensor:
    """`argmax` and `argmin`."""
    if input.array.dtype.kind == "b":
        raise RuntimeError(f"{place.__name__}(): does not support bool input. Make it a number first: x.long().")
    _check_elements(input, place.__name__, dim)
    if input.array.ndim == 0:
        return wrap(np.array(0))
    return wrap(place(input.array, None if dim is None else axes.one(input, dim), keepdims=keepdim))


def _check_elements(input: Tensor, name: str, dim: int | None) -> None:
    """Among no elements there is no extreme."""
    axis = None if dim is None else axes.one(input, dim)
    if input.array.size == 0 if axis is None else input.array.ndim and input.array.shape[axis] == 0:
        raise IndexError(errors.NO_EXTREME.format(name))


def _floats(x: Tensor, name: str) -> Tensor:
    if x.array.dtype.kind != "f":
        raise NotImplementedError(f'"{name}" is not implemented for {x.dtype.name}: it takes floats. Use x.float().')
    return x
