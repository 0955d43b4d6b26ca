"""Workloads d, e, e64, f and g: networks of lesson size beside PyTorch, hand-written NumPy and the prototype.

    python -m tests.benchmarks.networks                             # all of them, on one thread
    OMP_NUM_THREADS=2 python -m tests.benchmarks.networks e64 g     # some of them, on two
    python -m tests.benchmarks.networks --prototype …/engine.py     # and beside a prototype of the engine

    d     a perceptron 784-512-512-10 on a batch of 128: a training step with Adam
    e     a convolutional network on 32 images of 1×28×28: a training step with SGD
          convolution 3×3 (16), ReLU, max-pool, convolution 3×3 (32), ReLU, max-pool, linear
    e64   the same on 16 images of 3×64×64, with 32 and 64 channels
    f     a transformer's encoder layer, d = 64 in 4 heads, 256 hidden, on 16 sequences of 32: forward and backward
    g     an LSTM layer, 64 numbers in and 64 out, on 16 sequences of 32: forward and backward
    g128  the same with 128 out, on 32 sequences

All systems get the same numbers. Before anything is timed, equal losses over 5 training steps (d, e, e64) and equal
gradients (f, g) are checked, to 1e-5 (the losses of d, where Adam divides by small numbers, to 1e-4).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import sliding_window_view

import micrograd_nb as mg
from tests.benchmarks.paired import compare, report
from tests.benchmarks.peers import check_equal, load_prototype, pytorch

Runs = dict[str, Callable[[], Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS), metavar="workload", help=", ".join(WORKLOADS))
    parser.add_argument("--prototype", type=Path, help="a file with the prototype engine, to compare with it, too")
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    prototype = load_prototype(arguments.prototype) if arguments.prototype else None
    for name in arguments.workloads:
        title, make, tolerance = WORKLOADS[name]
        runs = make(prototype)
        check_equal(runs, tolerance, times=5)
        print(
            report(f"{name}: {title}", compare(runs, reference="ours", rounds=arguments.rounds), reference="ours"),
            flush=True,
        )


# -- d: a perceptron and Adam ------------------------------------------------------------------------------------------

SIZES = (784, 512, 512, 10)


def perceptron_runs(prototype: Any) -> Runs:
    """Each run makes one step and returns the loss before it."""
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(128, 784)).astype("f4"), rng.integers(0, 10, 128)
    start = [
        numbers
        for n_in, n_out in pairwise(SIZES)
        for numbers in (rng.normal(size=(n_out, n_in)).astype("f4") / n_in**0.5, np.zeros(n_out, "f4"))
    ]

    def model(nn: Any) -> Any:
        return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))

    def adam(optim: Any, parameters: Any) -> Any:
        return optim.Adam(parameters, lr=1e-3)

    runs = {"ours": training(mg, model(mg.nn), adam, images, labels, start)}
    if torch := pytorch():
        runs["PyTorch"] = training(torch, model(torch.nn), adam, images, labels, start)
    runs["NumPy by hand"] = perceptron_by_hand(images, labels, start)
    if prototype:
        runs["prototype"] = perceptron_of_prototype(prototype, images, labels, start)
    return runs


def training(library: Any, model: Any, make: Any, images: ndarray, labels: ndarray, start: list[ndarray]) -> Any:
    """A training step of any library's model, from given weights."""
    with library.no_grad():
        for parameter, numbers in zip(model.parameters(), start, strict=True):
            parameter.copy_(library.from_numpy(numbers))
    x, y = library.from_numpy(images), library.from_numpy(labels)
    loss_fn, optimizer = library.nn.CrossEntropyLoss(), make(library.optim, model.parameters())

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return step


def perceptron_by_hand(images: ndarray, labels: ndarray, start: list[ndarray]) -> Callable[[], Any]:
    weights = [a.copy() for a in start]
    adam = AdamByHand(weights)

    def step() -> Any:
        w1, b1, w2, b2, w3, b3 = weights
        a1 = np.maximum(images.dot(w1.T) + b1, 0)
        a2 = np.maximum(a1.dot(w2.T) + b2, 0)
        loss, d3 = cross_entropy_by_hand(a2.dot(w3.T) + b3, labels)
        d2 = d3.dot(w3) * (a2 > 0)
        d1 = d2.dot(w2) * (a1 > 0)
        adam.step([d1.T.dot(images), d1.sum(0), d2.T.dot(a1), d2.sum(0), d3.T.dot(a2), d3.sum(0)])
        return (loss,)

    return step


def cross_entropy_by_hand(logits: ndarray, labels: ndarray) -> tuple[ndarray, ndarray]:
    """The mean loss, and the gradient of the logits."""
    n = np.arange(len(labels))
    shifted = logits - logits.max(1, keepdims=True)
    p = np.exp(shifted)
    total = p.sum(1, keepdims=True)
    loss = (np.log(total[:, 0]) - shifted[n, labels]).mean()
    p /= total
    p[n, labels] -= 1
    return loss, p / len(labels)


class AdamByHand:
    """Adam in place, as one would write it for one model."""

    def __init__(self, weights: list[ndarray], lr: float = 1e-3) -> None:
        self.weights, self.lr, self.count = weights, lr, 0
        self.m, self.v, self.t = ([np.zeros_like(w) for w in weights] for _ in range(3))

    def step(self, grads: list[ndarray]) -> None:
        self.count += 1
        correction = (1 - 0.999**self.count) ** 0.5
        rate = np.float32(self.lr * correction / (1 - 0.9**self.count))
        for w, g, m, v, t in zip(self.weights, grads, self.m, self.v, self.t, strict=True):
            m *= np.float32(0.9)
            m += np.multiply(g, np.float32(0.1), t)
            v *= np.float32(0.999)
            np.multiply(g, g, t)
            t *= np.float32(0.001)
            v += t
            np.sqrt(v, t)
            t += np.float32(1e-8 * correction)
            np.divide(m, t, t)
            t *= rate
            w -= t


def perceptron_of_prototype(prototype: Any, images: ndarray, labels: ndarray, start: list[ndarray]) -> Any:
    parameters = w1, b1, w2, b2, w3, b3 = transposed_leaves(prototype, start)
    x, optimizer = prototype.Tensor(images), prototype.Adam(parameters)

    def step() -> Any:
        optimizer.zero_grad()
        hidden = prototype.linear(prototype.linear(x, w1, b1).relu(), w2, b2).relu()
        loss = prototype.cross_entropy(prototype.linear(hidden, w3, b3), labels)
        loss.backward()
        optimizer.step()
        return (loss.data,)

    return step


def transposed_leaves(prototype: Any, arrays: list[ndarray]) -> list[Any]:
    """The prototype's weights: its matrices are (in, out)."""
    return [prototype.Tensor(a.T.copy() if a.ndim == 2 else a.copy(), True) for a in arrays]


# -- e: convolution ----------------------------------------------------------------------------------------------------


def convolution_runs(prototype: Any, n: int, channels: tuple[int, int, int], size: int) -> Runs:
    """Each run makes one step and returns the loss before it."""
    rng = np.random.default_rng(0)
    first, second, third = channels
    images, labels = rng.normal(size=(n, first, size, size)).astype("f4"), rng.integers(0, 10, n)
    shapes = (second, first, 3, 3), (third, second, 3, 3), (10, third * (size // 4) ** 2)
    start = [
        numbers
        for shape in shapes
        for numbers in (
            rng.normal(size=shape).astype("f4") / np.prod(shape[1:]).astype("f4") ** 0.5,
            np.zeros(shape[0], "f4"),
        )
    ]

    def model(nn: Any) -> Any:
        layers = []
        for n_in, n_out in pairwise(channels):
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(third * (size // 4) ** 2, 10))

    def sgd(optim: Any, parameters: Any) -> Any:
        return optim.SGD(parameters, lr=0.01, momentum=0.9)

    runs = {"ours": training(mg, model(mg.nn), sgd, images, labels, start)}
    if torch := pytorch():
        runs["PyTorch"] = training(torch, model(torch.nn), sgd, images, labels, start)
    runs["NumPy by hand"] = convolution_by_hand(images, labels, start)
    if prototype:
        runs["prototype"] = convolution_of_prototype(prototype, images, labels, start)
    return runs


def convolution_by_hand(images: ndarray, labels: ndarray, start: list[ndarray]) -> Callable[[], Any]:
    """Channels last throughout, im2col, and max-pooling by comparisons."""
    w1, w2 = (a.transpose(2, 3, 1, 0).copy() for a in start[0:4:2])  # (3, 3, in, out)
    side = images.shape[2] // 4
    w3 = start[4].reshape(10, -1, side, side).transpose(0, 2, 3, 1).reshape(10, -1).copy()
    weights = [w1, start[1].copy(), w2, start[3].copy(), w3, start[5].copy()]
    velocities = [np.zeros_like(w) for w in weights]
    x = images.transpose(0, 2, 3, 1).copy()

    def step() -> Any:
        w1, b1, w2, b2, w3, b3 = weights
        columns1, y1 = convolve_by_hand(x, w1, b1)
        np.maximum(y1, 0, out=y1)
        p1, across1 = pool_by_hand(y1)
        columns2, y2 = convolve_by_hand(p1, w2, b2)
        np.maximum(y2, 0, out=y2)
        p2, across2 = pool_by_hand(y2)
        flat = p2.reshape(len(p2), -1)
        loss, d = cross_entropy_by_hand(flat.dot(w3.T) + b3, labels)
        grads = [d.T.dot(flat), d.sum(0)]
        g2 = unpool_by_hand(d.dot(w3).reshape(p2.shape), y2, across2)
        g2 *= y2 > 0
        rows2 = g2.reshape(-1, g2.shape[3])
        grads = [columns2.T.dot(rows2).reshape(w2.shape), rows2.sum(0), *grads]
        g1 = unpool_by_hand(deconvolve_by_hand(rows2, w2, p1.shape), y1, across1)
        g1 *= y1 > 0
        rows1 = g1.reshape(-1, g1.shape[3])
        grads = [columns1.T.dot(rows1).reshape(w1.shape), rows1.sum(0), *grads]
        for w, v, g in zip(weights, velocities, grads, strict=True):
            v *= np.float32(0.9)
            v += g
            w -= v * np.float32(0.01)
        return (loss,)

    return step


def convolve_by_hand(x: ndarray, w: ndarray, b: ndarray) -> tuple[ndarray, ndarray]:
    n, rows, columns, channels = x.shape
    padded = np.zeros((n, rows + 2, columns + 2, channels), x.dtype)
    padded[:, 1:-1, 1:-1] = x
    seen = sliding_window_view(padded, (3, 3), (1, 2)).transpose(0, 1, 2, 4, 5, 3)
    matrix = seen.reshape(n * rows * columns, 9 * channels)
    y = matrix.dot(w.reshape(9 * channels, -1))
    y += b
    return matrix, y.reshape(n, rows, columns, -1)


def deconvolve_by_hand(rows: ndarray, w: ndarray, shape: tuple[int, ...]) -> ndarray:
    n, height, width, channels = shape
    out = np.zeros((n, height + 2, width + 2, channels), rows.dtype)
    for i in range(3):
        for j in range(3):
            out[:, i : i + height, j : j + width] += rows.dot(w[i, j].T).reshape(shape)
    return out[:, 1:-1, 1:-1]


def pool_by_hand(x: ndarray) -> tuple[ndarray, ndarray]:
    across = np.maximum(x[:, :, ::2], x[:, :, 1::2])
    return np.maximum(across[:, ::2], across[:, 1::2]), across


def unpool_by_hand(g: ndarray, x: ndarray, across: ndarray) -> ndarray:
    d_across, d = np.empty_like(across), np.empty_like(x)
    np.multiply(g, across[:, ::2] >= across[:, 1::2], d_across[:, ::2])
    np.subtract(g, d_across[:, ::2], d_across[:, 1::2])
    np.multiply(d_across, x[:, :, ::2] >= x[:, :, 1::2], d[:, :, ::2])
    np.subtract(d_across, d[:, :, ::2], d[:, :, 1::2])
    return d


def convolution_of_prototype(prototype: Any, images: ndarray, labels: ndarray, start: list[ndarray]) -> Any:
    parameters = w1, b1, w2, b2, w3, b3 = transposed_leaves(prototype, start)
    x, optimizer = prototype.Tensor(images), prototype.SGD(parameters, 0.01, 0.9)

    def step() -> Any:
        optimizer.zero_grad()
        y = x
        for w, b in ((w1, b1), (w2, b2)):
            y = prototype.max_pool2(prototype.conv2d(y, w, b, padding=1).relu())
        loss = prototype.cross_entropy(prototype.linear(y.reshape(len(images), -1), w3, b3), labels)
        loss.backward()
        optimizer.step()
        return (loss.data,)

    return step


# -- f: a transformer's layer ------------------------------------------------------------------------------------------


def transformer_runs(prototype: Any) -> Runs:
    """Each run returns the gradients of all weights."""
    rng = np.random.default_rng(0)
    x, g = (rng.normal(size=(16, 32, 64)).astype("f4") for _ in range(2))

    def layer(nn: Any) -> Any:
        return nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)

    ours = layer(mg.nn)
    start = [rng.normal(size=tuple(p.shape)).astype("f4") * 0.1 for p in ours.parameters()]
    runs = {"ours": backward_through(mg, ours, x, g, start)}
    if torch := pytorch():
        runs["PyTorch"] = backward_through(torch, layer(torch.nn), x, g, start)
    if prototype:
        runs["prototype"] = transformer_of_prototype(prototype, x, g, start)
    return runs


def backward_through(library: Any, layer: Any, x: ndarray, g: ndarray, start: list[ndarray]) -> Callable[[], Any]:
    """Forward and backward through any library's layer, from given weights."""
    with library.no_grad():
        for parameter, numbers in zip(layer.parameters(), start, strict=True):
            parameter.copy_(library.from_numpy(numbers))
    inputs, gradient = library.from_numpy(x), library.from_numpy(g)
    parameters = list(layer.parameters())

    def run() -> Any:
        layer.zero_grad()
        output = layer(inputs)
        (output[0] if isinstance(output, tuple) else output).backward(gradient)
        return [p.grad for p in parameters]

    return run


def transformer_of_prototype(prototype: Any, x: ndarray, g: ndarray, start: list[ndarray]) -> Callable[[], Any]:
    weights = transposed_leaves(prototype, start)
    w_in, b_in, w_out, b_out, w1, b1, w2, b2, n1, c1, n2, c2 = weights
    inputs = prototype.Tensor(x)

    def run() -> Any:
        for w in weights:
            w.grad = None
        heads = prototype.linear(inputs, w_in, b_in).reshape(16, 32, 3, 4, 16).transpose(2, 0, 3, 1, 4)
        seen = prototype.attention(heads[0], heads[1], heads[2]).transpose(0, 2, 1, 3).reshape(16, 32, 64)
        y = prototype.layer_norm(inputs + prototype.linear(seen, w_out, b_out), n1, c1)
        y = prototype.layer_norm(y + prototype.linear(prototype.linear(y, w1, b1).relu(), w2, b2), n2, c2)
        y.backward(g)
        return [w.grad.T if w.grad.ndim == 2 else w.grad for w in weights]

    return run


# -- g: recurrence -----------------------------------------------------------------------------------------------------


def recurrence_runs(n: int, hidden: int) -> Runs:
    """Each run returns the gradients of all weights."""
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=(32, n, 64)).astype("f4"), rng.normal(size=(32, n, hidden)).astype("f4") * 0.01
    ours = mg.nn.LSTM(64, hidden)
    start = [p.numpy().copy() for p in ours.state_dict().values()]
    runs = {"ours": backward_through(mg, ours, x, g, start)}
    if torch := pytorch():
        runs["PyTorch"] = backward_through(torch, torch.nn.LSTM(64, hidden), x, g, start)
    return runs


WORKLOADS: dict[str, tuple[str, Callable[[Any], Runs], float]] = {
    "d": ("a perceptron 784-512-512-10, batch 128, one training step with Adam", perceptron_runs, 1e-4),
    "e": (
        "a convolutional network on 32 images of 1×28×28, one training step",
        lambda prototype: convolution_runs(prototype, 32, (1, 16, 32), 28),
        1e-5,
    ),
    "e64": (
        "a convolutional network on 16 images of 3×64×64, one training step",
        lambda prototype: convolution_runs(prototype, 16, (3, 32, 64), 64),
        1e-5,
    ),
    "f": ("a transformer's layer on 16 sequences of 32, forward and backward", transformer_runs, 1e-4),
    "g": ("an LSTM 64 → 64 on 16 sequences of 32, forward and backward", lambda _: recurrence_runs(16, 64), 1e-5),
    "g128": ("an LSTM 64 → 128 on 32 sequences of 32, forward and backward", lambda _: recurrence_runs(32, 128), 1e-5),
}

if __name__ == "__main__":
    main()
