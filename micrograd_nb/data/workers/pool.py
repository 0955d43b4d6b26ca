"""Several workers, and a pass through the dataset that they share: batch k is loaded by worker k % n."""

from __future__ import annotations

import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from ..fetch import Task
from ..source import Exhausted, which
from ..timeline import Span
from .work import Loaded, Pass, Wanted

POLL = 0.5  # seconds between two looks at whether time is up; Ctrl-C does not have to wait for it, save on Windows


class Worker(Protocol):
    """A thread or a process."""

    name: str

    def start(self) -> None: ...
    def send(self, message: Pass | Wanted) -> None: ...
    def receive(self, seconds: float) -> Loaded | None: ...
    def close(self) -> Callable[[], None]: ...


class Pool:
    """Workers for one loader. `close()` stops them, as does the end of the loader or of Python; nothing is left then.

    A worker hands its batches over in the order in which they were sent to it, and batches go round the workers in
    turn. So the next batch is always the next one of a known worker, and nothing has to be sorted.
    """

    def __init__(self, loader: object, make: Callable[[int, int], Worker], num_workers: int) -> None:
        self._passes = 0
        self._workers: list[Worker] = []
        self._stop = weakref.finalize(loader, _stop, self._workers)
        try:
            for number in range(num_workers):
                worker = make(number, num_workers)
                self._workers.append(worker)
                worker.start()
        except BaseException:
            self.close()
            raise

    def batches(
        self, tasks: Iterable[Task], seed: int, ahead: int, timeout: float, epoch: int | None
    ) -> Iterator[tuple[Any, tuple[Span, ...]]]:
        """The batches of a pass, in order, with what the workers noted.

        Arguments:
            ahead: how many batches each worker loads ahead. So there are never more than `ahead` × workers of them,
                beside the one that was given last.
        """
        self._passes += 1
        for worker in self._workers:
            worker.send(Pass(self._passes, seed, epoch))
        turns, tasks = deque(self._workers), iter(tasks)
        wanted: deque[tuple[Worker, Task]] = deque()
        for _ in range(ahead * len(turns)):
            self._send_next(tasks, turns, wanted)
        while wanted:
            worker, task = wanted.popleft()
            loaded = self._wait_for(worker, task, timeout)
            if isinstance(loaded.batch, Exhausted):
                if worker in turns:
                    turns.remove(worker)
                continue
            self._send_next(tasks, turns, wanted)
            yield loaded.batch, loaded.spans

    @property
    def is_open(self) -> bool:
        """Whether the workers can be used."""
        return self._stop.alive

    def close(self) -> None:
        """Stops all workers, and waits until they have stopped."""
        self._stop()

    def _send_next(self, tasks: Iterator[Task], turns: deque[Worker], wanted: deque[tuple[Worker, Task]]) -> None:
        if turns and (task := next(tasks, None)) is not None:
            worker = turns.popleft()
            turns.append(worker)
            worker.send(Wanted(self._passes, task))
            wanted.append((worker, task))

    def _wait_for(self, worker: Worker, task: Task, timeout: float) -> Loaded:
        """The next batch of this pass from a worker. What an earlier pass has left behind is thrown away."""
        deadline = time.monotonic() + timeout if timeout else float("inf")
        while True:
            loaded = _received(worker, task, min(POLL, max(0.0, deadline - time.monotonic())))
            if loaded is not None and loaded.pass_number == self._passes:
                break
            if loaded is None and time.monotonic() >= deadline:
                raise RuntimeError(
                    f"DataLoader timed out after {timeout:g} seconds: {worker.name} has not loaded batch "
                    f"{task.number} in that time. Give it more with a larger timeout=, or let it load less at once."
                )
        if loaded.error is None:
            return loaded
        error = loaded.error
        error.add_note(f"Caught {type(error).__name__} in DataLoader {worker.name}.")
        try:
            raise error
        finally:
            del error, loaded  # else the error would hold its traceback, that this frame, and that the error


def _received(worker: Worker, task: Task, seconds: float) -> Loaded | None:
    try:
        return worker.receive(seconds)
    except RuntimeError as error:
        error.add_note(f"It was to load batch {task.number}{which(task.indices)}.")
        raise


def _stop(workers: list[Worker]) -> None:
    waits = [worker.close() for worker in workers]  # all are told before one is waited for
    for wait in waits:
        wait()
    workers.clear()
