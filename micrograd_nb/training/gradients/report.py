"""What `gradient_report` found: numbers first, then as a table of text, and as one of HTML."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..tables import html_table, text_table
from .faults import Fault
from .path import FaultPath

TITLES = ("layer", "shape", "weight", "gradient", "gradient/weight", "update/weight", "zeros", "dead units")
LEFT = 2  # so many columns are text, and begin at the left; the others are numbers
FAR_APART = 1e4  # gradients of layers whose norms differ by more are called vanishing


@dataclass(frozen=True, slots=True)
class ParameterFlow:
    """A parameter, and its gradient.

    name            "0.weight"
    kind            the class of the module that has it: "Linear"
    shape           its shape
    requires_grad   False: it is frozen
    weight_norm     ‖w‖, the root of the sum of squares
    grad_norm       ‖g‖; None: no gradient came
    update_norm     ‖Δw‖, how far the optimizer's next step goes; None without an optimizer
    zeros           the share of the gradient's numbers that are 0; None without a gradient
    not_finite      how many of them are NaN or infinite
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    requires_grad: bool
    weight_norm: float
    grad_norm: float | None
    update_norm: float | None
    zeros: float | None
    not_finite: int

    @property
    def grad_ratio(self) -> float | None:
        """‖g‖ / ‖w‖; infinite where all weights are 0."""
        return _ratio(self.grad_norm, self.weight_norm)

    @property
    def update_ratio(self) -> float | None:
        """‖Δw‖ / ‖w‖: about 1/1000 is usual; much more shakes the weights, much less hardly moves them."""
        return _ratio(self.update_norm, self.weight_norm)

    def cells(self) -> tuple[str, ...]:
        """The texts of the table's columns."""
        gradient = _number(self.grad_norm) if self.requires_grad else "frozen"
        ratios = (_number(self.grad_ratio), _number(self.update_ratio))
        name = f"{self.name} ({self.kind})"
        return (name, str(self.shape), _number(self.weight_norm), gradient, *ratios, _percent(self.zeros), "")


@dataclass(frozen=True, slots=True)
class ActivationFlow:
    """An activation function that ran, and the gradient that comes back to its output.

    name        the path of the module that it ran in, and the function: "1 (relu)"
    shape       of its output
    line        the file and the line of code that ran it; None where lines are not recorded
    grad_norm   ‖∂loss/∂output‖; None: no gradient came
    zeros       the share of the outputs that are 0
    units       how many units it has: features, or channels of a convolution
    dead        which of them have a slope of 0 at every sample of the batch: no gradient gets through them
    """

    name: str
    shape: tuple[int, ...]
    line: tuple[str, int] | None
    grad_norm: float | None
    zeros: float
    units: int
    dead: tuple[int, ...]

    def cells(self) -> tuple[str, ...]:
        """The texts of the table's columns."""
        dead = f"{len(self.dead)} of {self.units}"
        return (self.name, str(self.shape), "", _number(self.grad_norm), "", "", _percent(self.zeros), dead)


@dataclass(frozen=True, slots=True)
class GradientReport:
    """The gradients of a model at one loss, in the order in which its layers run. Printed, it is a table.

    rows        parameters and activation functions
    loss        the number; None if the report was made without it
    fault       where NaN or an infinite number began; None if there is none
    path        its way: the first bad value, the first bad gradient, and the operations between; None if there is none
    """

    rows: tuple[ParameterFlow | ActivationFlow, ...]
    loss: float | None = None
    fault: Fault | None = None
    path: FaultPath | None = None

    @property
    def parameters(self) -> tuple[ParameterFlow, ...]:
        """The rows of parameters."""
        return tuple(row for row in self.rows if isinstance(row, ParameterFlow))

    @property
    def activations(self) -> tuple[ActivationFlow, ...]:
        """The rows of activation functions; none if the report was made without a loss."""
        return tuple(row for row in self.rows if isinstance(row, ActivationFlow))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to look at, in words."""
        found = [] if self.fault is None else [str(self.fault)]
        if missing := [row.name for row in self.parameters if row.grad_norm is None and row.requires_grad]:
            found.append(f"no gradient: {', '.join(missing)}. Used in forward, not detached, and after backward()?")
        if weights := [row.name for row in self.parameters if not math.isfinite(row.weight_norm)]:
            found.append(f"NaN or infinite in the numbers of {', '.join(weights)} itself")
        broken = [f"{row.name} ({row.not_finite} numbers)" for row in self.parameters if row.not_finite]
        if broken:
            found.append(f"NaN or infinite in the gradient of {', '.join(broken)}")
        found += [f"dead: {_dead(row)}" for row in self.activations if row.dead]
        return (*found, *self._vanishing())

    def _vanishing(self) -> list[str]:
        matrices = [row for row in self.parameters if len(row.shape) > 1]  # a bias may do without: before a BatchNorm
        norms = {row.name: row.grad_norm for row in matrices if row.grad_norm and math.isfinite(row.grad_norm)}
        zero = [row.name for row in self.parameters if row.grad_norm == 0]
        remarks = [f"the gradient is 0 everywhere in {', '.join(zero)}"] if zero else []
        if norms:
            least, most = min(norms, key=norms.__getitem__), max(norms, key=norms.__getitem__)
            if norms[most] > FAR_APART * norms[least]:
                times = f"{norms[most] / norms[least]:.2g}"
                remarks.append(f"vanishing: the gradient of {least} is {times} times smaller than that of {most}")
        return remarks

    def __repr__(self) -> str:
        table = text_table(TITLES, [row.cells() for row in self.rows], LEFT)
        return "\n".join([*self._head(), table, *self.remarks])

    def _repr_html_(self) -> str:
        """A table for notebooks. It has no colours of its own, so that the theme's show."""
        return html_table(TITLES, [row.cells() for row in self.rows], LEFT, self._head(), self.remarks)

    def _head(self) -> list[str]:
        return [] if self.loss is None else [f"loss {_number(self.loss)}"]


def _dead(row: ActivationFlow) -> str:
    shown = ", ".join(map(str, row.dead[:8])) + (", …" if len(row.dead) > 8 else "")
    return f"{len(row.dead)} of {row.units} units of {row.name} ({shown}): their slope is 0 at every sample"


def _ratio(norm: float | None, of: float) -> float | None:
    if norm is None:
        return None
    return norm / of if of else math.nan if norm == 0 else math.inf


def _number(x: float | None) -> str:
    return "–" if x is None else f"{x:.3g}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
