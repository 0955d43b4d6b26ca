"""The program of a static graph: calls of NumPy on fixed arrays, one after the other.

    program.call(np.add, a, b, out, writes=out)      written while a function is traced
    program.compile()                                a Python function that makes all the calls
    program.source()                                 its text

The arrays are the memory of the graph: those of inputs and of captured tensors, the buffers that the calls write, and
constants. A constant is copied when it is first read, so that nobody changes it between two replays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import Frozen, refused
from .memory import Moves, at_the_new_place, is_method_of_array, moved, owner
from .naming import Naming, running_operation


@dataclass(frozen=True, slots=True)
class Statement:
    """One line: a text with {0}, {1} … in the places of its operands, and the operands: functions, arrays, numbers.

    writes: the array that the line changes. operation: what the line is a part of, such as "Mul" or "Mul backward".
    """

    text: str
    operands: tuple[Any, ...]
    writes: ndarray | None
    operation: str


class Program:
    """A list of statements, and what is known of their arrays.

    Arguments:
        names: of arrays, by id: "x" for an input, "fc1.weight" for a captured tensor.
        live: the arrays that the graph reads and writes where they are; they stay at their place.
        foreign: checks an array that the program did not make; raises if it must not become a constant.
        guards: refuse a decision by data; without, it is taken once and noted in `frozen`.
    """

    def __init__(
        self,
        names: dict[int, str],
        live: Iterable[ndarray],
        foreign: Callable[[ndarray], None],
        *,
        guards: bool = True,
    ) -> None:
        self.names = names
        self.guards = guards
        self.frozen: list[Frozen] = []
        self.statements: list[Statement] = []
        self.recording = True
        self.looked_up: set[tuple[int, str]] = set()  # (id of a dict, key): numbers that each replay looks up
        self._live = {id(owner(a)): a for a in live}
        self._fixed = set(self._live)
        self._inputs: set[int] = set()
        self._constants: dict[int, tuple[ndarray, ndarray]] = {}  # by id: an array, and its copy
        self._foreign = foreign

    # -- while tracing

    def call(self, function: Callable[..., Any], *args: Any, writes: ndarray | None, **options: Any) -> None:
        """Writes down a call of a function, and which array it changes."""
        places = [f"{{{i}}}" for i in range(1, 1 + len(args))]
        places += [f"{name}={{{i}}}" for i, name in enumerate(options, 1 + len(args))]
        self.statement(f"{{0}}({', '.join(places)})", function, *args, *options.values(), writes=writes)

    def statement(self, text: str, *operands: Any, writes: ndarray | None) -> None:
        """Writes down any line. What it changes is a new array, or one of which `changes` was told."""
        if writes is not None:
            self._live.setdefault(id(owner(writes)), owner(writes))
            if id(owner(writes)) in self._inputs:
                raise refused("a change of an argument in place", "the caller's tensor would stay as it is")
        settled = tuple([self._settled(x) for x in operands])
        self.statements.append(Statement(text, settled, writes, running_operation() or _plain_name(operands[0])))

    def changes(self, array: ndarray, reads: Iterable[Any] | None = None) -> None:
        """Has to be called before an array that may be a constant is changed: each replay begins with its numbers.

        Arguments:
            reads: what the call that changes it reads; None if it may leave a part of the array as it is.
        """
        whole = owner(array)
        if id(whole) in self._live:
            return
        self._foreign(whole)
        self._live[id(whole)] = whole
        keeps_some = reads is None or array.size != whole.size or any(owner(a) is whole for a in arrays_in(reads))
        if keeps_some:
            self.call(np.copyto, whole, self._constant(whole.copy()), writes=whole)

    def add_input(self, name: str, buffer: ndarray) -> None:
        """A buffer that is filled before each replay."""
        self.names[id(buffer)] = name
        self._live[id(buffer)] = buffer
        self._inputs.add(id(buffer))

    def is_fixed(self, array: ndarray) -> bool:
        """Whether an array is one of somebody else: of an input or of a captured tensor."""
        return id(owner(array)) in self._fixed | self._inputs

    def _settled(self, x: Any) -> Any:
        """An operand in its final form: arrays that nobody has announced become constants."""
        if isinstance(x, ndarray):
            return x if id(owner(x)) in self._live else self._constant(x)
        if isinstance(x, (tuple, list)):
            return type(x)(self._settled(part) for part in x)
        if is_method_of_array(x):
            return getattr(self._settled(x.__self__), x.__name__)
        return x

    def _constant(self, array: ndarray) -> ndarray:
        whole = owner(array)
        self._foreign(whole)
        if not whole.flags.writeable:
            return array
        if id(whole) not in self._constants or not _same_bytes(*self._constants[id(whole)]):
            self._constants[id(whole)] = whole, np.array(whole)
        copy = self._constants[id(whole)][1]
        copy.flags.writeable = False
        return at_the_new_place(array, whole, copy)

    # -- afterwards

    def move(self, moves: Moves) -> None:
        """Puts arrays elsewhere."""

        def followed(x: Any) -> Any:
            if isinstance(x, ndarray):
                return moved(x, moves)
            if isinstance(x, (tuple, list)):
                return type(x)(map(followed, x))
            return getattr(moved(x.__self__, moves), x.__name__) if is_method_of_array(x) else x

        self.statements = [
            replace(s, operands=followed(s.operands), writes=followed(s.writes)) for s in self.statements
        ]
        self.names |= {id(new): self.names[key] for key, (_, new) in moves.items() if key in self.names}

    def compile(self) -> Callable[[], None]:
        """A function that makes all the calls. Its names are arguments with defaults: Python finds those fastest."""
        naming = Naming(self.names)
        lines = [naming.line(s) for s in self.statements] or ["pass"]
        arguments = ", ".join(f"{name}={name}" for name in naming.objects)
        space = dict(naming.objects)
        exec(compile("\n    ".join([f"def replay({arguments}):", *lines]), FILE, "exec"), space)
        return space["replay"]

    def statement_at(self, line: int) -> Statement:
        """The statement of a line of the compiled function: its first line is number 2."""
        return self.statements[line - 2]

    def source(self) -> str:
        """The program as text: functions of NumPy on named arrays, with the operation that each group of lines is."""
        naming = Naming(self.names, for_readers=True)
        lines, operation = [], None
        for s in self.statements:
            if s.operation != operation:
                operation = s.operation
                lines.append(f"    # {operation}")
            lines.append("    " + naming.line(s))
        constants = [f"    # {name} = {value}" for name, value in naming.numbers()]
        return "\n".join(["def replay():", *constants, *(lines or ["    pass"])])

    def arrays(self) -> Iterator[ndarray]:
        """Every array that the program reads or writes, some more than once."""
        for s in self.statements:
            yield from arrays_in(s.operands)

    def operations(self) -> Counter[str]:
        """How many statements each operation is."""
        return Counter(s.operation for s in self.statements)

    def buffers(self) -> list[ndarray]:
        """The arrays that the program writes and nobody else has, each once."""
        owners = {id(a): a for a in (owner(s.writes) for s in self.statements if s.writes is not None)}
        return [array for key, array in owners.items() if key not in self._fixed]


FILE = "<static graph>"


def arrays_in(operands: Iterable[Any]) -> Iterator[ndarray]:
    """The arrays among operands, also inside of lists, and those whose methods are called."""
    for x in operands:
        if isinstance(x, ndarray):
            yield x
        elif is_method_of_array(x):
            yield x.__self__
        elif isinstance(x, (tuple, list)):
            yield from arrays_in(x)


def _plain_name(function: Any) -> str:
    """What a line is called that is no part of an operation: `Greater` for a comparison."""
    return function.__name__.title() if isinstance(function, np.ufunc) else "other"


def _same_bytes(a: ndarray, b: ndarray) -> bool:
    return a.tobytes() == b.tobytes()
