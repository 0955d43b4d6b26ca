"""What an `OptimizerPaths` gives the page: a map, pixels and text, nothing to compute with; and what needs no kernel.

Three arrows start from each point. The update is as long as it is. Gradients may be a thousand times as long in one
place as in another: their arrows, and those of the velocities, have lengths on a logarithmic scale. Both are drawn
against their sign, downhill, for this is where optimizers go.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from typing import Any

from ..graph.text import name as fitting
from ..graph.text import number
from ..training.descent import Descent, DescentStep
from .contour_map import LEFT, TOP, ContourMap, Pixel
from .loss_curve import COLOURS, DASHES
from .panel import svg_img

MOST = 8  # paths that can be told apart
SHORTEST, LONGEST = 14.0, 58.0  # pixels of an arrow of a gradient
TITLES = ("optimizer", "position", "value", "gradient", "velocity", "update")

Vector = tuple[float, float]


def payload(plot: ContourMap, descents: Sequence[Descent], svg: str | None = None) -> dict[str, Any]:
    """What the browser needs; `svg` is the map, where it is drawn already."""
    lengths, place = _lengths(plot, descents), plot.place
    return {
        "title": title(plot, descents),
        "svg": plot.svg() if svg is None else svg,
        "plot": {"left": LEFT, "top": TOP, "width": plot.width, "height": plot.height, "x": place.x, "y": place.y},
        "steps": max((len(descent.steps) for descent in descents), default=0),
        "start": place.start,
        "titles": TITLES,
        "paths": [
            {
                "name": sendable(descent.name),
                **look(number),
                "fate": fate(plot, descent),
                "points": [_point(plot, position) for position in descent.positions],
                "arrows": [_arrows(plot, step, lengths) for step in descent.steps],
                "rows": [row(step) for step in descent.steps] + [last_row(descent)],
            }
            for number, descent in enumerate(descents)
        ],
    }


def title(plot: ContourMap, descents: Sequence[Descent]) -> str:
    return sendable(f"{plot.place.name}: {', '.join(descent.name for descent in descents)}")


def look(path: int) -> dict[str, Any]:
    """How the path of this number is drawn: by colour, dash and shape, of which one is enough to tell it."""
    n = len(COLOURS)
    return {
        "colour": COLOURS[path % n],
        "dash": DASHES[(path + path // n) % n],
        "shape": ("circle", "square", "triangle", "diamond")[path % n],
        "hollow": path >= n,
    }


def sendable(text: str) -> str:
    """The same, without halves of characters, which no message and no file can carry."""
    return text.encode("utf-8", "replace").decode()


# -- in words ----------------------------------------------------------------------------------------------------------


def row(step: DescentStep) -> list[str]:
    """A step as cells of the table, after the name."""
    velocity = "–" if step.velocity is None else _pair(step.velocity)
    return [_pair(step.position), number(step.value), _pair(step.gradient), velocity, _pair(step.update)]


def last_row(descent: Descent) -> list[str]:
    return [_pair(descent.end), number(descent.end_value), "–", "–", "–"]


def fate(plot: ContourMap, descent: Descent) -> str:
    """What became of it, if it is not plain to see."""
    if descent.diverged:
        bad = "NaN" if any(map(math.isnan, (*descent.end, descent.end_value))) else "infinite"
        return f"diverged: {bad} after {_count(len(descent.steps))}"
    if not plot.has(plot.pixel(descent.end)):
        return "ends out of view"
    return ""


def describe(plot: ContourMap, descents: Sequence[Descent]) -> str:
    """One sentence for those who do not see the picture."""
    ends = (f"{x.name} ends at {_pair(x.end)}, value {number(x.end_value)}{_after(fate(plot, x))}" for x in descents)
    return sendable(f"{plot.place.name} from {_pair(plot.place.start)}: {'; '.join(ends)}")


def _after(text: str) -> str:
    return f" ({text})" if text else ""


def _pair(vector: Vector) -> str:
    return f"({number(vector[0])}, {number(vector[1])})"


def _count(n: int) -> str:
    return f"{n} step" if n == 1 else f"{n} steps"


# -- in pixels ---------------------------------------------------------------------------------------------------------


def _point(plot: ContourMap, position: Vector) -> dict[str, Any] | None:
    """Where it is; None if nowhere."""
    pixel = plot.pixel(position)
    return None if pixel is None else {"at": pixel, "out": not plot.has(pixel)}


def _arrows(plot: ContourMap, step: DescentStep, lengths: tuple[float, float]) -> dict[str, Pixel | None]:
    (x, y), (dx, dy) = step.position, step.update
    here, there = plot.pixel((x, y)), plot.pixel((x + dx, y + dy))
    moves = here is not None and there is not None and here != there
    return {
        "gradient": _downhill(plot, step.gradient, lengths),
        "velocity": None if step.velocity is None else _downhill(plot, step.velocity, lengths),
        "update": _rounded((there[0] - here[0], there[1] - here[1])) if here and there and moves else None,
    }


def _downhill(plot: ContourMap, vector: Vector, lengths: tuple[float, float]) -> Pixel | None:
    """An arrow against a vector, with a length between the shortest and the longest; None for no direction."""
    size = math.hypot(*vector)
    moved = plot.moved((-vector[0] / size, -vector[1] / size)) if 0 < size < math.inf else None
    if moved is None or (across := math.hypot(*moved)) == 0:
        return None
    low, high = lengths
    share = (math.log10(size) - low) / (high - low) if high > low else 1.0
    share = max(0.0, min(1.0, share))
    length = SHORTEST + (LONGEST - SHORTEST) * share
    return _rounded((moved[0] / across * length, moved[1] / across * length))


def _lengths(plot: ContourMap, descents: Sequence[Descent]) -> tuple[float, float]:
    """The logarithms of the smallest and the largest vector in view; no more than four powers of ten apart."""
    steps = [step for descent in descents for step in descent.steps if plot.has(plot.pixel(step.position))]
    vectors = [x for step in steps for x in (step.gradient, step.velocity) if x]
    logs = [math.log10(size) for x in vectors if 0 < (size := math.hypot(*x)) < math.inf]
    if not logs:
        return 0.0, 0.0
    high = max(logs)
    return max(min(logs), high - 4), high


def _rounded(pixel: Pixel) -> Pixel:
    return round(pixel[0], 2), round(pixel[1], 2)


# -- without a kernel --------------------------------------------------------------------------------------------------


def static_html(plot: ContourMap, descents: Sequence[Descent]) -> str:
    """The map with the whole paths, and where each ends."""
    head = ("optimizer", "steps", "ends at", "value", "")
    rows = [(fitting(x.name), str(len(x.steps)), _pair(x.end), number(x.end_value), fate(plot, x)) for x in descents]
    cells = "".join(f"<tr>{''.join(_cell(text) for text in row)}</tr>" for row in rows)
    titles = "".join(f'<th style="text-align:left">{text}</th>' for text in head)
    table = f"<table><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table>"
    return f"{svg_img(picture(plot, descents), describe(plot, descents))}{table}"


def picture(plot: ContourMap, descents: Sequence[Descent]) -> str:
    """The map with the whole paths.

    >>> from micrograd_nb.training.descent import descend, landscape
    >>> from micrograd_nb.optim import SGD
    >>> place = landscape("ravine")
    >>> picture(ContourMap.of(place), [descend(place, lambda p: SGD(p, lr=0.9))]).count('class="mg-path"')
    1
    """
    lines = "".join(part for i, descent in enumerate(descents) for part in _path(plot, descent, look(i)))
    keys = "".join(part for i, descent in enumerate(descents) for part in _key(descent.name, look(i), 18 * i))
    return plot.svg(lines, keys, 18 * len(descents) + 6)


def _path(plot: ContourMap, descent: Descent, style: dict[str, Any]) -> Iterator[str]:
    """A line, and where it ends."""
    pixels = [pixel for position in descent.positions if (pixel := plot.pixel(position)) is not None]
    points = " ".join(f"{x:g},{y:g}" for x, y in pixels)
    yield f'<polyline points="{points}" fill="none" stroke="#ffffff" stroke-opacity="0.7" stroke-width="4.5"/>'
    yield f'<polyline class="mg-path" points="{points}" {_line(style)}/>'
    if plot.has(pixels[-1]):
        yield f'<circle cx="{pixels[-1][0]:g}" cy="{pixels[-1][1]:g}" r="4.5" fill="{style["colour"]}"/>'


def _key(name: str, style: dict[str, Any], y: int) -> Iterator[str]:
    yield f'<path d="M0 {y}h32" {_line(style)}/>'
    yield f'<text class="mg-ink" x="40" y="{y + 4}" fill="#1a1a1a">{html.escape(fitting(name))}</text>'


def _line(style: dict[str, Any]) -> str:
    dash = f' stroke-dasharray="{style["dash"]}"' if style["dash"] else ""
    return f'fill="none" stroke="{style["colour"]}" stroke-width="2.2"{dash}'


def _cell(text: str) -> str:
    return f'<td style="text-align:left">{html.escape(text)}</td>'
