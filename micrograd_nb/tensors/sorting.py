"""Functions that put elements in order, and that find and count them. Most are methods, too.

Gradients go to the elements that were taken. NaN counts as larger than all numbers.

>>> import micrograd_nb as mg
>>> x = mg.tensor([3.0, 1.0, 2.0])
>>> x.sort(descending=True).values, x.argsort()
(tensor([3., 2., 1.]), tensor([1, 2, 0]))
>>> x.topk(2).indices
tensor([0, 2])
>>> mg.tensor([1, 2, 1]).unique(return_counts=True)
(tensor([1, 2]), tensor([2, 1]))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd.rules import indexing as rules
from . import axes, return_types
from .elementwise import clone
from .record import apply, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor

# -- in order ----------------------------------------------------------------------------------------------------------


@axes.numpy_names
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Any:
    """The elements along `dim` in order, and their indices. Equal elements keep their order, stable or not."""
    operation = rules.sort_stable if stable else rules.sort
    return return_types.sort(*_taken(operation, input, dim, _order(input, dim, descending)))


@axes.numpy_names
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """The indices that would sort the tensor along `dim`."""
    return wrap(_order(input, dim, descending))


def msort(input: Tensor) -> Tensor:
    """The elements in order along the first axis."""
    return sort(input, 0).values


@axes.numpy_names
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest elements along `dim`, or smallest, in order, and their indices.

    Of equal elements the first come first, except that among many any may be taken.
    """
    array, dim = input.array, axes.one(input, dim)
    n = array.shape[dim] if array.ndim else 1
    if not 0 <= k <= n:
        raise RuntimeError(f"selected index k out of range: k is {k}, and there are {n} elements along dim {dim}")
    if array.dtype == np.bool_:
        raise RuntimeError("topk does not support bool dtypes: make them numbers, x.long()")
    if not array.ndim:
        return return_types.topk(clone(input), wrap(np.zeros((), np.int64)))
    return return_types.topk(*_taken(rules.topk, input, dim, _places_of_largest(array, k, dim, largest)))


def _order(input: Tensor, dim: int, descending: bool) -> ndarray:
    dim = axes.one(input, dim)
    return _sorted_places(input.array, dim, descending) if input.array.ndim else np.zeros((), np.int64)


def _sorted_places(array: ndarray, dim: int, descending: bool) -> ndarray:
    """The indices in order; of equal elements the first one first, either way."""
    if not descending:
        return np.argsort(array, dim, kind="stable")
    turned = (slice(None),) * dim + (slice(None, None, -1),)
    return array.shape[dim] - 1 - np.argsort(array[turned], dim, kind="stable")[turned]


FEW = 128  # so few elements are sorted as fast as parted


def _places_of_largest(array: ndarray, k: int, dim: int, largest: bool) -> ndarray:
    """The indices of the `k` largest elements, in order; or of the smallest."""
    n, before = array.shape[dim], (slice(None),) * dim
    if n <= FEW or k in (0, n):
        return _sorted_places(array, dim, largest)[(*before, slice(k))]
    parted = array.argpartition(n - k if largest else k - 1, dim)
    chosen = np.sort(parted[(*before, slice(n - k, n) if largest else slice(k))], dim)
    order = _sorted_places(np.take_along_axis(array, chosen, dim), dim, largest)
    return np.take_along_axis(chosen, order, dim)


def _taken(operation: Any, input: Tensor, dim: int, index: ndarray) -> tuple[Tensor, Tensor]:
    dim = axes.one(input, dim)
    place = rules.along(index, dim) if input.array.ndim else (...,)
    return apply(operation, input, index=place), wrap(index)


# -- found -------------------------------------------------------------------------------------------------------------


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not 0: a row each, or, as a tuple, a tensor for each axis.

    >>> import micrograd_nb as mg
    >>> mg.tensor([[0, 3], [4, 0]]).nonzero()
    tensor([[0, 1],
            [1, 0]])
    """
    array = input.array
    if as_tuple:
        return tuple(wrap(axis) for axis in np.nonzero(np.atleast_1d(array)))
    return wrap(np.argwhere(array))


def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not 0, a row each."""
    return nonzero(input)


def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where each number would have to be put into a sequence in order, so that it stays in order.

    Arguments:
        sorted_sequence: in order along its last axis; the axes before are those of the input, or there are none.
        input: a tensor, or a number.
        right: behind elements that are equal, instead of before them; the same as side="right".
        sorter: `argsort` of a sequence that is not in order.

    >>> import micrograd_nb as mg
    >>> mg.searchsorted(mg.tensor([1, 3, 5]), mg.tensor([3, 6]))
    tensor([1, 3])
    """
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    sequence, numbers = sorted_sequence.array, input.array if is_tensor(input) else np.asarray(input)
    if not sequence.ndim:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )
    if sequence.ndim > 1 and sequence.shape[:-1] != numbers.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            "tensor and input value tensor must match, but we got boundaries tensor "
            f"{list(sequence.shape)} and input value tensor {list(numbers.shape)}"
        )
    if sorter is not None:
        sequence = np.take_along_axis(sequence, sorter.array, -1)
    where = "right" if right or side == "right" else "left"
    return wrap(_searched(sequence, numbers, where).astype(np.int32 if out_int32 else np.int64))


def bucketize(input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """In which bucket each number falls, of those that the boundaries, in order, separate.

    Bucket i goes from boundary i - 1 to boundary i, which belongs to it; with `right`, the one before does instead.

    >>> import micrograd_nb as mg
    >>> mg.bucketize(mg.tensor([1, 3, 9]), mg.tensor([1, 5]))
    tensor([0, 1, 2])
    """
    if boundaries.array.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.array.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def _searched(sequence: ndarray, numbers: ndarray, side: Any) -> ndarray:
    if sequence.ndim == 1:
        return np.asarray(sequence.searchsorted(numbers, side))
    rows = zip(sequence.reshape(-1, sequence.shape[-1]), numbers.reshape(-1, numbers.shape[-1]), strict=True)
    return np.array([row.searchsorted(x, side) for row, x in rows], np.int64).reshape(numbers.shape)


def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Which elements are among the test elements; one of the two may be a number.

    >>> import micrograd_nb as mg
    >>> mg.isin(mg.tensor([1, 2, 3]), mg.tensor([1, 3]))
    tensor([ True, False,  True])
    """
    for name, x in (("elements", elements), ("test_elements", test_elements)):
        if not is_tensor(x) and not isinstance(x, (int, float)):
            raise TypeError(f"isin(): {name} must be a Tensor or a number, not {type(x).__name__}: tensor(...)")
    a, b = (x.array if is_tensor(x) else np.asarray(x) for x in (elements, test_elements))
    return wrap(np.isin(a, b, assume_unique=assume_unique, invert=invert))


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Indices into a flattened tensor as indices along each of its axes: for what `argmax` gives.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([[1, 5], [3, 2]])
    >>> mg.unravel_index(x.argmax(), x.shape)
    (tensor(0), tensor(1))
    """
    try:
        return tuple(wrap(np.asarray(i)) for i in np.unravel_index(indices.array, axes.ints((shape,))))
    except ValueError:
        raise ValueError(
            f"unravel_index: indices must be from 0 up to but without the number of elements of {tuple(shape)}, got "
            f"{indices.tolist()}"
        ) from None


# -- counted -----------------------------------------------------------------------------------------------------------


@axes.numpy_names
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements, in order; along a `dim`, the different slices. No gradient goes through.

    Arguments:
        sorted: in order, which they are in any case.
        return_inverse: also where each element of the input is among the different ones.
        return_counts: also how often each comes.
    """
    array = input.array
    if dim is not None:
        dim = axes.one(input, dim)
        if any(n == 0 for d, n in enumerate(array.shape) if d != dim):
            raise RuntimeError(
                f"There are 0 sized dimensions, and they aren't selected, so unique cannot be applied: {array.shape}"
            )
    found, inverse, counts = np.unique(array, False, True, True, axis=dim, equal_nan=False)
    inverse = inverse.reshape(array.shape if dim is None else -1)
    return _asked(found, inverse, counts, return_inverse, return_counts)


def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """One element of each run of equal ones; along a `dim`, one slice. No gradient goes through.

    >>> import micrograd_nb as mg
    >>> mg.tensor([1, 1, 2, 1]).unique_consecutive(return_counts=True)
    (tensor([1, 2, 1]), tensor([2, 1, 1]))
    """
    array = input.array.reshape(-1) if dim is None else np.moveaxis(input.array, axes.one(input, dim), 0)
    rows = array.reshape(len(array), -1)
    begins = np.concatenate([np.ones(min(len(rows), 1), np.bool_), (rows[1:] != rows[:-1]).any(1)])
    inverse = begins.cumsum() - 1
    counts = np.bincount(inverse, minlength=0)
    found = array[begins] if dim is None else np.moveaxis(array[begins], 0, axes.one(input, dim))
    inverse = inverse.reshape(input.array.shape) if dim is None else inverse
    return _asked(found, inverse, counts, return_inverse, return_counts)


def _asked(found: ndarray, inverse: ndarray, counts: ndarray, with_inverse: bool, with_counts: bool) -> Any:
    asked = [wrap(found), *[wrap(inverse)] * with_inverse, *[wrap(counts)] * with_counts]
    return asked[0] if len(asked) == 1 else tuple(asked)
