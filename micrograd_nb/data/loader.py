"""DataLoader: goes through a dataset in batches, shuffled if you like, once for each `for` loop over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..tensors import Generator
from .collate import default_collate
from .fetch import batch_of, samples_of
from .sampler import BatchSampler, RandomSampler, SequentialSampler

Collate = Callable[[list[Any]], Any]


class DataLoader:
    """The batches of a dataset. (PyTorch: torch.utils.data.DataLoader)

    Arguments:
        dataset: has `__getitem__(index)` and `__len__()`; a list will do.
        batch_size: samples in a batch.
        shuffle: a new random order for each pass.
        sampler: gives the order instead: an iterable of indices.
        batch_sampler: gives the batches instead: an iterable of lists of indices.
        num_workers: 0, so that the process that asks loads: more workers are not in this version.
        collate_fn: makes a batch of a list of samples; `default_collate` if it is not given.
        drop_last: leave out a last batch that is smaller than the others.
        generator: for an order that can be repeated; without it, that of `manual_seed`.

    Raises:
        TypeError: a dataset without `__getitem__` or `__len__`.
        ValueError: arguments that contradict each other; changing them afterwards.
        NotImplementedError: `num_workers` above 0.

    >>> import micrograd_nb as mg
    >>> dataset = mg.data.TensorDataset(mg.arange(5), mg.arange(5) ** 2)
    >>> for x, y in mg.data.DataLoader(dataset, batch_size=2):
    ...     print(x, y)
    tensor([0, 1]) tensor([0, 1])
    tensor([2, 3]) tensor([4, 9])
    tensor([4]) tensor([16])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool = False,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Collate | None = None,
        *,
        drop_last: bool = False,
        generator: Generator | None = None,
    ) -> None:
        _check_workers(num_workers)
        _check_methods(dataset, needs_length=sampler is None and batch_sampler is None)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle: the sampler alone gives the order")
        if batch_sampler is None:
            sampler = sampler if sampler is not None else _default_sampler(dataset, shuffle, generator)
            batch_sampler = BatchSampler(sampler, _checked_size(batch_size), drop_last)
        elif batch_size != 1 or shuffle or sampler is not None or drop_last:
            raise ValueError(
                "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last: it alone "
                "gives the batches"
            )
        else:
            batch_size = None
        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.num_workers = num_workers
        self.collate_fn = default_collate if collate_fn is None else collate_fn
        self.drop_last = drop_last
        self.generator = generator
        self.batch_sampler = batch_sampler  # the last one: from here on, the attributes are fixed

    def __iter__(self) -> Iterator[Any]:
        usual = self.collate_fn is default_collate
        for indices in self.batch_sampler:
            yield batch_of(self.dataset, indices) if usual else self.collate_fn(samples_of(self.dataset, indices))

    def __len__(self) -> int:
        """How many batches one pass has."""
        return len(self.batch_sampler)  # type: ignore[arg-type]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("dataset", "batch_size", "sampler", "drop_last", "batch_sampler") and "batch_sampler" in vars(self):
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized: make a new one"
            )
        object.__setattr__(self, name, value)


def _default_sampler(dataset: Any, shuffle: bool, generator: Generator | None) -> Iterable[int]:
    return RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)


def _check_workers(num_workers: int) -> None:
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to load in this process")
    if num_workers:
        raise NotImplementedError(
            f"num_workers={num_workers} is not in this version, 0 is: the loader loads in the process that asks. "
            "Leave num_workers out."
        )


def _check_methods(dataset: Any, needs_length: bool) -> None:
    needed = ["__getitem__", "__len__"] if needs_length else ["__getitem__"]
    missing = [method for method in needed if not hasattr(dataset, method)]
    if missing:
        raise TypeError(
            f"a DataLoader needs a dataset with __getitem__(index) and __len__(), but {type(dataset).__name__} has no "
            f"{' and no '.join(missing)}. Of something that can only be gone through, make a list: list(...)."
        )


def _checked_size(batch_size: int | None) -> int:
    if batch_size is None:
        raise ValueError(
            "batch_size should be a positive integer value, but got batch_size=None. For samples without an axis "
            "for the batch, go through the dataset itself: for sample in dataset."
        )
    return batch_size
