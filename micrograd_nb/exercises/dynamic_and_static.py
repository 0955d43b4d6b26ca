"""The exercises of lesson 3: how often a function is traced, and an `if` that becomes an operation."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..data import DataLoader
from ..graph.static_graph import RetraceWarning, StaticGraph, StaticGraphError
from ..tensors import Tensor, from_numpy, ones, tensor, zeros
from .check import NotYet, Wrong, close, exercise, kind, number, require, shown

# -- 1: traces ---------------------------------------------------------------------------------------------------------

TRACES_HINTS = [
    "A trace depends on the shape and the dtype of each tensor, and on the value of everything that is no tensor.",
    "In D, what shapes do the batches have? Are they traced again in the second epoch?",
]


def _a(g: Callable[..., Any]) -> None:
    g(ones(4), 2)
    g(zeros(4), 2)


def _b(g: Callable[..., Any]) -> None:
    for n in range(5):
        g(ones(4), n)


def _c(g: Callable[..., Any]) -> None:
    for n in range(5):
        g(ones(4), tensor(n))


def _d(g: Callable[..., Any]) -> None:
    for _ in range(3):
        for batch in DataLoader(ones(100), batch_size=32):
            g(batch, 2)


WAYS = {"A": _a, "B": _b, "C": _c, "D": _d}

SAID = {
    ("A", 2): "A: the values differ, and the shapes do not. Is a value part of the signature of a tensor?",
    ("B", 1): "B: 0, 1, 2, … are Python numbers, and each stands in its program as a constant",
    ("C", 5): "C: n is a tensor here. Which of its properties does a trace depend on?",
    ("D", 12): "D: twelve batches, and few shapes. Who has the signature of an earlier batch is not traced",
    ("D", 1): "D: 100 is not a multiple of 32. What is the shape of the last batch?",
    ("D", 6): "D: two signatures an epoch are right; the second epoch finds the programs of the first",
    ("D", 4): "D: three of the four batches of an epoch have the same shape",
}


@exercise(hints=TRACES_HINTS)
def traces(answer: Any) -> str:
    """`{"A": …, "B": …, "C": …, "D": …}`: how many traces each of the four ways leaves."""
    require(isinstance(answer, Mapping), f"the answer is a dict with the keys A to D, and this is {kind(answer)}")
    missing = [name for name in WAYS if answer.get(name, ...) is ...]
    if missing:
        raise NotYet(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} still open")
    for name, way in WAYS.items():
        right, got = _counted(way), number(answer[name], name)
        if got != right:
            raise Wrong(SAID.get((name, int(got)), f"{name}: not {shown(got)}. List the signatures of all calls"))
    return "counted by real static graphs: " + ", ".join(f"{name} {_counted(way)}" for name, way in WAYS.items())


def _counted(way: Callable[..., None]) -> int:
    g = StaticGraph(lambda x, n: x * n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetraceWarning)
        way(g)
    return g.count


# -- 2: traceable ------------------------------------------------------------------------------------------------------

ERRORS = np.array([[0.5, -0.5, 1.0], [-3.0, 4.0, 0.0]], np.float32)
OTHERS = np.array([[-5.0, 2.0, -0.25], [0.75, -1.0, 1.5]], np.float32)

TRACEABLE_HINTS = [
    "mg.where(condition, a, b) takes a where the condition is true, and b elsewhere, element by element.",
    "errors.abs() is the size of each error. Compute both, 0.5 * errors**2 and errors.abs() - 0.5, for all of them.",
]


def _huber(errors: np.ndarray) -> np.ndarray:
    return np.where(np.abs(errors) <= 1, 0.5 * errors**2, np.abs(errors) - 0.5)


@exercise(hints=TRACEABLE_HINTS)
def traceable(answer: Any) -> str:
    """`traceable(errors)`: Huber's loss of each error, in operations that one trace holds for all values."""
    if answer is ... or answer is None:
        raise NotYet("nothing is written yet")
    require(callable(answer), f"traceable should be a function, and is {kind(answer)}")
    program = StaticGraph(lambda errors: answer(errors))
    first = _run(program, ERRORS)
    _is_huber(first, ERRORS, "")
    _is_huber(_run(program, OTHERS), OTHERS, "traced with other numbers and replayed, ")
    require(program.count == 1, "it is traced anew at each call: does it use a Python number that changes?")
    return "traced once, and right for other errors, too"


def _run(program: StaticGraph, errors: np.ndarray) -> Any:
    try:
        result = program(from_numpy(errors.copy()))
    except StaticGraphError:
        raise Wrong(
            "a static graph refuses it: it decides by a value, with `if`, a loop or .item(). mg.where decides inside "
            "an operation"
        ) from None
    except (NotYet, Wrong):
        raise
    except Exception as error:
        if "None" in str(error) or "ellipsis" in str(error):
            raise NotYet("traceable(errors) returned None. If you have written it, a `return` is missing.") from None
        if "Boolean value" in str(error):
            raise Wrong(
                "an `if` asks for one truth value, and these are many: decide for each, with mg.where"
            ) from None
        raise Wrong(f"traceable(errors) raised {type(error).__name__}: {error}") from None
    if result is None or result is ...:
        raise NotYet("traceable(errors) returned nothing. If you have written it, a `return` is missing.")
    return result


def _is_huber(got: Any, errors: np.ndarray, where: str) -> None:
    require(isinstance(got, Tensor), f"traceable should return a tensor, and returns {kind(got)}")
    right = _huber(errors)
    require(
        got.shape != (),
        "traceable gives one number for all errors: one for each is wanted, without sum() or mean()",
    )
    require(got.shape == right.shape, f"errors of shape {errors.shape} give {right.shape}, and here {kind(got)}")
    if close(got.array, right):
        return
    require(not close(got.array, 0.5 * errors**2), "these are half squares throughout: large errors get |error| − 0.5")
    require(
        not close(got.array, np.abs(errors) - 0.5),
        "these are the straight lines throughout: small errors, half squares",
    )
    i = np.unravel_index(int(np.argmax(np.abs(got.array - right))), right.shape)
    require(
        not close(got.array, np.where(errors <= 1, 0.5 * errors**2, np.abs(errors) - 0.5)),
        f"{where}at {shown(errors[i])} it gives {shown(got.array[i])}: "
        "an error may be large and negative, so compare its size",
    )
    raise Wrong(f"{where}at {shown(errors[i])} it gives {shown(got.array[i])}, and huber {shown(right[i])}")
