"""Plots of a training, drawn with matplotlib, which is loaded when the first one is drawn."""

from .curves import plot_scalars
from .plot import Plot

__all__ = ["Plot", "plot_scalars"]
