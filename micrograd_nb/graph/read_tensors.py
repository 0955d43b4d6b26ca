"""Reads the graph that our own engine recorded: walks its nodes once, without recursion, and writes them down."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from types import CodeType
from typing import Any

from numpy import ndarray

from ..autograd import AccumulateGrad, Node, changes
from ..autograd.several import Output
from ..tensors import Tensor
from .builder import Builder, Known, Parts
from .names import Key, Names
from .parts import dtype_name, short_name


def read(root: Tensor, namespace: Mapping[str, Any], values: bool) -> Parts:
    """The parts of the graph of everything that `root` was computed from and that a gradient will visit."""
    assert root.node is not None
    return _Reader(root.node, Names(namespace, Tensor, _key), values).parts()


def _key(tensor: Tensor) -> Key:
    """What a graph knows of a tensor: the node that leads to it, or else its array."""
    return id(tensor.array if tensor.node is None else tensor.node)


class _Reader:
    def __init__(self, root: Node, names: Names, values: bool) -> None:
        self.root = root
        self.names = names
        self.builder = Builder(names, values)
        self.lines: dict[tuple[CodeType, int], tuple[str, int] | None] = {}
        self.order, self.outputs = functions_below(root)
        self.ids = {node: f"f{number}" for number, node in enumerate(self.order, 1)}

    def parts(self) -> Parts:
        for node in self.order:
            self._call(node)  # makes the parameters and buffers of its module known
        for node in self.order:
            self._read(node)
        return self.builder.parts()

    def _read(self, node: Node) -> None:
        inputs = node.inputs or (None,) * len(node.targets)
        sources = [self._source(node, x, target) for x, target in zip(inputs, node.targets, strict=True)]
        function = self.ids[node]
        self.builder.function(function, short_name(node.name()), node, sources, self._line(node), self._call(node))
        for made in self.outputs.get(node, (node,)):
            output, name = self._value_id(made), self.names.variable(id(made))
            is_root = made is self.root
            self.builder.output(output, name, self._known(node, made), function=function, is_root=is_root)

    def _value_id(self, made: Node) -> str:
        """The id of the value that a node stands for."""
        function, place = made.as_function()
        return f"o{self.ids[function][1:]}" + (f".{place}" if isinstance(made, Output) else "")

    def _known(self, function: Node, made: Node) -> Known:
        """What a function computed. A backward pass frees it; where a variable holds it, it is still there."""
        tensor = self.names.tensor(id(made))
        array = made.output if made.output is not None or tensor is None else tensor.array
        if array is None:
            return Known(note="freed")
        change = changes.since(function.number, array) if changes.latest > function.number else None
        if change is not None and change.node != function.number:
            return Known(array.shape, dtype_name(array.dtype), note="overwritten")
        return Known(array.shape, dtype_name(array.dtype), array, grad_of(tensor))

    # -- arguments

    def _source(self, node: Node, x: Any, target: Node | None) -> str:
        """The id of an argument; "" for one that is gone with the freed graph."""
        if isinstance(target, AccumulateGrad):
            return self._parameter(node, x, target)
        if target is not None:
            return self._value_id(target)
        if isinstance(x, ndarray):
            return self.builder.leaf_id(id(x)) or self._leaf(node, id(x), "input", x, x)
        return "" if x is None else self.builder.constant(x)

    def _parameter(self, node: Node, x: Any, leaf: AccumulateGrad) -> str:
        if self.builder.leaf_id(id(leaf)):
            return self.builder.leaf_id(id(leaf))
        tensor = leaf.variable
        if tensor is None and x is None:
            return ""  # nobody holds it any more
        array = x if tensor is None else tensor.array
        new = self._leaf(node, id(leaf), "parameter", array, leaf, grad_of(tensor))
        self.builder.leaves[new] = leaf
        return new

    def _leaf(self, node: Node, key: Key, kind: str, array: ndarray, held: Any, grad: ndarray | None = None) -> str:
        changed = changes.latest > node.number and changes.since(node.number, array) is not None
        known = Known(array.shape, dtype_name(array.dtype), array, grad, "changed since" if changed else "")
        return self.builder.leaf(key, kind, held, known)

    # -- where it ran

    def _call(self, node: Node) -> str:
        return self.builder.calls.recorded(getattr(node, "call", None))

    def _line(self, node: Node) -> tuple[str, int] | None:
        if not hasattr(node, "code"):
            return None
        key = node.code, node.instruction
        if key not in self.lines:
            self.lines[key] = node.line
        return self.lines[key]


def functions_below(root: Node) -> tuple[list[Node], dict[Node, tuple[Node, ...]]]:
    """All functions that a backward pass from a node visits, in the order in which they ran.

    Also, for functions with several outputs, the nodes of those that are used, by their places.
    """
    several: dict[Node, dict[int, Node]] = {}

    def function_of(made: Node) -> Node:
        if not isinstance(made, Output):
            return made
        function, place = made.as_function()
        several.setdefault(function, {})[place] = made
        return function

    order = [function_of(root)]
    found = set(order)
    for node in order:  # the list grows while it is walked
        for target in node.targets:
            if target is not None and not isinstance(target, AccumulateGrad):
                function = function_of(target)
                if function not in found:
                    found.add(function)
                    order.append(function)
    order.sort(key=attrgetter("number"))
    return order, {function: tuple(made[place] for place in sorted(made)) for function, made in several.items()}


def grad_of(tensor: Tensor | None) -> ndarray | None:
    """The gradient that a tensor has kept. (Asking for `grad` warns where none is kept.)"""
    grad = None if tensor is None else tensor._grad
    return grad.array if isinstance(grad, Tensor) else grad
