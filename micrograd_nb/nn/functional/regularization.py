"""Dropout: switches parts off at random while training, so that no unit can rely on any other (Srivastava et al. 2014).

    dropout                             elements
    dropout1d, dropout2d, dropout3d     whole channels, since neighbours in an image say nearly the same
    alpha_dropout                       elements, and keeps mean 0 and variance 1, for networks of `selu`
    feature_alpha_dropout               whole channels in that way

What is kept is scaled up by 1 / (1 − p), so that the mean stays what it will be without dropout. With `training=False`
they return their input. The numbers drawn are those that `manual_seed` seeds, or those of a `generator`.

>>> import micrograd_nb as mg
>>> seed = mg.manual_seed(0)
>>> dropout(mg.ones(2, 6), p=0.5)
tensor([[0., 2., 0., 0., 0., 2.],
        [0., 2., 0., 2., 0., 0.]])
"""

from __future__ import annotations

import math
import warnings
from math import prod

import numpy as np
from numpy import ndarray

from ...tensors import Generator, Tensor
from ...tensors.generator import of as random_numbers
from ...tensors.record import wrap

SELU_FLOOR = 1.7580993408473766  # minus this is the least value of `selu`


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Makes each element 0 with probability `p`, and divides the others by 1 − p.

    Raises:
        ValueError: `p` is no probability.
        RuntimeError: the input is not of floats.
    """
    return _drop(input, p, training, inplace, input.array.shape, generator)


def dropout1d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Drops whole channels of sequences, (n, channels, length) or (channels, length).

    Raises:
        RuntimeError: an input with another number of axes.
    """
    _check_probability(p)
    if input.array.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.array.ndim}D input. Note that dropout1d exists "
            "to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional "
            "batch dimension (i.e. 2D or 3D inputs)."
        )
    return _drop(input, p, training, inplace, _of_channels(input, input.array.ndim - 1), generator)


def dropout2d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Drops whole channels of images, (n, channels, h, w).

    Warns, as PyTorch does, of inputs that it does not mean: with three axes it takes them for (n, channels, length).
    """
    _check_probability(p)
    ndim = input.array.ndim
    if ndim not in (3, 4):
        _warn_of_axes("dropout2d", ndim, "2 spatial dimensions", "3D or 4D")
    if ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired "
            "- input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a "
            "future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain "
            "the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return _drop(input, p, training, inplace, _of_channels(input, 2), generator)


def dropout3d(
    input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Drops whole channels of volumes, (n, channels, depth, h, w) or (channels, depth, h, w)."""
    _check_probability(p)
    ndim = input.array.ndim
    if ndim not in (4, 5):
        _warn_of_axes("dropout3d", ndim, "3 spatial dimensions", "4D or 5D")
    return _drop(input, p, training, inplace, _of_channels(input, 2 if ndim == 5 else 1), generator)


def alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Makes each element the least value of `selu` with probability `p`, then brings mean and variance back to 0 and 1.

    (Klambauer et al. 2017, arXiv 1706.02515)
    """
    return _drop_alpha(input, p, training, inplace, input.array.shape, generator)


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """`alpha_dropout` of whole channels, those of axis 1."""
    return _drop_alpha(input, p, training, inplace, _of_channels(input, 2), generator)


# -- what the functions above call -------------------------------------------------------------------------------------


def _drop(
    input: Tensor, p: float, training: bool, inplace: bool, shape: tuple[int, ...], generator: Generator | None
) -> Tensor:
    """Multiplies by a noise of the given shape, which broadcasts."""
    _check_probability(p)
    if not training or p == 0 or not input.array.size:
        return input
    noise = _noise(input, p, shape, generator)
    if p < 1:
        noise *= 1 / (1 - p)
    return input.mul_(wrap(noise)) if inplace else input * wrap(noise)


def _drop_alpha(
    input: Tensor, p: float, training: bool, inplace: bool, shape: tuple[int, ...], generator: Generator | None
) -> Tensor:
    """What is kept is scaled by `a`, and what is dropped becomes −a · SELU_FLOOR; then all is shifted to mean 0."""
    if p == 1:
        return _drop(input, p, training, inplace, shape, generator)
    _check_probability(p)
    if not training or p == 0 or not input.array.size:
        return input
    noise = _noise(input, p, shape, generator)
    a = 1 / math.sqrt((SELU_FLOOR**2 * p + 1) * (1 - p))
    shift = wrap((noise - (1 - p)) * (SELU_FLOOR * a))
    scale = wrap(noise * a)
    return input.mul_(scale).add_(shift) if inplace else input * scale + shift


def _noise(input: Tensor, p: float, shape: tuple[int, ...], generator: Generator | None) -> ndarray:
    """1 with probability 1 − p, 0 with p, in the input's dtype."""
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {input.dtype.scalar_type}: dropout scales "
            "what it keeps, so it takes floats. Use x.float()."
        )
    drawn = random_numbers(generator).uniform(prod(shape), np.dtype(np.float32)).reshape(shape)
    return (np.float32(p) <= drawn).astype(input.array.dtype)


def _of_channels(input: Tensor, axes: int) -> tuple[int, ...]:
    """The shape of a noise with a number for each place of the first axes."""
    if input.array.ndim < 2:
        raise RuntimeError(
            "Feature dropout requires at least 2 dimensions in the input, of which the second is that of the channels; "
            f"the input's shape is {tuple(input.array.shape)}. To drop elements use dropout."
        )
    return input.array.shape[:axes] + (1,) * (input.array.ndim - axes)


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _warn_of_axes(name: str, ndim: int, spatial: str, meant: str) -> None:
    warnings.warn(
        f"{name}: Received a {ndim}-D input to {name}, which is deprecated and will result in an error in a future "
        "release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"{name} exists to provide channel-wise dropout on inputs with {spatial}, a channel dimension, and an optional "
        f"batch dimension (i.e. {meant} inputs).",
        stacklevel=3,
    )
