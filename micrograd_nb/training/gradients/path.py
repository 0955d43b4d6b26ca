"""The way of a number that is not finite: from the first bad value to the loss, and back to the first bad gradient.

    forward     x ──▸ log ──▸ mul ──▸ sum ──▸ loss        log is the first whose value is bad; so are all that follow
    backward          log ◂── mul ◂── sum ◂── loss        log's rule is the first to make a bad gradient of a good one

Each operation on the way is a `Station`, with the line of code that ran it. Where there are several ways, it is a
shortest one.
"""

from __future__ import annotations

import linecache
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...autograd import Node, Step
from ...autograd.several import Output
from ..tables import html_table, text_table
from .faults import Fault, backward_fault, count_bad, fault_of, first_bad_operation, path_of, place_of, sources

TITLES = ("way", "operation", "module", "code", "what begins", "not finite")
LEFT = 5  # so many columns are text, and begin at the left


@dataclass(frozen=True, slots=True)
class Station:
    """An operation on the way.

    way         "forward": it is passed with its value; "backward": with the gradient of its value
    operation   PyTorch's name: "LogBackward0"
    module      the path of the module that it ran in; "" for the model itself or none
    line        the file and the line of code that ran it; None where lines are not recorded
    code        that line's text; "" where it is not known
    not_finite  how many numbers of the value, or of the gradient, are NaN or infinite
    size        of how many
    first       what begins here: "value", "gradient", or ""
    """

    way: str
    operation: str
    module: str
    line: tuple[str, int] | None
    code: str
    not_finite: int
    size: int
    first: str = ""

    @property
    def place(self) -> str:
        """Where the line stands: "model.py, line 12", in a notebook "line 12"; "" where it is not known."""
        return place_of(self.line)

    def cells(self) -> tuple[str, ...]:
        """The texts of the table's columns."""
        code = f"{self.place}: {self.code}" if self.code else self.place
        first = f"the first bad {self.first}" if self.first else ""
        return (self.way, self.operation, self.module, code, first, f"{self.not_finite} of {self.size}")


@dataclass(frozen=True, slots=True)
class FaultPath:
    """The first bad value, the first bad gradient, and the way between. Printed, it is a table.

    value       the first value that is not finite; None if none of them matters
    gradient    the first gradient that is not finite; None if there is none
    stations    the operations on the way, as it goes: forward to the loss, then back
    parameters  the names of the parameters whose gradients are not finite
    """

    value: Fault | None
    gradient: Fault | None
    stations: tuple[Station, ...]
    parameters: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([*self.heads, text_table(TITLES, [x.cells() for x in self.stations], LEFT), *self._tail()])

    def _repr_html_(self) -> str:
        """A table for notebooks. It has no colours of its own, so that the theme's show."""
        return html_table(TITLES, [x.cells() for x in self.stations], LEFT, self.heads, self._tail())

    @property
    def heads(self) -> tuple[str, ...]:
        """Where it began, in words."""
        return tuple(
            f"first bad {name}: {fault}"
            for name, fault in (("value", self.value), ("gradient", self.gradient))
            if fault is not None
        )

    def _tail(self) -> list[str]:
        return [f"it reaches the gradient of {', '.join(self.parameters)}"] if self.parameters else []


def fault_path(
    loss: Node, bad_step: Step | None, grads: dict[Node | None, Any], paths: dict[int, str], parameters: Iterable[str]
) -> FaultPath | None:
    """The way of what is not finite, in a pass that has run; None if there is nothing of the kind.

    Arguments:
        bad_step: the first in which a rule made a gradient that is not finite of one that is.
        grads: the gradient that arrived at each node.
        paths: the path of each module of the model, by its id.
        parameters: the names of those whose gradients are not finite.
    """
    # A bad value may be gone again before the loss, behind a mask, and still spoil the gradient.
    suspects = [loss] if bad_step is None else [loss, bad_step.node]
    begin, end = next(((found, x) for x in suspects if (found := first_bad_operation(x))), (None, None))
    stations = []
    if begin is not None and end is not None:
        for node in reversed(_shortest(end, begin, sources)):
            first = "value" if node is begin else ""
            stations.append(_station("forward", node, node.output, paths, first))
    if bad_step is not None:
        *before, last = _shortest(loss, bad_step.node, lambda node: node.targets)
        stations += [_station("backward", node, grads.get(node), paths) for node in before]
        stations.append(_station("backward", last, bad_step.product, paths, "gradient"))
    if not stations:
        return None
    value = None if begin is None else fault_of(begin, paths)
    gradient = None if bad_step is None else backward_fault(bad_step, paths)
    return FaultPath(value, gradient, tuple(stations), tuple(parameters))


def _shortest(start: Node, end: Node, following: Callable[[Node], Iterable[Node | None]]) -> list[Node]:
    """A shortest way from one node to another, both included."""
    came_from: dict[Node, Node | None] = {start: None}
    waiting = deque([start])
    while end not in came_from:
        node = waiting.popleft()
        for target in following(node):
            if target is not None and target not in came_from:
                came_from[target] = node
                waiting.append(target)
    way: list[Node] = []
    step: Node | None = end
    while step is not None:
        way.append(step)
        step = came_from[step]
    way.reverse()
    return [node for node in way if not isinstance(node, Output) or node is end or node is start]


def _station(way: str, node: Node, x: Any, paths: dict[int, str], first: str = "") -> Station:
    line = node.line
    code = "" if line is None else linecache.getline(*line).strip()
    return Station(way, node.name(), path_of(node, paths), line, code, count_bad(x), _size(x), first)


def _size(x: Any) -> int:
    """How many numbers there are; of several arrays, those of all."""
    if isinstance(x, dict):
        x = tuple(x.values())
    return sum(map(_size, x)) if isinstance(x, tuple) else int(np.size(x)) if x is not None else 0
