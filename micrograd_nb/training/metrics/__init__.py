"""Metrics: numbers that say how good predictions are, as functions and as running metrics.

A function measures one batch:         accuracy(output, target)
A running metric measures many:        metric.update(output, target) for each, then metric.compute()

>>> import micrograd_nb as mg
>>> metric = Accuracy()
>>> for output, target in [([[2.0, 1.0]], [0]), ([[2.0, 1.0], [0.0, 1.0], [3.0, 0.0]], [0, 1, 1])]:
...     metric.update(mg.tensor(output), mg.tensor(target))
>>> metric
Accuracy: 0.75 of 4 samples
"""

from .accuracy import Accuracy, accuracy
from .confusion import ConfusionMatrix, confusion_matrix
from .f1 import F1, Precision, Recall, f1_score, precision, recall
from .metric import Mean, Metric

__all__ = [
    "Metric",
    "Mean",
    "Accuracy",
    "accuracy",
    "ConfusionMatrix",
    "confusion_matrix",
    "Precision",
    "precision",
    "Recall",
    "recall",
    "F1",
    "f1_score",
]
