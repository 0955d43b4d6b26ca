"""Reads the graph of a real PyTorch tensor: `grad_fn`, `next_functions`, and what PyTorch has saved.

Never imports PyTorch: whoever has a tensor of it, has it loaded. What differs from a graph of our own:

- PyTorch remembers what its rules need, and no more. So the shape of every value is known, and its numbers where they
  are saved or a variable holds them ("not kept" otherwise). An argument without gradient shows where it is saved, a
  number among them as a tensor. Arguments that never have a gradient, as the condition of `where`, are not counted.
- It does not record which module ran a function. What is known is whose parameters went into it.
- Lines of code are there if the forward pass ran inside `torch.autograd.detect_anomaly()`.
"""

from __future__ import annotations

import heapq
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from .builder import Builder, Known, Parts
from .names import Key, Names
from .parts import dtype_name, short_name

Function = Any
"""A Function of PyTorch."""

ARGUMENTS = (
    ("self", "input"),
    ("other", "mat1", "mat", "mat2", "batch1", "tensor1", "tensor", "weight", "exponent", "target", "vec"),
    ("mat2", "batch2", "tensor2", "vec"),
)
"""The names by which PyTorch may have saved the argument at each place: `_saved_self`, `_saved_other` …"""

RESULTS = ("result", "output")


def is_torch(x: Any) -> bool:
    """Whether something is a tensor of PyTorch, which is not loaded for the question."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def read(root: Any, namespace: Mapping[str, Any], values: bool) -> Parts:
    """The parts of the graph of everything that `root` was computed from and that a gradient will visit."""
    return _Reader(root, namespace, values).parts()


class _Reader:
    def __init__(self, root: Any, namespace: Mapping[str, Any], values: bool) -> None:
        self.order = functions_below(root.grad_fn)
        self.ids = {function: f"f{number}" for number, function in enumerate(self.order, 1)}
        self.held: list[Function] = []  # PyTorch makes the Python side of a Function anew, unless somebody holds it
        self.root = self._key(root)
        self.names = Names(namespace, sys.modules["torch"].Tensor, self._key)
        self.builder = Builder(self.names, values)
        self.kinds: dict[int, dict[str, str]] = {}  # of the parts of a module, by their paths
        self.outputs: dict[Function, dict[int, Any]] = {function: {} for function in self.order}
        self._look_at_uses(root)

    def parts(self) -> Parts:
        owners: dict[Function, tuple[int, str] | None] = {}
        before, run = None, 0
        for function in self.order:
            owner = owners[function] = self._owner(function, owners)
            run += owner != before  # a module that runs twice has two calls
            before = owner
            call = "" if owner is None else self.builder.calls.inferred((owner, run), owner[1], self._kind(*owner))
            self._read(function, call)
        return self.builder.parts()

    def _key(self, tensor: Any) -> Key:
        """What a graph knows of a tensor: the Function that made it and which of its outputs it is, or itself."""
        if tensor.grad_fn is None:
            return id(tensor)
        self.held.append(tensor.grad_fn)
        return id(tensor.grad_fn), tensor.output_nr

    def _look_at_uses(self, root: Any) -> None:
        """Collects which outputs of each function are used, with their numbers where a function has saved them."""
        self.outputs[root.grad_fn][root.output_nr] = root
        for function in self.order:
            for place, (target, number) in enumerate(function.next_functions):
                if target in self.outputs and self.outputs[target].get(number) is None:
                    self.outputs[target][number] = saved_argument(function, place)

    def _read(self, function: Function, call: str) -> None:
        name = function.name().removeprefix("torch::autograd::")
        sources = [self._source(function, place) for place in range(len(function.next_functions))]
        self.builder.function(self.ids[function], short_name(name), function, sources, line_of(function), call)
        for number in sorted(self.outputs[function]):
            self._read_output(function, number)

    def _read_output(self, function: Function, number: int) -> None:
        key = id(function), number
        tensor = self.names.tensor(key)
        made = function._input_metadata[number]  # of the gradient that comes in, which is that of the value
        saved_there = (saved(function, name) for name in RESULTS)
        values = (x for x in (self.outputs[function][number], tensor, *saved_there) if x is not None)
        value = next((x for x in values if x.shape == tuple(made.shape)), None)
        note = "not kept" if value is None else ""
        known = Known(tuple(made.shape), dtype_name(made.dtype), self._array(value), self._array(grad_of(tensor)), note)
        output, name = self._value_id(function, number), self.names.variable(key)
        self.builder.output(output, name, known, function=self.ids[function], is_root=key == self.root)

    def _value_id(self, function: Function, number: int) -> str:
        return f"o{self.ids[function][1:]}" + (f".{number}" if len(function._input_metadata) > 1 else "")

    # -- arguments

    def _source(self, function: Function, place: int) -> str:
        """The id of an argument; "" for one that PyTorch has not kept."""
        target, number = function.next_functions[place]
        if target in self.outputs:
            return self._value_id(target, number)
        if target is not None:
            return self._leaf("parameter", target.variable, live=target)
        x = saved_argument(function, place)
        if x is None:
            return ""
        return self._leaf("input", x) if is_torch(x) else self.builder.constant(x)

    def _leaf(self, kind: str, tensor: Any, live: Any = None) -> str:
        key = id(tensor)
        if self.builder.leaf_id(key):
            return self.builder.leaf_id(key)
        value, grad = self._array(tensor), self._array(grad_of(tensor))
        known = Known(tuple(tensor.shape), dtype_name(tensor.dtype), value, grad)
        new = self.builder.leaf(key, kind, tensor, known)
        if live is not None:
            self.builder.leaves[new] = live
        return new

    def _array(self, tensor: Any) -> ndarray | None:
        return array_of(tensor) if self.builder.values and tensor is not None else None

    # -- modules

    def _owner(self, function: Function, owners: Mapping[Any, Any]) -> tuple[int, str] | None:
        """The module whose parameters go into a function, as the id of the outermost one and the path in it."""
        for target, _ in function.next_functions:
            if hasattr(target, "variable") and id(target.variable) in self.names.owned:
                found = self.names.owned[id(target.variable)]
                return id(found.module), found.path.rpartition(".")[0]
        views = (target for target, _ in function.next_functions if is_view_of_leaf(target))
        return next((owners[view] for view in views if owners[view] is not None), None)

    def _kind(self, module: int, path: str) -> str:
        if module not in self.kinds:
            self.kinds[module] = {
                path: type(part).__name__ for path, part in self.names.modules[module][1].named_modules()
            }
        return self.kinds[module][path]


def functions_below(root: Function) -> list[Function]:
    """All Functions that a backward pass visits, arguments before what was computed of them.

    Sequence numbers give the order in which they ran; but each thread counts for itself, so arguments come first.
    """
    users: dict[Function, list[Function]] = {root: []}
    waits_for: dict[Function, int] = {}
    found = [root]
    for function in found:  # the list grows while it is walked
        targets = [t for t, _ in function.next_functions if t is not None and not hasattr(t, "variable")]
        waits_for[function] = len(targets)
        for target in targets:
            if target not in users:
                users[target] = []
                found.append(target)
            users[target].append(function)
    ready = [(f._sequence_nr(), place, f) for place, f in enumerate(found) if waits_for[f] == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        function = heapq.heappop(ready)[-1]
        order.append(function)
        for user in users[function]:
            waits_for[user] -= 1
            if waits_for[user] == 0:
                heapq.heappush(ready, (user._sequence_nr(), len(found) + len(order), user))
    return order


def is_view_of_leaf(function: Function) -> bool:
    """Whether all that goes into a function is a leaf, as into the transpose of a weight."""
    return function is not None and [hasattr(target, "variable") for target, _ in function.next_functions] == [True]


def saved_argument(function: Function, place: int) -> Any:
    """The argument at a place, where the function has saved it: a tensor, a number, or None."""
    names = ARGUMENTS[place] if place < len(ARGUMENTS) else ()
    return next((x for x in (saved(function, name) for name in names) if x is not None), None)


def saved(function: Function, name: str) -> Any:
    """What a function has saved under a name; None where there is nothing, or no more, or it was overwritten."""
    try:
        return getattr(function, f"_saved_{name}", None)
    except RuntimeError:
        return None


def line_of(function: Function) -> tuple[str, int] | None:
    """The learner's line that ran a function, where PyTorch has written down the stack."""
    frames = re.findall(r'File "(.*)", line (\d+)', "".join(function.metadata.get("traceback_", ())))
    home = str(Path(sys.modules["torch"].__file__ or "").parent)
    return next(((file, int(line)) for file, line in reversed(frames) if not file.startswith(home)), None)


def grad_of(tensor: Any) -> Any:
    """The gradient that a tensor has kept. (Asking a tensor that keeps none, PyTorch warns.)"""
    return tensor.grad if tensor is not None and (tensor.is_leaf or tensor.retains_grad) else None


def array_of(tensor: Any) -> ndarray:
    """The numbers as NumPy can hold them: bfloat16 becomes float32."""
    tensor = tensor.detach().cpu()
    try:
        return np.asarray(tensor.numpy())
    except TypeError:
        return np.asarray(tensor.float().numpy())
