"""The error function of arrays, which NumPy does not have: `erf`, `erfc`, `erfinv`.

Python's `math.erf` takes one number. Here polynomials are fitted to it once, and then evaluated for whole arrays. Two,
in Chebyshev form, are as long as the dtype's precision asks for:

    |x| < 1     erf(x)  = x · p(x²)
    |x| ≥ 1     erfc(x) = t · exp(q(t) − x²),  t = 2 / (2 + |x|)

The second form is that of Numerical Recipes (Press et al. 2007, section 6.2.2): t runs from 0 to 2/3, and q is smooth.

In single precision, where speed counts, a third one is enough for `erf`. It needs no choice between two forms, and
`tanh` is a function that NumPy is fast at:

    erf(x) = tanh(x · r(x²))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.polynomial import Polynomial, chebyshev

LARGEST_T = 2 / 3
SLOPE_AT_0 = 2 / math.sqrt(math.pi)


def erf(input: Any) -> Any:
    """2/√π ∫₀ˣ exp(−t²) dt, in the dtype of the input x.

    >>> np.abs(erf(np.array([0.0, 0.5, 10.0])) - [math.erf(0.0), math.erf(0.5), 1.0]).max() < 1e-14
    np.True_
    """
    if input.dtype != np.float64:
        return _erf_by_tanh(input.astype(np.float32, copy=False)).astype(input.dtype, copy=False)
    return np.where(np.abs(input) < 1, input * _near_zero(input), np.copysign(1 - _tail(input), input))


def erfc(input: Any) -> Any:
    """1 − erf(x), without the loss of digits where erf is close to 1."""
    tail = _tail(input)
    return np.where(np.abs(input) < 1, 1 - input * _near_zero(input), np.where(input < 0, 2 - tail, tail))


def erfinv(input: Any) -> Any:
    """The x with erf(x) = y, the input: a first guess (Winitzki 2008), then three steps of Newton's method.

    Where erf is close to 1, the steps go by erfc(x) = 1 − y, which keeps its digits there.
    """
    size = np.abs(input)
    inside = size < 1
    rest = np.where(inside, 1 - size, 1)
    log = np.log1p(-(np.where(inside, size, 0) ** 2))
    first = 2 / (math.pi * 0.147) + log / 2
    x = np.sqrt(np.sqrt(first * first - log / 0.147) - first)
    for _ in range(3):
        missing = np.where(size < 0.5, size - erf(x), erfc(x) - rest)
        x = x + missing * np.exp(x * x) / SLOPE_AT_0
    x = np.where(inside, x, np.where(size == 1, np.inf, np.nan)).astype(log.dtype)
    return np.copysign(x, input)


def _near_zero(x: Any) -> Any:
    """erf(x) / x for |x| < 1."""
    square = np.minimum(x * x, 1)
    return chebyshev.chebval(2 * square - 1, _near_fit(_kind(x)))


def _tail(x: Any) -> Any:
    """erfc(|x|) for |x| ≥ 1."""
    x = np.minimum(np.abs(x), 30)  # where it is 0 in any precision
    t = 2 / (2 + x)
    return t * np.exp(chebyshev.chebval(2 * t / LARGEST_T - 1, _far_fit(_kind(x))) - x * x)


def _erf_by_tanh(x: ndarray) -> ndarray:
    """erf(x) of float32, off by less than 2e-7: three steps in its last digit."""
    *rest, first = _tanh_fit()
    square = np.square(x, np.empty_like(x))
    out = np.multiply(square, first, np.empty_like(x))
    for coefficient in rest[:0:-1]:
        out += coefficient
        out *= square
    out += rest[0]
    out *= x
    return np.tanh(out, out)


# -- the fits --------------------------------------------------------------------------------------------------------


def _kind(x: Any) -> np.dtype[Any]:
    return np.dtype(np.float64) if x.dtype == np.float64 else np.dtype(np.float32)


@cache
def _near_fit(dtype: np.dtype[Any]) -> ndarray:
    def ratio(square: float) -> float:
        x = math.sqrt(square)
        return math.erf(x) / x if x > 0 else SLOPE_AT_0

    return _fit(lambda u: ratio((u + 1) / 2), dtype)


@cache
def _far_fit(dtype: np.dtype[Any]) -> ndarray:
    def exponent(t: float) -> float:
        return math.log(_scaled_erfc(2 / t - 2) / t)

    return _fit(lambda u: exponent((u + 1) / 2 * LARGEST_T), dtype)


@cache
def _tanh_fit(degree: int = 7, up_to: float = 4.0, size: int = 60) -> list[float]:
    """The coefficients of r, lowest first, fitted where erf(x) is not yet 1 in single precision.

    The points lie close together at the far end, and each weighs as much as an error there changes erf(x).
    """
    xs = [up_to * math.sin(math.pi / 2 * (i + 0.5) / size) for i in range(size)]
    values = [0.5 * math.log((1 + math.erf(x)) / math.erfc(x)) / x for x in xs]
    weights = [x * math.erfc(x) * (1 + math.erf(x)) / math.erf(x) for x in xs]
    return Polynomial.fit(np.square(xs), values, degree, w=weights).convert().coef.tolist()


def _fit(function: Callable[[float], float], dtype: np.dtype[Any], size: int = 40) -> ndarray:
    """The Chebyshev coefficients of a function on [−1, 1], as many as the dtype can tell from 0."""
    angles = [math.pi * (j + 0.5) / size for j in range(size)]
    values = [function(math.cos(angle)) for angle in angles]
    coefficients = [
        2 / size * math.fsum(y * math.cos(k * angle) for y, angle in zip(values, angles, strict=True))
        for k in range(size)
    ]
    coefficients[0] /= 2
    telling = [k for k, c in enumerate(coefficients) if abs(c) > 4 * np.finfo(dtype).eps]
    return np.array(coefficients[: telling[-1] + 1], dtype)


def _scaled_erfc(x: float) -> float:
    """exp(x²) erfc(x) for x ≥ 1: by its continued fraction, which converges the faster the larger x is."""
    fraction = x
    for k in range(300, 0, -1):
        fraction = x + k / 2 / fraction
    return 1 / (math.sqrt(math.pi) * fraction)
