"""Convolution and its transpose, of signals (1d) and images (2d). (PyTorch: torch.nn.functional.conv1d, …)"""

from __future__ import annotations

from typing import Any

from ...autograd.rules import convolution as rules
from ...autograd.rules import winograd
from ...autograd.rules.sampling import constant_pad
from ...autograd.rules.windows import Window
from ...tensors import Tensor, apply
from ...tensors.shapes import squeeze, unsqueeze
from .sizes import Sizes, per_axis


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Slides a window of weights along signals; at each place, what it covers is multiplied and added up.

    As `conv2d`, with one axis. Shapes: input (n, in, length) or (in, length), weight (out, in / groups, length).

    >>> import micrograd_nb as mg
    >>> conv1d(mg.tensor([[1.0, 2.0, 4.0, 7.0]]), mg.tensor([[[-1.0, 1.0]]]))  # differences
    tensor([[1., 2., 3.]])
    """
    return _convolve("conv1d", input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Slides a window of weights over images; at each place, what it covers is multiplied and added up.

    Shapes: input (n, in, rows, columns) or (in, rows, columns), weight (out, in / groups, rows, columns), bias (out,),
    result (n, out, rows, columns). Like PyTorch's, the window is not turned round: mathematically, a correlation.

    Arguments:
        stride: how far the window goes from one place to the next.
        padding: so many zeros around the image; "same": so many that it keeps its size; "valid": none.
        dilation: how far the elements of the window are apart.
        groups: the channels are split in so many groups, each with weights of its own.

    Raises:
        RuntimeError: shapes or dtypes that do not fit; the message says which and how.

    >>> import micrograd_nb as mg
    >>> conv2d(mg.randn(32, 1, 28, 28), mg.randn(16, 1, 3, 3), padding=1).shape
    micrograd_nb.Size([32, 16, 28, 28])
    """
    return _convolve("conv2d", input, weight, bias, stride, padding, dilation, groups)


def conv3d(input: Tensor, weight: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Not here: raises NotImplementedError, which says what to use instead."""
    raise NotImplementedError(_no_third_axis("conv3d", "conv2d", input))


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The gradient of `conv1d` for its input, as a layer. As `conv_transpose2d`, with one axis.

    Shapes: input (n, in, length) or (in, length), weight (in, out / groups, length).
    """
    return _transpose("conv_transpose1d", input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The gradient of `conv2d` for its input, as a layer: with a stride, it makes images larger.

    Shapes: input (n, in, rows, columns) or (in, rows, columns), weight (in, out / groups, rows, columns), bias (out,),
    result (n, out, rows, columns) with (rows − 1) · stride − 2 · padding + dilation · (size − 1) + output_padding + 1
    rows, and columns alike.

    Arguments:
        stride, padding, dilation, groups: those of the `conv2d` whose gradient this is.
        output_padding: with a stride, inputs of several sizes have outputs of one size: how much larger than the
            smallest this one is to be.

    Raises:
        RuntimeError: shapes or dtypes that do not fit; output padding that is not smaller than stride or dilation.

    >>> import micrograd_nb as mg
    >>> conv_transpose2d(mg.randn(1, 16, 7, 7), mg.randn(16, 8, 2, 2), stride=2).shape
    micrograd_nb.Size([1, 8, 14, 14])
    """
    return _transpose("conv_transpose2d", input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input: Tensor, weight: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Not here: raises NotImplementedError, which says what to use instead."""
    raise NotImplementedError(_no_third_axis("conv_transpose3d", "conv_transpose2d", input))


# -- both kinds --------------------------------------------------------------------------------------------------------


def _convolve(
    name: str,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    groups: int,
) -> Tensor:
    axes = int(name[-2])
    _check_tensors(name, axes, input, weight, bias, groups, transposed=False)
    if input.array.ndim == axes + 1:
        batch = unsqueeze(input, 0)
        return squeeze(_convolve(name, batch, weight, bias, stride, padding, dilation, groups), 0)
    steps, gaps = _positive("stride", stride, axes), _positive("dilation", dilation, axes)
    size = weight.array.shape[2:]
    if isinstance(padding, str):
        input, around = _pad_by_name(input, padding, size, steps, gaps)
    else:
        around = _not_negative("padding", padding, axes)
    window = _window(size, steps, around, gaps)
    _check_room(input.array.shape[2:], around, window)
    if winograd.fits(input.array, weight.array.shape[0], window, groups):
        return apply(winograd.conv, input, weight, bias, window=window)
    return apply(rules.conv, input, weight, bias, window=window, groups=groups)


def _transpose(
    name: str,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    groups: int,
    dilation: Sizes,
) -> Tensor:
    axes = int(name[-2])
    _check_tensors(name, axes, input, weight, bias, groups, transposed=True)
    if input.array.ndim == axes + 1:
        batch = unsqueeze(input, 0)
        return squeeze(_transpose(name, batch, weight, bias, stride, padding, output_padding, groups, dilation), 0)
    steps, gaps = _positive("stride", stride, axes), _positive("dilation", dilation, axes)
    around, more = _not_negative("padding", padding, axes), _not_negative("output padding", output_padding, axes)
    if any(m >= s and m >= d for m, s, d in zip(more, steps, gaps, strict=True)):
        raise RuntimeError(
            f"output padding must be smaller than either stride or dilation, but got output_padding: {more}, stride: "
            f"{steps}, dilation: {gaps}. It only chooses among the sizes that a stride makes one: raise the stride."
        )
    window = _window(weight.array.shape[2:], steps, around, gaps)
    places = input.array.shape[2:] if axes == 2 else (1, *input.array.shape[2:])
    plane = tuple(
        reach - 2 * p + m for reach, p, m in zip(window.reach(places), window.padding, (0, *more)[-2:], strict=True)
    )
    if min(plane) < 1:
        raise RuntimeError(
            f"Given input size per channel: {input.array.shape[2:]}. Calculated output size per channel: "
            f"{plane[-axes:]}. Output size is too small: give less padding than {around}, or a larger window."
        )
    return apply(rules.conv_input, input, weight, bias, plane=plane, window=window, groups=groups)


def _window(size: Any, stride: Any, padding: Any, dilation: Any) -> Window:
    """The window in a plane: that of a signal, in a plane of one row."""
    if len(size) == 2:
        return Window(size, stride, padding, dilation)
    return Window((1, *size), (1, *stride), (0, *padding), (1, *dilation))


def _pad_by_name(
    input: Tensor, padding: str, size: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[Tensor, tuple[int, ...]]:
    """Pads unevenly where "same" has to, and returns how much the window is to pad by itself."""
    if padding == "valid":
        return input, (0,) * len(size)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'. Use 'same', 'valid' or numbers.")
    if any(s != 1 for s in stride):
        raise RuntimeError(
            f"padding='same' is not supported for strided convolutions: with stride {stride} the output is smaller. "
            "Give the padding as numbers."
        )
    totals = [d * (k - 1) for d, k in zip(dilation, size, strict=True)]
    if any(total % 2 for total in totals):
        after = (0, 0, *(total % 2 for total in totals))
        input = apply(constant_pad, input, before=(0,) * len(after), after=after, value=0.0)
    return input, tuple(total // 2 for total in totals)


# -- checks ------------------------------------------------------------------------------------------------------------


def _positive(what: str, value: Sizes, axes: int) -> tuple[int, ...]:
    sizes = per_axis(value, axes, what)
    if min(sizes) < 1:
        raise RuntimeError(f"non-positive {what} is not supported: it is {sizes}, and must be at least 1")
    return sizes


def _not_negative(what: str, value: Sizes, axes: int) -> tuple[int, ...]:
    sizes = per_axis(value, axes, what)
    if min(sizes) < 0:
        raise RuntimeError(f"negative {what} is not supported: it is {sizes}. To cut an image, use slices.")
    return sizes


def _check_room(plane: tuple[int, ...], padding: tuple[int, ...], window: Window) -> None:
    padded = tuple(n + 2 * p for n, p in zip(plane, padding, strict=True))
    span = window.span[-len(plane) :]
    if any(n < s for n, s in zip(padded, span, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({_times(padded)}). Kernel size: ({_times(span)}). Kernel size "
            "can't be greater than actual input size: give padding, or a smaller window."
        )


def _check_tensors(
    name: str, axes: int, input: Tensor, weight: Tensor, bias: Tensor | None, groups: int, transposed: bool
) -> None:
    x, w = input.array, weight.array
    if x.ndim not in (axes + 1, axes + 2):
        raise RuntimeError(
            f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {name}, but got input of size: "
            f"{list(x.shape)}. The axes are (batch, channels, {'rows, columns' if axes == 2 else 'length'})."
        )
    if w.ndim != axes + 2:
        raise RuntimeError(
            f"{name} expects a weight of {axes + 2} axes, (out, in, window…), but got weight of size: {list(w.shape)}"
        )
    for what, other in (("weight", weight), ("bias", bias)):
        if other is not None and other.array.dtype != x.dtype:
            raise RuntimeError(
                f"Input type ({input.dtype.name}) and {what} type ({other.dtype.name}) should be the same: "
                f"convert one of them, for example with x.to({other.dtype.name})"
            )
    _check_channels(x.shape[-axes - 1], x.shape, w.shape, groups, transposed)
    out = w.shape[1] * groups if transposed else w.shape[0]
    if bias is not None and bias.array.shape != (out,):
        raise RuntimeError(
            f"Given weight of size {list(w.shape)}, expected bias to be 1-dimensional with {out} elements, but got "
            f"bias of size {list(bias.array.shape)} instead"
        )


def _check_channels(
    channels: int, input: tuple[int, ...], weight: tuple[int, ...], groups: int, transposed: bool
) -> None:
    if groups < 1:
        raise RuntimeError(f"non-positive groups is not supported: it is {groups}, and must be at least 1")
    if weight[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(weight)} instead"
        )
    if weight[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of "
            f"size {list(weight)} instead: each group has as many outputs as the others"
        )
    expected = weight[0] if transposed else weight[1] * groups
    if channels != expected:
        kind = "transposed=1" if transposed else f"groups={groups}"
        raise RuntimeError(
            f"Given {kind}, weight of size {list(weight)}, expected input{list(input)} to have {expected} channels, "
            f"but got {channels} channels instead. The channels are the axis before the "
            f"{'rows and columns' if len(weight) == 4 else 'length'}."
        )


def _no_third_axis(name: str, instead: str, input: Any) -> str:
    shape = list(input.array.shape) if isinstance(input, Tensor) else type(input).__name__
    return (
        f"{name} is not here: micrograd_nb convolves signals and images, and got {shape}. Use {instead} on one plane "
        "after another, or with the third axis among the channels."
    )


def _times(sizes: tuple[int, ...]) -> str:
    return " x ".join(map(str, sizes))
