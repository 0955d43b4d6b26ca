"""Normalization layers: numbers are brought to mean 0 and variance 1, then scaled and shifted by what is learned."""

from __future__ import annotations

from collections.abc import Sequence

from ..tensors import Tensor, dtype, ones, tensor, zeros
from ..tensors.dtypes import int64
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class _Affine(Module):
    """A weight that starts as 1 and a bias that starts as 0, or None where they are not wanted."""

    weight: Parameter | None
    bias: Parameter | None

    def _learn(self, shape: tuple[int, ...], weight: bool, bias: bool, dtype: dtype | None) -> None:
        self.register_parameter("weight", Parameter(ones(shape, dtype=dtype)) if weight else None)
        self.register_parameter("bias", Parameter(zeros(shape, dtype=dtype)) if bias else None)

    def reset_parameters(self) -> None:
        """Starts over: weights 1, bias 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class _Norm(_Affine):
    """What normalizations of channels over a batch or over places have in common: running statistics."""

    ranks: tuple[int, ...]  # how many axes an input may have
    axes_named: str
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        bias: bool,
        dtype: dtype | None,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self._learn((num_features,), affine, affine and bias, dtype)
        for name, start in (("running_mean", zeros), ("running_var", ones)):
            self.register_buffer(name, start(num_features, dtype=dtype) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", tensor(0, dtype=int64) if track_running_stats else None)

    def reset_running_stats(self) -> None:
        """Forgets what the batches were like."""
        if self.track_running_stats:
            self.running_mean.zero_()  # type: ignore[union-attr]
            self.running_var.fill_(1)  # type: ignore[union-attr]
            self.num_batches_tracked.zero_()  # type: ignore[union-attr]

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        super().reset_parameters()

    def _check(self, input: Tensor) -> None:
        if input.ndim not in self.ranks:
            raise ValueError(
                f"expected {self.axes_named} input (got {input.ndim}D input), (n, channels, …), but its shape is "
                f"{tuple(input.shape)}"
            )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_Norm):
    """`BatchNorm1d` and `BatchNorm2d`."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        bias: bool = True,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, dtype)

    def forward(self, input: Tensor) -> Tensor:
        self._check(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.array += 1
            if self.momentum is None:  # the mean of all batches so far
                momentum = 1 / self.num_batches_tracked.item()
        moves = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if moves else None,
            self.running_var if moves else None,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            momentum,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    """As `BatchNorm2d`, of (n, channels) or (n, channels, length). (PyTorch: torch.nn.BatchNorm1d)"""

    ranks, axes_named = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """Brings each channel to mean 0 and variance 1 over the batch and all places. (PyTorch: torch.nn.BatchNorm2d)

    In training it uses the mean and the variance of the batch, and keeps running ones; after `eval()` it uses those,
    so that an output depends on nothing else in its batch. (Ioffe and Szegedy 2015, arXiv 1502.03167)

    Shapes: input (n, num_features, rows, columns), output the same; weight, bias, running_mean and running_var
    (num_features,). The weights start as 1, the biases as 0.

    Arguments:
        eps: is added to the variance, against a division by 0.
        momentum: how far the running statistics move towards those of a batch; None: they are the mean of all batches.
        affine: False leaves weight and bias out; `bias=False` only the bias.
        track_running_stats: False keeps none: each batch has its own, after `eval()` too.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.BatchNorm2d(3)
    >>> y = layer(5 + 2 * mg.randn(8, 3, 4, 4))
    >>> layer.num_batches_tracked
    tensor(1)
    """

    ranks, axes_named = (4,), "4D"


class _InstanceNorm(_Norm):
    """`InstanceNorm1d` and `InstanceNorm2d`."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        bias: bool = True,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, dtype)

    def forward(self, input: Tensor) -> Tensor:
        self._check(input)
        unbatched = input.ndim == self.ranks[0]
        output = F.instance_norm(
            input.unsqueeze(0) if unbatched else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return output.squeeze(0) if unbatched else output


class InstanceNorm1d(_InstanceNorm):
    """As `InstanceNorm2d`, of (n, channels, length) or (channels, length). (PyTorch: torch.nn.InstanceNorm1d)"""

    ranks, axes_named = (2, 3), "2D or 3D"


class InstanceNorm2d(_InstanceNorm):
    """Brings each channel of each image to mean 0 and variance 1. (PyTorch: torch.nn.InstanceNorm2d)

    (Ulyanov et al. 2016, arXiv 1607.08022) The arguments are those of `BatchNorm2d`, with other defaults: it learns
    nothing and keeps no running statistics, unless it is told to.

    Shapes: input (n, num_features, rows, columns) or without n, output the same.
    """

    ranks, axes_named = (3, 4), "3D or 4D"


class LayerNorm(_Affine):
    """Brings each sample to mean 0 and variance 1 over its last axes. (PyTorch: torch.nn.LayerNorm)

    (Ba et al. 2016, arXiv 1607.06450)

    Shapes: input (*, *normalized_shape), output the same; weight and bias normalized_shape. They start as 1 and 0.

    Arguments:
        normalized_shape: of the last axes; a number for the last one alone.
        eps: is added to the variance, against a division by 0.
        elementwise_affine: False leaves weight and bias out; `bias=False` only the bias.

    >>> import micrograd_nb as mg
    >>> mg.nn.LayerNorm(3)(mg.tensor([1.0, 2.0, 3.0]))
    tensor([-1.2247,  0.0000,  1.2247], grad_fn=<NativeLayerNormBackward0>)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self._learn(self.normalized_shape, elementwise_affine, elementwise_affine and bias, dtype)

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(_Affine):
    """Brings each group of channels of each sample to mean 0 and variance 1. (PyTorch: torch.nn.GroupNorm)

    (Wu and He 2018, arXiv 1803.08494)

    Shapes: input (n, num_channels, …), output the same; weight and bias (num_channels,). They start as 1 and 0.

    Raises:
        ValueError: channels that cannot be split in so many groups.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        bias: bool = True,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self._learn((num_channels,), affine, affine and bias, dtype)

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(_Affine):
    """Divides each sample by the root of its mean square over the last axes. (PyTorch: torch.nn.RMSNorm)

    (Zhang and Sennrich 2019, arXiv 1910.07467)

    Shapes: input (*, *normalized_shape), output the same; weight normalized_shape. It starts as 1.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter(
            "weight", Parameter(ones(self.normalized_shape, dtype=dtype)) if elementwise_affine else None
        )
        self.bias = None

    def forward(self, input: Tensor) -> Tensor:
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    """Divides each number by what `size` channels around it are like. (PyTorch: torch.nn.LocalResponseNorm)

    (Krizhevsky et al. 2012) See `functional.local_response_norm`.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def _shape(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    return tuple(normalized_shape) if isinstance(normalized_shape, Sequence) else (int(normalized_shape),)
