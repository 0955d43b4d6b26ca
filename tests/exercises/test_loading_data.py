"""The checkers of lesson 2.2.1."""

from __future__ import annotations

from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.data import Dataset
from micrograd_nb.exercises import loading_data as exercises
from micrograd_nb.teaching.solutions import loading_data as solutions
from tests.exercises.cases import failures

# -- windows -----------------------------------------------------------------------------------------------------------


class Windows(Dataset):
    """A right answer; the others change one thing of it."""

    extra = 0  # samples too many
    ahead = 0  # by how much the number to predict is another one
    stride = 1

    def __init__(self, series: Any, size: int) -> None:
        self.series, self.size = series, size

    def __len__(self) -> Any:
        return len(self.series) - self.size + self.extra

    def __getitem__(self, index: int) -> Any:
        if index >= len(self):
            raise IndexError(index)
        start = index * self.stride
        return self.series[start : start + self.size], self.series[start + self.size + self.ahead]


class AsLongAsTheSeries(Windows):
    extra = 3


class OneTooMany(Windows):
    extra = 1


class TooFew(Windows):
    extra = -1


class CopiesTheLast(Windows):
    ahead = -1


class LooksTooFar(Windows):
    ahead = 1

    def __getitem__(self, index: int) -> Any:
        return super().__getitem__(index) if index < len(self) - 1 else super().__getitem__(index - 1)


class DoNotOverlap(Windows):
    stride = 3


class NoPair(Windows):
    def __getitem__(self, index: int) -> Any:
        return self.series[index : index + self.size]


class NeverEnds(Windows):
    def __getitem__(self, index: int) -> Any:
        return self.series[index : index + self.size], self.series[min(index + self.size, len(self.series) - 1)]


class KeyErrors(Windows):
    def __getitem__(self, index: int) -> Any:
        if index >= len(self):
            raise KeyError(index)
        return super().__getitem__(index)


class ShortWindows(Windows):
    def __getitem__(self, index: int) -> Any:
        window, after = super().__getitem__(index)
        return window[1:], after


class Lists(Windows):
    def __getitem__(self, index: int) -> Any:
        window, after = super().__getitem__(index)
        return window.tolist(), after


class Stub(Windows):
    def __len__(self) -> Any: ...

    def __getitem__(self, index: int) -> Any: ...


class HalfAStub(Windows):
    def __getitem__(self, index: int) -> Any: ...


def test_windows() -> None:
    mistakes = [
        (AsLongAsTheSeries, "the last windows would reach beyond its end"),
        (OneTooMany, "which no number follows"),
        (TooFew, "a series of 10 has 7 windows"),
        (CopiesTheLast, "the model could copy it"),
        (LooksTooFar, "after the window of data[0] comes 30"),
        (DoNotOverlap, "windows overlap"),
        (NoPair, "should be a pair"),
        (NeverEnds, "would never end"),
        (KeyErrors, "raises KeyError"),
        (ShortWindows, "has the shape (2,)"),
        (Lists, "a part of the series, a tensor?"),
        (lambda series, size: 3, "has no __len__"),
        (lambda series: 3, "raised TypeError"),
    ]
    assert list(failures(exercises.windows, [Stub, HalfAStub, None, ...], mistakes, [solutions.Windows, Windows])) == []


# -- pad ---------------------------------------------------------------------------------------------------------------


def at_the_front(samples: Any) -> Any:
    rows = mg.zeros(len(samples), max(map(len, samples)))
    for i, sample in enumerate(samples):
        rows[i, rows.shape[1] - len(sample) :] = sample
    return rows, solutions.pad(samples)[1]


def cut(samples: Any) -> Any:
    shortest = min(map(len, samples))
    return mg.stack([sample[:shortest] for sample in samples]), solutions.pad(samples)[1]


def in_place(samples: Any) -> Any:
    result = solutions.pad(samples)
    samples[0].mul_(0)
    return result


def with_ones(samples: Any) -> Any:
    rows, lengths = solutions.pad(samples)
    return rows + (rows == 0) * 1.0, lengths


def test_pad() -> None:
    mistakes = [
        (lambda samples: solutions.pad(samples)[0], "should return two things"),
        (lambda samples: (samples, solutions.pad(samples)[1]), "should be one tensor"),
        (lambda samples: (solutions.pad(samples)[0].T, solutions.pad(samples)[1]), "turned round"),
        (cut, "cut to the shortest"),
        (lambda samples: (mg.zeros(3, 9), solutions.pad(samples)[1]), "with these samples it is (3, 4)"),
        (at_the_front, "the zeros stand before"),
        (with_ones, "the batch is"),
        (
            lambda samples: (solutions.pad(samples)[0], mg.full((len(samples),), max(map(len, samples)))),
            "give the true ones",
        ),
        (
            lambda samples: (solutions.pad(samples)[0], solutions.pad(samples)[1] + 1),
            "the lengths are [2, 4, 1], and you give",
        ),
        (lambda samples: (solutions.pad(samples)[0], len(samples)), "one length for each sample"),
        (
            lambda samples: (solutions.pad(samples)[0], [len(sample) for sample in samples]),
            "should be a tensor, and are a list",
        ),
        (in_place, "changed the samples themselves"),
    ]
    stubs = [lambda samples: None, lambda samples: (solutions.pad(samples)[0], ...), ...]
    assert list(failures(exercises.pad, stubs, mistakes, [solutions.pad])) == []


def test_pad_agrees_with_pytorch(torch: Any) -> None:
    samples = [mg.ones(2), mg.ones(4), mg.ones(1)]
    theirs = torch.nn.utils.rnn.pad_sequence([torch.ones(2), torch.ones(4), torch.ones(1)], batch_first=True)
    assert solutions.pad(samples)[0].tolist() == theirs.tolist()


@pytest.mark.parametrize("checker", [exercises.windows, exercises.pad], ids=lambda checker: checker.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
