"""What a module takes and returns, and what a state consists of: dicts, lists and tuples, nested as they like."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..tensors import Tensor


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in a structure, in order.

    >>> import micrograd_nb as mg
    >>> list(tensors_in({"a": mg.zeros(1), "b": [(mg.ones(1), 2)]}))
    [tensor([0.]), tensor([1.])]
    """
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple, Mapping)):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from tensors_in(item)


def mapped(value: Any, function: Callable[[Any], Any]) -> Any:
    """A structure with `function(x)` in the place of everything in it that is no dict, list or tuple.

    >>> mapped({"a": 1, "b": [(2, 3)]}, lambda x: 10 * x)
    {'a': 10, 'b': [(20, 30)]}
    """
    if isinstance(value, dict):
        return _mapped_dict(value, function)
    if hasattr(value, "_fields"):  # a named tuple
        return type(value)(*(mapped(item, function) for item in value))
    if isinstance(value, list) or type(value) is tuple:
        return type(value)(mapped(item, function) for item in value)
    return function(value)


def _mapped_dict(value: dict[Any, Any], function: Callable[[Any], Any]) -> Any:
    made: Any = OrderedDict() if isinstance(value, OrderedDict) else {}
    made.update((key, mapped(item, function)) for key, item in value.items())
    if hasattr(value, "_metadata"):  # that of `Module.state_dict()`
        made._metadata = value._metadata
    return made
