"""Keeps gradients from exploding: all of them scaled down together, or each number cut off.

    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()

Pascanu et al. 2013, "On the difficulty of training recurrent neural networks".
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from types import GeneratorType
from typing import Any

import numpy as np
from numpy import absolute, maximum, minimum, multiply, ndarray, sqrt

from ...autograd import changes
from ...autograd.quiet import quietly
from ...tensors import Tensor, tensor
from ...tensors.record import wrap

Tensors = Tensor | Iterable[Tensor]


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scales the gradients down, in place, so that their norm is at most `max_norm`. Returns the norm before.

    All gradients together count as one vector: its direction stays, and its length is limited.

    Arguments:
        parameters: one tensor or several; those without a gradient are passed over.
        norm_type: which norm; `float("inf")` for the largest absolute value.
        error_if_nonfinite: an error if the norm is NaN or infinite. Without it NaN spreads to all gradients.
        foreach: which of PyTorch's implementations to use. All compute the same, and here there is one.

    Raises:
        RuntimeError: the norm is not finite, and `error_if_nonfinite` is set.

    >>> import micrograd_nb as mg
    >>> p = mg.zeros(2, requires_grad=True)
    >>> (p * mg.tensor([30.0, 40.0])).sum().backward()
    >>> mg.nn.utils.clip_grad_norm_(p, max_norm=1.0)
    tensor(50.)
    >>> p.grad
    tensor([0.6000, 0.8000])
    """
    if isinstance(parameters, GeneratorType):
        parameters = list(parameters)
        if not parameters:
            warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2)
    parameters = _listed(parameters)
    norm = _total_norm(_grads(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, norm)
    return norm


def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all numbers in some tensors, as if they stood in one vector: a 0-d tensor.

    Raises:
        RuntimeError: the norm is not finite, and `error_if_nonfinite` is set; integers; an infinite norm of nothing.

    >>> import micrograd_nb as mg
    >>> mg.nn.utils.get_total_norm([mg.tensor([1.0, 2.0]), mg.tensor([2.0])])
    tensor(3.)
    """
    return _total_norm([t.array for t in _listed(tensors)], norm_type, error_if_nonfinite)


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scales the gradients down, in place, by a norm that is known: `get_total_norm` of them, or of more."""
    grads = _grads(parameters)
    quietly(_shrink, grads, float(max_norm), total_norm.array)
    changes.note_all(grads, "clip_grads_with_norm_")


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Cuts every number of the gradients off at ±`clip_value`, in place. Their direction changes.

    >>> import micrograd_nb as mg
    >>> p = mg.zeros(2, requires_grad=True)
    >>> (p * mg.tensor([30.0, 0.5])).sum().backward()
    >>> mg.nn.utils.clip_grad_value_(p, clip_value=1.0)
    >>> p.grad
    tensor([1.0000, 0.5000])
    """
    grads, most = _grads(parameters), float(clip_value)
    for g in grads:
        minimum(maximum(g, -most, out=g), most, out=g)
    changes.note_all(grads, "clip_grad_value_")


# -- on arrays ---------------------------------------------------------------------------------------------------------


def _listed(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _grads(parameters: Tensors) -> list[ndarray]:
    """The arrays of the gradients that there are."""
    grads: list[Any] = [p._grad for p in _listed(parameters) if p._grad is not None]
    return [g.array if isinstance(g, Tensor) else g for g in grads]  # an array, until somebody asks for the tensor


def _shrink(grads: list[ndarray], max_norm: float, norm: ndarray) -> None:
    scale = minimum(max_norm / (norm + 1e-6), 1.0)
    for g in grads:
        multiply(g, scale, g)


def _total_norm(arrays: list[ndarray], norm_type: float, error_if_nonfinite: bool) -> Tensor:
    order = float(norm_type)
    if not arrays:
        return tensor(0.0)
    for x in arrays:
        if x.dtype.kind != "f":
            raise RuntimeError(
                f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {x.dtype.name}. "
                "A norm is a root: make it a float first, x.float()."
            )
    norm = wrap(quietly(_norm, arrays, order))
    if error_if_nonfinite and not norm.isfinite().item():
        raise RuntimeError(
            f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped. "
            "To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`. To find where it comes from: detect_anomaly()."
        )
    return norm


def _norm(arrays: list[ndarray], order: float) -> Any:
    """The norm of several arrays as of one vector."""
    flat = [x.reshape(-1) for x in arrays]
    if order == 2:
        return sqrt(sum(x.dot(x) for x in flat))
    if math.isinf(order) and not all(x.size for x in flat):
        raise RuntimeError("the infinity norm cannot be computed of an empty tensor: it has no largest number")
    return np.linalg.norm(np.array([np.linalg.norm(absolute(x), order) for x in flat]), order)
