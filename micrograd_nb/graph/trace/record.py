"""A pass written down.

trace = Trace.record(loss)
trace.steps          one for the seed, one for each edge, one for each leaf
trace.gradients      what every leaf's `.grad` would have got

Trace.forward(trace.graph)      one for each function, in the order in which they ran
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from numpy import ndarray

from .. import read_torch
from ..graph import Graph
from . import backward, forward
from .own_pass import OwnPass
from .step import Notes, TraceStep
from .torch_pass import TorchPass


@dataclass(frozen=True)
class Trace:
    """A pass through a graph, from its first step to its last.

    >>> import micrograd_nb as mg
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> trace = Trace.record(a + a, names={"a": a})
    >>> [(step.kind, step.edge) for step in trace.steps]
    [('seed', ''), ('send', 'p1-f1-0'), ('send', 'p1-f1-1'), ('accumulate', ''), ('done', '')]
    >>> dict(trace.steps[2].rows)["a gets"]
    '1 + 1 = 2   (2 of 2)'
    >>> [part.kind for part in trace.steps[1].parts]
    ['ready', 'local', 'product', 'receive']
    """

    graph: Graph
    steps: tuple[TraceStep, ...]
    gradients: Mapping[str, ndarray]  # leaf id → the gradient of this pass; none of a forward pass
    start: Notes  # what is written below values before the first step

    @staticmethod
    def record(
        root: Any, gradient: Any = None, names: Mapping[str, Any] | None = None, *, graph: Graph | None = None
    ) -> Trace:
        """Runs a backward pass from `root` in the shadow and writes it down.

        Arguments:
            root: a tensor with a `grad_fn`, of this package or of PyTorch.
            gradient: what to begin with, where `root` is more than one number.
            names: where the names of tensors come from.
            graph: the graph of `root`, where it has been read already, with its values.

        Raises:
            RuntimeError: as `root.backward(gradient)` would. An error in the middle of the pass is its last step.
        """
        graph = Graph.read(root, names or {}, values=True) if graph is None else graph
        return Trace.unwritten(root, gradient, names or {}, graph).settled()

    @staticmethod
    def unwritten(root: Any, gradient: Any, names: Mapping[str, Any], graph: Graph) -> Trace:
        """The same; but the text of a step is written when it is asked for, as long as nothing changes."""
        watched = (TorchPass if read_torch.is_torch(root) else OwnPass)(graph, root, gradient)
        return Trace(graph, *backward.record(watched, names.get("In")))

    @staticmethod
    def forward(graph: Graph, names: Mapping[str, Any] | None = None) -> Trace:
        """The forward pass that left a graph, which was read with its values.

        >>> import micrograd_nb as mg
        >>> a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
        >>> graph = Graph.read(a * b + a, names={"a": a, "b": b}, values=True)
        >>> [dict(step.rows).get("value") for step in Trace.forward(graph).steps]
        ['2 × 3 = 6', '6 + 2 = 8', None]
        """
        return Trace(graph, forward.record(graph, (names or {}).get("In")), {}, {})

    def settled(self) -> Trace:
        """The same with all its text written."""
        return replace(self, steps=tuple(step.settled() for step in self.steps))

    def detached(self) -> Trace:
        """The same with all its text written, and without the engine's own nodes: it keeps no graph alive."""
        return replace(self.settled(), graph=replace(self.graph, functions={}, leaves={}))
