"""Images made larger, smaller, cut into patches and put together again. (PyTorch: torch.nn.functional)"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, prod
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Operation
from ...autograd.rules import sampling as rules
from ...autograd.rules.sampling import Taps
from ...autograd.rules.windows import Window
from ...tensors import Tensor, apply
from ...tensors.shapes import permute, reshape, squeeze, unsqueeze
from .pooling import adaptive_avg_pool1d, adaptive_avg_pool2d
from .sizes import Sizes, per_axis

# mode → the operation for signals and the one for images; None: there is none
_MODES: dict[str, tuple[Operation | None, Operation | None]] = {
    "nearest": (rules.upsample_nearest1d, rules.upsample_nearest2d),
    "nearest-exact": (rules.upsample_nearest_exact1d, rules.upsample_nearest_exact2d),
    "linear": (rules.upsample_linear1d, None),
    "bilinear": (None, rules.upsample_bilinear2d),
    "bicubic": (None, rules.upsample_bicubic2d),
}


def interpolate(
    input: Tensor,
    size: Sizes | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Makes signals or images larger or smaller.

    Shapes: input (n, channels, length) or (n, channels, rows, columns), result the same with other sizes.

    Arguments:
        size: the new sizes. Or instead of it
        scale_factor: how much larger, for all axes or for each.
        mode: "nearest": the number that lies at the place, rounded down; "nearest-exact": the nearest one; "linear" (of
            signals), "bilinear" (of images): in proportion between two or four; "bicubic": by a smooth curve through
            four in each direction; "area": the mean of what falls together.
        align_corners: whether the outermost numbers stay what they are, in "linear", "bilinear" and "bicubic".
        recompute_scale_factor: whether the scale is computed anew from the rounded sizes.
        antialias: not here.

    Raises:
        ValueError: both of `size` and `scale_factor`, or neither; an option of another mode.
        NotImplementedError: a mode that does not go with the shape; `antialias`; volumes.

    >>> import micrograd_nb as mg
    >>> interpolate(mg.tensor([[[0.0, 3.0]]]), size=4, mode="linear", align_corners=True)
    tensor([[[0., 1., 2., 3.]]])
    """
    axes = input.array.ndim - 2
    if antialias:
        raise NotImplementedError(
            "antialias=True is not here. Make the image smaller in steps of 2 (avg_pool2d), or with "
            "data.transforms.Resize, which smooths."
        )
    if align_corners is not None and mode not in ("linear", "bilinear", "bicubic"):
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    sizes, scales = _sizes(input, size, scale_factor, recompute_scale_factor)
    if mode == "area" and axes in (1, 2):
        return (adaptive_avg_pool1d if axes == 1 else adaptive_avg_pool2d)(input, sizes)
    operation = _MODES.get(mode, (None, None))[axes - 1] if axes in (1, 2) else None
    if operation is None:
        raise NotImplementedError(_which_modes(input, mode))
    if min(sizes) < 1 or 0 in input.array.shape[1:]:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input {list(input.array.shape[2:])} and output "
            f"{list(sizes)}"
        )
    taps = tuple(
        _taps(mode, axis - axes, n, m, scale, bool(align_corners))
        for axis, (n, m, scale) in enumerate(zip(input.array.shape[2:], sizes, scales, strict=True))
    )
    return apply(operation, input, taps=taps)


def upsample(
    input: Tensor,
    size: Sizes | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """`interpolate` by its old name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Makes an image larger with what lies in its channels: r² channels become a square of r × r. (Shi et al. 2016)

    Shapes: input (*, channels · r², rows, columns), result (*, channels, rows · r, columns · r).

    >>> import micrograd_nb as mg
    >>> pixel_shuffle(mg.arange(4.0).reshape(4, 1, 1), 2)
    tensor([[[0., 1.],
             [2., 3.]]])
    """
    r, shape = upscale_factor, input.array.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {len(shape)}"
        )
    if r < 1:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *batch, channels, rows, columns = shape
    if channels % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r * r}"
        )
    n = len(batch)
    parts = reshape(input, (*batch, channels // (r * r), r, r, rows, columns))
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return reshape(permute(parts, order), (*batch, channels // (r * r), rows * r, columns * r))


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Undoes `pixel_shuffle`: every square of r × r becomes r² channels.

    Shapes: input (*, channels, rows · r, columns · r), result (*, channels · r², rows, columns).
    """
    r, shape = downscale_factor, input.array.shape
    if len(shape) < 3:
        raise RuntimeError(
            f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {len(shape)}"
        )
    if r < 1:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *batch, channels, rows, columns = shape
    for what, length in (("height", rows), ("width", columns)):
        if length % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {what} to be divisible by downscale_factor, but {length} is not by {r}"
            )
    n = len(batch)
    parts = reshape(input, (*batch, channels, rows // r, r, columns // r, r))
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return reshape(permute(parts, order), (*batch, channels * r * r, rows // r, columns // r))


def unfold(input: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> Tensor:
    """Writes what a window sees at each place into a column: "im2col", half of a convolution.

    Shapes: input (n, channels, rows, columns) or without n, result (n, channels · size of the window, places).

    Raises:
        RuntimeError: a window that does not fit.

    >>> import micrograd_nb as mg
    >>> unfold(mg.arange(9.0).reshape(1, 1, 3, 3), 2)[0, :, 0]  # what it sees first
    tensor([0., 1., 3., 4.])
    """
    if input.array.ndim == 3:
        return squeeze(unfold(unsqueeze(input, 0), kernel_size, dilation, padding, stride), 0)
    if input.array.ndim != 4:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            f"but got: {list(input.array.shape)}"
        )
    window = _patch_window(kernel_size, dilation, padding, stride)
    plane = input.array.shape[2:]
    if min(window.places(plane)) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(plane)}, kernel_size={window.size}, dilation={window.dilation}, "
            f"padding={window.padding}, calculated shape of the array of sliding blocks as {window.places(plane)}, but "
            "its components must be at least one."
        )
    return apply(rules.unfold, input, window=window)


def fold(
    input: Tensor,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Tensor:
    """Puts columns back as windows of an image, and adds up where they overlap: what `unfold` does to gradients.

    Shapes: input (n, channels · size of the window, places) or without n, result (n, channels, *output_size).

    Raises:
        RuntimeError: columns that are not so many, or not so long, as `unfold` would make of the result.

    >>> import micrograd_nb as mg
    >>> fold(mg.ones(1, 4, 4), (3, 3), 2)[0, 0]  # in how many windows each pixel is
    tensor([[1., 2., 1.],
            [2., 4., 2.],
            [1., 2., 1.]])
    """
    if input.array.ndim == 2:
        return squeeze(fold(unsqueeze(input, 0), output_size, kernel_size, dilation, padding, stride), 0)
    if input.array.ndim != 3:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(input.array.shape)}"
        )
    window = _patch_window(kernel_size, dilation, padding, stride)
    plane = per_axis(output_size, 2, "output_size")
    _, rows, columns = input.array.shape
    if rows % prod(window.size):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={rows} and kernel_size={window.size}."
        )
    places = window.places(plane)
    if columns != prod(places) or min(places) < 1:
        raise RuntimeError(
            f"Given output_size={plane}, kernel_size={window.size}, dilation={window.dilation}, "
            f"padding={window.padding}, stride={window.stride}, expected size of input's dimension 2 to match the "
            f"calculated number of sliding blocks {places[0]} * {places[1]} = {prod(places)}, but got "
            f"input.size(2)={columns}."
        )
    return apply(rules.fold, input, window=window, plane=plane)


# -- how an axis is sampled --------------------------------------------------------------------------------------------


def _taps(mode: str, axis: int, n: int, m: int, scale: float | None, align_corners: bool) -> Taps:
    """How m numbers are made of n along an axis. `scale`: how far two of the m are apart, in numbers of the n."""
    step = n / m if scale is None else 1 / scale
    at = np.arange(m)
    if mode == "nearest":
        return Taps(axis, n, np.floor(at * step).astype(np.int64).clip(max=n - 1)[None])
    if mode == "nearest-exact":
        return Taps(axis, n, np.floor((at + 0.5) * step).astype(np.int64).clip(max=n - 1)[None])
    ends = (n - 1) / (m - 1) if m > 1 else 0.0
    where = at * ends if align_corners else (at + 0.5) * step - 0.5
    if mode == "bicubic":
        first = np.floor(where).astype(np.int64)
        index = (first + np.arange(-1, 3)[:, None]).clip(0, n - 1)
        return Taps(axis, n, index, _cubic(where - first))
    where = where.clip(0)
    first = np.floor(where).astype(np.int64).clip(max=n - 1)
    return Taps(axis, n, np.stack([first, (first + 1).clip(max=n - 1)]), np.stack([1 - (where - first), where - first]))


def _cubic(t: ndarray) -> ndarray:
    """The weights of the four numbers around a place, t beyond the second of them. (Keys 1981, with a = −0.75)"""
    a = -0.75

    def near(x: ndarray) -> ndarray:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: ndarray) -> ndarray:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    return np.stack([far(t + 1), near(t), near(1 - t), far(2 - t)])


def _sizes(
    input: Tensor, size: Sizes | None, scale_factor: float | Sequence[float] | None, recompute: bool | None
) -> tuple[tuple[int, ...], tuple[float | None, ...]]:
    """The new sizes, and the scales that were given."""
    plane = input.array.shape[2:]
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        given = tuple(size) if isinstance(size, Sequence) else (size,) * len(plane)
        _check_count(plane, given, "output size")
        return given, (None,) * len(plane)
    if scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    scales = tuple(scale_factor) if isinstance(scale_factor, Sequence) else (scale_factor,) * len(plane)
    _check_count(plane, scales, "scale_factor")
    sizes = tuple(floor(n * scale) for n, scale in zip(plane, scales, strict=True))
    return sizes, (None,) * len(plane) if recompute else scales


def _check_count(plane: tuple[int, ...], given: tuple[Any, ...], what: str) -> None:
    if len(plane) != len(given):
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
            f"of {list(plane)} and {what} of {given}. Please provide input tensor in (N, C, d1, d2, ...,dK) format."
        )


def _which_modes(input: Tensor, mode: str) -> str:
    shape = list(input.array.shape)
    if mode in ("linear", "bilinear"):
        return f"Got {len(shape)}D input, but {mode} mode needs {3 if mode == 'linear' else 4}D input: {shape}"
    return (
        f"Input Error: interpolate takes (n, channels, length) with the modes nearest, nearest-exact, linear, area, "
        f"and (n, channels, rows, columns) with nearest, nearest-exact, bilinear, bicubic, area; it got mode {mode} "
        f"and an input of shape {shape}"
    )


def _patch_window(kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) -> Window:
    size, gaps = per_axis(kernel_size, 2, "kernel_size"), per_axis(dilation, 2, "dilation")
    around, steps = per_axis(padding, 2, "padding"), per_axis(stride, 2, "stride")
    for what, sizes in (("kernel size", size), ("dilation", gaps), ("stride", steps)):
        if min(sizes) < 1:
            raise RuntimeError(f"{what} should be greater than zero, but got {sizes}")
    if min(around) < 0:
        raise RuntimeError(f"padding should be non-negative, but got {around}")
    return Window(size, steps, around, gaps)  # type: ignore[arg-type]
