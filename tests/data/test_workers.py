"""Workers: the same batches as without, whoever loads them, and no more than wanted at a time."""

from __future__ import annotations

import os
import threading
import time
from collections import namedtuple
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, Dataset, TensorDataset, get_worker_info
from tests.data.loading import (
    KINDS,
    Asked,
    Images,
    Noisy,
    NoisyStream,
    Slow,
    Squares,
    Stream,
    loader,
)

WORKERS = [(1, None), (2, None), (4, None), (1, "spawn"), (2, "spawn"), (4, "spawn")]


def plain(batch):
    """Batches as lists."""
    return [plain(part) for part in batch] if isinstance(batch, (list, tuple)) else batch.tolist()


def two_epochs(dataset, workers: int, kind: str | None, **options) -> list:
    mg.manual_seed(3)
    batches = loader(dataset, workers, kind, **options)
    return [plain(list(batches)), plain(list(batches))]


# -- the same batches --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "kind"), WORKERS)
def test_batches_and_augmentation_are_those_without_workers(workers: int, kind: str | None) -> None:
    options = {"batch_size": 3, "shuffle": True}
    without = two_epochs(Noisy(20), 0, None, **options)
    assert two_epochs(Noisy(20), workers, kind, **options) == without
    assert without[0] != without[1]


@pytest.mark.parametrize(("workers", "kind"), WORKERS)
def test_a_dataset_that_fetches_batches_gives_them_in_order(workers: int, kind: str | None) -> None:
    dataset = TensorDataset(mg.arange(22).reshape(11, 2), mg.arange(11))
    for shuffle in (False, True):
        options = {"batch_size": 4, "shuffle": shuffle, "drop_last": True}
        assert two_epochs(dataset, workers, kind, **options) == two_epochs(dataset, 0, None, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_persistent_workers_give_the_same(kind: str | None) -> None:
    options = {"batch_size": 3, "shuffle": True}
    assert two_epochs(Noisy(20), 2, kind, persistent_workers=True, **options) == two_epochs(
        Noisy(20), 0, None, **options
    )


def test_the_augmentation_of_a_sample_does_not_depend_on_the_batch_size() -> None:
    def noise(batch_size: int) -> list:
        mg.manual_seed(5)
        batches = DataLoader(Noisy(12), batch_size, shuffle=True)
        return [
            (i, noise.tolist())
            for indices, noises in batches
            for i, noise in zip(indices.tolist(), noises, strict=True)
        ]

    assert noise(1) == noise(5) == noise(12)


def test_a_sample_that_comes_twice_is_augmented_in_two_ways() -> None:
    ((_, noise),) = DataLoader(Noisy(2), batch_size=2, sampler=[1, 1])
    assert noise[0].tolist() != noise[1].tolist()


def test_a_generator_repeats_order_and_augmentation() -> None:
    def epoch(seed: int) -> list:
        generator = mg.Generator().manual_seed(seed)
        return plain(list(DataLoader(Noisy(9), 2, shuffle=True, num_workers=2, generator=generator)))

    assert epoch(1) == epoch(1)
    assert epoch(1) != epoch(2)


def test_a_part_of_a_dataset_is_augmented_sample_by_sample() -> None:
    part = mg.data.Subset(Noisy(10), [7, 7, 7])
    (batch,) = DataLoader(part, batch_size=3)
    assert len({tuple(noise) for noise in batch[1].tolist()}) == 3


def test_the_program_draws_the_same_whatever_the_workers_do() -> None:
    def after(workers: int) -> float:
        mg.manual_seed(2)
        for _ in DataLoader(Noisy(20), 3, shuffle=True, num_workers=workers):
            mg.rand(1)
        return mg.rand(1).item()

    assert after(0) == after(2)


# -- what comes through ------------------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "x y")


class Everything(Squares):
    """A sample of every kind that can be collated."""

    def __getitem__(self, index: int):
        return {
            "tensor": mg.full((2, 3), index),
            "view": np.arange(12.0).reshape(3, 4).T[:, 1:] + index,
            "empty": np.zeros((0, 3), np.uint8),
            "scalar": mg.tensor(index),
            "name": f"sample {index}",
            "pair": Pair(index, float(index)),
            "bool": index % 2 == 0,
        }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_batch_comes_through(kind: str | None) -> None:
    for ours, theirs in zip(loader(Everything(6), 2, kind, batch_size=2), DataLoader(Everything(6), 2), strict=True):
        assert ours.keys() == theirs.keys()
        assert type(ours["pair"]) is Pair
        for key, value in theirs.items():
            assert type(ours[key]) is type(value)
            assert str(ours[key]) == str(value)
            assert getattr(ours[key], "dtype", None) == getattr(value, "dtype", None)
            assert getattr(ours[key], "shape", None) == getattr(value, "shape", None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_can_be_changed_and_kept(kind: str | None) -> None:
    batches = list(loader(Images(8, (50, 50)), 1, kind, batch_size=2))
    for number, batch in enumerate(batches):
        assert batch[:, 0, 0].tolist() == [2 * number, 2 * number + 1]
        batch.zero_()
    assert all((batch == 0).all() for batch in batches)


@pytest.mark.parametrize("kind", KINDS)
def test_single_samples_without_batches(kind: str | None) -> None:
    samples = list(loader(Images(5, (2,)), 2, kind, batch_size=None, shuffle=True, generator=mg.Generator()))
    assert [type(sample) for sample in samples] == [mg.Tensor] * 5
    assert sorted(sample[0].item() for sample in samples) == [0, 1, 2, 3, 4]


def test_an_array_of_a_dataset_is_not_sent_to_each_worker() -> None:
    """They share its memory, and each sees the array as it was, changed by itself alone."""

    class Large(Dataset[int]):
        def __init__(self) -> None:
            self.table = np.ones(10_000_000)

        def __len__(self) -> int:
            return 6

        def __getitem__(self, index: int) -> float:
            self.table[0] += 1
            return self.table[0]

    dataset = Large()
    values = [value.item() for value in loader(dataset, 3, "spawn")]
    assert values == [2.0] * 3 + [3.0] * 3
    assert dataset.table[0] == 1.0


def test_a_dataset_larger_than_the_memory_that_can_be_shared(monkeypatch) -> None:
    """Then batches and dataset go through the pipe."""
    from micrograd_nb.data.workers import shared_memory

    def no_space(number: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shared_memory, "_grow", no_space)
    batches = loader(TensorDataset(mg.arange(6)), 2, "spawn", batch_size=2)
    assert [batch[0].tolist() for batch in batches] == [[0, 1], [2, 3], [4, 5]]


# -- who loads ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_workers_know_who_they_are(kind: str | None) -> None:
    batches = list(loader(Asked(12), 3, kind, batch_size=2))
    assert [batch[0].tolist() for batch in batches] == [[k % 3] * 2 for k in range(6)]  # in turn
    assert all(batch[1].tolist() == [3, 3] for batch in batches)
    seeds = {batch[0][0].item(): batch[2][0].item() for batch in batches}
    assert [seeds[k] - seeds[0] for k in range(3)] == [0, 1, 2]
    assert all(all(batch[3].tolist()) for batch in batches)
    pids = {batch[4][0].item() for batch in batches}
    assert pids == {os.getpid()} if kind is None else len(pids) == 3 and os.getpid() not in pids


def test_nobody_is_a_worker_outside() -> None:
    assert get_worker_info() is None
    list(DataLoader(Squares(3), num_workers=2))
    assert get_worker_info() is None
    with pytest.raises(AttributeError, match="NoneType"):
        list(DataLoader(Asked(3)))


def _mark(worker: int) -> None:
    get_worker_info().dataset.n = 100 + worker


class Marked(Squares):
    def __getitem__(self, index: int) -> int:
        return self.n


@pytest.mark.parametrize("kind", KINDS)
def test_worker_init_fn_changes_the_dataset_of_its_worker_alone(kind: str | None) -> None:
    dataset = Marked(6)
    values = [value.item() for value in loader(dataset, 2, kind, worker_init_fn=_mark)]
    assert values == [100, 101, 100, 101, 100, 101]
    assert dataset.n == 6


def test_worker_init_fn_is_called_once_for_persistent_workers() -> None:
    calls = []
    batches = DataLoader(Squares(4), num_workers=2, worker_init_fn=calls.append, persistent_workers=True)
    assert len(list(batches)) == len(list(batches)) == 4
    assert sorted(calls) == [0, 1]


def test_processes_seed_the_random_numbers_of_other_libraries() -> None:
    class Others(Squares):
        def __getitem__(self, index: int):
            import random

            return random.random(), np.random.random(), mg.rand(1)  # noqa: NPY002

    first = two_epochs(Others(4), 2, "spawn")
    assert first == two_epochs(Others(4), 2, "spawn")
    assert len({str(sample) for epoch in first for sample in epoch}) == 8


# -- in parallel, and not more than wanted -----------------------------------------------------------------------------


def test_threads_load_at_the_same_time() -> None:
    """Each waits for the other, which comes only if both load at once."""

    class Meeting(Squares):
        barrier = threading.Barrier(2)

        def __getitem__(self, index: int) -> int:
            self.barrier.wait(10)
            return index

    assert [batch.item() for batch in DataLoader(Meeting(6), num_workers=2)] == [0, 1, 2, 3, 4, 5]


def test_processes_load_at_the_same_time(tmp_path) -> None:
    class Meeting(Squares):
        def __getitem__(self, index: int) -> int:
            (tmp_path / str(index)).touch()
            deadline = time.monotonic() + 10
            while not (tmp_path / str(index ^ 1)).exists():
                assert time.monotonic() < deadline
                time.sleep(0.001)
            return index

    assert [batch.item() for batch in loader(Meeting(4), 2, "spawn")] == [0, 1, 2, 3]


@pytest.mark.parametrize(("workers", "factor"), [(1, 1), (2, 2), (3, 4)])
def test_no_more_is_loaded_ahead_than_wanted(workers: int, factor: int) -> None:
    loaded = []

    class Counted(Squares):
        def __getitem__(self, index: int) -> int:
            loaded.append(index)
            return index

    batches = iter(DataLoader(Counted(100), num_workers=workers, prefetch_factor=factor))
    for given in range(1, 6):
        next(batches)
        time.sleep(0.02)
        assert len(loaded) <= given + workers * factor
    deadline = time.monotonic() + 10
    while len(loaded) < 5 + workers * factor and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(loaded) == 5 + workers * factor


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_bounded_by_what_is_loaded_ahead(kind: str | None) -> None:
    """Batches of 8 MB that nobody keeps: 50 of them never take more than a few."""

    def resident() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    before, most = resident(), 0.0
    for _ in loader(Images(100, (1000, 1000)), 2, kind, batch_size=2, prefetch_factor=1):
        most = max(most, resident())
    assert most - before < 150


def test_a_second_pass_can_begin_before_the_first_has_ended() -> None:
    for persistent in (False, True):
        batches = DataLoader(Squares(5), num_workers=2, persistent_workers=persistent)
        pairs = [(a[0].item(), b[0].item()) for a, b in zip(batches, batches, strict=True)]
        assert pairs == [(i, i) for i in range(5)]


@pytest.mark.parametrize("kind", KINDS)
def test_persistent_workers_forget_a_pass_that_was_left(kind: str | None) -> None:
    batches = loader(Asked(40), 2, kind, persistent_workers=True)
    first = [sample[4].item() for sample in islice(batches, 3)]
    again = list(batches)
    assert len(again) == 40
    assert {sample[4].item() for sample in again} == set(first)
    batches = loader(Squares(40), 2, kind, persistent_workers=True)
    for _ in range(3):
        assert [sample[0].item() for sample in islice(batches, 5)] == [0, 1, 2, 3, 4]
        time.sleep(0.05)  # what was loaded ahead lies there


# -- streams -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "kind"), [(0, None), (1, None), (2, None), (3, None), (2, "spawn")])
@pytest.mark.parametrize("drop_last", [False, True])
def test_workers_share_a_stream_in_turn(workers: int, kind, drop_last: bool) -> None:
    ours = loader(Stream(11), workers, kind, batch_size=2, drop_last=drop_last)
    theirs = [range(worker, 11, max(1, workers)) for worker in range(max(1, workers))]
    batches = [[list(share[i : i + 2]) for i in range(0, len(share), 2)] for share in theirs]
    full = [[batch for batch in share if len(batch) == 2 or not drop_last] for share in batches]
    wanted = [share[k] for k in range(max(map(len, full))) for share in full if k < len(share)]
    assert [batch.tolist() for batch in ours] == wanted


def test_a_stream_that_asks_nobody_comes_once_for_each_worker() -> None:
    numbers = [n for batch in DataLoader(Stream(4, is_shared=False), 2, num_workers=2) for n in batch.tolist()]
    assert sorted(numbers) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_stream_has_random_numbers_that_a_seed_repeats() -> None:
    for workers in (0, 1, 2):
        assert two_epochs(NoisyStream(7), workers, None) == two_epochs(NoisyStream(7), workers, None)
    assert two_epochs(NoisyStream(7), 0, None) == two_epochs(NoisyStream(7), 1, None)


def test_a_stream_without_batches() -> None:
    assert list(DataLoader(Stream(3), batch_size=None)) == [0, 1, 2]


def test_the_length_of_a_stream() -> None:
    for drop_last in (False, True):
        assert len(DataLoader(Stream(11), 2, drop_last=drop_last)) == (5 if drop_last else 6)
    with pytest.raises(TypeError):
        len(DataLoader(type("Endless", (mg.data.IterableDataset,), {})()))


# -- early exits -------------------------------------------------------------------------------------------------------


def test_after_an_early_exit_no_batch_is_loaded_to_its_end() -> None:
    loaded = []

    class Counted(Slow):
        def __getitem__(self, index: int) -> int:
            loaded.append(index)
            return super().__getitem__(index)

    for _ in DataLoader(Counted(1000, 0.001), batch_size=100, num_workers=2):
        break
    count = len(loaded)
    assert count < 300  # four batches had been asked for
    time.sleep(0.01)
    assert len(loaded) == count
