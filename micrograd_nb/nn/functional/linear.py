"""Linear maps: y = x Wᵀ + b."""

from __future__ import annotations

from ...tensors import linear

__all__ = ["linear"]
