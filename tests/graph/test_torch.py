"""The same calls read PyTorch's tensors, and find the graph that we find: the same program in both, compared.

What differs, and is left out of the comparison: an argument without gradient is in PyTorch's graph only where it was
saved, and a number among those is a tensor; one that never has a gradient has no place at all; `nn.Linear` and
`cross_entropy` are one Function here and several there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.graph import Graph, diff, draw, read_torch

Program = Callable[[Any, Any, Any], Any]


def loop(lib: Any, w: Any, v: Any) -> Any:
    for _ in range(3):
        w = (w @ v).tanh() + w
    return w.mean()


def in_place(lib: Any, w: Any, v: Any) -> Any:
    y = w * v
    y += v
    y.mul_(w)
    return y.sum()


PROGRAMS: dict[str, Program] = {
    "one operation": lambda lib, w, v: w.exp(),
    "a plus a": lambda lib, w, v: w + w,
    "shared value": lambda lib, w, v: (w * v).exp() * (w * v),
    "shared twice": lambda lib, w, v: (lambda y: y.exp() * y)(w * v),
    "broadcast": lambda lib, w, v: (w * v.sum(0) + v.mean()).sum(),
    "matrices": lambda lib, w, v: (w @ v).relu().sum(),
    "views": lambda lib, w, v: (w.t() * v.reshape(4)[:2].unsqueeze(0)).sum(),
    "transpose": lambda lib, w, v: (w.transpose(0, 1) - v.permute(1, 0)).squeeze().mean(),
    "quotient": lambda lib, w, v: (w / v - v.sigmoid()).abs().sum(),
    "power": lambda lib, w, v: ((w**2 - v) ** 3).mean(),
    "softmax": lambda lib, w, v: (w.log_softmax(1) * v).sum(),
    "joined": lambda lib, w, v: lib.cat([w, v * 2, w]).sum(),
    "stacked": lambda lib, w, v: lib.stack([w, v]).max(),
    "clamp": lambda lib, w, v: (w.clamp(0, 1) + v.maximum(w)).sum(),
    "loop": loop,
    "in place": in_place,
    "detached": lambda lib, w, v: (w * (w * v).detach()).sum(),
    "a dead end": lambda lib, w, v: (w.exp(), w * 2)[1].sum(),
}


def leaves(lib: Any) -> tuple[Any, Any]:
    return tuple(lib.tensor(x, requires_grad=True) for x in ([[1.0, -2.0], [0.5, 3.0]], [[2.0, 1.0], [-1.0, 0.25]]))


def both(torch: ModuleType, program: Program, **options: Any) -> list[Graph]:
    graphs = []
    for lib in (mg, torch):
        w, v = leaves(lib)
        root = program(lib, w, v)
        graphs.append(Graph.read(root, {"w": w, "v": v, "root": root}, **options))
    return graphs


def structure(graph: Graph) -> tuple[list[Any], list[Any]]:
    """Functions, parameters and values, with what leads to what; without arguments that need no gradient."""
    known = {n.id for n in graph.nodes if n.kind not in ("input", "constant", "buffer")}
    nodes = [(n.id, n.kind, n.name, n.shape, n.dtype) for n in graph.nodes if n.id in known]
    return sorted(nodes), sorted(edge.id for edge in graph.edges if edge.source in known)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_program_leaves_the_same_graph(torch: ModuleType, name: str) -> None:
    ours, theirs = both(torch, PROGRAMS[name])
    assert structure(ours) == structure(theirs)


def test_the_condition_of_where_has_a_place_in_ours_alone(torch: ModuleType) -> None:
    graphs = both(torch, lambda lib, w, v: lib.where(w > 0, w, v))
    edges = [[e.id for e in graph.edges if e.source.startswith("p")] for graph in graphs]
    assert edges == [["p1-f1-1", "p2-f1-2"], ["p1-f1-0", "p2-f1-1"]]


def test_a_difference_would_be_seen(torch: ModuleType) -> None:
    ours, _ = both(torch, PROGRAMS["a plus a"])
    _, theirs = both(torch, lambda lib, w, v: w + v)
    assert structure(ours) != structure(theirs)


@pytest.mark.parametrize("name", PROGRAMS)
def test_values_are_the_same_where_pytorch_has_kept_them(torch: ModuleType, name: str) -> None:
    ours, theirs = both(torch, PROGRAMS[name], values=True)
    compared = 0
    for node in theirs.nodes:
        if node.kind in ("parameter", "intermediate", "output") and not node.note:
            mine = ours[node.id]
            if not mine.note:
                np.testing.assert_allclose(node.value, mine.value, rtol=1e-5)
                compared += 1
    assert compared >= 2  # a parameter, and the root


def test_gradients_are_there(torch: ModuleType) -> None:
    w, v = leaves(torch)
    hidden = w * v
    hidden.retain_grad()
    loss = hidden.sum()
    loss.backward()
    graph = Graph.read(loss, values=True)
    np.testing.assert_array_equal(graph["p1"].grad, v.detach().numpy())
    np.testing.assert_array_equal(graph["o1"].grad, np.ones((2, 2)))
    assert "grad [[1, 1], [1, 1]]" in mg.graph.dot(loss, grads=True)


def test_a_freed_graph_keeps_structure_and_shapes(torch: ModuleType) -> None:
    w, v = leaves(torch)
    loss = (w * v).exp().sum()
    before = structure(Graph.read(loss))
    loss.backward()
    graph = Graph.read(loss, values=True)
    assert structure(graph) == before
    assert (graph["o1"].value, graph["o1"].shape, graph["o1"].note) == (None, (2, 2), "not kept")


def test_an_argument_without_gradient_shows_where_it_is_saved(torch: ModuleType) -> None:
    w, x = torch.ones(2, requires_grad=True), torch.tensor([1.0, 2.0])
    graph = Graph.read((w * x + x).sum(), values=True)
    assert [(e.id, graph[e.source].name) for e in graph.edges if e.source.startswith("x")] == [("x1-f1-1", "x")]
    np.testing.assert_array_equal(graph["x1"].value, [1.0, 2.0])


def test_what_was_overwritten_is_not_read(torch: ModuleType) -> None:
    w = torch.ones(2, requires_grad=True)
    y = w.exp()
    y.add_(1)
    graph = Graph.read(y.sum(), values=True)
    assert [(graph[o].name, graph[o].note) for o in ("o1", "o2")] == [("", "not kept"), ("y", "")]


def test_what_does_not_have_the_shape_is_not_taken_for_the_value(
    torch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a name of PyTorch's ever mean another argument than we think."""
    monkeypatch.setattr(read_torch, "ARGUMENTS", (("other",),))
    w, v = leaves(torch)
    graph = Graph.read(w.exp().sum(0, keepdim=True) * v, {}, values=True)
    assert (graph["o2"].value, graph["o2"].shape, graph["o2"].note) == (None, (1, 2), "not kept")


def test_several_outputs(torch: ModuleType) -> None:
    w, _ = leaves(torch)
    first, second = w.split(1)
    graph = Graph.read((first * second).sum())
    assert [(n.id, n.name, n.shape) for n in graph.nodes if n.kind == "intermediate"][:2] == [
        ("o1.0", "first", (1, 2)),
        ("o1.1", "second", (1, 2)),
    ]
    assert [e.id for e in graph.incoming["f2"]] == ["o1.0-f2-0", "o1.1-f2-1"]


def test_a_custom_function_of_several_outputs_in_both(torch: ModuleType) -> None:
    found = []
    for lib in (mg, torch):

        class Two(lib.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2, x + 1

            @staticmethod
            def backward(ctx, a, b):
                return a * 2 + b

        w, _ = leaves(lib)
        double, following = Two.apply(w)
        found.append(structure(Graph.read((double * following).sum(), {"w": w, "d": double})))
    assert found[0] == found[1]


def test_modules_are_known_by_their_parameters(torch: ModuleType) -> None:
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Linear(4, 1))
    )
    x = torch.ones(5, 3)
    loss = model(x).sum()
    graph = Graph.read(loss)
    functions = [(n.name, n.module) for n in graph.nodes if n.kind == "function"]
    assert functions == [
        ("T", "0"),
        ("Addmm", "0"),
        ("Relu", ""),
        ("T", "2.0"),
        ("Addmm", "2.0"),
        ("T", "2.1"),
        ("Addmm", "2.1"),
        ("Sum", ""),
    ]
    assert [(c.path, c.kind) for c in graph.calls] == [("0", "Linear"), ("2.0", "Linear"), ("2.1", "Linear")]
    assert [n.name for n in graph.nodes if n.kind == "parameter"] == [
        "0.weight",
        "0.bias",
        "2.0.weight",
        "2.0.bias",
        "2.1.weight",
        "2.1.bias",
    ]
    assert "drawn as modules: 0 Linear, 2.0 Linear, 2.1 Linear" in draw(loss, detail="modules").description


def test_a_module_that_runs_twice_makes_no_circle(torch: ModuleType) -> None:
    cell = torch.nn.Linear(2, 2)
    x = torch.ones(1, 2)
    for _ in range(3):
        x = cell(x).tanh()
    seen = mg.graph.views.modules(Graph.read(x.sum()))
    order = {node.id: place for place, node in enumerate(seen.nodes)}
    assert all(order[e.source] < order[e.target] for e in seen.edges if e.source[0] in "fm")
    assert seen.count("module") == 3


def test_buffers(torch: ModuleType) -> None:
    model = torch.nn.BatchNorm1d(2)
    graph = Graph.read(model(torch.randn(4, 2)).sum())
    assert [n.name for n in graph.nodes if n.kind == "parameter"] == ["weight", "bias"]


def test_lines_in_anomaly_mode(torch: ModuleType) -> None:
    w, v = leaves(torch)
    with pytest.warns(UserWarning, match="Anomaly"), torch.autograd.detect_anomaly():
        y = w * v
    assert Graph.read(y)["f1"].line[0] == __file__
    assert Graph.read(w * v)["f1"].line is None


def test_pictures_and_differences(torch: ModuleType) -> None:
    w, v = leaves(torch)
    loss = (w * v).sum()
    loss.backward()
    assert ">loss<" in draw(loss, grads=True).svg
    assert repr(diff(loss, (w * v).exp().sum())) == "<GraphDiff: 2 functions in both, 1 added (Exp), 1 edge removed>"


def test_ours_beside_theirs(torch: ModuleType) -> None:
    """What `nn.Linear` is here and there."""
    ours, theirs = nn.Linear(2, 2), torch.nn.Linear(2, 2)
    change = diff(ours(mg.ones(1, 2)).sum(), theirs(torch.ones(1, 2)).sum(), names={"ours": ours, "theirs": theirs})
    assert {n.name for n in change.removed if n.kind == "function"} == {"Linear"}
    assert {n.name for n in change.added if n.kind == "function"} == {"T", "Addmm"}


def test_dtypes_that_numpy_does_not_have(torch: ModuleType) -> None:
    w = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    graph = Graph.read(w.exp(), values=True)
    assert graph["p1"].dtype == "bfloat16"
    assert graph["p1"].value.dtype == np.float32


def test_no_graph_is_an_error_as_with_ours(torch: ModuleType) -> None:
    with pytest.raises(ValueError, match="nothing that this tensor was computed from requires gradients"):
        Graph.read(torch.ones(2))
    with pytest.raises(ValueError, match="this tensor is a leaf"):
        Graph.read(torch.ones(2, requires_grad=True))


def test_a_deep_graph_is_read_without_recursion(torch: ModuleType) -> None:
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(5_000):
        y = y.tanh()
    assert Graph.read(y).count("function") == 5_000


def test_threads_that_count_for_themselves_do_not_turn_the_order_round(torch: ModuleType) -> None:
    """A new thread numbers its Functions from 0, though what it computes comes later."""
    from threading import Thread

    w, v = leaves(torch)
    y = [w]
    for _ in range(5):
        y[0] = y[0] * v
    thread = Thread(target=lambda: y.append(y[0].exp()))
    thread.start()
    thread.join()
    graph = Graph.read(y[1])
    assert graph.nodes[-2].name == "Exp"


def test_pytorch_is_not_loaded_for_the_question() -> None:
    program = (
        "import sys, micrograd_nb as mg; a = mg.tensor(2.0, requires_grad=True); mg.graph.draw(a * a); "
        "print('torch' in sys.modules, 'networkx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert not read_torch.is_torch(mg.ones(1))
