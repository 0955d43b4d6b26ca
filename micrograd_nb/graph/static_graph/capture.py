"""Finds what a function uses besides its arguments: tensors, modules, optimizers, numbers.

    found = Captured(step)
    found.tensors        {"w": tensor, "model.fc1.weight": parameter, …}
    found.numbers        [("lr", what holds it, the key, 0.1), …]

A static graph reads and writes the memory of the tensors, and holds only as long as the numbers stay what they are. So
both are looked for in all that the function can reach: its closure, the globals that its code names, its defaults, and
what is inside of those: items, attributes, the globals of methods.
"""

from __future__ import annotations

import dis
import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import BuiltinFunctionType, CellType, CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from numpy import ndarray

from ...tensors import Tensor

_PACKAGE = __name__.partition(".")[0]
_LEAVES = (str, bytes, ndarray, ModuleType, type, CodeType, FrameType, BuiltinFunctionType)
_NUMBERS = (bool, int, float, str, type(None))


class Place(NamedTuple):
    """Where a function finds a thing: in the dict, list or cell `holder` under `key`. `name` is for a reader."""

    name: str
    holder: Any
    key: Any
    value: Any

    def now(self) -> Any:
        """What is there now; None if there is nothing."""
        try:
            return self.holder.cell_contents if isinstance(self.holder, CellType) else self.holder[self.key]
        except (LookupError, ValueError):
            return None

    def put(self, value: Any) -> None:
        """Puts something else there."""
        if isinstance(self.holder, CellType):
            self.holder.cell_contents = value
        else:
            self.holder[self.key] = value


class Captured:
    """What a function can reach. Each thing once, under the name by which it is found first.

    tensors: by name.
    numbers: the places of numbers that may matter: those of closures and globals, options of modules and optimizers,
        and attributes and items whose names stand in the learner's code.
    containers: the learner's lists, dicts and sets, by name.
    optimizer_states: what optimizers remember of each parameter.
    wanted: the places of things of the type `wanted`.
    """

    def __init__(self, function: Callable[..., Any], wanted: type | tuple[type, ...] = ()) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.containers: list[tuple[str, Any]] = []
        self.optimizer_states: list[dict[Tensor, dict[str, Any]]] = []
        self.wanted: list[Place] = []
        self._type = wanted
        self._numbers: list[tuple[Place, str, int]] = []  # with whose they are, and the id of what they are in
        self._mentioned: set[str] = set()  # names and strings in the learner's code
        self._ways: dict[int, tuple[Place | None, int]] = {}  # by id: where it was found, and the id of what that is in
        queue: deque[tuple[str, Any, str]] = deque([("", function, "function")])
        self._ways[id(function)] = None, 0
        while queue:
            queue.extend(self._visit(*queue.popleft()))

    @property
    def numbers(self) -> list[Place]:
        """The Python numbers that the function may use."""
        return [n for n, whose, _ in self._numbers if whose != "learner" or n.key in self._mentioned]

    def ways(self, tensors: Iterable[Tensor]) -> list[Place]:
        """All places that the function goes through to its numbers, its helpers, and some of its tensors."""
        ends = [*map(id, tensors), *(inside for n, whose, inside in self._numbers if n in self.numbers)]
        ends += [id(place.value) for place, _ in self._ways.values() if place and isinstance(place.value, FunctionType)]
        places: dict[int, Place] = {}
        for end in ends:
            while end and end not in places:
                place, inside = self._ways[end]
                if place is not None:
                    places[end] = place
                end = inside
        return list(places.values())

    def _visit(self, path: str, value: Any, whose: str) -> list[tuple[str, Any, str]]:
        """Notes what a value is, and returns what is inside."""
        if isinstance(value, Tensor):
            self.tensors.setdefault(path or "tensor", value)
            return []
        if isinstance(value, FunctionType):
            self._mentioned |= _words(value.__code__)
        if isinstance(value, (list, dict, set)):
            if whose != "package":
                self.containers.append((path, value))
        else:
            whose = "function" if isinstance(value, FunctionType) else "package" if _is_ours(value) else "learner"
        if hasattr(value, "param_groups") and isinstance(getattr(value, "state", None), dict):
            self.optimizer_states.append(value.state)
        inside = []
        for name, holder, key, part in parts(value):
            place = None if holder is None else Place(_join(path, name), holder, key, part)
            if isinstance(part, self._type) and place is not None:
                self.wanted.append(place)
            elif isinstance(part, _NUMBERS):
                if isinstance(holder, (dict, CellType)) and not str(key).startswith("_"):
                    self._numbers.append((Place(_join(path, name), holder, key, part), whose, id(value)))
            elif not isinstance(part, _LEAVES) and id(part) not in self._ways:
                self._ways[id(part)] = place, id(value)
                inside.append((_join(path, name), part, whose))
        return inside


def parts(value: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    """What is directly inside of something: (name for a reader, what holds it, the key there, the part).

    The holder is None where nobody can put something else in its place.
    """
    if isinstance(value, FunctionType):
        yield from _of_function(value)
    elif isinstance(value, MethodType):
        yield "", None, None, value.__self__
        yield "", None, None, value.__func__
    elif isinstance(value, partial):
        yield from (("", None, None, x) for x in (value.func, value.args, value.keywords))
    elif isinstance(value, dict):
        yield from (
            (key if isinstance(key, str) else str(i), value, key, x) for i, (key, x) in enumerate(value.items())
        )
        yield from (("", None, None, key) for key in value if isinstance(key, Tensor))
    elif isinstance(value, list):
        yield from ((str(i), value, i, x) for i, x in enumerate(value))
    elif isinstance(value, (tuple, set, frozenset, deque)):
        yield from ((str(i), None, None, x) for i, x in enumerate(value))
    else:
        yield from _of_object(value)


def _of_function(function: FunctionType) -> Iterator[tuple[str, Any, Any, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell, None, cell.cell_contents
        except ValueError:  # a variable that has no value yet
            continue
    for name in sorted(_global_names(function.__code__)):
        if name in function.__globals__:
            yield name, function.__globals__, name, function.__globals__[name]
    yield from ((f"default {i}", None, None, x) for i, x in enumerate(function.__defaults__ or ()))
    yield from ((name, None, None, x) for name, x in (function.__kwdefaults__ or {}).items())
    if hasattr(function, "__wrapped__"):
        yield "", None, None, function.__wrapped__


def _global_names(code: CodeType) -> set[str]:
    """The globals that code reads, and those of the functions inside of it."""
    names = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return names.union(*(_global_names(c) for c in code.co_consts if isinstance(c, CodeType)))


def _words(code: CodeType) -> set[str]:
    """The names of attributes and the strings in code, and in the functions inside of it."""
    words = {*code.co_names, *(c for c in code.co_consts if isinstance(c, str))}
    return words.union(*(_words(c) for c in code.co_consts if isinstance(c, CodeType)))


def _is_ours(value: Any) -> bool:
    """Whether something is a module, an optimizer or another object of this package, or a learner's kind of one."""
    return any(kind.__module__.partition(".")[0] == _PACKAGE for kind in type(value).__mro__)


def _of_object(value: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    """Attributes, and the methods of a learner's class."""
    attributes = getattr(value, "__dict__", None)
    if isinstance(attributes, dict):
        for registry in ("_parameters", "_buffers", "_modules"):  # a module's parts have no further name
            yield from (("", None, None, x) for x in [attributes.get(registry)] if isinstance(x, dict))
        yield from ((name, attributes, name, x) for name, x in attributes.items())
    else:
        yield from (("", None, None, x) for x in gc.get_referents(value))
    for kind in type(value).__mro__:
        if kind.__module__.partition(".")[0] not in (_PACKAGE, "builtins", "numpy"):
            yield from (("", None, None, x) for x in vars(kind).values() if isinstance(x, FunctionType))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
