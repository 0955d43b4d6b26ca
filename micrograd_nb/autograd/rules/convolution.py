"""Convolution: a window of weights slides over images; at each place, what it covers is multiplied and added up.

    y[n, o, i, j] = bias[o] + Σ_{c, p, q} weight[o, c, p, q] · x[n, c, i + p, j + q]

That is linear in the input and linear in the weights. So there are three operations, and each one is a gradient rule of
the other two; gradients of any order come by themselves:

    conv         input, weight   →  output
    conv_input   output, weight  →  input      (as a layer: the transposed convolution)
    conv_weight  input, output   →  weight

How it is computed (Chellapilla et al. 2006): "im2col" writes what the window covers at each place into a row of a
matrix, and one product of matrices does the rest. Inside, the channels come last in memory: what the window covers then
lies in few long runs. The outputs are transposed views of that, so nothing is ever copied back.

Shapes: input (n, in, rows, columns), weight (out, in / groups, rows, columns), output (n, out, rows, columns); or all
of them without the rows, for signals.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from ..broadcasting import sum_of_rows
from ..operation import Operation, fused
from .windows import Pair, Window, as_plane, inside, padded_size, sliding

# fmt: off

FEW = 4
"""With fewer channels, the runs would be so short that long rows of the image, one for each weight, are faster."""

CACHE = 1 << 18
"""How many numbers a block of columns has: so many that it is still in the cache (1 MB) when they are multiplied."""

def _conv(input: Any, weight: Any, bias: Any = None, *, window: Window, groups: int) -> Any:
    x, matrix = as_plane(input), _matrix(as_plane(weight), groups)
    places = window.places(x.shape[2:])
    rows = np.empty((len(x) * prod(places), len(weight)), input.dtype)
    for part, at in _blocks(x, window, places):
        block = _product(_columns(x[part], window, places, groups), matrix, rows[at])
        if bias is not None:
            block += bias
    images = rows.reshape(len(x), *places, len(weight)).transpose(0, 3, 1, 2)
    return images if input.ndim == 4 else images[:, :, 0]

def _conv_input(input: Any, weight: Any, bias: Any = None, *, plane: Pair, window: Window, groups: int) -> Any:
    """Every number of the output goes back to all that it was computed from, times the weight in between.

    Where the window goes one step at a time, that is a convolution with the weights turned round.
    """
    turned = window.turned()
    if turned is not None:
        return _conv(input, _turned(weight, groups), bias, window=turned, groups=groups)
    n, places, channels = len(input), as_plane(input).shape[2:], weight.shape[1] * groups
    rows, taps = _rows(input, groups), _taps(as_plane(weight), groups)
    out = np.zeros((n, *padded_size(window, places, plane), channels), input.dtype)
    for i, j, at_rows, at_columns in window.taps(places):
        out[:, at_rows, at_columns] += _product(rows, taps[i, j]).reshape(n, *places, channels)
    images = inside(out.transpose(0, 3, 1, 2), window, plane)
    if bias is not None:
        images += bias[:, None, None]
    return images if input.ndim == 4 else images[:, :, 0]

def _conv_weight(input: Any, other: Any, *, window: Window, groups: int) -> Any:
    """The gradient of each weight: the sum over all places of what it saw there, times the gradient there."""
    x, rows, places = as_plane(input), _rows(other, 1), as_plane(other).shape[2:]
    each, out = input.shape[1] // groups, other.shape[1] // groups
    total = np.zeros((groups, prod(window.size) * each, out), input.dtype)
    for part, at in _blocks(x, window, places):
        columns = _columns(x[part], window, places, groups)
        total += columns.swapaxes(-1, -2) @ _in_groups(rows[at], groups)
    w = total.reshape(groups, *window.size, each, out).transpose(0, 4, 3, 1, 2)
    return np.ascontiguousarray(w).reshape(other.shape[1], each, *window.size[4 - input.ndim:])

def _plane(f: Any) -> Pair:
    return f.input_shape[2:] if len(f.input_shape) == 4 else (1, f.input_shape[2])

def per_channel(g: Any, f: Any) -> Any:
    """The rule of a bias: the sum over all images and places of each channel."""
    return sum_of_rows(_rows(g, 1)) if type(g) is ndarray else g.sum((0, *range(2, g.ndim)))

conv: Operation = fused("ConvolutionBackward0", _conv,
    lambda g, f: conv_input(g, f.weight, plane=_plane(f), window=f.window, groups=f.groups),
    lambda g, f: conv_weight(f.input, g, window=f.window, groups=f.groups),
    per_channel)

conv_input: Operation = fused("ConvolutionBackward0", _conv_input,
    lambda g, f: conv(g, f.weight, window=f.window, groups=f.groups),
    lambda g, f: conv_weight(g, f.input, window=f.window, groups=f.groups),
    per_channel)

conv_weight: Operation = fused("ConvolutionWeightBackward0", _conv_weight,
    lambda g, f: conv_input(f.other, g, plane=_plane(f), window=f.window, groups=f.groups),
    lambda g, f: conv(f.input, g, window=f.window, groups=f.groups))

# fmt: on

# -- as matrices, one for each group if there are groups ---------------------------------------------------------------


def _blocks(x: ndarray, window: Window, places: Pair) -> Iterator[tuple[slice, slice]]:
    """As many images at a time as the cache holds the columns of: which images, and which rows."""
    count = prod(places)
    step = max(1, CACHE // max(1, count * prod(window.size) * x.shape[1]))
    for start in range(0, len(x), step):
        yield slice(start, start + step), slice(start * count, (start + step) * count)


def _columns(x: ndarray, window: Window, places: Pair, groups: int) -> ndarray:
    """im2col: a row for each place, with what the window covers there. (n · places, size · channels)"""
    if groups == 1 and window.is_one_element:
        return _rows(x, 1)
    n, channels = x.shape[:2]
    count, each = n * prod(places), channels // groups
    if groups == 1 and channels < FEW:
        covered = sliding(_padded(x, window, places, (1, 0, 2, 3)), window, places)
        return covered.transpose(4, 5, 1, 0, 2, 3).reshape(prod(window.size) * each, count).T
    covered = sliding(_padded(x, window, places, (0, 2, 3, 1)), window, places)
    covered = covered.reshape(n, groups, each, *places, *window.size)  # still without a copy
    columns = covered.transpose(1, 0, 3, 4, 5, 6, 2).reshape(groups, count, prod(window.size) * each)
    return columns[0] if groups == 1 else columns


def _padded(x: ndarray, window: Window, places: Pair, order: tuple[int, int, int, int]) -> ndarray:
    """The images with zeros around them; `order` says which axis comes first in memory, and which next."""
    shape = (*x.shape[:2], *padded_size(window, places, x.shape[2:]))
    out = np.zeros([shape[axis] for axis in order], x.dtype).transpose(np.argsort(order))
    inside(out, window, x.shape[2:])[...] = x
    return out


def _rows(x: ndarray, groups: int) -> ndarray:
    """A row for each place: (n · places, channels). No copy where the channels come last in memory."""
    x = as_plane(x)
    return _in_groups(x.transpose(0, 2, 3, 1).reshape(len(x) * prod(x.shape[2:]), x.shape[1]), groups)


def _in_groups(rows: ndarray, groups: int) -> ndarray:
    """Rows of all channels, one group after the other: (groups, n · places, channels / groups)."""
    return rows if groups == 1 else rows.reshape(len(rows), groups, rows.shape[1] // groups).swapaxes(0, 1)


def _matrix(weight: ndarray, groups: int) -> ndarray:
    """The weights as what the columns are multiplied by: (size · in, out)."""
    out, each, *size = weight.shape
    parts = weight.reshape(groups, out // groups, each, *size).transpose(0, 3, 4, 2, 1)
    matrix = parts.reshape(groups, prod(size) * each, out // groups)
    return matrix[0] if groups == 1 else matrix


def _taps(weight: ndarray, groups: int) -> ndarray:
    """For each element of the window, the matrix that leads from a place of the output to the input: (out, in)."""
    out, *rest = weight.shape
    taps = weight.reshape(groups, out // groups, *rest).transpose(3, 4, 0, 1, 2)
    return taps[:, :, 0] if groups == 1 else taps


def _turned(weight: ndarray, groups: int) -> ndarray:
    """Weights for the way back: turned round, and with outputs as inputs."""
    out, each, *size = weight.shape
    parts = weight.reshape(groups, out // groups, each, *size).swapaxes(1, 2)
    return np.flip(parts, tuple(range(3, parts.ndim))).reshape(groups * each, out // groups, *size)


def _product(rows: ndarray, matrix: ndarray, out: ndarray | None = None) -> ndarray:
    """Rows times a matrix; group by group, and then side by side."""
    if rows.ndim == 2:
        return np.dot(rows, matrix, out)
    product = (rows @ matrix).swapaxes(0, 1).reshape(rows.shape[1], len(rows) * matrix.shape[2])
    if out is None:
        return product
    out[...] = product
    return out
