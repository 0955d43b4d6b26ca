"""`xpu.is_available()` is False: there is no Intel device here. (PyTorch: torch.xpu)"""

from __future__ import annotations


def is_available() -> bool:
    """Whether there is one: no."""
    return False


def device_count() -> int:
    """How many there are: none."""
    return 0
