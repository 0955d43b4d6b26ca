"""Which steps of a training are profiled: a few of them say it all, and the first ones are not like the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from enum import Enum

Schedule = Callable[[int], "ProfilerAction"]


class ProfilerAction(Enum):
    """What a profile does in a step."""

    NONE = 0  # nothing, and nothing is paid
    WARMUP = 1  # record, and forget it
    RECORD = 2
    RECORD_AND_SAVE = 3  # record, and hand everything over at the end of the step

    @property
    def records(self) -> bool:
        """Whether what happens in the step is kept."""
        return self in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Schedule:
    """A schedule of cycles: so many steps of waiting, warming up and recording. (PyTorch: torch.profiler.schedule)

    Arguments:
        repeat: how many cycles; 0: as long as the profile lasts.
        skip_first: so many steps come before the first cycle.
        skip_first_wait: not 0: the first cycle does not wait.

    Returns:
        A function of the step's number that gives a ProfilerAction, for `profile(schedule=...)`.

    Raises:
        AssertionError: a negative number of steps, or none to record.

    >>> plan = schedule(wait=1, warmup=1, active=2, repeat=1)
    >>> [plan(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if wait < 0 or warmup < 0 or active <= 0 or repeat < 0 or skip_first < 0:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} (need >= 0), "
            f"active={active} (need > 0), repeat={repeat} (need >= 0), skip_first={skip_first} (need >= 0)."
        )
    if warmup == 0:
        warnings.warn("Profiler won't be using warmup, this can skew profiler results", stacklevel=2)
    cycle = wait + warmup + active

    def action(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        step -= skip_first
        if step < 0:
            return ProfilerAction.NONE
        step += wait if skip_first_wait else 0
        place = step % cycle
        if (repeat and step >= repeat * cycle) or place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def always(step: int) -> ProfilerAction:
    """The schedule of a profile that has none: it records from its beginning to its end."""
    return ProfilerAction.RECORD
