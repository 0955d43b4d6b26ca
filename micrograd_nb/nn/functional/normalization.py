"""Normalization: numbers are brought to mean 0 and variance 1 over some axes. (PyTorch: torch.nn.functional)

| over which axes         |                                                          |
|-------------------------|----------------------------------------------------------|
| `batch_norm`            | the batch and all places, each channel for itself        |
| `layer_norm`            | the last axes, each sample for itself                    |
| `group_norm`            | a group of channels and all places, each sample for itself |
| `instance_norm`         | all places, each channel of each sample for itself       |
| `rms_norm`              | as `layer_norm`, without taking the mean off             |
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from ...autograd.rules import normalization as rules
from ...autograd.rules.sampling import constant_pad
from ...tensors import Tensor, apply


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Brings each channel to mean 0 and variance 1 over the batch. (Ioffe and Szegedy 2015, arXiv 1502.03167)

    Shapes: input (n, channels, …), the others (channels,), result as input.

    Arguments:
        running_mean, running_var: with `training` they move towards the mean and the variance of this batch, in place;
            without it they are what is used.
        weight, bias: what each channel is multiplied by, and what is added, in the end.
        momentum: how far the running ones move.
        eps: is added to the variance, against a division by 0.

    Raises:
        ValueError: in training, only one value per channel: its variance is 0.
        RuntimeError: without training, no running mean and variance; sizes that differ from the channels.

    >>> import micrograd_nb as mg
    >>> y = batch_norm(5 + 3 * mg.randn(100, 2), None, None, training=True)
    >>> [round(abs(x), 3) for x in y.mean(0).tolist()]
    [0.0, 0.0]
    """
    x = input.array
    _check_channels("batch_norm", input, running_mean, running_var, weight, bias)
    if not training:
        if running_mean is None or running_var is None:
            raise RuntimeError(
                "Expected running_mean and running_var to be defined when training=False. Give both, or "
                "training=True to use those of the batch."
            )
        mean, variance = running_mean.array, running_var.array
        return apply(rules.batch_norm_fixed, input, weight, bias, mean=mean, variance=variance, eps=eps)
    count = x.size // x.shape[1] if x.shape[1] else 0
    if count == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}: the variance of one "
            "number is 0. Use larger batches, or eval()."
        )
    mean, variance = rules.statistics(x)
    _move(running_mean, mean, momentum)
    _move(running_var, variance * x.dtype.type(count / max(count - 1, 1)), momentum)
    return apply(rules.batch_norm, input, weight, bias, mean=mean, variance=variance, eps=eps)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Brings each sample to mean 0 and variance 1 over its last axes. (Ba et al. 2016, arXiv 1607.06450)

    Shapes: input (*, *normalized_shape), weight and bias normalized_shape, result as input.

    Raises:
        RuntimeError: an input that does not end in `normalized_shape`, or a weight or bias of another shape.

    >>> import micrograd_nb as mg
    >>> layer_norm(mg.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (3,))
    tensor([[-1.2247,  0.0000,  1.2247],
            [-1.2247,  0.0000,  1.2247]])
    """
    dims = _check_shape("layer_norm", input, normalized_shape, weight, bias)
    return apply(rules.layer_norm, input, weight, bias, dims=dims, eps=eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Brings each group of channels of each sample to mean 0 and variance 1. (Wu and He 2018, arXiv 1803.08494)

    Shapes: input (n, channels, …), weight and bias (channels,), result as input.

    Raises:
        RuntimeError: channels that cannot be split in so many groups; a weight or bias of another shape.
    """
    x = input.array
    if x.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {x.ndim}: (n, channels, …)")
    if num_groups < 1 or x.shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(x.shape)} and num_groups={num_groups}"
        )
    for what, given in (("weight", weight), ("bias", bias)):
        if given is not None and given.array.shape != (x.shape[1],):
            raise RuntimeError(
                f"Expected {what} to be a vector of size equal to the number of channels in input, but got {what} of "
                f"shape {list(given.array.shape)} and input of shape {list(x.shape)}"
            )
    return apply(rules.group_norm, input, weight, bias, groups=num_groups, eps=eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Brings each channel of each sample to mean 0 and variance 1. (Ulyanov et al. 2016, arXiv 1607.08022)

    Shapes and arguments as `batch_norm`; with `use_input_stats=False`, the running mean and variance are used.

    Raises:
        ValueError: only one place: the variance of one number is 0.
        RuntimeError: no running mean and variance where they are to be used; sizes that differ from the channels.
    """
    x = input.array
    _check_channels("instance_norm", input, running_mean, running_var, weight, bias)
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise RuntimeError(
                "Expected running_mean and running_var to be defined when use_input_stats is false. Give both, or "
                "use_input_stats=True."
            )
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    count = prod(x.shape[2:])
    if count == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {input.shape}: the variance of one "
            "number is 0"
        )
    if running_mean is not None or running_var is not None:
        flat = x.reshape(*x.shape[:2], count)
        _move(running_mean, flat.mean(2).mean(0), momentum)
        _move(running_var, flat.var(2, ddof=1).mean(0), momentum)
    return apply(rules.group_norm, input, weight, bias, groups=x.shape[1], eps=eps)


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Divides each sample by the root of its mean square over the last axes. (Zhang and Sennrich 2019)

    Shapes: input (*, *normalized_shape), weight normalized_shape, result as input.

    Arguments:
        eps: is added to the mean square; left out, the smallest number that changes 1 in this dtype.

    Raises:
        RuntimeError: an input that does not end in `normalized_shape`, or a weight of another shape.

    >>> import micrograd_nb as mg
    >>> rms_norm(mg.tensor([3.0, 4.0]), (2,))  # divided by √12.5
    tensor([0.8485, 1.1314])
    """
    dims = _check_shape("rms_norm", input, normalized_shape, weight, None)
    small = float(np.finfo(input.array.dtype).eps) if eps is None else eps
    return apply(rules.rms_norm, input, weight, dims=dims, eps=small)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Divides each number by (k + alpha · mean square of `size` channels around it) ** beta. (Krizhevsky et al. 2012)

    Shapes: input (n, channels, …), result the same.

    Raises:
        ValueError: fewer than three axes.
    """
    x = input.array
    if x.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {x.ndim} dimensions): (n, channels, …)")
    before, after = ((0, m, *[0] * (x.ndim - 2)) for m in (size // 2, (size - 1) // 2))
    squares = apply(constant_pad, input * input, before=before, after=after, value=0.0)
    total = squares[:, : x.shape[1]]
    for i in range(1, size):
        total = total + squares[:, i : i + x.shape[1]]
    return input / (total * (alpha / size) + k) ** beta


# -- what they share ---------------------------------------------------------------------------------------------------


def _move(running: Tensor | None, towards: np.ndarray, momentum: float) -> None:
    """Moves a running mean or variance, in place and unseen by the graph."""
    if running is not None:
        running.array *= 1 - momentum
        running.array += momentum * towards


def _check_shape(
    name: str, input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None, bias: Tensor | None
) -> int:
    """How many axes to normalize over."""
    wanted = tuple(int(n) for n in normalized_shape)
    if not wanted:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for what, given in (("weight", weight), ("bias", bias)):
        if given is not None and given.array.shape != wanted:
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {what} of shape "
                f"{list(given.array.shape)} and normalized_shape = {list(wanted)}"
            )
    shape = input.array.shape
    if shape[-len(wanted) :] != wanted:
        expected = ", ".join(["*", *map(str, wanted)])
        raise RuntimeError(
            f"Given normalized_shape={list(wanted)}, expected input with shape [{expected}], but got input of size"
            f"{list(shape)}. {name} works on the last axes."
        )
    return len(wanted)


def _check_channels(name: str, input: Tensor, *others: Tensor | None) -> None:
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(f"{name} expects an input of at least 2 axes, (n, channels, …), but got {list(shape)}")
    names = ("running_mean", "running_var", "weight", "bias")
    for what, given in zip(names, others, strict=True):
        if given is not None and given.array.shape != (shape[1],):
            raise RuntimeError(
                f"{what} should contain {shape[1]} elements not {given.array.size}: one for each channel of the input, "
                f"which is {list(shape)}"
            )
