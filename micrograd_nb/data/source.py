"""Where a loader gets its batches from: a dataset, and what is to be done with its samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .collate import default_collate
from .dataset import IterableDataset
from .fetch import Collate, Fetch, batch_of, collate, samples_of


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
        return _Stream(self) if isinstance(self.dataset, IterableDataset) else self._load_by_index

    def _load_by_index(self, fetch: Fetch) -> Any:
        indices = fetch.task.indices
        if not self.in_batches:
            return collate(self.collate_fn, fetch.sample(self.dataset, indices))
        if self.collate_fn is default_collate:
            return batch_of(self.dataset, indices)
        return collate(self.collate_fn, samples_of(self.dataset, indices))


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
        return collate(self._job.collate_fn, samples if self._job.in_batches else samples[0])

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
            return fetch.whole(lambda: source(fetch))
        except Exception as error:
            error.add_note(f"It happened while batch {fetch.task.number} was loaded{which(fetch.task.indices)}.")
            raise


def which(indices: Any) -> str:
    """`, of the samples 3, 1`, for a message; nothing for a stream, whose samples have no numbers."""
    if not isinstance(indices, list) or None in indices:
        return ""
    shown = ", ".join(map(repr, indices[:10]))
    return f", of the samples {shown}" + (f", … ({len(indices)} of them)" if len(indices) > 10 else "")
