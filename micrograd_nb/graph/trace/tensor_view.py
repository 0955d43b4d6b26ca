"""A tensor too large to be written out: its shape, its numbers in a line, and a heat map up to 32×32.

The heat map is centred on zero: nothing is drawn there, and the larger a number, the stronger its colour. So it can be
read on white and on dark.
"""

from __future__ import annotations

import base64
import io
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from .. import text

LARGEST_MAP = 32
POSITIVE, NEGATIVE, NOT_A_NUMBER = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2), (0xCC, 0x79, 0xA7)
LEVELS = 15  # of strength, so that the picture stays small


class TensorView:
    """What a widget shows of a tensor. It is drawn when it is asked for.

    >>> TensorView(np.arange(-10.0, 10.0)).facts
    'min −10 · mean −0.5 · max 9 · 1 zero'
    """

    def __init__(self, x: ndarray) -> None:
        self.x = x
        matrix = x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x.reshape(1, -1)
        self.rows, self.columns = matrix.shape

    @staticmethod
    def of(x: Any) -> TensorView | None:
        """The view of a tensor; None for one that is written out in full, with up to 16 elements."""
        x = np.asarray(x)
        return None if x.size <= text.SHOWN else TensorView(x)

    @property
    def shape(self) -> str:
        return text.shape(self.x.shape)

    @cached_property
    def facts(self) -> str:
        """Smallest, mean and largest element, and how many are zero, NaN or infinite."""
        return facts(self.x)

    @cached_property
    def heat(self) -> tuple[str, float]:
        """A PNG as a data: URL, a pixel an element, and what full strength stands for; "" where there is none."""
        drawn = max(self.rows, self.columns) <= LARGEST_MAP and self.x.dtype.kind in "biuf"
        return heat_map(self.x.reshape(self.rows, self.columns)) if drawn else ("", 0.0)

    def written(self) -> tuple[tuple[str, str | int], ...]:
        """All of it, as names and text."""
        picture, strongest = self.heat
        ends = f"−{text.number(strongest)} … 0 … {text.number(strongest)}" if strongest else "all zero"
        return (
            ("shape", self.shape), ("facts", self.facts), ("picture", picture), ("scale", ends if picture else ""),
            ("rows", self.rows), ("columns", self.columns),
        )  # fmt: skip


def facts(x: ndarray) -> str:
    """Smallest, mean and largest element, and how many are zero, NaN or infinite."""
    written = text.summary(x).replace(", ", " · ").split(" · ")
    zeros = int(np.count_nonzero(x == 0))
    return " · ".join([*written, *([f"{zeros} zero{'s' * (zeros != 1)}"] if zeros else [])])


def heat_map(matrix: ndarray) -> tuple[str, float]:
    """A matrix as a picture, and the size of the number that has full strength."""
    from PIL import Image  # loaded when a picture is drawn, as everything that draws is

    numbers = matrix.astype(np.float64)
    finite = np.isfinite(numbers)
    strongest = float(np.abs(numbers[finite]).max(initial=0.0))
    with np.errstate(invalid="ignore", over="ignore"):
        strength = np.where(finite, np.abs(numbers) / (strongest or 1.0), 1.0)
    pixels = np.empty((*matrix.shape, 4), np.uint8)
    pixels[..., :3] = np.where((numbers > 0)[..., None], POSITIVE, NEGATIVE)
    pixels[np.isnan(numbers), :3] = NOT_A_NUMBER
    pixels[..., 3] = np.ceil(strength * LEVELS) * (255 // LEVELS)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}", strongest
