"""Checkers for the exercises of the lessons: one module a lesson, one checker an exercise.

>>> from micrograd_nb.exercises import dynamic_graphs
>>> def power(x, n): ...
>>> dynamic_graphs.power(power)
not yet: power(x, 1) returned None. If you have written it, a `return` is missing.
"""

from . import (
    automatic_differentiation,
    debugging_and_profiling,
    defining_and_training,
    dynamic_and_static,
    dynamic_graphs,
    loading_data,
    pytorch,
    the_engine,
    transforms,
    what_a_framework_is_for,
)
from .check import Exercise, Verdict, call, close, exercise, require

__all__ = [
    "Exercise",
    "Verdict",
    "exercise",
    "call",
    "require",
    "close",
    "what_a_framework_is_for",
    "dynamic_graphs",
    "automatic_differentiation",
    "the_engine",
    "loading_data",
    "transforms",
    "defining_and_training",
    "debugging_and_profiling",
    "dynamic_and_static",
    "pytorch",
]
