"""Where a NaN or an infinite number began: on the way forward, or on the way back.

It spreads, so where it is seen it has seldom begun. It began in the operation whose value is not finite and whose
inputs are; and if there is none, in an input that came from outside: a parameter, or the data.

An infinite number that is gone again later, as that of a mask before a softmax, is no fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Node, Step
from ...autograd.several import Output


@dataclass(frozen=True, slots=True)
class Fault:
    """The first number that is not finite.

    way         "forward" or "backward"
    operation   what computed it, by PyTorch's name: "LogBackward0"
    module      the path of the module that it ran in; "" for the model itself or none
    value       NaN, or an infinite number
    index       where in its output, or in the gradient of its input, it stands first
    shape       of those
    line        the file and the line of code that ran the operation; None where lines are not recorded
    given       what it was computed from there, by name; of an input that was not finite to begin with, only that one
    is_given    whether the operation was given such a number by a parameter or by the data
    """

    way: str
    operation: str
    module: str
    value: float
    index: tuple[int, ...]
    shape: tuple[int, ...]
    line: tuple[str, int] | None
    given: dict[str, Any]
    is_given: bool = False

    def __str__(self) -> str:
        where = f"{self.operation}{f' in {self.module}' if self.module else ''}"
        line = "" if self.line is None else f" ({place_of(self.line)})"
        at = f"at index {self.index} of shape {self.shape}"
        given = ", ".join(f"{name} {value}" for name, value in self.given.items())
        if self.is_given:
            return f"{self.value} came in from outside: {where} was given it as {given}, {at}{line}"
        if self.way == "forward":
            return f"{self.value} began on the way forward: {where} computed it {at}, from {given}{line}"
        return f"{self.value} began on the way back: the gradient rule of {where} made it {at}, from {given}{line}"


def forward_fault(root: Node, paths: dict[int, str]) -> Fault | None:
    """Where it began that the value of a graph is not finite; None if it is.

    Arguments:
        paths: the path of each module of the model, by its id.
    """
    node = None if is_finite(root.output) else first_bad_operation(root)
    return None if node is None else fault_of(node, paths)


def first_bad_operation(root: Node) -> Node | None:
    """The first operation that led to a node and whose value or inputs are not finite; None if there is none."""
    found: list[Node] = []
    is_bad = not (is_finite(root.output) and is_finite(root.inputs))
    seen, waiting = {root}, [root] if is_bad else []
    while waiting:
        node = waiting.pop()
        before = sources(node)
        if not before:
            found.append(node)
        waiting += [x for x in before if x not in seen]
        seen.update(before)
    return min(found, key=lambda node: node.number, default=None)


def makes_bad(step: Step) -> bool:
    """Whether a rule made a number that is not finite of a gradient that is."""
    return step.kind == "send" and is_finite(step.incoming) and not is_finite(step.product)


def backward_fault(step: Step, paths: dict[int, str]) -> Fault:
    """The fault of a step that `makes_bad` gradients."""
    node, at = step.node, first_bad(step.product)
    given = {"the gradient": _element(step.incoming, at, step.product)}
    given |= {name: _element(x, at, step.product) for name, x in _inputs(node)}
    return _fault("backward", node, step.product, at, given, paths)


def fault_of(node: Node, paths: dict[int, str]) -> Fault:
    """The fault of an operation whose value is not finite, or that was given such numbers."""
    for name, x in _inputs(node):
        if not is_finite(x):
            at = first_bad(x)
            return _fault("forward", node, x, at, {name: f"of shape {np.shape(x)}"}, paths, is_given=True)
    value = next(x for x in _each(node.output) if not is_finite(x))
    at = first_bad(value)
    return _fault("forward", node, value, at, {name: _element(x, at, value) for name, x in _inputs(node)}, paths)


def is_finite(x: Any) -> bool:
    """Whether all numbers are finite; of several arrays, those of all."""
    if isinstance(x, dict):
        x = tuple(x.values())
    if isinstance(x, tuple):
        return all(map(is_finite, x))
    return not (isinstance(x, (ndarray, np.generic)) and x.dtype.kind == "f") or bool(np.isfinite(x).all())


def count_bad(x: Any) -> int:
    """How many numbers are not finite; of several arrays, those of all."""
    if isinstance(x, dict):
        x = tuple(x.values())
    if isinstance(x, tuple):
        return sum(map(count_bad, x))
    return 0 if is_finite(x) else int(np.count_nonzero(~np.isfinite(x)))


def first_bad(array: Any) -> tuple[int, ...]:
    """The index of the first number that is not finite."""
    return tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0]) if np.ndim(array) else ()


def sources(node: Node) -> list[Node]:
    """The operations that an operation's inputs which are not finite came from."""
    if isinstance(node, Output):
        return [target for target in node.targets if target is not None]
    pairs = zip(node.targets, node.inputs, strict=False)
    return [target for target, x in pairs if target is not None and target.targets and not is_finite(x)]


def place_of(line: tuple[str, int] | None) -> str:
    """Where a line stands: "model.py, line 12", in a notebook "line 12"; "" where it is not known."""
    if line is None:
        return ""
    file, number = line
    is_cell = "ipykernel" in file or file.startswith("<")  # names that change with every run
    return f"line {number}" if is_cell else f"{Path(file).name}, line {number}"


def path_of(node: Node, paths: dict[int, str]) -> str:
    """The path of the innermost module of the model that was running when an operation ran."""
    call = getattr(node, "call", None)
    while call is not None and id(call.module()) not in paths:
        call = call.outer
    return "" if call is None else paths[id(call.module())]


def _fault(
    way: str, node: Node, array: Any, at: tuple[int, ...], given: dict[str, Any], paths: dict[int, str], **more: bool
) -> Fault:
    value = float(array[at])
    return Fault(way, node.name(), path_of(node, paths), value, at, np.shape(array), node.line, given, **more)


def _inputs(node: Node) -> list[tuple[str, Any]]:
    names = node.operation.inputs or tuple(f"inputs[{i}]" for i in range(len(node.inputs)))
    return list(zip(names, node.inputs, strict=False))


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _element(x: Any, at: tuple[int, ...], whole: Any) -> Any:
    """The number of an input that belongs to one of the value, where the shapes tell; else the shape, in words."""
    if np.ndim(x) == 0:
        return x if isinstance(x, (bool, int)) else float(x)
    return float(x[at]) if np.shape(x) == np.shape(whole) else f"of shape {np.shape(x)}"
