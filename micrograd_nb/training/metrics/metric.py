"""Metric, the base of all running metrics, and Mean, the simplest one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tensors import Tensor


class Metric:
    """A number, or several, gathered over many batches.

    Write `reset()`, `update(output, target)` and `compute()`; call `reset()` in `__init__`. `fit` and `evaluate` take
    whatever has these three.
    """

    def reset(self) -> None:
        """Starts over: no samples yet."""
        raise NotImplementedError(f"{type(self).__name__} needs a method reset()")

    def update(self, output: Any, target: Any) -> None:
        """Takes in a batch."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update(output, target)")

    def compute(self) -> Any:
        """The metric over everything since the last `reset()`."""
        raise NotImplementedError(f"{type(self).__name__} needs a method compute()")


class Mean(Metric):
    """A mean of numbers, of which each may stand for several samples.

    >>> mean = Mean()
    >>> mean.update(1.0, 3)  # the mean of three samples
    >>> mean.update(5.0)  # one more
    >>> mean.compute()
    2.0
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, value: Any, count: int = 1) -> None:
        """Takes in the mean of so many samples.

        Arguments:
            value: a number, or a tensor; in a tensor of several numbers, each stands for `count` samples.
        """
        if type(value) is not float:
            array = value.array if isinstance(value, Tensor) else np.asarray(value)
            self.total += float(array.sum(dtype=np.float64)) * count
            self.count += array.size * count
        else:
            self.total += value * count
            self.count += count

    def compute(self) -> float:
        if self.count == 0:
            raise ValueError("no samples to measure: the loader is empty, or a generator that has been gone through")
        return self.total / self.count

    def __repr__(self) -> str:
        return written(self, f"{self.compute():.4g} of " if self.count else "", self.count)


def written(metric: Metric, value: str, count: int) -> str:
    """A metric in a line: `Mean: 0.5 of 3 samples`."""
    return f"{type(metric).__name__}: {value}{count} sample{'s' * (count != 1)}"
