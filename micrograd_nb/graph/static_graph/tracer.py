"""Arrays that write down what NumPy does to them: how a function of tensors becomes a program.

While a function is traced, its tensors hold `Traced` arrays. Each is a real array, so the function runs as always and
gives its result; besides, every call of NumPy is written down with the arrays that it read and wrote. Replayed, the
same calls read and write the same memory.

Nothing freezes silently: a `Traced` array answers to the functions that are listed here, and to no others. NumPy cannot
make a plain array of it behind our back, and Python cannot make a number or a truth value of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.mixins import NDArrayOperatorsMixin

from .program import Program

_PACKAGE = str(Path(__file__).parents[2])


class StaticGraphError(RuntimeError):
    """A function that cannot become a static graph: what it does, at which line, and what to do instead."""


class Traced(NDArrayOperatorsMixin):
    """An array whose every use is written down in a program.

    Once the trace is over, it is an array like any other, so that what the function kept for itself stays usable.
    """

    __slots__ = ("array", "program")

    def __init__(self, array: ndarray, program: Program) -> None:
        self.array = array
        self.program = program

    # -- what it is: the same at each replay

    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: self.array.dtype)
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)
    itemsize = property(lambda self: self.array.itemsize)
    nbytes = property(lambda self: self.array.nbytes)
    flags = property(lambda self: self.array.flags)
    strides = property(lambda self: self.array.strides)
    base = property(lambda self: self.array.base)

    def __len__(self) -> int:
        return len(self.array)

    # -- views: the same memory, so there is nothing to write down

    T = property(lambda self: self._view(self.array.T))

    def transpose(self, *axes: Any) -> Traced:
        return self._view(self.array.transpose(*axes))

    def swapaxes(self, axis1: int, axis2: int) -> Traced:
        return self._view(self.array.swapaxes(axis1, axis2))

    def squeeze(self, axis: Any = None) -> Traced:
        return self._view(self.array.squeeze(axis))

    def reshape(self, *shape: Any, copy: bool | None = None) -> Traced:
        size = shape[0] if len(shape) == 1 else shape
        try:
            return self._view(self.array.reshape(size, copy=False))
        except ValueError:
            if copy is False:
                raise
        out = np.empty(self.array.shape, self.array.dtype)
        self.program.call(np.copyto, out, self.array, writes=out)
        return self._view(out.reshape(size))

    def ravel(self) -> Traced:
        return self.reshape(-1)

    def __getitem__(self, index: Any) -> Traced:
        plain = _plain(index)
        if _is_basic(index):
            return self._view(np.asarray(self.array[plain]))
        out = self.array[plain]
        self.program.statement("{0}[...] = {1}[{2}]", out, self.array, plain, writes=out)
        return self._view(out)

    def __setitem__(self, index: Any, value: Any) -> None:
        plain, new = _plain(index), _plain(value)
        if not _is_basic(index):
            self.array[plain] = new
            self.program.statement("{0}[{1}] = {2}", self.array, plain, new, writes=self.array)
            return
        place = np.asarray(self.array[plain])
        if isinstance(new, ndarray) and _same_memory(place, new):
            return  # `x[i] += y` has written it already
        self.array[plain] = new
        self.program.call(np.copyto, place, new, writes=place)

    def __pow__(self, other: Any) -> Traced:
        return self._power("{0}[...] = {1} ** {2}", self, other)

    def __rpow__(self, other: Any) -> Traced:
        return self._power("{0}[...] = {1} ** {2}", other, self)

    def _power(self, text: str, base: Any, exponent: Any) -> Traced:
        """NumPy's operator squares and takes roots where it can, which `np.power` does not."""
        base, exponent = _plain(base), _plain(exponent)
        out = np.array(base**exponent)
        self.program.statement(text, out, base, exponent, writes=out)
        return self._view(out)

    # -- methods that compute

    def copy(self, order: str = "C") -> Traced:
        out = self.array.copy(order)  # type: ignore[arg-type]
        self.program.call(np.copyto, out, self.array, writes=out)
        return self._view(out)

    def astype(self, dtype: Any, copy: bool = True) -> Traced:
        if not copy and self.array.dtype == dtype:
            return self
        out = self.array.astype(dtype)
        self.program.call(np.copyto, out, self.array, "unsafe", writes=out)
        return self._view(out)

    def fill(self, value: Any) -> None:
        self.array.fill(value)
        self.program.call(self.array.fill, value, writes=self.array)

    def dot(self, other: Any) -> Any:
        return np.dot(self, other)

    def take(self, indices: Any, axis: int | None = None) -> Traced:
        out = np.asarray(self.array.take(_plain(indices), axis))
        self.program.call(np.take, self.array, _plain(indices), axis, out, writes=out)
        return self._view(out)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.add.reduce(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def max(self, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Traced:
        return self._extreme(np.maximum, axis, keepdims, initial)

    def min(self, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Traced:
        return self._extreme(np.minimum, axis, keepdims, initial)

    def _extreme(self, ufunc: Any, axis: Any, keepdims: bool, initial: Any) -> Traced:
        options = {} if initial is None else {"initial": initial}
        return ufunc.reduce(self, axis=axis, keepdims=keepdims, **options)

    # -- NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        plain = [_plain(x) for x in inputs]
        if not self.program.recording:
            return getattr(ufunc, method)(*plain, **({"out": _plain(out)} if out else {}), **options)
        if method == "at":
            ufunc.at(*plain)
            self.program.call(ufunc.at, *plain, writes=plain[0])
            return None
        run = ufunc if method == "__call__" else getattr(ufunc, method)
        target = _plain(out[0]) if out else np.asarray(run(*plain, **options))
        if out:
            run(*plain, out=target, **options)
        if method == "reduce" and options.keys() <= {"axis", "dtype", "keepdims"}:
            axis, dtype, keepdims = options.get("axis", 0), options.get("dtype"), options.get("keepdims", False)
            self.program.call(run, *plain, axis, dtype, target, keepdims, writes=target)
        elif method == "__call__" and not options and ufunc not in (np.maximum, np.minimum):  # these want `out=`
            self.program.call(run, *(_as_operand(x, target) for x in plain), target, writes=target)
        else:
            self.program.call(run, *plain, out=target, **options, writes=target)
        return self._view(target)

    def __array_function__(self, function: Any, types: Any, args: Any, options: dict[str, Any]) -> Any:
        if not self.program.recording:
            return function(*_plain(args), **{name: _plain(x) for name, x in options.items()})
        if function in _VIEWS:
            return self._view(function(*map(_plain, args), **options))
        if function in _ADMITTED:
            return _ADMITTED[function](self.program, *args, **options)
        raise refused(f"np.{function.__name__}(…)", "it is not among the functions that a static graph can hold")

    def __array__(self, dtype: Any = None, copy: Any = None) -> ndarray:
        if self.program.recording:
            raise refused("a NumPy array of a traced tensor", "what NumPy does to it would not be replayed")
        return np.array(self.array, dtype, copy=copy)

    # -- what would have to be known before the graph runs

    def _unknown(self, what: str) -> Any:
        if self.program.recording:
            raise refused(what, "the number is another one at each replay, and the graph would keep that of the trace")
        return self.array

    def item(self) -> Any:
        return self._unknown("a Python number of a traced tensor (item(), float(), a format)").item()

    def tolist(self) -> Any:
        return self._unknown("Python numbers of a traced tensor (tolist())").tolist()

    def __bool__(self) -> bool:
        return bool(self._unknown("a decision by the value of a traced tensor (if, while, and, or, assert)"))

    def __float__(self) -> float:
        return float(self._unknown("a Python number of a traced tensor"))

    def __int__(self) -> int:
        return int(self._unknown("a Python number of a traced tensor"))

    def __index__(self) -> int:
        return int(self._unknown("an index or a size by the value of a traced tensor"))

    def __repr__(self) -> str:
        return f"<traced {self.array.dtype} {self.array.shape}>"

    def _view(self, array: ndarray) -> Traced:
        return Traced(array, self.program)


def refused(what: str, why: str) -> StaticGraphError:
    """The error for something that a static graph cannot hold; names the learner's line."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith((_PACKAGE, np.__path__[0])) and frame.f_back is not None:
        frame = frame.f_back
    place = f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
    return StaticGraphError(
        f"a static graph cannot hold this ({place}): {what}: {why}. Leave it outside of the function, write it with "
        "tensor operations (where, clamp, masks), or run the function without static()."
    )


def _plain(x: Any) -> Any:
    """The array of a traced one, also inside of tuples and lists; anything else as it is."""
    if isinstance(x, Traced):
        return x.array
    if isinstance(x, (tuple, list)):
        return type(x)(_plain(part) for part in x)
    return x


def _as_operand(x: Any, target: ndarray) -> Any:
    """A Python number as an array of the dtype that NumPy would give it: that takes half the time, at each replay."""
    is_number = isinstance(x, (int, float)) and not isinstance(x, bool)
    return np.array(x, target.dtype) if is_number and target.dtype.kind == "f" else x


def _is_basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return not any(isinstance(part, (ndarray, list, Traced)) for part in parts)


def _same_memory(a: ndarray, b: ndarray) -> bool:
    return a.__array_interface__ == b.__array_interface__


# -- the functions of NumPy that a program can hold --------------------------------------------------------------------

_VIEWS = {np.broadcast_to, np.expand_dims, np.moveaxis, np.swapaxes, np.transpose, np.squeeze, np.diagonal}


def _dot(program: Program, a: Any, b: Any) -> Traced:
    a, b = _plain(a), _plain(b)
    out = np.asarray(np.dot(a, b))
    if out.ndim == 0:  # NumPy writes a single number only into an array with an axis
        program.call(np.dot, a[None], b, out.reshape(1), writes=out)
    else:
        program.call(np.dot, a, b, out, writes=out)
    return Traced(out, program)


def _like(make: Callable[..., ndarray], value: Any) -> Callable[..., Traced]:
    def made(program: Program, a: Any, dtype: Any = None, **options: Any) -> Traced:
        out = make(_plain(a), dtype=dtype, **options)
        if value is not None:
            program.call(out.fill, value, writes=out)
        return Traced(out, program)

    return made


def _full_like(program: Program, a: Any, fill_value: Any, dtype: Any = None) -> Traced:
    out = np.full_like(_plain(a), _plain(fill_value), dtype=dtype)
    program.call(np.copyto, out, _plain(fill_value), writes=out)
    return Traced(out, program)


def _joined(function: Callable[..., ndarray]) -> Callable[..., Traced]:
    def made(program: Program, arrays: Any, axis: int = 0) -> Traced:
        plain = [_plain(a) for a in arrays]
        out = function(plain, axis)
        program.call(function, plain, axis, out, writes=out)
        return Traced(out, program)

    return made


def _copied(function: Callable[..., Any]) -> Callable[..., Traced]:
    return lambda program, *args, **options: _made(program, function, *args, **options)


def _made(program: Program, function: Callable[..., Any], *args: Any, **options: Any) -> Traced:
    """A function that makes a new array each time: its result is copied into the buffer."""
    plain = [_plain(a) for a in args]
    options = {name: _plain(value) for name, value in options.items()}
    out = np.array(function(*plain, **options))
    places = [f"{{{i}}}" for i in range(2, 2 + len(plain))]
    places += [f"{name}={{{i}}}" for i, name in enumerate(options, 2 + len(plain))]
    text = f"{{0}}[...] = {{1}}({', '.join(places)})"
    program.statement(text, out, function, *plain, *options.values(), writes=out)
    return Traced(out, program)


def _put_along_axis(program: Program, arr: Any, indices: Any, values: Any, axis: int) -> None:
    plain = _plain(arr), _plain(indices), _plain(values), axis
    np.put_along_axis(*plain)
    program.call(np.put_along_axis, *plain, writes=plain[0])


_ADMITTED: dict[Any, Callable[..., Any]] = {
    np.dot: _dot,
    np.zeros_like: _like(np.zeros_like, 0),
    np.ones_like: _like(np.ones_like, 1),
    np.empty_like: _like(np.empty_like, None),
    np.full_like: _full_like,
    np.concatenate: _joined(np.concatenate),
    np.stack: _joined(np.stack),
    np.put_along_axis: _put_along_axis,
    **{
        function: _copied(function)
        for function in (
            np.where, np.take_along_axis, np.ravel_multi_index, np.outer, np.round, np.nan_to_num, np.clip, np.sinc,
            np.einsum, np.cumsum, np.cumprod, np.flip, np.roll, np.tril, np.triu, np.sort, np.argsort, np.argmax,
            np.argmin, np.repeat, np.tile, np.take,
        )
    },
}  # fmt: skip
