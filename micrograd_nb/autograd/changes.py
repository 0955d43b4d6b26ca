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
    owner = _owner(array)
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
        _last[id(_owner(array))] = change


def since(number: int, array: ndarray) -> Change | None:
    """The last change of `array`, or of what it is a view of, after a number."""
    change = _last.get(id(_owner(array)))
    return change if change is not None and change.number > number else None


def between(made: int, used: int, array: ndarray, known: int = 0) -> Change | None:
    """A change in a graph that overwrote some of `array` after the node `made` had made it, and before it was `used`.

    Arguments:
        known: the number of a change that does not count.
    """
    book = _recorded.get(id(_owner(array)))
    if book is None or book.owner() is not _owner(array):
        return None
    for change, place in book.changes:
        in_between = made < change.number < used and change.node != made and change.number != known
        if in_between and np.shares_memory(np.asarray(place), array):
            return change
    return None


def any_recorded() -> bool:
    """Whether there was ever a change that is part of a graph."""
    return bool(_recorded)


def _owner(array: ndarray) -> ndarray:
    """The array that owns the memory that `array` looks into."""
    array = tracing.plain(array)
    while type(array.base) is ndarray:
        array = array.base
    return array


def _place(array: ndarray) -> Any:
    """Where an array lies in memory, without holding the memory: to compare with, never to read from."""
    return SimpleNamespace(__array_interface__=tracing.plain(array).__array_interface__)
