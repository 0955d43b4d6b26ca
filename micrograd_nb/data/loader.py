"""DataLoader: goes through a dataset in batches, shuffled if you like, once for each `for` loop over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, repeat
from time import perf_counter
from typing import Any

from ..autograd import profiling
from ..tensors import Generator
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .fetch import Collate, Task, fetch_of, tasks_of
from .randomness import new_seed
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from .source import Exhausted, Job, load
from .timeline import Recording, Span
from .workers.pool import Pool
from .workers.process import PickledJob, ProcessWorker
from .workers.thread import ThreadWorker


class DataLoader:
    """The batches of a dataset. (PyTorch: torch.utils.data.DataLoader)

    Arguments:
        dataset: has `__getitem__(index)` and `__len__()`, as a list has; or an `IterableDataset`, with `__iter__()`.
        batch_size: samples in a batch; None for single samples, without an axis for the batch.
        shuffle: a new random order for each pass.
        sampler: gives the order instead: an iterable of indices.
        batch_sampler: gives the batches instead: an iterable of lists of indices.
        num_workers: how many workers load batches ahead, while the program uses the ones before. 0: the program loads
            each batch when it asks for it.
        collate_fn: makes a batch of a list of samples; `default_collate` if it is not given.
        drop_last: leave out a last batch that is smaller than the others.
        timeout: how many seconds to wait for a batch from a worker, before giving up; 0 for ever.
        worker_init_fn: called in each worker with its number, before it loads anything.
        multiprocessing_context: None for workers that are threads; "spawn" for processes. See below.
        generator: for an order and augmentations that can be repeated; without it, that of `manual_seed`.
        prefetch_factor: how many batches each worker loads ahead; 2 if it is not given. No more than `num_workers` ×
            `prefetch_factor` batches wait at any time.
        persistent_workers: keep the workers after a pass for the next one, instead of starting new ones.

    The batches are the same whatever workers load them: in order, with the same augmentation of each sample, as far as
    random numbers come from `sample_generator`, as those of `transforms` do (randomness.py). A pass draws from
    `generator` twice at its start: its seed, then the order.

    | workers              | what runs in parallel          | what they cost                   |
    |----------------------|--------------------------------|----------------------------------|
    | threads: the default | NumPy, Pillow, files, networks | start at once; share the dataset |
    | processes: "spawn"   | everything, Python too         | 0.3 s to start; send every batch |

    Processes are new Pythons on every system ("spawn"), to which the dataset is sent; the main program is not run again
    in them, and needs no `if __name__ == "__main__":`. They get one core each. To start them once and not in each pass,
    there is `persistent_workers=True`.

    When a loop over a loader is left, by its end, `break` or an error, its workers stop after the samples that they are
    at, and nothing of them is left: no thread, process or shared memory. (With `persistent_workers`, when the loader is
    no more.)

    Raises:
        TypeError: a dataset without `__getitem__` or `__len__`.
        ValueError: arguments that contradict each other; changing them afterwards.
        NotImplementedError: PyTorch's options for memory of a GPU, and for batches out of order.
        RuntimeError: in a pass: a worker process is gone, the time is up, a dataset cannot be pickled. An error of the
            dataset comes as it is, with notes that name the worker, the batch and the sample.

    >>> import micrograd_nb as mg
    >>> dataset = mg.data.TensorDataset(mg.arange(5), mg.arange(5) ** 2)
    >>> for x, y in mg.data.DataLoader(dataset, batch_size=2, num_workers=2):
    ...     print(x, y)
    tensor([0, 1]) tensor([0, 1])
    tensor([2, 3]) tensor([4, 9])
    tensor([4]) tensor([16])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[list[Any]] | None = None,
        num_workers: int = 0,
        collate_fn: Collate | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], object] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_left_out(pin_memory, pin_memory_device, in_order)
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
        is_stream = isinstance(dataset, IterableDataset)
        if is_stream:
            _check_stream(shuffle, sampler, batch_sampler)
        else:
            _check_methods(dataset, needs_length=sampler is None and batch_sampler is None)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle: the sampler alone gives the order")
        if batch_sampler is not None:
            _check_alone(batch_size, shuffle, sampler, drop_last)
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")
        if sampler is None:
            sampler = _default_sampler(dataset, is_stream, bool(shuffle), generator)
        if batch_sampler is None and batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.batch_size = batch_size
        self.sampler = sampler
        self.num_workers = num_workers
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.pin_memory = False
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.persistent_workers = persistent_workers
        self._recordings: list[Recording] = []
        self._resting: list[Pool] = []  # persistent workers that no pass is using
        self.batch_sampler = batch_sampler  # the last one: from here on, the attributes are fixed

    def __iter__(self) -> Iterator[Any]:
        if self._recordings:
            return self._recorded(self._recordings[-1])
        return (batch for batch, _ in self._pass(None))

    def __len__(self) -> int:
        """How many batches one pass has; of a stream, as many as its length says."""
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)  # type: ignore[arg-type]
        n, size = len(self.dataset), self.batch_size or 1  # type: ignore[arg-type]
        return n // size if self.drop_last else -(-n // size)

    @contextmanager
    def record(self) -> Iterator[Recording]:
        """Within it, notes when what was done in the passes through this loader, for `recording.timeline`.

        >>> loader = DataLoader(range(4), batch_size=2)
        >>> with loader.record() as recording:
        ...     for batch in loader:
        ...         pass
        >>> [span.kind for span in recording.timeline.of(batch=0)]
        ['wait', 'fetch', 'fetch', 'collate', 'consume']
        """
        recording = Recording()
        self._recordings.append(recording)
        try:
            yield recording
        finally:
            self._recordings.remove(recording)

    @property
    def _index_sampler(self) -> Iterable[Any]:
        return self.batch_sampler if self.batch_sampler is not None else self.sampler

    @property
    def _job(self) -> Job:
        in_batches = self.batch_sampler is not None
        return Job(self.dataset, self.collate_fn, in_batches, self.drop_last, self.worker_init_fn)

    def _tasks(self, job: Job) -> Iterator[Task]:
        """What a pass wants, batch after batch."""
        sampler = self._index_sampler
        arrays = sampler.arrays() if type(sampler) is BatchSampler and job.wants_arrays() else None
        return tasks_of(sampler if arrays is None else arrays, job.in_batches)

    def _pass(self, epoch: int | None) -> Iterator[tuple[Any, tuple[Span, ...]]]:
        """The batches of a pass, with what happened, if it is an epoch that is recorded.

        In a profile, each wait for a batch is a range.
        """
        batches = self._in_workers(epoch) if self.num_workers else self._here(epoch)
        name = _RANGES[self.num_workers > 0]
        while True:
            if profiling.watcher is None:
                item = next(batches, None)
            else:
                with profiling.record_function(name):
                    item = next(batches, None)
            if item is None:
                return
            yield item

    def _here(self, epoch: int | None) -> Iterator[tuple[Any, tuple[Span, ...]]]:
        """A pass without workers: each batch is loaded when it is asked for."""
        job, seed = self._job, new_seed(self.generator)
        source = job.source()
        for task in self._tasks(job):
            fetch = fetch_of(task, seed, epoch)
            batch = load(source, fetch)
            if isinstance(batch, Exhausted):
                return
            yield batch, fetch.spans

    def _in_workers(self, epoch: int | None) -> Iterator[tuple[Any, tuple[Span, ...]]]:
        """A pass with workers, which are left behind as persistent ones, or not at all."""
        seed = new_seed(self.generator)
        pool = self._resting.pop() if self._resting else self._new_pool()
        try:
            assert self.prefetch_factor is not None
            yield from pool.batches(self._tasks(self._job), seed, self.prefetch_factor, self.timeout, epoch)
        except GeneratorExit:
            raise  # the loop was left; the workers are as good as before
        except BaseException:
            pool.close()
            raise
        finally:
            if self.persistent_workers and not self._resting and pool.is_open:
                self._resting.append(pool)
            else:
                pool.close()

    def _new_pool(self) -> Pool:
        if self.multiprocessing_context is None:
            return Pool(self, partial(ThreadWorker, self._job), self.num_workers)
        with PickledJob(self._job) as job:
            return Pool(self, partial(ProcessWorker, job), self.num_workers)

    def _recorded(self, recording: Recording) -> Iterator[Any]:
        """The batches of a pass, while everything that happens is noted."""
        recording.epochs += 1
        epoch = recording.epochs
        batches = self._pass(epoch)
        for number in count():
            asked = perf_counter()
            batch, spans = next(batches, (Exhausted, ()))
            if batch is Exhausted:
                return
            came = perf_counter()
            recording.add([*spans, Span("wait", None, epoch, number, None, asked, came)])
            try:
                yield batch
            finally:
                recording.add([Span("consume", None, epoch, number, None, came, perf_counter())])

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and "batch_sampler" in vars(self):
            raise ValueError(
                f"{name} attribute should not be set after {type(self).__name__} is initialized: make a new one"
            )
        object.__setattr__(self, name, value)


_RANGES = (  # by PyTorch's names: without workers, and with them
    "enumerate(DataLoader)#_SingleProcessDataLoaderIter.__next__",
    "enumerate(DataLoader)#_MultiProcessingDataLoaderIter.__next__",
)
_FIXED = ("dataset", "batch_size", "sampler", "drop_last", "batch_sampler", "persistent_workers")


class _WhateverComes(Sampler[None]):
    """The sampler of a stream: wants a sample, whichever comes, again and again."""

    def __iter__(self) -> Iterator[None]:
        return repeat(None)


def _default_sampler(dataset: Any, is_stream: bool, shuffle: bool, generator: Generator | None) -> Iterable[Any]:
    if is_stream:
        return _WhateverComes()
    return RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)


# -- arguments that do not go together ---------------------------------------------------------------------------------


def _check_left_out(pin_memory: bool, pin_memory_device: str, in_order: bool) -> None:
    if pin_memory or pin_memory_device:
        raise NotImplementedError(
            "pin_memory speeds up copies to a GPU, and micrograd_nb computes on the CPU: leave pin_memory out"
        )
    if not in_order:
        raise NotImplementedError("in_order=False is left out: batches come in order, so that a seed repeats them")


def _check_workers(
    num_workers: int, timeout: float, prefetch_factor: int | None, persistent_workers: bool, context: Any
) -> None:
    if num_workers < 0:
        raise ValueError(
            "num_workers option should be non-negative; use num_workers=0 to load in the program that asks, but got "
            f"num_workers={num_workers}"
        )
    if timeout < 0:
        raise ValueError(f"timeout option should be non-negative, but got timeout={timeout}")
    if prefetch_factor is not None and prefetch_factor < 1:
        raise ValueError(f"prefetch_factor option should be 1 or more, but got prefetch_factor={prefetch_factor}")
    needing = {
        "timeout": timeout != 0,
        "prefetch_factor": prefetch_factor is not None,
        "persistent_workers": persistent_workers,
        "multiprocessing_context": context is not None,
    }
    for name, is_given in needing.items():
        if is_given and num_workers == 0:
            raise ValueError(f"{name} option needs num_workers > 0: with num_workers=0 there are no workers")
    if context is not None:
        _check_context(context)


def _check_context(context: Any) -> None:
    method = context if isinstance(context, str) else getattr(context, "get_start_method", lambda: None)()
    if method in ("fork", "forkserver"):
        raise ValueError(
            f'multiprocessing_context={method!r} is left out, "spawn" is in: a forked process takes over locks that '
            "other threads hold, and may wait for ever; a notebook always has other threads."
        )
    if method != "spawn":
        raise (ValueError if isinstance(context, str) else TypeError)(
            'multiprocessing_context option should specify a valid start method, which is "spawn", or be None for '
            f"workers that are threads, but got multiprocessing_context={context!r}"
        )


def _check_stream(shuffle: Any, sampler: Any, batch_sampler: Any) -> None:
    given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}. A "
                "stream gives its samples in an order of its own."
            )


def _check_methods(dataset: Any, needs_length: bool) -> None:
    needed = ["__getitem__", "__len__"] if needs_length else ["__getitem__"]
    missing = [method for method in needed if not hasattr(dataset, method)]
    if missing:
        raise TypeError(
            f"a DataLoader needs a dataset with __getitem__(index) and __len__(), but {type(dataset).__name__} has no "
            f"{' and no '.join(missing)}. Of something that can only be gone through, make a list, list(...), or an "
            "IterableDataset."
        )


def _check_alone(batch_size: int | None, shuffle: bool | None, sampler: Any, drop_last: bool) -> None:
    if batch_size != 1 or shuffle or sampler is not None or drop_last:
        raise ValueError(
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last: it alone "
            "gives the batches"
        )
