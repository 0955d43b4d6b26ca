"""Rows of sums, means and extremes."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np

from micrograd_nb.autograd.rules import reduction
from tests.autograd.table.row import ANY, CUBE, Row

# fmt: off

REDUCTIONS = [
    Row("sum",              reduction.sum,          lambda m, a: m.sum(a),                   None,                               ANY),
    Row("sum, one dim",     reduction.sum_dim,      lambda m, a: m.sum(a, 1),                None,                               CUBE),
    Row("sum, last dim",    reduction.sum_dim,      lambda m, a: m.sum(a, dim=-1),           lambda a: a.sum(-1),                ANY),
    Row("sum, dims",        reduction.sum_dim,      lambda m, a: m.sum(a, (0, 2)),           None,                               CUBE),
    Row("sum, keepdim",     reduction.sum_dim,      lambda m, a: m.sum(a, 1, keepdim=True),  lambda a: a.sum(1, keepdims=True),  CUBE),
    Row("sum, empty dim",   reduction.sum_dim,      lambda m, a: m.sum(a, dim=()),           lambda a: a.sum(),                  CUBE),
    Row("mean",             reduction.mean,         lambda m, a: m.mean(a),                  lambda a: a.mean() if a.size else np.array(np.nan), ANY),
    Row("mean, one dim",    reduction.mean_dim,     lambda m, a: m.mean(a, 0),               None,                               CUBE),
    Row("mean, dims",       reduction.mean_dim,     lambda m, a: m.mean(a, (0, -1)),         None,                               CUBE),
    Row("mean, keepdim",    reduction.mean_dim,     lambda m, a: m.mean(a, 2, True),         lambda a: a.mean(2, keepdims=True), CUBE),
    Row("max",              reduction.max,          lambda m, a: m.max(a),                   None,                               (((2, 3, 4),), ((4,),), ((),))),
    Row("min",              reduction.min,          lambda m, a: m.min(a),                   None,                               (((2, 3, 4),), ((4,),), ((),))),
    Row("max, one dim",     reduction.max_dim,      lambda m, a: m.max(a, 2)[0],             lambda a: a.max(2),                 CUBE),
    Row("max, keepdim",     reduction.max_dim,      lambda m, a: m.max(a, -1, True)[0],      lambda a: a.max(-1, keepdims=True), CUBE),
    Row("min, one dim",     reduction.min_dim,      lambda m, a: m.min(a, dim=0)[0],         lambda a: a.min(0),                 CUBE),
]

WITHOUT_GRADIENT = [
    Row("all",              None,                   lambda m, a: m.all(a),                   None,                       ANY),
    Row("any",              None,                   lambda m, a: m.any(a),                   None,                       ANY),
    Row("all, one dim",     None,                   lambda m, a: m.all(a > 0, 1),            None,                       CUBE),
    Row("any, keepdim",     None,                   lambda m, a: m.any(a > 0, -1, True),     lambda a: (a > 0).any(-1, keepdims=True), CUBE),
    Row("argmax",           None,                   lambda m, a: m.argmax(a),                None,                       (((2, 3, 4),), ((4,),), ((),))),
    Row("argmin",           None,                   lambda m, a: m.argmin(a),                None,                       (((2, 3, 4),), ((4,),), ((),))),
    Row("argmax, one dim",  None,                   lambda m, a: m.argmax(a, 2),             None,                       CUBE),
    Row("argmin, keepdim",  None,                   lambda m, a: m.argmin(a, 0, True),       lambda a: a.argmin(0, keepdims=True), CUBE),
    Row("places of max",    None,                   lambda m, a: m.max(a, -1).indices,       lambda a: a.argmax(-1),     CUBE),
    Row("places of min",    None,                   lambda m, a: m.min(a, 0, True).indices,  lambda a: a.argmin(0, keepdims=True), CUBE),
]
