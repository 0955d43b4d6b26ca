"""`tensor[index]`, to read and to write.

    x[1], x[1:3], x[..., None]      a view: numbers, slices, None and Ellipsis
    x[[0, 2]], x[rows, columns]     a copy of the elements that lists, arrays or tensors of integers name
    x[x > 0]                        a copy of the elements where a mask holds

>>> import micrograd_nb as mg
>>> x = mg.arange(6).reshape(2, 3)
>>> x[:, [0, 2]]
tensor([[0, 2],
        [3, 5]])
>>> x[x % 2 == 0] = -1
>>> x
tensor([[-1,  1, -1],
        [ 3, -1,  5]])
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from types import EllipsisType, NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd.rules import indexing as rules
from ..autograd.rules import shape as shape_rules
from . import axes
from .in_place import assign
from .record import apply, apply_view, is_tensor, wrap
from .shapes import unsqueeze

if TYPE_CHECKING:
    from .core import Tensor

_BASIC = {int, slice, EllipsisType, NoneType}
_NESTED = (Sequence, slice, ndarray, EllipsisType, NoneType)
_WHOLE = slice(None)


def getitem(input: Tensor, index: Any) -> Tensor:
    """`input[index]`."""
    kind = type(index)
    if kind is int:
        return apply_view(rules.select, input, index=(index, ...))
    if kind is slice:
        _check_steps((index,))
        return apply_view(rules.view_at, input, index=index)
    if kind is tuple and _BASIC.issuperset(map(type, index)):
        return _view(input, index)
    if index is None:
        return unsqueeze(input, 0)
    if index is ...:
        return apply_view(shape_rules.alias, input)
    viewed, arrays = _basic_first(input, _parts(index))
    if not arrays:
        return viewed
    masks = all(part.dtype == np.bool_ for part in arrays if _is_array(part))
    return apply(rules.mask_at if masks else rules.take_at, viewed, index=arrays)


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """`input[:, …, index]`: one slice of an axis, which is gone then.

    >>> import micrograd_nb as mg
    >>> mg.tensor([[1, 2], [3, 4]]).select(1, 0)
    tensor([1, 3])
    """
    if not input.array.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor: it is a single number, item()")
    dim, index = axes.one(input, dim), operator.index(index)
    n = input.array.shape[dim]
    if not -n <= index < n:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.array.shape)} at dimension {dim}"
        )
    return apply_view(rules.select, input, index=(_WHOLE,) * dim + (index, ...))


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """`input[:, …, start : start + length]`, which must be there in full length."""
    if not input.array.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor: it is a single number, item()")
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative, but it is {length}")
    dim, first = axes.one(input, dim), operator.index(start)
    n = input.array.shape[dim]
    if not -n <= first <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {first})")
    first += n if first < 0 else 0
    if first + length > n:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({n}).")
    return apply_view(rules.view_at, input, index=(_WHOLE,) * dim + (slice(first, first + length),))


def setitem(input: Tensor, index: Any, value: Any) -> None:
    """`input[index] = value`."""
    assign(input, (index, ...) if type(index) is int else place_of(input, index), value)


def place_of(input: Tensor, index: Any) -> tuple[Any, ...]:
    """Where an index writes, as an index of NumPy's."""
    parts = _parts(index)
    kinds = {*map(type, parts)}
    if slice in kinds:
        _check_steps(parts)
    if kinds <= _BASIC:
        return parts if EllipsisType in kinds else (*parts, ...)  # NumPy then writes one element as it writes many
    return parts if kinds.isdisjoint((int, NoneType)) else _elements(input.array, parts)


def _view(input: Tensor, index: tuple[Any, ...]) -> Tensor:
    """What an index of numbers, slices, None and Ellipsis gives."""
    _check_steps(index)
    if not index:
        return apply_view(shape_rules.alias, input)
    return apply_view(rules.view_at, input, index=index if ... in index else (*index, ...))


def _check_steps(parts: tuple[Any, ...]) -> None:
    for part in parts:
        if type(part) is slice and part.step is not None and part.step <= 0:
            raise ValueError(f"step must be greater than zero, but it is {part.step}. To turn an axis round, use flip.")


def _is_array(part: Any) -> bool:
    return type(part) not in _BASIC


def _parts(index: Any) -> tuple[Any, ...]:
    """The parts of an index, with arrays for lists and tensors, and Python numbers for other single whole numbers."""
    if not isinstance(index, tuple):
        index = tuple(index) if _stands_for_a_tuple(index) else (index,)
    return tuple([part if type(part) in _BASIC else _index_array(part) for part in index])


def _stands_for_a_tuple(index: Any) -> bool:
    """A list with lists in it was once a tuple for NumPy, and still is one for PyTorch."""
    nested = isinstance(index, list) and any(
        type(part) is not int and (isinstance(part, _NESTED) or is_tensor(part)) for part in index
    )
    if nested:
        warnings.warn(
            "Using a non-tuple sequence for multidimensional indexing is deprecated; use x[tuple(seq)], which is what "
            "it means now, or x[tensor(seq)].",
            UserWarning,
            stacklevel=4,
        )
    return nested


def _index_array(part: Any) -> Any:
    array = part.array if is_tensor(part) else np.asarray(part)
    if array.dtype == np.uint8:
        warnings.warn(
            "indexing with dtype uint8 is now deprecated, please use a dtype bool instead: x.bool()",
            UserWarning,
            stacklevel=5,
        )
        return array.astype(np.bool_)
    if array.dtype.char not in "?ilq" and array.size:
        raise _no_index(part, array)
    if array.dtype.kind == "i" and array.ndim == 0:
        return int(array)
    return array if array.dtype.kind in "bi" else array.astype(np.int64)


def _no_index(part: Any, array: ndarray) -> Exception:
    if array.dtype.kind in "US":
        return TypeError(f"new(): invalid data type 'str': an index is made of whole numbers or a mask, not {part!r}")
    if array.dtype.kind not in "fi" or array.ndim == 0:
        return IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type(part).__name__}): for a number that counts use int(x), or n // 2 for a division"
        )
    return IndexError(
        f"tensors used as indices must be long, int, byte or bool tensors, not {array.dtype}: use x.long() for "
        "positions, x.bool() for a mask"
    )


def _basic_first(input: Tensor, parts: tuple[Any, ...]) -> tuple[Tensor, tuple[Any, ...]]:
    """Applies the numbers, slices and None of an index, as PyTorch does before it looks at the arrays.

    Returns the view, and the index of arrays for it; () where there are none.
    """
    basic: list[Any] = []
    rest: list[Any] = []
    for part in parts:
        if _is_array(part):
            basic += [_WHOLE] * (part.ndim if part.dtype == np.bool_ else 1)
            rest.append(part)
        else:
            basic.append(part)
            if type(part) is not int:
                rest.append(part if part is ... else _WHOLE)
    whole = all(part is ... or (type(part) is slice and part == _WHOLE) for part in basic)
    viewed = input if whole and len(rest) == len(parts) else _view(input, tuple(basic))
    if not any(map(_is_array, rest)):
        return viewed, ()
    while type(rest[-1]) is slice and not any(part is ... for part in rest):  # it is the shorter for it
        rest.pop()
    return viewed, tuple(rest)


def _elements(array: ndarray, parts: tuple[Any, ...]) -> tuple[ndarray, ...]:
    """An index that mixes numbers with arrays, as arrays alone, one for each axis.

    NumPy would order the axes of the result differently than PyTorch does.
    """
    places = wrap(np.arange(array.size).reshape(array.shape))
    return np.unravel_index(getitem(places, parts).array, array.shape)
