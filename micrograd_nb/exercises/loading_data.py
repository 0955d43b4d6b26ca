"""The exercises of lesson 2.2.1: a Dataset of windows, and a batch made of sequences that differ in length."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data import DataLoader
from ..tensors import Tensor, arange
from .check import NotYet, Wrong, call, close, exercise, kind, number, require, shown

# -- 1: windows --------------------------------------------------------------------------------------------------------

LENGTH, SIZE = 10, 3

WINDOWS_HINTS = [
    "Write down the samples of the series 0, 1, 2, 3, 4 with size 3, and of one with six numbers. How does their "
    "number depend on len(series) and size?",
    "The window from i on is series[i : i + size]. At which position is the number that follows it?",
    "The last window must leave one number to predict: len(series) - size samples. Raise IndexError where index is not "
    "below len(self).",
]


@exercise(hints=WINDOWS_HINTS)
def windows(answer: Any) -> str:
    """`Windows(series, size)`: a Dataset of (size numbers in a row, the number that follows)."""
    series = 10 * arange(LENGTH).float()  # 0, 10, 20, …: positions and values are not to be mixed up
    data = call(answer, series, SIZE, shown="Windows(series, size)")
    _has_the_right_length(data)
    for i in range(LENGTH - SIZE):
        _is_window(call(data.__getitem__, i, shown=f"data[{i}]"), i)
    _ends(data)
    inputs, _ = next(iter(DataLoader(data, batch_size=4)))
    require(
        isinstance(inputs, Tensor) and inputs.shape == (4, SIZE),
        f"a loader should make batches of shape (4, {SIZE}) of it, and makes {kind(inputs)}: does data[i] give a part "
        "of the series, a tensor?",
    )
    return f"{LENGTH - SIZE} windows of {SIZE} in a series of {LENGTH}, each with the number that follows it"


def _has_the_right_length(data: Any) -> None:
    for method in ("__len__", "__getitem__"):
        require(hasattr(data, method), f"{kind(data)} has no {method}, and a loader asks for it")
    got = call(type(data).__len__, data, shown="len(data)")
    require(isinstance(got, int), f"len(data) should be a whole number, and is {kind(got)}")
    right = LENGTH - SIZE
    require(got != LENGTH, f"len(data) is {got}, the length of the series: the last windows would reach beyond its end")
    require(
        got != right + 1,
        f"len(data) is {got}, and counts a window at the very end, which no number follows",
    )
    require(got == right, f"len(data) is {got}; a series of {LENGTH} has {right} windows of {SIZE} with a number after")


def _is_window(sample: Any, i: int) -> None:
    is_pair = isinstance(sample, tuple) and len(sample) == 2
    require(is_pair, f"data[{i}] should be a pair, (window, next number), and is {kind(sample)}")
    if any(part is ... for part in sample):
        raise NotYet(f"a part of data[{i}] is still open")
    window, after = np.asarray(_array(sample[0])), number(sample[1], f"the second part of data[{i}]")
    wanted = 10.0 * np.arange(i, i + SIZE)
    require(window.shape == (SIZE,), f"the window of data[{i}] has the shape {window.shape}, and should have ({SIZE},)")
    require(
        i == 0 or not close(window, 10.0 * np.arange(i * SIZE, i * SIZE + SIZE)),
        f"data[{i}] starts at position {i * SIZE}: windows overlap, and each starts one number after the one before",
    )
    require(close(window, wanted), f"the window of data[{i}] is {shown(window)}, and should be {shown(wanted)}")
    require(
        not close(after, wanted[-1]),
        f"the number to predict in data[{i}] is {shown(after)}, the last of the window itself: the model could copy it",
    )
    right = 10.0 * (i + SIZE)
    require(close(after, right), f"after the window of data[{i}] comes {shown(right)}, and you give {shown(after)}")


def _array(x: Any) -> Any:
    return x.array if isinstance(x, Tensor) else x


def _ends(data: Any) -> None:
    try:
        data[LENGTH - SIZE]
    except IndexError:
        return
    except Exception as error:
        raise Wrong(
            f"data[{LENGTH - SIZE}] does not exist, and raises {type(error).__name__}; IndexError it is"
        ) from None
    raise Wrong(f"data[{LENGTH - SIZE}] does not exist, and raises nothing: `for sample in data` would never end")


# -- 2: pad ------------------------------------------------------------------------------------------------------------

LENGTHS = (2, 4, 1)

PAD_HINTS = [
    "How long is the longest sequence of these samples? Make a tensor of zeros with that many columns, and a row for "
    "each sample.",
    "The beginning of a row can be written to: rows[i, : len(sample)] = sample.",
    "Return two things: rows, and mg.tensor([len(sample) for sample in samples]).",
]


@exercise(hints=PAD_HINTS)
def pad(answer: Any) -> str:
    """`pad(samples)`: (the sequences filled up with zeros at the end, their lengths)."""
    for lengths in (LENGTHS, (3, 3), (1,)):
        samples = [10.0 * i + arange(1, length + 1).float() for i, length in enumerate(lengths)]
        before = [sample.array.copy() for sample in samples]
        _is_padded(call(answer, samples, shown="pad(samples)"), before)
        same = all(np.array_equal(sample.array, old) for sample, old in zip(samples, before, strict=True))
        require(
            same, "pad changed the samples themselves, and the dataset may still need them: write into a new tensor"
        )
    return f"sequences of {', '.join(map(str, LENGTHS))} numbers are one batch of shape {len(LENGTHS), max(LENGTHS)}"


def _is_padded(result: Any, samples: list[np.ndarray]) -> None:
    is_pair = isinstance(result, (tuple, list)) and len(result) == 2
    require(is_pair, f"pad should return two things, the padded sequences and the lengths, and returns {kind(result)}")
    rows, lengths = result
    if rows is ... or lengths is ...:
        raise NotYet("the sequences or the lengths are still open")
    require(isinstance(rows, Tensor), f"the padded sequences should be one tensor, and are {kind(rows)}")
    longest = max(map(len, samples))
    wanted = np.zeros((len(samples), longest))
    at_the_end = wanted.copy()
    for i, sample in enumerate(samples):
        wanted[i, : len(sample)] = sample
        at_the_end[i, longest - len(sample) :] = sample
    require(
        rows.shape != wanted.T.shape or rows.shape == wanted.shape,
        f"the shape is {tuple(rows.shape)}, turned round: a row for each sample, {wanted.shape}",
    )
    require(
        rows.dim() != 2 or rows.shape[1] != min(map(len, samples)) or rows.shape == wanted.shape,
        "the sequences are cut to the shortest, and their ends are lost: fill up to the longest",
    )
    require(rows.shape == wanted.shape, f"the shape is {tuple(rows.shape)}; with these samples it is {wanted.shape}")
    require(
        close(wanted, at_the_end) or not close(rows.array, at_the_end),
        "the zeros stand before the sequences: they belong at the end",
    )
    require(close(rows.array, wanted), f"the batch is {shown(rows)}, and should be {shown(wanted)}")
    right = [len(sample) for sample in samples]
    require(np.size(_array(lengths)) == len(samples), f"one length for each sample is needed, and {kind(lengths)} came")
    require(
        len(set(right)) == 1 or not close(_array(lengths), longest),
        f"all lengths are {longest}, those of the padded rows: give the true ones, from before",
    )
    require(
        close(_array(lengths), right), f"the lengths are {right}, and you give {shown(np.asarray(_array(lengths)))}"
    )
    require(isinstance(lengths, Tensor), f"the lengths should be a tensor, and are {kind(lengths)}: mg.tensor(lengths)")
