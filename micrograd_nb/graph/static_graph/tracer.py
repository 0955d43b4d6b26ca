"""Arrays that write down what NumPy does to them: how a function of tensors becomes a program.

While a function is traced, its tensors hold `Traced` arrays. Around each is a real array, so the function runs as
always and gives its result; besides, every call of NumPy is written down with the arrays that it read and wrote.
Replayed, the same calls read and write the same memory.

Nothing freezes silently: a `Traced` array answers to the functions that are listed here and in `functions.py`, and to
no others. NumPy cannot make a plain array of it behind our back, nor Python a number or a truth value. In a program
without guards they can, and it is written down what was frozen so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.mixins import NDArrayOperatorsMixin

from .. import text
from .errors import Frozen, learners_place, refused
from .functions import ADMITTED, QUESTIONS, VIEWS, WRITING, into, into_each
from .program import Program

_A_NUMBER = "a decision by the value of a traced tensor, or a Python number of it (if, while, assert, item(), a format)"
_AN_ARRAY = "a NumPy array of a traced tensor"
_DATA = "the graph would keep what the trace found, and it is another one at each replay"


class Traced(NDArrayOperatorsMixin):
    """An array whose every use is written down in a program.

    Once the trace is over it is an array like any other, so that what the function kept for itself stays usable.
    """

    __slots__ = ("__weakref__", "array", "program")

    def __init__(self, array: ndarray, program: Program) -> None:
        self.array = array
        self.program = program

    def _view(self, array: ndarray) -> Traced:
        return Traced(array, self.program)

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

    def __repr__(self) -> str:
        return f"<traced {self.array.dtype} {self.array.shape}>"

    # -- views: the same memory, so there is nothing to write down

    T = property(lambda self: self._view(self.array.T))

    def transpose(self, *axes: Any) -> Traced:
        return self._view(self.array.transpose(*axes))

    def swapaxes(self, axis1: int, axis2: int) -> Traced:
        return self._view(self.array.swapaxes(axis1, axis2))

    def squeeze(self, axis: Any = None) -> Traced:
        return self._view(self.array.squeeze(axis))

    def view(self, *args: Any) -> Traced:
        return self._view(self.array.view(*args))

    def reshape(self, *shape: Any, copy: bool | None = None) -> Traced:
        size = shape[0] if len(shape) == 1 else shape
        try:
            return self._view(self.array.reshape(size, copy=False))
        except ValueError:
            if copy is False:
                raise
        return self._view(self.copy().array.reshape(size))

    def ravel(self) -> Traced:
        return self.reshape(-1)

    def __getitem__(self, index: Any) -> Traced:
        plain = plain_index(index)
        if _is_basic(index):
            return self._view(_looked_at(self.array, plain))
        out = self.array[plain]
        self.program.statement("{0}[...] = {1}[{2}]", out, self.array, plain, writes=out)
        return self._view(out)

    def __setitem__(self, index: Any, value: Any) -> None:
        plain, new = plain_index(index), plain_array(value)
        if not _is_basic(index):
            self.array[plain] = new
            self.program.statement("{0}[{1}] = {2}", self.array, plain, new, writes=self.array)
            return
        place = _looked_at(self.array, plain)
        if isinstance(new, ndarray) and place.__array_interface__ == new.__array_interface__:
            return  # `x[i] += y` has written it already
        self.array[plain] = new
        self.program.call(np.copyto, place, new, writes=place)

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
        self.array.fill(plain_array(value))
        self.program.call(self.array.fill, plain_array(value), writes=self.array)

    def dot(self, other: Any) -> Any:
        return np.dot(self, other)

    def take(self, indices: Any, axis: int | None = None) -> Traced:
        out = np.asarray(self.array.take(plain_array(indices), axis))
        self.program.call(self.array.take, plain_array(indices), axis, out, writes=out)
        return self._view(out)

    def clip(self, min: Any, max: Any) -> Any:
        return np.clip(self, min, max)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.add.reduce(self, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]

    def max(self, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        return self._extreme(np.maximum, axis, keepdims, initial)

    def min(self, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Any:
        return self._extreme(np.minimum, axis, keepdims, initial)

    def _extreme(self, ufunc: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        options = {} if initial is None else {"initial": initial}
        return ufunc.reduce(self, axis=axis, keepdims=keepdims, **options)

    def argmax(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.argmax(self, axis, keepdims=keepdims)

    def argmin(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.argmin(self, axis, keepdims=keepdims)

    def all(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.all(self, axis, keepdims=keepdims)

    def any(self, axis: Any = None, keepdims: bool = False) -> Any:
        return np.any(self, axis, keepdims=keepdims)

    def __pow__(self, other: Any) -> Traced:
        return self._power(self, other)

    def __rpow__(self, other: Any) -> Traced:
        return self._power(other, self)

    def _power(self, base: Any, exponent: Any) -> Traced:
        """NumPy's operator squares and takes roots where it can, which `np.power` does not."""
        base, exponent = plain_array(base), plain_array(exponent)
        out = np.array(base**exponent)
        self.program.statement("{0}[...] = {1} ** {2}", out, base, exponent, writes=out)
        return self._view(out)

    # -- NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", None)
        self._check_target(inputs[0] if method == "at" else out[0] if out else self)
        plain = [plain_array(x) for x in inputs]
        options = {name: plain_array(value) for name, value in options.items()}
        run = ufunc if method == "__call__" else getattr(ufunc, method)
        if not self.program.recording:
            return run(*plain, **({"out": plain_array(out)} if out else {}), **options)
        if method == "at":
            self.program.changes(plain[0])
            run(*plain)
            self.program.call(run, *plain, writes=plain[0])
            return None
        if ufunc.nout != 1:
            raise refused(f"np.{ufunc.__name__}(…)", "it has several results, and the graph holds calls with one")
        if out:
            target = plain_array(out[0])
            self.program.changes(target, plain if options.get("where") is None else None)
            run(*plain, out=target, **options)
        else:
            target = np.asarray(run(*plain, **options))
        self._write_down(run, method, plain, options, target)
        return self._view(target)

    def _write_down(self, run: Any, method: str, plain: list[Any], options: dict[str, Any], target: ndarray) -> None:
        """The call in its fastest form: arguments by position take less time than by name."""
        if method == "reduce" and options.keys() <= {"axis", "dtype", "keepdims"}:
            axis, dtype, keepdims = options.get("axis", 0), options.get("dtype"), options.get("keepdims", False)
            self.program.call(run, *plain, axis, dtype, target, keepdims, writes=target)
        elif method == "__call__" and not options and run not in (np.maximum, np.minimum):  # those take `out` by name
            self.program.call(run, *(_as_operand(x, target) for x in plain), target, writes=target)
        else:
            self.program.call(run, *plain, out=target, **options, writes=target)

    def __array_function__(self, function: Any, types: Any, args: Any, options: dict[str, Any]) -> Any:
        if function in WRITING:
            self._check_target(args[0])
        plain, options = plain_array(args), {name: plain_array(x) for name, x in options.items()}
        if not self.program.recording:
            return function(*plain, **options)
        if function in QUESTIONS:
            return function(*plain, **options)
        if function in VIEWS:
            return self._view(function(*plain, **options))
        if function not in ADMITTED:
            raise refused(f"np.{function.__name__}(…)", "it is not among the functions that a static graph can hold")
        made = ADMITTED[function](self.program, *plain, **options)
        return tuple(map(self._view, made)) if isinstance(made, tuple) else None if made is None else self._view(made)

    def _check_target(self, target: Any) -> None:
        """Refuses to write into an array that is no traced one: nobody would see what else happens to that."""
        if self.program.recording and not isinstance(target, Traced):
            raise refused(
                "traced numbers written into an array of NumPy",
                "what is done with that array afterwards would not be replayed; make it by np.empty_like or "
                "np.zeros(..., like=...) of a traced one",
            )

    # -- what would have to be known before the graph runs

    def __array__(self, dtype: Any = None, copy: Any = None) -> ndarray:
        known = self._known(_AN_ARRAY)
        return np.array(known, dtype, copy=True if self.program.recording else copy)  # what is frozen changes no more

    def item(self, *args: Any) -> Any:
        return self._known(_A_NUMBER).item(*args)

    def tolist(self) -> Any:
        return self._known(_A_NUMBER).tolist()

    def __bool__(self) -> bool:
        return bool(self._known(_A_NUMBER))

    def __float__(self) -> float:
        return float(self._known(_A_NUMBER))

    def __int__(self) -> int:
        return int(self._known(_A_NUMBER))

    def __index__(self) -> int:
        return int(self._known(_A_NUMBER))

    def _known(self, what: str) -> Any:
        if self.program.recording and self.program.guards:
            raise refused(what, _DATA)
        if self.program.recording:
            self.program.frozen.append(Frozen(*learners_place(), text.array(self.array)))
        return self.array

    def __getattr__(self, name: str) -> Any:
        if not hasattr(ndarray, name):
            raise AttributeError(f"'Traced' object has no attribute {name!r}")
        if self.program.recording and name.startswith("__array_"):
            if not self.program.guards:
                raise AttributeError(name)  # NumPy asks for __array__ then
            raise refused(_AN_ARRAY, _DATA)
        if self.program.recording:
            raise refused(f"an array's .{name}", "it is not among the methods that a static graph can hold")
        return getattr(self.array, name)


class Pythons:
    """What a program holds of Python's own computations: `autograd.tracing` asks for it."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def generator(self, rng: Any) -> TracedGenerator:
        """The generator, with each draw written down."""
        return TracedGenerator(rng, self.program)

    def made(self, array: ndarray) -> Traced:
        """A new array, such as zeros: as it is now at each replay."""
        return Traced(array, self.program)

    def number(self, options: dict[str, Any], name: str, dtype: Any) -> Traced:
        """A number in a dict, which each replay looks up."""
        out = np.array(options[name], dtype)
        self.program.looked_up.add((id(options), name))
        self.program.names[id(out)] = name
        self.program.statement("{0}({1}[{2}])", out.fill, options, name, writes=out)
        return Traced(out, self.program)

    def variables(self, function: Callable[..., tuple[float, ...]], dtype: Any, *arguments: Any) -> list[Traced]:
        """Numbers that a function of Python computes, which each replay calls again."""
        plain = plain_array(arguments)
        out = np.array(function(*plain), dtype)
        places = ", ".join(f"{{{i}}}" for i in range(2, 2 + len(plain)))
        self.program.statement(f"{{0}}[...] = {{1}}({places})", out, function, *plain, writes=out)
        return [Traced(out[i : i + 1].reshape(()), self.program) for i in range(len(out))]

    def whole(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """The result of a function that each replay calls as it is: what it returns is copied into buffers."""
        arrays: list[ndarray] = []
        call = WholeCall(function, _taken_apart((args, options), arrays))
        buffers = into_each(self.program, call, tuple(arrays))
        return _put_together(call.form, [Traced(buffer, self.program) for buffer in buffers])


class WholeCall:
    """A call of a function, with holes in the places of its arrays; it gives the arrays in what the function returns.

    form: what it returned, with holes in their places.
    """

    def __init__(self, function: Callable[..., Any], arguments: Any) -> None:
        self.function, self.arguments, self.form = function, arguments, None
        self.__name__ = re.sub(r"\W", "", function.__name__).strip("_")

    def __call__(self, arrays: Sequence[ndarray]) -> list[ndarray]:
        args, options = _put_together(self.arguments, arrays)
        made: list[ndarray] = []
        self.form = _taken_apart(self.function(*args, **options), made)
        return made


@dataclass(frozen=True)
class Hole:
    """The place of an array in what was taken apart."""

    number: int


def _taken_apart(x: Any, arrays: list[ndarray]) -> Any:
    """Tuples, lists and dicts with holes in the places of arrays, which are put into a list."""
    if isinstance(x, (Traced, ndarray)):
        arrays.append(plain_array(x))
        return Hole(len(arrays) - 1)
    if type(x) in (tuple, list):
        return type(x)([_taken_apart(part, arrays) for part in x])
    if isinstance(x, dict):
        return type(x)({name: _taken_apart(part, arrays) for name, part in x.items()})
    return x


def _put_together(x: Any, arrays: Sequence[Any]) -> Any:
    """What was taken apart, with other arrays."""
    if isinstance(x, Hole):
        return arrays[x.number]
    if type(x) in (tuple, list):
        return type(x)([_put_together(part, arrays) for part in x])
    if isinstance(x, dict):
        return type(x)({name: _put_together(part, arrays) for name, part in x.items()})
    return x


_DRAWS = ("uniform", "normal", "integers", "permutation", "bits32", "bits64", "poisson")


class TracedGenerator:
    """A generator whose draws are part of a program: each replay draws the numbers that follow."""

    def __init__(self, rng: Any, program: Program) -> None:
        self._rng = rng
        self._program = program

    def __getattr__(self, name: str) -> Any:
        if name not in _DRAWS:
            raise refused(f"random numbers by .{name}", "it is not among the draws that a static graph can hold")
        draw = getattr(self._rng, name)
        return lambda *args: Traced(into(self._program, draw, *plain_array(args)), self._program)


def plain_array(x: Any) -> Any:
    """The array of a traced one, also inside of tuples and lists; anything else as it is."""
    if isinstance(x, Traced):
        return x.array
    if isinstance(x, (tuple, list)):
        return type(x)(map(plain_array, x))
    return x


def plain_index(index: Any) -> Any:
    """An index without traced arrays. A mask cannot be one: how much it picks is known at each replay only."""
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, Traced) and part.array.dtype == bool and part.program.recording:
            raise refused("an index by a traced mask", "the size of the result is another one at each replay")
    return plain_array(index)


def _looked_at(array: ndarray, index: Any) -> ndarray:
    """The view at a basic index: 0-d for a single element, of which NumPy would give a copy."""
    found = array[index]
    if isinstance(found, ndarray):
        return found
    return array[(*index, ...) if isinstance(index, tuple) else (index, ...)]


def _as_operand(x: Any, target: ndarray) -> Any:
    """A Python number as an array of the dtype that NumPy would give it: that takes half the time, at each replay."""
    is_number = isinstance(x, (int, float)) and not isinstance(x, bool)
    return np.array(x, target.dtype) if is_number and target.dtype.kind == "f" else x


def _is_basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return not any(isinstance(part, (ndarray, list, Traced)) for part in parts)
