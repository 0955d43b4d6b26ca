"""How far apart vectors are, and vectors brought to length one. Lengths are p-norms: (Σ |x|ᵖ) to the power 1/p.

At the zero vector a norm has no slope, and gets 0.
"""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from ..operation import operation

# fmt: off

def _norm(input: Any, *, p: float, dim: Any) -> Any:
    """Along one axis or several, which stay, with length one."""
    if p == 2:
        return np.sqrt((input * input).sum(dim, keepdims=True))
    sizes = np.abs(input)
    if abs(p) == inf:
        return (np.maximum if p > 0 else np.minimum).reduce(sizes, dim, keepdims=True, initial=0 if p > 0 else inf)
    if p == 0:
        return (input != 0).sum(dim, keepdims=True).astype(input.dtype)
    return (sizes if p == 1 else sizes ** p).sum(dim, keepdims=True) ** (1 / p)

def _slope(x: Any, norm: Any, p: float, dim: Any) -> Any:
    """The derivative of the norm with respect to each number."""
    if p == 0:
        return np.zeros_like(x)
    if p == 1:
        return np.sign(x)
    if p == 2:
        return x / np.where(norm == 0, inf, norm)
    if abs(p) == inf:  # equals share it
        largest = np.abs(x) == norm
        return np.sign(x) * (largest / largest.sum(dim, keepdims=True)).astype(x.dtype)
    sizes = np.where(x == 0, 1, np.abs(x))
    return np.where(x == 0, 0, np.sign(x) * (sizes / np.where(norm == 0, inf, norm)) ** (p - 1))

norm = operation("LinalgVectorNormBackward0", _norm, lambda g, f: g * _slope(f.input, f.output, f.p, f.dim))

def _as_it_was(distance: Any, keepdim: bool) -> Any:
    return distance if keepdim else distance.squeeze(-1)

def _apart(g: Any, f: Any) -> Any:
    """The gradient of how far x1 is from x2, in x1."""
    g, distance = (x if f.keepdim else np.expand_dims(x, -1) for x in (g, f.output))
    return g * _slope(f.x1 - f.x2 + f.eps, distance, f.p, -1)

pairwise = operation("NormBackward1",
    lambda x1, x2, *, p, eps, keepdim: _as_it_was(_norm(x1 - x2 + eps, p=p, dim=-1), keepdim),
    _apart, lambda g, f: -_apart(g, f), broadcasts=True, explodes=True)

def _scaled(input: Any, *, p: float, dim: Any, eps: float) -> Any:
    """x divided by its norm, or by eps where that is larger."""
    return input / np.maximum(_norm(input, p=p, dim=dim), eps)

def _across(g: Any, f: Any) -> Any:
    """What changes the length of x is taken out of the gradient: with p = 2, (g − y (y · g)) / ‖x‖."""
    length = norm(f.input, p=f.p, dim=f.dim)
    along = (g * f.output).sum(f.dim, keepdims=True) * (length >= f.eps)
    return (g - along * _slope(f.input, length, f.p, f.dim)) / np.maximum(length, f.eps)

normalize = operation("DivBackward0", _scaled, _across, explodes=True)
