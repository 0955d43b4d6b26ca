"""Tensors as other dtypes, as Python numbers and as NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy import ndarray

from ..autograd import is_grad_enabled
from . import dtypes
from .record import cast

if TYPE_CHECKING:
    from .core import Tensor


def to(input: Tensor, dtype: Any) -> Tensor:
    """The same numbers as another dtype; itself if it has that dtype already. The only device is the cpu."""
    if isinstance(dtype, str):
        if dtype == "cpu":
            return input
        raise RuntimeError(
            f"there is no device {dtype!r}: micrograd_nb computes with NumPy, on the cpu. Leave .to() out."
        )
    return cast(input, dtypes.to_numpy(dtype))


def in_dtype(input: Tensor, dtype: Any) -> Tensor:
    """What a function with an option `dtype` computes on; None leaves the elements as they are."""
    if dtype is None:
        return input
    wanted = dtypes.to_numpy(dtype)
    if input.node is not None and wanted.kind != "f" and is_grad_enabled():
        raise RuntimeError(
            f"Autograd not support dtype: {dtypes.FROM_NUMPY[wanted].scalar_type}. The input requires gradients, and "
            "whole numbers have none: leave dtype out, or use x.detach()."
        )
    return cast(input, wanted)


def summands(input: Tensor, dtype: Any) -> Tensor:
    """What is added up or multiplied: whole numbers as int64, where no `dtype` is wanted."""
    if dtype is not None:
        return in_dtype(input, dtype)
    return cast(input, dtypes.int64.dtype) if input.array.dtype.kind in "biu" else input


def float(input: Tensor) -> Tensor:
    """As float32."""
    return to(input, dtypes.float32)


def double(input: Tensor) -> Tensor:
    """As float64."""
    return to(input, dtypes.float64)


def long(input: Tensor) -> Tensor:
    """As int64, towards zero."""
    return to(input, dtypes.int64)


def int(input: Tensor) -> Tensor:
    """As int32, towards zero."""
    return to(input, dtypes.int32)


def bool(input: Tensor) -> Tensor:
    """As bool: whether each element is not 0."""
    return to(input, dtypes.bool_)


def cpu(input: Tensor) -> Tensor:
    """Itself: every tensor is on the cpu."""
    return input


def item(input: Tensor) -> Any:
    """The one element as a Python number."""
    if input.array.size != 1:
        raise RuntimeError(
            f"a Tensor with {input.array.size} elements cannot be converted to Scalar: item() takes one element. "
            "Use .tolist() for all, or reduce it, for example with .mean()."
        )
    return input.array.item()


def tolist(input: Tensor) -> Any:
    """The elements as nested lists of Python numbers."""
    return input.array.tolist()


def numpy(input: Tensor) -> ndarray:
    """The array itself: what changes there changes here."""
    if input.node is not None:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead: "
            "what NumPy does to the numbers is not recorded."
        )
    return input.array
