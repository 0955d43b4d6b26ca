"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import (
    attention,
    convolution,
    elementwise,
    matrix,
    neural,
    normalization,
    pooling,
    recurrent,
    reduction,
    sampling,
    shape,
    winograd,
)

__all__ = [
    "attention",
    "convolution",
    "elementwise",
    "matrix",
    "neural",
    "normalization",
    "pooling",
    "recurrent",
    "reduction",
    "sampling",
    "shape",
    "winograd",
]
