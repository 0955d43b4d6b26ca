"""Mirrors images: RandomHorizontalFlip, RandomVerticalFlip."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tensors import from_numpy
from .base import RandomTransform
from .draws import Params, uniform
from .image import array_of, is_pil


class _RandomFlip(RandomTransform):
    """Mirrors, or does not."""

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def draw(self, img: Any) -> Params:
        return {"flip": uniform() < self.p}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


class RandomHorizontalFlip(_RandomFlip):
    """Mirrors left and right, with probability `p`. (torchvision: transforms.RandomHorizontalFlip)

    Draws:
        flip: whether the image is mirrored.

    >>> import micrograd_nb as mg
    >>> RandomHorizontalFlip(p=1)(mg.arange(3).reshape(1, 1, 3))
    tensor([[[2, 1, 0]]])
    """

    def apply(self, img: Any, **params: Any) -> Any:
        return hflip(img) if params["flip"] else img


class RandomVerticalFlip(_RandomFlip):
    """Mirrors top and bottom, with probability `p`. (torchvision: transforms.RandomVerticalFlip)

    Draws:
        flip: whether the image is mirrored.

    >>> import micrograd_nb as mg
    >>> RandomVerticalFlip(p=1)(mg.arange(2).reshape(1, 2, 1)).flatten()
    tensor([1, 0])
    """

    def apply(self, img: Any, **params: Any) -> Any:
        return vflip(img) if params["flip"] else img


def hflip(img: Any) -> Any:
    """The image with left and right mirrored."""
    if is_pil(img):
        return img.transpose(0)  # PIL.Image.Transpose.FLIP_LEFT_RIGHT
    return from_numpy(np.ascontiguousarray(array_of(img)[..., ::-1]))


def vflip(img: Any) -> Any:
    """The image with top and bottom mirrored."""
    if is_pil(img):
        return img.transpose(1)  # PIL.Image.Transpose.FLIP_TOP_BOTTOM
    return from_numpy(np.ascontiguousarray(array_of(img)[..., ::-1, :]))
