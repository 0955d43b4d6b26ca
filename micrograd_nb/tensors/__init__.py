"""The Tensor and the functions that make tensors. Floor 1: an array, its gradient, and a node of `autograd`."""

from .axes import Size
from .core import Tensor
from .creation import (
    arange,
    as_tensor,
    empty,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    tensor,
    zeros,
    zeros_like,
)
from .dtypes import dtype, get_default_dtype, set_default_dtype
from .elementwise import where
from .functions import cross_entropy, linear
from .generator import Generator
from .joining import cat, stack
from .random import manual_seed, rand, rand_like, randint, randn, randn_like, randperm
from .record import apply, binary, unary

__all__ = [
    "Generator",
    "Size",
    "Tensor",
    "apply",
    "arange",
    "as_tensor",
    "binary",
    "cat",
    "cross_entropy",
    "dtype",
    "empty",
    "eye",
    "from_numpy",
    "full",
    "full_like",
    "get_default_dtype",
    "linear",
    "linspace",
    "manual_seed",
    "ones",
    "ones_like",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "set_default_dtype",
    "stack",
    "tensor",
    "unary",
    "where",
    "zeros",
    "zeros_like",
]
