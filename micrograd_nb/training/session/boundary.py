"""What a classifier of points in the plane says everywhere: its decision boundary, as probabilities on a grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from ...nn import Module
from ...tensors import Tensor, from_numpy
from ..evaluate import evaluating
from ..resumable_loader import random_states, set_random_states

SIZE = 48  # places of the grid on each side
MARGIN = 0.15  # of the width, around the points
MOST_POINTS = 500  # of more, every k-th is shown
MOST_CLASSES = 8


class Points(NamedTuple):
    """Points in the plane with their classes."""

    inputs: ndarray  # (n, 2), of the type that the model is given
    labels: ndarray  # (n,), places in `values`
    values: tuple[float, ...]  # the targets in order; 0, 1, 2, … where they are numbers of classes

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, right, bottom, top of what is looked at: the points, with a margin."""
        low, high = self.inputs.min(0).astype(float), self.inputs.max(0).astype(float)
        margin = np.where(high > low, MARGIN * (high - low), 1.0)
        (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
        return left, right, bottom, top


class Boundary(NamedTuple):
    """What a model says on a grid, and of the points."""

    shares: ndarray  # (classes, SIZE, SIZE): the probability of each class; from left to right, from bottom to top
    right: int  # how many points are on their side
    total: int  # of so many


def points_of(loader: Iterable[Any]) -> Points | None:
    """The points that a loader deals, if they are points in the plane in a few classes; nothing is drawn from it.

    It finds them in a `TensorDataset` behind a `DataLoader`, and in a list of batches.

    >>> import micrograd_nb as mg
    >>> points_of([(mg.tensor([[0.0, 1.0], [2.0, 3.0]]), mg.tensor([1, 0]))]).labels
    array([1, 0])
    """
    pairs = _pairs(loader)
    if not pairs or not all(_is_planar(input, target) for input, target in pairs):
        return None
    inputs = np.concatenate([input.array for input, _ in pairs])
    targets = np.concatenate([target.array.reshape(-1) for _, target in pairs])
    good = np.isfinite(inputs).all(1) & np.isfinite(targets.astype(float))
    every = -(-int(good.sum()) // MOST_POINTS) or 1
    inputs, targets = inputs[good][::every], targets[good][::every]
    if not len(inputs):
        return None
    values, labels = np.unique(targets, return_inverse=True)
    if _are_numbers_of_classes(values):
        values, labels = np.arange(int(values[-1]) + 1), targets.astype(int)
    return Points(inputs, labels, tuple(values.astype(float).tolist())) if len(values) <= MOST_CLASSES else None


def boundary_of(model: Module, loss_fn: Any, points: Points) -> Boundary | None:
    """What a model says, in evaluation mode. None where its outputs are no classes.

    Random numbers that the model may draw are put back.
    """
    with np.errstate(all="ignore"):
        output = _output(model, np.concatenate([_grid(points), points.inputs]))
        shares = _shares(output, loss_fn, points)
    if shares is None:
        return None
    fields, said = shares[: SIZE * SIZE].T.reshape(-1, SIZE, SIZE), shares[SIZE * SIZE :].argmax(1)
    return Boundary(fields, int(np.count_nonzero(said == points.labels)), len(said))


def _pairs(loader: Any) -> list[tuple[Any, Any]]:
    tensors = getattr(getattr(loader, "dataset", None), "tensors", None)
    if isinstance(tensors, (tuple, list)):
        return [tuple(tensors)] if len(tensors) == 2 else []
    if isinstance(loader, (list, tuple)) and all(isinstance(b, (tuple, list)) and len(b) == 2 for b in loader):
        return [(batch[0], batch[1]) for batch in loader]
    return []


def _is_planar(input: Any, target: Any) -> bool:
    return (
        isinstance(input, Tensor)
        and isinstance(target, Tensor)
        and input.ndim == 2
        and input.shape[1] == 2
        and input.array.dtype.kind == "f"
        and target.array.size == len(input)
    )


def _are_numbers_of_classes(values: ndarray) -> bool:
    """Whether the different targets, in order, are among 0, 1, 2, …"""
    return bool((values == np.floor(values)).all() and values[0] >= 0 and values[-1] < MOST_CLASSES)


def _grid(points: Points) -> ndarray:
    left, right, bottom, top = points.box
    x, y = np.meshgrid(np.linspace(left, right, SIZE), np.linspace(bottom, top, SIZE))
    return np.stack([x.ravel(), y.ravel()], 1).astype(points.inputs.dtype)


def _output(model: Module, inputs: ndarray) -> Any:
    states = random_states(())
    try:
        with evaluating(model):
            return model(from_numpy(inputs))
    finally:
        set_random_states((), states)


def _shares(output: Any, loss_fn: Any, points: Points) -> ndarray | None:
    """The probability of each class, (places, classes)."""
    places = SIZE * SIZE + len(points.inputs)
    if (
        not isinstance(output, Tensor)
        or output.array.dtype.kind != "f"
        or not len(output.shape)
        or len(output) != places
    ):
        return None
    if output.ndim == 2 and 2 <= output.shape[1] <= MOST_CLASSES:
        fit = _are_numbers_of_classes(np.array(points.values)) and len(points.values) <= output.shape[1]
        return output.detach().softmax(1).array.astype(float) if fit else None
    if output.array.size == places and len(points.values) == 2:
        second = _of_second(output.detach(), loss_fn, points.values)
        return np.stack([1 - second, second], 1)
    return None


def _of_second(output: Tensor, loss_fn: Any, values: tuple[float, ...]) -> ndarray:
    """The probability of the second of two classes, from the one number that a model gives.

    It is the sigmoid of a logit. For losses that compare with the target itself, the boundary is halfway.
    """
    name = getattr(loss_fn, "__name__", type(loss_fn).__name__).lower().replace("_", "")
    if "logits" in name or "softmargin" in name:
        return output.sigmoid().array.astype(float).reshape(-1)
    numbers = output.array.astype(float).reshape(-1)
    return np.clip((numbers - values[0]) / (values[1] - values[0]), 0, 1)
