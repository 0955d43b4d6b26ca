"""EarlyStop: ends a training that gets no better, and keeps the weights with which it was best.

Prechelt, "Early Stopping – But When?" (1998): with every further epoch the training loss still falls, but the model
learns the training data by heart, and the validation loss rises again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from ..nn import Module
from .history import History


class EarlyStop:
    """Watches one number of the history, after each epoch.

    Arguments:
        patience: after how many epochs without a new best the training ends.
        monitor: the number to watch: "validation_loss", "validation_accuracy", "train_loss", or the name of a metric.
        mode: "min" if it is to fall, "max" if it is to rise.
        min_delta: by how much it must be better to count.

    When the training ends, by this or with its last epoch, the model gets back the weights and buffers of its best
    epoch.

    Attributes:
        best, best_epoch: the best number so far, and after which epoch it was reached.

    Raises:
        ValueError: arguments that make no sense; while training: nothing of the name `monitor` is measured.

    >>> import micrograd_nb as mg
    >>> model, early_stop = mg.nn.Linear(1, 1), EarlyStop(patience=2)
    >>> for loss in (0.5, 0.3, 0.4, 0.4, 0.2):
    ...     early_stop.update(History(validation_loss=[loss]), model)
    ...     if early_stop.is_over:
    ...         break
    >>> early_stop
    EarlyStop: best validation_loss 0.3 after epoch 2, nothing better for 2 epochs
    """

    def __init__(
        self, patience: int = 5, *, monitor: str = "validation_loss", mode: str = "min", min_delta: float = 0.0
    ) -> None:
        if patience < 1:
            raise ValueError(f"patience is how many epochs may pass without a new best, at least 1; got {patience}")
        if mode not in ("min", "max"):
            raise ValueError(f'mode is "min" for a number that is to fall, "max" for one that is to rise; got {mode!r}')
        if min_delta < 0:
            raise ValueError(f"min_delta is by how much a number must be better, 0 or more; got {min_delta}")
        self.patience, self.monitor, self.mode, self.min_delta = patience, monitor, mode, min_delta
        self.best: float | None = None
        self.epoch = self.best_epoch = 0
        self._best_model: dict[str, Any] = {}

    def update(self, history: History, model: Module) -> None:
        """Looks at the epoch that is through. NaN is never better."""
        value = float(history.last(self.monitor))
        self.epoch += 1
        if self._is_better(value):
            self.best, self.best_epoch = value, self.epoch
            self._best_model = deepcopy(dict(model.state_dict()))

    @property
    def is_over(self) -> bool:
        """Whether the patience is at its end."""
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model: Module) -> None:
        """Gives a model the weights and buffers of the best epoch, if there was one."""
        if self._best_model:
            model.load_state_dict(self._best_model)

    def state_dict(self) -> dict[str, Any]:
        """What it remembers, with the best weights; a copy."""
        state = {"best": self.best, "epoch": self.epoch, "best_epoch": self.best_epoch, "model": self._best_model}
        return deepcopy(state)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Remembers what another one did."""
        state = deepcopy(dict(state_dict))
        self.best, self.epoch, self.best_epoch = state["best"], int(state["epoch"]), int(state["best_epoch"])
        self._best_model = dict(state["model"])

    def _is_better(self, value: float) -> bool:
        if math.isnan(value) or self.best is None:
            return not math.isnan(value)
        gain = self.best - value if self.mode == "min" else value - self.best
        return gain > self.min_delta

    def __repr__(self) -> str:
        if self.best is None:
            return f"EarlyStop: no {self.monitor} yet"
        since = self.epoch - self.best_epoch
        waited = f", nothing better for {since} epoch{'s' * (since != 1)}" if since else ""
        return f"EarlyStop: best {self.monitor} {self.best:.4g} after epoch {self.best_epoch}{waited}"
