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


def spreads_of(step: int, name: str | None, parameters: Sequence[Any], before: Sequence[ndarray] | None) -> Spreads:
    """What there is after a step.

    Arguments:
        name: of the one parameter; None: they are all of a model.
        before: the numbers of the parameters before the step; None: there was no step.
    """
    every = -(-sum(p.array.size for p in parameters) // MOST_NUMBERS) or 1
    now = _joined([p.array for p in parameters], every)
    if before is None:
        return Spreads(step, name, spread(now), spread(now[:0]), spread(now[:0]), every)
    grads = _joined([p.grad.array for p in parameters if p.grad is not None], every)
    with np.errstate(invalid="ignore", over="ignore"):  # ∞ - ∞
        updates = now - _joined(before, every)
    return Spreads(step, name, spread(now), spread(grads), spread(updates), every)


def _joined(arrays: Sequence[ndarray], every: int) -> ndarray:
    """Every so many numbers of some arrays, in double precision."""
    return np.concatenate([np.zeros(0), *(np.ravel(array)[::every] for array in arrays)])
