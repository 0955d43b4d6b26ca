"""Small sets of points, made from random numbers: moons, circles, spirals and blobs to tell apart, a line to fit.

Each gives a `TensorDataset` of inputs, float32, and labels, int64, or values, float32. Scikit-learn's make_moons,
make_circles, make_blobs and make_regression make sets of the same kinds.

    generator: for points that can be repeated; without it, that of `manual_seed`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy import ndarray

from ...tensors import Generator, Tensor, from_numpy, rand, randn, randperm
from ..dataset import TensorDataset


def moons(n: int = 100, noise: float = 0.1, generator: Generator | None = None) -> TensorDataset:
    """Two half circles that reach into each other: n points (n, 2), labels 0 and 1.

    Arguments:
        noise: standard deviation of what is added to each coordinate.

    >>> inputs, labels = moons(6).tensors
    >>> inputs.shape, sorted(labels.tolist())
    (micrograd_nb.Size([6, 2]), [0, 0, 0, 1, 1, 1])
    """
    labels = _labels(n, 2)
    angle = math.pi * _places(labels)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1)
    return _shuffled(np.where(labels[:, None] == 0, upper, lower), labels, noise, generator)


def circles(
    n: int = 100, noise: float = 0.05, factor: float = 0.5, generator: Generator | None = None
) -> TensorDataset:
    """A circle of radius 1, label 0, and one inside it of radius `factor`, label 1: n points (n, 2).

    >>> circles(4, noise=0.0).tensors[0].pow(2).sum(1).sqrt().tolist().count(0.5)
    2
    """
    if not 0 < factor < 1:
        raise ValueError(f"factor should be between 0 and 1: the inner circle's radius, but got factor={factor}")
    labels = _labels(n, 2)
    angle = 2 * math.pi * _places(labels, closed=True)
    radius = np.where(labels == 0, 1.0, factor)
    return _shuffled(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), labels, noise, generator)


def spirals(
    n: int = 100, noise: float = 0.05, classes: int = 2, turns: float = 1.0, generator: Generator | None = None
) -> TensorDataset:
    """Spirals around each other, from the middle to radius 1: n points (n, 2), labels 0 … classes - 1.

    Arguments:
        turns: how often each goes round.

    >>> sorted(spirals(6, classes=3).tensors[1].tolist())
    [0, 0, 1, 1, 2, 2]
    """
    labels = _labels(n, classes)
    radius = _places(labels)
    angle = 2 * math.pi * (turns * radius + labels / classes)
    return _shuffled(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), labels, noise, generator)


def blobs(
    n: int = 100,
    centers: int | Sequence[Sequence[float]] = 3,
    std: float = 1.0,
    generator: Generator | None = None,
) -> TensorDataset:
    """Clouds of points around centers: n points (n, d), labels 0 … .

    Arguments:
        centers: where the clouds are, (classes, d); or how many there are, for places at random from -10 to 10 in 2
            dimensions.
        std: standard deviation of a cloud along each axis.

    >>> inputs, labels = blobs(4, centers=[[0.0], [9.0]], std=0.0).tensors
    >>> sorted(zip(inputs.flatten().tolist(), labels.tolist()))
    [(0.0, 0), (0.0, 0), (9.0, 1), (9.0, 1)]
    """
    if isinstance(centers, int):
        places = 20 * rand(centers, 2, generator=generator).array - 10
    else:
        places = np.asarray(centers, np.float32)
    labels = _labels(n, len(places))
    return _shuffled(places[labels], labels, std, generator)


def regression(
    n: int = 100,
    weights: Sequence[float] = (2.0,),
    bias: float = 1.0,
    noise: float = 0.1,
    generator: Generator | None = None,
) -> TensorDataset:
    """Values that depend on normally distributed inputs as a line does: inputs (n, d), values (n, 1).

    value = input · weights + bias + noise, the noise with this standard deviation.

    >>> inputs, values = regression(3, weights=(2.0,), bias=1.0, noise=0.0).tensors
    >>> (values == 2 * inputs + 1).all().item()
    True
    """
    inputs = randn(n, len(weights), generator=generator)
    values = inputs.array @ np.asarray(weights, np.float32)[:, None] + np.float32(bias)
    return TensorDataset(inputs, from_numpy(values + np.float32(noise) * randn(n, 1, generator=generator).array))


def _labels(n: int, classes: int) -> ndarray:
    """0 0 … 1 1 …: as many of each class as of the others, or one more."""
    return np.arange(n) * classes // max(n, 1)


def _places(labels: ndarray, closed: bool = False) -> ndarray:
    """Where each point is on the curve of its class, at equal distances from 0 to 1; without the 1 on a closed one."""
    places = np.zeros(len(labels))
    for label in np.unique(labels):
        mine = labels == label
        places[mine] = np.linspace(0, 1, np.count_nonzero(mine), endpoint=not closed)
    return places


def _shuffled(points: ndarray, labels: ndarray, noise: float, generator: Generator | None) -> TensorDataset:
    order = randperm(len(labels), generator=generator).array
    moved = points[order].astype(np.float32)
    moved += np.float32(noise) * randn(*moved.shape, generator=generator).array
    return TensorDataset(_tensor(moved), _tensor(labels[order].astype(np.int64)))


def _tensor(array: ndarray) -> Tensor:
    return from_numpy(np.ascontiguousarray(array))
