"""`tensor[index]`, to read and to write.

Integers, slices, None and Ellipsis give a view. Lists, arrays and tensors of integers pick elements, and of bools
select them: those give a copy.
"""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd.rules import shape as rules
from .in_place import put_
from .record import apply, is_tensor, wrap
from .shapes import unsqueeze

if TYPE_CHECKING:
    from .core import Tensor

_BASIC = (int, np.integer, slice, EllipsisType, type(None))


def getitem(input: Tensor, index: Any) -> Tensor:
    """`input[index]`."""
    parts = index if isinstance(index, tuple) else (index,)
    if all(isinstance(p, _BASIC) and not isinstance(p, bool) for p in parts):
        if any(isinstance(p, slice) and p.step is not None and p.step <= 0 for p in parts):
            steps = [p.step for p in parts if isinstance(p, slice)]
            raise ValueError(f"step must be greater than zero, but is among {steps}. To turn an axis round, use flip.")
        if index is None:
            return unsqueeze(input, 0)
        if index is Ellipsis:
            return apply(rules.alias, input)
        return apply(rules.select if isinstance(index, int) else rules.view_at, input, index=index)
    viewed, arrays = _basic_first(input, tuple(_index_array(p) for p in parts))
    return apply(rules.take_at, viewed, index=arrays) if arrays else viewed


def setitem(input: Tensor, index: Any, value: Any) -> None:
    """`input[index] = value`."""
    parts = index if isinstance(index, tuple) else (index,)
    put_(input, tuple(_index_array(p) for p in parts), value)


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


def _index_array(part: Any) -> Any:
    """A part of an index with arrays: tensors and lists as arrays, single whole numbers as Python numbers."""
    if isinstance(part, _BASIC) and not isinstance(part, bool):
        return part
    array = part.array if is_tensor(part) else np.asarray(part)
    if array.dtype == np.uint8:  # a mask, from the time before bool
        array = array.astype(np.bool_)
    if array.dtype.kind not in "bi" and array.size:
        raise IndexError(
            f"tensors used as indices must be long, int, byte or bool tensors, not {array.dtype}: use x.long() "
            "for positions, x.bool() for a mask"
        )
    if array.dtype.kind == "i" and array.ndim == 0:
        return int(array)
    return array if array.dtype.kind in "bi" else array.astype(np.int64)


def _basic_first(input: Tensor, parts: tuple[Any, ...]) -> tuple[Tensor, tuple[Any, ...]]:
    """Applies the numbers, slices and None of an index, as PyTorch does before it looks at the arrays.

    Returns the view, and the index of arrays for it; () where there are none.
    """
    basic: list[Any] = []
    rest: list[Any] = []
    for part in parts:
        if isinstance(part, ndarray):
            basic += [slice(None)] * (part.ndim if part.dtype == np.bool_ else 1)
            rest.append(part)
        else:
            basic.append(part)
            if part is Ellipsis or not isinstance(part, (int, np.integer)):
                rest.append(part if part is Ellipsis else slice(None))
    whole = all(part is Ellipsis or (isinstance(part, slice) and part == slice(None)) for part in basic)
    viewed = input if whole else getitem(input, tuple(basic))
    return viewed, tuple(rest) if any(isinstance(part, ndarray) for part in rest) else ()
