"""`GraphView(loss)`: the picture that `graph.draw` makes, to look around in: larger, smaller, modules open or closed.

What is drawn is chosen and drawn in Python, anew for each set of open modules (see `graph.explore`). The page moves and
zooms it, and shows what is known of the node that the mouse or the focus is on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import traitlets

from ..graph import Graph, dot_writer, text, views
from ..graph.draw import graph_of, with_legend
from ..graph.explore import Explorer, Place, Sight
from ..graph.names import caller_names
from ..graph.node_facts import KIND_WORDS, NodeFacts, facts_of_open
from ..graph.picture import Picture
from .panel import shown as as_html
from .panel import table
from .scripts import STATIC, bundle, styles
from .widget import Widget

STORED = 24  # views that an exported page has in it
MOST_NAMES = 2000  # that can be found; of a larger graph, those of its leaves


class GraphView(Widget):
    """Shows the graph that a tensor was computed by. Point at a node, or go to it, to read its shape and its numbers.

    A click on a module's box opens it, one on the name in its frame closes it. Drag the ground to move the graph; turn
    the wheel with Ctrl or ⌘ to make it larger or smaller.

    Keys, once the view has the focus: + − 0 larger, smaller, all of it; the arrows move it; N P next and previous
    node; Enter opens and closes a module; E C open and close all; V shows or hides the values in between; / finds a
    node, also one inside of a closed module.

    Arguments:
        root: a loss, or any tensor with a `grad_fn`, of this package or of PyTorch; or a `Graph` read before
            (with `values=True`, if they are to be seen).
        detail: what to begin with, as for `graph.draw`: "full", "operations" or "modules". Left out, the first of these
            with at most 60 nodes.
        expand: the modules to look into, by their paths, such as "encoder.layers.0".
        direction: "LR", left to right, or "TB", top to bottom; left out, from left to right unless that is too wide.
        names: where the names of tensors come from; left out, the caller's variables.

    Attributes:
        graph: the whole graph.
        place: what is open now; `expand` and `collapse` change it.
        notice: what is wrong with what was asked last: it would draw more than 400 nodes.

    Raises:
        TypeError: `root` is no tensor and no graph.
        ValueError: there is no graph, or it is too large to be read; no module of such a path.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import GraphView
    >>> net = mg.nn.Sequential(mg.nn.Linear(3, 2), mg.nn.ReLU())
    >>> view = GraphView(net(mg.ones(4, 3)).sum(), names={"net": net})
    >>> view
    <GraphView: 9 of 9 nodes>
    >>> view.collapse("net")
    >>> view
    <GraphView: 5 of 9 nodes>
    """

    _esm = bundle(STATIC / "graph_view" / "graph_view.js")
    _css = styles("look.css", "graph_view/graph_view.css")

    picture = traitlets.Dict().tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        root: Any,
        *,
        detail: str | None = None,
        expand: Collection[str] = (),
        direction: str | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        names = caller_names() if names is None else names
        read = graph_of(root, names, values=True)
        cells = names.get("In") or ()
        self._explorer: Explorer | None = Explorer(
            read, detail, expand, direction=direction, cells=cells, call="GraphView"
        )
        self.graph = _without_engine(read)
        self.place = self._explorer.start
        super().__init__(picture=self._payload(self.place))
        self._count = f"{self.picture['count']} of {self.picture['total']} nodes"
        self.on_msg(self._receive)

    # -- opening and closing

    def expand(self, *paths: str) -> None:
        """Opens modules, by their paths; without any, all of them.

        Raises:
            ValueError: there is no such module, or there would be more than 400 nodes.
        """
        explorer, place = self._open(), self.place
        for path in paths:
            place = explorer.with_open(place, path)
        self._go(place if paths else explorer.all_open(place))

    def collapse(self, *paths: str) -> None:
        """Closes modules, by their paths; without any, all of them.

        Raises:
            ValueError: there is no such module.
        """
        explorer, place = self._open(), self.place
        for path in paths:
            place = explorer.with_closed(place, path)
        self._go(place if paths else explorer.all_closed(place))

    def _go(self, place: Place) -> None:
        payload = self._payload(place)
        self.place = place
        with self.hold_sync():
            self.notice, self.picture = "", payload
        self._count = f"{payload['count']} of {payload['total']} nodes"

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        """Goes where the page asks, if there is such a place and it can be drawn."""
        if self._explorer is None or not isinstance(content, dict) or content.get("kind") != "go":
            return
        try:
            place = self._explorer.place(str(content.get("key", "")))
        except ValueError:
            return
        try:
            self._go(place)
        except ValueError as error:
            self.notice = ""  # so that the page hears of the same notice again
            self.notice = str(error)

    def _open(self) -> Explorer:
        if self._explorer is None:
            raise RuntimeError("this view is closed: make another one")
        return self._explorer

    # -- what the page gets

    def _payload(self, place: Place) -> dict[str, Any]:
        return payload_of(self._open(), place)

    # -- without a kernel

    def export_html(self, path: str | Path) -> None:
        """Writes the view as one HTML file that works in any browser, from disk, without a network.

        It begins with what is shown now. The 24 views nearest to it are in it: those that one change leads to, then
        those by two, and so on. Where another one is asked for, the page says that it is not there.
        """
        explorer = self._open()
        near = explorer.around(self.place, STORED)
        stored = {explorer.key(place): payload_of(explorer, place) for place in near}
        self._write_page(path, self.picture["title"], {"picture": self.picture, "notice": "", "stored": stored})

    def static_html(self) -> str:
        """The picture, and all that the page tells of its nodes as a table."""
        sight = self._open().look(self.place)
        picture = Picture(with_legend(sight.svg, sight.shown), self._open().description)
        return f"{picture.img()}\n<details><summary>all nodes</summary>{_facts_table(sight.facts.values())}</details>"

    def close(self) -> None:
        """Takes the view off the page, and lets go of everything that it was made of."""
        super().close()
        self._explorer, self.graph, self.place = None, Graph((), ()), Place(False, frozenset())
        self.picture, self.notice = {}, ""

    def __repr__(self) -> str:
        return f"<GraphView: {self._count}>"


def payload_of(explorer: Explorer, place: Place) -> dict[str, Any]:
    """What the browser needs of one place: a drawing, text, and the keys of the places that it can go to from there."""
    sight = explorer.look(place)
    tensors: dict[tuple[tuple[str, str | int], ...], int] = {}
    items = {
        id: {**_item(facts, tensors), "toggle": _toggle(explorer, sight, id), "open": sight.calls.get(id, False)}
        for id, facts in _all_facts(explorer, sight).items()
    }
    kinds = dict.fromkeys(node.kind for node in sight.shown.nodes)
    root = text.name(explorer.graph.root.name)
    return {
        "key": explorer.key(place),
        "detail": "values" if place.values else "operations",
        "svg": sight.svg,
        "title": f"graph of {root}" if root else "graph",
        "description": explorer.description,
        "hint": _hint(explorer),
        "count": len(sight.shown.nodes),
        "total": len(explorer.graph.nodes),
        "legend": {kind: KIND_WORDS[kind] for kind in KIND_WORDS if kind in kinds},
        "items": items,
        "tensors": [dict(tensor) for tensor in tensors],
        "drawn": dict(sight.drawn),
        "names": _names(explorer, sight),
        "keys": {
            "values": explorer.key(place._replace(values=not place.values)),
            "everything": _other(explorer, place, explorer.all_open(place)),
            "nothing": _other(explorer, place, explorer.all_closed(place)),
        },
    }


def _other(explorer: Explorer, place: Place, other: Place) -> str:
    return "" if place == other else explorer.key(other)


def _toggle(explorer: Explorer, sight: Sight, id: str) -> str:
    """The key of the place where a module is open that is closed here, or the other way; "" for what is no module."""
    return explorer.key(explorer.toggled(sight.place, id)) if id in sight.calls else ""


def _all_facts(explorer: Explorer, sight: Sight) -> dict[str, NodeFacts]:
    """Of frames and nodes, in the order in which the focus goes through them: as they ran, a frame before its parts."""
    frames = {id: facts_of_open(explorer.graph, id) for id, is_open in sight.calls.items() if is_open}
    homes = dot_writer.homes_of(sight.shown)
    found: dict[str, NodeFacts] = {}
    for id, facts in sight.facts.items():
        for frame in reversed(list(_around(explorer, homes[id]))):
            found.setdefault(frame, frames[frame])
        found[id] = facts
    return found


def _around(explorer: Explorer, call: str) -> Iterable[str]:
    while call:
        yield call
        call = explorer.graph.calls_by_id[call].parent


def _item(facts: NodeFacts, tensors: dict[Any, int]) -> dict[str, Any]:
    """A node's facts; of each large tensor, where it stands among all: several nodes may show the same one."""
    rows = [
        (name, written, None if view is None else tensors.setdefault(view.written(), len(tensors)))
        for name, written, view in facts.rows
    ]
    return {"name": facts.name, "kind": facts.kind, "rows": rows, "spoken": facts.spoken}


def _names(explorer: Explorer, sight: Sight) -> list[tuple[str, str]]:
    """What "find" looks in: the name of every node of the whole graph, and where it is drawn."""
    graph = explorer.graph
    found = {(facts.name, id): None for id, facts in _all_facts(explorer, sight).items()}
    for node in graph.nodes:
        if node.name and (len(graph.nodes) <= MOST_NAMES or node.kind in ("parameter", "input", "buffer")):
            found[(text.name(node.name), sight.homes[node.id])] = None
    for call in graph.calls if len(graph.calls) <= MOST_NAMES else ():
        if call.id in sight.drawn:
            found[(text.name(views.title_of(call)), sight.drawn[call.id])] = None
    return list(found)


def _hint(explorer: Explorer) -> str:
    hint = "Point at a node, or go from one to the next with N and P, to read its shape, its dtype and its numbers."
    return f"{hint} A click or Enter opens a module, and closes it again." if explorer.graph.calls else hint


def _facts_table(facts: Iterable[NodeFacts]) -> str:
    """All facts but the line of code: which cell that is in, another run of the notebook may count differently."""
    rows = []
    for name, kind, known, _ in facts:
        told = [
            f"{row.name}: {row.text}" + (f" {row.tensor.facts}" if row.tensor else "")
            for row in known
            if row.name != "code"
        ]
        rows.append([as_html(name), as_html(kind), as_html("; ".join(told), longest=400)])
    return table(["name", "kind", "what is known"], rows)


def _without_engine(graph: Graph) -> Graph:
    """The graph as plain data, which keeps nothing of the engine alive."""
    return Graph(graph.nodes, graph.edges, graph.calls)
