"""What a `GradientFlow` gives the page: pictures and text, nothing to compute with; and the page without a kernel."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..graph.text import name as fitting
from ..training.gradients import ActivationFlow, FaultPath, GradientReport, ParameterFlow, Station
from ..training.gradients.report import TITLES
from .panel import svg_img

WIDTH, LEFT, RIGHT = 760, 268, 640  # the picture, and the frame in which the bars grow; the values stand on its right
TOP, ROW, BAR = 40, 22, 14  # where the first row is, how far rows are apart, how high a bar is
MOST_ROWS = 300  # of the picture; the table has all
MOST_STATIONS = 12  # of each way; the middle of a longer one is left out
MOST_TICKS = 7

MEASURES = {
    "gradient": "size of the gradient",
    "gradient/weight": "gradient ÷ weight",
    "update/weight": "next step ÷ weight",
}

LOOKS = {  # kinds tell apart by filling and outline, too
    "parameter": 'fill="#0072b2"',
    "activation": 'fill="none" stroke="#009e73" stroke-width="2"',
    "not finite": 'fill="#d55e00" fill-opacity="0.25" stroke="#d55e00" stroke-dasharray="4 3"',
}

Row = ParameterFlow | ActivationFlow


def payload(report: GradientReport, title: str) -> dict[str, Any]:
    """What the browser needs."""
    made = {
        "title": title,
        "measures": {name: MEASURES[name] for name in measures(report)},
        "pictures": {name: picture(report, name) for name in measures(report)},
        "rows": [{"name": row.name, "facts": facts(row), "spoken": spoken(row)} for row in report.rows[:MOST_ROWS]],
        "titles": TITLES,
        "table": [row.cells() for row in report.rows],
        "remarks": remarks(report),
        "path": None if report.path is None else path(report.path),
    }
    sent: dict[str, Any] = _sendable(made)
    return sent


def _sendable(x: Any) -> Any:
    """The same, without halves of characters in names, which no message and no file can carry."""
    if isinstance(x, dict):
        return {key: _sendable(value) for key, value in x.items()}
    if isinstance(x, (list, tuple)):
        return [_sendable(value) for value in x]
    return x.encode("utf-8", "replace").decode() if isinstance(x, str) else x


def measures(report: GradientReport) -> list[str]:
    """What can be drawn: the step only where an optimizer was given."""
    has_updates = any(row.update_norm is not None for row in report.parameters)
    return [name for name in MEASURES if has_updates or name != "update/weight"]


def remarks(report: GradientReport) -> list[str]:
    """What to look at, without what the path tells."""
    told = "" if report.fault is None or report.path is None else str(report.fault)
    left_out = len(report.rows) - MOST_ROWS
    more = [f"{left_out} more rows are in the table alone"] if left_out > 0 else []
    return [*(remark for remark in report.remarks if remark != told), *more]


def describe(report: GradientReport) -> str:
    """One sentence for those who do not see the picture."""
    norms = {row.name: row.grad_norm for row in report.parameters}
    finite = {name: norm for name, norm in norms.items() if norm is not None and 0 < norm < math.inf}
    if not finite:
        return f"gradients of {len(norms)} parameters: none has a size"
    least, most = min(finite, key=finite.__getitem__), max(finite, key=finite.__getitem__)
    ends = f"from {finite[least]:.2g} in {least} to {finite[most]:.2g} in {most}"
    return f"gradients of {len(norms)} parameters, {ends}"


# -- a row in words ----------------------------------------------------------------------------------------------------


def facts(row: Row) -> list[tuple[str, str]]:
    """All that is known of a row, as name and text."""
    if isinstance(row, ActivationFlow):
        return [
            ("shape", str(row.shape)),
            ("gradient", _number(row.grad_norm)),
            ("zeros", f"{row.zeros:.0%} of its outputs".replace("%", " %")),
            ("dead units", f"{len(row.dead)} of {row.units}{_listed(row.dead)}"),
        ]
    gradient = _number(row.grad_norm) if row.requires_grad else "frozen"
    known = [("shape", str(row.shape)), ("weight", _number(row.weight_norm)), ("gradient", gradient)]
    for name, ratio in (("gradient/weight", row.grad_ratio), ("update/weight", row.update_ratio)):
        known += [] if ratio is None else [(name, _number(ratio))]
    if row.zeros is not None:
        known.append(("zeros", f"{row.zeros:.0%} of the gradient".replace("%", " %")))
    return [*known, *([("not finite", f"{row.not_finite} of {math.prod(row.shape)}")] if row.not_finite else [])]


def spoken(row: Row) -> str:
    """A row as one sentence."""
    return f"{row.name}: {', '.join(f'{name} {text}' for name, text in facts(row))}"


def _listed(units: tuple[int, ...]) -> str:
    return f" ({', '.join(map(str, units[:8]))}{', …' if len(units) > 8 else ''})" if units else ""


def _number(x: float | None) -> str:
    return "none" if x is None else f"{x:.3g}"


# -- the way of a NaN --------------------------------------------------------------------------------------------------


def path(found: FaultPath) -> dict[str, Any]:
    """The stations as cards, forward and back."""
    ways = {
        way: _shortened([card(station) for station in found.stations if station.way == way])
        for way in ("forward", "backward")
    }
    reaches = f"It reaches the gradient of {', '.join(found.parameters)}." if found.parameters else ""
    return {"heads": list(found.heads), "ways": ways, "reaches": reaches}


def card(station: Station) -> dict[str, Any]:
    """An operation on the way, in words."""
    of = "of its value" if station.way == "forward" else "of the gradient"
    count = f"{station.not_finite} of {station.size} numbers {of} not finite" if station.not_finite else "all finite"
    return {
        "name": station.operation.removesuffix("Backward0") if station.way == "forward" else station.operation,
        "module": station.module,
        "place": station.place,
        "code": station.code,
        "count": count,
        "first": f"first bad {station.first}" if station.first else "",
        "bad": station.not_finite > 0,
    }


def _shortened(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a long way, the two ends, with how many are between them."""
    left_out = len(cards) - MOST_STATIONS
    if left_out <= 1:
        return cards
    half = MOST_STATIONS // 2
    between = {**dict.fromkeys(cards[0], ""), "name": f"… {left_out} more", "bad": cards[half]["bad"]}
    return [*cards[:half], between, *cards[-half:]]


# -- without a kernel --------------------------------------------------------------------------------------------------


def static_html(report: GradientReport) -> str:
    """The picture of the gradients, the table, and the way of a NaN."""
    image = svg_img(picture(report, "gradient"), describe(report))
    way = "" if report.path is None else report.path._repr_html_()
    text: str = _sendable(f"{image}{report._repr_html_()}{way}")
    return text


# -- the picture -------------------------------------------------------------------------------------------------------


def value(row: Row, measure: str) -> float | None:
    """The number that a bar shows."""
    if measure == "gradient":
        return row.grad_norm
    if isinstance(row, ActivationFlow):
        return None
    return row.grad_ratio if measure == "gradient/weight" else row.update_ratio


@dataclass(frozen=True)
class _Scale:
    """A logarithmic axis of whole decades. Places are whole pixels: nearly equal numbers give an equal picture."""

    low: int
    high: int

    @classmethod
    def of(cls, values: list[float | None]) -> _Scale:
        """The decades that hold all values, with one below the least, so that its bar is seen."""
        logs = [math.log10(x) for x in values if x is not None and 0 < x < math.inf]
        return cls(math.floor(min(logs, default=-1.0)) - 1, math.ceil(max(logs, default=0.0)))

    def x(self, value: float) -> int:
        share = (math.log10(value) - self.low) / max(self.high - self.low, 1)
        return round(LEFT + (RIGHT - LEFT) * share)

    @property
    def ticks(self) -> range:
        return range(self.low, self.high + 1, math.ceil((self.high - self.low) / MOST_TICKS) or 1)


def picture(report: GradientReport, measure: str) -> str:
    """A bar for each layer, in the order in which they ran, as one SVG.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.training import gradient_report
    >>> model = mg.nn.Linear(2, 1)
    >>> picture(gradient_report(model, model(mg.ones(1, 2)).sum()), "gradient").count('class="mg-bar"')
    2
    """
    rows = [(i, row) for i, row in enumerate(report.rows[:MOST_ROWS]) if _has_bar(row, measure)]
    scale = _Scale.of([value(row, measure) for _, row in rows])
    height = TOP + ROW * len(rows) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect class="mg-paper" width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<g class="mg-axis">{"".join(_axis(scale, measure, height))}</g>',
    ]
    before = None
    for place, (number, row) in enumerate(rows):
        y = TOP + ROW * place
        layer = row.name.rpartition(".")[0] if isinstance(row, ParameterFlow) else row.name
        if before not in (None, layer):
            parts.append(f'<path d="M8 {y}H{WIDTH - 8}" stroke="#8a8a8a" stroke-opacity="0.35"/>')
        before = layer
        parts.append("".join(_bar(row, number, measure, scale, y)))
    if not rows:
        parts.append(_text(LEFT, TOP, "no parameters", "start"))
    return "\n".join([*parts, "</svg>"])


def _has_bar(row: Row, measure: str) -> bool:
    return measure == "gradient" or isinstance(row, ParameterFlow)


def _axis(scale: _Scale, measure: str, height: int) -> Iterator[str]:
    for place, (kind, look) in enumerate(LOOKS.items()):
        x = 10 + 92 * place
        yield f'<rect x="{x}" y="6" width="14" height="10" {look}/>'
        yield _text(x + 19, 16, kind, "start", soft=True)
    yield _text(WIDTH - 8, 16, f"{MEASURES[measure]} (log scale)", "end", soft=True)
    for power in scale.ticks:
        x = scale.x(10.0**power)
        yield f'<path d="M{x} {TOP - 6}V{height - 6}" stroke="#8a8a8a" stroke-opacity="0.4"/>'
        yield _text(x, TOP - 10, _power(power), "middle", soft=True)


def _bar(row: Row, number: int, measure: str, scale: _Scale, y: int) -> Iterator[str]:
    """A row: its name, its bar, its value. The page finds it by its number."""
    x = value(row, measure)
    label = row.name if isinstance(row, ActivationFlow) else f"{row.name} ({row.kind})"
    yield f'<g class="mg-bar" data-row="{number}">'
    yield f'<rect class="mg-hit" x="2" y="{y + 1}" width="{WIDTH - 4}" height="{ROW - 2}" fill="none"/>'
    yield _text(LEFT - 8, y + 15, html.escape(fitting(label)), "end")
    top, end = y + (ROW - BAR) // 2, LEFT
    if x is not None and not math.isfinite(x):
        end = RIGHT
        yield _rect("not finite", top, end)
    elif x:
        end = scale.x(x)
        yield _rect("activation" if isinstance(row, ActivationFlow) else "parameter", top, end)
    yield _text(end + 6, y + 15, html.escape(_said(row, x)), "start")
    yield "</g>"


def _rect(kind: str, y: int, end: int) -> str:
    return f'<rect x="{LEFT}" y="{y}" width="{max(end - LEFT, 1)}" height="{BAR}" {LOOKS[kind]}/>'


def _said(row: Row, x: float | None) -> str:
    """What stands at the end of a bar."""
    if x is None:
        frozen = isinstance(row, ParameterFlow) and not row.requires_grad
        return "frozen" if frozen else "no gradient" if row.grad_norm is None else "–"
    text = "0" if x == 0 else f"{x:.2g}"
    if isinstance(row, ActivationFlow):
        return f"{text}, {len(row.dead)} of {row.units} dead" if row.dead else text
    return text


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(power: int) -> str:
    """A power of ten, as small numbers are written: `10⁻³`."""
    return str(10**power) if 0 <= power <= 1 else f"10{str(power).translate(_RAISED)}"


def _text(x: int, y: int, text: str, anchor: str, soft: bool = False) -> str:
    look = 'class="mg-soft" fill="#555555"' if soft else 'class="mg-ink" fill="#1a1a1a"'
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {look}>{text}</text>'
