"""Operations that make fewer numbers of many: sums, means, extremes. `dim` is an axis or a tuple of axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operation import operation

# fmt: off

@operation("SumBackward0", saves=False)
def sum(input: Any) -> Any:
    shape = input.shape
    return np.add.reduce(input, None), lambda g: np.broadcast_to(g, shape)

@operation("SumBackward1", saves=False)
def sum_dim(input: Any, *, dim: Any, keepdim: bool) -> Any:
    shape = input.shape
    return input.sum(dim, keepdims=keepdim), lambda g: np.broadcast_to(_kept(g, dim, keepdim), shape)

@operation("MeanBackward0", saves=False)
def mean(input: Any) -> Any:
    shape, n = input.shape, input.size
    return _divide(np.add.reduce(input, None), n), lambda g: np.broadcast_to(_divide(g, n), shape)

@operation("MeanBackward1", saves=False)
def mean_dim(input: Any, *, dim: Any, keepdim: bool) -> Any:
    shape = input.shape
    n = int(np.prod([shape[d] for d in np.atleast_1d(dim)]))
    return (_divide(input.sum(dim, keepdims=keepdim), n),
            lambda g: np.broadcast_to(_divide(_kept(g, dim, keepdim), n), shape))

@operation("MaxBackward1")
def max(input: Any) -> Any:
    y = input.max()
    return y, lambda g: _shared(g, _places(input, y))

@operation("MinBackward1")
def min(input: Any) -> Any:
    y = input.min()
    return y, lambda g: _shared(g, _places(input, y))

@operation("MaxBackward0")
def max_dim(input: Any, *, index: Any, dim: int, keepdim: bool) -> Any:
    return _pick(input, index, dim, keepdim)

@operation("MinBackward0")
def min_dim(input: Any, *, index: Any, dim: int, keepdim: bool) -> Any:
    return _pick(input, index, dim, keepdim)

def _pick(input: Any, index: Any, dim: int, keepdim: bool) -> Any:
    """The elements at `index` along `dim`: the values of `max(dim)` and `min(dim)`, once their places are known."""
    index = np.expand_dims(index, dim)
    value = np.take_along_axis(input, index, dim)
    shape, dtype = input.shape, input.dtype
    def spread(g: Any) -> Any:
        grad = np.zeros(shape, dtype)
        np.put_along_axis(grad, index, _kept(g, dim, keepdim), dim)
        return grad
    return value if keepdim else value.squeeze(dim), spread

# fmt: on


def _kept(g: Any, dim: Any, keepdim: bool) -> Any:
    """The gradient with the reduced axes put back, of length one."""
    return g if keepdim else np.expand_dims(g, dim)


def _divide(total: Any, n: int) -> Any:
    """A mean of no numbers is NaN, without NumPy's warning."""
    return total / n if n else total * np.nan


def _places(input: Any, extreme: Any) -> Any:
    """Where the extreme is: NaN, where there is one, is both the largest and the smallest, and equals nothing."""
    return input == extreme if extreme == extreme else np.isnan(input)


def _shared(g: Any, extreme: Any) -> Any:
    """Every place that holds the extreme gets an equal share."""
    return g * extreme / int(np.count_nonzero(extreme))
