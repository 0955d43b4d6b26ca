"""Measures a model: `accuracy`, and `evaluate`, which also gives the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from ..autograd import no_grad
from ..nn import Module
from ..tensors import Tensor


class Evaluation(NamedTuple):
    """What `evaluate` returns."""

    loss: float  # the mean over all samples
    accuracy: float | None  # the share of samples that are right; None where the targets are no classes


def accuracy(predictor: Module | Tensor, truth: Tensor | Iterable[Any]) -> float:
    """The share of samples whose largest logit is that of their class, from 0 to 1.

    Arguments:
        predictor: logits (n, classes); or a model that computes them.
        truth: the classes' numbers (n,), for logits; batches of (input, target), for a model.

    Raises:
        TypeError: logits with batches, or a model with classes.
        ValueError: shapes or numbers of samples that do not fit; no samples.

    >>> import micrograd_nb as mg
    >>> accuracy(mg.tensor([[2.0, 1.0], [0.0, 3.0]]), mg.tensor([0, 0]))
    0.5
    """
    if isinstance(predictor, Tensor) and isinstance(truth, Tensor):
        return _share_right(predictor, truth)
    if isinstance(predictor, Tensor) or isinstance(truth, Tensor) or not isinstance(predictor, Module):
        raise TypeError(
            "accuracy takes logits and targets, or a model and a loader: "
            f"got {type(predictor).__name__} and {type(truth).__name__}"
        )
    mean = Mean()
    with evaluating(predictor):
        for input, target in map(pair, truth):
            mean.add(_share_right(predictor(input), target), len(target))
    return mean.take()


def evaluate(model: Module, loader: Iterable[Any], loss_fn: Callable[[Any, Any], Tensor]) -> Evaluation:
    """The loss and the accuracy of a model over all batches, in evaluation mode and without gradients.

    Afterwards every part of the model is in the mode that it was in.

    Arguments:
        loader: gives batches of two, (input, target).
        loss_fn: takes output and target, and gives the mean over the batch.

    Raises:
        ValueError: a loader that gives no batch, a batch that is no pair.

    >>> import micrograd_nb as mg
    >>> evaluate(mg.nn.Identity(), [(mg.ones(2, 1), mg.zeros(2, 1))], mg.nn.MSELoss())
    Evaluation(loss=1.0, accuracy=None)
    """
    loss, right = Mean(), Mean()
    with evaluating(model):
        for input, target in map(pair, loader):
            output = model(input)
            loss.add(loss_fn(output, target).item(), size(target))
            if _are_classes(output, target):
                right.add(_share_right(output, target), len(target))
    return Evaluation(loss.take(), right.take() if right.count else None)


@contextmanager
def evaluating(model: Module) -> Iterator[None]:
    """A context in which a model is in evaluation mode and nothing is recorded; afterwards all is as it was.

    >>> import micrograd_nb as mg
    >>> model = mg.nn.Linear(2, 1)
    >>> with evaluating(model):
    ...     model.training, model(mg.zeros(1, 2)).requires_grad
    (False, False)
    >>> model.training
    True
    """
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with no_grad():
            yield
    finally:
        for module, training in modes.items():
            module.training = training


class Mean:
    """A mean over samples that come in batches of different sizes."""

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def add(self, mean: float, count: int) -> None:
        """Adds `count` samples whose mean is known."""
        self.total += mean * count
        self.count += count

    def take(self) -> float:
        """The mean so far; then it starts over."""
        if self.count == 0:
            raise ValueError("no samples to measure: the loader is empty, or a generator that has been gone through")
        mean = self.total / self.count
        self.total, self.count = 0.0, 0
        return mean


def pair(batch: Any) -> tuple[Any, Any]:
    """The input and the target of a batch.

    >>> pair([1, 2])
    (1, 2)
    """
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        what = f"a {type(batch).__name__}" + (f" of {len(batch)}" if isinstance(batch, (tuple, list, dict)) else "")
        raise ValueError(
            f"a batch must be a pair, (input, target), but the loader gave {what}. Let the dataset return pairs, or "
            "give the DataLoader a collate_fn that makes them."
        )
    return batch[0], batch[1]


def size(target: Any) -> int:
    """How many samples the target of a batch has.

    >>> import micrograd_nb as mg
    >>> size(mg.zeros(32, 10))
    32
    """
    return len(target) if np.ndim(getattr(target, "array", target)) else 1


def _are_classes(output: Any, target: Any) -> bool:
    """Whether the targets are the numbers of classes, and the outputs their logits."""
    both = isinstance(output, Tensor) and isinstance(target, Tensor)
    return both and output.ndim == 2 and target.ndim == 1 and target.array.dtype.kind in "iu"


def _share_right(logits: Tensor, target: Tensor) -> float:
    if logits.ndim != 2 or target.shape != logits.shape[:1] or not len(target):
        raise ValueError(
            "accuracy needs logits (n, classes) and targets (n,), with n at least 1; got "
            f"{tuple(logits.shape)} and {tuple(target.shape)}"
        )
    return float(np.mean(logits.array.argmax(1) == target.array))
