"""What the update rules are written with: a count of steps, and averages that move in place.

    step = count(state["step"])                                   one more step
    (rate,) = tracing.variables(corrected, x.dtype, lr, step)     numbers that differ from step to step
    lerp(m, g, rest, t)                                           m ← m + rest · (g − m)
    lerp_square(v, g, kept, rest, t)                              v ← kept · v + rest · g²

Here and in the rules `t` is memory to compute in, of the shape of a parameter. Numbers that depend on the step are
computed by a small function of floats, given to `tracing.variables`: in a static graph each replay calls it anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import add, multiply, ndarray, subtract

from ..tensors import Tensor

_ONE = np.array(1, np.float32)


def count(step: Tensor) -> Any:
    """Adds one to a count of steps, in place, and returns the 0-d array of it."""
    return add(step.array, _ONE, step.array)


def lerp(average: ndarray, towards: ndarray, rest: ndarray, t: ndarray) -> None:
    """Moves an average a part of the way towards new numbers. (PyTorch: lerp_)"""
    subtract(towards, average, t)
    add(average, multiply(t, rest, t), average)


def lerp_square(average: ndarray, numbers: ndarray, kept: ndarray, rest: ndarray, t: ndarray) -> None:
    """Moves an average of squares towards the squares of new numbers; `kept` + `rest` = 1."""
    multiply(average, kept, average)
    multiply(numbers, numbers, t)
    add(average, multiply(t, rest, t), average)
