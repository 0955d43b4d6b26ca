"""Operations that are functions and no methods: of several tensors, or of a layer's input and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.rules import elementwise, neural, shape
from . import dtypes, errors
from .core import Tensor, _axis, _cast, _operand, _wrap, apply, record


def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """`input` where the condition holds, `other` elsewhere; the three broadcast.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([-1.0, 2.0])
    >>> mg.where(x > 0, x, 0.0)
    tensor([0., 2.])
    """
    if not isinstance(condition, Tensor) or condition.array.dtype != np.bool_:
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got {_kind(condition)}. Write x > 0.")
    common = dtypes.common_dtype(*(x.array if isinstance(x, Tensor) else x for x in (input, other)))
    branches = [_cast(x, common) if isinstance(x, Tensor) else _wrap(np.asarray(x, common)) for x in (input, other)]
    return apply(elementwise.where, condition, *branches)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Joins tensors along an axis that they have; the other axes must agree."""
    parts = _same_dtype(tensors, "cat")
    if any(p.array.ndim == 0 for p in parts):
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated: use stack")
    return apply(shape.cat, *parts, dim=_axis(parts[0], dim))


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Joins tensors of one shape along a new axis."""
    parts = _same_dtype(tensors, "stack")
    sizes = [tuple(p.array.shape) for p in parts]
    if len(set(sizes)) > 1:
        raise RuntimeError(
            f"stack expects each tensor to be equal size, but got {', '.join(map(str, sizes))}. "
            "To join along an axis that they have, use cat."
        )
    return apply(shape.stack, *parts, dim=_axis(parts[0].unsqueeze(0), dim))


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
    if bias is None:
        return apply(neural.linear, input, weight)
    # apply(neural.linear, input, weight, bias), written out: the commonest operation of small networks
    try:
        value, rule, weight_rule, bias_rule = neural.linear(input.array, weight.array, bias.array)
    except ValueError as error:
        raise errors.explain(neural.linear, error, input, weight, bias) from None
    targets = x, w, b = input.node, weight.node, bias.node
    return record(neural.linear, value, targets, ((x, rule, input), (w, weight_rule, weight), (b, bias_rule, bias)))


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
    if at.dtype.kind not in "iu":
        raise RuntimeError(
            f"expected scalar type Long but found {target.dtype.name}: targets are the numbers of classes. "
            "Use target.long(), or one_hot.argmax(1) where you have one-hot rows."
        )
    if logits.ndim != 2 or at.ndim != 1 or len(logits) != len(at):
        raise ValueError(
            f"Expected input batch_size ({len(logits) if logits.ndim else 0}) to match target batch_size "
            f"({len(at) if at.ndim else 0}): input is (n, classes), here {tuple(logits.shape)}; "
            f"target is (n,), here {tuple(at.shape)}."
        )
    try:
        value, rule = neural.cross_entropy(logits, target=at)
    except ValueError:
        classes = logits.shape[1]
        wrong = at[(at < 0) | (at >= classes)][0]
        raise IndexError(f"Target {wrong} is out of bounds: there are {classes} classes, 0 to {classes - 1}.") from None
    return record(neural.cross_entropy, value, (input.node,), ((input.node, rule, input),), {"target": at})


def _same_dtype(tensors: Sequence[Any], name: str) -> list[Tensor]:
    """The tensors, cast to their common dtype."""
    if len(tensors) == 0:
        raise (ValueError if name == "cat" else RuntimeError)(f"{name} expects a non-empty list of Tensors")
    parts = [x if isinstance(x, Tensor) else _operand(x) for x in tensors]
    common = dtypes.common_dtype(*(p.array for p in parts))
    return [_cast(p, common) for p in parts]


def _kind(x: Any) -> str:
    return f"a tensor of {x.dtype.name}" if isinstance(x, Tensor) else type(x).__name__
