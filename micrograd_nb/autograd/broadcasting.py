"""Undoes broadcasting: an input that was used k times, because it was stretched, gets the sum of k gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .constants import ones


def unbroadcast(grad: Any, shape: tuple[int, ...]) -> Any:
    """Sums `grad` down to `shape`, the shape that an input had before it was broadcast.

    >>> import numpy as np
    >>> unbroadcast(np.ones((32, 8)), (1, 8)).shape
    (1, 8)
    """
    if grad.shape == shape:
        return grad
    if len(shape) == 1 and grad.ndim > 1 and 0 != shape[0] == grad.shape[-1]:  # a bias
        return sum_of_rows(grad.reshape(-1, shape[0]))
    return grad.sum(summed_axes(grad.shape, shape)).reshape(shape)


def summed_axes(wide: tuple[int, ...], narrow: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of `wide` along which broadcasting repeated an array of shape `narrow`.

    >>> summed_axes((32, 8), (1, 8)), summed_axes((32, 8), (8,)), summed_axes((32, 8), (32, 8))
    ((0,), (0,), ())
    """
    added = len(wide) - len(narrow)
    return tuple(i for i, n in enumerate(wide) if i < added or (narrow[i - added] == 1 and n != 1))


def sum_of_rows(rows: Any) -> Any:
    """The sum of a matrix along its first axis. `ones @ rows` takes a third of the time of `rows.sum(0)`."""
    if type(rows) is ndarray:
        return ones(len(rows), rows.dtype).dot(rows)
    return rows.sum(0) if hasattr(rows, "record") else np.dot(ones(len(rows), rows.dtype), rows)
