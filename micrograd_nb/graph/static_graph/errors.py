"""What a static graph says of a function that it cannot hold, or, without guards, holds all the same."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

PACKAGE = str(Path(__file__).parents[2])


class StaticGraphError(RuntimeError):
    """A function that cannot become a static graph: what it does, at which line, and what to do instead."""


class Frozen(NamedTuple):
    """What a trace without guards took from its data once, and every replay keeps: in which line, and what it was."""

    file: str
    line: int
    value: str


class FrozenWarning(UserWarning):
    """A static graph without guards has taken a decision by data once and for all."""


def refused(what: str, why: str) -> StaticGraphError:
    """The error for something that a static graph cannot hold; names the learner's line."""
    return StaticGraphError(
        f"a static graph cannot hold this ({learners_line()}): {what}: {why}. Leave it outside of the function, write "
        "it with tensor operations (where, clamp, masks), or call the function without static()."
    )


def learners_line() -> str:
    """The learner's line in words."""
    return place_of(*learners_place())


def learners_place() -> tuple[str, int]:
    """The file and line of the innermost code that is neither ours nor NumPy's."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith((PACKAGE, np.__path__[0])) and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def place_of(file: str, line: int) -> str:
    """A file and line in words: `line 2 of the cell`."""
    in_a_cell = "ipykernel" in file or file.startswith("<")
    return f"line {line} of the cell" if in_a_cell else f"{Path(file).name}, line {line}"
