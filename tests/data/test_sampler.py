"""Samplers: every index once, in an order that a seed repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import BatchSampler, RandomSampler, Sampler, SequentialSampler


def seeded(seed: int) -> mg.Generator:
    return mg.Generator().manual_seed(seed)


@given(st.integers(1, 200), st.integers(0, 2**32))
def test_random_is_a_permutation_that_the_seed_repeats(n: int, seed: int) -> None:
    order = list(RandomSampler(range(n), generator=seeded(seed)))
    assert sorted(order) == list(range(n))
    assert order == list(RandomSampler(range(n), generator=seeded(seed)))


@given(st.integers(1, 20), st.integers(1, 100), st.booleans(), st.integers(0, 2**32))
def test_random_draws_as_many_as_were_asked_for(n: int, num_samples: int, replacement: bool, seed: int) -> None:
    sampler = RandomSampler(range(n), replacement, num_samples, seeded(seed))
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == num_samples
    assert set(drawn) <= set(range(n))
    if not replacement:
        assert max(map(drawn.count, drawn)) - (num_samples // n) in (0, 1)


def test_random_is_new_each_time() -> None:
    sampler = RandomSampler(range(100), generator=seeded(0))
    assert list(sampler) != list(sampler)


def test_replacement_repeats() -> None:
    assert len(set(RandomSampler(range(100), replacement=True, generator=seeded(0)))) < 90


def test_without_a_generator_the_seed_of_all_decides() -> None:
    mg.manual_seed(7)
    order = list(RandomSampler(range(20)))
    mg.manual_seed(7)
    assert list(RandomSampler(range(20))) == order


@given(st.integers(0, 100), st.integers(1, 20), st.booleans())
def test_batches_are_the_order_cut_up(n: int, batch_size: int, drop_last: bool) -> None:
    sampler = BatchSampler(SequentialSampler(range(n)), batch_size, drop_last)
    batches = list(sampler)
    assert len(batches) == len(sampler)
    assert [i for batch in batches for i in batch] == list(range(n - n % batch_size if drop_last else n))
    assert all(len(batch) == batch_size for batch in batches[:-1])


ERRORS = {
    "batch_size 0": lambda data: data.BatchSampler([0], 0, False),
    "batch_size 1.5": lambda data: data.BatchSampler([0], 1.5, False),
    "batch_size True": lambda data: data.BatchSampler([0], True, False),
    "drop_last": lambda data: data.BatchSampler([0], 1, 1),
    "replacement": lambda data: data.RandomSampler([0], 1),
    "num_samples": lambda data: data.RandomSampler([0], num_samples=0),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program, torch) -> None:
    errors = []
    for data in (mg.data, torch.utils.data):
        with pytest.raises((TypeError, ValueError)) as caught:
            program(data)
        errors.append((caught.type, str(caught.value)))
    assert errors[0] == errors[1]


def test_nothing_to_draw_from() -> None:
    with pytest.raises(ValueError, match="num_samples should be a positive integer value, but the dataset is empty"):
        RandomSampler([])


def test_a_sampler_without_an_order() -> None:
    with pytest.raises(NotImplementedError, match="should implement __iter__"):
        iter(Sampler())
