"""A backward pass of our own engine, watched: `backward_steps` with `shadow=True`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Node, Step
from ...autograd.several import Output
from ...tensors import Tensor
from ..graph import Graph
from ..rerun import finite_differences
from ..source import rule_text


class OwnPass:
    """What a recorder asks of an engine. `TorchPass` answers the same for PyTorch's.

    Arguments:
        graph: the graph, read from the root.
        root: where the pass begins.
        gradient: what it begins with; None for 1.
    """

    def __init__(self, graph: Graph, root: Tensor, gradient: Tensor | None) -> None:
        self.graph, self.root, self.gradient = graph, root, gradient
        assert root.node is not None
        self.start: Node = root.node

    def steps(self) -> Iterator[Step]:
        """What the engine does, as it does it. No `.grad` changes, and the graph stays."""
        with np.errstate(all="ignore"):
            yield from self.root.backward_steps(self.gradient, shadow=True)

    def targets(self, node: Node) -> tuple[Node | None, ...]:
        """Where a function's gradients go, one for each input; None for one that needs none."""
        return node.targets

    def as_output(self, node: Any) -> tuple[Any, int] | None:
        """The function and the place, if a node stands for one of several outputs."""
        return node.as_function() if isinstance(node, Output) else None

    def rule(self, step: Step) -> str:
        """What the rule of an input computes from `g`, in its own words."""
        return rule_text((step.node.rules or ())[step.position or 0])

    def saved(self, step: Step) -> dict[str, Any]:
        """What that rule needs of the forward pass, by its names."""
        return step.node.saved_for(step.position or 0)

    def inputs(self, node: Node) -> tuple[Any, ...]:
        """A function's arguments."""
        return node.inputs

    def frees(self, node: Node) -> tuple[str, ...]:
        """The names of what `backward()` frees behind a function."""
        return tuple(node.saved) if node.operation.saves else ()

    @staticmethod
    def keeps(node: Node) -> dict[str, Any]:
        """What a function has saved for the backward pass, by the names of its rules."""
        return node.saved

    def measured(self, leaf: str) -> ndarray | None:
        """The gradient of a leaf by finite differences, where that can be had."""
        return finite_differences(self.graph, leaf)
