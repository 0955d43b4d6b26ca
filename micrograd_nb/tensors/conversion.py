"""Tensors as other dtypes, as Python numbers and as NumPy arrays; and where their numbers lie in memory.

Every function is a method.

>>> import micrograd_nb as mg
>>> x = mg.tensor([[1.7, -1.7]])
>>> x.long(), x.double()
(tensor([[ 1, -1]]), tensor([[ 1.7000, -1.7000]], dtype=micrograd_nb.float64))
>>> x.T.stride(), x.T.is_contiguous()
((1, 2), True)
"""

from __future__ import annotations

from builtins import bool as Bool
from builtins import int as Int
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd import changes, is_grad_enabled
from . import axes, devices, dtypes
from .elementwise import clone
from .in_place import copy_
from .record import cast, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor

# -- another dtype -----------------------------------------------------------------------------------------------------


def to(
    input: Tensor,
    *args: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: Bool = False,
    copy: Bool = False,
) -> Tensor:
    """The same numbers as another dtype, recorded; the tensor itself where there is nothing to do.

    `to(dtype)`, `to(device)`, `to(device, dtype)` and `to(other)`, which is a tensor, each also with non_blocking and
    copy. The only device is the cpu, so non_blocking means nothing.

    Arguments:
        copy: a copy in any case.

    Raises:
        RuntimeError: another device.
    """
    flags = []
    for arg in args:
        if isinstance(arg, Bool):
            flags.append(arg)
        elif isinstance(arg, (str, devices.device, Int)):
            device = arg
        elif is_tensor(arg):
            dtype = arg.dtype
        elif arg is not None:
            dtype = arg
    if device is not None:
        devices.check(device)
    made = input if dtype is None else cast(input, dtypes.to_numpy(dtype))
    return clone(made) if made is input and (copy or flags[1:] == [True]) else made


def type_(input: Tensor, dtype: Any = None, non_blocking: Bool = False) -> Any:
    """The name of the dtype in the old manner, "micrograd_nb.FloatTensor"; or, with a dtype, the tensor as that."""
    if dtype is None:
        return f"micrograd_nb.{input.dtype.scalar_type}Tensor"
    if isinstance(dtype, str):
        named = [d for d in dtypes.ALL if dtype.endswith(f".{d.scalar_type}Tensor")]
        if not named:
            raise ValueError(
                f"invalid type: '{dtype}'. A dtype is meant, such as float64, or 'micrograd_nb.LongTensor'"
            )
        dtype = named[0]
    return to(input, getattr(dtype, "of", dtype))


def type_as(input: Tensor, other: Tensor) -> Tensor:
    """As the dtype of another tensor."""
    return to(input, other)


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


def half(input: Tensor) -> Tensor:
    """As float16."""
    return to(input, dtypes.float16)


def long(input: Tensor) -> Tensor:
    """As int64, towards zero."""
    return to(input, dtypes.int64)


def int(input: Tensor) -> Tensor:
    """As int32, towards zero."""
    return to(input, dtypes.int32)


def short(input: Tensor) -> Tensor:
    """As int16, towards zero."""
    return to(input, dtypes.int16)


def char(input: Tensor) -> Tensor:
    """As int8, towards zero."""
    return to(input, dtypes.int8)


def byte(input: Tensor) -> Tensor:
    """As uint8, towards zero."""
    return to(input, dtypes.uint8)


def bool(input: Tensor) -> Tensor:
    """As bool: whether each element is not 0."""
    return to(input, dtypes.bool_)


# -- another device ----------------------------------------------------------------------------------------------------


def cpu(input: Tensor) -> Tensor:
    """Itself: every tensor is on the cpu."""
    return input


def cuda(input: Tensor, device: Any = None, non_blocking: Bool = False) -> Tensor:
    """Refuses: there is no such device."""
    raise devices.no_device("cuda")


def get_device(input: Tensor) -> Int:
    """The number of the device: -1, for the cpu has none."""
    return -1


# -- as Python numbers and as arrays -----------------------------------------------------------------------------------


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


def numpy(input: Tensor, *, force: Bool = False) -> ndarray:
    """The array itself: what changes there changes here.

    Arguments:
        force: also of a tensor that requires gradients, though what NumPy does to the numbers is not recorded.
    """
    if input.node is not None and not force:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead: "
            "what NumPy does to the numbers is not recorded."
        )
    return input.array


def is_nonzero(input: Tensor) -> Bool:
    """Whether the one element is not 0."""
    return Bool(input)


def numel(input: Tensor) -> Int:
    """How many elements there are."""
    return input.array.size


def is_floating_point(input: Tensor) -> Bool:
    """Whether the elements are floats."""
    return input.is_floating_point()


def is_complex(input: Tensor) -> Bool:
    """Whether the elements are complex numbers: they never are."""
    return input.is_complex()


# -- element by element, in Python -------------------------------------------------------------------------------------


def apply_(input: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Replaces each element by `callable(element)`. Slow, and without gradients."""
    return _python_(input, "apply_", callable, input.array)


def map_(input: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replaces each element by `callable(element, element of the other tensor)`. Slow, and without gradients."""
    return _python_(input, "map_", callable, *np.broadcast_arrays(input.array, tensor.array))


def _python_(input: Tensor, name: str, callable: Callable[..., Any], *arrays: ndarray) -> Tensor:
    if input.node is not None:
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead: Python's "
            "functions are not recorded."
        )
    made = [callable(*(x.item() for x in elements)) for elements in zip(*(a.flat for a in arrays), strict=True)]
    return copy_(input, wrap(np.array(made, input.array.dtype).reshape(input.array.shape)))


# -- where the numbers lie ---------------------------------------------------------------------------------------------


def element_size(input: Tensor) -> Int:
    """How many bytes an element has."""
    return input.array.itemsize


def stride(input: Tensor, dim: Int | None = None) -> Any:
    """How many elements further in memory one step along each axis goes; or along one axis."""
    steps = tuple(n // input.array.itemsize for n in input.array.strides)
    return steps if dim is None else steps[axes.one(input, dim)]


def storage_offset(input: Tensor) -> Int:
    """How many elements of the memory come before the first one of this tensor."""
    return (data_ptr(input) - _address(changes.owner_of(input.array))) // input.array.itemsize


def data_ptr(input: Tensor) -> Int:
    """The address of the first element."""
    return _address(input.array)


def untyped_storage(input: Tensor) -> Storage:
    """The memory that the tensor looks into: the same for all its views."""
    return Storage(changes.owner_of(input.array))


class Storage:
    """A piece of memory, in bytes."""

    def __init__(self, array: ndarray) -> None:
        self._array = array

    def data_ptr(self) -> Int:
        """Its address."""
        return _address(self._array)

    def nbytes(self) -> Int:
        """Its length."""
        return self._array.nbytes

    size = __len__ = nbytes


def _address(array: ndarray) -> Int:
    return array.__array_interface__["data"][0]


def share_memory_(input: Tensor) -> Tensor:
    """Refuses: memory that processes share is not offered. Threads share all tensors as they are."""
    raise NotImplementedError("share_memory_: tensors are not shared between processes here; threads share them anyway")
