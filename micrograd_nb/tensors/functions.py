"""Operations of a layer's input and weights, which are functions and no methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..autograd import is_grad_enabled
from ..autograd.recording import bare_node
from ..autograd.rules import loss, neural
from . import errors
from .record import apply, wrap

if TYPE_CHECKING:
    from .core import Tensor

_INT64, _UINT8 = np.dtype(np.int64), np.dtype(np.uint8)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weight.T + bias, in one operation.

    Shapes: input (*, in), weight (out, in), bias (out,), result (*, out).
    """
    if input.array.dtype is not weight.array.dtype and input.array.dtype != weight.array.dtype:
        method = "double" if weight.array.itemsize == 8 else "float"
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {input.dtype.name} and {weight.dtype.name}: "
            f"make the input {weight.dtype.name}, for example with x.{method}()"
        )
    if bias is None or input.array.ndim != 2:
        operation = neural.linear if input.array.ndim == 2 else neural.linear_rows
        return apply(operation, *(x for x in (input, weight, bias) if x is not None))
    # apply(neural.linear, input, weight, bias), written out: the commonest operation of small networks
    x, w, b = input.array, weight.array, bias.array
    try:
        out = wrap(neural.linear.value(x, w, b))
    except ValueError as error:
        raise errors.explain(neural.linear, error, input, weight, bias) from None
    targets = (input.node, weight.node, bias.node)
    if targets != (None, None, None) and is_grad_enabled():
        out.node = node = bare_node(neural.linear, targets, out.array)
        node.input = x
        node.weight = w
        node.bias = b
    return out


def cross_entropy(input: Tensor, target: Tensor) -> Tensor:
    """The mean over the batch of −log softmax(input)[target], in one operation.

    Shapes: input (n, classes), floats, called logits; target (n,), the classes' numbers as integers; result ().

    Raises:
        RuntimeError: a target of another dtype.
        ValueError: batch sizes that differ.
        IndexError: a target below 0 or not below the number of classes.

    >>> import micrograd_nb as mg
    >>> mg.nn.functional.cross_entropy(mg.zeros(2, 10), mg.tensor([3, 7]))  # knows nothing: log 10
    tensor(2.3026)
    """
    logits, at = input.array, target.array
    if at.dtype != _INT64 and at.dtype != _UINT8:
        raise errors.not_classes(target)
    if logits.ndim != 2 or at.ndim != 1 or len(logits) != len(at):
        raise ValueError(
            f"Expected input batch_size ({len(logits) if logits.ndim else 0}) to match target batch_size "
            f"({len(at) if at.ndim else 0}): input is (n, classes), here {tuple(logits.shape)}; "
            f"target is (n,), here {tuple(at.shape)}."
        )
    # apply(loss.cross_entropy, input, target=at), written out
    try:
        value, kept = loss.cross_entropy.value(logits, target=at)
    except ValueError as error:
        raise errors.explain(loss.cross_entropy, error, input, target=at) from None
    out = wrap(value)
    if input.node is not None and is_grad_enabled():
        out.node = node = bare_node(loss.cross_entropy, (input.node,), out.array)
        node.input = logits
        node.__dict__ = kept
    return out
