"""What a profile has seen: events, their averages by name, and the ways to look at them."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...autograd.profiling import RANGE
from ..plots import Plot
from ..plots.bars import draw_bars
from .recorder import Entry, Recorder, Track
from .table import formatted_time, table


class Interval(NamedTuple):
    """Microseconds since the profile began."""

    start: float
    end: float

    def elapsed_us(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(eq=False, repr=False)
class FunctionEvent:
    """One run of an operation, of a gradient rule, of a range. (PyTorch: the events of torch.profiler)

    id              counts the events of a profile, as they began
    thread          the system's number of the thread that it ran in, and its name
    input_shapes    of the inputs, [] for a number; empty without `record_shapes`
    cpu_memory_usage    bytes of arrays that were made, less of those that were freed, while it ran
    cpu_parent      the event that it ran in; None for the outermost
    """

    id: int
    name: str
    kind: str
    thread: int
    thread_name: str
    time_range: Interval
    input_shapes: list[Any]
    cpu_memory_usage: int
    cpu_parent: FunctionEvent | None = None
    cpu_children: list[FunctionEvent] = field(default_factory=list)
    count = 1

    @property
    def key(self) -> str:
        """What it is counted as."""
        return "ProfilerStep*" if self.name.startswith("ProfilerStep#") else self.name

    @property
    def is_user_annotation(self) -> bool:
        """Whether it is a range with a name, and no computation."""
        return self.kind == RANGE

    @property
    def cpu_time_total(self) -> float:
        """Microseconds."""
        return self.time_range.elapsed_us()

    cpu_time = cpu_time_total

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds without those of the events in it."""
        return self.cpu_time_total - sum(child.cpu_time_total for child in self.cpu_children)

    @property
    def self_cpu_memory_usage(self) -> int:
        """Bytes without those of the events in it."""
        return self.cpu_memory_usage - sum(child.cpu_memory_usage for child in self.cpu_children)

    def __repr__(self) -> str:
        return (
            f"<FunctionEvent id={self.id} name={self.name} cpu_time={formatted_time(self.cpu_time)} "
            f"start_us={self.time_range.start:.3f} end_us={self.time_range.end:.3f} "
            f"cpu_children={[child.id for child in self.cpu_children]} thread={self.thread} "
            f"input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage}>"
        )


@dataclass(repr=False)
class FunctionEventAvg:
    """All events with the same key together. (PyTorch: torch.autograd.profiler_util.FunctionEventAvg)

    Times are in microseconds, memory in bytes; `self_…` is without the events inside.
    """

    key: str
    input_shapes: list[Any]
    is_user_annotation: bool
    count: int = 0
    cpu_time_total: float = 0.0
    self_cpu_time_total: float = 0.0
    cpu_memory_usage: int = 0
    self_cpu_memory_usage: int = 0
    cpu_parent: Any = None

    @property
    def cpu_time(self) -> float:
        """Microseconds a call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    def add(self, other: FunctionEvent | FunctionEventAvg) -> FunctionEventAvg:
        """Counts an event in."""
        self.count += other.count
        self.cpu_time_total += other.cpu_time_total
        self.self_cpu_time_total += other.self_cpu_time_total
        self.cpu_memory_usage += other.cpu_memory_usage
        self.self_cpu_memory_usage += other.self_cpu_memory_usage
        return self

    def __repr__(self) -> str:
        return (
            f"<FunctionEventAvg key={self.key} count={self.count} "
            f"self_cpu_time={formatted_time(self.self_cpu_time_total)} cpu_time={formatted_time(self.cpu_time)} "
            f"input_shapes={self.input_shapes or ''} cpu_memory_usage={self.cpu_memory_usage}>"
        )


class EventList(list[Any]):
    """Events, or averages of them. Printed, it is a table. (PyTorch: torch.autograd.profiler_util.EventList)"""

    def __init__(self, events: Iterable[Any] = (), *, profile_memory: bool = False) -> None:
        super().__init__(events)
        self.profile_memory = profile_memory

    def key_averages(self, group_by_input_shapes: bool = False) -> EventList:
        """The events with the same name together; those with the same shapes of inputs, if wanted."""
        found: dict[Any, FunctionEventAvg] = {}
        for event in self:
            key = (event.key, event.is_user_annotation, str(event.input_shapes) if group_by_input_shapes else "")
            if key not in found:
                shapes = event.input_shapes if group_by_input_shapes else []
                found[key] = FunctionEventAvg(event.key, shapes, event.is_user_annotation, cpu_parent=event.cpu_parent)
            found[key].add(event)
        return EventList(found.values(), profile_memory=self.profile_memory)

    def total_average(self) -> FunctionEventAvg:
        """Everything together, under the key "Total"."""
        total = FunctionEventAvg("Total", [], False)
        for event in self:
            total.add(event)
        return total

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds of all events together, none counted twice."""
        return sum(event.self_cpu_time_total for event in self)

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int | None = 55,
        max_shapes_column_width: int | None = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """A table as text, in PyTorch's columns.

        Arguments:
            sort_by: "cpu_time", "cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage"
                or "count": the largest come first. Without it, they come as they began.
            row_limit: so many rows at most; -1: all.
            max_src_column_width: for a column that does not exist here: where in the source it was.
            header: a title.
            top_level_events_only: without events inside of others.
            time_unit: "s", "ms" or "us" for all times; without it, each time in a unit that keeps it short.

        Raises:
            AttributeError: a `sort_by` that is none of these.
        """
        return table(
            self.sorted(sort_by), self.profile_memory, row_limit, max_name_column_width, max_shapes_column_width,
            header, top_level_events_only, time_unit,
        )  # fmt: skip

    def sorted(self, by: str | None) -> EventList:
        """The same with the largest first."""
        if by is None:
            return self
        if by not in SORT_KEYS:
            raise AttributeError(f"events cannot be sorted by {by!r}: sort_by is one of {', '.join(SORT_KEYS)}")
        events = sorted(self, key=lambda event: getattr(event, by), reverse=True)
        return EventList(events, profile_memory=self.profile_memory)

    def plot(self, sort_by: str = "self_cpu_time_total", row_limit: int = 10) -> Plot:
        """Bars: the largest of the averages, each with its share of the whole.

        Raises:
            AttributeError: as `table`.
            ValueError: nothing was recorded.
        """
        averages = self if all(isinstance(x, FunctionEventAvg) for x in self) else self.key_averages()
        rows = averages.sorted(sort_by)
        if not rows:
            raise ValueError("nothing to plot: no operation ran while the profile was recording")
        shown = rows[:row_limit] if row_limit >= 0 else rows
        return draw_bars([x.key for x in shown], [getattr(x, sort_by) for x in shown], sort_by)

    def _repr_html_(self) -> str:
        """For notebooks: the table. It has no colours of its own, so that the theme's show."""
        return f"<pre>{html.escape(str(self))}</pre>" if self else ""

    def __str__(self) -> str:
        return self.table()

    __repr__ = __str__


SORT_KEYS = (
    "cpu_time", "cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage", "count",
)  # fmt: skip


# -- from what a recorder wrote down -----------------------------------------------------------------------------------


def events_of(recorder: Recorder, origin: int, first_id: int = 0) -> list[FunctionEvent]:
    """The events of a recorder, in the order in which they began, with those that they ran in.

    Arguments:
        origin: when time begins, in nanoseconds by the clock of the recorder.
        first_id: the number of the first one.
    """
    found = [event for track in recorder.tracks for event in _nested(track, origin)]
    found.sort(key=lambda event: event.time_range.start)
    for i, event in enumerate(found, first_id):
        event.id = i
    return found


def _nested(track: Track, origin: int) -> list[FunctionEvent]:
    """The events of one thread. What began later and ended earlier than another ran in it."""
    order = sorted(enumerate(track.entries), key=lambda pair: pair[1].number)
    around: list[tuple[int, FunctionEvent]] = []
    events = []
    for place, entry in order:
        while around and around[-1][0] < place:
            around.pop()
        event = _event(entry, track, origin)
        if around:
            event.cpu_parent = around[-1][1]
            event.cpu_parent.cpu_children.append(event)
        around.append((place, event))
        events.append(event)
    return events


def _event(entry: Entry, track: Track, origin: int) -> FunctionEvent:
    span = Interval((entry.start - origin) / 1000, (entry.end - origin) / 1000)
    shapes = _as_lists(entry.shapes)
    return FunctionEvent(0, entry.name, entry.kind, track.ident, track.name, span, shapes, entry.bytes)


def _as_lists(shapes: Any) -> Any:
    return list(map(_as_lists, shapes)) if isinstance(shapes, tuple) else shapes
