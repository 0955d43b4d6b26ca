"""fit: validation, callbacks, schedulers, clipping, early stop, and what stops it."""

from __future__ import annotations

import math
import os
import signal
import threading
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, TensorDataset
from micrograd_nb.training import EarlyStop, History, StopTraining, Training, fit
from micrograd_nb.training.metrics import Accuracy, ConfusionMatrix
from tests.training.conftest import small_problem, weights


def test_it_is_the_loop_written_out(problem) -> None:
    model, loader, loss_fn, optimizer = problem
    losses = []
    for _ in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    fitted = small_problem()
    history = fit(*fitted, epochs=3, progress=False)
    assert weights(model) == weights(fitted[0])
    assert history.step_loss == losses
    assert history.train_loss == pytest.approx([np.average(losses[i : i + 3], weights=[4, 4, 2]) for i in (0, 3, 6)])
    assert history.learning_rate == [0.1] * 3
    assert history.stopped == ""


# -- validation --------------------------------------------------------------------------------------------------------


def test_validation_is_measured_after_each_epoch(problem) -> None:
    model, _, loss_fn, _ = problem
    x, y = mg.randn(7, 3), mg.randint(2, (7,))
    validation = DataLoader(TensorDataset(x, y), 3)
    metrics = {"top2": Accuracy(k=2), "matrix": ConfusionMatrix()}
    history = fit(*problem, epochs=2, validation=validation, metrics=metrics, progress=False)
    assert len(history.validation_loss) == len(history.validation_accuracy) == 2
    assert history.validation_loss[-1] == pytest.approx(loss_fn(model(x), y).item(), rel=1e-5)
    assert history.validation_accuracy[-1] == pytest.approx((model(x).argmax(1) == y).float().mean().item())
    assert history.metrics["top2"] == [1.0, 1.0]
    assert int(history.metrics["matrix"][-1].sum()) == 7


def test_a_part_that_was_frozen_stays_in_its_mode(problem) -> None:
    model = problem[0]
    model[1].eval()
    fit(*problem, epochs=2, validation=problem[1], progress=False)
    assert [module.training for module in model] == [True, False, True]


def test_regression_has_no_accuracy() -> None:
    model = mg.nn.Linear(1, 1)
    data = [(mg.ones(2, 1), mg.zeros(2, 1))]
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    history = fit(model, data, mg.nn.MSELoss(), optimizer, epochs=2, validation=data, progress=False)
    assert history.validation_accuracy == []
    assert len(history.validation_loss) == 2
    assert "accuracy" not in repr(history)


# -- callbacks ---------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(("where", "steps", "epochs"), [("on_step", 2, 0), ("on_epoch", 3, 1)])
def test_a_callback_can_stop_the_training(problem, where: str, steps: int, epochs: int) -> None:
    def stop(came: Any) -> None:
        if where == "on_epoch" or came.step == 2:
            raise StopTraining("good enough")

    history = fit(*problem, epochs=5, progress=False, **{where: stop})
    assert (len(history.step_loss), len(history.train_loss)) == (steps, epochs)
    assert history.stopped == "good enough"
    assert repr(history).endswith("stopped: good enough")


def test_an_error_in_a_callback_comes_through_and_leaves_the_history(problem) -> None:
    def fail(step: Any) -> None:
        if step.step == 4:
            raise ZeroDivisionError

    history = History()
    with pytest.raises(ZeroDivisionError):
        fit(*problem, epochs=2, on_step=fail, history=history, progress=False)
    assert (len(history.step_loss), len(history.train_loss)) == (4, 1)


# -- schedulers and clipping -------------------------------------------------------------------------------------------


class Halving:
    """A scheduler that halves the learning rate."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    def step(self) -> None:
        self.optimizer.param_groups[0]["lr"] /= 2


class Listening:
    """A scheduler that looks at the loss."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    def step(self, metrics: float) -> None:
        self.heard.append(metrics)


@pytest.mark.parametrize(("every", "rates"), [("epoch", [0.1, 0.05, 0.025]), ("step", [0.0125, 0.1 / 64, 0.1 / 512])])
def test_a_scheduler_changes_the_rate(problem, every: str, rates: list[float]) -> None:
    scheduler = Halving(problem[3])
    history = fit(*problem, epochs=3, scheduler=scheduler, scheduler_every=every, progress=False)
    assert history.learning_rate == pytest.approx(rates)


def test_a_scheduler_that_takes_a_loss_gets_the_validations(problem) -> None:
    trained, validated = Listening(), Listening()
    history = fit(*problem, epochs=2, scheduler=trained, progress=False)
    assert trained.heard == history.train_loss
    history = fit(*problem, epochs=2, scheduler=validated, validation=problem[1], progress=False)
    assert validated.heard == history.validation_loss


def test_gradients_are_clipped_before_the_step(torch) -> None:
    model, loader, loss_fn, optimizer = small_problem()
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    theirs.load_state_dict({name: torch.tensor(t.numpy()) for name, t in model.state_dict().items()})
    their_optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1, momentum=0.9)
    batches = list(loader)
    for x, y in batches:
        their_optimizer.zero_grad()
        torch.nn.functional.cross_entropy(theirs(torch.tensor(x.numpy())), torch.tensor(y.numpy())).backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.05)
        their_optimizer.step()
    norms = []

    def norm(step: Any) -> None:
        norms.append(math.sqrt(sum(float((p.grad * p.grad).sum()) for p in model.parameters())))

    fit(model, batches, loss_fn, optimizer, epochs=1, clip_grad_norm=0.05, on_step=norm, progress=False)
    assert norms == pytest.approx([0.05] * 3, rel=1e-4)
    for ours, other in zip(model.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), other.detach().numpy(), rtol=1e-5, atol=1e-7)


def test_short_gradients_stay(problem) -> None:
    other = small_problem()
    fit(*problem, epochs=1, clip_grad_norm=1e6, progress=False)
    fit(*other, epochs=1, progress=False)
    assert weights(problem[0]) == weights(other[0])


# -- early stop --------------------------------------------------------------------------------------------------------


class Scripted(mg.nn.Module):
    """A model whose loss in each evaluation is written down before: it does not depend on the weights."""

    def __init__(self, losses: list[float]) -> None:
        super().__init__()
        self.weight = mg.nn.Parameter(mg.zeros(()))
        self.register_buffer("seen", mg.zeros(()))
        self.losses = iter(losses)

    def forward(self, input: mg.Tensor) -> mg.Tensor:
        if not self.training:
            return mg.tensor(next(self.losses)) + 0 * self.weight
        self.seen += 1
        return self.weight * 0 + self.weight + 1


def scripted(losses: list[float], **arguments: Any) -> tuple[Scripted, History, EarlyStop]:
    model, data = Scripted(losses), [(mg.zeros(()), mg.zeros(()))]
    early_stop = EarlyStop(**arguments)
    history = fit(
        model,
        data,
        lambda output, target: output - target,
        mg.optim.SGD(model.parameters(), lr=1.0),
        epochs=len(losses),
        validation=data,
        early_stop=early_stop,
        progress=False,
    )
    return model, history, early_stop


def test_early_stop_ends_and_restores_the_best() -> None:
    model, history, early_stop = scripted([3.0, 1.0, 2.0, 1.0, 0.0], patience=2)
    assert len(history.train_loss) == 4
    assert (early_stop.best, early_stop.best_epoch) == (1.0, 2)
    assert (model.weight.item(), model.seen.item()) == (-2.0, 2.0)  # as after epoch 2, the buffer too
    assert history.stopped == "EarlyStop: best validation_loss 1 after epoch 2, nothing better for 2 epochs"


def test_the_best_is_restored_at_the_end_too() -> None:
    model, history, _ = scripted([3.0, 1.0, 2.0], patience=2)
    assert len(history.train_loss) == 3
    assert model.weight.item() == -2.0
    assert history.stopped == ""


@pytest.mark.parametrize(
    ("losses", "arguments", "epochs"),
    [
        ([math.nan, 2.0, math.nan, math.nan, 1.0], {"patience": 2}, 4),
        ([2.0, 1.95, 1.92, 1.5, 1.45, 1.41, 1.0], {"patience": 2, "min_delta": 0.1}, 3),
        ([1.0, 2.0, 3.0, 3.0, 9.0], {"patience": 1, "mode": "max"}, 4),
        ([3.0, 2.0, 1.0], {"patience": 1, "monitor": "train_loss"}, 3),  # which falls, with the weight
    ],
)
def test_what_counts_as_better(losses: list[float], arguments: dict[str, Any], epochs: int) -> None:
    assert len(scripted(losses, **arguments)[1].train_loss) == epochs


def test_a_number_that_nobody_measures(problem) -> None:
    with pytest.raises(ValueError, match="no 'validation_loss'; it has step_loss, train_loss, learning_rate"):
        fit(*problem, epochs=1, early_stop=EarlyStop(), progress=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"patience": 0}, "at least 1; got 0"), ({"mode": "low"}, "got 'low'"), ({"min_delta": -1.0}, "0 or more")],
)
def test_an_early_stop_that_makes_no_sense(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        EarlyStop(**arguments)


def test_what_an_early_stop_says_of_itself() -> None:
    assert repr(EarlyStop()) == "EarlyStop: no validation_loss yet"


# -- interruption ------------------------------------------------------------------------------------------------------


def press_stop(times: int = 1) -> None:
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


def test_an_interruption_waits_for_the_end_of_the_step(problem) -> None:
    """It comes in the middle of a backward pass."""
    model, history, whole = problem[0], History(), small_problem()
    model[0].weight.register_hook(lambda grad: press_stop() if len(history.step_loss) == 3 else None)
    training = Training(*problem, history=history)
    with pytest.raises(KeyboardInterrupt, match="stopped after step 4, in epoch 2"):
        training.fit(3, progress=False)
    assert (len(history.step_loss), len(history.train_loss)) == (4, 1)
    assert "History: 1 epoch, 4 steps" in repr(history)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    training.fit(3, progress=False)
    assert history == fit(*whole, epochs=3, progress=False)
    assert weights(model) == weights(whole[0])


def test_a_second_interruption_is_obeyed_at_once(problem) -> None:
    seen = []

    def press_twice(step: Any) -> None:
        press_stop(2)
        seen.append("still here")

    with pytest.raises(KeyboardInterrupt):
        fit(*problem, epochs=1, on_step=press_twice, progress=False)
    assert seen == []


def test_an_interruption_after_the_last_step_of_an_epoch_leaves_no_epoch_half_done(problem) -> None:
    training, whole = Training(*problem), small_problem()
    with pytest.raises(KeyboardInterrupt):
        training.fit(2, on_step=lambda step: press_stop() if step.step == 3 else None, progress=False)
    assert training.history.train_loss == []
    assert training.fit(2, progress=False) == fit(*whole, epochs=2, progress=False)


def test_in_another_thread_it_trains_as_well(problem) -> None:
    histories: list[History] = []
    thread = threading.Thread(target=lambda: histories.append(fit(*problem, epochs=1, progress=False)))
    thread.start()
    thread.join()
    assert len(histories[0].step_loss) == 3


# -- arguments that make no sense --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epochs": 0}, "epochs=0"),
        ({"metrics": {"a": Accuracy()}}, "give validation="),
        ({"scheduler_every": "batch"}, "got 'batch'"),
        ({"scheduler": Listening(), "scheduler_every": "step"}, "Listening looks at the loss of epochs"),
        ({"clip_grad_norm": 0.0}, "above 0; got 0.0"),
        ({"clip_grad_norm": math.nan}, "above 0; got nan"),
    ],
)
def test_arguments_that_make_no_sense(problem, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(*problem, **{"epochs": 1, "progress": False, **arguments})
