"""Activations: the nonlinear functions between layers, and beside each its derivative.

Those that take many steps are fused: one node, and two or three arrays where small operations would make ten. They
compute in place what they can, for of a large array every new copy costs more than the arithmetic on it, and keep for
the backward pass what is dear to compute again. What they are fused of, their `definition` says in small operations;
the gradient of a gradient is computed from that.

NumPy chooses between two numbers element by element (`where`) at a tenth of the speed at which it adds them, so
wherever a minimum, a maximum or a product with a mask says the same, it stands here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import special
from ..constants import INFINITY, ONE, ZERO, Constants
from ..operation import operation
from .elementwise import erf, explosive, sigmoid

# fmt: off

# -- of straight lines -------------------------------------------------------------------------------------------------

def _positive(x: Any) -> Any:
    return x.clip(ZERO[x.dtype], INFINITY[x.dtype])

def _negative(x: Any) -> Any:
    return x.clip(-INFINITY[x.dtype], ZERO[x.dtype])

def _one_or(slope: float, where: Any, dtype: Any) -> Any:
    """1 where the condition holds, and `slope` elsewhere."""
    if 0 <= slope <= 1:
        return where.astype(dtype).clip(slope, 1)
    if slope > 1:
        return ((~where).astype(dtype) * dtype.type(slope)).clip(1, slope)
    return np.where(where, 1, dtype.type(slope))

def _leaky_relu(input: Any, *, negative_slope: float) -> Any:
    if 0 < negative_slope <= 1:  # the larger of the two lines is the right one
        y = np.multiply(input, negative_slope, np.empty_like(input))
        return np.maximum(input, y, out=y)
    return np.where(input > 0, input, input * negative_slope)

def _hardshrink(input: Any, *, lambd: float) -> Any:
    return input * (np.abs(input) > lambd).astype(input.dtype) + ZERO[input.dtype]  # which makes 0 of −0

def _slope_of_hardswish(f: Any) -> Any:
    """0; between −3 and 3, x/3 + 1/2; then 1."""
    x = f.input.clip(-3, 3)
    return (x + x * (np.abs(x) < 3).astype(x.dtype) + 3) / 6

hardtanh    = operation("HardtanhBackward0", lambda input, *, min_val, max_val: input.clip(min_val, max_val),
                        lambda g, f: g * ~((f.input <= f.min_val) | (f.input >= f.max_val)))
leaky_relu  = explosive("LeakyReluBackward0", _leaky_relu,
                        lambda g, f: g * _one_or(f.negative_slope, f.input > 0, g.dtype))
prelu       = operation("PreluKernelBackward0", lambda input, weight: _positive(input) + weight * _negative(input),
                        lambda g, f: g * ((f.input > 0) + ~(f.input > 0) * f.weight),
                        lambda g, f: g * _negative(f.input), broadcasts=True, explodes=True)
rrelu       = explosive("RreluWithNoiseBackward0", lambda input, *, noise: input * noise,
                        lambda g, f: g * f.noise, saves=True)
threshold   = operation("ThresholdBackward0",
                        lambda input, *, threshold, value: np.where(input <= threshold, input.dtype.type(value), input),
                        lambda g, f: g * ~(f.input <= f.threshold))
hardshrink  = explosive("HardshrinkBackward0", _hardshrink,
                        lambda g, f: g * ~(np.abs(f.input) <= f.lambd))
softshrink  = explosive("SoftshrinkBackward0", lambda input, *, lambd: input - input.clip(-lambd, lambd),
                        lambda g, f: g * (f.output != 0))
hardsigmoid = operation("HardsigmoidBackward0", lambda input: (input + 3).clip(0, 6) / 6,
                        lambda g, f: g * ((f.input > -3) & (f.input < 3)) / 6)
hardswish   = explosive("HardswishBackward0", lambda input: input * (input + 3).clip(0, 6) / 6,
                        lambda g, f: g * _slope_of_hardswish(f))

# -- of exponentials ---------------------------------------------------------------------------------------------------

def _elu(input: Any, *, alpha: float, scale: float, input_scale: float) -> Any:
    """scale · x above 0, scale · alpha · (exp(input_scale · x) − 1) below."""
    y = np.multiply(_negative(input), input_scale, np.empty_like(input))
    np.expm1(y, y)
    y *= alpha
    y += _positive(input)
    y *= scale
    return y

def _slope_of_elu(g: Any, f: Any) -> Any:
    """scale above 0, scale · alpha · input_scale · exp(input_scale · x) below."""
    d = np.multiply(_negative(f.input), f.input_scale, np.empty_like(f.input))
    np.exp(d, d)
    if f.alpha * f.input_scale != 1:  # there is a kink at 0
        d *= _one_or(f.alpha * f.input_scale, f.input > 0, g.dtype)
    d *= f.scale
    d *= g
    return d

def _elu_by_parts(input: Any, *, alpha: float, scale: float, input_scale: float) -> Any:
    below = alpha * np.expm1(np.minimum(input, 0) * input_scale)
    return scale * np.where(input > 0, input, below)

elu  = operation("EluBackward0",  _elu, _slope_of_elu, definition=_elu_by_parts)
celu = operation("CeluBackward0", _elu, _slope_of_elu, definition=_elu_by_parts)

def _silu(input: Any) -> Any:
    """x · σ(x)."""
    s = sigmoid.value(input)
    return input * s, {"sigmoid": s}

def _slope_of_silu(g: Any, f: Any) -> Any:
    """σ · (1 + x · (1 − σ))."""
    d = ONE[g.dtype] - f.sigmoid
    d *= f.input
    d += ONE[g.dtype]
    d *= f.sigmoid
    d *= g
    return d

silu = explosive("SiluBackward0", _silu, _slope_of_silu, keeps=True, definition=lambda input: input * sigmoid(input))

def _halves(x: Any, dim: int) -> tuple[Any, Any]:
    half, before = x.shape[dim] // 2, (slice(None),) * dim
    return x[(*before, slice(half))], x[(*before, slice(half, None))]

def _glu(input: Any, *, dim: int) -> Any:
    """The first half along an axis, times the sigmoid of the second half."""
    a, b = _halves(input, dim)
    s = sigmoid.value(b)
    return a * s, {"sigmoid": s}

def _slopes_of_glu(g: Any, f: Any) -> Any:
    """σ for the first half a, a · σ · (1 − σ) for the second."""
    d = np.empty_like(f.input)
    (a, _), (for_a, for_b) = _halves(f.input, f.dim), _halves(d, f.dim)
    np.multiply(g, f.sigmoid, for_a)
    np.subtract(ONE[g.dtype], f.sigmoid, for_b)
    for_b *= for_a
    for_b *= a
    return d

def _glu_by_parts(input: Any, *, dim: int) -> Any:
    a, b = _halves(input, dim)
    return a * sigmoid(b)

glu = explosive("GluBackward0", _glu, _slopes_of_glu, keeps=True, definition=_glu_by_parts)

def _mish(input: Any) -> Any:
    """x · tanh(log(1 + eˣ)), where the tanh is n / (n + 2) with n = eˣ (eˣ + 2); beyond 20 it is 1."""
    e = np.exp(input.clip(-INFINITY[input.dtype], MISH_IS_ITS_INPUT[input.dtype]))
    n = np.add(e, 2, np.empty_like(e))
    n *= e
    n /= n + 2
    return input * n, {"exp": e, "tanh": n}

def _slope_of_mish(g: Any, f: Any) -> Any:
    """t + x · (1 − t²) · σ."""
    d = np.multiply(f.tanh, f.tanh, np.empty_like(f.tanh))
    np.subtract(ONE[d.dtype], d, d)
    d *= f.exp
    d /= f.exp + ONE[d.dtype]
    d *= f.input
    d += f.tanh
    d *= g
    return d

def _mish_by_parts(input: Any) -> Any:
    return input * np.tanh(np.log1p(np.exp(np.minimum(input, MISH_IS_ITS_INPUT[input.dtype]))))

MISH_IS_ITS_INPUT = Constants(lambda dtype: np.array(5 if dtype == np.float16 else 20, dtype))

mish = explosive("MishBackward0", _mish, _slope_of_mish, keeps=True, definition=_mish_by_parts)

def _softplus(input: Any, *, beta: float, threshold: float) -> Any:
    """log(1 + exp(beta · x)) / beta, and x itself where beta · x is above the threshold."""
    y = np.multiply(input, beta, np.empty_like(input))
    above = y > min(threshold, SOFTPLUS_IS_ITS_INPUT[input.dtype])
    np.exp(y, y)
    np.log1p(y, y)
    y /= beta
    np.copyto(y, input, where=above)
    return y, {"above": above}

# Above this, exp(−x) is too small for the dtype to tell softplus from its input.
SOFTPLUS_IS_ITS_INPUT = Constants(lambda dtype: np.array(-np.log(np.finfo(dtype).eps)))

softplus = explosive("SoftplusBackward0", _softplus,
                     lambda g, f: g * np.where(f.above, 1, -np.expm1(f.output * -f.beta)), keeps=True)

def _log_sigmoid(input: Any) -> Any:
    """min(x, 0) − log(1 + exp(−|x|)), which never takes the exponential of a large number."""
    y = np.abs(input, np.empty_like(input))
    np.negative(y, y)
    np.exp(y, y)
    np.log1p(y, y)
    return np.subtract(_negative(input), y, y)

logsigmoid = explosive("LogSigmoidBackward0", _log_sigmoid, lambda g, f: -g * np.expm1(f.output))

softsign   = operation("SoftsignBackward0", lambda input: input / (1 + np.abs(input)),
                       lambda g, f: g / np.square(1 + np.abs(f.input)), floats=True, explodes=True)

# -- of the normal distribution ----------------------------------------------------------------------------------------

SQRT_HALF, DENSITY_AT_0 = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)

def _gelu(input: Any) -> Any:
    """x · Φ(x), where Φ(x) = (1 + erf(x / √2)) / 2 is the share of a normal distribution below x."""
    share = special.erf(input * SQRT_HALF)
    share += 1
    share *= 0.5
    return input * share, {"share": share}

def _slope_of_gelu(g: Any, f: Any) -> Any:
    """Φ(x) + x · φ(x), where φ is the density."""
    d = np.square(f.input, np.empty_like(f.input))
    d *= -0.5
    np.exp(d, d)
    d *= f.input
    d *= DENSITY_AT_0
    d += f.share
    d *= g
    return d

gelu = explosive("GeluBackward0", _gelu, _slope_of_gelu, keeps=True,
                 definition=lambda input: input * ((1 + erf(input * SQRT_HALF)) * 0.5))

# The approximation: erf(x / √2) ≈ tanh(A x + B x³)
A = math.sqrt(2 / math.pi)
B = A * 0.044715
ALL_IS_SAID = 100  # where x² is larger, the tanh is 1, and its slope must not become 0 · ∞

def _gelu_tanh(input: Any) -> Any:
    """x · (1 + tanh(A x + B x³)) / 2."""
    t = np.square(input, np.empty_like(input))
    t *= B
    t += A
    t *= input
    np.tanh(t, t)
    y = t + ONE[t.dtype]
    y *= input
    y *= 0.5
    return y, {"tanh": t}

def _slope_of_gelu_tanh(g: Any, f: Any) -> Any:
    """(1 + t + x · (1 − t²) · (A + 3 B x²)) / 2."""
    d = np.multiply(np.square(f.input).clip(0, ALL_IS_SAID), 3 * B, np.empty_like(f.input))
    d += A
    d *= f.input
    d *= ONE[d.dtype] - np.square(f.tanh)
    d += f.tanh
    d += ONE[d.dtype]
    d *= 0.5
    d *= g
    return d

gelu_tanh = explosive("GeluBackward0", _gelu_tanh, _slope_of_gelu_tanh, keeps=True,
                      definition=lambda input: input * ((1 + np.tanh(input * (A + B * np.square(input)))) * 0.5))
