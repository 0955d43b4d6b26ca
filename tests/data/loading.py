"""Datasets for the tests of workers: a module of their own, so that a worker process imports little. And a census."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, Dataset, IterableDataset, get_worker_info

KINDS = [None, "spawn"]  # threads, processes


class Squares(Dataset[tuple[int, int]]):
    """Plain samples, with nothing that fetches many at once."""

    def __init__(self, n: int = 20) -> None:
        self.n = n

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, index: int) -> tuple[int, int]:
        return index, index**2


class Noisy(Squares):
    """Draws random numbers for each sample."""

    def __getitem__(self, index: int) -> tuple[int, mg.Tensor]:
        return index, mg.rand(3, generator=mg.data.sample_generator())


class Images(Squares):
    """Arrays that are large enough for memory to be seen."""

    def __init__(self, n: int, shape: tuple[int, ...]) -> None:
        super().__init__(n)
        self.shape = shape

    def __getitem__(self, index: int) -> np.ndarray:
        return np.full(self.shape, index, np.float32)


class Asked(Squares):
    """Tells who was asked: worker, its seed, whether the dataset is the worker's own."""

    def __getitem__(self, index: int) -> tuple[int, int, int, bool, int]:
        info = get_worker_info()
        return info.id, info.num_workers, info.seed, info.dataset is self, os.getpid()


class Failing(Squares):
    """Raises at one sample."""

    def __init__(self, n: int, at: int, error: BaseException) -> None:
        super().__init__(n)
        self.at, self.error = at, error

    def __getitem__(self, index: int) -> int:
        if index == self.at:
            raise self.error
        return index


class Picky(Exception):
    """Cannot be pickled and made again: it wants two arguments, and has one."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


class Choosy(Squares):
    """Raises what cannot be pickled and made again."""

    def __getitem__(self, index: int) -> int:
        raise Picky("this", "that")


class Locks(Squares):
    """Samples that cannot be pickled."""

    def __getitem__(self, index: int) -> Any:
        return threading.Lock()


class Homesick:
    """Can be unpickled in the process that pickled it, and in no other."""

    def __reduce__(self) -> Any:
        return _only_in, (os.getpid(),)


def _only_in(pid: int) -> Homesick:
    if os.getpid() != pid:
        raise ImportError("not at home")
    return Homesick()


class Homes(Squares):
    def __getitem__(self, index: int) -> Any:
        return Homesick()


class Dying(Squares):
    """Ends its own process at one sample, as a system that runs out of memory would."""

    def __getitem__(self, index: int) -> int:
        if index == 9:
            os.kill(os.getpid(), signal.SIGKILL)
        return index


class Exiting(Squares):
    """Leaves Python at one sample, without a word."""

    def __getitem__(self, index: int) -> int:
        if index == 9:
            os._exit(7)
        return index


class Slow(Squares):
    """Takes its time."""

    def __init__(self, n: int, seconds: float) -> None:
        super().__init__(n)
        self.seconds = seconds

    def __getitem__(self, index: int) -> int:
        time.sleep(self.seconds)
        return index


class Stream(IterableDataset[int]):
    """0, 1, …; of several workers, each gives its share."""

    def __init__(self, n: int, is_shared: bool = True) -> None:
        self.n, self.is_shared = n, is_shared

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[int]:
        info = get_worker_info()
        start, step = (info.id, info.num_workers) if info is not None and self.is_shared else (0, 1)
        return iter(range(start, self.n, step))


class NoisyStream(Stream):
    def __iter__(self) -> Iterator[Any]:
        return ((i, mg.rand(2, generator=mg.data.sample_generator())) for i in super().__iter__())


class Opened(Squares):
    """Holds what cannot be pickled."""

    def __init__(self, n: int) -> None:
        super().__init__(n)
        self.lock = threading.Lock()


def loader(dataset: Any, workers: int, kind: str | None, **options: Any) -> DataLoader:
    """A loader with workers of a kind; with none, of no kind."""
    return DataLoader(dataset, num_workers=workers, multiprocessing_context=kind if workers else None, **options)


def census() -> tuple[set[int], set[int], list[str], int]:
    """What could be left behind: threads, processes, shared memory, open files."""
    threads = {thread.ident for thread in threading.enumerate() if thread.ident is not None}
    children, files = set[int](), list[str]()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # the thread has just ended
            children |= {int(pid) for pid in (task / "children").read_text().split()}
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # that of this very loop
            files.append(str(link.readlink()))
    return threads, children, sorted(name for name in files if "/dev/shm" in name), len(files)
