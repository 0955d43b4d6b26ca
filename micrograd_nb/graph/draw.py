"""`draw(loss)`: the picture of a graph, in a notebook, in a file, or as text."""

from __future__ import annotations

import base64
import html
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..tensors import Tensor
from . import dot_writer, render
from .graph import Graph

MOST_NODES = 400


class Picture:
    """An SVG with its description. A notebook shows it, `save` writes it, `svg` is its text."""

    def __init__(self, svg: str, description: str) -> None:
        self.svg = svg
        self.description = description

    def save(self, path: str | Path) -> None:
        """Writes the SVG to a file."""
        Path(path).write_text(self.svg, encoding="utf-8")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # An <img> shows also in a notebook that is not trusted yet, where image/svg+xml is hidden.
        return {"text/plain": repr(self), "text/html": self.img()}

    def img(self) -> str:
        """The picture as an HTML element that needs no other file."""
        data = base64.b64encode(self.svg.encode()).decode()
        style = re.search(r'style="[^"]*"', self.svg)  # its own size, where there is room for it
        alt = f'alt="{html.escape(self.description)}"'
        return f'<img {alt} {style[0] if style else ""} src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return f"<Picture: {self.description}>"


def draw(
    root: Tensor | Graph,
    *,
    values: bool = True,
    grads: bool = False,
    direction: str = "LR",
    names: Mapping[str, Any] | None = None,
) -> Picture:
    """Draws the graph that a tensor was computed by.

    Arguments:
        root: a loss, or any tensor with a `grad_fn`; or a `Graph` read before.
        values: write small tensors out; else only names and shapes.
        grads: write every parameter's `.grad`, too.
        direction: "LR", left to right, or "TB", top to bottom.
        names: where the names of tensors come from; left out, the caller's variables.

    Raises:
        ValueError: there is no graph, or it is too large to be read by a person.

    >>> import micrograd_nb as mg
    >>> a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    >>> mg.graph.draw(a * b)
    <Picture: graph of 3 values and 1 function (Mul), which computes a value of shape ()>
    """
    graph = root if isinstance(root, Graph) else Graph.read(root, names or caller_names())
    refuse_large(graph)
    return Picture(
        render.svg(dot_writer.write(graph, values=values, grads=grads, direction=direction)), describe(graph)
    )


def dot(root: Tensor | Graph, *, names: Mapping[str, Any] | None = None, **options: Any) -> str:
    """The graph as DOT text, for Graphviz or any program that reads it; options as for `draw`."""
    return dot_writer.write(root if isinstance(root, Graph) else Graph.read(root, names or caller_names()), **options)


def describe(graph: Graph) -> str:
    """One sentence for those who do not see the picture."""
    functions = [node.name for node in graph.nodes if node.kind == "function"]
    listed = ", ".join(functions[:6]) + (", …" if len(functions) > 6 else "")
    counted = f"{len(functions)} function{'s' * (len(functions) != 1)}"
    values = len(graph.nodes) - len(functions)
    what = f"{graph.root.name}, " if graph.root.name else ""
    result = f"{what}a value of shape {graph.root.shape}"
    return f"graph of {values} values and {counted} ({listed}), which computes {result}"


def refuse_large(graph: Graph) -> None:
    """Raises an error for a graph that nobody could read."""
    if len(graph.nodes) > MOST_NODES:
        raise ValueError(
            f"this graph has {len(graph.nodes)} nodes ({graph.count('function')} functions), and a picture of more "
            f"than {MOST_NODES} cannot be read. Draw a smaller piece: the loss of one step, fewer layers, or one part, "
            "draw(hidden). Graph.read(loss) gives all of it as data, graph.dot(loss) as text."
        )


def caller_names() -> dict[str, Any]:
    """The variables at the place that called a function of this package: its globals, then its locals."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").startswith(__name__.partition(".")[0] + ".") and frame.f_back:
        frame = frame.f_back
    return {**frame.f_globals, **frame.f_locals}
