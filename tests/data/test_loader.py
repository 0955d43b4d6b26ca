"""DataLoader: every sample once an epoch, in an order that a seed repeats; and which arguments go together."""

from __future__ import annotations

import gc
import inspect
import multiprocessing
import re
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, TensorDataset


def numbers(loader: DataLoader) -> list[int]:
    return [number for batch in loader for number in batch.tolist()]


def seeded(seed: int) -> mg.Generator:
    return mg.Generator().manual_seed(seed)


@given(st.integers(1, 100), st.integers(1, 20), st.booleans(), st.booleans(), st.integers(0, 2**32))
def test_every_sample_comes_once(n: int, batch_size: int, shuffle: bool, drop_last: bool, seed: int) -> None:
    loader = DataLoader(range(n), batch_size, shuffle, drop_last=drop_last, generator=seeded(seed))
    for _ in range(2):
        batches = [batch.tolist() for batch in loader]
        seen = [number for batch in batches for number in batch]
        assert len(batches) == len(loader) == (n // batch_size if drop_last else -(-n // batch_size))
        assert len(set(seen)) == len(seen) == (n - n % batch_size if drop_last else n)
        assert set(seen) <= set(range(n))
        assert shuffle or seen == sorted(seen)


@given(st.integers(2, 50), st.integers(0, 2**32))
def test_a_seed_repeats_the_order(n: int, seed: int) -> None:
    def two_epochs() -> list[list[int]]:
        loader = DataLoader(range(n), 4, shuffle=True, generator=seeded(seed))
        return [numbers(loader), numbers(loader)]

    assert two_epochs() == two_epochs()


def test_epochs_differ() -> None:
    loader = DataLoader(range(100), 10, shuffle=True, generator=seeded(0))
    assert numbers(loader) != numbers(loader)


def test_manual_seed_repeats_the_order() -> None:
    loader = DataLoader(range(100), 10, shuffle=True)
    mg.manual_seed(1)
    first = numbers(loader)
    mg.manual_seed(1)
    assert numbers(loader) == first


def test_two_passes_at_once_do_not_disturb_each_other() -> None:
    loader = DataLoader(range(6), 2)
    pairs = [(a.tolist(), b.tolist()) for a, b in zip(loader, loader, strict=True)]
    assert pairs == [([0, 1], [0, 1]), ([2, 3], [2, 3]), ([4, 5], [4, 5])]


def test_the_dataset_and_the_list_of_its_samples_give_the_same(rng) -> None:
    dataset = TensorDataset(mg.tensor(rng.standard_normal((11, 3))), mg.arange(11))
    for fast, slow in zip(DataLoader(dataset, 4), DataLoader(list(dataset), 4), strict=True):
        assert type(fast) is type(slow) is list
        assert [x.tolist() for x in fast] == [x.tolist() for x in slow]
        assert [x.dtype for x in fast] == [x.dtype for x in slow]


def test_a_sampler_gives_the_order() -> None:
    assert numbers(
        DataLoader("abcd", 3, sampler=[3, 1], collate_fn=lambda samples: mg.tensor([ord(s) for s in samples]))
    ) == [
        ord("d"),
        ord("b"),
    ]


def test_a_batch_sampler_gives_the_batches() -> None:
    loader = DataLoader(range(10), batch_sampler=[[1, 2, 3], [9]])
    assert [batch.tolist() for batch in loader] == [[1, 2, 3], [9]]
    assert len(loader) == 2
    assert loader.batch_size is None


def test_only_what_is_asked_for_is_loaded() -> None:
    loaded = []

    class Slow:
        def __len__(self) -> int:
            return 1000

        def __getitem__(self, index: int) -> int:
            loaded.append(index)
            return index

    assert len(list(islice(DataLoader(Slow(), 5), 2))) == 2
    gc.collect()
    assert loaded == list(range(10))


def test_an_empty_dataset() -> None:
    assert list(DataLoader([], 4)) == []
    with pytest.raises(ValueError, match="the dataset is empty"):
        DataLoader([], 4, shuffle=True)


def test_the_error_of_a_dataset_is_its_own() -> None:
    class Broken:
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> int:
            raise OSError(f"no file {index}")

    with pytest.raises(OSError, match="no file 0"):
        list(DataLoader(Broken()))


ERRORS = {
    "sampler and shuffle": {"sampler": [0], "shuffle": True},
    "batch_sampler and batch_size": {"batch_sampler": [[0]], "batch_size": 2},
    "batch_sampler and shuffle": {"batch_sampler": [[0]], "shuffle": True},
    "batch_sampler and drop_last": {"batch_sampler": [[0]], "drop_last": True},
    "batch_size 0": {"batch_size": 0},
    "workers below 0": {"num_workers": -1},
    "timeout below 0": {"timeout": -1},
    "persistent without workers": {"persistent_workers": True},
    "batch_size None and drop_last": {"batch_size": None, "drop_last": True},
}


@pytest.mark.parametrize("options", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(options, torch) -> None:
    with pytest.raises(ValueError) as theirs:  # noqa: PT011
        torch.utils.data.DataLoader(range(3), **options)
    with pytest.raises(ValueError) as ours:  # noqa: PT011
        DataLoader(range(3), **options)
    assert re.split(r"[:;]|, but got", str(ours.value))[0] in str(theirs.value)


def test_single_samples_without_batches_are_pytorchs(torch) -> None:
    dataset = [(np.arange(2), "a"), (np.arange(3), "b")]
    theirs = list(torch.utils.data.DataLoader(dataset, batch_size=None))
    ours = list(DataLoader(dataset, batch_size=None))
    assert [[part if isinstance(part, str) else part.tolist() for part in sample] for sample in ours] == [
        [part if isinstance(part, str) else part.tolist() for part in sample] for sample in theirs
    ]
    assert [type(sample) for sample in ours] == [type(sample) for sample in theirs]
    assert len(DataLoader(dataset, batch_size=None)) == 2


@pytest.mark.parametrize(("option", "match"), [({"pin_memory": True}, "GPU"), ({"in_order": False}, "in order")])
def test_what_is_left_out_is_refused(option: dict, match: str) -> None:
    with pytest.raises(NotImplementedError, match=match):
        DataLoader(range(3), **option)
    assert DataLoader(range(3), pin_memory=False, in_order=True).pin_memory is False


def test_the_arguments_are_pytorchs(torch) -> None:
    """Names, order and defaults, so that code for PyTorch means the same here."""
    ours, theirs = (inspect.signature(kind).parameters for kind in (DataLoader, torch.utils.data.DataLoader))
    assert list(ours) == list(theirs)
    assert [p.default for p in ours.values()] == [p.default for p in theirs.values()]
    assert [p.kind for p in ours.values()] == [p.kind for p in theirs.values()]


@pytest.mark.parametrize(
    "method", ["fork", "forkserver", multiprocessing.get_context("fork"), multiprocessing.get_context("forkserver")]
)
def test_forks_are_left_out(method) -> None:
    with pytest.raises(ValueError, match=r'"spawn" is in: a forked process takes over locks'):
        DataLoader(range(3), num_workers=1, multiprocessing_context=method)


def test_a_context_of_multiprocessing_is_taken() -> None:
    context = multiprocessing.get_context("spawn")
    assert numbers(DataLoader(range(3), num_workers=1, multiprocessing_context=context)) == [0, 1, 2]


@pytest.mark.parametrize(("method", "error"), [("thread", ValueError), (3, TypeError)])
def test_no_start_method(method, error) -> None:
    with pytest.raises(error, match=r'valid start method, which is "spawn", or be None for workers that are threads'):
        DataLoader(range(3), num_workers=1, multiprocessing_context=method)


@pytest.mark.parametrize(
    "name", ["dataset", "batch_size", "sampler", "batch_sampler", "drop_last", "persistent_workers"]
)
def test_attributes_are_fixed_as_in_pytorch(name: str, torch) -> None:
    words = f"{name} attribute should not be set after DataLoader is initialized"
    for loader in (DataLoader(range(3)), torch.utils.data.DataLoader(range(3))):
        with pytest.raises(ValueError, match=words):
            setattr(loader, name, None)


@pytest.mark.parametrize(
    ("dataset", "match"),
    [
        (iter([1, 2]), r"list_iterator has no __getitem__ and no __len__.*list\(\.\.\.\)"),
        (type("Endless", (mg.data.Dataset,), {})(), "Endless has no __len__"),
        (5, "int has no"),
    ],
)
def test_what_is_no_dataset(dataset, match: str) -> None:
    with pytest.raises(TypeError, match=match):
        DataLoader(dataset)


@pytest.mark.parametrize("option", [{"timeout": 1}, {"prefetch_factor": 2}, {"multiprocessing_context": "spawn"}])
def test_options_for_workers_need_workers(option: dict) -> None:
    with pytest.raises(ValueError, match=rf"{next(iter(option))} option needs num_workers > 0"):
        DataLoader(range(3), **option)


def test_at_least_one_batch_is_loaded_ahead() -> None:
    with pytest.raises(ValueError, match="prefetch_factor option should be 1 or more, but got prefetch_factor=0"):
        DataLoader(range(3), num_workers=1, prefetch_factor=0)
    assert DataLoader(range(3), num_workers=1).prefetch_factor == 2
    assert DataLoader(range(3)).prefetch_factor is None


@pytest.mark.parametrize("option", [{"shuffle": True}, {"sampler": [0]}, {"batch_sampler": [[0]]}])
def test_a_stream_takes_no_order_as_in_pytorch(option: dict, torch) -> None:
    for library in (mg.data, torch.utils.data):
        stream = type("Stream", (library.IterableDataset,), {"__iter__": lambda self: iter(())})()
        with pytest.raises(ValueError, match=f"IterableDataset: expected unspecified {next(iter(option))} option"):
            library.DataLoader(stream, **option)


def test_a_dataset_without_a_length_needs_a_sampler() -> None:
    class Endless(mg.data.Dataset[int]):
        def __getitem__(self, index: int) -> int:
            return index

    assert numbers(DataLoader(Endless(), 2, sampler=[100, 7, 8])) == [100, 7, 8]
