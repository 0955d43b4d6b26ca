"""What the tests of optimizers share: two parameters that are trained the same way with PyTorch and here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

STEPS = 100

ADAPTIVE = [
    {},
    {"lr": 0.03},
    {"weight_decay": 0.1},
    {"maximize": True, "weight_decay": 0.05},
    {"eps": 1e-3},
]
BETAS = [*ADAPTIVE, {"betas": (0.5, 0.9)}, {"betas": (0.0, 0.0)}]
AMSGRAD = [{"amsgrad": True}, {"amsgrad": True, "betas": (0.5, 0.9), "weight_decay": 0.2, "maximize": True}]
DECOUPLED = [
    *BETAS,
    {"weight_decay": 0.1, "decoupled_weight_decay": True},
    {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
]

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "SGD": [
        {},
        {"lr": 0.03},
        {"lr": 0.03, "momentum": 0.9},
        {"lr": 0.03, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
        {"lr": 0.003, "momentum": 0.9, "nesterov": True, "maximize": True},
    ],
    "Adagrad": [*ADAPTIVE, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.3}],
    "RMSprop": [
        *ADAPTIVE,
        {"alpha": 0.5},
        {"momentum": 0.9},
        {"centered": True},
        {"centered": True, "momentum": 0.5, "weight_decay": 0.1, "maximize": True},
    ],
    "Adam": [*DECOUPLED, *AMSGRAD],
    "AdamW": [*BETAS, *AMSGRAD],
    "Adamax": BETAS,
    "NAdam": [*DECOUPLED, {"momentum_decay": 0.1}],
    "RAdam": DECOUPLED,
}
"""The options of each optimizer with which it is compared; a further one belongs here."""

CASES = [(name, options) for name, rows in OPTIONS.items() for options in rows]
IDS = [f"{name} {' '.join(f'{k}={v}' for k, v in options.items())}" for name, options in CASES]
every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=IDS)
every_optimizer = pytest.mark.parametrize("name", OPTIONS)

Change = Callable[[int, Any, Any], None]


def started(lib: Any, start: list[np.ndarray], dtype: str = "float64") -> list[Any]:
    """New parameters of a library, from arrays."""
    return [lib.tensor(x, dtype=getattr(lib, dtype), requires_grad=True) for x in start]


def run(lib: Any, parameters: list[Any], optimizer: Any, steps: range, change: Change | None = None) -> None:
    """Steps on a function with many valleys. The second parameter has no gradient in every third step."""
    a, b = parameters
    for step in steps:
        optimizer.zero_grad()
        loss = (a.sin() + 0.1 * a * a).sum() + (0 if step % 3 == 1 else (b * b * a.sum() * 0.01).sum())
        loss.backward()
        if change is not None:
            change(step, optimizer, lib)
        optimizer.step()


def trained(
    lib: Any,
    name: str,
    start: list[np.ndarray],
    options: dict[str, Any],
    change: Change | None = None,
    dtype: str = "float64",
) -> list[np.ndarray]:
    """The parameters after a hundred steps."""
    parameters = started(lib, start, dtype)
    run(lib, parameters, getattr(lib.optim, name)(parameters[::-1], **options), range(STEPS), change)
    return [p.detach().numpy() for p in parameters]


def assert_close(ours: list[np.ndarray], theirs: list[np.ndarray], tolerance: float) -> None:
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance)
