"""Losses: one number that says how wrong the outputs are, for `backward()` to start from."""

from __future__ import annotations

import warnings

from ... import tensors
from ...tensors import Tensor

_REDUCTIONS = ("none", "mean", "sum")


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """The mean over the batch of −log softmax(input)[target], fused into one operation.

    Shapes: input (n, classes), floats, called logits; target (n,), the classes' numbers as integers; result ().

    Raises:
        NotImplementedError: an argument that is not at its default.
        RuntimeError: a target of another dtype.
        ValueError: batch sizes that differ.
        IndexError: a target below 0 or not below the number of classes.

    >>> import micrograd_nb as mg
    >>> cross_entropy(mg.zeros(2, 10), mg.tensor([3, 7]))  # knows nothing: log 10
    tensor(2.3026)
    """
    if weight is not None or ignore_index != -100 or reduction != "mean" or label_smoothing:
        only_the_mean(weight=weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing)
    return tensors.cross_entropy(input, target)


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The squared difference: its mean, its sum, or (`reduction="none"`) one number for each element.

    Shapes: input and target equal; result (), or theirs.

    >>> import micrograd_nb as mg
    >>> mse_loss(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 4.0]))
    tensor(2.)
    """
    check_reduction(reduction)
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=2,
        )
    difference = input - target
    squares = difference * difference
    return squares if reduction == "none" else squares.mean() if reduction == "mean" else squares.sum()


def check_reduction(reduction: str) -> None:
    """Refuses what is no way to make one number of many."""
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction: use one of {', '.join(_REDUCTIONS)}")


def only_the_mean(weight: Tensor | None, ignore_index: int, reduction: str, label_smoothing: float) -> None:
    """Refuses the arguments of the cross-entropy that this version does not compute, and says what does."""
    check_reduction(reduction)
    if weight is not None or ignore_index != -100 or reduction != "mean" or label_smoothing:
        raise NotImplementedError(
            "cross_entropy computes the mean over the batch, and takes no weight, ignore_index, label_smoothing or "
            "other reduction in this version. Build another one from log_softmax: "
            "-F.log_softmax(input, 1)[range(len(target)), target] is one loss for each sample."
        )
