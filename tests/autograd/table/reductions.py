"""Rows of sums, means, products and variances."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import elementwise, reduction
from tests.autograd.table.row import ANY, CUBE, Row

FULL = ((2, 3, 4),), ((4,),)
"""Without an empty one: there PyTorch warns, or raises an error."""


def with_nan(m: object, a: ndarray) -> ndarray:
    """NaN in the place of what is larger than 1."""
    return m.where(a > 1, float("nan"), a)


def logsumexp(a: ndarray, dim: int | tuple[int, ...], keepdims: bool = False) -> ndarray:
    return np.log(np.exp(a).sum(dim, keepdims=keepdims))


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
    Row("sum, axis",        reduction.sum_dim,      lambda m, a: m.sum(a, axis=-1, keepdims=True), lambda a: a.sum(-1, keepdims=True) if a.ndim else a, ANY),
    Row("sum, dtype",       reduction.sum,          lambda m, a: m.sum(a, dtype=m.float64),  lambda a: a.sum(),                  ANY),
    Row("mean, dtype",      reduction.mean_dim,     lambda m, a: m.mean(a, 0, dtype=m.float64), lambda a: a.mean(0),             CUBE),
    Row("nansum",           reduction.nansum,       lambda m, a: m.nansum(with_nan(m, a)),   lambda a: np.where(a > 1, 0, a).sum(), ANY),
    Row("nansum, dims",     reduction.nansum,       lambda m, a: m.nansum(with_nan(m, a), (0, 2), True), lambda a: np.where(a > 1, 0, a).sum((0, 2), keepdims=True), CUBE),
    Row("nanmean",          elementwise.div,        lambda m, a: m.nanmean(with_nan(m, a)),  lambda a: np.where(a > 1, 0, a).sum() / (a <= 1).sum(), FULL),
    Row("nanmean, dim",     elementwise.div,        lambda m, a: m.nanmean(with_nan(m, a), 1), lambda a: np.where(a > 1, 0, a).sum(1) / (a <= 1).sum(1), FULL[:1]),
    Row("prod",             reduction.prod,         lambda m, a: m.prod(a),                  None,                               ANY),
    Row("prod, one dim",    reduction.prod_dim,     lambda m, a: m.prod(a, 1),               None,                               CUBE),
    Row("prod, keepdim",    reduction.prod_dim,     lambda m, a: m.prod(a, -1, keepdim=True), lambda a: a.prod(-1, keepdims=True) if a.ndim else a, ANY),
    Row("prod, dtype",      reduction.prod,         lambda m, a: m.prod(a, dtype=m.float64), lambda a: a.prod(),                 ANY),
    Row("var",              reduction.var,          lambda m, a: m.var(a),                   lambda a: a.var(ddof=1),            FULL),
    Row("var, one dim",     reduction.var,          lambda m, a: m.var(a, 2),                lambda a: a.var(2, ddof=1),         FULL[:1]),
    Row("var, biased",      reduction.var,          lambda m, a: a.var(False),               lambda a: a.var(),                  FULL),
    Row("var, dims",        reduction.var,          lambda m, a: a.var(dim=(0, -1), correction=2, keepdim=True), lambda a: a.var((0, 2), ddof=2, keepdims=True), FULL[:1]),
    Row("std",              reduction.std,          lambda m, a: m.std(a),                   lambda a: a.std(ddof=1),            FULL),
    Row("std, one dim",     reduction.std,          lambda m, a: a.std(1, unbiased=False, keepdim=True), lambda a: a.std(1, keepdims=True), FULL[:1]),
    Row("var_mean",         reduction.var_mean,     lambda m, a: m.var_mean(a, 1)[0],        lambda a: a.var(1, ddof=1),         FULL[:1]),
    Row("var_mean, mean",   reduction.var_mean,     lambda m, a: m.var_mean(a)[1],           lambda a: a.mean(),                 FULL),
    Row("std_mean",         reduction.std_mean,     lambda m, a: m.std_mean(a, dim=0, keepdim=True)[0], lambda a: a.std(0, ddof=1, keepdims=True), FULL[:1]),
    Row("std_mean, mean",   reduction.std_mean,     lambda m, a: m.std_mean(a, correction=0)[1], lambda a: a.mean(),             FULL),
    Row("std_mean, both",   elementwise.mul,        lambda m, a: m.mul(*m.std_mean(a, 1)),   lambda a: a.std(1, ddof=1) * a.mean(1), FULL[:1]),
    Row("logsumexp",        reduction.logsumexp,    lambda m, a: m.logsumexp(a, -1),         lambda a: logsumexp(a, -1) if a.ndim else a, ANY),
    Row("logsumexp, dims",  reduction.logsumexp,    lambda m, a: m.logsumexp(a, (0, 2), keepdim=True), lambda a: logsumexp(a, (0, 2), True), FULL[:1]),
]

WITHOUT_GRADIENT = [
    Row("all",              None,                   lambda m, a: m.all(a),                   None,                       ANY),
    Row("any",              None,                   lambda m, a: m.any(a),                   None,                       ANY),
    Row("all, one dim",     None,                   lambda m, a: m.all(a > 0, 1),            None,                       CUBE),
    Row("any, keepdim",     None,                   lambda m, a: m.any(a > 0, -1, True),     lambda a: (a > 0).any(-1, keepdims=True), CUBE),
    Row("all, dims",        None,                   lambda m, a: m.all(a > 0, (0, 2)),       None,                       CUBE),
    Row("any, no dims",     None,                   lambda m, a: m.any(a > 0, ()),           None,                       CUBE),
    Row("count_nonzero",    None,                   lambda m, a: m.count_nonzero(a > 0),     None,                       ANY),
    Row("count_nonzero, dim", None,                 lambda m, a: m.count_nonzero(a > 0, dim=(0, -1)), lambda a: np.count_nonzero(a > 0, (0, -1)), CUBE),
    Row("histc",            None,                   lambda m, a: m.histc(a, 5, -1, 2),       lambda a: np.histogram(a, 5, (-1, 2))[0].astype(a.dtype), ANY),
    Row("histc, range",     None,                   lambda m, a: m.histc(a, bins=4),         lambda a: np.histogram(a, 4)[0].astype(a.dtype), FULL),
    Row("bincount",         None,                   lambda m, a: m.bincount((a > 0) * 3),    lambda a: np.bincount((a > 0) * 3), (((4,),), ((0,),))),
]
