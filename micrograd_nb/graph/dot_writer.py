"""Writes a graph as DOT: shapes, widths and colours say what a node is, and the colours hold on white and on dark.

| node         | looks                      |
|--------------|----------------------------|
| parameter    | rectangle, thick and blue  |
| input        | rectangle, thin and dashed |
| intermediate | rectangle, thin            |
| output       | rectangle, double border   |
| constant     | rectangle, grey            |
| function     | pill                       |
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from . import text
from .graph import Graph, GraphNode

BLUE, GREY, INK, PAPER = "#0072B2", "#7F7F7F", "#1A1A1A", "#FFFFFF"
FONT = "Helvetica,Arial,sans-serif"

LOOKS: dict[str, dict[str, str]] = {
    "parameter": {"color": BLUE, "penwidth": "2.5", "fillcolor": "#E8F3FA"},
    "input": {"color": GREY, "style": "filled,dashed", "fillcolor": PAPER},
    "intermediate": {"color": GREY, "fillcolor": PAPER},
    "output": {"color": GREY, "peripheries": "2", "fillcolor": PAPER},
    "constant": {"color": "#B0B0B0", "fillcolor": "#E6E6E6"},
    "function": {"color": GREY, "style": "filled,rounded", "fillcolor": "#F4F1EA", "height": "0.3"},
}


def write(
    graph: Graph,
    *,
    values: bool = True,
    grads: bool = False,
    direction: str = "LR",
    notes: Mapping[str, str] | None = None,
) -> str:
    """The DOT text of a graph. Nodes and edges carry their ids, and their kind as a class.

    Arguments:
        graph: what to draw.
        values: write the values of small tensors, and the shapes of large ones.
        grads: write the `.grad` of every parameter.
        direction: "LR", left to right, or "TB", top to bottom.
        notes: one more line for a node, by its id.
    """
    if direction not in ("LR", "TB"):
        raise ValueError(f'direction is "LR" (left to right) or "TB" (top to bottom), not {direction!r}')
    import graphviz  # not before it is used: importing micrograd_nb loads NumPy alone

    dot = graphviz.Digraph(
        graph_attr={"rankdir": direction, "bgcolor": "transparent", "pad": "0.1", "nodesep": "0.2", "ranksep": "0.3"},
        node_attr={
            "shape": "box",
            "style": "filled",
            "fontname": FONT,
            "fontsize": "11",
            "fontcolor": INK,
            "height": "0.3",
        },
        edge_attr={"color": GREY, "arrowsize": "0.6"},
    )
    for node in graph.nodes:
        written = [*lines(node, values, grads), *([notes[node.id]] if notes and node.id in notes else [])]
        label = graphviz.escape("\n".join(written))
        dot.node(node.id, label, id=node.id, **{"class": node.kind}, **LOOKS[node.kind])
    for edge in graph.edges:
        dot.edge(edge.source, edge.target, id=edge.id, **{"class": "edge"})
    return dot.source


def lines(node: GraphNode, values: bool, grads: bool) -> list[str]:
    """What is written in a node: its name, its value, its gradient."""
    if node.kind in ("function", "constant"):
        return [node.name]
    written = [node.name] if node.name else []
    if values or not written:
        written.append(value_text(node))
    if grads and node.kind == "parameter":
        written.append("grad –" if node.grad is None else f"grad {short(node.grad)}")
    return written


def value_text(node: GraphNode) -> str:
    """A small tensor's elements, or a large one's shape."""
    if node.value is None:
        return "freed"
    return short(node.value)


def short(value: object) -> str:
    """At most four elements, else the shape: what fits into a node."""
    array = np.asarray(value)
    return text.array(array) if array.size <= 4 else text.shape(array.shape)
