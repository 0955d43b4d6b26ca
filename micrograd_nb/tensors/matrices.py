"""Functions of matrices that `torch` has besides `torch.linalg`: by `linalg`, some under an older name.

Every function is a method, too.

>>> import micrograd_nb as mg
>>> a = mg.tensor([[2.0, 0.0], [1.0, 3.0]])
>>> a.det(), a.logdet(), a.inverse()
(tensor(6.), tensor(1.7918), tensor([[ 0.5000,  0.0000],
        [-0.1667,  0.3333]]))
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from . import linalg, return_types
from .elementwise import where
from .linalg import det, matrix_exp, matrix_power
from .record import wrap
from .shapes import transpose

if TYPE_CHECKING:
    from .core import Tensor

__all__ = [
    "cholesky", "det", "inverse", "logdet", "matrix_exp", "matrix_power", "pinverse", "qr", "slogdet", "svd",
]  # fmt: skip


def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant of a square matrix: −inf of 0, NaN of a negative one."""
    sign, logarithm = linalg.slogdet(input)
    return where(wrap(sign.array == -1), wrap(np.full_like(logarithm.array, np.nan)), logarithm)


def slogdet(input: Tensor) -> Any:
    """`linalg.slogdet`: (sign, logabsdet)."""
    return return_types.slogdet(*linalg.slogdet(input))


def inverse(input: Tensor) -> Tensor:
    """`linalg.inv`: the inverse of a square matrix."""
    return linalg.inv(input)


def pinverse(input: Tensor, rcond: float = 1e-15) -> Tensor:
    """`linalg.pinv`: the pseudo-inverse. Singular values up to `rcond` times the largest count as 0."""
    return linalg.pinv(input, rcond)


def cholesky(input: Tensor, upper: bool = False) -> Tensor:
    """`linalg.cholesky`. Deprecated in PyTorch."""
    _deprecated("cholesky")
    return linalg.cholesky(input, upper=upper)


def qr(input: Tensor, some: bool = True) -> Any:
    """`linalg.qr`: (Q, R), and with some=False a square Q. Deprecated in PyTorch."""
    _deprecated("qr")
    return return_types.qr(*linalg.qr(input, "reduced" if some else "complete"))


def svd(input: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """(U, S, V) with A = U diag(S) Vᵀ; `linalg.svd` gives Vᵀ.

    Arguments:
        some: leave out the columns of U and V that S has no value for.
        compute_uv: False fills U and V with zeros.
    """
    u, s, vh = linalg.svd(input, full_matrices=not some or not compute_uv)
    if not compute_uv:
        u, vh = (wrap(np.zeros_like(x.array)) for x in (u, vh))
    return return_types.svd(u, s, transpose(vh, -2, -1))


def _deprecated(name: str) -> None:
    warnings.warn(
        f"torch.{name} is deprecated in favor of torch.linalg.{name} and will be removed in a future PyTorch release.",
        stacklevel=3,
    )
