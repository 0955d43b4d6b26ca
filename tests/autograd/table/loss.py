"""Rows of losses."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import ctc, loss
from tests.autograd.table.activation import sigmoid
from tests.autograd.table.row import Row

SAME = ((3, 4), (3, 4)), ((), ()), ((0, 3), (0, 3)), ((5,), (5,))
LOGITS = ((3, 4),), ((0, 4),)
IMAGES = ((2, 3, 4),), ((2, 3, 2, 2),), ((0, 3, 4),)
WEIGHT = [0.5, 2.0, 1.0, 0.25]


def mean(losses: Callable[..., Any]) -> Callable[..., Any]:
    """The mean of such losses; of none, NaN."""
    return lambda *arrays: losses(*arrays).mean() if losses(*arrays).size else np.array(np.nan)


def huber(x: ndarray, t: ndarray, delta: float = 1.0) -> ndarray:
    distance = np.abs(x - t)
    return np.where(distance < delta, distance**2 / 2, delta * (distance - delta / 2))


def bce(p: ndarray, t: ndarray, weight: Any = 1.0) -> ndarray:
    return -(weight * t * np.log(p) + (1 - t) * np.log(1 - p))


def log_softmax(x: ndarray) -> ndarray:
    return x - np.log(np.exp(x).sum(1, keepdims=True))


def picked(x: ndarray) -> ndarray:
    """x[i, class of i]: the classes are counted up, 0, 1, … and over again."""
    return np.take_along_axis(x, np.expand_dims(classes(np, x), 1), 1).squeeze(1)


def classes(m: Any, x: Any) -> Any:
    """A class for everything but the axis of the classes."""
    shape = (x.shape[0], *x.shape[2:])
    return m.arange(int(np.prod(shape))).reshape(*shape) % x.shape[1]


def nll_weighted(x: ndarray) -> ndarray:
    weights = np.array(WEIGHT)[classes(np, x)]
    return -(picked(x) * weights).sum() / (weights.sum() or np.nan)


def nll_but_one(x: ndarray) -> ndarray:
    return np.where(classes(np, x) == 1, 0, -picked(x))


def ctc_loss(x: ndarray) -> ndarray:
    """From its definition: all paths are written down, and those that read as the labels are added up."""
    p = np.exp(x - np.log(np.exp(x).sum(2, keepdims=True)))
    _, count, symbols = p.shape

    def probability(sample: int, length: int, labels: list[int]) -> float:
        paths = itertools.product(range(symbols), repeat=length)
        reading = (path for path in paths if [k for k, _ in itertools.groupby(path) if k] == labels)
        return sum(np.prod([p[t, sample, k] for t, k in enumerate(path)]) for path in reading)

    return -np.log([probability(i, *CTC[i]) for i in range(count)])


CTC = [(4, [1, 2]), (3, [2, 2]), (4, []), (2, [1])]  # how long each sample is, and how it reads


def ctc_call(m: Any, x: Any) -> Any:
    labels = m.tensor([k for _, labels in CTC for k in labels])
    lengths = [length for length, _ in CTC], [len(labels) for _, labels in CTC]
    return m.nn.functional.ctc_loss(m.log_softmax(x, 2), labels, *map(m.tensor, lengths), reduction="none")


# fmt: off

LOSSES = [
    Row("mse_loss",             loss.mse,       lambda m, x, t: m.nn.functional.mse_loss(x, t),                         mean(lambda x, t: (x - t) ** 2),        SAME),
    Row("mse_loss, sum",        loss.mse,       lambda m, x, t: m.nn.functional.mse_loss(x, t, reduction="sum"),        lambda x, t: ((x - t) ** 2).sum(),      SAME),
    Row("mse_loss, none",       loss.mse,       lambda m, x, t: m.nn.functional.mse_loss(x, t, reduction="none"),       lambda x, t: (x - t) ** 2,              SAME),
    Row("l1_loss",              loss.l1,        lambda m, x, t: m.nn.functional.l1_loss(x, t),                          mean(lambda x, t: np.abs(x - t)),       SAME),
    Row("l1_loss, sum",         loss.l1,        lambda m, x, t: m.nn.functional.l1_loss(x, t, reduction="sum"),         lambda x, t: np.abs(x - t).sum(),       SAME),
    Row("l1_loss, none",        loss.l1,        lambda m, x, t: m.nn.functional.l1_loss(x, t, reduction="none"),        lambda x, t: np.abs(x - t),             SAME),
    Row("smooth_l1_loss",       loss.smooth_l1, lambda m, x, t: m.nn.functional.smooth_l1_loss(x, t),                   mean(huber),                            SAME),
    Row("smooth_l1_loss, beta", loss.smooth_l1, lambda m, x, t: m.nn.functional.smooth_l1_loss(x, t, reduction="sum", beta=2.5), lambda x, t: huber(x, t, 2.5).sum() / 2.5, SAME),
    Row("huber_loss",           loss.huber,     lambda m, x, t: m.nn.functional.huber_loss(x, t),                       mean(huber),                            SAME),
    Row("huber_loss, delta",    loss.huber,     lambda m, x, t: m.nn.functional.huber_loss(x, t, "none", 2.5),          lambda x, t: huber(x, t, 2.5),          SAME),
    Row("binary_cross_entropy", loss.bce,       lambda m, p, t: m.nn.functional.binary_cross_entropy(p, t),             mean(bce),                              SAME, True, (0.1, 0.9)),
    Row("binary_cross_entropy, weight", loss.bce, lambda m, p, t: m.nn.functional.binary_cross_entropy(p, t, m.tensor(WEIGHT, dtype=p.dtype)), mean(lambda p, t: bce(p, t) * WEIGHT), (((3, 4), (3, 4)), ((0, 4), (0, 4))), True, (0.3, 0.7)),
    Row("bce with logits",      loss.bce_with_logits, lambda m, x, t: m.nn.functional.binary_cross_entropy_with_logits(x, t), mean(lambda x, t: bce(sigmoid(x), t)), SAME),
    Row("bce with logits, none", loss.bce_with_logits, lambda m, x, t: m.nn.functional.binary_cross_entropy_with_logits(x, t, reduction="none"), lambda x, t: bce(sigmoid(x), t), SAME),
    Row("bce with logits, weights", loss.bce_with_logits, lambda m, x, t: m.nn.functional.binary_cross_entropy_with_logits(x, t, m.tensor([[2.0]], dtype=x.dtype), pos_weight=m.tensor(WEIGHT, dtype=x.dtype)), mean(lambda x, t: 2 * bce(sigmoid(x), t, WEIGHT)), (((3, 4), (3, 4)), ((0, 4), (0, 4)))),
    Row("soft_margin_loss",     loss.soft_margin, lambda m, x: m.nn.functional.soft_margin_loss(x, 2 * (m.arange(len(x)) % 2) - 1), mean(lambda x: np.log1p(np.exp(-x * (2 * (np.arange(len(x)) % 2) - 1)))), (((4,),), ((0,),))),
    Row("nll_loss",             loss.nll,       lambda m, x: m.nn.functional.nll_loss(x, classes(m, x)),                mean(lambda x: -picked(x)),             LOGITS),
    Row("nll_loss, none",       loss.nll,       lambda m, x: m.nn.functional.nll_loss(x, classes(m, x), reduction="none"), lambda x: -picked(x),                LOGITS),
    Row("nll_loss, sum",        loss.nll,       lambda m, x: m.nn.functional.nll_loss(x, classes(m, x), reduction="sum"), lambda x: -picked(x).sum(),           LOGITS),
    Row("nll_loss, weight",     loss.nll,       lambda m, x: m.nn.functional.nll_loss(x, classes(m, x), m.tensor(WEIGHT, dtype=x.dtype)), nll_weighted,                          LOGITS),
    Row("nll_loss, ignore",     loss.nll,       lambda m, x: m.nn.functional.nll_loss(x, classes(m, x), ignore_index=1, reduction="none"), nll_but_one,         LOGITS),
    Row("nll_loss, images",     loss.nll_2d,    lambda m, x: m.nn.functional.nll_loss(x, classes(m, x)),                mean(lambda x: -picked(x)),             IMAGES),
    Row("cross_entropy",        loss.cross_entropy, lambda m, x: m.nn.functional.cross_entropy(x, m.arange(len(x))),    mean(lambda x: -picked(log_softmax(x))), LOGITS),
    Row("cross_entropy, none",  loss.nll,       lambda m, x: m.nn.functional.cross_entropy(x, classes(m, x), reduction="none"), lambda x: -picked(log_softmax(x)), LOGITS),
    Row("cross_entropy, images", loss.nll_2d,   lambda m, x: m.nn.functional.cross_entropy(x, classes(m, x)),           mean(lambda x: -picked(log_softmax(x))), IMAGES),
    Row("ctc_loss",             ctc.ctc,        ctc_call,                                                               ctc_loss,                               (((4, 4, 3),),)),
]
