"""The checkers of lesson 2.1.2."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import operation
from micrograd_nb.exercises import automatic_differentiation as exercises
from micrograd_nb.teaching.solutions import automatic_differentiation as solutions
from tests.exercises.cases import failures

# -- gradients ---------------------------------------------------------------------------------------------------------

RIGHT = solutions.predicted


def test_gradients() -> None:
    mistakes = [
        (RIGHT | {"b": 1}, "local derivative ∂out/∂b"),
        (RIGHT | {"b": 3}, "3 is the error itself"),
        (RIGHT | {"b": -6}, "b: the size is right, the sign is not"),
        (RIGHT | {"b": 5}, "b: 5 is not it"),
        (RIGHT | {"b": None}, "b requires gradients"),
        (RIGHT | {"w": 36}, "along one path"),
        (RIGHT | {"w": 12}, "12 is ∂out/∂w"),
        (RIGHT | {"w": -72}, "w: the size is right, the sign is not"),
        (RIGHT | {"w": 71}, "w: 71 is not it"),
        (RIGHT | {"w": "72"}, "w should be a number, and is a str"),
        (RIGHT | {"x": 24}, "x does not require gradients"),
        (RIGHT | {"x": 0}, "look at how x is made"),
        ([72, 6, None], "the answer is a dict"),
    ]
    stubs = [{"w": ..., "b": ..., "x": ...}, RIGHT | {"x": ...}, {}]
    right = [RIGHT, {"w": 72.0, "b": mg.tensor(6.0), "x": None}]
    assert list(failures(exercises.gradients, stubs, mistakes, right)) == []


def test_gradients_say_what_is_open() -> None:
    assert str(exercises.gradients.verdict({"w": 72, "b": ..., "x": ...})) == "not yet: b, x are still open"


def test_gradients_agree_with_pytorch(torch: Any) -> None:
    w, b = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    (w * (w * 3.0) + b - 10.0).square().backward()
    assert (w.grad.item(), b.grad.item()) == (RIGHT["w"], RIGHT["b"])


# -- bell --------------------------------------------------------------------------------------------------------------


def bell_with(*rules: Any) -> Any:
    """The operation with this rule."""
    return operation("BellBackward0", lambda input: np.exp(-input * input), *rules)


def test_bell() -> None:
    mistakes = [
        (bell_with(lambda g, f: -2 * f.input * f.output), "the same for every g"),
        (bell_with(lambda g, f: g * 2 * f.input * f.output), "the sign is wrong"),
        (bell_with(lambda g, f: g * f.output), "the rule of exp alone"),
        (bell_with(lambda g, f: g * -2 * f.input), "the rule of −x² alone"),
        (bell_with(lambda g, f: (g * -2 * f.input * f.output).sum()), "a gradient has the shape of its input"),
        (bell_with(lambda g, f: g * f.input * f.output), "moving x a little says"),
        (bell_with(lambda g, f: g * -2 * f.inptu * f.output), "AttributeError"),
        (bell_with(lambda g, f: g * -2 * input * f.output), "TypeError"),
        (bell_with(), "needs one gradient rule, and has 0"),
        (operation("BellBackward0", np.exp, lambda g, f: g), "the value changed"),
        (lambda input: np.exp(-input * input), "should be an operation"),
    ]
    stubs = [bell_with(lambda g, f: ...), bell_with(lambda g, f: None), ...]
    right = [solutions.bell, bell_with(lambda g, f: -2 * g * f.input * np.exp(-(f.input**2)))]
    assert list(failures(exercises.bell, stubs, mistakes, right)) == []


# -- gradient ----------------------------------------------------------------------------------------------------------


def on_a_copy(f: Any, w: Any) -> Any:
    copy = w.detach().clone().requires_grad_()
    f(copy).backward()
    return copy.grad


def as_a_number(f: Any, w: Any) -> Any:
    return solutions.gradient(f, w).item()


def forgets_to_clear(f: Any, w: Any) -> Any:
    f(w).backward()
    return w.grad.clone()


def clears_afterwards(f: Any, w: Any) -> Any:
    f(w).backward()
    result, w.grad = w.grad, None
    return result


def returns_the_same_tensor(f: Any, w: Any) -> Any:
    if w.grad is not None:
        w.grad.zero_()
    f(w).backward()
    return w.grad


def returns_the_value(f: Any, w: Any) -> Any:
    return f(w)


def returns_nothing(f: Any, w: Any) -> Any:
    return f(w).backward()


def test_gradient() -> None:
    mistakes = [
        (forgets_to_clear, "the first call gives 6, the second 12"),
        (clears_afterwards, "100 was left in w.grad"),
        (returns_the_value, "you return 9, which is f(w)"),
        (returns_the_same_tensor, "both are the same tensor"),
        (lambda f, w: 2 * solutions.gradient(f, w), "you return 12, and the derivative is 6"),
        (lambda f, w: [solutions.gradient(f, w)] * 2, "should be a number, and is a list"),
        (lambda f, w: f(w.item()).backward(), "AttributeError"),
    ]
    stubs = [lambda f, w: None, lambda f, w: ..., returns_nothing, None]
    assert list(failures(exercises.gradient, stubs, mistakes, [solutions.gradient, on_a_copy, as_a_number])) == []


CHECKERS = [exercises.gradients, exercises.bell, exercises.gradient]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: (1, 2), lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
