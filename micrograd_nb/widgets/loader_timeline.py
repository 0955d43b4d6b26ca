"""`LoaderTimeline(recording)`: what the training and each worker were busy with, and what waited for what.

with loader.record() as recording:
    for batch in loader:
        train(batch)
LoaderTimeline(recording)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import traitlets

from ..data import Recording, Span, Timeline
from .loss_curve import nice_ticks
from .panel import Drawn, Panel, button, number, shown, svg_img, table
from .panel_file import window

WIDTH = 760
LEFT, RIGHT = 90, 748  # the frame, in which the time runs
TOP, ROW, BAR = 34, 44, 26  # where the first row is, how far rows are apart, how high a bar is
IN_A_FILE, EPOCHS_IN_A_FILE = 48, 4  # batches and passes, at most
MOST_ROWS = 64  # of the table of samples
# Of the batch that is lit they reach 3:1 on white and on dark; patterns and heights tell kinds apart without them.
COLOURS = {
    "wait": "#8a8a8a",
    "consume": "#0072b2",
    "fetch": "#d55e00",
    "transform": "#cc79a7",
    "collate": "#009e73",
    "send": "#a6761d",
}
NAMES = {"consume": "train"}
INSIDE = ("transform", "collate", "send")  # drawn as high as a third, so that they differ in form, too


class LoaderTimeline(Panel):
    """Draws a row for the main loop and one for each worker, and lists the samples of the batch that is selected.

    A line leads from where a worker has a batch ready to where the main loop gets it. The share of time that the
    training waited is above the picture. A simulated timeline says that it is one. Measured times are others each time:
    a notebook whose outputs are compared shows a simulated one.

    Arguments:
        timeline: a `Timeline`, or the `Recording` of `loader.record()`, as far as it has come.

    Attributes:
        batch: the batch that is selected, from 0 on; it can be set.
        epoch: the pass that is shown, from 1 on, as in `Span`.

    Raises:
        TypeError: something else than a timeline.

    >>> from micrograd_nb.data import simulate_loading
    >>> from micrograd_nb.widgets import LoaderTimeline
    >>> view = LoaderTimeline(simulate_loading(batches=8, num_workers=2))
    >>> view
    <LoaderTimeline: 8 batches, 2 workers, simulated clock>
    >>> view.batch = 4
    >>> view.description
    'Simulated clock. Training waited 48 of 208 ms: 23 %. Batch 4, by worker 0: training waited 2 ms for it.'
    """

    batch = traitlets.Int(0).tag(sync=True)
    epoch = traitlets.Int(1).tag(sync=True)

    redraw_on = ("batch", "epoch")

    def __init__(self, timeline: Timeline | Recording) -> None:
        timeline = timeline.timeline if isinstance(timeline, Recording) else timeline
        if not isinstance(timeline, Timeline):
            raise TypeError(
                "a LoaderTimeline takes the recording of loader.record(), or a Timeline, and got "
                f"{type(timeline).__name__}"
            )
        self._timeline = timeline
        self._last_batch = max((span.batch for span in timeline), default=0)
        self._last_epoch = max((span.epoch for span in timeline), default=1)
        controls = [
            button("batch", "Previous batch", -1, self._last_batch),
            button("batch", "Next batch", 1, self._last_batch),
            number("batch", "batch", self._last_batch),
        ]
        if self._last_epoch > 1:
            controls.append(number("epoch", "epoch", self._last_epoch, first=1))
        super().__init__(controls=controls)

    def draw(self, *, batch: int, epoch: int) -> Drawn:
        shown_pass = Timeline(self._timeline.of(epoch=epoch), self._timeline.is_simulated)
        svg = picture(shown_pass, batch)
        return Drawn(f"{svg}{_samples(shown_pass, batch)}", describe(shown_pass, batch), {"_svg": svg})

    def choices(self) -> dict[str, Sequence[Any]]:
        batches = window(self.batch, 0, self._last_batch, IN_A_FILE)
        return {"batch": batches, "epoch": window(self.epoch, 1, self._last_epoch, EPOCHS_IN_A_FILE)}

    def static_html(self) -> str:
        samples = self.markup.removeprefix(self._svg)
        return f"<p>{shown(self.description, 1000)}</p>{svg_img(self._svg, self.description)}{samples}"

    def forget(self) -> None:
        self._timeline, self._svg = Timeline(()), ""

    @traitlets.validate("batch")
    def _batch_in_range(self, proposal: Any) -> int:
        return max(0, min(self._last_batch, proposal["value"]))

    @traitlets.validate("epoch")
    def _epoch_in_range(self, proposal: Any) -> int:
        return max(1, min(self._last_epoch, proposal["value"]))

    def __repr__(self) -> str:
        batches = len({(span.epoch, span.batch) for span in self._timeline})
        workers = len(_workers(self._timeline))
        clock = ", simulated clock" if self._timeline.is_simulated else ""
        return f"<LoaderTimeline: {_count(batches, 'batch')}, {_count(workers, 'worker')}{clock}>"


# -- in words ----------------------------------------------------------------------------------------------------------


def describe(timeline: Timeline, batch: int) -> str:
    """Who waited for how long, and for whom."""
    clock = "Simulated clock. " if timeline.is_simulated else ""
    share = timeline.share_waited()
    if math.isnan(share):
        return f"{clock}Nothing was recorded."
    waited = timeline.seconds("wait")
    whole = waited + timeline.seconds("consume")
    total = f"Training waited {_ms(waited)} of {_ms(whole)} ms: {share:.0%}".replace("%", " %")
    waits = timeline.of(kind="wait", batch=batch)
    if not waits:
        return f"{clock}{total}. Batch {batch} was not asked for."
    loader = next((span.worker for span in timeline.of(batch=batch) if span.worker is not None), None)
    who = "the main loop itself" if loader is None else f"worker {loader}"
    mine = sum(span.seconds for span in waits)
    return f"{clock}{total}. Batch {batch}, by {who}: training waited {_ms(mine)} ms for it."


def _samples(timeline: Timeline, batch: int) -> str:
    """A table of the samples of a batch, or nothing where a batch came as a whole."""
    timeline = Timeline(timeline.of(batch=batch))
    fetches = [span for span in timeline.of(kind="fetch") if span.sample is not None]
    if not fetches:
        return ""
    rows = [_sample(timeline, span) for span in fetches[:MOST_ROWS]]
    more = f"<p>… and {len(fetches) - MOST_ROWS} more</p>" if len(fetches) > MOST_ROWS else ""
    heading = f"<p>The samples of batch {batch}:</p>"
    return heading + table(["sample", "who", "begins at (ms)", "fetch (ms)", "of it, transform (ms)"], rows) + more


def _sample(timeline: Timeline, span: Span) -> list[str]:
    inside = timeline.of(kind="transform", worker=span.worker)
    transform = sum(one.seconds for one in inside if span.start <= one.start and one.end <= span.end)
    return [
        shown(span.sample),
        _who(span.worker),
        _ms(span.start),
        _ms(span.seconds),
        _ms(transform) if inside else "–",
    ]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g}" if abs(seconds) < 1 else f"{1000 * seconds:.0f}"


def _who(worker: int | None) -> str:
    return "main loop" if worker is None else f"worker {shown(worker)}"


def _count(n: int, what: str) -> str:
    plural = "es" if what.endswith("ch") else "s"
    return f"{n} {what}{'' if n == 1 else plural}"


# -- the picture -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """Where times and rows are. Places are whole pixels, so that nearly equal times give an equal picture."""

    start: float
    end: float
    rows: tuple[int | None, ...]

    def x(self, time: float) -> int:
        return round(LEFT + (RIGHT - LEFT) * (time - self.start) / ((self.end - self.start) or 1.0))

    def y(self, worker: int | None) -> int:
        return TOP + ROW * self.rows.index(worker)

    @property
    def bottom(self) -> int:
        return TOP + ROW * len(self.rows)


def picture(timeline: Timeline, batch: int) -> str:
    """The rows of a pass as one SVG, in which a batch is lit.

    >>> from micrograd_nb.data import simulate_loading
    >>> picture(simulate_loading(batches=2, num_workers=1), batch=0).count("worker 0</text>")
    1
    """
    spans = [span for span in timeline if span.kind in COLOURS and math.isfinite(span.seconds)]
    start, end = min((s.start for s in spans), default=0.0), max((s.end for s in spans), default=0.0)
    frame = _Frame(start, end, (None, *_workers(timeline)))
    height = frame.bottom + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect class="mg-paper" width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *_legend(sorted({span.kind for span in spans}, key=list(COLOURS).index)),
        *_axis(frame, timeline.is_simulated),
        *_bars(frame, spans, batch),
        *_handovers(frame, spans, batch),
    ]
    if not spans:
        parts.append(_text((LEFT + RIGHT) // 2, TOP + 18, "nothing was recorded", "middle"))
    return "\n".join([*parts, "</svg>"])


def _bars(frame: _Frame, spans: list[Span], batch: int) -> Iterator[str]:
    """What happened, longer things first, and what is inside them on top. What looks the same is drawn once."""
    drawn = set()
    for span in sorted(spans, key=lambda span: list(COLOURS).index(span.kind)):
        left, right = frame.x(span.start), frame.x(span.end)
        width = max(1, right - left - 1)  # a pixel of paper between neighbours
        lit = span.batch == batch
        place = (span.kind, span.worker, left, width, lit)
        if place in drawn or (span.kind == "wait" and left == right):
            continue
        drawn.add(place)
        yield _bar(span.kind, left, frame.y(span.worker), width, lit)
        if span.kind == "consume" and width >= 9 * len(str(span.batch)):
            yield _text(left + width // 2, frame.y(None) + 17, str(span.batch), "middle", on_colour=lit)


def _bar(kind: str, x: int, y: int, width: int, lit: bool) -> str:
    top, height = _extent(kind)
    look = f'fill="{COLOURS[kind]}"' + ("" if lit else ' fill-opacity="0.55"')
    if kind == "wait":  # hollow: nothing is done
        look = f'fill="none" stroke="{COLOURS[kind]}" stroke-dasharray="3 2"'
    mark = f'<path d="M{x} {y + BAR + 4}h{width}" stroke="#7a7a7a" stroke-width="3"/>' if lit else ""
    return f'<rect x="{x}" y="{y + top}" width="{width}" height="{height}" {look}/>{mark}'


def _extent(kind: str) -> tuple[int, int]:
    """Where in its row a bar begins, and how high it is."""
    if kind in INSIDE:
        return BAR - BAR // 3, BAR // 3
    return (6, BAR - 12) if kind == "wait" else (0, BAR)


def _handovers(frame: _Frame, spans: list[Span], batch: int) -> Iterator[str]:
    """For each batch of a worker, a line from where it is ready to where the main loop gets it."""
    ready: dict[int, Span] = {}
    drawn = set()
    for span in spans:
        if span.worker is not None and (span.batch not in ready or ready[span.batch].end < span.end):
            ready[span.batch] = span
    for wait in spans:
        if wait.kind == "wait" and (last := ready.get(wait.batch)) is not None:
            lit = wait.batch == batch
            line = f"M{frame.x(last.end)} {frame.y(last.worker)}L{frame.x(wait.end)} {frame.y(None) + BAR}"
            if (line, lit) in drawn:
                continue
            drawn.add((line, lit))
            look = 'stroke-width="2"' if lit else 'stroke-width="1" stroke-opacity="0.5"'
            yield f'<path d="{line}" stroke="#7a7a7a" fill="none" {look}/>'


def _legend(kinds: list[str]) -> Iterator[str]:
    for place, kind in enumerate(kinds):
        x = LEFT + 105 * place
        yield _bar(kind, x, -10 if kind in INSIDE else 0, 20, lit=False)
        yield _text(x + 26, 17, NAMES.get(kind, kind), "start")


def _axis(frame: _Frame, is_simulated: bool) -> Iterator[str]:
    for worker in frame.rows:
        yield _text(LEFT - 8, frame.y(worker) + 17, _who(worker), "end")
    length = 1000 * (frame.end - frame.start)
    for tick in nice_ticks(0, length) if length > 0 else ():
        if tick <= length:
            x = frame.x(frame.start + tick / 1000)
            yield f'<path d="M{x} {TOP - 4}V{frame.bottom}" stroke="#8a8a8a" stroke-opacity="0.3"/>'
            yield _text(x, frame.bottom + 14, f"{tick:g}", "middle")
    clock = "simulated clock" if is_simulated else "measured"
    yield _text((LEFT + RIGHT) // 2, frame.bottom + 32, f"milliseconds, {clock}", "middle")


def _text(x: int, y: int, text: str, anchor: str, on_colour: bool = False) -> str:
    ink = 'fill="#ffffff"' if on_colour else 'class="mg-ink" fill="#1a1a1a"'
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {ink}>{text}</text>'


def _workers(timeline: Timeline) -> tuple[int, ...]:
    return tuple(worker for worker in timeline.workers if worker is not None)
