"""`grad()`: gradients as return values, without touching any `.grad`; and `backward()` for several tensors at once.

Both take `create_graph=True`, which gives the gradients a graph of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from . import tracing
from .care import Care
from .constants import ONE
from .engine import run_backward
from .higher_order import RecordingCare
from .node import Node
from .recorded import Recorded
from .tensor_maker import tensor_of


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """The gradients of `outputs` with respect to `inputs`. (PyTorch: torch.autograd.grad)

    Arguments:
        outputs: a tensor or a sequence of tensors; the gradient is that of their sum.
        inputs: a tensor or a sequence of tensors, leaves or computed, that the outputs were computed from.
        grad_outputs: for each output, the gradient to start from; may be left out for a single number, where it is 1.
        retain_graph: keep the graph for another pass; left out, as `create_graph`.
        create_graph: record the computation of the gradients, so that they can be differentiated again.
        allow_unused: give None for an input that the outputs do not depend on, instead of an error.
        materialize_grads: give zeros instead of None for such an input.

    Returns:
        A tuple, one gradient for each input, of its shape and dtype.

    Raises:
        RuntimeError: an input that does not require gradients or was not used; the errors of `backward()`.

    >>> import micrograd_nb as mg
    >>> x, y = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    >>> mg.autograd.grad(x * y + y, [x, y])
    (tensor(3.), tensor(3.))
    >>> x.grad is None
    True
    """
    if is_grads_batched:
        raise NotImplementedError("is_grads_batched is not in micrograd_nb: call grad() once for each grad_output")
    if materialize_grads and allow_unused is False:
        raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: False.")
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    ends = _sequence(inputs)
    for i, x in enumerate(ends):
        if x.node is None:
            raise RuntimeError(
                f"One of the differentiated Tensors does not require grad: inputs[{i}], of shape {tuple(x.shape)}. "
                "Make it a leaf with requires_grad=True before you compute with it."
            )
    care = (RecordingCare if create_graph else Care)(x.node for x in ends)
    keep = create_graph if retain_graph is None else retain_graph
    run_backward(_roots(outputs, grad_outputs, create_graph), retain_graph=keep, extra=care)
    return tuple(_found(care, i, x, allow_unused, materialize_grads) for i, x in enumerate(ends))


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Adds the gradients of the sum of `tensors` to the `.grad` of every leaf. (PyTorch: torch.autograd.backward)

    Arguments:
        tensors: a tensor or a sequence of tensors.
        grad_tensors: for each, the gradient to start from; may be left out for a single number, where it is 1.
        retain_graph: keep the graph for another pass; left out, as `create_graph`.
        create_graph: record the computation of the gradients.
        inputs: the leaves whose `.grad` is wanted; left out, all of them.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor(2.0, requires_grad=True)
    >>> mg.autograd.backward([x * 3, x * x])
    >>> x.grad
    tensor(7.)
    """
    if inputs is not None:
        ends = _sequence(inputs)
        if not ends:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty: name tensors, or leave it out")
        found = grad(tensors, ends, grad_tensors, retain_graph, create_graph, allow_unused=True)
        for x, gradient in zip(ends, found, strict=True):
            if gradient is not None and not x.retains_grad:  # which has added it already
                x.accumulate_grad(gradient if create_graph else gradient.array, True)
        return
    keep = create_graph if retain_graph is None else retain_graph
    roots = _roots(tensors, grad_tensors, create_graph)
    run_backward(roots, retain_graph=keep, extra=RecordingCare() if create_graph else None)


# -- where a pass starts -----------------------------------------------------------------------------------------------


def root(tensor: Any, gradient: Any = None, place: int = 0) -> tuple[Node, ndarray]:
    """Where a backward pass from a tensor starts: its node, and ∂loss/∂tensor.

    Arguments:
        gradient: a tensor of the same shape; None for 1, the gradient of a single number.
        place: which of several tensors it is, for error messages.
    """
    node, array = tensor.node, tensor.array
    if node is None:
        raise RuntimeError(
            f"element {place} of tensors does not require grad and does not have a grad_fn: nothing that it was "
            "computed from requires gradients, or it was computed inside no_grad(). "
            "Make a leaf with requires_grad=True before you compute."
        )
    if gradient is None:
        if array.size != 1:
            raise RuntimeError(
                "grad can be implicitly created only for scalar outputs: backward() starts from the gradient of "
                f"one number, and this tensor has {array.size} (shape {array.shape}). Reduce it to a "
                "scalar, for example with .sum() or .mean(), or pass its gradient: backward(gradient=...)."
            )
        one = tracing.made(ONE[array.dtype])
        return node, one if array.ndim == 0 else one.reshape(array.shape)
    if not hasattr(gradient, "array"):
        raise TypeError(f"gradient must be a Tensor or None, not {type(gradient).__name__}: make one, tensor(1.0)")
    if gradient.array.shape != array.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{place}] has a shape of {tuple(gradient.array.shape)} and output[{place}] "
            f"has a shape of {tuple(array.shape)}. The gradient needs one number for each number of the output."
        )
    return node, gradient.array.astype(array.dtype, copy=False)


def _roots(tensors: Any, gradients: Any, create_graph: bool) -> list[tuple[Node, Any]]:
    outputs = _sequence(tensors)
    given = [None] * len(outputs) if gradients is None else _sequence(gradients)
    if len(given) != len(outputs):
        raise RuntimeError(
            f"got {len(outputs)} tensors and {len(given)} gradients: give one gradient for each tensor, or none"
        )
    roots: list[tuple[Node, Any]] = [root(x, g, i) for i, (x, g) in enumerate(zip(outputs, given, strict=True))]
    if create_graph:
        return [(node, Recorded(seed, getattr(g, "node", None))) for (node, seed), g in zip(roots, given, strict=True)]
    return roots


def _sequence(tensors: Any) -> Sequence[Any]:
    return [tensors] if hasattr(tensors, "array") else list(tensors)


# -- what a pass found -------------------------------------------------------------------------------------------------


def _found(care: Care, place: int, x: Any, allow_unused: bool, materialize: bool) -> Any:
    gradient = (care.found or {})[x.node]
    if gradient is None:
        if not allow_unused:
            raise RuntimeError(
                "One of the differentiated Tensors appears to not have been used in the graph: "
                f"inputs[{place}], of shape {tuple(x.shape)}. Set allow_unused=True if this is the desired behavior."
            )
        return tensor_of(np.zeros_like(x.array)) if materialize else None
    if isinstance(gradient, Recorded):
        return tensor_of(gradient.array, gradient.node)
    return tensor_of(np.array(gradient))
