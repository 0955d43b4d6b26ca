"""Losses of numbers and of probabilities: how far each output is from its target.

    numbers         mse_loss, l1_loss, smooth_l1_loss, huber_loss, poisson_nll_loss, gaussian_nll_loss
    probabilities   binary_cross_entropy, binary_cross_entropy_with_logits, kl_div, multilabel_soft_margin_loss

Input and target have the same shape. `reduction` says what is made of the losses of all elements: "mean", "sum", or
"none" for one loss each. Losses of classes are in `classification`, those that want a margin in `margin`.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import no_grad
from ...autograd.rules import loss as rules
from ...tensors import Tensor, apply, where
from .activation import logsigmoid
from .checks import broadcast, constant, known, need_floats, same_dtype
from .reduction import check_reduction, reduced

# -- of numbers --------------------------------------------------------------------------------------------------------


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The squared error, (x − t)². (PyTorch: torch.nn.functional.mse_loss)

    Shapes: input and target equal; result (), with `reduction="none"` theirs.

    Arguments:
        weight: what each element counts, of the input's shape; the mean is divided by its sum.

    Warns:
        UserWarning: the shapes differ. They broadcast, which is seldom meant.

    >>> import micrograd_nb as mg
    >>> mse_loss(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 4.0]))
    tensor(2.)
    """
    check_reduction(reduction, size_average, reduce)
    input, target = _pair("mse_loss", input, target)
    if weight is not None:
        return _weighted_mean(apply(rules.mse, input, target, reduction="none"), weight, reduction)
    return apply(rules.mse, input, target, reduction=reduction)


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The absolute error, |x − t|. Shapes, `weight` and the warning as for `mse_loss`."""
    check_reduction(reduction, size_average, reduce)
    input, target = _pair("", input, target)
    if input.array.dtype.kind != "f":
        return reduced((input - target).abs(), reduction)
    if weight is not None:
        return _weighted_mean(apply(rules.l1, input, target, reduction="none"), weight, reduction)
    return apply(rules.l1, input, target, reduction=reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """The absolute error, rounded off: (x − t)² / (2 beta) where that is nearer than beta, |x − t| − beta/2 beyond.

    Raises:
        RuntimeError: `beta` is negative.
    """
    check_reduction(reduction, size_average, reduce)
    input, target = _pair("smooth_l1_loss", input, target)
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta. It is {beta}.")
    if beta == 0:
        return apply(rules.l1, input, target, reduction=reduction)
    return apply(rules.smooth_l1, input, target, beta=beta, reduction=reduction)


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Half the squared error up to the distance delta, and then a straight line (Huber 1964).

    Arguments:
        weight: what each element counts, of the input's shape. The mean is one over the elements, whatever they count.

    Raises:
        RuntimeError: `delta` is not positive.
    """
    check_reduction(reduction)
    input, target = _pair("huber_loss", input, target)
    if delta <= 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta. It is {delta}.")
    if weight is None:
        return apply(rules.huber, input, target, delta=delta, reduction=reduction)
    _check_weight(weight, input)
    return reduced(apply(rules.huber, input, target, delta=delta, reduction="none") * weight, reduction)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: None = None,
    eps: float = 1e-08,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """−log of the probability that a Poisson distribution gives to a count.

    Arguments:
        log_input: the input is the logarithm of the expected count; False, the expected count itself.
        full: adds Stirling's approximation of log(target!), which does not depend on the input.
        eps: keeps the logarithm away from 0 where the input is none.
    """
    check_reduction(reduction, size_average, reduce)
    losses = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        losses = losses + where(target > 1, stirling, 0.0)
    return reduced(losses, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-06,
    reduction: str = "mean",
) -> Tensor:
    """−log of the density that a normal distribution with this mean and variance has at the target.

    Shapes: input (*), target (*) or broadcasting to it; var (*), or (*) with a last axis of length one or without it.

    Arguments:
        input: the mean.
        var: the variance, a tensor or one number.
        full: adds log(2π) / 2, which depends on nothing.
        eps: the least variance; a smaller one passes for it.

    Raises:
        ValueError: a negative variance, or a shape of it that does not fit.
    """
    check_reduction(reduction)
    var = _variance(input, var)
    with no_grad():
        lifted = var.clamp(min=eps)
    var = var + (lifted - var.detach())  # lifted, with the gradient of the variance itself
    losses = 0.5 * (var.log() + (input - target) ** 2 / var)
    return reduced(losses + 0.5 * math.log(2 * math.pi) if full else losses, reduction)


# -- of probabilities --------------------------------------------------------------------------------------------------


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """−log of the probability that the input gives to the target: input and target between 0 and 1.

    For logits use `binary_cross_entropy_with_logits`, which no logit is too large for.

    Arguments:
        weight: what each element counts; it broadcasts.

    Raises:
        ValueError: shapes that differ.
        RuntimeError: numbers that are no probabilities, dtypes that differ, a weight that requires gradients.

    >>> import micrograd_nb as mg
    >>> binary_cross_entropy(mg.tensor([0.5, 0.75]), mg.tensor([1.0, 1.0]), reduction="none")
    tensor([0.6931, 0.2877])
    """
    check_reduction(reduction, size_average, reduce)
    if target.array.shape != input.array.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    need_floats("binary_cross_entropy", input)
    if target.array.dtype != input.array.dtype:
        raise RuntimeError(
            f"Found dtype {target.dtype.scalar_type} but expected {input.dtype.scalar_type}: the target must have the "
            f"input's dtype. Use target.to({input.dtype})."
        )
    for name, x in (("input", input), ("target", target)):
        if known(x) and not ((x.array >= 0) & (x.array <= 1)).all():
            raise RuntimeError(
                f"all elements of {name} should be between 0 and 1, for they are probabilities: they go from "
                f"{x.array.min()} to {x.array.max()}. For logits use binary_cross_entropy_with_logits."
            )
    factor = _factor("binary_cross_entropy", "weight", weight, input)
    return apply(rules.bce, input, target, weight=factor, reduction=reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """`binary_cross_entropy` of sigmoid(input), computed so that it cannot overflow.

    Arguments:
        weight: what each element counts; it broadcasts.
        pos_weight: what a target of 1 counts, where one of 0 counts 1; it broadcasts, usually from (classes,).

    Raises:
        ValueError: shapes that differ.
        RuntimeError: a target that is not of floats, a weight that requires gradients.

    >>> import micrograd_nb as mg
    >>> binary_cross_entropy_with_logits(mg.tensor([0.0, 1000.0]), mg.tensor([1.0, 0.0]), reduction="none")
    tensor([6.9315e-01, 1.0000e+03])
    """
    check_reduction(reduction, size_average, reduce)
    if target.array.shape != input.array.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    need_floats("binary_cross_entropy_with_logits", input)
    if target.array.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {target.dtype.scalar_type}: targets are "
            "probabilities, so floats. Use target.float()."
        )
    input, target = same_dtype(input, target)
    name = "binary_cross_entropy_with_logits"
    factors = {key: _factor(name, key, x, input) for key, x in (("weight", weight), ("pos_weight", pos_weight))}
    return apply(rules.bce_with_logits, input, target, **factors, reduction=reduction)


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The Kullback-Leibler divergence, element by element: t · (log t − x), where x is a log-probability.

    Arguments:
        reduction: besides the usual ones, "batchmean" divides the sum by the length of the first axis: the divergence
            as mathematics defines it. "mean" divides by the number of elements, and warns that this is not it.
        log_target: the target is a log-probability, too.

    Raises:
        RuntimeError: integers.

    >>> import micrograd_nb as mg
    >>> p, q = mg.tensor([[0.5, 0.5]]), mg.tensor([[0.25, 0.75]])
    >>> kl_div(q.log(), p, reduction="batchmean")
    tensor(0.1438)
    """
    check_reduction(reduction, size_average, reduce, also=("batchmean",))
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the "
            "same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    if input.array.dtype.kind != "f" or target.array.dtype.kind != "f":
        raise RuntimeError(
            f"kl_div: Integral inputs not supported. They are {input.dtype.name} and {target.dtype.name}: "
            "probabilities are floats, so use x.float()."
        )
    losses = target.exp() * (target - input) if log_target else target.xlogy(target) - target * input
    if reduction != "batchmean":
        return reduced(losses, reduction)
    return losses.sum() / len(input) if input.array.ndim else losses.sum()


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """`binary_cross_entropy_with_logits`, averaged over the classes, which the last axis holds.

    Shapes: input (*, classes), target the same, weight (classes,); result (), with `reduction="none"` (*).
    """
    check_reduction(reduction, size_average, reduce)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return reduced(losses.sum(-1) / losses.array.shape[-1], reduction)


# -- what the functions above call -------------------------------------------------------------------------------------


def _pair(name: str, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Input and target of one shape and one dtype; for a function with a name, one of floats."""
    a, b = input.array, target.array
    if a.shape != b.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )
        input, target = broadcast(rules.mse, input, target)
    if a.dtype is not b.dtype:
        input, target = same_dtype(input, target)
    if name:
        need_floats(name, input)
    return input, target


def _weighted_mean(losses: Tensor, weight: Tensor, reduction: str) -> Tensor:
    _check_weight(weight, losses)
    weighted = losses * weight
    return weighted.sum() / weight.sum() if reduction == "mean" else reduced(weighted, reduction)


def _check_weight(weight: Tensor, losses: Tensor) -> None:
    if weight.array.shape != losses.array.shape:
        raise ValueError(
            f"Weights and input must have the same size. They are {tuple(weight.array.shape)} and "
            f"{tuple(losses.array.shape)}."
        )


def _factor(function: str, name: str, weight: Tensor | None, input: Tensor) -> ndarray | None:
    """A factor for each element that gets no gradient, in the input's dtype."""
    if weight is None:
        return None
    array = constant(function, name, weight).astype(input.array.dtype, copy=False)
    try:
        return np.broadcast_to(array, input.array.shape)
    except ValueError:
        raise RuntimeError(
            f"{function}: {name} must broadcast to the input, whose shape is {tuple(input.array.shape)}, but its shape "
            f"is {tuple(array.shape)}. The size of each axis, counted from the right, must be the input's, or 1."
        ) from None


def _variance(input: Tensor, var: Any) -> Tensor:
    """The variance as a tensor that broadcasts with the input."""
    if not isinstance(var, Tensor):
        if var < 0:
            raise ValueError(f"var has negative entry/entries: it is {var}, and a variance is 0 or more")
        return input.detach() * 0 + var
    if known(var) and (var.array < 0).any():
        raise ValueError(
            f"var has negative entry/entries: the least is {var.array.min()}, and a variance is 0 or more. "
            "For a logarithm of the variance use var.exp()."
        )
    sizes, own = input.array.shape, var.array.shape
    if own == sizes:
        return var
    if own == sizes[:-1]:
        return var.unsqueeze(-1)
    if len(own) == len(sizes) and sum(n for m, n in zip(sizes, own, strict=True) if m != n) == 1:
        return var  # one axis differs, and is of length one
    raise ValueError(
        f"var is of incorrect size: it is {tuple(own)}, and the input {tuple(sizes)}. Give one variance for each "
        "element, or one for each row."
    )
