"""The frame of every checker: it looks at a learner's answer and prints one verdict.

    not yet: …    nothing is there to be checked
    ✗ …           the first thing that is wrong, in the learner's terms, and where to look
    ✓ …           right

A checker asks with `call` and `require`, and returns its praise:

>>> @exercise
... def double(answer):
...     got = number(call(answer, 3, shown="double(3)"), "double(3)")
...     require(close(got, 6), f"double(3) is {shown(got)}, and twice 3 is 6")
...     return "double(3) is 6"
>>> double(...)
not yet: nothing is written yet
>>> double(lambda x: x + 2)
✗ double(3) is 5, and twice 3 is 6
>>> double(lambda x: x + x)
✓ double(3) is 6
  All exercises of this lesson are right.

A wrong answer never raises: a notebook with open exercises runs through. Hints come one by one:

>>> @exercise(hints=["What is twice a number, written as a sum?", "x + x"])
... def twice(answer):
...     return double.check(answer)
>>> twice.hint()
hint 1 of 2: What is twice a number, written as a sum?
>>> twice.hint()
hint 2 of 2: x + x
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Literal, overload

import numpy as np

from ..graph import text
from ..tensors import Tensor

State = Literal["not yet", "wrong", "right"]
MARKS: dict[State, str] = {"not yet": "not yet:", "wrong": "✗", "right": "✓"}


@dataclass(frozen=True)
class Verdict:
    """What a checker found: its state, for programs, and a sentence, for people."""

    state: State
    text: str

    def __str__(self) -> str:
        return f"{MARKS[self.state]} {self.text}"


class NotYet(Exception):
    """There is no answer so far."""


class Wrong(Exception):
    """The answer is wrong; the message says what to look at."""


class Exercise:
    """A checker: called with an answer, it prints the verdict; `verdict` returns it; `hint` helps, a little at a time.

    A right answer is followed by how many exercises of the lesson are right so far, in this kernel.
    """

    def __init__(self, check: Callable[..., str], hints: Sequence[str] = ()) -> None:
        self.check = check
        self.hints = hints
        self.last = Verdict("not yet", "no answer was checked so far")
        self.mistakes = 0
        self._hints_given = 0
        self._lesson = _lessons.setdefault(check.__module__, {})
        self._lesson[check.__name__] = self
        update_wrapper(self, check)

    def __call__(self, *answers: Any) -> None:
        with redirect_stderr(sys.stdout):  # a warning is no mistake, and a grader takes what is in stderr for one
            verdict = self.last = self.verdict(*answers)
        print(verdict)
        self.mistakes += verdict.state == "wrong"
        if verdict.state == "right":
            print(f"  {self.progress()}")
        elif self.mistakes >= MISTAKES_BEFORE_A_HINT and self._hints_given < len(self.hints):
            print(f"  For a hint: exercises.{self.check.__name__}.hint()")

    @property
    def state(self) -> State:
        """Of the last answer: "not yet", "wrong" or "right"."""
        return self.last.state

    def verdict(self, *answers: Any) -> Verdict:
        try:
            return Verdict("right", self.check(*answers))
        except NotYet as reason:
            return Verdict("not yet", str(reason))
        except Wrong as reason:
            return Verdict("wrong", str(reason))
        except Exception as error:  # an answer that the checker did not foresee is wrong, and no crash
            return Verdict("wrong", f"this answer cannot be checked: {type(error).__name__}: {error}")

    def hint(self) -> None:
        """Prints the next hint, each with more in it than the one before; the last one again and again."""
        if not self.hints:
            print("there is no hint for this exercise: the verdict says where to look")
            return
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        print(f"hint {self._hints_given} of {len(self.hints)}: {self.hints[self._hints_given - 1]}")

    def progress(self) -> str:
        """How many exercises of the same lesson are right, and which are open."""
        open_ones = [name for name, other in self._lesson.items() if other.state != "right"]
        right = len(self._lesson) - len(open_ones)
        if not open_ones:
            return "All exercises of this lesson are right."
        return f"{right} of {len(self._lesson)} exercises of this lesson are right. Still open: {', '.join(open_ones)}."


MISTAKES_BEFORE_A_HINT = 2

_lessons: dict[str, dict[str, Exercise]] = {}  # the exercises of each lesson, by the names of module and checker


@overload
def exercise(check: Callable[..., str], /) -> Exercise: ...
@overload
def exercise(*, hints: Sequence[str]) -> Callable[[Callable[..., str]], Exercise]: ...
def exercise(
    check: Callable[..., str] | None = None, /, *, hints: Sequence[str] = ()
) -> Exercise | Callable[[Callable[..., str]], Exercise]:
    """Makes a checker of a function that takes answers, and returns praise or stops with `NotYet` or `Wrong`."""
    if check is None:
        return lambda check: Exercise(check, hints)
    return Exercise(check)


# -- asking ------------------------------------------------------------------------------------------------------------


def require(condition: Any, otherwise: str) -> None:
    """Stops with a diagnosis where the condition does not hold."""
    if not condition:
        raise Wrong(otherwise)


def call(function: Any, *arguments: Any, shown: str, endless: str = "which argument ends it?") -> Any:
    """What a learner's function returns. `shown` is the call as the learner would write it.

    `endless` is said where Python's stack is full. Objects that the checker hands in may stop with `Wrong` themselves.
    """
    if function is ... or function is None:
        raise NotYet("nothing is written yet")
    require(callable(function), f"{shown}: a function is needed here, and this is {kind(function)}")
    try:
        result = function(*arguments)
    except NotImplementedError:
        raise NotYet(f"{shown} raises NotImplementedError") from None
    except RecursionError:
        raise Wrong(f"{shown} never stops calling itself: {endless}") from None
    except Wrong:
        raise
    except Exception as error:
        raise Wrong(f"{shown} raised {type(error).__name__}: {error}{place(error, function)}") from None
    if result is None:
        raise NotYet(f"{shown} returned None. If you have written it, a `return` is missing.")
    if result is ...:
        raise NotYet(f"{shown} returned `...`: put your code in its place")
    return result


def place(error: Exception, function: Any) -> str:
    """The learner's own line in which an error came up, if it can be told."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file and frame.line]
    return f"   (in the line `{lines[-1]}`)" if lines else ""


def number(x: Any, what: str) -> float:
    """A number, or a tensor that holds one, as a float."""
    try:
        array = np.asarray(x.array if isinstance(x, Tensor) else x)
        if array.dtype.kind in "iuf" and array.size == 1:
            return float(array.item())
    except (TypeError, ValueError):
        pass
    raise Wrong(f"{what} should be a number, and is {kind(x)}")


def close(a: Any, b: Any) -> bool:
    """Equal but for the rounding of float32."""
    return bool(np.allclose(a, b, rtol=1e-4, atol=1e-6))


# -- telling -----------------------------------------------------------------------------------------------------------


def shown(x: Any) -> str:
    """A number or a small array as the pictures write it."""
    return text.array(x.array if isinstance(x, Tensor) else x)


def kind(x: Any) -> str:
    """What a thing is, for someone who did not expect it: `a list`, `a tensor of shape (2,)`."""
    if isinstance(x, Tensor):
        return f"a tensor of shape {tuple(x.shape)}"
    name = type(x).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
