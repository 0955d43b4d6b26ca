"""Layers and losses as functions: what the modules of `nn` compute, without weights of their own.

`nn.Linear(3, 2)(x)` is `linear(x, layer.weight, layer.bias)`. Usually imported as `F`:

    import micrograd_nb.nn.functional as F
"""

# fmt: off
# isort: off
from .activation import log_softmax, relu, sigmoid, softmax, tanh
from .linear import linear
from .loss import cross_entropy, mse_loss
# isort: on

__all__ = [
    "cross_entropy", "linear", "log_softmax", "mse_loss", "relu", "sigmoid", "softmax", "tanh",
]
# fmt: on
