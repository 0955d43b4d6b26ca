"""A worker that is a thread of this process.

Threads are the default: they start at once, share the dataset's memory, and work in notebooks on every system. They
run at the same time wherever Python lets them: while NumPy, Pillow or the system works, but not Python itself.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Callable
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from ..dataset import Dataset
from ..source import Job
from .work import Inbox, Loaded, Pass, Wanted, work

PATIENCE = 5.0  # seconds to wait for a worker that is to stop


class ThreadWorker:
    """Loads batches in a thread. (The same methods as `ProcessWorker`.)"""

    def __init__(self, job: Job, number: int, num_workers: int) -> None:
        self.name = f"worker {number} (a thread)"
        self._inbox = Inbox()
        self._results: SimpleQueue[Loaded] = SimpleQueue()
        self._thread = threading.Thread(
            target=work,
            args=(replace(job, dataset=_own(job.dataset)), number, num_workers, self._inbox, self._results.put),
            name=f"DataLoader worker {number}",
            daemon=True,  # a sample that never comes must not keep Python from ending
        )

    def start(self) -> None:
        self._thread.start()

    def send(self, message: Pass | Wanted) -> None:
        """A pass begins, or a batch is wanted. Returns at once."""
        self._inbox.put(message)

    def receive(self, seconds: float) -> Loaded | None:
        """What the worker hands over next; None if nothing has come in time."""
        return received(self._results, seconds)

    def close(self) -> Callable[[], None]:
        """Tells the thread to stop after the sample that it is at. Returns a function that waits until it has."""
        self._inbox.close()
        return self._join

    def _join(self) -> None:
        if self._thread.is_alive():
            self._thread.join(PATIENCE)
        if self._thread.is_alive():
            warnings.warn(
                f"DataLoader {self.name} does not stop: it has been busy with one sample for more than {PATIENCE:g} s. "
                "It will stop when that sample has come. A thread cannot be ended from outside; a process can: "
                'multiprocessing_context="spawn".',
                RuntimeWarning,
                stacklevel=2,
            )


def received(results: SimpleQueue[Loaded], seconds: float) -> Loaded | None:
    """What comes next out of a queue; None if nothing has come in time."""
    try:
        return results.get(timeout=seconds)
    except Empty:
        return None


def _own(dataset: Any) -> Any:
    """A dataset for one worker, whose attributes nobody else sees, as a worker has in PyTorch."""
    if not isinstance(dataset, Dataset):
        return dataset  # a copy of a list or an array would cost time, and has no attributes to keep apart
    try:
        return copy.copy(dataset)
    except Exception:  # whatever a dataset's own __copy__ or __reduce__ raises
        return dataset
