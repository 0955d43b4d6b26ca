"""A static graph drawn, and a function as both kinds of graph side by side."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.graph import Graph, compare


def network() -> nn.Sequential:
    mg.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))


def training() -> Callable[[mg.Tensor, mg.Tensor], mg.Tensor]:
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step(x: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def batch() -> tuple[mg.Tensor, mg.Tensor]:
    return mg.randn(5, 4), mg.randint(0, 2, (5,))


def names(graph: Graph, call: str) -> list[str]:
    return [node.name for node in graph.nodes if node.kind == "function" and node.call == call]


def into(graph: Graph, name: str, call: str) -> set[str]:
    """What leads to the functions of a name in a phase."""
    ids = [n.id for n in graph.nodes if (n.kind, n.name, n.call) == ("function", name, call)]
    return {graph[edge.source].name for id_ in ids for edge in graph.incoming[id_]}


# -- a static graph as a picture ---------------------------------------------------------------------------------------


def test_a_training_step_has_three_phases_and_what_flows_between_them() -> None:
    step = mg.static_graph(training())
    for _ in range(3):
        step(*batch())
    graph = step.read()
    phases = {call.kind: call.id for call in graph.calls}
    assert list(phases) == ["forward", "backward", "update"]
    assert names(graph, phases["forward"]) == ["Linear", "Relu", "Linear", "CrossEntropy"]
    assert names(graph, phases["backward"]) == ["CrossEntropy", "Linear", "Relu", "Linear"]
    assert names(graph, phases["update"]) == ["SGD"]
    parameters = {node.name for node in graph.nodes if node.kind == "parameter"}
    assert parameters == {f"model.{layer}.{what}" for layer in (0, 2) for what in ("weight", "bias")}
    assert {node.name for node in graph.nodes if node.kind == "input"} == {"x", "y"}
    assert into(graph, "Linear", phases["forward"]) == {"x", "Relu", *parameters}
    assert into(graph, "CrossEntropy", phases["backward"]) == {"CrossEntropy"}
    assert into(graph, "SGD", phases["update"]) == {"Linear", "momentum_buffer", *parameters}
    assert [graph[edge.source].name for edge in graph.incoming[graph.root.id]] == ["CrossEntropy"]
    assert graph.root.shape == ()


def test_it_draws_itself() -> None:
    step = mg.static_graph(training())
    for _ in range(3):
        step(*batch())
    svg = step.graph.svg
    assert all(f">{word}</text>" in svg for word in ("forward", "backward", "update", "SGD", "model.0.weight"))


def test_a_function_of_one_phase_has_no_frames() -> None:
    double = mg.static_graph(lambda x: x * 2 + 1)
    double(mg.ones(3))
    graph = double.read()
    assert graph.calls == ()
    assert [(node.kind, node.name) for node in graph.nodes] == [
        ("input", "x"), ("function", "Mul"), ("function", "Add"), ("output", ""),
    ]  # fmt: skip
    assert [edge.id for edge in graph.edges] == ["x1-f1-0", "f1-f2-0", "f2-o1"]


def test_no_picture_before_the_first_call() -> None:
    with pytest.raises(RuntimeError, match="has not been called, so there is no graph yet"):
        _ = mg.static_graph(lambda x: x).graph


# -- both --------------------------------------------------------------------------------------------------------------


def test_comparison_holds_both_graphs_and_times_in_pairs() -> None:
    model = network()
    both = compare(lambda x, y: nn.functional.cross_entropy(model(x), y), *batch(), seconds=0.05)
    assert both.dynamic is not None
    assert both.static is not None
    functions = [[n.name for n in g.nodes if n.kind == "function"] for g in (both.dynamic, both.static)]
    assert functions[0] == functions[1] == ["Linear", "Relu", "Linear", "CrossEntropy"]
    assert len(both.times["dynamic"]) == len(both.times["static"]) == 20
    assert both.faster is not None
    assert f"{both.faster:.1f} × faster" in repr(both)
    html = both._repr_mimebundle_()["text/html"]
    assert html.count("<img ") == 2
    assert "<td style='text-align: left'>backward()</td>" in html


def test_a_step_that_ends_its_graph_says_why_there_is_none() -> None:
    both = compare(training(), *batch(), seconds=0)
    assert both.dynamic is None
    assert both.static is not None
    assert "Return the loss itself" in both._repr_mimebundle_()["text/html"]
    assert both.times == {}
    assert "not measured" in str(both)


def test_a_refused_function_shows_the_reason() -> None:
    w = mg.tensor([1.0], requires_grad=True)

    def bend(x: mg.Tensor) -> mg.Tensor:
        return x * w if x.sum() > 0 else -x

    both = compare(bend, mg.ones(1), seconds=0.01)
    assert both.static is None
    assert both.faster is None
    assert "a decision by the value" in both.refusal
    assert "test_side_by_side.py, line" in both.refusal
    assert both.refusal.partition(":")[0] in both._repr_mimebundle_()["text/html"]
    assert repr(both) == "<bend, dynamic and static: no static graph>"
    assert list(both.times) == ["dynamic"]
    assert str(both).endswith(both.refusal)


def test_a_static_graph_is_compared_with_its_function() -> None:
    w = mg.tensor([2.0], requires_grad=True)
    both = compare(mg.static_graph(lambda x: x * w), mg.ones(1), seconds=0)
    assert both.dynamic is not None
    assert both.dynamic.count("function") == 1
