"""Writes down the parts of a graph, whatever it is read from, and numbers them."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from .calls import Calls
from .names import Key, Names
from .parts import GraphCall, GraphEdge, GraphNode, dtype_name, frozen

LETTERS = {"parameter": "p", "input": "x", "buffer": "b", "constant": "k"}


class Known(NamedTuple):
    """What is known of a tensor."""

    shape: tuple[int, ...] | None = None
    dtype: str = ""
    value: ndarray | None = None
    grad: ndarray | None = None
    note: str = ""


@dataclass(frozen=True)
class Parts:
    """Everything that was read: what a `Graph` is made of, and the live objects behind it, by id."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    calls: tuple[GraphCall, ...]
    functions: Mapping[str, Any]
    leaves: Mapping[str, Any]


class Builder:
    """Collects nodes and edges.

    Arguments:
        names: what the learner calls things.
        values: keep copies of the numbers.
    """

    def __init__(self, names: Names, values: bool) -> None:
        self.names = names
        self.values = values
        self.calls = Calls(names)
        self.nodes: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self.functions: dict[str, Any] = {}
        self.leaves: dict[str, Any] = {}
        self._counts = dict.fromkeys(LETTERS, 0)
        self._ids: dict[Key, str] = {}  # of leaves
        self._places: dict[Key, int] = {}  # of leaves, in `nodes`: they get their names last
        self._held: list[Any] = []  # what the keys are made of, so that no new object takes an old one's key

    def function(
        self, id: str, name: str, live: Any, inputs: Iterable[str], line: tuple[str, int] | None, call: str
    ) -> None:
        """Adds a function. `inputs` are the ids of its arguments, "" for one of which nothing is known."""
        self.functions[id] = live
        self.nodes.append(GraphNode(id, "function", name, line=line, module=self.calls.path(call), call=call))
        self.edges += [GraphEdge(source, id, place) for place, source in enumerate(inputs) if source]

    def output(self, id: str, name: str, known: Known, *, function: str, is_root: bool) -> None:
        """Adds what a function computed."""
        self._add_value(id, "output" if is_root else "intermediate", name, known)
        self.edges.append(GraphEdge(function, id))

    def leaf_id(self, key: Key) -> str:
        """The id of a leaf that is there already, or ""."""
        return self._ids.get(key, "")

    def leaf(self, key: Key, kind: str, held: Any, known: Known) -> str:
        """Adds a parameter or an input, and returns its id."""
        if kind == "input" and self.names.is_buffer(key):
            kind = "buffer"
        new = self._ids[key] = self._next_id(kind)
        self._places[key] = len(self.nodes)
        self._held.append(held)
        self._add_value(new, kind, "", known)
        return new

    def constant(self, value: Any) -> str:
        """Adds an argument that is no tensor, and returns its id."""
        number = value.item() if isinstance(value, np.generic) else value
        new = self._next_id("constant")
        if isinstance(number, (bool, int, float)):
            array = np.asarray(number)
            self._add_value(new, "constant", repr(number), Known((), dtype_name(array.dtype), array))
        else:
            self._add_value(new, "constant", reprlib.repr(number), Known())
        return new

    def parts(self) -> Parts:
        """All that was collected. The leaves get their names now that it is known which ones would be ambiguous."""
        for place, name in zip(self._places.values(), self.names.all_of(list(self._places)), strict=True):
            if name:
                self.nodes[place] = replace(self.nodes[place], name=name)
        return Parts(tuple(self.nodes), tuple(self.edges), tuple(self.calls.found), self.functions, self.leaves)

    def _next_id(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"{LETTERS[kind]}{self._counts[kind]}"

    def _add_value(self, id: str, kind: str, name: str, known: Known) -> None:
        shape, dtype, value, grad, note = known
        value, grad = (frozen(x) if self.values and x is not None else None for x in (value, grad))
        self.nodes.append(GraphNode(id, kind, name, shape, dtype, value, grad, note=note))
