"""What a trace is made of: the parts of a step, tensors, the forward pass, and a smaller view of the graph."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph, views
from micrograd_nb.graph.source import with_shapes
from micrograd_nb.graph.trace import TensorView, Trace, TraceStep, folded
from tests.graph.random_graphs import random_graph


def kinds(step: TraceStep) -> list[str]:
    return [part.kind for part in step.parts]


# -- parts


def test_an_edge_has_its_parts_in_the_order_in_which_they_happen() -> None:
    w, x = mg.ones(2, requires_grad=True), mg.ones(3, 2)
    steps = Trace.record((x * w).sum(), names={"w": w, "x": x}).steps
    assert kinds(steps[2]) == ["ready", "skip", "local", "product", "reduce", "receive", "free"]
    skip, free = (next(part for part in steps[2].parts if part.kind == kind) for kind in ("skip", "free"))
    assert skip.rows[0].text == "x needs no gradient, and gets none"
    assert free.rows[0].text == "backward() now lets go of what Mul #1 saved: input"
    assert [name for name, _ in steps[2].rows if name in ("skip", "free")] == []


def test_a_skipped_last_input_is_told_before_what_is_freed() -> None:
    w = mg.tensor(2.0, requires_grad=True)
    assert kinds(Trace.record(w * 3.0, names={"w": w}).steps[1])[-3:] == ["receive", "skip", "free"]


def test_nothing_is_freed_where_nothing_was_saved() -> None:
    w = mg.tensor(2.0, requires_grad=True)
    assert "free" not in kinds(Trace.record(w + w).steps[2])


def test_only_what_has_arrived_is_written_below_a_value() -> None:
    w = mg.tensor(2.0, requires_grad=True)
    step = Trace.record(w * 3.0, names={"w": w}).steps[1]
    assert [part.kind for part in step.parts if part.notes] == ["receive"]


def test_finished_is_told_once_and_in_the_end_of_all() -> None:
    for seed in range(20):
        trace = Trace.record(random_graph(seed)[0])
        finished = [id for step in trace.steps for id in step.finished]
        assert sorted(finished) == sorted([*trace.graph.functions, *trace.graph.leaves])


def test_an_error_in_the_middle_is_the_last_step() -> None:
    w = mg.tensor([1.0, 2.0], requires_grad=True)
    y = w.exp()
    loss = (y * 2.0).sum()
    with mg.no_grad():
        y.add_(1.0)
    steps = Trace.record(loss, names={"w": w}).steps
    assert [step.kind for step in steps] == ["seed", "send", "send", "error"]
    assert dict(steps[-1].rows)["error"].startswith("one of the variables needed for gradient computation has been")


@pytest.mark.parametrize("seed", range(200))
def test_each_reduction_names_the_axes_that_were_summed(seed: int) -> None:
    """`(3, 2) → sum axis 0 → (2,)`, done with NumPy to the product, gives what arrived."""
    for step in Trace.record(random_graph(seed)[0]).steps:
        if step.facts is None or not any(part.kind == "reduce" for part in step.parts):
            continue
        shape, axes, small = re.match(r"(\(.*?\)) → sum axis ([\d, ]*) → (\(.*?\))", dict(step.rows)["reduce"]).groups()
        assert shape == str(step.facts.product.shape)
        named = tuple(int(axis) for axis in axes.split(", ") if axis)
        summed = step.facts.product.sum(named).reshape(eval(small))
        np.testing.assert_allclose(summed, step.facts.contribution, rtol=1e-12)


# -- products of matrices


def test_a_product_of_matrices_is_told_with_its_shapes() -> None:
    X, W = mg.randn(32, 2), mg.randn(2, 8, requires_grad=True)
    trace = Trace.record((X @ W).sum(), names={"X": X, "W": W})
    step = next(step for step in trace.steps if step.edge == "p1-f1-1")
    assert dict(step.rows)["send"].startswith("Xᵀ (2, 32) @ G (32, 8) → (2, 8)")


@pytest.mark.parametrize("rows", [(), (5,)])
def test_a_linear_layer_too(rows: tuple[int, ...]) -> None:
    layer, x = nn.Linear(3, 4), mg.randn(*rows, 6, 3)
    trace = Trace.record(layer(x).sum(), names={"x": x, "layer": layer})
    step = next(step for step in trace.steps if "Gᵀ" in dict(step.rows).get("send", ""))
    n = 6 * (rows or (1,))[0]
    assert dict(step.rows)["send"].startswith(f"Gᵀ (4, {n}) @ x ({n}, 3) → (4, 3)")


@pytest.mark.parametrize("seed", range(60))
def test_shapes_of_a_product_fit(seed: int) -> None:
    for step in Trace.record(random_graph(seed)[0]).steps:
        found = re.match(
            r"\S+ \((\d+), (\d+)\) @ \S+ \((\d+), (\d+)\) → \((\d+), (\d+)\)", dict(step.rows).get("send", "")
        )
        if found:
            rows, inner, same, columns, *result = map(int, found.groups())
            assert inner == same
            assert [rows, columns] == result == list(step.facts.product.shape)


def test_what_is_no_product_of_matrices_is_none() -> None:
    assert with_shapes("g * other", {"g": ("G", np.ones(2)), "other": ("b", np.ones(2))}) is None
    assert with_shapes("np.outer(g, x)", {"g": ("G", np.ones(2)), "x": ("b", np.ones(2))}) is None
    assert with_shapes("g.dot(unknown.T)", {"g": ("G", np.ones((2, 2)))}) is None


# -- tensors


def pixels(view: TensorView) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(view.heat[0].partition(",")[2]))))


def test_a_small_tensor_needs_no_view() -> None:
    assert TensorView.of(np.ones(16)) is None


def test_a_heat_map_is_centred_on_zero() -> None:
    matrix = np.zeros((4, 5))
    matrix[0, 0], matrix[1, 2], matrix[3, 4] = -2.0, 1.0, np.nan
    view = TensorView(matrix)
    picture = pixels(view)
    assert picture.shape == (4, 5, 4)
    assert tuple(picture[0, 0]) == (0x00, 0x72, 0xB2, 255)  # the strongest
    assert tuple(picture[1, 2, :3]) == (0xD5, 0x5E, 0x00)
    assert 120 <= picture[1, 2, 3] <= 140  # half as strong
    assert tuple(picture[3, 4]) == (0xCC, 0x79, 0xA7, 255)
    assert picture[2, 2, 3] == 0
    assert dict(view.written())["scale"] == "−2 … 0 … 2"
    assert view.facts == "min −2 · mean −0.05263 · max 1 · 1 NaN · 17 zeros"


@pytest.mark.parametrize(
    ("x", "drawn"),
    [
        (np.arange(1000).reshape(10, 100), False),
        (np.arange(32 * 32).reshape(32, 32), True),
        (np.ones((2, 3, 4)) * np.inf, True),
        (np.full(20, np.nan), True),
        (np.zeros(20, bool), True),
        (np.zeros((20, 20), np.int64), True),
        (np.full(20, 1e308) * np.array([1, -1] * 10), True),
    ],
)
def test_any_tensor_has_a_view(x: np.ndarray, drawn: bool) -> None:
    view = TensorView.of(x)
    assert bool(view.heat[0]) is drawn
    assert view.shape == str(x.shape)
    if drawn:
        assert pixels(view).shape == (view.rows, view.columns, 4)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 4)])
def test_an_empty_tensor_goes_through(shape: tuple[int, ...]) -> None:
    w = mg.ones(*shape, requires_grad=True)
    trace = Trace.record((w * 2.0).sum(), names={"w": w})
    assert trace.gradients["p1"].shape == shape
    assert Trace.forward(trace.graph).steps[-1].kind == "done"


def test_nan_and_integers_go_through() -> None:
    w, index = mg.tensor([1.0, float("nan"), 0.0], requires_grad=True), mg.tensor([2, 0])
    trace = Trace.record((w[index] / w[index]).sum(), names={"w": w, "index": index})
    assert "nan" in dict(trace.steps[-1].rows)["w"]
    assert Trace.forward(trace.graph).steps


# -- forward


def test_forward_makes_everything_once_in_the_order_of_running() -> None:
    for seed in range(30):
        graph = Graph.read(random_graph(seed)[0], {}, values=True)
        steps = Trace.forward(graph).steps
        born = [id for step in steps for id in step.born]
        assert sorted(born) == sorted([*(node.id for node in graph.nodes), *(edge.id for edge in graph.edges)])
        assert [step.focus for step in steps[:-1]] == list(graph.functions)


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_forward_formulas_recompute(seed: int) -> None:
    graph = Graph.read(random_graph(seed, scalar=True)[0], {}, values=True)
    checked = 0
    for step in Trace.forward(graph).steps:
        left, equals, right = dict(step.rows).get("value", "").partition(" = ")
        if equals:
            value = eval(left.replace("−", "-").replace("×", "*"))
            np.testing.assert_allclose(value, float(right.replace("−", "-")), rtol=2e-2, atol=2e-3)
            checked += 1
    assert checked


# -- views


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x + self.linear(x).tanh()


@pytest.fixture(autouse=True)
def lines() -> None:
    mg.autograd.record_lines()


def deep(count: int) -> mg.Tensor:
    return (nn.Sequential(*[Block() for _ in range(count)])(mg.randn(4, 8)) ** 2).mean()


@pytest.mark.parametrize("detail", ["operations", "modules"])
@pytest.mark.parametrize("forward", [False, True])
def test_a_view_has_all_that_happens_to_what_it_shows(detail: str, forward: bool) -> None:
    trace = Trace.record(deep(12))
    trace = Trace.forward(trace.graph) if forward else trace
    shown, homes = views.placed(trace.graph, detail)
    seen = folded(trace, shown, homes)
    ids = {node.id for node in shown.nodes}
    edges = {edge.id for edge in shown.edges}
    assert all(step.focus in ids for step in seen.steps)
    assert all(edge in edges for step in seen.steps for edge in step.edges)
    assert all(id in ids for step in seen.steps for id in (*step.notes, *step.finished))
    if forward:
        assert {id for step in seen.steps for id in step.born} == ids | edges
    else:
        passed = {edge for step in seen.steps for edge in step.edges}
        learned = {node.id for node in shown.nodes if node.kind in ("function", "module", "parameter")}
        assert {id for step in seen.steps for id in step.finished} == learned
        assert passed == {e.id for e in shown.edges if shown[e.source].kind not in ("input", "constant")
                          and shown[e.target].kind != "output"}  # fmt: skip


def test_a_row_of_blocks_is_one_step() -> None:
    trace = Trace.record(deep(12))
    shown, homes = views.placed(trace.graph, "modules")
    steps = folded(trace, shown, homes).steps
    inside = [step for step in steps if step.kind == "module"]
    assert len(steps) == 6 or len(inside) <= 3
    assert inside[0].title.endswith("Block ×12")
    assert dict(inside[0].rows)["inside"] == "36 functions"
    assert inside[-1].notes[inside[-1].focus] == ("24 gradients kept", "kept")


def test_a_full_view_is_the_trace_itself() -> None:
    trace = Trace.record(deep(1))
    assert folded(trace, *views.placed(trace.graph, "full")) is trace
