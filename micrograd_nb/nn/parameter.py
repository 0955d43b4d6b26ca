"""Parameter: a tensor that a model learns. Buffer: one that belongs to its state, but is not learned.

Assign one to an attribute of a `Module`, and `module.parameters()` hands it to an optimizer, or `module.buffers()`
lists it. Any other tensor that you assign stays what it is: a value that the module keeps for itself.
"""

from __future__ import annotations

from typing import Any

from ..tensors import Tensor, dtype, empty, from_numpy


class Parameter(Tensor):
    """A leaf that requires gradients, and that modules register by its type. (PyTorch: torch.nn.Parameter)

    Arguments:
        data: a tensor of floats. The parameter shares its memory and leaves its history behind.
        requires_grad: False for a parameter that is part of the model, but stays as it is.

    Raises:
        TypeError: `data` is no tensor.
        RuntimeError: integers that should require gradients.

    >>> import micrograd_nb as mg
    >>> mg.nn.Parameter(mg.tensor([1.0, 2.0]))
    Parameter containing:
    tensor([1., 2.], requires_grad=True)
    """

    __slots__ = ()

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True) -> None:
        if data is None:
            data = empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(
                f"a Parameter is made of a Tensor, not of {type(data).__name__}. Make a tensor of it first: "
                "Parameter(tensor(...))."
            )
        self.array = data.array
        self._grad = self.node = None
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle is a new leaf: its own numbers, no gradient, no place in the old one's graph."""
        return type(self), (from_numpy(self.array), self.requires_grad)


def new_parameter(*size: int, device: Any = None, dtype: dtype | None = None) -> Parameter:
    """A parameter of the given size whose numbers are still to be filled in.

    Arguments:
        device: "cpu", or None, which says the same.
        dtype: the default dtype, if left out.
    """
    data = empty(*size, dtype=dtype)
    return Parameter(data if device is None else data.to(device))


class Buffer(Tensor):
    """A tensor that modules register as a buffer by its type. (PyTorch: torch.nn.Buffer)

    Arguments:
        data: a tensor, with which it shares memory.
        persistent: False keeps it out of `state_dict()`.

    >>> import micrograd_nb as mg
    >>> model = mg.nn.Module()
    >>> model.steps = mg.nn.Buffer(mg.zeros(1))
    >>> dict(model.named_buffers())
    {'steps': tensor([0.])}
    """

    __slots__ = ("persistent",)

    def __init__(self, data: Tensor | None = None, *, persistent: bool = True) -> None:
        if data is None:
            data = empty(0)
        if not isinstance(data, Tensor):
            raise TypeError(f"a Buffer is made of a Tensor, not of {type(data).__name__}: Buffer(tensor(...))")
        self.array = data.array
        self._grad = self.node = None
        self.requires_grad = data.requires_grad
        self.persistent = persistent

    def __reduce__(self) -> tuple[Any, ...]:
        return _buffer, (from_numpy(self.array), self.requires_grad, self.persistent)


def _buffer(data: Tensor, requires_grad: bool, persistent: bool) -> Buffer:
    """What a copied or unpickled buffer is made by."""
    return Buffer(data.requires_grad_(requires_grad), persistent=persistent)
