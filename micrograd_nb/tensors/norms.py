"""How long vectors are, and how far apart: `norm`, `dist`, `cdist`. More norms are in `linalg`.

>>> import micrograd_nb as mg
>>> corners = mg.tensor([[0.0, 0.0], [3.0, 0.0], [3.0, 4.0]])
>>> corners.norm(dim=1)
tensor([0., 3., 5.])
>>> mg.cdist(corners, corners)
tensor([[0., 3., 5.],
        [3., 0., 4.],
        [5., 4., 0.]])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.rules import norm as rules
from . import errors, linalg
from .record import apply, is_tensor, promoted

if TYPE_CHECKING:
    from .core import Tensor

FEW = 25  # so few points are compared by their differences, which is exact; PyTorch draws the same line


def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """The length of all elements, or of those along `dim`: (Σ |x|ᵖ) to the power 1/p. (PyTorch: torch.norm)

    Arguments:
        p: a number, see `linalg.vector_norm`; "fro", the same as 2; "nuc", the sum of a matrix's singular values.
        dtype: what to convert the elements to first, with no fewer digits.
    """
    if p is None or p == "fro":
        p = 2
    if not isinstance(p, str):
        return linalg.vector_norm(input, p, dim, keepdim, dtype=dtype)
    return linalg.matrix_norm(input, p, tuple(range(input.array.ndim)) if dim is None else dim, keepdim, dtype=dtype)


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The norm of input − other; the two broadcast."""
    if not is_tensor(other):
        raise errors.no_tensor("dist", "other", other)
    if input.array.dtype.kind != "f" and other.array.dtype.kind != "f":
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {input.dtype.scalar_type} instead. "
            "Use x.float()."
        )
    a, b = (input, other) if input.array.dtype == other.array.dtype else promoted(rules.dist, input, other)
    return apply(rules.dist, a, b, ord=p)


def cdist(
    x1: Tensor, x2: Tensor, p: float = 2.0, compute_mode: str | None = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """The distance of each point of x1 to each of x2.

    Shapes: x1 (…, n, d), x2 (…, m, d), result (…, n, m).

    Arguments:
        p: which norm of the difference, see `linalg.vector_norm`. Not negative.
        compute_mode: how to compute the Euclidean distance. "use_mm_for_euclid_dist" multiplies matrices, which is
            fast and loses digits where two points are close; "donot_use_mm_for_euclid_dist" takes the differences;
            left out, it multiplies where x1 or x2 has more than 25 points.
    """
    _check_points(x1, x2, p)
    if compute_mode not in (None, *_MODES):
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode: use one of {', '.join(_MODES)}")
    if p != 2:
        return apply(rules.cdist, x1, x2, ord=p)
    many = max(x1.array.shape[-2], x2.array.shape[-2]) > FEW and compute_mode in (None, _MODES[0])
    return apply(rules.euclidean, x1, x2, by_product=many or compute_mode == _MODES[1])


_MODES = ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")


def _check_points(x1: Tensor, x2: Tensor, p: float) -> None:
    for name, x in (("X1", x1), ("X2", x2)):
        if not is_tensor(x):
            raise errors.no_tensor("cdist", name, x)
        if x.array.dtype.kind != "f":
            raise RuntimeError(
                f"cdist only supports floating-point dtypes, {name} got: {x.dtype.scalar_type}. Use x.float()."
            )
        if x.array.ndim < 2:
            raise RuntimeError(
                f"cdist only supports at least 2D tensors, {name} got: {x.array.ndim}D. One point is x[None]."
            )
    if x1.array.dtype != x2.array.dtype:
        raise RuntimeError(
            f"expected scalar type {x1.dtype.scalar_type} but found {x2.dtype.scalar_type}: convert one, x.to(y.dtype)"
        )
    if x1.array.shape[-1] != x2.array.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.array.shape[-1]} X2: {x2.array.shape[-1]}. They "
            "are the coordinates of a point."
        )
    if p < 0:
        raise RuntimeError(f"cdist only supports non-negative p values, and this one is {p}")
