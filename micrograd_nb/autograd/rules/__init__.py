"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import elementwise, indexing, matrix, neural, reduction, shape, writing

__all__ = ["elementwise", "indexing", "matrix", "neural", "reduction", "shape", "writing"]
