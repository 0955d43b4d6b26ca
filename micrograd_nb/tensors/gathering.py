"""Functions that read and write where tensors of indices or masks say. Every function is a method, too.

    gather, scatter          an index for each element, along one axis
    index_select, index_add  an index for each slice of an axis
    take, put                an index into the flattened tensor
    masked_select            a mask

Functions that write give a new tensor, and have an in-place form: `x.scatter_(…)`. In formulas, along axis 0 of a
matrix, `gather` computes `out[i, j] = input[index[i, j], j]`, and `scatter` `out[index[i, j], j] = src[i, j]`.

>>> import micrograd_nb as mg
>>> scores = mg.tensor([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]])
>>> labels = mg.tensor([[1], [0]])
>>> scores.gather(1, labels)  # the score of the right class
tensor([[0.7000],
        [0.5000]])
>>> mg.zeros(2, 3).scatter_(1, labels, 1.0)  # one-hot
tensor([[0., 1., 0.],
        [1., 0., 0.]])
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd.rules import indexing as rules
from . import axes, errors
from .indexing import getitem, place_of
from .record import apply, cast, is_tensor, wrap
from .shapes import broadcast_tensors, expand, reshape

if TYPE_CHECKING:
    from .core import Tensor

# -- an index for each element -----------------------------------------------------------------------------------------


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """The elements that `index` names along `dim`: `out[i, j] = input[index[i, j], j]` for dim 0 of a matrix.

    Shapes: index as long as the result, and along the other axes no longer than the input.

    Raises:
        RuntimeError: an index out of bounds, of another dtype or number of axes.
    """
    if sparse_grad:
        raise NotImplementedError("gather: there are no sparse gradients here, leave out sparse_grad")
    x, dim, at = _prepared(input, dim, index, "gather")
    return _shaped(apply(rules.gather, x, index=rules.along(at, dim)), index.array.shape)


def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Tensor:
    """A copy with `src` written where `index` says: `out[index[i, j], j] = src[i, j]` for dim 0 of a matrix.

    Where an index comes twice, the last one is written.

    Arguments:
        src: a tensor of the input's dtype, of the index's shape or larger, or a number; `value` is a number.
        reduce: "add" or "multiply" to do that with what is there. `scatter_reduce` can do more.
    """
    source = value if src is None else src
    if source is None:
        raise TypeError("scatter(): give src, a tensor, or value, a number: what is to be written")
    if reduce is not None:
        return _scatter_with(input, dim, index, source, reduce)
    if is_tensor(source):
        return _scatter(rules.scatter, input, dim, index, source)
    x, dim, at = _prepared(input, dim, index, "scatter")
    return _shaped(apply(rules.scatter_fill, x, index=rules.along(at, dim), value=source), input.array.shape)


def _scatter_with(input: Tensor, dim: int, index: Tensor, source: Any, reduce: str) -> Tensor:
    if reduce not in ("add", "multiply"):
        raise RuntimeError(f"reduce argument must be either add or multiply, got {reduce}. See scatter_reduce.")
    if is_tensor(source):
        warnings.warn(
            "The reduce argument of scatter with Tensor src is deprecated and will be removed in a future release. Use "
            "scatter_reduce instead for more reduction options.",
            UserWarning,
            stacklevel=3,
        )
    else:
        source = wrap(np.full(index.array.shape, source, input.array.dtype))
    return scatter_reduce(input, dim, index, source, "sum" if reduce == "add" else "prod")


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """A copy with `src` added where `index` says; where an index comes twice, both are added.

    >>> import micrograd_nb as mg
    >>> mg.zeros(3).scatter_add(0, mg.tensor([0, 2, 2]), mg.tensor([1.0, 2.0, 3.0]))
    tensor([1., 0., 5.])
    """
    return _scatter(rules.scatter_add, input, dim, index, src)


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy where each place is reduced with all of `src` that `index` sends there.

    Arguments:
        reduce: "sum", "prod", "mean", "amax" or "amin".
        include_self: whether what is there counts as well.

    >>> import micrograd_nb as mg
    >>> groups, numbers = mg.tensor([0, 1, 1]), mg.tensor([1.0, 2.0, 4.0])
    >>> mg.zeros(2).scatter_reduce(0, groups, numbers, "mean", include_self=False)
    tensor([1., 3.])
    """
    if reduce not in _REDUCTIONS:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    operation, neutral = _REDUCTIONS[reduce]
    if not include_self:
        input = scatter(input, dim, index, neutral(input.array.dtype))
    if reduce != "mean":
        return _scatter(operation, input, dim, index, src)
    ones = wrap(np.ones(index.array.shape, input.array.dtype))
    start = wrap(np.full(input.array.shape, include_self, input.array.dtype))
    counts = scatter_add(start, dim, index, ones).array
    return _scatter(operation, input, dim, index, src, counts=np.maximum(counts, 1))


def _lowest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min if dtype.kind in "iu" else False


def _highest(dtype: np.dtype[Any]) -> Any:
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max if dtype.kind in "iu" else True


_REDUCTIONS: dict[str, Any] = {
    "sum": (rules.scatter_sum, lambda dtype: 0),
    "mean": (rules.scatter_mean, lambda dtype: 0),
    "prod": (rules.scatter_prod, lambda dtype: 1),
    "amax": (rules.scatter_amax, _lowest),
    "amin": (rules.scatter_amin, _highest),
}


def _scatter(operation: Any, input: Tensor, dim: int, index: Tensor, src: Tensor, **options: Any) -> Tensor:
    """Any operation that takes indices, and a source with a number for each."""
    _check_tensor(src, "scatter", "src")
    if src.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"scatter(): Expected self.dtype to be equal to src.dtype, but they are {input.dtype.name} and "
            f"{src.dtype.name}: src.to({input.dtype})"
        )
    x, dim, at = _prepared(input, dim, index, "scatter")
    if src.array.ndim != index.array.ndim:
        raise RuntimeError(
            "Index tensor must have the same number of dimensions as src tensor, but they have "
            f"{index.array.ndim} and {src.array.ndim}: for one number everywhere give a Python number"
        )
    if any(i > n for i, n in zip(index.array.shape, src.array.shape, strict=True)):
        raise RuntimeError(
            f"Expected index {list(at.shape)} to be no larger than self {list(input.array.shape)} apart from dimension "
            f"{dim} and to be no larger size than src {list(src.array.shape)}"
        )
    if src.array.shape != at.shape:
        src = reshape(src, (1,)) if not src.array.ndim else getitem(src, tuple([slice(n) for n in at.shape]))
    if "value_shape" in operation.options:
        options["value_shape"] = at.shape
    return _shaped(apply(operation, x, src, index=rules.along(at, dim), **options), input.array.shape)


def _prepared(input: Tensor, dim: int, index: Tensor, name: str) -> tuple[Tensor, int, ndarray]:
    """The input, the axis and the indices, checked; what has no axes gets one."""
    dim, at = axes.one(input, dim), _indices(index, name)
    x = input if input.array.ndim else reshape(input, (1,))
    at = at if at.ndim else at.reshape(1)
    shape = x.array.shape
    if at.size == 0:
        return x, dim, np.zeros(at.shape if at.ndim == len(shape) else (0,) * len(shape), np.int64)
    if at.ndim != len(shape):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as input tensor, but they have {at.ndim} and "
            f"{len(shape)}"
        )
    if any(i > n for d, (i, n) in enumerate(zip(at.shape, shape, strict=True)) if d != dim):
        d = next(d for d, (i, n) in enumerate(zip(at.shape, shape, strict=True)) if i > n and d != dim)
        raise RuntimeError(
            f"Size does not match at dimension {d} expected index {list(at.shape)} to be no larger than self "
            f"{list(shape)} apart from dimension {dim}"
        )
    _check_bounds(at, shape[dim], dim, RuntimeError)
    return x, dim, at


def _shaped(made: Tensor, shape: tuple[int, ...]) -> Tensor:
    return made if made.array.shape == shape else reshape(made, shape)


@axes.numpy_names
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """The elements that `indices` names along `dim`, where the other axes broadcast: what `argsort` is for.

    Without `dim`, the input is flattened.

    Raises:
        RuntimeError: an index out of bounds. (PyTorch takes it modulo the size.)

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([[3, 1], [2, 4]])
    >>> x.take_along_dim(x.argsort(1), 1)
    tensor([[1, 3],
            [2, 4]])
    """
    _check_tensor(indices, "take_along_dim", "indices")
    at = indices.array
    if at.dtype != np.int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype.scalar_type}: x.long()"
        )
    if dim is None:
        return gather(reshape(input, (-1,)), 0, reshape(indices, (-1,)))
    if at.ndim != input.array.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.array.ndim} dimensions for input, and {at.ndim} dimensions for indices"
        )
    if not at.ndim:
        return gather(input, dim, indices)
    dim, shape = axes.one(input, dim), input.array.shape
    n = shape[dim]
    wide = axes.broadcast((*shape[:dim], at.shape[dim], *shape[dim + 1 :]), at.shape)
    return gather(
        expand(input, (*wide[:dim], n, *wide[dim + 1 :])),
        dim,
        wrap(np.broadcast_to(np.where(at < 0, at + n, at), wide)),
    )


# -- an index for each slice of an axis --------------------------------------------------------------------------------


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices along `dim` that a vector of indices names, copied.

    >>> import micrograd_nb as mg
    >>> mg.tensor([[1, 2], [3, 4], [5, 6]]).index_select(0, mg.tensor([2, 0]))
    tensor([[5, 6],
            [1, 2]])
    """
    dim, at = axes.one(input, dim), _vector(index, "index_select")
    if not input.array.ndim:
        if at.size != 1:
            raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {at.size} value(s)")
        return reshape(index_select(reshape(input, (1,)), 0, index), ())
    _check_bounds(at, input.array.shape[dim], dim, IndexError, "index out of range in self: ")
    return apply(rules.index_select, input, index=(slice(None),) * dim + (at,))


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1) -> Tensor:
    """A copy with `alpha` times the slices of `source` added to the slices that `index` names.

    An index that comes twice gets both.
    """
    return _write_slices(rules.index_add, input, dim, index, _times(source, alpha), "index_add_", RuntimeError)


def _times(source: Tensor, alpha: float) -> Tensor:
    return source if alpha == 1 else cast(source * alpha, source.array.dtype)


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """A copy with the slices of `source` in the places of the slices that `index` names."""
    return _write_slices(rules.index_copy, input, dim, index, source, "index_copy_", IndexError)


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """A copy with a number, or a 0-d tensor, in all elements of the slices that `index` names."""
    dim, at = axes.one(input, dim), _indices(index, "index_fill_")
    if at.ndim > 1:
        raise RuntimeError(f"Index has to be a vector/scalar, but has the shape {tuple(at.shape)}: x.flatten()")
    at = at.reshape(-1)
    x = input if input.array.ndim else reshape(input, (1,))
    n = x.array.shape[dim]
    _check_bounds(np.where(at < 0, at + n, at), n, dim, IndexError)
    place = (slice(None),) * dim + (at,)
    if not is_tensor(value):
        return _shaped(apply(rules.index_fill, x, index=place, value=value), input.array.shape)
    if value.array.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.array.ndim} dimension(s): for a value for each place use index_copy"
        )
    made = apply(rules.index_fill_by, x, cast(value, x.array.dtype), index=place, value_shape=())
    return _shaped(made, input.array.shape)


def _write_slices(
    operation: Any, input: Tensor, dim: int, index: Tensor, source: Tensor, name: str, wrong: type[Exception]
) -> Tensor:
    dim, at = axes.one(input, dim), _vector(index, name)
    if source.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"{name}(): self ({input.dtype.scalar_type}) and source ({source.dtype.scalar_type}) must have the same "
            f"scalar type: source.to({input.dtype})"
        )
    x, new = (t if input.array.ndim else reshape(t, (1,)) for t in (input, source))
    before, after = x.array.shape[:dim], x.array.shape[dim + 1 :]
    if source.array.ndim != input.array.ndim or (new.array.shape[:dim], new.array.shape[dim + 1 :]) != (before, after):
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(input.array.shape)} source.shape = {list(source.array.shape)}"
        )
    if new.array.shape[dim] != at.size:
        raise wrong(
            f"{name}(): Number of indices ({at.size}) should be equal to source.size(dim): ({new.array.shape[dim]}), "
            f"for dim: {dim}"
        )
    _check_bounds(at, x.array.shape[dim], dim, wrong, f"{name}(): " if wrong is IndexError else "")
    place = (slice(None),) * dim + (at,)
    return _shaped(apply(operation, x, new, index=place, value_shape=new.array.shape), input.array.shape)


def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with `copy[indices] = values`, or, to accumulate, `+=`, where an index that comes twice gets both.

    Arguments:
        indices: a tuple of tensors, one for each of the first axes: of integers, which broadcast, or masks.
    """
    if is_tensor(indices):
        raise TypeError("index_put(): argument 'indices' (position 1) must be tuple of Tensors, not Tensor: (index,)")
    if values.array.dtype != input.array.dtype:
        raise errors.put_dtypes(input, values)
    place = place_of(input, tuple(indices))
    operation = rules.put_add if accumulate else rules.put
    return apply(operation, input, values, index=place, value_shape=values.array.shape)


# -- an index into the flattened tensor --------------------------------------------------------------------------------


def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements that `index` names in the flattened input, in the shape of the index."""
    return apply(rules.take, reshape(input, (-1,)), index=(_flat_index(input, index, "take"),))


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """A copy with the elements of `source` where `index` says in the flattened input; to accumulate, added there."""
    at = _flat_index(input, index, "put_").reshape(-1)
    if source.array.dtype != input.array.dtype:
        raise RuntimeError(
            "put_(): self and source expected to have the same dtype, but got self.dtype = "
            f"{input.dtype.scalar_type} and source.dtype = {source.dtype.scalar_type}: source.to({input.dtype})"
        )
    if source.array.size != at.size:
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.array.size}, index.numel() = {at.size}"
        )
    place = np.unravel_index(at % max(input.array.size, 1), input.array.shape) if input.array.ndim else (at * 0,)
    x = input if input.array.ndim else reshape(input, (1,))
    operation = rules.put_flat_add if accumulate else rules.put_flat
    made = apply(operation, x, reshape(source, (-1,)), index=place, value_shape=(at.size,))
    return _shaped(made, input.array.shape)


def _flat_index(input: Tensor, index: Tensor, name: str) -> ndarray:
    _check_tensor(index, name, "index")
    at, n = index.array, input.array.size
    if at.dtype != np.int64:
        raise RuntimeError(f"{name}(): Expected a long tensor for index, but got {index.dtype.scalar_type}: x.long()")
    if at.size and not (-n <= at.min() and at.max() < n):
        wrong = at[(at < -n) | (at >= n)][0]
        raise IndexError(f"out of range: tried to access index {wrong} on a tensor of {n} elements.")
    return at


# -- a mask ------------------------------------------------------------------------------------------------------------


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where the mask holds, in one row. The two broadcast."""
    _check_tensor(mask, "masked_select", "mask")
    if mask.array.dtype != np.bool_:
        raise RuntimeError(f"masked_select: expected BoolTensor for mask, but got {mask.dtype.name}. Write x > 0.")
    m, x = broadcast_tensors(mask, input)
    return apply(rules.masked_select, x, index=(m.array,))


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """A copy where the elements of `source` stand, one after the other, in the places where the mask holds.

    >>> import micrograd_nb as mg
    >>> mg.zeros(4).masked_scatter(mg.tensor([True, False, True, True]), mg.tensor([1.0, 2.0, 3.0]))
    tensor([1., 0., 2., 3.])
    """
    _check_tensor(mask, "masked_scatter", "mask")
    if mask.array.dtype != np.bool_:
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {mask.dtype.name}. Write x > 0."
        )
    if source.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"masked_scatter: expected self and source to have same dtypes but got {input.dtype.scalar_type} and "
            f"{source.dtype.scalar_type}: source.to({input.dtype})"
        )
    x, m = broadcast_tensors(input, mask)
    count = int(np.count_nonzero(m.array))
    if source.array.size < count:
        raise RuntimeError(
            f"Number of elements of source < number of ones in mask: {source.array.size} elements for {count} places"
        )
    new = getitem(reshape(source, (-1,)), slice(count))
    return apply(rules.masked_scatter, x, new, index=(m.array,), value_shape=(count,))


# -- what the functions above check ------------------------------------------------------------------------------------


def _check_tensor(x: Any, name: str, argument: str) -> None:
    if not is_tensor(x):
        raise TypeError(
            f"{name}(): argument '{argument}' must be Tensor, not {type(x).__name__}: tensor(...) makes one"
        )


def _indices(index: Tensor, name: str) -> ndarray:
    _check_tensor(index, name, "index")
    if index.array.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            f"{name}(): Expected dtype int32/int64 for index, but got {index.dtype.name}: use x.long() for positions, "
            "and a mask with masked_select"
        )
    return index.array


def _vector(index: Tensor, name: str) -> ndarray:
    at = _indices(index, name)
    if at.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, but got shape {tuple(at.shape)}")
    return at.reshape(-1)


def _check_bounds(at: ndarray, n: int, dim: int, error: type[Exception], start: str = "") -> None:
    """Every index from 0 up to but without n. As numbers without a sign, negative ones are larger than all others."""
    if type(at) is ndarray and at.size and np.maximum.reduce(at.view(f"u{at.itemsize}"), None) >= n:
        wrong = at[(at < 0) | (at >= n)][0]
        raise error(f"{start}index {wrong} is out of bounds for dimension {dim} with size {n}")
