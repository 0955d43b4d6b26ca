"""`overfit_one_batch`: can the model learn a handful of samples by heart? If not, something is broken.

It is the cheapest test of a training. Few samples can be learned by heart by nearly every model, so a loss that does
not fall to the ground points at a mistake in the model, in the loss or in the optimizer, and not at the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..nn import Module
from ..optim import SGD, Optimizer
from .loop import LossFunction
from .plots import Plot
from .plots.trials import draw_losses
from .trial import Trial, trial


@dataclass(frozen=True, repr=False)
class Overfit:
    """How a batch was learned. A notebook shows its curve."""

    losses: list[float]  # before each step, and after the last one
    goal: float  # the loss that was to be reached
    verdict: str  # what it means

    @property
    def reached(self) -> bool:
        """Whether the loss came down to the goal."""
        return self.losses[-1] <= self.goal

    def plot(self) -> Plot:
        """The loss, step by step, and the goal."""
        return draw_losses(self.losses, self.goal, repr(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {**self.plot()._repr_mimebundle_(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        steps = len(self.losses) - 1
        return (
            f"one batch, {steps} step{'s' * (steps != 1)}: loss from {self.losses[0]:.2g} to {self.losses[-1]:.2g}. "
            f"{self.verdict}"
        )


def overfit_one_batch(
    model: Module,
    loss_fn: LossFunction,
    batch: Any,
    optimizer: Optimizer | Callable[[Any], Optimizer] | None = None,
    *,
    steps: int = 300,
    goal: float = 0.05,
) -> Overfit:
    """Trains a copy of the model on one batch, again and again, and says whether it learned it by heart.

    Model, optimizer and random numbers are afterwards as they were. The copy is in training mode.

    Arguments:
        batch: (input, target).
        optimizer: the one of the training, of which a copy is used; or what makes one of parameters; SGD with a
            learning rate of 0.1 and momentum 0.9, if it is not given.
        steps: how many at most.
        goal: the share of the first loss that has to be reached.

    Raises:
        ValueError: a batch that is no pair; an optimizer that has none of the model's parameters; `steps` below 1; a
            first loss that is not above 0.
        RuntimeError, TypeError: something in the model cannot be copied.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([[0.0], [1.0], [2.0]])
    >>> overfit_one_batch(mg.nn.Linear(1, 1), mg.nn.MSELoss(), (x, 2 * x + 1)).reached
    True
    """
    if steps < 1:
        raise ValueError(f"steps is how many steps to try, at least 1; got {steps}")
    make = (lambda parameters: SGD(parameters, lr=0.1, momentum=0.9)) if optimizer is None else optimizer
    with trial(model, loss_fn, make, ()) as copies:
        losses = [copies.step(batch)]
        _check_first(losses[0])
        while len(losses) <= steps and math.isfinite(losses[-1]) and losses[-1] > goal * losses[0]:
            losses.append(copies.step(batch))
        return Overfit(losses, goal * losses[0], _verdict(losses, goal * losses[0], copies))


def _check_first(loss: float) -> None:
    if not loss > 0:
        raise ValueError(
            f"the loss is {loss:.4g} before the first step; one that is to fall to nearly 0 begins above it. Is its "
            "sign wrong, or are there NaN in the batch?"
        )


def _verdict(losses: list[float], goal: float, copies: Trial) -> str:
    first, last = losses[0], losses[-1]
    if not math.isfinite(last):
        return (
            f"It became {last} at step {len(losses)}: the learning rate is too high (try a tenth), or the batch holds "
            "NaN or huge numbers."
        )
    if last <= goal:
        return "The model learns this batch by heart: model, loss and optimizer work together."
    if lost := _without_gradient(copies):
        return (
            f"It did not come down to {goal:.2g}, and no gradient comes to {lost}: is it used in forward, and is "
            "nothing on the way to the loss detached?"
        )
    if max(losses) - min(losses) < 1e-3 * abs(first):
        return "It does not move: is the learning rate too small, or is all of the model behind dead ReLUs?"
    if last >= first:
        return "It rises: is the learning rate too high (try a tenth), or the sign of the loss wrong?"
    return (
        f"It falls, but not to {goal:.2g} yet: give more steps or a higher learning rate. If that does not help, the "
        "model is too small for the batch, or two equal inputs have different targets."
    )


def _without_gradient(copies: Trial) -> str:
    names = [name for name, p in copies.model.named_parameters() if p.requires_grad and p.grad is None]
    return ", ".join(names[:5]) + (f", … ({len(names)} parameters)" if len(names) > 5 else "")
