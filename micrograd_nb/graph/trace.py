"""A backward pass written down: what the engine did, step by step, in words and numbers.

    trace = Trace.record(loss)
    trace.steps          one for the seed, one for each edge, one for each leaf
    trace.gradients      what every leaf's `.grad` would have got

Recording watches the real engine (`backward_steps` with `shadow=True`): no `.grad` changes, and the graph stays.
"""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from ..autograd import Node, Step
from ..autograd.several import Gradients, Output
from ..tensors import Tensor
from . import text
from .graph import Graph, GraphNode
from .rerun import finite_differences
from .source import rule_text, with_numbers


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step, as a person sees it. Everything in it is text: a widget only puts it on the screen."""

    kind: str  # seed, send, accumulate, done
    focus: str  # the id of the node that acts
    edge: str  # the id of the edge that the gradient flows along, or ""
    title: str
    rows: tuple[tuple[str, str], ...]  # what and how: ("incoming", "∂L/∂c = −8"), …
    spoken: str
    notes: Mapping[str, tuple[str, str]]  # value id → (its gradient now, its state: partial, temporary, kept)
    finished: tuple[str, ...]  # ids of functions and leaves that have nothing more to do
    ready: tuple[str, ...]  # functions whose gradient is complete
    waiting: tuple[str, ...]  # functions that have got a part of theirs


@dataclass(frozen=True)
class Trace:
    """A backward pass, from the seed to the last leaf.

    >>> import micrograd_nb as mg
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> trace = Trace.record(a + a, names={"a": a})
    >>> [(step.kind, step.edge) for step in trace.steps]
    [('seed', ''), ('send', 'p1-f1-0'), ('send', 'p1-f1-1'), ('accumulate', ''), ('done', '')]
    >>> dict(trace.steps[2].rows)["a gets"]
    '1 + 1 = 2   (2 of 2)'
    """

    graph: Graph
    steps: tuple[TraceStep, ...]
    gradients: Mapping[str, ndarray]  # leaf id → the gradient of this pass
    start: Mapping[str, tuple[str, str]]  # value id → what is written there before the first step

    @staticmethod
    def record(root: Tensor, gradient: Tensor | None = None, names: Mapping[str, Any] | None = None) -> Trace:
        """Runs a backward pass from `root` in the shadow and writes it down.

        Raises:
            RuntimeError: as `root.backward(gradient)` would.
        """
        graph = Graph.read(root, names or {}, values=True)
        return _Recorder(graph, root, names or {}).trace(gradient)


class _Recorder:
    """Translates the engine's steps into words, and keeps count."""

    def __init__(self, graph: Graph, root: Tensor, names: Mapping[str, Any]) -> None:
        self.graph = graph
        self.root = root
        self.cells = names.get("In")
        self.ids: dict[Any, str] = {node: id for id, node in (*graph.functions.items(), *graph.leaves.items())}
        self.expected = dict.fromkeys(graph.functions, 0)  # how many edges deliver a gradient to a node
        for target in (root.node, *(t for node in graph.functions.values() for t in node.targets)):
            if target is not None:
                self._expect(target)
        self.expected[self.ids[root.node]] -= 1  # the seed is no edge
        self.arrived = dict.fromkeys(self.expected, 0)
        self.sends = {id: sum(t is not None for t in node.targets) for id, node in graph.functions.items()}
        self.finished: list[str] = []
        self.steps: list[TraceStep] = []
        self.gradients: dict[str, ndarray] = {}
        self.total = ""
        self.loss = graph.root.name or "L"

    def _expect(self, target: Node) -> None:
        """Counts an edge to a node, and the first time that to the function whose output it is one of."""
        if target not in self.ids:
            function, place = target.as_function()
            self.ids[target] = f"o{self.ids[function][1:]}.{place}"
            self.expected[self.ids[function]] += 1
        self.expected[self.ids[target]] = self.expected.get(self.ids[target], 0) + 1

    def trace(self, gradient: Tensor | None) -> Trace:
        start = {}
        for node in self.graph.nodes:
            if node.kind == "parameter":
                start[node.id] = ("grad –", "none")
                if node.grad is not None:
                    start[node.id] = (f"grad {_short(node.grad)} (earlier)", "earlier")
            elif node.kind in ("intermediate", "output"):
                start[node.id] = ("grad –", "none")
        with np.errstate(all="ignore"):
            for step in self.root.backward_steps(gradient, shadow=True):
                translate = getattr(self, "_" + step.kind, None)
                if translate is not None:
                    self.steps.append(translate(step))
        return Trace(self.graph, tuple(self.steps), self.gradients, start)

    # -- the engine's steps, one method each

    def _seed(self, step: Step) -> TraceStep:
        root = self.graph.root.id
        total = _short(step.total)
        rows = (
            ("seed", f"∂{self.loss}/∂{self.loss} = {total}"),
            (
                "why",
                "given by the caller" if step.total is None or step.total.size > 1 else "a value changes as itself",
            ),
        )
        spoken = f"The pass starts at {self.loss} with the gradient {total}."
        self.arrived[self.ids[step.node]] = self.expected[self.ids[step.node]]
        return self._step("seed", root, "", f"Seed   {self.loss}", rows, spoken, {root: (f"grad {total}", "temporary")})

    def _send(self, step: Step) -> TraceStep:
        if isinstance(step.node, Output):
            return self._hand_on(step)
        function, target = self.ids[step.node], self.ids[step.target]
        self.arrived[target] += 1
        self.sends[function] -= 1
        if self.sends[function] == 0:
            self.finished.append(function)
        value = self.graph[self._value_of(target)]
        complete = self.arrived[target] == self.expected[target]
        total = _short(step.total)
        count = f"({self.arrived[target]} of {self.expected[target]})"
        note = f"grad {total}" if complete and value.kind != "parameter" else f"{total} {count}"
        source = self._incoming_id(step)
        spoken = f"{self._title(function)} sends {_short(step.contribution)} to {self._name(value)}. " + (
            f"It has {total}, {self.arrived[target]} of {self.expected[target]}."
            if self.expected[target] > 1
            else f"Its gradient is {total}."
        )
        return self._step(
            "send", function, f"{source}-{function}-{step.position}", self._headline(function, step.node),
            self._send_rows(step, function, value, count), spoken,
            {value.id: (note, "temporary" if complete else "partial")},
        )  # fmt: skip

    def _hand_on(self, step: Step) -> TraceStep:
        """One of several outputs has its gradient, and its function now knows it."""
        output, function = self.graph[self.ids[step.node]], self.ids[step.target]
        self.arrived[function] += 1
        title, place = self._title(function), output.id.partition(".")[2]
        count = f"({self.arrived[function]} of {self.expected[function]})"
        rows = (
            ("arrived", f"∂{self.loss}/∂{self._name(output)} = {_short(step.incoming)}"),
            (f"{title} gets", f"the gradient of its output {place}   {count}"),
        )
        spoken = f"{title} gets the gradient of its output {place}."
        return self._step("send", output.id, f"{function}-{output.id}", f"Output {place} of {title}", rows, spoken, {})

    def _accumulate(self, step: Step) -> TraceStep:
        leaf = self.graph[self.ids[step.node]]
        self.finished.append(leaf.id)
        self.gradients[leaf.id] = np.array(step.incoming)
        name, now = self._name(leaf), _short(step.total)
        if step.before is None:
            sum_, how = now, f"{name}.grad was None, and becomes what has arrived"
        else:
            sum_ = f"{_short(step.before)} + {_short(step.incoming)} = {now}"
            how = f"{_short(step.before)} was left from an earlier backward(): gradients add up"
        rows = (("arrived", f"∂{self.loss}/∂{name} = {_short(step.incoming)}"), (f"{name}.grad", sum_), ("why", how))
        notes = {leaf.id: (f"grad {now}", "kept")}
        return self._step("accumulate", leaf.id, "", f"Leaf   {name}", rows, f"{name}.grad is now {now}.", notes)

    def _done(self, step: Step) -> TraceStep:
        count = len(self.gradients)
        rows = [("done", "1 leaf has its gradient" if count == 1 else f"{count} leaves have their gradient")]
        for id, gradient in self.gradients.items():
            measured = finite_differences(self.graph, id)
            if measured is not None:
                agree = np.allclose(measured, gradient, rtol=1e-3, atol=1e-4)
                sign = "✓ agrees with" if agree else "✗ differs from"
                rows.append((self._name(self.graph[id]), f"{_short(gradient)}   {sign} finite differences"))
        root = self.graph.root
        return self._step("done", root.id, "", "Done", tuple(rows), "The backward pass is over.", {})

    # -- words and numbers

    def _send_rows(self, step: Step, function: str, value: GraphNode, count: str) -> tuple[tuple[str, str], ...]:
        rule = (step.node.rules or ())[step.position or 0]
        rows = [("incoming", self._incoming(function, step.incoming))]
        rows.append(("rule", f"g ↦ {rule_text(rule)}"))
        saved = step.node.saved_for(step.position or 0)
        if saved:
            rows.append(("saved", ",  ".join(self._saved(step.node, name, x) for name, x in saved.items())))
        rows.append(("send", self._product(rule, saved, step)))
        if step.summed or step.product.shape != step.contribution.shape:
            shapes = _reduction(step.product, step.summed, step.contribution)
            rows.append(("reduce", f"{shapes}   {_short(step.contribution)}"))
        before = "" if step.before is None else f"{_short(step.before)} + {_short(step.contribution)} = "
        rows.append((f"{self._name(value)} gets", f"{before}{_short(step.total)}   {count}"))
        code = self._code(step.node)
        return (*rows, ("code", code)) if code else tuple(rows)

    def _incoming(self, function: str, gradient: Any) -> str:
        """`∂L/∂c = −8`, for each output that a gradient came to."""
        output = "o" + function[1:]
        came = {f"{output}.{k}": x for k, x in gradient.items()} if isinstance(gradient, Gradients) else {}
        came = came or {output: gradient}
        return ",  ".join(f"∂{self.loss}/∂{self._name(self.graph[id])} = {_short(x)}" for id, x in came.items())

    def _product(self, rule: Any, saved: Mapping[str, Any], step: Step) -> str:
        """`−8 × −3 = 24` for single numbers; the result alone for more."""
        result = _short(step.product)
        several = [x for x in (step.incoming, step.product, *saved.values()) if not _is_one_number(x)]
        if not several and rule_text(rule) != "g":
            numbers = {"g": text.number(np.asarray(step.incoming).item())}
            numbers |= {name: text.number(np.asarray(x).item()) for name, x in saved.items()}
            formula = with_numbers(rule_text(rule), numbers)
            if formula is not None:
                return f"{formula} = {result}"
        return result

    def _saved(self, node: Node, name: str, x: Any) -> str:
        """`other = b = −3`: the rule's name for what it saved, the learner's, and the value."""
        learners = [
            self._name(self.graph[self._incoming_id_at(node, i)])
            for i, value in enumerate(node.inputs)
            if value is x and isinstance(x, ndarray)
        ]
        named = f"{name} = {learners[0]}" if learners and learners[0] != name else name
        return f"{named} = {_text(x)}"

    def _incoming_id(self, step: Step) -> str:
        return self._incoming_id_at(step.node, step.position or 0)

    def _incoming_id_at(self, node: Node, position: int) -> str:
        """The id of the value that goes into a function at a position."""
        function = self.ids[node]
        return next(edge.source for edge in self.graph.incoming[function] if edge.position == position)

    def _value_of(self, target: str) -> str:
        """The value whose gradient arrives at a node: a function's output, or the leaf itself."""
        return "o" + target[1:] if target.startswith("f") else target

    def _name(self, value: GraphNode) -> str:
        if value.name:
            return value.name
        if value.id == self.graph.root.id:
            return self.loss
        if not value.id.startswith("o"):
            return value.id
        function, _, place = value.id[1:].partition(".")
        return self._title("f" + function) + (f"[{place}]" if place else "")

    def _title(self, function: str) -> str:
        """`Mul #2`: the function's name, and which it is in the order of running."""
        return f"{self.graph[function].name} #{function[1:]}"

    def _headline(self, function: str, node: Node) -> str:
        return f"{self._title(function)}   {_source_line(node)}".rstrip()

    def _code(self, node: Node) -> str:
        """`cell 4, line 2:  c = a * b`"""
        code = _source_line(node)
        if not code or node.line is None:
            return ""
        return f"{self._place(*node.line)}:  {code}"

    def _place(self, file: str, line: int) -> str:
        cell = "".join(linecache.getlines(file)).strip()
        numbers = [i for i, source in enumerate(self.cells or ()) if source.strip() == cell]
        if numbers:
            return f"cell {numbers[-1]}, line {line}"
        in_a_cell = "ipykernel" in file or file.startswith("<")
        return f"line {line}" if in_a_cell else f"{Path(file).name}, line {line}"

    def _step(
        self, kind: str, focus: str, edge: str, title: str, rows: Any, spoken: str, notes: Mapping[str, tuple[str, str]]
    ) -> TraceStep:
        open_ = [id for id in self.graph.functions if id not in self.finished and id != focus]
        ready = tuple(self._title(id) for id in open_ if self.arrived[id] >= self.expected[id])
        waiting = tuple(self._title(id) for id in open_ if 0 < self.arrived[id] < self.expected[id])
        return TraceStep(kind, focus, edge, title, rows, spoken, notes, tuple(self.finished), ready, waiting)


def _reduction(product: Any, summed: tuple[int, ...], contribution: Any) -> str:
    """`(3, 2) → sum axis 0 → (2,)`: what un-broadcasting did."""
    axes = ", ".join(map(str, summed))
    return f"{text.shape(product.shape)} → sum axis {axes} → {text.shape(contribution.shape)}"


def _source_line(node: Node) -> str:
    return "" if node.line is None else linecache.getline(*node.line).strip()


def _is_one_number(x: Any) -> bool:
    return not isinstance(x, (tuple, Gradients)) and np.size(x) == 1


def _text(x: Any) -> str:
    """What a function has saved: arrays and numbers short, anything else as Python writes it."""
    if isinstance(x, tuple) and any(isinstance(part, ndarray) for part in x):
        return ", ".join(map(_text, x))
    if callable(x):
        return f"{x.__name__}(…)"
    return _short(x) if isinstance(x, (ndarray, np.generic, float, int)) else str(x)


def _short(x: Any) -> str:
    return text.array(x)
