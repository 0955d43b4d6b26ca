"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import (
    activation,
    attention,
    convolution,
    distance,
    elementwise,
    embedding,
    loss,
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
    "activation",
    "attention",
    "convolution",
    "distance",
    "elementwise",
    "embedding",
    "loss",
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
