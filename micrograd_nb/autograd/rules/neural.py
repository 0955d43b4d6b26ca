"""The operations of neural networks, each as one node: fewer nodes, fewer passes over the numbers.

A fused operation equals the chain of small ones that defines it (tests hold them to it); cross-entropy from small
operations takes twice the time.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..broadcasting import sum_of_rows
from ..constants import counting, ones
from ..operation import operation

# fmt: off

def _linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """X Wᵀ + b: input (n, in), weight (out, in), bias (out,), value (n, out)."""
    y = input.dot(weight.T)
    if bias is not None:
        y += bias
    return y

linear = operation("LinearBackward0", _linear, lambda g, f: g.dot(f.weight),
                                               lambda g, f: g.T.dot(f.input),
                                               lambda g, f: sum_of_rows(g))

def _linear_rows(input: Any, weight: Any, bias: Any = None) -> Any:
    """The same on the last axis: input (*, in), value (*, out). One product of matrices, not a batch of small ones."""
    return _linear(_rows(input), weight, bias).reshape(*input.shape[:-1], len(weight))

def _rows(x: Any) -> Any:
    return x.reshape(prod(x.shape[:-1]), x.shape[-1])

linear_rows = operation("LinearBackward0", _linear_rows, lambda g, f: _rows(g).dot(f.weight).reshape(f.input.shape),
                                                         lambda g, f: _rows(g).T.dot(_rows(f.input)),
                                                         lambda g, f: sum_of_rows(_rows(g)))

def _softmax(input: Any, *, dim: int) -> Any:
    p = np.exp(input - input.max(dim, keepdims=True, initial=-np.inf))
    p /= p.sum(dim, keepdims=True)
    return p

softmax = operation("SoftmaxBackward0", _softmax,
                    lambda g, f: f.output * (g - (g * f.output).sum(f.dim, keepdims=True)))

def _log_softmax(input: Any, *, dim: int) -> Any:
    y = input - input.max(dim, keepdims=True, initial=-np.inf)
    y -= np.log(np.exp(y).sum(dim, keepdims=True))
    return y

log_softmax = operation("LogSoftmaxBackward0", _log_softmax,
                        lambda g, f: g - np.exp(f.output) * g.sum(f.dim, keepdims=True))

FEW = 64

def _cross_entropy(input: Any, *, target: Any) -> Any:
    """Mean of −log softmax(input)[target]: logits (n, classes), targets (n,).

    The gradient of one row is softmax(row) − onehot(target), divided by n. Where there are few classes, the samples
    are laid side by side in memory: NumPy is fast along long runs, and takes a third of the time.
    """
    count, classes = input.shape
    axis = 0 if classes <= FEW else 1  # that of the classes
    n = count or np.nan  # the mean of nothing is NaN
    p = input.T.copy() if axis == 0 else input.copy()
    at = np.ravel_multi_index((target, counting(count)) if axis == 0 else (counting(count), target), p.shape)
    p -= np.maximum.reduce(p, axis, keepdims=True)
    picked = p.take(at)
    np.exp(p, p)
    one = ones(classes, p.dtype)
    total = np.dot(one, p) if axis == 0 else p.dot(one)
    loss = (np.log(total) - picked).dot(ones(count, p.dtype)) / n
    return loss, {"target": target, "p": p, "total": total, "at": at, "n": n, "axis": axis}

def _towards_target(g: Any, f: Any) -> Any:
    share = g / f.n
    d = f.p * (share / f.total if f.axis == 0 else (share / f.total)[:, None])
    d.reshape(-1)[f.at] -= share
    return d.T if f.axis == 0 else d

def _by_log_softmax(input: Any, *, target: Any) -> Any:
    picked = log_softmax(input, dim=1)[counting(len(target)), target]
    return picked.sum() / -(len(target) or np.nan)

cross_entropy = operation("CrossEntropyBackward0", _cross_entropy, _towards_target, keeps=True,
                          definition=_by_log_softmax)
