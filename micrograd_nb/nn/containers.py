"""Modules that hold modules: `Sequential` runs them one after another, `ModuleList` and `ModuleDict` only keep them.

A plain list of layers in an attribute is invisible to `parameters()`; these are the lists and dicts that it sees.
(For parameters: see `parameter_containers`.)
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from itertools import groupby
from typing import Any, Self, overload

from .module import Module, tree


class _Numbered(Module):
    """What `Sequential` and `ModuleList` share: parts in an order, that can be counted, indexed and changed."""

    _modules: dict[str, Module]  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    @overload
    def __getitem__(self, idx: int) -> Module: ...
    @overload
    def __getitem__(self, idx: slice) -> Self: ...
    def __getitem__(self, idx: int | slice) -> Module | Self:
        return self._slice(idx) if isinstance(idx, slice) else self._modules[self._name(idx)]

    def _slice(self, idx: slice) -> Self:
        raise NotImplementedError

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._name(idx), module)

    def __delitem__(self, idx: int | slice) -> None:
        modules = list(self)
        del modules[idx]
        self._renumber(modules)

    def append(self, module: Module) -> Self:
        """Adds a module at the end; returns the container."""
        self.register_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Adds modules at the end; returns the container."""
        if not isinstance(modules, Iterable):
            kind = type(self).__name__
            raise TypeError(f"{kind}.extend should be called with an iterable, but got {type(modules).__name__}")
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Puts a module in before the one at `index`; the later ones move up. Returns the container."""
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}, for {len(self)} modules")
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def pop(self, key: int | slice) -> Module:
        """Takes a module out and returns it; the later ones move down."""
        taken = self[key]
        del self[key]
        return taken

    def _name(self, idx: int) -> str:
        """The name of the part at a position; negative ones count from the end."""
        position = operator.index(idx)
        if not -len(self) <= position < len(self):
            raise IndexError(f"index {position} is out of range: there are {len(self)} modules")
        return list(self._modules)[position]

    def _renumber(self, modules: list[Module]) -> None:
        for name in list(self._modules):
            delattr(self, name)
        self.extend(modules)


class Sequential(_Numbered):
    """Runs modules one after another, each on the output of the one before. (PyTorch: torch.nn.Sequential)

    Arguments:
        the modules, or one `OrderedDict` of names and modules.

    >>> import micrograd_nb as mg
    >>> model = mg.nn.Sequential(mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))
    >>> model(mg.zeros(5, 64)).shape
    micrograd_nb.Size([5, 10])
    >>> model[1], len(model[:2])
    (ReLU(), 2)
    """

    @overload
    def __init__(self, *args: Module) -> None: ...
    @overload
    def __init__(self, arg: OrderedDict[str, Module], /) -> None: ...
    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = len(args) == 1 and isinstance(args[0], OrderedDict)
        for name, module in args[0].items() if named else enumerate(args):
            self.register_module(str(name), module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def _slice(self, idx: slice) -> Self:
        return type(self)(OrderedDict(list(self._modules.items())[idx]))  # the parts keep their names

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *_sequential(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(_sequential(other))

    def __mul__(self, other: int) -> Sequential:
        """The same modules, `other` times one after another: they share their parameters."""
        return Sequential(*list(self) * self._times(other))

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Self:
        return self.extend(list(self) * (self._times(other) - 1))

    def _times(self, other: int) -> int:
        if not isinstance(other, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(other)}")
        if other <= 0:
            raise ValueError(f"Non-positive multiplication factor {other} for {type(self)}")
        return other


def _sequential(other: Any) -> Sequential:
    if not isinstance(other, Sequential):
        raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")
    return other


class ModuleList(_Numbered):
    """A list of modules that `parameters()` sees. (PyTorch: torch.nn.ModuleList)

    >>> import micrograd_nb as mg
    >>> mg.nn.ModuleList([mg.nn.Linear(2, 2) for _ in range(3)])
    ModuleList(
      (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            'Module [ModuleList] is missing the required "forward" function: a list does not say in which order its '
            "modules run. Call them yourself, in a loop, or use Sequential."
        )

    def _slice(self, idx: slice) -> Self:
        return type(self)(list(self)[idx])

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, other: Iterable[Module]) -> Self:
        return self.extend(other)

    def __repr__(self) -> str:
        """Neighbours that look the same are counted, not repeated."""
        lines, start = [], 0
        for text, same in groupby(self, repr):
            n = len(list(same))
            lines.append(f"({start}): {text}" if n == 1 else f"({start}-{start + n - 1}): {n} x {text}")
            start += n
        return tree(type(self).__name__, lines)


class ModuleDict(Module):
    """A dict of modules that `parameters()` sees, in the order of insertion. (PyTorch: torch.nn.ModuleDict)

    >>> import micrograd_nb as mg
    >>> activations = mg.nn.ModuleDict({"relu": mg.nn.ReLU(), "tanh": mg.nn.Tanh()})
    >>> activations["tanh"], "sigmoid" in activations
    (Tanh(), False)
    """

    _modules: dict[str, Module]  # type: ignore[assignment]

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(
            'Module [ModuleDict] is missing the required "forward" function: call the module that you mean, '
            f"as in modules[{next(iter(self), 'name')!r}](input)."
        )

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.register_module(key, module)

    def __delitem__(self, key: str) -> None:
        if key not in self._modules:
            raise KeyError(key)
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._modules.keys()

    def values(self) -> ValuesView[Module]:
        """The modules."""
        return self._modules.values()

    def items(self) -> ItemsView[str, Module]:
        """The names with their modules."""
        return self._modules.items()

    def pop(self, key: str) -> Module:
        """Takes a module out and returns it."""
        taken = self[key]
        del self[key]
        return taken

    def clear(self) -> None:
        """Takes all modules out."""
        for key in list(self):
            del self[key]

    def update(self, modules: Mapping[str, Module] | ModuleDict | Iterable[tuple[str, Module]]) -> None:
        """Adds the modules of another dict, or of pairs; a name that is there already gets the new module."""
        for key, module in pairs(self, modules):
            self[key] = module


def pairs(container: Module, given: Any) -> Iterator[tuple[str, Any]]:
    """The names and values that a dict of modules or parameters is updated with."""
    kind = type(container).__name__
    if not isinstance(given, Iterable):
        raise TypeError(
            f"{kind}.update should be called with an iterable of key/value pairs, but got {type(given).__name__}"
        )
    if hasattr(given, "items"):
        yield from given.items()
        return
    for place, pair in enumerate(given):
        if not isinstance(pair, Iterable):
            raise TypeError(
                f"{kind} update sequence element #{place} should be Iterable; is {type(pair).__name__}: give pairs of "
                "name and value"
            )
        found = tuple(pair)
        if len(found) != 2:
            raise ValueError(f"{kind} update sequence element #{place} has length {len(found)}; 2 is required")
        yield found
