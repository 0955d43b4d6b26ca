"""The exercises of lesson 2.1.1: graphs of a wanted size, and a graph that may be recorded once and replayed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd import AccumulateGrad
from ..graph import Graph
from ..graph.rerun import rerun
from ..tensors import Tensor, tensor
from .check import Wrong, call, close, exercise, kind, require, shown

# -- 1: power ----------------------------------------------------------------------------------------------------------

BASE = 1.5
ENOUGH = {10: 4, 64: 6}  # x¹⁰ = ((x²)²·x)², x⁶⁴ by squaring six times


@exercise(
    hints=[
        "You know x⁵. How many multiplications lead from it to x¹⁰?",
        "half = power(x, n // 2), kept in a variable. Then half * half, and * x where n is odd. Where does it end?",
    ]
)
def power(answer: Any) -> str:
    """`power(x, n)`: xⁿ by multiplications alone, and few of them."""
    for n in (1, 2, 3, 10, 64):
        y = call(answer, tensor(BASE, requires_grad=True), n, shown=f"power(x, {n})")
        _is_power(y, n)
        if n > 1:
            _is_made_of_products(y, n)
    for n, enough in ENOUGH.items():
        _is_small(call(answer, tensor(BASE, requires_grad=True), n, shown=f"power(x, {n})"), n, enough)
    return "power(x, 10) leaves 4 multiplications, and power(x, 64) leaves 6: each graph holds every part once"


def _is_power(y: Any, n: int) -> None:
    require(isinstance(y, Tensor), f"power(x, {n}) should be a tensor, and is {kind(y)}")
    value = y.array.item() if y.array.size == 1 else None
    require(
        value is not None and close(value, BASE**n),
        f"power(x, {n}) of x = {BASE} is {shown(y)}, and {BASE} to the power {n} is {shown(BASE**n)}",
    )


def _is_made_of_products(y: Tensor, n: int) -> None:
    require(
        y.grad_fn is not None,
        f"power(x, {n}) has the right value and no graph: the computation left the tensors, perhaps with .item(), "
        "float() or detach()",
    )
    others = sorted(set(_functions(y)) - {"Mul"})
    require(not others, f"power(x, {n}) leaves {', '.join(others)} in the graph; use multiplication, *, alone")


def _is_small(y: Tensor, n: int, enough: int) -> None:
    count = len(_functions(y))
    if count <= enough:
        return
    if _computed_twice(y):
        raise Wrong(
            f"power(x, {n}) leaves {count} multiplications: it computes the same power twice, in two parts of the "
            "graph. Keep the first in a variable, half = power(x, n // 2), and use it two times: half * half"
        )
    if count >= n - 1:
        raise Wrong(
            f"power(x, {n}) leaves {count} multiplications, one for each further factor x. {enough} are enough: "
            "from the half power, x to the n // 2, it is one step to the whole"
        )
    raise Wrong(f"power(x, {n}) leaves {count} multiplications, and {enough} are enough: is one of them by 1?")


def _functions(y: Tensor) -> list[str]:
    return [node.name for node in Graph.read(y).nodes if node.kind == "function"]


def _computed_twice(y: Tensor) -> bool:
    """Whether a product joins two different computed values, which squaring and multiplying by x never does."""
    for node in Graph.read(y).functions.values():
        computed = {target for target in node.targets if target is not None and not isinstance(target, AccumulateGrad)}
        if len(computed) > 1:
            return True
    return False


# -- 2: branchless -----------------------------------------------------------------------------------------------------

RECORDED_AT = 3.0
POINTS = (3.0, 0.5, 0.0, -0.5, -3.0)


def f(x: float) -> float:
    """The function of the lesson: x² for positive x, −x for the others."""
    return x * x if x > 0 else -x


@exercise(
    hints=[
        "relu(x) is x above 0 and 0 elsewhere. Which expression with relu is −x below 0, and 0 elsewhere?",
        "x² above 0 is relu(x) ** 2; −x below 0 is relu(−x). One of the two is always 0: add them.",
    ]
)
def branchless(answer: Any) -> str:
    """`branchless(x)`: the lesson's f, in operations that one recording holds for every x."""
    for x in POINTS:
        _is_f(call(answer, tensor(x, requires_grad=True), shown=f"branchless({x:g})"), x)
    leaf = tensor(RECORDED_AT, requires_grad=True)
    y = answer(leaf)
    require(
        isinstance(y, Tensor) and y.grad_fn is not None,
        "the values are right, and there is no graph to replay: the computation left the tensors",
    )
    _replays(Graph.read(y), leaf)
    return f"recorded once at x = {RECORDED_AT:g}, the graph is right at {', '.join(shown(x) for x in POINTS)}"


def _is_f(y: Any, x: float) -> None:
    value = y.array.item() if isinstance(y, Tensor) and y.array.size == 1 else None
    require(value is not None, f"branchless({shown(x)}) should be a tensor that holds one number, and is {kind(y)}")
    if close(value, f(x)):
        return
    if x <= 0 and close(value, -f(x)):
        raise Wrong(f"branchless({shown(x)}) is {shown(value)}: the sign is wrong for x below 0, where f(x) = −x")
    if x <= 0 and close(value, 0):
        raise Wrong(
            f"branchless({shown(x)}) is 0, for relu(x) is 0 where x is negative. Which relu is 0 where x is positive, "
            "and −x elsewhere?"
        )
    raise Wrong(f"branchless({shown(x)}) is {shown(value)}, and f({shown(x)}) is {shown(f(x))}")


def _replays(graph: Graph, leaf: Tensor) -> None:
    ids = [id for id, node in graph.leaves.items() if node is leaf.node]
    for x in POINTS:
        value = float(rerun(graph, dict.fromkeys(ids, np.array(x))))
        if close(value, f(x)):
            continue
        found = f"recorded at {RECORDED_AT:g} and replayed at {shown(x)}, it gives {shown(value)} and not {shown(f(x))}"
        if graph.count("input"):
            raise Wrong(
                f"{found}: a comparison such as x > 0 leaves no Function, so its answer of the recording stays in the "
                "graph as a constant. relu decides inside an operation"
            )
        raise Wrong(f"{found}: Python decided, with `if` or the like, and the graph holds one branch only")
