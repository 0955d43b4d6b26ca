"""Accuracy: the share of predictions that are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from .classes import logits_and_target
from .metric import Metric, written


def accuracy(output: Any, target: Any, k: int = 1) -> float:
    """The share of samples whose class has the largest logit, or one of the `k` largest; from 0 to 1.

    Arguments:
        output: logits (n, classes). Of equal ones, the first counts as the larger.
        target: the classes' numbers (n,).

    Raises:
        ValueError: shapes or numbers of samples that do not fit; no samples; `k` below 1 or above the classes.

    >>> import micrograd_nb as mg
    >>> logits = mg.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
    >>> accuracy(logits, mg.tensor([0, 1])), accuracy(logits, mg.tensor([0, 1]), k=2)
    (0.5, 1.0)
    """
    right, count = count_right(output, target, k)
    return right / count


class Accuracy(Metric):
    """`accuracy`, over many batches.

    Arguments:
        k: a prediction is right if the class has one of the `k` largest logits.

    >>> metric = Accuracy(k=2)
    >>> metric.update([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]], [1, 2])
    >>> metric.compute()
    0.5
    """

    def __init__(self, k: int = 1) -> None:
        self.k = k
        self.reset()

    def reset(self) -> None:
        self.right = self.count = 0

    def update(self, output: Any, target: Any) -> None:
        right, count = count_right(output, target, self.k)
        self.right += right
        self.count += count

    def compute(self) -> float:
        if self.count == 0:
            raise ValueError("no samples to measure: the loader is empty, or a generator that has been gone through")
        return self.right / self.count

    def __repr__(self) -> str:
        return written(self, f"{self.compute():.4g} of " if self.count else "", self.count)


def count_right(output: Any, target: Any, k: int) -> tuple[int, int]:
    """How many samples are right, of how many."""
    logits, truth = logits_and_target(output, target)
    if not isinstance(k, int) or not 1 <= k <= logits.shape[1]:
        raise ValueError(f"k is how many of the {logits.shape[1]} classes count as right, at least 1; got k={k}")
    if k == 1:
        return int(np.count_nonzero(logits.argmax(1) == truth)), len(truth)
    largest = np.argsort(-logits, axis=1, kind="stable")[:, :k]
    return int(np.count_nonzero(largest == truth[:, None])), len(truth)
