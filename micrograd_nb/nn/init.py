"""Fills tensors with the numbers that training starts from.

    uniform_  normal_  trunc_normal_              of a given width
    xavier_uniform_  xavier_normal_               of the width that keeps numbers their size from layer to layer,
    kaiming_uniform_  kaiming_normal_             also behind a ReLU
    orthogonal_  sparse_                          whole matrices
    constant_  ones_  zeros_  eye_  dirac_        nothing random

Why the width matters: each output of a layer is a sum of n products, so its variance is n times that of a weight (times
that of an input). Ten layers whose weights are twice too wide make numbers a thousand times too large.

Every function writes into its tensor and returns it, as in PyTorch, and no graph records it. The random ones take a
`generator`; without one they draw the numbers that `manual_seed` seeds.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..tensors import Generator, Tensor, from_numpy, rand, randn, randperm
from ..tensors.dtypes import float32, float64

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}

# -- of a given width --------------------------------------------------------------------------------------------------


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform between `a` and `b`."""
    return _write(tensor, _uniform(_shape(tensor), a, b, _float_of(tensor), generator))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normally distributed."""
    return _write(tensor, _normal(_shape(tensor), mean, std, _float_of(tensor), generator))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed, but only from `a` to `b`: what falls outside is drawn again.

    Where nearly all would fall outside, uniform numbers are drawn instead, and each is kept as often as the density
    there says (rejection sampling).

    >>> import micrograd_nb as mg
    >>> weight = trunc_normal_(mg.empty(1000), std=0.02, a=-0.04, b=0.04)
    >>> bool(weight.abs().max() <= 0.04)
    True
    """
    shape, dtype = _shape(tensor), _float_of(tensor)
    if not std > 0:
        raise RuntimeError(f"trunc_normal_ expects std > 0.0, but found std {std}. For a constant use constant_.")
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.",
            stacklevel=2,
        )
    if _normal_share(mean, std, a, b) > 0.3:
        values = _normal(shape, mean, std, dtype, generator)
        while (outside := (values < a) | (values > b)).any():
            values = np.where(outside, _normal(shape, mean, std, dtype, generator), values)
        return _write(tensor, values)
    peak = max(a, min(mean, b))

    def is_refused(drawn: Any) -> Any:
        log_share = ((peak - mean) ** 2 - (drawn - mean) ** 2) / (2 * std**2)  # log of density / density at the peak
        return np.log1p(-rand(shape, generator=generator, dtype=dtype).array) > log_share

    refused = is_refused(values := _uniform(shape, a, b, dtype, generator))
    while refused.any():
        drawn = _uniform(shape, a, b, dtype, generator)
        values = np.where(refused, drawn, values)
        refused &= is_refused(drawn)
    return _write(tensor, values)


# -- of the width that keeps numbers their size ------------------------------------------------------------------------


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Uniform, with the standard deviation gain·√(2 / (fan_in + fan_out)).

    Between what keeps numbers their size on the way forward and what keeps gradients theirs on the way back
    (Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks").

    Arguments:
        tensor: weights (out, in, …).
        gain: how much the nonlinearity shrinks, see `calculate_gain`.
    """
    bound = math.sqrt(3) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Normally distributed, with the standard deviation of `xavier_uniform_`."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Uniform, with the standard deviation gain / √fan: numbers keep their size (He et al. 2015, arXiv 1502.01852).

    Arguments:
        tensor: weights (out, in, …).
        a: the slope of a leaky ReLU below 0; √5 makes the bound 1/√fan_in, PyTorch's default for `Linear`.
        mode: "fan_in" keeps the size forward, "fan_out" backward.
        nonlinearity: what follows the layer, see `calculate_gain`.

    Raises:
        ValueError: a tensor with fewer than two axes, an unknown mode or nonlinearity.

    >>> import micrograd_nb as mg
    >>> weight = kaiming_uniform_(mg.empty(1000, 50), nonlinearity="relu")
    >>> bool(weight.abs().max() <= (6 / 50) ** 0.5), bool(weight.abs().max() > 0.99 * (6 / 50) ** 0.5)
    (True, True)
    """
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed, with the standard deviation of `kaiming_uniform_`."""
    if _is_empty(tensor):
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much a nonlinearity shrinks what goes through it, and weights should grow.

    Arguments:
        param: the slope of a leaky ReLU, 0.01 if it is not given.

    >>> calculate_gain("relu") ** 2  # half of the numbers become 0
    2.0000000000000004
    """
    if nonlinearity == "leaky_relu":
        if isinstance(param, bool) or not isinstance(param, (int, float, type(None))):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}. The ones whose gain is known: {known}.")
    return _GAINS[nonlinearity]


def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """How many numbers go into one output of a layer, and out of one input, by its weights (out, in, …)."""
    if len(_shape(tensor)) < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions: weights are (out, in, …), "
            f"here {tuple(tensor.shape)}. For a bias use uniform_ or zeros_."
        )
    n_out, n_in, *window = tensor.shape
    return n_in * math.prod(window), n_out * math.prod(window)


_calculate_fan_in_and_fan_out = fan_in_and_fan_out  # what programs written for PyTorch call it


# -- whole matrices ----------------------------------------------------------------------------------------------------


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """A matrix whose rows, or columns if there are fewer of them, are of length `gain` and at right angles.

    It keeps the length of what it is multiplied with (Saxe et al. 2013, arXiv 1312.6120). Of all such matrices each is
    as likely as any other: Q of the QR decomposition of normal numbers, with R's signs (Mezzadri 2006,
    arXiv math-ph/0609050).

    Arguments:
        tensor: (rows, …); the axes after the first count as one.

    >>> import micrograd_nb as mg
    >>> q = orthogonal_(mg.empty(3, 3))
    >>> mg.allclose(q @ q.T, mg.eye(3), atol=1e-6)
    True
    """
    shape, dtype = _shape(tensor), _float_of(tensor)
    if len(shape) < 2:
        raise ValueError(f"Only tensors with 2 or more dimensions are supported: a matrix is meant, here {shape}")
    if 0 in shape:
        return tensor
    normal = _normal((shape[0], math.prod(shape[1:])), 0.0, 1.0, dtype, generator)
    is_wide = normal.shape[0] < normal.shape[1]
    q, r = np.linalg.qr(normal.T if is_wide else normal)
    q *= np.sign(np.diag(r))
    return _write(tensor, gain * (q.T if is_wide else q).reshape(shape))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Normal numbers, but a share of `sparsity` of each column 0 (Martens 2010, "Deep learning via Hessian-free…").

    Arguments:
        tensor: a matrix (out, in).
    """
    rows, columns = _matrix_shape(tensor)
    normal_(tensor, 0.0, std, generator)
    for column in range(columns):
        zeros = randperm(rows, generator=generator).array[: math.ceil(sparsity * rows)]
        tensor.array[zeros, column] = 0
    return tensor


# -- nothing random ----------------------------------------------------------------------------------------------------


def constant_(tensor: Tensor, val: float) -> Tensor:
    """`val` everywhere."""
    return _write(tensor, np.full(_shape(tensor), val))


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix: a `Linear` with it passes on its input."""
    return _write(tensor, np.eye(*_matrix_shape(tensor)))


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """1 in the middle of the window from each channel to itself, else 0: a convolution with it passes on its input.

    Arguments:
        tensor: weights of a convolution, (out, in / groups, …window).
        groups: those of the convolution.
    """
    shape = _shape(tensor)
    if len(shape) not in (3, 4, 5):
        raise ValueError(
            f"Only tensors with 3, 4, or 5 dimensions are supported: weights of a convolution are meant, here {shape}"
        )
    if shape[0] % groups:
        raise ValueError(f"dim 0 must be divisible by groups, but {shape[0]} is not by {groups}")
    values, each = np.zeros(shape), shape[0] // groups
    middle = [size // 2 for size in shape[2:]]
    for group in range(groups):
        for channel in range(min(each, shape[1])):
            values[group * each + channel, channel, *middle] = 1
    return _write(tensor, values)


# -- what the functions above share ------------------------------------------------------------------------------------


def _write(tensor: Tensor, values: Any) -> Tensor:
    with no_grad():
        return tensor.copy_(from_numpy(np.asarray(values)))


def _uniform(shape: tuple[int, ...], a: float, b: float, dtype: Any, generator: Generator | None) -> Any:
    if not a <= b:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={a} > to={b}")
    return a + (b - a) * rand(shape, generator=generator, dtype=dtype).array


def _normal(shape: tuple[int, ...], mean: float, std: float, dtype: Any, generator: Generator | None) -> Any:
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    return mean + std * randn(shape, generator=generator, dtype=dtype).array


def _normal_share(mean: float, std: float, a: float, b: float) -> float:
    """How likely a normal number is to fall between `a` and `b`."""
    below_a, below_b = ((1 + math.erf((x - mean) / std / math.sqrt(2))) / 2 for x in (a, b))
    return below_b - below_a


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2 / sum(fan_in_and_fan_out(tensor)))


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']")
    fan = fan_in_and_fan_out(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _is_empty(tensor: Tensor) -> bool:
    if 0 not in _shape(tensor):
        return False
    warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return True


def _shape(tensor: Tensor) -> tuple[int, ...]:
    if not isinstance(tensor, Tensor):
        hint = ": for a layer, its weights, layer.weight" if hasattr(tensor, "parameters") else ""
        raise TypeError(f"init fills a Tensor, not a {type(tensor).__name__}{hint}")
    return tuple(tensor.shape)


def _matrix_shape(tensor: Tensor) -> tuple[int, int]:
    shape = _shape(tensor)
    if len(shape) != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported: a matrix is meant, here {shape}")
    return shape


def _float_of(tensor: Tensor) -> Any:
    """The dtype to draw in: float64 for float64, else float32, which is rounded to float16."""
    if not tensor.is_floating_point():
        raise NotImplementedError(
            f"random numbers for a tensor of {tensor.dtype.name} are not implemented in init, which fills floats: "
            "randint draws integers"
        )
    return float64 if tensor.dtype is float64 else float32
