"""`find_learning_rate`: trains with a higher and higher learning rate, until it breaks, to see which one is right.

The learning-rate range test: Smith, "Cyclical Learning Rates for Training Neural Networks" (2017), section 3.3. While
the rate is too low, the loss stays; where the rate is right, it falls fast; where the rate is too high, it explodes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from ..nn import Module
from ..optim import Optimizer
from .loop import LossFunction
from .plots import Plot
from .plots.trials import draw_rates
from .trial import trial

WINDOW = 9  # how many neighbours the smoothed loss is a mean of
FEW = 5  # losses, the mean of which tells whether they explode
LEAST_FALL = 0.02  # of the first loss: less is noise


@dataclass(frozen=True, repr=False)
class LearningRates:
    """The loss at each learning rate. A notebook shows the curve."""

    rates: list[float]
    losses: list[float]  # before each step
    smoothed: list[float]  # means of each loss and its neighbours
    suggestion: float | None  # the rate at which the loss falls fastest; None if it does not fall

    def plot(self) -> Plot:
        """The loss over the learning rate, and the suggestion."""
        return draw_rates(self.rates, self.losses, self.smoothed, self.suggestion, repr(self))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {**self.plot()._repr_mimebundle_(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        tried = f"learning rates from {self.rates[0]:.1g} to {self.rates[-1]:.1g}"
        if self.suggestion is None:
            return f"{tried}: the loss falls at none of them. Try overfit_one_batch: something may be broken."
        best = self.rates[int(np.argmin(self.smoothed))]
        return f"{tried}: the loss falls fastest at {self.suggestion:.1g}, and is lowest at {best:.1g}"


def find_learning_rate(
    model: Module,
    loader: Iterable[Any],
    loss_fn: LossFunction,
    optimizer: Optimizer,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
) -> LearningRates:
    """Trains a copy of the model with learning rates that grow from step to step, and looks at the loss.

    It stops early when the loss explodes: when the mean of a few is four times what it once was. Model, optimizer,
    loader and random numbers are afterwards as they were.

    Arguments:
        loader: gives batches (input, target); it is gone through several times, if it has less than `steps`.
        optimizer: that of the training. Groups keep the ratio of their learning rates; the first gets the rates.
        low, high: the first and the last rate.
        steps: how many rates, at equal ratios.

    Raises:
        ValueError: rates that do not grow; less than 10 steps; no batches; a batch that is no pair; an optimizer that
            has none of the model's parameters; a first loss that is not finite.
        RuntimeError, TypeError: something in the model cannot be copied.

    >>> import micrograd_nb as mg
    >>> x = mg.linspace(-1, 1, 16).reshape(16, 1)
    >>> model = mg.nn.Linear(1, 1)
    >>> found = find_learning_rate(model, [(x, 3 * x)], mg.nn.MSELoss(), mg.optim.SGD(model.parameters()))
    >>> 0.01 < found.suggestion < 10
    True
    """
    _check_rates(low, high, steps)
    rates, losses = np.geomspace(low, high, steps).tolist(), []
    with trial(model, loss_fn, optimizer, loader) as copies:
        groups = copies.optimizer.param_groups
        ratios = _ratios([float(group["lr"]) for group in groups])
        for rate, batch in zip(rates, _again_and_again(loader), strict=False):
            for group, ratio in zip(groups, ratios, strict=True):
                group["lr"] = rate * ratio
            losses.append(copies.step(batch))
            if _explodes(losses):
                break
    return _found(rates[: len(losses)], losses)


def _explodes(losses: list[float]) -> bool:
    """Whether the mean of the last losses is four times the lowest such mean. (Single batches may differ so much.)"""
    if not math.isfinite(losses[-1]):
        return True
    means = np.convolve(losses, np.ones(FEW) / FEW, "valid") if len(losses) >= FEW else np.array(losses[-1:])
    return bool(means[-1] > 4 * means.min())


def _again_and_again(loader: Iterable[Any]) -> Iterator[Any]:
    """The batches of a loader, over and over."""
    while True:
        empty = True
        for batch in loader:
            empty = False
            yield batch
        if empty:
            raise ValueError("the loader gives no batches: it is empty, or a generator that has been gone through")


def _ratios(rates: list[float]) -> list[float]:
    """Each rate as a multiple of the first."""
    return [rate / rates[0] for rate in rates] if rates[0] else [1.0] * len(rates)


def _found(rates: list[float], losses: list[float]) -> LearningRates:
    if not math.isfinite(losses[0]):
        raise ValueError(
            f"the loss is {losses[0]} before the first step: no learning rate can mend that. Look at the data"
        )
    if not math.isfinite(losses[-1]):
        rates, losses = rates[:-1], losses[:-1]
    means = smoothed(np.array(losses))
    lowest = int(means.argmin())
    suggestion = None
    if means[0] - means[lowest] > LEAST_FALL * abs(means[0]):
        slopes = np.gradient(means, np.log(rates))
        suggestion = rates[int(slopes[: lowest + 1].argmin())]
    return LearningRates(rates, losses, means.tolist(), suggestion)


def smoothed(losses: ndarray) -> ndarray:
    """The mean of each loss and its neighbours on both sides, so that no feature moves; at the ends of fewer.

    >>> smoothed(np.array([3.0, 0.0, 3.0])).tolist()
    [2.0, 2.0, 2.0]
    """
    half = WINDOW // 2
    return np.array([losses[max(0, i - half) : i + half + 1].mean() for i in range(len(losses))])


def _check_rates(low: float, high: float, steps: int) -> None:
    if not 0 < low < high < math.inf:
        raise ValueError(f"the learning rates grow from low to high, above 0; got low={low} and high={high}")
    if steps < 10:
        raise ValueError(f"steps is how many learning rates to try, at least 10; got {steps}")
