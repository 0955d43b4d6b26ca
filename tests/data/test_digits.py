"""Digits: the numbers are those of the source, and the two parts are what they say."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import datasets
from micrograd_nb.data.datasets.digits import _load


@pytest.fixture(params=[True, False], ids=["train", "test"])
def digits(request) -> datasets.Digits:
    return datasets.Digits(train=request.param)


def test_samples(digits: datasets.Digits) -> None:
    image, label = digits[3]
    assert image.shape == (1, 8, 8)
    assert image.dtype is mg.float32
    assert type(label) is int
    assert digits.classes[label] == str(label)
    assert len(list(digits)) == len(digits) == len(digits.data) == len(digits.targets)


def test_range(digits: datasets.Digits) -> None:
    assert (digits.data.min().item(), digits.data.max().item()) == (0.0, 1.0)
    assert digits.targets.dtype is mg.int64
    assert sorted(set(digits.targets.tolist())) == list(range(10))


def test_batches_are_samples_collated(digits: datasets.Digits) -> None:
    fast = digits.batch_at([5, 0, -1])
    slow = mg.data.default_collate([digits[i] for i in (5, 0, -1)])
    assert [x.tolist() for x in fast] == [x.tolist() for x in slow]
    assert [x.dtype for x in fast] == [x.dtype for x in slow]


def test_the_parts_are_stratified_and_together_all() -> None:
    train, test = datasets.Digits(), datasets.Digits(train=False)
    assert (len(train), len(test)) == (1437, 360)
    assert np.bincount(test.targets.numpy()).tolist() == [36] * 10
    images, _, held_out = _load()
    assert held_out.sum() == 360
    parts = np.concatenate([train.data.numpy(), test.data.numpy()]) * 16
    assert sorted(map(bytes, parts.astype(np.uint8))) == sorted(map(bytes, images))


def test_what_a_user_changes_stays_with_the_user() -> None:
    datasets.Digits().data.zero_()
    assert datasets.Digits().data.max().item() == 1.0


def test_repr() -> None:
    assert repr(datasets.Digits(train=False)) == "Dataset Digits\n    Number of datapoints: 360\n    Split: Test"


def test_the_numbers_are_the_sources() -> None:
    source = pytest.importorskip("sklearn.datasets", reason="scikit-learn, which has the same digits, is not installed")
    images, labels, _ = _load()
    digits = source.load_digits()
    assert np.array_equal(images, digits.images)
    assert np.array_equal(labels, digits.target)


def test_the_notice_is_beside_the_data() -> None:
    notice = (resources.files(datasets) / "DIGITS_NOTICE.txt").read_text(encoding="utf-8")
    assert "Alpaydin" in notice
    assert "CC BY 4.0" in notice


def test_the_notice_says_how_the_parts_were_drawn() -> None:
    notice = (resources.files(datasets) / "DIGITS_NOTICE.txt").read_text(encoding="utf-8")
    recipe = [line[4:] for line in notice.splitlines() if line.startswith("    ") and ("=" in line or "for " in line)]
    names = {"numpy": np, "labels": _load()[1]}
    exec("\n".join(recipe), names)
    assert np.array_equal(names["held_out"], _load()[2])
