"""`descend`: an optimizer on a function of two numbers, step by step, to be drawn on a map of that function.

`landscape` has functions with names, `path` runs an optimizer and writes down where it goes.
"""

from .landscape import LANDSCAPES, Landscape, landscape
from .path import Descent, DescentStep, Optimizers, descend, factories

__all__ = ["LANDSCAPES", "Descent", "DescentStep", "Landscape", "Optimizers", "descend", "factories", "landscape"]
