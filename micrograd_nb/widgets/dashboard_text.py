"""What a training dashboard gives the page: numbers to draw, and text; and what a reader without a kernel sees.

Numbers that are drawn have eight digits, and none of them is NaN or infinite: those are None, which leaves a gap.
"""

from __future__ import annotations

import base64
import html
import math
from typing import Any

import numpy as np
import traitlets
from numpy import ndarray

from ..training.session import Boundary, Point, Points, Session, Spread, Spreads, Track
from .loss_curve import picture

RATES_EACH_WAY, RATES_A_DECADE = 40, 20  # the slider: from a hundredth to a hundred times the rate of the start
ROWS = 6  # of the table without a kernel


# -- for the page ------------------------------------------------------------------------------------------------------


def about(session: Session) -> dict[str, Any]:
    """What stays the same while it trains."""
    return {
        "live": True,
        "names": session.names,
        "rates": rates(session.learning_rate),
        "start": session.learning_rate,
        "validates": session.validation is not None,
        "points": None if session.points is None else _points(session.points),
    }


def frame(session: Session, *, playing: bool, problem: str = "", spoken: str = "") -> dict[str, Any]:
    """Everything that changes.

    Arguments:
        playing: whether it goes on by itself.
        problem: what went wrong.
        spoken: what is read aloud.
    """
    boundary = session.boundary()
    return {
        "playing": playing,
        "problem": problem,
        "spoken": spoken,
        "step": session.steps,
        "epoch": session.epochs,
        "count": count(session),
        "loss": _number(session.losses.latest),
        "losses": _track(session.losses),
        "validation": _track(session.validation_losses),
        "changes": [[change.step, _number(change.rate)] for change in session.rate_changes],
        "spreads": _spreads(session.spreads),
        "boundary": None if boundary is None else _boundary(boundary),
        "description": describe(session),
    }


def rates(start: float) -> list[float]:
    """The learning rates of the slider, at equal ratios around that of the start.

    >>> rates(0.5)[0], rates(0.5)[40], rates(0.5)[-1]
    (0.005, 0.5, 50.0)
    """
    around = range(-RATES_EACH_WAY, RATES_EACH_WAY + 1)
    return [float(f"{(start or 0.01) * 10 ** (k / RATES_A_DECADE):.3g}") if k else start or 0.01 for k in around]


def valid_rate(value: Any) -> float:
    """A learning rate that somebody sets."""
    if not 0 <= value < math.inf:
        raise traitlets.TraitError(f"a learning rate is a finite number, and not below 0; got {value}")
    return float(value)


# -- in words ----------------------------------------------------------------------------------------------------------


def count(session: Session) -> str:
    return f"{_count(session.steps, 'step')}, {_count(session.epochs, 'epoch')}"


def describe(session: Session) -> str:
    """One sentence for those who do not see the curve."""
    points = session.losses.points
    if not points:
        return "losses, no steps yet"
    text = f"losses: training, {_count(session.steps, 'step')}, from {points[0].mean:.2g} to {points[-1].mean:.2g}"
    held = session.validation_losses.points
    return text + (f"; validation, from {held[0].mean:.2g} to {held[-1].mean:.2g}" if held else "")


def spoken_step(session: Session) -> str:
    """What is read aloud after a step by hand."""
    text = f"Step {session.steps}. Training loss {session.losses.latest:.3g}."
    held = session.validation_losses.points
    if held and held[-1].last == session.steps:
        text += f" Validation loss {session.validation_losses.latest:.3g}."
    return text


def spoken_pause(session: Session) -> str:
    return f"Paused at step {session.steps}. Training loss {session.losses.latest:.3g}."


def spoken_rate(session: Session) -> str:
    return f"Learning rate {session.learning_rate:.3g}, from step {session.steps + 1} on."


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


# -- pieces ------------------------------------------------------------------------------------------------------------


def _number(value: float) -> float | None:
    return float(f"{value:.8g}") if math.isfinite(value) else None


def _numbers(values: ndarray) -> list[float | None]:
    """The same for many numbers: a few hundred are sent several times a second."""
    with np.errstate(all="ignore"):
        tens = 10.0 ** (7 - np.floor(np.log10(np.abs(values))))
        rounded = np.rint(values * tens) / tens
    fine = np.where(np.isfinite(rounded), rounded, values)  # 0, and numbers next to the smallest float
    return [value if math.isfinite(value) else None for value in fine.tolist()]


def _track(track: Track) -> dict[str, Any]:
    """A curve as lists; the lowest and highest numbers only where points stand for several."""
    first, last, mean, low, high = np.array(track.points, float).reshape(-1, 5).T
    columns = {"first": first.astype(int).tolist(), "mean": _numbers(mean)}
    if track.every > 1:
        columns |= {"last": last.astype(int).tolist(), "low": _numbers(low), "high": _numbers(high)}
    return columns


def _spreads(spreads: Spreads) -> dict[str, Any]:
    of = "" if spreads.every == 1 else f", every {spreads.every}th number"
    return {
        "title": f"at step {spreads.step}{of}",
        "items": [
            _spread("parameters", spreads.parameters),
            _spread("gradients", spreads.gradients),
            _spread("updates", spreads.updates),
        ],
    }


def _spread(title: str, spread: Spread) -> dict[str, Any]:
    return {
        "title": title,
        "counts": spread.counts,
        "low": _number(spread.low),
        "high": _number(spread.high),
        "facts": _facts(spread),
    }


def _facts(spread: Spread) -> str:
    if not spread.size:
        return "none"
    facts = [f"mean {spread.mean:.2g}, std {spread.std:.2g}"] if spread.counts else []
    facts += [f"{_share(spread.zeros, spread.size)} zeros"] if spread.zeros else []
    facts += [f"{_count(spread.not_finite, 'number')} NaN or infinite"] if spread.not_finite else []
    return ", ".join(facts).replace("-", "−")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if part / whole > 0.005 else f"{part}"


def _points(points: Points) -> dict[str, Any]:
    return {
        "box": [_number(edge) for edge in points.box],
        "x": _numbers(points.inputs[:, 0].astype(float)),
        "y": _numbers(points.inputs[:, 1].astype(float)),
        "labels": points.labels.tolist(),
        "classes": [f"{value:g}" for value in points.values],
    }


def _boundary(boundary: Boundary) -> dict[str, Any]:
    """The probabilities of each class as bytes, in rows from the bottom to the top; of two classes, of the second."""
    shares = np.nan_to_num(boundary.shares[1:] if len(boundary.shares) == 2 else boundary.shares)
    return {
        "size": shares.shape[-1],
        "fields": [base64.b64encode(np.rint(255 * field).astype(np.uint8).tobytes()).decode() for field in shares],
        "text": f"{boundary.right} of {boundary.total} right",
    }


# -- without a kernel --------------------------------------------------------------------------------------------------


def static_html(session: Session) -> str:
    """The curve as a picture, and a small table."""
    lines = {"training": _line(session.losses.points)} if session.steps else {}
    if session.validation_losses.count:
        lines["validation"] = _line(session.validation_losses.points)
    marks = [(change.step - 0.5, f"rate {change.rate:.2g}") for change in session.rate_changes]
    data = base64.b64encode(picture(lines, session.steps, marks).encode()).decode()
    img = f'<img alt="{html.escape(describe(session))}" src="data:image/svg+xml;base64,{data}">'
    return f"{img}\n{_table(session)}" if session.steps else img


def _line(points: list[Point]) -> list[tuple[float, float]]:
    return [((point.first + point.last) / 2, point.mean) for point in points]


def _table(session: Session) -> str:
    """A few points of the curve, from the first to the last. Two digits: another machine may round otherwise."""
    points = session.losses.points
    places = sorted({round(i * (len(points) - 1) / (ROWS - 1)) for i in range(ROWS)})
    head = ["step", "training loss", *(["validation loss"] if session.validation is not None else []), "learning rate"]
    rows = "\n".join(_row(session, points[place]) for place in places)
    return f"<table>\n<tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>\n{rows}\n</table>"


def _row(session: Session, point: Point) -> str:
    steps = f"{point.first}" if point.first == point.last else f"{point.first} – {point.last}"
    cells = [steps, f"{point.mean:.2g}"]
    if session.validation is not None:
        held = [other.mean for other in session.validation_losses.points if other.last <= point.last]
        cells.append(f"{held[-1]:.2g}" if held else "–")
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in [*cells, f'{_rate_at(session, point.last):.2g}'])}</tr>"


def _rate_at(session: Session, step: int) -> float:
    """The learning rate of a step."""
    rates = [change.rate for change in session.rate_changes if change.step <= step]
    return rates[-1] if rates else session.first_rate
