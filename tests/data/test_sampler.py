"""Samplers: every index once, in an order that a seed repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)


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


# -- some indices, and weighted ones -----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 99), unique=True), st.integers(0, 2**32))
def test_a_subset_comes_whole_in_an_order_that_the_seed_repeats(indices: list[int], seed: int) -> None:
    order = list(SubsetRandomSampler(indices, seeded(seed)))
    assert sorted(order) == sorted(indices)
    assert order == list(SubsetRandomSampler(indices, seeded(seed)))
    assert len(SubsetRandomSampler(indices)) == len(indices)


@given(st.lists(st.floats(0, 9), min_size=1, max_size=9).filter(any), st.integers(1, 20), st.integers(0, 2**32))
def test_an_index_without_weight_is_never_drawn(weights: list[float], num_samples: int, seed: int) -> None:
    sampler = WeightedRandomSampler(weights, num_samples, generator=seeded(seed))
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == num_samples
    assert all(weights[i] > 0 for i in drawn)
    assert drawn == list(WeightedRandomSampler(weights, num_samples, generator=seeded(seed)))


@given(st.lists(st.floats(0, 9), min_size=1, max_size=9).filter(any), st.integers(0, 2**32))
def test_without_replacement_no_index_is_drawn_twice(weights: list[float], seed: int) -> None:
    possible = {i for i, weight in enumerate(weights) if weight > 0}
    drawn = list(WeightedRandomSampler(weights, len(possible), replacement=False, generator=seeded(seed)))
    assert sorted(drawn) == sorted(possible)


@pytest.mark.parametrize("replacement", [True, False])
def test_the_first_is_drawn_in_proportion_to_its_weight(replacement: bool) -> None:
    weights, generator = [1.0, 0.0, 3.0, 6.0], seeded(0)
    counts = [0] * 4
    for _ in range(20_000):
        counts[next(iter(WeightedRandomSampler(weights, 1, replacement, generator)))] += 1
    assert counts[1] == 0
    for count, weight in zip(counts, weights, strict=True):
        assert abs(count / 20_000 - weight / 10) < 0.015


def test_balanced_batches_of_classes_of_different_sizes() -> None:
    labels = [0] * 900 + [1] * 100
    weights = [1 / labels.count(label) for label in labels]
    drawn = [labels[i] for i in WeightedRandomSampler(weights, 4000, generator=seeded(0))]
    assert abs(sum(drawn) / 4000 - 0.5) < 0.03


@pytest.mark.parametrize(
    ("weights", "options", "error", "match"),
    [
        (
            [1.0],
            {"num_samples": 0},
            ValueError,
            "num_samples should be a positive integer value, but got num_samples=0",
        ),
        ([1.0], {"num_samples": 1, "replacement": 1}, ValueError, "replacement should be a boolean value, but got"),
        ([[1.0]], {"num_samples": 1}, ValueError, r"weights should be a 1d sequence .* shape \(1, 1\)"),
        ([1.0, -1.0], {"num_samples": 1}, RuntimeError, "finite numbers of 0 or more, but the weight of index 1 is -1"),
        ([float("nan")], {"num_samples": 1}, RuntimeError, "the weight of index 0 is nan"),
        ([0.0, 0.0], {"num_samples": 1}, RuntimeError, "with replacement: 0 of 2 weights are above 0"),
        ([1.0, 0.0], {"num_samples": 2, "replacement": False}, RuntimeError, "without replacement: 1 of 2 weights"),
    ],
)
def test_weights_that_nothing_can_be_drawn_from(weights, options, error, match: str) -> None:
    with pytest.raises(error, match=match):
        list(WeightedRandomSampler(weights, **options))


def test_weighted_samplers_refuse_what_pytorchs_refuses(torch) -> None:
    for library in (mg.data, torch.utils.data):
        for weights in ([1.0, -1.0], [0.0], [float("inf")]):
            with pytest.raises(RuntimeError):
                list(library.WeightedRandomSampler(weights, 2))
