"""Grids of images, made by torchvision's make_grid and by ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Case = Callable[[Any, Callable[[np.ndarray], Any]], Any]
"""Takes make_grid and what makes a tensor of an array."""


def noise(*shape: int, dtype: str = "f4") -> np.ndarray:
    """Floats around 0, or bytes: the same each time."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, shape).astype(dtype) if dtype == "u1" else rng.normal(size=shape).astype(dtype)


# fmt: off
CASES: dict[str, Case] = {
    "a batch":          lambda grid, t: grid(t(noise(11, 3, 5, 4))),
    "one row":          lambda grid, t: grid(t(noise(3, 3, 5, 4))),
    "gray":             lambda grid, t: grid(t(noise(5, 1, 3, 3)), nrow=2),
    "two channels":     lambda grid, t: grid(t(noise(5, 2, 3, 3)), nrow=2),
    "no padding":       lambda grid, t: grid(t(noise(5, 3, 3, 3)), nrow=3, padding=0),
    "white padding":    lambda grid, t: grid(t(noise(5, 3, 3, 3)), nrow=3, padding=1, pad_value=1),
    "bytes":            lambda grid, t: grid(t(noise(5, 3, 3, 3, dtype="u1")), nrow=3, pad_value=7),
    "doubles":          lambda grid, t: grid(t(noise(5, 3, 3, 3, dtype="f8")), normalize=True),
    "one image":        lambda grid, t: grid(t(noise(3, 5, 4))),
    "one gray image":   lambda grid, t: grid(t(noise(1, 5, 4))),
    "a batch of one":   lambda grid, t: grid(t(noise(1, 3, 5, 4))),
    "two axes":         lambda grid, t: grid(t(noise(5, 4))),
    "a list":           lambda grid, t: grid([t(img) for img in noise(5, 3, 2, 4)], nrow=2),
    "a list of gray":   lambda grid, t: grid([t(img) for img in noise(5, 1, 2, 4)], nrow=2),
    "a list of planes": lambda grid, t: grid([t(img) for img in noise(5, 2, 4)], nrow=2),
    "normalized":       lambda grid, t: grid(t(noise(5, 3, 3, 3)), normalize=True),
    "each by itself":   lambda grid, t: grid(t(noise(5, 3, 3, 3)), normalize=True, scale_each=True),
    "in a range":       lambda grid, t: grid(t(noise(5, 3, 3, 3)), normalize=True, value_range=(-0.5, 1.5)),
    "each in a range":  lambda grid, t: grid(t(noise(5, 3, 3, 3)), 8, 2, True, (-1, 1), True),
    "all equal":        lambda grid, t: grid(t(noise(2, 3, 3, 3) * 0 + 4), normalize=True),
}
# fmt: on
