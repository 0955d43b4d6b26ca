"""Rows of norms and of linear algebra."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import elementwise, linalg, matrix, norm, reduction, shape
from tests.autograd.table.row import ANY, CUBE, Row

SQUARE = ((3, 3),), ((2, 3, 3),), ((0, 3, 3),)
TALL = ((4, 3),), ((2, 3, 2),), ((0, 3, 2),)
WIDE = ((3, 4),), ((2, 2, 3),)
POINTS = ((3, 2), (4, 2)), ((2, 1, 3, 2), (5, 1, 2)), ((0, 2), (3, 2)), ((3, 2), (0, 2))
INF = float("inf")
# The signs of the columns of U, V and Q are a matter of taste, so some rows take their sizes.


def well(m: Any, a: Any) -> Any:
    """A matrix whose determinant is far from 0."""
    return a + 3 * m.eye(a.shape[-1], dtype=a.dtype)


def symmetric(a: Any) -> Any:
    return a + a.swapaxes(-1, -2) if isinstance(a, ndarray) else a + a.mT


def positive(m: Any, a: Any) -> Any:
    """A symmetric matrix that is positive-definite."""
    return a @ (a.swapaxes(-1, -2) if m is np else a.mT) + 2 * m.eye(a.shape[-1], dtype=a.dtype)


def distances(a: ndarray, b: ndarray, p: float = 2) -> ndarray:
    return np.linalg.norm(a[..., :, None, :] - b[..., None, :, :], p, -1)


def triangular(a: ndarray, b: ndarray, upper: bool = True) -> ndarray:
    return np.linalg.solve(np.triu(a) if upper else np.tril(a, -1) + np.eye(a.shape[-1]), b)


# fmt: off

NORMS = [
    Row("norm",             norm.vector_norm,       lambda m, a: m.norm(a),                  lambda a: np.sqrt((a * a).sum()),   ANY),
    Row("norm, one dim",    norm.vector_norm,       lambda m, a: a.norm(dim=1, keepdim=True), lambda a: np.linalg.norm(a, axis=1, keepdims=True), CUBE),
    Row("norm, dims",       norm.vector_norm,       lambda m, a: m.norm(a, 2, (0, -1)),      lambda a: np.sqrt((a * a).sum((0, -1))), CUBE),
    Row("norm 1",           norm.vector_norm,       lambda m, a: m.norm(a, p=1),             lambda a: np.abs(a).sum(),          ANY),
    Row("norm 3",           norm.vector_norm,       lambda m, a: a.norm(3),                  lambda a: (np.abs(a) ** 3).sum() ** (1 / 3), ANY[:3]),
    Row("norm 0.5",         norm.vector_norm,       lambda m, a: a.norm(0.5, 0),             lambda a: np.sqrt(np.abs(a)).sum(0) ** 2 if a.ndim else np.abs(a), ANY[:3]),
    Row("norm -1",          norm.vector_norm,       lambda m, a: m.linalg.vector_norm(a, -1), lambda a: 1 / (1 / np.abs(a)).sum(), ANY[:3]),
    Row("norm inf",         norm.vector_norm,       lambda m, a: m.linalg.vector_norm(a, INF, -1), lambda a: np.abs(a).max(-1), (*CUBE, ((3,),))),
    Row("norm -inf",        norm.vector_norm,       lambda m, a: m.linalg.vector_norm(a, -INF), lambda a: np.abs(a).min(),       ANY[:3]),
    Row("linalg.norm",      norm.vector_norm,       lambda m, a: m.linalg.norm(a),           lambda a: np.sqrt((a * a).sum()),   ANY),
    Row("linalg.norm 1",    reduction.amax,         lambda m, a: m.linalg.norm(a, 1),        lambda a: np.linalg.norm(a, 1),     (((3, 4),),)),
    Row("linalg.norm inf",  reduction.amax,         lambda m, a: m.linalg.norm(a, INF, (0, 2)), lambda a: np.linalg.norm(a, INF, (0, 2)), CUBE[:1]),
    Row("linalg.norm -1",   reduction.amin,         lambda m, a: m.linalg.matrix_norm(a, -1), lambda a: np.linalg.norm(a, -1, (-2, -1)), CUBE[:1]),
    Row("linalg.norm 2",    reduction.amax,         lambda m, a: m.linalg.norm(a, 2),        lambda a: np.linalg.norm(a, 2),     (((3, 4),),)),
    Row("linalg.norm -2",   reduction.amin,         lambda m, a: m.linalg.matrix_norm(a, -2), lambda a: np.linalg.norm(a, -2, (-2, -1)), CUBE[:1]),
    Row("linalg.norm nuc",  reduction.sum_dim,      lambda m, a: m.linalg.norm(a, "nuc"),    lambda a: np.linalg.norm(a, "nuc"), (((3, 4),), ((4, 2),))),
    Row("linalg.norm fro",  norm.vector_norm,       lambda m, a: m.linalg.matrix_norm(a),    lambda a: np.linalg.norm(a, axis=(-2, -1)), CUBE),
    Row("dist",             norm.dist,              lambda m, a, b: m.dist(a, b),            lambda a, b: np.sqrt(((a - b) ** 2).sum()), (((3, 4), (3, 4)), ((3, 1), (4,)), ((), ()), ((0, 3), (3,)))),
    Row("dist 1",           norm.dist,              lambda m, a, b: a.dist(b, 1),            lambda a, b: np.abs(a - b).sum(),   (((3, 4), (3, 4)), ((2,), ()))),
    Row("dist inf",         norm.dist,              lambda m, a, b: m.dist(a, b, p=INF),     lambda a, b: np.abs(a - b).max(),   (((3, 4), (4,)),)),
    Row("cdist",            norm.euclidean,         lambda m, a, b: m.cdist(a, b),           distances,                          POINTS),
    Row("cdist, many",      norm.euclidean,         lambda m, a, b: m.cdist(a, b, compute_mode="use_mm_for_euclid_dist"), distances, POINTS),
    Row("cdist 1",          norm.cdist,             lambda m, a, b: m.cdist(a, b, 1.0),      lambda a, b: distances(a, b, 1),    POINTS),
    Row("cdist 3",          norm.cdist,             lambda m, a, b: m.cdist(a, b, p=3.0),    lambda a, b: distances(a, b, 3),    POINTS),
    Row("cdist inf",        norm.cdist,             lambda m, a, b: m.cdist(a, b, p=INF),    lambda a, b: distances(a, b, INF),  POINTS),
]

LINALG = [
    Row("det",              linalg.det,             lambda m, a: m.det(a),                   np.linalg.det,                      (*SQUARE, ((0, 0),))),
    Row("slogdet",          linalg.slogdet,         lambda m, a: m.linalg.slogdet(a).logabsdet, lambda a: np.linalg.slogdet(a)[1], SQUARE),
    Row("logdet",           elementwise.where,      lambda m, a: m.logdet(positive(m, a)),      lambda a: np.log(np.linalg.det(positive(np, a))), SQUARE),
    Row("inv",              linalg.inv,             lambda m, a: m.linalg.inv(well(m, a)),      lambda a: np.linalg.inv(well(np, a)),   (*SQUARE, ((0, 0),))),
    Row("inverse",          linalg.inv,             lambda m, a: well(m, a).inverse(),          lambda a: np.linalg.inv(well(np, a)),   SQUARE),
    Row("pinv, tall",       linalg.pinv,            lambda m, a: m.linalg.pinv(a),           np.linalg.pinv,                     TALL),
    Row("pinv, wide",       linalg.pinv,            lambda m, a: m.pinverse(a),              np.linalg.pinv,                     WIDE),
    Row("pinv, symmetric",  linalg.pinv,            lambda m, a: m.linalg.pinv(symmetric(a), hermitian=True), lambda a: np.linalg.pinv(symmetric(a)), SQUARE),
    Row("solve",            linalg.solve,           lambda m, a, b: m.linalg.solve(well(m, a), b), lambda a, b: np.linalg.solve(well(np, a), b), (((3, 3), (3, 2)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 2)), ((0, 3, 3), (0, 3, 2)), ((0, 0), (0, 2)))),
    Row("solve, vector",    linalg.solve,           lambda m, a, b: m.linalg.solve(well(m, a), b), lambda a, b: np.linalg.solve(well(np, a), b[..., None])[..., 0], (((3, 3), (3,)), ((2, 3, 3), (2, 3)))),
    Row("solve, right",     shape.transpose,        lambda m, a, b: m.linalg.solve(well(m, a), b, left=False), lambda a, b: b @ np.linalg.inv(well(np, a)), (((3, 3), (2, 3)), ((2, 3, 3), (4, 3)))),
    Row("solve_triangular", linalg.solve_triangular, lambda m, a, b: m.linalg.solve_triangular(well(m, a), b, upper=True), lambda a, b: triangular(well(np, a), b), (((3, 3), (3, 2)), ((2, 3, 3), (3, 2)), ((0, 3, 3), (0, 3, 2)))),
    Row("solve_triangular, unit", linalg.solve_triangular, lambda m, a, b: m.linalg.solve_triangular(a, b, upper=False, unitriangular=True), lambda a, b: triangular(a, b, False), (((3, 3), (3, 2)), ((3, 3), (2, 3, 2)))),
    Row("solve_triangular, right", shape.transpose, lambda m, a, b: m.linalg.solve_triangular(well(m, a), b, upper=True, left=False), lambda a, b: b @ np.linalg.inv(np.triu(well(np, a))), (((3, 3), (2, 3)),)),
    Row("lstsq",            matrix.mm,              lambda m, a, b: m.linalg.lstsq(a, b).solution, lambda a, b: np.linalg.lstsq(a, b)[0], (((4, 3), (4, 2)), ((2, 3), (2, 2)))),
    Row("lstsq, vector",    shape.squeeze_dim,      lambda m, a, b: m.linalg.lstsq(a, b)[0], lambda a, b: np.linalg.lstsq(a, b)[0], (((4, 3), (4,)),)),
    Row("lstsq, residuals", reduction.sum_dim,      lambda m, a, b: m.linalg.lstsq(a, b, driver="gelsd").residuals, lambda a, b: ((a @ np.linalg.lstsq(a, b)[0] - b) ** 2).sum(-2), (((4, 3), (4, 2)),)),
    Row("cholesky",         linalg.cholesky,        lambda m, a: m.linalg.cholesky(positive(m, a)), lambda a: np.linalg.cholesky(positive(np, a)), SQUARE),
    Row("cholesky, upper",  linalg.cholesky,        lambda m, a: m.linalg.cholesky(positive(m, a), upper=True), lambda a: np.linalg.cholesky(positive(np, a)).swapaxes(-1, -2), SQUARE),
    Row("qr, Q",            linalg.qr,              lambda m, a: m.linalg.qr(a)[0],          lambda a: np.linalg.qr(a)[0],       (*TALL, *WIDE)),
    Row("qr, R",            linalg.qr,              lambda m, a: m.linalg.qr(a).R,           lambda a: np.linalg.qr(a)[1],       (*TALL, *WIDE)),
    Row("qr, complete",     linalg.qr,              lambda m, a: m.linalg.qr(a, "complete").R, lambda a: np.linalg.qr(a)[1],     (((3, 3),), ((2, 3),))),
    Row("qr, both",         matrix.mm,              lambda m, a: m.mm(*m.linalg.qr(a)),      lambda a: a,                        (((4, 3),), ((3, 4),))),
    Row("eigh, values",     linalg.eigh,            lambda m, a: m.linalg.eigvalsh(symmetric(a)), lambda a: np.linalg.eigvalsh(symmetric(a)), SQUARE),
    Row("eigh, vectors",    elementwise.abs,        lambda m, a: m.abs(m.linalg.eigh(symmetric(a)).eigenvectors), lambda a: np.abs(np.linalg.eigh(symmetric(a))[1]), SQUARE),
    Row("eigh, upper",      elementwise.abs,        lambda m, a: m.abs(m.linalg.eigh(symmetric(a), UPLO="U")[1]), lambda a: np.abs(np.linalg.eigh(symmetric(a))[1]), SQUARE[:1]),
    Row("eigh, both",       elementwise.abs,        lambda m, a: m.abs(m.mul(*m.linalg.eigh(symmetric(a)))), lambda a: np.abs(np.multiply(*np.linalg.eigh(symmetric(a)))), SQUARE[:1]),
    Row("svd, values",      linalg.svd,             lambda m, a: m.linalg.svdvals(a),        lambda a: np.linalg.svd(a)[1],      (*TALL, *WIDE)),
    Row("svd, U",           elementwise.abs,        lambda m, a: m.abs(m.linalg.svd(a, full_matrices=False)[0]), lambda a: np.abs(np.linalg.svd(a, full_matrices=False)[0]), (*TALL, *WIDE)),
    Row("svd, Vh",          elementwise.abs,        lambda m, a: m.abs(m.linalg.svd(a, full_matrices=False).Vh), lambda a: np.abs(np.linalg.svd(a, full_matrices=False)[2]), (*TALL, *WIDE)),
    Row("svd, full",        elementwise.abs,        lambda m, a: m.abs(m.linalg.svd(a).U),   lambda a: np.abs(np.linalg.svd(a)[0]), (((3, 3),), ((2, 3),))),
    Row("svd, all",         matrix.mm,              lambda m, a: _product(m.svd(a)),         lambda a: a,                        (((4, 3),), ((3, 4),))),
    Row("matrix_exp",       linalg.matrix_exp,      lambda m, a: m.linalg.matrix_exp(a),     lambda a: sum_of_powers(a),         SQUARE),
    Row("matrix_power 2",   matrix.mm,              lambda m, a: m.matrix_power(a, 2),       lambda a: a @ a,                    (((3, 3),),)),
    Row("matrix_power 5",   matrix.mm,              lambda m, a: m.linalg.matrix_power(a, 5), lambda a: np.linalg.matrix_power(a, 5), (((3, 3),),)),
    Row("matrix_power -3",  matrix.mm,              lambda m, a: well(m, a).matrix_power(-3),   lambda a: np.linalg.matrix_power(well(np, a), -3), (((3, 3),),)),
    Row("matrix_power 1",   elementwise.clone,      lambda m, a: a.matrix_power(1),          lambda a: a,                        SQUARE),
    Row("cond",             elementwise.div,        lambda m, a: m.linalg.cond(a),           np.linalg.cond,                     (((3, 3),), ((3, 4),))),
    Row("vecdot",           reduction.sum_dim,      lambda m, a, b: m.linalg.vecdot(a, b),   lambda a, b: (a * b).sum(-1),       (((3, 4), (3, 4)), ((3, 4), (4,)), ((0, 4), (4,)))),
]

WITHOUT_GRADIENT = [
    Row("matrix_rank",      None,                   lambda m, a: m.linalg.matrix_rank(a),    np.linalg.matrix_rank,      (*TALL, *WIDE)),
    Row("matrix_rank, symmetric", None,             lambda m, a: m.linalg.matrix_rank(symmetric(a), hermitian=True), lambda a: np.linalg.matrix_rank(symmetric(a)), SQUARE),
]
# fmt: on


def _product(parts: Any) -> Any:
    u, s, v = parts
    return (u * s) @ v.mT


def sum_of_powers(a: ndarray) -> ndarray:
    total = term = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    for k in range(1, 60):
        term = term @ a / k
        total = total + term
    return total
