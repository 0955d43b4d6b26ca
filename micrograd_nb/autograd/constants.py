"""Arrays that are needed again and again, made once: on small arrays, to make them would be half of the work."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import ndarray

MOST = 256  # so many of a kind, so that they do not fill the memory


class Constants(dict[Any, ndarray]):
    """Makes the array of a key when it is first asked for: `ONE[x.dtype] - x` takes half the time of `1 - x`."""

    def __init__(self, make: Callable[[Any], ndarray]) -> None:
        self.make = make

    def __missing__(self, key: Hashable) -> ndarray:
        if len(self) >= MOST:
            self.clear()
        array = self[key] = self.make(key)
        array.flags.writeable = False
        return array


ZERO = Constants(lambda dtype: np.array(0, dtype))  # 0-d, by dtype
ONE = Constants(lambda dtype: np.array(1, dtype))
_ones = Constants(lambda key: np.ones(*key))
_counting = Constants(np.arange)


def ones(n: int, dtype: np.dtype[Any]) -> ndarray:
    """A vector of ones: `ones(n) @ g` is the fastest sum over rows."""
    return _ones[n, dtype]


def counting(n: int) -> ndarray:
    """0, 1, … n - 1."""
    return _counting[n]


def zeros(shape: Any, like: Any) -> Any:
    """Zeros of a shape, of the dtype of an array, and of its kind: of an array that records, one that records."""
    return np.zeros(shape, like.dtype, like=like if hasattr(like, "__array_function__") else None)


@lru_cache(maxsize=256)
def constants(dtype: np.dtype[Any], *values: float) -> tuple[ndarray, ...]:
    """Options as 0-d arrays, made once per value and dtype, so that they follow when an option changes.

    NumPy multiplies by a 0-d array in half the time that a Python number takes.
    """
    arrays = tuple(np.array(value, dtype) for value in values)
    for array in arrays:
        array.flags.writeable = False
    return arrays
