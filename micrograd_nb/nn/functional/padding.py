"""Padding: adds a margin around a tensor, or cuts one off. (PyTorch: torch.nn.functional.pad)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...autograd.rules import sampling as rules
from ...autograd.rules.sampling import Taps
from ...tensors import Tensor, apply

_MODES = {
    "reflect": (rules.reflection_pad1d, rules.reflection_pad2d, rules.reflection_pad3d),
    "replicate": (rules.replication_pad1d, rules.replication_pad2d, rules.replication_pad3d),
    "circular": (rules.circular_pad,) * 3,
}


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Adds a margin around a tensor; where `pad` is negative, cuts one off.

    Arguments:
        pad: (before, after) of the last axis, then of the one before it, and so on: (left, right, top, bottom).
        mode: "constant": `value` everywhere (0 if it is not given), for any number of axes.
            "reflect": the numbers mirrored at the edge, which is not repeated: 2 1 | 0 1 2 | 1 0.
            "replicate": the edge again and again: 0 0 | 0 1 2 | 2 2.
            "circular": as if the tensor came again: 1 2 | 0 1 2 | 0 1.
            The last three pad the last 1, 2 or 3 axes of a tensor that has one or two axes more.

    Raises:
        RuntimeError, NotImplementedError: a `pad` that does not fit the mode or the shape.

    >>> import micrograd_nb as mg
    >>> pad(mg.arange(3.0).reshape(1, 3), (2, 2), mode="reflect")
    tensor([[2., 1., 0., 1., 2., 1., 0.]])
    """
    shape, margins = input.array.shape, tuple(int(n) for n in pad)
    if len(margins) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2: (before, after) of each axis, but got {margins}")
    if len(margins) > 2 * len(shape):
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(margins)} and input of dimension {len(shape)}"
        )
    if mode == "constant":
        return _constant(input, margins, 0.0 if value is None else value)
    if mode not in _MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}: use constant, {', '.join(_MODES)}")
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument: it pads with numbers of the tensor')
    axes = len(margins) // 2
    if not 1 <= axes <= 3 or len(shape) - axes not in (1, 2):
        raise NotImplementedError(
            f"Padding size {len(margins)} is not supported for {len(shape)}D input tensor.\n"
            "Supported combinations for non-constant padding:\n"
            "  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
            "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n"
            "  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"
        )
    pairs = [(margins[2 * axis], margins[2 * axis + 1]) for axis in range(axes)]
    taps = tuple(_taps(mode, shape, axis, *pair) for axis, pair in enumerate(pairs))
    return apply(_MODES[mode][axes - 1], input, taps=taps)


def _constant(input: Tensor, margins: tuple[int, ...], value: float) -> Tensor:
    shape = input.array.shape
    untouched = (0,) * (len(shape) - len(margins) // 2)
    before, after = (*untouched, *margins[-2::-2]), (*untouched, *margins[::-2])
    for axis, (n, b, a) in enumerate(zip(shape, before, after, strict=True)):
        if n + min(b, 0) + min(a, 0) < 0:
            raise RuntimeError(
                f"The input size {n}, plus negative padding {b} and {a}, resulted in a negative output size, which is "
                f"invalid. Check dimension {axis} of your input."
            )
    return apply(rules.constant_pad, input, before=before, after=after, value=value)


def _taps(mode: str, shape: tuple[int, ...], axis: int, before: int, after: int) -> Taps:
    """Where each number along an axis, counted from the last, comes from."""
    n = shape[-axis - 1]
    if mode == "reflect" and max(before, after) >= n:
        raise RuntimeError(
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at dimension {len(shape) - axis - 1} of input {list(shape)}: the mirror shows no more"
        )
    left = n + min(before, 0) + min(after, 0)
    if mode == "circular" and max(before, after) > left >= 0:
        raise RuntimeError(
            f"Padding value causes wrapping around more than once: ({before}, {after}) around {left} numbers"
        )
    if left < (0 if mode == "circular" else 1):
        raise RuntimeError(
            f"padding {n} numbers along dimension {len(shape) - axis - 1} by ({before}, {after}) leaves none to pad "
            "with: cut less off"
        )
    at = np.arange(-before, n + after)
    if mode == "replicate":
        index = at.clip(0, n - 1)
    elif mode == "circular":  # cut first, and go round what is left
        cut = max(-before, 0)
        index = (at - cut) % max(left, 1) + cut
    else:
        index = n - 1 - abs(n - 1 - abs(at))
    return Taps(-axis - 1, n, index[None])
