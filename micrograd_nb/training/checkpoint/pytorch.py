"""Weights to PyTorch and back: `to_torch` and `from_torch`, for state dicts and whatever else holds tensors.

    torch_model.load_state_dict(to_torch(model.state_dict()))
    model.load_state_dict(from_torch(torch_model.state_dict()))

The names and shapes are the same in both, so that is all there is to it; an optimizer's state goes the same way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import tensors
from ...nn import Parameter
from ...tensors import Size, Tensor, dtype, from_numpy
from ..nested import mapped


def to_torch(value: Any) -> Any:
    """The same with PyTorch's tensors in the place of ours, in dicts, lists and tuples that may be nested.

    They are copies. Tensors that are the same array, such as tied weights, become one tensor.

    Raises:
        ImportError: PyTorch is not installed.
    """
    torch = _torch()
    made: dict[Any, Any] = {}

    def one(x: Any) -> Any:
        if isinstance(x, dtype):
            return getattr(torch, x.name)
        if not isinstance(x, Tensor):
            return torch.Size(x) if isinstance(x, Size) else x
        key = x.array.__array_interface__["data"][0], x.array.shape, x.array.strides, x.array.dtype
        if key not in made or not x.array.size:
            made[key] = torch.from_numpy(np.array(x.array, order="C"))
        if isinstance(x, Parameter):
            return torch.nn.Parameter(made[key], x.requires_grad)
        return made[key].detach().requires_grad_(x.requires_grad)

    return mapped(value, one)


def from_torch(value: Any) -> Any:
    """The same with our tensors in the place of PyTorch's, in dicts, lists and tuples that may be nested.

    They are copies, on the CPU. bfloat16, which NumPy has not, becomes float32, which can hold its numbers. Tensors
    that are the same memory, such as tied weights, become one array.

    Raises:
        ImportError: PyTorch is not installed.
        TypeError: a tensor of complex numbers, or of another dtype that does not exist here.
    """
    torch = _torch()
    made: dict[Any, Any] = {}

    def one(x: Any) -> Any:
        if isinstance(x, torch.dtype):
            return getattr(tensors.dtypes, {"bool": "bool_"}.get(name := str(x).removeprefix("torch."), name))
        if not isinstance(x, torch.Tensor):
            return Size(x) if isinstance(x, torch.Size) else x
        key = x.data_ptr(), tuple(x.shape), x.stride(), x.dtype
        if key not in made or not x.numel():
            plain = x.detach().cpu()
            made[key] = np.array((plain.float() if plain.dtype == torch.bfloat16 else plain).numpy())
        if isinstance(x, torch.nn.Parameter):
            return Parameter(from_numpy(made[key]), x.requires_grad)
        return from_numpy(made[key]).requires_grad_(x.requires_grad)

    return mapped(value, one)


def _torch() -> Any:
    try:
        import torch  # here, because PyTorch is not needed for anything else
    except ImportError:
        raise ImportError("to_torch and from_torch need PyTorch: pip install torch") from None
    return torch
