"""`gradcheck` and `gradgradcheck` find a wrong gradient, and say which number it is."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import GradcheckError, gradcheck, gradgradcheck


def leaf(*shape: int) -> mg.Tensor:
    return mg.tensor(np.random.default_rng(0).uniform(0.5, 1.5, shape), requires_grad=True)


class WrongAtOnePlace(mg.autograd.Function):
    """x², whose gradient is wrong for the element (1, 2) alone."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        factor = mg.full_like(x, 2.0)
        factor[1, 2] = 3.0
        return g * factor * x


class WrongTwice(mg.autograd.Function):
    """x³ with a right gradient, which is itself differentiated wrongly: its x² is taken for a constant."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * 3 * x.detach() ** 2


def test_right_gradients_pass() -> None:
    assert gradcheck(lambda x, y: (x @ y).tanh().sum(), (leaf(2, 3), leaf(3, 2)))
    assert gradcheck(lambda x: (x * 2, x.exp()), leaf(2))
    assert gradgradcheck(lambda x, y: (x @ y).tanh(), (leaf(2, 3), leaf(3, 2)))


def test_arguments_that_are_no_tensors_go_through() -> None:
    assert gradcheck(lambda x, power: x**power, (leaf(3), 3))


def test_message_names_input_element_and_both_numbers() -> None:
    x = leaf(2, 3)
    with pytest.raises(GradcheckError) as error:
        gradcheck(lambda a, x: WrongAtOnePlace.apply(x), (leaf(1), x))
    value = x[1, 2].item()
    for part in ("output 0", "input 1", "∂output[1, 2]/∂input[1, 2]", f"{value:.6g}", "1 of 36 derivatives differ"):
        assert part in str(error.value)
    exact, measured = map(float, re.findall(r"is (\S+) by the gradient, and (\S+) by finite", str(error.value))[0])
    assert exact == pytest.approx(3 * value, rel=1e-5)
    assert measured == pytest.approx(2 * value, rel=1e-5)


def test_raise_exception_false_returns_false() -> None:
    assert gradcheck(WrongAtOnePlace.apply, leaf(2, 3), raise_exception=False) is False


def test_second_order_mistake_is_found_by_gradgradcheck_alone() -> None:
    x = leaf(3)
    assert gradcheck(WrongTwice.apply, x)
    with pytest.raises(GradcheckError):
        gradgradcheck(WrongTwice.apply, x)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [(mg.ones(2), "at least one input tensor to require gradient"), (mg.ones(2, requires_grad=True), "input 0 is float32.*x.double")],
)  # fmt: skip
def test_inputs_that_cannot_be_checked(inputs: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gradcheck(lambda x: x * 2, inputs)


def test_function_without_a_gradient_must_be_constant() -> None:
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: x.detach() * 2, leaf(2))
    assert gradcheck(lambda x: (x > 0).double(), leaf(2))
