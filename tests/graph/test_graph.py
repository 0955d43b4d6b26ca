"""Graphs as data: what is read from our own tensors."""

from __future__ import annotations

import gc
import weakref
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.autograd import Function
from micrograd_nb.graph import Graph
from tests.graph.random_graphs import random_graph


def loss_of_three() -> tuple[mg.Tensor, dict[str, mg.Tensor]]:
    x, w, b = mg.tensor([1.0, 2.0]), mg.tensor([3.0, 4.0], requires_grad=True), mg.tensor(0.5, requires_grad=True)
    return (x * w + b).sum(), {"x": x, "w": w, "b": b}


class SquareAndNext(Function):
    """Two outputs: x² and x + 1."""

    @staticmethod
    def forward(ctx, x, unused):
        ctx.save_for_backward(x)
        return x * x, x + 1

    @staticmethod
    def backward(ctx, grad_square, grad_next):
        (x,) = ctx.saved_tensors
        return grad_square * 2 * x + grad_next, None


# -- what is in it -----------------------------------------------------------------------------------------------------


def test_graph_is_what_was_computed() -> None:
    loss, names = loss_of_three()
    graph = Graph.read(loss, names, values=True)
    assert [(n.id, n.kind, n.name, n.shape, n.dtype) for n in graph.nodes] == [
        ("x1", "input", "x", (2,), "float32"),
        ("p1", "parameter", "w", (2,), "float32"),
        ("f1", "function", "Mul", None, ""),
        ("o1", "intermediate", "", (2,), "float32"),
        ("p2", "parameter", "b", (), "float32"),
        ("f2", "function", "Add", None, ""),
        ("o2", "intermediate", "", (2,), "float32"),
        ("f3", "function", "Sum", None, ""),
        ("o3", "output", "", (), "float32"),
    ]
    edges = "x1-f1-0 p1-f1-1 f1-o1 o1-f2-0 p2-f2-1 f2-o2 o2-f3-0 f3-o3"
    assert [e.id for e in graph.edges] == edges.split()
    np.testing.assert_array_equal(graph["o1"].value, [3.0, 8.0])
    assert graph.root is graph["o3"]
    assert [e.id for e in graph.incoming["f2"]] == ["o1-f2-0", "p2-f2-1"]
    assert [e.id for e in graph.outgoing["o1"]] == ["o1-f2-0"]


def test_a_graph_is_frozen_and_equal_to_the_same_one_read_again() -> None:
    loss, names = loss_of_three()
    graph = Graph.read(loss, names)
    assert graph == Graph.read(loss, names)
    assert graph != Graph.read(loss, {})
    with pytest.raises(FrozenInstanceError):
        graph.nodes = ()  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        graph.nodes[0].name = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        Graph.read(loss, names, values=True)["p1"].value[0] = 0.0


def test_values_are_copies_and_only_there_on_request() -> None:
    loss, names = loss_of_three()
    loss.backward(retain_graph=True)
    graph, without = Graph.read(loss, names, values=True), Graph.read(loss, names)
    with mg.no_grad():
        names["w"].zero_()
        names["w"].grad.zero_()
    np.testing.assert_array_equal(graph["p1"].value, [3.0, 4.0])
    np.testing.assert_array_equal(graph["p1"].grad, [1.0, 2.0])
    assert all(node.value is None and node.grad is None for node in without.nodes)
    assert without["p1"].shape == (2,)


def test_the_line_of_each_function() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0  # one line
    c = b + 1.0  # another
    lines = [node.line for node in Graph.read(c).nodes if node.kind == "function"]
    assert [file for file, _ in lines] == [__file__] * 2
    assert lines[1][1] - lines[0][1] == 1


def test_a_plus_a_is_two_edges_and_a_shared_value_is_one_node() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a + a
    graph = Graph.read(b * b.exp())
    assert [e.id for e in graph.edges if e.target == "f1"] == ["p1-f1-0", "p1-f1-1"]
    assert [e.id for e in graph.outgoing["o1"]] == ["o1-f2-0", "o1-f3-0"]
    assert graph.count("parameter") == 1
    assert graph.count("intermediate") == 2


def test_the_same_input_is_one_node_and_equal_ones_are_two() -> None:
    w, x, same = mg.ones(2, requires_grad=True), mg.ones(2), mg.ones(2)
    graph = Graph.read((w * x + x * same * w).sum())
    assert [n.name for n in graph.nodes if n.kind == "input"] == ["x", ""]  # x * same needs no gradient: one number


def test_constants_have_their_numbers() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    graph = Graph.read((a * 3 + np.float64(0.5)) ** 2, values=True)
    assert [(n.name, n.value.item()) for n in graph.nodes if n.kind == "constant"] == [("3", 3), ("0.5", 0.5), ("2", 2)]


@pytest.mark.parametrize("seed", range(50))
def test_every_graph_holds_together(seed: int) -> None:
    """Ids are unique, edges lead from what came before, each function has its arguments in order and one output."""
    graph = Graph.read(random_graph(seed)[0])
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    assert len(place) == len(graph.nodes)
    assert len({edge.id for edge in graph.edges}) == len(graph.edges)
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    for node in graph.nodes:
        if node.kind == "function":
            assert [e.position for e in graph.incoming[node.id]] == list(range(len(graph.incoming[node.id])))
            assert [e.target for e in graph.outgoing[node.id]] == ["o" + node.id[1:]]


# -- names -------------------------------------------------------------------------------------------------------------


def test_names_come_from_the_caller_and_from_modules() -> None:
    model = nn.Sequential(nn.Linear(2, 1))
    hidden = model(mg.ones(1, 2))
    _ = hidden
    graph = Graph.read(hidden.sum())
    assert {n.name for n in graph.nodes if n.kind == "parameter"} == {"0.weight", "0.bias"}
    assert [n.name for n in graph.nodes if n.kind == "intermediate"] == ["hidden"]
    assert "hidden" in mg.graph.dot(hidden.sum())


def test_a_variable_comes_before_a_path() -> None:
    layer = nn.Linear(2, 1)
    w = layer.weight
    graph = Graph.read(layer(mg.ones(1, 2)).sum(), {"layer": layer, "w": w})
    assert [n.name for n in graph.nodes if n.kind == "parameter"] == ["w", "bias"]


def test_equal_paths_of_two_modules_get_their_variables() -> None:
    one, two = nn.Linear(2, 2), nn.Linear(2, 2, bias=False)
    graph = Graph.read(two(one(mg.ones(1, 2))).sum(), {"one": one, "two": two})
    assert [n.name for n in graph.nodes if n.kind == "parameter"] == ["one.weight", "bias", "two.weight"]


def test_a_model_out_of_sight_still_gives_its_parameters_names() -> None:
    def forward() -> tuple[mg.Tensor, nn.Module]:
        hidden = nn.Linear(2, 1)
        return hidden(mg.ones(1, 2)).sum(), hidden

    loss, _hidden = forward()
    assert {n.name for n in Graph.read(loss, {}).nodes if n.kind == "parameter"} == {"weight", "bias"}


def test_a_namespace_may_hold_anything() -> None:
    class Hostile:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("do not touch")

    a = mg.tensor(2.0, requires_grad=True)
    graph = Graph.read(a * a, {"hostile": Hostile(), "cls": nn.Linear, "a": a, "module": np})
    assert graph["p1"].name == "a"


def test_buffers_are_their_own_kind() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("scale", mg.tensor([2.0, 3.0]))
            self.weight = nn.Parameter(mg.ones(2))

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return x * self.weight * self.scale

    model, x = Scaled(), mg.ones(2)
    graph = Graph.read(model(x).sum(), {"x": x})
    assert [(n.id, n.kind, n.name) for n in graph.nodes if n.kind in ("input", "buffer")] == [
        ("x1", "input", "x"),
        ("b1", "buffer", "scale"),
    ]


# -- several outputs, custom Functions, views, changes in place --------------------------------------------------------


def test_several_outputs_have_a_value_each() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    square, following = SquareAndNext.apply(a, 7)
    graph = Graph.read(square * following, values=True)
    assert [(n.id, n.kind, n.name) for n in graph.nodes] == [
        ("p1", "parameter", "a"),
        ("k1", "constant", "7"),
        ("f1", "function", "SquareAndNextBackward"),
        ("o1.0", "intermediate", "square"),
        ("o1.1", "intermediate", "following"),
        ("f2", "function", "Mul"),
        ("o2", "output", ""),
    ]
    edges = "p1-f1-0 k1-f1-1 f1-o1.0 f1-o1.1 o1.0-f2-0 o1.1-f2-1 f2-o2"
    assert [e.id for e in graph.edges] == edges.split()
    assert graph["o1.1"].value == 4.0


def test_one_of_several_outputs_may_be_the_root() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    _, following = SquareAndNext.apply(a, 7)
    graph = Graph.read(following)
    assert graph.root.id == "o1.1"
    assert graph.count("intermediate") == 0  # nothing uses the other output
    assert "o1.1" in mg.graph.draw(following).svg


def test_an_argument_that_is_no_number_is_told_in_short() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    graph = Graph.read(SquareAndNext.apply(a, ["long"] * 100)[0], values=True)
    assert graph["k1"].name == "['long', 'long', 'long', 'long', 'long', 'long', ...]"
    assert graph["k1"].value is None


def test_a_view_shares_memory_and_is_a_function() -> None:
    w = mg.ones(2, 3, requires_grad=True)
    graph = Graph.read(w.t()[0].sum(), values=True)
    assert [n.name for n in graph.nodes if n.kind == "function"] == ["T", "Select", "Sum"]
    assert [graph[o].shape for o in ("o1", "o2")] == [(3, 2), (2,)]


def test_what_was_overwritten_in_place_does_not_show_later_numbers() -> None:
    w = mg.tensor([1.0, 2.0], requires_grad=True)
    y = w * 2
    y.add_(10)
    graph = Graph.read(y.sum(), values=True)
    assert [n.name for n in graph.nodes if n.kind == "function"] == ["Mul", "Add", "Sum"]
    assert (graph["o1"].value, graph["o1"].note, graph["o1"].shape) == (None, "overwritten", (2,))
    np.testing.assert_array_equal(graph["o2"].value, [12.0, 14.0])
    assert graph["o2"].name == "y"


def test_a_change_through_a_view_is_in_the_graph() -> None:
    w = mg.ones(2, 2, requires_grad=True)
    y = w * 2
    y[0] += 1
    graph = Graph.read(y.sum(), values=True)
    functions = [n.name for n in graph.nodes if n.kind == "function"]
    assert functions == ["Mul", "Select", "Add", "CopySlices", "IndexPut", "Sum"]
    np.testing.assert_array_equal(graph.root.value, 10.0)


def test_a_leaf_that_changed_since_says_so() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0
    with mg.no_grad():
        a.sub_(1.5)
    graph = Graph.read(b, values=True)
    assert (graph["p1"].value, graph["p1"].note) == (0.5, "changed since")
    assert "0.5 (changed since)" in mg.graph.dot(b)


# -- freed, missing, large ---------------------------------------------------------------------------------------------


def test_after_backward_the_structure_stays_and_the_values_are_freed() -> None:
    a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    product = a * b
    loss = product * 2.0 * a
    loss.backward()
    graph = Graph.read(loss, {"a": a, "b": b}, values=True)
    assert [n.name for n in graph.nodes if n.kind == "parameter"] == ["a", "b"]
    assert [n.name for n in graph.nodes if n.kind == "function"] == ["Mul", "Mul", "Mul"]
    assert graph["p1"].grad == 24.0
    assert (graph["o2"].value, graph["o2"].shape, graph["o2"].note) == (None, None, "freed")
    assert "freed" in mg.graph.dot(loss)


def test_after_backward_a_variable_still_has_its_value() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0
    loss = b * b
    b.retain_grad()
    loss.backward()
    graph = Graph.read(loss, values=True)
    assert (graph["o1"].value, graph["o1"].grad, graph["o1"].note) == (6.0, 12.0, "")
    assert graph.root.value == 36.0


def test_no_graph_is_an_error_that_tells_why() -> None:
    for draw in (Graph.read, mg.graph.draw, mg.graph.dot):
        with pytest.raises(
            ValueError, match=r"nothing that this tensor was computed from requires .*requires_grad=True"
        ):
            draw(mg.ones(2) * 2)
        with pytest.raises(ValueError, match="this tensor is a leaf, which you made and no operation computed"):
            draw(mg.ones(2, requires_grad=True))
        with pytest.raises(TypeError, match="from a Tensor, not from float"):
            draw(1.0)


def test_dropping_a_graph_drops_what_it_leads_to() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    loss = (a * a).exp()
    graph, node = Graph.read(loss, {}), weakref.ref(loss.grad_fn)
    gc.disable()
    try:
        del loss
        assert node() is not None
        del graph
        assert node() is None  # without the garbage collector: there is no cycle
    finally:
        gc.enable()


def test_a_deep_graph_is_read_without_recursion() -> None:
    y = a = mg.tensor(1.0, requires_grad=True)
    for _ in range(20_000):
        y = y + a
    graph = Graph.read(y)
    assert graph.count("function") == 20_000
    assert Graph.from_json(graph.to_json()) == graph


def test_a_wide_graph_is_read_once_for_each_function() -> None:
    """2⁴⁰ paths lead through 40 functions."""
    y = mg.tensor(1.0, requires_grad=True)
    for _ in range(40):
        y = y + y
    assert len(Graph.read(y).edges) == 3 * 40
