"""The backward pass: one generator, `backward_steps`, and `run_backward`, which drains it.

Collect the nodes that the root can reach, sort them by number, walk from the highest to the lowest. An operation has a
higher number than everything it was computed from, so when a node's turn comes, every gradient that belongs to it has
arrived. One visit a node, no recursion: a chain of a million operations is a million turns of a loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import ndarray

from .node import Edge, GradientRule, Node
from .quiet import quietly

Root = tuple[Node, ndarray]
"""Where a backward pass starts, and the gradient that it starts with."""

_by_number = attrgetter("number")

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


@dataclass(frozen=True, slots=True)
class Step:
    """What just happened in a backward pass.

    | kind         | what happened                                             | filled besides `node`         |
    |--------------|-----------------------------------------------------------|-------------------------------|
    | `seed`       | the pass begins with this gradient                        | `total`                       |
    | `ready`      | a node's turn has come: its gradient is complete          | `incoming`                    |
    | `send`       | an edge's rule made a gradient, and its target added it   | all                           |
    | `skip`       | an input that needs no gradient got none                  | `position`, `incoming`        |
    | `accumulate` | a leaf added what had arrived to its `.grad`              | `incoming`, `before`, `total` |
    | `free`       | a node let go of what it had saved                        |                               |
    | `done`       | the pass is over                                          |                               |
    """

    kind: str
    node: Node
    position: int | None = None  # which input of the operation the edge leads to
    target: Node | None = None  # that input's node
    incoming: ndarray | None = None  # ∂loss/∂output of `node`, complete
    product: ndarray | None = None  # what the gradient rule returned
    summed: tuple[int, ...] = ()  # the axes of the product that were summed because the input had been broadcast
    contribution: ndarray | None = None  # what the edge delivered: the product after that sum
    before: ndarray | None = None  # what the target had before; None: nothing
    total: ndarray | None = None  # what the target has now


def backward_steps(
    roots: Sequence[Root], *, retain_graph: bool = False, shadow: bool = False, watch: bool = True
) -> Iterator[Step]:
    """Runs a backward pass and yields what happens; unwatched, the same loop runs through without a stop.

    Arguments:
        roots: nodes to start from, each with its gradient (of the shape and dtype of the node's output).
        retain_graph: keep what the operations saved, for another pass.
        shadow: only look: leave every leaf's `.grad` as it is, and the graph unfreed.
        watch: yield a `Step` for everything that happens.

    Raises:
        RuntimeError: an earlier pass has freed the graph. No leaf has been touched then.
    """
    grads: dict[Node | None, Any] = {None: None}  # the gradient that has arrived at each node so far
    passed_on = set()  # the ids of gradients that are not ours alone
    order: list[Any] = []
    leaves: list[Any] = []
    for node, seed in roots:
        passed_on.add(id(seed))
        if node in grads:
            grads[node] = grads[node] + seed
        else:
            grads[node] = seed
            order.append(node)
        if watch:
            yield Step("seed", node, total=grads[node])

    for node in order:  # the list grows while it is walked
        for target in node.targets:
            if target not in grads:
                grads[target] = None
                order.append(target)
    order.sort(key=_by_number)
    freeing = not (retain_graph or shadow)

    while order:
        node = order.pop()
        edges = node.edges
        if not edges:
            if edges is None:
                raise RuntimeError(FREED)
            leaves.append(node)
            continue
        grad = grads.pop(node)
        if watch:
            yield Step("ready", node, incoming=grad)
        for edge in edges:
            target, rule, _ = edge
            if target is None:
                if watch:
                    yield Step("skip", node, _position(edge, edges), incoming=grad)
                continue
            contribution = quietly(rule, grad) if watch else rule(grad)  # unwatched, all of the pass runs quietly
            before = grads[target]
            if before is not None:
                grads[target] = before + contribution
            else:
                grads[target] = contribution
                if contribution is grad and not target.targets:  # a leaf: has it to itself only what was made for it
                    passed_on.add(id(grad))
            if watch:
                yield _sent(node, edge, grad, contribution, before, grads[target])
        if freeing and node.saves:
            node.edges = None
            if watch:
                yield Step("free", node)

    for node in leaves:  # last of all, so that an error on the way has changed no gradient
        leaf, grad = node.reference(), grads[node]
        if watch:
            yield _arrival(node, leaf, grad)
        if leaf is not None and not shadow:
            leaf.accumulate_grad(grad, not watch and id(grad) not in passed_on)  # a watcher holds it, too
    if watch:
        yield Step("done", roots[0][0])


def run_backward(roots: Sequence[Root], *, retain_graph: bool = False) -> None:
    """A whole backward pass. Division by zero and the like give inf and NaN without a warning, as in PyTorch."""
    quietly(_drain, backward_steps(roots, retain_graph=retain_graph, watch=False))


def _drain(steps: Iterator[Step]) -> None:
    for _ in steps:
        pass


# -- broadcasting ------------------------------------------------------------------------------------------------------


class Unbroadcast:
    """A gradient rule, then the sum that broadcasting calls for: an input that was used k times gets k gradients."""

    __slots__ = ("rule", "shape")

    def __init__(self, rule: GradientRule, shape: tuple[int, ...]) -> None:
        self.rule = rule
        self.shape = shape

    def __call__(self, g: ndarray) -> ndarray:
        return unbroadcast(self.rule(g), self.shape)


def unbroadcast(grad: ndarray, shape: tuple[int, ...]) -> ndarray:
    """Sums `grad` down to `shape`, the shape that an input had before it was broadcast.

    >>> unbroadcast(np.ones((32, 8)), (1, 8)).shape
    (1, 8)
    """
    if grad.shape == shape:
        return grad
    if len(shape) == 1 and grad.ndim > 1 and 0 != shape[0] == grad.shape[-1]:
        rows = grad.reshape(-1, shape[0])  # a bias: ones @ rows is a third of the time of rows.sum(0)
        return ones(len(rows), grad.dtype).dot(rows)
    return grad.sum(summed_axes(grad.shape, shape)).reshape(shape)


def summed_axes(wide: tuple[int, ...], narrow: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `wide` along which broadcasting repeated an array of shape `narrow`.

    >>> summed_axes((32, 8), (1, 8)), summed_axes((32, 8), (8,)), summed_axes((32, 8), (32, 8))
    ((0,), (0,), ())
    """
    added = len(wide) - len(narrow)
    return tuple(i for i, n in enumerate(wide) if i < added or (narrow[i - added] == 1 and n != 1))


_ones: dict[tuple[int, np.dtype[Any]], ndarray] = {}


def ones(n: int, dtype: np.dtype[Any]) -> ndarray:
    """A vector of ones, made once per length and dtype: `ones(n) @ g` is the fastest sum over rows."""
    try:
        return _ones[n, dtype]
    except KeyError:
        vector = _ones[n, dtype] = np.ones(n, dtype)
        return vector


# -- what a watcher is told --------------------------------------------------------------------------------------------


def _position(edge: Edge, edges: Sequence[Edge]) -> int:
    return next(i for i, other in enumerate(edges) if other is edge)


def _sent(node: Node, edge: Edge, grad: Any, contribution: Any, before: Any, total: Any) -> Step:
    target, rule, _ = edge
    product, summed = contribution, tuple[int, ...]()
    if isinstance(rule, Unbroadcast):
        product = rule.rule(grad)
        summed = summed_axes(product.shape, rule.shape)
    position = _position(edge, node.edges or ())
    return Step("send", node, position, target, grad, product, summed, contribution, before, total)


def _arrival(node: Node, leaf: Any, grad: Any) -> Step:
    before = None if leaf is None or leaf.grad is None else leaf.grad.array.copy()
    return Step("accumulate", node, incoming=grad, before=before, total=grad if before is None else before + grad)
