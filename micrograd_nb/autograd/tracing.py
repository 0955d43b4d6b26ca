"""Whether a function is being traced into a static graph in this thread.

What happens outside of the graph then, such as drawing random numbers, would happen once and never again: those who do
such things ask here, and refuse.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_local = threading.local()


@contextmanager
def of(program: Any) -> Iterator[None]:
    """The context of a trace."""
    if active():
        raise RuntimeError("a static graph is being traced already: call the plain function inside of the other")
    _local.program = program
    try:
        yield
    finally:
        _local.program = None


def active() -> bool:
    """Whether a trace is going on."""
    return getattr(_local, "program", None) is not None
