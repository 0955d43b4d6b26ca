"""Operations that make fewer numbers of many: sums, means, extremes. `dim` is an axis or a tuple of axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operation import operation
from .indexing import place_along

# fmt: off

def _kept(g: Any, f: Any) -> Any:
    """The gradient with the reduced axes put back, of length one."""
    return g if f.keepdim else np.expand_dims(g, f.dim)

sum      = operation("SumBackward0", lambda input: np.add.reduce(input, None),
                     lambda g, f: np.broadcast_to(g, f.input_shape))
sum_dim  = operation("SumBackward1", lambda input, *, dim, keepdim: input.sum(dim, keepdims=keepdim),
                     lambda g, f: np.broadcast_to(_kept(g, f), f.input_shape))
mean     = operation("MeanBackward0", lambda input: _divide(np.add.reduce(input, None), input.size),
                     lambda g, f: np.broadcast_to(_divide(g, _count(f.input_shape)), f.input_shape))
mean_dim = operation("MeanBackward1",
                     lambda input, *, dim, keepdim: _divide(input.sum(dim, keepdims=keepdim), _count(input.shape, dim)),
                     lambda g, f: np.broadcast_to(_divide(_kept(g, f), _count(f.input_shape, f.dim)), f.input_shape))

# The places of an extreme of the whole array get equal shares; along an axis, the first place gets all.
max      = operation("MaxBackward1", lambda input: input.max(), lambda g, f: _shared(g, _places(f.input, f.output)))
min      = operation("MinBackward1", lambda input: input.min(), lambda g, f: _shared(g, _places(f.input, f.output)))

def _pick(input: Any, *, index: Any, dim: int, keepdim: bool) -> Any:
    """The elements at `index` along `dim`: the values of `max(dim)` and `min(dim)`, once their places are known."""
    value = np.take_along_axis(input, np.expand_dims(index, dim), dim)
    return value if keepdim else value.squeeze(dim)

def _spread(g: Any, f: Any) -> Any:
    return place_along(_kept(g, f), shape=f.input_shape, index=np.expand_dims(f.index, f.dim), dim=f.dim)

max_dim  = operation("MaxBackward0", _pick, _spread, saves=True)
min_dim  = operation("MinBackward0", _pick, _spread, saves=True)

# fmt: on


def _count(shape: Any, dim: Any = None) -> int:
    """How many elements are reduced to one."""
    return int(np.prod([shape[d] for d in np.atleast_1d(range(len(shape)) if dim is None else dim)]))


def _divide(total: Any, n: int) -> Any:
    """A mean of no numbers is NaN, without NumPy's warning."""
    return total / n if n else total * np.nan


def _places(input: Any, extreme: Any) -> Any:
    """Where the extreme is: NaN, where there is one, is both the largest and the smallest, and equals nothing."""
    return input == extreme if extreme == extreme else np.isnan(input)


def _shared(g: Any, places: Any) -> Any:
    """Every place that holds the extreme gets an equal share."""
    return g * places / int(np.count_nonzero(places))
