"""Digits: 1797 handwritten digits of 8×8 pixels, inside the package. They need no download, and train in seconds.

From the UCI Machine Learning Repository, E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", CC BY
4.0; DIGITS_NOTICE.txt, beside this file, says what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
from numpy import ndarray

from ...tensors import Tensor, from_numpy
from ..dataset import Dataset, rows_of


class Digits(Dataset[tuple[Tensor, int]]):
    """The UCI handwritten digits: 1437 to train with, and 360 others to see what was learned.

    Sample i is an image, float32 (1, 8, 8) from 0 (paper) to 1 (ink), and its label, an int from 0 to 9. The 360 are 36
    of each digit, drawn once and for all. Thirteen people wrote all of them, so a model that does well on the 360
    has learned these hands, not yet all hands.

    Arguments:
        train: True for the 1437, False for the 360.

    Attributes:
        data: all images, float32 (n, 1, 8, 8).
        targets: all labels, int64 (n,).
        classes: the name of each label.

    >>> digits = Digits(train=False)
    >>> image, label = digits[0]
    >>> image.shape, label, len(digits)
    (micrograd_nb.Size([1, 8, 8]), 5, 360)
    """

    def __init__(self, train: bool = True) -> None:
        images, labels, held_out = _load()
        rows = ~held_out if train else held_out
        self.train = train
        self.data = from_numpy((images[rows, None] / np.float32(16)).astype(np.float32))
        self.targets = from_numpy(labels[rows].astype(np.int64))
        self.classes = [str(digit) for digit in range(10)]

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.data[index], int(self.targets.array[index])

    def __len__(self) -> int:
        return len(self.data)

    def batch_at(self, indices: Sequence[int]) -> list[Tensor]:
        """A batch at once: images (n, 1, 8, 8) and labels (n,)."""
        rows = np.asarray(indices, np.intp)
        return [rows_of(self.data, rows), rows_of(self.targets, rows)]

    def __repr__(self) -> str:
        split = "Train" if self.train else "Test"
        return f"Dataset {type(self).__name__}\n    Number of datapoints: {len(self)}\n    Split: {split}"


@cache
def _load() -> tuple[ndarray, ndarray, ndarray]:
    """The images (1797, 8, 8) from 0 to 16, their labels, and which are held out; read once, when first needed."""
    with resources.files(__package__).joinpath("digits.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["images"], arrays["labels"], arrays["held_out"]
