"""All schedulers beside PyTorch's: the learning rates and momenta of a hundred steps, alone, together, and resumed."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.alike import error_of

STEPS = 100
Make = Callable[[Any, Any, int], Any]
"""Makes a scheduler, of (lr_scheduler, optimizer, last_epoch)."""

SCHEDULES: dict[str, Make] = {
    "StepLR": lambda lr, o, n: lr.StepLR(o, 7, 0.5, n),
    "StepLR default": lambda lr, o, n: lr.StepLR(o, 30, last_epoch=n),
    "MultiStepLR": lambda lr, o, n: lr.MultiStepLR(o, [3, 25, 3, 10], 0.3, n),
    "ExponentialLR": lambda lr, o, n: lr.ExponentialLR(o, 0.97, n),
    "ConstantLR": lambda lr, o, n: lr.ConstantLR(o, 0.25, 6, n),
    "ConstantLR default": lambda lr, o, n: lr.ConstantLR(o, last_epoch=n),
    "LinearLR": lambda lr, o, n: lr.LinearLR(o, 0.2, 0.8, 9, n),
    "LinearLR default": lambda lr, o, n: lr.LinearLR(o, last_epoch=n),
    "PolynomialLR": lambda lr, o, n: lr.PolynomialLR(o, 12, 2.0, n),
    "PolynomialLR default": lambda lr, o, n: lr.PolynomialLR(o, last_epoch=n),
    "LambdaLR": lambda lr, o, n: lr.LambdaLR(o, lambda t: 0.95**t, n),
    "LambdaLR two": lambda lr, o, n: lr.LambdaLR(o, [lambda t: 0.95**t, lambda t: 1 / (1 + t)], n),
    "MultiplicativeLR": lambda lr, o, n: lr.MultiplicativeLR(o, lambda t: 0.9 + 0.05 * (t % 3), n),
    "CosineAnnealingLR": lambda lr, o, n: lr.CosineAnnealingLR(o, 7, 0.01, n),
    "CosineAnnealingLR long": lambda lr, o, n: lr.CosineAnnealingLR(o, 150, last_epoch=n),
    "CosineAnnealingWarmRestarts": lambda lr, o, n: lr.CosineAnnealingWarmRestarts(o, 5, 2, 0.01, n),
    "CosineAnnealingWarmRestarts same": lambda lr, o, n: lr.CosineAnnealingWarmRestarts(o, 4, last_epoch=n),
    "CyclicLR": lambda lr, o, n: lr.CyclicLR(o, 0.01, 0.3, 5, 3, last_epoch=n),
    "CyclicLR two": lambda lr, o, n: lr.CyclicLR(o, [0.01, 0.1], [0.3, 1.0], 4, mode="triangular2", last_epoch=n),
    "CyclicLR exp_range": lambda lr, o, n: lr.CyclicLR(o, 0.01, 0.3, 4, mode="exp_range", gamma=0.97, last_epoch=n),
    "CyclicLR own": lambda lr, o, n: lr.CyclicLR(o, 0.01, 0.3, 4, scale_fn=lambda x: 1 / x, last_epoch=n),
    "CyclicLR own iterations": lambda lr, o, n: lr.CyclicLR(
        o, 0.01, 0.3, 4, scale_fn=lambda x: 0.99**x, scale_mode="iterations", last_epoch=n
    ),
    "CyclicLR momentum": lambda lr, o, n: lr.CyclicLR(
        o, 0.01, 0.3, 4, base_momentum=[0.1, 0.2], max_momentum=0.7, last_epoch=n
    ),
    "CyclicLR without momentum": lambda lr, o, n: lr.CyclicLR(o, 0.01, 0.3, 4, cycle_momentum=False, last_epoch=n),
    "OneCycleLR": lambda lr, o, n: lr.OneCycleLR(o, 0.3, 110, last_epoch=n),
    "OneCycleLR linear": lambda lr, o, n: lr.OneCycleLR(
        o, [0.3, 0.7], epochs=11, steps_per_epoch=10, pct_start=0.4, anneal_strategy="linear", last_epoch=n
    ),
    "OneCycleLR three phases": lambda lr, o, n: lr.OneCycleLR(
        o, 0.3, 110, three_phase=True, div_factor=10.0, final_div_factor=100.0, last_epoch=n
    ),
    "OneCycleLR momentum": lambda lr, o, n: lr.OneCycleLR(
        o, 0.3, 110, base_momentum=0.2, max_momentum=[0.5, 0.7], last_epoch=n
    ),
    "OneCycleLR without momentum": lambda lr, o, n: lr.OneCycleLR(o, 0.3, 110, cycle_momentum=False, last_epoch=n),
}

COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    "SequentialLR": lambda lr, o: lr.SequentialLR(
        o, [lr.LinearLR(o, 0.1, total_iters=5), lr.CosineAnnealingLR(o, 10), lr.ExponentialLR(o, 0.9)], [5, 20]
    ),
    "SequentialLR of one": lambda lr, o: lr.SequentialLR(o, [lr.StepLR(o, 3)], []),
    "SequentialLR that begins with another": lambda lr, o: lr.SequentialLR(
        o, [lr.ConstantLR(o), lr.ExponentialLR(o, 0.9)], [0]
    ),
    "SequentialLR in SequentialLR": lambda lr, o: lr.SequentialLR(
        o, [lr.SequentialLR(o, [lr.StepLR(o, 3), lr.ExponentialLR(o, 0.9)], [7]), lr.ConstantLR(o, 0.1, 4)], [15]
    ),
    "ChainedScheduler in SequentialLR": lambda lr, o: lr.SequentialLR(
        o, [lr.ChainedScheduler([lr.StepLR(o, 3), lr.ExponentialLR(o, 0.9)]), lr.ConstantLR(o, 0.1, 4)], [15]
    ),
    "ChainedScheduler": lambda lr, o: lr.ChainedScheduler(
        [lr.ConstantLR(o, 0.1, 4), lr.ExponentialLR(o, 0.97), lr.CosineAnnealingLR(o, 10, 0.001)]
    ),
    "SequentialLR in ChainedScheduler": lambda lr, o: lr.ChainedScheduler(
        [lr.SequentialLR(o, [lr.StepLR(o, 3), lr.ExponentialLR(o, 0.9)], [7]), lr.ExponentialLR(o, 0.97)], o
    ),
    **{
        f"SequentialLR with {name} second": lambda lr, o, make=make: lr.SequentialLR(
            o, [lr.ConstantLR(o, 0.5, 3), make(lr, o, -1)], [4]
        )
        for name, make in SCHEDULES.items()
    },
}

FALSE_ALARM = pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
"""PyTorch warns of the order when a scheduler that holds others begins a SequentialLR."""

ALL: dict[str, Callable[[Any, Any], Any]] = {
    **{name: lambda lr, o, make=make: make(lr, o, -1) for name, make in SCHEDULES.items()},
    **COMBINED,
}

CLASSES = [
    "LRScheduler",
    *dict.fromkeys(name.split()[0] for name in SCHEDULES),
    "SequentialLR",
    "ChainedScheduler",
    "ReduceLROnPlateau",
]


def optimizer_of(lib: Any, kind: str = "SGD", lr: Any = 0.1) -> Any:
    options = {"momentum": 0.9} if kind == "SGD" else {}
    groups = [{"params": lib.ones(1, requires_grad=True)}, {"params": lib.ones(1, requires_grad=True), "lr": 0.5}]
    return getattr(lib.optim, kind)(groups, lr=lr, **options)


def now(scheduler: Any, optimizer: Any) -> list[float]:
    """The learning rates and momenta of all groups, as the scheduler and as the optimizer say."""
    groups = optimizer.param_groups
    momenta = [group["betas"][0] if "betas" in group else group["momentum"] for group in groups]
    return [float(x) for x in [*scheduler.get_last_lr(), *(group["lr"] for group in groups), *momenta]]


def curve(scheduler: Any, optimizer: Any, steps: int = STEPS) -> np.ndarray:
    rows = [now(scheduler, optimizer)]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        rows.append(now(scheduler, optimizer))
    return np.array(rows)


@FALSE_ALARM
@pytest.mark.parametrize("kind", ["SGD", "RAdam"])
@pytest.mark.parametrize("name", ALL)
def test_the_curve_is_pytorchs(name, kind, torch) -> None:
    curves = []
    for lib in (mg, torch):
        optimizer = optimizer_of(lib, kind)
        curves.append(curve(ALL[name](lib.optim.lr_scheduler, optimizer), optimizer))
    np.testing.assert_allclose(*curves, rtol=1e-12, atol=1e-15)


def test_every_schedule_is_another_one() -> None:
    """A comparison of programs that all do the same would prove nothing."""
    curves = []
    for make in ALL.values():
        optimizer = optimizer_of(mg)
        curves.append(curve(make(mg.optim.lr_scheduler, optimizer), optimizer).tobytes())
    assert len(set(curves)) == len(curves)


def test_every_scheduler_of_pytorch_is_here(torch) -> None:
    theirs = {name for name in torch.optim.lr_scheduler.__all__ if not name.startswith("_")}
    assert set(mg.optim.lr_scheduler.__all__) == theirs == set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_arguments_are_pytorchs(name, torch) -> None:
    def arguments(lib: Any) -> list[Any]:
        parameters = inspect.signature(getattr(lib.optim.lr_scheduler, name)).parameters.values()
        return [(p.name, p.default, p.kind) for p in parameters]

    assert arguments(mg) == arguments(torch)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_training_that_goes_on_from_a_step(name, torch) -> None:
    """With `last_epoch`, and the groups of an optimizer that has been there."""
    curves = []
    for lib in (mg, torch):
        optimizer = optimizer_of(lib)
        scheduler = SCHEDULES[name](lib.optim.lr_scheduler, optimizer, -1)
        curve(scheduler, optimizer, 8)
        other = optimizer_of(lib)
        other.load_state_dict(optimizer.state_dict())
        curves.append(curve(SCHEDULES[name](lib.optim.lr_scheduler, other, 8), other, 30))
    np.testing.assert_allclose(*curves, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [n for n in SCHEDULES if "Restarts" not in n])
def test_a_step_with_a_number(name, torch) -> None:
    curves = []
    for lib in (mg, torch):
        optimizer = optimizer_of(lib)
        scheduler = SCHEDULES[name](lib.optim.lr_scheduler, optimizer, -1)
        rows = []
        for epoch in (3, 3, 11, 2, 0, 30):
            optimizer.step()
            with pytest.warns(UserWarning, match="The epoch parameter in `scheduler.step"):
                scheduler.step(epoch)
            rows.append([*now(scheduler, optimizer), scheduler.last_epoch])
        curves.append(rows)
    np.testing.assert_allclose(*curves, rtol=1e-12, atol=1e-15)


def test_restarts_take_points_of_time(torch) -> None:
    curves = []
    for lib in (mg, torch):
        for name in ("CosineAnnealingWarmRestarts", "CosineAnnealingWarmRestarts same"):
            optimizer = optimizer_of(lib)
            scheduler = SCHEDULES[name](lib.optim.lr_scheduler, optimizer, -1)
            rows = []
            for epoch in (0.5, 3, 4.25, 11, 39.5, None, None, 2, None):
                optimizer.step()
                scheduler.step(epoch)
                rows.append([*now(scheduler, optimizer), scheduler.last_epoch, scheduler.T_cur, scheduler.T_i])
            curves.append(rows)
    np.testing.assert_allclose(curves[:2], curves[2:], rtol=1e-12)


@FALSE_ALARM
@pytest.mark.parametrize("name", ALL)
def test_a_tensor_as_learning_rate_stays_that_tensor(name, torch) -> None:
    curves = []
    for lib in (mg, torch):
        lr = lib.tensor(0.1, dtype=lib.float64)
        optimizer = optimizer_of(lib, lr=lr)
        scheduler = ALL[name](lib.optim.lr_scheduler, optimizer)
        curves.append(curve(scheduler, optimizer, 30))
        assert optimizer.param_groups[0]["lr"] is lr
        last = scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()
        assert isinstance(last, lib.Tensor)
        assert last is not lr
    np.testing.assert_allclose(*curves, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", ["ExponentialLR", "LinearLR", "CosineAnnealingLR", "MultiplicativeLR", "LambdaLR"])
def test_a_learning_rate_that_somebody_else_changes(name, torch) -> None:
    """What multiplies goes on from there; what is computed from the first one does not see it."""
    curves = []
    for lib in (mg, torch):
        optimizer = optimizer_of(lib)
        scheduler = ALL[name](lib.optim.lr_scheduler, optimizer)
        first = curve(scheduler, optimizer, 3)
        optimizer.param_groups[0]["lr"] *= 0.5
        curves.append(np.concatenate([first, curve(scheduler, optimizer, 20)]))
    np.testing.assert_allclose(*curves, rtol=1e-12)


# -- the state ---------------------------------------------------------------------------------------------------------


@FALSE_ALARM
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("source", ["ours", "PyTorch's"])
def test_a_loaded_state_goes_on_where_it_was(source, name, torch) -> None:
    lib = mg if source == "ours" else torch
    optimizer = optimizer_of(lib)
    scheduler = ALL[name](lib.optim.lr_scheduler, optimizer)
    curve(scheduler, optimizer, 11)
    state, optimizer_state = copy.deepcopy((scheduler.state_dict(), optimizer.state_dict()))
    other = optimizer_of(mg)
    new = ALL[name](mg.optim.lr_scheduler, other)
    new.load_state_dict(state)
    other.load_state_dict(optimizer_state)
    np.testing.assert_allclose(curve(new, other, 40), curve(scheduler, optimizer, 40), rtol=1e-12, atol=1e-15)


@FALSE_ALARM
@pytest.mark.parametrize("name", ALL)
def test_the_state_is_pytorchs(name, torch) -> None:
    def program(lib: Any) -> Any:
        optimizer = optimizer_of(lib)
        scheduler = ALL[name](lib.optim.lr_scheduler, optimizer)
        curve(scheduler, optimizer, 3)
        return scheduler.state_dict()

    assert_same(program(mg), program(torch))


def assert_same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        for name in theirs:
            assert_same(ours[name], theirs[name])
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_same(mine, other)
    else:
        assert ours == (pytest.approx(theirs, rel=1e-12, abs=1e-15) if isinstance(theirs, float) else theirs)


class Decay:
    """Something callable that remembers."""

    def __init__(self, base: float) -> None:
        self.base = base

    def __call__(self, t: float) -> float:
        return self.base**t


@pytest.mark.parametrize(
    "make",
    [
        lambda lr, o, f: lr.LambdaLR(o, f),
        lambda lr, o, f: lr.MultiplicativeLR(o, f),
        lambda lr, o, f: lr.CyclicLR(o, 0.1, 1.0, 2, scale_fn=f),
    ],
    ids=["LambdaLR", "MultiplicativeLR", "CyclicLR"],
)
def test_the_state_holds_the_attributes_of_what_is_called(make, torch) -> None:
    for lib in (mg, torch):
        optimizer = optimizer_of(lib)
        scheduler = make(lib.optim.lr_scheduler, optimizer, Decay(0.5))
        state = scheduler.state_dict()
        other = Decay(0.9)
        new = make(lib.optim.lr_scheduler, optimizer_of(lib), other)
        new.load_state_dict(state)
        assert other.base == 0.5
        if lib is mg:
            assert state.keys() == scheduler.state_dict().keys()  # loading has taken nothing out of it


# -- ReduceLROnPlateau -------------------------------------------------------------------------------------------------

PLATEAUS: list[dict[str, Any]] = [
    {"patience": 3},
    {"patience": 0, "factor": 0.5},
    {"patience": 2, "mode": "max"},
    {"patience": 2, "threshold": 0.1},
    {"patience": 2, "threshold": 0.1, "threshold_mode": "abs"},
    {"patience": 2, "threshold": 0.1, "threshold_mode": "abs", "mode": "max"},
    {"patience": 2, "threshold": 0.1, "mode": "max"},
    {"patience": 1, "cooldown": 4},
    {"patience": 1, "min_lr": 0.02},
    {"patience": 1, "min_lr": [0.2, 0.001]},
    {"patience": 1, "eps": 0.05},
]


def losses(kind: str) -> list[float]:
    rng = np.random.default_rng(0)
    falling = np.exp(-np.arange(60) / 10) + 0.05 * rng.standard_normal(60)
    return list({"falling": falling, "rising": -falling, "flat": np.ones(60), "NaN": falling * np.nan}[kind])


@pytest.mark.parametrize("kind", ["falling", "rising", "flat", "NaN"])
@pytest.mark.parametrize("options", PLATEAUS, ids=str)
def test_plateaus_are_pytorchs(options, kind, torch) -> None:
    rows = []
    for lib in (mg, torch):
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
        for loss in losses(kind):
            scheduler.step(lib.tensor(loss))
            counts = [scheduler.num_bad_epochs, scheduler.cooldown_counter, scheduler.in_cooldown, scheduler.last_epoch]
            rows.append([*now(scheduler, optimizer), *counts, scheduler.best])
    np.testing.assert_allclose(rows[:60], rows[60:], rtol=1e-6)


@pytest.mark.parametrize("source", ["ours", "PyTorch's"])
def test_the_state_of_a_plateau(source, torch) -> None:
    lib = mg if source == "ours" else torch
    scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer_of(lib), patience=2, mode="max", cooldown=1)
    for loss in (1.0, 1.0, 1.0):
        scheduler.step(loss)
    optimizer = optimizer_of(mg)
    new = mg.optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    new.load_state_dict(copy.deepcopy(scheduler.state_dict()))
    new.step(1.0)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01)
    assert_same(new.state_dict().keys(), scheduler.state_dict().keys())


def test_a_group_that_came_later_has_the_smallest_learning_rate_too(torch) -> None:
    for lib in (mg, torch):
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=0.05)
        optimizer.add_param_group({"params": lib.ones(1, requires_grad=True)})
        for _ in range(3):
            scheduler.step(1.0)
        assert scheduler.get_last_lr() == [0.05, 0.05, 0.05]


def test_a_number_of_an_epoch(torch) -> None:
    for lib in (mg, torch):
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer_of(lib))
        with pytest.warns(UserWarning, match="The epoch parameter in `scheduler.step"):
            scheduler.step(1.0, 7)
        assert scheduler.last_epoch == 7


# -- errors ------------------------------------------------------------------------------------------------------------


def plain(lib: Any) -> Any:
    """An optimizer without momentum."""
    return lib.optim.Adagrad([lib.ones(1, requires_grad=True)])


def plateau_with_new_group(lr: Any, lib: Any) -> None:
    optimizer = optimizer_of(lib)
    scheduler = lr.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.1, 0.1])
    optimizer.add_param_group({"params": lib.ones(1, requires_grad=True)})
    for _ in range(3):
        scheduler.step(1.0)


def too_many_steps(lr: Any, lib: Any) -> None:
    optimizer = optimizer_of(lib)
    scheduler = lr.OneCycleLR(optimizer, 0.1, total_steps=3)
    for _ in range(5):
        optimizer.step()
        scheduler.step()


def of_two(make: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An error of a scheduler of schedulers, made of an optimizer and a scheduler of it."""

    def program(lr: Any, lib: Any) -> Any:
        optimizer = optimizer_of(lib)
        return make(lr, optimizer, lr.ExponentialLR(optimizer, 0.9))

    return program


ERRORS: dict[str, Callable[[Any, Any], Any]] = {
    "no optimizer": lambda lr, lib: lr.StepLR(lib.ones(1), 3),
    "no optimizer for CyclicLR": lambda lr, lib: lr.CyclicLR(3, 0.1, 1.0),
    "no optimizer for OneCycleLR": lambda lr, lib: lr.OneCycleLR(None, 0.1, 10),
    "no optimizer for ReduceLROnPlateau": lambda lr, lib: lr.ReduceLROnPlateau([1]),
    "last_epoch of a new training": lambda lr, lib: lr.StepLR(optimizer_of(lib), 3, last_epoch=4),
    "lambdas": lambda lr, lib: lr.LambdaLR(optimizer_of(lib), [lambda t: 1.0]),
    "lambdas to multiply with": lambda lr, lib: lr.MultiplicativeLR(optimizer_of(lib), [lambda t: 1.0] * 3),
    "no function": lambda lr, lib: lr.MultiplicativeLR(optimizer_of(lib), 0.5),
    "ConstantLR above 1": lambda lr, lib: lr.ConstantLR(optimizer_of(lib), 1.5),
    "ConstantLR below 0": lambda lr, lib: lr.ConstantLR(optimizer_of(lib), -0.1),
    "LinearLR from 0": lambda lr, lib: lr.LinearLR(optimizer_of(lib), 0.0),
    "LinearLR from above 1": lambda lr, lib: lr.LinearLR(optimizer_of(lib), 1.1),
    "LinearLR to above 1": lambda lr, lib: lr.LinearLR(optimizer_of(lib), 0.5, 1.1),
    "T_0": lambda lr, lib: lr.CosineAnnealingWarmRestarts(optimizer_of(lib), 0),
    "T_0 float": lambda lr, lib: lr.CosineAnnealingWarmRestarts(optimizer_of(lib), 1.5),
    "T_mult": lambda lr, lib: lr.CosineAnnealingWarmRestarts(optimizer_of(lib), 1, 0),
    "T_mult float": lambda lr, lib: lr.CosineAnnealingWarmRestarts(optimizer_of(lib), 1, 1.5),
    "eta_min": lambda lr, lib: lr.CosineAnnealingWarmRestarts(optimizer_of(lib), 1, 1, "0"),
    "epoch below 0": lambda lr, lib: lr.CosineAnnealingWarmRestarts(optimizer_of(lib), 1).step(-1),
    "CyclicLR mode": lambda lr, lib: lr.CyclicLR(optimizer_of(lib), 0.1, 1.0, mode="square"),
    "CyclicLR base_lr": lambda lr, lib: lr.CyclicLR(optimizer_of(lib), [0.1], 1.0),
    "CyclicLR max_lr": lambda lr, lib: lr.CyclicLR(optimizer_of(lib), 0.1, [1.0, 2.0, 3.0]),
    "CyclicLR without momentum": lambda lr, lib: lr.CyclicLR(plain(lib), 0.1, 1.0),
    "OneCycleLR without steps": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1),
    "OneCycleLR without epochs": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, steps_per_epoch=3),
    "OneCycleLR total_steps": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, 0),
    "OneCycleLR total_steps float": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, 1.5),
    "OneCycleLR epochs": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, epochs=-1, steps_per_epoch=3),
    "OneCycleLR steps_per_epoch": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, epochs=1, steps_per_epoch=0),
    "OneCycleLR pct_start": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, 9, pct_start=1.1),
    "OneCycleLR pct_start int": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, 9, pct_start=1),
    "OneCycleLR strategy": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, 9, anneal_strategy="sine"),
    "OneCycleLR max_lr": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), [0.1], 9),
    "OneCycleLR without momentum": lambda lr, lib: lr.OneCycleLR(plain(lib), 0.1, 9),
    "OneCycleLR max_momentum": lambda lr, lib: lr.OneCycleLR(optimizer_of(lib), 0.1, 9, max_momentum=[0.9]),
    "OneCycleLR too many steps": too_many_steps,
    "plateau factor": lambda lr, lib: lr.ReduceLROnPlateau(optimizer_of(lib), factor=1.0),
    "plateau mode": lambda lr, lib: lr.ReduceLROnPlateau(optimizer_of(lib), mode="low"),
    "plateau threshold mode": lambda lr, lib: lr.ReduceLROnPlateau(optimizer_of(lib), threshold_mode="own"),
    "plateau min_lr": lambda lr, lib: lr.ReduceLROnPlateau(optimizer_of(lib), min_lr=[0.1]),
    "plateau new group": plateau_with_new_group,
    "plateau metrics": lambda lr, lib: lr.ReduceLROnPlateau(optimizer_of(lib)).step("low"),
    "sequence of none": lambda lr, lib: lr.SequentialLR(optimizer_of(lib), [], []),
    "sequence of numbers": lambda lr, lib: lr.SequentialLR(optimizer_of(lib), [1], []),
    "sequence with a plateau": of_two(lambda lr, o, s: lr.SequentialLR(o, [s, lr.ReduceLROnPlateau(o)], [3])),
    "milestones": of_two(lambda lr, o, s: lr.SequentialLR(o, [s, s], [3, 4])),
    "chain of none": lambda lr, lib: lr.ChainedScheduler([]),
    "chain with a number": of_two(lambda lr, o, s: lr.ChainedScheduler([s, 1])),
    "chain with a plateau": of_two(lambda lr, o, s: lr.ChainedScheduler([s, lr.ReduceLROnPlateau(o)])),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program, torch) -> None:
    ours, theirs = (error_of(lambda lib: program(lib.optim.lr_scheduler, lib), lib) for lib in (mg, torch))
    assert type(ours) is type(theirs)
    first = str(theirs.args[0]).split(".\nThis typically")[0].rstrip(".!")
    assert str(ours.args[0]).startswith(first)


@pytest.mark.parametrize("combined", ["SequentialLR", "ChainedScheduler"])
def test_schedulers_of_another_optimizer_are_refused(combined: str, torch) -> None:
    for lib in (mg, torch):
        lr = lib.optim.lr_scheduler
        first, second = (lr.ExponentialLR(optimizer_of(lib), 0.9) for _ in range(2))
        make = {
            "SequentialLR": lambda lr=lr, both=(first, second): lr.SequentialLR(both[0].optimizer, both, [3]),
            "ChainedScheduler": lambda lr=lr, both=(first, second): lr.ChainedScheduler(both),
        }
        with pytest.raises(ValueError, match=f"{combined} expects all schedulers to belong to the same optimizer, but"):
            make[combined]()


def test_a_scheduler_without_rates() -> None:
    class Mine(mg.optim.lr_scheduler.LRScheduler):
        pass

    with pytest.raises(NotImplementedError, match=r"Mine needs a method rates\(\)"):
        Mine(optimizer_of(mg))


def test_a_scheduler_as_one_writes_it_with_pytorch(torch) -> None:
    def program(lib: Any) -> np.ndarray:
        class Mine(lib.optim.lr_scheduler.LRScheduler):
            def get_lr(self) -> list[float]:
                return [base / (1 + self.last_epoch) for base in self.base_lrs]

        optimizer = optimizer_of(lib)
        return curve(Mine(optimizer), optimizer, 5)

    np.testing.assert_allclose(program(mg), program(torch))


# -- later schedulers in a sequence: more than PyTorch can -------------------------------------------------------------


def test_a_sequence_may_stand_anywhere_in_a_sequence() -> None:
    optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0, momentum=0.9)
    lr = mg.optim.lr_scheduler
    inner = lr.SequentialLR(optimizer, [lr.StepLR(optimizer, 2, 0.5), lr.ExponentialLR(optimizer, 0.5)], [3])
    outer = lr.SequentialLR(optimizer, [lr.ConstantLR(optimizer, 0.1, 9), inner], [2])
    assert curve(outer, optimizer, 7)[:, 0].tolist() == [0.1, 0.1, 1.0, 1.0, 0.5, 1.0, 0.5, 0.25]


def test_a_chain_may_stand_anywhere_in_a_sequence() -> None:
    optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0, momentum=0.9)
    lr = mg.optim.lr_scheduler
    inner = lr.ChainedScheduler([lr.StepLR(optimizer, 2, 0.5), lr.ConstantLR(optimizer, 0.5, 3)])
    outer = lr.SequentialLR(optimizer, [lr.ConstantLR(optimizer, 0.1, 9), inner], [2])
    assert curve(outer, optimizer, 6)[:, 0].tolist() == [0.1, 0.1, 0.5, 0.5, 0.25, 0.5, 0.25]


# -- warnings ----------------------------------------------------------------------------------------------------------


def replace_step(optimizer: Any) -> None:
    step = optimizer.step
    optimizer.step = lambda: step()


WARNINGS: dict[str, Callable[[Any, Any], None]] = {
    "wrong order": lambda lr, o: lr.ExponentialLR(o, 0.9).step(),
    "wrong order, twice": lambda lr, o: [s := lr.ExponentialLR(o, 0.9), s.step(), s.step()],
    "a step before the scheduler was made": lambda lr, o: [o.step(), lr.ExponentialLR(o, 0.9).step()],
    "a step between two schedulers": lambda lr, o: [
        lr.ExponentialLR(o, 0.9),
        o.step(),
        lr.ExponentialLR(o, 0.9).step(),
    ],
    "right order": lambda lr, o: [s := lr.ExponentialLR(o, 0.9), o.step(), s.step(), s.step()],
    "a step that was replaced": lambda lr, o: [s := lr.ExponentialLR(o, 0.9), replace_step(o), o.step(), s.step()],
    "get_lr": lambda lr, o: lr.LambdaLR(o, lambda t: 1.0).get_lr(),
    "wrong order with a number": lambda lr, o: lr.ExponentialLR(o, 0.9).step(3),
    "restarts do not look": lambda lr, o: lr.CosineAnnealingWarmRestarts(o, 3).step(),
    "a sequence": lambda lr, o: lr.SequentialLR(o, [lr.ExponentialLR(o, 0.9), lr.ExponentialLR(o, 0.8)], [4]).step(),
}


@pytest.mark.parametrize("program", WARNINGS.values(), ids=WARNINGS)
def test_warnings_are_pytorchs(program, torch) -> None:
    caught = []
    for lib in (mg, torch):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            program(lib.optim.lr_scheduler, optimizer_of(lib))
        caught.append(seen)
    for mine, other in zip(*caught, strict=True):
        assert mine.category is other.category
        assert str(mine.message).startswith(str(other.message).split(". ")[0])
        assert mine.filename == __file__ or other.filename != __file__  # it names the user's line where PyTorch's does


def test_no_false_alarm_when_schedulers_are_nested() -> None:
    """PyTorch warns of the order here, before anybody could have made a step."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for make in COMBINED.values():
            make(mg.optim.lr_scheduler, optimizer_of(mg))
