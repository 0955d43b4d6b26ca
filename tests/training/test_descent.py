"""`descend`: what it writes down is what the optimizer did, ours and PyTorch's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import optim
from micrograd_nb.training.descent import LANDSCAPES, descend, factories, landscape

# How to make each, here and in PyTorch, and where it keeps its velocity.
MAKERS: list[tuple[str, dict[str, Any], str | None]] = [
    ("SGD", {"lr": 0.01}, None),
    ("SGD", {"lr": 0.005, "momentum": 0.9}, "momentum_buffer"),
    ("SGD", {"lr": 0.005, "momentum": 0.9, "nesterov": True}, "momentum_buffer"),
    ("Adagrad", {"lr": 0.3}, None),
    ("RMSprop", {"lr": 0.05}, None),
    ("RMSprop", {"lr": 0.02, "momentum": 0.5}, "momentum_buffer"),
    ("Adam", {"lr": 0.1}, "exp_avg"),
    ("AdamW", {"lr": 0.1}, "exp_avg"),
    ("Adamax", {"lr": 0.1}, "exp_avg"),
    ("NAdam", {"lr": 0.1}, "exp_avg"),
    ("RAdam", {"lr": 0.1}, "exp_avg"),
]


def _id(x: Any) -> str | None:
    return str(x) if isinstance(x, (str, dict)) else None


# -- truth -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "options", "velocity"), MAKERS, ids=_id)
@pytest.mark.parametrize("place", ["ravine", "saddle"])
def test_each_step_is_the_optimizers(name: str, options: dict[str, Any], velocity: str | None, place: str) -> None:
    """Run by hand: two parameters in one tensor, the five lines."""
    spot = LANDSCAPES[place]
    descent = descend(place, lambda p: getattr(optim, name)(p, **options), steps=20)
    p = mg.tensor(spot.start, dtype=mg.float64, requires_grad=True)
    optimizer = getattr(optim, name)([p], **options)
    for step in descent.steps:
        before = p.detach().clone()
        optimizer.zero_grad()
        loss = spot.function(p[0], p[1])
        loss.backward()
        optimizer.step()
        assert (step.position, step.value) == (tuple(before.tolist()), loss.item())
        assert step.gradient == tuple(p.grad.tolist())
        assert step.update == tuple((p.detach() - before).tolist())
        assert step.velocity == (None if velocity is None else tuple(optimizer.state[p][velocity].tolist()))
    assert descent.end == tuple(p.tolist())
    assert descent.end_value == spot.function(p[0], p[1]).item()
    assert (descent.name, descent.diverged) == (name, False)


@pytest.mark.parametrize(("name", "options", "velocity"), MAKERS, ids=_id)
def test_paths_are_pytorchs(torch: Any, name: str, options: dict[str, Any], velocity: str | None) -> None:
    def rosenbrock(x: Any, y: Any) -> Any:
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    options = {**options, "lr": options["lr"] / 10}
    descent = descend(rosenbrock, lambda p: getattr(optim, name)(p, **options), (-1.0, 1.5), steps=30)
    p = torch.tensor([-1.0, 1.5], dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([p], **options)
    for step in descent.steps:
        before = p.detach().clone()
        optimizer.zero_grad()
        rosenbrock(p[0], p[1]).backward()
        gradient = p.grad.tolist()
        optimizer.step()
        np.testing.assert_allclose(step.position, before.tolist(), rtol=1e-9)
        np.testing.assert_allclose(step.gradient, gradient, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(step.update, (p.detach() - before).tolist(), rtol=1e-7, atol=1e-12)
        if velocity is not None:
            np.testing.assert_allclose(step.velocity, optimizer.state[p][velocity].tolist(), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(descent.end, p.tolist(), rtol=1e-9)


def test_lbfgs_gets_there() -> None:
    descent = descend("rosenbrock", lambda p: optim.LBFGS(p, line_search_fn="strong_wolfe"), steps=20)
    np.testing.assert_allclose(descent.end, (1, 1), atol=1e-4)
    assert descent.steps[0].position == LANDSCAPES["rosenbrock"].start
    assert descent.steps[0].value == landscape("rosenbrock").value(*descent.steps[0].position)
    assert descent.steps[0].velocity is None


def test_positions_are_a_chain() -> None:
    descent = descend("beale", lambda p: optim.Adam(p, lr=0.1), steps=7)
    assert len(descent.positions) == 8
    for here, there, step in zip(descent.positions, descent.positions[1:], descent.steps, strict=False):
        assert step.update == (there[0] - here[0], there[1] - here[1])


# -- divergence --------------------------------------------------------------------------------------------------------


def test_one_that_diverges_says_so_and_stops() -> None:
    descent = descend("rosenbrock", lambda p: optim.SGD(p, lr=1.0), steps=100)
    assert descent.diverged
    assert len(descent.steps) < 20
    assert all(map(math.isfinite, (*descent.steps[-1].position, *descent.steps[0].gradient)))


def test_a_function_that_is_nan_at_the_start() -> None:
    descent = descend(lambda x, y: x.log() + y, lambda p: optim.SGD(p, lr=0.1), (-1.0, 0.0))
    assert descent.diverged
    assert len(descent.steps) == 1
    assert math.isnan(descent.steps[0].value)


def test_no_steps() -> None:
    descent = descend("bowl", lambda p: optim.SGD(p), (1.0, 2.0), steps=0)
    assert (descent.positions, descent.end_value) == (((1.0, 2.0),), 5.0)


# -- landscapes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lowest"), [("bowl", (0, 0)), ("ravine", (0, 0)), ("rosenbrock", (1, 1)), ("beale", (3, 0.5))]
)
def test_classics_are_lowest_where_they_should_be(name: str, lowest: tuple[float, float]) -> None:
    assert landscape(name).value(*lowest) == 0
    assert landscape(name).heights()[2].min() >= 0


@pytest.mark.parametrize("name", LANDSCAPES)
def test_heights_are_the_functions_values(name: str) -> None:
    place = landscape(name)
    x, y, heights = place.heights(7)
    assert (x[0], x[-1], y[0], y[-1]) == (*place.x, *place.y)
    assert heights.shape == (7, 7)
    for column in (0, 3, 6):
        for row in (0, 2, 6):
            assert heights[row, column] == place.value(x[column], y[row])


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: mg.stack([x, y]).sum(),  # of a grid it makes one number
        lambda x, y: x.item() * y,
        lambda x, y: x**2 if x > 0 else y,  # asks for the truth of a grid
        lambda x, y: x * 0 + 3,
        lambda x, y: mg.cat([x.reshape(1), y.reshape(1)]).norm(),
    ],
)
def test_functions_that_cannot_take_a_grid_are_asked_point_by_point(function: Any) -> None:
    place = landscape(function, x=(-1, 1), y=(0, 2))
    x, y, heights = place.heights(5)
    assert heights.tolist() == [[place.value(a, b) for a in x] for b in y]


def test_heights_may_be_nan() -> None:
    assert np.isnan(landscape(lambda x, y: x.log() + y).heights(5)[2]).any()


def test_a_landscape_with_another_view_and_start() -> None:
    place = landscape("ravine", x=(-1, 1), start=(0.5, 0.5))
    assert (place.x, place.y, place.start) == ((-1, 1), (-4, 4), (0.5, 0.5))


# -- what it refuses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        ("hill", ValueError, "one of bowl, ravine, rosenbrock, saddle, beale, or a function, but got 'hill'"),
        (3, TypeError, "a function of two tensors"),
        (lambda x, y: 3.0, TypeError, "must give a tensor.*but gave float"),
        (lambda x, y: mg.stack([x, y]), ValueError, r"must give one number, but gave a tensor of shape \(2,\)"),
    ],
)
def test_what_is_no_landscape(function: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        descend(function, lambda p: optim.SGD(p, lr=0.1), (0.0, 0.0))


def test_a_function_that_forgets_its_arguments() -> None:
    with pytest.raises(RuntimeError, match="does not require grad"):
        descend(lambda x, y: mg.tensor(3.0), lambda p: optim.SGD(p, lr=0.1))


@pytest.mark.parametrize(
    ("optimizers", "error", "message"),
    [
        ({"momentum": 0.1}, ValueError, "goes with the name of an optimizer, SGD, .* but got 'momentum': 0.1"),
        ({"Optimizer": 0.1}, ValueError, "name of an optimizer"),
        ({"SGD": "fast"}, TypeError, "'SGD' is str"),
        ({"SGD": True}, TypeError, "'SGD' is bool"),
    ],
)
def test_what_is_no_optimizer(optimizers: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        factories(optimizers)
    with pytest.raises(TypeError, match="made int"):
        descend("bowl", lambda p: 3)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("start", [(math.nan, 0), (0, math.inf)])
def test_what_is_no_start(start: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="two finite numbers"):
        descend("bowl", lambda p: optim.SGD(p, lr=0.1), start)


def test_what_is_no_view_and_no_number_of_steps() -> None:
    with pytest.raises(ValueError, match="from a smaller to a larger number, but x=\\(1, 1\\)"):
        landscape("bowl", x=(1, 1))
    with pytest.raises(ValueError, match="steps=-1"):
        descend("bowl", lambda p: optim.SGD(p), steps=-1)


def test_names_with_a_learning_rate() -> None:
    made = factories({"SGD": 0.5, "Adam": 1})
    optimizer = made["SGD"]([mg.ones(2, requires_grad=True)])
    assert isinstance(optimizer, optim.SGD)
    assert optimizer.param_groups[0]["lr"] == 0.5
