"""The trace of a backward pass is what the engine did: acceptance tests 1 and 2 of the stepper, and what it says."""

from __future__ import annotations

import re

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.graph import Graph
from micrograd_nb.graph.rerun import finite_differences
from micrograd_nb.graph.trace import Trace
from tests.graph.random_graphs import random_graph
from tests.graph.test_graph import SquareAndNext


@pytest.mark.parametrize("seed", range(200))
def test_shadow_gradients_are_those_of_backward(seed: int) -> None:
    loss, leaves = random_graph(seed)
    before = {name: (None if leaf.grad is None else leaf.grad.array.tobytes()) for name, leaf in leaves.items()}
    trace = Trace.record(loss, names=leaves)
    after = {name: (None if leaf.grad is None else leaf.grad.array.tobytes()) for name, leaf in leaves.items()}
    assert after == before

    for id, gradient in trace.gradients.items():
        measured = finite_differences(trace.graph, id)
        assert measured is not None
        np.testing.assert_allclose(gradient, measured, rtol=1e-5, atol=1e-5)

    for leaf in leaves.values():
        leaf.grad = None
    loss.backward()
    for id, gradient in trace.gradients.items():
        np.testing.assert_allclose(gradient, trace.graph.leaves[id].variable.grad.array, rtol=1e-12, atol=1e-12)


def test_random_graphs_have_everything_that_matters() -> None:
    """The 200 graphs between them broadcast, reuse, add a value to itself, multiply matrices and take views."""
    graphs = [Trace.record(random_graph(seed)[0]) for seed in range(200)]
    functions = {node.name for trace in graphs for node in trace.graph.nodes if node.kind == "function"}
    assert {"Add", "Mul", "Mm", "Transpose", "View", "Slice", "Tanh", "Sum", "Div"} <= functions
    rows = [name for trace in graphs for step in trace.steps for name, _ in step.rows]
    assert rows.count("reduce") > 20
    texts = [text for trace in graphs for step in trace.steps for _, text in step.rows]
    assert sum("(2 of 2)" in text for text in texts) > 20


def test_a_plus_a_is_two_edges() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    trace = Trace.record(a + a, names={"a": a})
    sends = [step for step in trace.steps if step.kind == "send"]
    assert [step.edge for step in sends] == ["p1-f1-0", "p1-f1-1"]
    assert [dict(step.rows)["a gets"] for step in sends] == ["1   (1 of 2)", "1 + 1 = 2   (2 of 2)"]
    assert [step.notes["p1"] for step in sends] == [("1 (1 of 2)", "partial"), ("2 (2 of 2)", "temporary")]


def test_a_send_in_words() -> None:
    a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(-3.0, requires_grad=True)
    c = a * b
    trace = Trace.record(c * 4.0, names={"a": a, "b": b, "c": c})
    step = next(s for s in trace.steps if s.edge == "p1-f1-0")
    rows = dict(step.rows)
    assert rows.pop("code").endswith("c = a * b")
    assert rows == {
        "incoming": "∂L/∂c = 4",
        "rule": "g ↦ g * other",
        "saved": "other = b = −3",
        "send": "4 × −3 = −12",
        "a gets": "−12   (1 of 1)",
    }
    assert step.spoken == "Mul #1 sends −12 to a. Its gradient is −12."


def test_a_sum_over_what_was_broadcast_is_told() -> None:
    w = mg.ones(2, requires_grad=True)
    trace = Trace.record((mg.ones(3, 2) * w).sum(), names={"w": w})
    rows = [dict(step.rows).get("reduce") for step in trace.steps]
    assert [row for row in rows if row] == ["(3, 2) → sum axis 0 → (2,)   [3, 3]"]


def test_a_gradient_left_over_from_an_earlier_pass_is_told() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    (a * 5.0).backward()
    trace = Trace.record(a * a, names={"a": a})
    assert trace.start["p1"] == ("grad 5 (earlier)", "earlier")
    arrival = next(step for step in trace.steps if step.kind == "accumulate")
    assert dict(arrival.rows)["a.grad"] == "5 + 4 = 9"
    assert a.grad.item() == 5.0


def test_who_is_ready_and_who_waits() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0  # Mul #1, used twice
    trace = Trace.record(b * b, names={"a": a, "b": b})
    by_edge = {step.edge: step for step in trace.steps if step.kind == "send"}
    assert by_edge["o1-f2-0"].waiting == ("Mul #1",)
    assert by_edge["o1-f2-1"].waiting == ()
    assert by_edge["o1-f2-1"].ready == ("Mul #1",)


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_scalar_formulas_recompute_to_their_result(seed: int) -> None:
    """Each `… × … = …` on the screen, read back and computed again, gives the number on the screen."""
    loss, leaves = random_graph(seed, scalar=True)
    checked = 0
    for step in Trace.record(loss, names=leaves).steps:
        for name, row in step.rows:
            left, equals, right = re.sub(r"   \(.*", "", row).rpartition(" = ")
            if equals and "∂" not in left and (name == "send" or name.endswith((" gets", ".grad"))):
                np.testing.assert_allclose(_value(left), _value(right), rtol=2e-2, atol=2e-3)
                checked += 1
    assert checked


def _value(formula: str) -> float:
    readable = formula.replace("−", "-").replace("×", "*")
    return float(eval(readable, {"cos": np.cos, "sin": np.sin, "exp": np.exp}))


def test_a_done_step_checks_by_finite_differences() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    done = Trace.record(a * a, names={"a": a}).steps[-1]
    assert dict(done.rows)["a"] == "4   ✓ agrees with finite differences"


def test_several_outputs_hand_on_their_gradients() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    square, following = SquareAndNext.apply(a, 7)
    trace = Trace.record(square * following, names={"a": a, "square": square})
    assert [(step.kind, step.focus, step.edge) for step in trace.steps] == [
        ("seed", "o2", ""),
        ("send", "f2", "o1.0-f2-0"),
        ("send", "f2", "o1.1-f2-1"),
        ("send", "o1.1", "f1-o1.1"),
        ("send", "o1.0", "f1-o1.0"),
        ("send", "f1", "p1-f1-0"),
        ("accumulate", "p1", ""),
        ("done", "o2", ""),
    ]
    name = "SquareAndNextBackward #1"
    assert trace.steps[3].waiting == (name,)
    assert trace.steps[4].ready == (name,)
    assert dict(trace.steps[3].rows) == {
        "arrived": f"∂L/∂{name}[1] = 9",
        f"{name} gets": "the gradient of its output 1   (1 of 2)",
    }
    rows = dict(trace.steps[5].rows)
    assert rows["incoming"] == f"∂L/∂{name}[1] = 9,  ∂L/∂square = 4"
    assert rows["rule"] == "g ↦ SquareAndNext.backward(g)"
    assert rows["a gets"] == "33   (1 of 1)"
    assert dict(trace.steps[-1].rows) == {
        "done": "1 leaf has its gradient",
        "a": "33   ✓ agrees with finite differences",
    }
    assert {edge for step in trace.steps if (edge := step.edge)} <= {edge.id for edge in trace.graph.edges}
    assert a.grad is None


def test_one_of_several_outputs_as_the_root() -> None:
    a = mg.tensor(3.0, requires_grad=True)
    trace = Trace.record(SquareAndNext.apply(a, 7)[1], names={"a": a})
    assert [step.edge for step in trace.steps] == ["", "f1-o1.1", "p1-f1-0", "", ""]
    assert dict(trace.steps[-1].rows)["a"] == "1   ✓ agrees with finite differences"


def test_a_change_through_a_view_is_checked_by_finite_differences() -> None:
    w = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = w * 2
    y[0].mul_(w[1])
    trace = Trace.record(y.sum(), names={"w": w})
    assert "CopySlices" in {node.name for node in trace.graph.nodes}
    assert dict(trace.steps[-1].rows)["w"] == "[[6, 8], [4, 6]]   ✓ agrees with finite differences"
    assert not [text for step in trace.steps for _, text in step.rows if "0x" in text]  # no address, which changes


def test_what_changed_since_is_not_checked() -> None:
    w, x = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0)
    loss = (w * w) + x * w.detach()
    changed = loss * x
    with mg.no_grad():
        x.add_(0.0)
    graph = Graph.read(changed, {}, values=True)
    assert finite_differences(graph, "p1") is None


def test_a_rule_for_any_number_of_inputs_is_told_by_its_name() -> None:
    w = mg.ones(2, requires_grad=True)
    trace = Trace.record(mg.cat([w, w * 2]).sum())
    assert {dict(step.rows).get("rule") for step in trace.steps if step.focus == "f2"} == {"g ↦ part(g)"}


def test_a_freed_graph_says_so() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    loss = a * a
    loss.backward()
    with pytest.raises(RuntimeError, match=r"(?s)second time.*retain_graph=True"):
        Trace.record(loss)
