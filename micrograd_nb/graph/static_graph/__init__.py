"""Static graphs: trace a function of tensors once, and replay it as a flat program of NumPy calls.

>>> import micrograd_nb as mg
>>> w = mg.tensor([1.0, 2.0], requires_grad=True)
>>> @mg.graph.static
... def loss(x):
...     return ((x * w) ** 2).sum().detach()
>>> loss(mg.tensor([3.0, 4.0]))  # runs, and is traced
tensor(73.)
>>> loss(mg.tensor([1.0, 1.0]))  # replayed
tensor(5.)
>>> print(loss.source())
def replay():
    # Mul
    multiply(x, w, mul)
    # Pow
    pow[...] = mul ** 2
    # Sum
    add.reduce(pow, None, None, sum, False)
"""

from .errors import Frozen, FrozenWarning, StaticGraphError
from .graph import RetraceWarning, SideEffectWarning, StaticGraph, static

__all__ = [
    "Frozen",
    "FrozenWarning",
    "RetraceWarning",
    "SideEffectWarning",
    "StaticGraph",
    "StaticGraphError",
    "static",
]
