"""Operations with several outputs: each output has a node of its own, which hands its gradient on with its place.

    values, grads:   out0.node ──╮
                                 ├──▸ the operation's node, which gets {0: gradient, 1: gradient}
                     out1.node ──╯

So the engine need not know of them: it adds up what arrives at the operation's node like anything else.
"""

from __future__ import annotations

from typing import Any

from .node import Node
from .operation import Operation
from .recording import bare_node


class Gradients(dict[int, Any]):
    """The gradients of an operation's outputs, by place. To add two is to add them place by place."""

    shape = ()  # an array has one; nothing here was ever broadcast

    def __add__(self, other: Gradients) -> Gradients:
        total = Gradients(self)
        for place, grad in other.items():
            total[place] = total[place] + grad if place in total else grad
        return total


_OUTPUT = Operation("Output", lambda input: input, lambda g, f: Gradients({f.place: g}))


class Output(Node):
    """The node of one of several outputs."""

    __slots__ = ()
    place: int  # which of the outputs

    def as_function(self) -> tuple[Node, int]:
        node = self.targets[0]
        assert node is not None
        return node, self.place


def output_node(node: Node, place: int) -> Node:
    """Where the gradient of an operation's output goes: to the operation's node, if there is only this one."""
    if not isinstance(node.output, tuple):
        return node
    made = bare_node(_OUTPUT, (node,), node.output[place], Output)
    made.input = None
    made.place = place
    return made
