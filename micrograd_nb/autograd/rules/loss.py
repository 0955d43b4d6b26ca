"""Losses: how far outputs are from targets, element by element, and one number made of that.

Each has the option `reduction`, which says what is made: "none" one loss for each element, "sum" and "mean" one number.
A rule begins with the gradient of each element's loss, `_each(g, f)`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray

from ..constants import counting, ones
from ..operation import operation
from .activation import logsigmoid
from .elementwise import sigmoid
from .indexing import place_along
from .neural import log_softmax

loss = partial(operation, explodes=True)

# fmt: off

def _reduced(losses: Any, reduction: str) -> Any:
    """All losses, their sum, or their mean, which for none at all is NaN."""
    if reduction == "none":
        return losses
    total = np.add.reduce(losses, None) if type(losses) is ndarray else losses.sum()
    return total if reduction == "sum" else total / (losses.size or np.nan)

def _each(g: Any, f: Any) -> Any:
    """The gradient of each element's loss: all of it, or of a mean its share."""
    return g / (f.input.size or np.nan) if f.reduction == "mean" else g

# -- of numbers --------------------------------------------------------------------------------------------------------

def _mse(input: Any, target: Any, *, reduction: str) -> Any:
    """(x − t)²."""
    difference = input - target
    return _reduced(np.square(difference), reduction), {"difference": difference}

def _mse_by_parts(input: Any, target: Any, *, reduction: str) -> Any:
    return _reduced(np.square(input - target), reduction)

def _huber(input: Any, target: Any, delta: float) -> Any:
    """d²/2 up to delta, and beyond it a straight line: c · (d − c/2), where d is the distance and c = min(d, delta)."""
    distance = np.abs(input - target)
    near = distance.clip(0, delta)
    return near * (distance - near * 0.5)

mse  = loss("MseLossBackward0", _mse, lambda g, f: f.difference * (2 * _each(g, f)),
                                      lambda g, f: f.difference * (-2 * _each(g, f)),
            keeps=True, definition=_mse_by_parts)
l1   = loss("L1LossBackward0", lambda input, target, *, reduction: _reduced(np.abs(input - target), reduction),
            lambda g, f: _each(g, f) * np.sign(f.input - f.target),
            lambda g, f: _each(g, f) * np.sign(f.target - f.input))
smooth_l1 = loss("SmoothL1LossBackward0",
            lambda input, target, *, beta, reduction: _reduced(_huber(input, target, beta) / beta, reduction),
            lambda g, f: _each(g, f) * (f.input - f.target).clip(-f.beta, f.beta) / f.beta,
            lambda g, f: _each(g, f) * (f.target - f.input).clip(-f.beta, f.beta) / f.beta)
huber = loss("HuberLossBackward0",
            lambda input, target, *, delta, reduction: _reduced(_huber(input, target, delta), reduction),
            lambda g, f: _each(g, f) * (f.input - f.target).clip(-f.delta, f.delta),
            lambda g, f: _each(g, f) * (f.target - f.input).clip(-f.delta, f.delta))

# -- of probabilities --------------------------------------------------------------------------------------------------
# `weight` is a factor for each element, or None; `pos_weight` one for what the target says.

LEAST_LOG, LEAST_VARIANCE = -100, 1e-12

def _weighted(losses: Any, weight: Any) -> Any:
    return losses if weight is None else losses * weight

def _bce(input: Any, target: Any, *, weight: Any, reduction: str) -> Any:
    """−t log p − (1 − t) log(1 − p), where no logarithm is below −100, that of 0 neither."""
    log = np.maximum(np.log(input), LEAST_LOG)
    log_of_rest = np.maximum(np.log1p(-input), LEAST_LOG)
    return _reduced(_weighted((target - 1) * log_of_rest - target * log, weight), reduction)

def _towards_target(g: Any, f: Any) -> Any:
    variance = np.maximum((1 - f.input) * f.input, LEAST_VARIANCE)
    return _weighted(_each(g, f), f.weight) * (f.input - f.target) / variance

bce = loss("BinaryCrossEntropyBackward0", _bce, _towards_target,
           lambda g, f: _weighted(_each(g, f), f.weight) * (np.log1p(-f.input) - np.log(f.input)), saves=True)

def _bce_with_logits(input: Any, target: Any, *, weight: Any, pos_weight: Any, reduction: str) -> Any:
    """(1 − t) x − (1 + (w − 1) t) log σ(x), which is −w t log σ(x) − (1 − t) log(1 − σ(x)), safe for every x."""
    log = logsigmoid.value(input)
    if pos_weight is not None:
        log *= 1 + (pos_weight - 1) * target
    return _reduced(_weighted((1 - target) * input - log, weight), reduction)

def _slope_in_logits(g: Any, f: Any) -> Any:
    if f.pos_weight is None:
        slope = sigmoid(f.input) - f.target
    else:
        slope = sigmoid(f.input) * (1 + (f.pos_weight - 1) * f.target) - f.pos_weight * f.target
    return _weighted(_each(g, f), f.weight) * slope

def _slope_in_targets(g: Any, f: Any) -> Any:
    slope = -f.input
    if f.pos_weight is not None:
        slope = slope - (f.pos_weight - 1) * logsigmoid(f.input)
    return _weighted(_each(g, f), f.weight) * slope

bce_with_logits = loss("BinaryCrossEntropyWithLogitsBackward0", _bce_with_logits, _slope_in_logits, _slope_in_targets,
                       saves=True)

soft_margin = loss("SoftMarginLossBackward0",
                   lambda input, *, target, reduction: _reduced(-logsigmoid.value(input * target), reduction),
                   lambda g, f: -_each(g, f) * f.target * sigmoid(-f.input * f.target))

# -- of classes --------------------------------------------------------------------------------------------------------

def _nll(input: Any, *, target: Any, weight: Any, ignore_index: int, reduction: str) -> Any:
    """−w[t] · x[t]: input (n, classes, …), target (n, …), weight (classes,). The mean is weighted by w[t], too."""
    kept = target != ignore_index
    at = np.ravel_multi_index((np.where(kept, target, 0),), input.shape[1:2])  # which refuses what is no class
    share = kept.astype(input.dtype) if weight is None else np.take(weight, at) * kept
    at = np.expand_dims(at, 1)
    losses = np.where(kept, -share * np.take_along_axis(input, at, 1).squeeze(1), 0)
    if reduction == "mean":
        total = share.sum()
        return losses.sum() / total, {"at": at, "share": np.where(kept, share / total, 0)}
    return _reduced(losses, reduction), {"at": at, "share": share}

def _towards_classes(g: Any, f: Any) -> Any:
    return place_along(np.expand_dims(-g * f.share, 1), shape=f.input_shape, index=f.at, dim=1)

nll    = loss("NllLossBackward0",   _nll, _towards_classes, keeps=True)
nll_2d = loss("NllLoss2DBackward0", _nll, _towards_classes, keeps=True)

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

def _towards_class(g: Any, f: Any) -> Any:
    share = g / f.n
    d = f.p * (share / f.total if f.axis == 0 else (share / f.total)[:, None])
    d.reshape(-1)[f.at] -= share
    return d.T if f.axis == 0 else d

def _by_log_softmax(input: Any, *, target: Any) -> Any:
    picked = log_softmax(input, dim=1)[counting(len(target)), target]
    return picked.sum() / -(len(target) or np.nan)

cross_entropy = operation("CrossEntropyBackward0", _cross_entropy, _towards_class, keeps=True,
                          definition=_by_log_softmax)
