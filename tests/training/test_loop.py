"""train_steps and fit: the five parts of a step, the same training in every form, and what stops it."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, TensorDataset
from micrograd_nb.training import History, TrainStep, fit, train_steps

KINDS = ["zero_grad", "forward", "loss", "backward", "step"]


@pytest.fixture
def problem():
    """A small model, ten samples in batches of four, a loss and an optimizer."""
    mg.manual_seed(0)
    model = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 2))
    dataset = TensorDataset(mg.randn(10, 3), mg.randint(2, (10,)))
    loader = DataLoader(dataset, 4, shuffle=True, generator=mg.Generator().manual_seed(0))
    return model, loader, mg.nn.CrossEntropyLoss(), mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def weights(model) -> list:
    return [p.tolist() for p in model.parameters()]


# -- steps -------------------------------------------------------------------------------------------------------------


def test_five_parts_a_step_and_an_end_to_each_epoch(problem) -> None:
    seen = [(step.kind, step.epoch, step.step) for step in train_steps(*problem, epochs=2)]
    steps = [(kind, epoch, 3 * (epoch - 1) + i) for epoch in (1, 2) for i in (1, 2, 3) for kind in KINDS]
    assert [s for s in seen if s[0] != "epoch"] == steps
    assert [s for s in seen if s[0] == "epoch"] == [("epoch", 1, 3), ("epoch", 2, 6)]


def test_what_each_part_has_done_when_it_is_yielded(problem) -> None:
    model = problem[0]
    first = next(model.parameters())
    before = first.tolist()
    for step in train_steps(*problem, epochs=2):
        if step.kind == "zero_grad":
            assert first.grad is None
            before = first.tolist()
            assert step.output is None
        if step.kind == "forward":
            assert step.output.shape == (len(step.batch[1]), 2)
            assert step.loss is None
        if step.kind == "loss":
            assert step.loss.grad_fn is not None
            assert first.grad is None
            kinds = [s.kind for s in step.loss.backward_steps(shadow=True)]  # the graph is there to be looked at
            assert kinds[-1] == "done"
        if step.kind == "backward":
            assert first.grad is not None
            assert first.tolist() == before
        if step.kind == "step":
            assert first.tolist() != before


def test_unwatched_it_does_the_same(problem) -> None:
    other = copy.deepcopy(problem[0])
    kinds = [step.kind for step in train_steps(*problem, epochs=2, watch=False)]
    assert kinds == ["step", "step", "step", "epoch"] * 2

    _, loader, loss_fn, _ = problem
    loader.generator.manual_seed(0)
    optimizer = mg.optim.SGD(other.parameters(), lr=0.1, momentum=0.9)
    for _ in train_steps(other, loader, loss_fn, optimizer, epochs=2):
        pass
    assert weights(other) == weights(problem[0])


def test_fit_is_the_loop_written_out(problem) -> None:
    model, loader, loss_fn, optimizer = problem
    other = copy.deepcopy(model)
    history = fit(*problem, epochs=3, progress=False)

    loader.generator.manual_seed(0)
    optimizer = mg.optim.SGD(other.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(other(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert weights(model) == weights(other)
    assert history.step_loss == losses
    assert history.train_loss == pytest.approx([np.average(losses[i : i + 3], weights=[4, 4, 2]) for i in (0, 3, 6)])


def test_nothing_happens_before_it_is_asked_for(problem) -> None:
    before = weights(problem[0])
    steps = train_steps(*problem, epochs=1)
    assert weights(problem[0]) == before
    assert next(steps).kind == "zero_grad"


def test_a_step_is_frozen(problem) -> None:
    step = next(train_steps(*problem, epochs=1))
    assert isinstance(step, TrainStep)
    with pytest.raises(AttributeError):
        step.kind = "other"  # type: ignore[misc]


# -- modes -------------------------------------------------------------------------------------------------------------


def test_an_evaluated_model_is_put_into_training_mode(problem) -> None:
    model = problem[0].eval()
    fit(*problem, epochs=1, progress=False)
    assert all(module.training for module in model.modules())


def test_a_part_that_was_frozen_stays_in_its_mode(problem) -> None:
    model = problem[0]
    model[1].eval()
    fit(*problem, epochs=2, validation=problem[1], progress=False)
    assert [module.training for module in model] == [True, False, True]


# -- fit ---------------------------------------------------------------------------------------------------------------


def test_validation_is_measured_after_each_epoch(problem) -> None:
    model, _, loss_fn, _ = problem
    x, y = mg.randn(7, 3), mg.randint(2, (7,))
    validation = DataLoader(TensorDataset(x, y), 3)
    history = fit(*problem, epochs=2, validation=validation, progress=False)
    assert len(history.validation_loss) == len(history.validation_accuracy) == 2
    assert history.validation_loss[-1] == pytest.approx(loss_fn(model(x), y).item(), rel=1e-5)
    assert history.validation_accuracy[-1] == pytest.approx((model(x).argmax(1) == y).float().mean().item())


def test_callbacks_are_plain_functions(problem) -> None:
    steps, epochs = [], []
    history = fit(
        *problem,
        epochs=2,
        on_step=lambda step: steps.append((step.kind, step.step, step.loss.item())),
        on_epoch=lambda history: epochs.append(len(history.train_loss)),
        progress=False,
    )
    assert steps == [("step", i, loss) for i, loss in enumerate(history.step_loss, 1)]
    assert epochs == [1, 2]


def test_regression_has_no_accuracy() -> None:
    model = mg.nn.Linear(1, 1)
    data = [(mg.ones(2, 1), mg.zeros(2, 1))]
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    history = fit(model, data, mg.nn.MSELoss(), optimizer, epochs=2, validation=data, progress=False)
    assert history.validation_accuracy == []
    assert len(history.validation_loss) == 2
    assert "accuracy" not in repr(history)


# -- the progress bar --------------------------------------------------------------------------------------------------


def test_the_bar_counts_the_steps(problem, capsys) -> None:
    fit(*problem, epochs=2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "6/6" in shown.err
    assert "loss" in shown.err


def test_the_bar_of_a_loader_without_a_length(problem, capsys) -> None:
    model, loader, loss_fn, optimizer = problem

    class Stream:
        def __iter__(self):
            return iter(loader)

    fit(model, Stream(), loss_fn, optimizer, epochs=2)
    assert "6step" in capsys.readouterr().err


def test_no_bar(problem, capsys) -> None:
    fit(*problem, epochs=1, progress=False)
    assert capsys.readouterr() == ("", "")


# -- what stops it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_before_it_does_harm(bad: float) -> None:
    model = mg.nn.Linear(1, 1)
    good, poisoned = (mg.ones(1, 1), mg.zeros(1, 1)), (mg.tensor([[bad]]), mg.zeros(1, 1))
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    losses = []
    with pytest.raises(FloatingPointError, match=rf"the loss is {bad} at step 4 \(epoch 2\).*learning rate"):
        fit(
            model,
            Changing([good, good], [good, poisoned]),
            mg.nn.MSELoss(),
            optimizer,
            epochs=3,
            on_step=lambda step: losses.append(step.step),
            progress=False,
        )
    assert losses == [1, 2, 3]
    assert all(p.isfinite().all() for p in model.parameters())


class Changing:
    """A loader that gives other batches in each epoch."""

    def __init__(self, *epochs: list) -> None:
        self.epochs = iter(epochs)

    def __iter__(self):
        return iter(next(self.epochs))


def test_a_generator_is_empty_in_its_second_epoch(problem) -> None:
    model, loader, loss_fn, optimizer = problem
    with pytest.raises(ValueError, match=r"no batch in epoch 2.*generator"):
        fit(model, (batch for batch in loader), loss_fn, optimizer, epochs=2, progress=False)


@pytest.mark.parametrize("epochs", [0, -1, 1.5])
def test_epochs_that_are_no_number_of_epochs(problem, epochs) -> None:
    with pytest.raises(ValueError, match="epochs"):
        fit(*problem, epochs=epochs, progress=False)
    with pytest.raises(ValueError, match="epochs"):
        next(train_steps(*problem, epochs=epochs))


@pytest.mark.parametrize(
    ("batch", "match"), [({"x": 1}, "a dict of 1"), ((1, 2, 3), "a tuple of 3"), (mg.ones(2), "a Tensor")]
)
def test_a_batch_that_is_no_pair(problem, batch, match: str) -> None:
    model, _, loss_fn, optimizer = problem
    with pytest.raises(ValueError, match=rf"must be a pair, \(input, target\), but the loader gave {match}"):
        fit(model, [batch], loss_fn, optimizer, epochs=1, progress=False)


# -- History -----------------------------------------------------------------------------------------------------------


def test_a_history_without_validation() -> None:
    assert repr(History([1.0], [1.0])) == "History: 1 epoch, 1 step\nepoch  train loss\n    1      1.0000"


def test_a_long_history_is_shortened() -> None:
    lines = repr(History([1.0] * 100, [1.0] * 100)).splitlines()
    first_words = " ".join(line.split()[0] for line in lines)
    assert first_words == "History: epoch 1 2 3 4 5 6 ... 95 96 97 98 99 100"
    assert "..." not in repr(History([1.0] * 13, [1.0] * 13))


def test_an_empty_history() -> None:
    assert repr(History()) == "History: 0 epochs, 0 steps"
