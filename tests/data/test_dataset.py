"""Datasets: what they hold, how batches are fetched from them, and what they say of data that do not fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import (
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    default_collate,
    random_split,
)


def rows(n: int) -> TensorDataset:
    return TensorDataset(mg.arange(2 * n).reshape(n, 2), mg.arange(n))


def values(batch) -> list:
    return [part.tolist() for part in batch]


# -- TensorDataset -----------------------------------------------------------------------------------------------------


def test_samples_are_rows() -> None:
    x, y = rows(3)[1]
    assert (x.tolist(), y.item()) == ([2, 3], 1)
    assert len(rows(3)) == 3
    assert [y.item() for _, y in rows(3)] == [0, 1, 2]


@given(st.lists(st.integers(-5, 4), min_size=1))
def test_a_batch_is_its_samples_collated(indices: list[int]) -> None:
    dataset = rows(5)
    assert values(dataset.batch_at(indices)) == values(default_collate([dataset[i] for i in indices]))


def test_a_batch_shares_no_memory_with_the_dataset() -> None:
    dataset = rows(3)
    assert not np.shares_memory(dataset.batch_at([0, 1])[0].array, dataset.tensors[0].array)


def test_a_batch_of_a_tensor_that_requires_gradients_is_recorded() -> None:
    table = mg.ones(3, 2, requires_grad=True)
    (batch,) = TensorDataset(table).batch_at([0, 0, 2])
    batch.sum().backward()
    assert table.grad.tolist() == [[2.0, 2.0], [0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("tensors", "error", "match"),
    [
        ((), ValueError, "at least one tensor"),
        ((mg.zeros(3), mg.zeros(4)), ValueError, r"Size mismatch between tensors.*\(3,\), \(4,\)"),
        ((mg.zeros(3), mg.tensor(1.0)), ValueError, r"\(3,\), \(\)"),
        ((mg.zeros(3), np.zeros(3)), TypeError, r"ndarray at position 1.*from_numpy"),
        (([1, 2],), TypeError, "list at position 0"),
    ],
)
def test_what_is_no_row_for_each_sample(tensors, error, match: str) -> None:
    with pytest.raises(error, match=match):
        TensorDataset(*tensors)


# -- which way batches are fetched -------------------------------------------------------------------------------------


class Counted(Dataset[int]):
    """Counts how its samples are asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> int:
        self.asked.append("one")
        return 10 * index


class Many(Counted):
    def __getitems__(self, indices: list[int]) -> list[int]:
        self.asked.append("many")
        return [10 * index for index in indices]


class Batches(Many):
    def batch_at(self, indices: list[int]) -> mg.Tensor:
        self.asked.append("batch")
        return mg.tensor([10 * index for index in indices])


class OwnSamples(Batches):
    def __getitem__(self, index: int) -> int:
        self.asked.append("own")
        return 10 * index


@pytest.mark.parametrize(("kind", "way"), [(Counted, "one"), (Many, "many"), (Batches, "batch"), (OwnSamples, "own")])
@pytest.mark.parametrize("wrapped", [lambda dataset: dataset, lambda dataset: Subset(dataset, range(6))])
def test_the_most_derived_way_is_taken(kind, way: str, wrapped) -> None:
    dataset = kind()
    batches = [batch.tolist() for batch in DataLoader(wrapped(dataset), batch_size=4)]
    assert batches == [[0, 10, 20, 30], [40, 50]]
    assert set(dataset.asked) == {way}


def test_a_collate_fn_gets_samples() -> None:
    dataset = Batches()
    assert list(DataLoader(dataset, batch_size=4, collate_fn=list)) == [[0, 10, 20, 30], [40, 50]]
    assert set(dataset.asked) == {"many"}


def test_a_subclass_that_changes_the_samples_is_heard() -> None:
    class Doubled(TensorDataset):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return 2 * x, y

    ((x, _),) = DataLoader(Doubled(mg.ones(3, 1), mg.arange(3)), batch_size=3)
    assert x.tolist() == [[2.0]] * 3


# -- sums --------------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_a_sum_has_the_samples_of_its_parts(lengths: list[int]) -> None:
    parts = [[(which, i) for i in range(n)] for which, n in enumerate(lengths)]
    both = ConcatDataset(parts)
    samples = [sample for part in parts for sample in part]
    assert len(both) == len(samples)
    assert [both[i] for i in range(len(both))] == [both[i - len(both)] for i in range(len(both))] == samples
    assert list(both) == samples
    assert both.cumulative_sizes == [sum(lengths[: k + 1]) for k in range(len(lengths))]


def test_datasets_can_be_added() -> None:
    both = rows(2) + rows(3)
    assert isinstance(both, ConcatDataset)
    assert [batch[1].tolist() for batch in DataLoader(both, batch_size=4)] == [[0, 1, 0, 1], [2]]


@pytest.mark.parametrize(
    ("index", "error", "match"),
    [(5, IndexError, "index 5 is out of range for a ConcatDataset of 5 samples"), (-6, ValueError, "index -6, and 5")],
)
def test_an_index_that_a_sum_does_not_have(index: int, error, match: str) -> None:
    with pytest.raises(error, match=match):
        (rows(2) + rows(3))[index]


def test_sums_that_cannot_be_are_pytorchs(torch) -> None:
    for library in (mg.data, torch.utils.data):
        stream = type("Numbers", (library.IterableDataset,), {"__iter__": lambda self: iter(())})()
        with pytest.raises(AssertionError, match="datasets should not be an empty iterable"):
            library.ConcatDataset([])
        with pytest.raises(AssertionError, match="ConcatDataset does not support IterableDataset"):
            library.ConcatDataset([[1], stream])
        with pytest.raises(AssertionError, match="ChainDataset only supports IterableDataset"):
            list(library.ChainDataset([[1]]))


class Numbers(IterableDataset[int]):
    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers

    def __iter__(self):
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def test_streams_can_be_added() -> None:
    both = Numbers(1, 2) + Numbers(3)
    assert isinstance(both, ChainDataset)
    assert list(both) == [1, 2, 3]
    assert len(both) == 3
    assert [batch.tolist() for batch in DataLoader(both, batch_size=2)] == [[1, 2], [3]]


def test_a_stream_has_no_numbers_and_needs_an_iterator() -> None:
    with pytest.raises(NotImplementedError, match="Numbers is a stream, whose samples have no numbers"):
        Numbers(1)[0]
    with pytest.raises(NotImplementedError, match=r"should implement __iter__; Endless has none"):
        iter(type("Endless", (IterableDataset,), {})())


# -- parts -------------------------------------------------------------------------------------------------------------


def test_a_subset_of_a_subset() -> None:
    inner = Subset(rows(10), [9, 7, 5, 3])
    outer = Subset(inner, [3, 0])
    assert [y.item() for _, y in outer] == [3, 9]
    assert values(outer.batch_at([0, 1])) == [[[6, 7], [18, 19]], [3, 9]]
    assert [y.item() for _, y in outer.__getitems__([1])] == [9]


def test_a_subset_with_an_index_that_is_not_there() -> None:
    with pytest.raises(IndexError, match=r"index 5, at position 1, is out of range for a dataset of 3 samples"):
        Subset("abc", [0, 5])


def test_negative_indices() -> None:
    assert list(Subset("abc", [-1])) == ["c"]


@pytest.mark.filterwarnings("ignore:Length of split")
@given(st.lists(st.integers(0, 20), min_size=1, max_size=4), st.integers(0, 2**32))
def test_a_split_deals_every_sample_once(lengths: list[int], seed: int) -> None:
    dataset = range(sum(lengths))
    parts = random_split(dataset, lengths, mg.Generator().manual_seed(seed))
    assert [len(part) for part in parts] == lengths
    assert sorted(sample for part in parts for sample in part) == list(dataset)


@pytest.mark.parametrize(
    ("n", "fractions"), [(10, [0.5, 0.5]), (10, [0.3, 0.3, 0.4]), (7, [0.5, 0.25, 0.25]), (3, [1.0])]
)
def test_fractions_are_pytorchs(n: int, fractions: list[float], torch) -> None:
    ours = [len(part) for part in random_split(range(n), fractions)]
    assert ours == [len(part) for part in torch.utils.data.random_split(range(n), fractions)]


def test_a_split_follows_its_generator_or_the_seed() -> None:
    def split(generator=None) -> list[int]:
        return list(random_split(range(50), [25, 25], generator)[0])

    assert split(mg.Generator().manual_seed(1)) == split(mg.Generator().manual_seed(1))
    assert split(mg.Generator().manual_seed(1)) != split(mg.Generator().manual_seed(2))
    mg.manual_seed(3)
    first = split()
    mg.manual_seed(3)
    assert split() == first


@pytest.mark.parametrize("lengths", [[3, 8], [0.5, 0.4], [2.5, 7.5], [-1, 11]])
def test_lengths_that_do_not_add_up(lengths: list) -> None:
    with pytest.raises((ValueError, TypeError), match=r"Sum of input lengths|interpreted as an integer"):
        random_split(range(10), lengths)


def test_a_fraction_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"Fraction at index 0 is not between 0 and 1: 1\.5"):
        random_split(range(10), [1.5, -0.5])


def test_an_empty_part_warns_as_in_pytorch(torch) -> None:
    for split in (random_split, torch.utils.data.random_split):
        with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
            split(range(1), [0.5, 0.5])


def test_a_dataset_without_samples() -> None:
    class Nothing(Dataset[int]):
        pass

    with pytest.raises(NotImplementedError, match=r"should implement __getitem__; Nothing has none"):
        Nothing()[0]
