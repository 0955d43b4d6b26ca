"""How a trace calls things: values, functions, lines of code, and numbers."""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from .. import looks, text
from ..graph import Graph, GraphNode
from .step import Row
from .tensor_view import TensorView

MOST_LISTED = 8


class Words:
    """The names of one graph, and where its code stands.

    Arguments:
        graph: what to name.
        cells: the sources of the notebook's cells, in the order in which they ran.
    """

    def __init__(self, graph: Graph, cells: Iterable[str] | None = None) -> None:
        self.graph = graph
        self.loss = graph.root.name or "L"
        self.cells = [source.strip() for source in cells or ()]

    def name(self, value: GraphNode) -> str:
        """The learner's name for a value; where there is none, what it is the output of."""
        if value.name:
            return value.name
        if value.id == self.graph.root.id:
            return self.loss
        if not value.id.startswith("o"):
            return value.id
        function, _, place = value.id[1:].partition(".")
        return self.title("f" + function) + (f"[{place}]" if place else "")

    def title(self, function: str) -> str:
        """`Mul #2`: the function's name, and which it is in the order of running."""
        return f"{self.graph[function].name} #{function[1:]}"

    def headline(self, function: str) -> str:
        """`Mul #2   c = a * b`"""
        return f"{self.title(function)}   {source_line(self.graph[function])}".rstrip()

    def listed(self, functions: Iterable[str]) -> tuple[str, ...]:
        """The titles of some functions, in the order of running; of many, the first ones."""
        ids = sorted(functions, key=lambda id: int(id[1:]))
        titles = tuple(self.title(id) for id in ids[:MOST_LISTED])
        return (*titles, f"{len(ids) - MOST_LISTED} more") if len(ids) > MOST_LISTED else titles

    def gradient_of(self, value: GraphNode) -> str:
        """`∂L/∂c`"""
        return f"∂{self.loss}/∂{self.name(value)}"

    def code(self, function: str) -> tuple[Row, ...]:
        """`cell 4, line 2:  c = a * b`, where the line is known."""
        node = self.graph[function]
        code = source_line(node)
        if not code or node.line is None:
            return ()
        return (Row("code", f"{self._place(*node.line)}:  {code}"),)

    def _place(self, file: str, line: int) -> str:
        cell = "".join(linecache.getlines(file)).strip()
        numbers = [i for i, source in enumerate(self.cells) if source == cell]
        if numbers:
            return f"cell {numbers[-1]}, line {line}"
        in_a_cell = "ipykernel" in file or file.startswith("<")
        return f"line {line}" if in_a_cell else f"{Path(file).name}, line {line}"


def source_line(node: GraphNode) -> str:
    """The line of code that ran a function, or ""."""
    return "" if node.line is None else linecache.getline(*node.line).strip()


# -- numbers -----------------------------------------------------------------------------------------------------------


def tensor_row(name: str, x: Any, before: str = "", after: str = "") -> Row:
    """A row about a tensor: written out, or its shape with a view of it below; with what stands before and after it."""
    return Row(name, f"{before}{in_row(x)}{after}", TensorView.of(x))


def in_row(x: Any) -> str:
    """Up to 16 numbers, else shape and dtype: the rest is seen in the view."""
    x = np.asarray(x)
    return text.array(x) if x.size <= text.SHOWN else f"{text.shape(x.shape)} {x.dtype.name}"


def in_note(x: Any) -> str:
    """What fits into a node of the picture."""
    return looks.short(x)


def saved_text(x: Any) -> str:
    """What a function has saved: arrays and numbers short, anything else as Python writes it."""
    if isinstance(x, tuple) and any(isinstance(part, ndarray) for part in x):
        return ", ".join(map(saved_text, x))
    if callable(x):
        return f"{getattr(x, '__name__', type(x).__name__)}(…)"
    return text.array(x) if isinstance(x, (ndarray, np.generic, float, int)) else text.name(str(x))


def one_number(x: Any) -> bool:
    """Whether something is a number, or an array that holds one."""
    return isinstance(x, (ndarray, np.generic, float, int)) and np.size(x) == 1


def as_numbers(values: Mapping[str, Any]) -> dict[str, str] | None:
    """Each as a number in text; None where one of them is something else."""
    if not all(map(one_number, values.values())):
        return None
    return {name: text.number(np.asarray(x).item()) for name, x in values.items()}
