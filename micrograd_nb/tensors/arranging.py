"""Functions that copy the numbers of a tensor into another arrangement: repeated, turned round, cut to a triangle.

Every function is a method, too.

>>> import micrograd_nb as mg
>>> mg.arange(4).reshape(2, 2).repeat(1, 2)
tensor([[0, 1, 0, 1],
        [2, 3, 2, 3]])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rules import indexing as index_rules
from ..autograd.rules import shape as rules
from . import axes
from .record import apply, is_tensor, wrap
from .shapes import Dims, expand, reshape, unsqueeze

if TYPE_CHECKING:
    from .core import Tensor

# -- repeated ----------------------------------------------------------------------------------------------------------


def repeat(input: Tensor, *counts: Any, repeats: Any = None) -> Tensor:
    """The whole tensor so many times along each axis; more counts than axes put new axes in front.

    NumPy's `repeat` is `repeat_interleave` here.
    """
    wanted = axes.ints(counts, repeats)
    if len(wanted) < input.array.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: "
            f"{input.array.ndim} axes, but got {wanted}. Give a 1 for an axis that stays."
        )
    if any(n < 0 for n in wanted):
        raise RuntimeError(f"Trying to create tensor with negative dimension: repeats are 0 or more, got {wanted}")
    return apply(rules.repeat, input, repeats=wanted)


def tile(input: Tensor, *counts: Any, dims: Any = None) -> Tensor:
    """`repeat`, where axes without a count, the first ones, stay."""
    wanted = axes.ints(counts, dims)
    return repeat(input, (1,) * (input.array.ndim - len(wanted)) + wanted)


@axes.numpy_names
def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: Any = None) -> Tensor:
    """Each element so many times in a row; along an axis `dim`, each slice.

    Arguments:
        repeats: a number, or a tensor with a number for each element. Left out, `input` are the numbers, and what is
            repeated are the indices.
        dim: left out, the input is flattened.

    >>> import micrograd_nb as mg
    >>> mg.tensor([1, 2]).repeat_interleave(2)
    tensor([1, 1, 2, 2])
    >>> mg.tensor([1, 2]).repeat_interleave(mg.tensor([1, 3]))
    tensor([1, 2, 2, 2])
    """
    if repeats is None:
        return wrap(np.repeat(np.arange(input.array.size), _counts(input, input.array.size)))
    if dim is None or not input.array.ndim:
        input, dim = reshape(input, (-1,)), 0
    dim = axes.one(input, dim)
    n = input.array.shape[dim]
    if not is_tensor(repeats):
        if repeats < 0:
            raise RuntimeError(f"Repeats must be non-negative, got {repeats}")
        before, after = input.array.shape[:dim], input.array.shape[dim + 1 :]
        stretched = expand(unsqueeze(input, dim + 1), (*before, n, repeats, *after))
        return reshape(stretched, (*before, n * repeats, *after))
    index = np.repeat(np.arange(n), _counts(repeats, n))
    return apply(index_rules.index_select, input, index=(slice(None),) * dim + (index,))


def _counts(repeats: Tensor, n: int) -> Any:
    counts = repeats.array
    if counts.ndim > 1:
        raise RuntimeError(f"repeats must be 0-dim or 1-dim tensor, but has the shape {counts.shape}")
    if counts.dtype.kind not in "iu":
        raise NotImplementedError(
            f'"repeat_interleave" not implemented for {repeats.dtype.name}: repeats are whole numbers, x.long()'
        )
    if counts.size not in (1, n):
        raise RuntimeError(
            "repeats must have the same size as input along dim, but got "
            f"repeats.size(0) = {counts.size} and input.size(0) = {n}"
        )
    if (counts < 0).any():
        raise RuntimeError(f"repeats can not be negative, but are {counts.tolist()}")
    return counts


# -- turned round ------------------------------------------------------------------------------------------------------


def flip(input: Tensor, *which: Any, dims: Any = None) -> Tensor:
    """The elements in reverse order along each of the axes."""
    given = axes.ints(which, dims)
    return apply(rules.flip, input, dims=axes.several(input, given) if given else ())


def fliplr(input: Tensor) -> Tensor:
    """From right to left: the second axis reversed."""
    if input.array.ndim < 2:
        raise RuntimeError(f"Input must be >= 2-d. It is {input.array.ndim}-d: use flip(0)")
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """Upside down: the first axis reversed."""
    if input.array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d. A 0-d tensor has nothing to turn round")
    return flip(input, 0)


def roll(input: Tensor, shifts: Dims, dims: Dims | None = None) -> Tensor:
    """Moves the elements along an axis; what falls off at the end comes in again at the start.

    Without `dims`, the tensor is rolled as one row.

    >>> import micrograd_nb as mg
    >>> mg.arange(5).roll(2)
    tensor([3, 4, 0, 1, 2])
    """
    by, along = axes.ints((shifts,)), () if dims is None else axes.ints((dims,))
    if len(by) != len(along) and not (len(by) == 1 and not along):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}. One shift for each axis."
        )
    places = tuple(axes.one(input, d) for d in along)
    return apply(rules.roll, input, shifts=by, dims=places if along and input.array.ndim else None)


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """A quarter turn from the first of two axes towards the second, `k` times."""
    given = axes.ints((dims,))
    if len(given) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(given)}")
    if input.array.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.array.ndim}: a plane to turn in")
    a, b = (axes.one(input, d) for d in given)
    if a == b:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {given[0]} and dim1 = {given[1]}")
    return apply(rules.rot90, input, k=k, dims=(a, b))


# -- triangles and diagonals -------------------------------------------------------------------------------------------


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of each matrix, up to a diagonal that lies so far above the main one; zeros elsewhere.

    >>> import micrograd_nb as mg
    >>> mg.ones(3, 3).tril()  # what a causal mask looks like
    tensor([[1., 0., 0.],
            [1., 1., 0.],
            [1., 1., 1.]])
    """
    return _triangle(rules.tril, input, diagonal, "tril")


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of each matrix, from a diagonal that lies so far above the main one; zeros elsewhere."""
    return _triangle(rules.triu, input, diagonal, "triu")


def _triangle(operation: Any, input: Tensor, diagonal: int, name: str) -> Tensor:
    if input.array.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions, but has {input.array.ndim}")
    return apply(operation, input, diagonal=diagonal)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """Of a matrix the diagonal, copied; of a vector the matrix that has it as its diagonal.

    >>> import micrograd_nb as mg
    >>> mg.diag(mg.tensor([1, 2]))
    tensor([[1, 0],
            [0, 2]])
    """
    if input.array.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.array.ndim}D. For batches use diagonal()")
    if input.array.ndim == 1:
        return diag_embed(input, diagonal)
    return apply(rules.diag, input, offset=diagonal, dim1=0, dim2=1)


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with all elements of the input on its diagonal."""
    return diag_embed(reshape(input, (-1,)), offset)


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The last axis as the diagonal of two new axes, zeros elsewhere: a batch of vectors as one of matrices."""
    n = input.array.ndim + 1
    a, b = axes.within(n, dim1), axes.within(n, dim2)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}: a matrix has two axes")
    size = input.array.shape[-1] + abs(offset)
    shape = list(input.array.shape[:-1])
    for place in sorted((a, b)):
        shape.insert(place, size)
    return apply(rules.diag_embed, input, shape=tuple(shape), offset=offset, dim1=a, dim2=b)
