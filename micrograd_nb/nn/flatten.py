"""Flatten: makes one axis of several, so that images can enter a `Linear`; Unflatten: makes several of one."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from ..tensors import Tensor, axes
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


class Unflatten(Module):
    """Makes several axes of one, `dim`. (PyTorch: torch.nn.Unflatten)

    Shapes: input (…, n, …), output (…, *unflattened_size, …).

    Arguments:
        unflattened_size: the sizes, whose product is n; one of them may be -1: whatever is left.

    Raises:
        TypeError: sizes that are no ints.
        RuntimeError: sizes that do not multiply up to n.

    >>> import micrograd_nb as mg
    >>> mg.nn.Unflatten(1, (1, 8, 8))(mg.zeros(32, 64)).shape
    micrograd_nb.Size([32, 1, 8, 8])
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(
                f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}"
            )
        for place, size in enumerate(unflattened_size):
            if not isinstance(size, int):
                raise TypeError(
                    "unflattened_size must be tuple of ints, but found element of type "
                    f"{type(size).__name__} at pos {place}"
                )
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        sizes, shape, dim = list(self.unflattened_size), input.array.shape, axes.one(input, self.dim)
        if not sizes:
            raise RuntimeError("unflatten: sizes must be non-empty: give the sizes of the new axes")
        known = prod(n for n in sizes if n != -1)
        if sizes.count(-1) > 1 or (shape[dim] % known if -1 in sizes and known else shape[dim] != known):
            raise RuntimeError(
                f"unflatten: Provided sizes {sizes} don't multiply up to the size of dim {dim} ({shape[dim]}) in the "
                f"input tensor, whose shape is {tuple(shape)}"
            )
        return input.view(*shape[:dim], *sizes, *shape[dim + 1 :])

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
