"""Pooling: one number for what a window sees, the largest or the mean.

Shapes: input (n, channels, rows, columns), value (n, channels, places, places); or both without the rows.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .. import tracing
from ..operation import Operation, fused
from .windows import Pair, Window, as_plane, inside, padded, padded_size

# fmt: off

# -- the largest -------------------------------------------------------------------------------------------------------
# Once it is known where the largest numbers are, to pool is to pick them, and the gradient goes back to those places.
# `index` counts the elements of a plane row by row; a number that is the largest of two windows gets both gradients.

def _picked(input: Any, *, index: Any) -> Any:
    return np.take_along_axis(_flat(input), _flat(index), 2).reshape(index.shape)

def _returned(input: Any, *, index: Any, plane: Any) -> Any:
    out = np.zeros((*input.shape[:2], prod(plane)), input.dtype)
    first = np.arange(prod(input.shape[:2])).reshape(*input.shape[:2], 1) * prod(plane)  # element of each plane
    np.add.at(out.reshape(-1), (_flat(index) + first).reshape(-1), input.reshape(-1))
    return out.reshape(*input.shape[:2], *plane)

def _flat(x: Any) -> Any:
    return x.reshape(*x.shape[:2], prod(x.shape[2:]))

def _to_its_place(g: Any, f: Any) -> Any:
    return to_largest(g, index=f.index, plane=f.input_shape[2:])

pick_largest: Operation = fused("MaxPool2DWithIndicesBackward0", _picked, _to_its_place, saves=True)
to_largest:   Operation = fused("ToLargestBackward0", _returned, lambda g, f: pick_largest(g, index=f.index),
                                    saves=True)
adaptive_largest      = fused("AdaptiveMaxPool2DBackward0", _picked, _to_its_place, saves=True)

def _unpooled(input: Any, *, index: Any, plane: Any) -> Any:
    out = np.zeros((*input.shape[:2], prod(plane)), input.dtype)
    np.put_along_axis(out, _flat(index), _flat(input), 2)
    return out.reshape(*input.shape[:2], *plane)

max_unpool = fused("MaxUnpool2DBackward0", _unpooled, lambda g, f: pick_largest(g, index=f.index), saves=True)

# The commonest pooling, of 2 × 2 squares side by side, as two comparisons of half of the numbers with the other half:
# of the columns, and then of the rows. It takes a tenth of the time, and knows no index.

def _largest_of_squares(input: Any) -> Any:
    across = np.maximum(input[..., ::2], input[..., 1::2])
    return np.maximum(across[:, :, ::2], across[:, :, 1::2]), {"across": across}

def _to_squares(g: Any, f: Any) -> Any:
    g = _laid_out_as(g, f.output)
    towards_across = _to_the_larger(g, f.across[:, :, ::2], f.across[:, :, 1::2], np.empty_like(f.across), 2)
    return _to_the_larger(towards_across, f.input[..., ::2], f.input[..., 1::2], np.empty_like(f.input), 3)

def _to_the_larger(g: Any, first: Any, second: Any, out: Any, axis: int) -> Any:
    """Of each pair along the axis, the larger gets the gradient; of equals the first."""
    to_first, to_second = (out[(slice(None),) * axis + (slice(k, None, 2),)] for k in (0, 1))
    np.multiply(g, first >= second, to_first)
    np.subtract(g, to_first, to_second)
    return out

def _laid_out_as(x: Any, like: Any) -> Any:
    """The numbers in the order in which `like` has them in memory: to mix two orders takes twice the time of a copy."""
    if x.strides == like.strides:
        return x
    out = np.empty_like(like)
    out[...] = x
    return out

def _by_index(input: Any) -> Any:
    squares = Window((2, 2), (2, 2))
    places = squares.places(input.shape[2:])
    return pick_largest(input, index=largest(getattr(input, "array", input), squares, places))

largest_of_squares = fused("MaxPool2DWithIndicesBackward0", _largest_of_squares, _to_squares, keeps=True,
                               definition=_by_index)

# -- the mean ----------------------------------------------------------------------------------------------------------
# The sum of what the window sees, divided by `count`: one number, or one for each place where windows reach over the
# edge. Its gradient gives every number its share from all windows that saw it.

def _mean(input: Any, *, window: Window, places: Pair, count: Any) -> Any:
    x = as_plane(input)
    planes, total = padded(x, window, places), None
    for _, _, rows, columns in window.taps(places):
        total = planes[:, :, rows, columns] + (0 if total is None else total)
    total = (total / count).astype(input.dtype, copy=False)
    return total if input.ndim == 4 else total[:, :, 0]

def _shared_out(input: Any, *, plane: Any, window: Window, places: Pair, count: Any) -> Any:
    shares = as_plane(input) / count
    out = np.zeros_like(shares, shape=(*input.shape[:2], *padded_size(window, places, plane)))
    for _, _, rows, columns in window.taps(places):
        out[:, :, rows, columns] += shares
    out = inside(out, window, plane)
    return out if input.ndim == 4 else out[:, :, 0]

def _plane(f: Any) -> Pair:
    return f.input_shape[2:] if len(f.input_shape) == 4 else (1, f.input_shape[2])

mean: Operation = fused("AvgPool2DBackward0", _mean,
    lambda g, f: share_out(g, plane=_plane(f), window=f.window, places=f.places, count=f.count), saves=True)
share_out: Operation = fused("ShareOutBackward0", _shared_out,
    lambda g, f: mean(g, window=f.window, places=f.places, count=f.count))

# fmt: on


@tracing.whole
def largest(input: ndarray, window: Window, places: Pair) -> ndarray:
    """Where the largest number of each window is, as an index into the plane. Of equals the first; NaN is the largest.

    For all places at once: the next element of each window is compared with the largest so far.
    """
    x = as_plane(input)
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    planes, columns = padded(x, window, places, lowest), x.shape[3]
    row, column = (
        np.arange(n) * stride - padding
        for n, stride, padding in zip(places, window.stride, window.padding, strict=True)
    )
    best = np.full_like(x, lowest, shape=(*x.shape[:2], *places))
    index = np.empty_like(best, np.int64)
    # before any comparison, the first element that is not padding
    index[...] = np.where(row < 0, row % window.dilation[0], row)[:, None] * columns
    index += np.where(column < 0, column % window.dilation[1], column)
    for i, j, at_rows, at_columns in window.taps(places):
        here = planes[:, :, at_rows, at_columns]
        better = (here > best) | (here != here)
        place = (row + i * window.dilation[0])[:, None] * columns + (column + j * window.dilation[1])
        np.copyto(best, here, where=better)
        np.copyto(index, place, where=better)
    return index if input.ndim == 4 else index[:, :, 0]
