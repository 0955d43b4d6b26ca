"""The program of a static graph as a graph to draw: a box for each operation, and what flows from one to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from numpy import ndarray

from ...tensors import Tensor
from ..graph import Graph
from ..parts import GraphCall, GraphEdge, GraphNode, frozen
from .memory import owner
from .program import Program, Statement, arrays_in

PHASES = {"forward": "c1", "backward": "c2", "update": "c3"}


def as_graph(
    program: Program,
    inputs: Mapping[str, ndarray],
    captured: Mapping[str, Tensor],
    results: list[ndarray],
    *,
    values: bool = False,
) -> Graph:
    """Lines of the same operation in a row are one function, in the frame of its phase.

    Arguments:
        inputs, captured: what the program gets from outside, by name.
        results: the arrays that hold what the function returns.
        values: read the numbers that stand in the memory now: those of the last run. A function whose memory another
            one has written over since has none.
    """
    reader = _Reader(program, inputs, captured, values)
    for operation, statements in groupby(program.statements, key=lambda s: s.operation):
        reader.add(operation, list(statements))
    for number, array in enumerate(results, 1):
        reader.add_result(f"o{number}", array)
    return reader.graph()


class _Reader:
    """Follows the memory: who wrote last into what is read."""

    def __init__(
        self, program: Program, inputs: Mapping[str, ndarray], captured: Mapping[str, Tensor], values: bool
    ) -> None:
        self.values = values
        self.known: dict[int, tuple[str, str, ndarray]] = {}  # by the id of the memory: kind, name and array
        for array in program.arrays():
            if id(array) in program.names:
                self.known.setdefault(id(owner(array)), ("buffer", program.names[id(array)], array))
        for name, tensor in captured.items():
            kind = "parameter" if tensor.requires_grad else "buffer"
            if owner(tensor.array) is tensor.array:  # others lie side by side with more of their kind
                self.known[id(tensor.array)] = (kind, name, tensor.array)
        self.known |= {id(array): ("input", name, array) for name, array in inputs.items()}
        self.leaves: dict[int, GraphNode] = {}
        self.functions: list[GraphNode] = []
        self.outputs: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self.writers: dict[int, list[str]] = {}  # by the id of the memory: the functions that wrote what is there now
        self.written: dict[str, ndarray] = {}  # by function: what it wrote last
        self.phase = "forward"

    def add(self, operation: str, statements: list[Statement]) -> None:
        id_ = f"f{len(self.functions) + 1}"
        is_backward = operation.endswith(" backward") or operation == "sum of gradients"
        self.phase = "backward" if is_backward else "forward" if self.phase == "forward" else "update"
        name = operation.removesuffix(" backward")
        self.functions.append(GraphNode(id_, "function", name, call=PHASES[self.phase]))
        sources: dict[str, None] = {}
        for statement in statements:
            for array in _read(statement):
                sources |= dict.fromkeys(self._sources(array))
            if statement.writes is not None:
                self._write(id_, statement.writes)
        arguments = [source for source in sources if source != id_]
        self.edges += [GraphEdge(source, id_, position) for position, source in enumerate(arguments)]

    def add_result(self, id_: str, array: ndarray) -> None:
        self.outputs.append(self._value(GraphNode(id_, "output", ""), array))
        self.edges += [GraphEdge(source, id_) for source in self._sources(array)]

    def graph(self) -> Graph:
        used = {node.call for node in self.functions}
        calls = [GraphCall(id_, "", phase) for phase, id_ in PHASES.items() if id_ in used and len(used) > 1]
        if not calls:
            self.functions = [replace(node, call="") for node in self.functions]
        if self.values:
            self.functions = [self._with_result(node) for node in self.functions]
        return Graph((*self.leaves.values(), *self.functions, *self.outputs), tuple(self.edges), tuple(calls))

    def _sources(self, array: ndarray) -> list[str]:
        """The functions whose numbers an array holds, or the leaf that it is; nothing for a constant."""
        key = id(owner(array))
        if key in self.writers:
            return self.writers[key]
        if key not in self.known:
            return []
        if key not in self.leaves:
            kind, name, known = self.known[key]
            self.leaves[key] = self._value(GraphNode(f"x{len(self.leaves) + 1}", kind, name), known)
        return [self.leaves[key].id]

    def _write(self, id_: str, array: ndarray) -> None:
        whole = owner(array)
        kept = [] if array.size == whole.size else self.writers.get(id(whole), [])
        self.writers[id(whole)] = [*(other for other in kept if other != id_), id_]
        self.written[id_] = array

    def _value(self, node: GraphNode, array: ndarray) -> GraphNode:
        value = frozen(array) if self.values else None
        return replace(node, shape=tuple(array.shape), dtype=array.dtype.name, value=value)

    def _with_result(self, function: GraphNode) -> GraphNode:
        """A function with what it wrote, if that still stands where it was written."""
        array = self.written.get(function.id)
        is_there = array is not None and self.writers[id(owner(array))] == [function.id]
        return self._value(function, array) if is_there and array is not None else function


def _read(statement: Statement) -> Iterator[ndarray]:
    """The arrays that a line reads: all, but for the place that the result goes to."""
    arrays = list(arrays_in(statement.operands))
    for i in reversed(range(len(arrays))):
        if arrays[i] is statement.writes:
            del arrays[i]
            break
    return iter(arrays)
