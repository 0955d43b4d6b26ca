"""Which module's `forward` is running: so that a picture of the graph can tell the modules that it came from.

    net(x)                   enters a Call of net
        net.hidden(x)        enters a Call of net.hidden, whose `outer` is the one of net
            x @ w            a node that is made now remembers the innermost Call

A module does not know its own name. A Call remembers the module itself, weakly, and whoever reads the graph asks the
outermost one, by `named_modules()`. Calls are made only where lines are recorded, too (see `lines`).
"""

from __future__ import annotations

import weakref
from contextvars import ContextVar, Token
from typing import Any


class Call:
    """One run of a module's `forward`. Two runs of the same module are two Calls."""

    __slots__ = ("kind", "module", "outer")

    def __init__(self, module: Any, outer: Call | None) -> None:
        self.module = weakref.ref(module)
        self.kind = type(module).__name__
        self.outer = outer


_innermost: ContextVar[Call | None] = ContextVar("innermost call of a module", default=None)  # one for each thread

current = _innermost.get
"""The innermost Call that is running in this thread, None outside of all modules."""


def enter(module: Any) -> Token[Call | None]:
    """Begins a Call. What it returns, `leave` wants."""
    return _innermost.set(Call(module, _innermost.get()))


leave = _innermost.reset
"""Ends a Call: `leave(token)`."""
