"""Pooling: one number for what a window sees of each channel. (PyTorch: torch.nn.functional.max_pool2d, …)"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import tracing
from ...autograd.rules import pooling as rules
from ...autograd.rules.reduction import mean_dim
from ...autograd.rules.sampling import Taps, adaptive_mean
from ...autograd.rules.windows import Pair, Window, as_plane
from ...tensors import Tensor, apply
from ...tensors.record import wrap
from ...tensors.shapes import squeeze, unsqueeze
from .sizes import Sizes, per_axis

_SQUARES = Window((2, 2), (2, 2))


def max_pool1d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number that a window sees of a signal. As `max_pool2d`, with one axis."""
    return _max_pool("max_pool1d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest number that a window sees, in each channel for itself. Of equals, the first gets the gradient.

    Shapes: input (n, channels, rows, columns) or without n, result the same with as many rows and columns as the window
    has places.

    Arguments:
        stride: how far the window goes from one place to the next; left out, its own size.
        padding: so much of −inf around the image, at most half of the window.
        dilation: how far the elements of the window are apart.
        ceil_mode: a last window may reach over the edge.
        return_indices: return (result, where in the flat plane each number was), which `max_unpool2d` takes.

    Raises:
        RuntimeError: a window that does not fit.

    >>> import micrograd_nb as mg
    >>> max_pool2d(mg.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 5.,  7.],
             [13., 15.]]])
    """
    return _max_pool("max_pool2d", input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of what a window sees of a signal. As `avg_pool2d`, with one axis."""
    return _avg_pool("avg_pool1d", input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of what a window sees, in each channel for itself.

    Shapes: input (n, channels, rows, columns) or without n, result the same with as many rows and columns as the window
    has places.

    Arguments:
        stride: how far the window goes from one place to the next; left out, its own size.
        padding: so many zeros around the image, at most half of the window.
        ceil_mode: a last window may reach over the edge.
        count_include_pad: whether zeros of the padding count when the sum is divided.
        divisor_override: divide the sum by this instead.

    Raises:
        RuntimeError: a window that does not fit.

    >>> import micrograd_nb as mg
    >>> avg_pool2d(mg.arange(16.0).reshape(1, 4, 4), 2)
    tensor([[[ 2.5000,  4.5000],
             [10.5000, 12.5000]]])
    """
    return _avg_pool("avg_pool2d", input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def lp_pool1d(
    input: Tensor, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ xᵖ)^(1/p) over what a window sees, p being `norm_type`. As `lp_pool2d`, with one axis."""
    (size,) = per_axis(kernel_size, 1, "kernel_size")
    means = avg_pool1d(input**norm_type, size, stride, 0, ceil_mode)
    return _root(means, norm_type, size)


def lp_pool2d(
    input: Tensor, norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
) -> Tensor:
    """(Σ xᵖ)^(1/p) over what a window sees, p being `norm_type`: 1 is the sum, a large one comes near the maximum."""
    rows, columns = per_axis(kernel_size, 2, "kernel_size")
    means = avg_pool2d(input**norm_type, kernel_size, stride, 0, ceil_mode)
    return _root(means, norm_type, rows * columns)


def _root(means: Tensor, norm_type: float, count: int) -> Tensor:
    return (means.sign() * means.abs().relu() * count) ** (1.0 / norm_type)


def adaptive_avg_pool1d(input: Tensor, output_size: Sizes) -> Tensor:
    """The means of `output_size` parts of a signal. As `adaptive_avg_pool2d`, with one axis."""
    return _adaptive_avg("adaptive_avg_pool1d", input, output_size)


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The means of `output_size` parts, as equal as they can be: whatever size goes in, one comes out.

    Shapes: input (n, channels, rows, columns) or without n, result (n, channels, *output_size). A None in
    `output_size` keeps that axis as it is.

    >>> import micrograd_nb as mg
    >>> adaptive_avg_pool2d(mg.randn(8, 64, 7, 9), 1).shape
    micrograd_nb.Size([8, 64, 1, 1])
    """
    return _adaptive_avg("adaptive_avg_pool2d", input, output_size)


def adaptive_max_pool1d(input: Tensor, output_size: Sizes, return_indices: bool = False) -> Any:
    """The largest numbers of `output_size` parts of a signal. As `adaptive_avg_pool1d`."""
    return _adaptive_max("adaptive_max_pool1d", input, output_size, return_indices)


def adaptive_max_pool2d(input: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest numbers of `output_size` parts. As `adaptive_avg_pool2d`, and `max_pool2d` for `return_indices`."""
    return _adaptive_max("adaptive_max_pool2d", input, output_size, return_indices)


def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Puts the numbers of a `max_pool2d` back to their places, with zeros between them.

    Shapes: input and indices (n, channels, rows, columns) or without n, result (n, channels, *plane).

    Arguments:
        indices: what `max_pool2d(…, return_indices=True)` returned.
        kernel_size, stride, padding: those of that pooling, which give the size of the plane.
        output_size: that size, where the pooling has cut something off. Its last two numbers count.

    Raises:
        RuntimeError: other shapes; an index outside of the plane.

    >>> import micrograd_nb as mg
    >>> values, indices = max_pool2d(mg.arange(16.0).reshape(1, 4, 4), 2, return_indices=True)
    >>> max_unpool2d(values, indices, 2)[0, 1]
    tensor([0., 5., 0., 7.])
    """
    if input.array.ndim == 3:
        args = (unsqueeze(indices, 0), kernel_size, stride, padding, output_size)
        return squeeze(max_unpool2d(unsqueeze(input, 0), *args), 0)
    if input.array.shape != indices.array.shape:
        raise RuntimeError(
            f"Expected shape of indices to be: {list(input.array.shape)} but got: {list(indices.array.shape)}"
        )
    size = per_axis(kernel_size, 2, "kernel_size")
    steps = size if stride is None else per_axis(stride, 2, "stride")
    around = per_axis(padding, 2, "padding")
    places = input.array.shape[2:]
    plane = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(places, steps, around, size, strict=True))
    if output_size is not None:
        plane = tuple(output_size)[-2:]
    at = indices.array
    if at.size and not (at.min() >= 0 and at.max() < plane[0] * plane[1]):
        raise RuntimeError(
            f"Found an invalid max index: {at.max()} (output volumes are of size {plane[0]}x{plane[1]}). Give the "
            "kernel_size and stride of the pooling, and output_size where it cut something off."
        )
    return apply(rules.max_unpool, input, index=at, plane=plane)


# -- windows -----------------------------------------------------------------------------------------------------------


def _max_pool(
    name: str,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    dilation: Sizes,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    if input.array.ndim == int(name[-2]) + 1:
        args = (kernel_size, stride, padding, dilation, ceil_mode)
        pooled = _max_pool(name, unsqueeze(input, 0), *args, return_indices)
        return tuple(squeeze(x, 0) for x in pooled) if return_indices else squeeze(pooled, 0)
    window = _window(name, input, kernel_size, stride, padding, dilation)
    if window == _SQUARES and not return_indices and _is_even(input.array):
        return apply(rules.largest_of_squares, input)
    index = rules.largest(input.array, window, _places(name, input.array, window, ceil_mode))
    pooled = apply(rules.pick_largest, input, index=index)
    return (pooled, wrap(index)) if return_indices else pooled


def _is_even(x: ndarray) -> bool:
    return x.ndim == 4 and x.dtype.kind == "f" and not (x.shape[2] % 2 or x.shape[3] % 2) and 0 not in x.shape


def _avg_pool(
    name: str,
    input: Tensor,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    if input.array.ndim == int(name[-2]) + 1:
        args = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return squeeze(_avg_pool(name, unsqueeze(input, 0), *args), 0)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero: divisor_override is what each sum is divided by")
    window = _window(name, input, kernel_size, stride, padding, 1)
    places = _places(name, input.array, window, ceil_mode)
    plane = as_plane(input.array).shape[2:]
    if divisor_override is not None:
        count: Any = input.array.dtype.type(divisor_override)
    else:
        count = _counts(window, places, plane, count_include_pad).astype(input.array.dtype)
    return apply(rules.mean, input, window=window, places=places, count=count)


def _counts(window: Window, places: Pair, plane: tuple[int, ...], with_padding: bool) -> ndarray:
    """How many numbers each window sees. What lies beyond the padding, where ceil_mode reaches, never counts."""
    along = []
    for n, count, size, stride, padding in zip(plane, places, window.size, window.stride, window.padding, strict=True):
        start = np.arange(count) * stride - padding
        end = np.minimum(start + size, n + padding)
        along.append(end - start if with_padding else np.minimum(end, n) - np.maximum(start, 0))
    return along[0][:, None] * along[1]


def _window(
    name: str, input: Tensor, kernel_size: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes
) -> Window:
    axes = int(name[-2])
    size = per_axis(kernel_size, axes, "kernel_size")
    steps = size if stride is None or stride == [] else per_axis(stride, axes, "stride")
    around, gaps = per_axis(padding, axes, "padding"), per_axis(dilation, axes, "dilation")
    _check(name, input, size, steps, around, gaps)
    if axes == 2:
        return Window(size, steps, around, gaps)  # type: ignore[arg-type]
    return Window((1, *size), (1, *steps), (0, *around), (1, *gaps))  # type: ignore[arg-type]


def _places(name: str, x: ndarray, window: Window, ceil_mode: bool) -> Pair:
    """How many places the window has; with `ceil_mode`, also one that begins inside and reaches over the edge."""
    plane = as_plane(x).shape[2:]
    places = window.places(plane)
    if ceil_mode:
        rounded_up = [
            ceil((n + 2 * p - span) / s) + 1
            for n, p, span, s in zip(plane, window.padding, window.span, window.stride, strict=True)
        ]
        places = tuple(
            count - ((count - 1) * s >= n + p)
            for count, s, n, p in zip(rounded_up, window.stride, plane, window.padding, strict=True)
        )
    if min(places) < 1:
        raise RuntimeError(
            f"Given input size: {tuple(x.shape[1:])}. Calculated output size: {(x.shape[1], *places)[: x.ndim - 1]}. "
            f"Output size is too small: the window of {name} sees {window.span}, more than there is."
        )
    return places


def _check(
    name: str,
    input: Tensor,
    size: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
) -> None:
    axes, x = len(size), input.array
    if x.ndim != axes + 2:
        raise RuntimeError(
            f"{name}(): Expected {axes + 1}D or {axes + 2}D input, (batch, channels, "
            f"{'rows, columns' if axes == 2 else 'length'}), but got {list(x.shape)}"
        )
    for what, sizes in (("kernel size", size), ("stride", stride), ("dilation", dilation)):
        if min(sizes) < 1:
            raise RuntimeError(f"{name}(): {what} should be greater than zero, but got {sizes}")
    if min(padding) < 0 or any(2 * p > d * (k - 1) + 1 for p, k, d in zip(padding, size, dilation, strict=True)):
        raise RuntimeError(
            f"{name}(): pad should be at most half of effective kernel size, but got pad={padding}, kernel_size={size} "
            f"and dilation={dilation}: otherwise a window could see nothing but padding"
        )


# -- parts -------------------------------------------------------------------------------------------------------------


def _adaptive_avg(name: str, input: Tensor, output_size: Any) -> Tensor:
    sizes, plane = _output_sizes(name, input, output_size)
    if 1 == sizes[-1] == sizes[0]:
        return apply(mean_dim, input, dim=tuple(range(-len(plane), 0)), keepdim=True)
    taps = tuple(_mean_of_parts(axis - len(plane), n, m) for axis, (n, m) in enumerate(zip(plane, sizes, strict=True)))
    return apply(adaptive_mean, input, taps=taps)


def _adaptive_max(name: str, input: Tensor, output_size: Any, return_indices: bool) -> Any:
    if input.array.ndim == int(name[-2]) + 1:
        pooled = _adaptive_max(name, unsqueeze(input, 0), output_size, return_indices)
        return tuple(squeeze(x, 0) for x in pooled) if return_indices else squeeze(pooled, 0)
    sizes, plane = _output_sizes(name, input, output_size)
    index = _largest_of_parts(input.array, plane, sizes)
    pooled = apply(rules.adaptive_largest, input, index=index)
    return (pooled, wrap(index)) if return_indices else pooled


def _output_sizes(name: str, input: Tensor, output_size: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    axes, x = int(name[-2]), input.array
    if x.ndim not in (axes + 1, axes + 2):
        raise RuntimeError(
            f"{name}(): Expected {axes + 1}D or {axes + 2}D tensor, (batch, channels, "
            f"{'rows, columns' if axes == 2 else 'length'}), but got {list(x.shape)}"
        )
    plane = x.shape[-axes:]
    given = tuple(output_size) if isinstance(output_size, Sequence) else (output_size,) * axes
    sizes = tuple(n if m is None else int(m) for n, m in zip(plane, given, strict=True))
    if min(sizes) < 0:
        raise RuntimeError(f"{name}(): elements of output_size must be greater than or equal to 0 but received {sizes}")
    return sizes, plane


def parts(n: int, m: int) -> tuple[ndarray, ndarray]:
    """Where each of m parts of n numbers begins and ends. Where n is no multiple of m, some overlap by one."""
    at = np.arange(m)
    return at * n // m, -(-(at + 1) * n // m)


def _mean_of_parts(axis: int, n: int, m: int) -> Taps:
    start, end = parts(n, m)
    index = start + np.arange((end - start).max(initial=0))[:, None]
    inside = index < end
    return Taps(axis, n, np.where(inside, index, start), inside / (end - start))


@tracing.whole
def _largest_of_parts(x: ndarray, plane: tuple[int, ...], sizes: tuple[int, ...]) -> ndarray:
    """Where the largest number of each part is, as an index into the flat plane."""
    columns = plane[-1]
    (top, bottom), (left, right) = (parts(n, m) for n, m in zip((1, *plane)[-2:], (1, *sizes)[-2:], strict=True))
    planes, index = as_plane(x), np.zeros((*x.shape[:2], len(top), len(left)), np.int64)
    for i, j in np.ndindex(len(top), len(left)):
        part = planes[:, :, top[i] : bottom[i], left[j] : right[j]]
        row, column = np.divmod(part.reshape(*x.shape[:2], part.shape[2] * part.shape[3]).argmax(2), part.shape[3])
        index[:, :, i, j] = (row + top[i]) * columns + column + left[j]
    return index.reshape(*x.shape[:2], *sizes)
