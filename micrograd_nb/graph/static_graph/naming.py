"""Names for what stands in a program: the learner's where there are any, and otherwise that of the operation."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from keyword import iskeyword
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ...autograd import Node, Operation, rules
from .memory import is_method_of_array, owner

if TYPE_CHECKING:
    from .program import Statement


class Naming:
    """Gives every operand of a program a name; the same in each text of it.

    Arguments:
        known: names of arrays by id.
        for_readers: `x.dot` for a method, which is shorter to read than to look up.
    """

    def __init__(self, known: dict[int, str], for_readers: bool = False) -> None:
        self.known = known
        self.for_readers = for_readers
        self.objects: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        self._owners: dict[int, str] = {}
        self._taken: set[str] = set()
        self._highest = Counter[str]()

    def line(self, statement: Statement) -> str:
        """The text of a statement, with names in the places of its operands."""
        if isinstance(statement.operands[0], np.ufunc):
            self.name(statement.operands[0])  # functions keep their names
        if statement.writes is not None:
            self._owner(owner(statement.writes), _identifier(_snake(statement.operation)))
        return statement.text.format(*map(self.name, statement.operands))

    def name(self, x: Any) -> str:
        """What stands in the program for an operand: a literal, or the name of an object."""
        if isinstance(x, (list, tuple)):
            inner = ", ".join(map(self.name, x))
            return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' * (len(x) == 1)})"
        if x is Ellipsis:
            return "..."
        if x is None or type(x) in (bool, int, str) or (type(x) is float and np.isfinite(x)):
            return repr(x)
        if isinstance(x, slice):
            return f"slice({self.name(x.start)}, {self.name(x.stop)}, {self.name(x.step)})"
        if is_method(x):
            inside = self.name(x.__self__)
            if self.for_readers:
                return f"{inside}.{x.__name__}"
            return self._named((id(x.__self__), x.__name__), f"{inside}_{x.__name__}", x)
        return self._named(id(x), self._wish_of_array(x) if isinstance(x, ndarray) else _wish(x), x)

    def numbers(self) -> Iterator[tuple[str, str]]:
        """The constants by name: their value, if they are one number, or else dtype and shape."""
        for name, x in self.objects.items():
            if isinstance(x, ndarray) and re.fullmatch(r"c\d*(_\w+)?", name):
                yield name, repr(x.item()) if x.size == 1 else f"{x.dtype} {x.shape}"

    def _named(self, key: Any, wish: str, x: Any) -> str:
        if key not in self._names:
            whole = self._owners.get(id(owner(x))) if isinstance(x, ndarray) else None
            name = wish if wish == whole and wish not in self.objects else self._free(wish)
            self._names[key] = name
            self.objects[name] = x
        return self._names[key]

    def _wish_of_array(self, x: ndarray) -> str:
        if id(x) in self.known:
            return _identifier(self.known[id(x)])
        whole = owner(x)
        name = self._owner(whole, "c")
        if x is whole or (x.shape == whole.shape and x.strides == whole.strides):
            return name
        is_transpose = x.shape == whole.shape[::-1] and x.strides == whole.strides[::-1]
        return f"{name}_T" if is_transpose else f"{name}_view"

    def _owner(self, whole: ndarray, wish: str) -> str:
        """The name for the memory of an array, from which views get theirs."""
        if id(whole) in self.known:
            return _identifier(self.known[id(whole)])
        if id(whole) not in self._owners:
            self._owners[id(whole)] = self._free(wish)
        return self._owners[id(whole)]

    def _free(self, wish: str) -> str:
        """The wish itself, or, if that is taken, with the first number that is not."""
        name = wish
        while name in self._taken:
            self._highest[wish] += 1
            name = f"{wish}{1 + self._highest[wish]}"
        self._taken.add(name)
        return name


def is_method(x: Any) -> bool:
    """Whether something is a method of an array or of a ufunc."""
    return is_method_of_array(x) or isinstance(getattr(x, "__self__", None), np.ufunc)


def _wish(x: Any) -> str:
    return _identifier(getattr(x, "__name__", type(x).__name__))


def _identifier(name: str) -> str:
    """A learner's name as one that Python takes: `fc1.weight` → `fc1_weight`."""
    cleaned = re.sub(r"\W", "_", name)
    return cleaned if cleaned.isidentifier() and not iskeyword(cleaned) else f"v_{cleaned}"


def _snake(operation: str) -> str:
    """The name for what an operation writes: `CrossEntropy backward` → `cross_entropy_grad`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation.removesuffix(" backward")).lower()
    return f"{words}_grad" if operation.endswith(" backward") else words


# -- which operation is at work ----------------------------------------------------------------------------------------


def running_operation() -> str:
    """The operation whose value or gradient rule is being computed now, read off the stack; "" for none."""
    codes = _codes()
    for frame_locals, code in _frames():
        f, operation = frame_locals.get("f"), frame_locals.get("operation")
        if isinstance(f, Node) and "g" in frame_locals:
            return f"{_short(f.operation)} backward"
        if code in codes:
            return codes[code]
        if isinstance(operation, Operation):
            return _short(operation)
        if code.co_name == "update" and hasattr(frame_locals.get("self"), "param_groups"):
            return type(frame_locals["self"]).__name__
        if code.co_name == "backward_steps":
            return "sum of gradients"
    return ""


def _frames() -> Iterator[tuple[dict[str, Any], CodeType]]:
    frame = sys._getframe(3)
    while frame is not None:
        yield frame.f_locals, frame.f_code
        frame = frame.f_back  # type: ignore[assignment]


@cache
def _codes() -> dict[CodeType, str]:
    """The operation of each value function that is written in Python."""
    operations = (x for module in vars(rules).values() for x in _operations(module))
    return {o.computes.__code__: _short(o) for o in operations if hasattr(o.computes, "__code__")}


def _operations(module: Any) -> Iterable[Operation]:
    return (x for x in getattr(module, "__dict__", {}).values() if isinstance(x, Operation))


def _short(operation: Operation) -> str:
    return operation.name.partition("Backward")[0]
