"""The page "Images": pictures, as PNG."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
from numpy import ndarray

from .library import library
from .messages import as_array, summary

COLUMNS = 8  # of a batch of images


def image(tag: str, img: Any, dataformats: str) -> Any:
    """An image, or a batch of them as a grid.

    Arguments:
        img: uint8 from 0 to 255, or floats from 0 to 1; what lies outside is clipped.
        dataformats: what its axes are: N for the batch, C for 1, 3 or 4 channels, H and W, in any order; C may be
            missing, and N.

    Raises:
        ValueError: axes that do not fit the image, another number of channels.
    """
    array = as_bytes(in_order(as_array(img), dataformats))
    height, width, channels = array.shape
    tb = library().summary
    return summary(
        tag,
        image=tb.Summary.Image(height=height, width=width, colorspace=channels, encoded_image_string=png(array)),
    )


def in_order(img: ndarray, dataformats: str) -> ndarray:
    """An image as (height, width, channels), whatever the order of its axes."""
    axes = dataformats.upper()
    if len(set(axes)) != len(axes) or set(axes) not in map(set, ("NCHW", "CHW", "HW")):
        raise ValueError(
            f'dataformats names each axis once, such as "CHW", "HWC", "HW" or "NCHW", but got {dataformats!r}'
        )
    if img.ndim != len(axes):
        raise ValueError(
            f"the image has {img.ndim} axes, of shape {img.shape}, and dataformats={dataformats!r} names {len(axes)}"
        )
    if len(axes) == 4:
        return _tiled(_coloured(img.transpose([axes.index(axis) for axis in "NHWC"])))
    if len(axes) == 2:
        return _coloured(img.transpose([axes.index(axis) for axis in "HW"])[:, :, None])
    return _coloured(img.transpose([axes.index(axis) for axis in "HWC"]))


def as_bytes(img: ndarray) -> ndarray:
    """Pixels as bytes: floats from 0 to 1 as 0 to 255, and NaN as 0. Bytes stay."""
    if img.dtype == np.uint8:
        return np.ascontiguousarray(img)
    scaled = img.astype(np.float32) * 255
    return np.nan_to_num(scaled, nan=0.0).clip(0, 255).astype(np.uint8)


def png(img: ndarray) -> bytes:
    """An image, (height, width, channels) of bytes, as the content of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(img).save(file, format="PNG")
    return file.getvalue()


def figure_pixels(figure: Any, close: bool) -> ndarray:
    """A figure of matplotlib as an image (3, height, width) of bytes.

    Arguments:
        close: have matplotlib forget the figure.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3].transpose(2, 0, 1).copy()
    pyplot = sys.modules.get("matplotlib.pyplot")
    if close and pyplot is not None:
        pyplot.close(figure)
    return pixels


def _coloured(img: ndarray) -> ndarray:
    """Channels last: one becomes three equal ones."""
    channels = img.shape[-1]
    if channels not in (1, 3, 4):
        raise ValueError(
            f"an image has 1, 3 or 4 channels, but this one has {channels}: its shape, with channels last, is "
            f'{img.shape}. Where are they? Say it with dataformats, such as dataformats="HWC".'
        )
    return np.repeat(img, 3, axis=-1) if channels == 1 else img


def _tiled(imgs: ndarray) -> ndarray:
    """A batch (n, height, width, channels) as one image, row by row; the places that are left are black."""
    n, height, width, channels = imgs.shape
    columns = min(n, COLUMNS)
    rows = -(-n // columns)
    places = np.zeros((rows * columns, height, width, channels), imgs.dtype)
    places[:n] = imgs
    grid = places.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, channels)
