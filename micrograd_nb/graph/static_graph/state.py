"""What a trace has fixed: it holds as long as the numbers, the sizes and the memory that it found are the same."""

from __future__ import annotations

from collections.abc import Callable
from types import CellType
from typing import Any

from numpy import ndarray

from ...autograd import is_grad_enabled
from ...tensors import Tensor
from .capture import Captured, Place
from .errors import StaticGraphError
from .memory import owner


class State:
    """What a function can reach as it is before a trace. `finish` is called after the trace, and `holds` from then on.

    tensors: those that the function can reach. gradients: the arrays of their gradients, or None.
    """

    def __init__(self, captured: Captured) -> None:
        self.tensors = list(captured.tensors.values())
        self.gradients = [array_of_gradient(t) for t in self.tensors]
        self._captured = captured
        self._arrays = {id(t): t.array for t in self.tensors}
        self._numbers = captured.numbers
        states: list[dict[Any, Any]] = list(captured.optimizer_states)
        states += [of_one for of_all in captured.optimizer_states for of_one in of_all.values()]
        self._sizes = [(s, len(s)) for s in states]
        self._containers = [(name, c, len(c)) for name, c in captured.containers]
        self._grad_enabled = is_grad_enabled()
        self._holds: Callable[[], bool] = lambda: False
        self._used: list[Tensor] = []

    # -- after the trace

    @property
    def can_recur(self) -> bool:
        """Whether the state can be as it was before the trace once more: not if an optimizer has begun to remember."""
        return all(len(container) == size for container, size in self._sizes)

    @property
    def new_gradients(self) -> list[tuple[Tensor, ndarray | None]]:
        """The tensors that got other gradients in the trace, with those."""
        pairs = zip(self.tensors, self.gradients, strict=True)
        return [(t, g) for t, before in pairs if (g := array_of_gradient(t)) is not before]

    def side_effects(self) -> list[str]:
        """The numbers, lists and dicts of the learner that the function has changed.

        Raises:
            StaticGraphError: an optimizer counts in Python.
        """
        changed = [n for n in self._numbers if n.now() is not n.value]
        of_optimizers = {id(s) for s, _ in self._sizes}
        for n in changed:
            if id(n.holder) in of_optimizers:
                raise StaticGraphError(
                    f"a static graph cannot hold this optimizer: it keeps {n.key!r}, which it changes, as a Python "
                    "number, and a replay would not. Let it be a 0-d tensor."
                )
        return [n.name for n in changed] + [name for name, c, size in self._containers if len(c) != size]

    def move(self, tensor: Tensor, array: ndarray) -> None:
        """Gives a tensor other memory."""
        self._arrays[id(tensor)] = tensor.array = array

    def finish(self, used: set[int], looked_up: set[tuple[int, str]]) -> None:
        """Decides what has to stay as it is: what the program uses, and the function has not changed by itself.

        Arguments:
            used: the ids of the arrays whose memory the program reads or writes.
            looked_up: numbers that the program looks up at each replay, as (id of the dict, key).
        """
        self._numbers = [n for n in self._numbers if n.now() is n.value and (id(n.holder), n.key) not in looked_up]
        self._used = [t for t in self.tensors if id(owner(self._arrays[id(t)])) in used]
        new = {id(t) for t, _ in self.new_gradients}
        pairs = zip(self.tensors, self.gradients, strict=True)
        read = [(t, g) for t, g in pairs if (id(t) in new if g is None else id(g) in used)]
        if self.can_recur:
            self._holds = self._compiled(read)

    def _compiled(self, read: list[tuple[Tensor, ndarray | None]]) -> Callable[[], bool]:
        """All conditions as one expression, which takes a tenth of the time of a loop."""
        space: dict[str, Any] = {"is_grad_enabled": is_grad_enabled, "gradient": array_of_gradient}

        def named(x: Any) -> str:
            space[f"x{len(space)}"] = x
            return f"x{len(space) - 1}"

        def at(place: Place) -> str:
            holder = named(place.holder)
            return f"{holder}.cell_contents" if isinstance(place.holder, CellType) else f"{holder}[{named(place.key)}]"

        conditions = [f"is_grad_enabled() is {self._grad_enabled}"]
        conditions += [f"{at(place)} is {named(place.value)}" for place in self._captured.ways(self._used)]
        for place in self._numbers:
            value = named(place.value)
            conditions.append(f"({at(place)} is {value} or {at(place)} == {value})")
        conditions += [f"len({named(container)}) == {size}" for container, size in self._sizes]
        conditions += [f"{named(t)}.array is {named(self._arrays[id(t)])}" for t in self._used]
        conditions += [f"gradient({named(t)}) is {named(g)}" for t, g in read]
        arguments = ", ".join(f"{name}={name}" for name in space)
        return eval(f"lambda {arguments}: {' and '.join(conditions)}", space)

    # -- from then on

    def holds(self) -> bool:
        """Whether everything is as it was."""
        try:
            return self._holds()
        except (LookupError, ValueError):  # an option or a variable is gone
            return False

    def changed_number(self) -> str:
        """Which Python number is another one, and was and is what; "" for none."""
        return next((f"{n.name} was {n.value!r} and is {n.now()!r}" for n in self._numbers if not _same(n)), "")

    def is_lost(self) -> bool:
        """Whether it will never hold again, as far as one can see: memory that it used is elsewhere now."""
        return not self.can_recur or any(t.array is not self._arrays[id(t)] for t in self._used)


def array_of_gradient(tensor: Tensor) -> ndarray | None:
    """The array of a tensor's gradient, or None."""
    grad = tensor._grad
    return grad.array if isinstance(grad, Tensor) else grad


def _same(number: Place) -> bool:
    now = number.now()
    return now is number.value or now == number.value
