"""Compares how random numbers are distributed: two samples that two libraries drew.

    assert_same_distribution(layer.weight, torch_layer.weight)

The measure is that of Kolmogorov and Smirnov: the largest distance between the shares of numbers below x, over all x.
For samples of one distribution, c / √n is exceeded with probability 2 exp(−2 c²), whatever the distribution.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import ndarray

FALSE_ALARMS = 1e-9
"""How likely a comparison is to fail though the distributions are the same. Seeded tests fail always, or never."""


def assert_same_distribution(ours: Any, theirs: Any, *, at_least: int = 1000) -> None:
    """Holds that two samples may come from the same distribution.

    Arguments:
        ours, theirs: tensors or arrays of any shape, of either library.
        at_least: how many numbers each must have, for few numbers tell nothing.
    """
    a, b = _numbers(ours), _numbers(theirs)
    assert min(a.size, b.size) >= at_least, f"{a.size} and {b.size} numbers are too few: make the layer larger"
    distance, limit = _distance(a, b), _limit(a.size, b.size)
    assert distance <= limit, (
        f"the distributions differ by {distance:.3f}, and samples of one differ by less than {limit:.3f}: "
        f"{_described(a)} and {_described(b)}"
    )


def _distance(a: ndarray, b: ndarray) -> float:
    """The largest difference between the shares of `a` and of `b` that are not above x, over all x."""
    everywhere = np.concatenate([a, b])
    shares = (np.searchsorted(np.sort(x), everywhere, side="right") / x.size for x in (a, b))
    return float(np.abs(np.subtract(*shares)).max())


def _limit(n: int, m: int) -> float:
    """What the distance of two samples of one distribution stays below, but for a false alarm."""
    return math.sqrt(math.log(2 / FALSE_ALARMS) / 2 * (n + m) / (n * m))


def _numbers(sample: Any) -> ndarray:
    return np.asarray(sample.detach() if hasattr(sample, "detach") else sample, np.float64).ravel()


def _described(x: ndarray) -> str:
    return f"{x.size} numbers from {x.min():.4g} to {x.max():.4g}, mean {x.mean():.4g}, deviation {x.std():.4g}"
