"""Curves: `plot_scalars` draws those of event files, for those who want no server."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from ..tensorboard.reading import Curve, read_scalars
from .looks import line_look
from .plot import Plot, plot

COLUMNS = 3
WIDTH, HEIGHT = 3.4, 2.4  # of a panel, in inches


def plot_scalars(
    logdir: str | Path,
    tags: Sequence[str] | None = None,
    *,
    runs: Sequence[str] | None = None,
    smoothing: float = 0.0,
) -> Plot:
    """Draws the curves that `SummaryWriter.add_scalar` wrote: a panel for each tag, a line for each run.

    Arguments:
        logdir: the folder of the event files, or one with several runs in it.
        tags, runs: which to draw; all of them, if they are not given.
        smoothing: from 0 to below 1, as TensorBoard's slider: how much each point is drawn towards those before it.
            The curve as it is stays visible behind, pale.

    Returns:
        A picture, which a notebook shows; `.save(path)` writes it, `.figure` is matplotlib's.

    Raises:
        ImportError: the package tensorboard is not installed.
        FileNotFoundError: no event files.
        ValueError: nothing to draw; tags or runs that are not there; a `smoothing` that makes no sense.
    """
    _check_smoothing(smoothing)
    curves = read_scalars(logdir)
    if not curves:
        raise ValueError(f"the event files below {str(logdir)!r} hold no scalars: write some with add_scalar")
    chosen = {tag: curves[tag] for tag in _present("tags", tags, list(curves))}
    wanted = _present("runs", runs, sorted({run for lines in chosen.values() for run in lines}))
    panels = {tag: {run: lines[run] for run in wanted if run in lines} for tag, lines in chosen.items()}
    return draw_curves(panels, wanted, smoothing)


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


def _present(what: str, wanted: Sequence[str] | None, there: list[str]) -> list[str]:
    """The names that are wanted, which must be there."""
    if isinstance(wanted, str):
        wanted = [wanted]
    missing = [name for name in wanted or () if name not in there]
    if missing:
        raise ValueError(f"the event files have no {what} {missing}; they have {there}")
    return there if wanted is None else list(wanted)


def _check_smoothing(smoothing: float) -> None:
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing is from 0, as it is, to below 1; got {smoothing}")
