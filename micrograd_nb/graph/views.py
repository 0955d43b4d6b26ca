"""Less of a graph, so that it can be seen: without the values in between, or with modules as boxes.

    full          every value and every function
    operations    functions, each with its result written in it; of the values only the ends
    modules       the modules that ran, each as one box; twelve equal ones in a row as one box, "Block ×12"

A view is a `Graph` again. `fitting` chooses the one with most in it that can still be read. `boxed` is for somebody who
opens one box and closes another: each call of a module is open or closed by itself (see `explore`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import prod

from .graph import Graph, GraphCall, GraphEdge, GraphNode

DETAILS = ("full", "operations", "modules")
READABLE = 60  # nodes that a person can take in; above, a picture shows less of each
MOST_NODES = 400  # above, there is no picture


def view(graph: Graph, detail: str, expand: Collection[str] = ()) -> Graph:
    """The view of a graph at a level of detail.

    Arguments:
        detail: "full", "operations" or "modules".
        expand: with "modules", the paths of those to look into, such as "encoder.layers.0".

    Raises:
        ValueError: another word, a path that is none, or a graph that knows of no modules.
    """
    return placed(graph, detail, expand)[0]


def placed(graph: Graph, detail: str, expand: Collection[str] = ()) -> tuple[Graph, Mapping[str, str]]:
    """The view of a graph, and for each node of the graph the id of the node that it is drawn in. Like `view`."""
    if expand and detail in ("full", "operations"):
        raise ValueError(
            f'expand looks into modules: it goes with detail="modules", not with {detail!r}, which has all'
        )
    if detail == "full":
        return graph, {node.id: node.id for node in graph.nodes}
    if detail == "operations":
        return _operations(graph)
    if detail == "modules":
        return _modules(graph, expand)
    raise ValueError(f'detail is "full", "operations" or "modules", not {detail!r}')


def fitting(graph: Graph) -> tuple[str, Graph]:
    """The most detailed view of at most `READABLE` nodes, or else the smallest; with its name."""
    smallest = "full", graph
    for detail in DETAILS[: 3 if graph.calls else 2]:
        found = view(graph, detail)
        if len(found.nodes) < len(smallest[1].nodes):
            smallest = detail, found
        if len(found.nodes) <= READABLE:
            return detail, found
    return smallest


# -- operations --------------------------------------------------------------------------------------------------------


def operations(graph: Graph) -> Graph:
    """Without the values in between: a function leads to the next, and carries its result."""
    return _operations(graph)[0]


def _operations(graph: Graph) -> tuple[Graph, dict[str, str]]:
    made_by = {e.target: e.source for e in graph.edges if graph[e.target].kind == "intermediate"}
    results: dict[str, list[GraphNode]] = {}
    for value, function in made_by.items():
        results.setdefault(function, []).append(graph[value])
    nodes = [
        _with_results(node, results.get(node.id, [])) if node.kind == "function" else node
        for node in graph.nodes
        if node.id not in made_by
    ]
    edges = [e._replace(source=made_by.get(e.source, e.source)) for e in graph.edges if e.target not in made_by]
    homes = {node.id: made_by.get(node.id, node.id) for node in graph.nodes}
    return replace(graph, nodes=tuple(nodes), edges=tuple(edges)), homes


def _with_results(function: GraphNode, results: Sequence[GraphNode]) -> GraphNode:
    names = ", ".join(value.name for value in results if value.name)
    if len(results) != 1:
        return replace(function, result=names)
    (v,) = results
    return replace(function, result=names, shape=v.shape, dtype=v.dtype, value=v.value, grad=v.grad, note=v.note)


# -- modules -----------------------------------------------------------------------------------------------------------


def boxed(graph: Graph, opened: Collection[str], *, values: bool) -> tuple[Graph, Mapping[str, str]]:
    """The view in which exactly these calls are open, and for each node the id of the node that it is drawn in.

    Arguments:
        opened: the ids of calls. What is inside of a closed one is not seen, open or not.
        values: with the values in between, or without.
    """
    simple, homes = _operations(graph)
    boxes = _boxes(simple, set(opened))
    if not values:
        shown, inside = _drawn(simple, boxes)
        return shown, {id: inside.get(home, home) for id, home in homes.items()}
    shown, inside = _drawn(graph, boxes)
    return shown, {node.id: inside.get(node.id, node.id) for node in graph.nodes}


def open_calls(graph: Graph, detail: str, expand: Collection[str] = ()) -> frozenset[str]:
    """The calls that are open in a view: all of them but in "modules"."""
    if detail != "modules":
        return frozenset(call.id for call in graph.calls)
    return frozenset(_opened_and_boxes(graph, _operations(graph)[0], expand)[0])


def title_of(call: GraphCall) -> str:
    """What a module is called: its path, or for an outermost one its variable; its class where it has neither."""
    return call.kind if call.path.endswith(f"({call.kind})") else call.path or call.name or call.kind


@dataclass
class _Box:
    """Calls that are drawn as one: a single one, or several equal ones in a row."""

    calls: list[GraphCall]
    functions: list[GraphNode]
    leaves: list[GraphNode] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.calls[0].id


def modules(graph: Graph, expand: Collection[str] = ()) -> Graph:
    """With a box for each call of a module. The outermost modules are open, if they have parts, and those to expand.

    What belongs to one box alone, such as its parameters, is inside of it.
    """
    return _modules(graph, expand)[0]


def _modules(graph: Graph, expand: Collection[str]) -> tuple[Graph, dict[str, str]]:
    if not graph.calls:
        raise ValueError(
            "this graph knows of no modules: none ran, or it was computed where lines and modules were not recorded. "
            'In a program, call micrograd_nb.autograd.record_lines() before the forward pass; or draw detail="full" or '
            '"operations".'
        )
    simple, homes = _operations(graph)
    _, boxes = _opened_and_boxes(graph, simple, expand)
    shown, inside = _drawn(simple, boxes)
    return shown, {id: inside.get(home, home) for id, home in homes.items()}


def _opened_and_boxes(graph: Graph, simple: Graph, expand: Collection[str]) -> tuple[set[str], list[_Box]]:
    """The calls that are open, and what is left as boxes."""
    opened = _opened(graph, expand)
    boxes = _boxes(simple, opened)
    with_parts = {call.parent for call in graph.calls}
    while len(boxes) == 1 and len(boxes[0].calls) == 1 and boxes[0].id in with_parts:  # a box around everything
        opened.add(boxes[0].id)
        boxes = _boxes(simple, opened)
    return opened, boxes


def _opened(graph: Graph, expand: Collection[str]) -> set[str]:
    """The ids of the calls that are drawn with what is in them."""
    if isinstance(expand, str):
        raise TypeError(f'expand takes several paths: expand=["{expand}"]')
    known = {title_of(call): call for call in reversed(graph.calls)}
    for path in expand:
        if path not in known:
            raise ValueError(f'there is no module "{path}" in this graph. There are: {", ".join(reversed(known))}')
    with_parts = {call.parent for call in graph.calls}
    outermost = {call.id for call in graph.calls if not call.parent and call.id in with_parts}
    wanted = (call.id for call in graph.calls if title_of(call) in expand)
    return outermost.union(*(_line_of_descent(graph, id) for id in wanted))


def _line_of_descent(graph: Graph, id: str) -> list[str]:
    """A call, the one that it ran inside of, and so on outwards."""
    line = []
    while id:
        line.append(id)
        id = graph.calls_by_id[id].parent
    return line


def _boxes(graph: Graph, opened: set[str]) -> list[_Box]:
    """The functions of the calls that are not opened, call by call in the order in which they ran."""
    inside: dict[str, list[GraphNode]] = {}
    for node in graph.nodes:
        if node.kind == "function":
            closed = [id for id in _line_of_descent(graph, node.call) if id not in opened]
            inside.setdefault(closed[-1] if closed else node.id, []).append(node)
    boxes = []
    for _, row in groupby(inside, key=lambda id: _signature(graph, id, inside[id])):
        ids = list(row)
        if ids[0] in graph.calls_by_id:
            boxes.append(_Box([graph.calls_by_id[id] for id in ids], [f for id in ids for f in inside[id]]))
    return boxes


def _signature(graph: Graph, id: str, functions: list[GraphNode]) -> object:
    """Equal for two calls that may share a box: the same call again, or a part of the same list, with equal insides."""
    call = graph.calls_by_id.get(id)
    if call is None:
        return id
    place, _, last = call.path.rpartition(".")
    what = [(f.name, f.shape, f.module.removeprefix(call.path), _learned_shapes(graph, f)) for f in functions]
    return call.parent, call.kind, place if last.isdecimal() else call.path, what


def _learned_shapes(graph: Graph, function: GraphNode) -> list[object]:
    """The shapes of the parameters that go into a function, at their places."""
    leaves = ((edge.position, graph[edge.source]) for edge in graph.incoming[function.id])
    return [(position, leaf.shape) for position, leaf in leaves if leaf.kind == "parameter"]


def _drawn(graph: Graph, boxes: Sequence[_Box]) -> tuple[Graph, dict[str, str]]:
    """The graph with boxes in place of what is in them, and for each node in one the id of its box."""
    home = {function.id: box for box in boxes for function in box.functions}
    for node in graph.nodes:
        if node.kind in ("parameter", "buffer", "constant"):
            users = {home[e.target].id if e.target in home else "" for e in graph.outgoing[node.id]}
            if len(users) == 1 and "" not in users:
                box = home[graph.outgoing[node.id][0].target]
                box.leaves.append(node)
                home[node.id] = box
        elif node.kind == "intermediate":  # inside, if it stays inside
            ends = {home[id].id if id in home else "" for id in _neighbours(graph, node.id)}
            if len(ends) == 1 and "" not in ends:
                home[node.id] = home[graph.incoming[node.id][0].source]
    nodes: dict[str, GraphNode] = {}
    for node in graph.nodes:
        if node.id not in home:
            nodes[node.id] = node
        elif home[node.id].id not in nodes:
            nodes[home[node.id].id] = _box_node(graph, home[node.id])
    shown = replace(graph, nodes=tuple(nodes.values()), edges=tuple(_edges_between(graph.edges, home)))
    return shown, {id: box.id for id, box in home.items()}


def _neighbours(graph: Graph, id: str) -> list[str]:
    """The functions that a value comes from and goes to."""
    return [*(e.source for e in graph.incoming[id]), *(e.target for e in graph.outgoing[id])]


def _edges_between(edges: Iterable[GraphEdge], home: dict[str, _Box]) -> Iterable[GraphEdge]:
    """The edges that lead from one box to another. What goes into a box in several places goes in once."""
    into: dict[str, dict[str, None]] = {}
    for edge in edges:
        source, target = (home[id].id if id in home else id for id in (edge.source, edge.target))
        if source == target:
            continue
        if edge.target not in home:
            yield GraphEdge(source, target, edge.position)
        elif source not in into.setdefault(target, {}):
            yield GraphEdge(source, target, len(into[target]))
            into[target][source] = None


def _box_node(graph: Graph, box: _Box) -> GraphNode:
    """What a box says of itself: its path, its class and how often, how much it learns, what comes out of it."""
    first, last = box.calls[0], box.calls[-1]
    name = title_of(first)
    count = f" ×{len(box.calls)}" if len(box.calls) > 1 else ""
    if first.path != last.path:
        name += f" – {last.path.rpartition('.')[2]}"
    numbers = sum(prod(leaf.shape or ()) for leaf in box.leaves if leaf.kind == "parameter")
    learned = f"{numbers:,} parameter{'s' * (numbers != 1)}" if numbers else ""
    kind = first.kind + count if name != first.kind or count else ""
    inside = {function.id for function in box.functions}
    ends = [f for f in box.functions if any(e.target not in inside for e in graph.outgoing[f.id])]
    out = graph[ends[0].id] if len(ends) == 1 else GraphNode("", "", "")  # it has its result, where that is no node
    return GraphNode(
        box.id, "module", name, out.shape, out.dtype, out.value, out.grad,
        module=first.path, call=first.parent, note="\n".join(filter(None, (kind, learned))),
    )  # fmt: skip
