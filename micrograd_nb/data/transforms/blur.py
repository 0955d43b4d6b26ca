"""GaussianBlur: makes an image less sharp."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import from_numpy
from .arguments import height_and_width
from .base import RandomTransform
from .conversion import pil_to_tensor, to_pil_image
from .draws import Params, uniform
from .image import array_of, dimensions, is_pil
from .pad import pad
from .resize import as_before


class GaussianBlur(RandomTransform):
    """Blurs an image with a bell curve of random width. (torchvision: transforms.GaussianBlur)

    Arguments:
        kernel_size: how many pixels around are mixed in, (x, y) or one number for both; odd.
        sigma: (smallest, largest) standard deviation of the curve in pixels, or one number.

    Draws:
        sigma: the standard deviation.

    >>> import micrograd_nb as mg
    >>> GaussianBlur(3, sigma=1.0)(mg.tensor([[[0.0, 0.0, 1.0, 0.0, 0.0]] * 3]))[0, 0]
    tensor([0.0000, 0.2741, 0.4519, 0.2741, 0.0000])
    """

    def __init__(self, kernel_size: Any, sigma: Any = (0.1, 2.0)) -> None:
        self.kernel_size = height_and_width(kernel_size, "Kernel size should be a tuple/list of two integers")
        if any(size <= 0 or size % 2 == 0 for size in self.kernel_size):
            raise ValueError(f"Kernel size value should be an odd and positive number. Got {self.kernel_size}.")
        if isinstance(sigma, numbers.Real):
            if sigma <= 0:
                raise ValueError(f"If sigma is a single number, it must be positive. Got {sigma}.")
            sigma = (sigma, sigma)
        elif not isinstance(sigma, Sequence) or len(sigma) != 2:
            raise ValueError(f"sigma should be a single number or a list/tuple with length 2. Got {sigma!r}.")
        elif not 0.0 < sigma[0] <= sigma[1]:
            raise ValueError(f"sigma values should be positive and of the form (min, max). Got {sigma}.")
        self.sigma = sigma

    def draw(self, img: Any) -> Params:
        return {"sigma": self.get_params(*self.sigma)}

    def apply(self, img: Any, **params: Any) -> Any:
        return gaussian_blur(img, self.kernel_size, params["sigma"])

    @staticmethod
    def get_params(sigma_min: float, sigma_max: float) -> float:
        """A random standard deviation."""
        return uniform(sigma_min, sigma_max)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(kernel_size={self.kernel_size}, sigma={self.sigma})"


def gaussian_blur(img: Any, kernel_size: Any, sigma: Any = None) -> Any:
    """See `GaussianBlur`. Without `sigma`, one that fits the kernel's size. At the border the image is mirrored."""
    sizes = height_and_width(kernel_size, "kernel_size should be int or a sequence of two integers.")
    if any(size % 2 == 0 or size < 0 for size in sizes):
        raise ValueError(f"kernel_size should have odd and positive integers. Got {kernel_size}")
    sigmas = [size * 0.15 + 0.35 for size in sizes] if sigma is None else sigma
    sigmas = list(sigmas) * (2 // len(sigmas)) if isinstance(sigmas, Sequence) else [sigmas] * 2
    if any(width <= 0 for width in sigmas):
        raise ValueError(f"sigma should have positive values. Got {sigma}")
    if is_pil(img):
        return to_pil_image(gaussian_blur(pil_to_tensor(img), sizes, sigmas), mode=img.mode)
    array = array_of(img)
    floats = array if array.dtype.kind == "f" else array.astype(np.float32)
    around = pad(from_numpy(floats), [size // 2 for size in sizes], padding_mode="reflect").array
    across, down = (_bell(size, width, floats.dtype) for size, width in zip(sizes, sigmas, strict=True))
    _, height, width = dimensions(img)
    # The curve in two dimensions is the product of two in one, so rows and columns are blurred one after the other.
    rows = _sum([weight * around[..., i : i + width] for i, weight in enumerate(across)])
    return from_numpy(
        as_before(_sum([weight * rows[..., i : i + height, :] for i, weight in enumerate(down)]), array.dtype)
    )


def _bell(size: int, sigma: float, dtype: np.dtype[Any]) -> ndarray:
    """A normal density at `size` places, with the sum 1."""
    places = np.arange(size, dtype=dtype) - dtype.type((size - 1) / 2)
    density = np.exp(dtype.type(-0.5) * (places / dtype.type(sigma)) ** 2)
    return density / density.sum()


def _sum(arrays: list[ndarray]) -> ndarray:
    total = arrays[0]
    for array in arrays[1:]:
        total += array
    return total
