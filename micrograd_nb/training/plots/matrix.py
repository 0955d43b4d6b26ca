"""A confusion matrix as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .looks import shade, shades
from .plot import Plot, plot

MOST_NUMBERS = 25  # classes: in more, the numbers do not fit into the fields


def draw_matrix(counts: ndarray, names: list[str], title: str) -> Plot:
    """The matrix, a row for each true class: the darker a field, the larger its share of the row.

    Arguments:
        counts: (classes, classes).
        title: what it shows, in words; also the picture's description.
    """
    n = len(counts)
    side = 1.6 + 0.42 * min(n, 16)

    def draw(figure: Any) -> str:
        axes = figure.add_subplot()
        shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        axes.imshow(shades(shares))
        axes.set(xlabel="predicted", ylabel="true", title=title)
        axes.grid(visible=False)
        step = -(-n // MOST_NUMBERS) if n else 1
        axes.set_xticks(range(0, n, step), names[::step], rotation=0 if max(map(len, names), default=0) < 3 else 45)
        axes.set_yticks(range(0, n, step), names[::step])
        if n <= MOST_NUMBERS:
            for (row, column), count in np.ndenumerate(counts):
                ink = shade(shares[row, column])[1]
                axes.text(column, row, str(count), ha="center", va="center", color=ink)
        return title

    return plot(max(side + 0.2, 3.8), side, draw)  # no narrower than the title
