"""RandomErasing: hides a piece of an image."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...tensors import Tensor, as_tensor, from_numpy, randn
from ..randomness import sample_generator
from .arguments import scale_and_ratio
from .base import RandomTransform
from .draws import Params, uniform, whole
from .image import array_of


class RandomErasing(RandomTransform):
    """Overwrites a random rectangle, with probability `p`. (torchvision: transforms.RandomErasing)

    So that a model does not rely on one part of an object. Zhong et al. (2017), Random erasing data augmentation. For
    tensors: put it after ToTensor().

    Arguments:
        scale: the smallest and the largest share of the image's area.
        ratio: the smallest and the largest height / width.
        value: what is written: a number, one for each channel, or "random" for noise.
        inplace: write into the tensor that comes in.

    Draws:
        erase: whether anything is; if so, top, left, height, width and value.

    >>> import micrograd_nb as mg
    >>> RandomErasing(p=1.0, scale=(0.25, 0.25), ratio=(1, 1))(mg.ones(1, 4, 4)).sum().item()
    12.0
    """

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        if not isinstance(value, (numbers.Real, str, tuple, list)):
            raise TypeError(f"Argument value should be either a number or str or a sequence. Got {value!r}.")
        if isinstance(value, str) and value != "random":
            raise ValueError(f"If value is str, it should be 'random'. Got {value!r}.")
        scale_and_ratio(scale, ratio)
        if scale[0] < 0 or scale[1] > 1:
            raise ValueError(f"Scale should be between 0 and 1. Got {scale}.")
        if p < 0 or p > 1:
            raise ValueError(f"Random erasing probability should be between 0 and 1. Got {p}.")
        self.p = p
        self.scale = scale
        self.ratio = ratio
        self.value = value
        self.inplace = inplace

    def draw(self, img: Any) -> Params:
        channels = array_of(img, "img should be Tensor Image").shape[-3]
        if uniform() >= self.p:
            return {"erase": False}
        values = self._values()
        if values is not None and len(values) not in (1, channels):
            raise ValueError(
                "If value is a sequence, it should have either a single value or "
                f"{channels} (number of input channels). Got {self.value}."
            )
        top, left, height, width, value = self.get_params(img, self.scale, self.ratio, values)
        return {"erase": True, "top": top, "left": left, "height": height, "width": width, "value": value}

    def apply(self, img: Any, **params: Any) -> Any:
        if not params["erase"]:
            return img
        place = params["top"], params["left"], params["height"], params["width"]
        return erase(img, *place, params["value"], self.inplace)

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float], value: Sequence[float] | None = None
    ) -> tuple[int, int, int, int, Tensor]:
        """Top, left, height, width, and what to write there: noise, if `value` is None."""
        channels, height, width = img.shape[-3:]
        for _ in range(10):
            area = height * width * uniform(*scale)
            aspect = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
            h, w = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if h < height and w < width:
                if value is None:
                    written = randn(channels, h, w, generator=sample_generator())
                else:
                    written = as_tensor([float(number) for number in value]).reshape(-1, 1, 1)
                return whole(0, height - h + 1), whole(0, width - w + 1), h, w, written
        return 0, 0, height, width, img

    def _values(self) -> list[float] | None:
        if self.value == "random":
            return None
        return list(self.value) if isinstance(self.value, (tuple, list)) else [self.value]  # type: ignore[list-item]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(p={self.p}, scale={self.scale}, ratio={self.ratio}, value={self.value}, "
            f"inplace={self.inplace})"
        )


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Tensor:
    """The tensor with `v` written from row i and column j on, h × w pixels."""
    array = array_of(img, "img should be Tensor Image")
    out = array if inplace else array.copy()
    out[..., i : i + h, j : j + w] = np.asarray(getattr(v, "array", v))
    return img if inplace else from_numpy(out)
