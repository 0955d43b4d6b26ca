"""Rows of reading and writing at indices, of sorting, and of changes in place."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from typing import Any

import numpy as np

from micrograd_nb.autograd.rules import elementwise, indexing, shape, writing
from tests.autograd.table.row import ANY, CUBE, GRID, Row


def assigned(x: Any, index: Any, value: Any) -> Any:
    x[index] = value
    return x


def seen_through(x: Any, y: Any) -> Any:
    x[0].mul_(y)
    return x


def written(x: Any, index: Any, value: Any, ufunc: Any = None) -> Any:
    """A copy with a value at an index, or with it added there, or the like."""
    out = x.copy()
    if ufunc is None:
        out[index] = value
    else:
        ufunc.at(out, index, value)
    return out


def averaged(x: Any, index: Any, src: Any, start: int) -> Any:
    """Each element's mean with all that is sent there; alone, if it does not count itself."""
    total, count = x * start, np.full_like(x, start)
    np.add.at(total, index, src)
    np.add.at(count, index, 1)
    return np.where(count == 0, x, total / np.maximum(count, 1))


def in0(y: Any) -> Any:
    """The index of as many rows of AT0 as `y` has."""
    return AT0[: len(y)], COLUMNS


ROWS, COLUMNS = np.array([[0], [1], [2]]), np.array([[0, 1, 2, 3]])
AT0 = np.array([[0, 2, 1, 0], [1, 2, 0, 0]])  # indices along axis 0 of a 3 × 4 matrix: in column 3 and 1, one twice
AT1 = np.array([[3], [0], [3]])  # along axis 1
IN0, IN1 = (AT0, COLUMNS), (ROWS, AT1)  # what they are for NumPy
EVERY2 = np.array([True, False, True, False])

# fmt: off

INDEXING = [
    Row("x[0]",             indexing.select,           lambda m, x: x[0],                       None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[-1]",            indexing.select,           lambda m, x: x[-1],                      None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[1:]",            indexing.view_at,          lambda m, x: x[1:],                      None,                               (((3, 4),), ((3,),), ((0, 4),))),
    Row("x[:, ::2]",        indexing.view_at,          lambda m, x: x[:, ::2],                  None,                               GRID),
    Row("x[..., 1:3]",      indexing.view_at,          lambda m, x: x[..., 1:3],                None,                               CUBE),
    Row("x[1:, 0]",         indexing.view_at,          lambda m, x: x[1:, 0],                   None,                               GRID),
    Row("x[1, 2]",          indexing.view_at,          lambda m, x: x[1, 2],                    None,                               (((3, 4),), ((2, 3, 0),))),
    Row("x[:, None]",       indexing.view_at,          lambda m, x: x[:, None],                 None,                               GRID),
    Row("x[None]",          shape.unsqueeze,        lambda m, x: x[None],                    None,                               ANY),
    Row("x[...]",           shape.alias,            lambda m, x: x[...],                     None,                               ANY),
    Row("x[list]",          indexing.take_at,          lambda m, x: x[[0, 2, 2]],               None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[index]",         indexing.take_at,          lambda m, x: x[m.tensor([[0, 2], [2, -1]])], lambda x: x[np.array([[0, 2], [2, -1]])], (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[:, index]",      indexing.take_at,          lambda m, x: x[:, m.tensor([1, 1, 0])],  lambda x: x[:, [1, 1, 0]],          GRID),
    Row("x[rows, columns]", indexing.take_at,          lambda m, x: x[m.arange(3), m.tensor([3, 0, 3])], lambda x: x[np.arange(3), [3, 0, 3]], (((3, 4),), ((3, 4, 0),))),
    Row("x[empty index]",   indexing.take_at,          lambda m, x: x[m.tensor([], dtype=m.int64)], lambda x: x[:0],                (((3, 4),), ((0, 4),))),
    Row("x[mask]",          indexing.mask_at,          lambda m, x: x[x > 0],                   None,                               (((3, 4),), ((),), ((0, 4),))),
    Row("x[row mask]",      indexing.mask_at,          lambda m, x: x[m.tensor([True, False, True])], lambda x: x[::2],             (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[0, :, index]",   indexing.take_at,       lambda m, x: x[0, :, m.tensor([3, 3])],  lambda x: x[0][:, [3, 3]],          (((2, 3, 4),), ((1, 0, 4),))),
    Row("x[True]",          indexing.mask_at,       lambda m, x: x[True],                    None,                               ANY),
    Row("many of the same", indexing.take_at,       lambda m, x: x[m.zeros(40, dtype=m.int64)], lambda x: x[np.zeros(40, int)],  (((3, 4),), ((3,),), ((3, 0),))),
    Row("many, two axes",   indexing.take_at,       lambda m, x: x[m.arange(150) % 3, 1],    lambda x: x[np.arange(150) % 3, 1], GRID[:1]),
    Row("select",           indexing.select,        lambda m, x: m.select(x, -1, -2),        lambda x: x[..., -2],               (((3, 4),), ((4,),), ((0, 4),))),
    Row("narrow",           indexing.view_at,       lambda m, x: m.narrow(x, 1, -3, 2),      lambda x: x[:, 1:3],                GRID),
    Row("index_select",     indexing.index_select,  lambda m, x: m.index_select(x, 1, m.tensor([3, 0, 3])), lambda x: x[:, [3, 0, 3]], GRID),
    Row("index_select, 0-d index", indexing.index_select, lambda m, x: x.index_select(0, m.tensor(2)), lambda x: x[[2]],         (((3, 4),), ((3,),), ((3, 0),))),
    Row("index_select of 0-d", shape.reshape,       lambda m, x: x.index_select(0, m.tensor([0])), lambda x: x,                  (((),),)),
    Row("gather",           indexing.gather,        lambda m, x: m.gather(x, 0, m.tensor(AT0)), lambda x: x[IN0],                (((3, 4),),)),
    Row("gather, dim 1",    indexing.gather,        lambda m, x: x.gather(1, m.tensor(AT1)), lambda x: x[IN1],                   (((3, 4),),)),
    Row("gather, fewer",    indexing.gather,        lambda m, x: x.gather(1, m.tensor([[0, 0]])), lambda x: x[[[0]], [0, 0]],    (((3, 4),), ((1, 1),))),
    Row("gather nothing",   indexing.gather,        lambda m, x: x.gather(0, m.zeros((0, 4), dtype=m.int64)), lambda x: x[:0],   GRID),
    Row("take_along_dim",   indexing.gather,        lambda m, x: m.take_along_dim(x, m.tensor([[0], [2]]), 0), lambda x: x[[0, 2]], (((3, 4),), ((3, 0),))),
    Row("take_along_dim, flat", indexing.gather,    lambda m, x: m.take_along_dim(x, m.tensor([3, 1, 0])), lambda x: x.ravel()[[3, 1, 0]], (((3, 4),), ((4,),))),
    Row("take",             indexing.take,          lambda m, x: m.take(x, m.tensor([[3, -1], [0, 3]])), lambda x: x.ravel()[[[3, -1], [0, 3]]], (((3, 4),), ((4,),))),
    Row("take nothing",     indexing.take,          lambda m, x: x.take(m.tensor([], dtype=m.int64)), lambda x: x.ravel()[:0],   (((3, 4),), ((0,),))),
    Row("masked_select",    indexing.masked_select, lambda m, x: m.masked_select(x, x > 0),  lambda x: x[x > 0],                 ANY),
    Row("masked_select, broadcast", indexing.masked_select, lambda m, x: x.masked_select(m.tensor(EVERY2)), lambda x: np.broadcast_to(x, (3, 4))[:, ::2].ravel(), (((3, 4),), ((3, 1),))),
]

WRITING = [
    Row("scatter",          indexing.scatter,       lambda m, x, y: m.scatter(x, 0, m.tensor(AT0[:len(y)]), y), lambda x, y: written(x, in0(y), y), (((3, 4), (1, 4)), ((3, 4), (0, 4)))),
    Row("scatter, dim 1",   indexing.scatter,       lambda m, x, y: x.scatter(-1, m.tensor(AT1), y), lambda x, y: written(x, IN1, y), (((3, 4), (3, 1)),)),
    Row("scatter, 0-d",     shape.reshape,          lambda m, x, y: x.scatter(0, m.tensor(0), y), lambda x, y: y,                (((), ()),)),
    Row("scatter a number", indexing.scatter_fill,  lambda m, x: m.scatter(x, 0, m.tensor(AT0), 2.5), lambda x: written(x, IN0, 2.5), (((3, 4),),)),
    Row("scatter nothing",  indexing.scatter_fill,  lambda m, x: x.scatter(0, m.zeros((0, 4), dtype=m.int64), 2.5), lambda x: x, GRID),
    Row("scatter_add",      indexing.scatter_add,   lambda m, x, y: m.scatter_add(x, 0, m.tensor(AT0[:len(y)]), y), lambda x, y: written(x, in0(y), y[:2], np.add), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_add, many", indexing.scatter_add,  lambda m, x, y: x.scatter_add(0, m.arange(200) % 3, y), lambda x, y: written(x, np.arange(200) % 3, y, np.add), (((3,), (200,)),)),
    Row("scatter_reduce, sum", indexing.scatter_sum, lambda m, x, y: m.scatter_reduce(x, 0, m.tensor(AT0[:len(y)]), y, "sum"), lambda x, y: written(x, in0(y), y, np.add), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, sum alone", indexing.scatter_sum, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, "sum", include_self=False), lambda x, y: written(written(x, in0(y), 0), in0(y), y, np.add), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, mean", indexing.scatter_mean, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, reduce="mean"), lambda x, y: averaged(x, in0(y), y, 1), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, mean alone", indexing.scatter_mean, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, "mean", include_self=False), lambda x, y: averaged(x, in0(y), y, 0), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, amax", indexing.scatter_amax, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, "amax"), lambda x, y: written(x, in0(y), y, np.maximum), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, amin alone", indexing.scatter_amin, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, "amin", include_self=False), lambda x, y: written(written(x, in0(y), np.inf), in0(y), y, np.minimum), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, prod", indexing.scatter_prod, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, "prod"), lambda x, y: written(x, in0(y), y, np.multiply), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("scatter_reduce, prod alone", indexing.scatter_prod, lambda m, x, y: x.scatter_reduce(0, m.tensor(AT0[:len(y)]), y, "prod", include_self=False), lambda x, y: written(written(x, in0(y), 1), in0(y), y, np.multiply), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
    Row("index_add",        indexing.index_add,     lambda m, x, y: m.index_add(x, 0, m.tensor([2, 0, 2]), y), lambda x, y: written(x, [2, 0, 2], y, np.add), (((3, 4), (3, 4)), ((3,), (3,)), ((3, 0), (3, 0)))),
    Row("index_add, alpha", indexing.index_add,     lambda m, x, y: x.index_add(1, m.tensor([1]), y, alpha=-2), lambda x, y: written(x, (slice(None), [1]), -2 * y, np.add), (((3, 4), (3, 1)), ((0, 4), (0, 1)))),
    Row("index_copy",       indexing.index_copy,    lambda m, x, y: m.index_copy(x, 0, m.tensor([2, 0]), y), lambda x, y: written(x, [2, 0], y), (((3, 4), (2, 4)), ((3,), (2,)), ((3, 0), (2, 0)))),
    Row("index_fill",       indexing.index_fill,    lambda m, x: m.index_fill(x, 1, m.tensor([0, -1]), 2.5), lambda x: written(x, (slice(None), [0, -1]), 2.5), (((3, 4),), ((0, 4),))),
    Row("index_fill, tensor", indexing.index_fill_by, lambda m, x, y: x.index_fill(0, m.tensor([0, 2]), y), lambda x, y: written(x, [0, 2], y), (((3, 4), ()), ((3,), ()), ((3, 0), ()))),
    Row("index_put",        indexing.put,           lambda m, x, y: m.index_put(x, (m.tensor([0, 2]), m.tensor([1])), y), lambda x, y: written(x, ([0, 2], [1]), y), (((3, 4), (2,)), ((3, 4), ()), ((3, 4, 0), (2, 0)))),
    Row("index_put, added", indexing.put_add,       lambda m, x, y: x.index_put((m.tensor([0, 2, 0]),), y, accumulate=True), lambda x, y: written(x, [0, 2, 0], y, np.add), (((3, 4), (3, 4)), ((3, 4), (4,)), ((3,), ()), ((3, 0), (3, 0)))),
    Row("put",              indexing.put_flat,      lambda m, x, y: m.put(x, m.tensor([3, 0, -1, 1])[:y.numel()], y), lambda x, y: written(x.ravel(), [3, 0, -1, 1][:y.size], y.ravel()).reshape(x.shape), (((3, 4), (2, 2)), ((5,), (4,)), ((3, 4), (0,)), ((0, 4), (0,)))),
    Row("put, added",       indexing.put_flat_add,  lambda m, x, y: x.put(m.tensor([3, 0, 3])[:len(y)], y, accumulate=True), lambda x, y: written(x.ravel(), [3, 0, 3][:len(y)], y, np.add).reshape(x.shape), (((3, 4), (3,)), ((4,), (3,)), ((4,), (0,)))),
    Row("masked_scatter",   indexing.masked_scatter, lambda m, x, y: m.masked_scatter(x, m.tensor(EVERY2), y), lambda x, y: written(x, (..., EVERY2), y.ravel()[:x.size // 2].reshape(*x.shape[:-1], 2)), (((3, 4), (6,)), ((3, 4), (3, 4)), ((4,), (2, 2)), ((0, 4), (0,)))),
]

SORTING = [
    Row("sort",             indexing.sort,          lambda m, x: m.sort(x)[0],               np.sort,                            (((3, 4),), ((4,),), ((0, 3),))),
    Row("sort, 0-d",        indexing.sort,          lambda m, x: m.sort(x)[0],               lambda x: x,                        (((),),)),
    Row("sort, descending", indexing.sort,          lambda m, x: x.sort(0, descending=True).values, lambda x: -np.sort(-x, 0),   (((3, 4),), ((4,),), ((0, 3),))),
    Row("sort, stable",     indexing.sort_stable,   lambda m, x: m.sort(x, dim=0, stable=True)[0], lambda x: np.sort(x, 0),      CUBE),
    Row("msort",            indexing.sort,          lambda m, x: m.msort(x),                 lambda x: np.sort(x, 0),            CUBE),
    Row("topk",             indexing.topk,          lambda m, x: m.topk(x, 2)[0],            lambda x: -np.sort(-x)[..., :2],    (((3, 4),), ((4,),), ((0, 3),))),
    Row("topk, smallest",   indexing.topk,          lambda m, x: x.topk(2, 0, largest=False).values, lambda x: np.sort(x, 0)[:2], (((3, 4),), ((4,),), ((3, 0),))),
    Row("topk, all",        indexing.topk,          lambda m, x: x.topk(4, -1)[0],           lambda x: -np.sort(-x),             (((3, 4),), ((4,),), ((0, 4),))),
]

IN_PLACE = [
    Row("x[0] = y",         indexing.put,              lambda m, x, y: assigned(x * 1, 0, y),   None,                               (((3, 4), (4,)), ((3, 4), ()), ((3, 0), (0,)))),
    Row("x[1:, ::2] = y",   indexing.put,              lambda m, x, y: assigned(x * 1, (slice(1, None), slice(None, None, 2)), y), None, (((3, 4), (2, 2)), ((3, 4), (2, 1)))),
    Row("x[list] = y",      indexing.put,              lambda m, x, y: assigned(x * 1, [0, 2], y), None,                            (((3, 4), (2, 4)), ((3,), ()), ((3, 0), (2, 0)))),
    Row("fill_",            writing.fill,             lambda m, x: (x * 1).fill_(2.5),         lambda x: np.full_like(x, 2.5),     ANY),
    Row("copy_",            writing.copy,             lambda m, x, y: (x * 1).copy_(y),        lambda x, y: np.broadcast_to(y, x.shape), (((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 4), ()), ((), ()), ((0, 4), (4,)))),
    Row("x[0].mul_(y)",     writing.copy_slices,      lambda m, x, y: seen_through(x * 1, y),  lambda x, y: np.concatenate([x[:1] * y, x[1:]]), (((3, 4), (4,)), ((3, 4), ()), ((3, 0), (0,)))),
    Row("x[1] = number",    indexing.put,           lambda m, x: assigned(x * 1, 1, 2.5),    None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Row("x[0, :, index] = y", indexing.put,         lambda m, x, y: assigned(x * 1, (0, slice(None), m.tensor([1, 2]) if m is not np else [1, 2]), y), lambda x, y: written(x, (0, slice(None), slice(1, 3)), y), (((2, 3, 4), (3, 2)), ((2, 3, 4), (2,)))),
    Row("zero_",            writing.zero,           lambda m, x: (x * 1).zero_(),            np.zeros_like,                      ANY),
    Row("fill_ with a tensor", writing.fill_by,     lambda m, x, y: (x * 1).fill_(y),        lambda x, y: np.full_like(x, y),    (((3, 4), ()), ((), ()), ((0, 4), ()))),
    Row("eq_",              writing.compare,        lambda m, x: (x * 1).eq_(x),             np.ones_like,                       ANY),
    Row("exp_",             elementwise.exp,        lambda m, x: (x * 1).exp_(),             np.exp,                             ANY),
    Row("clamp_",           elementwise.clamp,      lambda m, x: (x * 1).clamp_(-1, 1),      lambda x: x.clip(-1, 1),            ANY),
    Row("scatter_add_",     indexing.scatter_add,   lambda m, x, y: (x * 1).scatter_add_(0, m.tensor(AT0[:len(y)]), y), lambda x, y: written(x, in0(y), y, np.add), (((3, 4), (2, 4)), ((3, 4), (0, 4)))),
]
