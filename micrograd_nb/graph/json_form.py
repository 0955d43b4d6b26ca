"""Graphs as JSON, and back: every field of every part, in the order in which they stand.

Floats keep all their digits. NaN and the infinities, which JSON does not have, are written as strings.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy import ndarray

from .parts import GraphCall, GraphEdge, GraphNode, frozen

FORMAT = "micrograd_nb graph"
VERSION = 1

_ARRAYS = {"value", "grad"}
_TUPLES = {"shape", "line"}


def write(
    nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], calls: Sequence[GraphCall], indent: int | None
) -> str:
    """The JSON text of a graph's parts. What a node does not have, is left out."""
    written = {
        "format": FORMAT,
        "version": VERSION,
        "nodes": [_written(node) for node in nodes],
        "edges": [edge._asdict() for edge in edges],
        "calls": [call._asdict() for call in calls],
    }
    return json.dumps(written, indent=indent, allow_nan=False)


def read(text: str) -> tuple[tuple[GraphNode, ...], tuple[GraphEdge, ...], tuple[GraphCall, ...]]:
    """The parts that `write` wrote.

    Raises:
        ValueError: the text is no JSON, or not that of a graph.
    """
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f'this JSON holds no graph: it has no "format": "{FORMAT}". Write one with graph.to_json()')
    if found["version"] != VERSION:
        raise ValueError(
            f"this graph was written as version {found['version']}, and this micrograd_nb reads {VERSION}: "
            "update the package, or write the graph anew"
        )
    try:
        return (
            tuple(_node(node) for node in found["nodes"]),
            tuple(GraphEdge(**edge) for edge in found["edges"]),
            tuple(GraphCall(**call) for call in found["calls"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"this JSON of a graph is not whole: {error}. Write it anew with graph.to_json()") from None


def _written(node: GraphNode) -> dict[str, Any]:
    present = {f.name: value for f in fields(node) if (value := getattr(node, f.name)) is not None}
    return {name: _array(value) if name in _ARRAYS else value for name, value in present.items()}


def _node(written: dict[str, Any]) -> GraphNode:
    return GraphNode(**{name: _read(name, value) for name, value in written.items()})


def _read(name: str, value: Any) -> Any:
    if name in _ARRAYS:
        return frozen(np.array([_number(x) for x in value["data"]], value["dtype"]).reshape(value["shape"]))
    return tuple(value) if name in _TUPLES else value


def _array(array: ndarray) -> dict[str, Any]:
    data = [x if np.isfinite(x) else str(x) for x in array.ravel().tolist()]
    return {"dtype": array.dtype.name, "shape": array.shape, "data": data}


def _number(x: Any) -> Any:
    return float(x) if isinstance(x, str) else x
