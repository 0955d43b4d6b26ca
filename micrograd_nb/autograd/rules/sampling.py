"""Sampling: each number of the output is a weighted sum of a few numbers of the input, along one axis after another.

Padding by reflection, enlarging an image and adaptive pooling differ only in which numbers, and how much of each: the
`Taps` of an axis say so. Backwards, each number gets its share of all the gradients that it went into.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from ..operation import Operation, fused
from .windows import Pair, Window, inside, padded, padded_size, sliding


class Taps(NamedTuple):
    """How an axis is sampled: output[i] = Σ_t weight[t, i] · input[at[t, i]]. Both are (taps, length of the output).

    Without weights, each is 1.
    """

    axis: int  # counted from the end: -1 is the last
    size: int  # of that axis of the input
    at: ndarray
    weight: ndarray | None = None


# fmt: off

def _sample(input: Any, *, taps: tuple[Taps, ...]) -> Any:
    for tap in taps:
        parts = [input.take(at, tap.axis) * _weight(tap, t, input.dtype) for t, at in enumerate(tap.at)]
        input = sum(parts[1:], parts[0])
    return input

def _give_back(input: Any, *, taps: tuple[Taps, ...]) -> Any:
    for tap in reversed(taps):
        g = np.moveaxis(input, tap.axis, 0)
        out = np.zeros((tap.size, *g.shape[1:]), g.dtype)
        for t, at in enumerate(tap.at):
            np.add.at(out, at, np.moveaxis(input * _weight(tap, t, g.dtype), tap.axis, 0))
        input = np.moveaxis(out, 0, tap.axis)
    return input

def _weight(tap: Taps, t: int, dtype: Any) -> Any:
    one = np.ones(1, dtype)
    return one if tap.weight is None else tap.weight[t].astype(dtype).reshape(-1, *[1] * (-tap.axis - 1))

def _back(g: Any, f: Any) -> Any:
    return give_back(g, taps=f.taps)

def _sampling(name: str, saves: bool = False) -> Operation:
    """The same operation under the name that PyTorch has for one use of it."""
    return fused(name, _sample, _back, saves=saves)

sample: Operation      = _sampling("SampleBackward0")
give_back: Operation   = fused("GiveBackBackward0", _give_back, lambda g, f: sample(g, taps=f.taps))
reflection_pad1d       = _sampling("ReflectionPad1DBackward0", saves=True)
reflection_pad2d       = _sampling("ReflectionPad2DBackward0", saves=True)
reflection_pad3d       = _sampling("ReflectionPad3DBackward0", saves=True)
replication_pad1d      = _sampling("ReplicationPad1DBackward0", saves=True)
replication_pad2d      = _sampling("ReplicationPad2DBackward0", saves=True)
replication_pad3d      = _sampling("ReplicationPad3DBackward0", saves=True)
circular_pad           = _sampling("CircularPadBackward0", saves=True)
upsample_nearest1d     = _sampling("UpsampleNearest1DBackward0")
upsample_nearest2d     = _sampling("UpsampleNearest2DBackward0")
upsample_nearest_exact1d = _sampling("UpsampleNearestExact1DBackward0")
upsample_nearest_exact2d = _sampling("UpsampleNearestExact2DBackward0")
upsample_linear1d      = _sampling("UpsampleLinear1DBackward0")
upsample_bilinear2d    = _sampling("UpsampleBilinear2DBackward0")
upsample_bicubic2d     = _sampling("UpsampleBicubic2DBackward0")
adaptive_mean          = _sampling("AdaptiveAvgPool2DBackward0", saves=True)

# A frame of one number: so much of it `before` and `after` each axis. Where that is negative, the input is cut.

def _framed(input: Any, *, before: Any, after: Any, value: float) -> Any:
    shape = [n + b + a for n, b, a in zip(input.shape, before, after, strict=True)]
    out = np.full_like(input, value, shape=shape)
    out[_cut(before, after)] = input[_cut([-b for b in before], [-a for a in after])]
    return out

def _unframed(input: Any, *, before: Any, after: Any) -> Any:
    return _framed(input, before=[-b for b in before], after=[-a for a in after], value=0)

def _cut(before: Any, after: Any) -> tuple[slice, ...]:
    """What lies within a frame."""
    return tuple(slice(max(b, 0), -a if a > 0 else None) for b, a in zip(before, after, strict=True))

def _without_frame(g: Any, f: Any) -> Any:
    return cut_frame(g, before=f.before, after=f.after)

constant_pad: Operation = fused("ConstantPadNdBackward0", _framed, _without_frame)
cut_frame:    Operation = fused("CutFrameBackward0", _unframed,
                                    lambda g, f: constant_pad(g, before=f.before, after=f.after, value=0))

# What a window sees, as columns; and back, where what several windows saw is added up.

def _unfold(input: Any, *, window: Window) -> Any:
    n, channels, *plane = input.shape
    places = window.places(tuple(plane))
    covered = sliding(padded(input, window, places), window, places).transpose(0, 1, 4, 5, 2, 3)
    return covered.reshape(n, channels * window.size[0] * window.size[1], places[0] * places[1])

def _fold(input: Any, *, window: Window, plane: Pair) -> Any:
    n, rows, _ = input.shape
    places, (height, width) = window.places(plane), window.size
    channels = rows // (height * width)
    columns = input.reshape(n, channels, height, width, *places)
    out = np.zeros((n, channels, *padded_size(window, places, plane)), input.dtype)
    for i, j, at_rows, at_columns in window.taps(places):
        out[:, :, at_rows, at_columns] += columns[:, :, i, j]
    return inside(out, window, plane)

unfold: Operation = fused("Im2ColBackward0", _unfold,
                              lambda g, f: fold(g, window=f.window, plane=f.input_shape[2:]))
fold:   Operation = fused("Col2ImBackward0", _fold, lambda g, f: unfold(g, window=f.window))
