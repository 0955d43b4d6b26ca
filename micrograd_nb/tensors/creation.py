"""Makes tensors: from data, filled with a value, in a sequence, or at random."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from . import dtypes
from .axes import ints as _ints
from .core import Tensor
from .record import wrap as _wrap


def tensor(data: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor with a copy of `data`: a number, nested lists of numbers, an array, a tensor.

    Without a `dtype`, Python floats become float32, ints int64, bools bool; arrays and tensors keep theirs.

    >>> import micrograd_nb as mg
    >>> mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    return _finish(np.array(_as_array(data, dtype)), requires_grad)


def as_tensor(data: Any, *, dtype: Any = None) -> Tensor:
    """`tensor(data)` that copies only where it must: an array shares its memory, a tensor comes back itself."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return _wrap(_as_array(data, dtype))


def from_numpy(ndarray: ndarray) -> Tensor:
    """A tensor that shares the array's memory: what changes in one changes in the other."""
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__}). For other data use tensor(data).")
    return _wrap(_as_array(ndarray, None))


def _as_array(data: Any, dtype: Any) -> ndarray:
    if isinstance(data, Tensor):
        data = data.array
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    if isinstance(data, (np.ndarray, np.generic)):
        return np.asarray(data, wanted or dtypes.to_numpy(data.dtype))
    try:
        array = np.asarray(_numbers(data))
    except ValueError as error:
        raise ValueError(
            f"expected nested lists of equal lengths, for a tensor is a box of numbers: {error}. "
            "Pad the short ones, or keep them as separate tensors."
        ) from None
    if array.dtype.kind in "OUSV":
        raise (RuntimeError if data is None else ValueError)(
            f"a tensor holds numbers; got {type(data).__name__} with elements of type {array.dtype}"
        )
    if wanted is None and (array.dtype.kind == "f" or array.size == 0) and not _from_numpy(data):
        wanted = dtypes.get_default_dtype().dtype
    return array.astype(wanted or dtypes.to_numpy(array.dtype), copy=False)


def _from_numpy(data: Any) -> bool:
    """Whether the elements of nested lists are NumPy's numbers, arrays or tensors, which have a dtype of their own."""
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return isinstance(data, (np.generic, np.ndarray, Tensor))


def _numbers(data: Any) -> Any:
    """Lists that hold tensors, as lists that hold arrays."""
    if isinstance(data, (list, tuple)):
        return [_numbers(x) for x in data]
    return data.array if isinstance(data, Tensor) else data


def _finish(array: ndarray, requires_grad: bool) -> Tensor:
    out = _wrap(array)
    if requires_grad:
        out.requires_grad = True
    return out


def _sizes(size: tuple[Any, ...]) -> tuple[int, ...]:
    sizes = _ints(size)
    if any(n < 0 for n in sizes):
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(sizes)}: a size is 0 or more, got {sizes}"
        )
    return sizes


def _dtype_or_default(dtype: Any) -> np.dtype[Any]:
    return dtypes.get_default_dtype().dtype if dtype is None else dtypes.to_numpy(dtype)


# -- filled ------------------------------------------------------------------------------------------------------------


def zeros(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the shape `size`, given as numbers or as one tuple."""
    return _finish(np.zeros(_sizes(size), _dtype_or_default(dtype)), requires_grad)


def ones(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of the shape `size`."""
    return _finish(np.ones(_sizes(size), _dtype_or_default(dtype)), requires_grad)


def full(size: Any, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`fill_value` everywhere, of the dtype that `tensor(fill_value)` would have."""
    return _finish(np.full(_sizes((size,)), _as_array(fill_value, dtype)), requires_grad)


def empty(*size: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Whatever was in memory, in the shape `size`: for a tensor that you fill at once."""
    return _finish(np.empty(_sizes(size), _dtype_or_default(dtype)), requires_grad)


def zeros_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of the input's shape and dtype."""
    return zeros(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def ones_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of the input's shape and dtype."""
    return ones(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`fill_value` everywhere, in the input's shape and dtype."""
    return full(input.shape, fill_value, dtype=dtype or input.dtype, requires_grad=requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones on the diagonal of an n × m matrix, zeros elsewhere."""
    if n < 0:
        raise RuntimeError(f"n must be greater or equal to 0, got {n}")
    return _finish(np.eye(n, m, dtype=_dtype_or_default(dtype)), requires_grad)


# -- in a sequence -----------------------------------------------------------------------------------------------------


def arange(start: Any, end: Any = None, step: Any = 1, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """start, start + step, … up to but without `end`; of ints int64, with a float among the three float32."""
    start, end = (0, start) if end is None else (start, end)
    if step == 0:
        raise RuntimeError(f"step must be nonzero, but it is {step}")
    if (end - start) * step < 0:
        raise RuntimeError(f"upper bound and lower bound inconsistent with step sign: {start}, {end}, {step}")
    array = np.arange(start, end, step)
    default = dtypes.get_default_dtype().dtype if array.dtype.kind == "f" else np.dtype(np.int64)
    return _finish(array.astype(default if dtype is None else dtypes.to_numpy(dtype)), requires_grad)


def linspace(start: float, end: float, steps: int, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`steps` numbers from `start` to `end`, both included, at equal distances."""
    return _finish(np.linspace(start, end, steps).astype(_dtype_or_default(dtype)), requires_grad)


# -- at random ---------------------------------------------------------------------------------------------------------


class Generator:
    """A source of random numbers with a state of its own, so that two parts of a program do not disturb each other.

    >>> import micrograd_nb as mg
    >>> g = mg.Generator().manual_seed(0)
    >>> mg.randint(10, (3,), generator=g).tolist() == mg.randint(10, (3,), generator=g.manual_seed(0)).tolist()
    True
    """

    def __init__(self) -> None:
        self._seed: int | None = None
        self._numpy: np.random.Generator | None = None

    @property
    def numpy(self) -> np.random.Generator:
        """The source itself, NumPy's. Made when it is first asked for: numpy.random takes 8 ms to import."""
        if self._numpy is None:
            self.seed()
        assert self._numpy is not None
        return self._numpy

    def manual_seed(self, seed: int) -> Generator:
        """Starts over from `seed`: the same numbers follow."""
        self._seed = int(seed)
        self._numpy = np.random.default_rng(self._seed % (1 << 64))  # a negative seed is allowed, as in PyTorch
        return self

    def seed(self) -> int:
        """Starts over from a seed that the system chooses, and returns it."""
        self.manual_seed(int(np.random.SeedSequence().entropy) % (1 << 63))  # type: ignore[arg-type]
        return self.initial_seed()

    def initial_seed(self) -> int:
        """The seed that the numbers started from."""
        return self.seed() if self._seed is None else self._seed

    def get_state(self) -> dict[str, Any]:
        """Where the sequence stands; `set_state` goes back there."""
        return dict(self.numpy.bit_generator.state)

    def set_state(self, state: dict[str, Any]) -> None:
        """Goes to where the sequence stood at `get_state`."""
        self.numpy.bit_generator.state = state


default_generator = Generator()


def manual_seed(seed: int) -> Generator:
    """Seeds the numbers that everything draws which is given no generator.

    The numbers are NumPy's: the same on every machine, but not those that PyTorch draws from this seed.
    """
    return default_generator.manual_seed(seed)


def _rng(generator: Generator | None) -> np.random.Generator:
    return (generator or default_generator).numpy


def rand(*size: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Uniform between 0 and 1, 1 not included."""
    drawn = _rng(generator).random(_sizes(size), _draw_dtype(dtype))
    if _dtype_or_default(dtype) == np.float16:
        drawn = np.floor(drawn * 2048) / 2048  # what float16 can hold, so that nothing is rounded up to 1
    return _finish(np.asarray(drawn, _dtype_or_default(dtype)), requires_grad)


def randn(*size: Any, generator: Generator | None = None, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Normally distributed with mean 0 and variance 1."""
    drawn = _rng(generator).standard_normal(_sizes(size), _draw_dtype(dtype))
    return _finish(np.asarray(drawn, _dtype_or_default(dtype)), requires_grad)


def rand_like(input: Tensor, *, generator: Generator | None = None) -> Tensor:
    """`rand` in the input's shape and dtype."""
    return rand(input.shape, generator=generator, dtype=input.dtype)


def randn_like(input: Tensor, *, generator: Generator | None = None) -> Tensor:
    """`randn` in the input's shape and dtype."""
    return randn(input.shape, generator=generator, dtype=input.dtype)


def randint(low: int, high: Any, size: Any = None, *, generator: Generator | None = None, dtype: Any = None) -> Tensor:
    """Whole numbers from `low` up to but without `high`: `randint(10, (3,))` or `randint(5, 10, (3,))`."""
    low, high, size = (0, low, high) if size is None else (low, high, size)
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    return _wrap(_rng(generator).integers(low, high, _sizes((size,)), dtypes.to_numpy(dtype or dtypes.int64)))


def randperm(n: int, *, generator: Generator | None = None) -> Tensor:
    """The numbers 0 … n - 1 in random order."""
    return _wrap(_rng(generator).permutation(n))


def _draw_dtype(dtype: Any) -> Any:
    return np.float64 if _dtype_or_default(dtype) == np.float64 else np.float32
