"""What a stepper gives the page: a drawing, text and ids, nothing to compute with; and the page without a kernel."""

from __future__ import annotations

import html
from typing import Any, NamedTuple

from ..graph import dot_writer, render
from ..graph.draw import describe
from ..graph.picture import Picture
from ..graph.trace import Part, Trace, TraceStep

ROOM_FOR_FLOW = 0.6  # inches between nodes: the number that flows along an edge stands beside it


def drawing(trace: Trace) -> str:
    """The graph with room in every node for the longest note that it will carry: as many zeros, and no answer."""
    longest = {id: text for id, (text, _) in trace.start.items()}
    for step in trace.steps:
        for id, (text, _) in step.notes.items():
            longest[id] = max(longest.get(id, ""), text, key=len)
    notes = {id: "0" * len(text) for id, text in longest.items()}
    gap = ROOM_FOR_FLOW if any(step.flow for step in trace.steps) else 0.3
    return render.svg(dot_writer.write(trace.graph, notes=notes, gap=gap))


Tensors = dict[tuple[tuple[str, str | int], ...], int]
"""The views of tensors, written out, and where each stands among all."""


class Passes(NamedTuple):
    """Both passes through one graph, on the view of it that is drawn."""

    backward: Trace
    forward: Trace


def payload(
    passes: Passes,
    *,
    revealed: int | None = None,
    predictable: bool = True,
    modules: dict[str, tuple[str, bool]] | None = None,
    closed_because: str = "",
) -> dict[str, Any]:
    """What the browser needs.

    Arguments:
        passes: what the stepper steps through.
        revealed: how many steps of the backward pass may be seen; left out, all.
        predictable: whether there is a kernel that Predict mode can ask.
        modules: for each module that is drawn, by the id of its call, its path and whether it is open.
        closed_because: why a click opens none, or "".
    """
    backward, forward = passes
    graph = backward.graph
    name = graph.root.name or "L"
    tensors: Tensors = {}
    blank = dict.fromkeys({*backward.start, *(id for step in backward.steps for id in step.notes)}, ("", "none"))
    return {
        "description": describe(graph),
        "kinds": list(dict.fromkeys(node.kind for node in graph.nodes)),
        "labels": {node.id: label(node.id, node.name, node.kind) for node in graph.nodes},
        "predictable": predictable,
        "modules": modules or {},
        "closed_because": closed_because,
        "passes": {
            "backward": {
                "title": f"{name}.backward()",
                "start": {**{id: blank[id] for id in sorted(blank)}, **backward.start},
                "steps": [_step(step, tensors) for step in backward.steps[:revealed]],
                "total": len(backward.steps),
            },
            "forward": {
                "title": f"{name}, the forward pass",
                "start": {id: blank[id] for id in sorted(blank)},
                "steps": [_step(step, tensors) for step in forward.steps],
                "total": len(forward.steps),
            },
        },
        "tensors": [dict(tensor) for tensor in tensors],
    }


def label(id: str, name: str, kind: str) -> str:
    """What "find" looks for, and what a screen reader says for a node."""
    return f"{name} #{id[1:]}" if kind == "function" else name or id


def _step(step: TraceStep, tensors: Tensors) -> dict[str, Any]:
    fields = ("kind", "focus", "title", "spoken", "edges", "finished", "born", "ready", "waiting", "flow")
    return {
        **{field: getattr(step, field) for field in fields},
        "parts": [_part(part, tensors) for part in step.parts],
    }


def _part(part: Part, tensors: Tensors) -> dict[str, Any]:
    """A part; of each tensor, where it stands among all: many steps show the same one."""
    rows = [
        (name, text, None if view is None else tensors.setdefault(view.written(), len(tensors)))
        for name, text, view in part.rows
    ]
    return {"kind": part.kind, "rows": rows, "spoken": part.spoken, "notes": dict(part.notes)}


# -- without a kernel --------------------------------------------------------------------------------------------------


def static_html(trace: Trace) -> str:
    """The picture of the whole pass, and all its steps as a table."""
    notes = {id: text for id, (text, _) in trace.start.items()}
    for step in trace.steps:
        notes |= {id: text for id, (text, _) in step.notes.items()}
    picture = Picture(render.svg(dot_writer.write(trace.graph, notes=notes)), describe(trace.graph))
    return f"{picture.img()}\n{steps_table(trace)}"


def questions_html(trace: Trace) -> str:
    """The picture of the graph, without any gradient that a learner is to predict."""
    picture = Picture(render.svg(dot_writer.write(trace.graph)), describe(trace.graph))
    return f"{picture.img()}\n<p>Predict mode: run this cell, and answer one question after the other.</p>"


def steps_table(trace: Trace) -> str:
    """All steps of a trace as an HTML table, for those who read and do not click.

    >>> import micrograd_nb as mg
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> steps_table(Trace.record(a * a, names={"a": a})).count("<tr>")
    6
    """
    rows = "\n".join(
        f"<tr><td>{i}</td>{_cell(step.title)}{_cell(step.spoken)}</tr>" for i, step in enumerate(trace.steps, 1)
    )
    return f"<table>\n<tr><th>step</th><th {_LEFT}>who</th><th {_LEFT}>what happens</th></tr>\n{rows}\n</table>"


_LEFT = 'style="text-align:left"'  # a notebook sets the cells of a table to the right


def _cell(text: str) -> str:
    return f"<td {_LEFT}>{html.escape(text)}</td>"
