"""Activations: the nonlinear functions between layers, element by element or along an axis.

    lines           relu, relu6, leaky_relu, prelu, rrelu, hardtanh, threshold, hardshrink, softshrink, hardsigmoid,
                    hardswish
    exponentials    sigmoid, tanh, logsigmoid, softplus, softsign, tanhshrink, elu, selu, celu, silu, mish, glu
    the normal distribution     gelu
    along an axis   softmax, log_softmax, softmin, gumbel_softmax

With `inplace=True` an activation writes into its input, which saves memory; the input is gone then. The functions whose
names end in an underscore do that always.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ...autograd import Operation
from ...autograd.rules import activation as rules
from ...tensors import Generator, Tensor, apply, axes, dtype, elementwise, in_place, reductions, unary
from ...tensors.generator import of as random_numbers
from ...tensors.record import wrap
from .checks import need_floats, not_implemented

tanh, sigmoid = elementwise.tanh, elementwise.sigmoid

# -- of straight lines -------------------------------------------------------------------------------------------------


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(x, 0). (PyTorch: torch.nn.functional.relu)

    >>> import micrograd_nb as mg
    >>> relu(mg.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return _relu_in_place(input) if inplace else elementwise.relu(input)


_relu_in_place = in_place.in_place(elementwise.relu)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """min(max(x, 0), 6)."""
    return _hardtanh("relu6", input, 0.0, 6.0, inplace)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Limits every element to [min_val, max_val]: three straight lines in the place of tanh.

    Raises:
        ValueError: `min_val` is greater than `max_val`.
    """
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val, but they are {min_val} and {max_val}")
    return _hardtanh("hardtanh", input, min_val, max_val, inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """x above 0, negative_slope · x below: a unit that is off still learns (Maas et al. 2013).

    >>> import micrograd_nb as mg
    >>> leaky_relu(mg.tensor([-1.0, 2.0]), 0.1)
    tensor([-0.1000,  2.0000])
    """
    return _activate("leaky_relu", rules.leaky_relu, input, inplace, negative_slope=negative_slope)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`leaky_relu` whose slope below 0 is learned (He et al. 2015, arXiv 1502.01852).

    Shapes: input (n, channels, …) or any; weight (channels,), or (1,) or () for one slope for all; result the input's.

    Raises:
        RuntimeError: a weight that has neither one element nor one for each channel, or another dtype.
    """
    need_floats("prelu", input)
    sizes, slopes = input.array.shape, weight.array
    if slopes.dtype != input.array.dtype:
        raise RuntimeError(
            f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}: convert one, "
            f"weight.to({input.dtype})"
        )
    if slopes.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {slopes.ndim}. "
            "Give one number, or one for each channel."
        )
    if slopes.size != 1:
        channels = sizes[1] if len(sizes) > 1 else 1
        if slopes.size != channels:
            raise RuntimeError(
                f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {slopes.size} and "
                f"channel size = {channels}: axis 1 of the input, {tuple(sizes)}, is that of the channels."
            )
        weight = weight.reshape(-1, *(1,) * (len(sizes) - 2))
    elif slopes.ndim and not sizes:
        weight = weight.reshape(())
    return apply(rules.prelu, input, weight)


def rrelu(
    input: Tensor,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """`leaky_relu` with a slope that is drawn anew for each element (Xu et al. 2015, arXiv 1505.00853).

    Arguments:
        lower, upper: between which slopes are drawn, uniformly.
        training: False takes the middle of the two everywhere.
        generator: draws the slopes; left out, those that `manual_seed` seeds.
    """
    need_floats("rrelu", input)
    if lower > upper:
        raise RuntimeError(
            f"Lower bound should be less than or equal to the upper bound, but they are {lower} and {upper}"
        )
    array = input.array
    noise = np.full_like(array, (lower + upper) / 2)
    if training:
        drawn = random_numbers(generator).uniform(array.size, np.dtype(np.float64))
        noise[...] = lower + (upper - lower) * drawn.reshape(array.shape)
    np.copyto(noise, 1, where=array > 0)
    return _activate("rrelu", rules.rrelu, input, inplace, noise=noise)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x above the threshold, `value` elsewhere."""
    if input.array.dtype == np.bool_:
        raise not_implemented("threshold", input)
    return _run("threshold", rules.threshold, input, inplace, threshold=threshold, value=value)


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """0 between −lambd and lambd, x elsewhere."""
    return _activate("hardshrink", rules.hardshrink, input, lambd=lambd)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Brings every element closer to 0 by lambd, and to 0 what is nearer than that.

    Raises:
        RuntimeError: `lambd` is negative.
    """
    need_floats("softshrink", input)
    if lambd < 0:
        raise RuntimeError(
            f"lambda must be in range [0, {np.finfo(input.array.dtype).max:g}] for input dtype "
            f"{input.dtype.scalar_type}, but found {lambd:g}: it is how much nearer to 0 everything gets"
        )
    return _activate("softshrink", rules.softshrink, input, lambd=lambd)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """x/6 + 1/2, limited to [0, 1]: three straight lines in the place of the sigmoid."""
    return _activate("hardsigmoid", rules.hardsigmoid, input, inplace)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """x · hardsigmoid(x): `silu` without an exponential (Howard et al. 2019, arXiv 1905.02244)."""
    return _activate("hardswish", rules.hardswish, input, inplace)


# -- of exponentials ---------------------------------------------------------------------------------------------------


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x above 0, alpha · (eˣ − 1) below (Clevert et al. 2016, arXiv 1511.07289)."""
    return _activate("elu", rules.elu, input, inplace, alpha=alpha, scale=1.0, input_scale=1.0)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu`, scaled so that mean 0 and variance 1 survive many layers (Klambauer et al. 2017, arXiv 1706.02515)."""
    return _activate("selu", rules.elu, input, inplace, alpha=SELU_ALPHA, scale=SELU_SCALE, input_scale=1.0)


SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x above 0, alpha · (exp(x / alpha) − 1) below: `elu` without a kink (Barron 2017, arXiv 1704.07483).

    Raises:
        RuntimeError: `alpha` is 0.
    """
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU: the input is divided by it")
    return _activate("celu", rules.celu, input, inplace, alpha=alpha, scale=1.0, input_scale=1 / alpha)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """x · sigmoid(x), also called swish (Ramachandran et al. 2017, arXiv 1710.05941).

    >>> import micrograd_nb as mg
    >>> silu(mg.tensor([-20.0, 0.0, 20.0]))
    tensor([-4.1223e-08,  0.0000e+00,  2.0000e+01])
    """
    return _activate("silu", rules.silu, input, inplace)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """x · tanh(softplus(x)) (Misra 2019, arXiv 1908.08681)."""
    return _activate("mish", rules.mish, input, inplace)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta · x)) / beta: a ReLU without a kink, always positive.

    Arguments:
        threshold: where beta · x is above it, the result is x.
    """
    return _activate("softplus", rules.softplus, input, beta=beta, threshold=threshold)


def logsigmoid(input: Tensor) -> Tensor:
    """log(sigmoid(x)), also where the sigmoid itself would be 0."""
    return _activate("logsigmoid", rules.logsigmoid, input)


softsign = unary(rules.softsign, "x / (1 + |x|).", "softsign")


def tanhshrink(input: Tensor) -> Tensor:
    """x − tanh(x)."""
    return input - tanh(input)


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half along `dim`, times the sigmoid of the second half (Dauphin et al. 2017, arXiv 1612.08083).

    Raises:
        RuntimeError: a number without axes; an axis of odd length.

    >>> import micrograd_nb as mg
    >>> glu(mg.tensor([[1.0, 2.0, 0.0, 100.0]]))
    tensor([[0.5000, 2.0000]])
    """
    need_floats("glu", input)
    if input.array.ndim == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even: give it an axis to halve")
    axis = axes.one(input, dim)
    if input.array.shape[axis] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {axis} is size {input.array.shape[axis]}: "
            "one half is to switch the other"
        )
    return apply(rules.glu, input, dim=axis)


# -- of the normal distribution ----------------------------------------------------------------------------------------


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """x · Φ(x), where Φ(x) is the share of a normal distribution below x (Hendrycks and Gimpel 2016, arXiv 1606.08415).

    Arguments:
        approximate: "tanh" takes the paper's approximation, Φ(x) ≈ (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2.

    >>> import micrograd_nb as mg
    >>> gelu(mg.tensor([-1.0, 1.0])), gelu(mg.tensor([-1.0, 1.0]), approximate="tanh")
    (tensor([-0.1587,  0.8413]), tensor([-0.1588,  0.8412]))
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(f"approximate argument must be either none or tanh, but it is {approximate!r}")
    return _activate("gelu", rules.gelu if approximate == "none" else rules.gelu_tanh, input)


# -- along an axis -----------------------------------------------------------------------------------------------------


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype | None = None) -> Tensor:
    """exp(x) / Σ exp(x) along `dim`: positive numbers that add up to one.

    Arguments:
        dim: always say which; left out, it is guessed, with a warning.
        dtype: converts the input first, for example to sum in float64.

    >>> import micrograd_nb as mg
    >>> softmax(mg.tensor([[0.0, 0.0, 1000.0]]), dim=1)
    tensor([[0., 0., 1.]])
    """
    axis = _axis("softmax", input, dim, _stacklevel)
    return reductions.softmax(_converted(input, dtype), axis)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype | None = None) -> Tensor:
    """log(softmax(x)), computed so that it cannot overflow. Arguments as for `softmax`."""
    axis = _axis("log_softmax", input, dim, _stacklevel)
    return reductions.log_softmax(_converted(input, dtype), axis)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: dtype | None = None) -> Tensor:
    """softmax(−x): the smallest gets most. Arguments as for `softmax`."""
    axis = _axis("softmin", input, dim, _stacklevel)
    return reductions.softmax(_converted(-input, dtype), axis)


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1,
    hard: bool = False,
    eps: float = 1e-10,
    dim: int = -1,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Draws a class, in a way that lets gradients through (Jang et al. 2017, arXiv 1611.01144).

    The softmax of logits + noise is close to one-hot when `tau` is small, and each class comes as often as its
    probability says.

    Arguments:
        tau: the temperature.
        hard: one-hot exactly; the gradient is that of the soft sample.
        eps: has no effect, as in PyTorch.
        generator: draws the noise; left out, that which `manual_seed` seeds.
    """
    need_floats("gumbel_softmax", logits)
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    array = logits.array
    drawn = random_numbers(generator).uniform(array.size, np.dtype(np.float64)).reshape(array.shape)
    noise = -np.log(-np.log1p(-drawn))
    soft = reductions.softmax((logits + wrap(noise.astype(array.dtype))) / tau, dim)
    if not hard:
        return soft
    choice = np.zeros_like(array)
    np.put_along_axis(choice, np.expand_dims(np.argmax(soft.array, dim), dim), 1, dim)
    return wrap(choice) - soft.detach() + soft


# -- in place ----------------------------------------------------------------------------------------------------------


def _always_in_place(function: Any) -> Callable[..., Tensor]:
    """Makes `elu_` of `elu`."""

    def changed(input: Tensor, *args: Any, **options: Any) -> Tensor:
        return function(input, *args, **options, inplace=True)

    changed.__name__ = changed.__qualname__ = f"{function.__name__}_"
    changed.__doc__ = f"`{function.__name__}`, in place."
    return changed


relu_, hardtanh_, leaky_relu_, rrelu_ = map(_always_in_place, (relu, hardtanh, leaky_relu, rrelu))
elu_, selu_, celu_, threshold_ = map(_always_in_place, (elu, selu, celu, threshold))


# -- what the functions above call -------------------------------------------------------------------------------------


def _activate(name: str, operation: Operation, input: Tensor, inplace: bool = False, **options: Any) -> Tensor:
    """Runs an operation on a tensor of floats."""
    need_floats(name, input)
    return _run(name, operation, input, inplace, **options)


def _run(name: str, operation: Operation, input: Tensor, inplace: bool, **options: Any) -> Tensor:
    if not inplace:
        return apply(operation, input, **options)
    in_place.refuse_leaf(input, f"{name}_")
    return in_place.take_over(input, apply(operation, input, **options), f"{name}_")


def _hardtanh(name: str, input: Tensor, min_val: float, max_val: float, inplace: bool) -> Tensor:
    """For integers, the limits are integers, too."""
    kind = input.array.dtype.kind
    if kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh: a bool has no size to limit. Use x.float().")
    if kind == "u" and min_val < 0:
        raise RuntimeError(
            f"cannot do hardtanh on an unsigned type with negative limits: {input.dtype.name} has no {min_val}. "
            "Use x.long()."
        )
    low, high = (min_val, max_val) if kind == "f" else (int(min_val), int(max_val))
    return _run(name, rules.hardtanh, input, inplace, min_val=low, max_val=high)


def _axis(name: str, input: Tensor, dim: int | None, stacklevel: int) -> int:
    """The axis of a softmax."""
    if dim is not None:
        return dim
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if input.array.ndim in (0, 1, 3) else 1


def _converted(input: Tensor, dtype: dtype | None) -> Tensor:
    return input if dtype is None else input.to(dtype)
