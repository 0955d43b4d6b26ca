"""Rows of the products of vectors and matrices."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np

from micrograd_nb.autograd.rules import matrix, shape
from tests.autograd.table.row import Row

# fmt: off

PRODUCTS = [
    Row("mm",               matrix.mm,              lambda m, a, b: m.mm(a, b),              np.matmul, (((2, 3), (3, 4)), ((0, 3), (3, 4)), ((2, 0), (0, 4)))),
    Row("matrix @ matrix",  matrix.mm,              lambda m, a, b: a @ b,                   None,      (((2, 3), (3, 4)), ((2, 3), (3, 0)))),
    Row("matrix @ vector",  matrix.mv,              lambda m, a, b: a @ b,                   None,      (((2, 3), (3,)), ((0, 3), (3,)), ((2, 0), (0,)))),
    Row("vector @ matrix",  matrix.vm,              lambda m, a, b: a @ b,                   None,      (((3,), (3, 4)), ((3,), (3, 0)), ((0,), (0, 4)))),
    Row("vector @ vector",  matrix.dot,             lambda m, a, b: a @ b,                   None,      (((3,), (3,)), ((0,), (0,)))),
    Row("batch @ matrix",   matrix.rows_mm,         lambda m, a, b: m.matmul(a, b),          None,      (((5, 2, 3), (3, 4)), ((2, 5, 2, 3), (3, 4)), ((0, 2, 3), (3, 4)), ((5, 2, 0), (0, 4)))),
    Row("batch @ batch",    matrix.bmm,             lambda m, a, b: m.matmul(a, b),          None,      (((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (6, 3, 4)), ((2, 3), (5, 3, 4)), ((0, 2, 3), (0, 3, 4)))),
    Row("batch @ vector",   shape.squeeze_dim,      lambda m, a, b: m.matmul(a, b),          None,      (((5, 2, 3), (3,)), ((0, 2, 3), (3,)))),
    Row("vector @ batch",   shape.squeeze_dim,      lambda m, a, b: m.matmul(a, b),          None,      (((3,), (5, 3, 4)), ((3,), (0, 3, 4)))),
]
