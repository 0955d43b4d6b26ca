"""`BackwardStepper(loss)`: walk through a backward pass, forward and back in time, with the mouse or the keyboard.

What it shows is a `Trace` of the real engine. The drawing is one SVG with small changes per step, made in the browser:
it steps without a kernel, too.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..graph import dot_writer, render
from ..graph.draw import describe, refuse_large
from ..graph.names import caller_names
from ..graph.picture import Picture
from ..graph.trace import Trace
from ..tensors import Tensor

_STATIC = Path(__file__).parent / "static"


class BackwardStepper(anywidget.AnyWidget):
    """Steps through `loss.backward()`, one edge at a time. Nothing changes by looking: no `.grad`, no graph.

    Keys, once the stepper has the focus: ← → one step, Home End first and last, Space plays, / finds a node.
    A click on a node goes to the first step that it acts in, another click to the next one.

    Arguments:
        loss: a tensor with a `grad_fn`.
        gradient: ∂L/∂loss, where `loss` is more than one number.
        names: where the names of tensors come from; left out, the caller's variables.

    Raises:
        ValueError: there is no graph, or it is too large to be read.
        RuntimeError: as `loss.backward(gradient)` would.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import BackwardStepper
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> stepper = BackwardStepper(a * a)
    >>> stepper
    <BackwardStepper: 5 steps>
    >>> stepper.step = 2  # also from Python
    """

    _esm = _STATIC / "stepper.js"
    _css = _STATIC / "stepper.css"

    svg = traitlets.Unicode().tag(sync=True)
    trace = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, loss: Tensor, gradient: Tensor | None = None, *, names: Mapping[str, Any] | None = None) -> None:
        recorded = Trace.record(loss, gradient, names if names is not None else caller_names())
        refuse_large(recorded.graph)
        self.recorded = recorded
        super().__init__(svg=_drawing(recorded), trace=_payload(recorded))

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        return max(0, min(len(self.recorded.steps), proposal["value"]))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # The picture and the table come first for readers without a kernel, or with a notebook not trusted yet.
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/plain": repr(self), "text/html": self._static_html()}, metadata

    def _static_html(self) -> str:
        picture = Picture(_final_drawing(self.recorded), describe(self.recorded.graph))
        return f"{picture.img()}\n{steps_table(self.recorded)}"

    def __repr__(self) -> str:
        return f"<BackwardStepper: {len(self.recorded.steps)} steps>"


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


def _drawing(trace: Trace) -> str:
    """The graph with room in every value for the longest note that it will carry."""
    return render.svg(dot_writer.write(trace.graph, notes=_longest_notes(trace)))


def _final_drawing(trace: Trace) -> str:
    """The graph as it is after the last step: what a picture of the whole pass can show."""
    notes = {id: text for id, (text, _) in trace.start.items()}
    for step in trace.steps:
        notes |= {id: text for id, (text, _) in step.notes.items()}
    return render.svg(dot_writer.write(trace.graph, notes=notes))


def _longest_notes(trace: Trace) -> dict[str, str]:
    longest = {id: text for id, (text, _) in trace.start.items()}
    for step in trace.steps:
        for id, (text, _) in step.notes.items():
            longest[id] = max(longest[id], text, key=len)
    return longest


def _payload(trace: Trace) -> dict[str, Any]:
    """What the browser needs: text and ids, nothing to compute with."""
    kinds = list(dict.fromkeys(node.kind for node in trace.graph.nodes))
    return {
        "title": f"{trace.graph.root.name or 'L'}.backward()",
        "description": describe(trace.graph),
        "kinds": kinds,
        "labels": {node.id: _label(node.id, node.name, node.kind) for node in trace.graph.nodes},
        "start": dict(trace.start),
        "steps": [asdict(step) for step in trace.steps],
    }


def _label(id: str, name: str, kind: str) -> str:
    """What "find" looks for, and what a screen reader says for a node."""
    return f"{name} #{id[1:]}" if kind == "function" else name or id
