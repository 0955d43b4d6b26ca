"""What an image is: a PIL image, or a tensor (…, channels, height, width)."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import Tensor


def is_pil(img: Any) -> bool:
    """Whether something is a PIL image. Where Pillow has not been loaded, nothing can be one."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(img, pillow.Image)


def check_pil(img: Any) -> None:
    """Raises the error of a function that takes PIL images alone."""
    if not is_pil(img):
        raise TypeError(f"img should be PIL Image. Got {type(img)}: {describe(img)}")


def array_of(img: Any, what: str = "img should be PIL Image or Tensor") -> ndarray:
    """The array of a tensor image.

    Raises:
        TypeError: no tensor, or one with fewer than two axes.
        RuntimeError: a tensor that requires gradients, which would be lost.
    """
    if not isinstance(img, Tensor):
        raise TypeError(f"{what}. Got {type(img)}: {describe(img)}{_remedy(img)}")
    if img.ndim < 2:
        raise TypeError(
            f"Tensor is not a torch image: it needs axes for height and width, (..., H, W), but has the shape "
            f"{tuple(img.shape)}"
        )
    if img.requires_grad:
        raise RuntimeError("transforms compute no gradients, but the image requires them: pass image.detach()")
    return img.array


def dimensions(img: Any) -> tuple[int, int, int]:
    """Channels, height and width.

    >>> import micrograd_nb as mg
    >>> dimensions(mg.zeros(3, 4, 5))
    (3, 4, 5)
    """
    if is_pil(img):
        width, height = img.size
        return len(img.getbands()), height, width
    shape = array_of(img).shape
    return shape[-3] if len(shape) > 2 else 1, shape[-2], shape[-1]


def describe(value: Any) -> str:
    """What something is, for an error message.

    >>> import micrograd_nb as mg
    >>> describe(mg.zeros(3, 4, 5)), describe("cat.jpg")
    ('a tensor of shape (3, 4, 5) and dtype float32, from 0 to 0', "'cat.jpg'")
    """
    if is_pil(value):
        return f"a PIL image of mode {value.mode} and size {value.size}"
    if isinstance(value, (Tensor, np.ndarray)):
        array = value.array if isinstance(value, Tensor) else value
        span = f", from {array.min():g} to {array.max():g}" if array.size and array.dtype.kind in "fiu" else ""
        kind = "a tensor" if isinstance(value, Tensor) else "an array"
        return f"{kind} of shape {array.shape} and dtype {array.dtype}{span}"
    if isinstance(value, (list, tuple)) and value:
        return f"a {type(value).__name__} of {len(value)}, first {describe(value[0])}"
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def _remedy(img: Any) -> str:
    if is_pil(img):
        return ". Put ToTensor() before it."
    if isinstance(img, np.ndarray):
        return ". Make an image of it first: ToPILImage(), or ToTensor(), which also takes arrays (H, W, C)."
    return ""
