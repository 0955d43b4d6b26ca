"""`diff`: what one graph has and another has not."""

from __future__ import annotations

import re

import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph, diff
from tests.graph.random_graphs import random_graph
from tests.graph.test_pictures import nodes


def branch(x: mg.Tensor) -> mg.Tensor:
    y = x * 2 if x.item() > 0 else -x
    return y + 1


def loop(x: mg.Tensor, times: int) -> mg.Tensor:
    y = x
    for _ in range(times):
        y = (y * 2).tanh()
    return y + 1


def functions(parts: tuple) -> list[str]:
    return [f"{node.name} {node.id}" for node in parts if node.kind == "function"]


def leaf(value: float) -> mg.Tensor:
    return mg.tensor(value, requires_grad=True)


@pytest.mark.parametrize("seed", range(30))
def test_a_graph_is_like_itself(seed: int) -> None:
    loss, leaves = random_graph(seed)
    same = diff(loss, loss, names=leaves)
    assert not same
    assert same.same == {node.id: node.id for node in same.before.nodes}
    assert "no difference" in repr(same)


@pytest.mark.parametrize("seed", range(30))
def test_a_difference_is_the_same_from_both_sides_and_complete(seed: int) -> None:
    one, two = random_graph(seed)[0], random_graph(seed + 1)[0]
    there, back = diff(one, two), diff(two, one)
    for change in (there, back):
        assert {*change.same} | {n.id for n in change.removed} == {n.id for n in change.before.nodes}
        assert {*change.same.values()} | {n.id for n in change.added} == {n.id for n in change.after.nodes}
        assert len(set(change.same.values())) == len(change.same)
        for mine, other in change.same.items():
            assert change.before[mine].kind in (change.after[other].kind, "output", "intermediate")
        kept = len(change.before.edges) - len(change.removed_edges)
        assert kept == len(change.after.edges) - len(change.added_edges)


def test_an_if_that_went_the_other_way() -> None:
    change = diff(branch(leaf(3.0)), branch(leaf(-3.0)))
    assert functions(change.removed) == ["Mul f1"]
    assert functions(change.added) == ["Neg f1"]
    assert change.same["f2"] == "f2"
    assert [n.name for n in change.removed if n.kind == "constant"] == ["2"]
    assert [e.id for e in change.added_edges] == ["p1-f1-0", "f1-o1", "o1-f2-0"]
    assert repr(change) == "<GraphDiff: 1 function in both, 1 added (Neg), 1 removed (Mul)>"


def test_a_loop_that_ran_longer_shows_its_last_rounds() -> None:
    x = leaf(1.0)
    change = diff(loop(x, 2), loop(x, 4))
    assert functions(change.added) == ["Mul f5", "Tanh f6", "Mul f7", "Tanh f8"]
    assert functions(change.removed) == []
    assert change.same["f5"] == "f9"
    assert [e.id for e in change.removed_edges] == ["o4-f5-0"]
    assert repr(change) == "<GraphDiff: 5 functions in both, 4 added (Mul, Tanh, Mul, Tanh), 1 edge removed>"
    assert functions(diff(loop(x, 4), loop(x, 2)).removed) == functions(change.added)


def test_other_numbers_and_shapes_are_no_difference() -> None:
    assert not diff(loop(leaf(1.0), 3), loop(leaf(7.0), 3))
    assert not diff(loop(mg.ones(3, requires_grad=True), 2), loop(mg.ones(2, 2, requires_grad=True), 2))


def test_another_constant_is_one() -> None:
    x = leaf(1.0)
    change = diff(x * 2 + 1, x * 3 + 1)
    assert [(n.id, n.name) for n in change.removed] == [("k1", "2")]
    assert [(n.id, n.name) for n in change.added] == [("k1", "3")]
    assert repr(change) == "<GraphDiff: 2 functions in both, 1 value added, 1 value removed>"


def test_arguments_that_changed_places() -> None:
    a, b = leaf(1.0), leaf(2.0)
    change = diff(a - b, b - a)
    assert not change.removed
    assert {e.id for e in change.removed_edges} == {"p1-f1-0", "p2-f1-1"}
    assert bool(change)


def test_a_plus_a_and_a_plus_b() -> None:
    a, b = leaf(1.0), leaf(2.0)
    change = diff(a + a, a + b)
    assert [e.id for e in change.removed_edges] == ["p1-f1-1"]
    assert [n.name for n in change.added] == ["b"]


def test_what_comes_before_and_after_a_change_is_found_again() -> None:
    x = leaf(1.0)
    change = diff((x.exp() * 2).sin().tanh(), (x.exp() * 2).cos().tanh())
    assert functions(change.removed) == ["Sin f3"]
    assert functions(change.added) == ["Cos f3"]


def test_a_longer_loop_over_another_leaf_shows_its_last_rounds_too() -> None:
    x, y = leaf(1.0), leaf(1.0)
    change = diff(loop(x, 2), loop(y, 4))
    assert functions(change.added) == ["Mul f5", "Tanh f6", "Mul f7", "Tanh f8"]


def test_what_comes_often_is_matched_too() -> None:
    """difflib leaves out what it takes for junk: elements that come often in long sequences."""
    one, two = leaf(1.0).exp(), leaf(1.0).sin()
    for _ in range(300):
        one, two = one.tanh(), two.tanh()
    change = diff(one.exp(), two.sin(), names={})
    assert len(change.removed) == len(change.added) == 4  # two functions and their values


def test_a_long_difference_does_not_take_long() -> None:
    """Two chains of 20 000 equal functions that differ at their beginning."""
    one, two = leaf(1.0).exp(), leaf(1.0).sin()
    for _ in range(20_000):
        one, two = one.tanh(), two.tanh()
    change = diff(one, two, names={})
    assert functions(change.removed) == ["Exp f1"]


def test_a_picture_marks_what_differs_on_its_side() -> None:
    picture = diff(branch(leaf(3.0)), branch(leaf(-3.0)), names={}).draw(titles=("x = 3", "x = −3"))
    found = nodes(picture.svg)
    assert found["before-f1"] == ("node function removed", ["− Mul"])
    assert found["after-f1"] == ("node function added", ["+ Neg"])
    assert found["before-k1"] == ("node constant removed", ["2"])  # without a sign: −2 would be another number
    assert found["before-f2"] == ("node function", ["Add"])
    assert re.findall(r'id="legend&#45;(\w+)"', picture.svg)[-2:] == ["removed", "added"]
    assert ">x = 3<" in picture.svg
    assert picture.description == (
        "two graphs: x = 3, 5 values and 2 functions (Mul, Add); x = −3, 4 values and 2 functions (Neg, Add); "
        "1 function in both, 1 added (Neg), 1 removed (Mul)"
    )


def test_ids_in_the_picture_are_unique() -> None:
    svg = diff(branch(leaf(3.0)), branch(leaf(-3.0))).draw().svg
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))


def test_a_notebook_shows_the_picture() -> None:
    bundle = diff(branch(leaf(3.0)), branch(leaf(-3.0)))._repr_mimebundle_()
    assert bundle["text/plain"].startswith("<GraphDiff: 1 function in both")
    assert bundle["text/html"].startswith('<img alt="two graphs: before, 5 values')


def test_large_graphs_are_compared_by_modules() -> None:
    def deep(layers: int) -> nn.Module:
        return nn.Sequential(*[nn.Linear(2, 2) for _ in range(layers)])

    one, two = deep(20), deep(22)
    change = diff(one(mg.ones(5, 2)).sum(), two(mg.ones(5, 2)).sum(), names={"one": one, "two": two})
    texts = [lines for _, lines in nodes(change.draw().svg).values()]
    assert ["− 0 – 19", "Linear ×20", "120 parameters", "(5, 2)"] in texts
    assert ["+ 0 – 21", "Linear ×22", "132 parameters", "(5, 2)"] in texts
    full = change.draw(detail="operations")
    assert full.svg.count('class="node function added"') == 2


def test_graphs_as_data_are_compared_too() -> None:
    x = leaf(1.0)
    before, after = Graph.read(loop(x, 1)), Graph.read(loop(x, 2))
    assert functions(diff(Graph.from_json(before.to_json()), after).added) == ["Mul f3", "Tanh f4"]


def test_no_graph_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is no graph"):
        diff(leaf(1.0) * 2, mg.ones(1))
