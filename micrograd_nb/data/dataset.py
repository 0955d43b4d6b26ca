"""Datasets: anything with a length and samples that are fetched by number, or a stream of samples.

    class Squares(Dataset):
        def __len__(self):
            return 100

        def __getitem__(self, index):
            return index, index**2

A list of samples is one already. `TensorDataset` makes one of tensors, `ConcatDataset` one of several; parts of
datasets are in subset.py.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np

from ..tensors import Tensor, from_numpy

T_co = TypeVar("T_co", covariant=True)


class Dataset(Generic[T_co]):
    """The base of datasets: write `__getitem__(index)` and `__len__()`. (PyTorch: torch.utils.data.Dataset)

    A dataset that can fetch many samples at once faster than one by one may write one of these too:

        __getitems__(indices)   the samples as a list: PyTorch's name
        batch_at(indices)       the whole batch, equal to default_collate([dataset[i] for i in indices]); `indices` is a
                                list or an array

    A `DataLoader` uses `batch_at` as long as it collates as usual. A subclass that writes a new `__getitem__` is asked
    for its samples again, until it writes a new `batch_at` too. `first + second` is a `ConcatDataset`.

    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 4
    ...
    ...     def __getitem__(self, index):
    ...         return index**2
    >>> import micrograd_nb as mg
    >>> list(mg.data.DataLoader(Squares(), batch_size=3))
    [tensor([0, 1, 4]), tensor([9])]
    """

    def __getitem__(self, index: int) -> T_co:
        raise NotImplementedError(
            f"Subclasses of Dataset should implement __getitem__; {type(self).__name__} has none."
        )

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[T_co]):
    """The base of streams: write `__iter__()`, which yields samples. (PyTorch: torch.utils.data.IterableDataset)

    For data that come one after another, from a socket or a large file, and cannot be asked for by number. A
    `DataLoader` makes batches of what comes, in the order in which it comes, so it takes no sampler and no shuffle.

    With workers, each goes through a stream of its own: n workers give every sample n times, unless the stream asks
    `get_worker_info()` who it works for, and yields that worker's share:

        def __iter__(self):
            info = get_worker_info()
            start, step = (0, 1) if info is None else (info.id, info.num_workers)
            return iter(range(start, self.end, step))

    `first + second` is a `ChainDataset`.

    >>> import micrograd_nb as mg
    >>> class Countdown(IterableDataset):
    ...     def __iter__(self):
    ...         return iter([3, 2, 1])
    >>> list(mg.data.DataLoader(Countdown(), batch_size=2))
    [tensor([3, 2]), tensor([1])]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(
            f"Subclasses of IterableDataset should implement __iter__; {type(self).__name__} has none."
        )

    def __getitem__(self, index: int) -> T_co:
        raise NotImplementedError(
            f"{type(self).__name__} is a stream, whose samples have no numbers. Go through it, for sample in dataset, "
            "or make a list of it."
        )

    def __add__(self, other: Dataset[Any]) -> Dataset[Any]:
        return ChainDataset([self, other])


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


class ConcatDataset(Dataset[T_co]):
    """Datasets one after another, as one. (PyTorch: torch.utils.data.ConcatDataset)

    Raises:
        AssertionError: no datasets; a stream among them, which has no numbers to count on.

    >>> import micrograd_nb as mg
    >>> both = ConcatDataset([range(3), "ab"])
    >>> len(both), both[2], both[3], both[-1]
    (5, 2, 'a', 'b')
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable: ConcatDataset needs at least one dataset")
        for position, dataset in enumerate(self.datasets):
            if isinstance(dataset, IterableDataset):
                raise AssertionError(
                    f"ConcatDataset does not support IterableDataset, but at position {position} is "
                    f"{type(dataset).__name__}. For streams there is ChainDataset."
                )
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __getitem__(self, index: int) -> T_co:
        n = len(self)
        if index < -n:
            raise ValueError(
                f"absolute value of index should not exceed dataset length: index {index}, and {n} samples"
            )
        if index >= n:
            raise IndexError(f"index {index} is out of range for a ConcatDataset of {n} samples")
        index %= n
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


class ChainDataset(IterableDataset[T_co]):
    """Streams one after another, as one. (PyTorch: torch.utils.data.ChainDataset)

    Raises:
        AssertionError: going through it finds something that is no IterableDataset.

    >>> class Stream(IterableDataset):
    ...     def __iter__(self):
    ...         return iter("ab")
    >>> list(ChainDataset([Stream(), Stream()]))
    ['a', 'b', 'a', 'b']
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[T_co]:
        for dataset in self.datasets:
            yield from _stream(dataset)

    def __len__(self) -> int:
        return sum(len(_stream(dataset)) for dataset in self.datasets)


def rows_of(tensor: Tensor, rows: np.ndarray) -> Tensor:
    """Some rows of a tensor, copied. Recorded only if the tensor requires gradients, for that takes longer."""
    return tensor[rows] if tensor.requires_grad else from_numpy(tensor.array.take(rows, 0))


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


def _stream(dataset: Any) -> Any:
    if not isinstance(dataset, IterableDataset):
        raise AssertionError(
            f"ChainDataset only supports IterableDataset, but got {type(dataset).__name__}. For datasets whose samples "
            "have numbers there is ConcatDataset."
        )
    return dataset
