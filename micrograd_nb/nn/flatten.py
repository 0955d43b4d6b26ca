"""Flatten: makes one axis of several, so that images can enter a `Linear`."""

from __future__ import annotations

from ..tensors import Tensor
from .module import Module


class Flatten(Module):
    """Makes one axis of the axes `start_dim` to `end_dim`; by default of all but the batch. (PyTorch: torch.nn.Flatten)

    Shapes: input (n, *, …), output (n, product of the others).

    >>> import micrograd_nb as mg
    >>> mg.nn.Flatten()(mg.zeros(32, 1, 8, 8)).shape
    micrograd_nb.Size([32, 64])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
