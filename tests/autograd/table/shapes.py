"""Rows of changes of shape, other arrangements, joins and pieces."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from typing import Any

import numpy as np

from micrograd_nb.autograd.rules import indexing, shape
from tests.autograd.table.row import ANY, CUBE, GRID, Row


def windows(a: Any, size: int, step: int) -> Any:
    return np.lib.stride_tricks.sliding_window_view(a, size, 0)[::step]


def embedded(a: Any, offset: int) -> Any:
    """A matrix for each vector along the last axis."""
    n = a.shape[-1] + abs(offset)
    out = np.zeros((*a.shape[:-1], n, n))
    for at in np.ndindex(a.shape):
        out[(*at[:-1], at[-1] - min(offset, 0), at[-1] + max(offset, 0))] = a[at]
    return out


def blocks(a: Any, b: Any) -> Any:
    a, b = np.atleast_2d(a), np.atleast_2d(b)
    return np.block([[a, np.zeros((a.shape[0], b.shape[1]))], [np.zeros((b.shape[0], a.shape[1])), b]])


def cut(a: Any, *ends: int) -> Any:
    """Pieces of an array along the first axis."""
    return np.split(a, ends)


# fmt: off

SHAPE = [
    Row("reshape",          shape.reshape,          lambda m, a: m.reshape(a, (4, -1)),      None,                               (((2, 3, 4),), ((4,),), ((0, 4),))),
    Row("view",             shape.view,             lambda m, a: a.view(4, -1),              lambda a: a.reshape(4, -1),         (((2, 3, 4),), ((4,),), ((0, 4),))),
    Row("flatten",          shape.reshape,          lambda m, a: m.flatten(a),               np.ravel,                           (((2, 3, 4),), ((),), ((2, 0, 4),))),
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
    Row("cat with a (0,)",  shape.cat,              lambda m, a: m.cat([m.zeros(0, dtype=a.dtype), a]), lambda a: a,             GRID),
    Row("cat of one",       shape.cat,              lambda m, a: m.cat([a]),                 lambda a: a,                        GRID),
    Row("hstack",           shape.cat,              lambda m, a, b: m.hstack([a, b]),        lambda a, b: np.hstack([a, b]),     (((2, 3), (2, 4)), ((3,), (2,)), ((), (3,)), ((2, 0), (2, 3)))),
    Row("vstack",           shape.cat,              lambda m, a, b: m.vstack([a, b]),        lambda a, b: np.vstack([a, b]),     (((2, 3), (4, 3)), ((3,), (3,)), ((), ()), ((0, 3), (3,)))),
    Row("dstack",           shape.cat,              lambda m, a, b: m.dstack([a, b]),        lambda a, b: np.dstack([a, b]),     (((2, 3), (2, 3)), ((3,), (3,)), ((), ()), ((0, 3), (0, 3)))),
    Row("column_stack",     shape.cat,              lambda m, a, b: m.column_stack([a, b]),  lambda a, b: np.column_stack([a, b]), (((3, 2), (3,)), ((3,), (3,)), ((0, 2), (0,)))),
    Row("block_diag",       shape.block_diag,       lambda m, a, b: m.block_diag(a, b),      blocks,                             (((2, 3), (1, 4)), ((3,), ()), ((0, 3), (2, 2)))),
    Row("reshape_as",       shape.reshape,          lambda m, a: a.reshape_as(m.zeros(4, a.numel() // 4)), lambda a: a.reshape(4, a.size // 4), (((2, 3, 4),), ((4,),), ((4, 0),))),
    Row("view_as",          shape.view,             lambda m, a: a.view_as(m.zeros(a.numel())), np.ravel,                        (((2, 3, 4),), ((4,),), ((4, 0),))),
    Row("ravel",            shape.reshape,          lambda m, a: m.ravel(a),                 None,                               ANY),
    Row("unflatten",        shape.reshape,          lambda m, a: m.unflatten(a, -1, (2, -1)), lambda a: a.reshape(*a.shape[:-1], 2, 2), (((3, 4),), ((4,),), ((0, 4),))),
    Row("atleast_1d",       shape.reshape,          lambda m, a: m.atleast_1d(a),            None,                               (((),),)),
    Row("atleast_2d",       shape.unsqueeze,        lambda m, a: m.atleast_2d(a),            None,                               (((3,),), ((0,),))),
    Row("atleast_3d",       shape.unsqueeze,        lambda m, a: m.atleast_3d(a),            None,                               (((3, 4),), ((3,),), ((),), ((0, 4),))),
    Row("swapaxes",         shape.transpose,        lambda m, a: m.swapaxes(a, 0, -2),       None,                               CUBE),
    Row("adjoint",          shape.transpose,        lambda m, a: m.adjoint(a),               lambda a: a.swapaxes(-2, -1),       CUBE),
    Row("mH",               shape.transpose,        lambda m, a: a.mH,                       lambda a: a.swapaxes(-2, -1),       CUBE),
    Row("H",                shape.transpose,        lambda m, a: a.H,                        lambda a: a.T,                      GRID),
    Row("movedim",          shape.permute,          lambda m, a: m.movedim(a, 0, -1),        lambda a: np.moveaxis(a, 0, -1),    CUBE),
    Row("movedim, several", shape.permute,          lambda m, a: m.movedim(a, (0, 1), (-1, 0)), lambda a: np.moveaxis(a, (0, 1), (-1, 0)), CUBE),
    Row("broadcast_to",     shape.expand,           lambda m, a: m.broadcast_to(a, (2, 3, 4)), None,                             (((3, 4),), ((2, 1, 4),), ((),))),
    Row("expand_as",        shape.expand,           lambda m, a: a.expand_as(m.zeros(2, 3)), lambda a: np.broadcast_to(a, (2, 3)), (((3,),), ((2, 1),), ((),))),
    Row("broadcast_tensors", shape.expand,          lambda m, a: m.broadcast_tensors(a, m.zeros(2, 1, 1))[0], lambda a: np.broadcast_to(a, (2, *a.shape[-2:])), (((3, 4),), ((0, 4),))),
    Row("meshgrid",         shape.expand,           lambda m, a: m.meshgrid(a, m.zeros(2, dtype=a.dtype), indexing="ij")[0], lambda a: np.repeat(a.reshape(-1, 1), 2, 1), (((3,),), ((),), ((0,),))),
    Row("meshgrid, xy",     shape.expand,           lambda m, a: m.meshgrid(a, m.zeros(2, dtype=a.dtype), indexing="xy")[0], lambda a: np.repeat(a.reshape(1, -1), 2, 0), (((3,),), ((),), ((0,),))),
    Row("diagonal",         shape.diagonal,         lambda m, a: m.diagonal(a),              None,                               (((3, 4),), ((2, 3, 4),), ((0, 4),))),
    Row("diagonal, offset", shape.diagonal,         lambda m, a: m.diagonal(a, 1, -1, -2),   None,                               (((3, 4),), ((2, 3, 4),), ((4, 0),))),
    Row("unfold",           shape.unfold,           lambda m, a: a.unfold(0, 2, 1),          lambda a: windows(a, 2, 1),         (((4, 3),), ((5,),), ((2, 0),))),
    Row("unfold, apart",    shape.unfold,           lambda m, a: a.unfold(0, 2, 3),          lambda a: windows(a, 2, 3),         (((6, 3),), ((5,),), ((2, 0),))),
    Row("as_strided",       shape.as_strided,       lambda m, a: m.as_strided(a, (2, 3), (1, 2), 1), lambda a: np.lib.stride_tricks.as_strided(a.ravel()[1:], (2, 3), (8, 16)), (((3, 4),), ((12,),))),
]

ARRANGED = [
    Row("contiguous",       shape.contiguous,       lambda m, a: a.mT.contiguous(),          lambda a: a.swapaxes(-1, -2),       CUBE),
    Row("repeat",           shape.repeat,           lambda m, a: a.repeat(2, 1, 3),          lambda a: np.tile(a, (2, 1, 3)),    (((3, 4),), ((4,),), ((),), ((0, 4),))),
    Row("repeat, no time",  shape.repeat,           lambda m, a: a.repeat(0, 2),             lambda a: np.tile(a, (0, 2)),       (((3, 4),), ((),))),
    Row("tile",             shape.repeat,           lambda m, a: m.tile(a, (2,)),            None,                               (((3, 4),), ((4,),), ((),), ((0, 4),))),
    Row("repeat_interleave", shape.reshape,         lambda m, a: m.repeat_interleave(a, 2),  lambda a: np.repeat(a, 2),          ANY),
    Row("repeat_interleave, dim", shape.reshape,    lambda m, a: a.repeat_interleave(3, 1),  lambda a: np.repeat(a, 3, 1),       CUBE),
    Row("repeat_interleave, counts", indexing.index_select, lambda m, a: m.repeat_interleave(a, m.tensor([2, 0, 1]), dim=-2), lambda a: np.repeat(a, [2, 0, 1], -2), (((3, 4),), ((2, 3, 4),), ((3, 0),))),
    Row("flip",             shape.flip,             lambda m, a: m.flip(a, (0, -1)),         None,                               CUBE),
    Row("fliplr",           shape.flip,             lambda m, a: m.fliplr(a),                None,                               CUBE),
    Row("flipud",           shape.flip,             lambda m, a: m.flipud(a),                None,                               CUBE),
    Row("roll",             shape.roll,             lambda m, a: m.roll(a, 2),               None,                               ANY),
    Row("roll, dims",       shape.roll,             lambda m, a: m.roll(a, (1, -2), (0, -1)), None,                              CUBE),
    Row("rot90",            shape.rot90,            lambda m, a: m.rot90(a),                 None,                               CUBE),
    Row("rot90, dims",      shape.rot90,            lambda m, a: m.rot90(a, -1, (0, 2)),     None,                               CUBE),
    Row("tril",             shape.tril,             lambda m, a: m.tril(a),                  None,                               CUBE),
    Row("tril, above",      shape.tril,             lambda m, a: a.tril(1),                  lambda a: np.tril(a, 1),            CUBE),
    Row("triu",             shape.triu,             lambda m, a: m.triu(a, -1),              None,                               CUBE),
    Row("diag of a matrix", shape.diag,             lambda m, a: m.diag(a, 1),               None,                               GRID),
    Row("diag of a vector", shape.diag_embed,       lambda m, a: m.diag(a, -1),              None,                               (((3,),), ((0,),))),
    Row("diagflat",         shape.diag_embed,       lambda m, a: m.diagflat(a),              None,                               (((2, 3),), ((),), ((0, 3),))),
    Row("diag_embed",       shape.diag_embed,       lambda m, a: m.diag_embed(a, 1),         lambda a: embedded(a, 1),           (((2, 3),), ((3,),), ((2, 0),))),
    Row("diag_embed, dims", shape.diag_embed,       lambda m, a: m.diag_embed(a, -1, 0, 2),  lambda a: embedded(a, -1).swapaxes(0, 1) , (((2, 3),), ((2, 0),))),
    Row("cartesian_prod",   shape.stack,            lambda m, a, b: m.cartesian_prod(a, b),  lambda a, b: np.stack([a.repeat(len(b)), np.tile(b, len(a))], 1), (((3,), (2,)), ((0,), (2,)))),
    Row("combinations",     shape.stack,            lambda m, a: m.combinations(a),          lambda a: a[np.array([[0, 1], [0, 2], [1, 2]])], (((3,),),)),
    Row("combinations, back", shape.stack,          lambda m, a: m.combinations(a, 3, with_replacement=True), lambda a: a[np.array([[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]])], (((2,),),)),
]

PIECES = [
    Row("split",            shape.split,            lambda m, a: m.split(a, 2)[1],           lambda a: cut(a, 2, 4)[1],          (((5, 3),), ((4,),), ((4, 0),))),
    Row("split, sizes",     shape.split_with_sizes, lambda m, a: m.split(a, [1, 2, 0])[1],   lambda a: cut(a, 1, 3)[1],          (((3, 4),), ((3,),), ((3, 0),))),
    Row("chunk",            shape.split,            lambda m, a: m.chunk(a, 3, dim=-1)[-1],  lambda a: a[..., 4:],               (((2, 5),), ((5,),), ((0, 5),))),
    Row("unbind",           shape.unbind,           lambda m, a: m.unbind(a, 1)[2],          lambda a: a[:, 2],                  GRID),
    Row("iteration",        shape.unbind,           lambda m, a: list(a)[1] if m is not np else a[1], lambda a: a[1],            (((3, 4),), ((3,),), ((3, 0),))),
    Row("unbind, joined",   shape.stack,            lambda m, a: m.stack(a.unbind()[:2]),    lambda a: a[:2],                    (((3, 4),), ((3,),), ((3, 0),))),
    Row("tensor_split",     indexing.view_at,       lambda m, a: m.tensor_split(a, 3)[1],    lambda a: np.array_split(a, 3)[1],  (((4, 3),), ((7,),), ((4, 0),))),
    Row("tensor_split, at", indexing.view_at,       lambda m, a: m.tensor_split(a, (1, 3))[1], lambda a: a[1:3],                 (((4, 3),), ((7,),), ((4, 0),))),
    Row("hsplit",           indexing.view_at,       lambda m, a: m.hsplit(a, 2)[1],          lambda a: np.hsplit(a, 2)[1],       (((3, 4),), ((4,),), ((0, 4),))),
    Row("vsplit",           indexing.view_at,       lambda m, a: m.vsplit(a, 2)[1],          lambda a: np.vsplit(a, 2)[1],       (((4, 3),), ((4, 0),))),
    Row("dsplit",           indexing.view_at,       lambda m, a: m.dsplit(a, [1])[1],        lambda a: a[:, :, 1:],              CUBE),
]
