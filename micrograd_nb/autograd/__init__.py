"""Automatic differentiation: the nodes that operations leave, their gradient rules, and the backward pass.

Floor 0: NumPy only. Nothing here knows what a tensor is; `tensor` puts an array and a node together.
"""

from .engine import Step, backward_steps, run_backward
from .grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .lines import record_lines
from .node import AccumulateGrad, Node
from .operation import operation

__all__ = [
    "AccumulateGrad",
    "Node",
    "Step",
    "backward_steps",
    "enable_grad",
    "is_grad_enabled",
    "no_grad",
    "operation",
    "record_lines",
    "run_backward",
    "set_grad_enabled",
]
