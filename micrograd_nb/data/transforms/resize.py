"""Resize: makes an image larger or smaller."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import from_numpy
from .base import Transform
from .image import array_of, dimensions, is_pil
from .interpolation import InterpolationMode, check_for_tensors, for_pil, interpolation_mode

BILINEAR, BICUBIC = InterpolationMode.BILINEAR, InterpolationMode.BICUBIC
NEAREST, NEAREST_EXACT = InterpolationMode.NEAREST, InterpolationMode.NEAREST_EXACT


class Resize(Transform):
    """The image in another size. (torchvision: transforms.Resize)

    Arguments:
        size: (height, width), or a number for the shorter side; the longer one keeps its proportion.
        interpolation: an `InterpolationMode` or Pillow's number for one.
        max_size: the longer side is never longer than this, although the shorter one gets shorter than `size`. Only
            together with a single number as `size`.
        antialias: whether a tensor that gets smaller is smoothed; PIL images always are.

    >>> import micrograd_nb as mg
    >>> Resize(2)(mg.zeros(3, 4, 6)).shape
    micrograd_nb.Size([3, 2, 3])
    >>> Resize((1, 2))(mg.tensor([[[0.0, 1.0, 2.0, 3.0]]]))
    tensor([[[0.7143, 2.2857]]])
    """

    def __init__(
        self,
        size: Any,
        interpolation: InterpolationMode | int = BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        if not isinstance(size, (int, Sequence)) or isinstance(size, str):
            raise TypeError(f"Size should be int or sequence. Got {type(size)}: {size!r}")
        if isinstance(size, Sequence) and len(size) not in (1, 2):
            raise ValueError(f"If size is a sequence, it should have 1 or 2 values. Got {size!r}.")
        self.size = size
        self.max_size = max_size
        self.interpolation = interpolation_mode(interpolation)
        self.antialias = antialias

    def forward(self, img: Any) -> Any:
        return resize(img, self.size, self.interpolation, self.max_size, self.antialias)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(size={self.size}, interpolation={self.interpolation.value}, "
            f"max_size={self.max_size}, antialias={self.antialias})"
        )


def resize(
    img: Any,
    size: Any,
    interpolation: InterpolationMode | int = BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """See `Resize`."""
    mode = interpolation_mode(interpolation)
    _, height, width = dimensions(img)
    new_height, new_width = output_size(height, width, size, max_size)
    if (new_height, new_width) == (height, width):
        return img
    if is_pil(img):
        if antialias is False:
            warnings.warn(
                "Anti-alias option is always applied for PIL Image input. Argument antialias is ignored.", stacklevel=2
            )
        return img.resize((new_width, new_height), for_pil(mode))
    check_for_tensors(mode, (NEAREST, NEAREST_EXACT, BILINEAR, BICUBIC))
    return from_numpy(_resized(array_of(img), (new_height, new_width), mode, bool(antialias)))


def output_size(height: int, width: int, size: Any, max_size: int | None = None) -> tuple[int, int]:
    """Height and width of the new image.

    >>> output_size(427, 640, 256), output_size(427, 640, 256, max_size=300), output_size(427, 640, (10, 20))
    ((256, 383), (200, 300), (10, 20))
    """
    if isinstance(size, Sequence) and len(size) == 2:
        if max_size is not None:
            raise ValueError(
                "max_size should only be passed if size specifies the length of the smaller edge, i.e. size should be "
                f"an int. Got size={size} and max_size={max_size}."
            )
        return size[0], size[1]
    shorter = size[0] if isinstance(size, Sequence) else size
    if max_size is not None and max_size <= shorter:
        raise ValueError(
            f"max_size = {max_size} must be strictly greater than the requested size for the smaller edge size = {size}"
        )
    short, long = min(height, width), max(height, width)
    longer = int(shorter * long / short)
    if max_size is not None and longer > max_size:
        shorter, longer = int(max_size * shorter / longer), max_size
    return (longer, shorter) if width <= height else (shorter, longer)


# -- tensors -----------------------------------------------------------------------------------------------------------


def _resized(array: ndarray, size: tuple[int, int], mode: InterpolationMode, antialias: bool) -> ndarray:
    """The last two axes in another size: one after the other, since what is new in a row depends on that row alone."""
    if mode in (NEAREST, NEAREST_EXACT):
        rows, columns = (_nearest(old, new, mode) for old, new in zip(array.shape[-2:], size, strict=True))
        return np.ascontiguousarray(array[..., rows[:, None], columns])
    floats = array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)
    rows, columns = (
        _weights(old, new, mode, antialias).astype(floats.dtype)
        for old, new in zip(array.shape[-2:], size, strict=True)
    )
    out = rows @ (floats @ columns.T)
    if array.dtype == np.uint8 and mode is BICUBIC:
        out = out.clip(0, 255)
    return as_before(out, array.dtype)


def as_before(floats: ndarray, dtype: np.dtype[Any]) -> ndarray:
    """Computed floats in the dtype that the image had; whole numbers are rounded, halves to even."""
    if floats.dtype == dtype:
        return floats
    return np.rint(floats).astype(dtype) if dtype.kind in "iu" else floats.astype(dtype)


def _nearest(old: int, new: int, mode: InterpolationMode) -> ndarray:
    """Which old pixel each new one takes."""
    scale = np.float32(old) / np.float32(new)
    centers = np.arange(new, dtype=np.float32) + np.float32(0.5 if mode is NEAREST_EXACT else 0)
    return np.minimum((centers * scale).astype(np.intp), old - 1)


@lru_cache(maxsize=64)
def _weights(old: int, new: int, mode: InterpolationMode, antialias: bool) -> ndarray:
    """How much each old pixel gives to each new one, (new, old).

    A new pixel lies at `center` between the old ones and takes of each as much as a curve around it says. With
    antialias the curve gets as wide as the image gets smaller, so that no old pixel is missed.
    """
    scale = old / new
    centers = scale * (np.arange(new)[:, None] + 0.5)
    if antialias:
        wide = max(scale, 1.0)
        reach = wide * (1 if mode is BILINEAR else 2)
        first = np.maximum((centers - reach + 0.5).astype(np.intp), 0)
        last = np.minimum((centers + reach + 0.5).astype(np.intp), old)
        pixels = np.arange(old)
        distance = (pixels - centers + 0.5) / wide
        curve = _tent(distance) if mode is BILINEAR else _cubic(distance, -0.5)
        weights = np.where((pixels >= first) & (pixels < last), curve, 0)
        return weights / weights.sum(1, keepdims=True)
    return _weights_of_neighbors(centers[:, 0] - 0.5, old, mode)


def _weights_of_neighbors(places: ndarray, old: int, mode: InterpolationMode) -> ndarray:
    """Without antialias: 2 (bilinear) or 4 (bicubic) neighbours; beyond the edge, the pixel at the edge stands in."""
    if mode is BILINEAR:
        places = np.maximum(places, 0)
    first = np.floor(places).astype(np.intp)
    weights = np.zeros((len(places), old))
    for step in (0, 1) if mode is BILINEAR else (-1, 0, 1, 2):
        distance = places - (first + step)
        curve = _tent(distance) if mode is BILINEAR else _cubic(distance, -0.75)
        np.add.at(weights, (np.arange(len(places)), (first + step).clip(0, old - 1)), curve)
    return weights


def _tent(x: ndarray) -> ndarray:
    return np.maximum(1 - np.abs(x), 0)


def _cubic(x: ndarray, a: float) -> ndarray:
    """Keys (1981), Cubic convolution interpolation for digital image processing: smooth, 1 at 0, and 0 at ±1 and ±2."""
    x = np.abs(x)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0))
