"""Arithmetic and elementary functions: what they compute, and their derivatives beside it.

Each function takes arrays and returns the value, then one gradient rule for each input (see `operation`).
`y` is the value, where the derivative is simplest in terms of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operation import ONE, ZERO, operation, same

# fmt: off

# -- arithmetic --------------------------------------------------------------------------------------------------------

@operation("AddBackward0", broadcasts=True, saves=False)
def add(input: Any, other: Any) -> Any:
    return input + other, same, same

@operation("SubBackward0", broadcasts=True, saves=False)
def sub(input: Any, other: Any) -> Any:
    return input - other, same, np.negative

@operation("RsubBackward1", saves=False)
def rsub(input: Any, number: Any) -> Any:
    return number - input, np.negative, None

@operation("MulBackward0", broadcasts=True)
def mul(input: Any, other: Any) -> Any:
    return input * other, lambda g: g * other, lambda g: g * input

@operation("DivBackward0", broadcasts=True)
def div(input: Any, other: Any) -> Any:
    y = input / other
    return y, lambda g: g / other, lambda g: -g * y / other

@operation("NegBackward0", saves=False)
def neg(input: Any) -> Any:
    return -input, np.negative

@operation("PowBackward0")
def pow(input: Any, exponent: Any) -> Any:
    if exponent == 0:
        return input ** exponent, lambda g: g * 0, None
    return input ** exponent, lambda g: g * (exponent * input ** (exponent - 1)), None

@operation("PowBackward1", broadcasts=True)
def pow_tensor(input: Any, exponent: Any) -> Any:
    y = input ** exponent
    return (y, lambda g: g * np.where(exponent == 0, 0, exponent * input ** (exponent - 1)),
               lambda g: g * np.where((input == 0) & (exponent >= 0), 0, y * np.log(input)))

@operation("PowBackward2")
def rpow(exponent: Any, number: Any) -> Any:
    y = number ** exponent
    return y, lambda g: g * np.where((number == 0) & (exponent >= 0), 0, y * np.log(y.dtype.type(number))), None

@operation("AbsBackward0")
def abs(input: Any) -> Any:
    return np.abs(input), lambda g: g * np.sign(input)

# -- exponentials, logarithms, trigonometry ----------------------------------------------------------------------------

@operation("ExpBackward0")
def exp(input: Any) -> Any:
    y = np.exp(input)
    return y, lambda g: g * y

@operation("LogBackward0")
def log(input: Any) -> Any:
    return np.log(input), lambda g: g / input

@operation("SqrtBackward0")
def sqrt(input: Any) -> Any:
    y = np.sqrt(input)
    return y, lambda g: g / (2 * y)

@operation("SinBackward0")
def sin(input: Any) -> Any:
    return np.sin(input), lambda g: g * np.cos(input)

@operation("CosBackward0")
def cos(input: Any) -> Any:
    return np.cos(input), lambda g: -g * np.sin(input)

@operation("TanhBackward0")
def tanh(input: Any) -> Any:
    y = np.tanh(input)
    one = ONE[y.dtype]
    return y, lambda g: g * (one - y * y)

@operation("SigmoidBackward0")
def sigmoid(input: Any) -> Any:
    one = ONE[input.dtype]
    y = one / (one + np.exp(-input))
    return y, lambda g: g * (y * (one - y))

@operation("ReluBackward0")
def relu(input: Any) -> Any:
    zero = ZERO[input.dtype]
    y = np.maximum(input, zero)
    return y, lambda g: g * (y > zero).astype(g.dtype)

# -- choosing ----------------------------------------------------------------------------------------------------------

@operation("MaximumBackward0", broadcasts=True)
def maximum(input: Any, other: Any) -> Any:  # a tie shares the gradient, as in PyTorch
    return (np.maximum(input, other), lambda g: g * np.where(input == other, 0.5, ~(input < other)).astype(g.dtype),
                                      lambda g: g * np.where(input == other, 0.5, ~(input > other)).astype(g.dtype))

@operation("MinimumBackward0", broadcasts=True)
def minimum(input: Any, other: Any) -> Any:
    return (np.minimum(input, other), lambda g: g * np.where(input == other, 0.5, ~(input > other)).astype(g.dtype),
                                      lambda g: g * np.where(input == other, 0.5, ~(input < other)).astype(g.dtype))

@operation("ClampBackward1")
def clamp(input: Any, *, min: Any, max: Any) -> Any:
    y = np.clip(input, min, max)
    return y, lambda g: g * (y == input)

@operation("WhereBackward0", broadcasts=True)
def where(condition: Any, input: Any, other: Any) -> Any:
    return np.where(condition, input, other), None, lambda g: g * condition, lambda g: g * ~condition

# -- dtypes and copies -------------------------------------------------------------------------------------------------

@operation("ToCopyBackward0", saves=False)
def to_dtype(input: Any, *, dtype: Any) -> Any:
    before = input.dtype
    return input.astype(dtype), lambda g: g.astype(before)

@operation("CloneBackward0", saves=False)
def clone(input: Any) -> Any:
    return input.copy(), same
