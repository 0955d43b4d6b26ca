"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import elementwise, matrix, neural, reduction, shape

__all__ = ["elementwise", "matrix", "neural", "reduction", "shape"]
