"""The exercises of lesson 2.2.2: the numbers that Normalize needs, and a random transform of one's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tensors import Tensor, from_numpy, manual_seed
from ..tensors.random import get_rng_state, set_rng_state
from .check import NotYet, call, close, exercise, kind, require, shown

# -- 1: statistics -----------------------------------------------------------------------------------------------------

SIZES = ((2, 3), (4, 5), (8, 2))

STATISTICS_HINTS = [
    "image.flatten(1) has the shape (3, pixels), whatever the size. Such matrices can be put beside each other.",
    "mg.cat([...], dim=1) puts them beside each other: three rows, all pixels of all images.",
    "rows.mean(dim=1) and rows.std(dim=1), each a tensor of three numbers.",
]


@exercise(hints=STATISTICS_HINTS)
def statistics(answer: Any) -> str:
    """`statistics(images)`: mean and standard deviation of each channel, over all pixels of all images."""
    images = _images()
    result = call(answer, [from_numpy(image.copy()) for image in images], shown="statistics(images)")
    is_pair = isinstance(result, (tuple, list)) and len(result) == 2
    require(is_pair, f"statistics should return two things, the means and the deviations, and returns {kind(result)}")
    if any(part is ... for part in result):
        raise NotYet("the mean or the standard deviation is still open")
    for name, part in zip(("mean", "standard deviation"), result, strict=True):
        require(isinstance(part, Tensor), f"the {name} should be a tensor of three numbers, and is {kind(part)}")
        require(
            part.array.size != 1,
            f"the {name} is one number for all channels: red, green and blue each have their own",
        )
        require(part.shape == (3,), f"the {name} should be a tensor of shape (3,), and is {kind(part)}")
    pixels = np.concatenate([image.reshape(3, -1) for image in images], axis=1)
    _is_mean(result[0].array, images, pixels)
    _is_deviation(result[1].array, images, pixels)
    return f"mean {shown(result[0])} and standard deviation {shown(result[1])}, each over {pixels.shape[1]} pixels"


def _images() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    channels = np.array([0.2, 0.5, 0.7])[:, None, None]
    return [(channels + 0.1 * i + 0.2 * rng.random((3, *size))).astype(np.float32) for i, size in enumerate(SIZES)]


def _is_mean(got: np.ndarray, images: list[np.ndarray], pixels: np.ndarray) -> None:
    right = pixels.mean(axis=1)
    require(
        not close(got, np.mean([image.mean(axis=(1, 2)) for image in images], axis=0)),
        "the mean is that of the images' means: a small image counts as much as a large one. Every pixel counts once",
    )
    require(close(got, right), f"the mean is {shown(right)}, and you give {shown(got)}")


def _is_deviation(got: np.ndarray, images: list[np.ndarray], pixels: np.ndarray) -> None:
    spread = [image.std(axis=(1, 2)) for image in images], [image.std(axis=(1, 2), ddof=1) for image in images]
    require(
        not any(close(got, np.mean(one, axis=0)) for one in spread),
        "the deviation is the mean of the images' own: how the images differ from each other is missing in it",
    )
    require(
        not any(close(got, pixels.var(axis=1, ddof=ddof)) for ddof in (0, 1)),
        "this is the variance, the square of the standard deviation",
    )
    right = [pixels.std(axis=1, ddof=ddof) for ddof in (0, 1)]  # both definitions are in use
    require(
        any(close(got, one) for one in right),
        f"the standard deviation is {shown(right[1])}, and you give {shown(got)}",
    )


# -- 2: random_square --------------------------------------------------------------------------------------------------

HEIGHT, WIDTH, SIZE = 5, 7, 2
TIMES = 400

SQUARE_HINTS = [
    "The square begins in some row from 0 to height − size. Which numbers does mg.randint(0, height - size, ()) draw?",
    "top = mg.randint(0, height - size + 1, ()).item(), and left likewise with the width.",
    "img = img.clone(); img[:, top : top + size, left : left + size] = 0; return img",
]


@exercise(hints=SQUARE_HINTS)
def random_square(answer: Any) -> str:
    """`RandomSquare(size)`: sets a square at a random place to 0."""
    transform = call(answer, SIZE, shown=f"RandomSquare({SIZE})")
    state = get_rng_state()
    try:
        manual_seed(0)
        corners = [_corner(transform) for _ in range(TIMES)]
    finally:
        set_rng_state(state)
    _covers_all_places(set(corners))
    places = (HEIGHT - SIZE + 1) * (WIDTH - SIZE + 1)
    return f"a {SIZE} × {SIZE} square in an image of {HEIGHT} × {WIDTH} was seen at all {places} places"


def _corner(transform: Any) -> tuple[int, int]:
    """Where the square was this time, top and left, if it is one."""
    image = from_numpy(np.ones((3, HEIGHT, WIDTH), np.float32))
    result = call(transform, image, shown="the transform, called with an image,")
    require(isinstance(result, Tensor), f"the transform should return a tensor, and returns {kind(result)}")
    require(
        result.shape == image.shape,
        f"an image of shape {tuple(image.shape)} came out with the shape {tuple(result.shape)}; it should be the same",
    )
    require((image.array == 1).all(), "the image that came in has changed itself: work on a copy, img.clone()")
    zero = result.array == 0
    require(((result.array == 1) | zero).all(), "a pixel outside of the square has changed, or one inside is not 0")
    require(
        (zero == zero[:1]).all(),
        "the channels have different squares: the first axis is the channels, img[:, top…, left…]",
    )
    rows, columns = np.nonzero(zero[0])
    require(len(rows) > 0, "nothing was set to 0")
    high, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    require(
        (high, wide) == (SIZE, SIZE) and len(rows) == SIZE * SIZE,
        f"{len(rows)} pixels are 0, in {high} rows and {wide} columns; it should be {SIZE} × {SIZE}, inside the image",
    )
    return int(rows.min()), int(columns.min())


def _covers_all_places(corners: set[tuple[int, int]]) -> None:
    require(len(corners) > 1, "the square is at the same place each time")
    tops, lefts = ({corner[axis] for corner in corners} for axis in (0, 1))
    for name, seen, length in (("lower", tops, HEIGHT), ("right", lefts, WIDTH)):
        require(
            length - SIZE in seen,
            f"in {TIMES} images the square never touched the {name} edge: the upper end of randint is never drawn",
        )
    places = (HEIGHT - SIZE + 1) * (WIDTH - SIZE + 1)
    require(len(corners) == places, f"{len(corners)} of {places} places were seen: are top and left drawn separately?")
