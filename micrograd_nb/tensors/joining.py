"""Functions that make one tensor of several, and several of one.

`cat` joins along an axis that is there, `stack` along a new one; `split` and its like give views of the pieces.

>>> import micrograd_nb as mg
>>> a, b = mg.zeros(2, 3), mg.zeros(2, 3)
>>> mg.cat([a, b]).shape, mg.stack([a, b]).shape
(micrograd_nb.Size([4, 3]), micrograd_nb.Size([2, 2, 3]))
>>> [piece.shape for piece in a.split(2, dim=1)]
[micrograd_nb.Size([2, 2]), micrograd_nb.Size([2, 1])]
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rules import indexing as index_rules
from ..autograd.rules import shape as rules
from . import axes, dtypes, errors
from .record import apply, apply_joined, apply_pieces, apply_view, cast, is_tensor, wrap
from .shapes import atleast_1d, atleast_2d, atleast_3d, reshape

if TYPE_CHECKING:
    from .core import Tensor

Tensors = Sequence["Tensor"]

# -- one of several ----------------------------------------------------------------------------------------------------


@axes.numpy_names
def cat(tensors: Tensors, dim: int = 0) -> Tensor:
    """Joins tensors along an axis that they have; the other axes must agree.

    Raises:
        RuntimeError: sizes or numbers of axes that differ; tensors without axes, which `stack` joins.

    >>> import micrograd_nb as mg
    >>> mg.cat([mg.tensor([1, 2]), mg.tensor([3])])
    tensor([1, 2, 3])
    """
    parts = _of_one_dtype(tensors, "cat")
    n = parts[0].array.ndim
    if not -n <= dim < n:
        if n == 0:
            raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated: use stack")
        raise errors.bad_dim(dim, n)
    dim %= n
    ends = [0]
    for p in parts:
        shape = p.array.shape
        if len(shape) != n:
            return _cat_of_the_filled(parts, dim)
        ends.append(ends[-1] + shape[dim])
    return apply_joined(rules.cat, parts, dim=dim, ends=ends)


def _cat_of_the_filled(parts: list[Tensor], dim: int) -> Tensor:
    """PyTorch passes over tensors of shape (0,), whatever the others are."""
    filled = [p for p in parts if p.array.shape != (0,)]
    if len(filled) < len(parts):
        return cat(filled, dim)
    raise errors.explain(rules.cat, ValueError(), *parts, dim=dim)


concat = concatenate = cat


@axes.numpy_names
def stack(tensors: Tensors, dim: int = 0) -> Tensor:
    """Joins tensors of one shape along a new axis.

    >>> import micrograd_nb as mg
    >>> mg.stack([mg.tensor([1, 2]), mg.tensor([3, 4])], dim=1)
    tensor([[1, 3],
            [2, 4]])
    """
    parts = _of_one_dtype(tensors, "stack")
    shape = parts[0].array.shape
    for i, p in enumerate(parts):
        if p.array.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(p.array.shape)} at entry {i}. To join along an axis that they have, use cat."
            )
    return apply_joined(rules.stack, parts, dim=axes.within(len(shape) + 1, dim))


def hstack(tensors: Tensors) -> Tensor:
    """Side by side: joins vectors along their axis, and all else along the second."""
    parts = atleast_1d(_of_one_dtype(tensors, "hstack"))
    return cat(parts, 0 if parts[0].array.ndim == 1 else 1)


def vstack(tensors: Tensors) -> Tensor:
    """One below the other: joins along the first axis, vectors as rows."""
    return cat(atleast_2d(_of_one_dtype(tensors, "vstack")), 0)


row_stack = vstack


def dstack(tensors: Tensors) -> Tensor:
    """One behind the other: joins along the third axis."""
    return cat(atleast_3d(_of_one_dtype(tensors, "dstack")), 2)


def column_stack(tensors: Tensors) -> Tensor:
    """Side by side, with numbers and vectors as columns."""
    parts = _of_one_dtype(tensors, "column_stack")
    return hstack([p if p.array.ndim > 1 else reshape(p, (p.array.size, 1)) for p in parts])


def block_diag(*tensors: Tensor) -> Tensor:
    """The matrices along the diagonal of a large one, zeros elsewhere; numbers and vectors are matrices of one row.

    >>> import micrograd_nb as mg
    >>> mg.block_diag(mg.tensor([[1, 2]]), mg.tensor(3))
    tensor([[1, 2, 0],
            [0, 0, 3]])
    """
    for i, x in enumerate(tensors):
        if x.array.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {x.array.ndim} "
                "dimensions: a batch has no place on the diagonal"
            )
    if not tensors:
        return wrap(np.zeros((1, 0), dtypes.get_default_dtype().dtype))
    parts = atleast_2d(_of_one_dtype(tensors, "block_diag"))
    ends = [(0, 0), *accumulate([p.array.shape for p in parts], lambda a, b: (a[0] + b[0], a[1] + b[1]))]
    return apply_joined(rules.block_diag, parts, ends=ends)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """The coordinates of all points of a grid, one tensor an axis, from the coordinates along each axis.

    Arguments:
        indexing: "ij": the first axis belongs to the first vector; "xy": to the second, as rows belong to y.

    >>> import micrograd_nb as mg
    >>> x, y = mg.meshgrid(mg.arange(3), mg.arange(2), indexing="xy")
    >>> x, y
    (tensor([[0, 1, 2],
            [0, 1, 2]]), tensor([[0, 0, 0],
            [1, 1, 1]]))
    """
    vectors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    _check_grid(vectors, indexing)
    order = [1, 0, *range(2, len(vectors))] if indexing == "xy" and len(vectors) > 1 else [*range(len(vectors))]
    shape = tuple(vectors[i].array.size for i in order)
    made = []
    for i, x in enumerate(vectors):
        along = tuple(-1 if k == i else 1 for k in order)
        made.append(apply_view(rules.expand, reshape(x, along), shape=shape))
    return tuple(made)


def _check_grid(vectors: Any, indexing: str | None) -> None:
    if not vectors:
        raise RuntimeError("meshgrid expects a non-empty TensorList: the coordinates along each axis")
    if any(x.array.ndim > 1 for x in vectors):
        shapes = ", ".join(str(tuple(x.array.shape)) for x in vectors)
        raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {shapes}")
    if len({x.array.dtype for x in vectors}) > 1:
        names = ", ".join(x.dtype.name for x in vectors)
        raise RuntimeError(f"meshgrid expects all tensors to have the same dtype, but they have {names}: x.to(dtype)")
    if indexing is None:
        warnings.warn(
            "meshgrid: in an upcoming release, it will be required to pass the indexing argument: 'ij', which it "
            "is now, or 'xy', as in pictures.",
            UserWarning,
            stacklevel=3,
        )
    elif indexing not in ("ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All ways to take one element of each vector, a row for each.

    >>> import micrograd_nb as mg
    >>> mg.cartesian_prod(mg.tensor([1, 2]), mg.tensor([3, 4]))
    tensor([[1, 3],
            [1, 4],
            [2, 3],
            [2, 4]])
    """
    for x in tensors:
        _check_vector(x)
    if len(tensors) == 1:
        return tensors[0]
    return stack([reshape(x, (-1,)) for x in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways to take `r` elements of a vector, a row for each; with replacement, the same one again and again.

    >>> import micrograd_nb as mg
    >>> mg.combinations(mg.tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    _check_vector(input)
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}: so many elements are taken")
    if r == 0:
        return wrap(np.zeros(0, input.array.dtype))
    places = np.indices((input.array.size,) * r).reshape(r, -1)
    steps = np.diff(places, axis=0)
    rising = places[:, (steps >= 0 if with_replacement else steps > 0).all(0)]
    return stack([apply(index_rules.take_at, input, index=(row,)) for row in rising], 1)


def _check_vector(x: Tensor) -> None:
    if x.array.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(x.array.shape)}: flatten() makes one")


def _of_one_dtype(tensors: Any, name: str) -> list[Tensor]:
    """The tensors, cast to their common dtype."""
    if type(tensors) not in (list, tuple) and (is_tensor(tensors) or not isinstance(tensors, Sequence)):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}: write "
            f"{name}([a, b])"
        )
    if len(tensors) == 0:
        if name == "cat":
            raise ValueError("torch.cat(): expected a non-empty list of Tensors: [a, b]")
        raise RuntimeError(f"{name} expects a non-empty TensorList: [a, b]")
    try:
        first = tensors[0].array.dtype
        for x in tensors:
            if x.array.dtype is not first:
                break
        else:
            return tensors
    except AttributeError:
        place, x = next((i, x) for i, x in enumerate(tensors) if not is_tensor(x))
        raise TypeError(
            f"expected Tensor as element {place} in argument 0, but got {type(x).__name__}. Make a tensor of it first: "
            "tensor(...)"
        ) from None
    common = dtypes.common_dtype(*(x.array for x in tensors))
    return [cast(x, common) for x in tensors]


# -- several of one ----------------------------------------------------------------------------------------------------


@axes.numpy_names
def split(
    input: Tensor, split_size: Any = None, dim: int = 0, *, split_size_or_sections: Any = None
) -> tuple[Tensor, ...]:
    """Pieces of `split_size` along an axis, the last one with what is left; or pieces of the sizes in a list.

    The pieces are views. Where gradients are wanted, they cannot be changed in place.

    >>> import micrograd_nb as mg
    >>> mg.arange(5).split(2)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> mg.arange(5).split([1, 4])
    (tensor([0]), tensor([1, 2, 3, 4]))
    """
    split_size = split_size_or_sections if split_size is None else split_size  # PyTorch's function and method differ
    if not isinstance(split_size, int):
        return split_with_sizes(input, split_size, dim)
    n = _length(input, dim, "split")
    if split_size < 0:
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={split_size}")
    if split_size == 0 < n:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
    return _pieces(rules.split, input, [*range(0, n, split_size or 1), n] if n else [0, 0], dim)


def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of the given sizes along an axis."""
    sizes, n = list(axes.ints((split_sizes,))), _length(input, dim, "split_with_sizes")
    if any(size < 0 for size in sizes):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={sizes}"
        )
    if sum(sizes) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension {dim}), but "
            f"got split_sizes={sizes}"
        )
    return _pieces(rules.split_with_sizes, input, [0, *accumulate(sizes)], dim)


@axes.numpy_names
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most so many pieces along an axis, all of one size but perhaps the last."""
    n = _length(input, dim, "chunk")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if n == 0:
        return split_with_sizes(input, [0] * chunks, dim)
    return split(input, -(-n // chunks), dim)


@axes.numpy_names
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """So many pieces along an axis, of sizes that differ by 1 at the most; or cut before each of the given indices.

    >>> import micrograd_nb as mg
    >>> mg.arange(5).tensor_split(3)
    (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    >>> mg.arange(5).tensor_split((1, 3))
    (tensor([0]), tensor([1, 2]), tensor([3, 4]))
    """
    if not input.array.ndim:
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    dim = axes.one(input, dim)
    n = input.array.shape[dim]
    given = indices_or_sections.tolist() if is_tensor(indices_or_sections) else indices_or_sections
    if isinstance(given, int):
        if given <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {given}")
        sizes = [n // given + (i < n % given) for i in range(given)]
        cuts = [*accumulate(sizes)][:-1]
    else:
        cuts = list(axes.ints((given,)))
    before = (slice(None),) * dim
    bounds = zip([None, *cuts], [*cuts, None], strict=True)
    return tuple([apply_view(index_rules.view_at, input, index=(*before, slice(a, b))) for a, b in bounds])


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` side by side: along the second axis, of a vector along its only one."""
    return _split_along(input, indices_or_sections, 0 if input.array.ndim == 1 else 1, 1, "hsplit")


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` one below the other: along the first axis."""
    return _split_along(input, indices_or_sections, 0, 2, "vsplit")


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`tensor_split` one behind the other: along the third axis."""
    return _split_along(input, indices_or_sections, 2, 3, "dsplit")


def _split_along(input: Tensor, given: Any, dim: int, least: int, name: str) -> tuple[Tensor, ...]:
    if input.array.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with "
            f"{input.array.ndim} dimensions!"
        )
    n = input.array.shape[dim]
    if isinstance(given, int) and (given <= 0 or n % given):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension {n} is not "
            f"divisible by the split_size {given}! tensor_split takes any number."
        )
    return tensor_split(input, given, dim)


@axes.numpy_names
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """A view for each index of an axis: what a loop over the tensor goes through.

    >>> import micrograd_nb as mg
    >>> mg.tensor([[1, 2], [3, 4]]).unbind(1)
    (tensor([1, 3]), tensor([2, 4]))
    """
    if not input.array.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions: a single number, item()")
    dim = axes.one(input, dim)
    before = (slice(None),) * dim
    return apply_pieces(rules.unbind, input, [(*before, i, ...) for i in range(input.array.shape[dim])])


def _length(input: Tensor, dim: int, name: str) -> int:
    if not input.array.ndim:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor, and a 0-d tensor is a single number")
    return input.array.shape[axes.one(input, dim)]


def _pieces(operation: Any, input: Tensor, ends: list[int], dim: int) -> tuple[Tensor, ...]:
    """The pieces between each two of the ends."""
    before = (slice(None),) * axes.one(input, dim)
    return apply_pieces(operation, input, [(*before, slice(a, b)) for a, b in pairwise(ends)])
