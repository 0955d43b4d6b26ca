"""Looking around in a graph: one module open, one closed, and what is told of each node."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.autograd import record_lines
from micrograd_nb.graph import Graph, views
from micrograd_nb.graph.explore import MOST_KEPT, Explorer, Place, Sight


@pytest.fixture(autouse=True)
def _lines() -> None:
    record_lines()


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x + self.linear(x).tanh()


def blocks(count: int) -> Explorer:
    net = nn.Sequential(*[Block() for _ in range(count)])
    return Explorer(Graph.read((net(mg.randn(2, 4)) ** 2).sum(), {"net": net}, values=True), detail="modules")


def boxes(sight: Sight) -> list[str]:
    return [node.name for node in sight.shown.nodes if node.kind == "module"]


def test_it_begins_with_what_draw_shows() -> None:
    explorer = blocks(30)
    chosen, shown = views.fitting(explorer.graph)
    assert chosen == "modules"
    assert explorer.look(explorer.start).shown == shown
    assert explorer.look(explorer.start).homes == views.placed(explorer.graph, "modules")[1]


def test_the_first_of_equal_boxes_opens_and_closes_again() -> None:
    explorer = blocks(4)
    start = explorer.start
    assert boxes(explorer.look(start)) == ["0 – 3"]
    box = next(id for id, is_open in explorer.look(start).calls.items() if not is_open)
    opened = explorer.toggled(start, box)
    assert boxes(explorer.look(opened)) == ["0.linear", "1 – 3"]
    assert explorer.look(opened).calls[box] is True
    assert explorer.toggled(opened, box) == start


def test_closing_all_leaves_one_box_and_opening_all_leaves_none() -> None:
    explorer = blocks(3)
    assert boxes(explorer.look(explorer.all_closed(explorer.start))) == ["net"]
    everything = explorer.look(explorer.all_open(explorer.start))
    assert boxes(everything) == []
    assert everything.shown == views.operations(explorer.graph)


def test_with_all_open_and_the_values_it_is_the_whole_graph() -> None:
    explorer = blocks(3)
    assert explorer.look(Place(True, explorer.all_open(explorer.start).opened)).shown == explorer.graph


@pytest.mark.parametrize("values", [True, False])
def test_every_place_shows_every_node_once_and_leads_from_end_to_end(values: bool) -> None:
    """Whatever is open: each node has a home that is drawn, and each value outside of a box the edge that makes it."""
    explorer = blocks(2)
    for place in explorer.around(explorer.start._replace(values=values), 40):
        sight = explorer.look(place)
        shown = {node.id for node in sight.shown.nodes}
        assert set(sight.homes) == {node.id for node in explorer.graph.nodes}
        assert set(sight.homes.values()) == shown
        assert all({edge.source, edge.target} <= shown for edge in sight.shown.edges)
        assert all(edge.source != edge.target for edge in sight.shown.edges)
        assert len({edge.id for edge in sight.shown.edges}) == len(sight.shown.edges)
        made = [node.id for node in sight.shown.nodes if node.kind in ("intermediate", "output")]
        assert all(len(sight.shown.incoming[id]) == 1 for id in made)
        assert set(sight.drawn.values()) <= shown | set(sight.calls)


def test_a_value_is_inside_of_a_box_if_it_stays_inside() -> None:
    explorer = blocks(1)
    place = explorer.with_closed(Place(True, explorer.all_open(explorer.start).opened), "0")
    sight = explorer.look(place)
    box = next(node for node in sight.shown.nodes if node.kind == "module")
    inside = [id for id, home in sight.homes.items() if home == box.id]
    assert sorted(explorer.graph[id].kind for id in inside) == [
        *["function"] * 3, *["intermediate"] * 2, *["parameter"] * 2
    ]  # fmt: skip
    assert box.value is None  # its value is a node of its own


def test_paths_open_with_all_that_they_are_in() -> None:
    explorer = blocks(2)
    nothing = explorer.all_closed(explorer.start)
    sight = explorer.look(explorer.with_open(nothing, "1.linear"))
    assert boxes(sight) == ["0"]
    with pytest.raises(ValueError, match=r'there is no module "2" in this graph. There are: net, 0, 0.linear, 1'):
        explorer.with_open(nothing, "2")


def test_a_picture_is_drawn_once_and_the_last_ones_are_kept() -> None:
    explorer = blocks(8)
    first = explorer.look(explorer.start)
    assert explorer.look(explorer.start) is first
    for place in explorer.around(explorer.start, MOST_KEPT + 5):
        explorer.look(place)
    assert len(explorer._kept) == MOST_KEPT


def test_keys_are_read_back_and_nothing_else_is() -> None:
    explorer = blocks(2)
    for place in explorer.around(explorer.start, 20):
        assert explorer.place(explorer.key(place)) == place
    for wrong in ("", "values:m99", "<img>:", "values:m1;m2"):
        with pytest.raises(ValueError, match="no place in the graph"):
            explorer.place(wrong)


def test_what_would_be_too_large_is_refused_with_counts_and_a_way() -> None:
    explorer = blocks(120)
    assert len(explorer.look(explorer.start).shown.nodes) <= views.READABLE
    with pytest.raises(ValueError, match=r"would draw \d{3} nodes, .* more than 400 .* Open one module at a time"):
        explorer.look(explorer.all_open(explorer.start))


def test_facts_are_the_librarys_numbers() -> None:
    w, x = mg.tensor([[1.0, -2.0]], requires_grad=True), mg.ones(3, 2)
    hidden = x @ w.T
    loss = hidden.sum()
    loss.backward(retain_graph=True)
    explorer = Explorer(Graph.read(loss, {"w": w, "x": x, "hidden": hidden, "loss": loss}, values=True))
    facts = {fact.name: {row.name: row.text for row in fact.rows} for fact in _facts(explorer).values()}
    assert facts["w"]["shape"] == "(1, 2), 2 elements"
    assert facts["w"]["dtype"] == "float32"
    assert facts["w"]["value"] == "[[1, −2]]"
    assert facts["w"]["grad"] == "[[3, 3]]"
    assert facts["hidden"]["value"] == "[[−1], [−1], [−1]]"
    assert facts["loss"]["value"] == "−3"
    assert facts["Sum #3"]["takes"] == "hidden"
    assert facts["Sum #3"]["code"].endswith("loss = hidden.sum()")


def _facts(explorer: Explorer) -> dict[str, object]:
    return explorer.look(explorer.start).facts  # type: ignore[return-value]


def test_a_large_tensor_has_statistics_in_place_of_its_elements() -> None:
    x = mg.randn(40, 40, requires_grad=True)
    facts = _facts(Explorer(Graph.read(x.sum(), {"x": x}, values=True)))["p1"]
    row = next(row for row in facts.rows if row.name == "value")
    assert row.text == "(40, 40) float32"
    assert row.tensor.facts.startswith("min −")
    assert facts.spoken.startswith("parameter x, shape (40, 40), 1,600 elements, dtype float32")


def test_facts_of_a_module_open_or_closed_name_what_is_inside() -> None:
    explorer = blocks(1)
    closed = explorer.look(explorer.with_closed(explorer.start, "0"))
    box = next(fact for fact in closed.facts.values() if fact.kind == "module")
    assert {row.name: row.text for row in box.rows}["inside"] == "3 functions: Linear, Tanh, Add"
    assert {row.name: row.text for row in box.rows}["parameters"].startswith("20: 0.linear.weight (4, 4)")


def test_no_engine_is_kept_alive_by_it() -> None:
    explorer = blocks(1)
    assert not explorer.graph.functions
    assert not explorer.graph.leaves


def test_pytorchs_graph_too(torch: ModuleType) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    loss = net(torch.ones(4, 3)).sum()
    explorer = Explorer(Graph.read(loss, {"net": net}, values=True), detail="modules")
    sight = explorer.look(explorer.start)
    assert any(node.kind == "module" for node in sight.shown.nodes)
    weight = next(f for f in explorer.look(explorer.all_open(explorer.start)).facts.values() if f.name == "0.weight")
    row = next(row for row in weight.rows if row.name == "value")
    assert row.text.count(",") == 5
    assert np.isclose(float(row.text.strip("[").partition(",")[0].replace("−", "-")), net[0].weight[0, 0].item(), 1e-3)
