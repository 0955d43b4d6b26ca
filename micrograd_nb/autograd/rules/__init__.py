"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import einsum, elementwise, indexing, linalg, matrix, neural, norm, reduction, scan, shape, writing

__all__ = [
    "einsum",
    "elementwise",
    "indexing",
    "linalg",
    "matrix",
    "neural",
    "norm",
    "reduction",
    "scan",
    "shape",
    "writing",
]
