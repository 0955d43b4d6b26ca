"""CharText and Shakespeare: windows of a text, codes of its characters, and a play that is what its notice says."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, datasets
from micrograd_nb.data.datasets import CharText, Shakespeare

texts = st.text(min_size=2, max_size=40)


@given(texts)
def test_decode_undoes_encode(text: str) -> None:
    dataset = CharText(text, length=1)
    codes = dataset.encode(text)
    assert codes.dtype is mg.int64
    assert dataset.decode(codes) == dataset.decode(codes.tolist()) == text
    assert dataset.vocabulary == "".join(sorted(set(text)))


@given(texts, st.data())
def test_a_target_is_its_input_one_character_later(text: str, data: st.DataObject) -> None:
    length = data.draw(st.integers(1, len(text) - 1))
    dataset = CharText(text, length)
    windows = [tuple(map(dataset.decode, pair)) for pair in dataset]
    assert windows == [(text[i : i + length], text[i + 1 : i + 1 + length]) for i in range(len(text) - length)]


@given(texts, st.data())
def test_batches_are_samples_collated(text: str, data: st.DataObject) -> None:
    dataset = CharText(text, data.draw(st.integers(1, len(text) - 1)))
    indices = data.draw(st.lists(st.integers(-len(dataset), len(dataset) - 1), min_size=1))
    fast, slow = dataset.batch_at(indices), mg.data.default_collate([dataset[i] for i in indices])
    assert [x.tolist() for x in fast] == [x.tolist() for x in slow]
    assert [x.dtype for x in fast] == [x.dtype for x in slow]
    assert all(x.is_contiguous() for x in fast)


def test_what_is_done_to_a_sample_stays_with_the_sample() -> None:
    dataset = CharText("banana", 3)
    for x in (*dataset[0], *dataset.batch_at([0])):
        x.fill_(0)
    assert dataset.decode(dataset.data) == "banana"


def test_windows_side_by_side() -> None:
    dataset = CharText("0123456789", 3)
    ((input, target),) = DataLoader(dataset, batch_size=10, sampler=range(0, len(dataset), dataset.length))
    assert [dataset.decode(codes) for codes in input] == ["012", "345", "678"]
    assert [dataset.decode(codes) for codes in target] == ["123", "456", "789"]


@pytest.mark.parametrize("index", [3, -4])
def test_no_window_beyond_the_ends(index: int) -> None:
    dataset = CharText("banana", 3)
    with pytest.raises(IndexError):
        dataset[index]
    with pytest.raises(IndexError):
        dataset.batch_at([index])


def test_a_given_vocabulary_gives_the_codes() -> None:
    dataset = CharText("nab", 2, vocabulary="xnab")
    assert dataset.data.tolist() == [1, 2, 3]
    assert dataset.encode("x").tolist() == [0]
    assert dataset.decode([]) == dataset.decode(mg.tensor([], dtype=mg.int64)) == ""


def test_repr() -> None:
    assert repr(CharText("banana", 3)) == (
        "Dataset CharText\n    Number of characters: 6\n    Vocabulary: 3 characters\n    Windows: 3 of 3 characters"
    )


BAD = [
    (lambda: CharText("abc", 3),              r"one more than a window, .* got length=3 and a text of 3 characters"),
    (lambda: CharText("abc", 0),              r"at least one character, .* got length=0"),
    (lambda: CharText("", 1),                 r"length=1 and a text of 0 characters"),
    (lambda: CharText("abc", 1, "ab"),        r"'c', at place 2, is not in the vocabulary, 'ab'"),
    (lambda: CharText("ab", 1, "aba"),        r"'a' is more than once"),
    (lambda: CharText("ab", 1).encode("ax"),  r"'x', at place 1, is not in the vocabulary, 'ab': leave it out"),
    (lambda: CharText("ab", 1).decode([2]),   r"codes are from 0 to 1, but 2 is among these"),
    (lambda: CharText("ab", 1).decode([-1]),  r"codes are from 0 to 1, but -1"),
    (lambda: CharText("ab", 1).decode([0.5]), r"whole numbers of shape .*, but got float64 of shape \(1,\)"),
    (lambda: CharText("ab", 1).decode(mg.zeros(2, 2, dtype=mg.int64)), r"got int64 of shape \(2, 2\). Of a batch: "),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), BAD)
def test_errors_say_what_to_do(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


# -- the play ----------------------------------------------------------------------------------------------------------


def test_the_parts_of_the_play_are_the_play() -> None:
    train, end = Shakespeare(), Shakespeare(train=False)
    text = (resources.files(datasets) / "midsummer.txt").read_text(encoding="ascii")
    assert train.text + end.text == text
    assert len(train.text) == len(text) * 9 // 10
    assert train.vocabulary == end.vocabulary == "".join(sorted(set(text)))
    assert train.length == end.length == 64
    assert isinstance(train, CharText)
    assert repr(end).startswith("Dataset Shakespeare\n    Number of characters: 9372")


def test_the_text_is_what_the_notice_says() -> None:
    text = (resources.files(datasets) / "midsummer.txt").read_text(encoding="ascii")
    notice = (resources.files(datasets) / "MIDSUMMER_NOTICE.txt").read_text(encoding="utf-8")
    assert "Public domain" in notice
    assert f"{len(text):,}" in notice
    assert text.startswith("ACT I.\n")
    assert all(line == line.strip() for line in text.splitlines())
    assert not re.search(r"\n\n\n|&egrave;|Gutenberg", text)


def test_a_bigram_model_learns_it() -> None:
    """How likely each letter is after each other: what any model must do better than."""
    train, end = Shakespeare(), Shakespeare(train=False)
    counts = np.ones((len(train.vocabulary),) * 2)
    np.add.at(counts, (train.data.numpy()[:-1], train.data.numpy()[1:]), 1)
    p = counts / counts.sum(1, keepdims=True)
    loss = -np.log(p[end.data.numpy()[:-1], end.data.numpy()[1:]]).mean()
    assert 2.3 < loss < 2.6
