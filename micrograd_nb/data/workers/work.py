"""What a worker does, be it a thread or a process: takes wanted batches out of its inbox, and hands them over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from ..fetch import NotWantedAnymore, Task, fetch_of
from ..source import Job, load
from ..timeline import Span
from .info import WorkerInfo, set_worker_info


@dataclass(frozen=True)
class Pass:
    """A pass through the dataset begins."""

    number: int  # 1, 2, …: the passes of these workers
    seed: int
    epoch: int | None  # that of the recording; None: nobody watches


@dataclass(frozen=True)
class Wanted:
    """A batch that a pass wants."""

    pass_number: int
    task: Task


@dataclass(frozen=True)
class Loaded:
    """A batch, or an error in its place."""

    pass_number: int
    batch: Any
    error: BaseException | None = None
    spans: tuple[Span, ...] = ()


class Inbox:
    """What a worker has to do. A new pass makes what the last one wanted void, also the batch that is being loaded."""

    def __init__(self) -> None:
        self._messages: SimpleQueue[Pass | Wanted | None] = SimpleQueue()
        self._latest = 0
        self.is_closed = False

    def put(self, message: Pass | Wanted) -> None:
        if isinstance(message, Pass):
            self._latest = message.number
        self._messages.put(message)

    def close(self) -> None:
        """The worker is to stop, after the sample that it is at."""
        self.is_closed = True
        self._messages.put(None)

    def get(self) -> Pass | Wanted | None:
        """The next message that still counts; None: stop."""
        while (message := self._messages.get()) is not None and not self.is_closed:
            if self.wants(message.number if isinstance(message, Pass) else message.pass_number):
                return message
        return None

    def wants(self, pass_number: int) -> bool:
        """Whether anybody still wants the batches of a pass."""
        return pass_number == self._latest and not self.is_closed


def work(job: Job, worker: int, num_workers: int, inbox: Inbox, hand_over: Callable[[Loaded], None]) -> None:
    """Loads what is wanted, until the inbox is closed. Errors are handed over, too: the loader raises them."""
    source: Any = None
    broken: BaseException | None = None  # why this worker cannot load anything
    current = Pass(0, 0, None)
    while (message := inbox.get()) is not None:
        if isinstance(message, Pass):
            current = message
            info = WorkerInfo(worker, num_workers, current.seed + worker, job.dataset)
            set_worker_info(info)
            if source is None and broken is None:
                broken = _begin(job, worker)
            source = job.source()
        elif broken is not None:
            hand_over(Loaded(current.number, None, broken))
        elif (loaded := _loaded(source, message.task, current, worker, inbox)) is not None:
            hand_over(loaded)


def _begin(job: Job, worker: int) -> BaseException | None:
    try:
        if job.worker_init_fn is not None:
            job.worker_init_fn(worker)
    except BaseException as error:
        error.add_note(f"It happened in worker_init_fn({worker}).")
        return error
    return None


def _loaded(source: Any, task: Task, current: Pass, worker: int, inbox: Inbox) -> Loaded | None:
    def is_wanted() -> bool:
        return inbox.wants(current.number)

    fetch = fetch_of(task, current.seed, current.epoch, worker, is_wanted)
    try:
        return Loaded(current.number, load(source, fetch), None, fetch.spans)
    except NotWantedAnymore:
        return None
    except BaseException as error:  # also SystemExit: a worker that ends without a word would leave the loader waiting
        return Loaded(current.number, None, error)
