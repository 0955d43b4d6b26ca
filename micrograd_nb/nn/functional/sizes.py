"""Sizes as PyTorch's layers take them: a number for every axis of a window, or one for each."""

from __future__ import annotations

from collections.abc import Sequence

Sizes = int | Sequence[int]
"""3 or (3, 5): of an image, the same for rows and columns, or each its own."""


def per_axis(value: Sizes, axes: int, what: str) -> tuple[int, ...]:
    """One size for each of so many axes."""
    sizes = tuple(value) if isinstance(value, Sequence) else (value,)
    if len(sizes) not in (1, axes) or not all(isinstance(n, int) or hasattr(n, "__index__") for n in sizes):
        raise RuntimeError(
            f"expected {what} to be a single integer value or a list of {axes} values to match the convolution "
            f"dimensions, but got {what}={list(sizes)}"
        )
    return tuple(int(n) for n in sizes) * (axes // len(sizes))
