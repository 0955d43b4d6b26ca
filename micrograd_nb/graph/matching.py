"""Finds for the nodes of one graph those of another that do the same.

First come the functions whose whole history is the same in both, back to the leaves. Those that are left are matched
in the order in which they ran, by their names, so that what comes after a change is found again. Numbers and shapes do
not count: a graph is what was computed from what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from difflib import SequenceMatcher
from typing import Any

from .graph import Graph, GraphNode

Pairs = dict[str, str]
"""Ids in the one graph → ids in the other."""

RAN = ("function", "module")


def matched(before: Graph, after: Graph) -> Pairs:
    """The ids of the nodes that both graphs have."""
    numbers: dict[Hashable, int] = {}  # equal histories get equal numbers, in both graphs
    functions = _pairs_of_equals(_histories(before, numbers), _histories(after, numbers))
    functions |= _pairs_in_order(
        [node for node in before.nodes if node.kind in RAN and node.id not in functions],
        [node for node in after.nodes if node.kind in RAN and node.id not in set(functions.values())],
    )
    leaves = _pairs_of_equals(_leaves(before), _leaves(after))
    leaves |= _constants(before, after, functions)
    return functions | leaves | _values(before, after, functions)


def _pairs_of_equals(before: dict[str, Any], after: dict[str, Any]) -> Pairs:
    """Ids with equal keys: the first with the first, the second with the second."""
    waiting = defaultdict(list)
    for id, key in reversed(after.items()):
        waiting[key].append(id)
    return {id: waiting[key].pop() for id, key in before.items() if waiting[key]}


# -- functions ---------------------------------------------------------------------------------------------------------


def _histories(graph: Graph, numbers: dict[Hashable, int]) -> dict[str, int]:
    """A number for each function that says all about what it was computed from."""

    def number(key: Hashable) -> int:
        return numbers.setdefault(key, len(numbers))

    found = {id: number(key) for id, key in _leaves(graph).items()}
    found |= {node.id: number(("constant", node.name)) for node in graph.nodes if node.kind == "constant"}
    for node in graph.nodes:
        if node.id not in found:
            arguments = tuple(found[edge.source] for edge in graph.incoming[node.id])
            place = node.id.partition(".")[2]  # of one of several outputs
            found[node.id] = number((*_what(node), place, arguments))
    return {node.id: found[node.id] for node in graph.nodes if node.kind in RAN}


def _pairs_in_order(before: list[GraphNode], after: list[GraphNode]) -> Pairs:
    """Functions of the same names, in the same order. What they begin and end with alike, comes first."""
    a, b = ([_what(node) for node in nodes] for nodes in (before, after))
    start = _common(a, b)
    end = _common(reversed(a[start:]), reversed(b[start:]))
    middle = SequenceMatcher(None, a[start : len(a) - end], b[start : len(b) - end], autojunk=False)
    places = [(k, k) for k in range(start)]
    places += [(start + i + k, start + j + k) for i, j, n in middle.get_matching_blocks() for k in range(n)]
    places += [(len(a) - k, len(b) - k) for k in range(1, end + 1)]
    return {before[i].id: after[j].id for i, j in places}


def _common(a: Iterable[Any], b: Iterable[Any]) -> int:
    """How many elements two sequences begin with alike."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


def _what(node: GraphNode) -> tuple[str, str, str]:
    """What tells functions apart; values have no name here, for a learner may call them as she likes."""
    if node.kind not in RAN:
        return "value", "", ""
    return node.kind, node.name, node.note if node.kind == "module" else ""


# -- values ------------------------------------------------------------------------------------------------------------


def _leaves(graph: Graph) -> dict[str, Hashable]:
    """What tells leaves apart: their names, or for those without one their numbers."""
    leaves = [node for node in graph.nodes if node.kind in ("parameter", "input", "buffer")]
    return {node.id: (node.kind, node.name or node.id) for node in leaves}


def _constants(before: Graph, after: Graph, functions: Pairs) -> Pairs:
    """The constants that go into the same functions at the same places."""
    pairs = {}
    for id, other in functions.items():
        there = {edge.position: after[edge.source] for edge in after.incoming[other]}
        for edge in before.incoming[id]:
            one, two = before[edge.source], there.get(edge.position)
            if two is not None and one.kind == two.kind == "constant" and one.name == two.name:
                pairs[one.id] = two.id
    return pairs


def _values(before: Graph, after: Graph, functions: Pairs) -> Pairs:
    """The results of the same functions, by their places."""
    pairs = {}
    for id, other in functions.items():
        there = {_place(edge.target): edge.target for edge in after.outgoing[other] if edge.position is None}
        for edge in before.outgoing[id]:
            if edge.position is None and _place(edge.target) in there:
                pairs[edge.target] = there[_place(edge.target)]
    return pairs


def _place(value: str) -> str:
    return value.partition(".")[2]
