"""LoaderTimeline and the simulated clock: who waited for whom, drawn and in words."""

from __future__ import annotations

import base64
import itertools
import math
import re
import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, Span, Timeline, simulate_loading
from micrograd_nb.widgets import LoaderTimeline
from micrograd_nb.widgets.loader_timeline import LEFT, RIGHT, picture

SVG = "{http://www.w3.org/2000/svg}"


def html(view: Any) -> str:
    return view._repr_mimebundle_()[0]["text/html"]


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def bars(svg: str) -> list[tuple[int, int]]:
    """Where bars begin and end, those of the legend left out."""
    rects = ET.fromstring(svg).iter(f"{SVG}rect")
    return [(int(r.get("x", 0)), int(r.get("x", 0)) + int(r.get("width", 0))) for r in rects if int(r.get("y", 0)) > 30]


# -- the simulated clock -----------------------------------------------------------------------------------------------


def waits(timeline: Timeline) -> list[float]:
    """How long the training waited for each batch, in milliseconds."""
    return [round(1000 * span.seconds, 6) for span in timeline.of(kind="wait")]


def test_without_workers_each_batch_is_waited_for() -> None:
    timeline = simulate_loading(3, 2, fetch=0.01, collate=0.001, train=0.02)
    assert waits(timeline) == [21, 21, 21]
    assert timeline.workers == (None,)
    assert timeline.is_simulated


def test_workers_load_while_the_training_is_busy() -> None:
    """By hand: a worker takes 40, the training 30. One worker: 40, then 10 each. Two: the third is ready at 80."""
    settings: dict[str, Any] = {"batch_size": 1, "fetch": 0.04, "collate": 0, "train": 0.03}
    assert waits(simulate_loading(4, num_workers=1, **settings)) == [40, 10, 10, 10]
    assert waits(simulate_loading(4, num_workers=2, **settings)) == [40, 0, 0, 0]


def test_a_worker_is_sent_no_more_than_it_may_load_ahead() -> None:
    """One ahead: batch 1 is sent when batch 0 has come, at 10; batch 2 when batch 1 has come, at 110."""
    timeline = simulate_loading(3, 1, num_workers=1, prefetch_factor=1, fetch=0.01, collate=0, train=0.1)
    assert [round(1000 * span.start) for span in timeline.of(kind="fetch")] == [0, 10, 110]


@given(
    st.integers(0, 12), st.integers(1, 3), st.integers(0, 4), st.integers(1, 3), st.floats(0, 0.1), st.floats(0, 0.1)
)
def test_a_simulation_keeps_the_loaders_rules(
    batches: int, size: int, workers: int, ahead: int, fetch: float, train: float
) -> None:
    timeline = simulate_loading(batches, size, num_workers=workers, prefetch_factor=ahead, fetch=fetch, train=train)
    came = {span.batch: span.end for span in timeline.of(kind="wait")}
    for batch in range(batches):
        loading = timeline.of(kind="fetch", batch=batch)
        assert [span.sample for span in loading] == list(range(batch * size, (batch + 1) * size))
        assert {span.worker for span in loading} == {batch % workers if workers else None}
        (collate,) = timeline.of(kind="collate", batch=batch)
        assert collate.end <= came[batch] + 1e-12  # nothing comes before it is ready
        if workers and batch >= workers * ahead:
            assert loading[0].start >= came[batch - workers * ahead] - 1e-12  # nor is loaded before it is sent
    for worker in timeline.workers:
        busy = [span for span in timeline.of(worker=worker) if span.kind != "wait"]
        busy.sort(key=lambda span: (span.start, span.end))
        assert all(one.end <= other.start + 1e-12 for one, other in itertools.pairwise(busy))


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_simulation_has_the_spans_that_a_loader_records(workers: int) -> None:
    """The same batches and samples by the same workers: only the times are made up."""
    loader = DataLoader(range(12), 2, num_workers=workers)
    with loader.record() as recording:
        for _ in loader:
            pass
    simulated = simulate_loading(6, 2, num_workers=workers)

    def key(span: Span) -> tuple[Any, ...]:
        return span.kind, str(span.worker), span.epoch, span.batch, str(span.sample)

    assert sorted(map(key, simulated)) == sorted(map(key, recording.timeline))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batches", -1),
        ("batch_size", 0),
        ("num_workers", -1),
        ("prefetch_factor", 0),
        ("fetch", math.nan),
        ("train", -1),
    ],
)
def test_a_simulation_refuses(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"simulate_loading needs {name} of . or more, but got {name}={value}"):
        simulate_loading(**{name: value})


def test_share_waited_is_that_of_the_main_loop_alone() -> None:
    timeline = simulate_loading(2, 1, num_workers=2, fetch=0.03, collate=0, train=0.01)
    assert timeline.share_waited() == pytest.approx(0.03 / 0.05)  # busy workers do not count
    assert timeline.share_waited(batch=1) == 0
    assert math.isnan(Timeline(()).share_waited())


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_a_row_for_the_main_loop_and_each_worker() -> None:
    view = LoaderTimeline(simulate_loading(num_workers=3))
    rows = texts(view._svg)
    assert [row for row in rows if row.startswith(("main", "worker"))] == [
        "main loop",
        "worker 0",
        "worker 1",
        "worker 2",
    ]
    assert "milliseconds, simulated clock" in rows


def test_a_simulated_clock_is_always_said() -> None:
    view = LoaderTimeline(simulate_loading())
    assert view.description.startswith("Simulated clock.")
    assert "simulated clock" in repr(view)
    measured = LoaderTimeline(Timeline(tuple(simulate_loading())))
    assert "imulated" not in measured.markup + measured.description + repr(measured)
    assert "milliseconds, measured" in texts(measured._svg)


def test_a_recording_is_shown_as_it_was_measured() -> None:
    loader = DataLoader(mg.data.datasets.Digits(), 400, num_workers=2)
    with loader.record() as recording:
        for _ in loader:
            time.sleep(0.002)
    view = LoaderTimeline(recording)
    assert repr(view) == "<LoaderTimeline: 4 batches, 2 workers>"
    share = recording.timeline.share_waited()
    assert f"ms: {100 * share:.0f} %" in view.description


def test_a_batch_is_selected_with_its_samples() -> None:
    view = LoaderTimeline(simulate_loading(4, 2, num_workers=2))
    before = view.markup
    view.batch = 3
    assert view.markup != before
    assert '<th scope="row">6</th><td>worker 1</td>' in view.markup
    assert '<th scope="row">7</th><td>worker 1</td>' in view.markup
    assert "Batch 3, by worker 1: training waited" in view.description
    view.batch = 99
    assert view.batch == 3
    view.batch = -1
    assert view.batch == 0


def test_handovers_lead_to_where_the_main_loop_goes_on() -> None:
    svg = picture(simulate_loading(4, 1, num_workers=2), batch=0)
    lines = re.findall(r'<path d="M(\d+) (\d+)L(\d+) (\d+)"', svg)
    assert len(lines) == 4
    assert lines[0][0] == lines[0][2]  # batch 0 is taken as soon as all of it is ready
    assert all(int(x1) <= int(x2) and int(y1) > int(y2) for x1, y1, x2, y2 in lines)  # later, and up to the main loop
    assert "L" not in "".join(re.findall(r'<path d="([^"]*)"', picture(simulate_loading(4, 1), batch=0)))


@pytest.mark.parametrize("batch", [0, 2])
def test_what_belongs_to_the_batch_is_lit(batch: int) -> None:
    timeline = simulate_loading(4, 2, num_workers=2)
    svg = picture(timeline, batch)
    marks = re.findall(r'<path d="M(\d+) \d+h\d+" stroke="#7a7a7a" stroke-width="3"/>', svg)
    assert len(marks) == len([span for span in timeline.of(batch=batch) if span.seconds > 0])
    assert picture(timeline, batch=99).count('stroke-width="3"') == 0


def test_epochs_are_chosen() -> None:
    loader = DataLoader(range(4), 2)
    with loader.record() as recording:
        for _ in range(2):
            list(loader)
    view = LoaderTimeline(recording)
    assert [control["trait"] for control in view.controls] == ["batch", "batch", "batch", "epoch"]
    first = view.markup
    view.epoch = 2
    assert view.markup != first
    view.epoch = 7
    assert view.epoch == 2
    view.epoch = 0
    assert view.epoch == 1


def test_transforms_are_inside_their_fetch() -> None:
    spans = (
        Span("wait", None, 1, 0, None, 0.0, 0.01),
        Span("fetch", None, 1, 0, 5, 0.0, 0.004),
        Span("transform", None, 1, 0, 5, 0.001, 0.003),
        Span("fetch", None, 1, 0, 6, 0.004, 0.01),
    )
    view = LoaderTimeline(Timeline(spans))
    assert '<th scope="row">5</th><td>main loop</td><td>0</td><td>4</td><td>2</td>' in view.markup
    assert '<th scope="row">6</th><td>main loop</td><td>4</td><td>6</td><td>0</td>' in view.markup


def test_bars_stay_in_the_frame() -> None:
    found = bars(picture(simulate_loading(30, num_workers=4), batch=2))
    assert found
    assert all(LEFT <= left <= right <= RIGHT + 1 for left, right in found)


def test_a_long_recording_gives_a_bounded_picture() -> None:
    timeline = simulate_loading(2000, 8, num_workers=2)
    assert len(LoaderTimeline(timeline).markup) < 1_000_000


@pytest.mark.parametrize(
    "spans",
    [
        (),
        (Span("wait", None, 1, 0, None, 0.0, 0.0),),
        (Span("consume", None, 1, 0, None, 1.0, 1.0),),
        (Span("fetch", 0, 1, 0, 0, math.nan, math.nan),),
        (Span("wait", None, 1, 0, None, 0.0, math.inf),),
        (Span("fetch", 3, 1, 5, None, 1e-9, 2e-9),),
    ],
)
def test_empty_and_odd_timelines_are_shown(spans: tuple[Span, ...]) -> None:
    view = LoaderTimeline(Timeline(spans))
    ET.fromstring(view._svg)
    assert "nan" not in view._svg
    assert "inf" not in view._svg


def test_nothing_recorded_says_so() -> None:
    assert LoaderTimeline(Timeline(())).description == "Nothing was recorded."


def test_samples_are_escaped() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    view = LoaderTimeline(Timeline((Span("fetch", 0, 1, 0, hostile, 0.0, 1.0),)))
    assert "<img src=x" not in html(view)
    assert "&lt;img src=x" in html(view)


@pytest.mark.parametrize("wrong", [None, [], DataLoader([1])])
def test_something_else_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"takes the recording of loader\.record\(\), or a Timeline, and got"):
        LoaderTimeline(wrong)


def test_the_fallback_is_the_picture_and_the_same_each_time() -> None:
    first, second = (LoaderTimeline(simulate_loading(num_workers=2)) for _ in range(2))
    assert html(first) == html(second)
    data = re.search(r"base64,([^\"]+)", html(first))
    assert data is not None
    assert base64.b64decode(data[1]).decode() == first._svg
    assert "The samples of batch 0" in html(first)
