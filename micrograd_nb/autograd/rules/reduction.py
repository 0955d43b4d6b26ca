"""Operations that make fewer numbers of many: sums, means, products, variances, extremes.

`dim` is a tuple of axes, or a single axis where one element is picked; axes are counted from 0. A rule puts the axes
that are gone back, with length one, and stretches them.
"""

from __future__ import annotations

from functools import partial, reduce
from math import inf
from math import prod as product
from operator import add
from typing import Any

import numpy as np

from ..broadcasting import stretch
from ..constants import counting, ones
from ..operation import operation
from .shape import cat

FEW = 1024  # so few numbers add up in any order with no loss of digits
SMALL = 512  # so few numbers are done before a better way has begun

# fmt: off

def shape_with_ones(shape: Any, dim: Any) -> Any:
    """A shape whose axes `dim` have length one."""
    return tuple([1 if axis in dim else n for axis, n in enumerate(shape)])

def kept(g: Any, f: Any) -> Any:
    """The gradient with the reduced axes put back, of length one."""
    return g if f.keepdim else g.reshape(shape_with_ones(f.input_shape, f.dim))

def _spread(g: Any, f: Any) -> Any:
    """To each element, the gradient of what it was reduced to."""
    return stretch(kept(g, f), f.input_shape)

def _count(shape: Any, dim: Any) -> int:
    """How many elements are reduced to one."""
    return product([shape[axis] for axis in dim])

def _divide(total: Any, n: int) -> Any:
    """A mean of no numbers is NaN."""
    return total / n if n else total * np.nan

# -- sums and means ----------------------------------------------------------------------------------------------------

def _sum_along(input: Any, *, dim: Any, keepdim: bool) -> Any:
    """The sum; along the first or the last axis as a product with ones, which takes a third of the time."""
    if len(dim) == 1 and input.shape[dim[0]] <= FEW and input.dtype.char in "fd":
        n = input.shape[dim[0]]
        if dim[0] == input.ndim - 1:
            sums = input.dot(ones(n, input.dtype))
            return sums[..., None] if keepdim else sums
        if dim[0] == 0 and input.ndim == 2:
            sums = np.dot(ones(n, input.dtype), input)
            return sums[None] if keepdim else sums
    return input.sum(dim, keepdims=keepdim)

sum      = operation("SumBackward0",  lambda input: np.add.reduce(input, None),
                     lambda g, f: stretch(g, f.input_shape), explodes=True)
sum_dim  = operation("SumBackward1",  _sum_along, _spread)
mean     = operation("MeanBackward0", lambda input: _divide(np.add.reduce(input, None), input.size),
                     lambda g, f: stretch(_divide(g, product(f.input_shape)), f.input_shape), explodes=True)
mean_dim = operation("MeanBackward1",
    lambda input, *, dim, keepdim: _divide(_sum_along(input, dim=dim, keepdim=keepdim), _count(input.shape, dim)),
    lambda g, f: _divide(_spread(g, f), _count(f.input_shape, f.dim)))
nansum   = operation("NansumBackward0",
    lambda input, *, dim, keepdim: np.where(np.isnan(input), 0, input).sum(dim, keepdims=keepdim),
    lambda g, f: kept(g, f) * ~np.isnan(f.input))

def total(x: Any, dim: int) -> Any:
    """The sum along one axis, which stays, with length one."""
    return sum_dim(x, dim=(dim,) if x.ndim else (), keepdim=True)

# -- products ----------------------------------------------------------------------------------------------------------
# The slope in one factor is the product of all others. It is multiplied up from both ends, and not divided out: a
# factor may be 0.

def others(input: Any, dim: int = 0) -> Any:
    """For each element, the product of all others along an axis."""
    x = np.moveaxis(input, dim, 0)
    before, after = np.ones_like(x), np.ones_like(x)
    np.multiply.accumulate(x[:-1], 0, out=before[1:])
    np.multiply.accumulate(x[:0:-1], 0, out=after[-2::-1])
    return np.moveaxis(before * after, 0, dim)

def _by_pairs(x: Any) -> Any:
    """The product along the first axis, of length one: it multiplies pairs until one is left."""
    while len(x) > 1:
        half, rest = len(x) // 2, x[len(x) // 2 * 2:]
        pairs = x[:half] * x[half:2 * half]
        x = cat(pairs, rest, dim=0, ends=[0, half, half + 1]) if len(rest) else pairs
    return x if len(x) else x.sum(0, keepdims=True) + 1

def _prod_by_pairs(input: Any) -> Any:
    return _by_pairs(input.reshape(-1)).reshape(())

def _prod_dim_by_pairs(input: Any, *, dim: Any, keepdim: bool) -> Any:
    product = _by_pairs(input.swapaxes(0, dim[0])).swapaxes(0, dim[0]) if dim else input
    return product if keepdim else product.reshape([n for axis, n in enumerate(input.shape) if axis not in dim])

prod     = operation("ProdBackward0", lambda input: np.multiply.reduce(input, None),
                     lambda g, f: g * others(f.input.reshape(-1)).reshape(f.input.shape), definition=_prod_by_pairs)
prod_dim = operation("ProdBackward1",
                     lambda input, *, dim, keepdim: np.multiply.reduce(input, dim, keepdims=keepdim),
                     lambda g, f: kept(g, f) * (others(f.input, f.dim[0]) if f.dim else np.ones_like(f.input)),
                     definition=_prod_dim_by_pairs)

# -- variances ---------------------------------------------------------------------------------------------------------
# The sum of the squared deviations from the mean, divided by n − correction. Where that is not above 0 there is no
# variance: it is NaN or infinite.

def _deviations(x: Any, dim: Any) -> Any:
    return x - mean_dim(x, dim=dim, keepdim=True)

def _var(input: Any, *, dim: Any, correction: Any, keepdim: bool) -> Any:
    away = _deviations(input, dim)
    squares, n = _sum_along(away * away, dim=dim, keepdim=keepdim), _count(input.shape, dim) - correction
    return squares / n if n > 0 else np.divide(squares, 0)

def _std(input: Any, *, dim: Any, correction: Any, keepdim: bool) -> Any:
    return np.sqrt(_var(input, dim=dim, correction=correction, keepdim=keepdim))

def _of_var(g: Any, f: Any) -> Any:
    away, n = _deviations(f.input, f.dim), _count(f.input_shape, f.dim) - f.correction
    return kept(g, f) * (away * (2 / n) if n > 0 else np.where(away == 0, np.nan, inf).astype(g.dtype))

def _of_std(g: Any, f: Any, std: Any) -> Any:
    return _of_var(np.where(std == 0, 0, g / (2 * std)), f)

def _of_mean(g: Any, f: Any) -> Any:
    return _divide(_spread(g, f), _count(f.input_shape, f.dim))

def added(g: Any, *rules: Any) -> Any:
    """The sum of what the rules of several outputs make of the gradients that came, which are by place."""
    return reduce(add, [rule(g[place]) for place, rule in enumerate(rules) if place in g])

var      = operation("VarBackward0", _var, _of_var)
std      = operation("StdBackward0", _std, lambda g, f: _of_std(g, f, f.output))
var_mean = operation("VarMeanBackward0",
    lambda input, *, dim, correction, keepdim: (_var(input, dim=dim, correction=correction, keepdim=keepdim),
                                                mean_dim.value(input, dim=dim, keepdim=keepdim)),
    lambda g, f: added(g, lambda g: _of_var(g, f), lambda g: _of_mean(g, f)))
std_mean = operation("StdMeanBackward0",
    lambda input, *, dim, correction, keepdim: (_std(input, dim=dim, correction=correction, keepdim=keepdim),
                                                mean_dim.value(input, dim=dim, keepdim=keepdim)),
    lambda g, f: added(g, lambda g: _of_std(g, f, f.output[0]), lambda g: _of_mean(g, f)))

# -- extremes ----------------------------------------------------------------------------------------------------------
# Where several elements are the largest, each gets an equal share of the gradient.

def largest(x: Any, dim: int) -> Any:
    """The largest element along one axis, which stays. At the end of a row NumPy finds its place sooner than itself."""
    if x.size < SMALL or dim < x.ndim - 1:
        return np.maximum.reduce(x, dim, keepdims=True)
    return _at(x, x.argmax(dim))[..., None]

def _at(x: Any, index: Any) -> Any:
    """The element of each row, along the last axis, at an index."""
    return x.reshape(-1).take(counting(index.size).reshape(index.shape) * x.shape[-1] + index)

def _shares(g: Any, f: Any, extreme: Any) -> Any:
    places = f.input == kept(extreme, f)
    return kept(g, f) * places / places.sum(f.dim, keepdims=True).astype(g.dtype)

def _share(g: Any, f: Any) -> Any:
    """`_shares` among all elements. NaN, where there is one, is the extreme, though it equals nothing."""
    places = (f.input == f.output) | (f.input != f.input)
    return g * places / places.sum().astype(g.dtype)

amax     = operation("AmaxBackward0", lambda input, *, dim, keepdim: input.max(dim, keepdims=keepdim),
                     lambda g, f: _shares(g, f, f.output))
amin     = operation("AminBackward0", lambda input, *, dim, keepdim: input.min(dim, keepdims=keepdim),
                     lambda g, f: _shares(g, f, f.output))
aminmax  = operation("AminmaxBackward0",
    lambda input, *, dim, keepdim: (input.min(dim, keepdims=keepdim), input.max(dim, keepdims=keepdim)),
    lambda g, f: added(g, lambda g: _shares(g, f, f.output[0]), lambda g: _shares(g, f, f.output[1])))
max      = operation("MaxBackward1", lambda input: np.maximum.reduce(input, None), _share)
min      = operation("MinBackward1", lambda input: np.minimum.reduce(input, None), _share)

# -- picking one element along an axis ---------------------------------------------------------------------------------
# The one that is picked gets the whole gradient.

def _pick(input: Any, *, index: Any, dim: int, keepdim: bool) -> Any:
    """The elements at `index`, which lacks the axis `dim`."""
    if not input.ndim:
        return input.copy()
    value = _at(input if dim == input.ndim - 1 else np.moveaxis(input, dim, -1), index)
    return value.reshape(shape_with_ones(input.shape, (dim,))) if keepdim else value

def _to_the_picked(g: Any, f: Any) -> Any:
    if not f.input_shape:
        return g
    n, shape = f.input_shape[f.dim], shape_with_ones(f.input_shape, (f.dim,))
    along = counting(n).reshape([n if axis == f.dim else 1 for axis in range(len(f.input_shape))])
    return np.where(f.index.reshape(shape) == along, g.reshape(shape), 0)

picking = partial(operation, saves=True)

max_dim       = picking("MaxBackward0",       _pick, _to_the_picked)
min_dim       = picking("MinBackward0",       _pick, _to_the_picked)
median_dim    = picking("MedianBackward1",    _pick, _to_the_picked)
nanmedian_dim = picking("NanmedianBackward1", _pick, _to_the_picked)
mode          = picking("ModeBackward0",      _pick, _to_the_picked)
kthvalue      = picking("KthvalueBackward0",  _pick, _to_the_picked)

# Of all elements, equals share the gradient of the median.

def _share_of_numbers(g: Any, f: Any) -> Any:
    places = f.input == f.output
    return g * places / places.sum().astype(g.dtype)

median    = operation("MedianBackward0",    lambda input: _middle(input) + _nan_of(input), _share)
nanmedian = operation("NanmedianBackward0", lambda input: _middle(input[~np.isnan(input)]), _share_of_numbers)

def _nan_of(input: Any) -> Any:
    """NaN, if it holds one, or else 0: to be added."""
    return np.where(np.isnan(input).any(), np.nan, 0).astype(input.dtype)

def _middle(numbers: Any) -> Any:
    """The median: of an even number of numbers, the lower of the two in the middle. Of nothing, NaN."""
    at = (numbers.size - 1) // 2
    return numbers.dtype.type(np.nan) if at < 0 else np.partition(numbers, at, None)[at]

# -- the soft maximum --------------------------------------------------------------------------------------------------

def _logsumexp(input: Any, *, dim: Any, keepdim: bool) -> Any:
    """log Σ exp(x), with the largest taken out, so that it cannot overflow."""
    top = input.max(dim, keepdims=True, initial=-inf)
    top = np.where(np.isfinite(top), top, 0)
    value = np.log(np.exp(input - top).sum(dim, keepdims=True)) + top
    return value if keepdim else value.reshape([n for axis, n in enumerate(input.shape) if axis not in dim])

logsumexp = operation("LogsumexpBackward0", _logsumexp,
                      lambda g, f: kept(g, f) * np.exp(f.input - kept(f.output, f)))
