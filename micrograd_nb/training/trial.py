"""Trials: training copies of a model and its optimizer, to find something out, without a trace in the originals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np

from ..nn import Module
from ..optim import Optimizer
from .batches import pair
from .loop import LossFunction
from .resumable_loader import random_states, set_random_states


class Trial(NamedTuple):
    """Copies of what takes part in a training."""

    model: Module
    loss_fn: LossFunction
    optimizer: Optimizer

    def step(self, batch: Any) -> float:
        """Trains a step, if the loss before it is finite, and returns that loss. Numbers may explode, silently."""
        input, target = pair(batch)
        self.optimizer.zero_grad()
        with np.errstate(all="ignore"):
            loss = self.loss_fn(self.model(input), target)
            if math.isfinite(value := loss.item()):
                loss.backward()
                self.optimizer.step()
        return value


@contextmanager
def trial(
    model: Module, loss_fn: LossFunction, optimizer: Optimizer | Callable[[Any], Optimizer], loader: Iterable[Any]
) -> Iterator[Trial]:
    """A context for a trial. Afterwards the random numbers, too, go on as if nothing had been.

    Arguments:
        optimizer: the one to copy; or what makes one of the copy's parameters.
        loader: its generators are put back.

    Raises:
        ValueError: the optimizer has other parameters than the model.
        RuntimeError, TypeError: something in the model cannot be copied.
    """
    if isinstance(optimizer, Optimizer):
        _check_parameters(model, optimizer)
    states = random_states(loader)
    try:
        try:
            copies = deepcopy((model, loss_fn, optimizer))  # in one, so that the optimizer has the copy's parameters
        except Exception as error:
            error.add_note("A trial trains a copy of the model, so that yours stays as it is. This cannot be copied.")
            raise
        copied, loss_fn, optimizer = copies
        yield Trial(
            copied.train(), loss_fn, optimizer if isinstance(optimizer, Optimizer) else optimizer(copied.parameters())
        )
    finally:
        set_random_states(loader, states)


def _check_parameters(model: Module, optimizer: Optimizer) -> None:
    held = {p for group in optimizer.param_groups for p in group["params"]}
    named = dict(model.named_parameters())
    if held.isdisjoint(named.values()):
        raise ValueError(
            f"the optimizer has none of the model's {len(named)} parameters, so no step can change the model. Make it "
            "with this model's: SGD(model.parameters()); where a model was made anew, make its optimizer anew."
        )
