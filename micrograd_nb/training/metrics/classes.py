"""What a classifier said and what is true, as numbers of classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import Tensor


def are_classes(output: Any, target: Any) -> bool:
    """Whether the targets are the numbers of classes, and the outputs their logits."""
    both = isinstance(output, Tensor) and isinstance(target, Tensor)
    return both and output.ndim == 2 and target.ndim == 1 and target.array.dtype.kind in "iu"


def logits_and_target(output: Any, target: Any) -> tuple[ndarray, ndarray]:
    """Both as arrays, of shapes (n, classes) and (n,).

    Raises:
        TypeError: a model instead of its output.
        ValueError: other shapes, no samples, targets that are no numbers of classes.
    """
    _check_not_a_model(output)
    logits, truth = array_of(output), array_of(target)
    if logits.ndim != 2 or truth.shape != logits.shape[:1] or not len(truth):
        raise ValueError(
            "accuracy needs logits (n, classes) and targets (n,), with n at least 1; got "
            f"{logits.shape} and {truth.shape}"
        )
    check_classes("targets", truth, logits.shape[1])
    return logits, truth


def predicted_and_target(output: Any, target: Any, classes: int | None = None) -> tuple[ndarray, ndarray, int]:
    """The predicted and the true classes, of shape (n,), and how many classes there are.

    Arguments:
        output: logits (n, classes), or the predicted classes themselves (n,).
        classes: how many there are; left out, as many as logits, or as the largest number says.

    Raises:
        TypeError: a model instead of its output.
        ValueError: other shapes, or numbers that are none of the classes.
    """
    _check_not_a_model(output)
    given, truth = array_of(output), array_of(target)
    if given.ndim not in (1, 2) or truth.shape != given.shape[:1]:
        raise ValueError(
            "classes are compared as logits (n, classes) or predicted classes (n,) with targets (n,); got "
            f"{given.shape} and {truth.shape}"
        )
    if given.ndim == 2:
        if classes is not None and classes != given.shape[1]:
            raise ValueError(f"logits of {given.shape[1]} classes do not fit a metric of {classes}")
        predicted, classes = given.argmax(1), given.shape[1]
    else:
        predicted = given
        _check_whole("predictions", predicted)
        _check_whole("targets", truth)
        if classes is None:
            classes = 1 + max(int(predicted.max(initial=0)), int(truth.max(initial=0)))
    check_classes("predictions", predicted, classes)
    check_classes("targets", truth, classes)
    return predicted.astype(np.int64), truth.astype(np.int64), classes


def array_of(value: Any) -> ndarray:
    """The numbers of a tensor, an array or a list."""
    return value.array if isinstance(value, Tensor) else np.asarray(value)


def _check_not_a_model(output: Any) -> None:
    if callable(output):
        raise TypeError(
            f"a metric takes the output of a model and the target, but got {type(output).__name__} itself. Of a model "
            "and a loader: evaluate(model, loader, loss_fn).accuracy, or with metrics={…}."
        )


def check_classes(what: str, numbers: ndarray, classes: int) -> None:
    """Raises unless all are numbers of classes, from 0."""
    _check_whole(what, numbers)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= classes):
        raise ValueError(
            f"{what} must be classes from 0 to {classes - 1}, but reach from {numbers.min()} to {numbers.max()}"
        )


def _check_whole(what: str, numbers: ndarray) -> None:
    if numbers.dtype.kind not in "iub":
        raise ValueError(
            f"{what} must be the numbers of classes, of a dtype for whole numbers, but are {numbers.dtype}. Of "
            "probabilities make classes first: (p > 0.5), or p.argmax(1)."
        )
