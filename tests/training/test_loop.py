"""train_steps: the five parts of a step, the same training watched and unwatched, and what stops it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.training import ResumableLoader, TrainStep, train_steps
from tests.training.conftest import small_problem, weights

KINDS = ["zero_grad", "forward", "loss", "backward", "step"]


def drain(steps: Iterator[Any]) -> None:
    deque(steps, maxlen=0)


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


def test_watched_or_not_it_is_the_loop_written_out(problem) -> None:
    model, loader, loss_fn, optimizer = problem
    for _ in range(2):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    watched, unwatched = small_problem(), small_problem()
    drain(train_steps(*watched, epochs=2))
    assert [step.kind for step in train_steps(*unwatched, epochs=2, watch=False)] == [
        "step",
        "step",
        "step",
        "epoch",
    ] * 2
    assert weights(watched[0]) == weights(unwatched[0]) == weights(model)


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
    drain(train_steps(*problem, epochs=1))
    assert all(module.training for module in model.modules())


def test_a_part_that_was_frozen_stays_in_its_mode(problem) -> None:
    model = problem[0]
    model[1].eval()
    drain(train_steps(*problem, epochs=2))
    assert [module.training for module in model] == [True, False, True]


# -- what stops it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_before_it_does_harm(bad: float) -> None:
    model = mg.nn.Linear(1, 1)
    good, poisoned = (mg.ones(1, 1), mg.zeros(1, 1)), (mg.tensor([[bad]]), mg.zeros(1, 1))
    loader = Changing([good, good], [good, poisoned])
    steps = train_steps(model, loader, mg.nn.MSELoss(), mg.optim.SGD(model.parameters(), lr=0.1), epochs=3)
    seen: list[int] = []
    with pytest.raises(FloatingPointError, match=rf"the loss is {bad} at step 4 \(epoch 2\).*learning rate"):
        seen.extend(step.step for step in steps if step.kind == "step")
    assert seen == [1, 2, 3]
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
        drain(train_steps(model, (batch for batch in loader), loss_fn, optimizer, epochs=2))


@pytest.mark.parametrize("epochs", [0, -1, 1.5])
def test_epochs_that_are_no_number_of_epochs(problem, epochs) -> None:
    with pytest.raises(ValueError, match="epochs"):
        next(train_steps(*problem, epochs=epochs))


@pytest.mark.parametrize(
    ("batch", "match"), [({"x": 1}, "a dict of 1"), ((1, 2, 3), "a tuple of 3"), (mg.ones(2), "a Tensor")]
)
def test_a_batch_that_is_no_pair(problem, batch, match: str) -> None:
    model, _, loss_fn, optimizer = problem
    with pytest.raises(ValueError, match=rf"must be a pair, \(input, target\), but the loader gave {match}"):
        drain(train_steps(model, [batch], loss_fn, optimizer, epochs=1))


# -- going on ----------------------------------------------------------------------------------------------------------


def test_it_goes_on_where_the_loader_stands(problem) -> None:
    model, loader, loss_fn, optimizer = problem
    batches = ResumableLoader(loader)
    for step in train_steps(model, batches, loss_fn, optimizer, epochs=2):
        if step.step == 2 and step.kind == "step":
            break
    rest = [(s.kind, s.epoch, s.step) for s in train_steps(model, batches, loss_fn, optimizer, epochs=2, watch=False)]
    assert rest == [("step", 1, 3), ("epoch", 1, 3), ("step", 2, 4), ("step", 2, 5), ("step", 2, 6), ("epoch", 2, 6)]

    whole = small_problem()
    drain(train_steps(*whole, epochs=2))
    assert weights(model) == weights(whole[0])
