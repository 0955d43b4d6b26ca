"""Fills tensors with the numbers that training starts from.

Every function writes into its tensor and returns it, as in PyTorch, and no graph records it. The random ones take a
`generator`; without one they draw the numbers that `manual_seed` seeds.
"""

from __future__ import annotations

import math

from numpy import ndarray

from ..tensors import Generator, Tensor, rand, randn

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform between `a` and `b`."""
    return _write(tensor, a + (b - a) * rand(tensor.shape, generator=generator, dtype=tensor.dtype).array)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normally distributed."""
    return _write(tensor, mean + std * randn(tensor.shape, generator=generator, dtype=tensor.dtype).array)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """`val` everywhere."""
    return _write(tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return _write(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return _write(tensor, 0.0)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform between ±gain·√(3 / fan): numbers keep their size from layer to layer (He et al. 2015, arXiv 1502.01852).

    Arguments:
        tensor: weights (out, in, …).
        a: the slope of a leaky ReLU below 0; √5 makes the bound 1/√fan_in, PyTorch's default for `Linear`.
        mode: "fan_in" keeps the size forward, "fan_out" backward.
        nonlinearity: what follows the layer, see `calculate_gain`.

    >>> import micrograd_nb as mg
    >>> weight = kaiming_uniform_(mg.empty(1000, 50), nonlinearity="relu")
    >>> bool(weight.abs().max() <= (6 / 50) ** 0.5), bool(weight.abs().max() > 0.99 * (6 / 50) ** 0.5)
    (True, True)
    """
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = fan_in_and_fan_out(tensor)[mode == "fan_out"]
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3 / max(fan, 1))
    return uniform_(tensor, -bound, bound, generator)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform between ±gain·√(6 / (fan_in + fan_out)): between forward and backward (Glorot and Bengio 2010)."""
    bound = gain * math.sqrt(6 / sum(fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normally distributed, with gain·√(2 / (fan_in + fan_out)) as standard deviation (Glorot and Bengio 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fan_in_and_fan_out(tensor))), generator)


def calculate_gain(nonlinearity: str, param: float = 0.01) -> float:
    """By how much a nonlinearity shrinks what goes through it, and weights should grow. `param`: a leaky ReLU's slope.

    >>> calculate_gain("relu") ** 2  # half of the numbers become 0
    2.0000000000000004
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + param**2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}. The ones whose gain is known: {known}.")
    return _GAINS[nonlinearity]


def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many numbers go into one output of a layer, and out of one input, by its weights (out, in, …)."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: weights are (out, in, …), "
            f"here {tuple(tensor.shape)}. For a bias use uniform_ or zeros_."
        )
    n_out, n_in, *window = tensor.shape
    return n_in * math.prod(window), n_out * math.prod(window)


def _write(tensor: Tensor, values: ndarray | float) -> Tensor:
    tensor.array[...] = values  # the array itself, so no graph sees it
    return tensor
