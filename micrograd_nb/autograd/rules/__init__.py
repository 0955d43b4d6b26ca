"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import einsum, elementwise, linalg, matrix, neural, norm, reduction, scan, shape

__all__ = ["einsum", "elementwise", "linalg", "matrix", "neural", "norm", "reduction", "scan", "shape"]
