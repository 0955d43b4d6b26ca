"""Which module ran a function: recorded where somebody looks, and drawn as frames and boxes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.autograd import lines, module_calls, record_lines
from micrograd_nb.graph import Graph, draw
from micrograd_nb.graph.views import modules, operations, view


class Block(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(size, size)
        self.activation = nn.ReLU()
        self.linear2 = nn.Linear(size, size)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x + self.linear2(self.activation(self.linear1(x)))


class Net(nn.Module):
    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.embed = nn.Linear(3, 4)
        self.layers = nn.ModuleList([Block(4) for _ in range(blocks)])
        self.head = nn.Linear(4, 2)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        x = self.embed(x)
        for layer in self.layers:
            x = layer(x)
        return self.head(x) * 0.5


def net_and_loss(blocks: int = 3) -> tuple[Net, mg.Tensor]:
    net = Net(blocks)
    return net, net(mg.ones(5, 3)).sum()


@pytest.fixture
def off() -> Iterator[None]:
    """Nothing is recorded, as in a program."""
    record_lines(False)
    yield
    record_lines()


# -- recording ---------------------------------------------------------------------------------------------------------


def test_each_function_knows_its_module() -> None:
    net, loss = net_and_loss(1)
    graph = Graph.read(loss, {"net": net})
    assert [(n.name, n.module) for n in graph.nodes if n.kind == "function"] == [
        ("Linear", "embed"),
        ("Linear", "layers.0.linear1"),
        ("Relu", "layers.0.activation"),
        ("Linear", "layers.0.linear2"),
        ("Add", "layers.0"),
        ("Linear", "head"),
        ("Mul", ""),
        ("Sum", ""),
    ]
    assert {n.module for n in graph.nodes} - {""} <= {name for name, _ in net.named_modules()}
    assert [graph[f"f{i}"].call for i in (7, 8)] == ["m1", ""]  # inside of the net's own forward, and outside
    assert [(c.path, c.kind, c.name, c.parent) for c in graph.calls[:3]] == [
        ("", "Net", "net", ""),
        ("embed", "Linear", "", "m1"),
        ("layers.0", "Block", "", "m1"),
    ]


def test_two_runs_of_a_module_are_two_calls() -> None:
    cell, x = nn.Linear(2, 2), mg.ones(1, 2)
    graph = Graph.read(cell(cell(x)).sum())
    assert [(call.kind, call.name) for call in graph.calls] == [("Linear", "cell"), ("Linear", "cell")]
    assert [graph[f].call for f in ("f1", "f2", "f3")] == ["m1", "m2", ""]


def test_a_module_made_on_the_spot_is_known_by_its_class() -> None:
    class OnTheSpot(nn.Module):
        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return nn.ReLU()(x)

    model, w = OnTheSpot(), mg.ones(2, requires_grad=True)
    graph = Graph.read(model(w).sum())
    assert graph["f1"].module == "(ReLU)"


def test_a_module_that_is_gone_is_known_by_its_class() -> None:
    w = mg.ones(2, requires_grad=True)
    graph = Graph.read(nn.Sequential(nn.ReLU())(w).sum())
    assert [(call.kind, call.path) for call in graph.calls] == [("Sequential", ""), ("ReLU", "(ReLU)")]


def test_recording_holds_no_module() -> None:
    w = mg.ones(2, requires_grad=True)
    model = nn.Sequential(nn.ReLU())
    loss = model(w).sum()
    call = loss.grad_fn.next_functions[0][0].call
    del model
    assert call.module() is None
    assert call.outer.module() is None


def test_an_error_in_forward_ends_the_call() -> None:
    class Failing(nn.Module):
        def forward(self, x: mg.Tensor) -> mg.Tensor:
            raise KeyError("oh")

    with pytest.raises(KeyError):
        Failing()(mg.ones(1))
    assert module_calls.current() is None


def test_threads_have_calls_of_their_own() -> None:
    inside, done = threading.Event(), threading.Event()

    class Slow(nn.Module):
        def forward(self, x: mg.Tensor) -> mg.Tensor:
            inside.set()
            assert done.wait(10)
            return x.exp()

    w, results = mg.ones(2, requires_grad=True), []
    model = Slow()
    thread = threading.Thread(target=lambda: results.append(model(w)))
    thread.start()
    assert inside.wait(10)
    outside = w * 2
    done.set()
    thread.join()
    assert Graph.read(outside).calls == ()
    assert Graph.read(results[0])["f1"].call == "m1"


def test_where_nobody_looks_nothing_is_recorded(off: None) -> None:
    assert not lines.on
    net, loss = net_and_loss(1)
    assert not hasattr(loss.grad_fn, "call")
    graph = Graph.read(loss, {"net": net})
    assert graph.calls == ()
    assert graph["f1"].line is None
    with pytest.raises(ValueError, match=r"knows of no modules.*record_lines\(\) before the forward pass"):
        draw(loss, detail="modules")


# -- views -------------------------------------------------------------------------------------------------------------


def test_operations_carry_their_results() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 3.0
    loss = b + a
    seen = operations(Graph.read(loss, {"a": a, "b": b, "loss": loss}, values=True))
    assert [(n.id, n.kind, n.name, n.result) for n in seen.nodes] == [
        ("p1", "parameter", "a", ""),
        ("k1", "constant", "3.0", ""),
        ("f1", "function", "Mul", "b"),
        ("f2", "function", "Add", ""),
        ("o2", "output", "loss", ""),
    ]
    assert [e.id for e in seen.edges] == ["p1-f1-0", "k1-f1-1", "f1-f2-0", "p1-f2-1", "f2-o2"]
    assert seen["f1"].value == 6.0


def test_modules_are_boxes_and_equal_ones_are_one() -> None:
    net, loss = net_and_loss(12)
    seen = modules(Graph.read(loss, {"net": net}))
    assert [(n.kind, n.name, n.note) for n in seen.nodes if n.kind in ("module", "function")] == [
        ("module", "embed", "Linear\n16 parameters"),
        ("module", "layers.0 – 11", "Block ×12\n480 parameters"),
        ("module", "head", "Linear\n10 parameters"),
        ("function", "Mul", ""),
        ("function", "Sum", ""),
    ]
    boxes = [n.id for n in seen.nodes if n.kind == "module"]
    assert [(e.source, e.target) for e in seen.edges if e.target in boxes or e.source in boxes] == [
        ("x1", boxes[0]),
        (boxes[0], boxes[1]),
        (boxes[1], boxes[2]),
        (boxes[2], "f51"),
    ]
    assert [n.shape for n in seen.nodes if n.kind == "module"] == [(5, 4), (5, 4), (5, 2)]


def test_a_module_is_expanded_by_its_path() -> None:
    net, loss = net_and_loss(12)
    graph = Graph.read(loss, {"net": net})
    seen = modules(graph, ["layers.3"])
    assert [n.name for n in seen.nodes if n.kind == "module"] == [
        "embed",
        "layers.0 – 2",
        "layers.3.linear1",
        "layers.3.activation",
        "layers.3.linear2",
        "layers.4 – 11",
        "head",
    ]
    deep = modules(graph, ["layers.3.linear1"])  # opens the block around it, too
    assert deep["f14"].name == "Linear"
    assert {graph["f14"].module} == {"layers.3.linear1"}
    with pytest.raises(ValueError, match=r'no module "layer.3" in this graph. There are: net, embed, layers.0'):
        modules(graph, ["layer.3"])
    with pytest.raises(ValueError, match=r"""goes with detail="modules", not with 'full'"""):
        draw(loss, detail="full", expand=["head"])
    with pytest.raises(TypeError, match=r'expand=\["head"\]'):
        modules(graph, "head")


@pytest.mark.parametrize("expand", [[], ["layers.0"], ["layers.1.linear2"], ["embed", "head"], ["layers.0", "head"]])
def test_a_view_shows_no_part_twice_and_leads_forward(expand: list[str]) -> None:
    """A box never stands beside what is in it, and no edge leads back: boxes make no circle."""
    net, loss = net_and_loss(4)
    graph = Graph.read(loss, {"net": net})
    seen = modules(graph, expand)
    boxes = [n.id for n in seen.nodes if n.kind == "module"]
    shown = {n.id for n in seen.nodes}
    for node in graph.nodes:
        around, call = [], node.call
        while call:
            around.append(call)
            call = graph.calls_by_id[call].parent
        if node.id in shown:
            assert not set(around) & set(boxes)
    order = {id: i for i, id in enumerate(n.id for n in seen.nodes)}
    assert all(order[e.source] < order[e.target] for e in seen.edges if e.source[0] in "fm")
    assert {e.source for e in seen.edges} | {e.target for e in seen.edges} <= shown


class Nest(nn.Module):
    """Modules in modules, at random, with values that go past some of them."""

    def __init__(self, rng: np.random.Generator, depth: int) -> None:
        super().__init__()
        self.rng = rng
        leaves = (lambda: nn.Linear(3, 3), nn.Tanh, lambda: Nest(rng, depth - 1), lambda: Nest(rng, depth - 1))
        self.parts = nn.ModuleList([leaves[rng.integers(4 if depth else 2)]() for _ in range(rng.integers(1, 5))])
        self.register_buffer("scale", mg.ones(3))

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        values = [x]
        for part in self.parts:
            y = part(self._any(values))
            values.append(y * self.scale if self.rng.random() < 0.3 else y + self._any(values))
        return values[-1] + self._any(values)

    def _any(self, values: list[mg.Tensor]) -> mg.Tensor:
        return values[self.rng.integers(len(values))]


@pytest.mark.parametrize("seed", range(25))
def test_boxes_make_no_circle_and_every_view_can_be_drawn(seed: int) -> None:
    networkx = pytest.importorskip("networkx", reason="networkx is not installed: pip install networkx")
    model = Nest(np.random.default_rng(seed), 2)
    loss = model(mg.ones(2, 3, requires_grad=True)).sum()
    graph = Graph.read(loss, {"model": model})
    paths = [call.path for call in graph.calls if call.path]
    for expand in ([], *([path] for path in paths[:4])):
        seen = modules(graph, expand)
        assert networkx.is_directed_acyclic_graph(seen.to_networkx())
        assert len({edge.id for edge in seen.edges}) == len(seen.edges)
    for detail in ("full", "operations", "modules"):
        for direction in ("LR", "TB"):
            if len(view(graph, detail).nodes) <= 400:
                assert draw(graph, detail=detail, direction=direction).svg.startswith("<svg")


def test_different_modules_in_a_row_stay_apart() -> None:
    widths = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 4), nn.Linear(4, 4), nn.ReLU(), nn.Tanh())
    seen = modules(Graph.read(widths(mg.ones(1, 2)).sum(), {"widths": widths}))
    assert [n.name for n in seen.nodes if n.kind == "module"] == ["0", "1 – 2", "3", "4"]


def test_equal_modules_of_other_names_stay_apart() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.key = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return self.query(x) * self.key(x)

    model = Attention()
    seen = modules(Graph.read(model(mg.ones(1, 2)).sum(), {"model": model}))
    assert [n.name for n in seen.nodes if n.kind == "module"] == ["query", "key"]


def test_a_module_that_ran_again_and_again_is_one_box() -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.cell = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2), nn.Tanh())

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            x = self.first(x)
            for _ in range(5):
                x = self.cell(x)
            return x

    model = Loop()
    seen = modules(Graph.read(model(mg.ones(1, 2)).sum(), {"model": model}))
    assert [(n.name, n.note) for n in seen.nodes if n.kind == "module"] == [
        ("first", "Linear\n6 parameters"),
        ("cell", "Sequential ×5\n6 parameters"),
    ]


def test_a_shared_parameter_stays_outside_of_the_boxes() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.into, self.out = nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False)
            self.out.weight = self.into.weight
            self.between = nn.Tanh()

        def forward(self, x: mg.Tensor) -> mg.Tensor:
            return self.out(self.between(self.into(x)))

    model = Tied()
    seen = modules(Graph.read(model(mg.ones(1, 3)).sum(), {"model": model}))
    assert [n.name for n in seen.nodes if n.kind == "parameter"] == ["into.weight"]


def test_a_single_box_around_everything_is_opened() -> None:
    outer = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    seen = modules(Graph.read(outer(mg.ones(1, 2)).sum(), {"outer": outer}))
    assert [n.name for n in seen.nodes if n.kind == "module"] == ["0.0", "0.1"]


def test_an_unknown_detail_is_an_error() -> None:
    _, loss = net_and_loss(1)
    with pytest.raises(ValueError, match='"full", "operations" or "modules", not \'everything\''):
        view(Graph.read(loss), "everything")
    with pytest.raises(ValueError, match="not 'everything'"):
        draw(loss, detail="everything")


# -- how much is drawn -------------------------------------------------------------------------------------------------


def test_a_graph_that_can_be_read_is_drawn_in_full() -> None:
    net, loss = net_and_loss(1)
    svg = draw(loss, names={"net": net}).svg
    assert sorted(re.findall(r'id="(o\d+)"', svg)) == [f"o{i}" for i in range(1, 9)]
    assert 'class="cluster frame"' in svg
    assert ">layers.0 · Block<" in svg


def test_above_sixty_nodes_it_collapses_by_itself() -> None:
    net, loss = net_and_loss(12)
    picture = draw(loss, names={"net": net})
    assert "Block ×12" in picture.svg
    assert "drawn as modules: embed Linear, layers.0 – 11 Block ×12, head Linear" in picture.description


def test_without_modules_it_leaves_out_the_values_in_between() -> None:
    y = mg.tensor(1.0, requires_grad=True)
    for _ in range(40):
        y = y.tanh()
    picture = draw(y)  # 81 nodes in full, 42 as operations
    assert picture.description.endswith("drawn without the values in between")


def test_between_the_limits_the_smallest_view_is_drawn() -> None:
    y = mg.tensor(1.0, requires_grad=True)
    for _ in range(100):
        y = y.tanh()
    assert draw(y).svg.count('class="node function"') == 100


def test_what_is_asked_for_is_drawn_up_to_the_limit() -> None:
    net, loss = net_and_loss(12)
    assert draw(loss, names={"net": net}, detail="full").svg.count('class="node intermediate"') == 51


def test_a_large_graph_is_refused_with_counts_and_ways_out() -> None:
    y = a = mg.tensor(1.0, requires_grad=True)
    for _ in range(500):
        y = y + a
    with pytest.raises(ValueError, match=r"1001 nodes \(500 functions\).*400.*Graph.read"):
        draw(y)
    with pytest.raises(ValueError, match=r'1001 nodes \(500 functions\), 502 of them with detail="operations"'):
        draw(y, detail="operations")


def test_the_refusal_names_the_calls_that_work() -> None:
    net, loss = net_and_loss(60)
    with pytest.raises(ValueError, match=r'draw\(…, detail="modules"\) has 8 nodes') as error:
        draw(loss, names={"net": net}, detail="full")
    assert "operations" not in str(error.value)  # too many, too
    assert draw(loss, names={"net": net}, detail="modules").svg.startswith("<svg")
