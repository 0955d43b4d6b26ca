"""Rows of the operations of neural networks."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import neural
from tests.autograd.table.row import CUBE, GRID, Row


def softmax(x: ndarray, dim: int) -> ndarray:
    return np.exp(x) / np.exp(x).sum(dim, keepdims=True)


def linear(x: ndarray, weight: ndarray, bias: ndarray | float = 0.0) -> ndarray:
    return x @ weight.T + bias


# fmt: off

LINEAR = [
    Row("linear",           neural.linear,          lambda m, *xs: m.nn.functional.linear(*xs), linear, (((5, 3), (4, 3), (4,)), ((0, 3), (4, 3), (4,)), ((5, 0), (4, 0), (4,)))),
    Row("linear, no bias",  neural.linear,          lambda m, *xs: m.nn.functional.linear(*xs), linear, (((5, 3), (4, 3)), ((0, 3), (4, 3)))),
    Row("linear, vector",   neural.linear_rows,         lambda m, *xs: m.nn.functional.linear(*xs), linear, (((3,), (4, 3), (4,)), ((0,), (4, 0), (4,)))),
    Row("linear, batches",  neural.linear_rows,         lambda m, *xs: m.nn.functional.linear(*xs), linear, (((2, 5, 3), (4, 3), (4,)), ((2, 0, 3), (4, 3), (4,)))),
]

NEURAL = [
    Row("softmax",          neural.softmax,         lambda m, a: m.softmax(a, -1),           lambda a: softmax(a, -1),                  (*GRID, *CUBE, ((3, 0),))),
    Row("softmax, dim 0",   neural.softmax,         lambda m, a: m.softmax(a, 0),            lambda a: softmax(a, 0),                   ((*GRID, *CUBE))),
    Row("log_softmax",      neural.log_softmax,     lambda m, a: m.log_softmax(a, 1),        lambda a: np.log(softmax(a, 1)),           ((*GRID, *CUBE, ((3, 0),)))),
]
