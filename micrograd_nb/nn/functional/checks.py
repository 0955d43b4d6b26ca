"""What functions of layers check before they compute, with PyTorch's types of errors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Operation
from ...tensors import Tensor, errors
from ...tensors.dtypes import common_dtype
from ...tensors.record import cast


def need_floats(name: str, input: Any) -> None:
    """Refuses what is no tensor of floats."""
    if not isinstance(input, Tensor):
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}. "
            "Make a tensor of it first: tensor(...)."
        )
    if input.array.dtype.kind != "f":
        raise not_implemented(name, input)


def not_implemented(name: str, input: Tensor) -> NotImplementedError:
    """The error for a function of floats that was given something else, or floats of too few digits."""
    return NotImplementedError(f'"{name}" is not implemented for {input.dtype.name}: it takes floats. Use x.float().')


def known(x: Tensor) -> bool:
    """Whether its numbers can be looked at. While a static graph is traced, they are others at each replay."""
    return isinstance(x.array, ndarray)


def same_dtype(*tensors: Tensor) -> list[Tensor]:
    """The tensors, cast to their common dtype."""
    common = common_dtype(*(x.array for x in tensors))
    return [cast(x, common) for x in tensors]


def broadcast(operation: Operation, *tensors: Tensor) -> list[Tensor]:
    """The tensors, stretched to one shape; an error of the operation, if they do not broadcast."""
    try:
        shape = np.broadcast_shapes(*(x.array.shape for x in tensors))
    except ValueError as error:
        raise errors.explain(operation, error, *tensors) from None
    return [x if x.array.shape == shape else x.expand(shape) for x in tensors]


def constant(function: str, argument: str, x: Tensor) -> ndarray:
    """The array of a tensor that gets no gradient; an error where one is wanted."""
    if x.requires_grad:
        raise RuntimeError(
            f"The function '{function}' is not differentiable with respect to argument '{argument}'. This input cannot "
            f"have requires_grad True. Use {argument}.detach()."
        )
    return x.array
