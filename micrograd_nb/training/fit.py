"""`fit` trains a model and tells how it went; `Training` is a training that can be stopped, saved and gone on with."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from copy import deepcopy
from typing import Any

from ..nn import Module
from ..optim import Optimizer
from .batches import size
from .clip import clip_gradients
from .early_stop import EarlyStop
from .evaluate import evaluate
from .history import History
from .interrupt import deferred_interrupt
from .loop import LossFunction, TrainStep, check_epochs, train_steps
from .metrics import Mean, Metric
from .progress import ProgressBar, Silent
from .resumable_loader import ResumableLoader


class StopTraining(Exception):
    """Raised in a callback of `fit`, ends the training after the step or epoch at hand. Its text says why."""


def fit(
    model: Module,
    loader: Iterable[Any],
    loss_fn: LossFunction,
    optimizer: Optimizer,
    *,
    epochs: int,
    validation: Iterable[Any] | None = None,
    metrics: Mapping[str, Metric] | None = None,
    scheduler: Any = None,
    scheduler_every: str = "epoch",
    clip_grad_norm: float | None = None,
    early_stop: EarlyStop | None = None,
    on_step: Callable[[TrainStep], object] | None = None,
    on_epoch: Callable[[History], object] | None = None,
    progress: bool = True,
    history: History | None = None,
) -> History:
    """Trains a model, and tells how it went.

    Arguments:
        loader, loss_fn, optimizer, epochs: as for `train_steps`.
        validation: batches to measure the model with after each epoch, in evaluation mode and without gradients.
        metrics: what to measure there besides loss and accuracy, by names of your choice.
        scheduler: changes the learning rate, after each "epoch" or each "step", as `scheduler_every` says. One whose
            `step` takes a loss gets that of the validation, or else of the training.
        clip_grad_norm: the largest norm of all gradients together; longer ones are scaled down.
        early_stop: ends the training when it gets no better. The model then is as it was when it was best.
        on_step: called after each step, with its `TrainStep`.
        on_epoch: called after each epoch, with the history so far.
        progress: print how far it is, and how well it goes.
        history: an empty History to write in, to have it when the training is interrupted.

    Raises:
        FloatingPointError, ValueError: as `train_steps`.
        KeyboardInterrupt: you interrupted it. The step at hand was finished first, so the model can be used.

    To go on with a training, in the same program or another, see `Training`.

    >>> import micrograd_nb as mg
    >>> model, data = mg.nn.Linear(1, 1, bias=False), [(mg.ones(1, 1), mg.zeros(1, 1))]
    >>> with mg.no_grad():
    ...     _ = model.weight.fill_(1.0)
    >>> history = fit(model, data, mg.nn.MSELoss(), mg.optim.SGD(model.parameters(), lr=0.1), epochs=3)
    epoch 1/3 [####################] loss 1.0000
    epoch 2/3 [####################] loss 0.6400
    epoch 3/3 [####################] loss 0.4096
    >>> [round(loss, 4) for loss in history.step_loss]
    [1.0, 0.64, 0.4096]
    """
    training = Training(
        model, loader, loss_fn, optimizer, validation=validation, metrics=metrics, scheduler=scheduler,
        scheduler_every=scheduler_every, clip_grad_norm=clip_grad_norm, early_stop=early_stop, history=history,
    )  # fmt: skip
    return training.fit(epochs, on_step=on_step, on_epoch=on_epoch, progress=progress)


class Training:
    """Everything that takes part in a training, and where it stands. Arguments as for `fit`.

    An interrupted training goes on when `fit` is called again. Saved and loaded, it ends with the same weights, to the
    last bit, as one that was never stopped: its state holds the model, the optimizer, the scheduler, the place in the
    epoch, the random numbers and the history.

    Attributes:
        history: how it went so far.
        epoch: how many epochs are through.
        step: how many steps were made, over all epochs.

    >>> import micrograd_nb as mg
    >>> def new():
    ...     mg.manual_seed(0)
    ...     model = mg.nn.Linear(2, 1)
    ...     loader = mg.data.DataLoader(mg.data.TensorDataset(mg.randn(8, 2), mg.randn(8, 1)), 2, shuffle=True)
    ...     return Training(model, loader, mg.nn.MSELoss(), mg.optim.SGD(model.parameters(), momentum=0.9))
    >>> first, second = new(), new()
    >>> history = first.fit(2, progress=False)
    >>> second.load_state_dict(first.state_dict())
    >>> first.fit(3, progress=False) == second.fit(3, progress=False)
    True
    """

    def __init__(
        self,
        model: Module,
        loader: Iterable[Any],
        loss_fn: LossFunction,
        optimizer: Optimizer,
        *,
        validation: Iterable[Any] | None = None,
        metrics: Mapping[str, Metric] | None = None,
        scheduler: Any = None,
        scheduler_every: str = "epoch",
        clip_grad_norm: float | None = None,
        early_stop: EarlyStop | None = None,
        history: History | None = None,
    ) -> None:
        _check_options(validation, metrics, scheduler, scheduler_every, clip_grad_norm)
        self.model, self.loss_fn, self.optimizer = model, loss_fn, optimizer
        self.loader = loader if isinstance(loader, ResumableLoader) else ResumableLoader(loader)
        self.validation, self.metrics = validation, metrics
        self.scheduler, self.scheduler_every = scheduler, scheduler_every
        self.clip_grad_norm, self.early_stop = clip_grad_norm, early_stop
        self.history = History() if history is None else history
        self._mean = Mean()  # of the losses of the epoch at hand

    @property
    def epoch(self) -> int:
        return self.loader.epoch

    @property
    def step(self) -> int:
        return self.loader.step

    def fit(
        self,
        epochs: int,
        *,
        on_step: Callable[[TrainStep], object] | None = None,
        on_epoch: Callable[[History], object] | None = None,
        progress: bool = True,
    ) -> History:
        """Trains until so many epochs are through, those of earlier calls included. Arguments and errors as for `fit`.

        Warns:
            UserWarning: they are through already.
        """
        check_epochs(epochs)
        if epochs <= self.epoch:
            warnings.warn(
                f"{self.epoch} epochs of this training are through, so fit(epochs={epochs}) has nothing to do: "
                "epochs counts all of them, from the first",
                stacklevel=2,
            )
        self.history.stopped = ""
        try:
            self._run(epochs, on_step or _nothing, on_epoch or _nothing, progress)
        except StopTraining as reason:
            self.history.stopped = str(reason)
        if self.early_stop is not None:
            self.early_stop.restore(self.model)
        return self.history

    def _run(
        self,
        epochs: int,
        on_step: Callable[[TrainStep], object],
        on_epoch: Callable[[History], object],
        progress: bool,
    ) -> None:
        steps = train_steps(
            self.model, self.loader, self.loss_fn, self.optimizer, epochs=epochs, watch=self.clip_grad_norm is not None
        )
        self._stop_if_over()
        with deferred_interrupt() as interrupt, self._bar(epochs, progress) as bar:
            for step in steps:
                match step.kind:
                    case "step":
                        self._end_step(step)
                        bar.step()
                        on_step(step)
                    case "backward":
                        self._clip()
                    case "epoch":
                        self._end_epoch()
                        bar.epoch(self.history.last_line())
                        on_epoch(self.history)
                        self._stop_if_over()
                if interrupt.came and step.kind in ("step", "epoch"):
                    raise KeyboardInterrupt(f"training stopped after step {self.step}, in epoch {step.epoch}")

    def _clip(self) -> None:
        assert self.clip_grad_norm is not None
        moving = (p for group in self.optimizer.param_groups for p in group["params"])
        clip_gradients(moving, self.clip_grad_norm)

    def _end_step(self, step: TrainStep) -> None:
        loss = step.loss.item()  # type: ignore[union-attr]
        self.history.step_loss.append(loss)
        self._mean.update(loss, size(step.batch[1]))
        if self.scheduler is not None and self.scheduler_every == "step":
            self.scheduler.step()

    def _end_epoch(self) -> None:
        history = self.history
        history.train_loss.append(self._mean.compute())
        self._mean.reset()
        history.learning_rate.append(float(self.optimizer.param_groups[0]["lr"]))
        if self.validation is not None:
            history.add_validation(evaluate(self.model, self.validation, self.loss_fn, self.metrics))
        if self.scheduler is not None and self.scheduler_every == "epoch":
            losses = history.validation_loss or history.train_loss
            self.scheduler.step(*losses[-1:] if _wants_a_loss(self.scheduler) else ())
        if self.early_stop is not None:
            self.early_stop.update(history, self.model)

    def _stop_if_over(self) -> None:
        if self.early_stop is not None and self.early_stop.is_over:
            raise StopTraining(str(self.early_stop))

    def _bar(self, epochs: int, progress: bool) -> AbstractContextManager[ProgressBar | Silent]:
        if not progress or epochs <= self.epoch:
            return Silent()
        return ProgressBar(self.loader.loader, epochs, epoch=self.epoch, batch=self.loader.batch)

    # -- to go on with

    def state_dict(self) -> dict[str, Any]:
        """Everything that is needed to go on, as a copy: nested dicts of tensors, numbers and strings.

        Take it between two steps, such as in `on_step` or `on_epoch`.
        """
        state = {name: part.state_dict() for name, part in self._parts().items()}
        return deepcopy({**state, "loss": {"total": self._mean.total, "count": self._mean.count}})

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Goes to where the training was that was saved.

        Raises:
            ValueError: that one had other parts: a scheduler, say, and this one has none.
            RuntimeError, ValueError: as the parts.
        """
        parts = self._parts()
        if set(state_dict) != {*parts, "loss"}:
            raise ValueError(
                f"the training that was saved has the parts {sorted({*state_dict} - {'loss'})}, and this one has "
                f"{sorted(parts)}: make it with the same arguments"
            )
        for name, part in parts.items():
            part.load_state_dict(state_dict[name])
        self._mean.total, self._mean.count = state_dict["loss"]["total"], state_dict["loss"]["count"]

    def _parts(self) -> dict[str, Any]:
        parts = {
            "model": self.model,
            "optimizer": self.optimizer,
            "loader": self.loader,
            "history": self.history,
            "scheduler": self.scheduler,
            "early_stop": self.early_stop,
        }
        if isinstance(self.loss_fn, Module) and self.loss_fn.state_dict():
            parts["loss_fn"] = self.loss_fn
        return {name: part for name, part in parts.items() if part is not None}

    def __repr__(self) -> str:
        return f"<Training: {self.epoch} epochs, {self.step} steps>"


def _nothing(_: object) -> None:
    """A callback that does nothing."""


def _wants_a_loss(scheduler: Any) -> bool:
    """Whether a scheduler looks at how well the training goes: ReduceLROnPlateau does."""
    return "metrics" in inspect.signature(scheduler.step).parameters


def _check_options(
    validation: Any, metrics: Any, scheduler: Any, scheduler_every: str, clip_grad_norm: float | None
) -> None:
    if metrics and validation is None:
        raise ValueError("metrics are measured with the validation data: give validation=…, too")
    if scheduler_every not in ("epoch", "step"):
        raise ValueError(f'scheduler_every is "epoch" or "step", but got {scheduler_every!r}')
    if scheduler is not None and scheduler_every == "step" and _wants_a_loss(scheduler):
        raise ValueError(f'{type(scheduler).__name__} looks at the loss of epochs: leave scheduler_every at "epoch"')
    if clip_grad_norm is not None and not clip_grad_norm > 0:
        raise ValueError(f"clip_grad_norm is the largest norm of the gradients, above 0; got {clip_grad_norm}")
