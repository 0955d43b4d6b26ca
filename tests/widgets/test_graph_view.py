"""GraphView in Python: its state, what the page gets, its static fallback, and that closing frees everything."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
import weakref
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph
from micrograd_nb.widgets import GraphView
from tests.widgets.test_stepper import HOSTILE, blocks

PROGRAM = """
import micrograd_nb as mg
from micrograd_nb.widgets import GraphView
mg.manual_seed(0)
net = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 1))
loss = net(mg.ones(2, 3)).sum()
print(GraphView(loss, detail="modules")._repr_mimebundle_()[0]["text/html"])
"""


def small() -> GraphView:
    a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(-3.0, requires_grad=True)
    return GraphView(a * b + a, names={"a": a, "b": b})


def view() -> GraphView:
    loss, net = blocks(2)
    return GraphView(loss, names={"net": net})


def seen(one: GraphView) -> str:
    """Everything that the page gets."""
    return json.dumps(one.get_state(one.keys), default=str, ensure_ascii=False)


def test_repr_is_short_and_stable() -> None:
    assert repr(small()) == "<GraphView: 6 of 6 nodes>"


def test_names_come_from_the_caller() -> None:
    left = mg.tensor(2.0, requires_grad=True)
    assert "left" in [item["name"] for item in GraphView(left * left).picture["items"].values()]


def test_a_graph_that_was_read_before_and_what_is_none() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    read = Graph.read(a * a, {"a": a}, values=True)
    assert GraphView(read).graph == read
    with pytest.raises(TypeError, match="a graph is read from a Tensor"):
        GraphView([1, 2])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="there is no graph"):
        GraphView(mg.ones(2))


def test_the_page_opens_what_python_offers() -> None:
    one = view()
    one.collapse()
    (box,) = [id for id, item in one.picture["items"].items() if item["toggle"]]
    one._handle_custom_msg({"kind": "go", "key": one.picture["items"][box]["toggle"]}, [])
    assert [item["name"] for item in one.picture["items"].values() if item["toggle"]] == ["net", "0 – 1"]
    assert one.place.opened == {box}


@pytest.mark.parametrize("content", [{}, "text", {"kind": "go"}, {"kind": "go", "key": "values:m99"}, {"kind": "x"}])
def test_nonsense_from_the_page_changes_nothing(content: object) -> None:
    one = view()
    before = seen(one)
    one._handle_custom_msg(content, [])
    assert seen(one) == before


def test_expand_and_collapse_by_paths() -> None:
    one = view()
    one.collapse("0", "1")
    names = [item["name"] for item in one.picture["items"].values() if item["toggle"]]
    assert names == ["net", "0 – 1"]
    one.expand("1.linear")
    names = [item["name"] for item in one.picture["items"].values() if item["toggle"]]
    assert names == ["net", "0", "1", "1.linear"]
    with pytest.raises(ValueError, match='there is no module "7"'):
        one.expand("7")


def test_a_large_graph_collapses_by_itself_and_refuses_to_open_all() -> None:
    loss, net = blocks(120)
    one = GraphView(loss, names={"net": net})
    assert one.picture["count"] <= 60
    assert one.picture["total"] > 600
    key = one.picture["keys"]["everything"]
    before = one.picture
    one._handle_custom_msg({"kind": "go", "key": key}, [])
    assert one.notice.startswith("This would draw ")
    assert one.picture is before
    with pytest.raises(ValueError, match="more than 400 cannot be read"):
        one.expand()
    one.collapse()
    assert one.notice == ""


def test_a_chain_without_modules_is_refused_at_once_with_what_to_do() -> None:
    x = mg.tensor(1.0, requires_grad=True)
    loss = x
    for _ in range(5000):
        loss = loss + x
    start = time.process_time()
    with pytest.raises(ValueError, match=r"10001 nodes \(5000 functions\).*GraphView\(hidden\)"):
        GraphView(loss)
    assert time.process_time() - start < 5


def test_sixty_nodes_are_less_than_half_a_megabyte() -> None:
    loss, net = blocks(7)
    one = GraphView(loss, detail="full", names={"net": net})
    assert 55 <= one.picture["count"] <= 65
    assert len(seen(one).encode()) < 500_000


def test_the_fallback_has_the_picture_and_every_node() -> None:
    html = small()._repr_mimebundle_()[0]["text/html"]
    assert html.count("<img ") == 1
    assert html.count("<tr>") == 1 + 6
    assert "shape: (); dtype: float32; value: −4" in html


def test_the_same_html_in_every_process() -> None:
    found = set()
    for seed in "012":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, env=environment, check=True, text=True
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert "Tanh" in found.pop()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str, tmp_path: Path) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    one = GraphView(a * a, names={name: a})
    one.export_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("</script") == 2
    assert "<img src=x" not in page
    assert "<img src=x" not in one.picture["svg"] + one._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((0, 3), np.float32),
        np.array([np.nan, np.inf, -np.inf], np.float32),
        np.full((600, 600), 1e30, np.float32),
        np.array(1e-30),
    ],
    ids=["empty", "not finite", "huge", "tiny"],
)
def test_any_tensor_can_be_looked_at(x: np.ndarray, tmp_path: Path) -> None:
    w = mg.tensor(x, requires_grad=True)
    one = GraphView((w * 2.0 + w).sum())
    one.export_html(tmp_path / "page.html")
    text = seen(one)
    assert len(text) < 100_000
    json.dumps(one.picture, allow_nan=False)


def test_integers_are_shown_as_the_floats_that_they_became() -> None:
    norm, counts = nn.BatchNorm1d(3).eval(), mg.tensor([1, 2, 3])
    one = GraphView((norm(mg.ones(2, 3)) * counts).sum(), names={"norm": norm, "counts": counts})
    told = [item["spoken"] for item in one.picture["items"].values()]
    assert any("shape (3,), 3 elements, dtype float32, value [1, 2, 3], used by Mul" in spoken for spoken in told)
    assert any(spoken.startswith("parameter weight, shape (3,)") for spoken in told)


def test_pytorchs_loss_can_be_looked_at(torch: ModuleType) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    one = GraphView(net(torch.ones(4, 3)).sum(), names={"net": net})
    weight = next(item for item in one.picture["items"].values() if item["name"] == "0.weight")
    assert list(weight["rows"][0]) == ["shape", "(2, 3), 6 elements", None]


def test_an_exported_page_has_the_nearest_views_in_it(tmp_path: Path) -> None:
    one = view()
    one.export_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    state = json.loads(text.partition('id="state">')[2].partition("</script>")[0])
    assert len(state["stored"]) == 24
    assert set(state["picture"]["keys"].values()) <= {*state["stored"], ""}
    for item in state["picture"]["items"].values():
        assert item["toggle"] in {*state["stored"], ""}


def test_closing_frees_everything() -> None:
    w = mg.tensor(2.0, requires_grad=True)
    loss = (w * 3.0).exp()
    nodes = [weakref.ref(loss.grad_fn), weakref.ref(w)]
    one = GraphView(loss, names={"loss": loss})
    graph, explorer = weakref.ref(one.graph), weakref.ref(one._explorer)
    del loss, w
    gc.collect()
    assert [node() for node in nodes] == [None, None]  # not even an open one keeps the engine's graph
    one.close()
    gc.collect()
    assert (graph(), explorer()) == (None, None)
    assert repr(one) == "<GraphView: 6 of 6 nodes>"
    one.close()
    with pytest.raises(RuntimeError, match="closed"):
        one.expand()
