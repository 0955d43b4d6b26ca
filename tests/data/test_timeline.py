"""The timeline of a loader: what it says happened, happened, and nothing is noted when nobody asked."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, TensorDataset, fetch
from tests.data.loading import Slow, Squares, Stream, loader

WORKERS = [(0, None), (2, None), (2, "spawn")]


def recorded(batches: DataLoader, epochs: int = 1):
    with batches.record() as recording:
        for _ in range(epochs):
            for _ in batches:
                time.sleep(0.002)
    return recording.timeline


@pytest.mark.parametrize(("workers", "kind"), WORKERS)
def test_everything_is_noted_once(workers: int, kind: str | None) -> None:
    timeline = recorded(loader(Squares(10), workers, kind, batch_size=3), epochs=2)
    for epoch in (1, 2):
        fetched = timeline.of(kind="fetch", epoch=epoch)
        assert sorted(span.sample for span in fetched) == list(range(10))
        assert all(span.batch == span.sample // 3 for span in fetched)
        for what in ("collate", "wait", "consume"):
            assert sorted(span.batch for span in timeline.of(kind=what, epoch=epoch)) == [0, 1, 2, 3]
        assert len(timeline.of(kind="send", epoch=epoch)) == (4 if kind else 0)
    assert timeline.workers == ((None,) if workers == 0 else (None, 0, 1))
    assert all(span.worker == (span.batch % 2 if workers else None) for span in timeline.of(kind="fetch"))


@pytest.mark.parametrize(("workers", "kind"), WORKERS)
def test_times_are_measured_and_in_order(workers: int, kind: str | None) -> None:
    timeline = recorded(loader(Slow(8, 0.003), workers, kind, batch_size=2))
    assert timeline.spans[0].start == 0.0
    assert [span.start for span in timeline] == sorted(span.start for span in timeline)
    assert all(span.seconds >= 0.003 for span in timeline.of(kind="fetch"))
    assert all(span.seconds >= 0.002 for span in timeline.of(kind="consume"))
    for number in range(4):
        (collated,), (waited,), (consumed,) = (
            timeline.of(kind=kind, batch=number) for kind in ("collate", "wait", "consume")
        )
        fetched = timeline.of(kind="fetch", batch=number)
        assert fetched[0].end <= fetched[1].start
        assert fetched[1].end <= collated.start
        assert collated.end <= waited.end <= consumed.start + 1e-9
    for worker in timeline.workers:
        mine = [span for span in timeline.of(worker=worker) if span.kind in ("fetch", "collate", "send")]
        assert all(first.end <= second.start for first, second in pairwise(mine))


def test_workers_are_seen_to_load_at_the_same_time() -> None:
    timeline = recorded(DataLoader(Slow(20, 0.005), batch_size=2, num_workers=2))
    ours, theirs = timeline.of(kind="fetch", worker=0), timeline.of(kind="fetch", worker=1)
    assert any(a.start < b.end and b.start < a.end for a in ours for b in theirs)


def test_a_dataset_that_fetches_a_batch_at_once_has_one_span() -> None:
    timeline = recorded(DataLoader(TensorDataset(mg.arange(6)), batch_size=3))
    assert [(span.batch, span.sample) for span in timeline.of(kind="fetch")] == [(0, None), (1, None)]
    assert timeline.of(kind="collate") == ()


def test_a_stream_is_noted_sample_by_sample() -> None:
    timeline = recorded(DataLoader(Stream(5), batch_size=2))
    assert [span.batch for span in timeline.of(kind="fetch")] == [0, 0, 1, 1, 2]


def test_a_transform_is_inside_its_fetch_and_noted_as_a_whole() -> None:
    class Transformed(Squares):
        def __getitem__(self, index: int) -> int:
            return fetch.transform(lambda x: fetch.transform(lambda y: y + 1, x) + 1, index)

    timeline = recorded(DataLoader(Transformed(4), batch_size=2, num_workers=1))
    transforms, fetches = timeline.of(kind="transform"), timeline.of(kind="fetch")
    assert [span.sample for span in transforms] == [0, 1, 2, 3]
    for inner, outer in zip(transforms, fetches, strict=True):
        assert outer.start <= inner.start <= inner.end <= outer.end


def test_nothing_is_noted_when_nobody_asked(monkeypatch) -> None:
    def refuse(*arguments, **options):
        raise AssertionError("a span was made")

    monkeypatch.setattr(fetch, "Span", refuse)
    assert len(list(DataLoader(Squares(10), num_workers=2))) == 10
    batches = DataLoader(Squares(10))
    with batches.record() as recording:
        pass
    assert len(list(batches)) == 10
    assert len(recording.timeline) == 0


def test_a_pass_that_is_left_early_is_noted_so_far() -> None:
    batches = DataLoader(Squares(10), batch_size=2, num_workers=1)
    with batches.record() as recording:
        for _ in batches:
            break
    assert [span.kind for span in recording.timeline.of(worker=None)] == ["wait", "consume"]


def test_sums() -> None:
    timeline = recorded(DataLoader(Slow(6, 0.002), batch_size=2))
    assert timeline.seconds("fetch") == sum(span.seconds for span in timeline.of(kind="fetch")) > 0.012
    assert timeline.seconds("fetch", batch=1) < timeline.seconds("fetch")
    assert timeline.seconds("wait") > timeline.seconds("fetch")
