"""Pictures of trials: the loss on one batch, and the loss over the learning rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from .curves import HEIGHT, draw_line
from .looks import GREEN, SOFT_INK, VERMILLION
from .plot import Plot, plot


def draw_losses(losses: list[float], goal: float, description: str) -> Plot:
    """A loss step by step, and the goal that it was to reach. The axis is logarithmic if all losses are above 0."""

    def draw(figure: Any) -> str:
        axes = figure.add_subplot()
        draw_line(axes, np.arange(len(losses)), np.array(losses))
        axes.axhline(goal, color=GREEN, linestyle=(0, (5, 2)), linewidth=1.4)
        axes.annotate("goal", (0.01, goal), xycoords=("axes fraction", "data"), va="bottom", color=SOFT_INK)
        axes.set(xlabel="step", ylabel="loss", yscale="log" if min(losses) > 0 < goal else "linear")
        axes.locator_params(axis="x", integer=True)
        return description

    return plot(5.0, HEIGHT, draw)


def draw_rates(
    rates: list[float], losses: list[float], means: list[float], suggestion: float | None, description: str
) -> Plot:
    """The loss over the learning rate, as it is and smoothed, and the rate that is suggested."""

    def draw(figure: Any) -> str:
        axes = figure.add_subplot()
        axes.plot(rates, losses, color=SOFT_INK, alpha=0.4, linewidth=1)
        draw_line(axes, np.array(rates), np.array(means))
        if suggestion is not None:
            axes.axvline(suggestion, color=VERMILLION, linestyle=(0, (5, 2)), linewidth=1.4)
            axes.annotate(
                f" {suggestion:.1g}", (suggestion, 1), xycoords=("data", "axes fraction"), va="top", color=SOFT_INK
            )
        axes.set(xlabel="learning rate", ylabel="loss", xscale="log")
        return description

    return plot(5.0, HEIGHT, draw)
