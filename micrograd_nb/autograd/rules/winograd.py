"""Winograd's convolution of 3 × 3: a quarter of the multiplications. (Winograd 1980; Lavin and Gray 2016)

A product of polynomials is known from its values at as many points as it has coefficients: evaluate both factors there,
multiply value by value, and read the coefficients off. Correlation is that, transposed. Along one axis, 4 numbers of
the output, from 6 of the input and 3 weights, need 6 multiplications instead of 12; along two axes, 4 × 4 need 36
instead of 144:

    output = Aᵀ [(G weight Gᵀ) ⊙ (Bᵀ input B)] A        for each tile of 6 × 6, and summed over the channels

The points are 0, ±2/3, ±3/2 and ∞. Those of the papers, 0, ±1, ±2 and ∞, have simpler matrices, and four times the
error. Here tiles are written as columns, and all of them transformed by one product of matrices, where simple numbers
gain nothing; and in float32 these points err no more than 2½ times as much as the plain sum.

All of it is linear, so backwards each matrix is transposed. Both gradients share the values of the output's gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import as_strided

from ..constants import Constants
from ..operation import fused
from .convolution import conv as plain_conv
from .convolution import per_channel
from .windows import Pair, Window, inside

TILE, STEP = 6, 4  # so many numbers of the input, for so many of the output
POINTS = (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)  # and ∞

FEWEST = 16
"""With fewer channels than this, on either side, tiles cost more than the multiplications that they save."""

CACHE = 1 << 17
"""How many numbers a block of tiles has: so many that they are still in the cache (512 KB) for the next product."""


def fits(x: ndarray, out: int, window: Window, groups: int) -> bool:
    """Whether this way is open for images (n, in, …) and so many outputs, and is the shorter one."""
    if groups > 1 or window.size != (3, 3) or not window.stride == window.dilation == (1, 1):
        return False
    rows, columns = window.places(x.shape[2:])
    return min(x.shape[1], out) >= FEWEST and rows % STEP == columns % STEP == 0 and x.dtype.kind == "f"


def _matrices() -> tuple[ndarray, ndarray, ndarray]:
    """Aᵀ (4, 6), G (6, 3) and Bᵀ (6, 6), from the points; what comes last in each is that of ∞."""
    to_output, of_weight, of_input = np.zeros((STEP, TILE)), np.zeros((TILE, 3)), np.zeros((TILE, TILE))
    for i, point in enumerate(POINTS):
        others = np.delete(POINTS, i)
        to_output[:, i] = point ** np.arange(STEP)
        of_weight[i] = point ** np.arange(3) / np.prod(point - others)
        of_input[i, :-1] = np.poly(others)[::-1]  # the polynomial that is 0 at the other points
    to_output[-1, -1] = of_weight[-1, -1] = 1
    of_input[-1] = np.poly(POINTS)[::-1]
    return to_output, of_weight, of_input


# In two dimensions, and for tiles written as columns: (A ⊗ A) column is A tile Aᵀ. By dtype.
TO_OUTPUT, OF_WEIGHT, OF_INPUT = (Constants(np.kron(m, m).astype) for m in _matrices())

# fmt: off

# -- tiles -------------------------------------------------------------------------------------------------------------

def _blocks(n: int, places: Pair, channels: int) -> Iterator[slice]:
    """As many images at a time as the cache holds the tiles of."""
    count = TILE**2 * (places[0] // STEP) * (places[1] // STEP) * channels
    step = max(1, CACHE // count)
    return (slice(start, start + step) for start in range(0, n, step))

def _overlapping(padded: ndarray, places: Pair) -> ndarray:
    """The tiles of 6 × 6 that lie 4 apart in images with their channels last: (6, 6, n, tiles, tiles, channels)."""
    n, channels, (image, row, column, channel) = len(padded), padded.shape[3], padded.strides
    shape = (TILE, TILE, n, places[0] // STEP, places[1] // STEP, channels)
    return as_strided(padded, shape, (row, column, image, STEP * row, STEP * column, channel))

def _side_by_side(images: ndarray) -> ndarray:
    """The tiles of 4 × 4 of images with their channels last: (4, 4, n, tiles, tiles, channels). A view."""
    n, rows, columns, channels = images.shape
    return images.reshape(n, rows // STEP, STEP, columns // STEP, STEP, channels).transpose(2, 4, 0, 1, 3, 5)

def _padded(n: int, channels: int, places: Pair, dtype: Any) -> ndarray:
    """Zeros, as large as images with the padding around them."""
    return np.zeros((n, places[0] + TILE - STEP, places[1] + TILE - STEP, channels), dtype)

def _within(padded: ndarray, window: Window, plane: Any) -> ndarray:
    """What lies inside of the padding, with the channels second."""
    return inside(padded.transpose(0, 3, 1, 2), window, plane)

# -- the operation -----------------------------------------------------------------------------------------------------

def _conv(input: Any, weight: Any, bias: Any = None, *, window: Window) -> Any:
    """Images (n, in, rows, columns) and weights (out, in, 3, 3) to images (n, out, places, places)."""
    dtype, (out, channels), places = input.dtype, weight.shape[:2], window.places(input.shape[2:])
    factors = OF_WEIGHT[dtype].dot(weight.transpose(2, 3, 1, 0).reshape(9, channels * out))
    factors = factors.reshape(TILE**2, channels, out)
    images, kept = np.empty((len(input), *places, out), dtype), []
    for block in _blocks(len(input), places, max(channels, out)):
        padded = _padded(len(input[block]), channels, places, dtype)
        _within(padded, window, input.shape[2:])[...] = input[block]
        values = OF_INPUT[dtype].dot(_overlapping(padded, places).reshape(TILE**2, -1)).reshape(TILE**2, -1, channels)
        tiles = _side_by_side(images[block])
        tiles[...] = TO_OUTPUT[dtype].dot((values @ factors).reshape(TILE**2, -1)).reshape(tiles.shape)
        if bias is not None:
            images[block] += bias
        kept.append(values)
    return images.transpose(0, 3, 1, 2), {"values": tuple(kept), "factors": factors}

def _gradients(g: Any, f: Any) -> Any:
    (n, channels, *plane), out, places = f.input_shape, g.shape[1], g.shape[2:]
    dtype, back = f.factors.dtype, f.factors.swapaxes(1, 2)
    images, of_factors = np.empty((n, *plane, channels), dtype), np.zeros_like(f.factors)
    for block, values in zip(_blocks(n, places, max(channels, out)), f.values, strict=True):
        tiles = _side_by_side(g[block].transpose(0, 2, 3, 1)).reshape(STEP**2, -1)
        towards = TO_OUTPUT[dtype].T.dot(tiles).reshape(TILE**2, -1, out)
        of_factors += values.swapaxes(1, 2) @ towards
        padded = _padded(len(images[block]), channels, places, dtype)
        overlapping = _overlapping(padded, places)
        tiles = OF_INPUT[dtype].T.dot((towards @ back).reshape(TILE**2, -1)).reshape(overlapping.shape)
        for rows in (slice(STEP), slice(STEP, TILE)):  # four parts, none of which overlaps itself
            for columns in (slice(STEP), slice(STEP, TILE)):
                overlapping[rows, columns] += tiles[rows, columns]
        images[block].transpose(0, 3, 1, 2)[...] = _within(padded, f.window, plane)
    of_weight = OF_WEIGHT[dtype].T.dot(of_factors.reshape(TILE**2, channels * out)).reshape(3, 3, channels, out)
    of_bias = None if f.bias is None else per_channel(g, f)
    return images.transpose(0, 3, 1, 2), np.ascontiguousarray(of_weight.transpose(3, 2, 0, 1)), of_bias

def _by_sums(input: Any, weight: Any, bias: Any = None, *, window: Window) -> Any:
    return plain_conv(input, weight, bias, window=window, groups=1)

conv = fused("ConvolutionBackward0", _conv, _gradients, keeps=True, joint=True, definition=_by_sums)
