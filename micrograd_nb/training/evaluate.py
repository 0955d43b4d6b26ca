"""`evaluate`: how good a model is, over all batches of a loader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..autograd import no_grad
from ..nn import Module
from ..tensors import Tensor
from .batches import pair, size
from .metrics import Accuracy, Mean, Metric
from .metrics.classes import are_classes


class Evaluation(NamedTuple):
    """What `evaluate` returns."""

    loss: float  # the mean over all samples
    accuracy: float | None  # the share of samples that are right; None where the targets are no classes
    metrics: Mapping[str, Any] = {}  # what the metrics that were asked for came to, by their names


def evaluate(
    model: Module,
    loader: Iterable[Any],
    loss_fn: Callable[[Any, Any], Tensor],
    metrics: Mapping[str, Metric] | None = None,
) -> Evaluation:
    """The loss and the accuracy of a model over all batches, in evaluation mode and without gradients.

    Afterwards every part of the model is in the mode that it was in.

    Arguments:
        loader: gives batches of two, (input, target).
        loss_fn: takes output and target, and gives the mean over the batch.
        metrics: what to measure besides, by names of your choice. They are reset first.

    Raises:
        ValueError: a loader that gives no batch, a batch that is no pair.

    >>> import micrograd_nb as mg
    >>> evaluate(mg.nn.Identity(), [(mg.ones(2, 1), mg.zeros(2, 1))], mg.nn.MSELoss())
    Evaluation(loss=1.0, accuracy=None, metrics={})
    """
    metrics = metrics or {}
    loss, right = Mean(), Accuracy()
    for metric in metrics.values():
        metric.reset()
    with evaluating(model):
        for input, target in map(pair, loader):
            output = model(input)
            loss.update(loss_fn(output, target), size(target))
            if are_classes(output, target):
                right.update(output, target)
            for metric in metrics.values():
                metric.update(output, target)
    computed = {name: metric.compute() for name, metric in metrics.items()}
    return Evaluation(loss.compute(), right.compute() if right.count else None, computed)


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
    with evaluation_mode(model), no_grad():
        yield


@contextmanager
def evaluation_mode(model: Module) -> Iterator[None]:
    """A context in which a model is in evaluation mode; afterwards every part is in the mode that it was in."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training
