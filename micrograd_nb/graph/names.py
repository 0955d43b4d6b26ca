"""What a learner calls tensors and modules: read from a namespace, such as `globals()`.

A variable's own name comes first, then a parameter's path in a module (`fc1.weight`). Names that begin with an
underscore do not count: in a notebook they are the outputs of cells.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

Key = Hashable
"""What a graph knows a tensor by. Each kind of tensor has its own."""


class Owned(NamedTuple):
    """A tensor that belongs to a module: of which variable, under which path, and whether it is a buffer."""

    variable: str
    module: Any
    path: str
    is_buffer: bool

    @property
    def full(self) -> str:
        return f"{self.variable}.{self.path}" if self.variable else self.path


class Names:
    """The tensors and modules of a namespace, to be looked up.

    Arguments:
        namespace: names and what they stand for.
        kind: the class of the tensors that count.
        key: what the graph knows one by.
    """

    def __init__(self, namespace: Mapping[str, Any], kind: type, key: Callable[[Any], Key]) -> None:
        self.kind = kind
        self.key = key
        self.variables: dict[Key, tuple[str, Any]] = {}
        self.modules: dict[int, tuple[str, Any]] = {}  # each module with its name, held so that its id stays its own
        self.owned: dict[Key, Owned] = {}
        visible = {name: value for name, value in namespace.items() if not name.startswith("_")}
        for name, value in visible.items():
            if isinstance(value, kind):
                self.variables.setdefault(key(value), (name, value))
            elif is_module(value):
                self.add_module(name, value)

    def add_module(self, name: str, module: Any) -> None:
        """Makes a module and what belongs to it known."""
        if id(module) in self.modules:
            return
        self.modules[id(module)] = name, module
        for is_buffer, tensors in (False, module.named_parameters()), (True, module.named_buffers()):
            for path, tensor in tensors:
                if isinstance(tensor, self.kind):  # and not one of another library
                    self.owned.setdefault(self.key(tensor), Owned(name, module, path, is_buffer))

    def variable(self, key: Key) -> str:
        """The variable that holds a tensor, or ""."""
        return self.variables[key][0] if key in self.variables else ""

    def tensor(self, key: Key) -> Any:
        """The tensor itself, where a variable holds it."""
        return self.variables[key][1] if key in self.variables else None

    def is_buffer(self, key: Key) -> bool:
        return key in self.owned and self.owned[key].is_buffer

    def all_of(self, keys: list[Key]) -> list[str]:
        """The names of several tensors, each another: `l1.weight` and `l2.weight` where `weight` would be both."""
        names = [self.variable(key) or self._path(key) for key in keys]
        counts = Counter(names)
        return [
            self.owned[key].full if counts[name] > 1 and key in self.owned else name
            for key, name in zip(keys, names, strict=True)
        ]

    def _path(self, key: Key) -> str:
        return self.owned[key].path if key in self.owned else ""


def is_module(value: Any) -> bool:
    """Whether something is a module, of this package or of PyTorch. (Asks the class: an object may answer anything.)"""
    return all(callable(getattr(type(value), name, None)) for name in ("named_parameters", "named_buffers", "forward"))


def caller_names() -> dict[str, Any]:
    """The variables at the place that called a function of this package: its globals, then its locals."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").startswith(__name__.partition(".")[0] + ".") and frame.f_back:
        frame = frame.f_back
    found = {**frame.f_globals, **frame.f_locals}
    return {name: value for name, value in found.items() if name.isidentifier()}  # and no other tool's own notes
