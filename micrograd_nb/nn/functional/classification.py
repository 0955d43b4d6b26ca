"""Losses of classes: minus the logarithm of the probability that goes to the right one.

    cross_entropy   from logits, any numbers
    nll_loss        from logarithms of probabilities, such as `log_softmax` gives

Shapes: input (classes,), (n, classes) or (n, classes, d1, …); target the same without the axis of the classes: the
number of the right class, int64 or uint8. `cross_entropy` takes probabilities of all classes, too: a target of floats,
of the input's shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ... import tensors
from ...autograd.rules import loss as rules
from ...tensors import Tensor, apply, errors, reductions
from ...tensors.record import wrap
from .checks import constant, need_floats
from .reduction import check_reduction, reduced


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: None = None,
    ignore_index: int = -100,
    reduce: None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """−log softmax(input)[target]. (PyTorch: torch.nn.functional.cross_entropy)

    Shapes: see the module. Result (), with `reduction="none"` those of the targets.

    Arguments:
        weight: what each class counts, (classes,). The mean is weighted by it, too.
        ignore_index: a target that does not count.
        reduction: "mean", "sum" or "none".
        label_smoothing: this share of each target goes to all classes alike (Szegedy et al. 2016, arXiv 1512.00567).

    Raises:
        RuntimeError: targets or a weight of a wrong dtype or shape.
        ValueError: batch sizes that differ, an unknown reduction.
        IndexError: a target below 0 or not below the number of classes.
        TypeError: size_average, reduce: deprecated, see `reduction`.

    >>> import micrograd_nb as mg
    >>> cross_entropy(mg.zeros(2, 10), mg.tensor([3, 7]))  # knows nothing: log 10
    tensor(2.3026)
    """
    if weight is None and reduction == "mean" and not label_smoothing and size_average is None and reduce is None:
        a = input.array
        if a.ndim == 2 and target.array.ndim == 1 and ignore_index < 0 and a.dtype.kind == "f":
            try:
                return tensors.cross_entropy(input, target)  # all in one operation
            except IndexError:
                if not (target.array == ignore_index).any():
                    raise
    else:
        check_reduction(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    need_floats("cross_entropy", input)
    if target.array.shape == input.array.shape:
        return _of_probabilities(input, target, weight, ignore_index, reduction, label_smoothing)
    log_p = reductions.log_softmax(input, _axis_of_classes(input))
    loss = nll_loss(log_p, target, weight, ignore_index=ignore_index, reduction=reduction)
    if not label_smoothing:
        return loss
    smooth = _of_all_classes(log_p, target, weight, ignore_index, reduction)
    return loss * (1 - label_smoothing) + smooth * (label_smoothing / _count_of_classes(input))


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: None = None,
    ignore_index: int = -100,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """−input[target]: the cross-entropy, where the input is a `log_softmax` already. Arguments as for `cross_entropy`.

    (PyTorch: torch.nn.functional.nll_loss)
    """
    check_reduction(reduction, size_average, reduce)
    need_floats("nll_loss", input)
    _check_target(input, target)
    classes = target.array
    if classes.dtype not in (np.int64, np.uint8):
        raise errors.not_classes(target)
    factors = None if weight is None else _weights("nll_loss", weight, input)
    alone = input.array.ndim == 1
    if alone:
        input, classes = input.unsqueeze(0), classes.reshape(1)
    operation = rules.nll if input.array.ndim == 2 else rules.nll_2d
    options: dict[str, Any] = {"weight": factors, "ignore_index": ignore_index, "reduction": reduction}
    loss = apply(operation, input, target=classes, **options)
    return loss.reshape(target.shape) if alone and reduction == "none" else loss


# -- other targets than one class --------------------------------------------------------------------------------------


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, label_smoothing: float
) -> Tensor:
    """The cross-entropy with a target that gives each class a probability."""
    if target.array.dtype.kind != "f":
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {target.dtype.scalar_type}: a "
            f"target of the input's shape, {tuple(input.array.shape)}, holds probabilities. For the numbers of classes "
            "leave the axis of the classes out."
        )
    if ignore_index >= 0:
        raise RuntimeError(
            f"ignore_index is not supported for floating point target: it is {ignore_index}. Give such a target zeros."
        )
    count = _count_of_classes(input)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / count
    losses = reductions.log_softmax(input, _axis_of_classes(input)) * target
    if weight is not None:
        losses = losses * _along_classes("cross_entropy", weight, input)
    if reduction == "none":
        return -losses.sum(_axis_of_classes(input))
    return -losses.sum() if reduction == "sum" else -losses.sum() / (input.array.size / (count or np.nan))


def _of_all_classes(log_p: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str) -> Tensor:
    """The sum of the losses of all classes, which is what label smoothing adds."""
    losses = log_p if weight is None else log_p * _along_classes("cross_entropy", weight, log_p)
    losses = -losses.sum(_axis_of_classes(log_p))
    kept = target.array != ignore_index
    losses = losses.masked_fill(wrap(~kept), 0.0)
    if reduction != "mean":
        return reduced(losses, reduction)
    counted = kept if weight is None else np.take(weight.array, np.where(kept, target.array, 0)) * kept
    return losses.sum() / wrap(counted.sum().astype(losses.array.dtype))


def _along_classes(name: str, weight: Tensor, input: Tensor) -> Tensor:
    """A number for each class, as a tensor that broadcasts with the input."""
    _weights(name, weight, input)
    return weight.reshape(-1, *(1,) * max(0, input.array.ndim - 2))


# -- checks ------------------------------------------------------------------------------------------------------------


def _axis_of_classes(input: Tensor) -> int:
    return min(input.array.ndim - 1, 1) if input.array.ndim else 0


def _count_of_classes(input: Tensor) -> int:
    return input.array.shape[_axis_of_classes(input)] if input.array.ndim else 1


def _check_target(input: Tensor, target: Tensor) -> None:
    """A target has the input's shape without the axis of the classes."""
    sizes, given = input.array.shape, target.array.shape
    expected = f"input is (n, classes, …), here {tuple(sizes)}; target is (n, …), here {tuple(given)}."
    if not sizes:
        raise ValueError(f"Expected 1 or more dimensions (got 0): {expected}")
    if len(sizes) == 1:
        if given not in ((), (1,)):
            size = f"target size: {given[0]}" if len(given) == 1 else f"target of shape {tuple(given)}"
            raise ValueError(f"For 1D input, 1D target must have size 1, but got {size}. For classes, give one number.")
    elif len(sizes) == 2 and len(given) > 1:
        raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported: {expected}")
    elif not given or given[0] != sizes[0]:
        raise ValueError(
            f"Expected input batch_size ({sizes[0]}) to match target batch_size ({given[0] if given else 0}): "
            f"{expected}"
        )
    elif given != sizes[:1] + sizes[2:]:
        raise RuntimeError(f"Expected target size {list(sizes[:1] + sizes[2:])}, got {list(given)}: {expected}")


def _weights(name: str, weight: Tensor, input: Tensor) -> ndarray:
    """A number for each class."""
    count = _count_of_classes(input)
    if weight.array.shape != (count,):
        raise RuntimeError(
            f"{name}: weight tensor should be defined either for all {count} classes or no classes but got weight "
            f"tensor of shape: {list(weight.array.shape)}"
        )
    if weight.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"expected scalar type {input.dtype.scalar_type} but found {weight.dtype.scalar_type}: the weight must "
            f"have the input's dtype. Use weight.to({input.dtype})."
        )
    return constant(name, "weight", weight)
