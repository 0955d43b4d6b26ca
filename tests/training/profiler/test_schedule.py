"""Schedules: which steps are recorded, and who hears of it, as in PyTorch."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.training.profiler import ProfilerAction, profile, schedule

small = st.integers(0, 3)


@given(small, small, st.integers(1, 3), small, small, st.integers(0, 1))
def test_schedule_is_pytorchs(
    torch: Any, wait: int, warmup: int, active: int, repeat: int, skip_first: int, skip_first_wait: int
) -> None:
    options = {
        "wait": wait, "warmup": warmup, "active": active, "repeat": repeat,
        "skip_first": skip_first, "skip_first_wait": skip_first_wait,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = schedule(**options), torch.profiler.schedule(**options)
    assert [ours(i).name for i in range(30)] == [theirs(i).name for i in range(30)]


@pytest.mark.parametrize("wrong", [{"wait": -1}, {"warmup": -1}, {"active": 0}, {"repeat": -1}, {"skip_first": -1}])
def test_bad_numbers(torch: Any, wrong: dict[str, int]) -> None:
    options = {"wait": 1, "warmup": 1, "active": 1} | wrong
    with pytest.raises(AssertionError) as ours:
        schedule(**options)
    with pytest.raises(AssertionError) as theirs:
        torch.profiler.schedule(**options)
    assert str(ours.value) == str(theirs.value)
    with pytest.raises(AssertionError, match="Step must be non-negative"):
        schedule(wait=0, warmup=1, active=1)(-1)


def test_no_warmup_warns() -> None:
    with pytest.warns(UserWarning, match="won't be using warmup"):
        schedule(wait=1, warmup=0, active=1)


def course(library: Any, profiler: Any, steps: int, accumulate: bool = False, **options: int) -> list[Any]:
    """When the profile reported, and what it had counted of a multiplication in each step."""
    reports = []

    def ready(prof: Any) -> None:
        counts = {event.key.partition("::")[2]: event.count for event in prof.key_averages()}
        steps = [event.count for event in prof.key_averages() if event.key == "ProfilerStep*"]
        reports.append((prof.step_num, counts.get("mul", 0), steps))

    x = library.ones(2)
    plan = profiler.schedule(**options)
    with profiler.profile(schedule=plan, on_trace_ready=ready, acc_events=accumulate) as prof:
        for _ in range(steps):
            x * x
            prof.step()
    return reports


COURSES = [
    ({"wait": 1, "warmup": 1, "active": 2, "repeat": 2}, 10),
    ({"wait": 0, "warmup": 1, "active": 1}, 6),
    ({"wait": 1, "warmup": 1, "active": 3}, 4),  # the profile ends within a cycle
    ({"wait": 2, "warmup": 1, "active": 1, "skip_first": 3}, 4),  # and before the first one
    ({"wait": 1, "warmup": 2, "active": 1}, 2),  # while it warms up
]


@pytest.mark.parametrize("accumulate", [False, True])
@pytest.mark.parametrize(("options", "steps"), COURSES)
@pytest.mark.filterwarnings("ignore")
def test_course_is_pytorchs(torch: Any, options: dict[str, int], steps: int, accumulate: bool) -> None:
    ours = course(mg, mg.training.profiler, steps, accumulate, **options)
    assert ours == course(torch, torch.profiler, steps, accumulate, **options)


def test_waiting_costs_nothing() -> None:
    plain = mg.autograd.profiling.watcher
    with profile(schedule=schedule(wait=1, warmup=1, active=1)) as prof:
        assert mg.autograd.profiling.watcher is plain is None
        prof.step()
        assert prof.current_action is ProfilerAction.WARMUP
        assert mg.autograd.profiling.watcher is not None


def test_names_of_steps() -> None:
    with profile(schedule=schedule(wait=0, warmup=1, active=2, repeat=1)) as prof:
        for _ in range(5):
            mg.ones(1) * 2
            prof.step()
    assert [(e.name, [c.name for c in e.cpu_children]) for e in prof.events() if e.cpu_parent is None] == [
        ("ProfilerStep#1", ["mg::mul"]),
        ("ProfilerStep#2", ["mg::mul"]),
    ]


def test_step_without_a_schedule_makes_no_range() -> None:
    with profile() as prof:
        mg.ones(1) * 2
        prof.step()
    assert [event.name for event in prof.events()] == ["mg::mul"]


def test_step_outside() -> None:
    prof = profile()
    with pytest.raises(RuntimeError, match="not running"):
        prof.step()


def test_error_in_on_trace_ready() -> None:
    def ready(prof: profile) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), profile(on_trace_ready=ready) as prof:
        mg.ones(1) * 2
    assert mg.autograd.profiling.watcher is None
    assert len(prof.events()) == 1
