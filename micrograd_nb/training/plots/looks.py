"""What plots look like: their colours, and a paper of their own.

A picture cannot see whether the page around it is white or dark. So a plot brings its paper with it, white, and looks
the same on both. No colour is alone: each line has a dash or a mark of its own, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

INK, SOFT_INK, PAPER, RULE = "#1A1A1A", "#555555", "#FFFFFF", "#D5D5D5"
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE)  # 3:1 on white
DASHES = ("solid", (0, (5, 2)), (0, (1, 1.2)), (0, (7, 2, 1.5, 2)))

STYLE: dict[str, Any] = {
    "axes.edgecolor": SOFT_INK,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",  # matplotlib brings it along
    "font.size": 9,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": SOFT_INK,
    "ytick.color": SOFT_INK,
}


def line_look(number: int) -> dict[str, Any]:
    """The colour and the dash of a line; sixteen differ."""
    return {"color": COLOURS[number % 4], "linestyle": DASHES[(number + number // 4) % 4]}


def shade(share: float) -> tuple[str, str]:
    """The paper and the ink of a field, the darker the larger its share, from 0 to 1. Ink on paper has at least 4.5:1.

    >>> shade(0), shade(1)
    (('#ffffff', '#000000'), ('#0072b2', '#FFFFFF'))
    """
    return f"#{shades(np.array(share)).tobytes().hex()}", "#000000" if share < 0.93 else PAPER


def shades(shares: ndarray) -> ndarray:
    """The papers of many fields, as bytes of red, green and blue: (…) → (…, 3).

    >>> shades(np.array([0, 0.5, 1])).tolist()
    [[255, 255, 255], [128, 184, 216], [0, 114, 178]]
    """
    blue = np.array(list(bytes.fromhex(BLUE[1:])))
    return np.rint(255 + (blue - 255) * shares[..., None]).astype(np.uint8)
