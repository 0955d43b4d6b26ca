"""Graphs as networkx graphs, for its algorithms: paths, orders, cuts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from .parts import GraphEdge, GraphNode


def write(nodes: Sequence[GraphNode], edges: Sequence[GraphEdge]) -> Any:
    """A `MultiDiGraph`, for two edges may join the same two nodes. Its keys are the argument positions.

    Raises:
        ImportError: networkx is not installed.
    """
    try:
        import networkx
    except ImportError as error:
        raise ImportError(
            "to_networkx() needs networkx, which is not installed: pip install networkx. Without it, graph.nodes and "
            "graph.edges hold the same as data."
        ) from error
    graph = networkx.MultiDiGraph()
    for node in nodes:
        graph.add_node(node.id, **{f.name: getattr(node, f.name) for f in fields(node) if f.name != "id"})
    graph.add_edges_from((edge.source, edge.target, edge.position) for edge in edges)
    return graph
