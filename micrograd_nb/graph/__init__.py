"""Pictures of computation graphs: read one as data, write it as DOT, draw it as SVG without a system program.

>>> import micrograd_nb as mg
>>> w = mg.tensor(2.0, requires_grad=True)
>>> loss = (w * 3.0 - 5.0) ** 2
>>> mg.graph.Graph.read(loss)
<Graph: 1 parameter, 3 constants, 2 intermediates, 1 output, 3 functions>
"""

from .diff import GraphDiff, diff
from .draw import dot, draw
from .graph import Graph, GraphCall, GraphEdge, GraphNode
from .picture import Picture

__all__ = ["Graph", "GraphCall", "GraphDiff", "GraphEdge", "GraphNode", "Picture", "diff", "dot", "draw"]
