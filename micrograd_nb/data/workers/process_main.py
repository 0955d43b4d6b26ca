"""What runs in a worker process: `main` is called in a new Python, with the program at the other end of its pipes."""

from __future__ import annotations

import contextlib
import mmap
import os
import pickle
import random
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import IO, Any

import numpy as np

from ...tensors import manual_seed
from ..source import Job
from .pipe import read_message, write_message
from .shared_memory import Layout, SharedMemory, pack
from .thread import PATIENCE
from .work import Inbox, Loaded, Pass, Wanted, work


def main() -> None:
    """Gets a job, loads what is wanted of it, and ends when nobody is at the other end anymore."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    commands, results = _for_messages(0, "rb", os.open(os.devnull, os.O_RDONLY)), _for_messages(1, "wb", 2)
    first = read_message(commands)
    if first is None:
        return
    worker, num_workers, job_memory, memory, layout, pickled = pickle.loads(first)
    inbox, taken = Inbox(), threading.Semaphore(1)
    threading.Thread(target=_listen, args=(commands, inbox, taken, worker), daemon=True).start()
    hand_over = _Sender(results, None if memory is None else SharedMemory(memory), taken)
    try:
        job = _job(job_memory, layout, pickled)
    except BaseException as error:
        error.add_note("It happened when the dataset was unpickled in the worker process.")
        _refuse(inbox, hand_over, error)
    else:
        with contextlib.suppress(BrokenPipeError):  # the program is gone, and does not miss what it does not get
            work(job, worker, num_workers, inbox, hand_over)


def _for_messages(number: int, mode: str, instead: int) -> Any:
    """The pipe that is standard input or output, for messages alone. What a dataset prints goes to standard error."""
    pipe = os.fdopen(os.dup(number), mode)
    os.dup2(instead, number)
    return pipe


def _listen(commands: IO[bytes], inbox: Inbox, taken: threading.Semaphore, worker: int) -> None:
    """Takes in what the program sends: in a thread, so that a new pass can stop the batch that is being loaded."""
    while (message := read_message(commands)) is not None:
        match pickle.loads(message):
            case "taken":
                taken.release()
            case Pass() as new:
                _seed(new.seed + worker)
                inbox.put(new)
            case Wanted() as wanted:
                inbox.put(wanted)
    inbox.close()
    taken.release()
    threading.Event().wait(PATIENCE)
    os._exit(1)  # the program is gone, or does not wait any longer, and the dataset is still busy with one sample


def _job(number: int | None, layout: Any, pickled: bytes) -> Job:
    """The job, with its arrays in memory that all workers see. What one of them changes it alone sees changed."""
    if number is None:
        return pickle.loads(pickled)
    memory = SharedMemory(number)
    try:
        return pickle.loads(pickled, buffers=memory.views(layout, mmap.ACCESS_COPY))
    finally:
        memory.close()


def _seed(seed: int) -> None:
    """Random numbers that a dataset draws without a generator: the same in each run, and others in each worker."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))  # noqa: NPY002 - datasets may use the old functions, which share this state
    manual_seed(seed)


def _refuse(inbox: Inbox, hand_over: Callable[[Loaded], None], error: BaseException) -> None:
    while (message := inbox.get()) is not None:
        if isinstance(message, Wanted):
            hand_over(Loaded(message.pass_number, None, error))


class _Sender:
    """Hands batches over to the program."""

    def __init__(self, results: IO[bytes], memory: SharedMemory | None, taken: threading.Semaphore) -> None:
        self._results = results
        self._memory = memory
        self._taken = taken  # free when the program has taken the last batch out of the memory

    def __call__(self, loaded: Loaded) -> None:
        if loaded.error is not None:
            loaded = replace(loaded, error=_fit_to_travel(loaded.error))
        self._taken.acquire()
        start = perf_counter()
        layout, pickled = self._pack(loaded)
        if not layout:
            self._taken.release()
        sent = [replace(span, kind="send", sample=None, start=start, end=perf_counter()) for span in loaded.spans[-1:]]
        write_message(self._results, pickle.dumps((loaded.pass_number, layout, pickled, sent)))

    def _pack(self, loaded: Loaded) -> tuple[Layout, bytes]:
        try:
            return pack(loaded, self._memory)
        except Exception:  # something in it is of a class that the program has defined: cloudpickle sends it along
            import cloudpickle

            try:
                return pack(loaded, self._memory, cloudpickle.dumps)
            except Exception as error:
                error.add_note(f"The batch cannot be sent from the worker process: {type(loaded.batch).__name__}.")
                return pack(Loaded(loaded.pass_number, None, _fit_to_travel(error)), None)


def _fit_to_travel(error: BaseException) -> BaseException:
    """An error that can be pickled, with the traceback as a note, since a traceback cannot."""
    import cloudpickle

    notes = vars(error).pop("__notes__", [])
    told = "".join(traceback.format_exception(error))
    try:
        arrived = pickle.loads(cloudpickle.dumps(error))
    except Exception:
        arrived = RuntimeError(f"{type(error).__name__}: {error}")
    arrived.__notes__ = [*notes, f"The traceback in the worker process:\n{told}"]
    return arrived
