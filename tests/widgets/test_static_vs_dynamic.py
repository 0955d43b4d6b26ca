"""StaticVsDynamic in Python: what the page gets, its static fallback, and that closing frees everything."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.widgets import StaticVsDynamic
from tests.graph.test_contrast import f, halve
from tests.widgets.test_stepper import HOSTILE

PROGRAM = """import micrograd_nb as mg
from micrograd_nb.widgets import StaticVsDynamic
def f(x):
    if x > 0:
        return x * x
    return -x
print(StaticVsDynamic(f, mg.tensor(3.0), mg.tensor(-3.0))._repr_mimebundle_()[0]["text/html"])
"""


def view() -> StaticVsDynamic:
    return StaticVsDynamic(f, mg.tensor(3.0), mg.tensor(-3.0))


def seen(one: StaticVsDynamic) -> str:
    """Everything that the page gets."""
    return json.dumps(one.get_state(one.keys), default=str, ensure_ascii=False)


def test_repr_is_short_and_stable() -> None:
    assert repr(view()) == "<StaticVsDynamic: 11 steps, the stale trace says 9, where 3 is right>"


def test_step_stays_in_range() -> None:
    one = view()
    one.step = 100
    assert one.step == 11
    one.step = -1
    assert one.step == 0


def test_every_id_of_the_story_is_in_a_picture_and_all_of_a_tape_comes_up() -> None:
    for one in (view(), StaticVsDynamic(halve, mg.tensor(5.0), mg.tensor(1e6))):
        story = one.story
        pictures = "".join(run["svg"] for run in story["runs"]) + story["captured"]["svg"]
        for step in story["steps"]:
            for id in [*step["born"], *step["notes"], *filter(None, [step["focus"]])]:
                assert f'id="{id}"'.replace("-", "&#45;") in pictures.replace("-", "&#45;"), id
        for number, run in enumerate(story["runs"]):
            born = [id for step in story["steps"] if step["run"] == number for id in step["born"]]
            assert len(born) == len(set(born)) == run["svg"].count('class="node ') + run["svg"].count('class="edge ')


def test_a_long_tape_is_drawn_without_the_values_in_between() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        for _ in range(40):
            x = (x + 1).tanh()
        return x

    one = StaticVsDynamic(g, mg.tensor(0.0), mg.tensor(1.0))
    assert one.story["runs"][0]["svg"].count('class="node intermediate"') == 0
    assert len(seen(one)) < 500_000


def test_no_number_stands_in_the_captured_picture_before_its_step() -> None:
    assert ">9<" not in view().story["captured"]["svg"]


def test_the_fallback_has_the_source_the_pictures_and_every_step() -> None:
    html = view()._repr_mimebundle_()[0]["text/html"]
    assert html.count("<img ") == 3
    assert html.count("not run") == 2
    assert html.count("<tr>") == 1 + 4 + 1 + 11
    assert "the stale trace 9: wrong" in html


def test_the_same_html_in_every_process(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    found = set()
    for seed in "012":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, program], capture_output=True, env=environment, check=True, text=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert "Greater" in found.pop()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str, tmp_path: Path) -> None:
    w = mg.tensor(2.0, requires_grad=True)

    def g(x: mg.Tensor, word: str) -> mg.Tensor:
        return x * w

    g.__name__ = name
    one = StaticVsDynamic(g, (mg.tensor(1.0), name), (mg.tensor(2.0), name), names={name: w})
    one.export_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("</script") == 2
    assert "<img src=x" not in page
    assert "<img src=x" not in one._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((0, 3), np.float32),
        np.array([np.nan, np.inf, -np.inf], np.float32),
        np.full((600, 600), 1e30, np.float32),
        np.array([1, 2]),
    ],
    ids=["empty", "not finite", "huge", "integers"],
)
def test_any_tensor_can_be_an_input(x: np.ndarray, tmp_path: Path) -> None:
    one = StaticVsDynamic(lambda x: (x * 2 + x).sum(), mg.tensor(x), mg.tensor(x))
    one.export_html(tmp_path / "page.html")
    assert len(seen(one)) < 150_000
    json.dumps(one.story, allow_nan=False)


def test_what_cannot_be_captured_is_told_in_its_place() -> None:
    one = StaticVsDynamic(lambda x: x[x > 0].sum(), mg.ones(3), -mg.ones(3))
    assert one.story["captured"]["svg"] == ""
    assert "an index by a traced mask" in one.story["captured"]["description"]
    assert "an index by a traced mask" in one._repr_mimebundle_()[0]["text/html"]


def gated() -> tuple[StaticVsDynamic, weakref.ref[mg.Tensor]]:
    """A view of a function that uses a tensor, which nobody else has."""
    w = mg.tensor(2.0, requires_grad=True)
    return StaticVsDynamic(lambda x: x * w if x > 0 else w, mg.tensor(1.0), mg.tensor(-1.0)), weakref.ref(w)


def test_closing_frees_everything() -> None:
    one, kept = gated()
    gc.collect()
    assert kept() is None  # not even an open one keeps what the function used
    data = weakref.ref(one.contrast)
    one.close()
    gc.collect()
    assert data() is None
    assert repr(one).startswith("<StaticVsDynamic: ")
    one.close()
