"""One trace: a run of a function with traced tensors, and the replays of what it did."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Node, is_grad_enabled, operation, profiling, tracing
from ...autograd.quiet import silence, unsilence
from ...autograd.recording import bare_node
from ...tensors import Tensor, zeros
from ...tensors.record import wrap
from ..graph import Graph
from .as_graph import as_graph
from .capture import Captured
from .errors import PACKAGE, StaticGraphError, refused
from .foreach import merge
from .memory import Moves, moved, owner
from .program import FILE, Program
from .state import State, array_of_gradient
from .tracer import Pythons, Traced, plain_array


class Trace:
    """What a function did for one signature, in one state of the tensors, modules and optimizers that it uses.

    Arguments:
        function: the function.
        arguments: its arguments by name; the tensors among them become inputs of the program.
        guards: refuse what a replay could not do anew (see `Program`).

    result: what this first run returned. program: the calls of NumPy that it made.
    """

    def __init__(self, function: Callable[..., Any], arguments: dict[str, Any], *, guards: bool = True) -> None:
        captured = Captured(function)
        self.captured = captured.tensors
        self.state = State(captured)
        self.inputs: dict[str, ndarray] = {}
        names = _names(captured.tensors)
        live = [t.array for t in captured.tensors.values()] + [g for g in self.state.gradients if g is not None]
        self._strangers = _Strangers(captured.tensors)
        self.program = Program(names, live, self._strangers.check, guards=guards)
        placeholders = {name: self._placeholder(name, value) for name, value in arguments.items()}
        self._made = self._run_once(function, placeholders)
        self._gradients = self._finish(captured)
        self._simple = all(isinstance(x, Tensor) for x in arguments.values())
        self._run = self.program.compile()
        del self._strangers
        self.result = self._results()

    def _placeholder(self, name: str, value: Any) -> Any:
        """A tensor with a buffer of its own in the place of each tensor of an argument."""

        def one(tensor: Tensor) -> Tensor:
            if tensor.requires_grad:
                raise StaticGraphError(
                    f"the argument {name} of a static graph requires gradients, and those would go nowhere: an input "
                    f"is a placeholder. Give {name}.detach(), or let the function use the tensor by its name."
                )
            buffer = np.array(tensor.array)
            place = name if name not in self.inputs else f"{name}_{len(self.inputs)}"
            self.inputs[place] = buffer
            self.program.add_input(place, buffer)
            return wrap(Traced(buffer, self.program))

        return map_tensors(value, one)

    def _run_once(self, function: Callable[..., Any], placeholders: dict[str, Any]) -> Any:
        lifted = _Lifted(self.captured, self.program)
        try:
            with tracing.of(Pythons(self.program)), _watch(self._strangers):
                return function(**placeholders)
        finally:
            self.program.recording = False
            lifted.release()
            for place in Captured(function, wanted=Traced).wanted:
                place.put(place.value.array)
            for tensor in Captured(function).tensors.values():
                _release(tensor)

    def _finish(self, captured: Captured) -> list[tuple[Tensor, ndarray | None]]:
        self.side_effects = self.state.side_effects()
        names = {id(t): name for name, t in self.captured.items()}
        new = self.state.new_gradients
        self.program.names |= {id(g): f"{names[id(t)]}.grad" for t, g in new if g is not None}
        if self.state.can_recur:
            self._move(merge(self.program, _states_of_optimizers(captured)))
        self.state.finish({id(owner(a)) for a in self.program.arrays()}, self.program.looked_up)
        return self.state.new_gradients

    def _move(self, moves: Moves) -> None:
        """Follows arrays that were moved: the optimizer's state, gradients and results."""
        for tensor in self.state.tensors:
            if id(tensor.array) in moves:
                self.state.move(tensor, moves[id(tensor.array)][1])
            if id(gradient := array_of_gradient(tensor)) in moves:
                tensor._grad = moves[id(gradient)][1]
        self._made = map_tensors(self._made, lambda t: wrap(moved(plain_array(t.array), moves), t.node))

    def as_graph(self, values: bool = False) -> Graph:
        """The program as a graph to draw; with the numbers of its last run, if they are asked for."""
        results = [plain_array(t.array) for t in tensors_in(self._made)]
        return as_graph(self.program, self.inputs, self.captured, results, values=values)

    # -- replaying

    def replay(self, args: tuple[Any, ...]) -> Any:
        """Makes the same calls with other numbers in the inputs."""
        tensors = args if self._simple else list(tensors_in(args))
        for buffer, tensor in zip(self.inputs.values(), tensors, strict=True):
            np.copyto(buffer, tensor.array)  # of the same shape and dtype: the signature says so
        watcher = profiling.watcher
        mark = None if watcher is None else watcher.begin("static_graph::replay", profiling.OPERATION, tuple(tensors))
        before = silence()
        try:
            self._run()
        except Exception as error:
            raise self._explained(error) from error
        finally:
            unsilence(before)
            if watcher is not None:
                watcher.end(mark)
        for tensor, gradient in self._gradients:
            tensor._grad = gradient
        return self._results()

    def _results(self) -> Any:
        """The results, in memory of their own: the next replay writes into the buffers again."""
        return map_tensors(self._made, _copied)

    def _explained(self, error: Exception) -> StaticGraphError:
        """An error in a replay, with the operation in which it happened."""
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != FILE:
            trace = trace.tb_next
        where = "" if trace is None else f" in {self.program.statement_at(trace.tb_lineno).operation}"
        return StaticGraphError(
            f"the replay of a static graph stopped{where}: {error} What came before it has been done, and nothing "
            "after. Call the plain function with the same arguments to hear what is wrong with them."
        )

    def summary(self) -> str:
        """Operations, buffers, bytes and captured tensors, in a few lines."""
        operations = self.program.operations()
        buffers = self.program.buffers()
        lines = [f"{sum(operations.values())} calls of NumPy in {len(operations)} kinds of operation"]
        lines += [f"    {name} × {n}" for name, n in operations.most_common()]
        lines.append(f"{len(buffers)} buffers, {sum(b.nbytes for b in buffers):,} bytes")
        used = {id(owner(a)) for a in self.program.arrays()}
        captured = {name: t.array for name, t in self.captured.items() if id(owner(t.array)) in used}
        for title, arrays in (("inputs", self.inputs), ("captured", captured)):
            listed = ", ".join(f"{name} {a.dtype} {a.shape}" for name, a in arrays.items())
            lines.append(f"{title}: {listed or 'none'}")
        return "\n".join(lines)


def _copied(tensor: Tensor) -> Tensor:
    """A result with memory of its own; where the function recorded a graph for it, one that has no way back."""
    array = np.array(plain_array(tensor.array))
    if not tensor.requires_grad or not is_grad_enabled():
        return wrap(array)
    return wrap(array, bare_node(_RESULT, (_end().node,), array))


def _no_way_back(g: Any, f: Any) -> Any:
    raise StaticGraphError(
        "this tensor is the result of a static graph, which has no way back: call backward() inside of the function, "
        "so that the graph holds it too."
    )


def _from_outside(g: Any, f: Any) -> Any:
    raise refused(
        "a backward pass through what was computed before", "it would be gone at the next replay, like any freed graph"
    )


_RESULT = operation("StaticGraphBackward0", lambda input: input, _no_way_back)
_OUTSIDE = operation("OutsideBackward0", lambda input: input, _from_outside)


def _end() -> Tensor:
    """A leaf for the gradients that do not come."""
    return zeros((), requires_grad=True)


def _states_of_optimizers(captured: Captured) -> Callable[[ndarray], bool]:
    """Whether an array is one that an optimizer keeps for itself."""
    kept = {
        id(x.array) for s in captured.optimizer_states for p in s.values() for x in p.values() if hasattr(x, "array")
    }
    return lambda array: id(array) in kept


def _names(tensors: dict[str, Tensor]) -> dict[int, str]:
    names = {id(t.array): name for name, t in tensors.items()}
    gradients = {id(g): f"{name}.grad" for name, t in tensors.items() if (g := array_of_gradient(t)) is not None}
    return names | gradients


# -- structures of tensors ---------------------------------------------------------------------------------------------


def map_tensors(value: Any, function: Callable[[Tensor], Any]) -> Any:
    """A structure of tuples, lists and dicts with every tensor in it replaced."""
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(map_tensors(x, function) for x in value))
    if isinstance(value, (list, tuple)):
        return type(value)(map_tensors(x, function) for x in value)
    if isinstance(value, dict):
        return {name: map_tensors(x, function) for name, x in value.items()}
    return value


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in a structure, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for x in value:
            yield from tensors_in(x)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()))


# -- captured tensors while the trace goes on --------------------------------------------------------------------------


class _Lifted:
    """Tensors whose arrays, and those of their gradients, are traced for a while."""

    def __init__(self, tensors: dict[str, Tensor], program: Program) -> None:
        self.histories: list[tuple[Tensor, Node]] = []
        self.tensors = list(tensors.values())
        for tensor in self.tensors:
            tensor.array = Traced(tensor.array, program)  # type: ignore[assignment]
            gradient = array_of_gradient(tensor)
            if gradient is not None:
                tensor._grad = wrap(Traced(gradient, program))
            if tensor.node is not None and not tensor.is_leaf:
                self.histories.append((tensor, tensor.node))
                tensor.node = bare_node(_OUTSIDE, (_end().node,), tensor.array)

    def release(self) -> None:
        for tensor in self.tensors:
            _release(tensor)
        for tensor, node in self.histories:
            tensor.node = node


def _release(tensor: Tensor) -> None:
    """Takes traced arrays out of a tensor."""
    tensor.array = plain_array(tensor.array)
    gradient: Any = array_of_gradient(tensor)
    if isinstance(gradient, Traced):
        tensor._grad = gradient.array


class _Strangers:
    """The tensors that were there before the trace, and that the function cannot reach by any name.

    It may still get at one, for instance out of a generator. What it computes from that would be fixed by the trace.
    """

    def __init__(self, captured: dict[str, Tensor]) -> None:
        known = set(map(id, captured.values()))
        # An object refers to its class. (isinstance would ask each for its __class__, and some do things when asked.)
        kin = gc.get_referrers(*_kinds(Tensor))
        self.tensors = [x for x in kin if issubclass(type(x), Tensor) and id(x) not in known]
        self.ids = set(map(id, self.tensors))
        self._owners = {id(owner(t.array)) for t in self.tensors if isinstance(t.array, ndarray)}

    def check(self, array: ndarray) -> None:
        """Raises, if an array belongs to one of them."""
        if id(array) in self._owners:
            raise self.error()

    @staticmethod
    def error() -> StaticGraphError:
        return refused(
            "a tensor from before the graph, in a place that the function does not name",
            "the graph would keep the numbers that it has now",
        )


def _kinds(kind: Any) -> Iterator[Any]:
    """A class and all that inherit from it."""
    yield kind
    for inherited in kind.__subclasses__():
        yield from _kinds(inherited)


@contextmanager
def _watch(strangers: _Strangers) -> Iterator[None]:
    """Looks at the arguments of all functions of ours that are called."""

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            for x in frame.f_locals.values():
                if isinstance(x, Tensor) and id(x) in strangers.ids:
                    raise strangers.error()

    if sys.getprofile() is not None:  # somebody measures: then without
        yield
        return
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(None)
