"""Plots of a training, drawn with matplotlib, which is loaded when the first one is drawn."""

from .plot import Plot

__all__ = ["Plot"]
