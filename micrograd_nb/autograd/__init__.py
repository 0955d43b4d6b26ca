"""Automatic differentiation: the nodes that operations leave, their gradient rules, and the backward pass.

Floor 0: NumPy only. Nothing here knows what a tensor is: it is anything with an `array` and a `node`.
"""

from . import anomaly, changes, function, functional
from .allocator import keep_freed_memory
from .anomaly import detect_anomaly, set_detect_anomaly
from .engine import Step, backward_steps, run_backward
from .function import Function, once_differentiable
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .gradcheck import GradcheckError, gradcheck, gradgradcheck
from .gradients import backward, grad
from .lines import record_lines
from .node import AccumulateGrad, Node
from .operation import Operation, operation

__all__ = [
    "AccumulateGrad",
    "Function",
    "GradcheckError",
    "Node",
    "Operation",
    "Step",
    "anomaly",
    "backward",
    "backward_steps",
    "changes",
    "detect_anomaly",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "once_differentiable",
    "operation",
    "record_lines",
    "run_backward",
    "set_detect_anomaly",
    "set_grad_enabled",
]

keep_freed_memory()
