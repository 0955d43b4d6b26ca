"""The program of a static graph: calls of NumPy on fixed arrays, one after the other, and what is known of each.

program.call(np.add, a, b, out)              written while tracing
program.compile()                            a Python function that makes all the calls
program.source()                             its text
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import CodeType
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Node, Operation, rules


@dataclass(frozen=True, slots=True)
class Statement:
    """One call of NumPy: its text with {0}, {1} … in the places of its operands, and the operands.

    The operands are arrays, functions, and constants; the first array after the function, or the one in the place of
    the result, is written. `group` is the operation that made the call, such as "Mul" or "Mul backward".
    """

    text: str
    operands: tuple[Any, ...]
    writes: ndarray | None
    group: str


@dataclass
class Program:
    """A list of statements, with names for the arrays that a reader knows.

    names: by the id of an array, "x" for an input, "fc1.weight" for a captured variable.
    recording: whether the trace is still going on.
    """

    names: dict[int, str] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    recording: bool = True

    # -- while tracing

    def call(self, function: Callable[..., Any], *args: Any, writes: ndarray | None, **options: Any) -> None:
        """Writes down a call of a function, and which array it writes."""
        operands = [function, *args, *options.values()]
        places = [f"{{{i}}}" for i in range(1, 1 + len(args))]
        places += [f"{name}={{{i}}}" for i, name in enumerate(options, 1 + len(args))]
        self.statement(f"{{0}}({', '.join(places)})", *operands, writes=writes)

    def statement(self, text: str, *operands: Any, writes: ndarray | None) -> None:
        """Writes down any statement."""
        self.statements.append(Statement(text, operands, writes, running_operation()))

    # -- afterwards

    def compile(self) -> Callable[[], None]:
        """A function that makes all the calls. Its text is `source()`; every name is an argument, Python's fastest."""
        naming = _Naming(self.names)
        lines = [naming.line(statement) for statement in self.statements]
        arguments = ", ".join(f"{name}={name}" for name in naming.objects)
        text = f"def replay({arguments}):\n    " + ("\n    ".join(lines) or "pass")
        space = dict(naming.objects)
        exec(compile(text, "<static graph>", "exec"), space)
        return space["replay"]

    def source(self) -> str:
        """The program as text: NumPy's functions on named arrays, with the operation that each group of lines is."""
        naming = _Naming(self.names)
        lines, group = ["def replay():"], None
        for statement in self.statements:
            if statement.group != group:
                group = statement.group
                lines.append(f"    # {group}")
            lines.append("    " + naming.line(statement))
        return "\n".join([*lines, *([] if self.statements else ["    pass"])])

    def operations(self) -> Counter[str]:
        """How many statements each operation is."""
        return Counter(statement.group for statement in self.statements)

    def buffers(self) -> list[ndarray]:
        """The arrays that the program writes and nobody else knows, each once."""
        owners = {id(a): a for a in (owner(s.writes) for s in self.statements if s.writes is not None)}
        return [array for key, array in owners.items() if key not in self.names]


def owner(array: ndarray) -> ndarray:
    """The array that owns the memory that a view looks into."""
    while type(array.base) is ndarray:
        array = array.base
    return array


# -- names -------------------------------------------------------------------------------------------------------------


class _Naming:
    """Gives every operand of a program a name, the same in each text of it."""

    def __init__(self, names: dict[int, str]) -> None:
        self.known = names
        self.objects: dict[str, Any] = {}
        self.by_id: dict[int, str] = {}
        self.count = Counter[str]()

    def line(self, statement: Statement) -> str:
        return statement.text.format(*map(self.name, statement.operands))

    def name(self, x: Any) -> str:
        if isinstance(x, (list, tuple)):
            inner = ", ".join(map(self.name, x))
            return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' * (len(x) == 1)})"
        if x is None or x is Ellipsis or isinstance(x, (bool, int, float, str)):
            return repr(x) if x is not Ellipsis else "..."
        if isinstance(x, slice):
            return f"slice({self.name(x.start)}, {self.name(x.stop)}, {self.name(x.step)})"
        if id(x) not in self.by_id:
            self.by_id[id(x)] = new = self._free(self._wish(x))
            self.objects[new] = x
        return self.by_id[id(x)]

    def _wish(self, x: Any) -> str:
        if isinstance(x, ndarray):
            return self._wish_of_array(x)
        if isinstance(x, np.ufunc):
            return x.__name__
        inside = getattr(x, "__self__", None)  # a method: add.reduce, buffer.fill
        name = getattr(x, "__name__", type(x).__name__)
        return f"{self.name(inside)}_{name}" if isinstance(inside, (np.ufunc, ndarray)) else name

    def _wish_of_array(self, x: ndarray) -> str:
        if id(x) in self.known:
            return _identifier(self.known[id(x)])
        whole = owner(x)
        if whole is not x and id(whole) in self.known:
            is_transpose = x.shape == whole.shape[::-1] and x.strides == whole.strides[::-1]
            return _identifier(self.known[id(whole)]) + ("_T" if is_transpose else "_view")
        return "t"

    def _free(self, wish: str) -> str:
        """The wish itself for the first, and numbered for the others; temporary arrays are t1, t2, …"""
        self.count[wish] += 1
        n = self.count[wish]
        return f"{wish}{n}" if wish == "t" or n > 1 else wish


def _identifier(name: str) -> str:
    """A learner's name as one that Python takes: `fc1.weight` → `fc1_weight`."""
    cleaned = "".join(c if c.isalnum() else "_" for c in name)
    return cleaned if cleaned.isidentifier() else f"v_{cleaned}"


# -- which operation is at work ----------------------------------------------------------------------------------------


def running_operation() -> str:
    """The operation whose value or gradient rule is being computed now, read off the stack."""
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
            return "add up gradients"
    return "other"


def _frames() -> Iterator[tuple[dict[str, Any], CodeType]]:
    frame = sys._getframe(3)
    while frame is not None:
        yield frame.f_locals, frame.f_code
        frame = frame.f_back  # type: ignore[assignment]


@cache
def _codes() -> dict[CodeType, str]:
    """The operation of each value function that is written in Python."""
    operations = (x for module in vars(rules).values() for x in _operations(module))
    return {o.value.__code__: _short(o) for o in operations if hasattr(o.value, "__code__")}


def _operations(module: Any) -> Iterable[Operation]:
    return (x for x in getattr(module, "__dict__", {}).values() if isinstance(x, Operation))


def _short(operation: Operation) -> str:
    return operation.name.partition("Backward")[0]
