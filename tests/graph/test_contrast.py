"""One function, two inputs: what the runs record, what a static graph keeps of the first, and the stale replay."""

from __future__ import annotations

import gc
import sys
import warnings
import weakref

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.autograd import lines
from micrograd_nb.graph import FrozenWarning, Graph, StaticGraphError, contrast
from micrograd_nb.graph.contrast import Contrast, steps_of
from micrograd_nb.graph.contrast.runs import MOST_LINES


def f(x: mg.Tensor) -> mg.Tensor:
    if x > 0:
        return x * x
    return -x


START = f.__code__.co_firstlineno


def halve(x: mg.Tensor) -> mg.Tensor:
    while x > 1:
        x = x / 2
    return x


def functions(graph: Graph | None) -> list[str]:
    return [] if graph is None else [node.name for node in graph.nodes if node.kind == "function"]


def both() -> Contrast:
    return contrast(f, mg.tensor(3.0), mg.tensor(-3.0))


# -- the dynamic runs


def test_each_run_goes_its_own_way() -> None:
    first, second = both().runs
    assert [moment.line - START for moment in first.moments] == [1, 2]
    assert [moment.line - START for moment in second.moments] == [1, 3]
    assert (functions(first.graph), functions(second.graph)) == (["Mul"], ["Neg"])
    assert (first.result, second.result) == (9.0, 3.0)
    assert both().branch_differs


def test_functions_belong_to_the_line_that_ran_them() -> None:
    first, second = contrast(halve, mg.tensor(5.0), mg.tensor(100.0)).runs
    assert [moment.made for moment in first.moments] == [(), ("f1",), (), ("f2",), (), ("f3",), (), ()]
    start = halve.__code__.co_firstlineno
    assert [second.times(start + i) for i in range(4)] == [0, 8, 7, 1]
    made = [id for moment in second.moments for id in moment.made]
    assert made == [f"f{i}" for i in range(1, 8)]


def test_every_function_of_a_run_stands_in_the_line_that_the_engine_wrote_down() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        y = x * 2 + 1
        for _ in range(3):
            if y.sum() > 10:
                y = y.tanh()
            y = y + x
        return y.sum()

    for run in contrast(g, mg.ones(3), mg.full((3,), 9.0)).runs:
        assert run.graph is not None
        for moment in run.moments:
            for id in moment.made:
                assert run.graph[id].line == (__file__, moment.line)
        assert sum(len(moment.made) for moment in run.moments) == run.graph.count("function")


def test_what_a_helper_leaves_belongs_to_the_line_that_called_it() -> None:
    def helper(x: mg.Tensor) -> mg.Tensor:
        return (x * x).exp()

    def g(x: mg.Tensor) -> mg.Tensor:
        y = helper(x)
        return y + 1

    run = contrast(g, mg.tensor(1.0), mg.tensor(2.0)).runs[0]
    assert [moment.made for moment in run.moments] == [("f1", "f2"), ("f3",)]


def test_a_recursion_is_one_run() -> None:
    def power(x: mg.Tensor, n: int) -> mg.Tensor:
        if n == 1:
            return x
        return x * power(x, n - 1)

    found = contrast(power, (mg.tensor(2.0), 3), (mg.tensor(2.0), 2))
    assert [run.result for run in found.runs] == [8.0, 4.0]
    assert functions(found.runs[0].graph) == ["Mul", "Mul"]
    assert found.runs[0].input == "x = 2, n = 3"


def test_inputs_and_gradients_are_left_alone() -> None:
    x, w = mg.tensor(3.0), mg.tensor(2.0, requires_grad=True)

    def g(x: mg.Tensor) -> mg.Tensor:
        return x * w if x > 0 else w

    found = contrast(g, x, mg.tensor(-1.0))
    assert not x.requires_grad
    assert w.grad is None
    assert x == 3.0
    assert "w" in {node.name for node in found.runs[0].graph.nodes}  # type: ignore[union-attr]


def test_who_watches_already_goes_on_watching() -> None:
    def watcher(*_: object) -> None:
        return None

    before, recorded = sys.gettrace(), lines.on
    sys.settrace(watcher)
    try:
        lines.record_lines(False)
        both()
        assert sys.gettrace() is watcher
        assert not lines.on
    finally:
        sys.settrace(before)
        lines.record_lines(recorded)


def test_a_run_without_gradients_has_lines_and_no_tape() -> None:
    def g(n: mg.Tensor) -> mg.Tensor:
        return n * 2 if n > 0 else n

    found = contrast(g, mg.tensor(3), mg.tensor(-3))
    assert found.runs[0].graph is None
    assert found.runs[0].answer == "6"
    assert "no tensor in it requires gradients" in " ".join(r.text for s in steps_of(found) for r in s.rows)


def test_an_error_at_the_second_input_is_what_came_of_it() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        if x < 0:
            raise ValueError("x is negative")
        return x.sqrt()

    found = contrast(g, mg.tensor(4.0), mg.tensor(-4.0))
    assert found.runs[1].error == "ValueError: x is negative"
    assert np.isnan(found.stale.result)  # the check is not in the captured graph
    assert not found.agrees
    with pytest.raises(ValueError, match="x is negative"):
        contrast(g, mg.tensor(-4.0), mg.tensor(4.0))


def test_a_run_without_end_is_refused() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        while True:
            try:
                x = x + 1
            except Exception:
                continue

    with pytest.raises(ValueError, match=f"more than {MOST_LINES} lines ran for x = 1"):
        contrast(g, mg.tensor(1.0), mg.tensor(2.0))


def test_what_is_no_function_of_python_or_gives_no_tensor_is_refused() -> None:
    with pytest.raises(TypeError, match="written in Python"):
        contrast(abs, mg.tensor(1.0), mg.tensor(2.0))
    with pytest.raises(TypeError, match="has to give a tensor, and it gave float"):
        contrast(lambda x: 1.0, mg.tensor(1.0), mg.tensor(2.0))


def test_modules_and_methods_can_be_contrasted() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 2)

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            if x.sum() > 0:
                return self.linear(x)
            return x

    gate = Gate()
    found = contrast(gate, mg.ones(1, 2), -mg.ones(1, 2))
    assert functions(found.runs[0].graph) == ["Linear"]
    assert found.name == "Gate"
    np.testing.assert_allclose(found.stale.result, gate.linear(-mg.ones(1, 2)).detach().numpy(), rtol=1e-6)
    assert contrast(gate.forward, mg.ones(1, 2), -mg.ones(1, 2)).source[0].text.startswith("def forward")


# -- the static graph


def test_the_stale_trace_is_that_of_the_first_input() -> None:
    found = both()
    assert functions(found.captured) == ["Greater", "Mul"]
    assert [(one.line - START, one.value) for one in found.frozen] == [(1, "True")]
    assert found.stale.result == 9.0
    assert not found.agrees
    assert repr(found) == "<f at x = 3 and x = −3: the stale trace says 9, where 3 is right>"


def test_numbers_of_the_captured_graph_are_those_of_the_trace_and_of_the_replay() -> None:
    found = both()
    assert found.captured is not None
    assert found.replayed is not None
    assert [node.value.item() for node in found.captured.nodes] == [3.0, True, 9.0, 9.0]
    assert [node.value.item() for node in found.replayed.nodes] == [-3.0, False, 9.0, 9.0]


def test_it_agrees_where_the_second_input_asks_for_the_same_way() -> None:
    found = contrast(f, mg.tensor(3.0), mg.tensor(4.0))
    assert found.agrees
    assert found.stale.result == 16.0
    assert not found.branch_differs
    assert steps_of(found)[-1].rows[-1].text.startswith("✓ the same")


def test_with_guards_a_decision_by_data_is_refused_at_once() -> None:
    (outcome,) = both().guarded
    assert outcome.kind == "refused"
    assert f"line {START + 1}" in outcome.told


def test_with_guards_another_shape_is_traced_again_and_without_it_stops() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        return x.sum() if x.shape[0] > 2 else x.prod()

    found = contrast(g, mg.ones(3), mg.full((2,), 5.0))
    assert [outcome.kind for outcome in found.guarded] == ["traced", "retraced"]
    assert found.guarded[1].result == 25.0
    assert found.stale.kind == "refused"
    assert "arguments of shapes [(3,)], and [(2,)] came" in found.stale.told
    assert "an error, which is better" in steps_of(found)[-1].rows[-1].text


def test_a_python_number_is_guarded_and_without_guards_frozen() -> None:
    def g(x: mg.Tensor, n: int) -> mg.Tensor:
        return x * n

    found = contrast(g, (mg.tensor(2.0), 3), (mg.tensor(2.0), 5))
    assert [outcome.kind for outcome in found.guarded] == ["traced", "retraced"]
    assert (found.guarded[1].result, found.stale.result) == (10.0, 6.0)


def test_a_function_without_decisions_is_replayed_by_both() -> None:
    found = contrast(lambda x: (x * x).sum(), mg.ones(3), mg.full((3,), 2.0))
    assert [outcome.kind for outcome in found.guarded] == ["traced", "replayed"]
    assert found.agrees
    assert found.frozen == ()


def test_what_even_a_trace_without_guards_cannot_hold_is_told() -> None:
    found = contrast(lambda x: x[x > 0].sum(), mg.ones(3), -mg.ones(3))
    assert found.captured is None
    assert "an index by a traced mask" in found.stale.told
    assert [step.kind for step in steps_of(found)].count("replay") == 0


def test_nothing_of_the_engine_is_held_by_a_static_graph_of_it() -> None:
    w = mg.tensor(2.0, requires_grad=True)
    found = contrast(lambda x: x * 2, mg.tensor(1.0), mg.tensor(2.0), names={})
    kept = weakref.ref(w)
    del w
    gc.collect()
    assert kept() is None
    assert found.stale.result == 4.0


# -- static graphs without guards


def test_without_guards_a_decision_is_taken_once_with_a_warning() -> None:
    stale = mg.static_graph(f, guards=False)
    with pytest.warns(FrozenWarning, match=r"decided by the data of this call \(.*line \d+.*: True\)"):
        assert stale(mg.tensor(3.0)) == 9.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert stale(mg.tensor(-3.0)) == 9.0
    assert stale.count == 1


def test_with_guards_nothing_has_changed() -> None:
    with pytest.raises(StaticGraphError, match="a decision by the value of a traced tensor"):
        mg.static_graph(f)(mg.tensor(3.0))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * x.item(),
        lambda x: x * float(x),
        lambda x: x * np.asarray(x.detach().numpy()),
        lambda x: x * int(x),
    ],
    ids=["item", "float", "array", "int"],
)
def test_numbers_taken_out_of_a_tensor_are_frozen_too(function: object) -> None:
    stale = mg.static_graph(function, guards=False)  # type: ignore[arg-type]
    with pytest.warns(FrozenWarning):
        assert stale(mg.tensor(3.0)) == 9.0
    assert stale(mg.tensor(5.0)) == 15.0
    assert {one.value for one in stale.frozen} == {"3"}


def test_values_of_a_static_graph_are_those_of_its_last_call() -> None:
    graph = mg.static_graph(lambda x: (x * 2 + 1).sum())
    graph(mg.ones(2))
    assert [node.value for node in graph.read().nodes] == [None] * 5
    graph(mg.full((2,), 4.0))
    values = {node.name: node.value for node in graph.read(values=True).nodes}
    np.testing.assert_array_equal(values["Mul"], [8, 8])
    np.testing.assert_array_equal(values["Add"], [9, 9])
    assert values["Sum"] == 18


def test_memory_that_was_written_over_has_no_number_to_tell() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        y = x * 2
        y += 1
        return y * 1

    graph = mg.static_graph(g)
    graph(mg.ones(2))
    named = [(node.name, node.value) for node in graph.read(values=True).nodes if node.kind == "function"]
    for (name, value), right in zip(named, ([2, 2], [3, 3], [3, 3]), strict=True):
        assert value is None or value.tolist() == right, name


# -- the story


def test_the_story_goes_from_the_first_line_to_the_verdict() -> None:
    steps = steps_of(both())
    kinds = ["line", "line", "result", "trace", "line", "line", "result", "guards", "replay", "replay", "verdict"]
    assert [step.kind for step in steps] == kinds
    assert [step.line - START for step in steps if step.kind == "line"] == [1, 2, 1, 3]
    assert {row.name: row.text for row in steps[1].rows} == {"Mul #1": "3 × 3 = 9"}
    assert steps[8].rows[0].text == "False   (was True at the trace)   and nothing looks at it"
    assert [(row.name, row.text) for row in steps[-1].rows][:2] == [("the function", "3"), ("stale trace", "9")]


def test_all_nodes_of_a_tape_come_up_in_its_story_once() -> None:
    found = contrast(halve, mg.tensor(5.0), mg.tensor(100.0))
    for number, run in enumerate(found.runs):
        born = [id for step in steps_of(found) if step.run == number for id in step.born]
        assert run.graph is not None
        assert sorted(born) == sorted(node.id for node in run.graph.nodes)


def test_a_long_replay_is_told_in_one_step() -> None:
    def g(x: mg.Tensor) -> mg.Tensor:
        for _ in range(50):
            x = x + 1
        return x

    kinds = [step.kind for step in steps_of(contrast(g, mg.tensor(0.0), mg.tensor(1.0)))]
    assert kinds.count("replay") == 1


@pytest.mark.parametrize(
    "x",
    [np.zeros((0, 3), np.float32), np.array([np.nan, np.inf], np.float32), np.full((300, 300), 1e30, np.float32)],
    ids=["empty", "not finite", "huge"],
)
def test_any_tensor_can_be_an_input(x: np.ndarray) -> None:
    found = contrast(lambda x: x * 2 if x.numel() else x, mg.tensor(x), mg.tensor(x))
    assert found.agrees
    assert len(steps_of(found)) > 4
