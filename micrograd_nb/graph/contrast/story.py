"""A contrast as a story in steps: the first run line by line, the trace, the second run, and the stale replay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .. import looks, text
from ..graph import Graph, GraphNode
from ..static_graph.errors import place_of
from ..trace.forward import record as forward_steps
from ..trace.step import Row
from .record import Contrast, Outcome
from .runs import Moment, Run

MOST_REPLAYED = 40  # functions that are replayed one by one; of more, all at once


@dataclass(frozen=True)
class StoryStep:
    """One step, as a person sees it.

    kind: "line" and "result" of a run, "trace", "guards", "replay", "verdict".
    run: which of the two runs it is about, 0 or 1; -1 for none.
    line: the line that ran, or 0. focus: the node of the captured graph that is replayed, or "".
    born: the ids of the nodes of the run's graph that are there from here on.
    notes: what is written below nodes of the captured graph from here on, by their ids.
    """

    kind: str
    title: str
    rows: tuple[Row, ...]
    spoken: str
    run: int = -1
    line: int = 0
    focus: str = ""
    born: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def steps_of(contrast: Contrast) -> tuple[StoryStep, ...]:
    """All steps of the story.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.graph.contrast import contrast
    >>> both = contrast(lambda x: x * x if x > 0 else -x, mg.tensor(3.0), mg.tensor(-3.0))
    >>> [step.kind for step in steps_of(both)]
    ['line', 'result', 'trace', 'line', 'result', 'guards', 'replay', 'replay', 'verdict']
    """
    return tuple(_story(contrast))


def _story(contrast: Contrast) -> Iterator[StoryStep]:
    yield from _run_steps(contrast, 0)
    yield _trace(contrast)
    yield from _run_steps(contrast, 1)
    yield _guards(contrast)
    yield from _replay(contrast)
    yield _verdict(contrast)


# -- the dynamic runs --------------------------------------------------------------------------------------------------


def _run_steps(contrast: Contrast, number: int) -> Iterator[StoryStep]:
    run = contrast.runs[number]
    lines = {line.number: line.text.strip() for line in contrast.source}
    values, born = _made(run.graph)
    for moment in run.moments:
        yield _line(run, number, moment, lines.get(moment.line, ""), values, born)
    count = 0 if run.graph is None else run.graph.count("function")
    left = f"{count} function{'s' * (count != 1)}" if count else "nothing: no tensor in it requires gradients"
    rows = (Row("error", run.error),) if run.error else (Row("result", run.answer), Row("the tape has", left))
    ended = "stops with an error" if run.error else "is over"
    yield StoryStep("result", f"{run.input}: the run {ended}", rows, f"{run.input} gives {run.answer}.", number)


def _made(graph: Graph | None) -> tuple[dict[str, Row], dict[str, tuple[str, ...]]]:
    """For each function what it computed, as a row, and the nodes that came to be with it."""
    if graph is None:
        return {}, {}
    steps = [step for step in forward_steps(graph) if step.kind == "compute"]
    rows = {}
    for step in steps:
        value = next(row for part in step.parts for row in part.rows if row.name == "value")
        rows[step.focus] = Row(f"{graph[step.focus].name} #{step.focus[1:]}", value.text, value.tensor)
    return rows, {step.focus: tuple(id for id in step.born if id in graph.by_id) for step in steps}


def _line(
    run: Run,
    number: int,
    moment: Moment,
    code: str,
    values: dict[str, Row],
    born: dict[str, tuple[str, ...]],
) -> StoryStep:
    rows = [values[id] for id in moment.made] or [Row("leaves", "no node")]
    told = ", ".join(f"{row.name} {row.text}" for row in rows) if moment.made else "it leaves no node"
    new = tuple(id for function in moment.made for id in born[function])
    title = f"{run.input} · line {moment.line}   {code}".rstrip()
    return StoryStep(
        "line", title, tuple(rows), f"Line {moment.line} runs: {told}.", number, moment.line, born=new
    )  # fmt: skip


# -- the static graph --------------------------------------------------------------------------------------------------


def _trace(contrast: Contrast) -> StoryStep:
    """What was kept of the first input."""
    first = contrast.runs[0].input
    title = f"static, without guards: traced at {first}"
    if contrast.captured is None:
        return StoryStep("trace", title, (Row("refused", contrast.stale.told),), "The function cannot be traced.")
    names = [node.name for node in contrast.captured.nodes if node.kind == "function"]
    rows = [Row("captured", ", ".join(map(text.name, names[:8])) + (", …" if len(names) > 8 else "") or "nothing")]
    taken = [f"{place_of(one.file, one.line)} decided: {one.value}" for one in dict.fromkeys(contrast.frozen)]
    taken = [*taken[:3], f"and {len(taken) - 3} more"] if len(taken) > 4 else taken
    rows += [Row("frozen", one) for one in taken]
    rows.append(Row("of Python", "nothing: no line, no if, no loop is in it"))
    count = len(names)
    spoken = f"Traced at {first}: {count} operation{'s' * (count != 1)} are kept, and no Python."
    return StoryStep("trace", title, tuple(rows), spoken, notes=_notes(contrast.captured))


def _guards(contrast: Contrast) -> StoryStep:
    """What a static graph does that looks at what it was traced with."""
    inputs = [run.input for run in contrast.runs]
    rows = tuple(
        Row(name, f"{_WORDS[outcome.kind]}{_answered(outcome)}{': ' * bool(outcome.told)}{outcome.told}")
        for name, outcome in zip(inputs, contrast.guarded, strict=False)
    )
    last = contrast.guarded[-1]
    return StoryStep("guards", "static, with guards", rows, f"With guards: {_WORDS[last.kind]}{_answered(last)}.")


_WORDS = {
    "traced": "traced",
    "retraced": "a guard notices: traced again",
    "replayed": "replayed",
    "refused": "refused",
}


def _answered(outcome: Outcome) -> str:
    return "" if outcome.kind == "refused" else f", answers {outcome.answer}"


def _replay(contrast: Contrast) -> Iterator[StoryStep]:
    """The functions of the captured graph once more, with the numbers of the second input."""
    captured, replayed = contrast.captured, contrast.replayed
    if captured is None or replayed is None:
        return
    second = contrast.runs[1].input
    functions = [node for node in replayed.nodes if node.kind == "function"]
    inputs = tuple((id, note) for id, note in _notes(replayed) if replayed[id].kind == "input")
    single = len(functions) <= MOST_REPLAYED
    for group in [[node] for node in functions] if single else [functions]:
        rows = tuple(_replayed_row(captured[node.id], node, replayed) for node in group[:MOST_REPLAYED])
        notes = (*inputs, *_notes(replayed, [node.id for node in group]))
        inputs = ()
        name = " ".join(text.name(node.name) for node in group[:3])
        title = f"static, without guards: {second} is replayed   {name}"
        said = ", ".join(f"{row.name} {row.text}" for row in rows[:3])
        yield StoryStep(
            "replay", title, rows, f"Replayed, and no Python runs: {said}.", focus=group[-1].id, notes=notes
        )


def _replayed_row(before: GraphNode, now: GraphNode, graph: Graph) -> Row:
    name = text.name(now.name)
    if now.value is None:
        return Row(name, "its memory was written over since")
    was = "" if before.value is None else f"   (was {_short(before)} at the trace)"
    unused = "" if graph.outgoing[now.id] else "   and nothing looks at it"
    return Row(name, f"{_short(now)}{was}{unused}")


def _short(node: GraphNode) -> str:
    return "" if node.value is None else text.array(node.value)


def _notes(graph: Graph, ids: list[str] | None = None) -> tuple[tuple[str, str], ...]:
    """What is written below the nodes of a captured graph: their numbers, if they are few."""
    nodes = graph.nodes if ids is None else [graph[id] for id in ids]
    return tuple((node.id, looks.short(node.value)) for node in nodes if node.value is not None and _changes(node))


def _changes(node: GraphNode) -> bool:
    return node.kind in ("input", "function", "output", "buffer")


def _verdict(contrast: Contrast) -> StoryStep:
    """The right answer beside that of the stale trace."""
    right, stale = contrast.runs[1], contrast.stale
    rows = [Row("the function", right.answer), Row("stale trace", _stale(stale))]
    if stale.result is not None and contrast.agrees:
        so = "✓ the same: the second input asks for the way that was recorded"
    elif stale.result is not None:
        so = "✗ wrong, and no error said so: it went the way that was recorded for the first input"
    else:
        so = "an error, which is better than a wrong answer"
    rows.append(Row("so", so))
    notes = () if contrast.replayed is None else _notes(contrast.replayed, [_output(contrast.replayed)])
    spoken = f"The function gives {right.answer}, the stale trace {_stale(stale)}: {so.strip('✓✗ ')}."
    return StoryStep("verdict", f"{right.input}: both answers", tuple(rows), spoken, notes=notes)


def _stale(outcome: Outcome) -> str:
    return outcome.told if outcome.result is None else text.array(np.asarray(outcome.result))


def _output(graph: Graph) -> str:
    return next(node.id for node in reversed(graph.nodes) if node.kind == "output")
