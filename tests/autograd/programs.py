"""Random programs, for graphs of every form: shared values, broadcast inputs, `x + x`, products, views."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from hypothesis import strategies as st

Line = tuple[int, int, int]
"""Which operation, and which two earlier values it reads, counted backwards."""

# Shapes are (2, 3), (1, 3), (2, 1) or (1, 1), so that any two values fit together.
OPERATIONS = [
    lambda m, x, y: x + y,
    lambda m, x, y: x - y,
    lambda m, x, y: m.tanh(x) * y,
    lambda m, x, y: x / (1 + y * y),
    lambda m, x, y: m.maximum(x, y),
    lambda m, x, y: m.where(x > y, x, 0.5 * y),
    lambda m, x, y: m.sin(x.mean(-1, True)) + y,
    lambda m, x, y: (x.expand(2, 3) @ y.expand(2, 3).T)[:, 1:] / 4,
    lambda m, x, y: m.cat([x.expand(2, 3)[:, [0, 0]], y.expand(2, 3)[:, :1]], 1).sum(0, True) / 2,
]

programs = st.lists(
    st.tuples(st.integers(0, len(OPERATIONS) - 1), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=25
)


def run(m: ModuleType, program: list[Line]) -> tuple[Any, list[Any]]:
    """Runs a program in `m` (micrograd_nb or torch) on three leaves; returns the mean of its values, and the leaves."""
    rng = np.random.default_rng(0)
    leaves = [m.tensor(rng.uniform(0.5, 1.5, shape), requires_grad=True) for shape in [(2, 3), (1, 3), (2, 1)]]
    values = list(leaves)
    for operation, i, j in program:
        values.append(OPERATIONS[operation](m, values[-1 - i % len(values)], values[-1 - j % len(values)]))
    return m.cat([value.flatten() for value in values]).mean(), leaves
