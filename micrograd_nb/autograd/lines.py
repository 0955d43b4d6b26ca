"""`record_lines(True)`: every node remembers the line of code that ran it, for steppers and error messages.

It costs a tenth of the time of a small operation, so it is on only where somebody may look: from the start in IPython
and Jupyter, and everywhere once `micrograd_nb.widgets` is imported.
"""

from __future__ import annotations

import os.path
import sys

from .node import Node

_PACKAGE = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 (pathlib takes 4 ms to import)

on = "IPython" in sys.modules


def record_lines(wanted: bool = True) -> None:
    """Switches the recording of lines on or off, for operations that run from now on."""
    global on
    on = wanted


def note(node: Node) -> None:
    """Notes in a node where the learner's code is right now: the first frame outside of this package.

    A code object and the number of an instruction cost less than a line number, and hold no variables alive.
    """
    frame = sys._getframe(2)
    while frame.f_code.co_filename.startswith(_PACKAGE) and frame.f_back is not None:
        frame = frame.f_back
    node.code = frame.f_code
    node.instruction = frame.f_lasti
