"""A trace on a smaller view of its graph: without the values in between, or with modules as boxes.

What happens along an edge that is inside of a box is not seen. So all steps in a row that are inside of the same box
become one, which tells what came in and what goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from ..graph import Graph
from .record import Trace
from .step import Notes, Part, Row, Told, TraceStep

MOST_ROWS = 8


def folded(trace: Trace, shown: Graph, homes: Mapping[str, str]) -> Trace:
    """A trace as steps on another view of its graph.

    Arguments:
        shown: the view.
        homes: for each node of the trace's graph the id of the node that it is drawn in (see `views.placed`).
    """
    if len(shown.nodes) == len(trace.graph.nodes):
        return trace
    folder = _Folder(trace.graph, shown, homes)
    steps: list[TraceStep] = []
    for box, group in groupby(trace.steps, key=folder.box_of):
        inside = list(group)
        steps += [folder.together(box, inside)] if box else map(folder.moved, inside)
    return replace(trace, graph=shown, steps=tuple(steps), start=folder.notes(trace.start))


def counted(trace: Trace, shown: Graph, homes: Mapping[str, str]) -> tuple[int, ...]:
    """For each step of the folded trace, how many of the trace's own are over after it.

    So a place in one view can be found again in another.
    """
    if len(shown.nodes) == len(trace.graph.nodes):
        return tuple(range(1, len(trace.steps) + 1))
    folder, over = _Folder(trace.graph, shown, homes), 0
    ends: list[int] = []
    for box, group in groupby(trace.steps, key=folder.box_of):
        inside = len(list(group))
        ends += [over + inside] if box else range(over + 1, over + inside + 1)
        over += inside
    return tuple(ends)


class _Folder:
    def __init__(self, graph: Graph, shown: Graph, homes: Mapping[str, str]) -> None:
        self.graph, self.shown, self.homes = graph, shown, homes
        self.edges = {edge.id: self._edge(edge.source, edge.target, edge.position) for edge in graph.edges}
        self.inside: dict[str, list[str]] = {}
        for id, home in homes.items():
            self.inside.setdefault(home, []).append(id)
        self.left = {home: len(ids) for home, ids in self.inside.items()}  # for each node, what is not finished in it
        self.learned = dict.fromkeys(homes.values(), 0)
        for node in graph.nodes:
            if node.kind not in ("function", "parameter"):
                self.left[homes[node.id]] -= 1

    def box_of(self, step: TraceStep) -> str:
        """The box that a step happens in, or ""."""
        home = self.homes[step.focus]
        return home if self.shown[home].kind == "module" and step.kind not in ("seed", "done", "error") else ""

    def moved(self, step: TraceStep) -> TraceStep:
        """A step outside of all boxes, on the view."""

        def tell() -> Told:
            return step.told._replace(parts=tuple(replace(part, notes=self.notes(part.notes)) for part in step.parts))

        return replace(
            step, focus=self.homes[step.focus], tell=tell, edges=self._seen(step.edges),
            finished=self._finished(step.finished), born=self._born(step.born),
        )  # fmt: skip

    def together(self, box: str, steps: list[TraceStep]) -> TraceStep:
        """Several steps inside of a box, as one."""
        node = self.shown[box]
        edges = self._seen(edge for step in steps for edge in step.edges)
        arrivals = [step for step in steps if step.kind == "accumulate"]
        self.learned[box] += len(arrivals)
        seen = [step for step in steps if self._leaves(step)]
        notes: Notes = self.notes({id: note for step in seen[:MOST_ROWS] for id, note in step.notes.items()})
        if arrivals:
            notes = {**notes, box: (f"{self.learned[box]} gradients kept", "kept")}
        functions = len({step.focus for step in steps if step.focus.startswith("f")})
        rows = [*_arrived(steps), *([Row("inside", _count(functions, "function"))] if functions else [])]
        rows += [row for step in seen[:MOST_ROWS] for row in _results(step)]
        rows += [Row("…", f"and {len(seen) - MOST_ROWS} more")] if len(seen) > MOST_ROWS else []
        title = f"{node.name}   {node.note.splitlines()[0] if node.note else ''}".rstrip()
        spoken = _spoken(node.name, steps, functions, len(arrivals))
        told = Told((Part("module", tuple(rows), spoken, notes),), spoken)
        finished = self._finished(id for step in steps for id in step.finished)
        born = self._born(id for step in steps for id in step.born)
        last = steps[-1]
        return TraceStep("module", box, title, lambda: told, edges, finished, born, last.ready, last.waiting)

    def notes(self, notes: Notes) -> Notes:
        """Notes on the view. A box has room for what its parameters have, and a function for its own value's."""
        found = {}
        for id, note in notes.items():
            home = self.homes[id]
            if self.shown[home].kind != "module":
                found[home] = note
        return found

    def _leaves(self, step: TraceStep) -> bool:
        """Whether what a step does is seen outside of its box, or is the end of something."""
        return step.kind in ("accumulate", "compute") or any(self.edges[edge] for edge in step.edges)

    def _seen(self, edges: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.edges[edge] for edge in edges if self.edges[edge]))

    def _finished(self, ids: Iterable[str]) -> tuple[str, ...]:
        """What is finished on the view: a box when all in it is."""
        done = []
        for home in (self.homes[id] for id in ids):
            self.left[home] -= 1
            if self.left[home] <= 0:
                done.append(home)
        return tuple(done)

    def _born(self, ids: Iterable[str]) -> tuple[str, ...]:
        there = (self.homes.get(id) or self.edges[id] for id in ids)
        return tuple(dict.fromkeys(id for id in there if id))

    def _edge(self, source: str, target: str, position: int | None) -> str:
        """The id of the edge that an edge of the graph is drawn as; "" inside of a box."""
        source, target = self.homes[source], self.homes[target]
        if source == target:
            return ""
        between = [edge for edge in self.shown.incoming[target] if edge.source == source]
        exact = [edge.id for edge in between if edge.position == position]
        return (exact or [edge.id for edge in between])[0]


def _arrived(steps: list[TraceStep]) -> list[Row]:
    """What came into a box: the first row of its first step."""
    first = steps[0]
    wanted = ("incoming", "arrived") if first.kind == "send" else ()
    return [row for part in first.parts for row in part.rows if row.name in wanted][:1]


def _results(step: TraceStep) -> Iterator[Row]:
    """The rows that say what a step led to."""
    for part in step.parts:
        for row in part.rows:
            if row.name.endswith((" gets", ".grad")) or row.name == "value":
                yield row


def _spoken(name: str, steps: list[TraceStep], functions: int, arrivals: int) -> str:
    if steps[0].kind == "compute":
        return f"{name} runs: {_count(functions, 'function')}."
    told = [f"{_count(functions, 'function')} pass gradients on"] if functions else []
    told += [f"{_count(arrivals, 'parameter')} keep{'s' * (arrivals == 1)} gradients"] if arrivals else []
    return f"{name}: {', '.join(told)}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
