"""All parameters of a model as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from ...tensors import Tensor, cat


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All numbers of some parameters, one after the other, in a new tensor. Gradients flow through it.

    >>> import micrograd_nb as mg
    >>> mg.nn.utils.parameters_to_vector(mg.nn.Linear(3, 2).parameters()).shape
    micrograd_nb.Size([8])
    """
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Gives parameters the numbers of a vector, in order: each becomes a view of its part.

    Raises:
        TypeError: `vec` is no tensor.
        RuntimeError: it is too short; nothing has been changed then.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Linear(2, 1)
    >>> mg.nn.utils.vector_to_parameters(mg.arange(3.0), layer.parameters())
    >>> layer.weight, layer.bias
    (Parameter containing:
    tensor([[0., 1.]], requires_grad=True), Parameter containing:
    tensor([2.], requires_grad=True))
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected micrograd_nb.Tensor, but got: {type(vec).__name__}. Make one: tensor([...])")
    parameters = list(parameters)
    numbers = vec.detach().reshape(-1)
    ends = list(accumulate(p.numel() for p in parameters))
    for p, end in zip(parameters, ends, strict=True):
        if end > vec.numel():
            raise RuntimeError(
                f"shape '{list(p.shape)}' is invalid for input of size {p.numel() - (end - vec.numel())}: the vector "
                f"has {vec.numel()} numbers, and the parameters have {ends[-1]}"
            )
    for p, end in zip(parameters, ends, strict=True):
        p.data = numbers[end - p.numel() : end].reshape(p.shape)
