"""Normalization: numbers are brought to mean 0 and variance 1, over some axes, and then scaled and shifted by weights.

    x̂ = (x − mean) / √(variance + eps)        y = x̂ · weight + bias

The gradient goes through the mean and the variance, too. What it loses is its own mean and its share along x̂:

    ∂x = (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + eps)        where g is the gradient of x̂

Ba et al. 2016 (layers), Ioffe and Szegedy 2015 (batches), Wu and He 2018 (groups), Zhang and Sennrich 2019 (RMS).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .. import tracing
from ..broadcasting import sum_of_rows
from ..constants import ones
from ..operation import fused

# fmt: off

# -- rows: over the last axes, or over a group of channels -------------------------------------------------------------

def _standardized(rows: ndarray, eps: float) -> tuple[ndarray, ndarray]:
    """x̂ of each row, and 1 / √(variance + eps). `dot` and `einsum` add up along rows faster than `mean` and `var`."""
    length = rows.shape[1]
    share = rows.dtype.type(1 / length if length else np.nan)
    normal = rows - (rows.dot(ones(length, rows.dtype)) * share)[:, None]
    scale = np.einsum("ij,ij->i", normal, normal)
    scale *= share
    scale += eps
    np.sqrt(scale, scale)
    np.reciprocal(scale, scale)
    normal *= scale[:, None]
    return normal, scale

def _through_standardized(g: ndarray, normal: ndarray, scale: ndarray) -> ndarray:
    """The gradient of rows, from that of x̂, which it overwrites."""
    length = g.shape[1]
    share = g.dtype.type(1 / length if length else np.nan)
    along = np.einsum("ij,ij->i", g, normal)
    along *= share
    g -= (g.dot(ones(length, g.dtype)) * share)[:, None]
    g -= normal * along[:, None]
    g *= scale[:, None]
    return g

def _layer_norm(input: Any, weight: Any = None, bias: Any = None, *, dims: int, eps: float) -> Any:
    normal, scale = _standardized(_rows(input, dims), eps)
    y = normal.copy() if weight is None else normal * weight.reshape(-1)
    if bias is not None:
        y += bias.reshape(-1)
    return y.reshape(input.shape), {"normal": normal, "scale": scale}

def _rows(x: Any, dims: int) -> Any:
    shape = x.shape
    return x.reshape(prod(shape[: len(shape) - dims]), prod(shape[len(shape) - dims :]))

def _layer_norm_input(g: Any, f: Any) -> Any:
    rows = _rows(g, f.dims)
    rows = rows.copy() if f.weight is None else rows * f.weight.reshape(-1)
    return _through_standardized(rows, f.normal, f.scale).reshape(g.shape)

def _layer_norm_weight(g: Any, f: Any) -> Any:
    return np.einsum("ij,ij->j", _rows(g, f.dims), f.normal).reshape(g.shape[g.ndim - f.dims:])

def _layer_norm_bias(g: Any, f: Any) -> Any:
    return sum_of_rows(_rows(g, f.dims)).reshape(g.shape[g.ndim - f.dims:])

def _layer_norm_by_steps(input: Any, weight: Any, bias: Any, *, dims: int, eps: float) -> Any:
    return _affine(_standard(input, tuple(range(-dims, 0)), eps), weight, bias)

def _standard(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    count = prod([x.shape[axis] for axis in axes]) or np.nan
    centered = x - x.sum(axes, keepdims=True) / count
    return centered / np.sqrt((centered * centered).sum(axes, keepdims=True) / count + eps)

def _affine(y: Any, weight: Any, bias: Any) -> Any:
    y = y if weight is None else y * weight
    return y if bias is None else y + bias

layer_norm = fused("NativeLayerNormBackward0", _layer_norm, _layer_norm_input, _layer_norm_weight, _layer_norm_bias,
                       keeps=True, definition=_layer_norm_by_steps)

# The same over groups of channels, where each channel has a weight of its own.

def _group_norm(input: Any, weight: Any = None, bias: Any = None, *, groups: int, eps: float) -> Any:
    normal, scale = _standardized(_grouped(input, groups), eps)
    y = _by_channel(normal, input)
    y = y.copy() if weight is None else y * weight[:, None]
    if bias is not None:
        y += bias[:, None]
    return y.reshape(input.shape), {"normal": normal, "scale": scale}

def _grouped(x: Any, groups: int) -> Any:
    return x.reshape(len(x) * groups, x.shape[1] // groups * prod(x.shape[2:]))

def _by_channel(x: Any, like: Any) -> Any:
    return x.reshape(*like.shape[:2], prod(like.shape[2:]))

def _group_norm_input(g: Any, f: Any) -> Any:
    towards_normal = _by_channel(g, g) * (1 if f.weight is None else f.weight[:, None])
    return _through_standardized(_grouped(towards_normal, f.groups), f.normal, f.scale).reshape(g.shape)

def _group_norm_weight(g: Any, f: Any) -> Any:
    return np.einsum("nci,nci->c", _by_channel(g, g), _by_channel(f.normal, g))

def _of_channels(g: Any, f: Any) -> Any:
    return g.sum((0, *range(2, g.ndim)))

def _group_norm_by_steps(input: Any, weight: Any, bias: Any, *, groups: int, eps: float) -> Any:
    y = _standard(_grouped(input, groups), (1,), eps).reshape(*input.shape[:2], prod(input.shape[2:]))
    y = _affine(y, *(x if x is None else x.reshape(-1, 1) for x in (weight, bias)))
    return y.reshape(input.shape)

group_norm = fused("NativeGroupNormBackward0", _group_norm, _group_norm_input, _group_norm_weight, _of_channels,
                       keeps=True, definition=_group_norm_by_steps)

# By the root of the mean square: as layer_norm, but nothing is subtracted.

def _rms_norm(input: Any, weight: Any = None, *, dims: int, eps: float) -> Any:
    rows = _rows(input, dims)
    scale = np.einsum("ij,ij->i", rows, rows)
    scale *= rows.dtype.type(1 / rows.shape[1] if rows.shape[1] else np.nan)
    scale += eps
    np.reciprocal(np.sqrt(scale, scale), scale)
    normal = rows * scale[:, None]
    y = normal.copy() if weight is None else normal * weight.reshape(-1)
    return y.reshape(input.shape), {"normal": normal, "scale": scale}

def _rms_norm_input(g: Any, f: Any) -> Any:
    rows = _rows(g, f.dims)
    rows = rows.copy() if f.weight is None else rows * f.weight.reshape(-1)
    along = np.einsum("ij,ij->i", rows, f.normal) / (rows.shape[1] or np.nan)
    rows -= f.normal * along.astype(rows.dtype)[:, None]
    rows *= f.scale[:, None]
    return rows.reshape(g.shape)

def _rms_norm_by_steps(input: Any, weight: Any, *, dims: int, eps: float) -> Any:
    axes = tuple(range(-dims, 0))
    count = prod(input.shape[-dims:]) or np.nan
    return _affine(input / np.sqrt((input * input).sum(axes, keepdims=True) / count + eps), weight, None)

rms_norm = fused("RmsNormBackward0", _rms_norm, _rms_norm_input, _layer_norm_weight,
                     keeps=True, definition=_rms_norm_by_steps)

# -- channels: over the batch and all places ---------------------------------------------------------------------------
# The rows here are the places, and each column is a channel. `mean` and `variance` are those of the batch.

def channel_rows(x: Any) -> Any:
    """A row for each place, a column for each channel. No copy where the channels come last in memory."""
    return x.transpose(0, *range(2, x.ndim), 1).reshape(len(x) * prod(x.shape[2:]), x.shape[1])

def _from_rows(rows: ndarray, like: ndarray) -> ndarray:
    n, channels, *places = like.shape
    return rows.reshape(n, *places, channels).transpose(0, like.ndim - 1, *range(1, like.ndim - 1))

@tracing.whole
def statistics(x: ndarray) -> tuple[ndarray, ndarray]:
    """The mean and the (biased) variance of each channel."""
    rows = channel_rows(x)
    share = rows.dtype.type(1 / len(rows) if len(rows) else np.nan)
    mean = sum_of_rows(rows) * share
    centered = rows - mean
    return mean, np.einsum("ij,ij->j", centered, centered) * share

def _batch_norm(input: Any, weight: Any = None, bias: Any = None, *, mean: Any, variance: Any, eps: float) -> Any:
    scale = 1 / np.sqrt(variance + eps)
    normal = channel_rows(input) - mean
    normal *= scale
    y = normal.copy() if weight is None else normal * weight
    if bias is not None:
        y += bias
    return _from_rows(y, input), {"normal": normal, "scale": scale}

def _batch_norm_input(g: Any, f: Any) -> Any:
    rows = channel_rows(g)
    share = rows.dtype.type(1 / len(rows) if len(rows) else np.nan)
    mean, along = sum_of_rows(rows) * share, np.einsum("ij,ij->j", rows, f.normal) * share
    d = rows - mean
    d -= f.normal * along
    d *= f.scale if f.weight is None else f.scale * f.weight
    return _from_rows(d, g)

def _batch_norm_fixed_input(g: Any, f: Any) -> Any:
    return _from_rows(channel_rows(g) * (f.scale if f.weight is None else f.scale * f.weight), g)

def _batch_norm_weight(g: Any, f: Any) -> Any:
    return np.einsum("ij,ij->j", channel_rows(g), f.normal)

def _batch_norm_bias(g: Any, f: Any) -> Any:
    return sum_of_rows(channel_rows(g))

def _per_channel(vector: Any, like: Any) -> Any:
    return None if vector is None else vector.reshape(-1, *[1] * (like.ndim - 2))

def _batch_norm_by_steps(input: Any, weight: Any, bias: Any, *, mean: Any, variance: Any, eps: float) -> Any:
    y = _standard(input, (0, *range(2, input.ndim)), eps)
    return _affine(y, _per_channel(weight, input), _per_channel(bias, input))

def _batch_norm_fixed_by_steps(input: Any, weight: Any, bias: Any, *, mean: Any, variance: Any, eps: float) -> Any:
    y = (input - _per_channel(mean, input)) / np.sqrt(_per_channel(variance, input) + eps)
    return _affine(y, _per_channel(weight, input), _per_channel(bias, input))

batch_norm = fused("NativeBatchNormBackward0", _batch_norm, _batch_norm_input, _batch_norm_weight, _batch_norm_bias,
                       keeps=True, definition=_batch_norm_by_steps)

# With a mean and a variance from elsewhere, which no gradient goes through.
batch_norm_fixed = fused("NativeBatchNormBackward0", _batch_norm, _batch_norm_fixed_input, _batch_norm_weight,
                             _batch_norm_bias, keeps=True, definition=_batch_norm_fixed_by_steps)
