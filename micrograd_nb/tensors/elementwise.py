"""Functions of each element: arithmetic, powers, exponentials, trigonometry, comparisons, choices.

Two tensors broadcast: sizes are lined up at the right, and a size of 1 stretches. Their dtypes become the common one.
Every function has PyTorch's name and meaning, and is a method, too.

>>> import micrograd_nb as mg
>>> mg.hypot(mg.tensor([3.0, 5.0]), mg.tensor([4.0, 12.0]))
tensor([ 5., 13.])
>>> mg.arange(3) / 2
tensor([0.0000, 0.5000, 1.0000])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import asarray, ndarray

from ..autograd.rules import elementwise as rules
from . import dtypes, errors
from .record import apply, binary, cast, is_tensor, operand, unary, wrap

if TYPE_CHECKING:
    from .core import Tensor

_PYTHON_NUMBERS = {int, float}

# -- arithmetic --------------------------------------------------------------------------------------------------------

plus = binary(rules.add, "input + other.")
minus = binary(rules.sub, "input − other.")
mul = multiply = binary(rules.mul, "input · other.")
true_divide = binary(rules.div, "input / other, as floats.", "true_divide")
neg = negative = unary(rules.neg, "−input.")
abs = absolute = unary(rules.abs, "The distance from 0.")
sqrt = unary(rules.sqrt, "The square root; NaN of negative numbers.")
rsqrt = unary(rules.rsqrt, "1 / √input.")
reciprocal = unary(rules.reciprocal, "1 / input.")
hypot = binary(rules.hypot, "√(input² + other²), without overflow.")
maximum = binary(rules.maximum, "The larger of each pair; NaN if one is NaN.")
minimum = binary(rules.minimum, "The smaller of each pair; NaN if one is NaN.")
fmax = binary(rules.fmax, "The larger of each pair; a number wins over NaN.")
fmin = binary(rules.fmin, "The smaller of each pair; a number wins over NaN.")


def add(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """input + alpha · other."""
    return plus(input, other) if alpha == 1 else _scaled(rules.add_times, input, other, alpha)


def sub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """input − alpha · other."""
    return minus(input, other) if alpha == 1 else _scaled(rules.sub_times, input, other, alpha)


subtract = sub


def _scaled(operation: Any, input: Tensor, other: Any, alpha: float) -> Tensor:
    other = other if is_tensor(other) else wrap(asarray(other, dtypes.common_dtype(input.array, other)))
    errors.refuse_bools(rules.sub if operation is rules.sub_times else operation, input, other)
    a, b = _same_dtype(input, other)
    if isinstance(alpha, float) and a.array.dtype.kind != "f":
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number: it is "
            f"{alpha}. Make the tensors floats: x.float()."
        )
    return apply(operation, a, b, alpha=alpha)


def div(input: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """input / other. (PyTorch: torch.div)

    Arguments:
        rounding_mode: None divides as floats; "floor" rounds down, as Python's `//`; "trunc" rounds towards 0, as C's
            `/`. Of integers, the last two are integers.

    >>> import micrograd_nb as mg
    >>> mg.div(mg.tensor([7, -7]), 2, rounding_mode="floor"), mg.div(mg.tensor([7, -7]), 2, rounding_mode="trunc")
    (tensor([ 3, -4]), tensor([ 3, -3]))
    """
    if rounding_mode is None:
        return true_divide(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    _refuse_zero(input, other)
    return (_div_floor if rounding_mode == "floor" else _div_trunc)(input, other)


divide = div
_div_floor, _div_trunc = binary(rules.div_floor), binary(rules.div_trunc)


def square(input: Tensor) -> Tensor:
    """input · input."""
    return apply(rules.square, cast(input, dtypes.int64.dtype) if input.array.dtype == np.bool_ else input)


def floor_divide(input: Tensor, other: Any) -> Tensor:
    """input // other: the quotient, rounded down. Its gradient is 0."""
    return div(input, other, rounding_mode="floor")


def fmod(input: Tensor, other: Any) -> Tensor:
    """What is left after division, with the sign of `input`, as C's `%`."""
    _refuse_zero(input, other)
    return _by_number(rules.fmod_by, input, other) if type(other) in _PYTHON_NUMBERS else _fmod(input, other)


def remainder(input: Tensor, other: Any) -> Tensor:
    """What is left after division, with the sign of `other`, as Python's `%`."""
    if not is_tensor(input):
        return remainder(wrap(asarray(input, dtypes.common_dtype(other.array, input))), other)
    _refuse_zero(input, other)
    return _by_number(rules.remainder_by, input, other) if type(other) in _PYTHON_NUMBERS else _remainder(input, other)


_fmod, _remainder = binary(rules.fmod), binary(rules.remainder)


def _by_number(operation: Any, input: Tensor, other: float) -> Tensor:
    return apply(operation, cast(input, dtypes.common_dtype(input.array, other)), other)


def _refuse_zero(input: Tensor, other: Any) -> None:
    """Integers cannot be divided by 0: there is no integer for infinity or NaN."""
    if is_tensor(input) and input.array.dtype.kind in "iu":
        divisor = other.array if is_tensor(other) else np.asarray(other)
        if divisor.dtype.kind in "iu" and not divisor.all():
            raise RuntimeError(
                "ZeroDivisionError: integers are divided by 0. Make them floats, which have inf: x.float()"
            )


def positive(input: Tensor) -> Tensor:
    """+input: the tensor itself."""
    if input.array.dtype == np.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported. Make it a number first: x.long().")
    return input


def rsub(input: Tensor, other: Any) -> Tensor:
    """other − input."""
    if type(other) not in _PYTHON_NUMBERS:
        return reflected(minus)(input, other)
    errors.refuse_bools(rules.sub, input)
    return apply(rules.rsub, cast(input, dtypes.common_dtype(input.array, other)), other)


def reflected(function: Callable[[Tensor, Any], Tensor]) -> Callable[[Tensor, Any], Tensor]:
    """`2 - x` from `x - y`: the number becomes a 0-d tensor."""

    def swapped(input: Tensor, other: Any) -> Tensor:
        other = operand(other) if type(other) not in _PYTHON_NUMBERS and not is_tensor(other) else other
        if not is_tensor(other):
            other = wrap(asarray(other, dtypes.common_dtype(input.array, other)))
        return function(other, input)

    swapped.__doc__ = f"{function.__name__} with the two the other way round."
    return swapped


rdiv, rfloordiv, rmod = reflected(true_divide), reflected(floor_divide), reflected(remainder)


def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """input + value · tensor1 · tensor2. The three broadcast."""
    return apply(rules.addcmul, *_same_dtype(input, tensor1, tensor2), value=value)


def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """input + value · tensor1 / tensor2. The three broadcast. Floats only."""
    if all(x.array.dtype.kind in "biu" for x in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported. Make tensor1 or tensor2 a float, x.float(), or "
            "write input + value * div(tensor1, tensor2, rounding_mode='trunc')."
        )
    return apply(rules.addcdiv, *_same_dtype(input, tensor1, tensor2), value=value)


def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """input + weight · (end − input): on the way from `input` to `end`. The weight is a number or a tensor."""
    dtype = _same(input, end, "end", "lerp")
    if not is_tensor(weight):
        return apply(rules.lerp_by, input, end, weight=weight)
    if weight.array.dtype is not dtype:
        _same(input, weight, "weight", "lerp")
    return apply(rules.lerp, input, end, weight)


def _same_dtype(*tensors: Tensor) -> list[Tensor]:
    """The tensors, cast to their common dtype."""
    common = dtypes.common_dtype(*(x.array for x in tensors))
    return [cast(x, common) for x in tensors]


def _same(input: Tensor, other: Tensor, name: str, function: str) -> Any:
    """The dtype of two tensors, which must be the same."""
    if other.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"{function}: expected dtype {input.dtype.name} for `{name}` but got dtype {other.dtype.name}: convert it, "
            f"{name}.to({input.dtype})"
        )
    return input.array.dtype


# -- powers ------------------------------------------------------------------------------------------------------------


def pow(input: Any, exponent: Any) -> Tensor:
    """input to the power of `exponent`; one of the two may be a number."""
    if not is_tensor(input):
        return rpow(exponent, input)
    if type(exponent) in _PYTHON_NUMBERS:
        return apply(rules.pow, cast(input, dtypes.common_dtype(input.array, exponent)), exponent)
    exponent = exponent if is_tensor(exponent) else operand(exponent)
    if not is_tensor(exponent):  # one of NumPy's numbers
        return pow(input, exponent)
    if input.array.dtype == np.bool_ == exponent.array.dtype:
        return input | ~exponent
    return _pow_tensor(input, exponent)


_pow_tensor = binary(rules.pow_tensor)


def rpow(input: Tensor, other: Any) -> Tensor:
    """other to the power of `input`."""
    if type(other) not in _PYTHON_NUMBERS:
        return reflected(pow)(input, other)
    return apply(rules.rpow, cast(input, dtypes.common_dtype(input.array, other)), other)


def float_power(input: Tensor, exponent: Any) -> Tensor:
    """`pow` in double precision."""
    return pow(
        cast(input, dtypes.float64.dtype), cast(exponent, dtypes.float64.dtype) if is_tensor(exponent) else exponent
    )


# -- exponentials and logarithms ---------------------------------------------------------------------------------------

exp = unary(rules.exp, "eˣ.")
exp2 = unary(rules.exp2, "2ˣ.")
expm1 = unary(rules.expm1, "eˣ − 1, exact for small x.")
log = unary(rules.log, "The natural logarithm; −inf of 0, NaN of negative numbers.")
log2 = unary(rules.log2, "The logarithm to the base 2.")
log10 = unary(rules.log10, "The logarithm to the base 10.")
log1p = unary(rules.log1p, "log(1 + x), exact for small x.")
sigmoid = unary(rules.sigmoid, "1 / (1 + e⁻ˣ): any number becomes one between 0 and 1.")
logaddexp = binary(rules.logaddexp, "log(eᵃ + eᵇ), without overflow.")
logaddexp2 = binary(rules.logaddexp2, "log2(2ᵃ + 2ᵇ), without overflow.")
xlogy = binary(rules.xlogy, "input · log(other), and 0 where the input is 0.")
erf = unary(rules.erf, "The error function, 2/√π ∫₀ˣ exp(−t²) dt.")
erfc = unary(rules.erfc, "1 − erf(x), exact for large x.")
erfinv = unary(rules.erfinv, "The inverse of `erf`: NaN outside of [−1, 1].")


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """log(x / (1 − x)), the inverse of `sigmoid`. With `eps`, x is first limited to [eps, 1 − eps]."""
    x = input if input.array.dtype.kind == "f" else input.to(dtypes.get_default_dtype())
    return apply(rules.logit, x, eps=eps)


# -- trigonometry ------------------------------------------------------------------------------------------------------

sin = unary(rules.sin, "The sine, of radians.")
cos = unary(rules.cos, "The cosine, of radians.")
tan = unary(rules.tan, "The tangent, of radians.")
asin = arcsin = unary(rules.asin, "The inverse of the sine, in radians.")
acos = arccos = unary(rules.acos, "The inverse of the cosine, in radians.")
atan = arctan = unary(rules.atan, "The inverse of the tangent, in radians.")
sinh = unary(rules.sinh, "The hyperbolic sine.")
cosh = unary(rules.cosh, "The hyperbolic cosine.")
tanh = unary(rules.tanh, "The hyperbolic tangent: any number becomes one between −1 and 1.")
asinh = arcsinh = unary(rules.asinh, "The inverse of the hyperbolic sine.")
acosh = arccosh = unary(rules.acosh, "The inverse of the hyperbolic cosine.")
atanh = arctanh = unary(rules.atanh, "The inverse of the hyperbolic tangent.")
atan2 = arctan2 = binary(rules.atan2, "The angle of the point (other, input), in radians from −π to π.")
deg2rad = unary(rules.deg2rad, "Degrees as radians.")
rad2deg = unary(rules.rad2deg, "Radians as degrees.")
sinc = unary(rules.sinc, "sin(πx) / (πx), and 1 at 0.")


# -- rounding and signs ------------------------------------------------------------------------------------------------

floor = unary(rules.floor, "The next whole number below. Its gradient is 0.")
ceil = unary(rules.ceil, "The next whole number above. Its gradient is 0.")
trunc = fix = unary(rules.trunc, "Without what is behind the point. Its gradient is 0.")
frac = unary(rules.frac, "What is behind the point, with the sign of the number.")
sign = sgn = unary(rules.sign, "−1, 0 or 1; 0 of NaN. Its gradient is 0.")
copysign = binary(rules.copysign, "The size of `input` with the sign of `other`.")


def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """The nearest number with so many decimals; halves go to the even neighbour. Its gradient is 0."""
    return apply(rules.round, input) if decimals == 0 else apply(rules.round_to, input, decimals=decimals)


# -- choosing ----------------------------------------------------------------------------------------------------------

relu = unary(rules.relu, "max(x, 0).")


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Limits every element to [min, max], numbers or tensors; a limit that is None does not limit.

    >>> import micrograd_nb as mg
    >>> mg.clamp(mg.tensor([-2.0, 0.5, 2.0]), min=-1, max=1)
    tensor([-1.0000,  0.5000,  1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("clamp: At least one of 'min' or 'max' must not be None")
    if is_tensor(min) or is_tensor(max):
        if max is None:
            return _clamp_min(input, min)
        if min is None:
            return _clamp_max(input, max)
        return apply(rules.clamp_tensors, *_same_dtype(input, _limit(min, input), _limit(max, input)))
    limits = [limit for limit in (min, max) if limit is not None]
    return apply(rules.clamp, cast(input, dtypes.common_dtype(input.array, *limits)), min=min, max=max)


clip = clamp
_clamp_min, _clamp_max = binary(rules.clamp_min), binary(rules.clamp_max)


def _limit(limit: Any, input: Tensor) -> Tensor:
    return limit if is_tensor(limit) else wrap(asarray(limit, dtypes.common_dtype(input.array, limit)))


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Limits every element from below."""
    return clamp(input, min=min)


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Limits every element from above."""
    return clamp(input, max=max)


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where the condition holds, `other` elsewhere; the three broadcast. Alone, where the condition holds.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([-1.0, 2.0])
    >>> mg.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if not is_tensor(condition) or condition.array.dtype != np.bool_:
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got {_kind(condition)}. Write x > 0.")
    common = dtypes.common_dtype(*(x.array if is_tensor(x) else x for x in (input, other)))
    branches = [cast(x, common) if is_tensor(x) else wrap(asarray(x, common)) for x in (input, other)]
    return apply(rules.where, condition, *branches)


def where_method(input: Tensor, condition: Tensor, other: Any) -> Tensor:
    """The tensor where the condition holds, `other` elsewhere: `x.where(condition, other)`."""
    return where(condition, input, other)


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`value`, a number or a 0-d tensor, where the mask holds, and the input elsewhere.

    Raises:
        RuntimeError: a mask that is not of bools, a value with axes.
    """
    if not is_tensor(mask) or mask.array.dtype != np.bool_:
        raise RuntimeError(f"masked_fill_ only supports boolean masks, but got {_kind(mask)}. Write x > 0.")
    if is_tensor(value):
        if value.array.ndim:
            raise RuntimeError(
                "masked_fill only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.array.ndim} dimension(s): for a value for each place use where(mask, value, x)"
            )
        return where(mask, cast(value, input.array.dtype), input)
    return apply(rules.masked_fill, input, mask, value=value)


def nan_to_num(input: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Numbers for NaN and the infinities; left out, the largest and the smallest that the dtype has."""
    if input.array.dtype.kind != "f":
        return clone(input)
    return apply(rules.nan_to_num, input, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)


def clone(input: Tensor) -> Tensor:
    """A copy, through which gradients flow."""
    return apply(rules.clone, input)


# -- comparison: results of dtype bool, without gradients --------------------------------------------------------------


def _comparison(name: str, compare: np.ufunc, doc: str) -> Callable[[Tensor, Any], Tensor]:
    def function(input: Tensor, other: Any) -> Tensor:
        if not is_tensor(other) and not isinstance(other, bool) and type(other) not in _PYTHON_NUMBERS:
            if not isinstance(other, (ndarray, np.generic)) and name in ("eq", "ne"):
                return NotImplemented  # then x == "a" is False
            other = operand(other)
        array, other_array = input.array, other.array if is_tensor(other) else other
        if isinstance(other_array, ndarray) and other_array.dtype is not array.dtype:
            common = dtypes.common_dtype(array, other_array)
            array, other_array = array.astype(common), other_array.astype(common)
        try:
            return wrap(compare(array, other_array))
        except ValueError as error:
            raise errors.explain(rules.sub, error, input, other) from None
        except TypeError:
            raise NotImplementedError(
                f'"{name}" is not implemented for {input.dtype.name}: it takes whole numbers.'
            ) from None

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


eq = _comparison("eq", np.equal, "Where the two are equal.")
ne = not_equal = _comparison("ne", np.not_equal, "Where the two differ.")
lt = less = _comparison("lt", np.less, "Where the input is less.")
le = less_equal = _comparison("le", np.less_equal, "Where the input is less or equal.")
gt = greater = _comparison("gt", np.greater, "Where the input is greater.")
ge = greater_equal = _comparison("ge", np.greater_equal, "Where the input is greater or equal.")
logical_and = _comparison("logical_and", np.logical_and, "Where both are true, that is, not 0.")
logical_or = _comparison("logical_or", np.logical_or, "Where one is true, or both.")
logical_xor = _comparison("logical_xor", np.logical_xor, "Where just one is true.")
bitwise_and = _comparison("bitwise_and", np.bitwise_and, "And of each bit, or of truth values.")
bitwise_or = _comparison("bitwise_or", np.bitwise_or, "Or of each bit, or of truth values.")
bitwise_xor = _comparison("bitwise_xor", np.bitwise_xor, "Exclusive or of each bit, or of truth values.")
bitwise_left_shift = _comparison("bitwise_left_shift", np.left_shift, "The bits moved up by `other` places.")
bitwise_right_shift = _comparison("bitwise_right_shift", np.right_shift, "The bits moved down by `other` places.")


def logical_not(input: Tensor) -> Tensor:
    """Where the elements are false, that is, 0."""
    return wrap(np.logical_not(input.array))


def bitwise_not(input: Tensor) -> Tensor:
    """Turns truth values, or the bits of integers, round."""
    if input.array.dtype.kind == "f":
        raise NotImplementedError(f'"bitwise_not" is not implemented for {input.dtype.name}: it takes whole numbers.')
    return wrap(~input.array)


def isnan(input: Tensor) -> Tensor:
    """Where the elements are not a number."""
    return wrap(np.isnan(input.array))


def isinf(input: Tensor) -> Tensor:
    """Where the elements are infinite."""
    return wrap(np.isinf(input.array))


def isfinite(input: Tensor) -> Tensor:
    """Where the elements are neither infinite nor NaN."""
    return wrap(np.isfinite(input.array))


def isposinf(input: Tensor) -> Tensor:
    """Where the elements are +inf."""
    return wrap(input.array == np.inf)


def isneginf(input: Tensor) -> Tensor:
    """Where the elements are −inf."""
    return wrap(input.array == -np.inf)


def signbit(input: Tensor) -> Tensor:
    """Where the sign is −; of −0.0, too."""
    return wrap(np.signbit(input.array) if input.array.dtype.kind == "f" else input.array < 0)


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where |input − other| ≤ atol + rtol · |other|."""
    if input.array.dtype != other.array.dtype:
        raise RuntimeError(
            f"{input.dtype.scalar_type} did not match {other.dtype.scalar_type}: convert one, x.to(y.dtype)"
        )
    return wrap(np.isclose(input.array, other.array, rtol, atol, equal_nan))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close, see `isclose`: a Python bool."""
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and elements: a Python bool."""
    return np.array_equal(input.array, other.array)


def _kind(x: Any) -> str:
    return f"a tensor of {x.dtype.name}" if is_tensor(x) else type(x).__name__
