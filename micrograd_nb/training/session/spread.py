"""How numbers are spread: histograms of a model's parameters, of their gradients, and of what a step added to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

BINS = 32
MOST_NUMBERS = 100_000  # of more, every k-th is looked at


class Spread(NamedTuple):
    """A histogram, with a few facts."""

    counts: tuple[int, ...]  # of equally wide bins from `low` to `high`; none where no number is finite
    low: float
    high: float
    mean: float
    std: float
    zeros: int
    not_finite: int
    size: int  # how many numbers were looked at


class Spreads(NamedTuple):
    """Three histograms at a step. Before the first step there are neither gradients nor updates."""

    step: int
    name: str | None  # of the parameter; None: all together
    parameters: Spread
    gradients: Spread
    updates: Spread  # after the step minus before it
    every: int  # 1, or k: every k-th number was looked at


def spread(values: ndarray) -> Spread:
    """The histogram of all numbers in an array of any shape and type.

    >>> spread(np.array([0.0, 1.0, 1.0, np.nan]))[1:]
    (0.0, 1.0, 0.6666666666666666, 0.4714045207910317, 1, 1, 4)
    """
    numbers = np.asarray(values).astype(np.float64).ravel()
    finite = numbers[np.isfinite(numbers)]
    outside = numbers.size - finite.size
    if not finite.size:
        return Spread((), 0.0, 0.0, 0.0, 0.0, 0, outside, numbers.size)
    low, high = float(finite.min()), float(finite.max())
    with np.errstate(over="ignore"):  # numbers next to the largest float have a spread beyond it
        mean, std = float(finite.mean()), float(finite.std())
    zeros = int(np.count_nonzero(finite == 0))
    return Spread(_counts(finite, low, high), low, high, mean, std, zeros, outside, numbers.size)


def _counts(numbers: ndarray, low: float, high: float) -> tuple[int, ...]:
    """How many numbers each bin holds. Numbers that are all but equal have one bin in the middle."""
    half = high / 2 - low / 2  # high - low may be infinite
    if half <= 1e-12 * max(abs(low), abs(high)):
        return (*[0] * (BINS // 2), numbers.size, *[0] * (BINS - BINS // 2 - 1))
    places = (numbers / 2 - low / 2) / half
    return tuple(np.bincount(np.minimum((places * BINS).astype(int), BINS - 1), minlength=BINS).tolist())


class Looker:
    """Looks at some parameters before and after a step.

    Arguments:
        parameters: which ones.
        name: of the one that they are; None: all of a model.
    """

    def __init__(self, parameters: Sequence[Any], name: str | None) -> None:
        self.parameters, self.name = parameters, name
        self.every = -(-sum(p.array.size for p in parameters) // MOST_NUMBERS) or 1

    def numbers(self) -> ndarray:
        """The parameters, as a copy."""
        return self._joined([p.array for p in self.parameters])

    def look(self, step: int, before: ndarray | None) -> Spreads:
        """What there is now.

        Arguments:
            before: the `numbers` before the step; None: there was no step.
        """
        now = self.numbers()
        grads = [] if before is None else [p.grad.array for p in self.parameters if p.grad is not None]
        with np.errstate(invalid="ignore", over="ignore"):  # ∞ - ∞
            updates = now[:0] if before is None else now - before
        return Spreads(step, self.name, spread(now), spread(self._joined(grads)), spread(updates), self.every)

    def _joined(self, arrays: list[ndarray]) -> ndarray:
        parts = [np.ravel(array)[:: self.every] for array in arrays]
        return np.concatenate([np.zeros(0), *parts])
