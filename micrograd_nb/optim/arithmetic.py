"""What the update rules are written with: options as numbers, a count of steps, and averages that move in place.

    lr, eps = constants(x.dtype, 0.01, 1e-8)      options, in the dtype of a parameter
    step = count(state["step"])                   one more step
    lerp(m, g, rest, t)                           m ← m + rest · (g − m)
    lerp_square(v, g, kept, rest, t)              v ← kept · v + rest · g²

Here and in the rules `t` is memory to compute in, of the shape of a parameter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy import add, multiply, ndarray, subtract

from ..tensors import Tensor


@lru_cache(maxsize=256)
def constants(dtype: np.dtype[Any], *values: float) -> tuple[ndarray, ...]:
    """Options as 0-d arrays, made once per value and dtype, so that they follow when an option changes.

    NumPy multiplies by a 0-d array in half the time that a Python number takes.
    """
    arrays = tuple(np.array(value, dtype) for value in values)
    for array in arrays:
        array.flags.writeable = False
    return arrays


def changing(dtype: np.dtype[Any], *values: Any) -> tuple[ndarray, ...]:
    """`constants` of what was computed from a `count`, so that in a static graph it is computed at each replay."""
    return constants(dtype, *values) if isinstance(values[0], float) else tuple(value.astype(dtype) for value in values)


_ONE = np.array(1, np.float32)


def count(step: Tensor) -> Any:
    """Adds one to a count of steps, in place, and returns it."""
    return number(add(step.array, _ONE, step.array))


def number(array: Any) -> Any:
    """The float in a 0-d array; in a static graph, where it is another one at each replay, an array of float64."""
    return array.item() if type(array) is ndarray else array.astype(np.float64)


def lerp(average: ndarray, towards: ndarray, rest: ndarray, t: ndarray) -> None:
    """Moves an average a part of the way towards new numbers. (PyTorch: lerp_)"""
    subtract(towards, average, t)
    add(average, multiply(t, rest, t), average)


def lerp_square(average: ndarray, numbers: ndarray, kept: ndarray, rest: ndarray, t: ndarray) -> None:
    """Moves an average of squares towards the squares of new numbers; `kept` + `rest` = 1."""
    multiply(average, kept, average)
    multiply(numbers, numbers, t)
    add(average, multiply(t, rest, t), average)
