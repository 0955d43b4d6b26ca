"""What goes wrong in workers is told, and whatever happens, nothing of them is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import traceback
from itertools import islice

import pytest

from micrograd_nb.data import DataLoader
from tests import ROOT
from tests.data.loading import (
    KINDS,
    Choosy,
    Dying,
    Exiting,
    Failing,
    Homes,
    Locks,
    Opened,
    Picky,
    Slow,
    Squares,
    Stream,
    census,
    loader,
)

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc, which Linux has")


@pytest.fixture(autouse=True)
def _nothing_is_left():
    """After each test here, no thread, process, shared memory or open file more than before."""
    before = census()
    yield
    after = census()
    assert after[0] <= before[0], "threads are left"
    assert after[1] <= before[1], "processes are left"
    assert after[2] == before[2], "shared memory is left"
    assert after[3] <= before[3], "open files are left"


def told(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


# -- errors of the dataset ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "kind"), [(0, None), (2, None), (2, "spawn")])
def test_an_error_comes_with_its_traceback_worker_batch_and_index(workers: int, kind: str | None) -> None:
    error = FileNotFoundError(2, "no such file", "cat.jpg")
    batches = loader(Failing(20, at=13, error=error), workers, kind, batch_size=4)
    seen: list[list[int]] = []
    with pytest.raises(FileNotFoundError, match="no such file") as caught:
        seen.extend(batch.tolist() for batch in batches)
    assert seen == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert caught.value.filename == "cat.jpg"
    text = told(caught.value)
    assert "raise self.error" in text
    assert "This was sample 13 of Failing." in text
    assert "It happened while batch 3 was loaded, of the samples 12, 13, 14, 15." in text
    what = "a thread" if kind is None else r"a process, pid \d+"
    found = re.search(rf"Caught FileNotFoundError in DataLoader worker 1 \({what}\)\.", text)
    assert bool(found) == (workers > 0)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_that_cannot_be_pickled_is_told_all_the_same(kind: str | None) -> None:
    batches = loader(Choosy(4), 2, kind)
    with pytest.raises((Picky, RuntimeError), match="this and that") as caught:
        list(batches)
    assert "This was sample 0 of Choosy." in told(caught.value)
    assert "Picky" in told(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [KeyError("label"), SystemExit(3), KeyboardInterrupt(), StopIteration()])
def test_whatever_is_raised_arrives(kind: str | None, error: BaseException) -> None:
    with pytest.raises((type(error), RuntimeError)) as caught:
        list(loader(Failing(4, at=2, error=error), 2, kind))
    assert type(error).__name__ in told(caught.value)


def bad_collate(samples):
    raise ValueError("these do not go together")


def bad_start(worker: int) -> None:
    raise OSError(f"no database for {worker}")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_collate_fn_names_the_batch(kind: str | None) -> None:
    with pytest.raises(ValueError, match="do not go together") as caught:
        list(loader(Squares(6), 2, kind, batch_size=3, collate_fn=bad_collate))
    assert "It happened while batch 0 was loaded, of the samples 0, 1, 2." in told(caught.value)


def test_a_ragged_batch_names_the_samples_of_the_dataset() -> None:
    dataset = [[1, 2], [3, 4], [5]]
    with pytest.raises(RuntimeError, match="samples 0, 2 have length 2 and sample 1 has length 1") as caught:
        list(DataLoader(dataset, batch_size=3, sampler=[1, 2, 0]))
    assert "of the samples 1, 2, 0." in told(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_worker_init_fn(kind: str | None) -> None:
    with pytest.raises(OSError, match="no database for 0") as caught:
        list(loader(Squares(6), 2, kind, worker_init_fn=bad_start))
    assert "It happened in worker_init_fn(0)." in told(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_persistent_workers_start_anew_after_an_error(kind: str | None) -> None:
    batches = loader(Failing(6, at=4, error=ValueError("bad")), 2, kind, persistent_workers=True)
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            list(batches)


# -- workers that die, hang, or cannot be sent what they need ----------------------------------------------------------


@pytest.mark.parametrize(
    ("dataset", "match"),
    [
        (Dying(20), r"DataLoader worker 0 \(a process, pid \d+\) is killed by signal: SIGKILL\. .*smaller batches"),
        (Exiting(20), r"DataLoader worker 0 \(a process, pid \d+\) exited unexpectedly with exit code 7\."),
    ],
)
def test_a_process_that_dies_is_an_error_within_seconds(dataset, match: str) -> None:
    start = time.monotonic()
    seen: list[list[int]] = []
    with pytest.raises(RuntimeError, match=match) as caught:
        seen.extend(batch.tolist() for batch in loader(dataset, 2, "spawn", batch_size=2))
    assert seen == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert "It was to load batch 4, of the samples 8, 9." in told(caught.value)
    assert time.monotonic() - start < 10


def test_a_process_that_is_killed_from_outside_while_nothing_is_loaded() -> None:
    batches = loader(Squares(50), 2, "spawn", prefetch_factor=1)
    passing = iter(batches)
    next(passing)
    time.sleep(0.2)
    for pid in census()[1]:
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="is killed by signal: SIGKILL"):
        list(passing)


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_that_takes_too_long(kind: str | None) -> None:
    batches = loader(Slow(4, 1.5), 2, kind, timeout=0.5)
    with pytest.raises(RuntimeError, match=r"timed out after 0\.5 seconds: worker 0 .* has not loaded batch 0"):
        list(batches)


def test_a_timeout_is_for_each_batch() -> None:
    assert len(list(DataLoader(Slow(6, 0.2), num_workers=1, timeout=0.9))) == 6


def test_a_process_that_is_busy_with_one_sample_is_ended(monkeypatch) -> None:
    from micrograd_nb.data.workers import process

    monkeypatch.setattr(process, "PATIENCE", 0.5)
    passing = iter(loader(Slow(10, 60), 1, "spawn", timeout=1))
    with pytest.raises(RuntimeError, match="timed out"):
        next(passing)


def test_a_thread_that_is_busy_with_one_sample_is_reported(monkeypatch) -> None:
    from micrograd_nb.data.workers import thread

    monkeypatch.setattr(thread, "PATIENCE", 0.1)
    passing = iter(DataLoader(Slow(10, 1), num_workers=1, timeout=0.1))
    with pytest.warns(RuntimeWarning, match=r"worker 0 \(a thread\) does not stop"), pytest.raises(RuntimeError):
        next(passing)
    deadline = time.monotonic() + 10
    while any("DataLoader" in thread.name for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_dataset_that_cannot_be_pickled_says_what_of_it() -> None:
    batches = loader(Opened(4), 2, "spawn")
    with pytest.raises(RuntimeError, match=r"dataset, Opened, cannot be sent .* attribute 'lock' \(lock\).*threads"):
        list(batches)
    assert len(list(DataLoader(Opened(4), num_workers=2))) == 4


def test_a_collate_fn_that_cannot_be_pickled() -> None:
    generator = (i for i in range(3))
    with pytest.raises(RuntimeError, match="collate_fn, function, cannot be sent to a worker process"):
        list(loader(Squares(3), 1, "spawn", collate_fn=lambda samples: next(generator)))


class NotMadeAgain(Squares):
    """Can be pickled, and not unpickled."""

    def __setstate__(self, state: object) -> None:
        raise ImportError("the library of this dataset is missing")


def test_a_dataset_that_cannot_be_unpickled() -> None:
    with pytest.raises(ImportError, match="is missing") as caught:
        list(loader(NotMadeAgain(3), 2, "spawn"))
    assert "unpickled in the worker process" in told(caught.value)


@pytest.mark.parametrize(
    ("dataset", "error", "match", "note"),
    [
        (Locks(4), TypeError, "cannot pickle", "The batch cannot be sent from the worker process: list."),
        (Homes(4), ImportError, "not at home", "It happened when a batch from a worker process was unpickled."),
    ],
)
def test_a_batch_that_cannot_be_sent(dataset, error, match: str, note: str) -> None:
    with pytest.raises(error, match=match) as caught:
        list(loader(dataset, 2, "spawn", collate_fn=list))
    assert note in told(caught.value)


# -- nothing is left: see the fixture above ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dataset", [Slow(100, 0.001), Stream(100)], ids=["samples", "stream"])
def test_leaving_early(dataset, kind: str | None) -> None:
    batches, before = loader(dataset, 2, kind, batch_size=2), census()
    for batch in batches:
        if batch[0] == 4:
            break
    assert census()[:2] == before[:2]  # although the loader is still there


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_in_the_loop(kind: str | None) -> None:
    """Nothing is left although the error, and so the frame of the loop, is still at hand."""
    before = census()

    def train() -> None:
        for number, _ in enumerate(loader(Slow(100, 0.001), 2, kind)):
            if number == 3:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        train()
    assert census()[:2] == before[:2]
    assert caught.tb is not None


@pytest.mark.parametrize("kind", KINDS)
def test_an_iterator_that_nobody_finishes(kind: str | None) -> None:
    batches, before = loader(Squares(100), 2, kind), census()
    passing = iter(batches)
    next(passing)
    del passing
    assert census()[:2] == before[:2]


@pytest.mark.parametrize("kind", KINDS)
def test_persistent_workers_end_with_their_loader(kind: str | None) -> None:
    batches = loader(Squares(100), 2, kind, persistent_workers=True)
    before = census()
    for _ in range(2):
        list(islice(batches, 5))
        assert len(census()[0]) == len(before[0]) + 2
    del batches


@pytest.mark.parametrize(
    ("kind", "epochs", "options"),
    [
        (None, 200, {}),
        ("spawn", 15, {}),
        (None, 200, {"persistent_workers": True}),
        ("spawn", 200, {"persistent_workers": True}),
    ],
    ids=["threads", "processes", "persistent threads", "persistent processes"],
)
def test_epochs_with_early_exits_leak_nothing(kind: str | None, epochs: int, options: dict) -> None:
    batches = loader(Squares(60), 2, kind, batch_size=3, shuffle=True, **options)
    list(islice(batches, 2))
    before = census()
    for epoch in range(epochs):
        for _ in islice(batches, epoch % 7):
            pass
    assert census() == before


SCRIPT = """
import os, sys, threading, time
import micrograd_nb as mg

print("the program runs", flush=True)

class Slow(mg.data.Dataset):  # defined in the program itself, and nothing guards what follows
    def __len__(self):
        return 100000
    def __getitem__(self, index):
        time.sleep(0.01)
        return index

loader = mg.data.DataLoader(Slow(), batch_size=2, num_workers=2, multiprocessing_context={kind!r})
{loop}
"""

LOOP = """
for number, batch in enumerate(loader):
    if number == 3:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            print("loading", *children.read().split(), flush=True)
"""


def start_script(kind: str | None, loop: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SCRIPT.replace("{kind!r}", repr(kind)).replace("{loop}", loop)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until_loading(script: subprocess.Popen[str]) -> list[int]:
    """The processes of the workers."""
    assert script.stdout is not None
    for line in script.stdout:
        if line.startswith("loading"):
            return [int(pid) for pid in line.split()[1:]]
    raise AssertionError(script.communicate()[1])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pids: list[int], seconds: float = 8) -> bool:
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(is_alive, pids))


@pytest.mark.parametrize("kind", KINDS)
def test_ctrl_c_ends_the_program_and_its_workers(kind: str | None) -> None:
    script = start_script(kind, LOOP)
    pids = until_loading(script)
    assert len(pids) == (0 if kind is None else 2)
    os.killpg(script.pid, signal.SIGINT)  # as a terminal does: to all processes of the group
    _, errors = script.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert errors.count("Traceback") == 1, errors
    assert gone(pids)


def test_workers_end_when_the_program_is_killed() -> None:
    script = start_script("spawn", LOOP)
    pids = until_loading(script)
    assert len(pids) == 2
    script.kill()
    script.communicate()
    assert gone(pids)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("persistent", [False, True])
def test_a_program_can_end_in_the_middle_of_a_pass(kind: str | None, persistent: bool) -> None:
    """With the iterator still at hand, and the program not run a second time by its workers."""
    loop = "loader.persistent_workers or None\npassing = iter(loader)\nprint(next(passing).tolist())\n"
    if persistent:
        loop = loop.replace("loader.persistent_workers or None", "vars(loader)['persistent_workers'] = True")
    script = start_script(kind, loop)
    output, errors = script.communicate(timeout=20)
    assert output == "the program runs\n[0, 1]\n"
    assert errors == ""
    assert script.returncode == 0
