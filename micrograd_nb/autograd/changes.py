"""Remembers which arrays were changed in place, and when: a gradient must not be computed from overwritten numbers.

Operations are numbered as they run (`Node.number`), and so are changes. An array that a node saved is spoilt if it was
changed after the node's number. The book is kept where arrays are changed, which is rarely; where nothing has been
changed since a graph began, a backward pass sees that from one number, `latest`.

What counts is the memory: a change through a view is a change of the whole array that it looks into.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import is_
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from . import tracing
from .node import next_number

latest = 0
"""The number of the last change of any array."""


class Change(NamedTuple):
    """One change: its number, what was called, and the number of the node that it left, 0 for none."""

    number: int
    name: str
    node: int


@dataclass(slots=True)
class _Recorded:
    """The changes of an array that are part of a graph, with the places in memory that they overwrote."""

    owner: weakref.ref[ndarray]
    changes: list[tuple[Change, Any]] = field(default_factory=list)


# By the id of the array that owns the memory. The id of an array that is gone may come again, and does no harm: what
# saved the new array has a higher number than the old one's change.
_last: dict[int, Change] = {}
_recorded: dict[int, _Recorded] = {}


def note(array: ndarray, name: str, node: int = 0, place: ndarray | None = None) -> int:
    """Writes down that `array` was changed in place just now, by the method `name`. Returns the change's number.

    Arguments:
        node: the number of the node that the change left, if it is part of a graph.
        place: the part of the array that was overwritten; all of it, if left out.
    """
    global latest
    latest = next_number()
    owner = owner_of(array)
    change = _last[id(owner)] = Change(latest, name, node)
    if node:
        book = _recorded.get(id(owner))
        if book is None or book.owner() is not owner:
            book = _recorded[id(owner)] = _Recorded(weakref.ref(owner))
        book.changes.append((change, _place(array if place is None else place)))
    return latest


def note_all(arrays: Iterable[ndarray], name: str) -> None:
    """`note` for many arrays at once, as an optimizer changes them."""
    global latest
    latest = next_number()
    change = Change(latest, name, 0)
    for array in arrays:
        owns = type(array) is ndarray and array.base is None
        _last[id(array if owns else owner_of(array))] = change


class Together:
    """Arrays that are changed together time and again, as an optimizer does: `note` is one number for all of them."""

    __slots__ = ("__weakref__", "arrays", "name", "number")

    def __init__(self) -> None:
        self.arrays: list[ndarray] = []
        self.name = ""
        self.number = 0
        _together.add(self)

    def note(self, arrays: list[ndarray], name: str) -> None:
        """`note_all`, in a fraction of the time if the arrays are those of the last call. The list is kept."""
        global latest
        if arrays is not self.arrays and not (len(arrays) == len(self.arrays) and all(map(is_, arrays, self.arrays))):
            self._write_down()
            self.arrays = arrays
        self.name = name
        latest = self.number = next_number()

    def holds(self, owner: ndarray) -> bool:
        """Whether one of the arrays is the given one, or looks into it."""
        return any(owner_of(array) is owner for array in self.arrays)

    def _write_down(self) -> None:
        """Puts the last change into the common book, for each array."""
        change = Change(self.number, self.name, 0)
        for array in self.arrays:
            key = id(owner_of(array))
            _last[key] = max(change, _last.get(key, change))

    __del__ = _write_down


_together: weakref.WeakSet[Together] = weakref.WeakSet()


def since(number: int, array: ndarray) -> Change | None:
    """The last change of `array`, or of what it is a view of, after a number."""
    owner = owner_of(array)
    found = [Change(t.number, t.name, 0) for t in _together if t.number > number and t.holds(owner)]
    change = _last.get(id(owner))
    if change is not None and change.number > number:
        found.append(change)
    return max(found, default=None)


def between(made: int, used: int, array: ndarray, known: int = 0) -> Change | None:
    """A change in a graph that overwrote some of `array` after the node `made` had made it, and before it was `used`.

    Arguments:
        known: the number of a change that does not count.
    """
    book = _recorded.get(id(owner_of(array)))
    if book is None or book.owner() is not owner_of(array):
        return None
    for change, place in book.changes:
        in_between = made < change.number < used and change.node != made and change.number != known
        if in_between and np.shares_memory(np.asarray(place), array):
            return change
    return None


def any_recorded() -> bool:
    """Whether there was ever a change that is part of a graph."""
    return bool(_recorded)


def owner_of(array: ndarray) -> ndarray:
    """The array that owns the memory that `array` looks into."""
    array = tracing.plain(array)
    base = array.base
    while base is not None:
        if type(base) is ndarray:
            array = base
        base = getattr(base, "base", None)  # NumPy's as_strided puts an object of another kind in between
    return array


def _place(array: ndarray) -> Any:
    """Where an array lies in memory, without holding the memory: to compare with, never to read from."""
    return SimpleNamespace(__array_interface__=tracing.plain(array).__array_interface__)
