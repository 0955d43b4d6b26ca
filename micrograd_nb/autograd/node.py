"""The Function node: what an operation leaves behind, so that a gradient can find its way back.

    c = a * b           value:  the array a·b
                        node:   MulBackward0: it saved the two arrays, and leads to the nodes of a and of b

Nodes link to nodes, never to the tensor that they made: no reference cycle, so a graph is freed the moment that
nobody holds its end.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from types import CodeType
from typing import Any

from . import hooks
from .module_calls import Call
from .operation import Operation, Rule

next_number = itertools.count(1).__next__


class Node:
    """One operation that ran. `tensor.grad_fn` shows it, `next_functions` leads to the nodes of its inputs.

    operation   what ran: its value, its gradient rules
    number      counts operations as they run: each has a higher number than everything that it was computed from
    targets     the nodes that its gradients go to, one for each input; None for an input that needs no gradient
    rules       the gradient rule of each input; None once `backward()` has freed what they need
    stretched   the shapes that the inputs had, where broadcasting stretched one; None where it did not

    What the rules read of it besides, they call `f.input`, `f.other` (the arrays of the inputs), `f.output` (the
    value), and by their names the operation's further inputs and options.

    There is one class for every operation, and the operation is data: attribute look-ups on objects of one class are
    what Python is fastest at.
    """

    __slots__ = (
        "__dict__", "__weakref__", "call", "code", "input", "instruction", "number", "operation", "other", "output",
        "rules", "stretched", "targets",
    )  # fmt: skip

    operation: Operation
    number: int
    targets: tuple[Node | None, ...]
    rules: tuple[Rule, ...] | None
    stretched: tuple[tuple[int, ...], ...] | None
    input: Any
    other: Any
    output: Any
    code: CodeType  # these three where lines are recorded (see `lines`), else they are missing
    instruction: int
    call: Call | None

    def name(self) -> str:
        """PyTorch's name of the operation: `MulBackward0`."""
        return self.operation.name

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that gradients go to next, one pair an input, as in PyTorch: (node, output number)."""
        return tuple((None, 0) if target is None else target.as_function() for target in self.targets)

    def as_function(self) -> tuple[Node, int]:
        """The Function that made a value, and which of its outputs the value is."""
        return self, 0

    @property
    def freed(self) -> bool:
        """Whether `backward()` has been here and let go of what the operation saved."""
        return self.rules is None

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The operation's inputs, arrays and numbers, as it saw them; empty once the graph is freed."""
        if self.output is None:
            return ()
        if self.operation.takes_any_number:
            return tuple(self.input)
        return tuple(getattr(self, name) for name in self.operation.inputs[: len(self.targets)])

    @property
    def options(self) -> dict[str, Any]:
        """The operation's options: what it got by keyword, and takes no gradient."""
        return {name: vars(self)[name] for name in self.operation.options if name in vars(self)}

    @property
    def saved(self) -> dict[str, Any]:
        """What the gradient rules need, by the name that they have for it; empty once the graph is freed.

        >>> import micrograd_nb as mg
        >>> a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(-3.0)
        >>> {name: float(value) for name, value in (a * b).grad_fn.saved.items()}
        {'other': -3.0}
        """
        needed = [self.saved_for(i) for i, target in enumerate(self.targets) if target is not None]
        return {name: value for saved in needed for name, value in saved.items()}

    def saved_for(self, position: int) -> dict[str, Any]:
        """What the gradient rule of one input needs."""
        if self.output is None:
            return {}
        needs = self.operation.needs_of(position)
        names = dict.fromkeys((*self.operation.inputs, "inputs", "output", *vars(self)))
        return {name: getattr(self, name) for name in names if name in needs}

    def register_hook(self, hook: Callable[..., Any]) -> hooks.RemovableHandle:
        """Calls `hook(input_grads, output_grads)` when a backward pass has run the rules of this node.

        Both are tuples of tensors, or of None where there is no gradient. If the hook returns such a tuple, it takes
        the place of `input_grads`.
        """
        return hooks.register(self, "after", hook)

    def register_prehook(self, hook: Callable[..., Any]) -> hooks.RemovableHandle:
        """Calls `hook(output_grads)` before the rules run. If it returns a tuple, that takes the gradients' place."""
        return hooks.register(self, "before", hook)

    def free(self) -> None:
        """Lets go of the arrays; of the rules too, where they need them."""
        self.input = self.other = self.output = None
        if self.operation.saves:
            self.rules = None
            self.__dict__ = {}

    @property
    def line(self) -> tuple[str, int] | None:
        """The file and the line of code that ran the operation; None where lines were not recorded (`record_lines`)."""
        if not hasattr(self, "code"):
            return None
        positions = next(itertools.islice(self.code.co_positions(), self.instruction // 2, None), None)
        return None if positions is None or positions[0] is None else (self.code.co_filename, positions[0])

    def __repr__(self) -> str:
        return f"<{self.name()} object at {hex(id(self))}>"


class AccumulateGrad(Node):
    """Where a gradient arrives: the node of a leaf, a tensor that the user made and that requires gradients.

    Holds its tensor weakly, for the tensor holds its node.
    """

    __slots__ = ("reference",)

    def __init__(self, variable: Any) -> None:
        self.reference = weakref.ref(variable)
        self.operation = _ACCUMULATE
        self.number = 0  # below every operation: the backward pass comes to the leaves last
        self.targets = self.rules = ()
        self.input = self.other = self.output = self.stretched = None

    @property
    def variable(self) -> Any:
        """The leaf tensor; None when nobody holds it any more."""
        return self.reference()

    @property
    def line(self) -> None:
        return None


_ACCUMULATE = Operation("AccumulateGrad", lambda: None)
