"""Normalize: brings each channel to a known mean and spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...tensors import Tensor, from_numpy
from .base import Transform
from .image import array_of


class Normalize(Transform):
    """(input - mean) / std, for each channel. (torchvision: transforms.Normalize)

    With the mean and standard deviation of the data, each channel comes out with mean 0 and deviation 1, which is where
    training goes well.

    Arguments:
        mean, std: a number for each channel.
        inplace: write into the tensor that comes in.

    Raises:
        TypeError: no tensor, or one of whole numbers.
        ValueError: a std of 0, fewer than three axes, another number of channels.

    >>> import micrograd_nb as mg
    >>> Normalize(mean=[0.5], std=[0.25])(mg.tensor([[[0.0, 0.5, 1.0]]]))
    tensor([[[-2.,  0.,  2.]]])
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        self.mean = mean
        self.std = std
        self.inplace = inplace

    def forward(self, tensor: Any) -> Tensor:
        return normalize(tensor, self.mean, self.std, self.inplace)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mean={self.mean}, std={self.std})"


def normalize(tensor: Any, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """See `Normalize`."""
    array = array_of(tensor, "img should be Tensor Image")
    if array.dtype.kind != "f":
        raise TypeError(
            f"Input tensor should be a float tensor. Got {tensor.dtype}. ToTensor() makes floats of an image, "
            "ConvertImageDtype(float32) of a tensor."
        )
    if array.ndim < 3:
        raise ValueError(
            f"Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {tuple(array.shape)}"
        )
    means, stds = channel_values(mean, std, array.shape[-3], array.dtype)
    out = array if inplace else np.empty_like(array)
    np.subtract(array, means, out=out)
    np.divide(out, stds, out=out)
    return tensor if inplace else from_numpy(out)


def channel_values(mean: Any, std: Any, channels: int, dtype: np.dtype[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation as arrays (C, 1, 1) of a dtype."""
    means, stds = (np.asarray(getattr(x, "array", x), dtype) for x in (mean, std))
    for name, values in (("mean", means), ("std", stds)):
        if values.ndim == 1 and len(values) not in (1, channels):
            raise ValueError(
                f"{name} has {len(values)} values, and the image has {channels} channels: give one for each channel"
            )
    if (stds == 0).any():
        raise ValueError(f"std evaluated to zero after conversion to {dtype}, leading to division by zero.")
    return tuple(x[:, None, None] if x.ndim == 1 else x for x in (means, stds))  # type: ignore[return-value]
