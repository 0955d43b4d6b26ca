"""Padding layers: they add a margin around signals or images, or cut one off. See `functional.pad` for the modes."""

from __future__ import annotations

from ..tensors import Tensor
from . import functional as F
from .functional.sizes import Sizes, per_axis
from .module import Module


class _Pad(Module):
    """What all have in common: (before, after) of the last axis, then of the one before it; or one number for all."""

    axes: int
    mode: str

    def __init__(self, padding: Sizes) -> None:
        super().__init__()
        self.padding = per_axis(padding, 2 * self.axes, "padding")

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return str(self.padding)


class _ConstantPad(_Pad):
    """`ConstantPad1d` and `ConstantPad2d`."""

    mode = "constant"

    def __init__(self, padding: Sizes, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """Pads the last axis with `value`: `padding` is (left, right) or one number. (PyTorch: torch.nn.ConstantPad1d)"""

    axes = 1


class ConstantPad2d(_ConstantPad):
    """Pads the last two axes with `value`. `padding` is (left, right, top, bottom) or one number.

    (PyTorch: torch.nn.ConstantPad2d)
    """

    axes = 2


class ZeroPad1d(_Pad):
    """Pads the last axis with zeros. (PyTorch: torch.nn.ZeroPad1d)"""

    axes, mode = 1, "constant"


class ZeroPad2d(_Pad):
    """Pads the last two axes with zeros: (left, right, top, bottom) or one number. (PyTorch: torch.nn.ZeroPad2d)

    >>> import micrograd_nb as mg
    >>> mg.nn.ZeroPad2d((1, 0, 0, 0))(mg.ones(1, 2, 2))
    tensor([[[0., 1., 1.],
             [0., 1., 1.]]])
    """

    axes, mode = 2, "constant"


class ReflectionPad1d(_Pad):
    """Pads the last axis with its mirror image. (PyTorch: torch.nn.ReflectionPad1d)"""

    axes, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """Pads the last two axes with their mirror image. (PyTorch: torch.nn.ReflectionPad2d)"""

    axes, mode = 2, "reflect"


class ReplicationPad1d(_Pad):
    """Pads the last axis with its edge, again and again. (PyTorch: torch.nn.ReplicationPad1d)"""

    axes, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """Pads the last two axes with their edges, again and again. (PyTorch: torch.nn.ReplicationPad2d)"""

    axes, mode = 2, "replicate"


class CircularPad1d(_Pad):
    """Pads the last axis as if it came again. (PyTorch: torch.nn.CircularPad1d)"""

    axes, mode = 1, "circular"


class CircularPad2d(_Pad):
    """Pads the last two axes as if the image came again. (PyTorch: torch.nn.CircularPad2d)"""

    axes, mode = 2, "circular"
