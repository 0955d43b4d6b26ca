"""Parts of a dataset: `Subset` by indices, `random_split` at random."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np

from ..tensors import Generator, randperm
from .dataset import Dataset
from .fetch import batch_of, samples_of

T_co = TypeVar("T_co", covariant=True)


class Subset(Dataset[T_co]):
    """The samples of a dataset at some indices. (PyTorch: torch.utils.data.Subset)

    Raises:
        IndexError: an index that the dataset does not have.

    >>> list(Subset("abcdef", [0, 4]))
    ['a', 'e']
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        _check_indices(dataset, indices)
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index: int) -> T_co:
        return self.dataset[self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitems__(self, indices: Sequence[int]) -> list[T_co]:
        """The samples at some positions of the subset, as a list."""
        return samples_of(self.dataset, [self.indices[i] for i in indices])

    def batch_at(self, indices: Sequence[int]) -> Any:
        """The batch of some positions of the subset, fetched as the dataset itself fetches batches."""
        positions = indices.tolist() if isinstance(indices, np.ndarray) else indices
        return batch_of(self.dataset, [self.indices[i] for i in positions])


def random_split(dataset: Any, lengths: Sequence[int | float], generator: Generator | None = None) -> list[Subset[Any]]:
    """Deals the samples of a dataset out at random. (PyTorch: torch.utils.data.random_split)

    Arguments:
        lengths: how many samples each part gets, or fractions that add up to 1. What rounding leaves over goes to the
            first parts, one sample each.
        generator: for a split that can be repeated; without it, that of `manual_seed`.

    Raises:
        ValueError: lengths that do not add up to the dataset's, a fraction below 0 or above 1.

    >>> [len(part) for part in random_split(range(10), [0.5, 0.25, 0.25])]
    [6, 2, 2]
    """
    total = len(dataset)
    are_fractions = math.isclose(sum(lengths), 1) and sum(lengths) <= 1
    counts = _counts(total, lengths) if are_fractions else [operator.index(n) for n in lengths]  # type: ignore[arg-type]
    if sum(counts) != total or min(counts, default=0) < 0:
        raise ValueError(
            "Sum of input lengths does not equal the length of the input dataset! "
            f"The lengths {list(lengths)} add up to {sum(counts)}, and the dataset has {total} samples. "
            "Fractions have to add up to 1."
        )
    order = randperm(total, generator=generator).tolist()
    return [Subset(dataset, order[end - n : end]) for end, n in zip(accumulate(counts), counts, strict=True)]


def _counts(total: int, fractions: Sequence[float]) -> list[int]:
    if any(not 0 <= fraction <= 1 for fraction in fractions):
        wrong = next(i for i, fraction in enumerate(fractions) if not 0 <= fraction <= 1)
        raise ValueError(f"Fraction at index {wrong} is not between 0 and 1: {fractions[wrong]}")
    counts = [math.floor(total * fraction) for fraction in fractions]
    for i in range(total - sum(counts)):
        counts[i % len(counts)] += 1
    for i, count in enumerate(counts):
        if count == 0:
            warnings.warn(f"Length of split at index {i} is 0. This might result in an empty dataset.", stacklevel=3)
    return counts


def _check_indices(dataset: Any, indices: Sequence[int]) -> None:
    """Finds an index that the dataset does not have now, and not in the middle of a training."""
    if not hasattr(dataset, "__len__"):
        return
    n = len(dataset)
    for position, index in enumerate(indices):
        if not -n <= index < n:
            raise IndexError(
                f"Subset: index {index}, at position {position}, is out of range for a dataset of {n} samples"
            )
