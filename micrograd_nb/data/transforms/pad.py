"""Pad: puts a border around an image."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import from_numpy
from .base import Transform
from .image import array_of, dimensions, is_pil

MODES = ("constant", "edge", "reflect", "symmetric")


class Pad(Transform):
    """The image with a border. (torchvision: transforms.Pad)

    Arguments:
        padding: how many pixels: one number for all sides; two for left and right, top and bottom; or four for left,
            top, right, bottom. Negative numbers cut off.
        fill: the value of the border; for a PIL image also a tuple with one for each channel.
        padding_mode: "constant": `fill`. "edge": the outermost pixel, again and again. "reflect": the image in a mirror
            at the outermost pixel. "symmetric": in a mirror outside of it, so that the outermost pixel comes twice.

    >>> import micrograd_nb as mg
    >>> row = mg.tensor([[[1, 2, 3]]])
    >>> Pad((2, 0), fill=9)(row).tolist(), Pad((2, 0), padding_mode="reflect")(row).tolist()
    ([[[9, 9, 1, 2, 3, 9, 9]]], [[[3, 2, 1, 2, 3, 2, 1]]])
    """

    def __init__(self, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> None:
        sides(padding)
        _check(fill, padding_mode)
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img: Any) -> Any:
        return pad(img, self.padding, self.fill, self.padding_mode)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(padding={self.padding}, fill={self.fill}, padding_mode={self.padding_mode})"


def pad(img: Any, padding: Any, fill: Any = 0, padding_mode: str = "constant") -> Any:
    """See `Pad`."""
    border = sides(padding)
    fill = 0 if fill is None else fill
    _check(fill, padding_mode)
    if is_pil(img):
        return _pad_pil(img, border, fill, padding_mode)
    if not isinstance(fill, numbers.Real):
        raise TypeError(f"Got inappropriate fill arg: a tensor is filled with one number, but got {fill!r}")
    if padding_mode == "reflect":
        _check_mirror(dimensions(img), border)
    return from_numpy(_pad_array(array_of(img), border, fill, padding_mode, axes=(-2, -1)))


def sides(padding: Any) -> tuple[int, int, int, int]:
    """Left, top, right, bottom.

    >>> sides(1), sides([1, 2])
    ((1, 1, 1, 1), (1, 2, 1, 2))
    """
    if not isinstance(padding, (numbers.Real, tuple, list)):
        raise TypeError(
            f"Got inappropriate padding arg: a number, or a sequence of 1, 2 or 4 numbers, but got {padding!r}"
        )
    given = padding if isinstance(padding, (tuple, list)) else [padding]
    if len(given) not in (1, 2, 4):
        raise ValueError(f"Padding must be an int or a 1, 2, or 4 element tuple, not a {len(given)} element tuple")
    left, top, right, bottom = (list(given) * 4)[:4]
    return left, top, right, bottom


def fill_for(img: Any, fill: Any) -> Any:
    """A fill as Pillow wants it: as many values as the PIL image has channels."""
    channels = dimensions(img)[0]
    values = list(fill) if isinstance(fill, Sequence) else [0 if fill is None else fill]
    if len(values) == 1:
        values *= channels
    if len(values) != channels:
        raise ValueError(
            "The number of elements in 'fill' does not match the number of channels of the image "
            f"({len(values)} != {channels})"
        )
    values = values if img.mode == "F" else [int(value) for value in values]
    return values[0] if channels == 1 else tuple(values)


def _check(fill: Any, padding_mode: Any) -> None:
    if not isinstance(fill, (numbers.Real, tuple, list)):
        raise TypeError(f"Got inappropriate fill arg: a number or a tuple of numbers, but got {fill!r}")
    if padding_mode not in MODES:
        raise ValueError(
            f"Padding mode should be either constant, edge, reflect or symmetric, but got {padding_mode!r}"
        )


def _pad_pil(img: Any, border: tuple[int, int, int, int], fill: Any, mode: str) -> Any:
    from PIL import Image, ImageOps

    if mode == "constant":
        out = ImageOps.expand(img, border=border, fill=fill_for(img, fill))
    else:
        out = Image.fromarray(_pad_array(np.asarray(img), border, 0, mode, axes=(0, 1)))
    if img.mode == "P":
        out.putpalette(img.getpalette())
    return out


def _pad_array(
    array: ndarray, border: tuple[int, int, int, int], fill: Any, mode: str, axes: tuple[int, int]
) -> ndarray:
    left, top, right, bottom = border
    rows, columns = axes
    kept: list[Any] = [slice(None)] * array.ndim
    kept[rows] = slice(max(-top, 0), array.shape[rows] - max(-bottom, 0))
    kept[columns] = slice(max(-left, 0), array.shape[columns] - max(-right, 0))
    widths = [(0, 0)] * array.ndim
    widths[rows], widths[columns] = (max(top, 0), max(bottom, 0)), (max(left, 0), max(right, 0))
    options = {"constant_values": fill} if mode == "constant" else {}
    return np.pad(array[tuple(kept)], widths, mode, **options)  # type: ignore[call-overload]


def _check_mirror(dimensions: tuple[int, int, int], border: tuple[int, int, int, int]) -> None:
    _, height, width = dimensions
    left, top, right, bottom = border
    for name, length, pixels in (("width", width, max(left, right)), ("height", height, max(top, bottom))):
        if pixels >= length:
            raise RuntimeError(
                f"Padding size should be less than the corresponding input dimension, but got: padding of {pixels} "
                f"pixels at a {name} of {length}. A mirror shows no more than there is."
            )
