"""Writes a graph as DOT. Nodes, edges and frames carry their ids, and their kinds as classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import looks, text
from .graph import Graph, GraphCall, GraphEdge, GraphNode


def write(
    graph: Graph,
    *,
    values: bool = True,
    grads: bool = False,
    direction: str = "LR",
    notes: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    prefix: str = "",
    title: str = "",
    gap: float = 0.3,
) -> str:
    """The DOT text of a graph.

    Arguments:
        graph: what to draw.
        values: write the values of small tensors, and the shapes of large ones.
        grads: write the gradients that tensors have kept.
        direction: "LR", left to right, or "TB", top to bottom.
        notes: one more line for a node, by its id.
        marks: "added" or "removed", for the ids of nodes and edges.
        prefix: what the ids begin with, where several graphs share a page.
        title: what stands above, in a frame around everything.
        gap: between one row of nodes and the next, in inches.
    """
    check_direction(direction)
    writer = _Writer(graph, direction, prefix, marks or {}, title, gap)
    for node in graph.nodes:
        note = [notes[node.id]] if notes and node.id in notes else []
        writer.add_node(node, [*looks.lines(node, values, grads), *note])
    for edge in graph.edges:
        writer.add_edge(edge)
    return writer.text()


def legend(kinds: Iterable[str]) -> str:
    """The DOT text of a row with an example of each kind of node, and of "added" and "removed"."""
    dot = _graphviz().Digraph(
        graph_attr=looks.GRAPH | {"rankdir": "LR", "ranksep": "0.1"},
        node_attr=looks.NODE | looks.IN_LEGEND,
        edge_attr={"style": "invis"},
    )
    before = ""
    for kind in kinds:
        dot.node(kind, id=f"legend-{kind}", **{"class": f"legend {kind}"}, **(looks.LOOKS | looks.MARKS)[kind])
        if before:
            dot.edge(before, kind)
        before = kind
    return dot.source


def check_direction(direction: str) -> None:
    """Raises for anything but the two directions that there are."""
    if direction not in ("LR", "TB"):
        raise ValueError(f'direction is "LR" (left to right) or "TB" (top to bottom), not {direction!r}')


def _graphviz() -> Any:
    """The package that writes DOT, loaded when it is needed: importing micrograd_nb loads NumPy alone."""
    import graphviz

    return graphviz


class _Writer:
    """Puts nodes into the frames of their modules, and frames into one another."""

    def __init__(
        self, graph: Graph, direction: str, prefix: str, marks: Mapping[str, str], title: str, gap: float
    ) -> None:
        self.graph, self.direction, self.prefix, self.marks, self.title = graph, direction, prefix, marks, title
        self.gap = gap
        self.graphviz = _graphviz()
        self.homes = homes_of(self.graph)
        self.whole = self.graphviz.Digraph("cluster_all")
        self.frames = {"": self.whole} | {call.id: self._frame(call) for call in _opened(self.graph, self.homes)}
        self.edges = self.graphviz.Digraph()

    def add_node(self, node: GraphNode, lines: list[str]) -> None:
        mark = self.marks.get(node.id, "")
        # No sign before a value: it would be read as the number's own.
        sign = looks.SIGNS.get(mark, "") if node.kind in ("function", "module") else ""
        self.frames[self.homes[node.id]].node(
            node.id,
            self.graphviz.escape(sign + "\n".join(lines)),
            id=self.prefix + node.id,
            **{"class": f"{node.kind} {mark}".rstrip()},
            **looks.LOOKS[node.kind] | looks.MARKS.get(mark, {}),
        )

    def add_edge(self, edge: GraphEdge) -> None:
        mark = self.marks.get(edge.id, "")
        look = dict(looks.EDGE_MARKS.get(mark, {}))
        if self._enters_a_frame(edge):
            look["minlen"] = "2"  # so that frames stand in a row, and not one below the other
        names = {"id": self.prefix + edge.id, "class": f"edge {mark}".rstrip()}
        self.edges.edge(edge.source, edge.target, **names, **look)

    def _enters_a_frame(self, edge: GraphEdge) -> bool:
        """Whether an edge comes from outside to a function that has a leaf inside of its frame."""
        home = self.homes[edge.target]
        others = (e.source for e in self.graph.incoming[edge.target])
        return self.homes[edge.source] != home and any(
            self.homes[other] == home and not self.graph.incoming[other] for other in others
        )

    def text(self) -> str:
        dot = self.graphviz.Digraph(
            graph_attr=looks.GRAPH | {"rankdir": self.direction, "ranksep": str(self.gap)},
            node_attr=looks.NODE,
            edge_attr=looks.EDGE,
        )
        for call in reversed(self.graph.calls):  # the innermost first: they come after those that they ran inside of
            if call.id in self.frames:
                self.frames[call.parent].subgraph(self.frames[call.id])
        if self.title:
            label = self.graphviz.escape(text.name(self.title))
            names = {"id": f"{self.prefix}all", "class": "frame"}
            self.whole.attr(label=label, **names, **looks.FRAME | looks.WHOLE)
            dot.subgraph(self.whole)
        else:
            dot.body += self.whole.body
        dot.body += self.edges.body
        return dot.source

    def _frame(self, call: GraphCall) -> Any:
        name, kind, depth = text.name(call.path or call.name), text.name(call.kind), 0
        parent = call.parent
        while parent:
            parent, depth = self.graph.calls_by_id[parent].parent, depth + 1
        frame = self.graphviz.Digraph(f"cluster_{call.id}")
        frame.attr(
            label=self.graphviz.escape(f"{name} · {kind}" if name else kind),
            id=self.prefix + call.id,
            fillcolor=looks.FRAME_PAPERS[depth % len(looks.FRAME_PAPERS)],
            labelloc="b" if self.direction == "LR" else "t",  # where the fewest edges pass
            **{"class": "frame"},
            **looks.FRAME,
        )
        return frame


def framed(graph: Graph) -> list[GraphCall]:
    """The calls of modules that a picture of the graph has a frame around, the outer ones first."""
    return _opened(graph, homes_of(graph))


def homes_of(graph: Graph) -> dict[str, str]:
    """The call in whose frame a node is drawn, "" for none: a function's, its value's, or that of a leaf's one user."""
    homes = {node.id: node.call for node in graph.nodes}
    for node in graph.nodes:
        if node.kind == "intermediate":
            homes[node.id] = graph[graph.incoming[node.id][0].source].call
        elif node.kind in ("parameter", "buffer", "constant"):
            users = {homes[edge.target] for edge in graph.outgoing[node.id]}
            homes[node.id] = users.pop() if len(users) == 1 else ""
    return homes


def _opened(graph: Graph, homes: Mapping[str, str]) -> list[GraphCall]:
    """The calls that have something of theirs in the picture, and those that they ran inside of."""
    found: set[str] = set()
    for id in homes.values():
        while id and id not in found:
            found.add(id)
            id = graph.calls_by_id[id].parent
    return [call for call in graph.calls if call.id in found]
