"""Small pictures of samples, and what is in them: `picture`, `Facts`, `histogram`. All is HTML that holds no names.

A picture is a BMP: nothing is compressed, so the same pixels are the same text on every system.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray
from PIL import Image

from ..tensors import Tensor
from .panel import shown, svg_img

SIDE = 64  # of a picture on the page, about, in CSS pixels
BINS = 32
BAD = (204, 0, 204)  # pixels that are NaN: no photo has them


def picture(value: Any, alt: str = "picture") -> str:
    """An `<img>` of a PIL image or of an array that is one; else what it is, in words.

    Numbers that are not all from 0 to 1 (floating point) or from 0 to 255 (uint8) are stretched from black to white.

    >>> import micrograd_nb as mg
    >>> picture(mg.zeros(1, 8, 8))[:45]
    '<img alt="picture" width="64" height="64" src'
    >>> picture(mg.zeros(5, 5, 5, 5))
    'no picture: shape (5, 5, 5, 5)'
    """
    if _is_several(value):
        return " ".join(picture(item, alt) for item in value[:4]) + (" …" if len(value) > 4 else "")
    pixels = _pixels(value)
    if pixels is None:
        shape = getattr(array_of(value), "shape", None)
        return shown(value) if shape in (None, ()) else f"no picture: shape {shape}"
    step = max(1, math.ceil(max(pixels.shape[:2]) / (2 * SIDE)))
    pixels = np.ascontiguousarray(pixels[::step, ::step])
    height, width = pixels.shape[:2]
    scale = max(1, SIDE // max(height, width))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="BMP")
    data = base64.b64encode(file.getvalue()).decode()
    size = f'width="{width * scale}" height="{height * scale}"'
    return f'<img alt="{shown(alt)}" {size} src="data:image/bmp;base64,{data}">'


@dataclass(frozen=True)
class Facts:
    """What a value is, in words for a table."""

    kind: str
    shape: str
    dtype: str
    range: str
    stretch: str = ""  # says so where the picture is not drawn with the numbers as they are

    @classmethod
    def of(cls, value: Any) -> Facts:
        """Those of a value; of several images, of the first one.

        >>> import micrograd_nb as mg
        >>> facts = Facts.of(mg.tensor([1.0, 4.0, float("nan")]))
        >>> facts.shape, facts.range, facts.stretch
        ('(3,)', '1 … 4, 1 NaN or infinite', 'picture: from black to white')
        """
        if _is_several(value):
            first = cls.of(value[0])
            return cls(f"{type(value).__name__} of {len(value)}", first.shape, first.dtype, first.range, first.stretch)
        array, kind = array_of(value), type(value).__name__
        if array is None:
            return cls(shown(kind), "–", "–", "–")
        if isinstance(value, Image.Image):
            kind = f"PIL, mode {value.mode}"
        return cls(shown(kind), str(array.shape), str(array.dtype), _range(array), _stretch(array))


def histogram(value: Any) -> str:
    """An `<img>` of how the numbers of a value are spread from its least to its greatest one."""
    array = array_of(value[0] if _is_several(value) else value)
    numbers = _finite(array) if array is not None else np.empty(0)
    if not numbers.size:
        return "–"
    low, high = float(numbers.min()), float(numbers.max())
    half = max(abs(low), abs(high), 1.0) / 2 if high == low else 0.0  # one number alone stands in the middle
    scale = max(abs(low), abs(high), 1.0)  # so that the width of a range of huge numbers is not infinite
    counts, _ = np.histogram(numbers / scale, BINS, ((low - half) / scale, (high + half) / scale))
    heights = [math.ceil(40 * int(count) / int(counts.max())) for count in counts]
    bars = "".join(f"M{4 * i} 40h3v-{height}h-3z" for i, height in enumerate(heights) if height)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {4 * BINS} 41" width="{4 * BINS}" height="41">'
        f'<path d="{bars}" fill="#7a7a7a"/><path d="M0 40.5H{4 * BINS}" stroke="#7a7a7a"/></svg>'
    )
    return svg_img(svg, f"histogram of {numbers.size} numbers from {low:.4g} to {high:.4g}")


def array_of(value: Any) -> ndarray | None:
    """The numbers of a PIL image, a tensor, an array or a number; None of anything else."""
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, (Image.Image, ndarray, int, float)):
        array = np.asarray(value)
        return array if array.dtype.kind in "biuf" else None
    return None


def _is_several(value: Any) -> bool:
    """Whether a stage gave several images, as FiveCrop does."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(array_of(item) is not None for item in value)


def _pixels(value: Any) -> ndarray | None:
    """Rows × columns, or × 3 colours, of uint8; None of what is no image."""
    if isinstance(value, Image.Image):
        value = value if value.mode in ("L", "RGB", "I", "F", "I;16") else value.convert("RGB")
    array = array_of(value)
    if array is None or array.size == 0:
        return None
    if isinstance(value, Tensor) or (isinstance(value, ndarray) and array.ndim == 3 and array.shape[0] in (1, 3)):
        array = array.transpose(1, 2, 0) if array.ndim == 3 else array  # channels last, as Pillow has them
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3):
        return _bytes(array)
    return None


def _bytes(array: ndarray) -> ndarray:
    if array.dtype == np.uint8:
        return array
    is_bad = ~np.isfinite(array)
    numbers = np.where(is_bad, 0, array).astype(np.float64)
    low, high = _ends(_finite(array))
    with np.errstate(over="ignore", invalid="ignore"):
        grey = np.clip(np.nan_to_num((numbers / 2 - low / 2) / (high / 2 - low / 2)), 0, 1)
    pixels = np.rint(255 * grey).astype(np.uint8)
    if not is_bad.any():
        return pixels
    if pixels.ndim == 2:
        pixels, is_bad = np.repeat(pixels[:, :, None], 3, axis=2), is_bad[:, :, None]
    return np.where(is_bad.any(axis=2, keepdims=True), np.array(BAD, np.uint8), pixels)


def _ends(finite: ndarray) -> tuple[float, float]:
    """The numbers that are black and white."""
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if high > low else (low - 1, high + 1)


def _finite(array: ndarray) -> ndarray:
    return array[np.isfinite(array)].astype(np.float64)


def _range(array: ndarray) -> str:
    finite = _finite(array)
    bad = array.size - finite.size
    if not array.size:
        return "empty"
    if not finite.size:
        return f"all {bad} NaN or infinite"
    return f"{finite.min():.4g} … {finite.max():.4g}" + (f", {bad} NaN or infinite" if bad else "")


def _stretch(array: ndarray) -> str:
    finite = _finite(array)
    if array.dtype == np.uint8 or not finite.size or _ends(finite) == (0.0, 1.0):
        return ""
    return "picture: from black to white"


def words(items: Sequence[Any], most: int = 12) -> str:
    """Some values with commas, and how many there are if these are not all."""
    text = ", ".join(shown(item) for item in items[:most])
    return text + (f", … ({len(items)} of them)" if len(items) > most else "")
