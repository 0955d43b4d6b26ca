"""Losses that want a margin: right answers ahead of wrong ones by so much, like things nearer than unlike ones.

    signs      hinge_embedding_loss, soft_margin_loss
    order      margin_ranking_loss
    classes    multi_margin_loss, multilabel_margin_loss
    likeness   cosine_embedding_loss, triplet_margin_loss, triplet_margin_with_distance_loss

What is ahead by the margin costs nothing, and gets no gradient: learning goes where it is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd.rules import loss as rules
from ...autograd.rules.embedding import sum_rows
from ...autograd.rules.indexing import take_along
from ...tensors import Tensor, apply, from_numpy, where
from ...tensors.record import wrap
from .checks import constant, known, need_floats, same_dtype
from .distance import pairwise_distance
from .reduction import check_reduction, reduced

# -- signs -------------------------------------------------------------------------------------------------------------


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Of a distance x: x itself between like things (target 1), max(0, margin − x) between unlike ones (target −1).

    (PyTorch: torch.nn.functional.hinge_embedding_loss)
    """
    check_reduction(reduction, size_average, reduce)
    apart = where(target != 1, (margin - input).clamp(min=0), 0.0)
    return reduced(apart + where(target != -1, input, 0.0), reduction)


def soft_margin_loss(
    input: Tensor, target: Tensor, size_average: None = None, reduce: None = None, reduction: str = "mean"
) -> Tensor:
    """log(1 + exp(−t · x)), for targets t of 1 and −1. Finite for every finite x; PyTorch's overflows.

    Raises:
        RuntimeError: a target that requires gradients, or does not broadcast to the input.
    """
    check_reduction(reduction, size_average, reduce)
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {input.dtype.scalar_type}: soft_margin_loss "
            "takes floats. Use x.float()."
        )
    signs = constant("soft_margin_loss", "target", target).astype(input.array.dtype, copy=False)
    try:
        signs = np.broadcast_to(signs, input.array.shape)
    except ValueError:
        raise RuntimeError(
            f"soft_margin_loss: the target's shape, {tuple(signs.shape)}, doesn't match the input's, "
            f"{tuple(input.array.shape)}: give a sign for each element"
        ) from None
    return apply(rules.soft_margin, input, target=signs, reduction=reduction)


# -- order -------------------------------------------------------------------------------------------------------------


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin − t · (x1 − x2)): x1 should be larger where the target is 1, and smaller where it is −1.

    Raises:
        RuntimeError: the tensors have different numbers of axes.
    """
    check_reduction(reduction, size_average, reduce)
    if not input1.array.ndim == input2.array.ndim == target.array.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    return reduced((margin - target * (input1 - input2)).clamp(min=0), reduction)


# -- classes -----------------------------------------------------------------------------------------------------------


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """Σ max(0, margin − x[right] + x[wrong])ᵖ over the wrong classes, divided by the number of classes.

    Shapes: input (n, classes) or (classes,); target (n,) or (), int64; weight (classes,).

    Arguments:
        p: 1 or 2.
        weight: what the loss of each right class counts.

    Raises:
        ValueError: another `p`, a weight with another number of axes.
        RuntimeError: shapes or dtypes that do not fit, a target that is no class.
    """
    check_reduction(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, but p is {p}")
    if weight is not None and weight.array.ndim != 1:
        raise ValueError(f"weight must be one-dimensional, a number for each class, but has {weight.array.ndim} axes")
    scores, alone = _rows("multi_margin_loss", input)
    count, classes = scores.array.shape
    right = _right_classes(target, count, classes, scores)
    gaps = (scores - apply(take_along, scores, index=right[:, None], dim=1) + margin).relu()
    wrong = np.ones_like(scores.array)
    wrong[np.arange(count), right] = 0
    losses = ((gaps if p == 1 else gaps * gaps) * wrap(wrong)).sum(1) / classes
    if weight is not None:
        losses = losses * wrap(np.take(_class_weights(weight, scores), right))
    return reduced(losses.reshape(target.shape) if alone else losses, reduction)


def multilabel_margin_loss(
    input: Tensor, target: Tensor, size_average: None = None, reduce: None = None, reduction: str = "mean"
) -> Tensor:
    """Σ max(0, 1 − x[right] + x[wrong]) over all pairs of a right and a wrong class, divided by the number of classes.

    Shapes: input (n, classes) or (classes,); target the same, int64: the right classes of each row, then −1.

    Raises:
        RuntimeError: shapes or dtypes that do not fit, a target that is no class.
    """
    check_reduction(reduction, size_average, reduce)
    scores, alone = _rows("multilabel_margin_loss", input)
    given = target.array
    if given.shape != input.array.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(given.shape)} for input of size: {list(input.array.shape)}. List the "
            "right classes of each row, and fill it up with -1."
        )
    _check_long(target)
    classes = scores.array.shape[1]
    given = given.reshape(scores.array.shape)
    if known(target) and ((given < -1) | (given >= classes)).any():
        raise RuntimeError(f"argument #2 'target' is out of range: there are {classes} classes, 0 to {classes - 1}")
    rows, places = np.logical_and.accumulate(given >= 0, 1).nonzero()  # up to the first −1
    right = given[rows, places]
    wrong = np.ones_like(scores.array)
    wrong[rows, right] = 0
    gaps = (1 - scores[from_numpy(rows), from_numpy(right)].unsqueeze(1) + scores[from_numpy(rows)]).relu()
    of_pairs = (gaps * from_numpy(wrong[rows])).sum(1, keepdim=True)
    losses = apply(sum_rows, of_pairs, index=rows, count=len(given)).squeeze(1) / classes
    return reduced(losses.reshape(()) if alone else losses, reduction)


def _rows(name: str, input: Tensor) -> tuple[Tensor, bool]:
    """The scores (n, classes), and whether there was only one row, without an axis for it."""
    need_floats(name, input)
    sizes = input.array.shape
    if len(sizes) > 2 or (sizes and sizes[-1] == 0):
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(sizes)}. "
            f"{name} takes (n, classes) or (classes,)."
        )
    return (input, False) if len(sizes) == 2 else (input.reshape(1, -1), True)


def _right_classes(target: Tensor, count: int, classes: int, scores: Tensor) -> ndarray:
    _check_long(target)
    right = target.array
    if right.ndim > 1 or right.size != count:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{count}], but got {list(right.shape)}. Input has shape "
            f"{list(scores.array.shape)}."
        )
    if known(target) and ((right < 0) | (right >= classes)).any():
        raise RuntimeError(f"target out of range: there are {classes} classes, 0 to {classes - 1}")
    return right.reshape(-1)


def _class_weights(weight: Tensor, scores: Tensor) -> ndarray:
    classes = scores.array.shape[1]
    if weight.array.shape != (classes,):
        raise RuntimeError(
            f"inconsistent weight size, expected {classes} but got {list(weight.array.shape)}: a number for each class"
        )
    if weight.array.dtype != scores.array.dtype:
        raise RuntimeError(
            f"expected scalar type {scores.dtype.scalar_type} but found {weight.dtype.scalar_type}: use "
            f"weight.to({scores.dtype})"
        )
    return constant("multi_margin_loss", "weight", weight)


def _check_long(target: Tensor) -> None:
    if target.array.dtype != np.int64:
        raise RuntimeError(
            f"expected scalar type Long but found {target.dtype.scalar_type}: targets are the numbers of classes. Use "
            "target.long()."
        )


# -- likeness ----------------------------------------------------------------------------------------------------------

SMALLEST = 1e-12


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """1 − cos between like things (target 1), max(0, cos − margin) between unlike ones (target −1).

    Shapes: inputs (n, size), target (n,); or inputs (size,), target ().

    Raises:
        RuntimeError: shapes that do not fit.
    """
    check_reduction(reduction, size_average, reduce)
    axes = target.array.ndim
    if axes > 1:
        raise RuntimeError(
            f"0D or 1D target tensor expected, multi-target not supported: the target's shape is {tuple(target.shape)}"
        )
    if not input1.array.ndim == input2.array.ndim == axes + 1:
        raise RuntimeError(
            f"{axes}D target tensor expects {axes + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    input1, input2 = same_dtype(input1, input2)
    product = (input1 * input2).sum(-1)
    sizes = ((input1 * input1).sum(-1) + SMALLEST) * ((input2 * input2).sum(-1) + SMALLEST)
    cos = product / sizes.sqrt()
    losses = where(target == 1, 1 - cos, 0.0) + where(target == -1, (cos - margin).clamp(min=0), 0.0)
    return reduced(losses, reduction)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-06,
    swap: bool = False,
    size_average: None = None,
    reduce: None = None,
    reduction: str = "mean",
) -> Tensor:
    """max(0, margin + d(anchor, positive) − d(anchor, negative)): the like one should be nearer than the unlike one.

    Shapes: (n, size) or (size,), equal or broadcasting.

    Arguments:
        p, eps: of the distance d, see `pairwise_distance`.
        swap: takes the nearer of anchor and positive for the distance to the negative (Balntas et al. 2016).

    Raises:
        ValueError: `margin` is not positive.
        RuntimeError: the tensors have different numbers of axes.
    """
    check_reduction(reduction, size_average, reduce)

    def distance(a: Tensor, b: Tensor) -> Tensor:
        return pairwise_distance(a, b, p, eps)

    return _triplet(anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with any distance: `distance_function(a, b)`; left out, `pairwise_distance`."""
    check_reduction(reduction)
    return _triplet(anchor, positive, negative, distance_function or pairwise_distance, margin, swap, reduction)


def _triplet(
    anchor: Tensor, positive: Tensor, negative: Tensor, distance: Any, margin: float, swap: bool, reduction: str
) -> Tensor:
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    ranks = [x.array.ndim for x in (anchor, positive, negative)]
    if len(set(ranks)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {ranks[0]}D, positive {ranks[1]}D, and negative {ranks[2]}D inputs"
        )
    to_negative = distance(anchor, negative)
    if swap:
        to_negative = to_negative.minimum(distance(positive, negative))
    return reduced((margin + distance(anchor, positive) - to_negative).clamp(min=0), reduction)
