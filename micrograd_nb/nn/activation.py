"""Activations as modules: the nonlinear functions between layers. What each does, `nn.functional` has as a function.

Without one, two linear layers are one linear layer. All but `PReLU` are without weights. With `inplace=True` an
activation writes into its input.
"""

from __future__ import annotations

from typing import Any

from ..tensors import Tensor, dtype
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter, new_parameter


def _shown(*arguments: str, inplace: bool = False) -> str:
    """What a module shows of itself: its arguments, and whether it works in place."""
    return ", ".join([*arguments, "inplace=True"] if inplace else arguments)


# -- of straight lines -------------------------------------------------------------------------------------------------


class ReLU(Module):
    """max(x, 0), element by element. (PyTorch: torch.nn.ReLU)

    >>> import micrograd_nb as mg
    >>> mg.nn.ReLU()(mg.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.relu_(input) if self.inplace else input.relu()

    def extra_repr(self) -> str:
        return _shown(inplace=self.inplace)


class Hardtanh(Module):
    """Limits every element to [min_val, max_val]. (PyTorch: torch.nn.Hardtanh)

    Raises:
        AssertionError: `max_val` is not greater than `min_val`.
        TypeError: one of the old names `min_value` and `max_value`.
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: None = None,
        max_value: None = None,
    ) -> None:
        super().__init__()
        if min_value is not None or max_value is not None:
            raise TypeError("the arguments min_value and max_value are called min_val and max_val")
        if max_val <= min_val:
            raise AssertionError(f"max_val ({max_val}) must be greater than min_val ({min_val})")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return _shown(f"min_val={self.min_val}", f"max_val={self.max_val}", inplace=self.inplace)


class ReLU6(Hardtanh):
    """min(max(x, 0), 6). (PyTorch: torch.nn.ReLU6)"""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return _shown(inplace=self.inplace)


class LeakyReLU(Module):
    """x above 0, negative_slope · x below. (PyTorch: torch.nn.LeakyReLU)"""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return _shown(f"negative_slope={self.negative_slope}", inplace=self.inplace)


class PReLU(Module):
    """`LeakyReLU` whose slope is learned, one for all channels or one for each. (PyTorch: torch.nn.PReLU)

    Shapes: input (n, channels, …) or any, output the same; weight (num_parameters,).

    Arguments:
        num_parameters: 1, or the number of channels.
        init: the slope to start from.

    >>> import micrograd_nb as mg
    >>> mg.nn.PReLU()(mg.tensor([-1.0, 2.0]))
    tensor([-0.2500,  2.0000], grad_fn=<PreluKernelBackward0>)
    """

    weight: Parameter

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: dtype | None = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = new_parameter(num_parameters, device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Starts over from the slope `init`."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """`LeakyReLU` with a slope drawn for each element while training, and the middle one after.

    (PyTorch: torch.nn.RReLU)
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        return _shown(f"lower={self.lower}", f"upper={self.upper}", inplace=self.inplace)


class Threshold(Module):
    """x above the threshold, `value` elsewhere. (PyTorch: torch.nn.Threshold)"""

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return _shown(f"threshold={self.threshold}", f"value={self.value}", inplace=self.inplace)


class Hardshrink(Module):
    """0 between −lambd and lambd, x elsewhere. (PyTorch: torch.nn.Hardshrink)"""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(Module):
    """Brings every element closer to 0 by lambd, and to 0 what is nearer than that. (PyTorch: torch.nn.Softshrink)"""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardsigmoid(Module):
    """x/6 + 1/2, limited to [0, 1]. (PyTorch: torch.nn.Hardsigmoid)"""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardsigmoid(input, self.inplace)


class Hardswish(Module):
    """x · hardsigmoid(x). (PyTorch: torch.nn.Hardswish)"""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.hardswish(input, self.inplace)


# -- of exponentials ---------------------------------------------------------------------------------------------------


class Sigmoid(Module):
    """1 / (1 + exp(−x)): any number becomes one between 0 and 1. (PyTorch: torch.nn.Sigmoid)"""

    def forward(self, input: Tensor) -> Tensor:
        return input.sigmoid()


class LogSigmoid(Module):
    """log(sigmoid(x)). (PyTorch: torch.nn.LogSigmoid)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.logsigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent: any number becomes one between −1 and 1. (PyTorch: torch.nn.Tanh)"""

    def forward(self, input: Tensor) -> Tensor:
        return input.tanh()


class Tanhshrink(Module):
    """x − tanh(x). (PyTorch: torch.nn.Tanhshrink)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.tanhshrink(input)


class Softsign(Module):
    """x / (1 + |x|). (PyTorch: torch.nn.Softsign)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.softsign(input)


class Softplus(Module):
    """log(1 + exp(beta · x)) / beta, and x where beta · x is above the threshold. (PyTorch: torch.nn.Softplus)"""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Tensor) -> Tensor:
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class ELU(Module):
    """x above 0, alpha · (eˣ − 1) below. (PyTorch: torch.nn.ELU)"""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return _shown(f"alpha={self.alpha}", inplace=self.inplace)


class CELU(Module):
    """x above 0, alpha · (exp(x / alpha) − 1) below. (PyTorch: torch.nn.CELU)"""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return _shown(f"alpha={self.alpha}", inplace=self.inplace)


class SELU(Module):
    """`ELU`, scaled so that mean 0 and variance 1 survive many layers. (PyTorch: torch.nn.SELU)"""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.selu(input, self.inplace)

    def extra_repr(self) -> str:
        return _shown(inplace=self.inplace)


class SiLU(Module):
    """x · sigmoid(x), also called swish. (PyTorch: torch.nn.SiLU)"""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.silu(input, self.inplace)

    def extra_repr(self) -> str:
        return _shown(inplace=self.inplace)


class Mish(Module):
    """x · tanh(softplus(x)). (PyTorch: torch.nn.Mish)"""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return F.mish(input, self.inplace)

    def extra_repr(self) -> str:
        return _shown(inplace=self.inplace)


class GLU(Module):
    """The first half along `dim`, times the sigmoid of the second half. (PyTorch: torch.nn.GLU)"""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class GELU(Module):
    """x · Φ(x), where Φ(x) is the share of a normal distribution below x. (PyTorch: torch.nn.GELU)

    Arguments:
        approximate: "none", or "tanh" for an approximation of Φ.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


# -- along an axis -----------------------------------------------------------------------------------------------------

OUTSIDE = 5  # a warning points at the line that called the module: so many calls out


class Softmax(Module):
    """exp(x) / Σ exp(x) along `dim`: positive numbers that add up to one. (PyTorch: torch.nn.Softmax)

    A loss on logits, such as `CrossEntropyLoss`, has it built in: do not put one before it.

    Arguments:
        dim: always say which; left out, it is guessed at each call, with a warning.

    >>> import micrograd_nb as mg
    >>> mg.nn.Softmax(dim=1)(mg.zeros(1, 4))
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return F.softmax(input, self.dim, _stacklevel=OUTSIDE)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """log(softmax(x)) along `dim`, computed so that it cannot overflow. (PyTorch: torch.nn.LogSoftmax)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.log_softmax(input, self.dim, _stacklevel=OUTSIDE)


class Softmin(Softmax):
    """softmax(−x) along `dim`. (PyTorch: torch.nn.Softmin)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.softmin(input, self.dim, _stacklevel=OUTSIDE)


class Softmax2d(Module):
    """The softmax over the channels of each pixel, of images (n, channels, h, w) or (channels, h, w).

    (PyTorch: torch.nn.Softmax2d)

    Raises:
        ValueError: an input with another number of axes.
    """

    def forward(self, input: Tensor) -> Tensor:
        if input.array.ndim not in (3, 4):
            raise ValueError(
                f"Softmax2d: expected input to be 3D or 4D, got {input.array.ndim}D instead: images are "
                "(n, channels, h, w) or (channels, h, w). For another axis use Softmax(dim)."
            )
        return F.softmax(input, -3)
