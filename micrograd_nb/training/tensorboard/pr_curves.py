"""The page "PR curves": precision against recall, for every threshold above which a prediction counts as a yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .library import library
from .messages import as_array, floats_message, summary

MOST_THRESHOLDS = 127  # as in PyTorch, which cuts down a larger number as well


def pr_curve(tag: str, labels: Any, predictions: Any, num_thresholds: int, weights: Any) -> Any:
    """The curve of some predictions.

    Arguments:
        labels: what is true, of bools or 0 and 1.
        predictions: probabilities, from 0 to 1.
        weights: how much each sample counts; 1 if it is None.
    """
    num_thresholds = min(num_thresholds, MOST_THRESHOLDS)
    truth, probabilities = as_array(labels), as_array(predictions)
    _check(tag, truth, probabilities)
    factors = 1.0 if weights is None else as_array(weights)
    return pr_curve_raw(tag, _rows(truth, probabilities, num_thresholds, factors), num_thresholds)


def pr_curve_raw(tag: str, rows: Sequence[Any], num_thresholds: int) -> Any:
    """The curve whose numbers are known.

    Arguments:
        rows: tp, fp, tn, fn, precision and recall, each with a number for each threshold.
    """
    thresholds = min(num_thresholds, MOST_THRESHOLDS)
    content = library().pr_curve.PrCurvePluginData(version=0, num_thresholds=thresholds).SerializeToString()
    return summary(tag, "pr_curves", content, tensor=floats_message(np.stack([as_array(row) for row in rows])))


def _rows(truth: ndarray, probabilities: ndarray, thresholds: int, weights: Any) -> tuple[ndarray, ...]:
    """tp, fp, tn, fn, precision and recall: of each threshold, from 0 to 1."""
    buckets = np.floor(probabilities * (thresholds - 1)).astype(np.int64).reshape(-1)
    yes = (truth.astype(np.float64) * weights).reshape(-1)
    no = ((1.0 - truth.astype(np.float64)) * weights).reshape(-1)
    tp, fp = (_above(np.bincount(buckets, amount, thresholds)) for amount in (yes, no))
    tn, fn = fp[0] - fp, tp[0] - tp
    return tp, fp, tn, fn, tp / np.maximum(1e-7, tp + fp), tp / np.maximum(1e-7, tp + fn)


def _above(counts: ndarray) -> ndarray:
    """How many are in each bucket or a higher one."""
    return np.cumsum(counts[::-1])[::-1]


def _check(tag: str, truth: ndarray, probabilities: ndarray) -> None:
    if truth.shape != probabilities.shape or not truth.size:
        raise ValueError(
            f"the PR curve {tag!r} needs a label for each prediction, but got {truth.shape} and {probabilities.shape}"
        )
    if not ((truth == 0) | (truth == 1)).all():
        raise ValueError(f"the labels of the PR curve {tag!r} are 0 and 1, or bools; of classes: (labels == 3)")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError(
            f"the predictions of the PR curve {tag!r} are probabilities, from 0 to 1, but reach from "
            f"{probabilities.min():g} to {probabilities.max():g}. Of logits: logits.softmax(1)[:, 3], or .sigmoid()."
        )
