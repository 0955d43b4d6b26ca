"""What happened in a pass through a graph, written down step by step, in words and numbers.

    Trace.record(loss)      the backward pass of the real engine, watched: ours, or PyTorch's
    Trace.forward(graph)    the forward pass, as the graph grew
    folded(trace, ...)      the same on a smaller view of the graph, where a module is one box
    Question                what a learner can be asked before the next step is shown

Recording changes nothing: no `.grad`, and the graph stays.
"""

from .fold import counted, folded
from .questions import Question, Verdict, questions_of
from .record import Trace
from .step import Facts, Part, Row, TraceStep
from .tensor_view import TensorView

__all__ = [
    "Facts",
    "Part",
    "Question",
    "Row",
    "TensorView",
    "Trace",
    "TraceStep",
    "Verdict",
    "counted",
    "folded",
    "questions_of",
]
