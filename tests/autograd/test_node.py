"""`grad_fn`: the name of an operation, where its gradients go, what it saved, and the line of code that ran it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg


def test_leaf_has_no_grad_fn_and_a_result_has_one() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    assert a.grad_fn is None
    assert mg.tensor(2.0).grad_fn is None
    assert re.fullmatch(r"<MulBackward0 object at 0x[0-9a-f]+>", repr((a * a).grad_fn))


def walk(node: Any) -> list[Any]:
    """The names of a graph, nested by `next_functions`."""
    return [node.name(), *(None if n is None else walk(n) for n, _ in node.next_functions)]


# fmt: off
GRAPHS = [
    lambda m, a, b: a * b,
    lambda m, a, b: a + a,
    lambda m, a, b: a * a + b / 2,
    lambda m, a, b: (a - b).exp().sum(),
    lambda m, a, b: m.maximum(a, m.ones(2, 2)) @ b,
    lambda m, a, b: m.stack([a, m.zeros(2, 2), b, a]).mean(),
    lambda m, a, b: (a.relu() + b.detach()).reshape(4),
    lambda m, a, b: m.tanh(a).T.sum(0),
]
# fmt: on


@pytest.mark.parametrize("call", GRAPHS, ids=lambda call: inspect.getsource(call).partition(": ")[2].strip(",\n"))
def test_graph_equals_that_of_pytorch(call: Callable[..., Any], torch: ModuleType) -> None:
    """Also `torch::autograd::AccumulateGrad` is AccumulateGrad, and an input without gradient is None."""

    def graph(m: ModuleType) -> str:
        inputs = [m.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True) for _ in range(2)]
        return str(walk(call(m, *inputs).grad_fn)).replace("torch::autograd::", "")

    if call is GRAPHS[2]:  # PyTorch's graph has no input for a number; ours has one, that gets no gradient
        assert graph(mg).replace(", None]", "]") == graph(torch).replace(", None]", "]")
    else:
        assert graph(mg) == graph(torch)


def test_edges_lead_to_the_nodes_of_the_inputs() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 2
    c = b + a
    (first, _), (second, _) = c.grad_fn.next_functions
    assert first is b.grad_fn
    assert second.variable is a


def test_inputs_are_the_arrays_and_numbers_that_the_operation_got() -> None:
    a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0)
    assert (a * b).grad_fn.inputs == (a.array, b.array)
    assert (a * 5).grad_fn.inputs == (a.array, 5)


def test_numbers_count_operations_as_they_run() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    b = a * 2
    c = a + b
    assert a.node.number < b.grad_fn.number < c.grad_fn.number


# -- saved values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(lambda a, b: a * b, {"input": 2.0, "other": -3.0}, id="mul"),
        pytest.param(lambda a, b: a * b.detach(), {"other": -3.0}, id="mul by a constant"),
        pytest.param(lambda a, b: a * 5, {"other": 5}, id="mul by a number"),
        pytest.param(lambda a, b: a.exp(), {"output": np.exp(2.0)}, id="exp"),
        pytest.param(lambda a, b: a + b, {}, id="add"),
    ],
)
def test_saved_values_have_the_names_of_the_rule(call: Callable[..., Any], expected: dict[str, Any]) -> None:
    a, b = (mg.tensor(x, dtype=mg.float64, requires_grad=True) for x in (2.0, -3.0))
    saved = call(a, b).grad_fn.saved
    assert {name: float(value) for name, value in saved.items()} == expected


def test_saved_values_of_a_broadcast_operation_are_seen_through_the_sum() -> None:
    a, b = mg.ones(2, 3, requires_grad=True), mg.ones(3, requires_grad=True)
    assert {name: value.shape for name, value in (a * b).grad_fn.saved.items()} == {"input": (2, 3), "other": (3,)}


# -- the line of code --------------------------------------------------------------------------------------------------


def line_of(marker: str) -> tuple[str, int]:
    """This file, and the line in it that ends in a comment."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return __file__, next(n for n, line in enumerate(lines, 1) if line.endswith(f"# {marker}"))


def test_line_names_the_file_and_the_line_of_the_caller() -> None:
    a = mg.tensor([2.0], requires_grad=True)
    b = a * 3  # here
    assert b.grad_fn.line == line_of("here")


def test_line_of_a_leaf_is_none() -> None:
    assert mg.tensor(2.0, requires_grad=True).node.line is None


def test_line_of_a_statement_over_several_lines_is_that_of_its_part() -> None:
    a = mg.tensor([2.0], requires_grad=True)
    total = (
        a.exp()  # first part
        + a.sin()  # second part
    )
    assert total.grad_fn.next_functions[1][0].line == line_of("second part")


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda a, b: a + b, id="a + b"),
        pytest.param(lambda a, b: 2 - a, id="2 - a"),
        pytest.param(lambda a, b: 2 * a, id="2 * a"),
        pytest.param(lambda a, b: a**2, id="a ** 2"),
        pytest.param(lambda a, b: 2**a, id="2 ** a"),
        pytest.param(lambda a, b: a**b, id="a ** b"),
        pytest.param(lambda a, b: np.ones((2, 2)) * a, id="array * a"),
        pytest.param(lambda a, b: np.exp(a), id="np.exp(a)"),
        pytest.param(lambda a, b: a + b.double(), id="dtypes that differ"),
        pytest.param(lambda a, b: mg.tensor([1, 2]) * a, id="integers times floats"),
        pytest.param(lambda a, b: mg.tanh(a), id="mg.tanh"),
        pytest.param(lambda a, b: a @ b, id="a @ b"),
        pytest.param(lambda a, b: a.matmul(b), id="matmul"),
        pytest.param(lambda a, b: a.mm(b), id="mm"),
        pytest.param(lambda a, b: a.matmul(b[0]), id="matmul with a vector"),
        pytest.param(lambda a, b: np.ones((2, 2), "float32") @ a, id="array @ a"),
        pytest.param(lambda a, b: a.flatten(), id="flatten"),
        pytest.param(lambda a, b: a.T, id="T"),
        pytest.param(lambda a, b: a.mean(), id="mean"),
        pytest.param(lambda a, b: a.sum(keepdim=True), id="sum"),
        pytest.param(lambda a, b: a.max(1).values, id="max"),
        pytest.param(lambda a, b: a[0], id="a[0]"),
        pytest.param(lambda a, b: next(iter(a)), id="iteration"),
        pytest.param(lambda a, b: a.float().double(), id="double"),
        pytest.param(lambda a, b: mg.cat([a, b]), id="cat"),
        pytest.param(lambda a, b: mg.where(a > 0, a, b), id="where"),
        pytest.param(lambda a, b: mg.nn.functional.linear(a, b), id="linear"),
        pytest.param(lambda a, b: mg.nn.functional.cross_entropy(a, mg.tensor([0, 1])), id="cross_entropy"),
    ],
)
def test_line_leads_out_of_the_library(call: Callable[..., Any]) -> None:
    a, b = mg.ones(2, 2, requires_grad=True), mg.ones(2, 2, requires_grad=True)
    assert call(a, b).grad_fn.line == (__file__, call.__code__.co_firstlineno)


LIBRARY_CODE = """
def forward(x):
    return activation(x)

def activation(x):
    return inner(x) * 2 - (1 + x.tanh().sum()) ** 2

def inner(x):
    return x.relu().flatten().mean()
"""


def test_line_leads_out_of_library_functions_that_call_each_other() -> None:
    """As a layer does: it calls functions, which call methods. The learner's line is outside of all of them."""
    library: dict[str, Any] = {}
    exec(compile(LIBRARY_CODE, str(Path(mg.__file__).parent / "nn" / "imagined.py"), "exec"), library)
    x = mg.ones(2, 3, requires_grad=True)
    out = library["forward"](x)  # the learner's line
    nodes, lines = [out.grad_fn], []
    for node in nodes:
        lines += [] if node.line is None else [node.line]
        nodes += [n for n, _ in node.next_functions if n is not None]
    assert len(lines) >= 8
    assert set(lines) == {line_of("the learner's line")}
