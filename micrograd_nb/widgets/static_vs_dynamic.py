"""`StaticVsDynamic(function, first, second)`: the tape of each run beside the one graph that was captured of the first.

What it shows is a `Contrast` (see `graph.contrast`): real runs, watched line by line, and a real static graph, without
guards, that is replayed. The page only steps through it, so it works without a kernel, too.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import traitlets

from ..graph import Graph, dot_writer, render, text, views
from ..graph.contrast import Contrast, Run, StoryStep, contrast, steps_of
from ..graph.draw import choose, describe
from ..graph.names import caller_names
from ..graph.picture import Picture
from .panel import table
from .scripts import STATIC, bundle, styles
from .widget import Widget


class StaticVsDynamic(Widget):
    """Steps through one function with two inputs: what each run records, and what a recording of the first replays.

    At the left the source and the two tapes, which grow as lines run; at the right the graph that a static graph
    without guards captured of the first input, as TensorFlow 1 and `torch.jit.trace` would. The lines that a run does
    not come to are grey.

    Keys, once it has the focus: ← → one step, Home End first and last, Space plays. A click on a node goes to the step
    that it acts in.

    Arguments:
        function: takes tensors, gives a tensor; best with an `if` or a loop. It is called up to five times.
        first, second: a tensor each, or a tuple of all arguments.
        names: where the names of other tensors come from; left out, the caller's variables.

    Attributes:
        step: how far it is, from 0 on; it can be set.
        contrast: the `Contrast` behind it: both runs, the captured graph, and every answer.

    Raises:
        TypeError: the function is not written in Python, or gives no tensor.
        ValueError: more than 300 lines ran, or a graph is too large to be read.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import StaticVsDynamic
    >>> both = StaticVsDynamic(lambda x: x * x if x > 0 else -x, mg.tensor(3.0), mg.tensor(-3.0))
    >>> both
    <StaticVsDynamic: 9 steps, the stale trace says 9, where 3 is right>
    """

    _esm = bundle(STATIC / "static_vs_dynamic" / "static_vs_dynamic.js")
    _css = styles("look.css", "static_vs_dynamic/static_vs_dynamic.css")

    story = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(
        self, function: Callable[..., Any], first: Any, second: Any, *, names: Mapping[str, Any] | None = None
    ) -> None:
        names = caller_names() if names is None else names
        self.contrast: Contrast | None = _without_engine(contrast(function, first, second, names))
        super().__init__(story=payload(self.contrast))
        self._told = f"{len(self.story['steps'])} steps, {repr(self.contrast).partition(': ')[2][:-1]}"

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        return max(0, min(len(self.story.get("steps", ())), proposal["value"]))

    def export_html(self, path: str | Path) -> None:
        """Writes it as one HTML file that steps in any browser, from disk, without a network."""
        self._write_page(path, self.story["title"], {"story": self.story, "step": self.step})

    def static_html(self) -> str:
        if self.contrast is None:
            raise RuntimeError("this view is closed: make another one")
        return static_html(self.contrast)

    def close(self) -> None:
        """Takes it off the page, and lets go of everything that it was made of."""
        super().close()
        self.contrast, self.story = None, {}

    def __repr__(self) -> str:
        return f"<StaticVsDynamic: {self._told}>"


class Drawn(NamedTuple):
    """A graph as the page has it: its picture, in which ids begin with a prefix, and its view."""

    svg: str
    shown: Graph
    homes: Mapping[str, str]
    prefix: str

    def here(self, id: str) -> str:
        """The id under which a node of the graph stands in the page."""
        return self.prefix + self.homes[id]


# -- what the page gets ------------------------------------------------------------------------------------------------


def payload(found: Contrast) -> dict[str, Any]:
    """What the browser needs: the source, three pictures, and the steps, with the ids of what comes up in each."""
    steps = steps_of(found)
    tapes = [_drawn(run.graph, f"t{number}-") for number, run in enumerate(found.runs)]
    captured = _captured(found, steps)
    tensors: dict[tuple[tuple[str, str | int], ...], int] = {}
    seen: list[set[str]] = [set(), set()]
    return {
        "title": f"{text.name(found.name)} at {found.runs[0].input} and {found.runs[1].input}",
        "source": [{"number": n, "text": line, "runs": runs} for n, line, runs in found.source],
        "runs": [_run(run, tape) for run, tape in zip(found.runs, tapes, strict=True)],
        "captured": {**_picture(captured, found.captured, found.stale.told), "start": _blank(captured, steps)},
        "steps": [_step(step, tapes, captured, seen, tensors) for step in steps],
        "tensors": [dict(tensor) for tensor in tensors],
    }


def _drawn(graph: Graph | None, prefix: str) -> Drawn | None:
    if graph is None:
        return None
    detail, shown = choose(graph, None, call="StaticVsDynamic")
    homes = views.placed(graph, detail)[1]
    return Drawn(render.svg(dot_writer.write(shown, prefix=prefix)), shown, homes, prefix)


def _captured(found: Contrast, steps: tuple[StoryStep, ...]) -> Drawn | None:
    """The captured graph with room below each node for the longest number that it will show, and none of them."""
    if found.captured is None:
        return None
    longest: dict[str, str] = {}
    for step in steps:
        for id, note in step.notes:
            longest[id] = max(longest.get(id, ""), note, key=len)
    _, shown = choose(found.captured, "full", call="StaticVsDynamic")
    plain = replace(shown, nodes=tuple(replace(n, shape=None) if n.id in longest else n for n in shown.nodes))
    notes = {id: "0" * len(note) for id, note in longest.items()}
    svg = render.svg(dot_writer.write(plain, notes=notes, prefix="c-"))
    return Drawn(svg, shown, {node.id: node.id for node in shown.nodes}, "c-")


def _run(run: Run, tape: Drawn | None) -> dict[str, Any]:
    nothing = run.error or "Nothing is recorded: no tensor in it requires gradients."
    return {"input": run.input, **_picture(tape, run.graph, nothing)}


def _picture(drawn: Drawn | None, graph: Graph | None, nothing: str) -> dict[str, Any]:
    if drawn is None or graph is None:
        return {"svg": "", "description": nothing}
    return {"svg": drawn.svg, "description": describe(graph)}


def _blank(captured: Drawn | None, steps: tuple[StoryStep, ...]) -> dict[str, tuple[str, str]]:
    """What stands below the nodes of the captured graph before the trace: nothing."""
    ids = dict.fromkeys(id for step in steps for id, _ in step.notes)
    return {} if captured is None else {captured.here(id): ("", "none") for id in ids}


def _step(
    step: StoryStep,
    tapes: list[Drawn | None],
    captured: Drawn | None,
    seen: list[set[str]],
    tensors: dict[Any, int],
) -> dict[str, Any]:
    rows = [
        (name, told, None if view is None else tensors.setdefault(view.written(), len(tensors)))
        for name, told, view in step.rows
    ]
    tape = tapes[step.run] if step.run >= 0 else None
    born = [] if tape is None else list(_born(step, tape, seen[step.run]))
    return {
        **{name: getattr(step, name) for name in ("kind", "title", "spoken", "run", "line")},
        "rows": rows,
        "born": born,
        "focus": captured.here(step.focus) if captured and step.focus else _last_function(born, tape),
        "notes": {captured.here(id): (note, "kept") for id, note in step.notes} if captured else {},
    }


def _born(step: StoryStep, tape: Drawn, seen: set[str]) -> Iterator[str]:
    """The nodes that are new in the view, and the edges of which now both ends are there."""
    before = set(seen)
    for id in step.born:
        home = tape.homes[id]
        if home not in seen:
            seen.add(home)
            yield tape.prefix + home
    for edge in tape.shown.edges:
        if {edge.source, edge.target} <= seen and not {edge.source, edge.target} <= before:
            yield tape.prefix + edge.id


def _last_function(born: list[str], tape: Drawn | None) -> str:
    """The function that a line left, or its box: what the page points at."""
    if tape is None:
        return ""
    acting = {tape.prefix + node.id for node in tape.shown.nodes if node.kind in ("function", "module")}
    return next((id for id in reversed(born) if id in acting), "")


# -- without a kernel --------------------------------------------------------------------------------------------------


def static_html(found: Contrast) -> str:
    """The source with what each run went through, the three pictures, and all steps as a table."""
    inputs = [run.input for run in found.runs]
    head = ["line", "", *map(html.escape, inputs)]
    lines = [_source_row(found, number, line, runs) for number, line, runs in found.source]
    pictures = [(f"dynamic, {run.input}", run.graph, run.error or "nothing is recorded") for run in found.runs]
    pictures.append((f"static, captured at {inputs[0]}", found.captured, found.stale.told))
    figures = "".join(f"<h4>{html.escape(title)}</h4>{_image(graph, why)}" for title, graph, why in pictures)
    steps = [
        [str(number), html.escape(step.title), html.escape(step.spoken)]
        for number, step in enumerate(steps_of(found), start=1)
    ]
    return f"{table(head, lines)}{figures}{table(['step', 'who', 'what happens'], steps)}"


def _source_row(found: Contrast, number: int, line: str, runs: bool) -> list[str]:
    times = [run.times(number) for run in found.runs]
    counts = [f"{count}×" if count else "not run" if runs else "" for count in times]
    return [str(number), f"<code>{html.escape(line).replace(' ', '&nbsp;')}</code>", *counts]


def _image(graph: Graph | None, why: str) -> str:
    if graph is None:
        return f"<p>{html.escape(why)}</p>"
    _, shown = choose(graph, None, call="StaticVsDynamic")
    return Picture(render.svg(dot_writer.write(shown)), describe(graph)).img()


def _without_engine(found: Contrast) -> Contrast:
    """The same as plain data, which keeps nothing of the engine alive."""
    first, second = found.runs
    return replace(found, runs=(_plain(first), _plain(second)))


def _plain(run: Run) -> Run:
    return run if run.graph is None else replace(run, graph=Graph(run.graph.nodes, run.graph.edges, run.graph.calls))
