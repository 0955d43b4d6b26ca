"""`Row`: what the table says of an operation, and the shapes that rows are tried on."""

# ruff: noqa: E501 (shapes in lines)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from micrograd_nb.autograd import Operation

Shapes = tuple[tuple[int, ...], ...]
"""One shape for each input of an operation."""

# fmt: off
ONE    = ((3, 4),), ((),), ((0, 3),)
PAIR   = ((3, 4), (3, 4)), ((3, 1), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (1, 4)), ((), (3,)), ((), ()), ((0, 3), (3,)), ((0, 1), (3,))
TRIPLE = ((3, 4),) * 3, ((3, 1), (4,), (1, 4)), ((), (), ()), ((2,), (), (3, 1)), ((0, 1), (), (3,))
GRID   = ((3, 4),), ((0, 4),)
CUBE   = ((2, 3, 4),), ((2, 0, 4),)
ANY    = ((2, 3, 4),), ((4,),), ((),), ((2, 0, 4),)
# fmt: on


@dataclass(frozen=True)
class Row:
    """A row of the table.

    operation: the one in `micrograd_nb.autograd.rules` that computes it; None where there is no gradient.
    call: `call(m, *tensors)`, where m is `micrograd_nb` or `torch`: the same words for both.
    numpy: the same from arrays, where `call(numpy, *arrays)` does not say it.
    cases: shapes of the inputs.
    positive: whether the inputs have to be.
    sizes: from where to where the absolute values of the inputs go. Kinks and poles lie outside.
    """

    name: str
    operation: Operation | None
    call: Callable[..., Any]
    numpy: Callable[..., Any] | None = None
    cases: tuple[Shapes, ...] = ONE
    positive: bool = False
    sizes: tuple[float, float] = (0.2, 2.0)

    def reference(self, *arrays: ndarray) -> ndarray:
        """The value by NumPy."""
        return np.asarray(self.call(np, *arrays) if self.numpy is None else self.numpy(*arrays))

    def samples(self, shapes: Shapes, dtype: str = "float64") -> list[ndarray]:
        """Input arrays, the same at each call."""
        rng = np.random.default_rng(0)
        arrays = [rng.uniform(*self.sizes, s) * (1 if self.positive else rng.choice([-1.0, 1.0], s)) for s in shapes]
        if dtype == "bool":
            return [np.asarray(a > (1 if self.positive else 0)) for a in arrays]
        return [np.asarray(np.ceil(2 * a) if dtype.startswith("int") else a, dtype) for a in arrays]
