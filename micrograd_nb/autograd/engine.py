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

from . import care, profiling
from .broadcasting import summed_axes, unbroadcast
from .node import AccumulateGrad, Node
from .quiet import silence, unsilence

Root = tuple[Node, Any]
"""Where a backward pass starts, and the gradient that it starts with."""

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
    incoming: Any = None  # ∂loss/∂output of `node`, complete
    product: Any = None  # what the gradient rule returned
    summed: tuple[int, ...] = ()  # the axes of the product that were summed because the input had been broadcast
    contribution: Any = None  # what the edge delivered: the product after that sum
    before: Any = None  # what the target had before; None: nothing
    total: Any = None  # what the target has now


def backward_steps(
    roots: Sequence[Root],
    *,
    retain_graph: bool = False,
    shadow: bool = False,
    watch: bool = True,
    extra: care.Care | None = None,
) -> Iterator[Step]:
    """Runs a backward pass and yields what happens; unwatched, the same loop runs through without a stop.

    Arguments:
        roots: nodes to start from, each with its gradient (of the shape and dtype of the node's output).
        retain_graph: keep what the operations saved, for another pass.
        shadow: only look: leave every leaf's `.grad` as it is, and the graph unfreed.
        watch: yield a `Step` for everything that happens.
        extra: what this pass takes care of besides, such as hooks.

    Raises:
        RuntimeError: an earlier pass has freed the graph. No leaf has been touched then.
    """
    grads: dict[Node | None, Any] = {None: None}  # the gradient that has arrived at each node so far
    for node, seed in roots:
        grads[node] = grads[node] + seed if node in grads else _lent(seed, node)
        if watch:
            yield Step("seed", node, total=grads[node])
    order, leaves = _reachable(grads)
    if extra is None and (watch or care.is_needed(order)):
        extra = care.Care()
    if extra is not None:
        extra.prepare(order)

    freeing = not (retain_graph or shadow)
    while order:
        node = order.pop()
        grad, rules = grads.pop(node), node.rules
        if rules is None:
            raise RuntimeError(FREED)
        if grad is None:
            continue
        products = None
        if extra is not None:
            grad, products = extra.visit(node, grad)
        if watch:
            yield Step("ready", node, incoming=grad)
        i = -1
        for target in node.targets:
            i += 1
            product = None if target is None else rules[i](grad, node) if products is None else products[i]
            if product is None:
                if watch:
                    yield Step("skip", node, i, incoming=grad)
                continue
            contribution = product if node.stretched is None else unbroadcast(product, node.stretched[i])
            before = grads[target]
            if before is not None:
                grads[target] = before + contribution
            else:
                grads[target] = contribution if contribution is not grad else _lent(grad, target)
            if watch:
                summed = () if node.stretched is None else summed_axes(product.shape, contribution.shape)
                yield Step("send", node, i, target, grad, product, summed, contribution, before, grads[target])
        if freeing:
            node.input = node.other = node.output = None
            if node.operation.saves:
                node.rules = None
                if node.operation.more:
                    node.__dict__ = {}
                if watch:
                    yield Step("free", node)

    for node in leaves:  # last of all, so that an error on the way has changed no gradient
        grad, leaf = grads[node], node.reference()
        if extra is not None:
            grad = extra.arrive(node, grad)
        if grad is None:
            continue
        if watch:
            yield _arrival(node, grad)
        if leaf is not None and not shadow:
            leaf.accumulate_grad(grad, not watch)  # a watcher holds it, too
            if extra is not None:
                extra.accumulated(node, leaf)
    if watch:
        yield Step("done", roots[0][0])


def run_backward(roots: Sequence[Root], *, retain_graph: bool = False, extra: care.Care | None = None) -> None:
    """A whole backward pass. Division by zero and the like give inf and NaN without a warning, as in PyTorch."""
    watcher = profiling.watcher
    mark = None if watcher is None else watcher.begin("autograd::engine::execute", profiling.RANGE)
    warnings = silence()
    try:
        for _ in backward_steps(roots, retain_graph=retain_graph, watch=False, extra=extra):
            pass
    finally:
        unsilence(warnings)
        if watcher is not None:
            watcher.end(mark)


def _lent(grad: Any, target: Any) -> Any:
    """A gradient that others hold, too: a leaf gets a view of it, which it will copy."""
    return grad if target.targets else grad[...]


_by_number = attrgetter("number")


def _reachable(grads: dict[Node | None, Any]) -> tuple[list[Node], list[AccumulateGrad]]:
    """The operations that a pass from the roots in `grads` comes to, in the order in which they ran; and the leaves.

    Puts them into `grads` as well, without a gradient so far.
    """
    order: list[Any] = []
    leaves: list[Any] = []
    for node in grads:
        if node is not None:
            (order if node.targets else leaves).append(node)
    for node in order:  # the list grows while it is walked
        for target in node.targets:
            if target not in grads:
                grads[target] = None
                (order if target.targets else leaves).append(target)
    order.sort(key=_by_number)
    return order, leaves


def _arrival(node: AccumulateGrad, grad: Any) -> Step:
    leaf = node.variable
    before = None if leaf is None or leaf.grad is None else leaf.grad.array.copy()
    return Step("accumulate", node, incoming=grad, before=before, total=grad if before is None else before + grad)
