"""`cuda.is_available()` is False. (PyTorch: torch.cuda)

What tutorials call without asking first does nothing; what needs a device raises an error.
"""

from __future__ import annotations

from typing import Any, NoReturn

from ..devices import no_device


def is_available() -> bool:
    """Whether there is an NVIDIA device: no."""
    return False


def is_initialized() -> bool:
    """Whether one is in use: no."""
    return False


def is_bf16_supported() -> bool:
    """Whether one can compute with bfloat16: no."""
    return False


def device_count() -> int:
    """How many there are: none."""
    return 0


def manual_seed(seed: int) -> None:
    """Would seed its random numbers; there are none to seed."""


def manual_seed_all(seed: int) -> None:
    """Would seed the random numbers of all devices; there are none to seed."""


def empty_cache() -> None:
    """Would give its spare memory back; there is none."""


def memory_allocated(device: Any = None) -> int:
    """How many bytes of its memory are in use: 0."""
    return 0


max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated


def current_device() -> NoReturn:
    """Would be the number of the device in use: an error."""
    raise no_device("cuda")


def synchronize(device: Any = None) -> NoReturn:
    """Would wait until it is done: an error."""
    raise no_device("cuda")


def get_device_name(device: Any = None) -> NoReturn:
    """Would be its name: an error."""
    raise no_device("cuda")


get_device_properties = get_device_capability = set_device = get_device_name
