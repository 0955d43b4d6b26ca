"""Pictures of computation graphs: read one as data, write it as DOT, draw it as SVG without a system program.

>>> import micrograd_nb as mg
>>> w = mg.tensor(2.0, requires_grad=True)
>>> loss = (w * 3.0 - 5.0) ** 2
>>> mg.graph.Graph.read(loss)
<Graph: 1 parameter, 3 constants, 2 intermediates, 1 output, 3 functions>
"""

from .draw import Picture, dot, draw
from .graph import Graph, GraphEdge, GraphNode
from .static_graph import RetraceWarning, SideEffectWarning, StaticGraph, StaticGraphError, static

__all__ = [
    "Graph",
    "GraphEdge",
    "GraphNode",
    "Picture",
    "RetraceWarning",
    "SideEffectWarning",
    "StaticGraph",
    "StaticGraphError",
    "dot",
    "draw",
    "static",
]
