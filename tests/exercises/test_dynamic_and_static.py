"""The checkers of lesson 3."""

from __future__ import annotations

from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import dynamic_and_static as exercises
from micrograd_nb.teaching.solutions import dynamic_and_static as solutions
from tests.exercises.cases import failures

RIGHT = solutions.traces


def test_traces() -> None:
    mistakes = [
        (RIGHT | {"A": 2}, "A: the values differ"),
        (RIGHT | {"B": 1}, "each stands in its program as a constant"),
        (RIGHT | {"C": 5}, "C: n is a tensor here"),
        (RIGHT | {"D": 12}, "D: twelve batches"),
        (RIGHT | {"D": 1}, "100 is not a multiple of 32"),
        (RIGHT | {"D": 6}, "two signatures an epoch are right"),
        (RIGHT | {"D": 4}, "three of the four batches"),
        (RIGHT | {"B": 7}, "B: not 7"),
        (RIGHT | {"B": "five"}, "B should be a number"),
        ([1, 5, 1, 2], "and this is a list"),
    ]
    stubs = [dict.fromkeys("ABCD", ...), {"A": 1}, RIGHT | {"D": ...}]
    assert list(failures(exercises.traces, stubs, mistakes, [RIGHT])) == []


def huber(error: Any) -> Any:
    if abs(error) <= 1:
        return 0.5 * error**2
    return abs(error) - 0.5


def one_by_one(errors: Any) -> Any:
    return mg.stack([huber(error) for error in errors.flatten()]).reshape(errors.shape)


def test_traceable() -> None:
    mistakes = [
        (huber, "an `if` asks for one truth value"),
        (one_by_one, "a static graph refuses it"),
        (lambda errors: solutions.traceable(errors).mean(), "one number for all errors"),
        (
            lambda errors: solutions.traceable(errors).flatten(),
            "errors of shape (2, 3) give (2, 3), and here a tensor of shape (6,)",
        ),
        (lambda errors: 0.5 * errors**2, "half squares throughout"),
        (lambda errors: errors.abs() - 0.5, "straight lines throughout"),
        (lambda errors: mg.where(errors <= 1, 0.5 * errors**2, errors.abs() - 0.5), "so compare its size"),
        (lambda errors: solutions.traceable(errors) * 2, "and huber"),
        (lambda errors: wrong(errors), "raised NameError"),  # type: ignore[name-defined]  # noqa: F821
        (lambda errors: "x", "returns a str"),
    ]
    clamped = lambda e: 0.5 * e.clamp(-1, 1) ** 2 + (e.abs() - 1).relu()  # noqa: E731
    assert (
        list(failures(exercises.traceable, [lambda errors: None, ..., None], mistakes, [solutions.traceable, clamped]))
        == []
    )


def test_huber_agrees_with_pytorch(torch: Any) -> None:
    errors = torch.tensor(exercises.ERRORS)
    theirs = torch.nn.functional.huber_loss(errors, torch.zeros_like(errors), reduction="none")
    assert mg.allclose(solutions.traceable(mg.tensor(exercises.ERRORS)), mg.tensor(theirs.numpy()))


@pytest.mark.parametrize("checker", [exercises.traces, exercises.traceable], ids=lambda checker: checker.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
