"""`peek(...)`: any batch of any pass of a loader, without the batches before it. For pictures of what a loader does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..tensors import Generator
from .dataset import IterableDataset
from .fetch import fetch_of, samples_of, tasks_of
from .loader import DataLoader
from .randomness import new_seed


@dataclass(frozen=True)
class Peek:
    """One batch of a pass, before its samples are collated."""

    order: tuple[int, ...]  # the indices of the whole pass, batch after batch
    number: int  # of this batch, from 0
    batches: int  # how many the pass has
    indices: tuple[int, ...]  # of this batch
    samples: tuple[Any, ...]


def peek(
    dataset: Any, batch_size: int, *, shuffle: bool = False, seed: int = 0, epoch: int = 0, number: int = 0
) -> Peek:
    """Batch `number` of pass `epoch` through `DataLoader(dataset, batch_size, shuffle, generator=…)`, all from 0 on.

    The generator is a new one with `seed`. The samples are those that the loader gives, with the same random numbers in
    their augmentation; only theirs are fetched. A number beyond the last batch gives the last one.

    Raises:
        TypeError: a dataset without `__getitem__` and `__len__`, whose samples have no numbers.

    >>> second = peek("abcde", batch_size=2, number=1)
    >>> second.indices, second.samples, second.batches
    ((2, 3), ('c', 'd'), 3)
    >>> peek("abcde", 2, shuffle=True).order == peek("abcde", 2, shuffle=True, epoch=1).order
    False
    """
    generator = Generator().manual_seed(seed)
    loader = DataLoader(_indexed(dataset), batch_size, shuffle=shuffle, generator=generator)
    for _ in range(epoch + 1):  # each pass draws its seed first, then its order
        pass_seed = new_seed(generator)
        tasks = list(tasks_of(loader.batch_sampler or (), in_batches=True))
    order = tuple(int(index) for task in tasks for index in task.indices)
    if not tasks:
        return Peek(order, 0, 0, (), ())
    task = tasks[min(number, len(tasks) - 1)]
    with fetch_of(task, pass_seed, None):
        samples = tuple(samples_of(dataset, task.indices))
    return Peek(order, task.number, len(tasks), tuple(int(index) for index in task.indices), samples)


def _indexed(dataset: Any) -> Any:
    is_stream = isinstance(dataset, IterableDataset)
    if is_stream or not (hasattr(dataset, "__getitem__") and hasattr(dataset, "__len__")):
        raise TypeError(
            "to look at a batch takes a dataset with __getitem__(index) and __len__(), and got "
            f"{type(dataset).__name__}: the samples of a stream have no indices; of a loader, give loader.dataset"
        )
    return dataset
