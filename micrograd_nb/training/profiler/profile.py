"""`profile`: a context that notes what runs in it, and for how long."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import accumulate
from types import TracebackType
from typing import Any

from ...autograd import profiling
from ...autograd.profiling import record_function
from .chrome import write_trace
from .events import EventList, FunctionEvent, events_of
from .recorder import Recorder
from .schedule import ProfilerAction, Schedule, always


class ProfilerActivity(Enum):
    """What is profiled: the processor, for there is nothing else here."""

    CPU = 0
    CUDA = 2


class profile:
    """A profile of everything that runs in it, in all threads. (PyTorch: torch.profiler.profile)

    Arguments:
        activities: [ProfilerActivity.CPU], or nothing.
        schedule: which steps to record, a function of the step's number (see `schedule`). Call `step()` after each
            step of the training. Without it, everything is recorded.
        on_trace_ready: called with the profile at the end of each cycle of the schedule, or at the end.
        record_shapes: note the shapes of the inputs.
        profile_memory: note the bytes of the arrays that operations and gradient rules return, and when they are freed.
            What an array takes that lives only inside an operation is not seen, nor are an optimizer's own arrays.
        acc_events: keep the events of all cycles, instead of those of the last one.

    Raises:
        RuntimeError: at its beginning, another profile is running.
        NotImplementedError: `with_stack`, `with_flops`, `with_modules`, another activity.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Linear(3, 2)
    >>> with profile(record_shapes=True) as prof:
    ...     layer(mg.ones(5, 3)).sum().backward()
    >>> [(event.key, event.count) for event in prof.key_averages()][:4]
    [('mg::linear', 1), ('mg::sum', 1), ('autograd::engine::execute', 1), ('SumBackward0', 1)]
    >>> prof.events()[0].input_shapes
    [[5, 3], [2, 3], [2]]
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Schedule | None = None,
        on_trace_ready: Callable[[profile], object] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        acc_events: bool = False,
    ) -> None:
        _check_left_out(activities, with_stack, with_flops, with_modules)
        self.schedule: Schedule = schedule or always
        self.on_trace_ready = on_trace_ready
        self.record_shapes, self.profile_memory, self.acc_events = record_shapes, profile_memory, acc_events
        self.step_num = 0
        self.current_action = ProfilerAction.NONE
        self._has_steps = schedule is not None
        self._about: dict[str, Any] = {}
        self._recorder: Recorder | None = None
        self._step: record_function | None = None
        self._finished: list[Recorder] | None = None  # None: it has not begun
        self._is_running = False

    # -- its course

    def start(self) -> None:
        """Begins, as the `with` does."""
        if self._is_running:
            raise RuntimeError("this profile has been started already: stop() it first")
        self.step_num, self._finished = 0, []
        self._turn_to(self.schedule(0))
        self._is_running = True

    def step(self) -> None:
        """A step of the training is over, and the next one begins.

        Raises:
            RuntimeError: the profile is not running.
        """
        if not self._is_running:
            raise RuntimeError("step() belongs inside of `with profile(...) as prof:`, and this profile is not running")
        self.step_num += 1
        self._turn_to(self.schedule(self.step_num))

    def stop(self) -> None:
        """Ends, as the end of the `with` does. What was recorded so far is handed over."""
        if not self._is_running:
            return
        self._is_running = False
        if self.current_action is ProfilerAction.RECORD:
            self.current_action = ProfilerAction.RECORD_AND_SAVE
        self._turn_to(ProfilerAction.NONE)

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _turn_to(self, action: ProfilerAction) -> None:
        """From one step to the next: ends what the last one was for, and begins what this one is for."""
        before, self.current_action = self.current_action, action
        self._end_step()
        if (before, action) not in _GO_ON:
            self._end_recording(before)
            self._begin_recording(action)
        if self._has_steps and self._recorder is not None:
            self._step = record_function(f"ProfilerStep#{self.step_num}")
            self._step.__enter__()

    def _end_step(self) -> None:
        if self._step is not None:
            self._step.__exit__(None, None, None)
            self._step = None

    def _begin_recording(self, action: ProfilerAction) -> None:
        if action is not ProfilerAction.NONE:
            recorder = Recorder(shapes=self.record_shapes, memory=self.profile_memory)
            profiling.watch(recorder)
            self._recorder = recorder

    def _end_recording(self, action: ProfilerAction) -> None:
        """Everything runs as before, also if `on_trace_ready` raises an error."""
        if self._recorder is None:
            return
        profiling.unwatch()
        recorder, self._recorder = self._recorder, None
        recorder.close()
        if action.records:
            earlier = self._finished if self._finished and self.acc_events else []
            self._finished = [*earlier, recorder]
        if action is ProfilerAction.RECORD_AND_SAVE and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    # -- what came of it

    def events(self) -> EventList:
        """Everything that was recorded, in the order in which it began: of the last cycle, where there are several.

        Raises:
            RuntimeError: the profile has not begun, or is in its first cycle.
        """
        found: list[FunctionEvent] = []
        for recorder in self._recorders():
            found += events_of(recorder, self._origin, len(found))
        return EventList(found, profile_memory=self.profile_memory)

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0) -> EventList:
        """The events with the same name together, and with the same shapes of inputs, if wanted.

        Raises:
            RuntimeError: as `events`.
            NotImplementedError: `group_by_stack_n`.
        """
        if group_by_stack_n:
            raise NotImplementedError("group_by_stack_n is left out: name parts of a program by record_function(name)")
        return self.events().key_averages(group_by_input_shape)

    def export_chrome_trace(self, path: str | os.PathLike[str]) -> None:
        """Writes a file for trace viewers: ui.perfetto.dev, or chrome://tracing. With a name in .gz, compressed.

        Raises:
            RuntimeError: as `events`; no such folder.
        """
        memory = [change for recorder in self._recorders() for change in self._memory(recorder)]
        write_trace(path, self.events(), memory, self._about)

    def add_metadata(self, key: str, value: str) -> None:
        """Puts a text into the trace."""
        self._about[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """Puts something into the trace that is given as JSON."""
        self._about[key] = json.loads(value)

    def _recorders(self) -> list[Recorder]:
        if not self._finished and (self._is_running or self._finished is None):
            raise RuntimeError(
                "this profile has nothing to show yet: ask after its `with` block, or in `on_trace_ready`, at the end "
                "of a cycle of its schedule"
            )
        return self._finished or []

    @property
    def _origin(self) -> int:
        return self._recorders()[0].started

    def _memory(self, recorder: Recorder) -> Iterator[tuple[float, int]]:
        """When, and what all arrays take from then on that were made in a recording."""
        changes = sorted(recorder.memory.changes) if recorder.memory else []
        totals = accumulate(change for _, change in changes)
        for (moment, _), total in zip(changes, totals, strict=True):
            yield (moment - self._origin) / 1000, total


_GO_ON = {
    (ProfilerAction.NONE, ProfilerAction.NONE),
    (ProfilerAction.WARMUP, ProfilerAction.WARMUP),
    (ProfilerAction.RECORD, ProfilerAction.RECORD),
    (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE),
}
"""From a step to the next without a break; all other changes end a recording, begin one, or both."""


def _check_left_out(activities: Any, with_stack: bool, with_flops: bool, with_modules: bool) -> None:
    for activity in activities or ():
        if activity is not ProfilerActivity.CPU:
            raise NotImplementedError(f"micrograd_nb computes on the CPU, and cannot profile {activity}: leave it out")
    if with_stack or with_modules:
        raise NotImplementedError(
            "with_stack and with_modules are left out: name parts of the program by record_function(name)"
        )
    if with_flops:
        raise NotImplementedError(
            "with_flops is left out: training.summary(model, input) counts the multiplications of each layer"
        )
