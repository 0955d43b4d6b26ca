"""An interruption (Ctrl-C, the ■ of a notebook) that waits for the end of a step, so that no step is left half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether there was one. `came` says so; whoever can stop now, raises KeyboardInterrupt."""

    came = False


@contextmanager
def deferred_interrupt(*, heed_ignored: bool = False) -> Iterator[Interrupt]:
    """A context in which the first interruption is only noted; a second one raises at once, as always.

    Where Python gets no signals (outside of the main thread) nothing changes.

    Arguments:
        heed_ignored: note it also where interruptions are ignored, as a kernel does between its cells.
    """
    interrupt = Interrupt()
    before = signal.getsignal(signal.SIGINT)
    heeds = callable(before) or (heed_ignored and before is signal.SIG_IGN)
    if threading.current_thread() is not threading.main_thread() or not heeds:
        yield interrupt
        return

    def note(number: int, frame: FrameType | None) -> None:
        if interrupt.came and callable(before):
            before(number, frame)
        interrupt.came = True

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
