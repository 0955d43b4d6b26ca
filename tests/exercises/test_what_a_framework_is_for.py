"""The checkers of lesson 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import what_a_framework_is_for as exercises
from micrograd_nb.teaching.solutions import what_a_framework_is_for as solutions
from tests.exercises.cases import failures

RIGHT = solutions.missing


def test_missing() -> None:
    mistakes = [(RIGHT | {name: "nothing" if name != "C" else "data"}, part) for name, part in exercises.LOOK.items()]
    mistakes += [
        (RIGHT | {"A": "money"}, "answer with one of"),
        (list(RIGHT), "and this is a list"),
    ]
    stubs = [dict.fromkeys("ABCDE", ...), {}, RIGHT | {"C": ...}]
    assert list(failures(exercises.missing, stubs, mistakes, [RIGHT])) == []


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def test_sigmoid_backward() -> None:
    mistakes = [
        (lambda d, s: s * (1 - s), "this is the slope alone"),
        (lambda d, s: d * (1 - s**2), "the line for tanh"),
        (lambda d, s: d * s * (s - 1), "the sign is wrong"),
        (lambda d, s: d * sigmoid(s) * (1 - sigmoid(s)), "the sigmoid is taken twice"),
        (lambda d, s: d * s, "lacks a factor"),
        (lambda d, s: d * (1 - s), "the slope is 0.105"),
        (lambda d, s: (d * s * (1 - s)).sum(), "not a float64"),
        (lambda d, s: (d * s * (1 - s)).sum(0), "and (2,) came out"),
    ]
    right = [solutions.sigmoid_backward, lambda d, s: mg.tensor(d * (s - s**2))]
    assert list(failures(exercises.sigmoid_backward, [lambda d, s: None, ...], mistakes, right)) == []


@pytest.mark.parametrize("checker", [exercises.missing, exercises.sigmoid_backward], ids=lambda c: c.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
