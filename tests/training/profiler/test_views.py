"""The ways to look at a profile: the table, which is PyTorch's to the letter; the bars; the trace."""

from __future__ import annotations

import gzip
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.training.profiler import (
    EventList,
    FunctionEventAvg,
    profile,
    record_function,
    tensorboard_trace_handler,
)


def average(key: str, times: tuple[float, float], memory: tuple[int, int], count: int, shapes: Any) -> FunctionEventAvg:
    (total, own), (all_bytes, own_bytes) = times, memory
    return FunctionEventAvg(key, shapes, False, count, total, own, all_bytes, own_bytes)


AVERAGES = [
    average("mg::mul", (12.5, 12.5), (400, 400), 3, [[2, 3], []]),
    average("autograd::engine::execute", (2_345_678.9, 1234.5), (-3_000_000, 5 * 1024**3), 1, []),
    average("enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__", (999.9996, 0.0), (0, -840), 12, [[]]),
    average("mg::max_pool2d", (64_000.0, 64_000.0), (2048, 0), 250, [[128, 16, 28, 28]] * 6),
    *(average("n" * length, (1.0, 1.0), (0, 0), 1, []) for length in (51, 52, 55)),  # as long as may be, and longer
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"sort_by": "cpu_time_total"},
    {"sort_by": "self_cpu_time_total", "row_limit": 2},
    {"sort_by": "self_cpu_memory_usage", "header": "A title"},
    {"sort_by": "count", "max_name_column_width": 20, "max_shapes_column_width": 30},
    {"sort_by": "cpu_time", "time_unit": "ms", "max_name_column_width": None},
    {"sort_by": "cpu_memory_usage", "row_limit": -1, "top_level_events_only": True},
]


def in_pytorch(torch: Any, events: EventList) -> Any:
    """The same averages as PyTorch's own."""
    util = torch.autograd.profiler_util
    made = []
    for ours in events:
        theirs = util.FunctionEventAvg()
        theirs.key, theirs.node_id, theirs.is_user_annotation = ours.key, -1, ours.is_user_annotation
        theirs.count, theirs.input_shapes, theirs.stack, theirs.overload_name = ours.count, ours.input_shapes, [], ""
        for name in ("cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage"):
            setattr(theirs, name, getattr(ours, name))
        made.append(theirs)
    return util.EventList(made, profile_memory=events.profile_memory)


@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_table_is_pytorchs(torch: Any, options: dict[str, Any], memory: bool) -> None:
    ours = EventList(AVERAGES, profile_memory=memory)
    assert ours.table(**options) == in_pytorch(torch, ours).table(**options)


def test_table_of_a_real_profile(torch: Any) -> None:
    x = mg.ones(8, 8, requires_grad=True)
    with profile(record_shapes=True, profile_memory=True) as prof:
        (x @ x).relu().sum().backward()
    for ours in (prof.key_averages(), prof.key_averages(group_by_input_shape=True)):
        assert ours.table(sort_by="count") == in_pytorch(torch, ours).table(sort_by="count")


def test_arguments_are_pytorchs(torch: Any) -> None:
    theirs = inspect.signature(torch.autograd.profiler_util.EventList.table).parameters
    assert list(inspect.signature(EventList.table).parameters) == list(theirs)
    known = inspect.signature(torch.profiler.profile).parameters
    assert set(inspect.signature(profile).parameters) <= set(known)


def test_sorted_by_something_else() -> None:
    with pytest.raises(AttributeError, match=r"'cuda_time'.*sort_by is one of cpu_time.*count"):
        EventList(AVERAGES).table(sort_by="cuda_time")


def test_table_is_what_is_printed() -> None:
    events = EventList(AVERAGES)
    assert str(events) == repr(events) == events.table()
    assert "&lt;i&gt;" in EventList([average("<i>", (1.0, 1.0), (0, 0), 1, [])])._repr_html_()


def test_events_show_what_they_are() -> None:
    with profile(record_shapes=True) as prof:
        mg.ones(2) * 2
    text = repr(prof.events()[0])
    assert text.startswith("<FunctionEvent id=0 name=mg::mul cpu_time=")
    assert "input_shapes=[[2], []]" in text
    assert repr(prof.key_averages()[0]).startswith("<FunctionEventAvg key=mg::mul count=1 ")


# -- bars --------------------------------------------------------------------------------------------------------------


def test_bars() -> None:
    plot = EventList(AVERAGES).plot(sort_by="count", row_limit=3)
    assert plot.description == (
        "bars, calls: mg::max_pool2d 250, enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__ 12, mg::mul 3"
    )
    (axes,) = plot.figure.axes
    assert [bar.get_width() for bar in axes.patches] == [250, 12, 3]
    assert axes.get_yticklabels()[1].get_text() == "enumerate(DataLoader)#_SingleProcessDataLoa…"
    assert axes.yaxis_inverted()  # the largest on top
    assert "<img" in plot._repr_mimebundle_()["text/html"]


def test_bars_of_events_are_of_their_averages() -> None:
    x = mg.ones(2)
    with profile() as prof:
        x * x
        x * x
    assert prof.events().plot(sort_by="count").description == "bars, calls: mg::mul 2"


def test_nothing_to_plot() -> None:
    with profile() as prof:
        pass
    with pytest.raises(ValueError, match="no operation ran"):
        prof.key_averages().plot()


# -- traces ------------------------------------------------------------------------------------------------------------


def test_trace_is_in_the_format(tmp_path: Path) -> None:
    """Google's "Trace Event Format": what each phase has to have."""
    x = mg.ones(4, 4, requires_grad=True)
    with profile(record_shapes=True, profile_memory=True) as prof, record_function('a "name"'):
        (x * 2).sum().backward()
    prof.add_metadata("model", "none")
    prof.add_metadata_json("sizes", "[1, 2]")
    prof.export_chrome_trace(tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text())
    assert (trace["displayTimeUnit"], trace["model"], trace["sizes"]) == ("ms", "none", [1, 2])
    phases: dict[str, list[Any]] = {}
    for event in trace["traceEvents"]:
        phases.setdefault(event["ph"], []).append(event)
        assert {"name", "ph", "pid", "tid", "ts"} <= set(event)
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
    assert set(phases) == {"M", "X", "C"}
    assert {e["name"] for e in phases["M"]} == {"process_name", "thread_name", "thread_sort_index"}
    spans = [(e["name"], e["cat"], e["ts"], e["dur"]) for e in phases["X"]]
    assert spans == [
        (e.name, "user_annotation" if e.is_user_annotation else "cpu_op", e.time_range.start, e.cpu_time_total)
        for e in prof.events()
    ]
    assert phases["X"][1]["args"] == {"External id": 1, "Input Dims": [[4, 4], []], "Bytes": 64}
    assert max(e["args"]["bytes"] for e in phases["C"]) >= 64
    assert [e["ts"] for e in phases["C"]] == sorted(e["ts"] for e in phases["C"])


def test_compressed(tmp_path: Path) -> None:
    with profile() as prof:
        mg.ones(1) * 2
    prof.export_chrome_trace(str(tmp_path / "trace.json.gz"))
    trace = json.loads(gzip.decompress((tmp_path / "trace.json.gz").read_bytes()))
    assert "mg::mul" in [event["name"] for event in trace["traceEvents"]]


def test_no_such_folder(tmp_path: Path) -> None:
    with profile() as prof:
        mg.ones(1) * 2
    with pytest.raises(RuntimeError, match=r"Parent directory .* does not exist"):
        prof.export_chrome_trace(tmp_path / "missing" / "trace.json")


@pytest.mark.parametrize("compressed", [False, True])
def test_handler_for_tensorboard(tmp_path: Path, compressed: bool) -> None:
    handler = tensorboard_trace_handler(str(tmp_path / "logs"), "me", use_gzip=compressed)
    with profile(on_trace_ready=handler):
        mg.ones(1) * 2
    (file,) = (tmp_path / "logs").iterdir()
    assert file.name.startswith("me.")
    assert file.name.endswith(".pt.trace.json" + ".gz" * compressed)
