"""Linear: the layer y = x Wᵀ + b, and Identity, the layer that does nothing."""

from __future__ import annotations

import math
from typing import Any

from ..tensors import Tensor, dtype, empty
from . import init
from .functional import linear
from .module import Module
from .parameter import Parameter


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

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, dtype: dtype | None = None) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
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


class Identity(Module):
    """Returns its input. Stands where a layer was, or might be. (PyTorch: torch.nn.Identity)

    Takes any arguments and makes nothing of them, so that it can replace any layer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input
