"""Session: a training that makes a step when told to, keeps what a dashboard draws, and goes back to the start."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, NamedTuple

from numpy import ndarray

from ...autograd import no_grad
from ...nn import Module
from ...optim import Optimizer
from ..evaluate import evaluate
from ..fit import Training
from ..loop import LossFunction, TrainStep, train_steps
from ..resumable_loader import random_states, set_random_states
from .boundary import Boundary, boundary_of, points_of
from .spread import spreads_of
from .track import Track

ENDLESS = 2**31  # epochs
MOST_CHANGES = 64  # of the learning rate that are remembered, the newest


class RateChange(NamedTuple):
    """Another learning rate."""

    step: int  # the first one that was made with it
    rate: float


class Session:
    """A training, step by step. Its steps are those of `train_steps`: `fit` loses the same, to the last bit.

    Looking never changes what comes: the model is measured and drawn in evaluation mode, and random numbers are put
    back. Those of `manual_seed` go on for the session from where they are now, and for everybody else as if it were
    not there: two sessions, or one and the cells of a notebook, do not disturb each other.

    Arguments:
        loader, loss_fn, optimizer: as for `train_steps`.
        validation: batches to measure the model with after each epoch.
        points: how many points of each curve are kept, however many steps are made; an even number.

    Attributes:
        losses: of the steps, a `Track`.
        validation_losses: after each epoch.
        rate_changes: the last ones, in order.
        first_rate: the learning rate before the first of those.
        spreads: histograms at the last step that was looked at.
        points: the data, where they are points in the plane in a few classes, or None.

    Raises:
        ValueError: an optimizer without parameters of the model; `points` that is odd.

    >>> import micrograd_nb as mg
    >>> model, data = mg.nn.Linear(1, 1, bias=False), [(mg.ones(1, 1), mg.zeros(1, 1))]
    >>> with mg.no_grad():
    ...     _ = model.weight.fill_(1.0)
    >>> session = Session(model, data, mg.nn.MSELoss(), mg.optim.SGD(model.parameters(), lr=0.1))
    >>> session.step()
    1.0
    >>> session.learning_rate = 0.5
    >>> [round(session.step(), 4) for _ in range(2)], session.rate_changes
    ([0.64, 0.0], [RateChange(step=2, rate=0.5)])
    >>> session.reset()
    >>> session.step(), session.learning_rate
    (1.0, 0.1)
    """

    def __init__(
        self,
        model: Module,
        loader: Iterable[Any],
        loss_fn: LossFunction,
        optimizer: Optimizer,
        *,
        validation: Iterable[Any] | None = None,
        points: int = 512,
    ) -> None:
        _check_parameters(model, optimizer)
        self.model, self.loss_fn, self.optimizer, self.validation = model, loss_fn, optimizer, validation
        self._training = Training(model, loader, loss_fn, optimizer)
        self._start = _Start(self._training, validation)
        self._random = random_states(())
        self._ratios = _ratios(optimizer)
        self._most = points
        self.points = points_of(self._training.loader.loader)
        self._watched: str | None = None
        self._begin()

    # -- going on

    def step(self) -> float:
        """Makes a step, looks at it, and returns its loss.

        Raises:
            FloatingPointError: the loss is not finite. The curve has a gap there; the parameters are as before.
            ValueError: as `train_steps`.
        """
        with self._random_numbers():
            return self._advance(look=True)

    def run(self, steps: int) -> None:
        """Makes so many steps, and looks at the last one. Errors as for `step`."""
        with self._random_numbers():
            for left in reversed(range(steps)):
                self._advance(look=left == 0)

    def run_for(self, seconds: float, most: int | None = None) -> int:
        """Makes steps until the time is over, looks at the last one, and returns how many: at least one.

        Arguments:
            most: how many at most.

        Raises:
            FloatingPointError, ValueError: as `step`.
        """
        end, before = time.monotonic() + seconds, self.steps
        with self._random_numbers():
            while time.monotonic() < end and (most is None or self.steps + 1 < before + most):
                self._advance(look=False)
            self._advance(look=True)
        return self.steps - before

    def reset(self) -> None:
        """Goes back to the start: weights, optimizer, learning rate, order of the batches and random numbers.

        The same losses come again, to the last bit.
        """
        self._end()
        self._start.restore(self._training)
        self._begin()

    def close(self) -> None:
        """Ends what is under way, such as the workers of a loader."""
        self._end()

    # -- where it stands

    @property
    def steps(self) -> int:
        """How many steps were made."""
        return self._training.step

    @property
    def epochs(self) -> int:
        """How many epochs are through."""
        return self._training.epoch

    @property
    def learning_rate(self) -> float:
        """Of the next step, in the first group of parameters. To set it changes the other groups by the same factor."""
        return float(self.optimizer.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        if not (isinstance(rate, (int, float)) and 0 <= rate < math.inf):
            raise ValueError(f"a learning rate is a finite number, such as 0.1, and not below 0; got {rate!r}")
        for group, ratio in zip(self.optimizer.param_groups, self._ratios, strict=True):
            group["lr"] = rate * ratio

    @property
    def names(self) -> list[str]:
        """Of the parameters."""
        return [name for name, _ in self.model.named_parameters()]

    def boundary(self) -> Boundary | None:
        """What the model says of the plane now; None where the data are no points, or the model gives no classes."""
        return None if self.points is None else boundary_of(self.model, self.loss_fn, self.points)

    @property
    def watched(self) -> str | None:
        """The name of the parameter that the histograms show; None: of all parameters together."""
        return self._watched

    @watched.setter
    def watched(self, name: str | None) -> None:
        if name is not None and name not in self.names:
            raise ValueError(f"the model has no parameter {name!r}; it has {', '.join(self.names)}")
        self._watched = name
        self._spread(self._before if self.spreads.step == self.steps else None)

    # -- one step

    @contextmanager
    def _random_numbers(self) -> Iterator[None]:
        """A context in which the shared random numbers are those of this session."""
        others = random_states(())
        set_random_states((), self._random)
        try:
            yield
        finally:
            self._random = random_states(())
            set_random_states((), others)

    def _begin(self) -> None:
        self.losses, self.validation_losses = Track(self._most), Track(self._most)
        self._changes: deque[RateChange] = deque(maxlen=MOST_CHANGES)
        self.first_rate = self._rate = self.learning_rate  # the second is that of the last step
        self._events: Iterator[TrainStep] | None = None
        self._spread(None)

    def _end(self) -> None:
        close = getattr(self._events, "close", None)
        if close is not None:
            close()
        self._events = None

    @property
    def rate_changes(self) -> list[RateChange]:
        return list(self._changes)

    def _advance(self, look: bool) -> float:
        try:
            return self._next_step(look)
        except FloatingPointError:
            self._note(self.steps, math.nan)
            raise
        except BaseException:
            self._end()
            raise

    def _next_step(self, look: bool) -> float:
        before: list[ndarray] = []
        while True:
            event = self._next_event()
            if event.kind == "backward" and look:
                before = [p.array.copy() for p in self.model.parameters()]
            elif event.kind == "step":
                assert event.loss is not None
                loss = event.loss.item()
                self._note(event.step, loss)
                if look:
                    self._spread(before)
                if self._is_last_of_epoch():
                    self._next_event()
                return loss

    def _next_event(self) -> TrainStep:
        if self._events is None:
            loader = self._training.loader
            self._events = train_steps(self.model, loader, self.loss_fn, self.optimizer, epochs=ENDLESS)
        try:
            event = next(self._events)
        except BaseException:
            self._events = None  # a generator that raised is over; the next one goes on where the loader stands
            raise
        if event.kind == "epoch" and self.validation is not None:
            self.validation_losses.add(event.step, evaluate(self.model, self.validation, self.loss_fn).loss)
        return event

    def _note(self, step: int, loss: float) -> None:
        self.losses.add(step, loss)
        if self.learning_rate != self._rate:
            self._rate = self.learning_rate
            if len(self._changes) == MOST_CHANGES:
                self.first_rate = self._changes[0].rate
            self._changes.append(RateChange(step, self._rate))

    def _is_last_of_epoch(self) -> bool:
        """Whether the loader says that it has no more. One without a length is only found out to be through later."""
        loader = self._training.loader
        try:
            return loader.batch == len(loader)
        except TypeError:
            return False

    def _spread(self, before: list[ndarray] | None) -> None:
        """Makes the histograms.

        Arguments:
            before: all parameters before the last step; None: there was none, or it was not looked at.
        """
        self._before = before  # to look at another parameter later
        chosen = [i for i, name in enumerate(self.names) if self._watched in (None, name)]
        parameters = list(self.model.parameters())
        olds = None if before is None else [before[i] for i in chosen]
        self.spreads = spreads_of(self.steps, self._watched, [parameters[i] for i in chosen], olds)

    def __repr__(self) -> str:
        return f"<Session: {self.steps} steps, {self.epochs} epochs>"


class _Start:
    """Everything that a training changes, as it was."""

    def __init__(self, training: Training, validation: Iterable[Any] | None) -> None:
        model = training.model
        self.state = training.state_dict()
        self.buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}  # also those that are not saved
        self.modes = {name: module.training for name, module in model.named_modules()}
        self.validation = validation
        self.random = [] if validation is None else random_states(validation)

    def restore(self, training: Training) -> None:
        model = training.model
        training.optimizer.zero_grad()
        training.load_state_dict(deepcopy(self.state))
        with no_grad():
            for name, buffer in model.named_buffers():
                buffer.copy_(self.buffers[name])
        for name, module in model.named_modules():
            module.training = self.modes[name]
        if self.validation is not None:
            set_random_states(self.validation, self.random)


def _ratios(optimizer: Optimizer) -> list[float]:
    """The learning rate of each group as a multiple of the first."""
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    return [rate / rates[0] for rate in rates] if rates[0] else [1.0] * len(rates)


def _check_parameters(model: Module, optimizer: Optimizer) -> None:
    held = {p for group in optimizer.param_groups for p in group["params"]}
    if held.isdisjoint(model.parameters()):
        raise ValueError(
            "the optimizer has none of the model's parameters, so no step can change the model. Make it with this "
            "model's: SGD(model.parameters()); where a model was made anew, make its optimizer anew."
        )
