"""Norms: how long a vector is, and how far two are apart. For `ord` p it is (Σ |x|ᵖ) to the power 1/p.

With p = 2 that is the Euclidean length, with 1 the sum of the sizes, with inf the largest size, with 0 how many are
not 0. At the zero vector a norm has no slope, and gets 0.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from ..operation import operation
from .elementwise import sign
from .reduction import kept, sum_dim

# fmt: off

def _norm(x: Any, ord: float, dim: Any, keepdim: bool) -> Any:
    if ord == 2:
        return np.sqrt(sum_dim.value(x * x, dim=dim, keepdim=keepdim))
    sizes = np.abs(x)
    if ord == inf:
        return sizes.max(dim, keepdims=keepdim, initial=0)
    if ord == -inf:
        return sizes.min(dim, keepdims=keepdim)
    if ord == 0:
        return (x != 0).sum(dim, keepdims=keepdim).astype(x.dtype)
    total = (sizes if ord == 1 else sizes ** ord).sum(dim, keepdims=keepdim)
    return np.power(total, 1 / ord)  # not **, which computes a single number in another way

def _of_norm(g: Any, x: Any, norm: Any, ord: float, dim: Any) -> Any:
    """The gradient in x: `g` and the norm have the reduced axes, with length one."""
    if ord == 0:
        return np.zeros_like(x)
    if ord == 2:
        return g * np.where(norm == 0, 0, x / norm)
    if ord == 1:
        return g * sign(x)
    sizes = np.abs(x)
    if abs(ord) == inf:  # equals share the gradient
        places = (sizes == norm) | np.isnan(x)
        return g / places.sum(dim, keepdims=True).astype(g.dtype) * places * sign(x)
    slope = sign(x) * np.where(x == 0, 0, sizes ** (ord - 1))
    return g * np.where(norm == 0, 0, slope / norm ** (ord - 1))

vector_norm = operation("LinalgVectorNormBackward0",
    lambda input, *, ord, dim, keepdim: _norm(input, ord, dim, keepdim),
    lambda g, f: _of_norm(kept(g, f), f.input, kept(f.output, f), f.ord, f.dim))

# -- distances ---------------------------------------------------------------------------------------------------------

def _of_dist(g: Any, f: Any) -> Any:
    away = f.input - f.other
    return _of_norm(g, away, f.output, f.ord, tuple(range(away.ndim)))

dist = operation("DistBackward0",
    lambda input, other, *, ord: _norm(input - other, ord, tuple(range((input - other).ndim)), False),
    _of_dist, lambda g, f: -_of_dist(g, f), broadcasts=True)

# From each of n points to each of m: (…, n, d) and (…, m, d) make (…, n, m).

MANY = 1 << 22  # so many differences at a time

def _away(a: Any, b: Any) -> Any:
    return a[..., :, None, :] - b[..., None, :, :]

def _distances(a: Any, b: Any, ord: float) -> Any:
    away = _away(a, b)
    return _norm(away, ord, (away.ndim - 1,), False)

def _each_to_each(input: Any, other: Any, *, ord: float) -> Any:
    size = max(1, MANY // max(1, other.shape[-2] * other.shape[-1]))  # so many points at a time
    parts = [_distances(input[..., i:i + size, :], other, ord) for i in range(0, max(1, input.shape[-2]), size)]
    return np.concatenate(parts, -2)

def _of_largest(g: Any, away: Any, distance: Any) -> Any:
    """Here, unlike in a norm, PyTorch gives equals the whole gradient each."""
    return g * sign(away) * (np.abs(away) == distance)

def _of_cdist(g: Any, f: Any) -> Any:
    g, distance, away = g[..., None], f.output[..., None], _away(f.input, f.other)
    slopes = _of_largest(g, away, distance) if f.ord == inf else _of_norm(g, away, distance, f.ord, (-1,))
    return slopes.sum(-2), -slopes.sum(-3)

cdist = operation("CdistBackward0", _each_to_each, _of_cdist, broadcasts=True, joint=True)

# The Euclidean distance needs no differences in its gradient, and, of many points, none in its value:
# |a − b|² = |a|² − 2 ab + |b|², three products of matrices.

def _euclidean(input: Any, other: Any, *, by_product: bool) -> Any:
    if not by_product:
        return _each_to_each(input, other, ord=2)
    squares = (input * input).sum(-1)[..., :, None] + (other * other).sum(-1)[..., None, :]
    return np.sqrt(np.maximum(squares - 2 * (input @ other.swapaxes(-1, -2)), 0))

def _pull(g: Any, f: Any) -> Any:
    """How much each pair of points pulls at each other, per unit of their distance."""
    return np.where(f.output == 0, 0, g / f.output)

euclidean = operation("CdistBackward0", _euclidean,
    lambda g, f: (pull := _pull(g, f)).sum(-1, keepdims=True) * f.input - pull @ f.other,
    lambda g, f: (pull := _pull(g, f).swapaxes(-1, -2)).sum(-1, keepdims=True) * f.other - pull @ f.input,
    broadcasts=True)
