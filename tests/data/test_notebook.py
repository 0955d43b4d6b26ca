"""Loaders in a notebook's kernel: datasets from cells, errors that are shown, and a stop button that stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from time import monotonic, sleep
from typing import Any

import pytest

from tests import ROOT

manager = pytest.importorskip("jupyter_client.manager", reason="jupyter_client is not installed")

KINDS = ["None", '"spawn"']

SETUP = """
import time
import micrograd_nb as mg

class Slow(mg.data.Dataset):  # lives in this cell alone
    def __init__(self, seconds):
        self.seconds = seconds

    def __len__(self):
        return 1000

    def __getitem__(self, index):
        if index == 500:
            raise ValueError("this one is broken")
        time.sleep(self.seconds)
        return index

def loader(kind, seconds=0.0):
    return mg.data.DataLoader(Slow(seconds), batch_size=4, num_workers=2, multiprocessing_context=kind)
"""


class Notebook:
    """A kernel, and what it answers."""

    def __init__(self, kernel: Any, client: Any) -> None:
        self.kernel, self.client = kernel, client

    def start(self, code: str) -> str:
        return self.client.execute(code)

    def result(self, request: str, until: str | None = None) -> str:
        """All that a cell shows, in plain text; or what it has shown when `until` comes."""
        shown, deadline = "", monotonic() + 30
        while monotonic() < deadline:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            shown += content.get("text", "") + "\n".join(content.get("traceback", ()))
            if content.get("execution_state") == "idle" or (until is not None and until in shown):
                return re.sub(r"\x1b\[[0-9;]*m", "", shown)
        raise AssertionError(f"the kernel says no more than {shown!r}")

    def run(self, code: str) -> str:
        return self.result(self.start(code))


@pytest.fixture(scope="module")
def notebook() -> Iterator[Notebook]:
    kernel = manager.KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(ROOT))
    client = kernel.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        notebook = Notebook(kernel, client)
        assert notebook.run(SETUP) == ""
        yield notebook
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def workers_of(notebook: Notebook) -> tuple[int, int]:
    """How many threads of loaders, and how many processes, the kernel has."""
    pid = int(notebook.run("import os, threading; print(os.getpid())"))
    threads = notebook.run("print(sum('DataLoader' in thread.name for thread in threading.enumerate()))")
    return int(threads), len(children_of(pid))


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


@pytest.mark.parametrize("kind", KINDS)
def test_a_dataset_from_a_cell(notebook: Notebook, kind: str) -> None:
    shown = notebook.run(f"print([batch.tolist() for batch, _ in zip(loader({kind}), range(3))])")
    assert shown == "[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]\n"
    assert workers_of(notebook) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_shown_with_the_line_and_the_sample(notebook: Notebook, kind: str) -> None:
    shown = notebook.run(f"for batch in loader({kind}): pass")
    # A process has no lines of the cell to show, but knows their number.
    assert ('raise ValueError("this one is broken")' if kind == "None" else "line 13, in __getitem__") in shown
    assert "ValueError: this one is broken" in shown
    assert "This was sample 500 of Slow." in shown
    assert "It happened while batch 125 was loaded, of the samples 500, 501, 502, 503." in shown
    assert re.search(r"Caught ValueError in DataLoader worker 1 \(a (thread|process, pid \d+)\)", shown)
    assert workers_of(notebook) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_stop_button_leaves_no_worker(notebook: Notebook, kind: str) -> None:
    request = notebook.start(
        f"for number, batch in enumerate(loader({kind}, 0.02)):\n    print('at', number, flush=True)"
    )
    notebook.result(request, until="at 2")
    notebook.kernel.interrupt_kernel()
    assert "KeyboardInterrupt" in notebook.result(request)
    assert workers_of(notebook) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_in_the_loop_leaves_no_worker(notebook: Notebook, kind: str) -> None:
    """Although the notebook keeps the traceback, for %debug."""
    shown = notebook.run(f"for batch in loader({kind}): 1 / 0")
    assert "ZeroDivisionError" in shown
    assert workers_of(notebook) == (0, 0)


def test_workers_end_with_the_kernel(notebook: Notebook) -> None:
    notebook.run('passing = iter(loader("spawn", 0.5)); next(passing)')
    pid = int(notebook.run("print(os.getpid())"))
    children = children_of(pid)
    assert len(children) == 2
    notebook.kernel.shutdown_kernel(now=True)
    deadline = monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children) and monotonic() < deadline:
        sleep(0.05)
    assert not any(Path(f"/proc/{child}").exists() for child in children)
