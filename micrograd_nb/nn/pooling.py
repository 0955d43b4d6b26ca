"""Pooling layers: one number for what a window sees of each channel. They learn nothing.

What each does, `nn.functional` has as a function: `MaxPool2d` is `max_pool2d`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..tensors import Tensor
from . import functional as F
from .functional.sizes import Sizes, per_axis
from .module import Module


class _MaxPool(Module):
    """What `MaxPool1d` and `MaxPool2d` have in common."""

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPool):
    """The largest number that a window sees of a signal. (PyTorch: torch.nn.MaxPool1d)

    Shapes: input (n, channels, length) or (channels, length), output (n, channels, places).
    """

    def forward(self, input: Tensor) -> Any:
        return F.max_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )


class MaxPool2d(_MaxPool):
    """The largest number that a window sees, in each channel for itself. (PyTorch: torch.nn.MaxPool2d)

    Shapes: input (n, channels, rows, columns) or without n, output (n, channels, places, places). For the arguments see
    `functional.max_pool2d`.

    >>> import micrograd_nb as mg
    >>> mg.nn.MaxPool2d(2)(mg.randn(8, 16, 28, 28)).shape
    micrograd_nb.Size([8, 16, 14, 14])
    """

    def forward(self, input: Tensor) -> Any:
        return F.max_pool2d(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )


class MaxUnpool2d(Module):
    """Puts the numbers of a `MaxPool2d(return_indices=True)` back to their places. (PyTorch: torch.nn.MaxUnpool2d)"""

    def __init__(self, kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> None:
        super().__init__()
        self.kernel_size = per_axis(kernel_size, 2, "kernel_size")
        self.stride = self.kernel_size if stride is None else per_axis(stride, 2, "stride")
        self.padding = per_axis(padding, 2, "padding")

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return F.max_unpool2d(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(Module):
    """The mean of what a window sees of a signal. (PyTorch: torch.nn.AvgPool1d)

    Shapes: input (n, channels, length) or (channels, length), output (n, channels, places).
    """

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = per_axis(kernel_size, 1, "kernel_size")
        self.stride = self.kernel_size if stride is None else per_axis(stride, 1, "stride")
        self.padding = per_axis(padding, 1, "padding")
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """The mean of what a window sees, in each channel for itself. (PyTorch: torch.nn.AvgPool2d)

    Shapes: input (n, channels, rows, columns) or without n, output (n, channels, places, places). For the arguments see
    `functional.avg_pool2d`.
    """

    def __init__(
        self,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, kernel_size if stride is None else stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _LPPool(Module):
    """What `LPPool1d` and `LPPool2d` have in common."""

    def __init__(
        self, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """(Σ xᵖ)^(1/p) over what a window sees of a signal. (PyTorch: torch.nn.LPPool1d)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool1d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool2d(_LPPool):
    """(Σ xᵖ)^(1/p) over what a window sees, p being `norm_type`. (PyTorch: torch.nn.LPPool2d)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.lp_pool2d(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class _AdaptiveAvgPool(Module):
    """What `AdaptiveAvgPool1d` and `AdaptiveAvgPool2d` have in common."""

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """The means of `output_size` parts of a signal. (PyTorch: torch.nn.AdaptiveAvgPool1d)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """The means of `output_size` parts: whatever size goes in, one comes out. (PyTorch: torch.nn.AdaptiveAvgPool2d)

    Shapes: input (n, channels, rows, columns) or without n, output (n, channels, *output_size). None in `output_size`
    keeps that axis as it is.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(input, self.output_size)


class _AdaptiveMaxPool(_AdaptiveAvgPool):
    """What `AdaptiveMaxPool1d` and `AdaptiveMaxPool2d` have in common."""

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The largest numbers of `output_size` parts of a signal. (PyTorch: torch.nn.AdaptiveMaxPool1d)"""

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The largest numbers of `output_size` parts. (PyTorch: torch.nn.AdaptiveMaxPool2d)"""

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)
