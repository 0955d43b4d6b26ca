"""Activations: the nonlinear functions between layers, element by element or along an axis."""

from __future__ import annotations

from ...tensors.elementwise import relu, sigmoid, tanh
from ...tensors.reductions import log_softmax, softmax

__all__ = ["log_softmax", "relu", "sigmoid", "softmax", "tanh"]
