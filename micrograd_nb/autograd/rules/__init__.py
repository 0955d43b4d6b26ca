"""Every operation: its value and its gradient rules, on NumPy arrays, grouped by family."""

from . import activation, distance, elementwise, embedding, loss, matrix, neural, reduction, shape

__all__ = ["activation", "distance", "elementwise", "embedding", "loss", "matrix", "neural", "reduction", "shape"]
