"""One trace: a run of a function with traced tensors, and the replays of what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import tracing
from ...autograd.quiet import silence, unsilence
from ...tensors import Tensor
from ...tensors.record import wrap
from .capture import captured, parts, reachable
from .program import Program
from .tracer import Traced, _plain


class Trace:
    """What a function did for one signature, in one state of the tensors, modules and optimizers that it uses.

    result       what the first run returned
    program      the calls of NumPy that it made
    """

    def __init__(self, function: Callable[..., Any], arguments: dict[str, Any]) -> None:
        self.function = function
        self.captured = captured(function)
        self.inputs: list[tuple[str, ndarray]] = []
        self._state = _State(function, self.captured)
        self.program = Program(_names(self.captured))
        self._trace(arguments)
        self._run = self.program.compile()

    def _trace(self, arguments: dict[str, Any]) -> None:
        placeholders = {name: self._placeholder(name, value) for name, value in arguments.items()}
        lifted = _Lifted(self.captured.values(), self.program)
        try:
            with tracing.of(self.program):
                made = self.function(**placeholders)
        finally:
            self.program.recording = False
            lifted.release()
            _release(self.function)
        self._made = _map(made, lambda x: x)
        self._simple = all(isinstance(x, Tensor) for x in arguments.values())
        self._gradients = [(t, g) for t in self.captured.values() if (g := _grad_array(t)) is not None]
        self.result = self._copied()

    def _placeholder(self, name: str, value: Any) -> Any:
        """A tensor with a buffer of its own in the place of an argument."""

        def one(tensor: Tensor) -> Tensor:
            buffer = np.array(tensor.array)
            self.inputs.append((name, buffer))
            self.program.names[id(buffer)] = name
            return wrap(Traced(buffer, self.program))

        return _map(value, one)

    # -- replaying

    def still_holds(self) -> bool:
        """Whether everything that the trace has fixed is as it was."""
        return self._state.still_holds()

    def changed_number(self) -> str:
        """Which Python number is another one, and was and is what; "" for none."""
        return self._state.changed_number()

    def replay(self, args: tuple[Any, ...]) -> Any:
        """Makes the same calls with other numbers in the inputs."""
        tensors = args if self._simple else tuple(_tensors(args))
        for (_, buffer), tensor in zip(self.inputs, tensors, strict=True):
            np.copyto(buffer, tensor.array)
        warnings = silence()
        try:
            self._run()
        finally:
            unsilence(warnings)
        for tensor, gradient in self._gradients:
            if tensor._grad is not gradient and _grad_array(tensor) is not gradient:
                tensor._grad = gradient
        return self._copied()

    def _copied(self) -> Any:
        """The results, in memory of their own: the next replay writes into the buffers again."""
        return _map(self._made, lambda tensor: wrap(np.array(_plain(tensor.array))))

    def summary(self) -> str:
        """Operations, buffers, bytes and captured variables, in a few lines."""
        operations = self.program.operations()
        buffers = self.program.buffers()
        lines = [f"{sum(operations.values())} calls of NumPy, {len(operations)} kinds of operation:"]
        lines += [f"    {name} × {n}" for name, n in operations.most_common()]
        size = sum(b.nbytes for b in buffers)
        lines.append(f"{len(buffers)} buffers, {size:,} bytes")
        inputs = ", ".join(f"{name} {b.dtype} {b.shape}" for name, b in self.inputs)
        lines.append(f"inputs: {inputs or 'none'}")
        names = ", ".join(f"{name} {t.array.dtype} {t.array.shape}" for name, t in self.captured.items())
        lines.append(f"captured: {names or 'nothing'}")
        return "\n".join(lines)


def _names(tensors: dict[str, Tensor]) -> dict[int, str]:
    names = {id(t.array): name for name, t in tensors.items()}
    gradients = {name: g for name, t in tensors.items() if (g := _grad_array(t)) is not None}
    return names | {id(g): f"{name}.grad" for name, g in gradients.items()}


def _grad_array(tensor: Tensor) -> Any:
    """The array of a gradient, or None."""
    grad = tensor._grad
    return grad.array if isinstance(grad, Tensor) else grad


# -- structures of tensors ---------------------------------------------------------------------------------------------


def _map(value: Any, function: Callable[[Tensor], Any]) -> Any:
    """A structure with every tensor in it replaced."""
    if isinstance(value, Tensor):
        return function(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_map(x, function) for x in value))
    if isinstance(value, (list, tuple)):
        return type(value)(_map(x, function) for x in value)
    if isinstance(value, dict):
        return {name: _map(x, function) for name, x in value.items()}
    return value


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in a structure, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for x in value:
            yield from _tensors(x)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


# -- captured tensors while the trace goes on --------------------------------------------------------------------------


class _Lifted:
    """Tensors whose arrays, and those of their gradients, are traced for a while."""

    def __init__(self, tensors: Any, program: Program) -> None:
        self.tensors = list(tensors)
        self.program = program
        for tensor in self.tensors:
            tensor.array = Traced(tensor.array, program)
            gradient = _grad_array(tensor)
            if gradient is not None:
                tensor._grad = wrap(Traced(gradient, program))

    def release(self) -> None:
        for tensor in self.tensors:
            _release_tensor(tensor)


def _release_tensor(tensor: Tensor) -> None:
    tensor.array = _plain(tensor.array)
    gradient = _grad_array(tensor)
    if isinstance(gradient, Traced):
        tensor._grad = gradient.array


def _release(function: Callable[..., Any]) -> None:
    """Takes traced arrays out of what the function has written into objects, such as an optimizer's state."""
    seen: set[int] = set()
    queue = [value for _, value in reachable(function)]
    while queue:
        value = queue.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Tensor):
            _release_tensor(value)
            continue
        for holder in (value, getattr(value, "__dict__", None)):
            if isinstance(holder, (dict, list)):
                for key, part in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
                    if isinstance(part, Traced):
                        holder[key] = part.array
        queue += [part for _, part in parts(value)]


# -- what a trace has fixed --------------------------------------------------------------------------------------------


class _State:
    """The Python numbers, sizes and arrays that a function found when it was traced."""

    def __init__(self, function: Callable[..., Any], tensors: dict[str, Tensor]) -> None:
        self.numbers: list[tuple[str, Any, Any, Any]] = []  # (its name, what holds it, the key, the number)
        self.sizes: list[tuple[Any, int]] = []
        self.tensors = list(tensors.values())
        self.arrays = [t.array for t in self.tensors]
        self.without_grad = [t._grad is None for t in self.tensors]
        for name, value in reachable(function):
            self._remember(name, value)
        inner = getattr(function, "__func__", function)
        for name, value, holder in _own_numbers(inner):
            self.numbers.append((name, holder, name, value))
        self._identical = self._compiled()

    def _remember(self, name: str, value: Any) -> None:
        groups = getattr(value, "param_groups", None)
        if isinstance(groups, list):
            for group in groups:
                self.numbers += [(f"{name} {k}", group, k, v) for k, v in group.items() if k != "params"]
            self.sizes += [(value.state, len(value.state)), *((s, len(s)) for s in value.state.values())]
        elif callable(getattr(value, "modules", None)) and not isinstance(value, type):
            self.numbers += [(f"{name}.training", vars(m), "training", m.training) for m in value.modules()]

    def still_holds(self) -> bool:
        """Whether all is as it was: first by one expression that compares identities, then, if not, one by one."""
        return self._identical() or self._equal()

    def _compiled(self) -> Callable[[], bool]:
        """One expression of all conditions: a tenth of the time of a loop."""
        space: dict[str, Any] = {}
        conditions = []
        for i, (_, holder, key, number) in enumerate(self.numbers):
            space |= {f"h{i}": holder, f"k{i}": key, f"n{i}": number}
            conditions.append(f"h{i}[k{i}] is n{i}")
        for i, (container, size) in enumerate(self.sizes):
            space[f"c{i}"] = container
            conditions.append(f"len(c{i}) == {size}")
        for i, (tensor, array, without) in enumerate(self._tensors()):
            space |= {f"t{i}": tensor, f"a{i}": array}
            conditions.append(f"t{i}.array is a{i} and t{i}._grad is {'' if without else 'not '}None")
        arguments = ", ".join(f"{name}={name}" for name in space)
        return eval(f"lambda {arguments}: " + (" and ".join(conditions) or "True"), space)

    def _tensors(self) -> Iterator[tuple[Tensor, ndarray, bool]]:
        return zip(self.tensors, self.arrays, self.without_grad, strict=True)

    def _equal(self) -> bool:
        return (
            all(holder.get(key) == number for _, holder, key, number in self.numbers)
            and all(len(container) == size for container, size in self.sizes)
            and all(t.array is array and (t._grad is None) is without for t, array, without in self._tensors())
        )

    def changed_number(self) -> str:
        for name, holder, key, number in self.numbers:
            if holder.get(key) != number:
                return f"another Python value: {name} was {number!r} and is {holder.get(key)!r}"
        return ""


def _own_numbers(function: Any) -> Iterator[tuple[str, Any, Any]]:
    """The Python numbers and strings among the globals that a function names."""
    code, space = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    for name in code.co_names if code else ():
        if isinstance(space.get(name), (bool, int, float, str)):
            yield name, space[name], space
