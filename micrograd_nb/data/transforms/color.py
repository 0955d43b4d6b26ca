"""Changes colours: ColorJitter, Grayscale, RandomGrayscale."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import from_numpy
from .base import RandomTransform, Transform
from .conversion import largest, pil_image, rescaled
from .draws import Params, order, uniform
from .image import array_of, dimensions, is_pil

Range = tuple[float, float] | None
ADJUSTMENTS = ("brightness", "contrast", "saturation", "hue")


class ColorJitter(RandomTransform):
    """Changes brightness, contrast, saturation and hue, in random order. (torchvision: transforms.ColorJitter)

    Arguments:
        brightness, contrast, saturation: (smallest, largest) factor, of 0 or more; one number x for (1 - x, 1 + x). 1
            changes nothing; 0 gives a black image, a gray one, one without colour.
        hue: (smallest, largest) turn of the colour wheel, from -0.5 to 0.5; one number x for (-x, x).

    Draws:
        order: of the four, 0 for brightness … 3 for hue.
        brightness, contrast, saturation, hue: the factors; None for what is left as it is.

    >>> import micrograd_nb as mg
    >>> ColorJitter(brightness=(0.5, 0.5))(mg.ones(3, 1, 1)).flatten()
    tensor([0.5000, 0.5000, 0.5000])
    """

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        self.brightness = _factors(brightness, "brightness")
        self.contrast = _factors(contrast, "contrast")
        self.saturation = _factors(saturation, "saturation")
        self.hue = _factors(hue, "hue", center=0, bounds=(-0.5, 0.5))

    def draw(self, img: Any) -> Params:
        drawn = self.get_params(self.brightness, self.contrast, self.saturation, self.hue)
        return dict(zip(("order", *ADJUSTMENTS), drawn, strict=True))

    def apply(self, img: Any, **params: Any) -> Any:
        for number in params["order"]:
            factor = params[ADJUSTMENTS[number]]
            if factor is not None:
                img = _ADJUST[number](img, factor)
        return img

    @staticmethod
    def get_params(
        brightness: Range, contrast: Range, saturation: Range, hue: Range
    ) -> tuple[tuple[int, ...], float | None, float | None, float | None, float | None]:
        """The order of the four, and a factor for each; None where the range is None."""
        in_order = order(4)
        b, c, s, h = (None if span is None else uniform(*span) for span in (brightness, contrast, saturation, hue))
        return in_order, b, c, s, h

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(brightness={self.brightness}, contrast={self.contrast}, "
            f"saturation={self.saturation}, hue={self.hue})"
        )


class Grayscale(Transform):
    """The image without colours. (torchvision: transforms.Grayscale)

    Arguments:
        num_output_channels: 1, or 3 that are equal.

    >>> import micrograd_nb as mg
    >>> Grayscale()(mg.tensor([[[1.0]], [[0.0]], [[0.0]]]))
    tensor([[[0.2989]]])
    """

    def __init__(self, num_output_channels: int = 1) -> None:
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        return rgb_to_grayscale(img, self.num_output_channels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(num_output_channels={self.num_output_channels})"


class RandomGrayscale(RandomTransform):
    """Takes the colours away with probability `p`, and keeps the channels. (torchvision: transforms.RandomGrayscale)

    Draws:
        gray: whether the colours are taken away.

    >>> import micrograd_nb as mg
    >>> RandomGrayscale(p=1.0)(mg.tensor([[[1.0]], [[0.0]], [[0.0]]])).flatten()
    tensor([0.2989, 0.2989, 0.2989])
    """

    def __init__(self, p: float = 0.1) -> None:
        self.p = p

    def draw(self, img: Any) -> Params:
        return {"gray": uniform() < self.p}

    def apply(self, img: Any, **params: Any) -> Any:
        return rgb_to_grayscale(img, dimensions(img)[0]) if params["gray"] else img

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p={self.p})"


# -- the same as functions ---------------------------------------------------------------------------------------------


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """Mixed with black: 0 is black, 1 the image, 2 twice as bright."""
    if is_pil(img):
        return _enhanced("Brightness", img, brightness_factor)
    array = _checked(img, brightness_factor, "brightness_factor")
    return from_numpy(_mixed(array, np.zeros((), array.dtype), brightness_factor))


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """Mixed with its mean gray: 0 is gray, 1 the image, 2 twice the contrast."""
    if is_pil(img):
        return _enhanced("Contrast", img, contrast_factor)
    array = _checked(img, contrast_factor, "contrast_factor")
    gray = _gray(array) if array.shape[-3] == 3 else array
    mean = gray.mean((-3, -2, -1), dtype=array.dtype if array.dtype.kind == "f" else np.float32, keepdims=True)
    return from_numpy(_mixed(array, mean, contrast_factor))


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """Mixed with itself without colours: 0 has none, 1 is the image, 2 has twice as much."""
    if is_pil(img):
        return _enhanced("Color", img, saturation_factor)
    array = _checked(img, saturation_factor, "saturation_factor")
    return img if array.shape[-3] == 1 else from_numpy(_mixed(array, _gray(array), saturation_factor))


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """All colours turned on the colour wheel: by half of it with -0.5 or 0.5, not at all with 0."""
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if is_pil(img):
        return _hue_turned(img, hue_factor)
    array = _checked(img, 0, "hue_factor")
    if array.shape[-3] == 1:
        return img
    hue, saturation, value = _hsv(rescaled(array, np.dtype(np.float32)) if array.dtype != np.float32 else array)
    colours = _rgb((hue + np.float32(hue_factor)) % np.float32(1.0), saturation, value)
    return from_numpy(colours if array.dtype == np.float32 else rescaled(colours, array.dtype))


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """See `Grayscale`."""
    if num_output_channels not in (1, 3):
        raise ValueError(f"num_output_channels should be either 1 or 3, but got {num_output_channels}")
    if is_pil(img):
        gray = img.convert("L")
        return gray if num_output_channels == 1 else pil_image(np.stack([np.asarray(gray)] * 3, -1), "RGB")
    array = _checked(img, 0, "")
    gray = _gray(array) if array.shape[-3] == 3 else array.copy()
    return from_numpy(gray if num_output_channels == 1 else np.repeat(gray, 3, axis=-3))


_ADJUST: tuple[Callable[[Any, float], Any], ...] = (
    adjust_brightness,
    adjust_contrast,
    adjust_saturation,
    adjust_hue,
)


def _factors(value: Any, name: str, center: float = 1, bounds: tuple[float, float] = (0, float("inf"))) -> Range:
    """The range of a factor; None where it would change nothing."""
    if isinstance(value, numbers.Real):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be non negative. Got {value}.")
        low, high = center - float(value), center + float(value)
        low = max(low, 0.0) if center == 1 else low
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = float(value[0]), float(value[1])
    else:
        raise TypeError(f"{name} should be a single number or a list/tuple with length 2. Got {value!r}.")
    if not bounds[0] <= low <= high <= bounds[1]:
        raise ValueError(f"{name} values should be between {bounds}, but got {[low, high]}.")
    return None if low == high == center else (low, high)


# -- PIL images --------------------------------------------------------------------------------------------------------


def _enhanced(kind: str, img: Any, factor: float) -> Any:
    from PIL import ImageEnhance

    return getattr(ImageEnhance, kind)(img).enhance(factor)


def _hue_turned(img: Any, factor: float) -> Any:
    if img.mode in ("L", "1", "I", "F"):
        return img
    from PIL import Image

    hue, saturation, value = img.convert("HSV").split()
    turned = np.asarray(hue) + np.int32(factor * 255).astype(np.uint8)  # bytes: the wheel starts again after 255
    return Image.merge("HSV", (pil_image(turned, "L"), saturation, value)).convert(img.mode)


# -- tensors -----------------------------------------------------------------------------------------------------------


def _checked(img: Any, factor: float, name: str) -> ndarray:
    if factor < 0:
        raise ValueError(f"{name} ({factor}) is not non-negative.")
    array = array_of(img)
    if array.ndim < 3:
        raise TypeError(f"Input image tensor should have at least 3 dimensions, but found {array.ndim}")
    if array.shape[-3] not in (1, 3):
        raise TypeError(f"Input image tensor permitted channel values are [1, 3], but found {array.shape[-3]}")
    return array


def _gray(array: ndarray) -> ndarray:
    """As bright as eyes find red, green and blue, (…, 1, H, W) (ITU-R BT.601)."""
    floats = array.dtype if array.dtype.kind == "f" else np.dtype(np.float32)
    red, green, blue = (np.asarray(weight, floats) for weight in (0.2989, 0.587, 0.114))
    channels = [array[..., i : i + 1, :, :] for i in range(3)]
    return (red * channels[0] + green * channels[1] + blue * channels[2]).astype(array.dtype)


def _mixed(array: ndarray, other: ndarray, factor: float) -> ndarray:
    """factor × array + (1 - factor) × other, as far as the dtype goes."""
    floats = array.dtype if array.dtype.kind == "f" else np.dtype(np.float32)
    mixed = floats.type(factor) * array + floats.type(1.0 - factor) * other
    return mixed.clip(0, largest(array.dtype)).astype(array.dtype)


def _hsv(rgb: ndarray) -> tuple[ndarray, ndarray, ndarray]:
    """Hue, saturation and value, each from 0 to 1. Gray has the hue 0. (Smith 1978, Color gamut transform pairs)"""
    red, green, blue = (rgb[..., i, :, :] for i in range(3))
    value = rgb.max(-3)
    chroma = value - rgb.min(-3)
    is_gray = chroma == 0
    divisor = np.where(is_gray, np.float32(1), chroma)
    to_red, to_green, to_blue = ((value - channel) / divisor for channel in (red, green, blue))
    sixths = np.where(
        value == red,
        to_blue - to_green,
        np.where(value == green, 2 + to_red - to_blue, 4 + to_green - to_red),
    )
    hue = np.fmod(sixths / 6 + 1, 1)
    return hue, chroma / np.where(is_gray, np.float32(1), value), value


def _rgb(hue: ndarray, saturation: ndarray, value: ndarray) -> ndarray:
    """The way back from hue, saturation and value."""
    sixth = np.floor(hue * 6)
    rest = hue * 6 - sixth
    low = (value * (1 - saturation)).clip(0, 1)
    falling = (value * (1 - saturation * rest)).clip(0, 1)
    rising = (value * (1 - saturation * (1 - rest))).clip(0, 1)
    which = sixth.astype(np.intp) % 6
    red = np.choose(which, [value, falling, low, low, rising, value])
    green = np.choose(which, [rising, value, value, falling, low, low])
    blue = np.choose(which, [low, low, rising, value, value, falling])
    return np.stack([red, green, blue], -3)
