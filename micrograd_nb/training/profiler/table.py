"""The table of a profile, in the columns and words of PyTorch's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDTH = 12  # of a column of numbers
_UNITS = {"s": 1e6, "ms": 1e3, "us": 1.0}  # in microseconds


def table(
    events: Sequence[Any],
    memory: bool,
    row_limit: int,
    name_width: int | None,
    shapes_width: int | None,
    header: str | None,
    top_level_only: bool,
    time_unit: str | None,
) -> str:
    """One row for each event: see `EventList.table`."""
    if not events:
        return ""
    shapes = any(event.input_shapes for event in events)
    titles = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg"]
    titles += ["CPU Mem", "Self CPU Mem"] * memory + ["# of Calls"] + ["Input Shapes"] * shapes
    widths = [_width([event.key for event in events], name_width)] + [WIDTH] * (len(titles) - 1)
    if shapes:
        widths[-1] = _width([str(event.input_shapes) for event in events], shapes_width)
    whole = sum(event.self_cpu_time_total for event in events)
    rows = [event for event in events if not (top_level_only and event.cpu_parent is not None)]
    rows = rows if row_limit < 0 else rows[:row_limit]

    rule = "".join("-" * width + "  " for width in widths)
    double = "=" * (len(rule) - 2)
    lines = [] if header is None else [double, header]
    lines += [double, "This report only display top-level ops statistics"] if top_level_only else []
    lines += [rule, _row(titles, widths), rule]
    lines += [_row(_cells(event, whole, memory, shapes, widths, name_width, time_unit), widths) for event in rows]
    return "\n".join([*lines, rule, f"Self CPU time total: {formatted_time(whole, time_unit)}", ""])


def formatted_time(microseconds: float, unit: str | None = None) -> str:
    """A time in a unit that keeps it short, or in a given one.

    >>> formatted_time(0.25), formatted_time(4321.5), formatted_time(4321.5, "us")
    ('0.250us', '4.322ms', '4321.500us')
    """
    if unit is None:
        unit = "s" if microseconds >= 1e6 else "ms" if microseconds >= 1e3 else "us"
    return f"{microseconds / _UNITS[unit]:.3f}{unit}"


def formatted_memory(nbytes: int) -> str:
    """A number of bytes.

    >>> formatted_memory(840), formatted_memory(-2560)
    ('840 B', '-2.50 KB')
    """
    for power, unit in ((3, "GB"), (2, "MB"), (1, "KB")):
        if abs(nbytes) >= 1024**power:
            return f"{nbytes / 1024**power:.2f} {unit}"
    return f"{nbytes} B"


def _cells(
    event: Any, whole: float, memory: bool, shapes: bool, widths: list[int], name_width: int | None, unit: str | None
) -> list[str]:
    name = event.key
    if name_width is not None and len(name) >= name_width - 3:
        name = name[: name_width - 3] + "..."
    return [
        name,
        _share(event.self_cpu_time_total, whole),
        formatted_time(event.self_cpu_time_total, unit),
        _share(event.cpu_time_total, whole),
        formatted_time(event.cpu_time_total, unit),
        formatted_time(event.cpu_time, unit),
        *([formatted_memory(event.cpu_memory_usage), formatted_memory(event.self_cpu_memory_usage)] if memory else []),
        str(event.count),
        *([str(event.input_shapes)[: widths[-1]]] if shapes else []),
    ]


def _row(cells: list[str], widths: list[int]) -> str:
    return "".join(f"{cell:>{width}}  " for cell, width in zip(cells, widths, strict=True))


def _width(texts: list[str], most: int | None) -> int:
    widest = max(map(len, texts)) + 4
    return widest if most is None else min(widest, most)


def _share(part: float, whole: float) -> str:
    return f"{part * 100 / whole:.2f}%" if whole else "NaN"
