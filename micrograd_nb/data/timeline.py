"""What a loader did when: a `Timeline` of measured `Span`s, as plain data that a picture can be drawn from.

with loader.record() as recording:
    for batch in loader:
        train(batch)
recording.timeline.seconds("wait")   # how long the training waited for batches
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

KINDS = ("fetch", "transform", "collate", "send", "wait", "consume")


@dataclass(frozen=True, slots=True)
class Span:
    """Something that a loader, or the program that asks it, was busy with.

    | kind        | who                        | what                                                          |
    |-------------|----------------------------|---------------------------------------------------------------|
    | `fetch`     | who loads                  | one sample and its transform, or a batch that came at once    |
    | `transform` | who loads                  | the transform of one sample, inside its `fetch`               |
    | `collate`   | who loads                  | one batch made of the samples                                 |
    | `send`      | a worker that is a process | the batch put into shared memory                              |
    | `wait`      | who asks                   | from when a batch was asked for to when it came               |
    | `consume`   | who asks                   | from when a batch came to when the next one was asked for     |

    With `num_workers=0`, who asks loads, and waits for as long as that takes.

    >>> Span("fetch", worker=0, epoch=1, batch=2, sample=17, start=0.25, end=0.75).seconds
    0.5
    """

    kind: str
    worker: int | None  # None: the program that asks
    epoch: int  # 1, 2, …: the passes through the loader since the recording began
    batch: int  # 0, 1, …
    sample: Any  # its index in the dataset; None where it is not about one sample
    start: float  # seconds, by time.perf_counter
    end: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start


@dataclass(frozen=True)
class Timeline:
    """What happened while a loader was recorded, in the order in which it began.

    >>> timeline = Timeline((Span("wait", None, 1, 0, None, 0.0, 0.5), Span("consume", None, 1, 0, None, 0.5, 2.0)))
    >>> timeline.seconds("wait"), timeline.seconds("consume")
    (0.5, 1.5)
    >>> timeline.of(kind="wait")
    (Span(kind='wait', worker=None, epoch=1, batch=0, sample=None, start=0.0, end=0.5),)
    """

    spans: tuple[Span, ...]
    is_simulated: bool = False  # its clock is that of `simulate_loading`, and nothing was measured

    @property
    def workers(self) -> tuple[int | None, ...]:
        """Who did something: None, who asked, and the numbers of workers."""
        return tuple(sorted({span.worker for span in self.spans}, key=lambda worker: -1 if worker is None else worker))

    def of(self, **wanted: Any) -> tuple[Span, ...]:
        """The spans with certain attributes: `of(kind="fetch", worker=1)`."""
        return tuple(span for span in self if all(getattr(span, name) == value for name, value in wanted.items()))

    def seconds(self, kind: str, **wanted: Any) -> float:
        """How long all spans of a kind took together: more than passed, where workers were busy at the same time."""
        return sum(span.seconds for span in self.of(kind=kind, **wanted))

    def share_waited(self, **wanted: Any) -> float:
        """The share of the time of who asks that was spent on waiting for batches, from 0 to 1; NaN of no time.

        >>> wait, consume = Span("wait", None, 1, 0, None, 0.0, 0.5), Span("consume", None, 1, 0, None, 0.5, 2.0)
        >>> Timeline((wait, consume)).share_waited()
        0.25
        """
        waited = self.seconds("wait", **wanted)
        whole = waited + self.seconds("consume", **wanted)
        return waited / whole if whole else float("nan")

    def __iter__(self) -> Iterator[Span]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)


class Recording:
    """Collects spans while passes run. `timeline` is what has come so far."""

    def __init__(self) -> None:
        self.epochs = 0
        self._spans: list[Span] = []

    def add(self, spans: Iterable[Span]) -> None:
        """Spans that have come in."""
        self._spans.extend(spans)

    @property
    def timeline(self) -> Timeline:
        """All spans so far, in the order in which they began; times count from the first one."""
        spans = sorted(self._spans, key=lambda span: (span.start, -span.end))
        return Timeline(tuple(_moved(span, spans[0].start) for span in spans))


def _moved(span: Span, origin: float) -> Span:
    return Span(span.kind, span.worker, span.epoch, span.batch, span.sample, span.start - origin, span.end - origin)
