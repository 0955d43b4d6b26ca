"""Small random computations, the same for the same seed: broadcasting, reuse, `a + a`, matrices, views."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import micrograd_nb as mg
from micrograd_nb import Tensor

ONE_VALUE: list[Callable[[Tensor], Tensor]] = [
    lambda x: x + x,
    lambda x: x.tanh(),
    lambda x: x * 0.5 - 1.0,
    lambda x: x.sin(),
    lambda x: x / 2.0,
    lambda x: -x,
    lambda x: x**2,
    lambda x: x.sigmoid(),
]
SHAPED: list[Callable[[Tensor], Tensor]] = [
    lambda x: x.transpose(0, 1),
    lambda x: x.reshape(-1, 2).reshape(x.shape),
    lambda x: x @ x.transpose(0, 1) if x.shape[0] == x.shape[1] else x.transpose(0, 1) @ x,
    lambda x: x[:, :1],
    lambda x: x.sum(0, keepdim=True) + x,
    lambda x: x - x.mean(),
]
TWO_VALUES: list[Callable[[Tensor, Tensor], Tensor]] = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: x - y,
    lambda x, y: x / (y * y + 1.0),
]


def random_graph(seed: int, *, scalar: bool = False) -> tuple[Tensor, dict[str, Tensor]]:
    """A loss and the leaves that it was computed from, by name; float64, some leaves with a `.grad` already."""
    rng = np.random.default_rng(seed)
    shapes = [()] if scalar else [(2, 2), (2, 1), (1, 2), (2,), ()]
    leaves = {f"w{i}": _leaf(rng, shapes[rng.integers(len(shapes))]) for i in range(3)}
    values = list(leaves.values())
    for _ in range(rng.integers(3, 9)):
        values.append(_next(rng, values))
    total = values[-1].sum()
    for value in values[:-1]:
        total = total + value.sum()
    return total, leaves


def _leaf(rng: np.random.Generator, shape: tuple[int, ...]) -> Tensor:
    leaf = mg.tensor(rng.normal(size=shape), requires_grad=True)
    if rng.random() < 0.3:
        leaf.grad = mg.tensor(rng.normal(size=shape))
    return leaf


def _next(rng: np.random.Generator, values: list[Tensor]) -> Tensor:
    x, y = (values[rng.integers(len(values))] for _ in range(2))
    if rng.random() < 0.4:
        return TWO_VALUES[rng.integers(len(TWO_VALUES))](x, y)
    shaped = [*ONE_VALUE, *SHAPED, *SHAPED] if x.ndim == 2 else ONE_VALUE
    return shaped[rng.integers(len(shaped))](x)
