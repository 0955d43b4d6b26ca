"""Undoes broadcasting: an input that was used k times, because it was stretched, gets the sum of k gradients.

And the other way round: where numbers were added up, each gets the gradient of their sum.
"""

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


def stretch(grad: Any, shape: tuple[int, ...]) -> Any:
    """A single number, or an array with axes of length one, as an array of a shape: a view that repeats it.

    `np.broadcast_to` in a third of the time, which a small array notices.

    >>> stretch(np.array([[1.0], [2.0]]), (2, 3))
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    if isinstance(grad, np.generic):
        grad = np.asarray(grad)
    if type(grad) is not ndarray or not grad.flags.c_contiguous:
        return np.broadcast_to(grad, shape)
    steps = [0 if n == 1 else step for n, step in zip(grad.shape, grad.strides, strict=True)]
    return ndarray(shape, grad.dtype, grad, 0, tuple(steps) if steps else (0,) * len(shape))
