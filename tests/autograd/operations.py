"""The table of operations: how each one is written, what NumPy says it is, and shapes to try it on.

A row drives every check that an operation has to pass: its value against NumPy and PyTorch, its gradients against
PyTorch and finite differences, for several dtypes, broadcast, empty, 0-d and not contiguous (`test_operations`).
A function that `@operation` marks and that has no row fails the suite. To add an operation, add its row.
"""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd.rules import elementwise, matrix, neural, reduction, shape

Shapes = tuple[tuple[int, ...], ...]
"""One shape for each input of an operation."""


@dataclass(frozen=True)
class Operation:
    """A row of the table.

    rule: the function in `micrograd_nb.autograd.rules` that computes it; None where there is no gradient.
    call: `call(m, *tensors)`, where m is `micrograd_nb` or `torch`: the same words for both.
    numpy: the same from arrays, where `call(numpy, *arrays)` does not say it.
    cases: shapes of the inputs.
    positive: whether the inputs have to be.
    """

    name: str
    rule: Callable[..., Any] | None
    call: Callable[..., Any]
    numpy: Callable[..., Any] | None
    cases: tuple[Shapes, ...]
    positive: bool = False

    def reference(self, *arrays: ndarray) -> ndarray:
        """The value by NumPy."""
        return np.asarray(self.call(np, *arrays) if self.numpy is None else self.numpy(*arrays))

    def samples(self, shapes: Shapes, dtype: str = "float64") -> list[ndarray]:
        """Input arrays, the same at each call: between 0.2 and 2 away from zero, so that no kink is near."""
        rng = np.random.default_rng(0)
        arrays = [rng.uniform(0.2, 2.0, s) * (1 if self.positive else rng.choice([-1.0, 1.0], s)) for s in shapes]
        if dtype == "bool":
            return [np.asarray(a > (1 if self.positive else 0)) for a in arrays]
        return [np.asarray(np.ceil(2 * a) if dtype.startswith("int") else a, dtype) for a in arrays]


def softmax(x: ndarray, dim: int) -> ndarray:
    return np.exp(x) / np.exp(x).sum(dim, keepdims=True)


def cross_entropy(x: ndarray, target: ndarray) -> ndarray:
    each = -np.log(softmax(x, 1))[np.arange(len(x)), target]
    return np.array(each.sum() / len(x) if len(x) else np.nan)


def linear(x: ndarray, weight: ndarray, bias: ndarray | float = 0.0) -> ndarray:
    return x @ weight.T + bias


# fmt: off

ONE  = ((3, 4),), ((),), ((0, 3),)
PAIR = ((3, 4), (3, 4)), ((3, 1), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (1, 4)), ((), (3,)), ((), ()), ((0, 3), (3,)), ((0, 1), (3,))
GRID = ((3, 4),), ((0, 4),)
CUBE = ((2, 3, 4),), ((2, 0, 4),)
ANY  = ((2, 3, 4),), ((4,),), ((),), ((2, 0, 4),)
PLUS = True  # positive inputs

ARITHMETIC = [
    Operation("add",              elementwise.add,        lambda m, a, b: m.add(a, b),             None,                       PAIR),
    Operation("a + b",            elementwise.add,        lambda m, a, b: a + b,                   None,                       PAIR),
    Operation("a + number",       elementwise.add,        lambda m, a: a + 2.5,                    None,                       ONE),
    Operation("number + a",       elementwise.add,        lambda m, a: 2.5 + a,                    None,                       ONE),
    Operation("sub",              elementwise.sub,        lambda m, a, b: m.sub(a, b),             np.subtract,                PAIR),
    Operation("a - b",            elementwise.sub,        lambda m, a, b: a - b,                   None,                       PAIR),
    Operation("a - number",       elementwise.sub,        lambda m, a: a - 2.5,                    None,                       ONE),
    Operation("number - a",       elementwise.rsub,       lambda m, a: 2.5 - a,                    None,                       ONE),
    Operation("mul",              elementwise.mul,        lambda m, a, b: m.mul(a, b),             np.multiply,                PAIR),
    Operation("a * b",            elementwise.mul,        lambda m, a, b: a * b,                   None,                       PAIR),
    Operation("a * number",       elementwise.mul,        lambda m, a: a * 2.5,                    None,                       ONE),
    Operation("number * a",       elementwise.mul,        lambda m, a: 2.5 * a,                    None,                       ONE),
    Operation("div",              elementwise.div,        lambda m, a, b: m.div(a, b),             np.divide,                  PAIR),
    Operation("a / b",            elementwise.div,        lambda m, a, b: a / b,                   None,                       PAIR),
    Operation("a / number",       elementwise.div,        lambda m, a: a / 2.5,                    None,                       ONE),
    Operation("number / a",       elementwise.div,        lambda m, a: 2.5 / a,                    None,                       ONE),
    Operation("neg",              elementwise.neg,        lambda m, a: m.neg(a),                   np.negative,                ONE),
    Operation("-a",               elementwise.neg,        lambda m, a: -a,                         None,                       ONE),
    Operation("pow",              elementwise.pow,        lambda m, a: m.pow(a, 3),                lambda a: a ** 3,           ONE),
    Operation("a ** 2",           elementwise.pow,        lambda m, a: a ** 2,                     None,                       ONE),
    Operation("a ** 1",           elementwise.pow,        lambda m, a: a ** 1,                     None,                       ONE),
    Operation("a ** 0",           elementwise.pow,        lambda m, a: a ** 0,                     None,                       ONE),
    Operation("a ** -1",          elementwise.pow,        lambda m, a: a ** -1,                    None,                       ONE),
    Operation("a ** 0.5",         elementwise.pow,        lambda m, a: a ** 0.5,                   None,                       ONE,  PLUS),
    Operation("a ** b",           elementwise.pow_tensor, lambda m, a, b: a ** b,                  None,                       PAIR, PLUS),
    Operation("number ** a",      elementwise.rpow,       lambda m, a: 2.5 ** a,                   None,                       ONE),
    Operation("abs",              elementwise.abs,        lambda m, a: m.abs(a),                   None,                       ONE),
]

ELEMENTARY = [
    Operation("exp",              elementwise.exp,        lambda m, a: m.exp(a),                   None,                       ONE),
    Operation("log",              elementwise.log,        lambda m, a: m.log(a),                   None,                       ONE,  PLUS),
    Operation("sqrt",             elementwise.sqrt,       lambda m, a: m.sqrt(a),                  None,                       ONE,  PLUS),
    Operation("sin",              elementwise.sin,        lambda m, a: m.sin(a),                   None,                       ONE),
    Operation("cos",              elementwise.cos,        lambda m, a: m.cos(a),                   None,                       ONE),
    Operation("tanh",             elementwise.tanh,       lambda m, a: m.tanh(a),                  None,                       ONE),
    Operation("sigmoid",          elementwise.sigmoid,    lambda m, a: m.sigmoid(a),               lambda a: 1/(1+np.exp(-a)), ONE),
    Operation("relu",             elementwise.relu,       lambda m, a: m.relu(a),                  lambda a: a * (a > 0),      ONE),
]

CHOOSING = [
    Operation("maximum",          elementwise.maximum,    lambda m, a, b: m.maximum(a, b),         None,                       PAIR),
    Operation("max of two",       elementwise.maximum,    lambda m, a, b: m.max(a, b),             np.maximum,                 PAIR),
    Operation("minimum",          elementwise.minimum,    lambda m, a, b: m.minimum(a, b),         None,                       PAIR),
    Operation("min of two",       elementwise.minimum,    lambda m, a, b: m.min(a, b),             np.minimum,                 PAIR),
    Operation("clamp",            elementwise.clamp,      lambda m, a: m.clamp(a, -1, 1),          lambda a: a.clip(-1, 1),    ONE),
    Operation("clamp min",        elementwise.clamp,      lambda m, a: m.clamp(a, min=-0.5),       lambda a: a.clip(-0.5),     ONE),
    Operation("clamp max",        elementwise.clamp,      lambda m, a: m.clamp(a, max=0.5),        lambda a: a.clip(max=0.5),  ONE),
    Operation("where",            elementwise.where,      lambda m, c, a, b: m.where(c > 0, a, b), None,
              (((3, 4),) * 3, ((3, 1), (4,), (1, 4)), ((), (), ()), ((2,), (), (3, 1)), ((0, 1), (), (3,)))),
    Operation("where number",     elementwise.where,      lambda m, a: m.where(a > 0, a, 0.5),     None,                       ONE),
]

COPIES = [
    Operation("to a dtype",       elementwise.to_dtype,   lambda m, a: a.to(m.float32),            np.asarray,                 ONE),
    Operation("clone",            elementwise.clone,      lambda m, a: m.clone(a),                 np.copy,                    ONE),
    Operation("contiguous",       elementwise.clone,      lambda m, a: a.T.contiguous(),           lambda a: a.T,              GRID),
]

PRODUCTS = [
    Operation("mm",               matrix.mm,              lambda m, a, b: m.mm(a, b),              np.matmul, (((2, 3), (3, 4)), ((0, 3), (3, 4)), ((2, 0), (0, 4)))),
    Operation("matrix @ matrix",  matrix.mm,              lambda m, a, b: a @ b,                   None,      (((2, 3), (3, 4)), ((2, 3), (3, 0)))),
    Operation("matrix @ vector",  matrix.mv,              lambda m, a, b: a @ b,                   None,      (((2, 3), (3,)), ((0, 3), (3,)), ((2, 0), (0,)))),
    Operation("vector @ matrix",  matrix.vm,              lambda m, a, b: a @ b,                   None,      (((3,), (3, 4)), ((3,), (3, 0)), ((0,), (0, 4)))),
    Operation("vector @ vector",  matrix.dot,             lambda m, a, b: a @ b,                   None,      (((3,), (3,)), ((0,), (0,)))),
    Operation("batch @ matrix",   matrix.rows_mm,         lambda m, a, b: m.matmul(a, b),          None,      (((5, 2, 3), (3, 4)), ((2, 5, 2, 3), (3, 4)), ((0, 2, 3), (3, 4)), ((5, 2, 0), (0, 4)))),
    Operation("batch @ batch",    matrix.bmm,             lambda m, a, b: m.matmul(a, b),          None,      (((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (6, 3, 4)), ((2, 3), (5, 3, 4)), ((0, 2, 3), (0, 3, 4)))),
    Operation("batch @ vector",   shape.squeeze_dim,      lambda m, a, b: m.matmul(a, b),          None,      (((5, 2, 3), (3,)), ((0, 2, 3), (3,)))),
    Operation("vector @ batch",   shape.squeeze_dim,      lambda m, a, b: m.matmul(a, b),          None,      (((3,), (5, 3, 4)), ((3,), (0, 3, 4)))),
]

NEURAL = [
    Operation("linear",           neural.linear,          lambda m, *xs: m.nn.functional.linear(*xs), linear, (((5, 3), (4, 3), (4,)), ((0, 3), (4, 3), (4,)), ((5, 0), (4, 0), (4,)))),
    Operation("linear, no bias",  neural.linear,          lambda m, *xs: m.nn.functional.linear(*xs), linear, (((5, 3), (4, 3)), ((0, 3), (4, 3)))),
    Operation("linear, vector",   neural.linear,          lambda m, *xs: m.nn.functional.linear(*xs), linear, (((3,), (4, 3), (4,)), ((0,), (4, 0), (4,)))),
    Operation("linear, batches",  neural.linear,          lambda m, *xs: m.nn.functional.linear(*xs), linear, (((2, 5, 3), (4, 3), (4,)), ((2, 0, 3), (4, 3), (4,)))),
    Operation("softmax",          neural.softmax,         lambda m, a: m.softmax(a, -1),           lambda a: softmax(a, -1),                  (*GRID, *CUBE, ((3, 0),))),
    Operation("softmax, dim 0",   neural.softmax,         lambda m, a: m.softmax(a, 0),            lambda a: softmax(a, 0),                   ((*GRID, *CUBE))),
    Operation("log_softmax",      neural.log_softmax,     lambda m, a: m.log_softmax(a, 1),        lambda a: np.log(softmax(a, 1)),           ((*GRID, *CUBE, ((3, 0),)))),
    Operation("cross_entropy",    neural.cross_entropy,   lambda m, a: m.nn.functional.cross_entropy(a, m.arange(len(a))), lambda a: cross_entropy(a, np.arange(len(a))), (((3, 4),), ((0, 4),))),
]

REDUCTIONS = [
    Operation("sum",              reduction.sum,          lambda m, a: m.sum(a),                   None,                               ANY),
    Operation("sum, one dim",     reduction.sum_dim,      lambda m, a: m.sum(a, 1),                None,                               CUBE),
    Operation("sum, last dim",    reduction.sum_dim,      lambda m, a: m.sum(a, dim=-1),           lambda a: a.sum(-1),                ANY),
    Operation("sum, dims",        reduction.sum_dim,      lambda m, a: m.sum(a, (0, 2)),           None,                               CUBE),
    Operation("sum, keepdim",     reduction.sum_dim,      lambda m, a: m.sum(a, 1, keepdim=True),  lambda a: a.sum(1, keepdims=True),  CUBE),
    Operation("sum, empty dim",   reduction.sum_dim,      lambda m, a: m.sum(a, dim=()),           lambda a: a.sum(),                  CUBE),
    Operation("mean",             reduction.mean,         lambda m, a: m.mean(a),                  lambda a: a.mean() if a.size else np.array(np.nan), ANY),
    Operation("mean, one dim",    reduction.mean_dim,     lambda m, a: m.mean(a, 0),               None,                               CUBE),
    Operation("mean, dims",       reduction.mean_dim,     lambda m, a: m.mean(a, (0, -1)),         None,                               CUBE),
    Operation("mean, keepdim",    reduction.mean_dim,     lambda m, a: m.mean(a, 2, True),         lambda a: a.mean(2, keepdims=True), CUBE),
    Operation("max",              reduction.max,          lambda m, a: m.max(a),                   None,                               (((2, 3, 4),), ((4,),), ((),))),
    Operation("min",              reduction.min,          lambda m, a: m.min(a),                   None,                               (((2, 3, 4),), ((4,),), ((),))),
    Operation("max, one dim",     reduction.max_dim,      lambda m, a: m.max(a, 2)[0],             lambda a: a.max(2),                 CUBE),
    Operation("max, keepdim",     reduction.max_dim,      lambda m, a: m.max(a, -1, True)[0],      lambda a: a.max(-1, keepdims=True), CUBE),
    Operation("min, one dim",     reduction.min_dim,      lambda m, a: m.min(a, dim=0)[0],         lambda a: a.min(0),                 CUBE),
]

SHAPE = [
    Operation("reshape",          shape.reshape,          lambda m, a: m.reshape(a, (4, -1)),      None,                               (((2, 3, 4),), ((4,),), ((0, 4),))),
    Operation("view",             shape.view,             lambda m, a: a.view(4, -1),              lambda a: a.reshape(4, -1),         (((2, 3, 4),), ((4,),), ((0, 4),))),
    Operation("flatten",          shape.reshape,          lambda m, a: m.flatten(a),               np.ravel,                           ANY),
    Operation("flatten from 1",   shape.reshape,          lambda m, a: m.flatten(a, 1),            lambda a: a.reshape(len(a), -1),    (((2, 3, 4),), ((2, 0, 4),))),
    Operation("flatten to -2",    shape.reshape,          lambda m, a: a.flatten(end_dim=-2),      lambda a: a.reshape(-1, 4),         CUBE),
    Operation("squeeze",          shape.squeeze,          lambda m, a: m.squeeze(a),               None,                               (((1, 3, 1, 4),), ((1, 1),), ((),), ((1, 0),))),
    Operation("squeeze dim",      shape.squeeze_dim,      lambda m, a: m.squeeze(a, 1),            lambda a: a[:, 0] if a.shape[1] == 1 else a, (((3, 1, 4),), ((3, 4),), ((0, 4),))),
    Operation("squeeze dims",     shape.squeeze_dims,     lambda m, a: m.squeeze(a, (0, -1)),      lambda a: a[0, ..., 0],             (((1, 3, 1, 1),), ((1, 0, 1),))),
    Operation("unsqueeze",        shape.unsqueeze,        lambda m, a: m.unsqueeze(a, 0),          lambda a: a[None],                  ANY),
    Operation("unsqueeze at -1",  shape.unsqueeze,        lambda m, a: a.unsqueeze(-1),            lambda a: a[..., None],             ANY),
    Operation("permute",          shape.permute,          lambda m, a: m.permute(a, (2, 0, 1)),    lambda a: a.transpose(2, 0, 1),     CUBE),
    Operation("permute method",   shape.permute,          lambda m, a: a.permute(1, -1, 0),        lambda a: a.transpose(1, 2, 0),     CUBE),
    Operation("transpose",        shape.transpose,        lambda m, a: m.transpose(a, 0, -1),      lambda a: a.swapaxes(0, -1) if a.ndim else a, ANY),
    Operation("t",                shape.t,                lambda m, a: m.t(a),                     np.transpose,                       GRID),
    Operation("T",                shape.permute,          lambda m, a: a.T,                        None,                               GRID),
    Operation("mT",               shape.transpose,        lambda m, a: a.mT,                       None,                               CUBE),
    Operation("expand",           shape.expand,           lambda m, a: a.expand(2, 3, 4),          lambda a: np.broadcast_to(a, (2, 3, 4)), (((3, 4),), ((2, 1, 4),), ((1,),), ((),))),
    Operation("expand with -1",   shape.expand,           lambda m, a: a.expand(5, -1, 2),         lambda a: np.broadcast_to(a, (5, a.shape[0], 2)), (((3, 1),), ((0, 1),))),
    Operation("cat",              shape.cat,              lambda m, a, b: m.cat([a, b]),           lambda a, b: np.concatenate([a, b]), (((2, 3), (4, 3)), ((2, 3), (0, 3)), ((3,), (0,)))),
    Operation("cat, last dim",    shape.cat,              lambda m, a, b, c: m.cat((a, b, c), dim=-1), lambda *xs: np.concatenate(xs, -1), (((3, 2), (3, 1), (3, 4)), ((3, 0), (3, 0), (3, 0)))),
    Operation("stack",            shape.stack,            lambda m, a, b: m.stack([a, b]),         None,                               (((3, 4),) * 2, ((), ()), ((0, 3),) * 2)),
    Operation("stack, dim 1",     shape.stack,            lambda m, a, b, c: m.stack((a, b, c), 1), None,                              (((3, 4),) * 3, ((3,),) * 3, ((3, 0),) * 3)),
]

INDEXING = [
    Operation("x[0]",             shape.select,           lambda m, x: x[0],                       None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Operation("x[-1]",            shape.select,           lambda m, x: x[-1],                      None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Operation("x[1:]",            shape.view_at,          lambda m, x: x[1:],                      None,                               (((3, 4),), ((3,),), ((0, 4),))),
    Operation("x[:, ::2]",        shape.view_at,          lambda m, x: x[:, ::2],                  None,                               GRID),
    Operation("x[..., 1:3]",      shape.view_at,          lambda m, x: x[..., 1:3],                None,                               CUBE),
    Operation("x[1:, 0]",         shape.view_at,          lambda m, x: x[1:, 0],                   None,                               GRID),
    Operation("x[1, 2]",          shape.view_at,          lambda m, x: x[1, 2],                    None,                               (((3, 4),), ((2, 3, 0),))),
    Operation("x[:, None]",       shape.view_at,          lambda m, x: x[:, None],                 None,                               GRID),
    Operation("x[None]",          shape.unsqueeze,        lambda m, x: x[None],                    None,                               ANY),
    Operation("x[...]",           shape.alias,            lambda m, x: x[...],                     None,                               ANY),
    Operation("x[list]",          shape.take_at,          lambda m, x: x[[0, 2, 2]],               None,                               (((3, 4),), ((3,),), ((3, 0),))),
    Operation("x[index]",         shape.take_at,          lambda m, x: x[m.tensor([[0, 2], [2, -1]])], lambda x: x[np.array([[0, 2], [2, -1]])], (((3, 4),), ((3,),), ((3, 0),))),
    Operation("x[:, index]",      shape.take_at,          lambda m, x: x[:, m.tensor([1, 1, 0])],  lambda x: x[:, [1, 1, 0]],          GRID),
    Operation("x[rows, columns]", shape.take_at,          lambda m, x: x[m.arange(3), m.tensor([3, 0, 3])], lambda x: x[np.arange(3), [3, 0, 3]], (((3, 4),), ((3, 4, 0),))),
    Operation("x[empty index]",   shape.take_at,          lambda m, x: x[m.tensor([], dtype=m.int64)], lambda x: x[:0],                (((3, 4),), ((0, 4),))),
    Operation("x[mask]",          shape.take_at,          lambda m, x: x[x > 0],                   None,                               (((3, 4),), ((),), ((0, 4),))),
    Operation("x[row mask]",      shape.take_at,          lambda m, x: x[m.tensor([True, False, True])], lambda x: x[::2],             (((3, 4),), ((3,),), ((3, 0),))),
]

WITHOUT_GRADIENT = [
    Operation("a == b",           None,                   lambda m, a, b: a == b,                  None,                       PAIR),
    Operation("a != b",           None,                   lambda m, a, b: a != b,                  None,                       PAIR),
    Operation("a < b",            None,                   lambda m, a, b: a < b,                   None,                       PAIR),
    Operation("a <= b",           None,                   lambda m, a, b: a <= b,                  None,                       PAIR),
    Operation("a > b",            None,                   lambda m, a, b: a > b,                   None,                       PAIR),
    Operation("a >= b",           None,                   lambda m, a, b: a >= b,                  None,                       PAIR),
    Operation("eq",               None,                   lambda m, a: m.eq(a, 1),                 lambda a: a == 1,           ONE),
    Operation("ne",               None,                   lambda m, a: m.ne(a, 1),                 lambda a: a != 1,           ONE),
    Operation("lt",               None,                   lambda m, a: m.lt(a, 1),                 lambda a: a < 1,            ONE),
    Operation("le",               None,                   lambda m, a: m.le(a, 1),                 lambda a: a <= 1,           ONE),
    Operation("gt",               None,                   lambda m, a: m.gt(a, 1),                 lambda a: a > 1,            ONE),
    Operation("ge",               None,                   lambda m, a: m.ge(a, 1),                 lambda a: a >= 1,           ONE),
    Operation("masks & |",        None,                   lambda m, a, b: (a > 0) & (b > 0) | (a < b), None,                   PAIR),
    Operation("~mask",            None,                   lambda m, a: ~(a > 0),                   None,                       ONE),
    Operation("isnan",            None,                   lambda m, a: m.isnan(a),                 None,                       ONE),
    Operation("isfinite",         None,                   lambda m, a: m.isfinite(a),              None,                       ONE),
    Operation("all",              None,                   lambda m, a: m.all(a),                   None,                       ANY),
    Operation("any",              None,                   lambda m, a: m.any(a),                   None,                       ANY),
    Operation("all, one dim",     None,                   lambda m, a: m.all(a > 0, 1),            None,                       CUBE),
    Operation("any, keepdim",     None,                   lambda m, a: m.any(a > 0, -1, True),     lambda a: (a > 0).any(-1, keepdims=True), CUBE),
    Operation("argmax",           None,                   lambda m, a: m.argmax(a),                None,                       (((2, 3, 4),), ((4,),), ((),))),
    Operation("argmin",           None,                   lambda m, a: m.argmin(a),                None,                       (((2, 3, 4),), ((4,),), ((),))),
    Operation("argmax, one dim",  None,                   lambda m, a: m.argmax(a, 2),             None,                       CUBE),
    Operation("argmin, keepdim",  None,                   lambda m, a: m.argmin(a, 0, True),       lambda a: a.argmin(0, keepdims=True), CUBE),
    Operation("places of max",    None,                   lambda m, a: m.max(a, -1).indices,       lambda a: a.argmax(-1),     CUBE),
    Operation("places of min",    None,                   lambda m, a: m.min(a, 0, True).indices,  lambda a: a.argmin(0, keepdims=True), CUBE),
]

# fmt: on

DIFFERENTIABLE = [
    *ARITHMETIC, *ELEMENTARY, *CHOOSING, *COPIES, *PRODUCTS, *NEURAL, *REDUCTIONS, *SHAPE, *INDEXING,
]  # fmt: skip
OPERATIONS = [*DIFFERENTIABLE, *WITHOUT_GRADIENT]
