"""Dropout as modules: at work in training mode, and the identity after `model.eval()`.

What each does, `nn.functional` has as a function of the same name in small letters.
"""

from __future__ import annotations

from ..tensors import Tensor
from . import functional as F
from .module import Module


class _Dropout(Module):
    """What all have in common: a probability."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """Makes each element 0 with probability p, and divides the others by 1 − p. (PyTorch: torch.nn.Dropout)

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Dropout(0.25)
    >>> sorted(set(layer(mg.ones(1000)).tolist()))
    [0.0, 1.3333333730697632]
    >>> layer.eval()(mg.ones(3))
    tensor([1., 1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_Dropout):
    """Drops whole channels of sequences, (n, channels, length). (PyTorch: torch.nn.Dropout1d)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """Drops whole channels of images, (n, channels, h, w). (PyTorch: torch.nn.Dropout2d)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_Dropout):
    """Drops whole channels of volumes, (n, channels, depth, h, w). (PyTorch: torch.nn.Dropout3d)"""

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """Dropout for networks of `SELU`: keeps mean 0 and variance 1. (PyTorch: torch.nn.AlphaDropout)

    `inplace` has no effect, as in PyTorch.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels. (PyTorch: torch.nn.FeatureAlphaDropout)

    `inplace` has no effect, as in PyTorch.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
