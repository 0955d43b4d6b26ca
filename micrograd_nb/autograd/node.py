"""The Function node: what an operation leaves behind, so that a gradient can find its way back.

    c = a * b           value:  the array a·b
                        node:   MulBackward0, with an edge to a (rule: g ↦ g·b) and an edge to b (rule: g ↦ g·a)

Nodes link to nodes, never to the tensor that they made: no reference cycle, so a graph is freed the moment that
nobody holds its end.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from types import CodeType
from typing import Any

from numpy import ndarray

GradientRule = Callable[[ndarray], ndarray]
"""Takes ∂loss/∂output, gives ∂loss/∂input: one edge's local derivative, applied."""

Edge = tuple["Node | None", "GradientRule | None", Any]
"""Where the gradient goes (None: nowhere), the rule that makes it, and the input itself."""

next_number = itertools.count(1).__next__


class Node:
    """One operation that ran. `tensor.grad_fn` shows it, `next_functions` leads to the nodes of its inputs.

    Three tuples describe it, in the order of the operation's inputs:

    - `targets`: the nodes that its gradients go to; None for an input that needs no gradient.
    - `edges`: (target, gradient rule, input). Freed by `backward()`, and then None.

    `number` counts operations as they run. It sorts the backward pass: an operation always has a higher number
    than everything that it was computed from.

    There is one class for every operation, and the operation's name is data: attribute look-ups on objects of one
    class are what Python is fastest at.
    """

    __slots__ = ("__weakref__", "code", "edges", "instruction", "number", "options", "rule", "saves", "targets")

    rule: Callable[..., tuple[Any, ...]]
    number: int
    targets: tuple[Node | None, ...]
    edges: tuple[Edge, ...] | None
    saves: bool
    options: dict[str, Any] | None
    code: CodeType
    instruction: int

    def name(self) -> str:
        """PyTorch's name of the operation: `MulBackward0`."""
        return self.rule.name  # type: ignore[attr-defined]

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes that gradients go to next, one pair an input, as in PyTorch: (node, output number)."""
        return tuple((target, 0) for target in self.targets)

    @property
    def freed(self) -> bool:
        """Whether `backward()` has been here and let go of what the operation saved."""
        return self.edges is None

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The operation's inputs, tensors and numbers, as it saw them; empty once the graph is freed."""
        return tuple(input for _, _, input in self.edges or ())

    @property
    def saved(self) -> dict[str, Any]:
        """What the gradient rules close over, by the name it has in their source.

        >>> import micrograd_nb as mg
        >>> a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(-3.0)
        >>> {name: float(value) for name, value in (a * b).grad_fn.saved.items()}
        {'other': -3.0}
        """
        found: dict[str, Any] = {}
        for target, rule, _ in self.edges or ():
            if target is not None:
                found.update(closure_of(rule))
        return found

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
        self.number = 0  # below every operation: the backward pass comes to the leaves last
        self.targets = self.edges = ()
        self.saves = False
        self.options = {}

    def name(self) -> str:
        return "AccumulateGrad"

    @property
    def variable(self) -> Any:
        """The leaf tensor; None when nobody holds it any more."""
        return self.reference()

    @property
    def line(self) -> None:
        return None


def closure_of(rule: Any) -> dict[str, Any]:
    """The variables that a gradient rule closes over, by name: `lambda g: g * other` → {"other": …}."""
    while hasattr(rule, "rule"):  # unwrap what was put around the operation's own rule (see engine.Unbroadcast)
        rule = rule.rule
    names = getattr(getattr(rule, "__code__", None), "co_freevars", ())
    return {name: cell.cell_contents for name, cell in zip(names, rule.__closure__ or (), strict=True)} if names else {}
