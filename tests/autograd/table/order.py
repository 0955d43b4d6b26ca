"""Rows of extremes, medians and quantiles."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import reduction, shape
from tests.autograd.table.reductions import with_nan
from tests.autograd.table.row import CUBE, Row

FULL = ((2, 3, 4),), ((4,),), ((),)


def median(a: ndarray, dim: int, keepdim: bool = False) -> ndarray:
    value = np.sort(a, dim).take((a.shape[dim] - 1) // 2, dim)
    return np.expand_dims(value, dim) if keepdim else value


# fmt: off

ORDER = [
    Row("max",              reduction.max,          lambda m, a: m.max(a),                   None,                               FULL),
    Row("min",              reduction.min,          lambda m, a: m.min(a),                   None,                               FULL),
    Row("max, one dim",     reduction.max_dim,      lambda m, a: m.max(a, 2)[0],             lambda a: a.max(2),                 CUBE),
    Row("max, keepdim",     reduction.max_dim,      lambda m, a: m.max(a, -1, True)[0],      lambda a: a.max(-1, keepdims=True) if a.ndim else a, (*CUBE, ((),))),
    Row("min, one dim",     reduction.min_dim,      lambda m, a: m.min(a, dim=0)[0],         lambda a: a.min(0),                 CUBE),
    Row("amax",             reduction.amax,         lambda m, a: m.amax(a),                  None,                               FULL),
    Row("amax, one dim",    reduction.amax,         lambda m, a: m.amax(a, 0),               None,                               CUBE),
    Row("amax, dims",       reduction.amax,         lambda m, a: m.amax(a, (0, -1), True),   lambda a: a.max((0, -1), keepdims=True), FULL[:1]),
    Row("amin",             reduction.amin,         lambda m, a: m.amin(a, dim=()),          lambda a: a.min(),                  FULL),
    Row("amin, one dim",    reduction.amin,         lambda m, a: m.amin(a, -1),              lambda a: a.min(-1),                CUBE),
    Row("aminmax, min",     reduction.aminmax,      lambda m, a: m.aminmax(a).min,           lambda a: a.min(),                  FULL),
    Row("aminmax, max",     reduction.aminmax,      lambda m, a: m.aminmax(a, dim=0, keepdim=True).max, lambda a: a.max(0, keepdims=True), CUBE),
    Row("median",           reduction.median,       lambda m, a: m.median(a),                lambda a: np.sort(a, None)[(a.size - 1) // 2] if a.size else np.array(np.nan), (*FULL, ((0, 3),))),
    Row("nanmedian",        reduction.nanmedian,    lambda m, a: m.nanmedian(with_nan(m, a)), lambda a: np.sort(a[a <= 1])[((a <= 1).sum() - 1) // 2] if a.size else np.array(np.nan), (*FULL[:2], ((0, 3),))),
    Row("median, one dim",  reduction.median_dim,   lambda m, a: m.median(a, 2).values,      lambda a: median(a, 2),             CUBE),
    Row("median, keepdim",  reduction.median_dim,   lambda m, a: m.median(a, -1, True).values, lambda a: median(a, -1, True) if a.ndim else a, (*CUBE, ((),))),
    Row("nanmedian, dim",   reduction.nanmedian_dim, lambda m, a: m.nanmedian(a, dim=0).values, lambda a: median(a, 0),          CUBE),
    Row("kthvalue",         reduction.kthvalue,     lambda m, a: m.kthvalue(a, 1)[0],        lambda a: a.min(-1),                CUBE),
    Row("kthvalue, dim",    reduction.kthvalue,     lambda m, a: m.kthvalue(a, 2, 0, True)[0], lambda a: np.sort(a, 0)[1:2],     CUBE),
    Row("mode",             reduction.mode,         lambda m, a: m.mode(a)[0],               lambda a: a.min(-1),                CUBE),
    Row("mode, dim",        reduction.mode,         lambda m, a: m.mode(a, 0, True)[0],      lambda a: a.min(0, keepdims=True),  CUBE),
    Row("quantile",         shape.reshape,          lambda m, a: m.quantile(a, 0.3),         lambda a: np.quantile(a, 0.3),      FULL),
    Row("quantile, dim",    shape.reshape,          lambda m, a: m.quantile(a, 0.6, 1, True), lambda a: np.quantile(a, 0.6, 1, keepdims=True), FULL[:1]),
    Row("quantiles",        shape.reshape,          lambda m, a: m.quantile(a, m.tensor([0.1, 0.11, 0.9], dtype=a.dtype), 0), lambda a: np.quantile(a, np.array([0.1, 0.11, 0.9]), 0), FULL[:2]),
    Row("quantile, lower",  shape.reshape,          lambda m, a: m.quantile(a, 0.3, -1, interpolation="lower"), lambda a: np.quantile(a, 0.3, -1, method="lower") if a.ndim else a, FULL),
    Row("quantile, higher", shape.reshape,          lambda m, a: m.quantile(a, 0.3, interpolation="higher"), lambda a: np.quantile(a, 0.3, method="higher"), FULL),
    Row("quantile, midpoint", shape.reshape,        lambda m, a: m.quantile(a, 0.3, interpolation="midpoint"), lambda a: np.quantile(a, 0.3, method="midpoint"), FULL),
    Row("quantile, nearest", shape.reshape,         lambda m, a: m.quantile(a, 0.3, interpolation="nearest"), lambda a: np.quantile(a, 0.3, method="nearest"), FULL),
    Row("nanquantile",      shape.reshape,          lambda m, a: m.nanquantile(with_nan(m, a), 0.7), lambda a: np.quantile(a[a <= 1], 0.7), FULL[:2]),
    Row("nanquantile, dim", shape.reshape,          lambda m, a: m.nanquantile(with_nan(m, a), 0.7, 1), lambda a: np.nanquantile(np.where(a > 1, np.nan, a), 0.7, 1), FULL[:1]),
]

WITHOUT_GRADIENT = [
    Row("argmax",           None,                   lambda m, a: m.argmax(a),                None,                       FULL),
    Row("argmin",           None,                   lambda m, a: m.argmin(a),                None,                       FULL),
    Row("argmax, one dim",  None,                   lambda m, a: m.argmax(a, 2),             None,                       CUBE),
    Row("argmin, keepdim",  None,                   lambda m, a: m.argmin(a, 0, True),       lambda a: a.argmin(0, keepdims=True), CUBE),
    Row("places of max",    None,                   lambda m, a: m.max(a, -1).indices,       lambda a: a.argmax(-1),     CUBE),
    Row("places of min",    None,                   lambda m, a: m.min(a, 0, True).indices,  lambda a: a.argmin(0, keepdims=True), CUBE),
]
