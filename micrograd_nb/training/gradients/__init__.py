"""`gradient_report`: how the gradients flow through a model, layer by layer, and where something is wrong.

`report` has the numbers and shows them, `read` reads them off the graph, `activity` finds units that are dead, and
`faults` where the first NaN or infinite number began.
"""

from .faults import Fault
from .read import gradient_report
from .report import ActivationFlow, GradientReport, ParameterFlow

__all__ = ["ActivationFlow", "Fault", "GradientReport", "ParameterFlow", "gradient_report"]
