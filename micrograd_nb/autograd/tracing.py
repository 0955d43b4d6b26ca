"""Whether a function is being traced into a static graph in this thread, and what to do about Python's part of it.

A static graph holds calls of NumPy. What is computed outside of NumPy during the trace would be computed once and never
again; those who compute such things say so here:

    zeros = tracing.made(np.zeros(3))                   an array whose further fate is written down
    rng = tracing.generator(rng)                        its numbers are drawn anew at each replay
    lr = tracing.number(group, "lr", dtype)             a 0-d array of a number that is looked up at each replay
    a, b = tracing.variables(function, dtype, x, y)     0-d arrays of the numbers that function(x, y) returns, likewise
    function = tracing.whole(function)                  a function of arrays that each replay calls as it is

Outside of a trace, they do the same, once.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .constants import constants

_local = threading.local()
_traces: list[Any] = []  # the programs that are being written, in all threads: an empty list is false, and asked fast


@contextmanager
def of(program: Any) -> Iterator[None]:
    """The context of a trace."""
    before = getattr(_local, "program", None)
    _local.program = program
    _traces.append(program)
    try:
        yield
    finally:
        _traces.pop()  # whichever: only how many there are matters
        _local.program = before


def program() -> Any:
    """The program that is being written in this thread, or None."""
    return getattr(_local, "program", None) if _traces else None


def generator(rng: Any) -> Any:
    """A generator; while tracing, one whose draws are part of the program."""
    writing = program()
    return rng if writing is None else writing.generator(rng)


def made(array: Any) -> Any:
    """An array that was just made; while tracing, one that is the same at the beginning of each replay."""
    writing = program() if _traces else None
    return array if writing is None else writing.made(array)


def number(options: dict[str, Any], name: str, dtype: Any) -> Any:
    """One of an optimizer's options as a 0-d array, or a tensor's array as it is."""
    value = options[name]
    if type(value) is not float and hasattr(value, "array"):
        return value.array.astype(dtype, copy=False)
    writing = program() if _traces else None
    return constants(dtype, float(value))[0] if writing is None else writing.number(options, name, dtype)


def variables(function: Callable[..., tuple[float, ...]], dtype: Any, *arguments: Any) -> tuple[Any, ...]:
    """The numbers that a function of Python's returns, as 0-d arrays."""
    writing = program()
    if writing is None:
        return constants(dtype, *function(*arguments))
    return tuple(writing.variables(function, dtype, *arguments))


def whole(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a function of arrays that gives new arrays, of shapes that do not depend on the numbers.

    A static graph does not look into it, and calls it at each replay. So it may do with its arrays what it likes.
    """

    @functools.wraps(function)
    def run(*args: Any, **options: Any) -> Any:
        writing = program()
        return function(*args, **options) if writing is None else writing.whole(function, *args, **options)

    return run


def plain(array: Any) -> Any:
    """The array itself, of one that stands for it during a trace."""
    return getattr(array, "array", array)
