"""Which memory an array looks into, and how the same view is had of other memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

Moves = dict[int, tuple[ndarray, ndarray]]
"""What was moved: by the id of an array that owns memory, it and its new place, of the same strides."""

_METHOD: type = type(np.empty(0).dot)


def owner(array: ndarray) -> ndarray:
    """The array that owns the memory that a view looks into."""
    while type(array.base) is ndarray:
        array = array.base
    return array


def start(array: ndarray) -> int:
    """The address of an array's first element."""
    return array.__array_interface__["data"][0]


def at_the_new_place(view: ndarray, old: ndarray, new: ndarray) -> ndarray:
    """The view of `new` that `view` is of `old`; both have the same shape and strides."""
    if view is old:
        return new
    whole = owner(new)
    buffer = whole.transpose(np.argsort([-stride for stride in whole.strides], kind="stable"))
    offset = start(view) - start(old) + start(new) - start(whole)
    moved = np.ndarray(view.shape, view.dtype, buffer, offset, view.strides)
    moved.flags.writeable = view.flags.writeable and new.flags.writeable
    return moved


def moved(array: ndarray, moves: Moves) -> ndarray:
    """An array, or the same view of where its memory is now."""
    whole = owner(array)
    return at_the_new_place(array, *moves[id(whole)]) if id(whole) in moves else array


def is_method_of_array(x: Any) -> bool:
    """Whether something is a method of an array, such as `a.dot`."""
    return type(x) is _METHOD and isinstance(getattr(x, "__self__", None), ndarray)
