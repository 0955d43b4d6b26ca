"""Rows of distances and lengths."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import distance
from tests.autograd.table.row import CUBE, GRID, Row

ROWS = ((3, 4), (3, 4)), ((3, 4), (4,)), ((2, 3, 4), (3, 1)), ((4,), (4,)), ((0, 4), (4,))


def norm(x: ndarray, p: float = 2, axis: Any = -1) -> ndarray:
    if p == np.inf:
        return np.abs(x).max(axis, keepdims=True)
    return (np.abs(x) ** p).sum(axis, keepdims=True) ** (1 / p)


def apart(a: ndarray, b: ndarray, p: float = 2) -> ndarray:
    return norm(a - b + 1e-6, p).squeeze(-1)


def normalized(x: ndarray, p: float = 2, axis: Any = 1) -> ndarray:
    return x / norm(x, p, axis)


# fmt: off

DISTANCES = [
    Row("pairwise_distance",        distance.pairwise,  lambda m, a, b: m.nn.functional.pairwise_distance(a, b),                apart,                          ROWS),
    Row("pairwise_distance, 1",     distance.pairwise,  lambda m, a, b: m.nn.functional.pairwise_distance(a, b, 1),             lambda a, b: apart(a, b, 1),    ROWS),
    Row("pairwise_distance, 3",     distance.pairwise,  lambda m, a, b: m.nn.functional.pairwise_distance(a, b, 3.0),           lambda a, b: apart(a, b, 3),    ROWS),
    Row("pairwise_distance, inf",   distance.pairwise,  lambda m, a, b: m.nn.functional.pairwise_distance(a, b, np.inf),        lambda a, b: apart(a, b, np.inf), ROWS),
    Row("pairwise_distance, keepdim", distance.pairwise, lambda m, a, b: m.nn.functional.pairwise_distance(a, b, keepdim=True), lambda a, b: apart(a, b)[..., None], ROWS),
    Row("normalize",                distance.normalize, lambda m, a: m.nn.functional.normalize(a),                              normalized,                     (*GRID, *CUBE)),
    Row("normalize, 1",             distance.normalize, lambda m, a: m.nn.functional.normalize(a, 1.0),                         lambda a: normalized(a, 1),     (*GRID, *CUBE)),
    Row("normalize, 3, dim 0",      distance.normalize, lambda m, a: m.nn.functional.normalize(a, 3.0, 0),                      lambda a: normalized(a, 3, 0),  (((3, 4),), ((3, 0),))),
    Row("normalize, inf",           distance.normalize, lambda m, a: m.nn.functional.normalize(a, np.inf),                      lambda a: normalized(a, np.inf), GRID),
    Row("normalize, dims",          distance.normalize, lambda m, a: m.nn.functional.normalize(a, dim=(0, 2)),                  lambda a: normalized(a, 2, (0, 2)), CUBE),
    Row("normalize, short",         distance.normalize, lambda m, a: m.nn.functional.normalize(a, eps=100.0),                   lambda a: a / 100,              GRID),
]
