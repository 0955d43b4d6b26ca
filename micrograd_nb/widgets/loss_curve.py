"""`LossCurve()`: a curve that grows while a training runs. Display it, then `add` the loss of every step.

Python draws the whole picture, as one SVG, and the page shows it. However fast numbers come in, the page gets at most
`PER_SECOND` pictures a second, and the last one when the cell is done.
"""

from __future__ import annotations

import base64
import html
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets
from IPython import get_ipython

from ..tensors import Tensor
from .scripts import STATIC, bundle
from .widget import Widget

PER_SECOND = 10
MOST_POINTS = 300  # of a line on the page; in a longer one, each point is the mean of several steps
WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 624, 34, 216  # the frame of the plot
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7")  # 3:1 on white and on dark
DASHES = ("", "7 3", "2 3", "9 3 2 3")  # lines differ without colours, too

Point = tuple[float, float]


class LossCurve(Widget):
    """Draws numbers while they come in, one line for each name.

    Attributes:
        values: all numbers that were added, by the name of their line.

    >>> from micrograd_nb.widgets import LossCurve
    >>> curve = LossCurve()
    >>> for loss in (2.3, 1.1, 0.6):
    ...     curve.add(loss)
    >>> curve
    <LossCurve: training, 3 steps>
    >>> curve.values
    {'training': [2.3, 1.1, 0.6]}
    """

    _esm = bundle(STATIC / "loss_curve.js")
    _css = (STATIC / "loss_curve.css").read_text(encoding="utf-8")

    svg = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        self.values: dict[str, list[float]] = {}
        self._sent = -math.inf  # when the page got its last picture
        self._waiting = False  # for the end of the cell, to send what came after that
        super().__init__(svg=draw({}), description=describe({}))

    def add(self, value: float | Tensor, line: str = "training") -> None:
        """Adds the next number of a line.

        Arguments:
            value: a number, or a tensor that holds one; NaN and infinite ones leave a gap.
            line: its name. A new name begins a new line.

        Raises:
            TypeError: `value` is no number.
            RuntimeError: `value` is a tensor with more than one number.
        """
        self.values.setdefault(line, []).append(_number(value))
        if time.monotonic() - self._sent >= 1 / PER_SECOND:
            self.flush()
        else:
            self._flush_when_the_cell_is_done()

    def flush(self) -> None:
        """Sends the picture of all numbers to the page now."""
        self._sent = time.monotonic()
        with self.hold_sync():  # one message: the picture and its description belong together
            self.svg, self.description = draw(self.values), describe(self.values)

    def export_html(self, path: str | Path) -> None:
        """Writes the curve as it is now as one HTML file, which opens in any browser, from disk, without a network."""
        self.flush()
        self._write_page(path, self.description, {"svg": self.svg, "description": self.description})

    def _flush_when_the_cell_is_done(self) -> None:
        shell = get_ipython()
        if shell is not None and not self._waiting:
            self._waiting = True
            shell.events.register("post_run_cell", self._last_flush)

    def _last_flush(self, *_: Any) -> None:
        self._waiting = False
        get_ipython().events.unregister("post_run_cell", self._last_flush)
        self.flush()

    def static_html(self) -> str:
        self.flush()
        data = base64.b64encode(self.svg.encode()).decode()
        return f'<img alt="{html.escape(self.description)}" src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        lines = [f"{name}, {_count(len(values))}" for name, values in self.values.items()]
        return f"<LossCurve: {'; '.join(lines) or 'no steps yet'}>"


# -- the picture -------------------------------------------------------------------------------------------------------


def draw(values: dict[str, list[float]]) -> str:
    """The picture of some lines. Places are whole pixels, so that nearly equal numbers give an equal picture.

    >>> draw({"training": [2.0, 1.0]}).count("<polyline")
    1
    """
    last = max((len(numbers) for numbers in values.values()), default=0)
    return picture({name: thinned(numbers) for name, numbers in values.items()}, last)


def picture(lines: dict[str, list[Point]], last: int, marks: Sequence[tuple[float, str]] = ()) -> str:
    """The picture of lines through points, (step, value).

    Arguments:
        last: the last step.
        marks: places on the axis of the steps, with what is to be written there.
    """
    last = last or 1
    finite = [y for points in lines.values() for _, y in points if math.isfinite(y)]
    top, low = max([*finite, 0.0]), min([*finite, 0.0])
    ticks = nice_ticks(low, top if top > low else low + 1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect class="mg-paper" width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_grid(ticks, last),
        *(part for step, text in marks for part in _mark(_x(step, last), text)),
    ]
    for number, (name, points) in enumerate(lines.items()):
        parts += _line(number, name, [(_x(x, last), _y(y, ticks)) for x, y in points])
    if not lines:
        parts.append(_text((LEFT + RIGHT) // 2, (TOP + BOTTOM) // 2, "the curve grows here while the training runs"))
    return "\n".join([*parts, "</svg>"])


def describe(values: dict[str, list[float]]) -> str:
    """One sentence for those who do not see the picture; numbers with two digits."""
    if not values:
        return "loss curve, no steps yet"
    lines = [
        f"{name}, {_count(len(numbers))}, from {_mean(numbers[:10]):.2g} to {_mean(numbers[-10:]):.2g}"
        for name, numbers in values.items()
    ]
    return f"loss curve: {'; '.join(lines)}"


def thinned(values: list[float]) -> list[Point]:
    """The points of a line, (step, value): each number, or the means of as many neighbours as are needed.

    >>> thinned([2.0, 1.0])
    [(1.0, 2.0), (2.0, 1.0)]
    """
    size = math.ceil(len(values) / MOST_POINTS) or 1
    pieces = [(start, values[start : start + size]) for start in range(0, len(values), size)]
    return [(start + (len(piece) + 1) / 2, _mean(piece)) for start, piece in pieces]


def nice_ticks(low: float, high: float) -> list[float]:
    """A few round numbers from below `low` to above `high`.

    >>> nice_ticks(0, 2.3)
    [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    """
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [float(f"{n * step:.6g}") for n in range(first, last + 1)]


def _grid(ticks: list[float], last: int) -> list[str]:
    parts = []
    for tick in ticks:
        y = _y(tick, ticks)
        parts.append(f'<path class="mg-rule" d="M{LEFT} {y}H{RIGHT}" stroke="#8a8a8a" stroke-opacity="0.4"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{tick:g}", "end"))
    steps = [tick for tick in nice_ticks(0, last) if tick <= last and tick == int(tick)]
    parts += [_text(_x(step, last), BOTTOM + 18, f"{step:g}") for step in steps]
    return [*parts, _text((LEFT + RIGHT) // 2, BOTTOM + 36, "step"), _text(LEFT - 8, TOP - 16, "loss", "end")]


def _mark(x: float, text: str) -> list[str]:
    """A line from top to bottom, and what is written at its top."""
    line = f'<path d="M{x:g} {TOP}V{BOTTOM}" stroke="{COLOURS[3]}" stroke-width="1.5" stroke-dasharray="4 3"/>'
    return [line, _text(x + 4, TOP + 10, html.escape(text), "start")]


def _line(number: int, name: str, points: list[Point]) -> list[str]:
    """A line in pieces without gaps, its newest point, and its key above the plot."""
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    stroke = f'stroke="{colour}" stroke-width="2" fill="none"' + (f' stroke-dasharray="{dash}"' if dash else "")
    parts = [
        f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in piece)}" stroke-linejoin="round" {stroke}/>'
        for piece in _unbroken(points)
    ]
    if points and math.isfinite(points[-1][1]):
        parts.append(f'<circle cx="{points[-1][0]:g}" cy="{points[-1][1]:g}" r="3.5" fill="{colour}"/>')
    x = LEFT + 16 + 145 * (number % 4)
    parts.append(f'<path d="M{x} {TOP - 20}h24" {stroke}/>')
    return [*parts, _text(x + 30, TOP - 16, html.escape(name), "start")]


def _unbroken(points: list[Point]) -> list[list[Point]]:
    pieces: list[list[Point]] = [[]]
    for point in points:
        if math.isfinite(point[1]):
            pieces[-1].append(point)
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text class="mg-ink" x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="#1a1a1a">{text}</text>'


def _x(step: float, last: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * step / last)


def _y(value: float, ticks: list[float]) -> float:
    if not math.isfinite(value):
        return value
    return round(BOTTOM - (BOTTOM - TOP) * (value - ticks[0]) / (ticks[-1] - ticks[0]))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _number(value: Any) -> float:
    """A loss as a float; never a tensor, which would keep the whole graph behind it alive."""
    if isinstance(value, Tensor):
        return float(value.item())
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"a loss curve takes numbers, such as loss.item(), and got {type(value).__name__}") from None


def _count(n: int) -> str:
    return f"{n} step" if n == 1 else f"{n} steps"
