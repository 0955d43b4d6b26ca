"""Pictures of computation graphs: read one as data, write it as DOT, draw it as SVG without a system program.

    draw(loss)              the picture, in a notebook or a file
    static(function)        the function as a static graph: traced once, replayed from then on
    compare(function, x)    a function as a dynamic graph and as a static one
    contrast(f, a, b)       what each of them makes of a second input that asks for another way
    diff(a, b)              two graphs beside each other, with what only one of them has
    dot(loss)               the text that Graphviz draws
    Graph.read(loss)        the graph as data, which goes to JSON and networkx

Each takes a tensor of this package or of PyTorch.

>>> import micrograd_nb as mg
>>> w = mg.tensor(2.0, requires_grad=True)
>>> loss = (w * 3.0 - 5.0) ** 2
>>> mg.graph.Graph.read(loss)
<Graph: 1 parameter, 3 constants, 2 intermediates, 1 output, 3 functions>
"""

from .contrast import Contrast, contrast
from .diff import GraphDiff, diff
from .draw import dot, draw
from .graph import Graph, GraphCall, GraphEdge, GraphNode
from .picture import Picture
from .side_by_side import Comparison, compare
from .static_graph import FrozenWarning, RetraceWarning, SideEffectWarning, StaticGraph, StaticGraphError, static

__all__ = [
    "Comparison",
    "Contrast",
    "FrozenWarning",
    "Graph",
    "GraphCall",
    "GraphDiff",
    "GraphEdge",
    "GraphNode",
    "Picture",
    "RetraceWarning",
    "SideEffectWarning",
    "StaticGraph",
    "StaticGraphError",
    "compare",
    "contrast",
    "diff",
    "dot",
    "draw",
    "static",
]
