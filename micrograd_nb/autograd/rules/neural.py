"""The operations of neural networks, each as one node: fewer nodes, fewer passes over the numbers.

A fused operation equals the chain of small ones that defines it (tests hold them to it).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..broadcasting import sum_of_rows
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
