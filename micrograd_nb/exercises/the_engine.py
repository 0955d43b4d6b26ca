"""The exercises of the lesson on the engine: a right order of the nodes, and paths counted without walking them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .check import NotYet, Wrong, call, close, exercise, kind, number, require

DEEP = 5000
PATIENCE = 40  # looks at the targets of a node, for each node of a graph: many, and yet no exponential number


class Node:
    """A node as the exercises need it: `targets`, and a name to be told by. It counts how often it is looked at."""

    def __init__(self, name: str, targets: Sequence[Node], graph: Graph) -> None:
        self.name = name
        self._targets = tuple(targets)
        self._graph = graph

    @property
    def targets(self) -> tuple[Node, ...]:
        self._graph.look()
        return self._targets

    def __repr__(self) -> str:
        return self.name


class Graph:
    """Nodes by their names, made from `(name, names of its targets)`, the leaves first; the last is the root."""

    def __init__(self, *rows: tuple[str, Sequence[str]]) -> None:
        self.nodes: dict[str, Node] = {}
        for name, targets in rows:
            self.nodes[name] = Node(name, [self.nodes[target] for target in targets], self)
        self.root = self.nodes[rows[-1][0]]
        self.looks = 0

    def look(self) -> None:
        self.looks += 1
        if self.looks > PATIENCE * len(self.nodes):
            raise Wrong(
                f"stopped: {self.looks:,} looks at the targets of {len(self.nodes)} nodes, and no end. It walks every "
                "path; remember the nodes that it has been to"
            )


def diamond(first: str, second: str) -> Graph:
    """loss = c * d or d * c, with d = c + a and c = a * b."""
    return Graph(("a", ""), ("b", ""), ("c", "ab"), ("d", "ca"), ("loss", (first, second)))


def doublings(times: int) -> Graph:
    """x + x, again and again."""
    return Graph(("x0", ()), *((f"x{i}", (f"x{i - 1}",) * 2) for i in range(1, times + 1)))


def chain(length: int) -> Graph:
    return Graph(("x0", ()), *((f"x{i}", (f"x{i - 1}",)) for i in range(1, length + 1)))


# -- 1: order ----------------------------------------------------------------------------------------------------------

ORDER_HINTS = [
    "Turn the question round: which node may come last? One whose targets are all in the list already may stand before "
    "them. So build the list from its end.",
    "Go down from the root, depth first, and put a node into the list when all its targets are in it; at the end, turn "
    "the list round.",
    "Without recursion: keep a stack of (node, iterator over its targets). Take the next target of the uppermost node: "
    "if it is new, put it on the stack; if there is none left, take the node off and add it to the list.",
]


@exercise(hints=ORDER_HINTS)
def order(answer: Any) -> str:
    """`order(root)`: all nodes, each once, every node before its targets."""
    for graph in (diamond("d", "c"), diamond("c", "d"), doublings(20)):
        _is_an_order(call(answer, graph.root, shown="order(root)", endless=_TOO_DEEP), graph)
    deep = chain(DEEP)
    _is_an_order(call(answer, deep.root, shown="order(root)", endless=_TOO_DEEP), deep)
    return f"every node stands before its targets, and a chain of {DEEP} nodes is no problem"


_TOO_DEEP = f"on a chain of {DEEP} nodes it fills Python's stack. Keep a list of your own in place of the calls"


def _is_an_order(nodes: Any, graph: Graph) -> None:
    require(isinstance(nodes, (list, tuple)), f"order(root) should return a list of nodes, and returns {kind(nodes)}")
    require(all(isinstance(node, Node) for node in nodes), "the list holds something that is no node")
    require(len(nodes) > 0, "the list is empty, and at least the root belongs into it")
    missing = [name for name, node in graph.nodes.items() if node not in nodes] if len(graph.nodes) < 100 else []
    require(not missing, f"{_listed(missing)} not in the list, though {graph.root} leads there")
    if len(nodes) > len(graph.nodes):
        twice = next(node for node in nodes if nodes.count(node) > 1)
        raise Wrong(f"{twice} is in the list {nodes.count(twice)} times: it has several users, and comes once")
    position = {node: i for i, node in enumerate(nodes)}
    require(len(position) == len(graph.nodes), f"the list has {len(position)} nodes of {len(graph.nodes)}")
    edges = [(node, target) for node in nodes for target in node._targets]
    late = [(node, target) for node, target in edges if position[node] > position[target]]
    if late and len(late) == len(edges):
        raise Wrong("every node stands after its targets: the list is right, and the wrong way round")
    if late:
        user, used = late[0]
        raise Wrong(
            f"{used} stands before {user}, which sends to it: when it is {used}'s turn its gradient is not complete. "
            f"The order is {', '.join(map(str, nodes))}"
        )


def _listed(names: list[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


# -- 2: paths ----------------------------------------------------------------------------------------------------------

PATHS_HINTS = [
    "How many paths lead from the root to a node? As many as lead to all its users together.",
    "Start with 1 at the root. Visit the nodes in a right order; each adds its number to that of each of its targets.",
    "counts = Counter({root: 1}); for node in order(root): for target in node.targets: counts[target] += counts[node]",
]


@exercise(hints=PATHS_HINTS)
def paths(answer: Any) -> str:
    """`paths(root, leaf)`: the number of paths from one node to the other."""
    graph = diamond("c", "d")
    for name, right in (("a", 3), ("b", 2), ("c", 2), ("d", 1)):
        got = _counted(answer, graph, name)
        require(
            right == 1 or got != 1,
            f"paths(loss, {name}) is 1: that a way exists. Every way counts, through c and through d",
        )
        _is_count(got, right, f"paths(loss, {name}), where loss = c * d, d = c + a, c = a * b,")
    got = _counted(answer, doublings(2), "x0")
    require(got != 1, "x + x has two arrows to x, and you counted them as one: `targets` holds x twice, a set once")
    _is_count(got, 4, "two doublings: the number of paths")
    _is_count(_counted(answer, doublings(60), "x0"), 2**60, "60 doublings: the number of paths")
    lonely = Graph(("other", ()), ("x", ()), ("y", ("x",)))
    _is_count(_counted(answer, lonely, "other"), 0, "paths(y, other), where no way leads,")
    return f"60 doublings: {2**60:,} paths, counted in one pass over 61 nodes"


def _counted(answer: Any, graph: Graph, leaf: str) -> float:
    graph.looks = 0
    result = call(answer, graph.root, graph.nodes[leaf], shown=f"paths({graph.root}, {leaf})")
    if result is ...:
        raise NotYet("the number is still open")
    return number(result, f"paths({graph.root}, {leaf})")


def _is_count(got: float, right: int, what: str) -> None:
    require(close(got, right), f"{what} is {right:,}, and you count {got:,.0f}")
