"""Convolutional layers: a window of weights slides over signals or images, the same weights at every place."""

from __future__ import annotations

import math
from typing import Any

from ..tensors import Tensor, dtype, empty
from . import functional as F
from . import init
from .functional.sizes import Sizes, per_axis
from .module import Module
from .parameter import Parameter

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _Convolution(Module):
    """What all have in common: a weight and a bias, and how the window slides."""

    axes: int
    transposed = False
    weight: Parameter
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes,
        padding: Sizes | str,
        output_padding: Sizes,
        dilation: Sizes,
        groups: int,
        bias: bool,
        padding_mode: str,
        dtype: dtype | None,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation, self.output_padding = (
            per_axis(sizes, self.axes, what)
            for what, sizes in (
                ("kernel_size", kernel_size),
                ("stride", stride),
                ("dilation", dilation),
                ("output_padding", output_padding),
            )
        )
        self.padding = padding if isinstance(padding, str) else per_axis(padding, self.axes, "padding")
        self.padding_mode = padding_mode
        self._check()
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(empty(first, second // groups, *self.kernel_size, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_channels, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError(f"groups must be a positive integer, and is {self.groups}")
        for what, channels in (("in_channels", self.in_channels), ("out_channels", self.out_channels)):
            if channels % self.groups:
                raise ValueError(f"{what} must be divisible by groups, but {channels} is not by {self.groups}")
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {self.padding!r}, should be one of {{'valid', 'same'}}")
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError(
                    f"padding='same' is not supported for strided convolutions: the stride is {self.stride}. Give the "
                    "padding as numbers."
                )
        if self.padding_mode not in _PADDING_MODES:
            modes = ", ".join(map(repr, _PADDING_MODES))
            raise ValueError(f"padding_mode must be one of {{{modes}}}, but got padding_mode='{self.padding_mode}'")

    def reset_parameters(self) -> None:
        """Draws new weights and a new bias, uniform between ±1/√(how many weights go into one output)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(max(init.fan_in_and_fan_out(self.weight)[0], 1))
            init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        parts = [
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}",
            f"padding={self.padding}" if self.padding != (0,) * self.axes else "",
            f"dilation={self.dilation}" if self.dilation != (1,) * self.axes else "",
            f"output_padding={self.output_padding}" if self.output_padding != (0,) * self.axes else "",
            f"groups={self.groups}" if self.groups != 1 else "",
            "bias=False" if self.bias is None else "",
            f"padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else "",
        ]
        return ", ".join(part for part in parts if part)


class _Direct(_Convolution):
    """`Conv1d` and `Conv2d`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, 0, dilation, groups, bias, padding_mode, dtype
        )

    def forward(self, input: Tensor) -> Tensor:
        convolve = F.conv1d if self.axes == 1 else F.conv2d
        if self.padding_mode == "zeros":
            return convolve(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        padded = F.pad(input, self._margins(), mode=self.padding_mode)
        return convolve(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)

    def _margins(self) -> list[int]:
        """How much to pad before and after each axis, the last axis first."""
        if self.padding == "valid":
            return [0, 0] * self.axes
        if isinstance(self.padding, str):
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [n for total in reversed(totals) for n in (total // 2, total - total // 2)]
        return [n for n in reversed(self.padding) for _ in range(2)]


class Conv1d(_Direct):
    """Slides a window of weights along signals. As `Conv2d`, with one axis. (PyTorch: torch.nn.Conv1d)

    Shapes: input (n, in, length) or (in, length), output (n, out, places).

    >>> import micrograd_nb as mg
    >>> mg.nn.Conv1d(4, 8, 3, padding=1)(mg.randn(2, 4, 10)).shape
    micrograd_nb.Size([2, 8, 10])
    """

    axes = 1


class Conv2d(_Direct):
    """Slides a window of weights over images; the same weights at every place. (PyTorch: torch.nn.Conv2d)

    Shapes: input (n, in, rows, columns) or (in, rows, columns), output (n, out, places, places);
    weight (out, in / groups, *kernel_size), bias (out,). Both start uniform between ±1/√(in / groups · kernel's area).

    Arguments:
        kernel_size: of the window: one number, or (rows, columns). So are the next three.
        stride: how far the window goes from one place to the next.
        padding: so much around the image; "same": so much that it keeps its size; "valid": none.
        dilation: how far the elements of the window are apart.
        groups: the channels are split in so many groups, each with weights of its own.
        bias: False leaves the bias out; it is None then.
        padding_mode: what to pad with: "zeros", "reflect", "replicate" or "circular" (see `functional.pad`).
        dtype: of weight and bias, and so of the input; the default dtype if it is not given.

    Raises:
        ValueError: channels that cannot be split in groups; a padding that does not exist.
        RuntimeError: an input that does not fit.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Conv2d(1, 16, 3, padding=1)
    >>> layer(mg.randn(32, 1, 28, 28)).shape
    micrograd_nb.Size([32, 16, 28, 28])
    >>> layer
    Conv2d(1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    axes = 2


class _Transposed(_Convolution):
    """`ConvTranspose1d` and `ConvTranspose2d`."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        *,
        dtype: dtype | None = None,
    ) -> None:
        if padding_mode != "zeros":
            kind = type(self).__name__
            raise ValueError(f'Only "zeros" padding mode is supported for {kind}, not {padding_mode!r}')
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            dilation,
            groups,
            bias,
            padding_mode,
            dtype,
        )

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """`output_size`: of the image that comes out, where the stride leaves a choice; its last numbers count."""
        transpose = F.conv_transpose1d if self.axes == 1 else F.conv_transpose2d
        more = self.output_padding if output_size is None else self._output_padding(input, tuple(output_size))
        assert not isinstance(self.padding, str)
        return transpose(input, self.weight, self.bias, self.stride, self.padding, more, self.groups, self.dilation)

    def _output_padding(self, input: Tensor, output_size: tuple[int, ...]) -> tuple[int, ...]:
        wanted = output_size[-self.axes :]
        assert not isinstance(self.padding, str)
        smallest = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(
                input.shape[-self.axes :], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        largest = [least + s - 1 for least, s in zip(smallest, self.stride, strict=True)]
        if any(not low <= n <= high for low, n, high in zip(smallest, wanted, largest, strict=True)):
            raise ValueError(
                f"requested an output size of {list(wanted)}, but valid sizes range from {smallest} to {largest} (for "
                f"an input of {list(input.shape[-self.axes :])})"
            )
        return tuple(n - low for n, low in zip(wanted, smallest, strict=True))


class ConvTranspose1d(_Transposed):
    """The gradient of `Conv1d`, as a layer. As `ConvTranspose2d`, with one axis. (PyTorch: torch.nn.ConvTranspose1d)"""

    axes = 1


class ConvTranspose2d(_Transposed):
    """What `Conv2d` does to gradients, as a layer: with a stride, it makes images larger.

    (PyTorch: torch.nn.ConvTranspose2d; Zeiler et al. 2010)

    Shapes: input (n, in, rows, columns) or (in, rows, columns), output (n, out, …) with
    (rows − 1) · stride − 2 · padding + dilation · (kernel − 1) + output_padding + 1 rows, and columns alike;
    weight (in, out / groups, *kernel_size), bias (out,).

    Arguments:
        stride, padding, dilation, groups: those of the `Conv2d` whose gradient this is.
        output_padding: how much larger than the smallest possible the output is to be.
        bias, dtype: as for `Conv2d`.

    >>> import micrograd_nb as mg
    >>> mg.nn.ConvTranspose2d(16, 8, 2, stride=2)(mg.randn(1, 16, 7, 7)).shape
    micrograd_nb.Size([1, 8, 14, 14])
    """

    axes = 2
