"""The forward pass as steps: one for each function, with which the graph grows by its arguments and its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..graph import Graph, GraphNode
from .own_pass import OwnPass
from .step import Part, Row, Told, TraceStep
from .torch_pass import TorchPass
from .words import Words, as_numbers, in_row, saved_text, tensor_row

SIGNS = {"Add": "+", "Sub": "−", "Mul": "×", "Div": "/"}


def record(graph: Graph, cells: Iterable[str] | None = None) -> tuple[TraceStep, ...]:
    """The steps of the forward pass that left a graph. `cells` are the sources of a notebook's cells."""
    return tuple(_Recorder(graph, Words(graph, cells)).steps())


class _Recorder:
    def __init__(self, graph: Graph, words: Words) -> None:
        self.graph, self.words = graph, words
        self.born: set[str] = set()

    def steps(self) -> Iterator[TraceStep]:
        for node in self.graph.nodes:
            if node.kind == "function":
                yield self._compute(node)
        count = self.graph.count("function")
        told = f"{count} function{'s' * (count != 1)} left {'their' if count != 1 else 'its'} trace"
        rows = Row("done", told), Row("next", f"{self.words.loss}.backward() walks the graph back")
        part = Part("done", rows, "The forward pass is over.")
        yield TraceStep("done", self.graph.root.id, "Done", lambda: Told((part,), part.spoken))

    def _compute(self, function: GraphNode) -> TraceStep:
        inputs = [(edge, self.graph[edge.source]) for edge in self.graph.incoming[function.id]]
        outputs = [(edge, self.graph[edge.target]) for edge in self.graph.outgoing[function.id]]
        ids = [part.id for pair in (*inputs, *outputs) for part in pair]
        born = tuple(id for id in dict.fromkeys([function.id, *ids]) if id not in self.born)
        self.born.update(born)
        title = self.words.title(function.id)

        def tell() -> Told:
            made = ", ".join(f"{self.words.name(value)}, {_value(value)}" for _, value in outputs)
            parts = (
                self._take(title, [value for _, value in inputs]),
                self._value_part(function, [value for _, value in inputs], [value for _, value in outputs]),
                *self._save(function.id),
            )
            return Told(parts, f"{title} computes {made}.")

        return TraceStep(
            "compute", function.id, self.words.headline(function.id), tell,
            edges=tuple(edge.id for edge, _ in inputs), finished=(function.id,), born=born,
        )  # fmt: skip

    def _take(self, title: str, inputs: list[GraphNode]) -> Part:
        names = [self.words.name(value) for value in inputs]
        rows = [_row(name, value) for name, value in zip(names, inputs, strict=True)]
        return Part("take", tuple(dict.fromkeys(rows)), f"{title} takes {', '.join(names)}.")

    def _value_part(self, function: GraphNode, inputs: list[GraphNode], outputs: list[GraphNode]) -> Part:
        formula = _formula(function, inputs)
        rows = tuple(_row("value", value, f"{formula} = " if formula else "") for value in outputs)
        spoken = ", ".join(f"{self.words.name(value)} is {_value(value)}" for value in outputs)
        return Part("compute", (*rows, *self.words.code(function.id)), f"{spoken}.")

    def _save(self, function: str) -> Iterator[Part]:
        """What the function keeps for the backward pass."""
        live = self.graph.functions.get(function)
        if live is None:
            return
        kept = (TorchPass if hasattr(live, "metadata") else OwnPass).keeps(live)
        if kept:
            written = ",  ".join(f"{name} = {saved_text(x)}" for name, x in kept.items())
            yield Part("save", (Row("saved", written),), f"It saves {', '.join(kept)} for the backward pass.")


def _row(name: str, value: GraphNode, before: str = "") -> Row:
    if value.value is None:
        return Row(name, value.name if value.kind == "constant" else value.note or str(value.shape))
    return tensor_row(name, value.value, before)


def _value(value: GraphNode) -> str:
    return value.note or str(value.shape) if value.value is None else in_row(value.value)


def _formula(function: GraphNode, inputs: list[GraphNode]) -> str:
    """`2 × −3` where a function is one of the four operations on two numbers, else ""."""
    sign = SIGNS.get(function.name, "")
    if not sign or len(inputs) != 2 or any(value.value is None for value in inputs):
        return ""
    numbers = as_numbers({str(place): value.value for place, value in enumerate(inputs)})
    return f" {sign} ".join(numbers.values()) if numbers else ""
