"""Reads the gradients of a model: off its parameters, or off the graph that leads to a loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import numpy as np

from ...autograd import AccumulateGrad, Node, Step, backward_steps
from ...autograd.gradients import root
from ...autograd.quiet import silence, unsilence
from ...nn import Module
from ...optim import Optimizer
from ...tensors import Tensor
from .activity import ACTIVATIONS, dead_units
from .faults import backward_fault, forward_fault, makes_bad, path_of
from .path import fault_path
from .report import ActivationFlow, GradientReport, ParameterFlow


def gradient_report(model: Module, loss: Tensor | None = None, *, optimizer: Optimizer | None = None) -> GradientReport:
    """How the gradients flow through a model: a table of its layers.

    With the loss, before `loss.backward()`, it runs a backward pass of its own, which changes nothing, and tells more:
    the layers in the order in which they ran, the gradients at the activation functions, dead units, and where the
    first NaN or infinite number began. Without it, it reads the `.grad` that `backward()` has left.

    Arguments:
        loss: a number, computed by the model.
        optimizer: if it is given, a copy of it takes the next step, to see how far each parameter moves.

    Raises:
        TypeError: `model` is no module.
        RuntimeError: a loss that does not require gradients, is no single number, or whose graph has been freed.

    >>> import micrograd_nb as mg
    >>> mg.autograd.record_lines()  # as in a notebook: without, it knows neither lines nor the modules of functions
    >>> model = mg.nn.Sequential(mg.nn.Linear(2, 3), mg.nn.ReLU(), mg.nn.Linear(3, 1))
    >>> with mg.no_grad():
    ...     for p, x in zip(model.parameters(), (0.5, [0.0, 0.0, -9.0], 0.25, 0.0)):
    ...         _ = p.copy_(mg.tensor(x))
    >>> report = gradient_report(model, model(mg.tensor([[1.0, 3.0], [3.0, 1.0]])).sum())
    >>> report.activations[0].dead
    (2,)
    >>> report
    loss 2
    layer              shape   weight  gradient  gradient/weight  update/weight  zeros  dead units
    ──────────────────────────────────────────────────────────────────────────────────────────────
    0.weight (Linear)  (3, 2)    1.22         2             1.63              –   33 %
    0.bias (Linear)    (3,)         9     0.707           0.0786              –   33 %
    1 (relu)           (2, 3)             0.612                                   33 %      1 of 3
    2.weight (Linear)  (1, 3)   0.433      5.66             13.1              –   33 %
    2.bias (Linear)    (1,)         0         2              inf              –    0 %
    dead: 1 of 3 units of 1 (relu) (2): their slope is 0 at every sample
    """
    if not isinstance(model, Module):
        raise TypeError(f"gradient_report takes a module, and a loss if you like, but got a {type(model).__name__}")
    if loss is None:
        grads = {p: None if p.grad is None else p.grad.array for p in model.parameters()}
        return GradientReport(tuple(_parameters(model, grads, optimizer)))
    return _Pass(model, loss).report(optimizer)


class _Pass:
    """A backward pass that only looks."""

    def __init__(self, model: Module, loss: Tensor) -> None:
        self.model, self.loss = model, loss
        self.paths = {id(module): path for path, module in model.named_modules()}
        self.start, seed = root(loss)
        self.order = _operations(self.start)
        if any(node.output is None for node in self.order):
            raise RuntimeError(
                "the graph of this loss has been freed: ask for gradient_report(model, loss) before loss.backward(), "
                "or call backward(retain_graph=True). Without the loss, it reads what is in .grad."
            )
        self.grads: dict[Node | None, Any] = {}  # of leaves, and of what operations gave
        self.bad_step: Step | None = None  # the first that made a number that is not finite
        self._run(seed)

    def _run(self, seed: Any) -> None:
        warnings = silence()
        try:
            for step in backward_steps([(self.start, seed)], shadow=True):
                if step.kind in ("ready", "accumulate"):
                    self.grads[step.node] = step.incoming
                if self.bad_step is None and makes_bad(step):
                    self.bad_step = step
        finally:
            unsilence(warnings)

    def report(self, optimizer: Optimizer | None) -> GradientReport:
        """What it saw."""
        grads = {p: self.grads.get(p.node) for p in self.model.parameters()}
        used = self._first_uses()
        rows: list[tuple[float, ParameterFlow | ActivationFlow]] = [
            (used.get(p.node, math.inf), row)
            for p, row in zip(self.model.parameters(), _parameters(self.model, grads, optimizer), strict=True)
        ]
        rows += [(node.number, self._activation(node)) for node in self.order if node.operation in ACTIVATIONS]
        rows.sort(key=lambda row: row[0])
        fault = forward_fault(self.start, self.paths)
        if fault is None and self.bad_step is not None:
            fault = backward_fault(self.bad_step, self.paths)
        reached = [row.name for _, row in rows if isinstance(row, ParameterFlow) and row.not_finite]
        path = fault_path(self.start, self.bad_step, self.grads, self.paths, reached)
        return GradientReport(tuple(row for _, row in rows), self.loss.item(), fault, path)

    def _first_uses(self) -> dict[Any, int]:
        """The number of the first operation that used a leaf."""
        uses: dict[Any, int] = {}
        for node in self.order:
            for target in node.targets:
                uses.setdefault(target, node.number)
        return uses

    def _activation(self, node: Node) -> ActivationFlow:
        path, output = path_of(node, self.paths), node.output
        units, dead = dead_units(node)
        name = f"{path} ({ACTIVATIONS[node.operation]})" if path else ACTIVATIONS[node.operation]
        zeros = float(np.mean(output == 0)) if output.size else 0.0
        return ActivationFlow(name, output.shape, node.line, _norm(self.grads.get(node)), zeros, units, dead)


def _parameters(model: Module, grads: dict[Any, Any], optimizer: Optimizer | None) -> Iterator[ParameterFlow]:
    """A row for each parameter, in the order of the model."""
    kinds = {path: type(module).__name__ for path, module in model.named_modules()}
    updates = {} if optimizer is None else _updates(optimizer, grads)
    for name, p in model.named_parameters():
        grad = grads[p]
        yield ParameterFlow(
            name=name,
            kind=kinds[name.rpartition(".")[0]],
            shape=tuple(p.shape),
            requires_grad=p.requires_grad,
            weight_norm=_norm(p.array) or 0.0,
            grad_norm=_norm(grad),
            update_norm=updates.get(p),
            zeros=None if grad is None else float(np.mean(grad == 0)) if np.size(grad) else 0.0,
            not_finite=0 if grad is None else int(np.count_nonzero(~np.isfinite(grad))),
        )


def _updates(optimizer: Optimizer, grads: dict[Any, Any]) -> dict[Any, float]:
    """How far the next step of an optimizer moves each parameter: a copy of it makes one."""
    copy = deepcopy(optimizer)
    pairs = [
        (p, q)
        for group, copied in zip(optimizer.param_groups, copy.param_groups, strict=True)
        for p, q in zip(group["params"], copied["params"], strict=True)
    ]
    for p, q in pairs:
        grad = grads.get(p)
        q._grad = None if grad is None else np.array(grad)
    copy.step()
    return {p: _norm(q.array - p.array) or 0.0 for p, q in pairs}


def _operations(start: Node) -> list[Node]:
    """The operations that lead to a node, in the order in which they ran."""
    found, waiting = {start}, [start]
    while waiting:
        for target in waiting.pop().targets:
            if target is not None and target not in found:
                found.add(target)
                waiting.append(target)
    return sorted((x for x in found if not isinstance(x, AccumulateGrad)), key=lambda node: node.number)


def _norm(x: Any) -> float | None:
    """The root of the sum of squares, added up in double precision."""
    return None if x is None else float(np.linalg.norm(np.asarray(x, np.float64).ravel()))
