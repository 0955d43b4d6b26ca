"""Samplers: in which order a loader goes through a dataset. They yield indices, a batch sampler lists of indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np

from ..tensors import Generator, as_tensor, rand, randint, randperm
from ..tensors.dtypes import float64

T_co = TypeVar("T_co", covariant=True)


class Sampler(Generic[T_co]):
    """The base of samplers: write `__iter__()`, and `__len__()` if it is known. (PyTorch: torch.utils.data.Sampler)

    >>> class Backwards(Sampler):
    ...     def __iter__(self):
    ...         return iter([2, 1, 0])
    >>> import micrograd_nb as mg
    >>> [batch.item() for batch in mg.data.DataLoader([10, 11, 12], sampler=Backwards())]
    [12, 11, 10]
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError(f"Subclasses of Sampler should implement __iter__; {type(self).__name__} has none.")


class SequentialSampler(Sampler[int]):
    """0, 1, 2, …: the order of the dataset.

    >>> list(SequentialSampler("abc"))
    [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def order(self) -> np.ndarray:
        """The indices of a pass, as an array."""
        return np.arange(len(self.data_source))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Every index once, in an order that is new each time.

    Arguments:
        replacement: draw every index anew, so that some come twice and some not at all.
        num_samples: how many indices to draw; as many as there are samples if it is not given.
        generator: for an order that can be repeated; without it, that of `manual_seed`.

    Raises:
        ValueError: `num_samples` below 1, or nothing to draw from.

    >>> sorted(RandomSampler("abcd"))
    [0, 1, 2, 3]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self.generator = generator
        self._num_samples = num_samples
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if len(data_source) == 0:
            raise ValueError("num_samples should be a positive integer value, but the dataset is empty")
        _check_positive("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many indices one pass draws."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        return iter(self.order().tolist())

    def order(self) -> np.ndarray:
        """The indices of a pass, as an array."""
        n = len(self.data_source)
        if self.replacement:
            return randint(n, (self.num_samples,), generator=self.generator).array
        rounds = -(-self.num_samples // n)
        return np.concatenate([randperm(n, generator=self.generator).array for _ in range(rounds)])[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler[int]):
    """Some indices, each once, in an order that is new each time. (PyTorch: torch.utils.data.SubsetRandomSampler)

    >>> sorted(SubsetRandomSampler([7, 3, 5]))
    [3, 5, 7]
    """

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        order = randperm(len(self.indices), generator=self.generator).tolist()
        return iter([self.indices[i] for i in order])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Draws index i with a probability in proportion to `weights[i]`. (PyTorch: torch.utils.data.WeightedRandomSampler)

    For classes of very different sizes: give every sample 1 / (the size of its class), and batches come out balanced.

    Arguments:
        weights: one for each sample, 0 or more; they need not add up to 1.
        num_samples: how many indices to draw.
        replacement: whether an index can be drawn more than once. If not, at least `num_samples` of the weights have to
            be above 0.
        generator: for a draw that can be repeated; without it, that of `manual_seed`.

    Raises:
        ValueError: `num_samples` below 1, weights that are no row of numbers.
        RuntimeError: weights that are negative, not finite, or too few above 0.

    >>> list(WeightedRandomSampler([0.0, 1.0, 0.0], num_samples=4))
    [1, 1, 1, 1]
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        _check_positive("num_samples", num_samples)
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.weights = as_tensor(weights, dtype=float64)
        if self.weights.ndim != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        weights = self.weights.array
        _check_weights(weights, self.num_samples, self.replacement)
        return iter((self._draw if self.replacement else self._draw_once)(weights).tolist())

    def _draw(self, weights: np.ndarray) -> np.ndarray:
        """Throws darts at a line on which every index has a piece as long as its weight."""
        ends = np.cumsum(weights)
        darts = ends[-1] * rand(self.num_samples, generator=self.generator, dtype=float64).array
        inside = np.nextafter(ends[-1], 0)  # the product may have been rounded up to the very end
        return np.searchsorted(ends, np.minimum(darts, inside), side="right")

    def _draw_once(self, weights: np.ndarray) -> np.ndarray:
        """Who arrives first, if index i waits for a time that is exponential with rate weights[i].

        Efraimidis and Spirakis (2006), Weighted random sampling with a reservoir.
        """
        uniform = rand(len(weights), generator=self.generator, dtype=float64).array
        with np.errstate(divide="ignore", invalid="ignore"):
            # As logarithms, so that the smallest weight differs from none, whose time is inf, or nan: both are last.
            arrival = np.log(-np.log1p(-uniform)) - np.log(weights)
        return np.argsort(arrival, kind="stable")[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """The indices of another sampler, in lists of `batch_size`.

    Arguments:
        drop_last: leave out a last list that is shorter than the others.

    Raises:
        ValueError: `batch_size` below 1.

    >>> list(BatchSampler(range(7), batch_size=3, drop_last=False))
    [[0, 1, 2], [3, 4, 5], [6]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        _check_positive("batch_size", batch_size)
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def arrays(self) -> Iterator[np.ndarray] | None:
        """The same batches, as arrays, in a tenth of the time; None if the sampler gives no array."""
        if type(self.sampler) not in (SequentialSampler, RandomSampler):
            return None
        order, size = self.sampler.order(), self.batch_size  # type: ignore[attr-defined]
        end = len(order) - len(order) % size if self.drop_last else len(order)
        return (order[start : start + size] for start in range(0, end, size))

    def __len__(self) -> int:
        n = len(self.sampler)  # type: ignore[arg-type]
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def _check_positive(name: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def _check_weights(weights: np.ndarray, num_samples: int, replacement: bool) -> None:
    if not np.isfinite(weights).all() or (weights < 0).any():
        wrong = int(np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))[0])
        raise RuntimeError(
            f"weights must be finite numbers of 0 or more, but the weight of index {wrong} is {weights[wrong]}"
        )
    possible, needed = np.count_nonzero(weights), 1 if replacement else num_samples
    if possible < needed:
        raise RuntimeError(
            f"cannot draw {num_samples} indices {'with' if replacement else 'without'} replacement: {possible} of "
            f"{len(weights)} weights are above 0. Ask for fewer, or draw with replacement=True."
        )
