"""Finds the names of the modules that ran: a recorded call knows its module, and the outermost module knows its parts.

net(x) → net.encoder(x) → net.encoder.layers[0](x)      the calls "", "encoder", "encoder.layers.0"
"""

from __future__ import annotations

from typing import Any

from .names import Key, Names
from .parts import GraphCall


class Calls:
    """The calls that functions ran in, numbered in the order in which they turn up."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.found: list[GraphCall] = []
        self._ids: dict[Key, str] = {}
        self._paths: dict[int, dict[int, str]] = {}  # module id → the ids of its parts → their paths in it

    def recorded(self, call: Any) -> str:
        """The id of a call that was recorded (see `autograd.module_calls`); "" for None."""
        if call is None:
            return ""
        if call not in self._ids:
            for outer in _around(call):
                if outer not in self._ids:
                    self._add_recorded(outer)
            self._add_recorded(call)
        return self._ids[call]

    def inferred(self, key: Key, path: str, kind: str) -> str:
        """The id of a call that nobody recorded: of it, only the module's path is known."""
        if key not in self._ids:
            self._add(key, GraphCall(f"m{len(self.found) + 1}", path, kind))
        return self._ids[key]

    def path(self, call: str) -> str:
        """The path of a call, by its id."""
        return self.found[int(call[1:]) - 1].path if call else ""

    def _add_recorded(self, call: Any) -> None:
        module, parent = call.module(), self._ids.get(call.outer, "")
        name = ""
        if module is not None and call.outer is None:
            self.names.add_module("", module)
            name = self.names.modules[id(module)][0]
        path = "" if call.outer is None else self._path(call, module)
        self._add(call, GraphCall(f"m{len(self.found) + 1}", path, call.kind, name, parent))

    def _add(self, key: Key, call: GraphCall) -> None:
        self._ids[key] = call.id
        self.found.append(call)

    def _path(self, call: Any, module: Any) -> str:
        """The name by which the outermost module that has this one as a part knows it."""
        for outer in _around(call):
            parts = self._parts_of(outer.module())
            if id(module) in parts:
                return _join(self.path(self._ids[outer]), parts[id(module)])
        return _join(self.path(self._ids[call.outer]), f"({call.kind})")  # made on the spot, or gone

    def _parts_of(self, module: Any) -> dict[int, str]:
        if module is None:
            return {}
        if id(module) not in self._paths:
            self._paths[id(module)] = {id(part): path for path, part in module.named_modules()}
        return self._paths[id(module)]


def _around(call: Any) -> list[Any]:
    """The calls that a call ran inside of, the outermost first."""
    outers = []
    while call.outer is not None:
        call = call.outer
        outers.append(call)
    return outers[::-1]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
