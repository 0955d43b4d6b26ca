"""Operations that move numbers without changing them. Their gradients move the same numbers back."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..broadcasting import unbroadcast
from ..constants import zeros
from ..operation import Operation, flat, operation, same

view_of = partial(operation, is_view=True)

# fmt: off

def as_before(g: Any, f: Any) -> Any:
    """The rule of a change of shape: back to the shape that the input had."""
    return g.reshape(f.input_shape)

reshape      = view_of("ViewBackward0",      lambda input, *, shape: input.reshape(shape),             as_before)
view         = view_of("ViewBackward0",      lambda input, *, shape: input.reshape(shape, copy=False), as_before)
squeeze      = view_of("SqueezeBackward0",   lambda input: input.squeeze(),                            as_before)
squeeze_dim  = view_of("SqueezeBackward1",   lambda input, *, dim: input.squeeze(dim),                 as_before)
squeeze_dims = view_of("SqueezeBackward2",   lambda input, *, dim: input.squeeze(dim),                 as_before)
unsqueeze    = view_of("UnsqueezeBackward0", lambda input, *, dim: np.expand_dims(input, dim),         as_before)
alias        = view_of("AliasBackward0",     lambda input: input[...],                                 same)
t            = view_of("TBackward0",         lambda input: input.T,                                    lambda g, f: g.T)
transpose    = view_of("TransposeBackward0", lambda input, *, dim0, dim1: input.swapaxes(dim0, dim1),
                                             lambda g, f: g.swapaxes(f.dim0, f.dim1))
permute      = view_of("PermuteBackward0",   lambda input, *, dims: input.transpose(dims),
                                             lambda g, f: g.transpose([f.dims.index(i) for i in range(len(f.dims))]))
expand       = view_of("ExpandBackward0",    lambda input, *, shape: np.broadcast_to(input, shape),
                                             same, broadcasts=True)  # the engine sums what was repeated

# -- joining -----------------------------------------------------------------------------------------------------------

def _part(g: Any, f: Any, i: int) -> Any:
    """The piece of the gradient that belongs to the i-th tensor of a `cat`."""
    return g[(slice(None),) * (f.dim % g.ndim) + (slice(f.ends[i], f.ends[i + 1]),)]

cat   = operation("CatBackward0",   lambda *inputs, dim, ends: np.concatenate(inputs, dim), _part)
stack = operation("StackBackward0", lambda *inputs, dim: np.stack(inputs, dim), lambda g, f, i: g.take(i, f.dim))

# -- indexing ----------------------------------------------------------------------------------------------------------
# To read at an index and to place at one are each other's gradients. Integers, slices, None and Ellipsis take each
# element once at the most; with arrays of integers an element may be taken twice, and gets two gradients.

def _placed(input: Any, *, shape: Any, index: Any) -> Any:
    out = zeros(shape, input)
    out[index] = input
    return out

def _added(input: Any, *, shape: Any, index: Any) -> Any:
    out = zeros(shape, input)
    np.add.at(out, index, input)
    return out

def _put(g: Any, f: Any) -> Any:
    return place(g, shape=f.input_shape, index=f.index)

place   = operation("PlaceBackward0",    _placed, lambda g, f: g[f.index])
add_at  = operation("AddAtBackward0",    _added,  lambda g, f: g[f.index], saves=True)
view_at = view_of("SliceBackward0",      lambda input, *, index: input[index], _put)
select  = view_of("SelectBackward0",     lambda input, *, index: input[index], _put)
take_at = operation("IndexBackward0",    lambda input, *, index: input[index],
                    lambda g, f: add_at(g, shape=f.input_shape, index=f.index), saves=True)

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

# -- writing in place --------------------------------------------------------------------------------------------------
# What is overwritten gets no gradient, and what it is overwritten with gets that of its place. `look` is the view
# through which a tensor was changed, as a function of an array.

def _with_value(input: Any, value: Any, *, index: Any, value_shape: Any) -> Any:
    out = input.copy()
    out[index] = value
    return out

def _erased(input: Any, *, index: Any) -> Any:
    return _with_value(input, 0, index=index, value_shape=())

def _erased_in(input: Any, *, look: Any) -> Any:
    out = input.copy()
    look(out)[...] = 0
    return out

def _placed_in(input: Any, *, look: Any, shape: Any) -> Any:
    out = zeros(shape, input)
    look(out)[...] = input
    return out

erase: Operation = operation("EraseBackward0",    _erased,     lambda g, f: erase(g, index=f.index), saves=True)
put         = operation("IndexPutBackward0", _with_value, lambda g, f: erase(g, index=f.index),
                        lambda g, f: unbroadcast(g[f.index], f.value_shape), saves=True)
erase_in: Operation = operation("EraseInBackward0",  _erased_in,  lambda g, f: erase_in(g, look=f.look))
place_in    = operation("PlaceInBackward0",  _placed_in,  lambda g, f: look_in(g, look=f.look))
look_in: Operation = operation("LookInBackward0",   lambda input, *, look: look(input.copy()).copy(),
                        lambda g, f: place_in(g, look=f.look, shape=f.input_shape))
copy_slices = operation("CopySlices",        lambda input, view, *, look: input,
                        lambda g, f: erase_in(g, look=f.look), lambda g, f: look_in(g, look=f.look))
fill        = operation("FillBackward0",     lambda input, *, value: np.full_like(input, value), flat)
copy        = operation("CopyBackwards",     lambda input, src: np.broadcast_to(src, input.shape).copy(),
                        flat, same, broadcasts=True)
