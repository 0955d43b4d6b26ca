"""`leave_node`: what running an operation leaves in the graph. Everything that records operations calls it.

(The commonest operations, on one or two tensors, have it written out in `tensors.record`: the hot path.)
"""

from __future__ import annotations

from typing import Any

from numpy import ndarray

from . import lines
from .node import Node, next_number
from .operation import Operation

_new = object.__new__


def leave_node(
    operation: Operation,
    inputs: list[Any],
    targets: tuple[Node | None, ...],
    value: ndarray,
    saved: dict[str, Any],
) -> Node:
    """The node of an operation that ran.

    Arguments:
        inputs: the arrays and numbers that it ran on.
        targets: the nodes of the inputs, None for those that need no gradient.
        value: what it computed.
        saved: its options, and what it keeps for its rules besides, by name. The node takes it over.
    """
    node = bare_node(operation, targets, value)
    if len(node.rules) != len(targets):
        node.rules = operation.rules_for(len(targets))
    if operation.broadcasts:
        shapes = tuple([getattr(x, "shape", ()) for x in inputs])
        if any(shape != value.shape for shape in shapes):
            node.stretched = shapes
    if operation.needs_shape:
        saved["input_shape"] = inputs[0].shape
    if operation.needs_dtype:
        saved["input_dtype"] = inputs[0].dtype
    node.__dict__ = saved
    if operation.takes_any_number:
        node.input = tuple(inputs)
    else:
        for name, x in zip(operation.inputs, inputs, strict=False):
            setattr(node, name, x)
    return node


def bare_node(operation: Operation, targets: tuple[Node | None, ...], value: Any, kind: Any = Node) -> Any:
    """A node that has saved nothing yet but the value."""
    node = _new(kind)
    node.operation = operation
    node.number = next_number()
    node.targets = targets
    node.rules = operation.rules
    node.stretched = None
    node.output = value
    if lines.on:
        lines.note(node)
    return node
