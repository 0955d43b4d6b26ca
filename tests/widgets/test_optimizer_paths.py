"""OptimizerPaths: its pixels and its words are those of the descents, wherever they begin and however they end."""

from __future__ import annotations

import base64
import gc
import json
import math
import re
import subprocess
import sys
import weakref
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.training.descent import descend, landscape
from micrograd_nb.widgets import OptimizerPaths
from micrograd_nb.widgets.contour_map import FARTHEST, ContourMap
from micrograd_nb.widgets.optimizer_paths_text import LONGEST, SHORTEST, picture

THREE = {"SGD": 0.9, "momentum": lambda p: mg.optim.SGD(p, lr=0.3, momentum=0.8), "Adam": 0.6}


def html(paths: OptimizerPaths) -> str:
    return paths._repr_mimebundle_()[0]["text/html"]


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def pair(text: str) -> tuple[float, ...]:
    return tuple(number(part) for part in text.strip("()").split(", "))


# -- truth -------------------------------------------------------------------------------------------------------------


def test_the_paths_are_the_librarys() -> None:
    paths = OptimizerPaths("ravine", THREE, steps=20)
    factories: dict[str, Any] = {**THREE, "SGD": lambda p: mg.optim.SGD(p, lr=0.9)}
    factories["Adam"] = lambda p: mg.optim.Adam(p, lr=0.6)
    for descent, (name, make) in zip(paths.descents, factories.items(), strict=True):
        assert descent == descend("ravine", make, steps=20, name=name)


def test_every_number_on_the_page_is_the_descents() -> None:
    paths = OptimizerPaths("ravine", THREE, steps=20)
    for shown, descent in zip(paths.paths["paths"], paths.descents, strict=True):
        assert shown["name"] == descent.name
        assert len(shown["rows"]) == len(shown["points"]) == len(shown["arrows"]) + 1 == 21
        for row, step in zip(shown["rows"], descent.steps, strict=False):
            assert pair(row[0]) == pytest.approx(step.position, rel=1e-3)
            assert number(row[1]) == pytest.approx(step.value, rel=1e-3)
            assert pair(row[2]) == pytest.approx(step.gradient, rel=1e-3)
            assert row[3] == "–" if step.velocity is None else pair(row[3]) == pytest.approx(step.velocity, rel=1e-3)
            assert pair(row[4]) == pytest.approx(step.update, rel=1e-3)
        assert pair(shown["rows"][-1][0]) == pytest.approx(descent.end, rel=1e-3)
    assert [x.steps[3].velocity is None for x in paths.descents] == [True, False, False]


def test_pixels_are_the_positions_to_scale() -> None:
    paths = OptimizerPaths("ravine", {"SGD": 0.9}, steps=5)
    plot = paths.paths["plot"]
    assert plot["width"] / plot["height"] == pytest.approx(20 / 8, rel=0.01)  # as wide a unit as it is high
    for point, (x, y) in zip(paths.paths["paths"][0]["points"], paths.descents[0].positions, strict=True):
        assert point["at"][0] == pytest.approx((x + 10) / 20 * plot["width"], abs=0.01)
        assert point["at"][1] == pytest.approx((4 - y) / 8 * plot["height"], abs=0.01)
        assert point["out"] is False


def test_arrows_point_downhill_and_where_it_goes() -> None:
    paths = OptimizerPaths("ravine", THREE, steps=10)
    for shown, descent in zip(paths.paths["paths"], paths.descents, strict=True):
        for k, (arrows, step) in enumerate(zip(shown["arrows"], descent.steps, strict=True)):
            here, there = shown["points"][k]["at"], shown["points"][k + 1]["at"]
            assert arrows["update"] == pytest.approx([there[0] - here[0], there[1] - here[1]], abs=0.02)
            dx, dy = arrows["gradient"]
            gx, gy = step.gradient
            assert SHORTEST - 0.1 <= math.hypot(dx, dy) <= LONGEST + 0.1
            assert math.atan2(dy, dx) == pytest.approx(math.atan2(gy, -gx), abs=0.02)  # −g, in pixels that go down
            assert (arrows["velocity"] is None) == (step.velocity is None)
    longest = max(math.hypot(*a["gradient"]) for x in paths.paths["paths"] for a in x["arrows"])
    assert longest > 50  # the lengths use their room


def test_one_that_diverges_leaves_the_arrows_of_the_others_as_they_are() -> None:
    wild = {"Adam": 0.1, "SGD": 1.0}
    paths = OptimizerPaths("rosenbrock", wild, steps=30)
    adam = paths.paths["paths"][0]
    sizes = [math.hypot(*arrows["gradient"]) for arrows in adam["arrows"]]
    assert max(sizes) - min(sizes) > 20
    for shown, descent in zip(paths.paths["paths"], paths.descents, strict=True):
        for arrows, step in zip(shown["arrows"], descent.steps, strict=True):
            if arrows["gradient"] is not None:
                assert SHORTEST - 0.1 <= math.hypot(*arrows["gradient"]) <= LONGEST + 0.1
                assert arrows["gradient"][0] * step.gradient[0] <= 0  # downhill


@given(st.floats(-10, 10), st.floats(-4, 4))
def test_a_pixel_belongs_to_its_point(x: float, y: float) -> None:
    plot = ContourMap.of(landscape("ravine"))
    pixel = plot.pixel((x, y))
    assert pixel is not None
    assert plot.has(pixel)
    assert -10 + pixel[0] / plot.width * 20 == pytest.approx(x, abs=0.01)
    assert 4 - pixel[1] / plot.height * 8 == pytest.approx(y, abs=0.01)


def test_the_map_is_darker_where_it_is_higher() -> None:
    plot = ContourMap.of(landscape("bowl"))
    layers = re.findall(r'<path d="([^"]*)" fill="#808080"', plot.svg())
    assert len(layers) == 12
    rings = [layer.count("M") for layer in layers]
    assert rings[0] == 2  # the ground around the bottom: an edge and a hole
    assert ET.fromstring(plot.svg()) is not None


# -- state -------------------------------------------------------------------------------------------------------------


def test_another_start_runs_them_again() -> None:
    paths = OptimizerPaths("ravine", THREE, steps=10)
    before = paths.paths["svg"]
    paths.start = [2.0, -1.0]
    assert [x.positions[0] for x in paths.descents] == [(2.0, -1.0)] * 3
    assert paths.descents[0] == descend("ravine", lambda p: mg.optim.SGD(p, lr=0.9), (2.0, -1.0), 10, name="SGD")
    assert paths.paths["start"] == (2.0, -1.0)
    assert paths.paths["svg"] is before  # the ground is not drawn again
    assert html(paths) == html(OptimizerPaths("ravine", THREE, (2.0, -1.0), steps=10))


def test_a_step_keeps_to_the_steps() -> None:
    paths = OptimizerPaths("bowl", {"SGD": 0.1}, steps=10)
    paths.step = 99
    assert paths.step == 10
    paths.step = -3
    assert paths.step == 0


@pytest.mark.parametrize("start", [[math.nan, 0.0], [0.0, math.inf]])
def test_a_start_that_is_nowhere_is_refused(start: list[float]) -> None:
    paths = OptimizerPaths("bowl", {"SGD": 0.1}, steps=3)
    with pytest.raises(ValueError, match="two finite numbers"):
        paths.start = start
    assert paths.start == [-2.5, 1.5]


def fails_on_the_right(x: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
    if x.numel() == 1 and x.item() > 1.9 and y.item() > 1.9:
        raise ZeroDivisionError("<b>no</b>")
    return x**2 + y**2


def test_an_error_of_the_learners_function_is_said_where_it_is_asked_for() -> None:
    paths = OptimizerPaths(fails_on_the_right, {"SGD": 0.1}, (1.0, 1.0), x=(-1.5, 1.5), y=(-1.5, 1.5), steps=3)
    before = paths.descents
    with pytest.raises(ZeroDivisionError):
        paths.start = [1.95, 1.95]
    paths.set_state({"start": [1.96, 1.96]})  # as the page sends it
    assert paths.notice == "no paths from here: ZeroDivisionError: <b>no</b>"
    assert paths.descents == before
    paths.set_state({"start": [0.5, 0.5]})
    assert paths.notice == ""
    assert paths.descents[0].positions[0] == (0.5, 0.5)


def test_hidden_names_are_those_of_the_optimizers() -> None:
    paths = OptimizerPaths("bowl", {"SGD": 0.1, "Adam": 0.1}, steps=3)
    paths.hidden = ["Adam", "nobody"]
    assert paths.hidden == ["Adam"]


def test_several_do_not_touch_each_other() -> None:
    one, other = (OptimizerPaths("bowl", {"SGD": 0.1}, steps=5) for _ in range(2))
    one.step, one.start = 3, [1.0, 1.0]
    assert (other.step, other.start, other.descents[0].positions[0]) == (0, [-2.5, 1.5], (-2.5, 1.5))


class Function:
    """A function that can be weakly referenced."""

    def __call__(self, x: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        return x**2 + y**2


def test_closing_frees_everything() -> None:
    function = Function()
    paths = OptimizerPaths(function, {"SGD": 0.1}, steps=3)
    gone = weakref.ref(function)
    del function
    gc.collect()
    assert gone() is not None
    paths.close()
    gc.collect()
    assert gone() is None
    assert (paths.descents, paths.paths) == ((), {})


# -- anything a user may have ------------------------------------------------------------------------------------------


def test_divergence_is_shown() -> None:
    paths = OptimizerPaths("rosenbrock", {"SGD": 1.0, "Adam": 0.1}, steps=50)
    wild, tame = paths.paths["paths"]
    assert wild["fate"] == f"diverged: infinite after {len(wild['arrows'])} steps"
    assert tame["fate"] == ""
    assert paths.paths["steps"] == 50  # the other goes on
    assert any(point is None or point["out"] for point in wild["points"])
    for point in filter(None, wild["points"]):
        assert all(abs(x) <= FARTHEST for x in point["at"])
    json.dumps(paths.paths, allow_nan=False)
    assert "diverged" in html(paths)


def test_a_path_that_leaves_the_map_says_so() -> None:
    paths = OptimizerPaths("saddle", {"SGD": 0.1}, steps=60)
    (shown,) = paths.paths["paths"]
    assert shown["fate"] == "ends out of view"
    assert shown["points"][-1]["out"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x.log() + y.log(),  # NaN in three quarters of the map
        lambda x, y: (x - 9).log() + y,  # NaN everywhere
        lambda x, y: x * 0 + y * 0,  # flat
        lambda x, y: (x * 1e154) ** 2 + y,  # near the largest number there is
        lambda x, y: 1 / (x * x + y * y),
        lambda x, y: (x > 0) * 1.0 * x + y,
        lambda x, y: x * 1e-300 + y * 1e-300,
    ],
)
def test_functions_that_are_not_smooth_or_not_finite(function: Any) -> None:
    paths = OptimizerPaths(function, {"SGD": 0.1, "Adam": 0.1}, steps=5)
    json.dumps(paths.paths, allow_nan=False)
    ET.fromstring(paths.paths["svg"])
    ET.fromstring(picture(paths._map, paths.descents))
    assert "nan" not in paths.paths["svg"]
    assert "inf" not in paths.paths["svg"]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "</script><b>", "a\x00b", "w" * 5000, "\ud800"])
def test_hostile_names(name: str, tmp_path: Path) -> None:
    def function(x: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        return x**2 + y**2

    function.__name__ = name
    paths = OptimizerPaths(function, {name: lambda p: mg.optim.SGD(p, lr=0.1)}, steps=2)
    ET.fromstring(picture(paths._map, paths.descents))
    for text in (paths.paths["svg"], html(paths)):
        assert "<img src=x" not in text
        assert "<b>" not in text
    paths.export_html(tmp_path / "paths.html")


def test_integers_and_no_steps_and_many() -> None:
    assert OptimizerPaths("bowl", {"SGD": 1}, (1, 2), x=(-3, 3), steps=0).paths["paths"][0]["arrows"] == []
    long = OptimizerPaths("ravine", {"SGD": 0.1, "Adam": 0.1}, steps=1000)
    assert len(json.dumps(long.paths)) < 800_000


def test_what_it_refuses() -> None:
    with pytest.raises(ValueError, match=r"from 1 to 8 optimizers, .* but got 0"):
        OptimizerPaths("bowl", {})
    with pytest.raises(ValueError, match="but got 9"):
        OptimizerPaths("bowl", {str(i): lambda p: mg.optim.SGD(p, lr=0.1) for i in range(9)})
    with pytest.raises(ValueError, match="from 0 to 1000 steps, but got steps=1001"):
        OptimizerPaths("bowl", {"SGD": 0.1}, steps=1001)


def test_eight_paths_tell_apart() -> None:
    paths = OptimizerPaths("bowl", {str(i): lambda p: mg.optim.SGD(p, lr=0.1) for i in range(8)}, steps=1)
    looks = {(x["colour"], x["dash"], x["shape"], x["hollow"]) for x in paths.paths["paths"]}
    assert len(looks) == 8


# -- without a kernel --------------------------------------------------------------------------------------------------


def test_the_static_fallback_has_the_picture_and_where_they_end() -> None:
    paths = OptimizerPaths("ravine", THREE, steps=20)
    data = paths._repr_mimebundle_()[0]
    assert data["text/plain"] == "<OptimizerPaths: ravine, SGD, momentum and Adam, 20 steps>"
    (image,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', data["text/html"])
    drawn = base64.b64decode(image).decode()
    assert drawn.count('class="mg-path"') == 3
    cells = re.findall(r'<td style="text-align:left">(.*?)</td>', data["text/html"])
    for i, descent in enumerate(paths.descents):
        assert cells[5 * i] == descent.name
        assert pair(cells[5 * i + 2]) == pytest.approx(descent.end, rel=1e-3)
    assert len(data["text/html"]) < 120_000


def test_export_html_has_everything_and_asks_nobody(tmp_path: Path) -> None:
    paths = OptimizerPaths("ravine", THREE, steps=20)
    paths.step = 7
    paths.export_html(tmp_path / "paths.html")
    text = (tmp_path / "paths.html").read_text(encoding="utf-8")
    state = json.loads(re.findall(r'id="state">(.*?)</script>', text)[0])
    assert (state["step"], state["movable"]) == (7, False)
    assert state["paths"]["paths"][0]["rows"] == paths.paths["paths"][0]["rows"]
    assert set(re.findall(r"https?://[^\s\\\"')]+", text)) <= {"http://www.w3.org/2000/svg"}


PROGRAM = """
from micrograd_nb.widgets import OptimizerPaths
print(OptimizerPaths("rosenbrock", {"SGD": 1e-4, "Adam": 0.1}, steps=30)._repr_mimebundle_()[0]["text/html"])
"""


def test_it_is_the_same_with_every_hash_seed() -> None:
    def run(seed: str) -> str:
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(mg.__file__).parents[1]), "PATH": ""}
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True)
        return done.stdout

    assert run("1") == run("2")
