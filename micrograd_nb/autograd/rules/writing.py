"""Operations that a change in place leaves in the graph: as if they had made a new tensor of the old one.

`look` is the view through which a tensor was changed, as a function of an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constants import zeros
from ..operation import Operation, flat, operation, same

# fmt: off

def _seen(input: Any, *, look: Any) -> Any:
    return look(input.copy()).copy()

def _erased_in(input: Any, *, look: Any) -> Any:
    out = input.copy()
    look(out)[...] = 0
    return out

def _placed_in(input: Any, *, look: Any, shape: Any) -> Any:
    out = zeros(shape, input)
    look(out)[...] = input
    return out

erase_in: Operation = operation("EraseInBackward0", _erased_in, lambda g, f: erase_in(g, look=f.look))
place_in: Operation = operation("PlaceInBackward0", _placed_in, lambda g, f: look_in(g, look=f.look))
look_in: Operation = operation("LookInBackward0", _seen, lambda g, f: place_in(g, look=f.look, shape=f.input_shape))

copy_slices = operation("CopySlices",    lambda input, view, *, look: input,
                        lambda g, f: erase_in(g, look=f.look), lambda g, f: look_in(g, look=f.look))
copy        = operation("CopyBackwards", lambda input, src: np.broadcast_to(src, input.shape).copy(),
                        flat, same, broadcasts=True)
fill_by     = operation("FillBackward3", lambda input, value: np.full_like(input, value),
                        flat, lambda g, f: g.sum())

# -- numbers that have nothing to do with those before them, and so no gradient ----------------------------------------

def _replaces(name: str) -> Operation:
    return operation(name, lambda input, *, value: np.full_like(input, value), flat)

fill        = _replaces("FillBackward2")
zero        = _replaces("ZeroBackward0")
compare     = _replaces("EqBackward1")
uniform     = _replaces("UniformBackward0")
normal      = _replaces("NormalBackward0")
normal_around = _replaces("NormalBackward1")
log_normal  = _replaces("LogNormalBackward0")
cauchy      = _replaces("CauchyBackward0")
exponential = _replaces("ExponentialBackward0")
geometric   = _replaces("GeometricBackward0")
random      = _replaces("RandomBackward1")
poisson     = _replaces("PoissonBackward0")
bernoulli   = _replaces("BernoulliBackward0")
bernoulli_in_place = _replaces("BernoulliBackward2")
