"""The loss curve in Python: what it keeps, when it sends, what it draws, and what a reader without a kernel sees."""

from __future__ import annotations

import base64
import itertools
import json
import math
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.events import EventManager

import micrograd_nb as mg
from micrograd_nb.widgets import LossCurve
from micrograd_nb.widgets import loss_curve as module


def curve_of(**lines: list[float]) -> LossCurve:
    curve = LossCurve()
    for name, values in lines.items():
        for value in values:
            curve.add(value, name)
    curve.flush()
    return curve


def points(svg: str) -> list[list[tuple[float, float]]]:
    """The places that the lines of a picture go through; fails if the picture is no XML."""
    found = [element.get("points", "") for element in ET.fromstring(svg).iter() if element.tag.endswith("polyline")]
    return [[tuple(map(float, pair.split(","))) for pair in text.split()] for text in found]  # type: ignore[misc]


def img(curve: LossCurve) -> str:
    return curve._repr_mimebundle_()[0]["text/html"]


# -- what it keeps -----------------------------------------------------------------------------------------------------


def test_numbers_are_kept_by_line() -> None:
    assert curve_of(a=[2.0, 1.0], b=[3.0]).values == {"a": [2.0, 1.0], "b": [3.0]}


def test_a_tensor_is_kept_as_a_number() -> None:
    curve = LossCurve()
    curve.add(mg.tensor(2.0, requires_grad=True) * 1.5)
    assert type(curve.values["training"][0]) is float
    assert curve.values == {"training": [3.0]}


@pytest.mark.parametrize("value", ["a", None, [1.0, 2.0]])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"takes numbers, such as loss\.item\(\)"):
        LossCurve().add(value)


def test_many_numbers_are_refused() -> None:
    with pytest.raises(RuntimeError):
        LossCurve().add(mg.ones(2))


def test_curves_do_not_share_numbers() -> None:
    curve_of(a=[1.0])
    assert LossCurve().values == {}


# -- when it sends -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the widget sees: clock[0]."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_it_sends_ten_pictures_a_second(clock: list[float]) -> None:
    curve, sent = LossCurve(), []
    curve.observe(lambda change: sent.append(clock[0]), "svg")
    for i in range(1000):
        clock[0] = 100 + i / 250  # 250 steps a second, for four seconds
        curve.add(math.exp(-i / 200))
    assert 35 <= len(sent) <= 40
    assert min(b - a for a, b in itertools.pairwise(sent)) >= 0.1 - 1e-9


def test_flush_sends_the_rest(clock: list[float]) -> None:
    curve = LossCurve()
    curve.add(3.0)
    early = curve.svg
    curve.add(1.0)
    assert curve.svg == early
    curve.flush()
    assert curve.svg == module.draw({"training": [3.0, 1.0]})


def test_the_end_of_a_cell_sends_the_rest(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    events = EventManager(None, {"post_run_cell": lambda result: None})
    monkeypatch.setattr(module, "get_ipython", lambda: SimpleNamespace(events=events))
    before = list(events.callbacks["post_run_cell"])
    curve = LossCurve()
    for cell in ([3.0, 2.0, 1.0], [0.5, 0.4]):
        for loss in cell:
            curve.add(loss)
        events.trigger("post_run_cell", None)
        assert curve.svg == module.draw(curve.values)
        assert events.callbacks["post_run_cell"] == before  # it does not stay behind


# -- what it draws -----------------------------------------------------------------------------------------------------


def test_lines_lie_in_the_frame_and_fall_as_the_numbers_do() -> None:
    (line,) = points(curve_of(training=[4.0, 2.0, 1.0]).svg)
    heights = [y for _, y in line]
    assert heights == sorted(heights)  # down the page
    assert all(module.LEFT <= x <= module.RIGHT and module.TOP <= y <= module.BOTTOM for x, y in line)


def test_a_long_line_is_thinned_to_means() -> None:
    curve = curve_of(training=[1.0, 3.0] * 30_000)
    (line,) = points(curve.svg)
    assert len(line) <= module.MOST_POINTS
    assert len({y for _, y in line}) == 1  # every point is the mean, 2
    assert len(curve.values["training"]) == 60_000


@pytest.mark.parametrize("gap", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_leaves_a_gap(gap: float) -> None:
    curve = curve_of(training=[3.0, 2.0, gap, 1.0, 0.5])
    assert [len(line) for line in points(curve.svg)] == [2, 2]
    assert "nan" not in curve.svg
    assert "inf" not in curve.svg


@pytest.mark.parametrize(
    "values", [[], [0.0], [1.0], [0.0, 0.0], [-1.0, -2.0], [math.nan], [1e-30, 1e-31], [1e30, 1.0], [-1e300, 1e300]]
)
def test_any_numbers_give_a_picture(values: list[float]) -> None:
    svg = module.draw({"training": values} if values else {})
    for line in points(svg):
        assert all(module.TOP <= y <= module.BOTTOM for _, y in line)


def test_lines_differ_without_colours() -> None:
    svg = curve_of(a=[2.0, 1.0], b=[2.0, 1.5], c=[1.0, 1.0]).svg
    assert len(set(re.findall(r"<polyline.*?(stroke-dasharray=\"[^\"]*\"|/>)", svg))) == 3


def test_names_are_escaped() -> None:
    curve = curve_of(**{"<script>alert(1)</script>": [1.0, 2.0]})
    assert "<script>" not in curve.svg
    assert "<script>" not in img(curve)
    ET.fromstring(curve.svg)


# -- without a kernel --------------------------------------------------------------------------------------------------


def test_repr_has_no_loss_in_it() -> None:
    assert repr(LossCurve()) == "<LossCurve: no steps yet>"
    assert repr(curve_of(training=[1.5, 2.5], other=[1.0])) == "<LossCurve: training, 2 steps; other, 1 step>"


def test_fallback_is_the_picture_with_its_description() -> None:
    html = img(curve_of(training=[2.0, 1.0]))
    assert 'alt="loss curve: training, 2 steps, from 1.5 to 1.5"' in html
    data = re.search(r"base64,([^\"]+)", html)
    assert data is not None
    assert base64.b64decode(data[1]).decode() == module.draw({"training": [2.0, 1.0]})


def test_fallback_shows_what_was_not_sent_yet(clock: list[float]) -> None:
    curve = LossCurve()
    for loss in (3.0, 2.0, 1.0):
        curve.add(loss)
    assert "3 steps" in img(curve)


def test_nearly_equal_numbers_give_the_same_fallback() -> None:
    """Another BLAS rounds otherwise; a picture of whole pixels does not show it."""
    losses = [2.3 * math.exp(-i / 50) + 0.01 for i in range(100)]
    assert img(curve_of(training=losses)) == img(curve_of(training=[loss * (1 + 1e-7) for loss in losses]))


def test_static_files_are_in_the_package() -> None:
    static = Path(sys.modules[LossCurve.__module__].__file__ or "").parent / "static"
    assert {"loss_curve.js", "loss_curve.css"} <= {path.name for path in static.iterdir()}
    assert "http" not in (static / "loss_curve.js").read_text(encoding="utf-8")


def test_export_html_has_the_newest_picture_and_asks_nobody(tmp_path: Path, clock: list[float]) -> None:
    curve = LossCurve()
    for loss in (3.0, 2.0, 1.0):
        curve.add(loss)  # the clock stands still: the second and third were not sent
    curve.export_html(tmp_path / "curve.html")
    text = (tmp_path / "curve.html").read_text(encoding="utf-8")
    state = json.loads(re.findall(r'id="state">(.*?)</script>', text)[0])
    assert state == {"svg": module.draw(curve.values), "description": module.describe(curve.values)}
    assert set(re.findall(r"https?://[^\s\\\"')]+", text)) <= {"http://www.w3.org/2000/svg"}
