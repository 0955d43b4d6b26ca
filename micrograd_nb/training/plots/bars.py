"""Bars: what takes how much, the largest on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .looks import BLUE
from .plot import Plot, plot

LONGEST_NAME = 44  # characters
_WHAT = {
    "cpu_time": ("time of a call", 1e3, "ms"),
    "cpu_time_total": ("time, with what is inside", 1e3, "ms"),
    "self_cpu_time_total": ("time, without what is inside", 1e3, "ms"),
    "cpu_memory_usage": ("memory, with what is inside", 1024, "KB"),
    "self_cpu_memory_usage": ("memory, without what is inside", 1024, "KB"),
    "count": ("calls", 1, ""),
}
"""What the numbers of a profile are, by the names that they have there; the unit that they are drawn in."""


def draw_bars(names: Sequence[str], values: Sequence[float], what: str) -> Plot:
    """A bar for each name, with its number.

    Arguments:
        what: which numbers of a profile they are: a `sort_by`.
    """
    title, unit, unit_name = _WHAT[what]
    numbers = [value / unit for value in values]
    texts = [f"{number:.3g} {unit_name}".rstrip() for number in numbers]

    def draw(figure: Any) -> str:
        axes = figure.add_subplot()
        bars = axes.barh(range(len(numbers)), numbers, color=BLUE, height=0.7)
        axes.bar_label(bars, texts, padding=3)
        axes.set_yticks(range(len(numbers)), [_shortened(name) for name in names])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.15)
        axes.set(xlabel=f"{title} [{unit_name}]" if unit_name else title)
        return f"bars, {title}: " + ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))

    return plot(7.5, 0.9 + 0.27 * len(numbers), draw)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
