"""Recorder: writes down what runs while a profile is on, in each thread by itself.

It does as little as it can while the program runs, and `events` makes sense of it afterwards. What it keeps are tuples
of numbers and texts, which Python's garbage collector need not look at again and again.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from time import perf_counter_ns
from typing import Any, NamedTuple

from numpy import ndarray

from ...autograd.profiling import OPERATION


class Entry(NamedTuple):
    """Something that ran."""

    number: int  # counts what begins in a thread
    name: str
    kind: str
    shapes: Any  # of the inputs, in tuples
    start: int  # nanoseconds
    end: int
    bytes: int  # of the arrays that were made meanwhile, less of those that were freed


Mark = tuple["Track", int, str, str, Any, Any, int, int]
"""Something that has begun: its thread, the first four of an Entry, its inputs, the thread's bytes then, the time."""


class Track:
    """What happened in one thread."""

    def __init__(self) -> None:
        self.name, self.ident = threading.current_thread().name, threading.get_native_id()
        self.next_number = itertools.count().__next__
        self.finished: list[tuple[Any, ...]] = []  # what is in an Entry, in the order in which it ended
        self.bytes = 0  # of the arrays that operations made in this thread, less of those that were freed in it

    @property
    def entries(self) -> Iterator[Entry]:
        """What ran, in the order in which it ended."""
        return map(Entry._make, self.finished)


class Recorder:
    """Watches all threads. (It is a `Watcher` of `autograd.profiling`.)

    Arguments:
        shapes: note the shapes of the inputs.
        memory: note the memory of new arrays, and when it is freed.
    """

    def __init__(self, *, shapes: bool, memory: bool) -> None:
        self.tracks: list[Track] = []
        self.memory = Memory(self.track) if memory else None
        self.started = perf_counter_ns()
        self._shapes = shapes
        self._here = threading.local()
        self._is_open = True

    def track(self) -> Track:
        """The track of this thread."""
        try:
            track: Track = self._here.track
            return track
        except AttributeError:
            made = self._here.track = Track()
            self.tracks.append(made)
            return made

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that does the same as `function`, and is watched."""

        def run(*inputs: Any, **options: Any) -> Any:
            mark = self.begin(name, OPERATION, inputs)
            made = None
            try:
                made = function(*inputs, **options)
                return made
            finally:
                self.end(mark, made)

        return run

    def begin(self, name: str, kind: str, inputs: tuple[Any, ...] = ()) -> Mark:
        """Something begins, with these arrays."""
        track = self.track()
        shapes = shapes_of(inputs) if self._shapes else ()
        if self.memory is None:
            inputs = ()
        return track, track.next_number(), name, kind, shapes, inputs, track.bytes, perf_counter_ns()

    def end(self, mark: Mark, made: Any = None) -> None:
        """It has ended, and has made an array, or a sequence of them. After the profile, this is not noted."""
        end = perf_counter_ns()
        if not self._is_open:
            return
        track, number, name, kind, shapes, inputs, held, start = mark
        if self.memory is not None:
            self.memory.look(made, inputs)
        track.finished.append((number, name, kind, shapes, start, end, track.bytes - held))

    def close(self) -> None:
        """The profile is over."""
        self._is_open = False
        if self.memory is not None:
            self.memory.close()


class Memory:
    """The memory of the arrays that were made, as long as somebody holds them.

    An array that only looks into another takes none.
    """

    def __init__(self, track: Callable[[], Track]) -> None:
        self._track = track
        self._held: dict[int, _Held] = {}  # by the array's id
        self.changes: list[tuple[int, int]] = []  # when, and by how many bytes

    def look(self, made: Any, given: tuple[Any, ...]) -> None:
        """Notes the arrays among what was made that are new, and look into nothing that was given."""
        for array in (made,) if type(made) is ndarray else arrays_in(made):
            owner = array if array.base is None else owner_of(array)
            if owner is None or id(owner) in self._held or any(owner_of(x) is owner for x in arrays_in(given)):
                continue
            self._held[id(owner)] = _Held(owner, self._freed)
            self._note(owner.nbytes)

    def close(self) -> None:
        """What is freed from now on is not noted any more."""
        self._held.clear()

    def _freed(self, held: Any) -> None:
        if self._held.pop(held.key, None) is not None:
            self._note(-held.nbytes)

    def _note(self, change: int) -> None:
        self._track().bytes += change
        self.changes.append((perf_counter_ns(), change))


class _Held(weakref.ref[Any]):
    """An array that somebody holds: not this."""

    __slots__ = ("key", "nbytes")

    def __init__(self, array: ndarray, freed: Callable[[Any], None]) -> None:
        super().__init__(array, freed)  # type: ignore[call-arg]
        self.key, self.nbytes = id(array), array.nbytes


def owner_of(x: Any) -> ndarray | None:
    """The array whose memory it is; None for memory that is not NumPy's."""
    while (base := getattr(x, "base", None)) is not None:
        x = base
    return x if isinstance(x, ndarray) else None


def arrays_in(value: Any) -> list[ndarray]:
    """The arrays in what an operation takes or returns: tuples, lists and dicts of them, tensors."""
    if isinstance(value, ndarray):
        return [value]
    if isinstance(value, (tuple, list)):
        return [array for item in value for array in ([item] if type(item) is ndarray else arrays_in(item))]
    if isinstance(value, dict):
        return arrays_in(list(value.values()))
    return arrays_in(value.array) if hasattr(value, "array") else []


def shapes_of(inputs: Any) -> tuple[Any, ...]:
    """The shape of each input; that of a number is empty."""
    return tuple([shapes_of(x) if isinstance(x, (tuple, list)) else getattr(x, "shape", ()) for x in inputs])
