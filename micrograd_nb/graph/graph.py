"""Reads a computation graph into plain data: what was computed from what, as the engine recorded it.

    Graph.read(loss)        → Graph(nodes, edges), frozen
    graph.nodes             values and functions, in the order in which they came to be
    graph.edges             value → function (one for each argument: `a + a` has two), function → value

A graph holds copies: training on, or dropping the tensors, does not change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from ..autograd import AccumulateGrad, Node
from ..tensors import Tensor

KINDS = ("parameter", "input", "constant", "intermediate", "output", "function")
"""parameter: a leaf that requires gradients; input: a tensor that does not; constant: a Python number."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A value or a function of a graph.

    `id` says what it is: `f3` is the third function that ran and `o3` its output; `p`, `x` and `k` are parameters,
    inputs and constants, counted in the order of their first use.
    """

    id: str
    kind: str
    name: str  # the learner's name for a value, or ""; a function's name without "Backward0"
    shape: tuple[int, ...] = ()
    dtype: str = ""
    value: ndarray | None = field(default=None, compare=False)  # None: freed
    grad: ndarray | None = field(default=None, compare=False)  # the `.grad` that a parameter had
    line: tuple[str, int] | None = None  # file and line that ran the function


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """value → function, at an argument `position`; or function → value, its output (position None)."""

    source: str
    target: str
    position: int | None = None

    @property
    def id(self) -> str:
        return f"{self.source}-{self.target}" + ("" if self.position is None else f"-{self.position}")


@dataclass(frozen=True)
class Graph:
    """A computation graph as data. Read one with `Graph.read(loss)`.

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
    functions: Mapping[str, Node] = field(default_factory=dict, repr=False, compare=False)
    leaves: Mapping[str, AccumulateGrad] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, id: str) -> GraphNode:
        return self._by_id[id]

    @property
    def _by_id(self) -> dict[str, GraphNode]:
        return {node.id: node for node in self.nodes}

    @property
    def root(self) -> GraphNode:
        """The value that the graph was read from."""
        return self.nodes[-1]

    def count(self, kind: str) -> int:
        """How many nodes there are of a kind."""
        return sum(node.kind == kind for node in self.nodes)

    @staticmethod
    def read(root: Tensor, names: Mapping[str, Any] | None = None) -> Graph:
        """The graph of everything that `root` was computed from and that a gradient will visit.

        Arguments:
            root: a tensor with a `grad_fn`, most often a loss.
            names: a namespace, such as `globals()`: variable names of tensors, and of modules for their parameters.

        Raises:
            TypeError: `root` is no tensor.
            ValueError: nothing that `root` was computed from requires gradients, so nothing was recorded.
        """
        if not isinstance(root, Tensor):
            raise TypeError(f"a graph is read from a Tensor, not from {type(root).__name__}: pass the loss itself")
        if root.grad_fn is None:
            raise ValueError(
                "there is no graph: nothing that this tensor was computed from requires gradients, or it was computed "
                "inside no_grad(). Make a leaf with requires_grad=True, and compute from it."
            )
        return _Reader(root, tensor_names(names or {})).graph()

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {kind}{'s' * (n != 1)}" for kind in KINDS if (n := self.count(kind)))
        return f"<Graph: {counts}>"


def tensor_names(namespace: Mapping[str, Any]) -> dict[int, str]:
    """The names of a namespace's tensors, by the id of the tensor's node, or of its array where it has none.

    A variable's own name comes before a parameter's path in a module (`fc1.weight`); names that begin with an
    underscore do not count, for in a notebook they are the outputs of cells.
    """
    found: dict[int, str] = {}
    visible = {name: value for name, value in namespace.items() if not name.startswith("_")}
    for name, value in visible.items():
        if isinstance(value, Tensor):
            found.setdefault(_key(value), name)
    for value in visible.values():
        if callable(getattr(value, "named_parameters", None)) and not isinstance(value, type):
            for name, parameter in value.named_parameters():
                found.setdefault(_key(parameter), name)
    return found


def _key(tensor: Tensor) -> int:
    """What a graph knows of a tensor: the node that leads to it, or else its array."""
    return id(tensor.array if tensor.node is None else tensor.node)


class _Reader:
    """Walks the engine's nodes once and writes them down."""

    def __init__(self, root: Tensor, names: dict[int, str]) -> None:
        self.root = root
        self.names = names
        self.nodes: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self.ids: dict[int, str] = {}  # of leaves and inputs, by the id of the node or the array
        self.arrays: list[ndarray] = []  # held, so that their ids stay their own
        self.leaves: dict[str, AccumulateGrad] = {}
        self.counts = dict.fromkeys("pxk", 0)

    def graph(self) -> Graph:
        order = functions_below(self.root)
        ids = {node: f"f{i}" for i, node in enumerate(order, 1)}
        for node in order:
            sources = [self._input(node, i, target, ids) for i, target in enumerate(node.targets)]
            name = node.name().removesuffix("Backward0").removesuffix("Backward1")
            value = node.output
            shape, dtype = ((), "") if value is None else (value.shape, value.dtype.name)
            kind = "output" if node is self.root.node else "intermediate"
            output = "o" + ids[node][1:]
            self.nodes.append(GraphNode(ids[node], "function", name, line=node.line))
            self.nodes.append(GraphNode(output, kind, self._name(node), shape, dtype, _copy(value)))
            self.edges += [GraphEdge(s, ids[node], i) for i, s in enumerate(sources) if s]
            self.edges.append(GraphEdge(ids[node], output))
        return Graph(tuple(self.nodes), tuple(self.edges), {i: node for node, i in ids.items()}, self.leaves)

    def _input(self, node: Node, position: int, target: Node | None, ids: dict[Node, str]) -> str:
        """The id of the value that goes in at a position; "" for one that is gone with the freed graph."""
        if target in ids:
            return "o" + ids[target][1:]
        if isinstance(target, AccumulateGrad):
            return self._leaf(target, node, position)
        if not node.inputs:
            return ""
        value = node.inputs[position]
        return (
            self._array(value)
            if isinstance(value, ndarray)
            else self._new("k", "constant", repr(value), np.asarray(value))
        )

    def _leaf(self, leaf: AccumulateGrad, node: Node, position: int) -> str:
        """The id of a leaf; "" where nobody holds it any more, and the graph is freed."""
        if id(leaf) not in self.ids:
            tensor = leaf.variable
            if tensor is None and not node.inputs:
                return ""
            value = node.inputs[position] if tensor is None else tensor.array
            grad = None if tensor is None or tensor.grad is None else tensor.grad.array
            self.ids[id(leaf)] = new = self._new("p", "parameter", self._name(leaf), value, grad)
            self.leaves[new] = leaf
        return self.ids[id(leaf)]

    def _array(self, array: ndarray) -> str:
        """The id of the numbers of a tensor that needs no gradient."""
        if id(array) not in self.ids:
            self.ids[id(array)] = self._new("x", "input", self._name(array), array)
            self.arrays.append(array)
        return self.ids[id(array)]

    def _name(self, key: Any) -> str:
        return self.names.get(id(key), "")

    def _new(self, letter: str, kind: str, name: str, value: ndarray, grad: ndarray | None = None) -> str:
        self.counts[letter] += 1
        new = f"{letter}{self.counts[letter]}"
        self.nodes.append(GraphNode(new, kind, name, value.shape, value.dtype.name, _copy(value), _copy(grad)))
        return new


def functions_below(root: Tensor) -> list[Node]:
    """All functions that a backward pass from `root` visits, in the order in which they ran."""
    found = dict.fromkeys([root.node])
    order = [root.node]
    for node in order:  # the list grows while it is walked
        for target in node.targets:  # type: ignore[union-attr]
            if target is not None and target not in found and not isinstance(target, AccumulateGrad):
                found[target] = None
                order.append(target)
    return sorted(order, key=lambda node: node.number)  # type: ignore[arg-type]


def _copy(value: ndarray | None) -> ndarray | None:
    return None if value is None else np.array(value)
