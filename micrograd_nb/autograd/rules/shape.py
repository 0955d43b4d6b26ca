"""Operations that arrange numbers differently without changing them. Their gradients move the same numbers back."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided as strided
from numpy.lib.stride_tricks import sliding_window_view

from ..constants import zeros
from ..operation import Operation, operation, same
from .indexing import add_at

view_of = partial(operation, is_view=True)

# fmt: off

# -- views: the same memory, looked at in another shape ----------------------------------------------------------------

def as_before(g: Any, f: Any) -> Any:
    """The rule of a change of shape: back to the shape that the input had."""
    return g.reshape(f.input_shape)

reshape      = view_of("ViewBackward0",      lambda input, *, shape: input.reshape(shape),             as_before)
view         = view_of("ViewBackward0",      lambda input, *, shape: input.reshape(shape, copy=False), as_before)
squeeze      = view_of("SqueezeBackward0",   lambda input: input.squeeze(),                            as_before)
squeeze_dim  = view_of("SqueezeBackward1",   lambda input, *, dim: input.squeeze(dim),                 as_before)
squeeze_dims = view_of("SqueezeBackward2",   lambda input, *, dim: input.squeeze(dim),                 as_before)
unsqueeze    = view_of("UnsqueezeBackward0", lambda input, *, dim: input[(slice(None),) * dim + (None,)], as_before)
alias        = view_of("AliasBackward0",     lambda input: input[...],                                 same)
t            = view_of("TBackward0",         lambda input: input.T,                      lambda g, f: g.T)
transpose    = view_of("TransposeBackward0", lambda input, *, dim0, dim1: input.swapaxes(dim0, dim1),
                                             lambda g, f: g.swapaxes(f.dim0, f.dim1))
permute      = view_of("PermuteBackward0",   lambda input, *, dims: input.transpose(dims),
                                             lambda g, f: g.transpose([f.dims.index(i) for i in range(len(f.dims))]))
expand       = view_of("ExpandBackward0",    lambda input, *, shape: np.broadcast_to(input, shape),
                                             same, broadcasts=True)  # the engine sums what was repeated

def _diagonal(input: Any, *, offset: int, dim1: int, dim2: int) -> Any:
    view = np.diagonal(input, offset, dim1, dim2)
    view.flags.writeable = input.flags.writeable
    return view

def _on_diagonal(input: Any, *, shape: Any, offset: int, dim1: int, dim2: int) -> Any:
    out = zeros(shape, input)
    _diagonal(out, offset=offset, dim1=dim1, dim2=dim2)[...] = input
    return out

def _back_on_diagonal(g: Any, f: Any) -> Any:
    return diag_embed(g, shape=f.input_shape, offset=f.offset, dim1=f.dim1, dim2=f.dim2)

def _copied_diagonal(input: Any, *, offset: int, dim1: int, dim2: int) -> Any:
    return np.diagonal(input, offset, dim1, dim2).copy()

diagonal   = view_of("DiagonalBackward0",    _diagonal,        _back_on_diagonal)
diag       = operation("DiagonalBackward0",  _copied_diagonal, _back_on_diagonal)
diag_embed: Operation = operation("DiagEmbedBackward0", _on_diagonal,
                   lambda g, f: diag(g, offset=f.offset, dim1=f.dim1, dim2=f.dim2))

def _windows(input: Any, *, dim: int, size: int, step: int) -> Any:
    every = (slice(None),) * dim + (slice(None, None, step),)
    return sliding_window_view(input, size, dim, writeable=input.flags.writeable)[every]

def _overlapped(input: Any, *, shape: Any, dim: int, size: int, step: int) -> Any:
    """Puts windows back where they were taken from; where they overlap, they add up."""
    out = zeros(shape, input)
    count = input.shape[dim]
    for i in range(size):
        out[(slice(None),) * dim + (slice(i, i + count * step, step),)] += input[..., i]
    return out

unfold  = view_of("UnfoldBackward0", _windows,
                  lambda g, f: overlap(g, shape=f.input_shape, dim=f.dim, size=f.size, step=f.step))
overlap: Operation = operation("OverlapBackward0", _overlapped,
                  lambda g, f: unfold(g, dim=f.dim, size=f.size, step=f.step))

def _strided(input: Any, *, size: Any, stride: Any, offset: int) -> Any:
    return strided(input.reshape(-1)[offset:], size, [n * input.itemsize for n in stride])

def _added_back(g: Any, f: Any) -> Any:
    steps = np.ogrid[tuple(map(slice, f.size))]
    places = sum((n * i for n, i in zip(f.stride, steps, strict=True)), np.array(f.offset))
    return add_at(g, shape=f.input_shape, index=np.unravel_index(places, f.input_shape))

as_strided = view_of("AsStridedBackward0", _strided, _added_back)

# -- copies in another order -------------------------------------------------------------------------------------------

def _summed(g: Any, f: Any) -> Any:
    """The gradients of all copies, added up: the axes of the copies stand before those of the input."""
    wide = (1,) * (len(f.repeats) - len(f.input_shape)) + tuple(f.input_shape)
    both = [n for pair in zip(f.repeats, wide, strict=True) for n in pair]
    return g.reshape(both).sum(tuple(range(0, len(both), 2))).reshape(f.input_shape)

def _opposite(shifts: Any) -> Any:
    return tuple(-n for n in shifts)

contiguous = operation("CloneBackward0", lambda input: input.copy(), same)
repeat = operation("RepeatBackward0", lambda input, *, repeats: np.tile(input, repeats), _summed)
flip: Operation = operation("FlipBackward0", lambda input, *, dims: np.flip(input, dims).copy(),
                            lambda g, f: flip(g, dims=f.dims))
roll: Operation = operation("RollBackward0", lambda input, *, shifts, dims: np.roll(input, shifts, dims),
                            lambda g, f: roll(g, shifts=_opposite(f.shifts), dims=f.dims))
rot90: Operation = operation("Rot90Backward0", lambda input, *, k, dims: np.rot90(input, k, dims).copy(),
                            lambda g, f: rot90(g, k=-f.k, dims=f.dims))
tril: Operation = operation("TrilBackward0", lambda input, *, diagonal: np.tril(input, diagonal),
                            lambda g, f: tril(g, diagonal=f.diagonal))
triu: Operation = operation("TriuBackward0", lambda input, *, diagonal: np.triu(input, diagonal),
                            lambda g, f: triu(g, diagonal=f.diagonal))

# -- to join and to take apart -----------------------------------------------------------------------------------------

def _part(g: Any, f: Any, i: int) -> Any:
    """The piece of the gradient that belongs to the i-th tensor of a `cat`."""
    return g[(slice(None),) * f.dim + (slice(f.ends[i], f.ends[i + 1]),)]

def _stacked(*inputs: Any, dim: int) -> Any:
    new = (slice(None),) * dim + (None,)
    return np.concatenate([x[new] for x in inputs], dim)  # np.stack takes three times as long

cat   = operation("CatBackward0",   lambda *inputs, dim, ends: np.concatenate(inputs, dim), _part)
stack = operation("StackBackward0", _stacked, lambda g, f, i: g[(slice(None),) * f.dim + (i,)])

def _blocks(*inputs: Any, ends: Any) -> Any:
    """Matrices along the diagonal of a large one; `ends` are the row and column where each begins, and the size."""
    out = zeros(ends[-1], _like(inputs))
    for i, x in enumerate(inputs):
        out[_block(ends, i)] = x
    return out

def _like(inputs: Any) -> Any:
    """The one of the inputs that a result is like: an array that records what is done to it, if there is one."""
    return next((x for x in inputs if type(x) is not np.ndarray), inputs[0])

def _block(ends: Any, i: int) -> Any:
    return tuple(slice(start, end) for start, end in zip(ends[i], ends[i + 1], strict=True))

block_diag = operation("BlockDiagBackward0", _blocks, lambda g, f, i: g[_block(f.ends, i)])

# An operation with several outputs. What comes back is a dict (see `several`): the gradient of each piece that got one.

def _pieces(input: Any, *, indices: Any) -> Any:
    return tuple([input[index] for index in indices])

def _together(*inputs: Any, shape: Any, indices: Any) -> Any:
    out = zeros(shape, _like(inputs))
    for index, x in zip(indices, inputs, strict=True):
        out[index] = x
    return out

def _joined(g: Any, f: Any) -> Any:
    return join(*g.values(), shape=f.input_shape, indices=[f.indices[i] for i in g])

join             = operation("JoinBackward0", _together, lambda g, f, i: g[f.indices[i]])
split            = view_of("SplitBackward0",          _pieces, _joined)
split_with_sizes = view_of("SplitWithSizesBackward0", _pieces, _joined)
unbind           = view_of("UnbindBackward0",         _pieces, _joined)
