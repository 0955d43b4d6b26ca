"""What code asks about the hardware before it chooses a device. The answer is always: there is the cpu.

    cuda.is_available()               False
    accelerator.is_available()        False
    backends.mps.is_available()       False

What one does only where there is another device raises an error that says so.
"""

from . import accelerator, backends, cuda, mps, xpu

__all__ = ["accelerator", "backends", "cuda", "mps", "xpu"]
