"""Activations: the nonlinear functions between layers, as modules without weights.

Without one, two linear layers are one linear layer.
"""

from __future__ import annotations

from ..tensors import Tensor
from .module import Module


class ReLU(Module):
    """max(x, 0), element by element. (PyTorch: torch.nn.ReLU)

    >>> import micrograd_nb as mg
    >>> mg.nn.ReLU()(mg.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return input.relu()


class Sigmoid(Module):
    """1 / (1 + exp(−x)): any number becomes one between 0 and 1. (PyTorch: torch.nn.Sigmoid)"""

    def forward(self, input: Tensor) -> Tensor:
        return input.sigmoid()


class Tanh(Module):
    """The hyperbolic tangent: any number becomes one between −1 and 1. (PyTorch: torch.nn.Tanh)"""

    def forward(self, input: Tensor) -> Tensor:
        return input.tanh()


class Softmax(Module):
    """exp(x) / Σ exp(x) along `dim`: positive numbers that add up to one. (PyTorch: torch.nn.Softmax)

    A loss on logits, such as `CrossEntropyLoss`, has it built in: do not put one before it.

    >>> import micrograd_nb as mg
    >>> mg.nn.Softmax(dim=1)(mg.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return input.softmax(self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """log(softmax(x)) along `dim`, computed so that it cannot overflow. (PyTorch: torch.nn.LogSoftmax)"""

    def forward(self, input: Tensor) -> Tensor:
        return input.log_softmax(self.dim)
