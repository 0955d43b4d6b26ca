"""Rows of activations."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import math
from typing import Any

import numpy as np

from micrograd_nb.autograd.rules import activation
from tests.autograd.table.elementwise import erf
from tests.autograd.table.row import ONE, Row


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def elu(x: Any, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Any:
    return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x * input_scale, 0)))


def glu(x: Any, axis: int) -> Any:
    a, b = np.split(x, 2, axis)
    return a * sigmoid(b)


def prelu(x: Any, weight: Any) -> Any:
    return np.where(x > 0, x, x * (weight[:, None] if x.ndim == 3 and weight.ndim else weight))


FAR = 0.2, 5.0  # to both sides of all kinks
CHANNELS = ((3, 4), (4,)), ((3, 4), (1,)), ((2, 4, 3), (4,)), ((0, 4), (4,)), ((), ()), ((3, 4), ()), ((5,), (1,))
PAIRS = ((3, 4),), ((0, 4),), ((4,),)

# fmt: off

ACTIVATIONS = [
    Row("relu6",            activation.hardtanh,    lambda m, a: m.nn.functional.relu6(a),                  lambda a: a.clip(0, 6),                         ONE, sizes=(0.2, 9)),
    Row("hardtanh",         activation.hardtanh,    lambda m, a: m.nn.functional.hardtanh(a),               lambda a: a.clip(-1, 1),                        ONE),
    Row("hardtanh, limits", activation.hardtanh,    lambda m, a: m.nn.functional.hardtanh(a, -2, 0.5),      lambda a: a.clip(-2, 0.5),                      ONE, sizes=FAR),
    Row("leaky_relu",       activation.leaky_relu,  lambda m, a: m.nn.functional.leaky_relu(a),             lambda a: np.where(a > 0, a, 0.01 * a),         ONE),
    Row("leaky_relu, 0",    activation.leaky_relu,  lambda m, a: m.nn.functional.leaky_relu(a, 0.0),        lambda a: np.where(a > 0, a, 0),                ONE),
    Row("leaky_relu, 3",    activation.leaky_relu,  lambda m, a: m.nn.functional.leaky_relu(a, 3.0),        lambda a: np.where(a > 0, a, 3 * a),            ONE),
    Row("leaky_relu, -1",   activation.leaky_relu,  lambda m, a: m.nn.functional.leaky_relu(a, -1.0),       np.abs,                                         ONE),
    Row("rrelu",            activation.rrelu,       lambda m, a: m.nn.functional.rrelu(a),                  lambda a: np.where(a > 0, a, a * 11 / 48),      ONE),
    Row("threshold",        activation.threshold,   lambda m, a: m.nn.functional.threshold(a, 0.9, 20),     lambda a: np.where(a > 0.9, a, 20),             ONE),
    Row("hardshrink",       activation.hardshrink,  lambda m, a: m.nn.functional.hardshrink(a),             lambda a: a * (np.abs(a) > 0.5),                ONE),
    Row("softshrink",       activation.softshrink,  lambda m, a: m.nn.functional.softshrink(a),             lambda a: np.sign(a) * np.maximum(np.abs(a) - 0.5, 0), ONE),
    Row("hardsigmoid",      activation.hardsigmoid, lambda m, a: m.nn.functional.hardsigmoid(a),            lambda a: (a / 6 + 0.5).clip(0, 1),             ONE, sizes=FAR),
    Row("hardswish",        activation.hardswish,   lambda m, a: m.nn.functional.hardswish(a),              lambda a: a * (a / 6 + 0.5).clip(0, 1),         ONE, sizes=FAR),
    Row("elu",              activation.elu,         lambda m, a: m.nn.functional.elu(a),                    elu,                                            ONE, sizes=FAR),
    Row("elu, alpha",       activation.elu,         lambda m, a: m.nn.functional.elu(a, 0.5),               lambda a: elu(a, 0.5),                          ONE),
    Row("elu, negative",    activation.elu,         lambda m, a: m.nn.functional.elu(a, -0.5),              lambda a: elu(a, -0.5),                         ONE),
    Row("selu",             activation.elu,         lambda m, a: m.nn.functional.selu(a),                   lambda a: elu(a, 1.6732632423543772, 1.0507009873554805), ONE),
    Row("celu",             activation.celu,        lambda m, a: m.nn.functional.celu(a),                   elu,                                            ONE),
    Row("celu, alpha",      activation.celu,        lambda m, a: m.nn.functional.celu(a, 2.0),              lambda a: elu(a, 2.0, 1.0, 0.5),                ONE),
    Row("silu",             activation.silu,        lambda m, a: m.nn.functional.silu(a),                   lambda a: a * sigmoid(a),                       ONE, sizes=FAR),
    Row("mish",             activation.mish,        lambda m, a: m.nn.functional.mish(a),                   lambda a: a * np.tanh(np.log1p(np.exp(a))),     ONE, sizes=FAR),
    Row("mish, far out",    activation.mish,        lambda m, a: m.nn.functional.mish(a),                   lambda a: a * np.tanh(np.log1p(np.exp(a))),     ONE, sizes=(15, 40)),
    Row("softplus",         activation.softplus,    lambda m, a: m.nn.functional.softplus(a),               lambda a: np.log1p(np.exp(a)),                  ONE, sizes=FAR),
    Row("softplus, beta",   activation.softplus,    lambda m, a: m.nn.functional.softplus(a, 2.5, 2.0),     lambda a: np.where(a * 2.5 > 2, a, np.log1p(np.exp(2.5 * a)) / 2.5), ONE),
    Row("logsigmoid",       activation.logsigmoid,  lambda m, a: m.nn.functional.logsigmoid(a),             lambda a: np.log(sigmoid(a)),                   ONE, sizes=FAR),
    Row("softsign",         activation.softsign,    lambda m, a: m.nn.functional.softsign(a),               lambda a: a / (1 + np.abs(a)),                  ONE),
    Row("gelu",             activation.gelu,        lambda m, a: m.nn.functional.gelu(a),                   lambda a: a * (1 + erf(a / math.sqrt(2))) / 2,  ONE, sizes=FAR),
    Row("gelu, tanh",       activation.gelu_tanh,   lambda m, a: m.nn.functional.gelu(a, approximate="tanh"), lambda a: a * (1 + np.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))) / 2, ONE, sizes=FAR),
]

OF_CHANNELS = [
    Row("prelu",            activation.prelu,       lambda m, a, w: m.nn.functional.prelu(a, w),            prelu,                                          CHANNELS),
    Row("glu",              activation.glu,         lambda m, a: m.nn.functional.glu(a),                    lambda a: glu(a, -1),                           PAIRS),
    Row("glu, dim",         activation.glu,         lambda m, a: m.nn.functional.glu(a, 0),                 lambda a: glu(a, 0),                            (((4, 3),), ((2, 3, 4),), ((0, 3),))),
]
