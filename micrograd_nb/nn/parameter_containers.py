"""ParameterList and ParameterDict: a list and a dict of parameters that `parameters()` sees.

Tensors that are put in become parameters; other values are kept as they are.
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import Any, NoReturn, Self, overload

from ..tensors import Tensor
from .containers import pairs
from .module import Module
from .parameter import Parameter


class ParameterList(Module):
    """A list of parameters. (PyTorch: torch.nn.ParameterList)

    >>> import micrograd_nb as mg
    >>> weights = mg.nn.ParameterList([mg.zeros(2, 3), mg.zeros(3)])
    >>> [name for name, _ in weights.named_parameters()], weights[-1].shape
    (['0', '1'], micrograd_nb.Size([3]))
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[idx] for idx in range(len(self)))

    @overload
    def __getitem__(self, idx: int) -> Any: ...
    @overload
    def __getitem__(self, idx: slice) -> Self: ...
    def __getitem__(self, idx: int | slice) -> Any:
        if isinstance(idx, slice):
            return type(self)(self[i] for i in range(*idx.indices(len(self))))
        return getattr(self, self._name(idx))

    def __setitem__(self, idx: int, value: Any) -> None:
        setattr(self, self._name(idx), _parameter(value))

    def append(self, value: Any) -> Self:
        """Adds a value at the end; returns the list."""
        setattr(self, str(self._size), _parameter(value))
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Adds values at the end; returns the list."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(
                f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}. For one "
                "value use append."
            )
        for value in list(values):
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def _name(self, idx: int) -> str:
        """The name of the value at a position; negative ones count from the end."""
        position = operator.index(idx)
        if not -len(self) <= position < len(self):
            raise IndexError(f"index {position} is out of range: there are {len(self)} values")
        return str(position % len(self))

    def extra_repr(self) -> str:
        return _listed((str(idx), value, f"{getattr(value, 'dtype', '')}") for idx, value in enumerate(self))

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError("ParameterList should not be called. Use what is in it: self.weights[0] @ x.")


class ParameterDict(Module):
    """A dict of parameters, in the order of insertion. (PyTorch: torch.nn.ParameterDict)

    >>> import micrograd_nb as mg
    >>> weights = mg.nn.ParameterDict({"left": mg.zeros(2), "right": mg.zeros(3)})
    >>> list(weights), weights["right"].requires_grad
    (['left', 'right'], True)
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, _string(key))

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, _string(key), _parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __or__(self, other: ParameterDict) -> ParameterDict:
        made = self.copy()
        made.update(other)
        return made

    def __ror__(self, other: ParameterDict) -> ParameterDict:
        made = other.copy()
        made.update(self)
        return made

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._keys.keys()

    def values(self) -> Iterable[Any]:
        """The values."""
        return (self[key] for key in self._keys)

    def items(self) -> Iterable[tuple[str, Any]]:
        """The names with their values."""
        return ((key, self[key]) for key in self._keys)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name, or `default` if there is none."""
        return getattr(self, key) if key in self else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a name, which becomes `default` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str) -> Any:
        """Takes a value out and returns it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Takes the last value out, and returns it with its name."""
        if not self._keys:
            raise KeyError("popitem(): dictionary is empty")
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def clear(self) -> None:
        """Takes all values out."""
        for key in list(self):
            del self[key]

    def copy(self) -> ParameterDict:
        """A dict of its own, with the same parameters."""
        return ParameterDict(self)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dict with these names, and `default` for each."""
        return ParameterDict((key, default) for key in keys)

    def update(self, parameters: Any) -> None:
        """Adds the values of another dict, or of pairs.

        The names of a mapping that is neither an `OrderedDict` nor a `ParameterDict` are sorted, as in PyTorch.
        """
        given = list(pairs(self, parameters))
        if isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict):
            given.sort(key=lambda pair: pair[0])
        for key, value in given:
            self[key] = value

    def extra_repr(self) -> str:
        return _listed((key, value, _tensor_type(value)) for key, value in self.items())

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError('ParameterDict should not be called. Use what is in it: self.weights["left"] @ x.')


def _parameter(value: Any) -> Any:
    """A tensor as a parameter; anything else as it is."""
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _string(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(
            f"Index given to ParameterDict cannot be used as a key as it is not a string (type is "
            f"'{type(key).__name__}'): it becomes the name of an attribute. Use str({key!r})."
        )
    return key


# -- their picture -----------------------------------------------------------------------------------------------------


def _listed(values: Iterable[tuple[str, Any, str]]) -> str:
    """A line for each value: its name, and what it is."""
    return "\n".join(f"  ({name}): {_described(value, kind)}" for name, value, kind in values)


def _described(value: Any, kind: str) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    return f"Parameter containing: [{kind} of size {'x'.join(map(str, value.shape))}]"


def _tensor_type(value: Any) -> str:
    """PyTorch's old name of a tensor's type: `FloatTensor`."""
    return f"micrograd_nb.{value.dtype.scalar_type}Tensor" if isinstance(value, Tensor) else ""
