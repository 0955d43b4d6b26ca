"""Cuts pieces out of images: CenterCrop, RandomCrop, RandomResizedCrop, FiveCrop, TenCrop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...tensors import from_numpy
from .arguments import height_and_width, scale_and_ratio
from .base import RandomTransform, Transform
from .draws import Params, uniform, whole
from .flip import hflip, vflip
from .image import array_of, dimensions, is_pil
from .interpolation import InterpolationMode, interpolation_mode
from .pad import pad
from .resize import resize


class CenterCrop(Transform):
    """The middle of an image; an image that is smaller gets a black border first. (torchvision: transforms.CenterCrop)

    Arguments:
        size: (height, width), or a number for a square.

    >>> import micrograd_nb as mg
    >>> CenterCrop(2)(mg.arange(16).reshape(1, 4, 4)).tolist()
    [[[5, 6], [9, 10]]]
    """

    def __init__(self, size: Any) -> None:
        self.size = height_and_width(size)

    def forward(self, img: Any) -> Any:
        return center_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class RandomCrop(RandomTransform):
    """A piece of an image, from a random place. (torchvision: transforms.RandomCrop)

    Arguments:
        size: (height, width), or a number for a square.
        padding: a border that the image gets first, as in `Pad`.
        pad_if_needed: whether an image that is smaller than the piece gets a border; else it is an error.
        fill, padding_mode: of the border, as in `Pad`.

    Draws:
        top, left, height, width: of the piece, after padding.

    >>> import micrograd_nb as mg
    >>> RandomCrop((2, 3))(mg.zeros(3, 4, 4)).shape
    micrograd_nb.Size([3, 2, 3])
    """

    def __init__(
        self,
        size: Any,
        padding: Any = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        self.size = tuple(height_and_width(size))
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    def forward(self, img: Any) -> Any:
        return super().forward(self._padded(img))

    def draw(self, img: Any) -> Params:
        return _piece(*self.get_params(img, self.size))

    def apply(self, img: Any, **params: Any) -> Any:
        return crop(img, **params)

    def _padded(self, img: Any) -> Any:
        if self.padding is not None:
            img = pad(img, self.padding, self.fill, self.padding_mode)
        _, height, width = dimensions(img)
        if self.pad_if_needed and width < self.size[1]:
            img = pad(img, [self.size[1] - width, 0], self.fill, self.padding_mode)
        if self.pad_if_needed and height < self.size[0]:
            img = pad(img, [0, self.size[0] - height], self.fill, self.padding_mode)
        return img

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Top, left, height and width of a random piece."""
        _, height, width = dimensions(img)
        new_height, new_width = output_size
        if height < new_height or width < new_width:
            raise ValueError(
                f"Required crop size {(new_height, new_width)} is larger than input image size {(height, width)}. "
                "Resize the image first, or let it be padded: pad_if_needed=True."
            )
        if (height, width) == (new_height, new_width):
            return 0, 0, height, width
        return whole(0, height - new_height + 1), whole(0, width - new_width + 1), new_height, new_width

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, padding={self.padding})"


class RandomResizedCrop(RandomTransform):
    """A piece of an image, of random place, size and shape, in one size. (torchvision: transforms.RandomResizedCrop)

    The usual augmentation for photos. Szegedy et al. (2014), Going deeper with convolutions.

    Arguments:
        size: (height, width) of the result, or a number for a square.
        scale: the smallest and the largest share of the image's area that a piece may have.
        ratio: the smallest and the largest width / height of a piece.
        interpolation, antialias: as in `Resize`.

    Draws:
        top, left, height, width: of the piece.

    >>> import micrograd_nb as mg
    >>> RandomResizedCrop(2)(mg.zeros(3, 8, 8)).shape
    micrograd_nb.Size([3, 2, 2])
    """

    def __init__(
        self,
        size: Any,
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: InterpolationMode | int = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        scale_and_ratio(scale, ratio)
        self.size = height_and_width(size)
        self.scale = scale
        self.ratio = ratio
        self.interpolation = interpolation_mode(interpolation)
        self.antialias = antialias

    def draw(self, img: Any) -> Params:
        return _piece(*self.get_params(img, self.scale, self.ratio))

    def apply(self, img: Any, **params: Any) -> Any:
        return resized_crop(img, **params, size=self.size, interpolation=self.interpolation, antialias=self.antialias)

    @staticmethod
    def get_params(img: Any, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int, int, int]:
        """Top, left, height and width of a random piece: the middle, if ten pieces in a row do not fit."""
        _, height, width = dimensions(img)
        for _ in range(10):
            area = height * width * uniform(*scale)
            aspect = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1])))
            w, h = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if 0 < w <= width and 0 < h <= height:
                return whole(0, height - h + 1), whole(0, width - w + 1), h, w
        return _middle(height, width, min(ratio), max(ratio))

    def __repr__(self) -> str:
        scale, ratio = (tuple(round(x, 4) for x in pair) for pair in (self.scale, self.ratio))
        return (
            f"{type(self).__name__}(size={self.size}, scale={scale}, ratio={ratio}, "
            f"interpolation={self.interpolation.value}, antialias={self.antialias})"
        )


class FiveCrop(Transform):
    """The four corners and the middle of an image, as a tuple of five. (torchvision: transforms.FiveCrop)

    For a test that looks at several pieces of an image: make one tensor of them in the next stage, with Lambda.

    Raises:
        ValueError: a piece would be larger than the image.

    >>> import micrograd_nb as mg
    >>> [piece.item() for piece in FiveCrop(1)(mg.arange(9).reshape(1, 3, 3))]
    [0, 2, 6, 8, 4]
    """

    def __init__(self, size: Any) -> None:
        self.size = height_and_width(size)

    def forward(self, img: Any) -> Any:
        return five_crop(img, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size})"


class TenCrop(Transform):
    """What `FiveCrop` gives, and the same of the mirrored image, as a tuple of ten. (torchvision: transforms.TenCrop)

    Arguments:
        vertical_flip: mirror top and bottom, not left and right.

    >>> import micrograd_nb as mg
    >>> [piece.item() for piece in TenCrop(1)(mg.arange(9).reshape(1, 3, 3))]
    [0, 2, 6, 8, 4, 2, 0, 8, 6, 4]
    """

    def __init__(self, size: Any, vertical_flip: bool = False) -> None:
        self.size = height_and_width(size)
        self.vertical_flip = vertical_flip

    def forward(self, img: Any) -> Any:
        return ten_crop(img, self.size, self.vertical_flip)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(size={self.size}, vertical_flip={self.vertical_flip})"


# -- the same as functions ---------------------------------------------------------------------------------------------


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """A piece of an image. What lies outside of the image is black.

    >>> import micrograd_nb as mg
    >>> crop(mg.arange(1, 5).reshape(1, 2, 2), top=1, left=0, height=2, width=2).tolist()
    [[[3, 4], [0, 0]]]
    """
    if is_pil(img):
        return img.crop((left, top, left + width, top + height))
    array = array_of(img)
    h, w = array.shape[-2:]
    bottom, right = top + height, left + width
    inside = from_numpy(array[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)])
    if left >= 0 and top >= 0 and right <= w and bottom <= h:
        return inside
    outside = [
        max(-left + min(0, right), 0),
        max(-top + min(0, bottom), 0),
        max(right - max(w, left), 0),
        max(bottom - max(h, top), 0),
    ]
    return pad(inside, outside, fill=0)


def center_crop(img: Any, output_size: Any) -> Any:
    """See `CenterCrop`."""
    new_height, new_width = height_and_width(output_size)
    _, height, width = dimensions(img)
    if new_width > width or new_height > height:
        missing_x, missing_y = max(new_width - width, 0), max(new_height - height, 0)
        img = pad(img, [missing_x // 2, missing_y // 2, (missing_x + 1) // 2, (missing_y + 1) // 2], fill=0)
        _, height, width = dimensions(img)
        if (new_height, new_width) == (height, width):
            return img
    return crop(img, *center(height, width, new_height, new_width), new_height, new_width)


def center(height: int, width: int, new_height: int, new_width: int) -> tuple[int, int]:
    """Top and left of a piece in the middle; halves to even."""
    return round((height - new_height) / 2.0), round((width - new_width) / 2.0)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: Any,
    interpolation: InterpolationMode | int = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """A piece of an image in another size."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def five_crop(img: Any, size: Any) -> tuple[Any, ...]:
    """See `FiveCrop`."""
    new_height, new_width = height_and_width(size)
    _, height, width = dimensions(img)
    if new_width > width or new_height > height:
        raise ValueError(
            f"Requested crop size {(new_height, new_width)} is bigger than input size {(height, width)}. Resize the "
            "image first."
        )
    corners = [(top, left) for top in (0, height - new_height) for left in (0, width - new_width)]
    return (*(crop(img, *corner, new_height, new_width) for corner in corners), center_crop(img, size))


def ten_crop(img: Any, size: Any, vertical_flip: bool = False) -> tuple[Any, ...]:
    """See `TenCrop`."""
    return five_crop(img, size) + five_crop(vflip(img) if vertical_flip else hflip(img), size)


def _piece(top: int, left: int, height: int, width: int) -> Params:
    return {"top": top, "left": left, "height": height, "width": width}


def _middle(height: int, width: int, narrowest: float, widest: float) -> tuple[int, int, int, int]:
    """As much of the middle of an image as has an allowed shape."""
    if width / height < narrowest:
        w, h = width, round(width / narrowest)
    elif width / height > widest:
        w, h = round(height * widest), height
    else:
        w, h = width, height
    return (height - h) // 2, (width - w) // 2, h, w
