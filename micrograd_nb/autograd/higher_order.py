"""`create_graph=True`: a backward pass that records what its rules compute, so that gradients have gradients.

The same walk, and the same rules, on arrays that record (see `recorded`). A fused operation, whose own rules work in
place, is differentiated by the operations that define it.
"""

from __future__ import annotations

from typing import Any

from .care import Care, refuse_overwritten
from .engine import run_backward
from .node import Node
from .quiet import quietly
from .recorded import Recorded, function_of_recorded, record
from .rules import shape
from .several import Gradients


class RecordingCare(Care):
    """The care of a pass that records itself. Its gradients are `Recorded` arrays."""

    def products(self, node: Node, grad: Any) -> list[Any]:
        if node.operation.definition is not None:
            return self._by_definition(node, grad)
        function = function_of_recorded(node)
        rules = node.rules or ()
        return [
            quietly(rule, grad, function) if self.wants(t) else None
            for rule, t in zip(rules, node.targets, strict=True)
        ]

    def _by_definition(self, node: Node, grad: Any) -> list[Any]:
        """Runs the definition on the node's inputs, and a backward pass through it that stops at them.

        Each input goes in through an alias, which marks where to stop, and leads on to the input's own history.
        """
        refuse_overwritten(node, dict(zip(node.operation.inputs, node.inputs, strict=False)))
        inputs = [
            record(shape.alias, Recorded(x, target)) if self.wants(target) else x
            for x, target in zip(node.inputs, node.targets, strict=True)
        ]
        value = node.operation.definition(*inputs, **node.options)  # type: ignore[misc]
        aliases = [x.node if isinstance(x, Recorded) else None for x in inputs]
        inner = RecordingCare(alias for alias in aliases if alias is not None)
        roots = [(value[k].node, g) for k, g in grad.items()] if isinstance(grad, Gradients) else [(value.node, grad)]
        run_backward(roots, retain_graph=True, extra=inner)
        found = inner.found or {}
        return [None if alias is None else found[alias] for alias in aliases]
