"""`ctc_loss`: for labels of which only the order is known, as in speech (connectionist temporal classification)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd.rules import ctc as rules
from ...tensors import Tensor, apply, from_numpy
from .checks import need_floats, not_implemented
from .reduction import check_reduction, reduced

Lengths = Tensor | Sequence[int]


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """−log of the probability that the outputs read as the targets, wherever each target begins (Graves et al. 2006).

    (PyTorch: torch.nn.functional.ctc_loss)

    Shapes: log_probs (time, n, classes), as `log_softmax` gives them; targets (n, s), the labels of each sample and
    anything after them, or (all labels,), one sample after the other; lengths (n,). Or one sample alone: (time,
    classes), (s,), (), ().

    Arguments:
        blank: the class that stands for no label.
        reduction: "mean" divides each loss by the number of its labels, and takes the mean; "sum" or "none".
        zero_infinity: targets that are too long for their input cost 0, instead of infinity.

    The gradient is the derivative with respect to `log_probs`. PyTorch's has exp(log_probs) added, which `log_softmax`
    takes away again: below it the two are equal.

    Raises:
        RuntimeError: shapes, lengths or labels that do not fit.

    >>> import micrograd_nb as mg
    >>> log_probs = mg.zeros(2, 1, 3).log_softmax(-1)  # each class has 1/3; "1" can be read in "1 1", "1 _" and "_ 1"
    >>> ctc_loss(log_probs, mg.tensor([[1]]), [2], [1]).exp()
    tensor(3.)
    """
    check_reduction(reduction)
    need_floats("ctc_loss", log_probs)
    if log_probs.array.dtype == np.float16:
        raise not_implemented("ctc_loss", log_probs)
    alone = log_probs.array.ndim == 2
    if alone:
        log_probs = log_probs.unsqueeze(1)
    if log_probs.array.ndim != 3:
        raise RuntimeError(
            f"Expected 3-dimensional tensor, but got {log_probs.array.ndim}-dimensional tensor for argument #1 "
            "'log_probs': (time, n, classes), or (time, classes) of one sample"
        )
    time, count, classes = log_probs.array.shape
    if log_probs.array.size == 0:
        raise RuntimeError(f"log_probs tensor must not be empty, but its shape is {(time, count, classes)}")
    if not 0 <= blank < classes:
        raise RuntimeError(f"blank must be in label range: there are {classes} classes, and blank is {blank}")
    moments = _lengths("input_lengths", input_lengths, count)
    if moments.max() > time:
        raise RuntimeError(f"Expected input_lengths to have value at most {time}, but got value {moments.max()}")
    lengths = _lengths("target_lengths", target_lengths, count)
    labels = _labels(targets, lengths, classes, alone)
    options: dict[str, Any] = {"blank": blank, "zero_infinity": zero_infinity}
    losses = apply(rules.ctc, log_probs, labels=labels, input_lengths=moments, target_lengths=lengths, **options)
    if alone and reduction == "none":
        return losses.squeeze(0)
    if reduction == "mean":
        losses = losses / from_numpy(np.maximum(lengths, 1).astype(losses.array.dtype))
    return reduced(losses, reduction)


def _lengths(name: str, lengths: Lengths, count: int) -> ndarray:
    """A length for each sample."""
    array = lengths.array if isinstance(lengths, Tensor) else np.asarray(lengths)
    if array.dtype.kind not in "iu":
        raise RuntimeError(f"{name} must be integral, but they are of {array.dtype}: use x.long()")
    if array.size != count:
        raise RuntimeError(f"{name} must be of size batch_size: there are {count} samples and {array.size} lengths")
    if array.min() < 0:
        raise RuntimeError(f"Expected {name} to have value at least 0, but got value {array.min()}")
    return array.reshape(-1).astype(np.int64)


def _labels(targets: Tensor, lengths: ndarray, classes: int, alone: bool) -> ndarray:
    """The labels of each sample in a row, as long as the longest; after its own a row goes on with 0."""
    given = targets.array.astype(np.int64)
    used = np.arange(lengths.max(initial=0)) < lengths[:, None]
    labels = np.zeros(used.shape, np.int64)
    if given.ndim == 1:
        if given.size != lengths.sum() and not (alone and given.size > lengths.sum()):
            raise RuntimeError(
                f"Expected tensor to have size {lengths.sum()} at dimension 0, but got size {given.size} for argument "
                "#2 'targets': one label after the other, of all samples"
            )
        labels[used] = given[: lengths.sum()]
    elif given.ndim == 2:
        if len(given) != len(lengths) or given.shape[1] < used.shape[1]:
            axis = int(len(given) == len(lengths))
            raise RuntimeError(
                f"Expected tensor to have size {'at least ' * axis}{used.shape[axis]} at dimension {axis}, but got "
                f"size {given.shape[axis]} for argument #2 'targets': a row for each sample, as long as the longest "
                "target"
            )
        labels[used] = given[:, : used.shape[1]][used]
    else:
        raise RuntimeError(
            f"Expected 1 to 2 dimensions, but got {given.ndim}-dimensional tensor for argument #2 'targets': (n, s), "
            "or all labels in one row"
        )
    if ((labels < 0) | (labels >= classes)).any():
        raise RuntimeError(
            f"targets must be classes, 0 to {classes - 1}, but they go from {given.min()} to {given.max()}"
        )
    return labels
