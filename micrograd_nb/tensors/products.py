"""Products of vectors, matrices and batches of matrices. Every function is a method, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.rules import matrix as rules
from .record import binary, is_tensor, operand
from .shapes import squeeze, unsqueeze

if TYPE_CHECKING:
    from .core import Tensor

_mm, _mv, _vm, _dot, _rows_mm, _bmm = map(binary, (rules.mm, rules.mv, rules.vm, rules.dot, rules.rows_mm, rules.bmm))


def matmul(input: Tensor, other: Any) -> Tensor:
    """The product of vectors, matrices, or batches of matrices, by the number of axes of each.

    Shapes: (k,) @ (k,) → (); (n, k) @ (k,) → (n,); (n, k) @ (k, m) → (n, m); (…, n, k) @ (…, k, m) → (…, n, m),
    where the axes before the last two broadcast.
    """
    if is_tensor(other) and input.array.ndim == 2 == other.array.ndim:
        return _mm(input, other)
    if type(other) in (int, float):
        raise TypeError(f"@ takes a Tensor on each side, not {type(other).__name__}. To scale by a number, use *.")
    return _by_rank(input, other if is_tensor(other) else operand(other))


def rmatmul(input: Tensor, other: Any) -> Tensor:
    """`other @ input`."""
    return matmul(operand(other), input)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices."""
    if input.array.ndim != 2 or mat2.array.ndim != 2:
        raise RuntimeError(
            f"mm multiplies two matrices (2 axes each), but got shapes {tuple(input.array.shape)} and "
            f"{tuple(mat2.array.shape)}. For other shapes use @."
        )
    return _mm(input, mat2)


def _by_rank(a: Tensor, b: Tensor) -> Tensor:
    """Matrix multiplication by rank; axes that a vector lacks are added before and dropped after."""
    ranks = (a.array.ndim, b.array.ndim)
    if 0 in ranks:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {ranks[0]}D and {ranks[1]}D. "
            "To scale by a number, use *."
        )
    match ranks:
        case (1, 1):
            return _dot(a, b)
        case (2, 1):
            return _mv(a, b)
        case (1, 2):
            return _vm(a, b)
        case (2, 2):
            return _mm(a, b)
        case (1, _):
            return squeeze(_by_rank(unsqueeze(a, 0), b), -2)
        case (_, 1):
            return squeeze(_by_rank(a, unsqueeze(b, -1)), -1)
        case (_, 2):
            return _rows_mm(a, b)
    return _bmm(a, b)
