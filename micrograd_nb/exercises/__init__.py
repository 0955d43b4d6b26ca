"""Checkers for the exercises of the lessons: one module a lesson, one checker an exercise.

>>> from micrograd_nb.exercises import dynamic_graphs
>>> def power(x, n): ...
>>> dynamic_graphs.power(power)
not yet: power(x, 1) returned None. If you have written it, a `return` is missing.
"""

from . import automatic_differentiation, defining_and_training, dynamic_graphs
from .check import Exercise, Verdict, exercise

__all__ = ["Exercise", "Verdict", "automatic_differentiation", "defining_and_training", "dynamic_graphs", "exercise"]
