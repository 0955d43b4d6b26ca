"""SGD: the same numbers as PyTorch's over a hundred steps, for every option."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest

import micrograd_nb as mg

STEPS = 100
OPTIONS = [
    {
        "lr": lr,
        "momentum": momentum,
        "dampening": dampening,
        "weight_decay": decay,
        "nesterov": nesterov,
        "maximize": up,
    }
    for lr, momentum, dampening, decay, nesterov, up in itertools.product(
        [0.03], [0, 0.9], [0, 0.25], [0, 0.1], [False, True], [False, True]
    )
    if not nesterov or (momentum and not dampening)
]


def trained(lib, start, options, change=None):
    """Two parameters after a hundred steps on a function with many valleys, the second without a gradient at times."""
    a, b = (lib.tensor(x, requires_grad=True) for x in start)
    optimizer = lib.optim.SGD([b, a], **options)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = (a.sin() + 0.1 * a * a).sum() + (0 if step % 3 == 1 else (b * b * a.sum() * 0.01).sum())
        loss.backward()
        if change is not None:
            change(step, optimizer, lib)
        optimizer.step()
    return [a.detach().numpy(), b.detach().numpy()]


@pytest.fixture
def start(rng) -> list[np.ndarray]:
    return [rng.standard_normal((3, 2)), rng.standard_normal(4)]


@pytest.mark.parametrize("options", [{}, *OPTIONS], ids=lambda o: " ".join(f"{k}={v}" for k, v in o.items() if v))
def test_a_hundred_steps_are_pytorchs(options, start, torch) -> None:
    for mine, other in zip(trained(mg, start, options), trained(torch, start, options), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-11)  # and much closer than what was asked


def test_every_option_matters(start) -> None:
    """A comparison of programs that all do the same would prove nothing."""
    ends = [
        trained(mg, start, options)[0].tobytes()
        for options in OPTIONS
        if options["momentum"] or not options["dampening"]
    ]
    assert len(set(ends)) == len(ends)


def test_options_that_change_between_steps(start, torch) -> None:
    def change(step, optimizer, lib) -> None:
        group = optimizer.param_groups[0]
        group["lr"] *= 0.97
        group["momentum"] = 0.5 if step < 50 else 0.9
        group["weight_decay"] = 0.01 * (step % 4)

    for mine, other in zip(*(trained(lib, start, {"lr": 0.1}, change) for lib in (mg, torch)), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-11)


def test_a_tensor_as_learning_rate(start, torch) -> None:
    def change(step, optimizer, lib) -> None:
        optimizer.param_groups[0]["lr"].mul_(0.97)

    ends = [trained(lib, start, {"lr": lib.tensor(0.1, dtype=lib.float64)}, change) for lib in (mg, torch)]
    for mine, other in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-6)


def test_groups_have_options_of_their_own(torch) -> None:
    def program(lib) -> list[float]:
        a, b = lib.ones(1, requires_grad=True), lib.ones(1, requires_grad=True)
        optimizer = lib.optim.SGD([{"params": [a]}, {"params": b, "lr": 0.5}], lr=0.1)
        (a + b).sum().backward()
        optimizer.step()
        return [a.item(), b.item()]

    assert program(mg) == pytest.approx(program(torch)) == [0.9, 0.5]


def test_float32_stays_float32_and_in_place() -> None:
    p = mg.ones(3, requires_grad=True)
    array = p.array
    optimizer = mg.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(2):
        p.sum().backward()
        optimizer.step()
    assert p.array is array
    assert p.dtype is mg.float32
    assert optimizer.state[p]["momentum_buffer"].dtype is mg.float32


def test_parameters_of_different_dtypes() -> None:
    a, b = mg.ones(2, requires_grad=True), mg.ones(2, dtype=mg.float64, requires_grad=True)
    optimizer = mg.optim.SGD([a, b, a.detach().requires_grad_()], lr=0.1)
    (a.sum() + b.sum()).backward()
    optimizer.step()
    assert a.dtype is mg.float32
    assert b.tolist() == [0.9, 0.9]


def test_gradients_are_left_as_they_are() -> None:
    p = mg.ones(2, requires_grad=True)
    for options in OPTIONS:
        p.grad = mg.tensor([1.0, 2.0])
        optimizer = mg.optim.SGD([p], **options)
        optimizer.step()
        optimizer.step()
        assert p.grad.tolist() == [1.0, 2.0]


def test_without_a_gradient_a_parameter_stays() -> None:
    p = mg.ones(2, requires_grad=True)
    optimizer = mg.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.1)
    optimizer.step()
    assert p.tolist() == [1.0, 1.0]
    assert not optimizer.state


def test_numbers_explode_without_a_warning() -> None:
    p = mg.ones(1, requires_grad=True)
    optimizer = mg.optim.SGD([p], lr=1e30, momentum=0.9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            p.grad = p.detach() * 2
            optimizer.step()
    assert not p.isfinite().all()
    with pytest.warns(RuntimeWarning, match="overflow"):  # the user's own arithmetic still warns
        np.float32(1e30) * np.float32(1e30)


def test_defaults_are_pytorchs(torch) -> None:
    ours, theirs = (lib.optim.SGD([lib.ones(1, requires_grad=True)]).defaults for lib in (mg, torch))
    assert ours == theirs
