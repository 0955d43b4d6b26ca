"""The confusion matrix: how often each class was taken for each other one."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import Tensor, from_numpy
from ..plots import Plot
from ..plots.looks import shade
from ..plots.matrix import draw_matrix
from .classes import predicted_and_target
from .metric import Metric

MOST_CLASSES = 25  # in a table; of more, only what was confused most often is shown


def confusion_matrix(output: Any, target: Any, classes: int | None = None) -> Tensor:
    """How often each class (row) was predicted to be each class (column); int64, (classes, classes).

    Arguments:
        output: logits (n, classes), or predicted classes (n,).
        target: the true classes (n,).
        classes: how many there are, where predicted classes do not tell.

    Raises:
        ValueError: shapes that do not fit; numbers that are none of the classes.

    >>> confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1])
    tensor([[1, 1],
            [0, 2]])
    """
    predicted, truth, classes = predicted_and_target(output, target, classes)
    return from_numpy(_counts(predicted, truth, classes))


class ConfusionMatrix(Metric):
    """`confusion_matrix`, over many batches, as a table that a notebook shows.

    Arguments:
        classes: how many there are; left out, as many as have turned up.
        labels: their names.

    >>> matrix = ConfusionMatrix(labels=["cat", "dog"])
    >>> matrix.update([0, 1, 1, 1], [0, 0, 1, 1])
    >>> matrix
    ConfusionMatrix: 4 samples, 3 right
    true \\ predicted  cat  dog
                 cat    1    1
                 dog    0    2
    >>> matrix.confused()
    [('cat', 'dog', 1)]
    """

    def __init__(self, classes: int | None = None, labels: Sequence[str] | None = None) -> None:
        if labels is not None and classes not in (None, len(labels)):
            raise ValueError(
                f"there must be a label for each class, but got classes={classes} and {len(labels)} labels"
            )
        self.classes = classes if labels is None else len(labels)
        self.labels = labels
        self.reset()

    def reset(self) -> None:
        self.counts = np.zeros((self.classes or 0,) * 2, np.int64)

    def update(self, output: Any, target: Any) -> None:
        predicted, truth, classes = predicted_and_target(output, target, self.classes)
        grown = max(classes, len(self.counts))
        counts = _counts(predicted, truth, grown)
        counts[: len(self.counts), : len(self.counts)] += self.counts
        self.counts = counts

    def compute(self) -> Tensor:
        """The counts so far, int64, (classes, classes): a row for each true class, a column for each predicted one."""
        return from_numpy(self.counts.copy())

    @property
    def count(self) -> int:
        """How many samples there were."""
        return int(self.counts.sum())

    def confused(self, most: int = 10) -> list[tuple[str, str, int]]:
        """What was taken for what, how often: (true, predicted, count), the most frequent first."""
        wrong = self.counts - np.diag(np.diagonal(self.counts))
        order = np.argsort(-wrong, axis=None, kind="stable")[:most]
        pairs = [divmod(int(place), len(wrong)) for place in order]
        names = self.names()
        return [(names[true], names[predicted], n) for true, predicted in pairs if (n := int(wrong[true, predicted]))]

    def names(self) -> list[str]:
        """The labels, or the classes' numbers."""
        return list(self.labels or map(str, range(len(self.counts))))

    # -- its pictures

    def plot(self) -> Plot:
        """The matrix as a picture: the darker a field, the more of its row are in it."""
        return draw_matrix(self.counts, self.names(), self._title())

    def _title(self) -> str:
        right = int(np.trace(self.counts))
        return f"{type(self).__name__}: {self.count} sample{'s' * (self.count != 1)}, {right} right"

    def __repr__(self) -> str:
        if len(self.counts) > MOST_CLASSES:
            most = [f"  {true} taken for {predicted}: {n}" for true, predicted, n in self.confused()]
            return "\n".join([f"{self._title()}, {len(self.counts)} classes. Most often confused:", *most])
        if not len(self.counts):
            return self._title()
        names = self.names()
        rows = [["true \\ predicted", *names]]
        rows += [[name, *map(str, row)] for name, row in zip(names, self.counts.tolist(), strict=True)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        if not 0 < len(self.counts) <= MOST_CLASSES:
            return f"<pre>{html.escape(repr(self))}</pre>"
        names = [html.escape(name) for name in self.names()]
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        rows = [
            f'<tr><th scope="row">{name}</th>{_cells(counts)}</tr>'
            for name, counts in zip(names, self.counts, strict=True)
        ]
        return "\n".join(
            [
                f'<table><caption style="white-space: nowrap">{html.escape(self._title())}</caption>',
                f"<thead><tr><th>true \\ predicted</th>{head}</tr></thead>",
                *("<tbody>", *rows, "</tbody></table>"),
            ]
        )


def _cells(counts: ndarray) -> str:
    """A row of the table: each field as dark as its share of the row."""
    shades = [shade(count / max(counts.sum(), 1)) for count in counts]
    return "".join(
        f'<td style="background-color: {paper}; color: {ink}; text-align: right">{count}</td>'
        for count, (paper, ink) in zip(counts.tolist(), shades, strict=True)
    )


def _counts(predicted: ndarray, truth: ndarray, classes: int) -> ndarray:
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)
