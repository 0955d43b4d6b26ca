"""Marks a function on arrays as an operation: its value and its gradient rules, in one place.

    @operation("MulBackward0", broadcasts=True)
    def mul(input, other):
        return input * other, lambda g: g * other, lambda g: g * input

The function gets NumPy arrays and returns the value, then one gradient rule for each input. A rule takes the gradient
of the loss with respect to the value, `g`, and returns the gradient with respect to its input: a new array, a view of
`g`, or `g` itself, and never an array that it closes over. Broadcasting is no concern of a rule: the engine sums what
was broadcast.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Operation = Callable[..., tuple[Any, ...]]


class _Constant(dict[np.dtype[Any], np.ndarray]):
    """A number as a 0-d array of any dtype, made once: `ONE[x.dtype] - x` takes half the time of `1 - x`."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __missing__(self, dtype: np.dtype[Any]) -> np.ndarray:
        self[dtype] = np.array(self.number, dtype)
        return self[dtype]


ZERO, ONE = _Constant(0), _Constant(1)


def operation(name: str, *, broadcasts: bool = False, saves: bool = True) -> Callable[[Operation], Operation]:
    """Says of an operation what the engine needs to know.

    Arguments:
        name: PyTorch's name of its node.
        broadcasts: its inputs stretch to one shape, so the engine has to sum their gradients back.
        saves: its rules close over arrays, which a backward pass frees.
    """

    def mark(rule: Operation) -> Operation:
        rule.name, rule.broadcasts, rule.saves = name, broadcasts, saves  # type: ignore[attr-defined]
        return rule

    return mark


def same(g: np.ndarray) -> np.ndarray:
    """The gradient rule of an input that goes through unchanged."""
    return g
