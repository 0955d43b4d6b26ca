"""A computation graph as plain data: what was computed from what, as the engine recorded it.

    Graph.read(loss)        → Graph(nodes, edges), frozen
    graph.nodes             values and functions, in the order in which they came to be
    graph.edges             value → function (one for each argument: `a + a` has two), function → value
    graph.calls             the modules whose forward ran, as a tree

Tensors of PyTorch are read by the same call. A graph holds copies: training on does not change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..tensors import Tensor
from . import json_form, networkx_form, read_tensors, read_torch
from .names import caller_names
from .parts import KINDS, GraphCall, GraphEdge, GraphNode

__all__ = ["KINDS", "Graph", "GraphCall", "GraphEdge", "GraphNode"]


@dataclass(frozen=True)
class Graph:
    """A computation graph as data. Read one with `Graph.read(loss)`.

    `functions` and `leaves` lead to the engine's own nodes, by id. They are no part of the data: equality does not
    look at them, and a graph that was read from a file has none.

    >>> import micrograd_nb as mg
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> graph = Graph.read(a + a, names={"a": a})
    >>> [(node.id, node.kind, node.name) for node in graph.nodes]
    [('p1', 'parameter', 'a'), ('f1', 'function', 'Add'), ('o1', 'output', '')]
    >>> [edge.id for edge in graph.edges]
    ['p1-f1-0', 'p1-f1-1', 'f1-o1']
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    calls: tuple[GraphCall, ...] = ()
    functions: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    leaves: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    # -- making one

    @staticmethod
    def read(root: Any, names: Mapping[str, Any] | None = None, *, values: bool = False) -> Graph:
        """The graph of everything that `root` was computed from and that a gradient will visit.

        Arguments:
            root: a tensor with a `grad_fn`, most often a loss; of this package or of PyTorch.
            names: a namespace, such as `globals()`: variable names of tensors, and of modules for their parameters;
                left out, the caller's variables.
            values: copy the numbers and the gradients, too.

        Raises:
            TypeError: `root` is no tensor.
            ValueError: there is no graph: nothing that `root` was computed from requires gradients, or it is a leaf.
        """
        names = caller_names() if names is None else names
        if read_torch.is_torch(root):
            _check(root.grad_fn, root.requires_grad)
            parts = read_torch.read(root, names, values)
        elif isinstance(root, Tensor):
            _check(root.grad_fn, root.requires_grad)
            parts = read_tensors.read(root, names, values)
        else:
            raise TypeError(f"a graph is read from a Tensor, not from {type(root).__name__}: pass the loss itself")
        return Graph(parts.nodes, parts.edges, parts.calls, parts.functions, parts.leaves)

    @staticmethod
    def from_json(text: str) -> Graph:
        """The graph that `to_json` wrote.

        Raises:
            ValueError: the text is something else.
        """
        return Graph(*json_form.read(text))

    # -- looking at it

    def __getitem__(self, id: str) -> GraphNode:
        return self.by_id[id]

    @cached_property
    def by_id(self) -> Mapping[str, GraphNode]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[GraphEdge, ...]]:
        """For each node the edges that lead to it: of a function, one for each argument, by position."""
        found: dict[str, list[GraphEdge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.target].append(edge)
        return {id: tuple(edges) for id, edges in found.items()}

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[GraphEdge, ...]]:
        """For each node the edges that lead away from it."""
        found: dict[str, list[GraphEdge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return {id: tuple(edges) for id, edges in found.items()}

    @cached_property
    def calls_by_id(self) -> Mapping[str, GraphCall]:
        """The calls by their ids."""
        return {call.id: call for call in self.calls}

    @property
    def root(self) -> GraphNode:
        """The value that the graph was read from."""
        return next((node for node in reversed(self.nodes) if node.kind == "output"), self.nodes[-1])

    def count(self, kind: str) -> int:
        """How many nodes there are of a kind."""
        return sum(node.kind == kind for node in self.nodes)

    # -- other forms

    def to_json(self, indent: int | None = None) -> str:
        """The graph as JSON, with its values if it was read with them; `from_json` reads it back.

        >>> import micrograd_nb as mg
        >>> a = mg.tensor(2.0, requires_grad=True)
        >>> graph = Graph.read(a * a)
        >>> Graph.from_json(graph.to_json()) == graph
        True
        """
        return json_form.write(self.nodes, self.edges, self.calls, indent)

    def to_networkx(self) -> Any:
        """The graph as a `networkx.MultiDiGraph`: everything that a node is, as its attributes; edges by position.

        Raises:
            ImportError: networkx is not installed.
        """
        return networkx_form.write(self.nodes, self.edges)

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {kind}{'s' * (n != 1)}" for kind in KINDS if (n := self.count(kind)))
        return f"<Graph: {counts}>"


def _check(grad_fn: Any, requires_grad: bool) -> None:
    """Raises for a tensor without a graph, and says why it has none."""
    if grad_fn is not None:
        return
    if requires_grad:
        raise ValueError(
            "there is no graph: this tensor is a leaf, which you made and no operation computed. Compute something "
            "from it, and read the graph of the result."
        )
    raise ValueError(
        "there is no graph: nothing that this tensor was computed from requires gradients, or it was computed "
        "inside no_grad(). Make a leaf with requires_grad=True, and compute from it."
    )
