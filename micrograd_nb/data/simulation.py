"""`simulate_loading(...)`: the timeline of a loader whose steps take as long as you say. Nothing is loaded or measured.

The rules are those of the loader (loader.py, workers/pool.py): batch k is loaded by worker k % n; each worker is sent
`prefetch_factor` batches at first, and then one more whenever the program has got one.
"""

from __future__ import annotations

from collections.abc import Iterator

from .timeline import Span, Timeline


def simulate_loading(
    batches: int = 8,
    batch_size: int = 4,
    *,
    num_workers: int = 0,
    prefetch_factor: int = 2,
    fetch: float = 0.01,
    collate: float = 0.002,
    train: float = 0.02,
) -> Timeline:
    """What a `DataLoader` would do when, for lessons that shall show the same numbers each time.

    Every worker has a processor of its own, and handing a batch over takes no time.

    Arguments:
        batches, batch_size, num_workers, prefetch_factor: as for a loader; the samples are 0, 1, 2, …
        fetch: seconds that one sample takes.
        collate: seconds that it takes to make a batch of the samples.
        train: seconds that the program is busy with each batch.

    Raises:
        ValueError: a negative number, or a batch size or prefetch factor below 1.

    >>> [round(simulate_loading(num_workers=n).share_waited(), 2) for n in (0, 1, 2, 4)]
    [0.68, 0.55, 0.23, 0.21]
    """
    _check(batches, batch_size, num_workers, prefetch_factor, fetch, collate, train)
    sent = [0.0] * batches  # when a batch is wanted of its worker: the first ones at once
    free = [0.0] * max(1, num_workers)  # when a worker has done what it was sent
    spans: list[Span] = []
    now = 0.0
    for batch in range(batches):
        worker = batch % num_workers if num_workers else None
        start = now if worker is None else max(free[worker], sent[batch])
        loading = list(_loading(worker, batch, batch_size, start, fetch, collate))
        done = loading[-1].end
        came = max(now, done)
        if worker is not None:
            free[worker] = done
            if (later := batch + num_workers * prefetch_factor) < batches:
                sent[later] = came
        spans += [*loading, _span("wait", None, batch, now, came), _span("consume", None, batch, came, came + train)]
        now = came + train
    return Timeline(tuple(sorted(spans, key=lambda span: (span.start, -span.end))), is_simulated=True)


def _loading(
    worker: int | None, batch: int, batch_size: int, start: float, fetch: float, collate: float
) -> Iterator[Span]:
    for sample in range(batch * batch_size, (batch + 1) * batch_size):
        yield _span("fetch", worker, batch, start, start + fetch, sample)
        start += fetch
    yield _span("collate", worker, batch, start, start + collate)


def _span(kind: str, worker: int | None, batch: int, start: float, end: float, sample: int | None = None) -> Span:
    return Span(kind, worker, 1, batch, sample, start, end)


def _check(
    batches: int, batch_size: int, num_workers: int, prefetch_factor: int, fetch: float, collate: float, train: float
) -> None:
    least = {
        "batches": (batches, 0),
        "batch_size": (batch_size, 1),
        "num_workers": (num_workers, 0),
        "prefetch_factor": (prefetch_factor, 1),
        "fetch": (fetch, 0),
        "collate": (collate, 0),
        "train": (train, 0),
    }
    for name, (value, smallest) in least.items():
        if not value >= smallest:  # NaN is refused, too
            raise ValueError(f"simulate_loading needs {name} of {smallest} or more, but got {name}={value}")
