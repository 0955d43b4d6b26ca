"""Text to learn character by character: given the characters so far, which one comes next?

`CharText` makes a dataset of any text; `Shakespeare` is one inside the package, and needs no download.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

import numpy as np

from ...tensors import Tensor, from_numpy
from ..dataset import Dataset


class CharText(Dataset[tuple[Tensor, Tensor]]):
    """Windows of a text, each with the same window one character later: what is to be predicted at each place.

    Sample i is a pair of tensors, int64 (length,): the codes of text[i : i + length], and of text[i + 1 : i + 1 +
    length]. A code is a character's place in the vocabulary. Neighbouring windows overlap: for windows side by side,
    give a loader `sampler=range(0, len(dataset), length)`; and hold out the end of a text, not windows drawn at random.

    Arguments:
        text: what to learn.
        length: how many characters a window has.
        vocabulary: all characters that there are, each once, if there are more than in this text: with a text that is
            held out, the vocabulary must be that of the training.

    Attributes:
        text, length, vocabulary: as given; left out, the vocabulary has the characters of the text, in order.
        data: the codes of the text, int64 (characters,).

    Raises:
        ValueError: a text that has no window with a next character, a vocabulary that lacks a character of it or has
            one twice.

    >>> banana = CharText("banana", length=3)
    >>> banana.vocabulary, len(banana)
    ('abn', 3)
    >>> banana[0]
    (tensor([1, 0, 2]), tensor([0, 2, 0]))
    >>> [banana.decode(codes) for codes in banana[0]]
    ['ban', 'ana']
    """

    def __init__(self, text: str, length: int = 64, vocabulary: str | None = None) -> None:
        self.text, self.length = text, length
        self.vocabulary = "".join(sorted(set(text))) if vocabulary is None else vocabulary
        self._code = {character: code for code, character in enumerate(self.vocabulary)}
        self._check()
        self.data = self.encode(text)

    def encode(self, text: str) -> Tensor:
        """The code of each character, int64 (characters,).

        Raises:
            ValueError: a character that is not in the vocabulary.

        >>> CharText("banana", 3).encode("nab")
        tensor([2, 0, 1])
        """
        try:
            return from_numpy(np.array([self._code[character] for character in text], np.int64))
        except KeyError as error:
            (unknown,) = error.args
            raise ValueError(
                f"{unknown!r}, at place {text.index(unknown)}, is not in the vocabulary, {self.vocabulary!r}: leave "
                "it out, or make the dataset with a vocabulary that has it"
            ) from None

    def decode(self, codes: Tensor | Iterable[int]) -> str:
        """The text that has these codes.

        Raises:
            ValueError: a number that is no code, or more than one axis.

        >>> CharText("banana", 3).decode([2, 0, 1])
        'nab'
        """
        numbers = np.asarray(codes.array if isinstance(codes, Tensor) else list(codes))
        if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
            raise ValueError(
                f"decode takes the codes of one text, whole numbers of shape (characters,), but got {numbers.dtype} "
                f"of shape {numbers.shape}. Of a batch: [decode(codes) for codes in batch]"
            )
        wrong = numbers[(numbers < 0) | (numbers >= len(self.vocabulary))]
        if wrong.size:
            raise ValueError(f"codes are from 0 to {len(self.vocabulary) - 1}, but {wrong[0]} is among these")
        return "".join(self.vocabulary[code] for code in numbers)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        first = range(len(self))[index]
        window = self.data.array[first : first + self.length + 1]
        return from_numpy(window[:-1].copy()), from_numpy(window[1:].copy())

    def __len__(self) -> int:
        return len(self.text) - self.length

    def batch_at(self, indices: Sequence[int]) -> list[Tensor]:
        """A batch at once: windows (n, length) and the same one character later."""
        first = np.arange(len(self))[np.asarray(indices, np.intp)]
        windows = self.data.array[first[:, None] + np.arange(self.length + 1)]
        return [from_numpy(windows[:, :-1].copy()), from_numpy(windows[:, 1:].copy())]

    def __repr__(self) -> str:
        about = {
            "Number of characters": len(self.text),
            "Vocabulary": f"{len(self.vocabulary)} characters",
            "Windows": f"{len(self)} of {self.length} characters",
        }
        lines = [f"Dataset {type(self).__name__}", *(f"{name}: {value}" for name, value in about.items())]
        return "\n    ".join(lines)

    def _check(self) -> None:
        if len(self._code) < len(self.vocabulary):
            twice = next(c for c in self.vocabulary if self.vocabulary.count(c) > 1)
            raise ValueError(f"a vocabulary has each character once, but {twice!r} is more than once in this one")
        if not 1 <= self.length < len(self.text):
            raise ValueError(
                "a window has at least one character, and the text one more than a window, which is predicted; but got "
                f"length={self.length} and a text of {len(self.text)} characters"
            )


class Shakespeare(CharText):
    """A Midsummer Night's Dream, by William Shakespeare: 94 kB of ASCII, the last tenth of it to see what was learned.

    MIDSUMMER_NOTICE.txt, beside this file, says where the text comes from, and what was changed.

    Arguments:
        train: True for the first nine tenths, False for the last tenth. The vocabulary is that of the whole play.
        length: how many characters a window has.

    >>> play = Shakespeare(length=31)
    >>> input, target = play[125]
    >>> play.decode(input)
    'Now, fair Hippolyta, our nuptia'
    """

    def __init__(self, train: bool = True, length: int = 64) -> None:
        text = _midsummer()
        end = len(text) * 9 // 10
        super().__init__(text[:end] if train else text[end:], length, "".join(sorted(set(text))))
        self.train = train


@cache
def _midsummer() -> str:
    """The play; read once, when first needed."""
    return resources.files(__package__).joinpath("midsummer.txt").read_text(encoding="ascii")
