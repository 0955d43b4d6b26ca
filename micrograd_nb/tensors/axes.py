"""Axes and shapes as PyTorch's functions take them, checked and brought into one form."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from . import errors

if TYPE_CHECKING:
    from .core import Tensor

P = ParamSpec("P")
R = TypeVar("R")
_INTS = {int}
_NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim"}


class Size(tuple[int, ...]):
    """A shape: a tuple of sizes, printed as PyTorch prints it.

    >>> import micrograd_nb as mg
    >>> mg.zeros(2, 3).shape, mg.zeros(2, 3).shape.numel()
    (micrograd_nb.Size([2, 3]), 6)
    """

    __slots__ = ()

    def numel(self) -> int:
        """How many elements a tensor of this shape has."""
        return int(np.prod(self, dtype=np.int64))

    def __repr__(self) -> str:
        return f"micrograd_nb.Size([{', '.join(map(str, self))}])"


def ints(given: tuple[Any, ...], named: Any = None) -> tuple[int, ...]:
    """`f(2, 3)`, `f((2, 3))` and `f(shape=(2, 3))` say the same."""
    if named is None and given and _INTS.issuperset(map(type, given)):
        return given
    if named is not None:
        given = tuple(named) if isinstance(named, Iterable) else (named,)
    elif not given:
        raise TypeError("missing 1 required positional argument: sizes or axes, as in f(2, 3) or f((2, 3))")
    elif len(given) == 1 and type(given[0]) is not int and not hasattr(given[0], "__index__"):
        given = given[0]
    try:
        return tuple(map(operator.index, given))
    except TypeError:
        raise errors.not_whole(given) from None


def numpy_names(function: Callable[P, R]) -> Callable[P, R]:
    """Lets a function be called by NumPy's names, too: `axis` for `dim`, `keepdims` for `keepdim`. So does PyTorch."""

    @functools.wraps(function)
    def renaming(*args: Any, **options: Any) -> R:
        return function(*args, **_renamed(options))

    return renaming


def along(function: Callable[P, R]) -> Callable[P, R]:
    """Decorates a function of a tensor along `dim`: `numpy_names`, and an error that says what is no tensor."""

    @functools.wraps(function)
    def called(*args: Any, **options: Any) -> R:
        try:
            return function(*args, **_renamed(options))
        except AttributeError as error:
            no_tensor = args and not hasattr(args[0], "array")
            raise errors.no_tensor(function.__name__, "input", args[0]) if no_tensor else error from None

    return called


def _renamed(options: Any) -> Any:
    return options and {_NUMPY_NAMES.get(name, name): value for name, value in options.items()}


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that shapes broadcast to."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise errors.do_not_broadcast([*shapes]) from None


def one(input: Tensor, dim: Any) -> int:
    """An axis counted from 0; a 0-d tensor passes for one with one axis."""
    return within(max(input.array.ndim, 1), dim)


def within(n: int, dim: Any) -> int:
    """One of `n` axes, counted from 0."""
    if type(dim) is not int:
        dim = _index(dim)
    if not -n <= dim < n:
        raise errors.bad_dim(dim, n)
    return dim % n


def _index(dim: Any) -> int:
    """What counts as an integer: NumPy's, and a tensor of one."""
    try:
        return operator.index(dim)
    except TypeError:
        raise TypeError(f"argument 'dim' must be int, not {type(dim).__name__}: axes are counted, 0, 1, …") from None


def several(input: Tensor, dim: Any) -> tuple[int, ...]:
    """One axis or several, counted from 0; None and () are all of them."""
    if type(dim) is int and 0 <= dim < input.array.ndim:
        return (dim,)
    if dim is None or dim == () or dim == []:
        return tuple(range(input.array.ndim))
    axes = tuple(one(input, d) for d in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    if len(set(axes)) < len(axes):
        twice = next(d for i, d in enumerate(axes) if d in axes[:i])
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims {dim}: name each axis once")
    return axes if input.array.ndim else ()
