"""Operations that move numbers without changing them. Their gradients move the same numbers back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..operation import operation, same

# fmt: off

@operation("ViewBackward0", saves=False)
def reshape(input: Any, *, shape: Any) -> Any:
    before = input.shape
    return input.reshape(shape), lambda g: g.reshape(before)

@operation("ViewBackward0", saves=False)
def view(input: Any, *, shape: Any) -> Any:
    before = input.shape
    return input.reshape(shape, copy=False), lambda g: g.reshape(before)

@operation("AliasBackward0", saves=False)
def alias(input: Any) -> Any:
    return input[...], same

@operation("SqueezeBackward0", saves=False)
def squeeze(input: Any) -> Any:
    before = input.shape
    return input.squeeze(), lambda g: g.reshape(before)

@operation("SqueezeBackward1", saves=False)
def squeeze_dim(input: Any, *, dim: Any) -> Any:
    before = input.shape
    return input.squeeze(dim), lambda g: g.reshape(before)

@operation("SqueezeBackward2", saves=False)
def squeeze_dims(input: Any, *, dim: Any) -> Any:
    return squeeze_dim(input, dim=dim)

@operation("UnsqueezeBackward0", saves=False)
def unsqueeze(input: Any, *, dim: int) -> Any:
    return np.expand_dims(input, dim), lambda g: g.squeeze(dim)

@operation("PermuteBackward0", saves=False)
def permute(input: Any, *, dims: Any) -> Any:
    back = tuple(int(i) for i in np.argsort(dims))
    return input.transpose(dims), lambda g: g.transpose(back)

@operation("TransposeBackward0", saves=False)
def transpose(input: Any, *, dim0: int, dim1: int) -> Any:
    return input.swapaxes(dim0, dim1), lambda g: g.swapaxes(dim0, dim1)

@operation("TBackward0", saves=False)
def t(input: Any) -> Any:
    return input.T, np.transpose

@operation("ExpandBackward0", broadcasts=True, saves=False)
def expand(input: Any, *, shape: Any) -> Any:
    return np.broadcast_to(input, shape), same  # the engine sums what was repeated

# -- joining -----------------------------------------------------------------------------------------------------------

@operation("CatBackward0", saves=False)
def cat(*tensors: Any, dim: int) -> Any:
    ends = np.cumsum([t.shape[dim] for t in tensors])
    def part(end: int, length: int) -> Any:
        where = (slice(None),) * (dim % tensors[0].ndim) + (slice(end - length, end),)
        return lambda g: g[where]
    return np.concatenate(tensors, dim), *(part(end, t.shape[dim]) for end, t in zip(ends, tensors, strict=True))

@operation("StackBackward0", saves=False)
def stack(*tensors: Any, dim: int) -> Any:
    def part(i: int) -> Any:
        return lambda g: g.take(i, dim)
    return np.stack(tensors, dim), *(part(i) for i in range(len(tensors)))

# -- indexing ----------------------------------------------------------------------------------------------------------

@operation("SliceBackward0", saves=False)
def view_at(input: Any, *, index: Any) -> Any:
    """`input[index]` with integers, slices, None and Ellipsis: each element is taken once at the most."""
    shape, dtype = input.shape, input.dtype
    def put(g: Any) -> Any:
        grad = np.zeros(shape, dtype)
        grad[index] = g
        return grad
    return input[index], put

@operation("SelectBackward0", saves=False)
def select(input: Any, *, index: Any) -> Any:
    return view_at(input, index=index)

@operation("IndexBackward0")
def take_at(input: Any, *, index: Any) -> Any:
    """`input[index]` with arrays of integers: an element that is taken twice gets two gradients."""
    shape, dtype = input.shape, input.dtype
    def put(g: Any) -> Any:
        grad = np.zeros(shape, dtype)
        np.add.at(grad, index, g)
        return grad
    return input[index], put
