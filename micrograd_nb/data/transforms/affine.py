"""Turns, moves, scales and shears images: RandomRotation, RandomAffine."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import from_numpy
from .arguments import angles, fill_or_zero, sequence
from .base import RandomTransform
from .draws import Params, uniform
from .image import array_of, dimensions, is_pil
from .interpolation import InterpolationMode, check_for_tensors, for_pil, interpolation_mode
from .pad import fill_for
from .resize import as_before

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR
Matrix = list[float]  # the upper two rows of a 3×3 matrix, one after the other


class RandomRotation(RandomTransform):
    """Turns an image by a random angle. (torchvision: transforms.RandomRotation)

    Arguments:
        degrees: (smallest, largest) angle, counter-clockwise; one number d for (-d, d).
        interpolation: NEAREST or BILINEAR, for PIL images also BICUBIC.
        expand: make the image so large that all of the old one fits in.
        center: (x, y) of the point to turn around, from the upper left; the middle, if it is not given.
        fill: the value of pixels from outside of the image: a number, or one for each channel.

    Draws:
        angle: in degrees, counter-clockwise.

    >>> import micrograd_nb as mg
    >>> RandomRotation((90, 90))(mg.arange(4).reshape(1, 2, 2)).tolist()
    [[[1, 3], [0, 2]]]
    """

    def __init__(
        self,
        degrees: Any,
        interpolation: InterpolationMode | int = NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0,
    ) -> None:
        self.degrees = angles(degrees, "degrees")
        if center is not None:
            sequence(center, "center", (2,))
        self.interpolation = interpolation_mode(interpolation)
        self.expand = expand
        self.center = center
        self.fill = fill_or_zero(fill)

    def draw(self, img: Any) -> Params:
        return {"angle": self.get_params(self.degrees)}

    def apply(self, img: Any, **params: Any) -> Any:
        return rotate(img, params["angle"], self.interpolation, self.expand, self.center, self.fill)

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """A random angle."""
        return uniform(*degrees)

    def __repr__(self) -> str:
        center = "" if self.center is None else f", center={self.center}"
        return (
            f"{type(self).__name__}(degrees={self.degrees}, interpolation={self.interpolation.value}, "
            f"expand={self.expand}{center}, fill={self.fill})"
        )


class RandomAffine(RandomTransform):
    """Turns, moves, scales and shears an image at random; its middle stays. (torchvision: transforms.RandomAffine)

    Arguments:
        degrees: (smallest, largest) angle, clockwise; one number d for (-d, d); 0 for no turn.
        translate: (a, b): moved by up to a × width to the left or right, and by up to b × height up or down.
        scale: (smallest, largest) factor.
        shear: (smallest, largest) angle along the x axis, one number d for (-d, d); or four angles, the last two along
            the y axis.
        interpolation: NEAREST or BILINEAR, for PIL images also BICUBIC.
        fill: the value of pixels from outside of the image: a number, or one for each channel.
        center: (x, y) of the point that stays; the middle, if it is not given.

    Draws:
        angle, translate (dx, dy in pixels), scale, shear (x, y in degrees).

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data import transforms
    >>> _, (draw,) = transforms.record(RandomAffine(0, scale=(2, 2)), mg.zeros(1, 2, 2))
    >>> draw.params
    {'angle': 0.0, 'translate': (0, 0), 'scale': 2.0, 'shear': (0.0, 0.0)}
    """

    def __init__(
        self,
        degrees: Any,
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: Any = None,
        interpolation: InterpolationMode | int = NEAREST,
        fill: Any = 0,
        center: Sequence[float] | None = None,
    ) -> None:
        self.degrees = angles(degrees, "degrees")
        if translate is not None:
            sequence(translate, "translate", (2,))
            if not all(0.0 <= share <= 1.0 for share in translate):
                raise ValueError(f"translation values should be between 0 and 1. Got {translate}.")
        if scale is not None:
            sequence(scale, "scale", (2,))
            if not all(factor > 0 for factor in scale):
                raise ValueError(f"scale values should be positive. Got {scale}.")
        if center is not None:
            sequence(center, "center", (2,))
        self.translate = translate
        self.scale = scale
        self.shear = None if shear is None else angles(shear, "shear", (2, 4))
        self.interpolation = interpolation_mode(interpolation)
        self.fill = fill_or_zero(fill)
        self.center = center

    def draw(self, img: Any) -> Params:
        _, height, width = dimensions(img)
        names = ("angle", "translate", "scale", "shear")
        drawn = self.get_params(self.degrees, self.translate, self.scale, self.shear, [width, height])
        return dict(zip(names, drawn, strict=True))

    def apply(self, img: Any, **params: Any) -> Any:
        return affine(img, **params, interpolation=self.interpolation, fill=self.fill, center=self.center)

    @staticmethod
    def get_params(
        degrees: Sequence[float],
        translate: Sequence[float] | None,
        scale_ranges: Sequence[float] | None,
        shears: Sequence[float] | None,
        img_size: Sequence[int],
    ) -> tuple[float, tuple[int, int], float, tuple[float, float]]:
        """Angle, translation in pixels, scale and shears."""
        angle, dx, dy, scale, shear_x, shear_y = uniform(*degrees), 0, 0, 1.0, 0.0, 0.0
        if translate is not None:
            reach_x, reach_y = (share * side for share, side in zip(translate, img_size, strict=True))
            dx, dy = round(uniform(-reach_x, reach_x)), round(uniform(-reach_y, reach_y))
        if scale_ranges is not None:
            scale = uniform(*scale_ranges)
        if shears is not None:
            shear_x = uniform(*shears[:2])
            shear_y = uniform(*shears[2:]) if len(shears) == 4 else 0.0
        return angle, (dx, dy), scale, (shear_x, shear_y)

    def __repr__(self) -> str:
        shown = {
            "translate": (self.translate, None),
            "scale": (self.scale, None),
            "shear": (self.shear, None),
            "interpolation": (self.interpolation.value, NEAREST.value),
            "fill": (self.fill, 0),
            "center": (self.center, None),
        }
        others = "".join(f", {name}={value}" for name, (value, default) in shown.items() if value != default)
        return f"{type(self).__name__}(degrees={self.degrees}{others})"


# -- the same as functions ---------------------------------------------------------------------------------------------


def rotate(
    img: Any,
    angle: float,
    interpolation: InterpolationMode | int = NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: Any = None,
) -> Any:
    """The image turned by `angle` degrees, counter-clockwise. See `RandomRotation`."""
    mode = interpolation_mode(interpolation)
    if not isinstance(angle, numbers.Real):
        raise TypeError(f"Argument angle should be int or float, but got {angle!r}")
    if is_pil(img):
        return img.rotate(angle, for_pil(mode), expand, center, fillcolor=fill_for(img, fill))
    _, height, width = dimensions(img)
    matrix = inverse_matrix(_from_middle(center, height, width), -angle, (0, 0), 1.0, (0.0, 0.0))
    size = _turned_size(matrix, height, width) if expand else (height, width)
    return _transformed(img, matrix, size, mode, fill)


def affine(
    img: Any,
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: Any,
    interpolation: InterpolationMode | int = NEAREST,
    fill: Any = None,
    center: Sequence[float] | None = None,
) -> Any:
    """The image turned clockwise, moved, scaled and sheared. See `RandomAffine`."""
    mode = interpolation_mode(interpolation)
    shear_x, shear_y = _check_affine(angle, translate, scale, shear)
    _, height, width = dimensions(img)
    if is_pil(img):
        around = (width * 0.5, height * 0.5) if center is None else center
        matrix = inverse_matrix(around, angle, translate, scale, (shear_x, shear_y))
        return img.transform(img.size, 0, matrix, for_pil(mode), fillcolor=fill_for(img, fill))  # 0: Transform.AFFINE
    around = _from_middle(center, height, width)
    matrix = inverse_matrix(around, angle, translate, scale, (shear_x, shear_y))
    return _transformed(img, matrix, (height, width), mode, fill)


def inverse_matrix(
    center: Sequence[float], angle: float, translate: Sequence[float], scale: float, shear: tuple[float, float]
) -> Matrix:
    """The matrix that tells for each new pixel which old one it is.

    The image is moved so that `center` is the origin, sheared along x and y, scaled, turned, moved back and then by
    `translate`; M = T · C · R(angle) · S(scale) · Shear_y · Shear_x · C⁻¹. Its inverse undoes that in the other order.

    >>> inverse_matrix((0, 0), 0, (3, 4), 0.5, (0, 0))[:3]
    [2.0, 0.0, -6.0]
    """
    turn, shear_x, shear_y = math.radians(angle), math.radians(shear[0]), math.radians(shear[1])
    a = math.cos(turn - shear_y) / math.cos(shear_y)
    b = -a * math.tan(shear_x) - math.sin(turn)
    c = math.sin(turn - shear_y) / math.cos(shear_y)
    d = -c * math.tan(shear_x) + math.cos(turn)
    # The determinant of turn and shears is 1, so the inverse of [[a, b], [c, d]] is [[d, -b], [-c, a]].
    a, b, c, d = d / scale, -b / scale, -c / scale, a / scale
    x, y = -center[0] - translate[0], -center[1] - translate[1]
    return [a, b, a * x + b * y + center[0], c, d, c * x + d * y + center[1]]


def _check_affine(angle: Any, translate: Any, scale: float, shear: Any) -> tuple[float, float]:
    if not isinstance(angle, numbers.Real):
        raise TypeError(f"Argument angle should be int or float, but got {angle!r}")
    sequence(translate, "Argument translate", (2,))
    if scale <= 0:
        raise ValueError(f"Argument scale should be positive, but got {scale}")
    if isinstance(shear, numbers.Real):
        return float(shear), 0.0
    sequence(shear, "Shear", (1, 2))
    return shear[0], shear[-1]


# -- tensors -----------------------------------------------------------------------------------------------------------


def _from_middle(center: Sequence[float] | None, height: int, width: int) -> tuple[float, float]:
    """A point counted from the middle of the image, as tensors want it."""
    return (0.0, 0.0) if center is None else (center[0] - width * 0.5, center[1] - height * 0.5)


def _turned_size(matrix: Matrix, height: int, width: int) -> tuple[int, int]:
    """Height and width of an image that all of the turned one fits in."""
    corners = np.array([[x, y, 1.0] for x in (-0.5 * width, 0.5 * width) for y in (-0.5 * height, 0.5 * height)], "f4")
    turned = corners @ np.array(matrix, "f4").reshape(2, 3).T + np.array([width * 0.5, height * 0.5], "f4")
    tolerance = np.float32(1e-4)  # so that 1 + 1e-7 does not count as 2
    high = np.ceil(np.trunc(turned.max(0) / tolerance) * tolerance)
    low = np.floor(np.trunc(turned.min(0) / tolerance) * tolerance)
    new_width, new_height = (int(side) for side in high - low)
    return new_height, new_width


def _transformed(img: Any, matrix: Matrix, size: tuple[int, int], mode: InterpolationMode, fill: Any) -> Any:
    """The image of which each pixel lies where the matrix says, in coordinates from the middle."""
    check_for_tensors(mode, (NEAREST, BILINEAR))
    array = array_of(img)
    floats = array if array.dtype.kind == "f" else array.astype(np.float32)
    x, y = _places(np.array(matrix, floats.dtype), array.shape[-2:], size)
    sampled, covered = (_nearest if mode is NEAREST else _bilinear)(floats, x, y)
    if fill is not None:
        fills = _fills(fill, dimensions(img)[0], floats.dtype)
        # As torchvision does: a pixel at the edge, covered by half, is weighed by that a second time.
        sampled = np.where(covered, sampled, fills) if mode is NEAREST else sampled * covered + (1 - covered) * fills
    return from_numpy(as_before(sampled, array.dtype))


def _fills(fill: Any, channels: int, dtype: np.dtype[Any]) -> ndarray:
    """One value for each channel, as (C, 1, 1)."""
    values = np.asarray(fill if isinstance(fill, Sequence) else [fill], dtype)
    if len(values) not in (1, channels):
        raise ValueError(
            "The number of elements in 'fill' cannot broadcast to match the number of channels of the image "
            f"({len(values)} != {channels})"
        )
    return values[:, None, None]


def _places(matrix: ndarray, old: tuple[int, ...], new: tuple[int, int]) -> tuple[ndarray, ndarray]:
    """Where each new pixel lies in the old image: x and y, counted from the middle of its first pixel, (h, w).

    By way of coordinates from -1 to 1, as in torchvision: so that what lies just in the middle of two pixels is rounded
    to the same side.
    """
    one, two, half = (matrix.dtype.type(number) for number in (1, 2, 0.5))
    x = np.arange(new[1], dtype=matrix.dtype) - half * (new[1] - 1)
    y = (np.arange(new[0], dtype=matrix.dtype) - half * (new[0] - 1))[:, None]
    places = []
    for (a, b, c), length in zip(matrix.reshape(2, 3), reversed(old), strict=True):
        to_one = half * length
        relative = x * (a / to_one) + y * (b / to_one) + c / to_one
        places.append(((relative + one) * length - one) / two)
    return places[0], places[1]


def _nearest(array: ndarray, x: ndarray, y: ndarray) -> tuple[ndarray, ndarray]:
    """The nearest pixel, 0 outside of the image; and whether it lies inside."""
    columns, rows = np.rint(x).astype(np.intp), np.rint(y).astype(np.intp)
    inside = _inside(array, columns, rows)
    return _pixels(array, columns, rows) * inside, inside


def _bilinear(array: ndarray, x: ndarray, y: ndarray) -> tuple[ndarray, ndarray]:
    """The four pixels around, weighed by how near they are, 0 outside of the image; and the weight of those inside."""
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right_share, bottom_share = x - left, y - top
    out, covered = np.zeros((*array.shape[:-2], *x.shape), array.dtype), np.zeros(x.shape, array.dtype)
    for down, vertical in ((0, 1 - bottom_share), (1, bottom_share)):
        for right, horizontal in ((0, 1 - right_share), (1, right_share)):
            columns, rows = left + right, top + down
            weight = vertical * horizontal * _inside(array, columns, rows)
            out += _pixels(array, columns, rows) * weight
            covered += weight
    return out, covered


def _inside(array: ndarray, columns: ndarray, rows: ndarray) -> ndarray:
    height, width = array.shape[-2:]
    return (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)


def _pixels(array: ndarray, columns: ndarray, rows: ndarray) -> ndarray:
    height, width = array.shape[-2:]
    return array[..., rows.clip(0, height - 1), columns.clip(0, width - 1)]
