"""Linear: the layer y = x Wᵀ + b; Bilinear, which multiplies two inputs; and Identity, the layer that does nothing."""

from __future__ import annotations

import math
from typing import Any

from ..tensors import Tensor, dtype
from . import init
from .functional import bilinear, linear
from .module import Module
from .parameter import Parameter, new_parameter


class Linear(Module):
    """Multiplies by weights and adds a bias: y = x Wᵀ + b. (PyTorch: torch.nn.Linear)

    Shapes: input (*, in_features), output (*, out_features); weight (out_features, in_features), bias (out_features,).
    Both start uniform between ±1/√in_features, from the numbers that `manual_seed` seeds.

    Arguments:
        bias: False leaves the bias out; it is None then.
        dtype: of weight and bias, and so of the input; the default dtype if it is not given.

    Raises:
        RuntimeError: an input whose last axis or dtype is not the weight's.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Linear(3, 2)
    >>> layer(mg.ones(5, 3)).shape
    micrograd_nb.Size([5, 2])
    >>> layer
    Linear(in_features=3, out_features=2, bias=True)
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: dtype | None = None
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = new_parameter(out_features, in_features, device=device, dtype=dtype)
        self.register_parameter("bias", new_parameter(out_features, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new weights and a new bias."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # the bound is 1/√in
        if self.bias is not None:
            bound = 1 / math.sqrt(max(self.in_features, 1))
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """y[o] = x1ᵀ W[o] x2 + b[o]: what two inputs say together. (PyTorch: torch.nn.Bilinear)

    Shapes: input1 (*, in1_features), input2 (*, in2_features), output (*, out_features); weight (out_features,
    in1_features, in2_features), bias (out_features,). Both start uniform between ±1/√in1_features.

    Arguments:
        bias: False leaves the bias out; it is None then.

    Raises:
        ValueError: `in1_features` is not above 0.

    >>> import micrograd_nb as mg
    >>> mg.nn.Bilinear(3, 4, 2)(mg.ones(5, 3), mg.ones(5, 4)).shape
    micrograd_nb.Size([5, 2])
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = new_parameter(out_features, in1_features, in2_features, device=device, dtype=dtype)
        self.register_parameter("bias", new_parameter(out_features, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new weights and a new bias."""
        if self.in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={self.in1_features})")
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Identity(Module):
    """Returns its input. Stands where a layer was, or might be. (PyTorch: torch.nn.Identity)

    Takes any arguments and makes nothing of them, so that it can replace any layer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input
