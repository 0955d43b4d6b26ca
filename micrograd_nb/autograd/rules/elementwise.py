"""Arithmetic and elementary functions: what each computes, and beside it its derivative with respect to each input.

    name = operation("PyTorch's name", value, rule of the input, rule of the other)

A rule turns `g`, the gradient of the loss with respect to the value, into the gradient with respect to its input: the
chain rule, with the local derivative written in what the Function `f` saved (see `operation`). Where the derivative is
simplest in terms of the value, it reads `f.output`.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from .. import special
from ..constants import INFINITY, ONE, ZERO
from ..operation import flat, negated, operation, same

pairwise = partial(operation, broadcasts=True)
smooth = partial(operation, floats=True)
explosive = partial(operation, explodes=True)  # may be inf or NaN at a finite input
elementary = partial(operation, floats=True, explodes=True)

# fmt: off

# -- arithmetic --------------------------------------------------------------------------------------------------------

add  = pairwise("AddBackward0",  np.add,      same,                     same)
add_times = pairwise("AddBackward0", lambda input, other, *, alpha: input + alpha * other,
                     same, lambda g, f: g * f.alpha)
sub  = pairwise("SubBackward0",  np.subtract, same,                     negated)
sub_times = pairwise("SubBackward0", lambda input, other, *, alpha: input - alpha * other,
                     same, lambda g, f: g * -f.alpha)
mul  = pairwise("MulBackward0",  np.multiply, lambda g, f: g * f.other, lambda g, f: g * f.input)
div  = pairwise("DivBackward0",  np.divide,   lambda g, f: g / f.other, lambda g, f: -g * f.output / f.other,
                floats=True, explodes=True)
rsub = operation("RsubBackward1", lambda input, other: other - input, negated, None)
neg  = operation("NegBackward0",  np.negative, negated, numbers=True)
abs  = operation("AbsBackward0",  np.absolute, lambda g, f: g * np.sign(f.input))

square     = operation("PowBackward0",  np.square, lambda g, f: g * (2 * f.input))
sqrt       = elementary("SqrtBackward0", np.sqrt,  lambda g, f: g / (2 * f.output))
rsqrt      = elementary("RsqrtBackward0",      lambda input: ONE[input.dtype] / np.sqrt(input),
                        lambda g, f: -0.5 * g * f.output ** 3)
reciprocal = elementary("ReciprocalBackward0", lambda input: ONE[input.dtype] / input,
                        lambda g, f: -g * f.output * f.output)

addcmul = pairwise("AddcmulBackward0", lambda input, tensor1, tensor2, *, value: input + value * (tensor1 * tensor2),
                   same, lambda g, f: g * (f.value * f.tensor2), lambda g, f: g * (f.value * f.tensor1))
addcdiv = pairwise("AddcdivBackward0", lambda input, tensor1, tensor2, *, value: input + value * (tensor1 / tensor2),
                   same, lambda g, f: g * (f.value / f.tensor2),
                         lambda g, f: -g * (f.value * f.tensor1 / (f.tensor2 * f.tensor2)), explodes=True)
def _between(input: Any, end: Any, weight: Any) -> Any:
    """On the way from one to the other, starting at the nearer of the two, so that both ends are exact."""
    return np.where(np.abs(weight) < 0.5, input + weight * (end - input), end - (end - input) * (1 - weight))

lerp    = pairwise("LerpBackward1",    lambda input, end, weight: _between(input, end, weight),
                   lambda g, f: g * (1 - f.weight), lambda g, f: g * f.weight, lambda g, f: g * (f.end - f.input))
lerp_by = pairwise("LerpBackward0",    lambda input, end, *, weight: _between(input, end, weight),
                   lambda g, f: g * (1 - f.weight), lambda g, f: g * f.weight)

# -- powers ------------------------------------------------------------------------------------------------------------
# Where an exponent is 0, the power is 1 and its slope in the base is 0, also at a base that is not finite.

def _slope_of_power(g: Any, f: Any) -> Any:
    return g * 0 if f.exponent == 0 else g * (f.exponent * f.input ** (f.exponent - 1))

def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan

pow        = operation("PowBackward0", lambda input, exponent: input ** exponent, _slope_of_power, None, explodes=True)
pow_tensor = pairwise("PowBackward1",  lambda input, other: input ** other,
    lambda g, f: g * np.where(f.other == 0, 0, f.other * f.input ** (f.other - 1)),
    lambda g, f: g * np.where((f.input == 0) & (f.other >= 0), 0, f.output * np.log(f.input)), explodes=True)
rpow       = operation("PowBackward2", lambda input, base: base ** input,
    lambda g, f: g * np.where((f.base == 0) & (f.input >= 0), 0, f.output * _log(f.base)), None, explodes=True)

# -- exponentials and logarithms ---------------------------------------------------------------------------------------

LN2, LN10 = math.log(2), math.log(10)

exp     = elementary("ExpBackward0",     np.exp,   lambda g, f: g * f.output)
exp2    = elementary("Exp2Backward0",    np.exp2,  lambda g, f: g * f.output * LN2)
expm1   = elementary("Expm1Backward0",   np.expm1, lambda g, f: g * (f.output + 1))
log     = elementary("LogBackward0",     np.log,   lambda g, f: g / f.input)
log2    = elementary("Log2Backward0",    np.log2,  lambda g, f: g / (f.input * LN2))
log10   = elementary("Log10Backward0",   np.log10, lambda g, f: g / (f.input * LN10))
log1p   = elementary("Log1PBackward0",   np.log1p, lambda g, f: g / (f.input + 1))
sigmoid = elementary("SigmoidBackward0", lambda input: ONE[input.dtype] / (ONE[input.dtype] + np.exp(-input)),
                                                   lambda g, f: g * (f.output * (ONE[g.dtype] - f.output)))

logaddexp  = pairwise("LogaddexpBackward0", np.logaddexp,
                      lambda g, f: g * sigmoid(f.input - f.other),
                      lambda g, f: g * sigmoid(f.other - f.input), explodes=True)
logaddexp2 = pairwise("Logaddexp2Backward0", np.logaddexp2,
                      lambda g, f: g / (1 + np.exp2(f.other - f.input)),
                      lambda g, f: g / (1 + np.exp2(f.input - f.other)), explodes=True)
xlogy      = pairwise("XlogyBackward0",
                      lambda input, other: np.where((input == 0) & ~np.isnan(other), 0, input * np.log(other)),
                      lambda g, f: g * np.where((f.input == 0) & (f.other <= 0), 0, np.log(f.other)),
                      lambda g, f: g * f.input / f.other, floats=True, explodes=True)

SLOPE_OF_ERF = special.SLOPE_AT_0

erf    = elementary("ErfBackward0",    special.erf,    lambda g, f: g * SLOPE_OF_ERF * np.exp(-f.input * f.input))
erfc   = smooth("ErfcBackward0",       special.erfc,   lambda g, f: -g * SLOPE_OF_ERF * np.exp(-f.input * f.input))
erfinv = elementary("ErfinvBackward0", special.erfinv, lambda g, f: g / SLOPE_OF_ERF * np.exp(f.output * f.output))

def _logit(input: Any, *, eps: Any) -> Any:
    x = input if eps is None else np.clip(input, eps, 1 - eps)
    return np.log(x / (1 - x))

def _slope_of_logit(g: Any, f: Any) -> Any:
    low, outside = (0, np.nan) if f.eps is None else (f.eps, 0)
    return np.where((f.input >= low) & (f.input <= 1 - low), g / (f.input * (1 - f.input)), outside)

logit  = operation("LogitBackward0", _logit, _slope_of_logit, explodes=True)

# -- trigonometry ------------------------------------------------------------------------------------------------------

sin   = smooth("SinBackward0",       np.sin,     lambda g, f: g * np.cos(f.input))
cos   = smooth("CosBackward0",       np.cos,     lambda g, f: -g * np.sin(f.input))
tan   = elementary("TanBackward0",   np.tan,     lambda g, f: g * (1 + f.output * f.output))
asin  = elementary("AsinBackward0",  np.arcsin,  lambda g, f: g / np.sqrt(1 - f.input * f.input))
acos  = elementary("AcosBackward0",  np.arccos,  lambda g, f: -g / np.sqrt(1 - f.input * f.input))
atan  = smooth("AtanBackward0",      np.arctan,  lambda g, f: g / (1 + f.input * f.input))
sinh  = elementary("SinhBackward0",  np.sinh,    lambda g, f: g * np.cosh(f.input))
cosh  = elementary("CoshBackward0",  np.cosh,    lambda g, f: g * np.sinh(f.input))
tanh  = smooth("TanhBackward0",      np.tanh,    lambda g, f: g * (ONE[g.dtype] - f.output * f.output))
asinh = smooth("AsinhBackward0",     np.arcsinh, lambda g, f: g / np.sqrt(1 + f.input * f.input))
acosh = elementary("AcoshBackward0", np.arccosh, lambda g, f: g / np.sqrt(f.input * f.input - 1))
atanh = elementary("AtanhBackward0", np.arctanh, lambda g, f: g / (1 - f.input * f.input))
atan2 = pairwise("Atan2Backward0",   np.arctan2, lambda g, f: g * (f.other / (f.input * f.input + f.other * f.other)),
                                                 lambda g, f: g * (-f.input / (f.input * f.input + f.other * f.other)),
                 floats=True)
hypot = pairwise("HypotBackward0",   np.hypot,   lambda g, f: g * (f.input / f.output),
                                                 lambda g, f: g * (f.other / f.output))
deg2rad = smooth("Deg2RadBackward0", lambda input: input * (math.pi / 180), lambda g, f: g * (math.pi / 180))
rad2deg = smooth("Rad2DegBackward0", lambda input: input * (180 / math.pi), lambda g, f: g * (180 / math.pi))
sinc  = smooth("SincBackward0",      np.sinc,
               lambda g, f: g * np.where(f.input == 0, 0, (np.cos(math.pi * f.input) - f.output) / f.input))

# -- rounding, remainders, signs ---------------------------------------------------------------------------------------

def _sign(input: Any) -> Any:
    """−1, 0 or 1; 0 of NaN."""
    if input.dtype.kind != "f":
        return input.copy() if input.dtype == np.bool_ else np.sign(input)
    return np.where(input != input, 0, np.sign(input))

def _towards_zero(input: Any, other: Any) -> Any:
    if np.result_type(input, other).kind == "f":
        return np.trunc(input / other)
    quotient = np.floor_divide(input, other)
    return quotient + ((np.remainder(input, other) != 0) & (quotient < 0))

floor    = operation("FloorBackward0", np.floor, flat)
ceil     = operation("CeilBackward0",  np.ceil,  flat)
trunc    = operation("TruncBackward0", np.trunc, flat)
frac     = operation("FracBackward0",  lambda input: input - np.trunc(input), same)
round    = operation("RoundBackward0", lambda input: np.rint(input) if input.dtype.kind == "f" else +input, flat)
round_to = operation("RoundBackward1", lambda input, *, decimals: np.round(input, decimals), flat)
sign     = operation("SignBackward0",  _sign,    flat)

div_floor = pairwise("DivBackward2", np.floor_divide, flat, flat, saves=True, explodes=True)
div_trunc = pairwise("DivBackward2", _towards_zero,   flat, flat, saves=True, explodes=True)
fmod      = pairwise("FmodBackward1",      np.fmod,        same, lambda g, f: -g * np.trunc(f.input / f.other),
                     explodes=True)
remainder = pairwise("RemainderBackward1", np.remainder,   same, lambda g, f: -g * np.floor(f.input / f.other),
                     explodes=True)
fmod_by      = explosive("FmodBackward0",      lambda input, other: np.fmod(input, other),      same, None)
remainder_by = explosive("RemainderBackward0", lambda input, other: np.remainder(input, other), same, None)
copysign  = pairwise("CopysignBackward0",  np.copysign,
                     lambda g, f: g * (np.sign(f.input) * np.copysign(1, f.other)), flat, floats=True)

# -- choosing ----------------------------------------------------------------------------------------------------------
# A tie shares the gradient.


MANY = 2048

def _relu(input: Any) -> Any:
    """max(x, 0). `clip` takes longer to start than `maximum` with a number, and then runs four times as fast."""
    if input.size < MANY or input.dtype.kind != "f":
        return np.maximum(input, ZERO[input.dtype])
    return input.clip(ZERO[input.dtype], INFINITY[input.dtype])

relu    = operation("ReluBackward0", _relu, lambda g, f: g * (f.output != ZERO[g.dtype]).astype(g.dtype), numbers=True)
maximum = pairwise("MaximumBackward0", np.maximum, lambda g, f: g * _share(f.input == f.other, ~(f.input < f.other), g),
                                                   lambda g, f: g * _share(f.input == f.other, ~(f.input > f.other), g))
minimum = pairwise("MinimumBackward0", np.minimum, lambda g, f: g * _share(f.input == f.other, ~(f.input > f.other), g),
                                                   lambda g, f: g * _share(f.input == f.other, ~(f.input < f.other), g))
fmax    = pairwise("FmaxBackward0",    np.fmax,    lambda g, f: g * ((f.input >= f.other) | np.isnan(f.other)),
                                                   lambda g, f: g * ~((f.input >= f.other) | np.isnan(f.other)))
fmin    = pairwise("FminBackward0",    np.fmin,    lambda g, f: g * ((f.input <= f.other) | np.isnan(f.other)),
                                                   lambda g, f: g * ~((f.input <= f.other) | np.isnan(f.other)))
clamp_tensors = pairwise("ClampBackward0", lambda input, min, max: np.minimum(np.maximum(input, min), max),
                         lambda g, f: g * ((f.input >= f.min) & (f.input <= f.max)),
                         lambda g, f: g * ((f.input < f.min) & (f.min < f.max)),
                         lambda g, f: g * ((f.input > f.max) | (f.max < f.min)))
clamp_min = pairwise("ClampBackward0", np.maximum, lambda g, f: g * (f.input >= f.other),
                                                   lambda g, f: g * (f.input < f.other))
clamp_max = pairwise("ClampBackward0", np.minimum, lambda g, f: g * (f.input <= f.other),
                                                   lambda g, f: g * (f.input > f.other))
clamp   = operation("ClampBackward1",  lambda input, *, min, max: np.clip(input, min, max),
                    lambda g, f: g * (f.output == f.input))
where   = pairwise("WhereBackward0",   lambda condition, input, other: np.where(condition, input, other),
                   None, lambda g, f: g * f.condition, lambda g, f: g * ~f.condition)

masked_fill = pairwise("MaskedFillBackward0",
                       lambda input, mask, *, value: np.where(mask, input.dtype.type(value), input),
                       lambda g, f: g * ~f.mask, None)
nan_to_num  = operation("NanToNumBackward0",
                        lambda input, *, nan, posinf, neginf: np.nan_to_num(input, True, nan, posinf, neginf),
                        lambda g, f: g * np.isfinite(f.input))

def _share(tie: Any, chosen: Any, g: Any) -> Any:
    return np.where(tie, 0.5, chosen).astype(g.dtype)

# -- dtypes and copies -------------------------------------------------------------------------------------------------

to_dtype = operation("ToCopyBackward0", lambda input, *, dtype: input.astype(dtype),
                                        lambda g, f: g.astype(f.input_dtype))
clone    = operation("CloneBackward0",  lambda input: input.copy("K"), same)
