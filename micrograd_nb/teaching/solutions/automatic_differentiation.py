"""Solutions of lesson 2.1.2, Automatic differentiation."""

import numpy as np

from micrograd_nb.autograd import operation

predicted = {"w": 72, "b": 6, "x": None}


bell = operation(
    "BellBackward0",
    lambda input: np.exp(-input * input),
    lambda g, f: g * f.output * -2 * f.input,  # the derivative of exp is y itself, that of −x² is −2x
)


def gradient(f, w):
    w.grad = None  # and no zero_(): an earlier result may be the same tensor
    f(w).backward()
    return w.grad
