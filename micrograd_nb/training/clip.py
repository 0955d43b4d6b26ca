"""Gradient clipping: no step is longer than its direction is to be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from ..tensors import Tensor


def clip_gradients(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Scales all gradients down together, so that the norm of all their numbers is at most `max_norm`.

    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013).
    (PyTorch: torch.nn.utils.clip_grad_norm_)

    Returns:
        The norm before.
    """
    gradients = [p.grad.array for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(np.vdot(g, g) for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g *= g.dtype.type(max_norm / (norm + 1e-6))
    return norm
