"""Element types, and which type results from two: PyTorch's names and rules over NumPy's dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np


class dtype:
    """The type of a tensor's elements.

    NumPy accepts it wherever it wants a dtype, since it has one as its attribute `dtype`.

    >>> import micrograd_nb as mg
    >>> mg.float32.is_floating_point, mg.int64.itemsize, np.zeros(2, mg.bool).dtype
    (True, 8, dtype('bool'))
    """

    __slots__ = ("dtype", "name", "scalar_type")

    def __init__(self, name: str, scalar_type: str) -> None:
        self.name = name
        self.scalar_type = scalar_type  # what PyTorch's errors and `type()` call it
        self.dtype = np.dtype(name)

    @property
    def is_floating_point(self) -> bool:
        return self.dtype.kind == "f"

    @property
    def is_signed(self) -> bool:
        return self.dtype.kind in "if"

    @property
    def is_complex(self) -> bool:
        return False

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self.dtype.itemsize

    def __repr__(self) -> str:
        return f"micrograd_nb.{self.name}"

    def __reduce__(self) -> str:
        return {"bool": "bool_"}.get(self.name, self.name)  # a pickle finds the one object by its name in this module


float16, float32, float64 = dtype("float16", "Half"), dtype("float32", "Float"), dtype("float64", "Double")
uint8, int8, int16 = dtype("uint8", "Byte"), dtype("int8", "Char"), dtype("int16", "Short")
int32, int64, bool_ = dtype("int32", "Int"), dtype("int64", "Long"), dtype("bool", "Bool")

ALL = (float16, float32, float64, uint8, int8, int16, int32, int64, bool_)
FROM_NUMPY: dict[np.dtype[Any], dtype] = {d.dtype: d for d in ALL}

_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}
_default = float32


def get_default_dtype() -> dtype:
    """The dtype of tensors made from Python floats: float32 unless `set_default_dtype` said otherwise."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Sets the dtype of tensors made from Python floats."""
    global _default
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, but got {d}")
    _default = d


def to_numpy(d: Any) -> np.dtype[Any]:
    """The NumPy dtype of a `dtype`, a Python type or a NumPy dtype; an error for what no tensor can hold."""
    found = d.dtype if isinstance(d, dtype) else np.dtype(d)
    if found not in FROM_NUMPY:
        raise TypeError(
            f"a tensor cannot hold elements of type {found}; the types that it can hold: "
            + ", ".join(t.name for t in ALL)
        )
    return found


def common_dtype(*operands: Any) -> np.dtype[Any]:
    """The NumPy dtype of an operation's result, by PyTorch's rule for arrays and Python numbers.

    Kinds rank bool < int < float. The highest kind wins, and among operands of that kind, arrays with axes decide
    over 0-d arrays, and those over Python numbers: a number never widens an array of its kind.

    >>> common_dtype(np.zeros(3, "f4"), np.zeros((), "f8")), common_dtype(np.zeros(3, "i8"), 0.5)
    (dtype('float32'), dtype('float32'))
    """
    ranked = [(_kind_and_rank(x), _own_dtype(x)) for x in operands]
    kind = max(k for (k, _), _ in ranked)
    rank = max(r for (k, r), _ in ranked if k == kind)
    return np.result_type(*(d for (k, r), d in ranked if (k, r) == (kind, rank)))


def _own_dtype(x: Any) -> np.dtype[Any]:
    if isinstance(x, bool):
        return bool_.dtype
    if isinstance(x, int):
        return int64.dtype
    return _default.dtype if isinstance(x, float) else x.dtype


def _kind_and_rank(x: Any) -> tuple[int, int]:
    """(bool, int or float; Python number, 0-d array or array)."""
    rank = 0 if isinstance(x, (bool, int, float)) else 1 if x.ndim == 0 else 2
    return _CATEGORY[_own_dtype(x).kind], rank
