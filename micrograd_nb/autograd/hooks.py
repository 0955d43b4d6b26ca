"""Hooks: functions of yours that a backward pass calls, to look at gradients or to replace them.

    tensor.register_hook(hook)                       hook(grad): the gradient of a tensor, once it is complete
    node.register_prehook(hook)                      hook(grads): the same for a Function, as a tuple
    node.register_hook(hook)                         hook(input_grads, output_grads): after a Function's rules have run
    leaf.register_post_accumulate_grad_hook(hook)    hook(leaf): after a leaf's `.grad` was written

What a hook returns takes the gradient's place; None leaves it as it is.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .node import Node

KINDS = ("tensor", "retain", "before", "after", "accumulated")
"""In the order in which a pass calls them."""

hooked: dict[int, weakref.ref[Node]] = {}
"""The nodes that have hooks, by id: while there are none, a backward pass does not look for any."""

_numbers = itertools.count()


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook off again, as does the end of a `with`."""

    def __init__(self, node: Node, kind: str, number: int) -> None:
        self.id = number
        self._node = weakref.ref(node)
        self._kind = kind

    def remove(self) -> None:
        """Takes the hook off. A second time does nothing."""
        node = self._node()
        if node is not None:
            of(node, self._kind).pop(self.id, None)
            if not any(of(node, kind) for kind in KINDS):
                hooked.pop(id(node), None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()


def register(node: Node, kind: str, hook: Callable[..., Any]) -> RemovableHandle:
    """Adds a hook to a node; the hooks of a kind run in the order in which they were added."""
    if not callable(hook):
        raise TypeError(f"a hook is a function, but got {type(hook).__name__}")
    number = next(_numbers)
    vars(node).setdefault("_hooks", {}).setdefault(kind, {})[number] = hook
    key = id(node)
    hooked[key] = weakref.ref(node, lambda _: hooked.pop(key, None))
    return RemovableHandle(node, kind, number)


def has(node: Node) -> bool:
    """Whether a node has hooks of any kind."""
    return id(node) in hooked


def of(node: Node, kind: str) -> dict[int, Callable[..., Any]]:
    """The hooks of one kind that a node has."""
    return vars(node).get("_hooks", {}).get(kind, {})
