"""Element types, and which type results from two: PyTorch's names and rules over NumPy's dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.quiet import quietly


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


def element(value: Any, d: np.dtype[Any]) -> Any:
    """A Python number as NumPy may write it into an array of a dtype; an error for one that the dtype cannot hold."""
    if d.kind == "b":
        return bool(value)
    if d.kind == "f":
        return value if -SAFE < value < SAFE else quietly(d.type, value)
    info = np.iinfo(d)
    least = -info.max if d.kind == "u" else info.min
    if not least <= value < info.max + 1:
        raise RuntimeError(
            f"value cannot be converted to type {d.name} without overflow: it is {value}, and {d.name} goes from "
            f"{info.min} to {info.max}"
        )
    return int(value) % (info.max + 1) if d.kind == "u" else int(value)


SAFE = 60_000  # every float dtype holds such a number


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest dtype that both convert to: of float and int, the float.

    >>> promote_types(float32, int64), promote_types(uint8, int8)
    (micrograd_nb.float32, micrograd_nb.int16)
    """
    a, b = type1.dtype, type2.dtype
    if _CATEGORY[a.kind] != _CATEGORY[b.kind]:
        return max(type1, type2, key=lambda t: _CATEGORY[t.dtype.kind])
    return FROM_NUMPY[np.promote_types(a, b)]


def can_cast(from_: dtype, to: dtype) -> bool:
    """Whether PyTorch's rules let an operation write one dtype as another: never float as int, nor a number as bool."""
    return _CATEGORY[from_.dtype.kind] <= _CATEGORY[to.dtype.kind]


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The dtype of an operation on two tensors, or a tensor and a number."""
    return FROM_NUMPY[common_dtype(*(getattr(x, "array", x) for x in (tensor1, tensor2)))]


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


# -- what a dtype can hold ---------------------------------------------------------------------------------------------


class finfo:
    """What a dtype of floats can hold: `eps` is the distance from 1 to the next number.

    >>> import micrograd_nb as mg
    >>> mg.finfo(mg.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: dtype | None = None) -> None:
        type = type or _default
        if not type.is_floating_point:
            raise TypeError(
                f"finfo() requires a floating point input type, not {type.name}. Use iinfo for whole numbers"
            )
        info = np.finfo(type.dtype)
        self.bits, self.dtype = info.bits, type.name
        self.eps, self.min, self.max = float(info.eps), float(info.min), float(info.max)
        self.tiny = self.smallest_normal = float(info.smallest_normal)
        self.resolution = float(str(info.resolution))

    def __repr__(self) -> str:
        names = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{name}={getattr(self, name):g}' for name in names)}, dtype={self.dtype})"


class iinfo:
    """What a dtype of whole numbers can hold.

    >>> import micrograd_nb as mg
    >>> mg.iinfo(mg.uint8).max
    255
    """

    def __init__(self, type: dtype) -> None:
        if type.dtype.kind not in "iu":
            raise TypeError(f"iinfo() requires an integer input type, not {type.name}. Use finfo for floats")
        info = np.iinfo(type.dtype)
        self.bits, self.dtype, self.min, self.max = info.bits, type.name, int(info.min), int(info.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"
