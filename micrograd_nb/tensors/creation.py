"""Makes tensors: from data, filled with a value, or in a sequence. (At random: see `random`.)

All take `dtype`, `device`, which is the cpu, and `requires_grad`; a size is given as numbers or as one tuple.

>>> import micrograd_nb as mg
>>> mg.tensor([[1.0, 2.0], [3.0, 4.0]]), mg.zeros(2, 3, dtype=mg.int64), mg.arange(0, 1, 0.25)
(tensor([[1., 2.],
        [3., 4.]]), tensor([[0, 0, 0],
        [0, 0, 0]]), tensor([0.0000, 0.2500, 0.5000, 0.7500]))
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd import tracing
from ..autograd.quiet import quietly
from . import axes, devices, dtypes
from .record import cast, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor

# -- from data ---------------------------------------------------------------------------------------------------------


def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: a number, nested lists of numbers, an array, a tensor.

    Without a `dtype`, Python floats become the default dtype, ints int64, bools bool; arrays and tensors keep theirs.

    >>> import micrograd_nb as mg
    >>> mg.tensor([1, 2.5])
    tensor([1.0000, 2.5000])
    """
    return finish(np.array(_as_array(data, dtype)), requires_grad, device)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """`tensor(data)` that copies only where it must: an array shares its memory, a tensor comes back itself."""
    if is_tensor(data):
        devices.check(device)
        return data if dtype is None else cast(data, dtypes.to_numpy(dtype))
    return finish(_as_array(data, dtype), False, device)


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None, requires_grad: bool = False
) -> Tensor:
    """`as_tensor`, which with copy=True always copies, and with copy=False is an error where it would have to."""
    made = as_tensor(obj, dtype, device)
    source = getattr(obj, "array", obj)
    shares = isinstance(source, ndarray) and np.may_share_memory(source, made.array)
    if copy is False and not shares:
        raise ValueError(
            f"can't alias {type(obj).__name__} without a copy: only a tensor or an array of the same dtype can share "
            "its memory. Leave copy out."
        )
    if copy and shares:
        made = wrap(made.array.copy())
    return made.requires_grad_() if requires_grad else made


def from_numpy(ndarray: ndarray) -> Tensor:
    """A tensor that shares the array's memory: what changes in one changes in the other."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__}). For other data use tensor(data).")
    return wrap(_as_array(ndarray, None))


def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor that shares the memory of another library's array, by the DLPack protocol."""
    return from_numpy(np.from_dlpack(ext_tensor))


def _as_array(data: Any, dtype: Any) -> ndarray:
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    if is_tensor(data):
        data = data.array
    if isinstance(data, (np.ndarray, np.generic)):
        own = wanted or dtypes.to_numpy(data.dtype)
        return quietly(np.asarray, data, own)
    data = _numbers(data)
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(
            f"expected nested lists of equal lengths, for a tensor is a box of numbers: {error}. "
            "Pad the short ones, or keep them as separate tensors."
        ) from None
    if array.dtype.kind not in "bif" and not _with_dtype(data):
        raise _no_numbers(data, array)
    if wanted is None:
        wanted = _common(data) if _with_dtype(data) else _of_python(array)
    if array.dtype != wanted and wanted.kind in "iu" and array.size:
        for extreme in (array.min(), array.max()):  # NaN is both
            dtypes.element(extreme.item(), wanted)
    return quietly(array.astype, wanted, copy=False)


def _no_numbers(data: Any, array: ndarray) -> Exception:
    """The error for data that are no numbers."""
    what = f"a tensor holds numbers; got {type(data).__name__} with elements of type {array.dtype}"
    if array.dtype.kind in "US":
        if isinstance(data, (list, tuple)) and isinstance(np.asarray(data, object).flat[0], str):
            return ValueError(f"too many dimensions 'str': {what}")
        return TypeError(f"new(): invalid data type 'str': {what}")
    wrong = [x for x in np.asarray(data, object).flat if not isinstance(x, (int, float))]
    if not wrong:
        return ValueError("Overflow when unpacking long long: the largest whole number is 2**63 - 1, of int64")
    return RuntimeError(f"Could not infer dtype of {type(wrong[0]).__name__}: {what}")


def _of_python(array: ndarray) -> np.dtype[Any]:
    """The dtype of Python's numbers."""
    if array.dtype.kind == "f" or array.size == 0:
        return dtypes.get_default_dtype().dtype
    return dtypes.to_numpy(array.dtype)


def _with_dtype(data: Any) -> bool:
    """Whether nested lists begin with one of NumPy's numbers or an array, which have a dtype of their own."""
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return isinstance(data, (np.generic, np.ndarray))


def _common(data: Any) -> np.dtype[Any]:
    """The dtype that all elements of nested lists convert to."""
    if isinstance(data, (list, tuple)):
        return functools.reduce(_promoted, {_common(x) for x in data})
    return dtypes.to_numpy(data.dtype) if isinstance(data, (np.generic, np.ndarray)) else _of_python(np.asarray(data))


def _promoted(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    return dtypes.promote_types(dtypes.FROM_NUMPY[a], dtypes.FROM_NUMPY[b]).dtype


def _numbers(data: Any) -> Any:
    """Lists that hold tensors, as lists that hold numbers."""
    if isinstance(data, (list, tuple)):
        return [_numbers(x) for x in data]
    if not is_tensor(data):
        return data
    if data.array.size != 1:
        raise ValueError(
            "only one element tensors can be converted to Python scalars, and there is one of shape "
            f"{tuple(data.array.shape)} in the list: join them with stack([...])"
        )
    return data.array.reshape(())[()]


def finish(array: ndarray, requires_grad: bool, device: Any = None) -> Tensor:
    """A new array as a tensor, where it is wanted to be."""
    if device is not None:
        devices.check(device)
    made = wrap(array)
    if requires_grad:
        made.requires_grad = True
    return made


def sizes_of(given: tuple[Any, ...], named: Any, name: str) -> tuple[int, ...]:
    """The shape of a new tensor."""
    sizes = axes.ints(given, named)
    if sizes and min(sizes) < 0:
        raise RuntimeError(f"{name}: Dimension size must be non-negative, a negative dimension cannot be: got {sizes}")
    return sizes


def or_default(dtype: Any) -> np.dtype[Any]:
    """A dtype for NumPy; left out, the default dtype."""
    return dtypes.get_default_dtype().dtype if dtype is None else dtypes.to_numpy(dtype)


def or_own(input: Tensor, dtype: Any) -> np.dtype[Any]:
    """A dtype for NumPy; left out, the input's."""
    return input.array.dtype if dtype is None else dtypes.to_numpy(dtype)


# -- filled ------------------------------------------------------------------------------------------------------------


def zeros(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros."""
    return _filled(np.zeros(sizes_of(sizes, size, "zeros"), or_default(dtype)), requires_grad, device)


def ones(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones."""
    return _filled(np.ones(sizes_of(sizes, size, "ones"), or_default(dtype)), requires_grad, device)


def empty(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Whatever was in memory: for a tensor that you fill at once."""
    return _filled(np.empty(sizes_of(sizes, size, "empty"), or_default(dtype)), requires_grad, device)


def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """`fill_value` everywhere, of the dtype that `tensor(fill_value)` would have."""
    value = _as_array(fill_value, dtype)
    return _filled(np.full(sizes_of((size,), None, "full"), value, value.dtype), requires_grad, device)


def zeros_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the input's shape and dtype."""
    _check_tensor(input, "zeros_like")
    return _filled(np.zeros_like(input.array, or_own(input, dtype)), requires_grad, device)


def ones_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of the input's shape and dtype."""
    _check_tensor(input, "ones_like")
    return _filled(np.ones_like(input.array, or_own(input, dtype)), requires_grad, device)


def empty_like(input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Whatever was in memory, in the input's shape and dtype."""
    _check_tensor(input, "empty_like")
    return _filled(np.empty_like(input.array, or_own(input, dtype)), requires_grad, device)


def full_like(
    input: Tensor, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`fill_value` everywhere, in the input's shape and dtype."""
    _check_tensor(input, "full_like")
    d = or_own(input, dtype)
    return _filled(np.full_like(input.array, _as_array(fill_value, d), d), requires_grad, device)


def _filled(array: ndarray, requires_grad: bool, device: Any) -> Tensor:
    return finish(tracing.made(array) if type(array) is np.ndarray else array, requires_grad, device)


def _check_tensor(input: Any, name: str) -> None:
    if not is_tensor(input):
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}: use a size"
        )


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones on the diagonal of an n × m matrix, zeros elsewhere."""
    for name, length in (("n", n), ("m", n if m is None else m)):
        if length < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {length}")
    return finish(np.eye(n, m, dtype=or_default(dtype)), requires_grad, device)


# -- in a sequence -----------------------------------------------------------------------------------------------------


def arange(
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """start, start + step, … up to but without `end`; of ints int64, with a float among the three the default dtype.

    >>> import micrograd_nb as mg
    >>> mg.arange(3), mg.arange(1, 2, 0.5)
    (tensor([0, 1, 2]), tensor([1.0000, 1.5000]))
    """
    given: tuple[Any, ...] = (0, start, step) if end is None else (start, end, step)
    start, end, step = (x.item() if is_tensor(x) else x for x in given)
    whole = not any(isinstance(x, (float, np.floating)) for x in (start, end, step))
    d = dtypes.to_numpy(dtype) if dtype is not None else dtypes.int64.dtype if whole else or_default(None)
    if d.kind != "f" and not whole:
        start, end, step = int(start), int(end), int(step)
    if step == 0:
        raise RuntimeError(f"step must be nonzero, but it is {step}")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}: both must be finite")
    if (end - start) * step < 0:
        raise RuntimeError(f"upper bound and lower bound inconsistent with step sign: {start}, {end}, {step}")
    return finish((start + step * np.arange(math.ceil((end - start) / step))).astype(d), requires_grad, device)


def linspace(
    start: Any, end: Any, steps: int, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at equal distances.

    >>> import micrograd_nb as mg
    >>> mg.linspace(0, 1, 5)
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    return finish(_evenly(start, end, steps).astype(or_default(dtype)), requires_grad, device)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`base` to the power of `steps` numbers from `start` to `end`: at equal ratios.

    >>> import micrograd_nb as mg
    >>> mg.logspace(0, 3, 4, base=2)
    tensor([1., 2., 4., 8.])
    """
    return finish((float(base) ** _evenly(start, end, steps)).astype(or_default(dtype)), requires_grad, device)


def _evenly(start: Any, end: Any, steps: int) -> ndarray:
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, but it is {steps}")
    first, last = (x.item() if is_tensor(x) else x for x in (start, end))
    return np.linspace(first, last, steps)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The indices of the lower triangle of a matrix, with so many diagonals above the main one: (2, number)."""
    return _triangle_indices(np.tril_indices, row, col, offset, dtype, device)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The indices of the upper triangle of a matrix, from so many diagonals above the main one: (2, number)."""
    return _triangle_indices(np.triu_indices, row, col, offset, dtype, device)


def _triangle_indices(of: Callable[..., Any], row: int, col: int, offset: int, dtype: Any, device: Any) -> Tensor:
    for name, n in (("row", row), ("col", col)):
        if n < 0:
            raise RuntimeError(f"{name} must be non-negative, got {n}")
    return finish(np.array(of(row, offset, col), dtypes.to_numpy(dtype or dtypes.int64)), False, device)


# -- like a tensor at hand: methods of it ------------------------------------------------------------------------------


def new_tensor(
    input: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """`tensor(data)` in the dtype of this tensor."""
    return tensor(data, dtype=dtype or input.dtype, device=device, requires_grad=requires_grad)


def new_zeros(input: Tensor, *sizes: Any, size: Any = None, dtype: Any = None, **options: Any) -> Tensor:
    """`zeros` in the dtype of this tensor."""
    return zeros(*sizes, size=size, dtype=dtype or input.dtype, **options)


def new_ones(input: Tensor, *sizes: Any, size: Any = None, dtype: Any = None, **options: Any) -> Tensor:
    """`ones` in the dtype of this tensor."""
    return ones(*sizes, size=size, dtype=dtype or input.dtype, **options)


def new_empty(input: Tensor, *sizes: Any, size: Any = None, dtype: Any = None, **options: Any) -> Tensor:
    """`empty` in the dtype of this tensor."""
    return empty(*sizes, size=size, dtype=dtype or input.dtype, **options)


def new_full(input: Tensor, size: Any, fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """`full` in the dtype of this tensor."""
    return full(size, fill_value, dtype=dtype or input.dtype, **options)


# -- PyTorch's constructors of old -------------------------------------------------------------------------------------


def legacy(args: tuple[Any, ...], dtype: np.dtype[Any]) -> ndarray:
    """What `Tensor(…)` and `FloatTensor(…)` make: sizes give an empty tensor, data a tensor of the data."""
    if len(args) == 1 and is_tensor(args[0]):
        if args[0].array.dtype != dtype:
            raise TypeError(f"expected a tensor of {dtype}, but got {args[0].dtype.name}: x.to(dtype) converts")
        return args[0].array
    if len(args) == 1 and isinstance(args[0], (list, tuple, np.ndarray, range)) and not isinstance(args[0], axes.Size):
        return quietly(np.array(_as_array(args[0], None)).astype, dtype)
    if any(isinstance(x, float) for x in args):
        raise TypeError(f"new(): data must be a sequence (got float): for a single number use tensor({args[0]})")
    return np.empty(sizes_of(args, None, "empty") if args else (0,), dtype)


def _old(d: dtypes.dtype) -> Any:
    def make(*args: Any) -> Tensor:
        return wrap(legacy(args, d.dtype))

    make.__name__ = make.__qualname__ = f"{d.scalar_type}Tensor"
    make.__doc__ = f"A tensor of {d.name}: of data, or, of sizes, an empty one. Use tensor(data, dtype={d.name})."
    make.of = d  # type: ignore[attr-defined]
    return make


FloatTensor, DoubleTensor, HalfTensor = _old(dtypes.float32), _old(dtypes.float64), _old(dtypes.float16)
LongTensor, IntTensor, ShortTensor = _old(dtypes.int64), _old(dtypes.int32), _old(dtypes.int16)
CharTensor, ByteTensor, BoolTensor = _old(dtypes.int8), _old(dtypes.uint8), _old(dtypes.bool_)
