"""The tensors in what a module takes and returns: dicts, lists and tuples, nested as it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...tensors import Tensor


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in a structure, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple, Mapping)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from tensors_in(item)


def mapped(value: Any, function: Callable[[Tensor], Any]) -> Any:
    """A structure with every tensor in it replaced."""
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, dict):
        return {key: mapped(item, function) for key, item in value.items()}
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*(mapped(item, function) for item in value))
    if isinstance(value, list) or type(value) is tuple:
        return type(value)(mapped(item, function) for item in value)
    return value
