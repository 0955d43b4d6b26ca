"""`diff(a, b)`: two graphs side by side, with what only one of them has.

An `if` that went the other way shows as functions removed and added, a loop that ran longer as functions added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import compose, dot_writer, render, text, views
from .draw import choose, counted, graph_of, legend_svg
from .graph import KINDS, Graph, GraphEdge, GraphNode
from .matching import matched
from .picture import Picture


@dataclass(frozen=True)
class GraphDiff:
    """What two graphs have in common, and what only one of them has. A notebook shows the picture.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor(2.0, requires_grad=True)
    >>> change = mg.graph.diff(x * x, (x * x) * x)
    >>> change
    <GraphDiff: 1 function in both, 1 added (Mul)>
    >>> [node.id for node in change.added]
    ['f2', 'o2']
    """

    before: Graph
    after: Graph
    same: Mapping[str, str]  # the ids of nodes in both graphs: in the one before → in the one after
    removed: tuple[GraphNode, ...]
    added: tuple[GraphNode, ...]
    removed_edges: tuple[GraphEdge, ...]
    added_edges: tuple[GraphEdge, ...]

    def __bool__(self) -> bool:
        """Whether the graphs differ."""
        return bool(self.removed or self.added or self.removed_edges or self.added_edges)

    def draw(
        self,
        *,
        detail: str | None = None,
        expand: Collection[str] = (),
        values: bool = True,
        direction: str = "TB",
        legend: bool = True,
        titles: tuple[str, str] = ("before", "after"),
    ) -> Picture:
        """Both graphs in one picture: side by side, or with direction "LR" one below the other.

        The arguments are those of `graph.draw`; `titles` are what the two are called.
        """
        dot_writer.check_direction(direction)
        shown = compare(*_views((self.before, self.after), detail, expand))
        svg = [
            render.svg(dot_writer.write(g, values=values, direction=direction, marks=marks, title=title, prefix=prefix))
            for g, marks, title, prefix in zip(
                (shown.before, shown.after), shown.marks(), titles, ("before-", "after-"), strict=True
            )
        ]
        picture = (compose.row if direction == "TB" else compose.column)(svg)
        if legend:
            picture = compose.column([picture, legend_svg(tuple(shown._kinds()))])
        sides = zip(titles, (self.before, self.after), strict=True)
        told = "; ".join(f"{text.name(title)}, {counted(graph)}" for title, graph in sides)
        return Picture(picture, f"two graphs: {told}; {self._summary()}")

    def marks(self) -> tuple[dict[str, str], dict[str, str]]:
        """ "removed" for the ids of nodes and edges of the one graph, "added" for those of the other."""
        removed = [*(node.id for node in self.removed), *(edge.id for edge in self.removed_edges)]
        added = [*(node.id for node in self.added), *(edge.id for edge in self.added_edges)]
        return dict.fromkeys(removed, "removed"), dict.fromkeys(added, "added")

    def _kinds(self) -> Iterable[str]:
        yield from (kind for kind in KINDS if self.before.count(kind) or self.after.count(kind))
        yield from ("removed",) * bool(self.removed or self.removed_edges)
        yield from ("added",) * bool(self.added or self.added_edges)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.draw().img()}

    def _summary(self) -> str:
        both = sum(self.before[id].kind == "function" for id in self.same)
        changes = [
            *_told("added", self.added, self.added_edges),
            *_told("removed", self.removed, self.removed_edges),
        ]
        return ", ".join([f"{both} function{'s' * (both != 1)} in both", *(changes or ["no difference"])])

    def __repr__(self) -> str:
        return f"<GraphDiff: {self._summary()}>"


def diff(a: Any, b: Any, *, names: Mapping[str, Any] | None = None) -> GraphDiff:
    """What the graph of `b` has and that of `a` has not, and the other way round.

    Arguments:
        a: a tensor with a `grad_fn`, of this package or of PyTorch, or a `Graph`.
        b: another.
        names: where the names of tensors come from; left out, the caller's variables.

    Raises:
        ValueError: one of them has no graph.
    """
    return compare(*(graph_of(root, names, values=True) for root in (a, b)))


def compare(before: Graph, after: Graph) -> GraphDiff:
    """The difference of two graphs, or of two views of graphs."""
    same = matched(before, after)
    back = {other: id for id, other in same.items()}
    return GraphDiff(
        before,
        after,
        same,
        removed=tuple(node for node in before.nodes if node.id not in same),
        added=tuple(node for node in after.nodes if node.id not in back),
        removed_edges=_without_counterpart(before, after, same),
        added_edges=_without_counterpart(after, before, back),
    )


def _without_counterpart(graph: Graph, other: Graph, pairs: Mapping[str, str]) -> tuple[GraphEdge, ...]:
    """The edges of a graph that the other one does not have between the same nodes, at the same place."""
    there = set(other.edges)
    return tuple(
        edge
        for edge in graph.edges
        if GraphEdge(pairs.get(edge.source, ""), pairs.get(edge.target, ""), edge.position) not in there
    )


def _views(graphs: tuple[Graph, Graph], detail: str | None, expand: Collection[str]) -> list[Graph]:
    """Both graphs at one level of detail: the one asked for, or one at which both can be read."""
    if detail is None and not expand:
        detail = max((choose(graph, None)[0] for graph in graphs), key=views.DETAILS.index)
    return [choose(graph, detail, expand)[1] for graph in graphs]


def _told(what: str, nodes: tuple[GraphNode, ...], edges: tuple[GraphEdge, ...]) -> Iterable[str]:
    """`2 added (Mul, Add)`: the functions, or where there are none the other nodes, or the edges."""
    functions = [text.name(node.name) for node in nodes if node.kind == "function"]
    if functions:
        yield f"{len(functions)} {what} ({', '.join(functions[:6])}{', …' * (len(functions) > 6)})"
    elif nodes:
        yield f"{len(nodes)} value{'s' * (len(nodes) != 1)} {what}"
    elif edges:
        yield f"{len(edges)} edge{'s' * (len(edges) != 1)} {what}"
