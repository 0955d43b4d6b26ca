"""Runs a model once and watches: which modules are called, what they return, which operations they run.

The numbers are read off the graph that the run leaves, so they hold for whatever `forward` does: layers, functions,
operators. For that, everything is recorded, also what is frozen or inside of `no_grad`; afterwards the model is as it
was before.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from numpy import ndarray

from ...autograd import AccumulateGrad, Node, enable_grad, is_grad_enabled, set_grad_enabled
from ...autograd.node import next_number
from ...nn import Module, ModuleDict, ModuleList
from ...nn.hooks import register_module_forward_hook, register_module_forward_pre_hook
from ...tensors import Tensor
from ...tensors.generator import default_generator
from ..nested import mapped, tensors_in
from .multiply_adds import multiply_adds
from .report import Row, Summary, shapes


def summary(model: Module, *args: Any, **kwargs: Any) -> Summary:
    """A table of what a model does with an input: `summary(model, input)` runs `model(input)` once.

    It shows, for each call of a module, the shape and dtype of its output, its parameters, the multiply-adds of its
    matrix products and convolutions, and the memory that it leaves for the backward pass.

    The model runs in evaluation mode. Afterwards its parameters, buffers, gradients and modes are as they were before,
    and so are the random numbers that come next.

    Arguments:
        args, kwargs: what the model is called with.

    Raises:
        TypeError: `model` is no module. What `forward` raises.

    >>> import micrograd_nb as mg
    >>> model = mg.nn.Sequential(mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))
    >>> summary(model, mg.zeros(5, 64))
    module        output   dtype    parameters  trainable  multiply-adds  activations
    ─────────────────────────────────────────────────────────────────────────────────
    Sequential    (5, 10)  float32           –          –              –            –
      0 (Linear)  (5, 32)  float32       2,080      2,080         10,240    640 bytes
      1 (ReLU)    (5, 32)  float32           –          –              –    640 bytes
      2 (Linear)  (5, 10)  float32         330        330          1,600    200 bytes
    ─────────────────────────────────────────────────────────────────────────────────
    parameters    2,410 (all trainable), 9.6 KB
    multiply-adds 11,840 a call
    activations   1.5 KB a call, kept for the backward pass
    """
    if not isinstance(model, Module):
        raise TypeError(f"summary takes a module and what it is called with, but got a {type(model).__name__}")
    with _untouched(model):
        run = _Run(model)
        run.run(args, kwargs)
        rows, notes = run.rows(), run.notes()
    parameters, buffers = list(model.parameters()), list(model.buffers())
    return Summary(
        rows=rows,
        parameters=sum(p.numel() for p in parameters),
        trainable=sum(p.numel() for p in parameters if p.requires_grad),
        parameter_bytes=_bytes(parameters),
        buffers=sum(b.numel() for b in buffers),
        buffer_bytes=_bytes(buffers),
        notes=notes,
    )


def _bytes(tensors: list[Any]) -> int:
    return sum(x.array.nbytes for x in tensors)


class _Call:
    """One call of a module."""

    def __init__(self, module: Module, parent: _Call | None) -> None:
        self.module, self.parent = module, parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.recorded: bool = is_grad_enabled() and (parent is None or parent.recorded)  # or inside of a no_grad
        self.mode = set_grad_enabled(True)
        self.start, self.end = next_number(), 0  # operations are numbered as they run
        self.output: Any = None
        self.multiply_adds = self.activations = 0

    def finish(self, output: Any) -> None:
        """The call is over."""
        self.mode.__exit__(None, None, None)
        self.end, self.output = next_number(), output


class _Run:
    """One run of a model, and what it left."""

    def __init__(self, model: Module) -> None:
        self.model = model
        self.calls: list[_Call] = []
        self.running: list[_Call] = []
        self.thread = threading.get_ident()
        self.trainable = {id(p) for p in model.parameters() if p.requires_grad}
        self.leaves: list[Tensor] = []  # of the inputs
        self.uncounted: dict[str, None] = {}  # custom Functions: what they compute is not seen

    def run(self, args: Any, kwargs: Any) -> None:
        """Calls the model, with everything recorded."""
        self.model.eval()
        for p in self.model.parameters():
            p.requires_grad_(p.requires_grad or p.is_floating_point())
        with enable_grad():
            args, kwargs = mapped((args, kwargs), self._recorded)
            with register_module_forward_pre_hook(self._begin), register_module_forward_hook(self._end):
                self.model(*args, **kwargs)
        self._count([x.array for x in tensors_in((args, kwargs))])

    def rows(self) -> tuple[Row, ...]:
        """A row for each call, in the order in which they began."""
        paths = {id(module): path for path, module in self.model.named_modules()}
        seen: set[int] = set()  # parameters that a row has counted
        return tuple(self._row(call, paths, seen) for call in self.calls)

    def notes(self) -> tuple[str, ...]:
        """What the rows leave out."""
        called = {id(call.module) for call in self.calls}
        missed = [path for path, module in self.model.named_modules() if id(module) not in called and _computes(module)]
        notes = []
        if missed:
            notes.append(f"never called: {', '.join(missed)}")
        if self.uncounted:
            notes.append(f"multiply-adds not counted in custom Functions: {', '.join(self.uncounted)}")
        return tuple(notes)

    def _recorded(self, x: Any) -> Any:
        """An input whose use is recorded: a copy, that may be changed in place, of a leaf."""
        if not isinstance(x, Tensor):
            return x
        if not x.is_floating_point():
            return x.clone()
        leaf = x.detach().requires_grad_()
        self.leaves.append(leaf)
        if x.requires_grad:
            self.trainable.add(id(leaf))
        return leaf.clone()

    def _begin(self, module: Module, args: Any) -> None:
        if threading.get_ident() == self.thread:
            call = _Call(module, self.running[-1] if self.running else None)
            self.calls.append(call)
            self.running.append(call)

    def _end(self, module: Module, args: Any, output: Any) -> None:
        if threading.get_ident() == self.thread:
            self.running.pop().finish(output)

    def _count(self, inputs: list[ndarray]) -> None:
        """Adds what each operation computed, and what it keeps, to the call that ran it."""
        kept = set(_nodes(x.node for x in tensors_in(self.calls[0].output)))
        own = [x.array for x in (*self.model.parameters(), *self.model.buffers())]
        counted = {id(_owner(array)) for array in (*inputs, *own)}
        starts = [call.start for call in self.calls]
        real: set[Node] = set()  # the nodes that would be there if nobody watched
        for node in _nodes(x.node for call in self.calls for x in tensors_in(call.output)):
            if isinstance(node, AccumulateGrad):
                if id(node.variable) in self.trainable:
                    real.add(node)
                continue
            call = self._call_of(node, starts)
            is_real = not real.isdisjoint(node.targets) and (call is None or call.recorded)
            if is_real:
                real.add(node)
            if call is not None:
                call.multiply_adds += multiply_adds(node)
                if "ctx" in vars(node):
                    self.uncounted[node.name().removesuffix("Backward")] = None
                if is_real and node in kept:
                    call.activations += sum(owner.nbytes for owner in _new_owners(node, counted))

    def _call_of(self, node: Node, starts: list[int]) -> _Call | None:
        """The innermost call that was running when an operation ran."""
        place = bisect_right(starts, node.number)
        call = self.calls[place - 1] if place else None
        while call is not None and call.end < node.number:
            call = call.parent
        return call

    def _row(self, call: _Call, paths: dict[int, str], seen: set[int]) -> Row:
        own = {id(p): p for p in call.module.parameters(recurse=False)}
        new = [p for id_, p in own.items() if id_ not in seen]
        above = sum(p.numel() for id_, p in own.items() if id_ in seen)
        seen.update(own)
        path = paths.get(id(call.module), "?")
        outer = paths.get(id(call.parent.module), "?") if call.parent else ""
        return Row(
            path=path,
            name=path.removeprefix(f"{outer}." if outer else ""),
            kind=type(call.module).__name__,
            depth=call.depth,
            output=shapes(call.output),
            dtype=", ".join(dict.fromkeys(x.dtype.name for x in tensors_in(call.output))),
            parameters=sum(p.numel() for p in new),
            trainable=sum(p.numel() for p in new if id(p) in self.trainable),
            counted_above=above,
            multiply_adds=call.multiply_adds,
            activations=call.activations,
        )


def _computes(module: Module) -> bool:
    """Whether a module has a `forward`: lists and dicts of modules have none."""
    return type(module).forward not in _WITHOUT_FORWARD


_WITHOUT_FORWARD = {kind.forward for kind in (Module, ModuleList, ModuleDict)}


# -- the graph ---------------------------------------------------------------------------------------------------------


def _nodes(roots: Iterable[Node | None]) -> list[Node]:
    """All nodes that lead to these, in the order in which they ran."""
    found = dict.fromkeys(node for node in roots if node is not None)
    waiting = list(found)
    while waiting:
        for target in waiting.pop().targets:
            if target is not None and target not in found:
                found[target] = None
                waiting.append(target)
    return sorted(found, key=lambda node: node.number)


def _new_owners(node: Node, counted: set[int]) -> Iterator[ndarray]:
    """The memory that a node holds and none before it did: of its inputs, its value, and what it keeps besides."""
    held = [getattr(node, name, None) for name in ("input", "other", "output")]
    for array in _arrays([*held, *vars(node).values()]):
        owner = _owner(array)
        if id(owner) not in counted:
            counted.add(id(owner))
            yield owner


def _arrays(value: Any) -> Iterator[ndarray]:
    if isinstance(value, ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)


def _owner(array: ndarray) -> ndarray:
    """The array whose memory it is."""
    while isinstance(array.base, ndarray):
        array = array.base
    return array


# -- the model as it was before ----------------------------------------------------------------------------------------


@contextmanager
def _untouched(model: Module) -> Iterator[None]:
    """Afterwards the attributes of all modules, their parameters and buffers, and the random numbers are as before."""
    dicts = [d for m in model.modules() for d in (vars(m), m._parameters, m._buffers, m._modules)]
    contents = [(d, dict(d)) for d in dicts]
    tensors = [(x, x.array, x.array.copy(), x.node, x._grad) for x in (*model.parameters(), *model.buffers())]
    random = default_generator.get_state()
    try:
        yield
    finally:
        for d, content in contents:
            d.clear()
            d.update(content)
        for x, array, numbers, node, grad in tensors:
            array[...] = numbers
            x.array, x.node, x._grad = array, node, grad
        default_generator.set_state(random)
