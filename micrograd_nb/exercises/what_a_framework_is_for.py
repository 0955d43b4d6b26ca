"""The exercises of lesson 1: what is missing in NumPy, and a derivative by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..tensors import Tensor
from .check import NotYet, Wrong, call, close, exercise, kind, require, shown

# -- 1: missing --------------------------------------------------------------------------------------------------------

PARTS = ("gradients", "data", "training", "tools", "nothing")
MISSING = {"A": "data", "B": "gradients", "C": "nothing", "D": "tools", "E": "training"}

LOOK = {
    "A": "A waits for photos from the disk. Which part loads while the model computes?",
    "B": "B's derivatives may be wrong. Where would they come from, if not from his pen?",
    "C": "C computes a mean. Is there anything to differentiate, or to train?",
    "D": "D has a working training, and cannot see what happens in it. What lets him look?",
    "E": "E changes how parameters move, and nothing else. In which part is the update?",
}


@exercise(
    hints=["Read the recap: gradients, data, components for training, tools. One of the five needs none of them."]
)
def missing(answer: Any) -> str:
    """`{"A": …, …, "E": …}`: the part of a framework that each person misses most."""
    require(isinstance(answer, Mapping), f"the answer is a dict with the keys A to E, and this is {kind(answer)}")
    open_ones = [name for name in MISSING if answer.get(name, ...) is ...]
    if open_ones:
        raise NotYet(f"{', '.join(open_ones)} {'is' if len(open_ones) == 1 else 'are'} still open")
    for name, right in MISSING.items():
        said = answer[name]
        require(said in PARTS, f"{name}: answer with one of {', '.join(PARTS)}, and not {said!r}")
        require(said == right, LOOK[name])
    return ", ".join(f"{name} {part}" for name, part in MISSING.items())


# -- 2: sigmoid_backward -----------------------------------------------------------------------------------------------

AT = np.array([[-2.0, 0.5], [1.0, 3.0]])
INCOMING = np.array([[1.0, -2.0], [0.5, 4.0]])

SIGMOID_HINTS = [
    "Derive s = 1 / (1 + exp(−x)), and try to write the result with s alone.",
    "exp(−x) is 1/s − 1. The derivative is exp(−x) · s², which is s · (1 − s).",
]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@exercise(hints=SIGMOID_HINTS)
def sigmoid_backward(answer: Any) -> str:
    """`sigmoid_backward(d_hidden, hidden)`: the gradient before the sigmoid, of the gradient after it."""
    s = _sigmoid(AT)
    got = call(answer, INCOMING.copy(), s.copy(), shown="sigmoid_backward(d_hidden, hidden)")
    got = got.array if isinstance(got, Tensor) else got
    is_array = isinstance(got, np.ndarray) and got.dtype.kind == "f"
    require(is_array, f"an array comes in, and an array should come out, not {kind(got)}")
    require(got.shape == s.shape, f"the shape {s.shape} came in, and {got.shape} came out")
    local = (_sigmoid(AT + 1e-6) - _sigmoid(AT - 1e-6)) / 2e-6
    if close(got, INCOMING * local):
        return "your derivative is what moving x a little measures"
    _diagnose(got, s, local)
    raise Wrong(f"where x = {AT[0, 0]:g}, the slope is {shown(local[0, 0])}; you send on {shown(got[0, 0])}")


def _diagnose(got: np.ndarray, s: np.ndarray, local: np.ndarray) -> None:
    require(not close(got, local), "this is the slope alone: the gradient that comes in, d_hidden, must be a factor")
    require(not close(got, INCOMING * (1 - s**2)), "this is the line for tanh, and the measurement disagrees")
    require(not close(got, -INCOMING * local), "the sign is wrong: the sigmoid rises, so its slope is positive")
    require(
        not close(got, INCOMING * _sigmoid(s) * (1 - _sigmoid(s))),
        "`hidden` is the sigmoid's value already: the sigmoid is taken twice here",
    )
    require(
        not close(got, INCOMING * s), "`d_hidden * hidden` lacks a factor: the slope is 0 where the sigmoid is near 1"
    )
