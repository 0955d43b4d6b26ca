"""What a backward pass takes care of besides the walk, and an ordinary one need not.

    hooks           call them, and go on with what they return
    changes         refuse numbers that were overwritten in place after an operation saved them
    wanted          collect the gradients of some nodes, for `grad()`, and go nowhere else
    anomalies       stop at the first NaN (`detect_anomaly`)
    a profile       tell it when a node's rules run, and when a leaf takes its gradient

The engine makes a `Care` where somebody watches, has hooked in, or has changed an array since the graph began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from . import anomaly, changes, hooks, profiling
from .broadcasting import unbroadcast
from .node import AccumulateGrad, Node
from .quiet import quietly
from .recorded import Recorded
from .several import Gradients, Output
from .tensor_maker import tensor_of


def is_needed(order: Sequence[Node]) -> bool:
    """Whether a pass through these operations, oldest first, has to take care of anything."""
    return (
        bool(hooks.hooked)
        or anomaly.on
        or profiling.watcher is not None
        or (len(order) > 0 and changes.latest > order[0].number)
    )


class Care:
    """The special cases of one backward pass. The engine calls `prepare` once, `visit` and `arrive` for each node.

    Arguments:
        wanted: the nodes whose gradients to collect in `found`, instead of adding those of all leaves to their `.grad`.
    """

    def __init__(self, wanted: Iterable[Node] | None = None) -> None:
        self.found: dict[Node, Any] | None = None if wanted is None else dict.fromkeys(wanted)
        self.on_the_way: set[Node] | None = None  # the nodes that lead to a wanted one; None: all
        self.profile = profiling.watcher

    def prepare(self, order: Sequence[Node]) -> None:
        """Looks at the operations of the pass, oldest first."""
        if anomaly.on:
            anomaly.look_forward(order)
        if changes.any_recorded():
            _refuse_outdated_views(order)
        if self.found is not None:
            self.on_the_way = set(self.found)
            for node in order:
                if not self.on_the_way.isdisjoint(node.targets):
                    self.on_the_way.add(node)

    def visit(self, node: Node, grad: Any) -> tuple[Any, list[Any]]:
        """Runs the rules of a node. Returns its gradient and what the rules made of it, as the hooks left them."""
        grad = self._received(node, grad)
        if changes.latest > node.number:
            refuse_overwritten(node, node.saved)
        is_watched = self.profile is not None and type(node) is not Output  # which computes nothing
        products = self._watched_products(node, grad) if is_watched else self.products(node, grad)
        if anomaly.on:
            anomaly.check(node, grad, products)
        return grad, _after(node, grad, products) if hooks.has(node) else products

    def arrive(self, leaf: AccumulateGrad, grad: Any) -> Any:
        """The gradient that a leaf is to add to its `.grad`; None for nothing."""
        grad = None if grad is None else self._received(leaf, grad)
        if grad is None or self.found is not None:
            return None
        if self.profile is not None:
            self._arrived = self.profile.begin("torch::autograd::AccumulateGrad", profiling.OPERATION, (grad,))
        return grad

    def accumulated(self, node: AccumulateGrad, leaf: Any) -> None:
        """Calls the hooks of a leaf whose `.grad` has just been written."""
        if self.profile is not None:
            self.profile.end(self._arrived, leaf._grad)
        for hook in hooks.of(node, "accumulated").values() if hooks.has(node) else ():
            hook(leaf)

    def products(self, node: Node, grad: Any) -> list[Any]:
        """What the rule of each input makes of the gradient; None for an input that needs none."""
        rules = node.rules or ()
        return [
            quietly(rule, grad, node) if self.wants(t) else None for rule, t in zip(rules, node.targets, strict=True)
        ]

    def _watched_products(self, node: Node, grad: Any) -> list[Any]:
        assert self.profile is not None
        products: list[Any] | None = None
        mark = self.profile.begin(node.name(), profiling.OPERATION, (grad,))
        try:
            products = self.products(node, grad)
            return products
        finally:
            self.profile.end(mark, products)

    def wants(self, target: Node | None) -> bool:
        """Whether a gradient should go to a node."""
        return target is not None and (self.on_the_way is None or target in self.on_the_way)

    def _received(self, node: Node, grad: Any) -> Any:
        if hooks.has(node):
            grad = _before(node, grad)
        if self.found is not None and node in self.found:
            self.found[node] = grad
        return grad


# -- hooks -------------------------------------------------------------------------------------------------------------


def _before(node: Node, grad: Any) -> Any:
    """The gradient of a node after the hooks that see it before the rules do."""
    for hook in (*hooks.of(node, "tensor").values(), *hooks.of(node, "retain").values()):
        grad = _replaced(hook(_tensor(grad)), grad)
    for hook in hooks.of(node, "before").values():
        result = hook(_tensors(node, grad))
        grad = grad if result is None else _changed(grad, result if isinstance(result, tuple) else (result,))
    return grad


def _after(node: Node, grad: Any, products: list[Any]) -> list[Any]:
    """The gradients of the inputs after the hooks that see both sides."""
    shapes = node.stretched
    if shapes is not None:
        products = [p if p is None else unbroadcast(p, shape) for p, shape in zip(products, shapes, strict=True)]
    for hook in hooks.of(node, "after").values():
        result = hook(tuple(None if p is None else _tensor(p) for p in products), _tensors(node, grad))
        if result is not None:
            given = result if isinstance(result, tuple) else (result,)
            if len(given) != len(products):
                raise RuntimeError(
                    f"a hook of {node.name()} returned {len(given)} gradients, and the Function has {len(products)} "
                    "inputs: return one for each, or None to leave them as they are"
                )
            products = [_replaced(new, old) for new, old in zip(given, products, strict=True)]
    return products


def _tensor(grad: Any) -> Any:
    """A gradient as the learner sees it."""
    return tensor_of(grad.array, grad.node) if isinstance(grad, Recorded) else tensor_of(np.asarray(grad))


def _replaced(new: Any, old: Any) -> Any:
    """What a hook returned, in the place of a gradient."""
    if new is None:
        return old
    if not hasattr(new, "array"):
        raise TypeError(f"a hook returns a tensor, or None to leave the gradient as it is, not {type(new).__name__}")
    if old is not None and new.array.shape != old.shape:
        raise RuntimeError(
            f"a hook has changed the size of value: the gradient has shape {tuple(old.shape)}, and the hook returned "
            f"{tuple(new.array.shape)}"
        )
    # a view, for the learner may hold the array: a leaf that gets it will copy it
    return Recorded(new.array, new.node) if isinstance(old, Recorded) else new.array[...]


def _tensors(node: Node, grad: Any) -> tuple[Any, ...]:
    """The gradients of all outputs of a node; None where none came."""
    if not isinstance(grad, Gradients):
        return (_tensor(grad),)
    return tuple(_tensor(grad[place]) if place in grad else None for place in range(len(node.output)))


def _changed(grad: Any, new: tuple[Any, ...]) -> Any:
    """The gradient of a node with those of its outputs replaced."""
    if not isinstance(grad, Gradients):
        return _replaced(new[0], grad)
    return Gradients({place: _replaced(x, grad.get(place)) for place, x in enumerate(new) if x is not None})


# -- changes in place --------------------------------------------------------------------------------------------------


def refuse_overwritten(node: Node, saved: dict[str, Any]) -> None:
    """An error if a number that is needed of an operation, by name, was changed after the operation had saved it."""
    if changes.latest <= node.number:
        return
    for name, array in _arrays(saved):
        change = changes.since(node.number, array)
        if change is not None and not (name == "output" and change.node == node.number):
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                f"{node.name()} saved `{name}`, of shape {tuple(array.shape)} and {array.dtype}, and {change.name} has "
                f"overwritten it since{_line(node)}. Compute a new tensor instead of changing this one, or change a "
                "copy: x.clone()."
            )


def _arrays(saved: dict[str, Any]) -> Iterator[tuple[str, ndarray]]:
    for name, value in saved.items():
        for x in value if isinstance(value, tuple) else (value,):
            if isinstance(x, ndarray):
                yield name, x


def _refuse_outdated_views(order: Sequence[Node]) -> None:
    """An error if a tensor was used after its memory had been changed, in a graph, through another tensor.

    PyTorch gives such a view a new history. Here a view keeps the history that it was made with.
    """
    for node in order:
        for target, array in zip(node.targets, node.inputs, strict=False):
            if target is not None and target.number and isinstance(array, ndarray):
                change = changes.between(target.number, node.number, array, vars(node).get("change", 0))
                if change is not None:
                    raise RuntimeError(
                        f"{node.name()} used a tensor of shape {tuple(array.shape)} that shares memory with another, "
                        f"after {change.name} had changed it there{_line(node)}. Its own history does not know of the "
                        "change: make the view again after it."
                    )


def _line(node: Node) -> str:
    return "" if node.line is None else f" ({node.line[0]}, line {node.line[1]})"
