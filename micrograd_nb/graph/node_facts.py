"""What there is to say about one node of a picture: in rows for those who look at it, in a sentence for who listens."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from . import text
from .graph import Graph, GraphNode
from .trace.step import Row
from .trace.words import MOST_LISTED, Words, tensor_row
from .views import title_of

KIND_WORDS = {
    "parameter": "parameter: its gradient is kept",
    "input": "input: needs no gradient",
    "buffer": "buffer of a module",
    "constant": "constant",
    "intermediate": "intermediate value",
    "output": "output: the graph was read from it",
    "function": "function",
    "module": "module",
}


class NodeFacts(NamedTuple):
    """A node's name, its kind in words, what is known of it, and all that in a sentence."""

    name: str
    kind: str
    rows: tuple[Row, ...]
    spoken: str


def facts_of(words: Words, shown: Graph, node: GraphNode, inside: Sequence[GraphNode]) -> NodeFacts:
    """The facts of a node.

    Arguments:
        words: the names of the whole graph.
        shown: the view that the node is drawn in.
        inside: the nodes of the whole graph that are drawn as this one.
    """
    if node.kind == "module":
        kind = node.note.splitlines()[0] if node.note else ""
        result = [Row("gives", " ".join(filter(None, (text.shape(node.shape), node.dtype))))] if node.shape else []
        rows = [*_module_rows(kind, inside), *result, *_numbers("value", node, with_note=False)]
        return _told(node.name, "module", rows)
    if node.kind == "function":
        return _told(words.title(node.id), "function", _function_rows(words, node))
    return _told(words.name(node), node.kind, _value_rows(words, shown, node))


def facts_of_open(graph: Graph, call: str) -> NodeFacts:
    """The facts of a module that is drawn open, as a frame, by the id of its call in the whole graph."""
    inside = [node for node in graph.nodes if node.kind == "function" and call in _around(graph, node.call)]
    ids = {node.id for node in inside}
    learned = [
        node for node in graph.nodes
        if node.kind == "parameter" and all(edge.target in ids for edge in graph.outgoing[node.id])
    ]  # fmt: skip
    name, kind = title_of(graph.calls_by_id[call]), graph.calls_by_id[call].kind
    facts = _told(name, "module", _module_rows(kind if kind != name else "", [*learned, *inside]))
    return facts._replace(kind="module, open", spoken=f"open {facts.spoken}")


def _around(graph: Graph, call: str) -> list[str]:
    """A call and those that it ran inside of."""
    found = []
    while call:
        found.append(call)
        call = graph.calls_by_id[call].parent
    return found


def _told(name: str, kind: str, rows: list[Row]) -> NodeFacts:
    """With the sentence: the kind, the name, and what the rows say without the picture of a tensor."""
    name = text.name(name)
    said = [f"{row.name} {row.text}" for row in rows]
    return NodeFacts(name, KIND_WORDS[kind], tuple(rows), f"{', '.join([f'{kind} {name}'.rstrip(), *said])}.")


def _value_rows(words: Words, shown: Graph, value: GraphNode) -> list[Row]:
    """Shape, dtype, numbers and gradient."""
    rows = []
    if value.shape is not None:
        rows.append(Row("shape", f"{text.shape(value.shape)}{_counted(value.shape)}"))
    if value.dtype:
        rows.append(Row("dtype", value.dtype))
    rows += _numbers("value", value)
    if value.grad is not None:
        rows.append(tensor_row("grad", value.grad))
    elif value.kind == "parameter" and value.value is not None:
        rows.append(Row("grad", "none yet"))
    users = [edge.target for edge in shown.outgoing[value.id]]
    if users:
        rows.append(Row("used by", _listed([_title(words, shown[id]) for id in dict.fromkeys(users)])))
    return rows


def _function_rows(words: Words, function: GraphNode) -> list[Row]:
    """What it takes and gives, in which line, in which module. All of it is read off the whole graph."""
    graph = words.graph
    taken = [words.name(graph[edge.source]) for edge in graph.incoming[function.id]]
    rows = [Row("takes", _listed(taken))] if taken else []
    for edge in graph.outgoing[function.id]:
        value = graph[edge.target]
        shape = "" if value.shape is None else text.shape(value.shape)
        rows.append(Row("gives", " ".join(filter(None, (words.name(value), shape, value.dtype)))))
        rows += _numbers("value", value)
    rows += words.code(function.id)
    if function.call:
        call = graph.calls_by_id[function.call]
        rows.append(Row("module", " · ".join(filter(None, (text.name(call.path or call.name), text.name(call.kind))))))
    return rows


def _module_rows(kind: str, inside: Sequence[GraphNode]) -> list[Row]:
    """Its class, how much it learns, and what is inside."""
    rows = [Row("class", text.name(kind))] if kind else []
    learned = [node for node in inside if node.kind == "parameter"]
    if learned:
        count = sum(prod(node.shape or ()) for node in learned)
        shapes = _listed([f"{node.name} {text.shape(node.shape or ())}".strip() for node in learned])
        rows.append(Row("parameters", f"{count:,}: {shapes}"))
    functions = [node.name for node in inside if node.kind == "function"]
    return [*rows, Row("inside", f"{len(functions)} function{'s' * (len(functions) != 1)}: {_listed(functions)}")]


def _numbers(name: str, value: GraphNode, *, with_note: bool = True) -> list[Row]:
    """Up to 16 elements, of more the statistics and a heat map; or what has become of them."""
    note = value.note if with_note else ""
    if value.value is None:
        known = note or (value.name if value.kind == "constant" else "")
        return [Row(name, text.name(known))] if known else []
    return [tensor_row(name, value.value, after=f"  ({note})" if note else "")]


def _title(words: Words, node: GraphNode) -> str:
    return words.title(node.id) if node.kind == "function" else node.name


def _counted(shape: tuple[int, ...]) -> str:
    count = prod(shape)
    return "" if shape == () else f", {count:,} element{'s' * (count != 1)}"


def _listed(names: Sequence[str]) -> str:
    """Names with commas; of many, the first ones."""
    few = [text.name(name) for name in names[:MOST_LISTED]]
    return ", ".join(few) + (f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else "")
