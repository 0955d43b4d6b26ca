"""Graphs in other forms: JSON, which reads back to the same graph; networkx; SVG and PNG files."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph, draw, png
from micrograd_nb.graph.views import modules, operations
from tests.graph.random_graphs import random_graph

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"];evil[label="x',
    "a\\nb",
    "<b>w</b>",
    "& <",
    "\\N",
    "日本",
    "a\nb",
    "</title>",
    "p1",
    "a\x00b\x1b",
    "\ud800",
    "w" * 1000,
]


# -- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(30))
def test_json_reads_back_to_the_same_graph(seed: int) -> None:
    loss, leaves = random_graph(seed)
    graph = Graph.read(loss, leaves, values=True)
    again = Graph.from_json(graph.to_json())
    assert again == graph
    for node, copy in zip(graph.nodes, again.nodes, strict=True):
        for x, y in ((node.value, copy.value), (node.grad, copy.grad)):
            assert (x is None) == (y is None)
            if x is not None:
                assert (x.dtype, x.shape) == (y.dtype, y.shape)
                np.testing.assert_array_equal(x, y)  # to the last digit


def test_json_keeps_what_is_not_finite_and_stays_json() -> None:
    w = mg.tensor([float("nan"), float("inf"), -float("inf"), 1e-45, 0.1], requires_grad=True)
    text = Graph.read(w * 1.0, values=True).to_json()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    np.testing.assert_array_equal(Graph.from_json(text)["p1"].value, w.detach().numpy())


def test_json_keeps_dtypes() -> None:
    w, index, mask = mg.ones(3, requires_grad=True), mg.tensor([2, 0]), mg.tensor([True, False, True])
    graph = Graph.read(mg.where(mask, w, w * 2)[index].double().sum(), values=True)
    again = Graph.from_json(graph.to_json(indent=2))
    assert {n.value.dtype.name for n in again.nodes if n.value is not None} >= {"float32", "float64", "bool"}


def test_json_of_modules_and_views() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Linear(2, 2)))
    graph = Graph.read(model(mg.ones(1, 2)).sum(), values=True)
    again = Graph.from_json(graph.to_json())
    assert again.calls == graph.calls
    assert modules(again) == modules(graph)
    assert operations(again) == operations(graph)
    assert draw(again, detail="modules").svg == draw(graph, detail="modules").svg


@pytest.mark.parametrize("name", HOSTILE)
def test_json_of_hostile_names(name: str) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    graph = Graph.read(a * a, {name: a})
    assert Graph.from_json(graph.to_json())["p1"].name == name


def test_other_json_is_refused() -> None:
    graph = Graph.read(mg.ones(1, requires_grad=True) * 2)
    written = json.loads(graph.to_json())
    for text, message in (
        ("{}", 'this JSON holds no graph: it has no "format"'),
        ("[1]", "this JSON holds no graph"),
        ("no json", "Expecting value"),
        (json.dumps(written | {"version": 99}), "written as version 99, and this micrograd_nb reads 1"),
        (json.dumps({k: v for k, v in written.items() if k != "edges"}), "not whole: 'edges'"),
        (json.dumps(written | {"nodes": [{"identity": "p1"}]}), "not whole"),
    ):
        with pytest.raises(ValueError, match=message):
            Graph.from_json(text)


# -- networkx ----------------------------------------------------------------------------------------------------------


def test_networkx_has_every_node_and_every_edge() -> None:
    networkx = pytest.importorskip("networkx", reason="networkx is not installed: pip install networkx")
    a = mg.tensor(2.0, requires_grad=True)
    b = a + a
    made = Graph.read(b * 3.0, values=True).to_networkx()
    assert networkx.is_directed_acyclic_graph(made)
    assert list(made.edges(keys=True)) == [
        ("p1", "f1", 0),
        ("p1", "f1", 1),
        ("f1", "o1", 0),
        ("o1", "f2", 0),
        ("k1", "f2", 1),
        ("f2", "o2", 0),
    ]
    assert made.nodes["p1"]["kind"] == "parameter"
    assert made.nodes["o1"]["name"] == "b"
    assert made.nodes["o1"]["value"] == 4.0
    assert networkx.shortest_path(made, "p1", "o2") == ["p1", "f1", "o1", "f2", "o2"]


def test_without_networkx_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(ImportError, match="pip install networkx"):
        Graph.read(mg.ones(1, requires_grad=True) * 2).to_networkx()


# -- files -------------------------------------------------------------------------------------------------------------


def test_save_svg(tmp_path: Path) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    picture = draw(a * a)
    picture.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == picture.svg


def test_save_as_something_else_is_an_error(tmp_path: Path) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    with pytest.raises(ValueError, match=r'as "\.svg" or "\.png", not as "\.jpg": graph.jpg'):
        draw(a * a).save(tmp_path / "graph.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(png.converter() is None, reason="no converter from SVG to PNG: install rsvg-convert or Chromium")
def test_png_is_the_picture(tmp_path: Path) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    picture = draw(a * a, legend=False)
    picture.save(tmp_path / "graph.png")
    image = Image.open(tmp_path / "graph.png").convert("RGBA")
    width, height = (float(x) for x in picture.svg.partition('viewBox="0.00 0.00 ')[2].partition('"')[0].split())
    assert image.size == (round(2 * width), round(2 * height))
    pixels = np.asarray(image)
    assert pixels[0, 0, 3] == 0  # the ground is transparent
    blue = np.abs(pixels[..., :3].astype(int) - (0x00, 0x72, 0xB2)).max(axis=-1) < 8
    assert blue.sum() > 100  # the frame of a parameter
    assert Image.open(io.BytesIO(picture.png(scale=1))).size == (round(width), round(height))


def test_png_refuses_a_scale_of_nothing() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    for scale in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="scale is how many times"):
            draw(a * a).png(scale)


def test_without_a_converter_the_error_names_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert png.converter() is None
    a = mg.tensor(2.0, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"pip install cairosvg.*rsvg-convert.*Inkscape and Chromium.*graph\.svg"):
        draw(a * a).save(tmp_path / "graph.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["rsvg-convert", "inkscape", "chromium"])
@pytest.mark.parametrize("works", [True, False])
def test_a_program_gets_the_svg_and_says_what_fails(
    name: str, works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for the program: it copies the SVG to where the PNG is wanted, or fails."""
    program = tmp_path / name
    program.write_text(
        f"#!{sys.executable}\nimport sys, urllib.parse, shutil\n"
        f"if not {works}: sys.exit('it broke')\n"
        "target = next(a.partition('=')[2] for a in sys.argv if a.endswith('graph.png'))\n"
        "shutil.copy(urllib.parse.unquote(sys.argv[-1].removeprefix('file://')), target)\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(png, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert png.converter() == name
    svg = draw(mg.ones(1, requires_grad=True) * 2).svg
    if works:
        assert png.png(svg).decode().startswith('<svg width="')
    else:
        with pytest.raises(RuntimeError, match="made no PNG: it broke"):
            png.png(svg)


def test_a_program_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "rsvg-convert"
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    program.chmod(0o755)
    monkeypatch.setattr(png, "find_spec", lambda name: None)
    monkeypatch.setattr(png, "SECONDS", 0.5)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"no PNG in 0\.5 seconds"):
        png.png(draw(mg.ones(1, requires_grad=True) * 2).svg)


def test_dot_takes_the_options_of_draw_and_has_no_limit() -> None:
    y = a = mg.tensor(2.0, requires_grad=True)
    for _ in range(500):
        y = y + a
    text = mg.graph.dot(y, direction="TB", detail="operations")
    assert text.startswith("digraph {")
    assert "rankdir=TB" in text
    assert text.count(" -> ") == 2 * 500 + 1
