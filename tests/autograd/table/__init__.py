"""The table of operations: how each one is written, what NumPy says it is, and shapes to try it on.

A row drives every check that an operation has to pass: its value against NumPy and PyTorch, its gradients and second
gradients against PyTorch and finite differences, for several dtypes, broadcast, empty, 0-d and not contiguous
(`test_operations`). An operation that has no row fails the suite. To add an operation, add its row.
"""

from tests.autograd.table import (
    activation,
    distance,
    elementwise,
    embedding,
    layers,
    loss,
    neural,
    products,
    reductions,
    shapes,
)
from tests.autograd.table.row import Row, Shapes

DIFFERENTIABLE = [
    *elementwise.ARITHMETIC,
    *elementwise.ELEMENTARY,
    *elementwise.CHOOSING,
    *elementwise.COPIES,
    *products.PRODUCTS,
    *neural.LINEAR,
    *neural.NEURAL,
    *layers.LAYERS,
    *activation.ACTIVATIONS,
    *activation.OF_CHANNELS,
    *loss.LOSSES,
    *embedding.EMBEDDINGS,
    *distance.DISTANCES,
    *reductions.REDUCTIONS,
    *shapes.SHAPE,
    *shapes.INDEXING,
    *shapes.IN_PLACE,
]
OPERATIONS = [*DIFFERENTIABLE, *elementwise.WITHOUT_GRADIENT, *reductions.WITHOUT_GRADIENT]

_MOVES = [*shapes.SHAPE, *shapes.INDEXING, *shapes.IN_PLACE, *elementwise.COPIES, *embedding.EMBEDDINGS]
_WITH_SHAPES = [*activation.OF_CHANNELS, *loss.LOSSES, *distance.DISTANCES]
NUMERIC = [
    row
    for row in OPERATIONS
    if row not in [*_MOVES, *products.PRODUCTS, *neural.LINEAR, *_WITH_SHAPES, *layers.LAYERS]
    and row.name not in ("sinh", "cosh", "fmod", "remainder", "a % b")  # where PyTorch's are less exact far out
]
"""The rows that compute, and so have something to do with infinity and NaN."""

__all__ = ["DIFFERENTIABLE", "NUMERIC", "OPERATIONS", "Row", "Shapes"]
