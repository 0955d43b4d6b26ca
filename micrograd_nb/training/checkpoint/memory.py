"""Which arrays share memory: so that tied weights are stored once, and are tied again when they are loaded.

Two tensors may have the very same array, or one may look into the other: its transpose, a slice, another shape. The
larger one is stored; of the other, where it begins, its shape, and how many elements a step along each axis goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.exceptions import TooHardError
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

Path = tuple[Any, ...]
"""The keys and indices that lead to a value."""


def where(path: Path) -> str:
    """A path as a reader would write it: `obj['model'][0]`."""
    return "obj" + "".join(f"[{key!r}]" for key in path)


@dataclass(eq=False)
class _Stored:
    """An array, and who has it."""

    array: ndarray
    path: Path  # of the first who has it
    owners: list[tuple[dict[str, Any], str]] = field(default_factory=list)  # trees, and the key for the array's name
    base: _Stored | None = None  # the array that this one looks into

    def root(self) -> _Stored:
        """The array whose memory it is."""
        return self if self.base is None else self.base.root()


class Arrays:
    """The arrays of a checkpoint."""

    def __init__(self) -> None:
        self._stored: dict[Any, _Stored] = {}

    def add(self, array: ndarray, path: Path, owner: dict[str, Any], key: str) -> None:
        """Adds an array. What it will be called comes to stand in `owner[key]`, once all are known."""
        owner[key] = ""  # the kind comes first
        memory = array.__array_interface__["data"][0], array.shape, array.strides, array.dtype
        stored = self._stored.setdefault(memory if array.size else id(array), _Stored(array, path))
        stored.owners.append((owner, key))

    def named(self) -> dict[str, ndarray]:
        """The arrays to store, by name. Their owners learn the names."""
        self._find_bases()
        names = {"__metadata__"}  # which means something else in the file
        found = {}
        for stored in self._stored.values():
            if stored.base is None:
                found[stored] = _new_name(stored.path, names)
        for stored in self._stored.values():
            for owner, key in stored.owners:
                owner[key] = found[stored.root()]
                if stored.base is not None:
                    owner["view"] = _view_in(stored.root().array, stored.array)
        return {name: np.asarray(stored.array, order="C") for stored, name in found.items()}

    def _find_bases(self) -> None:
        pairs = list(_overlapping(list(self._stored.values())))
        for a, b in pairs:
            larger, smaller = (a, b) if a.array.nbytes >= b.array.nbytes else (b, a)
            if _covers(larger.array, smaller.array):
                smaller.base = larger
            elif _covers(smaller.array, larger.array):  # as large, and the one that lies in order
                larger.base = smaller
        for a, b in pairs:
            if a.root() is not b.root():
                raise ValueError(
                    f"{where(a.path)} and {where(b.path)} share part of their memory, and neither holds all of it, so "
                    "they could not share it when they are loaded. Save a copy of one of them: .clone()."
                )


def view_of(array: ndarray, view: Any) -> ndarray:
    """The part of an array that `[start, shape, steps]` says, in elements; an error if it were not inside of it."""
    start, shape, steps = view
    reach = [(size - 1) * step for size, step in zip(shape, steps, strict=True)]
    first, last = start + sum(min(r, 0) for r in reach), start + sum(max(r, 0) for r in reach)
    if min(shape, default=1) < 1 or first < 0 or last >= array.size:
        raise ValueError(f"a part from {first} to {last} of an array with {array.size} elements")
    strides = [step * array.itemsize for step in steps]
    return as_strided(array.reshape(-1)[start:], shape, strides)


def _view_in(base: ndarray, array: ndarray) -> list[Any]:
    offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return [offset // base.itemsize, list(array.shape), [stride // base.itemsize for stride in array.strides]]


def _covers(base: ndarray, array: ndarray) -> bool:
    """Whether an array is a part of another, whose elements lie in order in memory."""
    low, high = byte_bounds(base)
    first, end = byte_bounds(array)
    return base.flags.c_contiguous and base.dtype == array.dtype and low <= first and end <= high


def _overlapping(stored: list[_Stored]) -> Iterator[tuple[_Stored, _Stored]]:
    """The pairs that share memory: gone through by where they begin, each with those that have not ended there."""
    placed = sorted(((*byte_bounds(s.array), i) for i, s in enumerate(stored) if s.array.size))
    begun: list[tuple[int, _Stored]] = []
    for low, high, i in placed:
        begun = [(end, other) for end, other in begun if end > low]
        yield from ((other, stored[i]) for _, other in begun if _share(other.array, stored[i].array))
        begun.append((high, stored[i]))


def _share(a: ndarray, b: ndarray) -> bool:
    try:
        return np.shares_memory(a, b, max_work=1_000_000)  # type: ignore[arg-type]
    except TooHardError:
        return True  # as far as anyone can tell


def _new_name(path: Path, names: set[str]) -> str:
    """A name that says where an array stands, and that no other has."""
    plain = ".".join(str(key) for key in path).encode("utf-8", "backslashreplace").decode()
    name = next(name for name in chain([plain], (f"{plain}#{n}" for n in count(2))) if name not in names)
    names.add(name)
    return name
