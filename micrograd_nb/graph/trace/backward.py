"""Translates a backward pass, which an engine runs and a recorder watches, into words and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from ...autograd import Step
from ...autograd.several import Gradients
from .. import text
from ..graph import GraphNode
from ..source import with_numbers, with_shapes
from .own_pass import OwnPass
from .step import Facts, Notes, Part, Row, Told, TraceStep
from .tensor_view import TensorView
from .torch_pass import TorchPass
from .words import Words, as_numbers, in_note, in_row, saved_text, tensor_row

FREED = "Trying to backward through the graph a second time"  # PyTorch's words, and ours
MOST_BESIDE_EDGE = 9  # characters
MOST_CHECKED = 12  # leaves by finite differences

Recorded = tuple[tuple[TraceStep, ...], dict[str, ndarray], Notes]
"""The steps, the gradient of every leaf, and what is written below values before the first step."""


def record(watched: OwnPass | TorchPass, cells: Iterable[str] | None = None) -> Recorded:
    """Writes a pass down. `cells` are the sources of a notebook's cells.

    Raises:
        RuntimeError: the engine's, if the graph is freed, or before any gradient has gone along an edge.
    """
    recorder = _Recorder(watched, Words(watched.graph, cells))
    try:
        for step in watched.steps():
            recorder.take(step)
    except RuntimeError as error:
        if FREED in str(error) or not any(step.kind == "send" for step in recorder.steps):
            raise
        recorder.stop(error)
    return tuple(recorder.steps), recorder.gradients, start(watched)


def start(watched: OwnPass | TorchPass) -> Notes:
    """What is written below values before the first step: no gradient, or what an earlier pass has left."""
    notes = {}
    for node in watched.graph.nodes:
        if node.kind in ("parameter", "intermediate", "output"):
            notes[node.id] = ("grad –", "none")
        if node.kind == "parameter" and node.grad is not None:
            notes[node.id] = (f"grad {in_note(node.grad)} (earlier)", "earlier")
    return notes


class _Edge(NamedTuple):
    """What a recorder knows of an edge when something has gone along it."""

    step: Step
    function: str
    value: GraphNode  # which receives
    arrived: int  # how many gradients it has got by now
    expected: int
    complete: bool
    is_last: bool  # of its function's
    skipped: tuple[Part, ...]  # what was skipped before it


class _Recorder:
    """Translates the engine's steps, and keeps count."""

    def __init__(self, watched: OwnPass | TorchPass, words: Words) -> None:
        self.watched, self.words, self.graph = watched, words, watched.graph
        self.ids: dict[Any, str] = {
            node: id for id, node in (*self.graph.functions.items(), *self.graph.leaves.items())
        }
        self.expected = dict.fromkeys(self.graph.functions, 0)  # how many edges deliver a gradient to a node
        targets = {id: watched.targets(node) for id, node in self.graph.functions.items()}
        for target in (watched.start, *(t for several in targets.values() for t in several)):
            if target is not None:
                self._expect(target)
        self.expected[self.ids[watched.start]] -= 1  # the seed is no edge
        self.arrived = dict.fromkeys(self.expected, 0)
        self.sends = {id: sum(t is not None for t in several) for id, several in targets.items()}
        self.ready: dict[str, None] = {}  # functions, as sets that keep their order
        self.waiting: dict[str, None] = {}
        self.before_send: list[Part] = []  # parts that have been seen, and belong to the next step
        self.steps: list[TraceStep] = []
        self.gradients: dict[str, ndarray] = {}

    def _expect(self, target: Any) -> None:
        """Counts an edge to a node, and the first time that to the function whose output it is one of."""
        if target not in self.ids:
            function, place = self.watched.as_output(target) or (None, 0)
            self.ids[target] = f"o{self.ids[function][1:]}.{place}"
            self.expected[self.ids[function]] += 1
        self.expected[self.ids[target]] = self.expected.get(self.ids[target], 0) + 1

    def take(self, step: Step) -> None:
        """Writes down what the engine has just done."""
        output = self.watched.as_output(step.node)
        match step.kind:
            case "seed":
                self._seed(step)
            case "ready" if output is None:
                self._ready(step)
            case "skip" if output is None:
                self._skip(step)
            case "send":
                self._send(step) if output is None else self._hand_on(step)
            case "accumulate":
                self._accumulate(step)
            case "done":
                self._done()

    def stop(self, error: RuntimeError) -> None:
        """The engine raised an error in the middle of the pass."""
        part = Part("error", (Row("error", str(error)),), f"The pass stops with an error. {error}")
        told = Told((*self.before_send, part), part.spoken)
        self._add(TraceStep("error", self.steps[-1].focus, "Error", lambda: told))

    def _add(self, step: TraceStep) -> None:
        ready = self.words.listed(id for id in self.ready if id != step.focus)
        waiting = self.words.listed(id for id in self.waiting if id != step.focus)
        self.steps.append(replace(step, ready=ready, waiting=waiting))
        self.before_send = []

    def _arrive(self, id: str) -> bool:
        """Counts an arrival at a node. Returns whether it was the last one."""
        self.arrived[id] += 1
        complete = self.arrived[id] >= self.expected[id]
        if id.startswith("f"):
            self.waiting.pop(id, None)
            (self.ready if complete else self.waiting)[id] = None
        return complete

    # -- the engine's steps, one method each. Everything is counted at once; the text is written when it is asked for

    def _seed(self, step: Step) -> None:
        root, loss, start = self.graph.root.id, self.words.loss, self.ids[step.node]
        self.arrived[start] = self.expected[start]
        if start.startswith("f"):
            self.ready[start] = None

        def tell() -> Told:
            why = "a value changes as itself" if step.total.size == 1 else "given by the caller"
            rows = tensor_row("seed", step.total, f"∂{loss}/∂{loss} = "), Row("why", why)
            spoken = f"The pass starts at {loss} with the gradient {text.array(step.total)}."
            part = Part("seed", rows, spoken, {root: (f"grad {in_note(step.total)}", "temporary")})
            return Told((part,), spoken, Facts(loss, total=step.total))

        self._add(TraceStep("seed", root, f"Seed   {loss}", tell))

    def _ready(self, step: Step) -> None:
        self.ready.pop(self.ids[step.node], None)

    def _skip(self, step: Step) -> None:
        """An input that needs no gradient: told with what its function sends next, or else with what it sent last."""
        argument = self._argument(step)
        name = f"input {step.position}" if argument is None else self.words.name(argument)
        row = Row("skip", f"{name} needs no gradient, and gets none")
        part = Part("skip", (row,), f"{row.text}.")
        function = self.ids[step.node]
        if self.sends[function]:
            self.before_send.append(part)
        elif self.steps[-1].focus == function:
            last = self.steps[-1]
            self.steps[-1] = replace(last, tell=lambda: last.told._replace(parts=_before_free(last.parts, part)))

    def _send(self, step: Step) -> None:
        function, target = self.ids[step.node], self.ids[step.target]
        complete = self._arrive(target)
        self.sends[function] -= 1
        is_last = self.sends[function] == 0
        argument = self._argument(step)
        edge = _Edge(
            step, function, self.graph["o" + target[1:] if target.startswith("f") else target],
            self.arrived[target], self.expected[target], complete, is_last, tuple(self.before_send),
        )  # fmt: skip
        self._add(TraceStep(
            "send", function, self.words.headline(function), lambda: self._told(edge),
            edges=() if argument is None else (f"{argument.id}-{function}-{step.position}",),
            finished=(function,) if is_last else (), flow=_along_edge(step.contribution),
        ))  # fmt: skip

    def _hand_on(self, step: Step) -> None:
        """One of several outputs has its gradient, and its function now knows it."""
        output, function = self.graph[self.ids[step.node]], self.ids[step.target]
        self._arrive(function)
        title, place = self.words.title(function), output.id.partition(".")[2]
        count = f"({self.arrived[function]} of {self.expected[function]})"

        def tell() -> Told:
            rows = (
                tensor_row("arrived", step.incoming, f"{self.words.gradient_of(output)} = "),
                Row(f"{title} gets", f"the gradient of its output {place}   {count}"),
            )
            spoken = f"{title} gets the gradient of its output {place}."
            return Told((Part("receive", rows, spoken),), spoken)

        edges = (f"{function}-{output.id}",)
        self._add(TraceStep("send", output.id, f"Output {place} of {title}", tell, edges=edges))

    def _accumulate(self, step: Step) -> None:
        leaf = self.graph[self.ids[step.node]]
        self.gradients[leaf.id] = np.array(step.incoming)
        title = f"Leaf   {self.words.name(leaf)}"
        self._add(TraceStep("accumulate", leaf.id, title, lambda: self._kept(step, leaf), finished=(leaf.id,)))

    def _kept(self, step: Step, leaf: GraphNode) -> Told:
        name, now = self.words.name(leaf), in_row(step.total)
        if step.before is None:
            written, how = now, f"{name}.grad was None, and becomes what has arrived"
        else:
            written = f"{in_row(step.before)} + {in_row(step.incoming)} = {now}"
            how = f"{in_row(step.before)} was left from an earlier backward(): gradients add up"
        rows = (
            tensor_row("arrived", step.incoming, f"{self.words.gradient_of(leaf)} = "),
            Row(f"{name}.grad", written, TensorView.of(step.total)),
            Row("why", how),
        )
        spoken = f"{name}.grad is now {text.array(step.total)}."
        part = Part("accumulate", rows, spoken, {leaf.id: (f"grad {in_note(step.total)}", "kept")})
        facts = Facts(f"{name}.grad", contribution=step.incoming, before=step.before, total=step.total)
        return Told((part,), spoken, facts)

    def _done(self) -> None:
        self._add(TraceStep("done", self.graph.root.id, "Done", self._checked))

    def _checked(self) -> Told:
        count = len(self.gradients)
        rows = [Row("done", "1 leaf has its gradient" if count == 1 else f"{count} leaves have their gradient")]
        for id, gradient in self.gradients.items():
            measured = self.watched.measured(id) if len(rows) <= MOST_CHECKED else None
            if measured is not None:
                agree = np.allclose(measured, gradient, rtol=1e-3, atol=1e-4, equal_nan=True)
                sign = "✓ agrees with" if agree else "✗ differs from"
                rows.append(Row(self.words.name(self.graph[id]), f"{in_row(gradient)}   {sign} finite differences"))
        part = Part("done", tuple(rows), "The backward pass is over.")
        return Told((part,), part.spoken)

    # -- the parts of a step along an edge

    def _told(self, edge: _Edge) -> Told:
        step, name = edge.step, self.words.name(edge.value)
        facts = Facts(
            name, step.incoming, self.watched.saved(step), self._formula(step), step.product, step.summed,
            step.contribution, step.before, step.total,
        )  # fmt: skip
        has = f"It has {text.array(step.total)}, {edge.arrived} of {edge.expected}."
        if edge.expected == 1:
            has = f"Its gradient is {text.array(step.total)}."
        spoken = f"{self.words.title(edge.function)} sends {text.array(step.contribution)} to {name}. {has}"
        return Told(tuple(self._parts(edge, name, facts)), spoken, facts)

    def _parts(self, edge: _Edge, name: str, facts: Facts) -> Iterable[Part]:
        step, title = edge.step, self.words.title(edge.function)
        incoming = self._incoming(edge.function, step.incoming)
        yield Part("ready", incoming, f"{title}, for {name}: the incoming gradient is {_spoken(step.incoming)}.")
        yield from edge.skipped
        local = self._local(step, facts)
        if local:
            yield Part("local", local, ". ".join(f"{row.name}: {row.text}" for row in local) + ".")
        product = f"{facts.formula} = {text.array(step.product)}" if facts.formula else text.array(step.product)
        yield Part("product", (self._product_row(step, facts),), f"The product is {product}.")
        if step.summed or np.shape(step.product) != np.shape(step.contribution):
            shapes = _reduction(step.product, step.summed, step.contribution)
            row = tensor_row("reduce", step.contribution, f"{shapes}   ")
            yield Part("reduce", (row,), f"{name} was broadcast: {shapes}.")
        yield self._receive(edge, name)
        names = ", ".join(self.watched.frees(step.node))
        if edge.is_last and names:
            told = f"backward() now lets go of what {title} saved: {names}"
            yield Part("free", (Row("free", told),), f"{told}.")

    def _receive(self, edge: _Edge, name: str) -> Part:
        step, count = edge.step, f"({edge.arrived} of {edge.expected})"
        before = "" if step.before is None else f"{in_row(step.before)} + {in_row(step.contribution)} = "
        row = tensor_row(f"{name} gets", step.total, before, f"   {count}")
        total = in_note(step.total)
        written = f"grad {total}" if edge.complete and edge.value.kind != "parameter" else f"{total} {count}"
        notes = {edge.value.id: (written, "temporary" if edge.complete else "partial")}
        spoken = f"{name} has {text.array(step.total)}, {edge.arrived} of {edge.expected}."
        return Part("receive", (row, *self.words.code(edge.function)), spoken, notes)

    def _incoming(self, function: str, gradient: Any) -> tuple[Row, ...]:
        """`∂L/∂c = −8`, for each output that a gradient came to."""
        output = "o" + function[1:]
        came = {f"{output}.{k}": x for k, x in gradient.items()} if isinstance(gradient, Gradients) else {}
        came = came or {output: gradient}
        names = {id: self.words.gradient_of(self.graph[id]) for id in came}
        if len(came) == 1:
            return tuple(tensor_row("incoming", x, f"{names[id]} = ") for id, x in came.items())
        return (Row("incoming", ",  ".join(f"{names[id]} = {in_row(x)}" for id, x in came.items())),)

    def _local(self, step: Step, facts: Facts) -> tuple[Row, ...]:
        rule = self.watched.rule(step)
        rows = (Row("rule", f"g ↦ {rule}"),) if rule else ()
        if facts.saved:
            written = ",  ".join(self._saved(step.node, name, x) for name, x in facts.saved.items())
            rows = (*rows, Row("saved", written))
        return rows

    def _formula(self, step: Step) -> str:
        """`−8 × −3` for single numbers, a product of matrices with its shapes; "" for anything else."""
        rule = self.watched.rule(step)
        if rule in ("", "g"):
            return ""
        saved = self.watched.saved(step)
        if np.size(step.product) == 1 and not isinstance(step.product, Gradients):
            numbers = as_numbers({"g": step.incoming, **saved})
            return (with_numbers(rule, numbers) if numbers else None) or ""
        names = {name: self._learners(step.node, x) or name for name, x in saved.items()}
        arrays = {"g": ("G", step.incoming), **{name: (names[name], x) for name, x in saved.items()}}
        return with_shapes(rule, {name: pair for name, pair in arrays.items() if isinstance(pair[1], ndarray)}) or ""

    def _product_row(self, step: Step, facts: Facts) -> Row:
        if "@" in facts.formula:
            shape = text.shape(np.shape(step.product))
            small = "" if (row := tensor_row("send", step.product)).tensor else f"   {row.text}"
            return Row("send", f"{facts.formula} → {shape}{small}", row.tensor)
        return tensor_row("send", step.product, f"{facts.formula} = " if facts.formula else "")

    def _saved(self, node: Any, name: str, x: Any) -> str:
        """`other = b = −3`: the rule's name for what it saved, the learner's, and the value."""
        learners = self._learners(node, x)
        named = f"{name} = {learners}" if learners and learners != name else name
        return f"{named} = {saved_text(x)}"

    def _learners(self, node: Any, x: Any) -> str:
        """The learner's name for one of a function's arguments; "" for anything else."""
        places = (i for i, value in enumerate(self.watched.inputs(node)) if value is x and isinstance(x, ndarray))
        values = (self._argument_at(self.ids[node], place) for place in places)
        return next((self.words.name(value) for value in values if value is not None), "")

    def _argument(self, step: Step) -> GraphNode | None:
        return self._argument_at(self.ids[step.node], step.position or 0)

    def _argument_at(self, function: str, position: int) -> GraphNode | None:
        """The value that goes into a function at a position; None where it is not known any more."""
        edges = (edge for edge in self.graph.incoming[function] if edge.position == position)
        return next((self.graph[edge.source] for edge in edges), None)


def _reduction(product: Any, summed: tuple[int, ...], contribution: Any) -> str:
    """`(3, 2) → sum axis 0 → (2,)`: what un-broadcasting did."""
    axes = ", ".join(map(str, summed))
    return f"{text.shape(product.shape)} → sum axis {axes} → {text.shape(contribution.shape)}"


def _along_edge(contribution: Any) -> str:
    """A number that fits beside an edge; "" for more."""
    written = in_note(contribution) if np.ndim(contribution) == 0 else ""
    return written if len(written) <= MOST_BESIDE_EDGE else ""


def _before_free(parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
    """With one more part, and what is freed still last."""
    place = len(parts) - (parts[-1].kind == "free")
    return (*parts[:place], part, *parts[place:])


def _spoken(gradient: Any) -> str:
    came = gradient.values() if isinstance(gradient, Gradients) else [gradient]
    return ", ".join(map(text.array, came))
