"""How pixels between pixels are made: `InterpolationMode`."""

from __future__ import annotations

from enum import Enum
from typing import Any


class InterpolationMode(Enum):
    """How a pixel of the new image is made of those of the old one.

    NEAREST takes the one that is nearest, BILINEAR weighs 2×2 of them, BICUBIC 4×4; when an image gets smaller, these
    two weigh all that a new pixel covers (antialias). The others are for PIL images alone.
    (torchvision: transforms.InterpolationMode)

    >>> InterpolationMode("bilinear")
    <InterpolationMode.BILINEAR: 'bilinear'>
    """

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


_OF_PIL = {
    0: InterpolationMode.NEAREST,
    1: InterpolationMode.LANCZOS,
    2: InterpolationMode.BILINEAR,
    3: InterpolationMode.BICUBIC,
    4: InterpolationMode.BOX,
    5: InterpolationMode.HAMMING,
}
_TO_PIL = {mode: number for number, mode in _OF_PIL.items()} | {InterpolationMode.NEAREST_EXACT: 0}


def interpolation_mode(interpolation: Any) -> InterpolationMode:
    """A mode, given as such or as Pillow's number for it.

    >>> interpolation_mode(2)
    <InterpolationMode.BILINEAR: 'bilinear'>
    """
    if isinstance(interpolation, InterpolationMode):
        return interpolation
    if isinstance(interpolation, int) and interpolation in _OF_PIL:
        return _OF_PIL[int(interpolation)]
    raise TypeError(
        "Argument interpolation should be a InterpolationMode or a corresponding Pillow integer constant, but got "
        f"{interpolation!r}. For example InterpolationMode.BILINEAR."
    )


def for_pil(mode: InterpolationMode) -> Any:
    """Pillow's number for a mode."""
    return _TO_PIL[mode]


def check_for_tensors(mode: InterpolationMode, allowed: tuple[InterpolationMode, ...]) -> None:
    """Raises the error of a mode that tensors do not have."""
    if mode not in allowed:
        raise ValueError(
            f"Interpolation mode '{mode.value}' is unsupported with Tensor input; "
            f"{', '.join(other.value for other in allowed)} are supported. PIL images support it: put ToTensor() after."
        )
