"""Checks what transforms are made with: sizes, ranges, angles, fills."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Sequence
from typing import Any


def height_and_width(size: Any, message: str = "Please provide only two dimensions (h, w) for size.") -> Any:
    """A size as two numbers: of a square, if one number is given.

    >>> height_and_width(3), height_and_width([3]), height_and_width([3, 4])
    ((3, 3), (3, 3), [3, 4])
    """
    if isinstance(size, numbers.Real):
        return int(size), int(size)  # type: ignore[call-overload]
    if not isinstance(size, Sequence) or isinstance(size, str):
        raise TypeError(f"{message} Got {size!r}.")
    if len(size) == 1:
        return size[0], size[0]
    if len(size) != 2:
        raise ValueError(f"{message} Got {size!r}.")
    return size


def angles(value: Any, name: str, lengths: tuple[int, ...] = (2,)) -> list[float]:
    """A range of angles in degrees: from -value to value, if one number is given.

    >>> angles(30, "degrees")
    [-30.0, 30.0]
    """
    if isinstance(value, numbers.Real):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be positive. Got {value}.")
        value = [-value, value]
    else:
        sequence(value, name, lengths)
    return [float(angle) for angle in value]


def sequence(value: Any, name: str, lengths: tuple[int, ...]) -> None:
    """Raises an error for what is no sequence of one of these lengths."""
    expected = " or ".join(map(str, lengths))
    if not isinstance(value, Sequence):
        raise TypeError(f"{name} should be a sequence of length {expected}. Got {value!r}.")
    if len(value) not in lengths:
        raise ValueError(f"{name} should be a sequence of length {expected}. Got {value!r}.")


def scale_and_ratio(scale: Any, ratio: Any) -> None:
    """Raises an error for what is no pair of ranges, and warns of one the wrong way round."""
    if not isinstance(scale, Sequence):
        raise TypeError(f"Scale should be a sequence. Got {scale!r}.")
    if not isinstance(ratio, Sequence):
        raise TypeError(f"Ratio should be a sequence. Got {ratio!r}.")
    if scale[0] > scale[1] or ratio[0] > ratio[1]:
        warnings.warn("Scale and ratio should be of kind (min, max)", stacklevel=3)


def fill_or_zero(fill: Any) -> Any:
    """The value of pixels from outside of the image."""
    if fill is None:
        return 0
    if not isinstance(fill, (Sequence, numbers.Real)):
        raise TypeError(f"Fill should be either a sequence or a number. Got {fill!r}.")
    return fill
