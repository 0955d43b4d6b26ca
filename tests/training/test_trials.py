"""overfit_one_batch and find_learning_rate: what they find, and that they leave everything as it was."""

from __future__ import annotations

import copy
import math
import threading
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, TensorDataset
from micrograd_nb.training import find_learning_rate, fit, overfit_one_batch
from micrograd_nb.training.learning_rate import smoothed
from micrograd_nb.training.resumable_loader import random_states
from tests.training.conftest import small_problem, weights


class Counting(mg.nn.Module):
    """Has a buffer that each training step changes, and draws random numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = mg.nn.Linear(3, 2)
        self.register_buffer("steps", mg.zeros(()))

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        if self.training:
            self.steps += 1
            x = x + 0.01 * mg.randn(x.shape)
        return self.linear(x)


def everything(model: Any, optimizer: Any, loader: Any) -> Any:
    """All that a trial might change, as plain numbers."""
    return copy.deepcopy(
        (
            {name: t.tolist() for name, t in model.state_dict().items()},
            [(p.requires_grad, None if p.grad is None else p.grad.tolist()) for p in model.parameters()],
            [module.training for module in model.modules()],
            [{**group, "params": len(group["params"])} for group in optimizer.param_groups],
            [
                [(name, getattr(v, "tolist", lambda v=v: v)()) for name, v in s.items()]
                for s in optimizer.state.values()
            ],
            [state.tolist() for state in random_states(loader)],
        )
    )


@pytest.mark.parametrize("own_generator", [True, False])
@pytest.mark.parametrize("trial", [overfit_one_batch, find_learning_rate])
def test_everything_is_as_it_was(trial: Any, own_generator: bool) -> None:
    mg.manual_seed(0)
    model, data = Counting(), TensorDataset(mg.randn(10, 3), mg.randint(2, (10,)))
    loader = DataLoader(data, 4, shuffle=True, generator=mg.Generator().manual_seed(0) if own_generator else None)
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss_fn = mg.nn.CrossEntropyLoss()
    fit(model, loader, loss_fn, optimizer, epochs=1, progress=False)
    model.linear.eval()
    model.linear.bias.requires_grad_(False)
    parameters, buffers = list(model.parameters()), list(optimizer.state.values())
    batch = next(iter(loader))
    before = everything(model, optimizer, loader)
    trial(model, loss_fn, batch, optimizer) if trial is overfit_one_batch else trial(model, loader, loss_fn, optimizer)
    assert everything(model, optimizer, loader) == before
    assert all(one is other for one, other in zip(parameters, model.parameters(), strict=True))
    assert all(one is other for one, other in zip(buffers, optimizer.state.values(), strict=True))


def test_a_training_goes_on_as_if_nothing_had_been() -> None:
    whole, disturbed = small_problem(), small_problem()
    fit(*whole, epochs=1, progress=False)
    fit(*whole, epochs=1, progress=False)
    fit(*disturbed, epochs=1, progress=False)
    model, _, loss_fn, optimizer = disturbed
    find_learning_rate(*disturbed)
    overfit_one_batch(model, loss_fn, (mg.randn(4, 3), mg.tensor([0, 1, 0, 1])), optimizer)
    fit(*disturbed, epochs=1, progress=False)
    assert weights(model) == weights(whole[0])


def test_what_cannot_be_copied_is_said(problem) -> None:
    model, _, loss_fn, optimizer = problem
    model.lock = threading.Lock()
    with pytest.raises(TypeError, match="cannot pickle") as error:
        overfit_one_batch(model, loss_fn, (mg.ones(1, 3), mg.tensor([0])), optimizer)
    assert "trains a copy of the model" in error.value.__notes__[0]


def test_an_optimizer_of_another_model(problem) -> None:
    _, loader, loss_fn, optimizer = problem
    other = small_problem()[0]
    with pytest.raises(ValueError, match="none of the model's 4 parameters"):
        overfit_one_batch(other, loss_fn, next(iter(loader)), optimizer)
    with pytest.raises(ValueError, match="none of the model's 4 parameters"):
        find_learning_rate(other, loader, loss_fn, optimizer)


# -- one batch ---------------------------------------------------------------------------------------------------------


def overfitted(model: Any, loss_fn: Any = None, lr: float = 0.5, **arguments: Any) -> Any:
    """The trial on eight points with two classes."""
    rng = np.random.default_rng(0)
    batch = mg.tensor(rng.normal(size=(8, 3)).astype("f4")), mg.tensor(rng.integers(0, 2, 8))
    loss_fn = loss_fn or mg.nn.CrossEntropyLoss()
    return overfit_one_batch(model, loss_fn, batch, lambda params: mg.optim.SGD(params, lr=lr), **arguments)


def mlp(*middle: Any) -> Any:
    mg.manual_seed(0)
    return mg.nn.Sequential(mg.nn.Linear(3, 32), *middle, mg.nn.Linear(32, 2))


class Cut(mg.nn.Module):
    """A mistake: cuts the graph."""

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x.detach().relu()


def test_a_model_that_can_learn() -> None:
    result = overfitted(mlp(mg.nn.ReLU()))
    assert result.reached
    assert result.losses[-1] <= result.goal == 0.05 * result.losses[0]
    assert result.losses[-2] > result.goal
    assert repr(result).endswith("The model learns this batch by heart: model, loss and optimizer work together.")


def test_the_loss_is_that_of_the_loop_written_out() -> None:
    model = mlp(mg.nn.ReLU())
    result = overfitted(model, steps=5, goal=0.0)
    rng = np.random.default_rng(0)
    x, y = mg.tensor(rng.normal(size=(8, 3)).astype("f4")), mg.tensor(rng.integers(0, 2, 8))
    optimizer, losses = mg.optim.SGD(model.parameters(), lr=0.5), []
    for _ in range(6):
        optimizer.zero_grad()
        loss = mg.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert result.losses == losses


def parabola(lr: float, steps: int = 300) -> Any:
    """The trial on a parabola: with a rate above 1, it explodes."""
    model, data, loss_fn, _ = quadratic()
    return overfit_one_batch(model, loss_fn, data[0], lambda params: mg.optim.SGD(params, lr=lr), steps=steps)


@pytest.mark.parametrize(
    ("run", "verdict"),
    [
        (lambda: overfitted(mlp(Cut()), steps=50), "no gradient comes to 0.weight, 0.bias: is it used in forward"),
        (lambda: overfitted(mlp(mg.nn.ReLU()), lr=1e-7, steps=20), "It does not move: is the learning rate too small"),
        (lambda: overfitted(mlp(mg.nn.ReLU()), lr=0.02, steps=20), "It falls, but not to 0.03"),
        (lambda: parabola(lr=1.05, steps=10), "It rises: is the learning rate too high"),
        (lambda: parabola(lr=10.0), "It became inf at step"),
    ],
)
def test_what_it_says_of_mistakes(run, verdict: str) -> None:
    result = run()
    assert not result.reached
    assert verdict in result.verdict


@pytest.mark.parametrize("first", [-1.0, 0.0, math.nan])
def test_a_loss_that_begins_at_the_ground(first: float) -> None:
    with pytest.raises(ValueError, match=f"the loss is {first:.4g} before the first step.*sign wrong"):
        overfitted(mlp(mg.nn.ReLU()), lambda output, target: output.sum() * 0 + first)


def test_its_picture() -> None:
    result = overfitted(mlp(mg.nn.ReLU()))
    axes = result.plot().figure.axes[0]
    assert axes.lines[0].get_ydata().tolist() == result.losses
    assert axes.lines[1].get_ydata() == [result.goal] * 2
    assert axes.get_yscale() == "log"
    bundle = result._repr_mimebundle_()
    assert bundle["text/plain"] == repr(result)
    assert "by heart" in bundle["text/html"]


# -- the learning rate -------------------------------------------------------------------------------------------------


def quadratic(curvature: float = 1.0) -> tuple[Any, Any, Any, Any]:
    """A parabola, which explodes with rates above 1 / curvature."""

    class Point(mg.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.p = mg.nn.Parameter(mg.tensor([1.0]))

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return self.p * x

    model = Point()
    data = [(mg.ones(1), mg.zeros(1))]
    return model, data, lambda o, t: curvature * ((o - t) ** 2).sum(), mg.optim.SGD(model.parameters(), lr=0.1)


def test_rates_grow_at_equal_ratios_until_the_loss_explodes() -> None:
    found = find_learning_rate(*quadratic(), low=1e-3, high=100.0, steps=51)
    assert found.rates == pytest.approx(np.geomspace(1e-3, 100, 51)[: len(found.rates)])
    assert len(found.rates) == len(found.losses) == len(found.smoothed) < 51
    p, losses = 1.0, []
    for rate in found.rates:
        losses.append(p * p)
        p -= rate * 2 * p
    assert found.losses == pytest.approx(losses, rel=1e-4)
    means = [np.mean(found.losses[i : i + 5]) for i in range(len(losses) - 4)]
    assert means[-1] > 4 * min(means)
    assert all(mean <= 4 * min(means[: i + 1]) for i, mean in enumerate(means[:-1]))


@pytest.mark.parametrize("curvature", [0.01, 1.0, 100.0])
def test_the_suggestion_follows_the_curvature(curvature: float) -> None:
    found = find_learning_rate(*quadratic(curvature), low=1e-6, high=1e4, steps=200)
    assert 0.005 < found.suggestion * curvature < 0.5
    assert found.suggestion <= found.rates[int(np.argmin(found.smoothed))]


def test_a_training_with_the_suggestion_learns_digits() -> None:
    mg.manual_seed(0)
    model = mg.nn.Sequential(mg.nn.Flatten(), mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))
    train = DataLoader(mg.data.datasets.Digits(), batch_size=32, shuffle=True)
    test = DataLoader(mg.data.datasets.Digits(train=False), batch_size=360)
    optimizer, loss_fn = mg.optim.SGD(model.parameters(), lr=1e-3), mg.nn.CrossEntropyLoss()
    found = find_learning_rate(model, train, loss_fn, optimizer)
    optimizer.param_groups[0]["lr"] = found.suggestion
    history = fit(model, train, loss_fn, optimizer, epochs=5, validation=test, progress=False)
    assert history.validation_accuracy[-1] > 0.9


def test_noise_is_no_explosion() -> None:
    model, _, loss_fn, optimizer = quadratic()
    noisy = [(mg.ones(1), mg.tensor([0.0 if i % 3 else -2.0])) for i in range(9)]  # losses 9, 1, 1, 9, 1, 1, …
    found = find_learning_rate(model, noisy, loss_fn, optimizer, low=1e-9, high=1e-8, steps=30)
    assert len(found.rates) == 30


def test_groups_keep_their_ratio() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(1, 1), mg.nn.Linear(1, 1))
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[1].parameters(), "lr": 0.3}]
    seen = []

    class Spying(mg.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            seen.append([group["lr"] for group in self.param_groups])
            return super().step(closure)

    find_learning_rate(model, [(mg.ones(1, 1), mg.ones(1, 1))], mg.nn.MSELoss(), Spying(groups), high=1e-3, steps=10)
    assert [other / first for first, other in seen] == pytest.approx([3.0] * 10)
    assert [first for first, _ in seen] == pytest.approx(np.geomspace(1e-6, 1e-3, 10))


def test_nothing_to_suggest() -> None:
    found = find_learning_rate(*quadratic(), low=1e-9, high=1e-8, steps=20)
    assert found.suggestion is None
    assert "falls at none of them" in repr(found)
    assert len(found.plot().figure.axes[0].lines) == 2


def test_a_loss_that_is_no_number_ends_it() -> None:
    model, data, _, optimizer = quadratic()
    found = find_learning_rate(
        model, data, lambda o, t: (o * o).sum().log() + o.sum() * 1e6, optimizer, low=1e-6, high=1e30, steps=50
    )
    assert all(math.isfinite(loss) for loss in found.losses)


def test_its_picture_and_its_words() -> None:
    found = find_learning_rate(*quadratic(), low=1e-3, high=100.0)
    raw, smooth, suggestion = found.plot().figure.axes[0].lines
    assert raw.get_ydata().tolist() == found.losses
    assert smooth.get_ydata().tolist() == found.smoothed
    assert suggestion.get_xdata() == [found.suggestion] * 2
    assert repr(found).startswith("learning rates from 0.001 to ")
    assert f"falls fastest at {found.suggestion:.1g}" in found._repr_mimebundle_()["text/html"]


def test_smoothing_moves_nothing() -> None:
    peak = np.zeros(31)
    peak[15] = 1
    assert smoothed(peak).argmax() in range(11, 20)
    assert smoothed(peak).tolist() == smoothed(peak)[::-1].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"low": 0.0}, "low=0.0 and high=10.0"),
        ({"low": 1.0, "high": 0.1}, "low=1.0 and high=0.1"),
        ({"high": math.inf}, "high=inf"),
        ({"steps": 9}, "at least 10; got 9"),
    ],
)
def test_rates_that_do_not_grow(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        find_learning_rate(*quadratic(), **arguments)


def test_what_cannot_be_tried() -> None:
    model, data, loss_fn, optimizer = quadratic()
    with pytest.raises(ValueError, match="the loader gives no batches"):
        find_learning_rate(model, iter(data), loss_fn, optimizer)
    with pytest.raises(ValueError, match="the loss is nan before the first step"):
        find_learning_rate(model, [(mg.tensor([math.nan]), mg.zeros(1))], loss_fn, optimizer)
    with pytest.raises(ValueError, match="must be a pair"):
        find_learning_rate(model, [mg.ones(1)], loss_fn, optimizer)
    with pytest.raises(ValueError, match="at least 1; got 0"):
        overfit_one_batch(model, loss_fn, data[0], steps=0)
