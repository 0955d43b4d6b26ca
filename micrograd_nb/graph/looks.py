"""What a node looks like in a picture, and what is written in it.

| node             | looks                             |
|------------------|-----------------------------------|
| parameter        | rectangle, thick and blue         |
| input            | rectangle, thin and dashed        |
| intermediate     | rectangle, thin                   |
| output           | rectangle, double border          |
| buffer, constant | rectangle, grey                   |
| function         | pill                              |
| module           | block; opened, a frame around it  |

A picture cannot see whether the page around it is white or dark. So lines have colours that reach 3:1 on both, and
every text stands on a paper of its own. No colour is alone: a shape, a width or a dash says the same.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from . import text
from .graph import GraphNode

BLUE, GREEN, VERMILLION, GREY = "#0072B2", "#009E73", "#D55E00", "#7F7F7F"
INK, SOFT_INK, PAPER, SHADE = "#1A1A1A", "#555555", "#FFFFFF", "#E6E6E6"
FONT = "Helvetica,Arial,sans-serif"

LOOKS: dict[str, dict[str, str]] = {
    "parameter": {"color": BLUE, "penwidth": "2.5", "fillcolor": "#E8F3FA"},
    "input": {"style": "filled,dashed", "penwidth": "1.6"},  # so that on dark, too, the dashes are seen
    "buffer": {"fillcolor": SHADE},
    "constant": {"fillcolor": SHADE},
    "intermediate": {},
    "output": {"peripheries": "2"},
    "function": {"style": "filled,rounded", "fillcolor": "#F4F1EA"},
    "module": {"shape": "box3d", "fillcolor": "#F4F1EA", "margin": "0.18,0.09"},
}
# How nodes and edges look that only one of two graphs has (see `diff`).
MARKS: dict[str, dict[str, str]] = {
    "added": {"color": GREEN, "penwidth": "3"},
    "removed": {"color": VERMILLION, "penwidth": "3", "style": "filled,dashed"},
}
EDGE_MARKS = {
    "added": {"color": GREEN, "penwidth": "3"},
    "removed": {"color": VERMILLION, "penwidth": "3", "style": "dashed"},
}
SIGNS = {"added": "+ ", "removed": "− "}

GRAPH = {"bgcolor": "transparent", "pad": "0.1", "nodesep": "0.2", "ranksep": "0.3", "ordering": "in"}
NODE = {
    "shape": "box", "style": "filled", "color": GREY, "fillcolor": PAPER,
    "fontname": FONT, "fontsize": "11", "fontcolor": INK, "height": "0.3", "margin": "0.13,0.055",
}  # fmt: skip
IN_LEGEND = {"fontsize": "9", "height": "0.2", "width": "0.2", "margin": "0.08,0.03"}
EDGE = {"color": GREY, "arrowsize": "0.6"}
FRAME = {
    "style": "filled,rounded", "color": GREY, "penwidth": "0.7", "labeljust": "l", "margin": "7",
    "fontname": FONT, "fontsize": "10", "fontcolor": SOFT_INK,
}  # fmt: skip
WHOLE = {"fillcolor": PAPER, "fontcolor": INK, "labelloc": "t"}  # the frame around a graph with a title
FRAME_PAPERS = ("#FAFAFA", "#F0F0F0")  # of a frame, and of one inside of it, in turns


# -- what is written in a node -----------------------------------------------------------------------------------------


def lines(node: GraphNode, values: bool, grads: bool) -> list[str]:
    """What is written in a node: its name, its value, its gradient."""
    name = " = ".join(text.name(part) for part in (node.result, node.name) if part)
    written = [name] if name else []
    if node.kind == "module":
        written += map(text.name, node.note.splitlines())
    if node.kind != "constant" and (node.shape is not None or node.kind != "function"):
        value = value_text(node, values)
        written += [value] if value else []
    if grads and node.grad is not None:
        written.append(f"grad {short(node.grad)}")
    elif grads and node.kind == "parameter" and node.value is not None:  # it was read, and has none
        written.append("grad –")
    return written


def value_text(node: GraphNode, values: bool) -> str:
    """A small tensor's elements, a large one's shape; and what has become of a value that is not there any more."""
    note = "" if node.kind == "module" else node.note
    if node.shape is None:
        return note
    if not values or prod(node.shape) > MOST_ELEMENTS or (node.value is None and not note):
        return text.shape(node.shape)
    if node.value is None:
        return note if node.shape == () else f"{text.shape(node.shape)} {note}"
    return f"{short(node.value)} ({note})" if note else short(node.value)


MOST_ELEMENTS = 4
MOST_CHARACTERS = 22


def short(value: Any) -> str:
    """A few elements, where that is short enough for a node, else the shape."""
    array = np.asarray(value)
    written = text.array(array) if 0 < array.size <= MOST_ELEMENTS else ""
    return written if 0 < len(written) <= MOST_CHARACTERS else text.shape(array.shape)
