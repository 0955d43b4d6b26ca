"""`Explorer(graph)`: a graph of which somebody opens one module and closes another, and asks for a node's numbers.

    explorer.start                 the place to begin: what can be taken in at once
    explorer.look(place)           what is seen there: the view, its picture, what is known of each node
    explorer.toggled(place, id)    the place where a module is open that is closed here, or closed that is open

>>> import micrograd_nb as mg
>>> mg.autograd.record_lines()
>>> net = mg.nn.Sequential(mg.nn.Linear(3, 2), mg.nn.ReLU())
>>> explorer = Explorer(Graph.read(net(mg.ones(4, 3)).sum(), {"net": net}, values=True))
>>> start = explorer.start
>>> [node.name for node in explorer.look(start).shown.nodes if node.kind == "function"]
['Linear', 'Relu', 'Sum']
>>> closed = explorer.toggled(start, "m1")
>>> [node.name for node in explorer.look(closed).shown.nodes if node.kind == "module"]
['net']
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from . import dot_writer, text, views
from .draw import choose, describe, svg_of
from .graph import Graph, GraphNode
from .node_facts import NodeFacts, facts_of
from .trace.words import Words

MOST_KEPT = 64  # sights that are kept, so that going back draws nothing anew


class Place(NamedTuple):
    """Where somebody looks from: with the values in between or without, and the calls of modules that are open."""

    values: bool
    opened: frozenset[str]


@dataclass(frozen=True)
class Sight:
    """What is seen from a place.

    shown: the view. svg: its picture. homes: where each node of the whole graph is drawn in it.
    calls: the calls that are seen, and whether each is open. drawn: for each call of the whole graph the id under
    which the page has it: its own where it is a frame or a box, that of the box that it is in where it is not.
    """

    place: Place
    shown: Graph
    svg: str
    homes: Mapping[str, str]
    calls: Mapping[str, bool]
    drawn: Mapping[str, str]
    facts: Mapping[str, NodeFacts]


class Explorer:
    """A graph to look around in. It draws each view once, and keeps the last ones.

    Arguments:
        graph: read with its values, if they are to be seen.
        detail, expand: what is open in the beginning, as for `draw`; left out, what has at most 60 nodes.
        cells: the sources of a notebook's cells, so that lines of code can be told by them.

    Raises:
        ValueError: even so there are more than 400 nodes.
    """

    def __init__(
        self,
        graph: Graph,
        detail: str | None = None,
        expand: Collection[str] = (),
        *,
        direction: str | None = None,
        cells: Collection[str] = (),
        call: str = "draw",
    ) -> None:
        dot_writer.check_direction(direction or "LR")
        chosen, _ = choose(graph, detail, expand, call=call)
        self.graph, self.direction = Graph(graph.nodes, graph.edges, graph.calls), direction  # nothing of the engine
        self.start = Place(chosen == "full", views.open_calls(graph, chosen, expand))
        self.description = describe(graph)
        self._words = Words(self.graph, cells)
        self._ids = frozenset(call.id for call in graph.calls)
        self._kept: OrderedDict[Place, Sight] = OrderedDict()

    def look(self, place: Place) -> Sight:
        """What is seen from a place.

        Raises:
            ValueError: there would be more than 400 nodes, and nobody could read them.
        """
        if place not in self._kept:
            self._kept[place] = self._sight(place)
        self._kept.move_to_end(place)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[place]

    # -- other places

    def toggled(self, place: Place, call: str) -> Place:
        """Where this call is open and was closed, or closed and was open."""
        return place._replace(opened=place.opened ^ {call})

    def all_open(self, place: Place) -> Place:
        return place._replace(opened=self._ids)

    def all_closed(self, place: Place) -> Place:
        return place._replace(opened=frozenset())

    def with_open(self, place: Place, path: str) -> Place:
        """Where a module is open, by its path, and all that it is in: each of its calls.

        Raises:
            ValueError: there is no module of this path.
        """
        return place._replace(opened=place.opened.union(*map(self._line, self.calls_of(path))))

    def with_closed(self, place: Place, path: str) -> Place:
        """Where a module is closed, by its path: each of its calls."""
        return place._replace(opened=place.opened.difference(self.calls_of(path)))

    def calls_of(self, path: str) -> list[str]:
        """The calls of a module, by its path.

        Raises:
            ValueError: there are none.
        """
        found = [call.id for call in self.graph.calls if views.title_of(call) == path]
        if not found:
            known = ", ".join(dict.fromkeys(map(views.title_of, self.graph.calls)))
            raise ValueError(f'there is no module "{path}" in this graph. There are: {known or "none"}')
        return found

    def around(self, place: Place, most: int) -> list[Place]:
        """The places within reach of one: itself, then by one change, by two, and so on; none that is too large."""
        found = [place]
        for here in found:  # the list grows while it is walked
            for other in self._next(here):
                if len(found) < most and other not in found and self._nodes(other) <= views.MOST_NODES:
                    found.append(other)
        return found

    # -- as text, for a page

    def key(self, place: Place) -> str:
        """A place as text.

        >>> import micrograd_nb as mg
        >>> a = mg.tensor(2.0, requires_grad=True)
        >>> explorer = Explorer(Graph.read(a * a))
        >>> explorer.key(explorer.start)
        'values:'
        """
        opened = [call.id for call in self.graph.calls if call.id in place.opened]
        return f"{'values' if place.values else 'operations'}:{','.join(opened)}"

    def place(self, key: str) -> Place:
        """The place that a text stands for.

        Raises:
            ValueError: for none of this graph.
        """
        kind, _, listed = key.partition(":")
        opened = frozenset(filter(None, listed.split(",")))
        if kind not in ("values", "operations") or not opened <= self._ids:
            raise ValueError(f"this is no place in the graph: {text.name(key)!r}")
        return Place(kind == "values", opened)

    # -- helpers

    def _nodes(self, place: Place) -> int:
        return len(views.boxed(self.graph, place.opened, values=place.values)[0].nodes)

    def _next(self, place: Place) -> Iterator[Place]:
        """The places that one change leads to."""
        shown, _ = views.boxed(self.graph, place.opened, values=place.values)
        yield from (self.toggled(place, call) for call in _calls(shown))
        yield place._replace(values=not place.values)
        yield from (self.all_open(place), self.all_closed(place))

    def _line(self, call: str) -> list[str]:
        """A call and those that it ran inside of."""
        found = []
        while call:
            found.append(call)
            call = self.graph.calls_by_id[call].parent
        return found

    def _sight(self, place: Place) -> Sight:
        shown, homes = views.boxed(self.graph, place.opened, values=place.values)
        if len(shown.nodes) > views.MOST_NODES:
            raise ValueError(self._too_large(place, len(shown.nodes)))
        calls = _calls(shown)
        drawn = {call.id: call.id for call in self.graph.calls if call.id in calls}
        for node in self.graph.nodes:
            if node.kind == "function":
                for call in self._line(node.call):
                    drawn.setdefault(call, homes[node.id])
        inside: dict[str, list[GraphNode]] = {}
        for id, home in homes.items():
            inside.setdefault(home, []).append(self.graph[id])
        facts = {node.id: facts_of(self._words, shown, node, inside.get(node.id, [])) for node in shown.nodes}
        return Sight(place, shown, svg_of(shown, direction=self.direction), homes, calls, drawn, facts)

    def _too_large(self, place: Place, count: int) -> str:
        reason = f"This would draw {count} nodes, and a picture of more than {views.MOST_NODES} cannot be read."
        way = "Open one module at a time" if self.graph.calls else "Draw a smaller piece, such as one step"
        fewer = self._nodes(place._replace(values=False))
        if place.values and fewer <= views.MOST_NODES:
            way = f"Without the values in between there are {fewer}"
        return f"{reason} {way}."


def _calls(shown: Graph) -> dict[str, bool]:
    """The calls that are seen in a view, and whether they are open: frames, and then boxes."""
    boxes = {node.id for node in shown.nodes if node.kind == "module"}
    frames = {call.id: True for call in dot_writer.framed(shown)}
    return frames | dict.fromkeys(sorted(boxes, key=lambda id: int(id[1:])), False)
