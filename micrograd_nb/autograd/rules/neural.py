"""The operations of neural networks, each as one node: fewer nodes, fewer passes over the numbers.

A fused operation equals the chain of small ones that defines it (tests hold them to it); cross-entropy from small
operations takes twice the time.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..engine import ones
from ..operation import operation

# fmt: off

@operation("LinearBackward0")
def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """x Wᵀ + b on the last axis: input (*, in), weight (out, in), bias (out,), value (*, out)."""
    n_out, n_in = weight.shape
    x = input if input.ndim == 2 else input.reshape(prod(input.shape[:-1]), n_in)
    y = x.dot(weight.T)
    if bias is not None:
        y += bias
    if input.ndim == 2:
        return (y, lambda g: g.dot(weight), lambda g: g.T.dot(x), lambda g: ones(len(g), g.dtype).dot(g))
    def rows(g: Any) -> Any:
        return g.reshape(len(x), n_out)
    return (y.reshape(*input.shape[:-1], n_out), lambda g: rows(g).dot(weight).reshape(input.shape),
                                                 lambda g: rows(g).T.dot(x),
                                                 lambda g: ones(len(x), g.dtype).dot(rows(g)))

@operation("SoftmaxBackward0")
def softmax(input: Any, *, dim: int) -> Any:
    p = np.exp(input - input.max(dim, keepdims=True, initial=-np.inf))
    p /= p.sum(dim, keepdims=True)
    return p, lambda g: p * (g - (g * p).sum(dim, keepdims=True))

@operation("LogSoftmaxBackward0")
def log_softmax(input: Any, *, dim: int) -> Any:
    y = input - input.max(dim, keepdims=True, initial=-np.inf)
    y -= np.log(np.exp(y).sum(dim, keepdims=True))
    return y, lambda g: g - np.exp(y) * g.sum(dim, keepdims=True)

@operation("CrossEntropyBackward0")
def cross_entropy(input: Any, *, target: Any) -> Any:
    """Mean of −log softmax(input)[target]: logits (n, classes), targets (n,).

    The gradient of one row is softmax(row) − onehot(target), divided by n.
    """
    rows, classes = input.shape
    n = rows or np.nan  # the mean of nothing is NaN
    at = np.ravel_multi_index((np.arange(rows), target), (rows, classes))  # where the targets stand among all logits
    p = np.subtract(input, np.maximum.reduce(input, 1, None, None, True), order="C")  # type: ignore[call-overload]
    picked = p.take(at)
    np.exp(p, p)
    total = p.dot(ones(classes, p.dtype))
    def grad(g: Any) -> Any:
        share = g / n
        d = p * (share / total)[:, None]
        d.reshape(-1)[at] -= share
        return d
    return (np.log(total) - picked).dot(ones(rows, p.dtype)) / n, grad
