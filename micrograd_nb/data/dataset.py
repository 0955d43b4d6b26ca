"""Datasets: anything with a length and samples that are fetched by number.

    class Squares(Dataset):
        def __len__(self):
            return 100

        def __getitem__(self, index):
            return index, index**2

A list of samples is one already. `TensorDataset` makes one of tensors, `Subset` and `random_split` make parts of one.
"""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np

from ..tensors import Generator, Tensor, from_numpy, randperm
from .fetch import batch_of, samples_of

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """The base of datasets: write `__getitem__(index)` and `__len__()`. (PyTorch: torch.utils.data.Dataset)

    A dataset that can fetch many samples at once faster than one by one may write one of these too:

        __getitems__(indices)   the samples as a list: PyTorch's name
        batch_at(indices)       the whole batch, equal to default_collate([dataset[i] for i in indices])

    A `DataLoader` uses `batch_at` as long as it collates as usual. A subclass that writes a new `__getitem__` is asked
    for its samples again, until it writes a new `batch_at` too.
    """

    def __getitem__(self, index: int) -> T_co:
        raise NotImplementedError(
            f"Subclasses of Dataset should implement __getitem__; {type(self).__name__} has none."
        )


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Tensors side by side: sample i is the i-th row of each. (PyTorch: torch.utils.data.TensorDataset)

    Arguments:
        tensors: of any shapes and dtypes, all of one length.

    Raises:
        TypeError: something that is no tensor.
        ValueError: no tensors, lengths that differ, a tensor without axes.

    >>> import micrograd_nb as mg
    >>> dataset = TensorDataset(mg.tensor([[1.0, 2.0], [3.0, 4.0]]), mg.tensor([7, 8]))
    >>> len(dataset), dataset[1]
    (2, (tensor([3., 4.]), tensor(8)))
    """

    def __init__(self, *tensors: Tensor) -> None:
        _check_tensors(tensors)
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple([tensor[index] for tensor in self.tensors])

    def __len__(self) -> int:
        return len(self.tensors[0])

    def batch_at(self, indices: Sequence[int]) -> list[Tensor]:
        """All rows of a batch at once, one tensor for each of `tensors`."""
        rows = np.asarray(indices, np.intp)
        return [rows_of(tensor, rows) for tensor in self.tensors]


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
        return batch_of(self.dataset, [self.indices[i] for i in indices])


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


def rows_of(tensor: Tensor, rows: np.ndarray) -> Tensor:
    """Some rows of a tensor, copied. Recorded only if the tensor requires gradients, for that takes longer."""
    return tensor[rows] if tensor.requires_grad else from_numpy(tensor.array.take(rows, 0))


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


def _check_tensors(tensors: Sequence[Any]) -> None:
    if not tensors:
        raise ValueError("TensorDataset needs at least one tensor: TensorDataset(inputs, targets)")
    for position, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"TensorDataset takes tensors, but got {type(tensor).__name__} at position {position}. "
                "Make a tensor of it: tensor(...), or from_numpy(array), which does not copy."
            )
    lengths = [tensor.shape[:1] for tensor in tensors]
    if () in lengths or len(set(lengths)) > 1:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
        raise ValueError(
            "Size mismatch between tensors: all must have the same length along their first axis, one row for each "
            f"sample, but the shapes are {shapes}"
        )


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
