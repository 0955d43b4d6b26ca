"""Units that are dead: an activation function whose slope is 0 at every sample lets no gradient through.

A ReLU is dead where its input is below 0 for the whole batch; a sigmoid, where it is so large that float32 knows no
number between its value and 1. The slopes are those of the gradient rule that the backward pass runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Node, Operation
from ...autograd.quiet import quietly
from ...autograd.rules import activation, convolution, elementwise, pooling, winograd

ACTIVATIONS: dict[Operation, str] = {
    elementwise.relu: "relu",
    elementwise.tanh: "tanh",
    elementwise.sigmoid: "sigmoid",
    activation.hardtanh: "hardtanh",
    activation.leaky_relu: "leaky_relu",
    activation.rrelu: "rrelu",
    activation.threshold: "threshold",
    activation.hardshrink: "hardshrink",
    activation.softshrink: "softshrink",
    activation.hardsigmoid: "hardsigmoid",
    activation.hardswish: "hardswish",
    activation.elu: "elu",
    activation.celu: "celu",
    activation.silu: "silu",
    activation.mish: "mish",
    activation.softplus: "softplus",
    activation.logsigmoid: "logsigmoid",
    activation.softsign: "softsign",
    activation.gelu: "gelu",
    activation.gelu_tanh: "gelu",
}
"""The functions of one number that are applied to each by itself, with their names."""

_OF_CHANNELS = {
    operation
    for module in (convolution, pooling, winograd)
    for operation in vars(module).values()
    if isinstance(operation, Operation)
}


def slopes(node: Node) -> ndarray:
    """The slope of an activation function at each of its inputs."""
    assert node.rules is not None
    slope: ndarray = quietly(node.rules[0], np.ones_like(node.output), node)
    return slope


def dead_units(node: Node) -> tuple[int, tuple[int, ...]]:
    """How many units an activation function has, and which of them are dead in this batch."""
    slope, axis = slopes(node), _unit_axis(node)
    if slope.ndim == 0:
        slope, axis = slope.reshape(1), 0
    others = tuple(i for i in range(slope.ndim) if i != axis)
    dead = ~slope.any(axis=others)
    return slope.shape[axis], tuple(int(i) for i in np.flatnonzero(dead)) if slope.size else ()


def _unit_axis(node: Node) -> int:
    """The axis of the units: that of channels behind a convolution, else the last one."""
    n = np.ndim(node.output)
    return 1 if n >= 3 and _is_behind_channels(node) else max(n - 1, 0)


def _is_behind_channels(node: Node) -> bool:
    """Whether an operation of channels comes before, with nothing but operations of the same shape in between."""
    before: Any = node.targets[0]
    while before is not None and before.targets:
        if before.operation in _OF_CHANNELS:
            return True
        if np.shape(before.output) != np.shape(node.output):
            return False
        before = before.targets[0]
    return False
