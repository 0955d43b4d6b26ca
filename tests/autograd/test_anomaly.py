"""`detect_anomaly` says where a NaN began: the operation, the line, the element."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import detect_anomaly, lines, set_detect_anomaly


def leaf(*numbers: float) -> mg.Tensor:
    return mg.tensor(list(numbers), requires_grad=True)


def message(call: Callable[[], Any]) -> str:
    with detect_anomaly(), pytest.raises(RuntimeError) as error:
        call()
    return str(error.value)


def test_gradient_that_becomes_nan_is_named_with_its_line() -> None:
    def step() -> None:
        x = leaf(4.0, 0.0)
        root = x.sqrt()  # here it begins
        (root * 0 + x).sum().backward()

    text = message(step)
    assert text.startswith("Function 'SqrtBackward0' returned nan values in its 0th output: at index (1,)")
    assert re.search(r"from the gradient 0.0 \(.*test_anomaly.py, line \d+\)", text)


def test_value_that_was_nan_on_the_way_forward_is_named_first() -> None:
    def step() -> None:
        x = leaf(1.0, -1.0, 2.0)
        y = x.log()
        (y.exp() * 3 + x).sum().backward()

    text = message(step)
    assert "it began in the forward pass, where LogBackward0 computed nan at index (1,) of shape (3,)" in text
    assert "from input -1.0" in text
    assert "test_anomaly.py, line" in text


@pytest.mark.filterwarnings("ignore:Anomaly Detection")
@pytest.mark.filterwarnings("ignore:Error detected")
def test_pytorch_finds_the_same_function(torch: ModuleType) -> None:
    def step(m: Any) -> None:
        x = m.tensor([4.0, 0.0], requires_grad=True)
        (x.sqrt() * 0 + x).sum().backward()

    for m in (mg, torch):
        with (
            m.autograd.detect_anomaly(),
            pytest.raises(RuntimeError, match="Function 'SqrtBackward0' returned nan values"),
        ):
            step(m)


def test_nan_that_no_gradient_needs_is_left_alone() -> None:
    with detect_anomaly():
        x = leaf(-1.0, 2.0)
        mg.where(x > 0, x.log(), x).sum().backward()
    assert x.grad.tolist() == [1, 0.5]


def test_outside_of_it_nan_goes_through() -> None:
    x = leaf(0.0)
    (x.sqrt() * 0).sum().backward()
    assert x.grad.isnan().all()


def test_switch_and_context_leave_everything_as_it_was() -> None:
    before = lines.on
    with detect_anomaly(check_nan=False):
        (leaf(0.0).sqrt() * 0).sum().backward()
    set_detect_anomaly(True)
    try:
        with pytest.raises(RuntimeError):
            (leaf(0.0).sqrt() * 0).sum().backward()
    finally:
        set_detect_anomaly(False)
    assert lines.on == before


def test_under_create_graph() -> None:
    x = leaf(0.0)
    y = (x.sqrt() * 0).sum()
    with detect_anomaly(), pytest.raises(RuntimeError, match="SqrtBackward0"):
        mg.autograd.grad(y, x, create_graph=True)
