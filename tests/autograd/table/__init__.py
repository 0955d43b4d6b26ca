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
    indexing,
    layers,
    linalg,
    loss,
    neural,
    order,
    products,
    random,
    reductions,
    scans,
    shapes,
)
from tests.autograd.table.row import Row, Shapes

DIFFERENTIABLE = [
    *elementwise.ARITHMETIC,
    *elementwise.ELEMENTARY,
    *elementwise.CHOOSING,
    *elementwise.COPIES,
    *products.PRODUCTS,
    *products.EINSUM,
    *linalg.NORMS,
    *linalg.LINALG,
    *neural.LINEAR,
    *neural.NEURAL,
    *layers.LAYERS,
    *activation.ACTIVATIONS,
    *activation.OF_CHANNELS,
    *loss.LOSSES,
    *embedding.EMBEDDINGS,
    *distance.DISTANCES,
    *reductions.REDUCTIONS,
    *order.ORDER,
    *scans.SCANS,
    *shapes.SHAPE,
    *shapes.ARRANGED,
    *shapes.PIECES,
    *indexing.INDEXING,
    *indexing.WRITING,
    *indexing.SORTING,
    *indexing.IN_PLACE,
    *random.RANDOM,
]
OPERATIONS = [
    *DIFFERENTIABLE,
    *elementwise.WITHOUT_GRADIENT,
    *reductions.WITHOUT_GRADIENT,
    *order.WITHOUT_GRADIENT,
    *linalg.WITHOUT_GRADIENT,
]

_MATRICES = [*products.PRODUCTS, *products.EINSUM, *linalg.LINALG, *linalg.WITHOUT_GRADIENT, *neural.LINEAR]
_MOVES = [
    *shapes.SHAPE, *shapes.ARRANGED, *shapes.PIECES, *indexing.INDEXING, *indexing.WRITING, *indexing.SORTING,
    *indexing.IN_PLACE, *random.RANDOM, *elementwise.COPIES, *embedding.EMBEDDINGS,
]  # fmt: skip
_WITH_SHAPES = [*activation.OF_CHANNELS, *loss.LOSSES, *distance.DISTANCES, *layers.LAYERS]
NUMERIC = [
    row
    for row in OPERATIONS
    if row not in [*_MOVES, *_MATRICES, *_WITH_SHAPES]
    and row.name
    not in {
        *("sinh", "cosh", "fmod", "remainder", "a % b"),  # PyTorch's are less exact far out
        *("var_mean", "std_mean", "std_mean, both"),  # the squares of 1e300 are too large, whose variance is 0
        *("linalg.norm 2", "linalg.norm -2", "linalg.norm nuc", "histc, range"),  # both refuse them
        *("var, one dim", "std, one dim", "bincount"),  # the test's shapes have one element there, or two axes
        *("dist inf", "cdist inf"),  # PyTorch's leave NaN out, and `norm` does not
    }
]
"""The rows that compute, and so have something to do with infinity and NaN."""

__all__ = ["DIFFERENTIABLE", "NUMERIC", "OPERATIONS", "Row", "Shapes"]
