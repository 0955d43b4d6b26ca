"""`plot_scalars`: the curves in event files as a picture, for those who want no server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..plots.curves import draw_curves
from ..plots.plot import Plot
from .reading import read_scalars


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
