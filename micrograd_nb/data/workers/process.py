"""A worker that is a process of its own: for samples that keep Python itself busy, which threads cannot do at once.

The start method is "spawn": a new Python, which imports what it needs. "fork" would be quicker, but a forked process
has the locks of all threads of its parent and none of these threads, so it may wait for ever; and a notebook always has
threads.

The main program is not run again in the new Python, as it is with `multiprocessing`: the dataset comes pickled by
cloudpickle, which sends what was defined in a notebook or a script along with it. So a script needs no
`if __name__ == "__main__":`, and a dataset can be defined in a cell.

A batch comes back through shared memory, and so do the arrays of the dataset at the start: workers that only read them
use them together.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue
from typing import IO, Any

from ..source import Job
from .pipe import read_message, write_message
from .shared_memory import IS_POSSIBLE, SharedMemory, pack, unpack
from .thread import PATIENCE, received
from .work import Loaded, Pass, Wanted

THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class PickledJob:
    """A job on its way to worker processes, as a context: the workers are started inside it.

    Raises:
        RuntimeError: the dataset or another part of the job cannot be pickled; the message says which part.
    """

    def __init__(self, job: Job) -> None:
        import cloudpickle  # here, because to import micrograd_nb must not take the time to load it

        self.memory = SharedMemory() if IS_POSSIBLE else None
        try:
            self.layout, self.pickled = pack(job, self.memory, cloudpickle.dumps)
        except Exception as error:
            self.close()
            raise RuntimeError(_what_cannot_be_pickled(job, error, cloudpickle.dumps)) from error

    def __enter__(self) -> PickledJob:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        if self.memory is not None:
            self.memory.close()


class ProcessWorker:
    """Loads batches in a process. (The same methods as `ThreadWorker`.)"""

    def __init__(self, job: PickledJob, number: int, num_workers: int) -> None:
        self.name = f"worker {number} (a process)"
        self._job: PickledJob | None = job
        self._place = number, num_workers
        self._memory = SharedMemory() if IS_POSSIBLE else None
        self._results: SimpleQueue[Loaded] = SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._writing = threading.Lock()

    def start(self) -> None:
        assert self._job is not None
        job, self._job = self._job, None
        memories = [memory for memory in (job.memory, self._memory) if memory is not None]
        self._process = process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; from {_MAIN} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[memory.number for memory in memories],
            process_group=0 if IS_POSSIBLE else None,  # Ctrl-C is for the program alone, which then stops its workers
            env={**dict.fromkeys(THREAD_LIMITS, "1"), **os.environ},  # one worker, one core
        )
        self.name = f"{self.name.removesuffix(')')}, pid {process.pid})"
        assert process.stdin is not None
        assert process.stdout is not None
        numbers = [None if memory is None else memory.number for memory in (job.memory, self._memory)]
        self._write(pickle.dumps((*self._place, *numbers, job.layout, job.pickled)))
        self._reader = threading.Thread(
            target=_read, args=(process.stdout, self._memory, self._results.put, self._write), daemon=True
        )
        self._reader.start()

    def send(self, message: Pass | Wanted) -> None:
        """A pass begins, or a batch is wanted. Returns at once."""
        self._write(pickle.dumps(message))

    def receive(self, seconds: float) -> Loaded | None:
        """What the worker hands over next; None if nothing has come in time.

        Raises:
            RuntimeError: the process is gone.
        """
        loaded = received(self._results, seconds)
        if loaded is None and self._process is not None and self._process.poll() is not None:
            loaded = received(self._results, 0.1)  # what it had sent just before
            if loaded is None:
                raise RuntimeError(self._obituary(self._process.returncode))
        return loaded

    def close(self) -> Callable[[], None]:
        """Tells the process to stop after the sample that it is at. Returns a function that waits until it has."""
        if self._process is not None and self._process.stdin is not None:
            with self._writing:
                _close(self._process.stdin)
        return self._join

    def _join(self) -> None:
        if self._process is not None:
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._reader is not None:
                self._reader.join()
            if self._process.stdout is not None:
                self._process.stdout.close()
        if self._memory is not None:
            self._memory.close()

    def _write(self, message: bytes) -> None:
        """To a process that is gone nothing can be written; `receive` will tell."""
        assert self._process is not None
        assert self._process.stdin is not None
        with self._writing:
            try:
                write_message(self._process.stdin, message)
            except (BrokenPipeError, OSError, ValueError):
                return

    def _obituary(self, code: int) -> str:
        if code < 0:
            how = f"is killed by signal: {signal.Signals(-code).name}"
            why = (
                "A system that runs out of memory does that (SIGKILL): load smaller batches, or use fewer workers. "
                "SIGSEGV is an error in a library that is not written in Python."
            )
        else:
            how, why = f"exited unexpectedly with exit code {code}", "Something in the dataset ended the process."
        return f"DataLoader {self.name} {how}. {why} With num_workers=0 it would happen before your eyes."


def _read(stdout: IO[bytes], memory: SharedMemory | None, put: Callable[[Loaded], None], write: Any) -> None:
    """Takes in what a process sends, until it ends: in a thread, so that the process never waits for the program."""
    while (message := read_message(stdout)) is not None:
        pass_number, layout, pickled, sent = pickle.loads(message)
        try:
            loaded = unpack(layout, pickled, memory)
        except Exception as error:
            error.add_note("It happened when a batch from a worker process was unpickled.")
            loaded = Loaded(pass_number, None, error)
        if layout:
            write(pickle.dumps("taken"))  # the memory can be used again
        put(replace(loaded, spans=(*loaded.spans, *sent)) if sent else loaded)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be written cannot be: the process is gone
        return


def _what_cannot_be_pickled(job: Job, error: Exception, dumps: Callable[[Any], bytes]) -> str:
    parts = {"the dataset": job.dataset, "collate_fn": job.collate_fn, "worker_init_fn": job.worker_init_fn}
    culprit = next((name for name, part in parts.items() if not _can_be_pickled(part, dumps)), "the dataset")
    part = parts[culprit]
    attributes = [
        f"{name!r} ({type(value).__name__})"
        for name, value in getattr(part, "__dict__", {}).items()
        if not _can_be_pickled(value, dumps)
    ]
    where = f" because of its attribute {' and '.join(attributes)}" if attributes else ""
    return (
        f"{culprit}, {type(part).__name__}, cannot be sent to a worker process{where}: {error}. Open files and "
        "connections in the worker, when they are first needed or in worker_init_fn; or use threads, which share them: "
        "leave multiprocessing_context out."
    )


def _can_be_pickled(value: Any, dumps: Callable[[Any], bytes]) -> bool:
    try:
        dumps(value)
    except Exception:
        return False
    return True


_MAIN = f"{__package__}.process_main"
