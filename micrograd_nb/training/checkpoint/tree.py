"""What a checkpoint consists of, taken apart: a tree that JSON can hold, and the arrays of its tensors.

    {"weights": tensor, "epochs": (1, 2)}
    →  {"dict": [["weights", {"tensor": "weights"}], ["epochs", {"tuple": [1, 2]}]]}      and      {"weights": array}

None, bools, numbers, strings and lists stand for themselves; everything else is an object with its kind as key. The
name of an array tells where its tensor stands: 'optimizer.state.0.momentum_buffer'. Tensors that share memory (see
`memory`) name the same array.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from ...nn import Buffer, Module, Parameter
from ...optim import Optimizer
from ...tensors import Generator, Size, Tensor, dtype, from_numpy
from ...tensors.dtypes import ALL as DTYPES
from .memory import Arrays, Path, view_of, where

_DICTS = {"dict": dict, "OrderedDict": OrderedDict, "Counter": Counter}
_TUPLES: dict[str, Any] = {"tuple": tuple, "Size": Size}
_TENSORS: dict[str, Any] = {"tensor": Tensor, "parameter": Parameter, "buffer": Buffer}
_DTYPES = {d.name: d for d in DTYPES}


class Structure(NamedTuple):
    """A tree, and the arrays that it names."""

    tree: Any
    arrays: dict[str, ndarray]

    @staticmethod
    def flat(arrays: dict[str, ndarray]) -> Structure:
        """A dict of tensors by name."""
        return Structure({"dict": [[name, {"tensor": name}] for name in arrays]}, arrays)


def pack(obj: Any) -> Structure:
    """Takes a value apart."""
    arrays = Arrays()
    try:
        tree = _Packer(arrays).packed(obj, ())
    except RecursionError:
        raise ValueError("what is to be saved contains itself, or is nested hundreds of levels deep") from None
    return Structure(tree, arrays.named())


def unpack(structure: Structure) -> Any:
    """Puts a value together again."""
    unpacker = _Unpacker(structure.arrays)
    value = unpacker.unpacked(structure.tree)
    if unpacker.unused:
        raise ValueError(f"nothing says where {', '.join(sorted(unpacker.unused))} belongs")
    return value


# -- taking apart ------------------------------------------------------------------------------------------------------


class _Packer:
    """Makes the tree, and collects the arrays."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays

    def packed(self, value: Any, path: Path) -> Any:
        """The tree of a value that stands at a path."""
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        if kind is list:
            return self._items(value, path)
        if kind in _TUPLES.values():
            return {kind.__name__: self._items(value, path)}
        if kind in _DICTS.values():
            return self._dict(value, path)
        if kind in _TENSORS.values():
            return self._tensor(value, path)
        if kind is ndarray or isinstance(value, np.generic):
            return self._plain_array(value, path)
        if kind is dtype:
            return {"dtype": value.name}
        raise _cannot_save(value, path)

    def _items(self, values: Any, path: Path) -> list[Any]:
        return [self.packed(value, (*path, i)) for i, value in enumerate(values)]

    def _dict(self, value: Any, path: Path) -> Any:
        pairs = [[self._key(key, path), self.packed(item, (*path, key))] for key, item in value.items()]
        packed = {type(value).__name__: pairs}
        if hasattr(value, "_metadata"):  # that of `Module.state_dict()`
            packed["metadata"] = self.packed(value._metadata, (*path, "_metadata"))
        return packed

    def _key(self, key: Any, path: Path) -> Any:
        if not _is_plain(key):
            raise TypeError(
                f"a key of {where(path)} is a {type(key).__name__}, and save takes keys that are strings, numbers, "
                "bools, None, or tuples of these"
            )
        return self.packed(key, path)

    def _tensor(self, tensor: Tensor, path: Path) -> Any:
        packed: dict[str, Any] = {}
        self.arrays.add(tensor.array, path, packed, type(tensor).__name__.lower())
        if tensor.requires_grad != isinstance(tensor, Parameter):
            packed["requires_grad"] = tensor.requires_grad
        if isinstance(tensor, Buffer):
            packed["persistent"] = tensor.persistent
        return packed

    def _plain_array(self, value: Any, path: Path) -> Any:
        packed: dict[str, Any] = {}
        try:
            array = from_numpy(np.asarray(value)).array
        except TypeError as error:
            raise TypeError(f"{where(path)} is of NumPy's type {value.dtype}: {error}") from None
        self.arrays.add(array, path, packed, "array" if isinstance(value, ndarray) else "scalar")
        return packed


def _is_plain(key: Any) -> bool:
    return key is None or type(key) in (bool, int, float, str) or (type(key) is tuple and all(map(_is_plain, key)))


def _cannot_save(value: Any, path: Path) -> TypeError:
    return TypeError(
        f"{where(path)} is a {type(value).__name__}, and save takes tensors, numbers, strings, None, and dicts, lists "
        f"and tuples of these: what loads without running code.{_instead_of(value)}"
    )


def _instead_of(value: Any) -> str:
    """What to save instead."""
    if isinstance(value, (Module, Optimizer)) or hasattr(value, "state_dict"):
        return " Save its state: .state_dict()."
    if isinstance(value, Generator):
        return " Save its state: .get_state()."
    if type(value).__module__.partition(".")[0] == "torch":
        return " For PyTorch's tensors, alone or nested, there is from_torch(...)."
    if isinstance(value, tuple):
        return " Save tuple(...) of it, or its fields as a dict: ._asdict()."
    if is_dataclass(value):
        return " Save its fields as a dict: dataclasses.asdict(...)."
    if isinstance(value, (set, frozenset)):
        return " Save it sorted, as a list."
    if callable(value):
        return " Save what it is called, and look it up when you load."
    return ""


# -- putting together --------------------------------------------------------------------------------------------------


class _Unpacker:
    """Makes values of trees. A tree that `pack` could not have made is an error."""

    def __init__(self, arrays: dict[str, ndarray]) -> None:
        self.arrays = arrays
        self.unused = set(arrays)

    def unpacked(self, tree: Any) -> Any:
        """The value of a tree."""
        if isinstance(tree, list):
            return [self.unpacked(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        kind = next(iter(tree))
        content = tree[kind]
        if kind in _TUPLES:
            return _TUPLES[kind](self.unpacked(content))
        if kind in _DICTS:
            return self._dict(_DICTS[kind], content, tree.get("metadata"))
        if kind in _TENSORS:
            return self._tensor(_TENSORS[kind], from_numpy(self._array(tree, kind)), tree)
        if kind in ("array", "scalar"):
            array = self._array(tree, kind)
            return array if kind == "array" else array[()]
        if kind == "dtype":
            return _DTYPES[content]
        raise ValueError(f"a kind of value that is not known: {kind!r}")

    def _dict(self, kind: Any, pairs: Any, metadata: Any) -> Any:
        value = kind()
        for key, item in pairs:
            value[self.unpacked(key)] = self.unpacked(item)
        if metadata is not None:
            value._metadata = self.unpacked(metadata)
        return value

    def _tensor(self, kind: Any, data: Tensor, tree: Any) -> Tensor:
        if kind is Parameter:
            return Parameter(data, tree.get("requires_grad", True))
        made = data if kind is Tensor else Buffer(data, persistent=tree["persistent"])
        return made.requires_grad_(tree.get("requires_grad", False))

    def _array(self, tree: Any, kind: str) -> ndarray:
        """The array that a tree names, or a part of it."""
        name = tree[kind]
        self.unused.discard(name)
        return view_of(self.arrays[name], tree["view"]) if "view" in tree else self.arrays[name]
