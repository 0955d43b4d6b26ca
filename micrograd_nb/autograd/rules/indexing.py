"""Operations that read at indices, and that write at indices into a copy.

To read and to write are each other's gradients: what was read at an index sends its gradient back there, and what was
written at one gets the gradient that is there. Integers, slices, None, Ellipsis and masks name each element once at
the most; an array of integers may name one twice, and then two gradients are added up.

An `index` is always one of NumPy's, also where PyTorch's function takes a tensor of indices and a `dim`: see `along`.
"""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from ..broadcasting import unbroadcast
from ..constants import zeros
from ..operation import Operation, operation, same

FEW = 128  # so few numbers are added up by the plain way


def along(index: ndarray, dim: int) -> tuple[Any, ...]:
    """What `gather` and its like mean by indices and a `dim`: the other axes count on their own.

    >>> import numpy as np
    >>> np.array([[5, 6, 7], [8, 9, 10]])[along(np.array([[2], [0]]), 1)]
    array([[7],
           [8]])
    """
    n = index.ndim
    counts = [np.arange(index.shape[i]).reshape((-1,) + (1,) * (n - i - 1)) for i in range(n)]
    return (*counts[:dim], index, *counts[dim + 1 :]) if n else (index,)


# fmt: off

# -- to place, and to add where an index comes twice -------------------------------------------------------------------

def _placed(input: Any, *, shape: Any, index: Any) -> Any:
    out = zeros(shape, input)
    out[index] = input
    return out

def _added(input: Any, *, shape: Any, index: Any) -> Any:
    return _add_into(zeros(shape, input), index, input)

def _add_into(out: Any, index: Any, numbers: Any) -> Any:
    """out[index] += numbers. NumPy's `add.at` takes a fifth of the time where the index counts through the memory."""
    if numbers.size < FEW or not out.flags.c_contiguous or type(out) is not ndarray:
        np.add.at(out, index, numbers)
    else:
        places = _places(index, out.shape)
        np.add.at(out.reshape(-1), places.ravel(), np.broadcast_to(numbers, places.shape).ravel())
    return out

def _places(index: Any, shape: Any) -> Any:
    """Where the elements of an index are in memory."""
    if len(index) == 1 and index[0].dtype.kind == "i":  # whole rows
        width = prod(shape[1:])
        rows = index[0] % shape[0] * width
        return (rows[..., None] + np.arange(width)).reshape(rows.shape + shape[1:])
    return np.arange(prod(shape)).reshape(shape)[index]

place  = operation("PlaceBackward0", _placed, lambda g, f: g[f.index])
add_at = operation("AddAtBackward0", _added,  lambda g, f: g[f.index], saves=True)

# -- to read -----------------------------------------------------------------------------------------------------------

def _back(g: Any, f: Any) -> Any:
    return place(g, shape=f.input_shape, index=f.index)

def _added_back(g: Any, f: Any) -> Any:
    return add_at(g, shape=f.input_shape, index=f.index)

def _reads(name: str, rule: Any, **flags: Any) -> Operation:
    return operation(name, lambda input, *, index: input[index], rule, **flags)

view_at       = _reads("SliceBackward0",        _back, is_view=True)
select        = _reads("SelectBackward0",       _back, is_view=True)
mask_at       = _reads("IndexBackward0",        _back,       saves=True)
take_at       = _reads("IndexBackward0",        _added_back, saves=True)
index_select  = _reads("IndexSelectBackward0",  _added_back, saves=True)
gather        = _reads("GatherBackward0",       _added_back, saves=True)
take          = _reads("TakeBackward0",         _added_back, saves=True)
masked_select = _reads("MaskedSelectBackward0", _back,       saves=True)
sort          = _reads("SortBackward0",         _back,       saves=True)
sort_stable   = _reads("SortBackward1",         _back,       saves=True)
topk          = _reads("TopkBackward0",         _back,       saves=True)

# The same along one axis, with an index for each element that is kept.

def _along(input: Any, *, index: Any, dim: int) -> Any:
    return np.take_along_axis(input, index, dim)

def _placed_along(input: Any, *, shape: Any, index: Any, dim: int) -> Any:
    out = zeros(shape, input)
    np.put_along_axis(out, index, input, dim)
    return out

take_along  = operation("GatherBackward0", _along,
                        lambda g, f: place_along(g, shape=f.input_shape, index=f.index, dim=f.dim), saves=True)
place_along: Operation = operation("PlaceAlongBackward0", _placed_along,
                        lambda g, f: take_along(g, index=f.index, dim=f.dim), saves=True)

# -- to write into a copy ----------------------------------------------------------------------------------------------
# What is overwritten gets no gradient, and what it is overwritten with gets that of its place.

def _with_value(input: Any, value: Any, *, index: Any, value_shape: Any) -> Any:
    out = input.copy()
    out[index] = value
    return out

def _filled(input: Any, *, index: Any, value: Any) -> Any:
    return _with_value(input, value, index=index, value_shape=())

def _plus_value(input: Any, value: Any, *, index: Any, value_shape: Any) -> Any:
    return _add_into(input.copy(), index, value)

def _without(g: Any, f: Any) -> Any:
    return erase(g, index=f.index)

def _of_the_place(g: Any, f: Any) -> Any:
    return unbroadcast(g[f.index], f.value_shape)

_puts = partial(operation, saves=True)

erase: Operation = operation("EraseBackward0", lambda input, *, index: _filled(input, index=index, value=0),
                             _without, saves=True)

put            = _puts("IndexPutBackward0",      _with_value, _without, _of_the_place)
put_flat       = _puts("PutBackward0",           _with_value, _without, _of_the_place)
scatter        = _puts("ScatterBackward0",       _with_value, _without, _of_the_place)
index_copy     = _puts("IndexCopyBackward0",     _with_value, _without, _of_the_place)
index_fill_by  = _puts("IndexFillBackward1",     _with_value, _without, _of_the_place)
masked_scatter = _puts("MaskedScatterBackward0", _with_value, _without, _of_the_place)
scatter_fill   = _puts("ScatterBackward1",       _filled,     _without)
index_fill     = _puts("IndexFillBackward0",     _filled,     _without)
put_add        = _puts("IndexPutBackward0",      _plus_value, same,     _of_the_place)
put_flat_add   = _puts("PutBackward0",           _plus_value, same,     _of_the_place)
scatter_add    = _puts("ScatterAddBackward0",    _plus_value, same,     _of_the_place)
index_add      = _puts("IndexAddBackward0",      _plus_value, same,     _of_the_place)

# -- to reduce, each place with what is scattered there ----------------------------------------------------------------

_reduces = partial(operation, saves=True)

def _mean_of(input: Any, value: Any, *, index: Any, counts: Any) -> Any:
    total = _add_into(input.copy(), index, value)
    return total / counts if input.dtype.kind == "f" else total // counts

def _by(ufunc: np.ufunc) -> Any:
    def reduced(input: Any, value: Any, *, index: Any) -> Any:
        out = input.copy()
        ufunc.at(out, index, value)
        return out

    return reduced

def _to_extremes(g: Any, f: Any) -> Any:
    """All that are equal to the extreme share its gradient."""
    kept, chosen = f.input == f.output, f.value == f.output[f.index]
    share = g / _add_into(kept.astype(g.dtype), f.index, chosen.astype(g.dtype))
    return share * kept, share[f.index] * chosen

def _to_factors(g: Any, f: Any) -> Any:
    """Each factor gets the product of the others: a division where nothing is 0."""
    ones = np.ones_like(f.value)
    zero = f.value == 0
    zeros_there = _added(zero.astype(int), shape=f.output.shape, index=f.index)[f.index]
    product = scatter_prod(f.input, np.where(zero, ones, f.value), index=f.index)
    others = product[f.index] * (zeros_there == zero) / np.where(zero, ones, f.value)
    return g * scatter_prod(np.ones_like(f.input), f.value, index=f.index), g[f.index] * others

scatter_sum  = _puts("ScatterReduceBackward0", _plus_value, same, _of_the_place)
scatter_mean = _reduces("ScatterReduceBackward0", _mean_of, lambda g, f: g / f.counts,
                                                            lambda g, f: (g / f.counts)[f.index])
scatter_amax = _reduces("ScatterReduceBackward0", _by(np.maximum), _to_extremes, joint=True)
scatter_amin = _reduces("ScatterReduceBackward0", _by(np.minimum), _to_extremes, joint=True)
scatter_prod: Operation = _reduces("ScatterReduceBackward0", _by(np.multiply), _to_factors, joint=True)
