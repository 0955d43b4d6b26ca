"""Precision, recall and F1: of what was called a cat, how much is one; of the cats, how many were found; and both.

Each class has true positives (tp: called so, rightly), false positives (fp: called so, wrongly) and false negatives
(fn: not called so, wrongly):

    precision = tp / (tp + fp)
    recall    = tp / (tp + fn)
    F1        = 2 tp / (2 tp + fp + fn)        the harmonic mean of both

0/0 counts as 0. One number for all classes is an `average`:

| average      | is                                                                    |
|--------------|-----------------------------------------------------------------------|
| `"macro"`    | the mean over the classes that occur, in predictions or targets       |
| `"weighted"` | the same, weighted with how often each class is the true one          |
| `"micro"`    | tp, fp and fn added up over the classes first; equal to the accuracy  |
| `"binary"`   | class 1, of two classes                                               |
| None         | no average: a tensor with one number a class                          |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import from_numpy
from .confusion import ConfusionMatrix, confusion_matrix
from .metric import Metric, written

Score = Callable[[Any, Any, Any], Any]


def precision(output: Any, target: Any, *, average: str | None = "macro", classes: int | None = None) -> Any:
    """tp / (tp + fp): how much of what was called so is so. (scikit-learn: precision_score)

    Arguments:
        output: logits (n, classes), or predicted classes (n,).
        target: the true classes (n,).
        average: "macro", "weighted", "micro", "binary", or None for one number a class.
        classes: how many there are, where predicted classes do not tell.

    Raises:
        ValueError: shapes, classes or an average that do not fit.

    >>> precision([0, 1, 1, 1], [0, 0, 1, 1], average=None)
    tensor([1.0000, 0.6667], dtype=micrograd_nb.float64)
    """
    return _averaged(_precision, confusion_matrix(output, target, classes).array, average)


def recall(output: Any, target: Any, *, average: str | None = "macro", classes: int | None = None) -> Any:
    """tp / (tp + fn): how many of those that are so were found. Arguments as for `precision`.

    >>> recall([0, 1, 1, 1], [0, 0, 1, 1], average=None)
    tensor([0.5000, 1.0000], dtype=micrograd_nb.float64)
    """
    return _averaged(_recall, confusion_matrix(output, target, classes).array, average)


def f1_score(output: Any, target: Any, *, average: str | None = "macro", classes: int | None = None) -> Any:
    """2 tp / (2 tp + fp + fn): high where both precision and recall are. Arguments as for `precision`.

    >>> f1_score([0, 1, 1, 1], [0, 0, 1, 1], average="binary")
    0.8
    """
    return _averaged(_f1, confusion_matrix(output, target, classes).array, average)


class _Averaged(Metric):
    """A running metric that is computed from the confusion matrix."""

    def __init__(self, average: str | None = "macro", classes: int | None = None) -> None:
        _check_average(average)
        self.average = average
        self.matrix = ConfusionMatrix(classes)

    def reset(self) -> None:
        self.matrix.reset()

    def update(self, output: Any, target: Any) -> None:
        self.matrix.update(output, target)

    def compute(self) -> Any:
        return _averaged(self._score, self.matrix.compute().array, self.average)

    def _score(self, tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
        raise NotImplementedError

    def __repr__(self) -> str:
        count = self.matrix.count
        return written(self, f"{self.compute():.4g} of " if count and self.average else "", count)


class Precision(_Averaged):
    """`precision`, over many batches. Arguments as there."""

    def _score(self, tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
        return _precision(tp, predicted, true)


class Recall(_Averaged):
    """`recall`, over many batches. Arguments as for `precision`."""

    def _score(self, tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
        return _recall(tp, predicted, true)


class F1(_Averaged):
    """`f1_score`, over many batches. Arguments as for `precision`.

    >>> metric = F1(average="binary")
    >>> metric.update([0, 1], [0, 0])
    >>> metric.update([1, 1], [1, 1])
    >>> metric
    F1: 0.8 of 4 samples
    """

    def _score(self, tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
        return _f1(tp, predicted, true)


# -- from the counts: true positives, how often each class was predicted, how often it was true ------------------------


def _precision(tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
    return _ratio(tp, predicted)


def _recall(tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
    return _ratio(tp, true)


def _f1(tp: ndarray, predicted: ndarray, true: ndarray) -> ndarray:
    return _ratio(2 * tp, predicted + true)


def _ratio(part: ndarray, whole: ndarray) -> ndarray:
    return part / np.maximum(whole, 1)


def _averaged(score: Score, matrix: ndarray, average: str | None) -> Any:
    _check_average(average)
    tp, predicted, true = np.diagonal(matrix), matrix.sum(0), matrix.sum(1)
    if average == "micro":
        return float(score(tp.sum(), predicted.sum(), true.sum()))
    each = score(tp, predicted, true)
    match average:
        case None:
            return from_numpy(each)
        case "binary":
            _check_two(len(matrix))
            return float(each[1])
        case "weighted":
            return float(_ratio((each * true).sum(), true.sum()))
    occurs = predicted + true > 0
    return float(_ratio(each[occurs].sum(), occurs.sum()))


def _check_average(average: str | None) -> None:
    if average not in ("macro", "weighted", "micro", "binary", None):
        raise ValueError(f'average is "macro", "weighted", "micro", "binary" or None, but got {average!r}')


def _check_two(classes: int) -> None:
    if classes != 2:
        raise ValueError(
            f'average="binary" is the score of class 1 of two classes, but there are {classes}. Take "macro", or None '
            "for one number a class; where class 1 may not occur, say classes=2."
        )
