"""`accelerator.is_available()` is False. (PyTorch: torch.accelerator)

>>> import micrograd_nb as mg
>>> mg.accelerator.current_accelerator().type if mg.accelerator.is_available() else "cpu"
'cpu'
"""

from __future__ import annotations

from ..devices import device


def is_available() -> bool:
    """Whether there is any device besides the cpu: no."""
    return False


def device_count() -> int:
    """How many there are: none."""
    return 0


def current_accelerator(check_available: bool = False) -> device | None:
    """The one in use: none."""
    return None
