"""Many images as one: `make_grid`, and `save_image`, which writes it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy import ndarray

from ..tensors import Tensor, from_numpy

Range = tuple[float, float]


def make_grid(
    tensor: Tensor | list[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: Range | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Puts images side by side, row by row. (torchvision: utils.make_grid)

    Arguments:
        tensor: a batch (n, channels, height, width), or a list of images of one shape. An image with one channel, or
            without an axis for channels, becomes one of three equal channels.
        nrow: how many images a row has.
        padding: how many pixels there are between images and around them.
        normalize: stretch the numbers to reach from 0 to 1.
        value_range: (min, max), what becomes 0 and 1; the smallest and the largest number, if it is not given.
        scale_each: stretch each image by itself.
        pad_value: what the padding and the places that are left are filled with.

    Returns:
        The grid (channels, height, width), in the dtype of the images. A single image comes back as it is, without
        padding.

    Raises:
        TypeError: no tensors; a `value_range` that is no pair.
        RuntimeError: images of different shapes; whole numbers that are to be stretched; no axis for height and width.
        ValueError: no images; a `nrow` or `padding` that makes no sense.

    >>> import micrograd_nb as mg
    >>> make_grid(mg.ones(3, 1, 1, 1), nrow=2, padding=1)[0]
    tensor([[0., 0., 0., 0., 0.],
            [0., 1., 0., 1., 0.],
            [0., 0., 0., 0., 0.],
            [0., 1., 0., 0., 0.],
            [0., 0., 0., 0., 0.]])
    """
    images = _batch(tensor)
    _check_numbers(len(images), nrow, padding)
    if normalize:
        images = _stretched(images, value_range, scale_each)
    if len(images) == 1:
        return from_numpy(images[0])
    n, channels, height, width = images.shape
    columns = min(nrow, n)
    rows = -(-n // columns)
    down, right = height + padding, width + padding  # from one image to the next
    grid = np.full((channels, rows * down + padding, columns * right + padding), pad_value, images.dtype)
    for i, img in enumerate(images):
        top, left = i // columns * down + padding, i % columns * right + padding
        grid[:, top : top + height, left : left + width] = img
    return from_numpy(grid)


def save_image(
    tensor: Tensor | list[Tensor], fp: str | Path | BinaryIO, format: str | None = None, **kwargs: Any
) -> None:
    """Writes an image, or a batch of them as a grid, to a file. (torchvision: utils.save_image)

    Arguments:
        tensor: floats from 0 to 1, as for `make_grid`; what lies outside is clipped.
        fp: a path, or a file that is open for bytes.
        format: "PNG", "JPEG", …; if it is not given, the ending of the path says so.
        kwargs: those of `make_grid`.

    Raises:
        TypeError: no floats.
        TypeError, RuntimeError, ValueError: as `make_grid`; a format that Pillow does not know.
    """
    from PIL import Image

    grid = make_grid(tensor, **kwargs).array
    if grid.dtype.kind != "f":
        raise TypeError(f"save_image takes floats from 0 to 1, but got {grid.dtype}. Of bytes: img / 255.")
    pixels = (grid * 255 + 0.5).clip(0, 255).transpose(1, 2, 0).astype(np.uint8)
    Image.fromarray(pixels).save(fp, format=format)


def _batch(tensor: Any) -> ndarray:
    """The images, as an array (n, channels, height, width); a copy, or not."""
    if isinstance(tensor, list):
        images = _stacked(tensor)
    elif isinstance(tensor, Tensor):
        images = tensor.array
    else:
        raise TypeError(f"tensor or list of tensors expected, got {type(tensor)}")
    if images.ndim not in (2, 3, 4):
        raise RuntimeError(
            "make_grid takes images (height, width) or (channels, height, width), or a batch (n, channels, height, "
            f"width), but got the shape {images.shape}"
        )
    if images.ndim == 2:
        images = images[None]
    if images.ndim == 3:
        images = images[None]
    return np.repeat(images, 3, axis=1) if images.shape[1] == 1 else images


def _stacked(tensors: list[Any]) -> ndarray:
    for t in tensors:
        if not isinstance(t, Tensor):
            raise TypeError(f"tensor or list of tensors expected, got a list containing {type(t)}")
    for i, t in enumerate(tensors):
        if t.shape != tensors[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at entry 0 and "
                f"{list(t.shape)} at entry {i}. Resize or crop the images to one size first."
            )
    return np.stack([t.array for t in tensors]) if tensors else np.empty((0, 3, 0, 0))


def _stretched(images: ndarray, value_range: Range | None, scale_each: bool) -> ndarray:
    """The numbers stretched to reach from 0 to 1, all together or each image by itself."""
    if images.dtype.kind != "f":
        raise RuntimeError(
            f"normalize=True makes floats from 0 to 1, and the images are {images.dtype}: convert them, img.float()"
        )
    if value_range is not None and not isinstance(value_range, tuple):
        raise TypeError(
            "value_range has to be a tuple (min, max) if specified. min and max are numbers, but got "
            f"{type(value_range).__name__}"
        )
    axes = (1, 2, 3) if scale_each else None
    low, high = value_range or (images.min(axes, keepdims=True), images.max(axes, keepdims=True))
    return ((np.clip(images, low, high) - low) / np.maximum(high - low, 1e-5)).astype(images.dtype)


def _check_numbers(images: int, nrow: int, padding: int) -> None:
    if images == 0:
        raise ValueError("make_grid needs at least one image, but got an empty batch")
    if nrow < 1:
        raise ValueError(f"nrow is how many images a row has, at least 1; got nrow={nrow}")
    if padding < 0:
        raise ValueError(f"padding is a number of pixels, 0 or more; got padding={padding}")
