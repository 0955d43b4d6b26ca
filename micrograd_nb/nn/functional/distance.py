"""How alike two vectors are: by the angle between them, or by the distance."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd.rules import distance as rules
from ...autograd.rules.elementwise import sub as minus
from ...tensors import Tensor, apply, axes, errors, from_numpy
from ...tensors.dtypes import get_default_dtype
from .checks import broadcast, same_dtype


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors: 1 where they point the same way, −1 where the opposite way.

    (PyTorch: torch.nn.functional.cosine_similarity)

    Shapes: x1 and x2 equal or broadcasting; result theirs without the axis `dim`.

    Arguments:
        dim: the axis along which the vectors lie.
        eps: the least length; a shorter vector is divided by it.

    Raises:
        RuntimeError: integers, shapes that do not broadcast.

    >>> import micrograd_nb as mg
    >>> cosine_similarity(mg.tensor([[1.0, 0.0], [1.0, 1.0]]), mg.tensor([[5.0, 0.0]]))
    tensor([1.0000, 0.7071])
    """
    x1, x2 = same_dtype(x1, x2)
    if x1.array.dtype.kind != "f":
        raise RuntimeError(
            f"expected common dtype to be floating point, yet common dtype is {x1.dtype.scalar_type}: use x.float()"
        )
    x1, x2 = broadcast(rules.pairwise, x1, x2)
    return (normalize(x1, 2.0, dim, eps) * normalize(x2, 2.0, dim, eps)).sum(dim)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 − x2 + eps along the last axis. (PyTorch: torch.nn.functional.pairwise_distance)

    Shapes: (*, size), equal or broadcasting; result (*).

    >>> import micrograd_nb as mg
    >>> pairwise_distance(mg.tensor([[3.0, 4.0]]), mg.zeros(1, 2))
    tensor([5.0000])
    """
    x1, x2 = same_dtype(x1, x2)
    if x1.array.dtype.kind != "f":
        errors.refuse_bools(minus, x1, x2)
        x1, x2 = x1.to(get_default_dtype()), x2.to(get_default_dtype())
    if x1.array.ndim == x2.array.ndim == 0:
        x1, x2 = x1.reshape(1), x2.reshape(1)
        keepdim = False
    return apply(rules.pairwise, x1, x2, p=p, eps=eps, keepdim=keepdim)


def pdist(input: Tensor, p: float = 2) -> Tensor:
    """The distance between every two rows: of the first to all after it, then of the second, and so on.

    Shapes: input (n, size); result (n (n − 1) / 2,). (PyTorch: torch.nn.functional.pdist)

    Raises:
        RuntimeError: an input that is no matrix of floats, a negative `p`.
    """
    if input.array.ndim != 2:
        raise RuntimeError(
            f"pdist only supports 2D tensors, got: {input.array.ndim}D. It compares the rows of a matrix."
        )
    if input.array.dtype.kind != "f":
        raise RuntimeError(f"pdist only supports floating-point dtypes, not {input.dtype.name}: use x.float()")
    if p < 0:
        raise RuntimeError(f"pdist only supports non-negative p values, but p is {p}")
    first, second = (from_numpy(i) for i in np.triu_indices(len(input.array), 1))
    return apply(rules.pairwise, input[first], input[second], p=p, eps=0.0, keepdim=False)


def normalize(input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """Divides vectors by their p-norm, so that their length is 1. (PyTorch: torch.nn.functional.normalize)

    Arguments:
        dim: the axis along which the vectors lie, or several, or None for all.
        eps: the least norm; what is shorter is divided by it.
        out: a tensor that takes the result; then no gradient can be recorded.

    Raises:
        RuntimeError: integers; `out` where gradients are recorded.

    >>> import micrograd_nb as mg
    >>> normalize(mg.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. "
            f"Got {input.dtype.scalar_type}: use x.float()."
        )
    result = apply(rules.normalize, input, p=p, dim=axes.several(input, dim), eps=eps)
    if out is None:
        return result
    if result.requires_grad:
        raise RuntimeError(
            "div(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
            "requires grad. Leave out=… away, or compute inside no_grad()."
        )
    return out.copy_(result)
