"""Functions that look at the same numbers in another shape. Nearly all give a view, which shares the input's memory.

A size of -1 stands for whatever is left, a negative axis counts from the end. Every function of one tensor is a
method, too; a method takes sizes and axes also one by one: `x.reshape(2, 3)` is `reshape(x, (2, 3))`.

>>> import micrograd_nb as mg
>>> x = mg.arange(6).reshape(2, 3)
>>> x.T.shape, x.unsqueeze(0).shape, x.flatten().shape
(micrograd_nb.Size([3, 2]), micrograd_nb.Size([1, 2, 3]), micrograd_nb.Size([6]))
>>> x[0].fill_(7)
tensor([7, 7, 7])
>>> x  # x[0] is a view: it shares x's memory
tensor([[7, 7, 7],
        [3, 4, 5]])
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from ..autograd.rules import shape as rules
from . import axes, dtypes, errors
from .record import apply, apply_view, is_tensor

if TYPE_CHECKING:
    from .core import Tensor

Dims = int | Sequence[int]

# -- another shape -----------------------------------------------------------------------------------------------------


def reshape(input: Tensor, *sizes: Any, shape: Any = None) -> Tensor:
    """The same elements in the same order, in another shape. A view where the memory allows it, a copy elsewhere.

    Raises:
        RuntimeError: a shape with another number of elements.

    >>> import micrograd_nb as mg
    >>> mg.arange(6).reshape(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    wanted = axes.ints(sizes, shape)
    made = apply_view(rules.reshape, input, shape=wanted)
    if made.array.shape != wanted:
        _check_sizes(wanted)
    return made


def _check_sizes(shape: tuple[int, ...]) -> None:
    """NumPy takes every negative size for -1."""
    for i, n in enumerate(shape):
        if n < -1:
            raise RuntimeError(
                f"invalid shape dimension {n} at index {i} of shape {list(shape)}: a size is 0 or more, or -1 for "
                "whatever is left"
            )


def view(input: Tensor, *sizes: Any, size: Any = None, dtype: Any = None) -> Tensor:
    """`reshape` that never copies: an error where the memory does not allow it."""
    if dtype is not None or (len(sizes) == 1 and isinstance(sizes[0], dtypes.dtype)):
        raise NotImplementedError(
            f"view({dtype or sizes[0]}) would read the same bytes as other numbers, which is not offered here. "
            "To convert the numbers use x.to(dtype); for the bytes x.numpy().view(...)."
        )
    wanted = axes.ints(sizes, size)
    made = apply_view(rules.view, input, shape=wanted)
    if made.array.shape != wanted:
        _check_sizes(wanted)
    return made


def reshape_as(input: Tensor, other: Tensor) -> Tensor:
    """`reshape` to the shape of another tensor."""
    return reshape(input, other.array.shape)


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """`view` in the shape of another tensor."""
    return view(input, other.array.shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Makes one axis of the axes `start_dim` to `end_dim`.

    >>> import micrograd_nb as mg
    >>> mg.zeros(32, 1, 28, 28).flatten(1).shape
    micrograd_nb.Size([32, 784])
    """
    sizes = input.array.shape or (1,)
    start, end = axes.one(input, start_dim), axes.one(input, end_dim)
    if start > end:
        raise RuntimeError(
            f"flatten() has invalid args: start_dim cannot come after end_dim, but they are {start} and {end}"
        )
    if start == end and input.array.ndim:
        return input
    return apply_view(rules.reshape, input, shape=(*sizes[:start], prod(sizes[start : end + 1]), *sizes[end + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """All elements in one row: `reshape(-1)`."""
    return apply_view(rules.reshape, input, shape=(-1,))


def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """Makes several axes, of these sizes, of one: the inverse of `flatten`.

    >>> import micrograd_nb as mg
    >>> mg.zeros(32, 784).unflatten(1, (1, 28, -1)).shape
    micrograd_nb.Size([32, 1, 28, 28])
    """
    dim, new, old = axes.one(input, dim), axes.ints((sizes,)), input.array.shape or (1,)
    if not new:
        raise RuntimeError(f"unflatten: sizes must be non-empty: give those that axis {dim} becomes")
    left = -prod(new)  # what is left for a size of -1
    if left > 0 and old[dim] % left == 0:
        new = tuple(old[dim] // left if n == -1 else n for n in new)
    if prod(new) != old[dim]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(new)} don't multiply up to the size of dim {dim} ({old[dim]}) in the "
            f"input tensor, whose shape is {tuple(old)}"
        )
    return apply_view(rules.reshape, input, shape=(*old[:dim], *new, *old[dim + 1 :]))


@axes.numpy_names
def squeeze(input: Tensor, dim: Dims | None = None, *dims: int) -> Tensor:
    """Drops axes of length one: all, or those of `dim` that have it."""
    if dim is None:
        return apply_view(rules.squeeze, input)
    along = rules.squeeze_dims if dims or isinstance(dim, (tuple, list)) else rules.squeeze_dim
    named = axes.several(input, (dim, *dims) if dims else dim) if dim != () else ()
    return apply_view(along, input, dim=tuple(d for d in named if input.array.shape[d] == 1))


@axes.numpy_names
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Puts in an axis of length one at `dim`."""
    return apply_view(rules.unsqueeze, input, dim=axes.within(input.array.ndim + 1, dim))


def atleast_1d(*tensors: Any) -> Any:
    """A number as a vector of one element; all else as it is. Of several tensors a tuple."""
    return _each(_1d, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """A number or a vector as a matrix of one row; all else as it is. Of several tensors a tuple."""
    return _each(_2d, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """A number, a vector or a matrix with axes of length one put in, so that it has three. Of several a tuple."""
    return _each(_3d, tensors)


def _1d(x: Tensor) -> Tensor:
    return x if x.array.ndim else reshape(x, (1,))


def _2d(x: Tensor) -> Tensor:
    return x if x.array.ndim > 1 else unsqueeze(x, 0) if x.array.ndim else reshape(x, (1, 1))


def _3d(x: Tensor) -> Tensor:
    return x if x.array.ndim > 2 else unsqueeze(_2d(x), -1)


def _each(function: Any, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1 and not isinstance(tensors[0], (tuple, list)):
        return function(_checked(tensors[0]))
    return tuple(function(_checked(x)) for x in (tensors[0] if len(tensors) == 1 else tensors))


def _checked(x: Any) -> Tensor:
    if not is_tensor(x):
        raise errors.not_a_tensor(rules.reshape, x)
    return x


# -- another order of the axes -----------------------------------------------------------------------------------------


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Swaps two axes."""
    if not input.array.ndim:
        return apply_view(rules.t, input)
    return apply_view(rules.transpose, input, dim0=dim0, dim1=dim1)


swapdims = transpose


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """`transpose` by the name that NumPy has for it."""
    return transpose(input, axis0, axis1)


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; a vector or a number stays as it is."""
    if input.array.ndim > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D. "
            "Name the two axes to swap: transpose(dim0, dim1)."
        )
    return apply_view(rules.t, input)


def adjoint(input: Tensor) -> Tensor:
    """The transpose of each matrix in a batch: of real numbers, the same as `.mT`."""
    return _transposed(input, "adjoint()")


def permute(input: Tensor, *order: Any, dims: Any = None) -> Tensor:
    """The axes in another order.

    >>> import micrograd_nb as mg
    >>> mg.zeros(28, 28, 3).permute(2, 0, 1).shape  # an image: channels to the front
    micrograd_nb.Size([3, 28, 28])
    """
    given = axes.ints(order, dims)
    n = input.array.ndim
    if len(given) != n:
        raise RuntimeError(
            "permute(): number of dimensions in the tensor input does not match the length of the desired ordering of "
            f"dimensions i.e. input.dim() = {n} is not equal to len(dims) = {len(given)}: name every axis once"
        )
    places = tuple([d if 0 <= d < n else axes.one(input, d) for d in given])
    if len({*places}) < n:
        raise RuntimeError(f"permute(): duplicate dims are not allowed: every axis once, but the dims are {given}")
    return apply_view(rules.permute, input, dims=places)


def movedim(input: Tensor, source: Dims, destination: Dims) -> Tensor:
    """Moves axes to other places; the other axes keep their order.

    >>> import micrograd_nb as mg
    >>> mg.zeros(28, 28, 3).movedim(-1, 0).shape
    micrograd_nb.Size([3, 28, 28])
    """
    sources, places = axes.ints((source,)), axes.ints((destination,))
    if len(sources) != len(places):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(sources)} dims) should contain the same "
            f"number of dims as destination ({list(places)} dims)"
        )
    at = dict(zip(_different(input, places, "destination"), _different(input, sources, "source"), strict=True))
    rest = iter([d for d in range(input.array.ndim) if d not in at.values()])
    order = tuple([at[i] if i in at else next(rest) for i in range(input.array.ndim)])
    return apply_view(rules.permute, input, dims=order)


moveaxis = movedim


def _different(input: Tensor, dims: tuple[int, ...], what: str) -> list[int]:
    places = [axes.one(input, d) for d in dims]
    if len({*places}) < len(places):
        raise RuntimeError(f"movedim: repeated dim in `{what}` ({list(dims)}): name each axis once")
    return places if input.array.ndim else []


def reversed_axes(input: Tensor) -> Tensor:
    """The axes in reverse order: the transpose of a matrix."""
    if input.array.ndim != 2:
        errors.warn_not_a_matrix(input.array.ndim)
    return apply_view(rules.permute, input, dims=tuple(range(input.array.ndim))[::-1])


def transposed_matrices(input: Tensor) -> Tensor:
    """The last two axes swapped: the transpose of each matrix in a batch."""
    return _transposed(input, "mT")


def transposed_matrix(input: Tensor) -> Tensor:
    """The transpose of a matrix."""
    if input.array.ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {input.array.ndim}-D tensor. For batches of "
            "matrices, consider using tensor.mH"
        )
    return transpose(input, 0, 1)


def _transposed(input: Tensor, name: str) -> Tensor:
    if input.array.ndim == 1:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. Got {input.array.ndim}-D tensor: it "
            "has no two axes to swap."
        )
    return transpose(input, -2, -1)


# -- stretched, without a copy -----------------------------------------------------------------------------------------


def expand(input: Tensor, *sizes: Any, size: Any = None) -> Tensor:
    """Repeats axes of length one without copying; -1 leaves an axis as it is.

    >>> import micrograd_nb as mg
    >>> mg.tensor([[1], [2]]).expand(-1, 3)
    tensor([[1, 1, 1],
            [2, 2, 2]])
    """
    wanted = axes.ints(sizes, size)
    if -1 in wanted:
        added = len(wanted) - input.array.ndim
        wanted = tuple(input.array.shape[i - added] if n == -1 and i >= added else n for i, n in enumerate(wanted))
    return apply_view(rules.expand, input, shape=wanted)


broadcast_to = expand


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """`expand` to the shape of another tensor."""
    return expand(input, other.array.shape)


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors, each expanded to the shape that they broadcast to."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    shape = broadcast_shapes(*(_checked(x).array.shape for x in given))
    return tuple(x if x.array.shape == shape else expand(x, shape) for x in given)


def broadcast_shapes(*shapes: Any) -> axes.Size:
    """The shape that shapes broadcast to.

    >>> import micrograd_nb as mg
    >>> mg.broadcast_shapes((2, 1), (3,))
    micrograd_nb.Size([2, 3])
    """
    return axes.Size(axes.broadcast(*(axes.ints((s,)) for s in shapes)))


# -- parts and windows -------------------------------------------------------------------------------------------------


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two axes, as the last axis of a view; `offset` above the main one.

    >>> import micrograd_nb as mg
    >>> mg.arange(9).reshape(3, 3).diagonal(1)
    tensor([1, 5])
    """
    a, b = axes.one(input, dim1), axes.one(input, dim2)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}: a diagonal needs two axes")
    return apply_view(rules.diagonal, input, offset=offset, dim1=a, dim2=b)


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """All windows of a length along an axis, `step` apart, as a new last axis.

    >>> import micrograd_nb as mg
    >>> mg.arange(5).unfold(0, 3, 1)
    tensor([[0, 1, 2],
            [1, 2, 3],
            [2, 3, 4]])
    """
    dim, x = axes.one(input, dimension), _1d(input)
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0: it is the length of a window")
    if size > x.array.shape[dim]:
        raise RuntimeError(
            f"maximum size for tensor at dimension {dim} is {x.array.shape[dim]} but size is {size}: a window cannot "
            "be longer than the axis"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0: it is the distance of two windows")
    made = apply_view(rules.unfold, x, dim=dim, size=size, step=step)
    return made if input.array.ndim else reshape(made, (size,))


def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A view of any elements of a contiguous tensor: one step along axis i is `stride[i]` elements in memory.

    PyTorch's counts from the start of the memory; so does this one, and it takes only what is the tensor's own.

    >>> import micrograd_nb as mg
    >>> mg.arange(6).as_strided((2, 2), (3, 1))
    tensor([[0, 1],
            [3, 4]])
    """
    sizes, strides = axes.ints((size,)), axes.ints((stride,))
    if len(sizes) != len(strides):
        raise RuntimeError(
            f"mismatch in length of strides and shape: one stride for each size, but got {list(sizes)} and "
            f"{list(strides)}"
        )
    if any(n < 0 for n in strides):
        raise RuntimeError(f"as_strided: Negative strides are not supported, got strides: {list(strides)}. Use flip.")
    if not input.array.flags.c_contiguous:
        raise NotImplementedError("as_strided of a tensor that is not contiguous: make it so first, x.contiguous()")
    offset = 0 if storage_offset is None else storage_offset - input.storage_offset()
    last = offset + sum((n - 1) * s for n, s in zip(sizes, strides, strict=True))
    if 0 not in sizes and not 0 <= offset <= last < input.array.size:
        raise RuntimeError(
            f"as_strided: sizes {list(sizes)}, strides {list(strides)}, storage offset {offset} are out of bounds: the "
            f"last element would be number {last}, and the tensor has {input.array.size}"
        )
    return apply_view(rules.as_strided, input, size=sizes, stride=strides, offset=offset)


def contiguous(input: Tensor) -> Tensor:
    """Itself, or a copy where the elements do not lie in order."""
    return input if input.array.flags.c_contiguous else apply(rules.contiguous, input)
