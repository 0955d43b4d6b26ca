"""Rows of the operations of layers: convolution, pooling, normalization, sampling, attention and recurrence."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import sliding_window_view

from micrograd_nb.autograd.rules import attention, convolution, normalization, pooling, recurrent, sampling, winograd
from micrograd_nb.autograd.rules.windows import Window
from micrograd_nb.tensors import apply
from tests.autograd.table.row import Row

# -- what NumPy says, as plainly as it can be said ---------------------------------------------------------------------


def padded(x: ndarray, n: int, fill: float = 0.0) -> ndarray:
    return np.pad(x, ((0, 0), (0, 0), (n, n), (n, n)), constant_values=fill)


def windows(x: ndarray, size: tuple[int, int], stride: int = 1) -> ndarray:
    """(n, channels, places, places, size, size)"""
    return sliding_window_view(x, size, (2, 3))[:, :, ::stride, ::stride]


def conv2d(x: ndarray, w: ndarray, b: ndarray | None = None, stride: int = 1, padding: int = 0) -> ndarray:
    y = np.einsum("ncijpq,ocpq->noij", windows(padded(x, padding), w.shape[2:], stride), w)
    return y if b is None else y + b[:, None, None]


def conv_transpose2d(x: ndarray, w: ndarray, b: ndarray, stride: int) -> ndarray:
    n, _, rows, columns = x.shape
    out = np.zeros((n, w.shape[1], (rows - 1) * stride + w.shape[2], (columns - 1) * stride + w.shape[3]))
    for i, j in product(range(rows), range(columns)):
        at = (
            slice(None),
            slice(None),
            slice(i * stride, i * stride + w.shape[2]),
            slice(j * stride, j * stride + w.shape[3]),
        )
        out[at] += np.einsum("nc,copq->nopq", x[:, :, i, j], w)
    return out + b[:, None, None]


def standard(x: ndarray, axes: tuple[int, ...], eps: float = 1e-5) -> ndarray:
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps) if x.size else x


def of_channels(v: ndarray, x: ndarray) -> ndarray:
    return v.reshape(-1, *[1] * (x.ndim - 2))


def attend(q: ndarray, k: ndarray, v: ndarray, mask: ndarray | float = 0.0) -> ndarray:
    p = np.exp(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]) + mask)
    return p / p.sum(-1, keepdims=True) @ v


def sigmoid(x: ndarray) -> ndarray:
    return 1 / (1 + np.exp(-x))


def run_rnn(x: ndarray, h: ndarray, w: ndarray, u: ndarray, b: ndarray, c: ndarray) -> ndarray:
    states = []
    for step in x:
        h = np.tanh(step @ w.T + b + h @ u.T + c)
        states.append(h)
    return np.stack(states)


def run_lstm(x: ndarray, h: ndarray, c: ndarray, w: ndarray, u: ndarray, b: ndarray, d: ndarray) -> ndarray:
    states = []
    for step in x:
        i, f, g, o = np.split(step @ w.T + b + h @ u.T + d, 4, -1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states)


def run_gru(x: ndarray, h: ndarray, w: ndarray, u: ndarray, b: ndarray, c: ndarray) -> ndarray:
    states = []
    for step in x:
        (r, z, n), (hr, hz, hn) = np.split(step @ w.T + b, 3, -1), np.split(h @ u.T + c, 3, -1)
        z = sigmoid(z + hz)
        h = (1 - z) * np.tanh(n + sigmoid(r + hr) * hn) + z * h
        states.append(h)
    return np.stack(states)


def recurrence(name: str) -> Callable[..., Any]:
    """One layer as a function of its inputs, states and weights: torch.lstm(…), or our operation."""

    def call(m: Any, x: Any, *rest: Any) -> Any:
        states, weights = rest[:-4], list(rest[-4:])
        if m.__name__ == "torch":
            hx = tuple(s[None] for s in states) if name == "lstm" else states[0][None]
            function = getattr(m, {"rnn": "rnn_tanh"}.get(name, name))
            return function(x, hx, weights, True, 1, 0.0, False, False, False)[0]
        options = {"nonlinearity": "tanh"} if name == "rnn" else {}
        return apply(getattr(recurrent, name), x, *states, *weights, reverse=False, **options)[0]

    return call


def heads(m: Any, x: Any) -> Any:
    """The queries, of queries, keys and values side by side."""
    if m.__name__ == "torch":
        return x.reshape(*x.shape[:2], 3, 2, x.shape[2] // 6).permute(2, 0, 3, 1, 4)[0]
    return apply(attention.split_heads, x, parts=3, heads=2, batch_first=True)[0]


def tiled(m: Any, *xs: Any) -> Any:
    """A convolution of 3 × 3 by Winograd's tiles, also of so few channels that nobody would choose it."""
    if m.__name__ == "torch" or not xs[0].is_floating_point():
        return m.nn.functional.conv2d(*xs, padding=1)
    return apply(winograd.conv, *xs, *[None] * (3 - len(xs)), window=Window((3, 3), padding=(1, 1)))


def weights(gates: int, size: int = 2, hidden: int = 3) -> tuple[tuple[int, ...], ...]:
    rows = gates * hidden
    return (rows, size), (rows, hidden), (rows,), (rows,)


# fmt: off

IMAGES = (((2, 2, 4, 4),), ((0, 2, 4, 4),))

CONVOLUTION = [
    Row("conv2d",              convolution.conv,        lambda m, *xs: m.nn.functional.conv2d(*xs),                      conv2d, (((2, 2, 4, 3), (3, 2, 2, 2), (3,)), ((0, 2, 4, 3), (3, 2, 2, 2), (3,)))),
    Row("conv2d, many channels", convolution.conv,      lambda m, *xs: m.nn.functional.conv2d(*xs, stride=2, padding=1), lambda *xs: conv2d(*xs, stride=2, padding=1), (((1, 5, 4, 4), (2, 5, 3, 3), (2,)), ((0, 5, 4, 4), (2, 5, 3, 3), (2,)))),
    Row("conv2d, 1 × 1",       convolution.conv,        lambda m, *xs: m.nn.functional.conv2d(*xs),                      conv2d, (((2, 4, 3, 2), (3, 4, 1, 1)), ((0, 4, 3, 2), (3, 4, 1, 1)))),
    Row("conv2d, groups",      convolution.conv,        lambda m, *xs: m.nn.functional.conv2d(*xs, groups=2),            lambda x, w: np.concatenate([conv2d(x[:, :2], w[:1]), conv2d(x[:, 2:], w[1:])], 1), (((2, 4, 3, 3), (2, 2, 2, 2)), ((0, 4, 3, 3), (2, 2, 2, 2)))),
    Row("conv2d, by tiles",    winograd.conv,           tiled,                                                           lambda *xs: conv2d(*xs, padding=1), (((2, 2, 4, 8), (3, 2, 3, 3), (3,)), ((1, 3, 4, 4), (2, 3, 3, 3)), ((0, 2, 4, 4), (3, 2, 3, 3), (3,)))),
    Row("conv1d",              convolution.conv,        lambda m, *xs: m.nn.functional.conv1d(*xs),                      lambda x, w, b: conv2d(x[:, :, None], w[:, :, None], b)[:, :, 0], (((2, 2, 5), (3, 2, 3), (3,)), ((0, 2, 5), (3, 2, 3), (3,)))),
    Row("conv_transpose2d",    convolution.conv_input,  lambda m, *xs: m.nn.functional.conv_transpose2d(*xs, stride=2),  lambda *xs: conv_transpose2d(*xs, stride=2), (((2, 2, 2, 3), (2, 3, 3, 2), (3,)), ((0, 2, 2, 3), (2, 3, 3, 2), (3,)))),
    Row("F.unfold",            sampling.unfold,         lambda m, x: m.nn.functional.unfold(x, 2),                       lambda x: windows(x, (2, 2)).transpose(0, 1, 4, 5, 2, 3).reshape(len(x), 8, 9), IMAGES),
    Row("fold",                sampling.fold,           lambda m, x: m.nn.functional.fold(x, (3, 3), 2),                 lambda x: conv_transpose2d(x.reshape(len(x), 4, 2, 2), np.eye(x.shape[1]).reshape(-1, x.shape[1] // 4, 2, 2), np.zeros(x.shape[1] // 4), 1), (((2, 4, 4),), ((0, 4, 4),))),
]

POOLING = [
    Row("max_pool2d, squares", pooling.largest_of_squares, lambda m, x: m.nn.functional.max_pool2d(x, 2),                lambda x: windows(x, (2, 2), 2).max((4, 5)), IMAGES),
    Row("max_pool2d",          pooling.pick_largest,    lambda m, x: m.nn.functional.max_pool2d(x, 3, 1, 1),             lambda x: windows(padded(x, 1, -np.inf), (3, 3)).max((4, 5)), IMAGES),
    Row("max_pool1d",          pooling.pick_largest,    lambda m, x: m.nn.functional.max_pool1d(x, 2),                   lambda x: x.reshape(*x.shape[:2], 3, 2).max(3), (((2, 2, 6),), ((0, 2, 6),))),
    Row("adaptive_max_pool2d", pooling.adaptive_largest, lambda m, x: m.nn.functional.adaptive_max_pool2d(x, 2),         lambda x: windows(x, (2, 2), 2).max((4, 5)), IMAGES),
    Row("max_unpool2d",        pooling.max_unpool,      lambda m, x: m.nn.functional.max_unpool2d(x, m.arange(16).reshape(1, 1, 4, 4)[:, :, ::2, ::2].expand(*x.shape).contiguous(), 2), lambda x: np.kron(x, [[1, 0], [0, 0]]), (((2, 3, 2, 2),), ((0, 3, 2, 2),))),
    Row("avg_pool2d",          pooling.mean,            lambda m, x: m.nn.functional.avg_pool2d(x, 2, 1, 1),             lambda x: windows(padded(x, 1), (2, 2)).mean((4, 5)), IMAGES),
    Row("avg_pool1d",          pooling.mean,            lambda m, x: m.nn.functional.avg_pool1d(x, 2),                   lambda x: x.reshape(*x.shape[:2], 3, 2).mean(3), (((2, 2, 6),), ((0, 2, 6),))),
    Row("adaptive_avg_pool2d", sampling.adaptive_mean,  lambda m, x: m.nn.functional.adaptive_avg_pool2d(x, 3),          lambda x: windows(x, (2, 2)).mean((4, 5)), IMAGES),
]

NORMALIZATION = [
    Row("layer_norm",          normalization.layer_norm, lambda m, x, w, b: m.nn.functional.layer_norm(x, (4,), w, b),   lambda x, w, b: standard(x, (-1,)) * w + b, (((2, 3, 4), (4,), (4,)), ((0, 4), (4,), (4,)))),
    Row("layer_norm, axes",    normalization.layer_norm, lambda m, x: m.nn.functional.layer_norm(x, (3, 4)),             lambda x: standard(x, (-2, -1)), (((2, 3, 4),), ((0, 3, 4),))),
    Row("rms_norm",            normalization.rms_norm,  lambda m, x, w: m.nn.functional.rms_norm(x, (4,), w, 0.1),       lambda x, w: x / np.sqrt((x * x).mean(-1, keepdims=True) + 0.1) * w, (((2, 3, 4), (4,)), ((0, 4), (4,)))),
    Row("group_norm",          normalization.group_norm, lambda m, x, w, b: m.nn.functional.group_norm(x, 2, w, b),      lambda x, w, b: standard(x.reshape(len(x), 2, x[:1].size // 2), (-1,)).reshape(x.shape) * of_channels(w, x) + of_channels(b, x), (((2, 4, 2, 3), (4,), (4,)), ((2, 6), (6,), (6,)), ((0, 4, 2), (4,), (4,)))),
    Row("batch_norm",          normalization.batch_norm, lambda m, x, w, b: m.nn.functional.batch_norm(x, None, None, w, b, True), lambda x, w, b: standard(x, (0, *range(2, x.ndim))) * of_channels(w, x) + of_channels(b, x), (((3, 4), (4,), (4,)), ((2, 3, 2, 2), (3,), (3,)), ((0, 4), (4,), (4,)))),
    Row("batch_norm, fixed",   normalization.batch_norm_fixed, lambda m, x, w, b: m.nn.functional.batch_norm(x, m.zeros(3, dtype=x.dtype), m.ones(3, dtype=x.dtype), w, b), lambda x, w, b: x / np.sqrt(1 + 1e-5) * of_channels(w, x) + of_channels(b, x), (((4, 3), (3,), (3,)), ((2, 3, 2), (3,), (3,)), ((0, 3), (3,), (3,)))),
]

SAMPLING = [
    Row("pad",                 sampling.constant_pad,   lambda m, x: m.nn.functional.pad(x, (1, -1, 2, 0), value=3.0),   lambda x: np.pad(x, ((2, 0), (1, 0)), constant_values=3)[:, :-1], (((3, 4),), ((0, 4),))),
    *[
        Row(f"pad, {mode}, {n}d", getattr(sampling, f"{kind}_pad{n}d"), lambda m, x, mode=mode, n=n: m.nn.functional.pad(x, (1, 2) * n, mode=mode),
            lambda x, n=n, how=how: np.pad(x, ((0, 0),) * 2 + ((1, 2),) * n, how) if x.size else np.zeros((0, x.shape[1], *[3 + k for k in x.shape[2:]])), (((2, 1, *(3,) * n),), ((0, 1, *(3,) * n),)))
        for mode, kind, how in (("reflect", "reflection", "reflect"), ("replicate", "replication", "edge")) for n in (1, 2, 3)
    ],
    Row("pad, circular",       sampling.circular_pad,   lambda m, x: m.nn.functional.pad(x, (2, 1), mode="circular"),    lambda x: np.pad(x, ((0, 0), (2, 1)), "wrap"), (((2, 3),), ((0, 3),))),
    Row("nearest, signals",    sampling.upsample_nearest1d, lambda m, x: m.nn.functional.interpolate(x, scale_factor=2), lambda x: x.repeat(2, 2), (((2, 1, 3),), ((0, 1, 3),))),
    Row("nearest, images",     sampling.upsample_nearest2d, lambda m, x: m.nn.functional.interpolate(x, scale_factor=2), lambda x: x.repeat(2, 2).repeat(2, 3), (((2, 1, 2, 3),), ((0, 1, 2, 3),))),
    Row("nearest-exact, signals", sampling.upsample_nearest_exact1d, lambda m, x: m.nn.functional.interpolate(x, 2, mode="nearest-exact"), lambda x: x[:, :, [0, 2]], (((2, 1, 3),), ((0, 1, 3),))),
    Row("nearest-exact, images", sampling.upsample_nearest_exact2d, lambda m, x: m.nn.functional.interpolate(x, 2, mode="nearest-exact"), lambda x: x[:, :, [0, 2]][..., [1, 3]], (((2, 1, 3, 4),), ((0, 1, 3, 4),))),
    Row("linear, interpolated",              sampling.upsample_linear1d, lambda m, x: m.nn.functional.interpolate(x, 5, mode="linear", align_corners=True), lambda x: x @ np.array([[1, 0.5, 0, 0, 0], [0, 0.5, 1, 0.5, 0], [0, 0, 0, 0.5, 1]]), (((2, 1, 3),), ((0, 1, 3),))),
    Row("bilinear",            sampling.upsample_bilinear2d, lambda m, x: m.nn.functional.interpolate(x, 3, mode="bilinear", align_corners=True), lambda x: np.array([[1, 0], [0.5, 0.5], [0, 1]]) @ x @ np.array([[1, 0.5, 0], [0, 0.5, 1]]), (((2, 1, 2, 2),), ((0, 1, 2, 2),))),
    Row("bicubic", sampling.upsample_bicubic2d, lambda m, x: m.nn.functional.interpolate(x, 1, mode="bicubic"), lambda x: (np.array([-0.09375, 0.59375, 0.59375, -0.09375]) @ x @ np.array([-0.09375, 0.59375, 0.59375, -0.09375]))[..., None, None], (((2, 1, 4, 4),), ((0, 1, 4, 4),))),
]

ATTENTION = [
    Row("attention",           attention.attention,     lambda m, *xs: m.nn.functional.scaled_dot_product_attention(*xs), attend, (((2, 3, 4), (2, 5, 4), (2, 5, 4)), ((3, 4), (5, 4), (5, 2)), ((0, 3, 4), (0, 5, 4), (0, 5, 4)))),
    Row("attention, mask",     attention.attention,     lambda m, *xs: m.nn.functional.scaled_dot_product_attention(*xs), attend, (((2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4), (3, 5)), ((3, 4), (5, 4), (5, 2), (3, 5)), ((0, 3, 4), (0, 5, 4), (0, 5, 4)))),
    Row("split_heads",         attention.split_heads,   heads,                                                           lambda x: x.reshape(*x.shape[:2], 3, 2, x.shape[2] // 6).transpose(2, 0, 3, 1, 4)[0], (((2, 3, 12),), ((0, 3, 12),))),
]

RECURRENCE = [
    Row("rnn",                 recurrent.rnn,           recurrence("rnn"),                                               run_rnn,  (((3, 2, 2), (2, 3), *weights(1)), ((3, 0, 2), (0, 3), *weights(1)))),
    Row("lstm",                recurrent.lstm,          recurrence("lstm"),                                              run_lstm, (((3, 2, 2), (2, 3), (2, 3), *weights(4)), ((3, 0, 2), (0, 3), (0, 3), *weights(4)))),
    Row("gru",                 recurrent.gru,           recurrence("gru"),                                               run_gru,  (((3, 2, 2), (2, 3), *weights(3)), ((3, 0, 2), (0, 3), *weights(3)))),
]

LAYERS = [*CONVOLUTION, *POOLING, *NORMALIZATION, *SAMPLING, *ATTENTION, *RECURRENCE]
