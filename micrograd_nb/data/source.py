"""Where a loader gets its batches from: a dataset, and what is to be done with its samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from .collate import default_collate
from .dataset import IterableDataset
from .fetch import Collate, Fetch, samples_of, stands_for


@dataclass(frozen=True)
class Job:
    """What stays the same for all batches of a loader; a worker gets it once."""

    dataset: Any
    collate_fn: Collate
    in_batches: bool  # False with batch_size=None
    drop_last: bool
    worker_init_fn: Callable[[int], object] | None = None

    def source(self) -> Callable[[Fetch], Any]:
        """A function that loads a batch; for a stream it starts from the beginning."""
        dataset, collate_fn = self.dataset, self.collate_fn
        if isinstance(dataset, IterableDataset):
            return _Stream(self)
        if not self.in_batches:
            return lambda fetch: fetch.collate(collate_fn, fetch.sample(dataset, fetch.task.indices))
        if self.wants_arrays():
            return lambda fetch: dataset.batch_at(fetch.task.indices)
        return lambda fetch: fetch.collate(collate_fn, samples_of(dataset, fetch.task.indices))

    def wants_arrays(self) -> bool:
        """Whether the dataset is asked for whole batches, for which an array of indices is the quickest."""
        return self.in_batches and self.collate_fn is default_collate and stands_for(type(self.dataset), "batch_at")


class Exhausted:
    """Comes instead of a batch when a stream has ended."""


class _Stream:
    """The batches of an IterableDataset: their indices say how many samples are wanted, not which."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._samples: Any = None  # asked for when the first batch is, so that its random numbers are the stream's
        self._has_ended = False

    def __call__(self, fetch: Fetch) -> Any:
        if self._samples is None:
            self._samples = iter(self._job.dataset)
        samples = self._next(fetch, len(fetch.task.indices) if self._job.in_batches else 1)
        if not samples:
            return Exhausted()
        return fetch.collate(self._job.collate_fn, samples if self._job.in_batches else samples[0])

    def _next(self, fetch: Fetch, wanted: int) -> list[Any]:
        if self._has_ended:
            return []
        samples = list(islice(_one_by_one(fetch, self._samples), wanted))
        self._has_ended = len(samples) < wanted
        return [] if self._has_ended and self._job.drop_last else samples


def _one_by_one(fetch: Fetch, samples: Any) -> Any:
    while True:
        try:
            sample = fetch.next_of(samples)
        except StopIteration:
            return
        yield sample


def load(source: Callable[[Fetch], Any], fetch: Fetch) -> Any:
    """A batch from a source. An error says which batch it was."""
    with fetch:
        try:
            return fetch.whole(source)
        except Exception as error:
            error.add_note(f"It happened while batch {fetch.task.number} was loaded{which(fetch.task.indices)}.")
            raise


def which(indices: Any) -> str:
    """`, of the samples 3, 1`, for a message; nothing for a stream, whose samples have no numbers."""
    if not isinstance(indices, (list, np.ndarray)) or len(indices) == 0 or indices[0] is None:
        return ""
    shown = ", ".join(str(index) for index in indices[:10])
    return f", of the samples {shown}" + (f", … ({len(indices)} of them)" if len(indices) > 10 else "")
