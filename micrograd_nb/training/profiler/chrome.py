"""A profile as a file that trace viewers open: ui.perfetto.dev, chrome://tracing, TensorBoard's trace viewer.

The format is JSON, the Trace Event Format that Chrome began: a list of events, each with a phase `ph`, of which a
profile needs X (a span of time), C (a number that changes), M (the names of threads). Times are in microseconds.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.files import replacing
from .events import FunctionEvent

if TYPE_CHECKING:
    from .profile import profile

Changes = Iterable[tuple[float, int]]


def write_trace(
    path: str | os.PathLike[str], events: list[FunctionEvent], memory: Changes, about: dict[str, Any]
) -> None:
    """Writes a trace, compressed if the name ends in .gz. The file is whole or not there.

    Arguments:
        memory: when, in microseconds, and how many bytes the arrays take from then on.
        about: what is said of the trace as a whole.

    Raises:
        RuntimeError: there is no such folder.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise RuntimeError(f"Parent directory {target.parent} does not exist: make it first, or give another path")
    content = {"schemaVersion": 1, "displayTimeUnit": "ms", **about, "traceEvents": trace_events(events, memory)}
    text = json.dumps(content).encode()
    with replacing(target) as temporary:
        temporary.write_bytes(gzip.compress(text) if target.suffix == ".gz" else text)


def trace_events(events: list[FunctionEvent], memory: Changes) -> list[dict[str, Any]]:
    """The events in the form that viewers read."""
    process = os.getpid()
    return [*_names(events, process), *(_span(event, process) for event in events), *_memory(memory, process)]


def tensorboard_trace_handler(
    dir_name: str, worker_name: str | None = None, use_gzip: bool = False
) -> Callable[[profile], None]:
    """For `profile(on_trace_ready=...)`: writes each trace into a folder, which is made if it is not there.

    (PyTorch: torch.profiler.tensorboard_trace_handler)

    Arguments:
        worker_name: what the file's name begins with; the machine's name and the process, if it is not given.
        use_gzip: compress the files.
    """

    def write(prof: profile) -> None:
        folder = Path(dir_name)
        folder.mkdir(parents=True, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        name = f"{worker}.{time.time_ns()}.pt.trace.json"
        prof.export_chrome_trace(folder / (name + ".gz" if use_gzip else name))

    return write


def _names(events: list[FunctionEvent], process: int) -> Iterator[dict[str, Any]]:
    yield {"ph": "M", "name": "process_name", "pid": process, "tid": 0, "ts": 0, "args": {"name": "python"}}
    threads = {event.thread: event.thread_name for event in events}
    for i, (thread, name) in enumerate(threads.items()):
        known = {"ph": "M", "pid": process, "tid": thread, "ts": 0}
        yield {**known, "name": "thread_name", "args": {"name": name}}
        yield {**known, "name": "thread_sort_index", "args": {"sort_index": i}}


def _span(event: FunctionEvent, process: int) -> dict[str, Any]:
    more: dict[str, Any] = {"External id": event.id}
    if event.input_shapes:
        more["Input Dims"] = event.input_shapes
    if event.cpu_memory_usage:
        more["Bytes"] = event.cpu_memory_usage
    return {
        "ph": "X", "cat": event.kind, "name": event.name, "pid": process, "tid": event.thread,
        "ts": event.time_range.start, "dur": event.time_range.elapsed_us(), "args": more,
    }  # fmt: skip


def _memory(changes: Changes, process: int) -> Iterator[dict[str, Any]]:
    for moment, total in changes:
        yield {"ph": "C", "name": "memory", "pid": process, "tid": 0, "ts": moment, "args": {"bytes": total}}
