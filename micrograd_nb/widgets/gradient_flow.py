"""`GradientFlow(model, loss)`: how large the gradient of each layer is, and which way a NaN went.

Its numbers are those of `training.gradient_report`. Python draws the bars; the page shows one measure at a time, and
the values of the row that the reader points to or moves to. It needs no kernel for that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from ..nn import Module
from ..optim import Optimizer
from ..tensors import Tensor
from ..training import GradientReport, gradient_report
from . import gradient_flow_text
from .scripts import STATIC, bundle, styles
from .widget import Widget


class GradientFlow(Widget):
    """Draws the gradients of a model layer by layer, in the order in which they ran, on a logarithmic scale.

    Where something is NaN or infinite, it shows the way: the first bad value, the operations that it went through to
    the loss, and back to the first bad gradient, with their lines of code.

    Keys, once a bar has the focus: ↑ ↓ the row before and after, Home End the first and the last.

    Arguments:
        model: a module; or a `GradientReport`, which has everything already.
        loss: a number, computed by the model, before `loss.backward()`. Left out, the gradients that are in `.grad`.
        optimizer: if it is given, the widget also shows how far its next step moves each parameter.

    Attributes:
        report: the `GradientReport` that is shown.
        measure: "gradient", "gradient/weight" or "update/weight"; it can be set.
        row: the number of the row whose values are shown, in the order of `report.rows`; −1 for none.

    Raises:
        TypeError, RuntimeError: as `gradient_report` does.
        ValueError: a measure that this report has not.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import GradientFlow
    >>> model = mg.nn.Sequential(mg.nn.Linear(2, 3), mg.nn.ReLU(), mg.nn.Linear(3, 1))
    >>> flow = GradientFlow(model, model(mg.ones(4, 2)).sum())
    >>> flow
    <GradientFlow: Sequential, 4 parameters, 1 activation>
    >>> flow.measure = "gradient/weight"
    """

    _esm = bundle(STATIC / "gradient_flow" / "gradient_flow.js")
    _css = styles("board.css", "gradient_flow/gradient_flow.css")

    flow = traitlets.Dict().tag(sync=True)
    measure = traitlets.Unicode("gradient").tag(sync=True)
    row = traitlets.Int(-1).tag(sync=True)

    def __init__(
        self, model: Module | GradientReport, loss: Tensor | None = None, *, optimizer: Optimizer | None = None
    ) -> None:
        self.report = _report(model, loss, optimizer)
        self._name = "a model" if isinstance(model, GradientReport) else type(model).__name__
        self._summary = f"{self._name}, {_counts(self.report)}"
        super().__init__(flow=gradient_flow_text.payload(self.report, self._title()))

    def export_html(self, path: str | Path) -> None:
        """Writes what is shown as one HTML file that works in any browser, from disk, without a network."""
        self._write_page(path, self.flow["title"], {"flow": self.flow, "measure": self.measure, "row": self.row})

    def static_html(self) -> str:
        return gradient_flow_text.static_html(self.report)

    def close(self) -> None:
        """Takes the view off the page, and lets go of everything that it was made of."""
        super().close()
        self.report = GradientReport(())
        self.flow = gradient_flow_text.payload(self.report, "")

    def _title(self) -> str:
        loss = "" if self.report.loss is None else f", loss {self.report.loss:.3g}"
        return f"gradients of {self._name}{loss}"

    @traitlets.validate("measure")
    def _measure_is_there(self, proposal: Any) -> str:
        there = gradient_flow_text.measures(self.report)
        if proposal["value"] not in there:
            raise ValueError(
                f"GradientFlow shows one of {', '.join(map(repr, there))}, but measure is {proposal['value']!r}. "
                "How far a step goes is known where an optimizer is given: GradientFlow(model, loss, optimizer=…)."
            )
        return str(proposal["value"])

    @traitlets.validate("row")
    def _row_in_range(self, proposal: Any) -> int:
        last = min(len(self.report.rows), gradient_flow_text.MOST_ROWS) - 1
        return max(-1, min(last, proposal["value"]))

    def __repr__(self) -> str:
        return f"<GradientFlow: {self._summary}>"


def _report(model: Module | GradientReport, loss: Tensor | None, optimizer: Optimizer | None) -> GradientReport:
    return model if isinstance(model, GradientReport) else gradient_report(model, loss, optimizer=optimizer)


def _counts(report: GradientReport) -> str:
    parameters, activations = len(report.parameters), len(report.activations)
    parts = [f"{parameters} parameter{'' if parameters == 1 else 's'}"]
    if activations:
        parts.append(f"{activations} activation{'' if activations == 1 else 's'}")
    return ", ".join(parts)
