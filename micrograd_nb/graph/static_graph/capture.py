"""Finds what a function uses besides its arguments: tensors, modules, optimizers in its closure and among its globals.

    names = captured(step)         {"w": tensor, "model.fc1.weight": parameter, …}

A static graph reads and writes their memory, so it has to know them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from ...tensors import Tensor

MOST_LEVELS = 6  # of objects inside of objects


def captured(function: Callable[..., Any]) -> dict[str, Tensor]:
    """Every tensor that a function can reach, by the name under which it is found first."""
    found: dict[int, tuple[str, Tensor]] = {}
    for path, tensor in _tensors(function):
        found.setdefault(id(tensor), (path, tensor))
    return dict(found.values())


def reachable(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """The objects that a function names: its closure, its defaults, the object it is a method of, and its globals."""
    inner = inspect.unwrap(function)
    owner = getattr(inner, "__self__", None)
    inner = getattr(inner, "__func__", inner)
    if owner is not None:
        yield "self", owner
    if not hasattr(inner, "__code__"):
        yield "self", inner
        return
    variables = inspect.getclosurevars(inner)
    yield from variables.nonlocals.items()
    yield from variables.globals.items()
    yield from ((f"default {i}", value) for i, value in enumerate(inner.__defaults__ or ()))


def _tensors(function: Callable[..., Any]) -> Iterator[tuple[str, Tensor]]:
    seen: set[int] = set()
    for name, value in reachable(function):
        yield from _inside(value, name, seen, MOST_LEVELS)


def _inside(value: Any, path: str, seen: set[int], levels: int) -> Iterator[tuple[str, Tensor]]:
    """The tensors in a value: itself, the items of a container, the attributes of an object."""
    if isinstance(value, Tensor):
        yield path, value
    elif levels and id(value) not in seen and not isinstance(value, (type, str, bytes, int, float)):
        seen.add(id(value))
        for name, part in parts(value):
            yield from _inside(part, _join(path, name), seen, levels - 1)


def parts(value: Any) -> list[tuple[str, Any]]:
    """What a value holds, with the names that a reader would give it."""
    if isinstance(value, dict):
        return [(key if isinstance(key, str) else str(i), part) for i, (key, part) in enumerate(value.items())]
    if isinstance(value, (list, tuple)):
        return [(str(i), part) for i, part in enumerate(value)]
    if inspect.isfunction(value) or inspect.ismethod(value):
        return list(reachable(value))
    if inspect.ismodule(value) or not hasattr(value, "__dict__"):
        return []
    named = getattr(value, "named_parameters", None)
    registered = [*value.named_parameters(), *value.named_buffers()] if callable(named) else []
    return [*registered, *((name, part) for name, part in vars(value).items() if not name.startswith("__"))]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if name else path
