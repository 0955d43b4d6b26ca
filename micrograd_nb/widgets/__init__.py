"""Widgets for notebooks: they hold state and draw, and every number in them comes from the library.

>>> import micrograd_nb as mg
>>> from micrograd_nb.widgets import BackwardStepper
>>> a = mg.tensor(2.0, requires_grad=True)
>>> BackwardStepper(a * 3.0)
<BackwardStepper: 4 steps>
"""

from ..autograd import record_lines
from .batch_view import BatchView
from .dashboard import TrainingDashboard
from .gradient_flow import GradientFlow
from .graph_view import GraphView
from .loader_timeline import LoaderTimeline
from .loss_curve import LossCurve
from .optimizer_paths import OptimizerPaths
from .static_vs_dynamic import StaticVsDynamic
from .stepper import BackwardStepper
from .transform_view import TransformView

__all__ = [
    "BackwardStepper",
    "GraphView",
    "StaticVsDynamic",
    "LossCurve",
    "BatchView",
    "TransformView",
    "LoaderTimeline",
    "TrainingDashboard",
    "GradientFlow",
    "OptimizerPaths",
]

record_lines()  # whoever imports the widgets wants to see them
