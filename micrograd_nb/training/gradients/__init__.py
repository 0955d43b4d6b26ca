"""`gradient_report`: how the gradients flow through a model, layer by layer, and where something is wrong.

`report` has the numbers and shows them, `read` reads them off the graph, `activity` finds units that are dead, and
`faults` where the first NaN or infinite number began, and `path` which way it went.
"""

from .faults import Fault
from .path import FaultPath, Station
from .read import gradient_report
from .report import ActivationFlow, GradientReport, ParameterFlow

__all__ = ["ActivationFlow", "Fault", "FaultPath", "GradientReport", "ParameterFlow", "Station", "gradient_report"]
