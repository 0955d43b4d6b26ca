"""Reads curves out of event files, with TensorBoard's own reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..plots.curves import Curve
from .library import missing


def read_scalars(logdir: str | Path) -> dict[str, dict[str, Curve]]:
    """All curves below a folder: {tag: {run: curve}}, sorted by name.

    A run is a folder with event files, called as it is below `logdir`; "." is `logdir` itself. Points come in the order
    in which they were written.

    Raises:
        ImportError: the package tensorboard is not installed.
        FileNotFoundError: there are no event files.
    """
    logdir = Path(logdir)
    folders = sorted({path.parent for path in logdir.rglob("*tfevents*")})
    if not folders:
        raise FileNotFoundError(
            f"no event files are below {str(logdir)!r}. A SummaryWriter writes them into its log_dir; what was added "
            "last is there after flush() or close()."
        )
    curves: dict[str, dict[str, Curve]] = {}
    for folder in folders:
        for tag, curve in _curves(folder).items():
            curves.setdefault(tag, {})[folder.relative_to(logdir).as_posix()] = curve
    return dict(sorted(curves.items()))


def _curves(folder: Path) -> dict[str, Curve]:
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        from tensorboard.util.tensor_util import make_ndarray
    except ImportError as error:
        raise missing(error) from error
    everything = dict.fromkeys(("scalars", "tensors"), 0)
    events = EventAccumulator(str(folder), size_guidance=everything).Reload()
    curves = {tag: _curve(events.Scalars(tag), lambda event: event.value) for tag in events.Tags()["scalars"]}
    for tag in events.summary_metadata:
        if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars" and tag not in curves:
            curves[tag] = _curve(events.Tensors(tag), lambda event: make_ndarray(event.tensor_proto).item())
    return curves


def _curve(events: Any, value: Any) -> Curve:
    steps, values = [event.step for event in events], [value(event) for event in events]
    return Curve(np.array(steps, np.int64), np.array(values, np.float64))
