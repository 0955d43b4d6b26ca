"""Rows of changes of shape, joins, and reading at an index."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from typing import Any

import numpy as np

from micrograd_nb.autograd.rules import shape
from tests.autograd.table.row import ANY, CUBE, GRID, Row


def assigned(x: Any, index: Any, value: Any) -> Any:
    x[index] = value
    return x


def seen_through(x: Any, y: Any) -> Any:
    x[0].mul_(y)
    return x


# fmt: off

SHAPE = [
    Row("reshape",          shape.reshape,          lambda m, a: m.reshape(a, (4, -1)),      None,                               (((2, 3, 4),), ((4,),), ((0, 4),))),
    Row("view",             shape.view,             lambda m, a: a.view(4, -1),              lambda a: a.reshape(4, -1),         (((2, 3, 4),), ((4,),), ((0, 4),))),
    Row("flatten",          shape.reshape,          lambda m, a: m.flatten(a),               np.ravel,                           ANY),
    Row("flatten from 1",   shape.reshape,          lambda m, a: m.flatten(a, 1),            lambda a: a.reshape(len(a), -1),    (((2, 3, 4),), ((2, 0, 4),))),
    Row("flatten to -2",    shape.reshape,          lambda m, a: a.flatten(end_dim=-2),      lambda a: a.reshape(-1, 4),         CUBE),
    Row("squeeze",          shape.squeeze,          lambda m, a: m.squeeze(a),               None,                               (((1, 3, 1, 4),), ((1, 1),), ((),), ((1, 0),))),
    Row("squeeze dim",      shape.squeeze_dim,      lambda m, a: m.squeeze(a, 1),            lambda a: a[:, 0] if a.shape[1] == 1 else a, (((3, 1, 4),), ((3, 4),), ((0, 4),))),
    Row("squeeze dims",     shape.squeeze_dims,     lambda m, a: m.squeeze(a, (0, -1)),      lambda a: a[0, ..., 0],             (((1, 3, 1, 1),), ((1, 0, 1),))),
    Row("unsqueeze",        shape.unsqueeze,        lambda m, a: m.unsqueeze(a, 0),          lambda a: a[None],                  ANY),
    Row("unsqueeze at -1",  shape.unsqueeze,        lambda m, a: a.unsqueeze(-1),            lambda a: a[..., None],             ANY),
    Row("permute",          shape.permute,          lambda m, a: m.permute(a, (2, 0, 1)),    lambda a: a.transpose(2, 0, 1),     CUBE),
    Row("permute method",   shape.permute,          lambda m, a: a.permute(1, -1, 0),        lambda a: a.transpose(1, 2, 0),     CUBE),
    Row("transpose",        shape.transpose,        lambda m, a: m.transpose(a, 0, -1),      lambda a: a.swapaxes(0, -1) if a.ndim else a, ANY),
    Row("t",                shape.t,                lambda m, a: m.t(a),                     np.transpose,                       GRID),
    Row("T",                shape.permute,          lambda m, a: a.T,                        None,                               GRID),
    Row("mT",               shape.transpose,        lambda m, a: a.mT,                       None,                               CUBE),
    Row("expand",           shape.expand,           lambda m, a: a.expand(2, 3, 4),          lambda a: np.broadcast_to(a, (2, 3, 4)), (((3, 4),), ((2, 1, 4),), ((1,),), ((),))),
    Row("expand with -1",   shape.expand,           lambda m, a: a.expand(5, -1, 2),         lambda a: np.broadcast_to(a, (5, a.shape[0], 2)), (((3, 1),), ((0, 1),))),
    Row("cat",              shape.cat,              lambda m, a, b: m.cat([a, b]),           lambda a, b: np.concatenate([a, b]), (((2, 3), (4, 3)), ((2, 3), (0, 3)), ((3,), (0,)))),
    Row("cat, last dim",    shape.cat,              lambda m, a, b, c: m.cat((a, b, c), dim=-1), lambda *xs: np.concatenate(xs, -1), (((3, 2), (3, 1), (3, 4)), ((3, 0), (3, 0), (3, 0)))),
    Row("stack",            shape.stack,            lambda m, a, b: m.stack([a, b]),         None,                               (((3, 4),) * 2, ((), ()), ((0, 3),) * 2)),
    Row("stack, dim 1",     shape.stack,            lambda m, a, b, c: m.stack((a, b, c), 1), None,                              (((3, 4),) * 3, ((3,),) * 3, ((3, 0),) * 3)),
]

INDEXING = [
    Row("x[0]",             shape.select,           lambda m, x: x[0],                       None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[-1]",            shape.select,           lambda m, x: x[-1],                      None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[1:]",            shape.view_at,          lambda m, x: x[1:],                      None,                               (((3, 4),), ((3,),), ((0, 4),))),
    Row("x[:, ::2]",        shape.view_at,          lambda m, x: x[:, ::2],                  None,                               GRID),
    Row("x[..., 1:3]",      shape.view_at,          lambda m, x: x[..., 1:3],                None,                               CUBE),
    Row("x[1:, 0]",         shape.view_at,          lambda m, x: x[1:, 0],                   None,                               GRID),
    Row("x[1, 2]",          shape.view_at,          lambda m, x: x[1, 2],                    None,                               (((3, 4),), ((2, 3, 0),))),
    Row("x[:, None]",       shape.view_at,          lambda m, x: x[:, None],                 None,                               GRID),
    Row("x[None]",          shape.unsqueeze,        lambda m, x: x[None],                    None,                               ANY),
    Row("x[...]",           shape.alias,            lambda m, x: x[...],                     None,                               ANY),
    Row("x[list]",          shape.take_at,          lambda m, x: x[[0, 2, 2]],               None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[index]",         shape.take_at,          lambda m, x: x[m.tensor([[0, 2], [2, -1]])], lambda x: x[np.array([[0, 2], [2, -1]])], (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[:, index]",      shape.take_at,          lambda m, x: x[:, m.tensor([1, 1, 0])],  lambda x: x[:, [1, 1, 0]],          GRID),
    Row("x[rows, columns]", shape.take_at,          lambda m, x: x[m.arange(3), m.tensor([3, 0, 3])], lambda x: x[np.arange(3), [3, 0, 3]], (((3, 4),), ((3, 4, 0),))),
    Row("x[empty index]",   shape.take_at,          lambda m, x: x[m.tensor([], dtype=m.int64)], lambda x: x[:0],                (((3, 4),), ((0, 4),))),
    Row("x[mask]",          shape.take_at,          lambda m, x: x[x > 0],                   None,                               (((3, 4),), ((),), ((0, 4),))),
    Row("x[row mask]",      shape.take_at,          lambda m, x: x[m.tensor([True, False, True])], lambda x: x[::2],             (((3, 4),), ((3,),), ((3, 0),))),
]

IN_PLACE = [
    Row("x[0] = y",         shape.put,              lambda m, x, y: assigned(x * 1, 0, y),   None,                               (((3, 4), (4,)), ((3, 4), ()), ((3, 0), (0,)))),
    Row("x[1:, ::2] = y",   shape.put,              lambda m, x, y: assigned(x * 1, (slice(1, None), slice(None, None, 2)), y), None, (((3, 4), (2, 2)), ((3, 4), (2, 1)))),
    Row("x[list] = y",      shape.put,              lambda m, x, y: assigned(x * 1, [0, 2], y), None,                            (((3, 4), (2, 4)), ((3,), ()), ((3, 0), (2, 0)))),
    Row("fill_",            shape.fill,             lambda m, x: (x * 1).fill_(2.5),         lambda x: np.full_like(x, 2.5),     ANY),
    Row("copy_",            shape.copy,             lambda m, x, y: (x * 1).copy_(y),        lambda x, y: np.broadcast_to(y, x.shape), (((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 4), ()), ((), ()), ((0, 4), (4,)))),
    Row("x[0].mul_(y)",     shape.copy_slices,      lambda m, x, y: seen_through(x * 1, y),  lambda x, y: np.concatenate([x[:1] * y, x[1:]]), (((3, 4), (4,)), ((3, 4), ()), ((3, 0), (0,)))),
]
