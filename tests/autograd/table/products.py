"""Rows of the products of vectors and matrices."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np

from micrograd_nb.autograd.rules import einsum, elementwise, matrix, shape
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
    Row("bmm",              matrix.bmm,             lambda m, a, b: m.bmm(a, b),             np.matmul,                          (((5, 2, 3), (5, 3, 4)), ((0, 2, 3), (0, 3, 4)), ((2, 2, 0), (2, 0, 3)))),
    Row("mv",               matrix.mv,              lambda m, a, b: m.mv(a, b),              np.matmul,                          (((2, 3), (3,)), ((0, 3), (3,)))),
    Row("dot",              matrix.dot,             lambda m, a, b: m.dot(a, b),             None,                               (((3,), (3,)), ((0,), (0,)))),
    Row("vdot",             matrix.vdot,            lambda m, a, b: a.vdot(b),               np.vdot,                            (((3,), (3,)), ((0,), (0,)))),
    Row("outer",            elementwise.mul,        lambda m, a, b: m.outer(a, b),           None,                               (((3,), (4,)), ((0,), (3,)))),
    Row("ger",              elementwise.mul,        lambda m, a, b: a.ger(b),                np.outer,                           (((3,), (4,)),)),
    Row("inner",            matrix.dot,             lambda m, a, b: m.inner(a, b),           None,                               (((3,), (3,)),)),
    Row("inner, matrices",  einsum.einsum,          lambda m, a, b: m.inner(a, b),           None,                               (((2, 3), (4, 3)), ((2, 3), (3,)), ((0, 3), (3,)))),
    Row("inner, 0-d",       elementwise.mul,        lambda m, a, b: a.inner(b),              np.inner,                           (((2, 3), ()), ((), (3,)))),
    Row("addmm",            matrix.addmm,           lambda m, a, b, c: m.addmm(a, b, c),     lambda a, b, c: a + b @ c,          (((2, 4), (2, 3), (3, 4)), ((4,), (2, 3), (3, 4)), ((), (2, 3), (3, 4)), ((2, 1), (2, 0), (0, 4)))),
    Row("addmm, scaled",    matrix.addmm,           lambda m, a, b, c: a.addmm(b, c, beta=2, alpha=3), lambda a, b, c: 2 * a + 3 * b @ c, (((2, 4), (2, 3), (3, 4)), ((4,), (2, 3), (3, 4)))),
    Row("addmm, beta 0",    matrix.addmm,           lambda m, a, b, c: m.addmm(a, b, c, beta=0), lambda a, b, c: b @ c,          (((2, 4), (2, 3), (3, 4)), ((4,), (2, 3), (3, 4)))),
    Row("addmv",            matrix.addmv,           lambda m, a, b, c: m.addmv(a, b, c, beta=-1, alpha=2), lambda a, b, c: -a + 2 * b @ c, (((2,), (2, 3), (3,)), ((), (2, 3), (3,)), ((2,), (2, 0), (0,)))),
    Row("addr",             matrix.addr,            lambda m, a, b, c: m.addr(a, b, c, beta=2, alpha=-3), lambda a, b, c: 2 * a - 3 * np.outer(b, c), (((2, 3), (2,), (3,)), ((3,), (2,), (3,)), ((0, 3), (0,), (3,)))),
    Row("baddbmm",          matrix.baddbmm,         lambda m, a, b, c: m.baddbmm(a, b, c, beta=2, alpha=3), lambda a, b, c: 2 * a + 3 * b @ c, (((5, 2, 4), (5, 2, 3), (5, 3, 4)), ((4,), (5, 2, 3), (5, 3, 4)), ((2, 1), (0, 2, 3), (0, 3, 4)))),
    Row("addbmm",           matrix.addbmm,          lambda m, a, b, c: m.addbmm(a, b, c, beta=2, alpha=3), lambda a, b, c: 2 * a + 3 * (b @ c).sum(0), (((2, 4), (5, 2, 3), (5, 3, 4)), ((4,), (5, 2, 3), (5, 3, 4)), ((2, 4), (0, 2, 3), (0, 3, 4)))),
    Row("trace",            matrix.trace,           lambda m, a: m.trace(a),                 None,                               (((3, 3),), ((2, 4),), ((0, 3),))),
    Row("cross",            matrix.cross,           lambda m, a, b: m.cross(a, b, dim=-1),   np.cross,                           (((2, 3), (2, 3)), ((1, 3), (4, 3)), ((0, 3), (0, 3)))),
    Row("cross, dim",       matrix.cross,           lambda m, a, b: m.linalg.cross(a, b, dim=0), lambda a, b: np.cross(a, b, axis=0), (((3, 2), (3, 2)),)),
    Row("kron",             shape.reshape,          lambda m, a, b: m.kron(a, b),            None,                               (((2, 3), (4, 2)), ((2,), (3, 2)), ((), (3,)), ((0, 2), (2,)))),
    Row("tensordot",        einsum.einsum,          lambda m, a, b: m.tensordot(a, b),       None,                               (((2, 3, 4), (3, 4, 5)), ((2, 3), (2, 3)), ((0, 3, 4), (3, 4, 2)))),
    Row("tensordot, dims",  einsum.einsum,          lambda m, a, b: m.tensordot(a, b, dims=([0, 2], [1, -1])), lambda a, b: np.tensordot(a, b, ([0, 2], [1, 2])), (((2, 3, 4), (5, 2, 4)),)),
    Row("tensordot, none",  einsum.einsum,          lambda m, a, b: m.tensordot(a, b, 0),    None,                               (((2, 3), (4,)),)),
    Row("multi_dot",        matrix.mm,              lambda m, a, b, c: m.linalg.multi_dot([a, b, c]), lambda a, b, c: a @ b @ c, (((2, 3), (3, 5), (5, 4)), ((5, 2), (2, 5), (5, 1)), ((0, 3), (3, 2), (2, 4)))),
    Row("multi_dot, vectors", matrix.dot,           lambda m, a, b, c: m.linalg.multi_dot([a, b, c]), lambda a, b, c: a @ b @ c, (((3,), (3, 5), (5,)),)),
]

NUMPY_SAYS = {"...ij,...jk->ik": "abij,bjk->ik"}
"""What NumPy cannot sum: the axes of an ellipsis."""

EINSUM = [
    Row(f"einsum {equation}", operation,            lambda m, *xs, e=equation: m.einsum(e, *xs), lambda *xs, e=equation: np.einsum(NUMPY_SAYS.get(e, e), *xs), cases)
    for equation, operation, cases in [
        ("ij->ji",              einsum.einsum_one,  (((2, 3),), ((0, 3),))),
        ("ji",                  einsum.einsum_one,  (((2, 3),),)),
        ("ij->",                einsum.einsum_one,  (((2, 3),), ((0, 3),))),
        ("ij->j",               einsum.einsum_one,  (((2, 3),), ((0, 3),))),
        ("ii",                  einsum.einsum_one,  (((3, 3),), ((0, 0),))),
        ("ii->i",               einsum.einsum_one,  (((3, 3),),)),
        ("iji->j",              einsum.einsum_one,  (((3, 2, 3),),)),
        ("iii->i",              einsum.einsum_one,  (((3, 3, 3),),)),
        ("...ij->...",          einsum.einsum_one,  (((2, 4, 3),), ((4, 3),))),
        ("i...->...i",          einsum.einsum_one,  (((2, 4, 3),),)),
        ("ij,jk",               einsum.einsum,      (((2, 3), (3, 4)), ((2, 0), (0, 4)), ((2, 1), (3, 4)))),
        (" i j , k j -> i k ",  einsum.einsum,      (((2, 3), (4, 3)),)),
        ("i,i",                 einsum.einsum,      (((3,), (3,)), ((0,), (0,)))),
        ("i,j->ji",             einsum.einsum,      (((2,), (3,)),)),
        ("ij,ij->ij",           einsum.einsum,      (((2, 3), (2, 3)), ((1, 3), (2, 3)))),
        ("bij,bjk->bik",        einsum.einsum,      (((5, 2, 3), (5, 3, 4)), ((1, 2, 3), (5, 3, 4)))),
        ("bhid,bhjd->bhij",     einsum.einsum,      (((2, 3, 4, 2), (2, 3, 5, 2)),)),
        ("...ij,...jk->...ik",  einsum.einsum,      (((2, 1, 3, 4), (5, 4, 2)), ((3, 4), (5, 4, 2)))),
        ("...ij,...jk->ik",     einsum.einsum,      (((2, 1, 3, 4), (5, 4, 2)),)),
        ("...j,j",              einsum.einsum,      (((2, 3), (3,)), ((3,), (3,)))),
        ("ii,ij->j",            einsum.einsum,      (((3, 3), (3, 2)),)),
        ("ij,kk->i",            einsum.einsum,      (((2, 3), (3, 3)),)),
        (",i->i",               einsum.einsum,      (((), (3,)),)),
        ("ij,jk,kl->il",        einsum.einsum,      (((2, 3), (3, 4), (4, 5)),)),
        ("i,ij,j->",            einsum.einsum,      (((2,), (2, 3), (3,)),)),
        ("bn,anm,bm->ba",       einsum.einsum,      (((2, 5), (3, 5, 4), (2, 4)),)),
    ]
] + [
    Row("einsum, lists",    einsum.einsum,          lambda m, a, b: m.einsum(a, [0, 1], b, [1, 2], [2, 0]), lambda a, b: (a @ b).T, (((2, 3), (3, 4)),)),
    Row("einsum, no result", einsum.einsum,         lambda m, a, b: m.einsum(a, [..., 0, 1], b, [1, 51]), np.matmul, (((2, 3), (3, 4)), ((5, 2, 3), (3, 4)))),
]
