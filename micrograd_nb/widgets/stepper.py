"""`BackwardStepper(loss)`: walk through a backward pass, forward and back in time, with the mouse or the keyboard.

What it shows is a `Trace` of the real engine, ours or PyTorch's. The drawing is one SVG with small changes per step,
made in the browser: it steps without a kernel, too. Only Predict mode asks Python, which alone knows the answers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

import traitlets

from ..graph import Graph, dot_writer, text, views
from ..graph.draw import choose
from ..graph.names import caller_names
from ..graph.trace import Trace, Verdict, counted, folded
from . import stepper_text
from .prediction import Prediction
from .scripts import STATIC, bundle, styles
from .stepper_text import Passes
from .widget import Widget


class BackwardStepper(Widget):
    """Steps through `loss.backward()`, one edge at a time. Nothing changes by looking: no `.grad`, no graph.

    Keys, once the stepper has the focus: ← → one step, Home End first and last, Space plays, P predicts, / finds a
    node. A click on a node goes to the first step that it acts in, another click to the next one. On the box of a
    module a click or Enter opens it, on the name in its frame closes it, if the whole graph has at most 400 nodes.

    Arguments:
        loss: a tensor with a `grad_fn`, of this package or of PyTorch.
        gradient: ∂L/∂loss, where `loss` is more than one number.
        predict: begin in Predict mode, which asks for each step before it shows it.
        detail: as for `graph.draw`: "full", "operations", or "modules", with a box for each module that ran. Left out,
            the first of these with at most 60 nodes.
        expand: the modules to look into, by their paths, such as "encoder.layers.0".
        names: where the names of tensors come from; left out, the caller's variables.

    Attributes:
        step: how far it is, from 0 on; it can be set.
        direction: "backward", or "forward" for the pass that made the graph.
        grain: "function", one edge a step, or "micro", each part of it.
        mode: "explain" or "predict".
        recorded: the `Trace` of the backward pass, as it is shown.

    Raises:
        TypeError: `loss` is no tensor.
        ValueError: there is no graph, or it is too large to be read.
        RuntimeError: as `loss.backward(gradient)` would.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import BackwardStepper
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> stepper = BackwardStepper(a * a)
    >>> stepper
    <BackwardStepper: 5 steps>
    >>> stepper.step = 2  # also from Python
    >>> stepper.grain = "micro"  # the same place, in smaller steps
    >>> stepper.step
    5
    """

    _esm = bundle(STATIC / "stepper" / "stepper.js")
    _css = styles("look.css", "stepper/stepper.css")

    svg = traitlets.Unicode().tag(sync=True)
    trace = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    direction = traitlets.Enum(["backward", "forward"], "backward").tag(sync=True)
    grain = traitlets.Enum(["function", "micro"], "function").tag(sync=True)
    mode = traitlets.Enum(["explain", "predict"], "explain").tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        loss: Any,
        gradient: Any = None,
        *,
        predict: bool = False,
        detail: str | None = None,
        expand: Collection[str] = (),
        names: Mapping[str, Any] | None = None,
    ) -> None:
        names = caller_names() if names is None else names
        graph = Graph.read(loss, names, values=True)
        chosen, _ = choose(graph, detail, expand, call="BackwardStepper")
        shown, homes = views.placed(graph, chosen, expand)
        whole = Passes(Trace.unwritten(loss, gradient, names, graph), Trace.forward(graph, names))
        self._opened = views.open_calls(graph, chosen, expand) if chosen == "modules" else None
        self._whole: Passes | None = None  # what other views are made of, where it is not too large to be written
        if self._opened is not None and len(graph.nodes) <= views.MOST_NODES:
            whole = self._whole = Passes(*(trace.detached() for trace in whole))
        self._passes = Passes(*(folded(trace, shown, homes).detached() for trace in whole))
        self.recorded = self._passes.backward
        self._prediction: Prediction | None = None
        self._count = len(self.recorded.steps)
        super().__init__(svg=stepper_text.drawing(self.recorded), trace=self._payload())
        self.on_msg(self._receive)
        if predict:
            self.mode = "predict"

    # -- opening modules

    def toggle(self, call: str) -> None:
        """Opens a module that is drawn as a box, or closes an open one, by the id of its call in the picture.

        The steps change with it, and it stays where it is in the pass. Nothing happens in Predict mode, or where the
        view has no modules.
        """
        if self._whole is None or self._opened is None or self.mode == "predict" or call not in self._modules():
            return
        opened = self._opened ^ {call}
        before, after = (views.boxed(self._whole.backward.graph, ids, values=False) for ids in (self._opened, opened))
        if len(after[0].nodes) > views.MOST_NODES:
            self.notice = ""
            self.notice = f"This would draw {len(after[0].nodes)} nodes, more than can be read: close a module first."
            return
        trace = self._whole.backward if self.direction == "backward" else self._whole.forward
        over = (0, *counted(trace, *before))[self._steps_over()]
        step = bisect_left((0, *counted(trace, *after)), over)
        self._opened = opened
        self._passes = Passes(*(folded(trace, *after).detached() for trace in self._whole))
        self.recorded = self._passes.backward
        self._count = len(self.recorded.steps)
        with self.hold_sync():
            self.notice, self.svg, self.trace = "", stepper_text.drawing(self.recorded), self._payload()
            parts = [len(one["parts"]) for one in self._steps()]
            self.step = sum(parts[:step]) if self.grain == "micro" else step

    def _steps_over(self) -> int:
        """How many whole steps of the pass are over."""
        if self.grain == "function":
            return self.step
        ends = list(accumulate(len(one["parts"]) for one in self._steps()))
        return bisect_left(ends, self.step) + 1 if self.step else 0

    def _modules(self) -> dict[str, tuple[str, bool]]:
        """The modules in the picture, by the ids of their calls: what each is called, and whether it is open."""
        graph = self.recorded.graph
        closed = [node.id for node in graph.nodes if node.kind == "module"]
        opened = [call.id for call in dot_writer.framed(graph)] if self._opened is not None else []
        title = {call.id: text.name(views.title_of(call)) for call in graph.calls}
        return {id: (title[id], id in opened) for id in [*opened, *closed]}

    def _payload(self, *, with_kernel: bool = True) -> dict[str, Any]:
        """What the page gets in Explain mode."""
        modules = self._modules()
        boxes = [name for name, is_open in modules.values() if not is_open]
        why = ""
        if not with_kernel:
            why = "This page has no kernel to draw anew. In a notebook, a click opens a module, or"
        elif self._whole is None:
            why = "This graph is too large to be opened by a click."
        example = f' BackwardStepper(loss, detail="modules", expand=["{boxes[0]}"]) opens one.' if boxes else ""
        return stepper_text.payload(
            self._passes, predictable=with_kernel, modules=modules, closed_because=why and f"{why}{example}"
        )

    # -- predicting

    def answer(self, text: str) -> Verdict:
        """Answers the question that Predict mode asks, as typing it into the page does.

        Raises:
            RuntimeError: nothing is asked.
        """
        if self._prediction is None or not self._prediction.questions:
            raise RuntimeError('nothing is asked now: set mode = "predict", or all steps are predicted already')
        before = self._prediction.revealed
        verdict = self._prediction.answer(text)
        with self.hold_sync():  # one message: the step and the question after it belong together
            if self._prediction.revealed > before:
                self._show_revealed()
                self.step = before + 1
            self.question = self._prediction.shown()
        return verdict

    @traitlets.observe("mode")
    def _change_mode(self, change: Any) -> None:
        with self.hold_sync():
            if change["new"] == "explain":
                self._prediction, self.question = None, {}
                self.trace = self._payload()
                return
            self.direction, self.grain = "backward", "function"
            self._prediction = Prediction(self._passes.backward, self.step)
            self._show_revealed()
            self.step, self.question = self._prediction.revealed, self._prediction.shown()

    def _show_revealed(self) -> None:
        """Sends the steps that have been predicted, and nothing of the others."""
        assert self._prediction is not None
        revealed = self._prediction.revealed
        self.trace = stepper_text.payload(self._passes, revealed=revealed, modules=self._modules())

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        if content.get("kind") == "answer" and self.mode == "predict" and self.question:
            self.answer(str(content.get("text", "")))
        if content.get("kind") == "toggle":
            self.toggle(str(content.get("id", "")))

    # -- where it is

    @traitlets.observe("grain")
    def _keep_the_place(self, change: Any) -> None:
        """Another grain counts other steps."""
        if change["old"] in ("function", "micro") and not self._property_lock:  # the page moves the step itself
            parts = [len(step["parts"]) for step in self._steps()]
            if change["new"] == "micro":
                self.step = sum(parts[: self.step])
            else:
                self.step = next((i for i in range(len(parts) + 1) if sum(parts[:i]) >= self.step), len(parts))

    @traitlets.observe("direction")
    def _begin_anew(self, _: Any) -> None:
        if not self._property_lock:
            self.step = 0

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        steps = self._steps()
        last = sum(len(step["parts"]) for step in steps) if self.grain == "micro" else len(steps)
        return max(0, min(last, proposal["value"]))

    def _steps(self) -> list[dict[str, Any]]:
        return self.trace["passes"][self.direction]["steps"] if self.trace else []

    # -- without a kernel

    def export_html(self, path: str | Path) -> None:
        """Writes the stepper as one HTML file that steps in any browser, from disk, without a network.

        It begins at the step, in the pass and in the mode of stepping that are shown now. Predict mode is not in it.
        """
        explains = self.mode == "explain"
        trace = self._payload(with_kernel=False)
        state = {
            "svg": self.svg,
            "trace": trace,
            "step": self.step if explains else 0,
            "direction": self.direction,
            "grain": self.grain,
            "mode": "explain",
            "question": {},
            "notice": "",
        }
        title, backward = trace["passes"]["backward"]["title"], stepper_text.static_html(self._passes.backward)
        self._write_page(path, title, state, backward)

    def static_html(self) -> str:
        backward = self._passes.backward
        hides = self.mode == "predict"  # no answer stands in the page before it is given
        return stepper_text.questions_html(backward) if hides else stepper_text.static_html(backward)

    def close(self) -> None:
        """Takes the stepper off the page, and lets go of everything that it was made of."""
        super().close()
        self.recorded, self._passes, self._prediction = _NOTHING, Passes(_NOTHING, _NOTHING), None
        self._whole = None
        self.trace = {}

    def __repr__(self) -> str:
        return f"<BackwardStepper: {self._count} steps>"


_NOTHING = Trace(Graph((), ()), (), {}, {})
