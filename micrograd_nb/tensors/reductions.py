"""Functions that make fewer numbers of many: of all elements, or along `dim`, one axis or several.

`keepdim` keeps the reduced axes, with length one. `dtype` converts the elements first. NumPy's names, `axis` and
`keepdims`, do as well. Every function is a method, too, but for `var_mean` and `std_mean`.

Those that choose an element, such as `max` and `median`, are in `order`; running sums are in `scans`.

>>> import micrograd_nb as mg
>>> x = mg.tensor([[1.0, 2.0], [3.0, 6.0]])
>>> x.sum(), x.mean(dim=0), x.std(1, keepdim=True)
(tensor(12.), tensor([2., 4.]), tensor([[0.7071],
        [2.1213]]))
"""

from __future__ import annotations

import warnings
from math import prod as product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rules import neural
from ..autograd.rules import reduction as rules
from . import axes, dtypes
from .conversion import in_dtype, summands
from .elementwise import true_divide
from .record import apply, cast, unary, wrap

if TYPE_CHECKING:
    from .core import Tensor

# -- sums, means, products ---------------------------------------------------------------------------------------------


@axes.along
def sum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Adds the elements up. Integers and bools add up to int64."""
    input = summands(input, dtype)
    if dim is None and not keepdim:
        return _sum(input)
    return apply(rules.sum_dim, input, dim=axes.several(input, dim), keepdim=keepdim)


@axes.along
def mean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The average of the elements. Floats only; of no elements it is NaN."""
    if dtype is not None or input.array.dtype.kind != "f":
        input = _averaged(input, dtype)
    if dim is None and not keepdim:
        return _mean(input)
    return apply(rules.mean_dim, input, dim=axes.several(input, dim), keepdim=keepdim)


_sum, _mean = unary(rules.sum), unary(rules.mean)


@axes.along
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """`sum` that leaves NaN out."""
    input = summands(input, dtype)
    if input.array.dtype.kind != "f":
        return sum(input, dim, keepdim)
    return apply(rules.nansum, input, dim=axes.several(input, dim), keepdim=keepdim)


@axes.along
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """`mean` that leaves NaN out."""
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            f"nanmean(): expected input to have floating point dtype but got {input.dtype.scalar_type}: whole numbers "
            "are never NaN. Use x.float().mean()."
        )
    input = in_dtype(input, dtype)
    return true_divide(nansum(input, dim, keepdim), sum(wrap(~np.isnan(input.array)), dim, keepdim))


@axes.along
def prod(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Multiplies the elements: all, or those along one axis. Integers and bools multiply to int64."""
    input = summands(input, dtype)
    if dim is None:
        return apply(rules.prod, input)
    return apply(rules.prod_dim, input, dim=axes.several(input, axes.one(input, dim)), keepdim=keepdim)


# -- variances ---------------------------------------------------------------------------------------------------------


@axes.along
def var(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """The variance: the squared deviations from the mean, added up and divided by n − correction.

    Arguments:
        dim: one axis, several, or None for all elements. A bool here is `unbiased`: `x.var(False)`.
        unbiased: True for a correction of 1, False for 0.
        correction: what n is lessened by: left out, 1, which makes the variance of a sample an unbiased estimate.

    Warns:
        UserWarning: n − correction is not above 0, so that the variance is NaN or infinite.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([1.0, 3.0])
    >>> x.var(), x.var(correction=0)
    (tensor(2.), tensor(1.))
    """
    return apply(rules.var, input, **_freedom(input, "var", dim, unbiased, keepdim, correction))


@axes.along
def std(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """The standard deviation: the square root of `var`, which has the same arguments."""
    return apply(rules.std, input, **_freedom(input, "std", dim, unbiased, keepdim, correction))


@axes.along
def var_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, ...]:
    """(variance, mean), with the arguments of `var`."""
    return apply(rules.var_mean, input, **_freedom(input, "var_mean", dim, unbiased, keepdim, correction))


@axes.along
def std_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, ...]:
    """(standard deviation, mean), with the arguments of `var`."""
    return apply(rules.std_mean, input, **_freedom(input, "std_mean", dim, unbiased, keepdim, correction))


# -- the soft maximum --------------------------------------------------------------------------------------------------


@axes.along
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """log Σ exp(x) along `dim`, computed so that it cannot overflow: a smooth maximum.

    >>> import micrograd_nb as mg
    >>> mg.tensor([200.0, 200.0]).logsumexp(dim=0)  # 200 + log 2
    tensor(200.6931)
    """
    x = input if input.array.dtype.kind == "f" else cast(input, dtypes.get_default_dtype().dtype)
    return apply(rules.logsumexp, x, dim=axes.several(x, dim), keepdim=keepdim)


@axes.along
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """exp(x) / Σ exp(x) along `dim`: positive numbers that add up to one."""
    return apply(neural.softmax, _exponents(input, "softmax", dtype), dim=axes.one(input, dim))


@axes.along
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """log(softmax(x)), computed so that it cannot overflow."""
    return apply(neural.log_softmax, _exponents(input, "log_softmax", dtype), dim=axes.one(input, dim))


# -- truth and counts: without gradients -------------------------------------------------------------------------------


@axes.along
def all(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all elements are true, that is, not 0. The result is of bools; of uint8, it is uint8."""
    return _truth("all", input, dim, keepdim)


@axes.along
def any(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether any element is true, that is, not 0. The result is of bools; of uint8, it is uint8."""
    return _truth("any", input, dim, keepdim)


@axes.along
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not 0."""
    return wrap(np.count_nonzero(input.array, axis=axes.several(input, dim)))


def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each of the numbers 0, 1, … occurs.

    Shapes: input (n,), whole numbers that are not negative; weights (n,); result (max(input) + 1,), or (minlength,)
    if that is longer.

    Arguments:
        weights: what each element adds to its count, instead of 1. The result is float64 then, or float32 as they.

    >>> import micrograd_nb as mg
    >>> mg.bincount(mg.tensor([0, 2, 2]), minlength=4)
    tensor([1, 0, 2, 0])
    """
    numbers = input.array
    if numbers.dtype.kind not in "iu":
        raise NotImplementedError(f'"bincount" is not implemented for {input.dtype.name}: it counts whole numbers.')
    if numbers.ndim != 1 or (numbers.size and numbers.min() < 0):
        raise RuntimeError(
            "bincount only supports 1-d non-negative integral inputs: there is a count for each of the numbers 0, 1, …,"
            f" and this input has {numbers.ndim} axes, its smallest element is {numbers.min() if numbers.size else 0}"
        )
    if minlength < 0:
        raise RuntimeError(f"minlength should be >= 0, but it is {minlength}")
    if weights is None:
        return wrap(np.bincount(numbers, None, minlength))
    if weights.array.shape != numbers.shape:
        raise RuntimeError(
            f"weights should be 1-d and have the same length as input: they have shape {tuple(weights.array.shape)}, "
            f"and input has {tuple(numbers.shape)}"
        )
    counts = np.bincount(numbers, weights.array, minlength)
    return wrap(counts.astype(np.float32) if weights.array.dtype == np.float32 else counts)


def histc(input: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements lie in each of `bins` equal parts of [min, max]; those outside, and NaN, are not counted.

    With min = max the range is that of the elements. Floats only, and the counts have their dtype.

    >>> import micrograd_nb as mg
    >>> mg.histc(mg.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
    tensor([0., 2., 1., 0.])
    """
    numbers = input.array
    if numbers.dtype.kind != "f":
        raise NotImplementedError(f'"histc" is not implemented for {input.dtype.name}: it takes floats. Use x.float().')
    if bins <= 0:
        raise RuntimeError(f"torch.histc(): bins must be > 0, but got {bins}")
    low, high = (min, max) if min != max or not numbers.size else (numbers.min(), numbers.max())
    if low > high:
        raise RuntimeError(f"torch.histc: max must be larger than min, but they are {max} and {min}")
    if not np.isfinite([low, high]).all():
        raise RuntimeError(
            f"torch.histc: range of [{low}, {high}] is not finite: give min and max, outside of which nothing counts"
        )
    low, high = (low - 1, high + 1) if low == high else (low, high)
    return wrap(np.histogram(numbers, bins, (low, high))[0].astype(numbers.dtype))


# -- what the functions above call -------------------------------------------------------------------------------------


def _averaged(input: Tensor, dtype: Any) -> Tensor:
    """What is averaged: floats, or what becomes floats by `dtype`."""
    wanted = input.dtype.dtype if dtype is None else dtypes.to_numpy(dtype)
    if wanted.kind != "f":
        which, fix = ("Input", "x.float().mean()") if dtype is None else ("Optional", "dtype=float32")
        raise RuntimeError(
            f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {wanted}. Make it a float: {fix}."
        )
    return cast(input, wanted)


def _exponents(input: Tensor, name: str, dtype: Any) -> Tensor:
    input = in_dtype(input, dtype)
    if input.array.dtype.kind != "f":
        raise NotImplementedError(
            f'"{name}" is not implemented for {input.dtype.name}: it takes floats. Use x.float(), or dtype=float32.'
        )
    return input


def _freedom(
    input: Tensor, name: str, dim: Any, unbiased: bool | None, keepdim: bool, correction: Any
) -> dict[str, Any]:
    """The options of the variances; a warning where there are too few elements."""
    if input.array.dtype.kind != "f":
        which = "std and var" if name in ("std", "var") else name
        raise RuntimeError(
            f"{which} only support floating point and complex dtypes, not {input.dtype.name}. Use x.float()."
        )
    if isinstance(dim, bool) and unbiased is None:
        dim, unbiased = None, dim
    if isinstance(dim, bool) or (unbiased is not None and correction is not None):
        raise TypeError(
            f"{name}() received an invalid combination of arguments: dim={dim}, unbiased={unbiased}, "
            f"correction={correction}. It takes unbiased or correction, and dim is an axis or several."
        )
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    several = axes.several(input, dim)
    if product(input.array.shape[axis] for axis in several) <= correction:
        warnings.warn(
            f"{name}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input"
            " numel divided by output numel).",
            stacklevel=4,
        )
    return {"dim": several, "correction": correction, "keepdim": keepdim}


def _truth(name: str, input: Tensor, dim: Any, keepdim: bool) -> Tensor:
    """`all` and `any`. With no axis at all, (), they look at each element by itself."""
    several = () if dim == () or dim == [] else None if dim is None else axes.several(input, dim)
    truth = getattr(input.array, name)(several, keepdims=keepdim)
    return wrap(truth.astype(np.uint8) if input.array.dtype == np.uint8 else truth)
