"""Rows of arithmetic, elementary functions, choices and comparisons."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import math
from typing import Any

import numpy as np

from micrograd_nb.autograd.rules import elementwise
from tests.autograd.table.row import ONE, PAIR, TRIPLE, Row

erf, erfc = np.vectorize(math.erf, otypes=[float]), np.vectorize(math.erfc, otypes=[float])


def inverse_of_erf(y: Any) -> Any:
    """By bisection."""
    low, high = np.full(np.shape(y), -6.0), np.full(np.shape(y), 6.0)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = np.where(erf(middle) < y, middle, low), np.where(erf(middle) < y, high, middle)
    return low


def _int(m: Any, x: Any) -> Any:
    return x.astype(np.int64) if m is np else x.to(m.int64)


PLUS = True  # positive inputs
FIRST_LARGER = (
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3, 4), (3, 1)),
    ((), ()),
    ((0, 3), (3,)),
)  # PyTorch's clamp stretches only the limits
FIRST_LARGEST = ((3, 4),) * 3, ((3, 4), (3, 1), (4,)), ((), (), ()), ((0, 3), (3,), ())

# fmt: off

ARITHMETIC = [
    Row("add",              elementwise.add,        lambda m, a, b: m.add(a, b),             None,                       PAIR),
    Row("a + b",            elementwise.add,        lambda m, a, b: a + b,                   None,                       PAIR),
    Row("a + number",       elementwise.add,        lambda m, a: a + 2.5,                    None,                       ONE),
    Row("number + a",       elementwise.add,        lambda m, a: 2.5 + a,                    None,                       ONE),
    Row("sub",              elementwise.sub,        lambda m, a, b: m.sub(a, b),             np.subtract,                PAIR),
    Row("a - b",            elementwise.sub,        lambda m, a, b: a - b,                   None,                       PAIR),
    Row("a - number",       elementwise.sub,        lambda m, a: a - 2.5,                    None,                       ONE),
    Row("number - a",       elementwise.rsub,       lambda m, a: 2.5 - a,                    None,                       ONE),
    Row("mul",              elementwise.mul,        lambda m, a, b: m.mul(a, b),             np.multiply,                PAIR),
    Row("a * b",            elementwise.mul,        lambda m, a, b: a * b,                   None,                       PAIR),
    Row("a * number",       elementwise.mul,        lambda m, a: a * 2.5,                    None,                       ONE),
    Row("number * a",       elementwise.mul,        lambda m, a: 2.5 * a,                    None,                       ONE),
    Row("div",              elementwise.div,        lambda m, a, b: m.div(a, b),             np.divide,                  PAIR),
    Row("a / b",            elementwise.div,        lambda m, a, b: a / b,                   None,                       PAIR),
    Row("a / number",       elementwise.div,        lambda m, a: a / 2.5,                    None,                       ONE),
    Row("number / a",       elementwise.div,        lambda m, a: 2.5 / a,                    None,                       ONE),
    Row("neg",              elementwise.neg,        lambda m, a: m.neg(a),                   np.negative,                ONE),
    Row("-a",               elementwise.neg,        lambda m, a: -a,                         None,                       ONE),
    Row("pow",              elementwise.pow,        lambda m, a: m.pow(a, 3),                lambda a: a ** 3,           ONE),
    Row("a ** 2",           elementwise.pow,        lambda m, a: a ** 2,                     None,                       ONE),
    Row("a ** 1",           elementwise.pow,        lambda m, a: a ** 1,                     None,                       ONE),
    Row("a ** 0",           elementwise.pow,        lambda m, a: a ** 0,                     None,                       ONE),
    Row("a ** -1",          elementwise.pow,        lambda m, a: a ** -1,                    None,                       ONE),
    Row("a ** 0.5",         elementwise.pow,        lambda m, a: a ** 0.5,                   None,                       ONE,  PLUS),
    Row("a ** b",           elementwise.pow_tensor, lambda m, a, b: a ** b,                  None,                       PAIR, PLUS),
    Row("number ** a",      elementwise.rpow,       lambda m, a: 2.5 ** a,                   None,                       ONE),
    Row("abs",              elementwise.abs,        lambda m, a: m.abs(a),                   None,                       ONE),
    Row("add, alpha",       elementwise.add_times,       lambda m, a, b: m.add(a, b, alpha=2.5),  lambda a, b: a + 2.5 * b,   PAIR),
    Row("sub, alpha",       elementwise.sub_times,       lambda m, a, b: a.sub(b, alpha=2.5),     lambda a, b: a - 2.5 * b,   PAIR),
    Row("multiply",         elementwise.mul,        lambda m, a, b: m.multiply(a, b),        None,                       PAIR),
    Row("true_divide",      elementwise.div,        lambda m, a, b: m.true_divide(a, b),     None,                       PAIR),
    Row("pow of number",    elementwise.rpow,       lambda m, a: m.pow(2.5, a),              lambda a: 2.5 ** a,         ONE),
    Row("reciprocal",       elementwise.reciprocal, lambda m, a: m.reciprocal(a),            lambda a: 1 / a,            ONE),
    Row("square",           elementwise.square,     lambda m, a: m.square(a),                None,                       ONE),
    Row("hypot",            elementwise.hypot,      lambda m, a, b: m.hypot(a, b),           None,                       PAIR),
    Row("addcmul",          elementwise.addcmul,    lambda m, a, b, c: m.addcmul(a, b, c, value=2), lambda a, b, c: a + 2 * b * c, TRIPLE),
    Row("addcdiv",          elementwise.addcdiv,    lambda m, a, b, c: m.addcdiv(a, b, c, value=2), lambda a, b, c: a + 2 * b / c, TRIPLE),
    Row("lerp",             elementwise.lerp,       lambda m, a, b, w: m.lerp(a, b, w),      lambda a, b, w: a + w * (b - a), TRIPLE),
    Row("lerp by a number", elementwise.lerp_by,    lambda m, a, b: m.lerp(a, b, 0.25),      lambda a, b: a + 0.25 * (b - a), PAIR),
]

ELEMENTARY = [
    Row("exp",              elementwise.exp,        lambda m, a: m.exp(a),                   None,                       ONE),
    Row("log",              elementwise.log,        lambda m, a: m.log(a),                   None,                       ONE,  PLUS),
    Row("sqrt",             elementwise.sqrt,       lambda m, a: m.sqrt(a),                  None,                       ONE,  PLUS),
    Row("sin",              elementwise.sin,        lambda m, a: m.sin(a),                   None,                       ONE),
    Row("cos",              elementwise.cos,        lambda m, a: m.cos(a),                   None,                       ONE),
    Row("tanh",             elementwise.tanh,       lambda m, a: m.tanh(a),                  None,                       ONE),
    Row("sigmoid",          elementwise.sigmoid,    lambda m, a: m.sigmoid(a),               lambda a: 1/(1+np.exp(-a)), ONE),
    Row("relu",             elementwise.relu,       lambda m, a: m.relu(a),                  lambda a: a * (a > 0),      ONE),
    Row("exp2",             elementwise.exp2,       lambda m, a: m.exp2(a),                  None,                       ONE),
    Row("expm1",            elementwise.expm1,      lambda m, a: m.expm1(a),                 None,                       ONE),
    Row("log2",             elementwise.log2,       lambda m, a: m.log2(a),                  None,                       ONE,  PLUS),
    Row("log10",            elementwise.log10,      lambda m, a: m.log10(a),                 None,                       ONE,  PLUS),
    Row("log1p",            elementwise.log1p,      lambda m, a: m.log1p(a),                 None,                       ONE,  PLUS),
    Row("rsqrt",            elementwise.rsqrt,      lambda m, a: m.rsqrt(a),                 lambda a: 1 / np.sqrt(a),   ONE,  PLUS),
    Row("logaddexp",        elementwise.logaddexp,  lambda m, a, b: m.logaddexp(a, b),       None,                       PAIR),
    Row("logaddexp2",       elementwise.logaddexp2, lambda m, a, b: m.logaddexp2(a, b),      None,                       PAIR),
    Row("xlogy",            elementwise.xlogy,      lambda m, a, b: m.xlogy(a, b),           lambda a, b: a * np.log(b), PAIR, PLUS),
    Row("erf",              elementwise.erf,        lambda m, a: m.erf(a),                   erf,                        ONE),
    Row("erf, far out",     elementwise.erf,        lambda m, a: m.erf(a),                   erf,                        ONE,  sizes=(1, 6)),
    Row("erfc",             elementwise.erfc,       lambda m, a: m.erfc(a),                  erfc,                       ONE,  sizes=(0.2, 5)),
    Row("erfinv",           elementwise.erfinv,     lambda m, a: m.erfinv(a),                inverse_of_erf,             ONE,  sizes=(0.1, 0.99)),
    Row("logit",            elementwise.logit,      lambda m, a: m.logit(a),                 lambda a: np.log(a / (1 - a)), ONE, PLUS, sizes=(0.1, 0.9)),
    Row("logit, eps",       elementwise.logit,      lambda m, a: m.logit(a, eps=0.3),        lambda a: np.log(a.clip(0.3, 0.7) / (1 - a.clip(0.3, 0.7))), ONE, PLUS, sizes=(0.1, 0.9)),
    Row("tan",              elementwise.tan,        lambda m, a: m.tan(a),                   None,                       ONE,  sizes=(0.1, 1.4)),
    Row("asin",             elementwise.asin,       lambda m, a: m.asin(a),                  np.arcsin,                  ONE,  sizes=(0.1, 0.9)),
    Row("acos",             elementwise.acos,       lambda m, a: m.acos(a),                  np.arccos,                  ONE,  sizes=(0.1, 0.9)),
    Row("atan",             elementwise.atan,       lambda m, a: m.atan(a),                  np.arctan,                  ONE),
    Row("sinh",             elementwise.sinh,       lambda m, a: m.sinh(a),                  None,                       ONE),
    Row("cosh",             elementwise.cosh,       lambda m, a: m.cosh(a),                  None,                       ONE),
    Row("asinh",            elementwise.asinh,      lambda m, a: m.asinh(a),                 np.arcsinh,                 ONE),
    Row("acosh",            elementwise.acosh,      lambda m, a: m.acosh(a),                 np.arccosh,                 ONE,  PLUS, sizes=(1.2, 3.0)),
    Row("atanh",            elementwise.atanh,      lambda m, a: m.atanh(a),                 np.arctanh,                 ONE,  sizes=(0.1, 0.9)),
    Row("atan2",            elementwise.atan2,      lambda m, a, b: m.atan2(a, b),           np.arctan2,                 PAIR),
    Row("sinc",             elementwise.sinc,       lambda m, a: m.sinc(a),                  None,                       ONE),
    Row("deg2rad",          elementwise.deg2rad,       lambda m, a: m.deg2rad(a),               None,                       ONE),
    Row("rad2deg",          elementwise.rad2deg,       lambda m, a: m.rad2deg(a),               None,                       ONE),
    Row("frac",             elementwise.frac,       lambda m, a: m.frac(a),                  lambda a: a - np.trunc(a),  ONE),
    Row("floor",            elementwise.floor,      lambda m, a: m.floor(a),                 None,                       ONE),
    Row("ceil",             elementwise.ceil,       lambda m, a: m.ceil(a),                  None,                       ONE),
    Row("trunc",            elementwise.trunc,      lambda m, a: m.trunc(a),                 None,                       ONE),
    Row("round",            elementwise.round,      lambda m, a: m.round(a),                 None,                       ONE),
    Row("round, decimals",  elementwise.round_to,   lambda m, a: m.round(a, decimals=2),     None,                       ONE),
    Row("sign",             elementwise.sign,       lambda m, a: m.sign(a),                  None,                       ONE),
    Row("copysign",         elementwise.copysign,   lambda m, a, b: m.copysign(a, b),        None,                       PAIR),
    Row("fmod",             elementwise.fmod,       lambda m, a, b: m.fmod(a, b),            None,                       PAIR),
    Row("remainder",        elementwise.remainder,  lambda m, a, b: m.remainder(a, b),       None,                       PAIR),
    Row("a % b",            elementwise.remainder,  lambda m, a, b: a % b,                   None,                       PAIR),
    Row("fmod by a number", elementwise.fmod_by,    lambda m, a: m.fmod(a, 0.75),            None,                       ONE),
    Row("a % number",       elementwise.remainder_by, lambda m, a: a % 0.75,                   None,                       ONE),
    Row("div, floor",       elementwise.div_floor,  lambda m, a, b: m.div(a, b, rounding_mode="floor"), np.floor_divide,  PAIR),
    Row("div, trunc",       elementwise.div_trunc,  lambda m, a, b: m.div(a, b, rounding_mode="trunc"), lambda a, b: np.trunc(a / b), PAIR),
]

CHOOSING = [
    Row("maximum",          elementwise.maximum,    lambda m, a, b: m.maximum(a, b),         None,                       PAIR),
    Row("max of two",       elementwise.maximum,    lambda m, a, b: m.max(a, b),             np.maximum,                 PAIR),
    Row("minimum",          elementwise.minimum,    lambda m, a, b: m.minimum(a, b),         None,                       PAIR),
    Row("min of two",       elementwise.minimum,    lambda m, a, b: m.min(a, b),             np.minimum,                 PAIR),
    Row("clamp",            elementwise.clamp,      lambda m, a: m.clamp(a, -1, 1),          lambda a: a.clip(-1, 1),    ONE),
    Row("clamp min",        elementwise.clamp,      lambda m, a: m.clamp(a, min=-0.5),       lambda a: a.clip(-0.5),     ONE),
    Row("clamp max",        elementwise.clamp,      lambda m, a: m.clamp(a, max=0.5),        lambda a: a.clip(max=0.5),  ONE),
    Row("where",            elementwise.where,      lambda m, c, a, b: m.where(c > 0, a, b), None,                      TRIPLE),
    Row("where number",     elementwise.where,      lambda m, a: m.where(a > 0, a, 0.5),     None,                       ONE),
    Row("fmax",             elementwise.fmax,       lambda m, a, b: m.fmax(a, b),            None,                       PAIR),
    Row("fmin",             elementwise.fmin,       lambda m, a, b: m.fmin(a, b),            None,                       PAIR),
    Row("clamp, tensors",   elementwise.clamp_tensors, lambda m, a, b, c: m.clamp(a, b, c),  lambda a, b, c: np.minimum(np.maximum(a, b), c), FIRST_LARGEST),
    Row("clamp, min tensor", elementwise.clamp_min, lambda m, a, b: m.clamp(a, min=b),       np.maximum,                 FIRST_LARGER),
    Row("clamp, max tensor", elementwise.clamp_max, lambda m, a, b: m.clamp(a, max=b),       np.minimum,                 FIRST_LARGER),
    Row("clip",             elementwise.clamp,      lambda m, a: m.clip(a, -1, 1),           None,                       ONE),
    Row("masked_fill",      elementwise.masked_fill, lambda m, a, b: m.masked_fill(a, b > 0, 2.5), lambda a, b: np.where(b > 0, 2.5, a), PAIR),
    Row("masked_fill, 0-d", elementwise.where,      lambda m, a: a.masked_fill(a > 0, m.tensor(2.5)), lambda a: np.where(a > 0, 2.5, a), ONE),
    Row("x.where",          elementwise.where,      lambda m, a: a.where(a > 0, 0.5),        lambda a: np.where(a > 0, a, 0.5), ONE),
    Row("nan_to_num",       elementwise.nan_to_num, lambda m, a: m.nan_to_num(a),            None,                       ONE),
]

COPIES = [
    Row("to a dtype",       elementwise.to_dtype,   lambda m, a: a.to(m.float32),            np.asarray,                 ONE),
    Row("clone",            elementwise.clone,      lambda m, a: m.clone(a),                 np.copy,                    ONE),
]

WITHOUT_GRADIENT = [
    Row("a == b",           None,                   lambda m, a, b: a == b,                  None,                       PAIR),
    Row("a != b",           None,                   lambda m, a, b: a != b,                  None,                       PAIR),
    Row("a < b",            None,                   lambda m, a, b: a < b,                   None,                       PAIR),
    Row("a <= b",           None,                   lambda m, a, b: a <= b,                  None,                       PAIR),
    Row("a > b",            None,                   lambda m, a, b: a > b,                   None,                       PAIR),
    Row("a >= b",           None,                   lambda m, a, b: a >= b,                  None,                       PAIR),
    Row("eq",               None,                   lambda m, a: m.eq(a, 1),                 lambda a: a == 1,           ONE),
    Row("ne",               None,                   lambda m, a: m.ne(a, 1),                 lambda a: a != 1,           ONE),
    Row("lt",               None,                   lambda m, a: m.lt(a, 1),                 lambda a: a < 1,            ONE),
    Row("le",               None,                   lambda m, a: m.le(a, 1),                 lambda a: a <= 1,           ONE),
    Row("gt",               None,                   lambda m, a: m.gt(a, 1),                 lambda a: a > 1,            ONE),
    Row("ge",               None,                   lambda m, a: m.ge(a, 1),                 lambda a: a >= 1,           ONE),
    Row("masks & |",        None,                   lambda m, a, b: (a > 0) & (b > 0) | (a < b), None,                   PAIR),
    Row("~mask",            None,                   lambda m, a: ~(a > 0),                   None,                       ONE),
    Row("isnan",            None,                   lambda m, a: m.isnan(a),                 None,                       ONE),
    Row("isfinite",         None,                   lambda m, a: m.isfinite(a),              None,                       ONE),
    Row("a // b",           None,                   lambda m, a, b: a // b,                  None,                       PAIR),
    Row("number // a",      None,                   lambda m, a: 5.0 // a,                   None,                       ONE),
    Row("number % a",       None,                   lambda m, a: 5.0 % a,                    None,                       ONE),
    Row("isinf",            None,                   lambda m, a: m.isinf(a),                 None,                       ONE),
    Row("isposinf",         None,                   lambda m, a: m.isposinf(a),              None,                       ONE),
    Row("isneginf",         None,                   lambda m, a: m.isneginf(a),              None,                       ONE),
    Row("signbit",          None,                   lambda m, a: m.signbit(a),               None,                       ONE),
    Row("isclose",          None,                   lambda m, a, b: m.isclose(a, b, rtol=0.5), None,                     PAIR),
    Row("logical_and",      None,                   lambda m, a, b: m.logical_and(a > 0, b), None,                       PAIR),
    Row("logical_or",       None,                   lambda m, a, b: m.logical_or(a > 0, b > 1), None,                    PAIR),
    Row("logical_xor",      None,                   lambda m, a, b: m.logical_xor(a > 0, b > 0), None,                   PAIR),
    Row("logical_not",      None,                   lambda m, a: m.logical_not(a),           None,                       ONE),
    Row("a ^ b",            None,                   lambda m, a, b: (a > 0) ^ (b > 0),       None,                       PAIR),
    Row("bits",             None,                   lambda m, a, b: m.bitwise_and(_int(m, a), _int(m, b)) + m.bitwise_or(_int(m, a), 1) + m.bitwise_xor(_int(m, a), _int(m, b)) + m.bitwise_not(_int(m, a)), None, PAIR),
    Row("shifts",           None,                   lambda m, a, b: (_int(m, a) << 2) + (_int(m, b) >> 1), None,         PAIR),
]
