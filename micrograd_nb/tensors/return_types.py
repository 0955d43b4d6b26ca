"""What functions with several results return: tuples with names, printed as PyTorch prints them.

>>> import micrograd_nb as mg
>>> largest = mg.tensor([[1.0, 5.0], [7.0, 2.0]]).max(dim=1)
>>> largest
micrograd_nb.return_types.max(
values=tensor([5., 7.]),
indices=tensor([1, 0]))
>>> values, indices = largest
>>> largest.indices
tensor([1, 0])
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any


class _Printed:
    """How such a tuple is printed: one line for each name."""

    __slots__ = ()
    _fields: tuple[str, ...]

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
        return f"micrograd_nb.return_types.{type(self).__name__}(\n{parts})"


def _kind(name: str, *fields: str) -> Any:
    return type(name, (_Printed, namedtuple(name, fields)), {"__slots__": (), "__module__": __name__})


# fmt: off
max, min, median, nanmedian, mode, kthvalue, cummax, cummin, sort, topk = (
    _kind(name, "values", "indices")
    for name in ("max", "min", "median", "nanmedian", "mode", "kthvalue", "cummax", "cummin", "sort", "topk")
)
aminmax            = _kind("aminmax", "min", "max")
slogdet            = _kind("slogdet", "sign", "logabsdet")
qr                 = _kind("qr", "Q", "R")
svd                = _kind("svd", "U", "S", "V")
linalg_slogdet     = _kind("linalg_slogdet", "sign", "logabsdet")
linalg_qr          = _kind("linalg_qr", "Q", "R")
linalg_eigh        = _kind("linalg_eigh", "eigenvalues", "eigenvectors")
linalg_svd         = _kind("linalg_svd", "U", "S", "Vh")
linalg_lstsq       = _kind("linalg_lstsq", "solution", "residuals", "rank", "singular_values")
# fmt: on
