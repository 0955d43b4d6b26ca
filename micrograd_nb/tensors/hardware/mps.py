"""There is no Apple device here. (PyTorch: torch.mps; whether there is one, tells torch.backends.mps)"""

from __future__ import annotations


def is_available() -> bool:
    """Whether there is one: no."""
    return False


def device_count() -> int:
    """How many there are: none."""
    return 0
