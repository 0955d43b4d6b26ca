"""Curves: numbers over steps, in panels, one line for each run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from .looks import line_look
from .plot import Plot, plot

COLUMNS = 3
WIDTH, HEIGHT = 3.4, 2.4  # of a panel, in inches


class Curve(NamedTuple):
    """The points of a line."""

    steps: ndarray  # int64
    values: ndarray  # float64


def draw_curves(panels: Mapping[str, Mapping[str, Curve]], runs: Sequence[str], smoothing: float = 0.0) -> Plot:
    """Draws a panel for each tag, with a line for each run in its colour and dash."""
    columns = min(len(panels), COLUMNS)
    rows = math.ceil(len(panels) / columns)

    def draw(figure: Any) -> str:
        for number, (tag, lines) in enumerate(panels.items(), 1):
            axes = figure.add_subplot(rows, columns, number)
            axes.set_title(tag)
            axes.set_xlabel("step")
            axes.locator_params(axis="x", integer=True)
            for run, curve in lines.items():
                draw_line(axes, curve.steps, curve.values, runs.index(run), smoothing)
        if len(runs) > 1:
            handles = [axes.plot([], [], **line_look(number))[0] for number in range(len(runs))]
            figure.legend(handles, runs, loc="outside upper left", ncols=4)
        return describe(panels, len(runs))

    return plot(max(columns, 1.5) * WIDTH, rows * HEIGHT + 0.3 * (len(runs) > 1), draw)


def draw_line(axes: Any, x: ndarray, y: ndarray, number: int = 0, smoothing: float = 0.0) -> None:
    """Draws a line; smoothed, over itself as it is."""
    look = line_look(number)
    mark = {"marker": "o", "markersize": 3} if len(x) == 1 else {}
    if smoothing and len(x) > 1:
        axes.plot(x, y, color=look["color"], alpha=0.3, linewidth=1)
        y = smoothed(y, smoothing)
    axes.plot(x, y, linewidth=1.6, **look, **mark)


def smoothed(values: ndarray, weight: float) -> ndarray:
    """A mean of each number and all before it, in which those count the less the longer ago they are.

    The weights fall with a power of `weight` and add up to 1 (TensorBoard's smoothing, an exponential moving average
    without the pull to 0 at its start). NaN and infinite numbers stay, and have no part in the others.

    >>> smoothed(np.array([1.0, 3.0]), 0.5).round(3).tolist()
    [1.0, 2.333]
    """
    means = np.array(values, np.float64)
    total = share = 0.0
    for i, value in enumerate(values):
        if math.isfinite(value):
            total = weight * total + (1 - weight) * value
            share = weight * share + (1 - weight)
            means[i] = total / share
    return means


def describe(panels: Mapping[str, Mapping[str, Curve]], runs: int) -> str:
    """The curves in words, numbers with two digits.

    >>> describe({"loss": {".": Curve(np.arange(3), np.array([2.0, 1.0, 0.5]))}}, 1)
    'curves: loss, 3 points, from 2 to 0.5'
    """
    lines = [
        f"{tag}{f' of {run}' if runs > 1 else ''}, {len(curve.values)} point{'s' * (len(curve.values) != 1)}, "
        f"from {curve.values[0]:.2g} to {curve.values[-1]:.2g}"
        for tag, lines in panels.items()
        for run, curve in lines.items()
    ]
    return f"curves: {'; '.join(lines)}"
