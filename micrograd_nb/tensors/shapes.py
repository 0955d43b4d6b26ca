"""Functions that arrange the same numbers differently. Most give a view, which shares memory with its input.

Every function of one tensor is a method, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rules import shape as rules
from . import axes, dtypes
from .elementwise import clone
from .record import apply, cast, is_tensor, operand

if TYPE_CHECKING:
    from .core import Tensor


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same elements in the same order, in another shape; one size may be -1: whatever is left."""
    return apply(rules.reshape, input, shape=axes.ints(shape))


def view(input: Tensor, *shape: Any) -> Tensor:
    """`reshape` that never copies: an error where the memory does not allow it."""
    return apply(rules.view, input, shape=axes.ints(shape))


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """`view` in the shape of another tensor."""
    return view(input, other.array.shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Makes one axis of the axes `start_dim` to `end_dim`."""
    sizes = input.array.shape or (1,)
    start, end = (axes.one(input, d) for d in (start_dim, end_dim))
    if start > end:
        raise RuntimeError(
            f"flatten() has invalid args: start_dim cannot come after end_dim, but they are {start} and {end}"
        )
    merged = int(np.prod(sizes[start : end + 1], dtype=np.int64))
    return reshape(input, *sizes[:start], merged, *sizes[end + 1 :])


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Drops axes of length one: all, or those of `dim` that have it."""
    if dim is None:
        return apply(rules.squeeze, input)
    along = rules.squeeze_dims if isinstance(dim, (tuple, list)) else rules.squeeze_dim
    return apply(along, input, dim=tuple(d for d in axes.several(input, dim) if input.array.shape[d] == 1))


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Puts in an axis of length one at `dim`."""
    return apply(rules.unsqueeze, input, dim=axes.within(input.array.ndim + 1, dim))


def permute(input: Tensor, *dims: Any) -> Tensor:
    """The axes in another order."""
    order = tuple(axes.one(input, d) for d in axes.ints(dims))
    if sorted(order) != list(range(input.array.ndim)):
        raise RuntimeError(
            f"permute(): every axis must be named once: the tensor has {input.array.ndim} axes, got {axes.ints(dims)}"
        )
    return apply(rules.permute, input, dims=order)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Swaps two axes."""
    if input.array.ndim == 0 and axes.one(input, dim0) == axes.one(input, dim1):
        return apply(rules.t, input)
    return apply(rules.transpose, input, dim0=axes.one(input, dim0), dim1=axes.one(input, dim1))


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector or a number stays as it is."""
    if input.array.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D. "
            "Name the two axes to swap: transpose(dim0, dim1)."
        )
    return apply(rules.t, input)


def expand(input: Tensor, *sizes: Any) -> Tensor:
    """Repeats axes of length one without copying; -1 leaves an axis as it is."""
    wanted = axes.ints(sizes)
    added = len(wanted) - input.array.ndim
    kept = tuple(input.array.shape[i - added] if n == -1 and i >= added else n for i, n in enumerate(wanted))
    return apply(rules.expand, input, shape=kept)


def contiguous(input: Tensor) -> Tensor:
    """Itself, or a copy where the elements do not lie in order."""
    return input if input.is_contiguous() else clone(input)


# -- joining -----------------------------------------------------------------------------------------------------------


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Joins tensors along an axis that they have; the other axes must agree."""
    parts = _same_dtype(tensors, "cat")
    if any(p.array.ndim == 0 for p in parts):
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated: use stack")
    dim = axes.one(parts[0], dim)
    ends = np.cumsum([0, *(p.array.shape[dim] if dim < p.array.ndim else 0 for p in parts)]).tolist()
    return apply(rules.cat, *parts, dim=dim, ends=ends)


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Joins tensors of one shape along a new axis."""
    parts = _same_dtype(tensors, "stack")
    sizes = [tuple(p.array.shape) for p in parts]
    if len(set(sizes)) > 1:
        raise RuntimeError(
            f"stack expects each tensor to be equal size, but got {', '.join(map(str, sizes))}. "
            "To join along an axis that they have, use cat."
        )
    return apply(rules.stack, *parts, dim=axes.within(parts[0].array.ndim + 1, dim))


def _same_dtype(tensors: Sequence[Any], name: str) -> list[Tensor]:
    """The tensors, cast to their common dtype."""
    if len(tensors) == 0:
        raise (ValueError if name == "cat" else RuntimeError)(f"{name} expects a non-empty list of Tensors")
    parts = [x if is_tensor(x) else operand(x) for x in tensors]
    common = dtypes.common_dtype(*(p.array for p in parts))
    return [cast(p, common) for p in parts]
