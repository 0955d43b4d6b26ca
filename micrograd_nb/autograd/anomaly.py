"""`detect_anomaly`: stops a backward pass at the first NaN, and says which line of code made it.

A NaN spreads: where it is seen, it has seldom begun. So the message names the operation whose gradient is NaN first,
and, if a value was NaN already on the way forward, the operation, the line and the element where that began.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
from numpy import ndarray

from . import lines
from .node import Node

on = False
_lines_before = lines.on


def set_detect_anomaly(mode: bool) -> None:
    """Switches the search for NaN on or off. While it is on, operations remember their line of code."""
    global on, _lines_before
    if mode and not on:
        _lines_before = lines.on
    on = mode
    lines.record_lines(mode or _lines_before)


class detect_anomaly:
    """A context in which a backward pass stops at the first NaN. (PyTorch: torch.autograd.detect_anomaly)

    Everything in it is slower: for finding a bug, not for training.

    Arguments:
        check_nan: look for NaN; False only remembers lines.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([1.0, 0.0], requires_grad=True)
    >>> with mg.autograd.detect_anomaly():
    ...     (x.sqrt() * 0).sum().backward()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output: at index (1,)...
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan

    def __enter__(self) -> None:
        self._before = on
        set_detect_anomaly(self.check_nan)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        set_detect_anomaly(self._before)


def look_forward(order: Sequence[Node]) -> None:
    """Raises for a graph whose value is NaN: names the operation, oldest first, whose NaN came from numbers."""
    if not order or not _has_nan(order[-1].output):
        return
    for node in order:
        if _has_nan(node.output) and not any(_has_nan(x) for x in node.inputs):
            at = _first_nan(node.output)
            given = ", ".join(
                f"{name} {_element(x, at, node.output)}" for name, x in zip(_names(node), node.inputs, strict=False)
            )
            raise RuntimeError(
                f"the value is nan before any gradient: it began in the forward pass, where {node.name()} computed nan "
                f"at index {at} of shape {node.output.shape}, from {given}{_line(node)}."
            )


def check(node: Node, grad: Any, products: Sequence[Any]) -> None:
    """Raises if a rule has made NaN of a gradient."""
    for i, product in enumerate(products):
        array = getattr(product, "array", product)
        if array is not None and _has_nan(array):
            at = _first_nan(array)
            raise RuntimeError(
                f"Function '{node.name()}' returned nan values in its {i}th output: at index {at}, from the gradient "
                f"{_element(getattr(grad, 'array', grad), at, array)}{_line(node)}."
            )


def _has_nan(x: Any) -> bool:
    return isinstance(x, (ndarray, np.generic)) and x.dtype.kind == "f" and bool(np.isnan(x).any())


def _first_nan(array: Any) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(np.isnan(array))[0]) if np.ndim(array) else ()


def _element(x: Any, at: tuple[int, ...], whole: Any) -> Any:
    """The element of an input that belongs to an element of the value, where the shapes tell."""
    if np.ndim(x) == 0:
        return float(x) if not isinstance(x, bool) else x
    return float(x[at]) if np.shape(x) == np.shape(whole) else f"of shape {np.shape(x)}"


def _names(node: Node) -> tuple[str, ...]:
    return node.operation.inputs or tuple(f"inputs[{i}]" for i in range(len(node.inputs)))


def _line(node: Node) -> str:
    return "" if node.line is None else f" ({node.line[0]}, line {node.line[1]})"
