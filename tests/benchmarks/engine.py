"""Workloads a, b and c: how fast the engine is beside PyTorch, HIPS autograd, hand-written NumPy and the prototype.

    python -m tests.benchmarks.engine                             # beside NumPy, and the peers that are installed
    python -m tests.benchmarks.engine --prototype …/engine.py     # and beside a prototype of the engine

    a   micrograd's perceptron 2-16-16-1 on 100 points, as one batch: forward, squared error, backward, SGD
    b   a chain of 100 operations on 8×8 matrices (25 times: @, +, *, tanh), forward and backward
    c   a perceptron 64-32-10 on a batch of 32: zero_grad, forward, cross-entropy, backward, SGD with momentum

All systems get the same numbers. Before anything is timed, equal gradients (b) and equal losses over 20 steps (a, c)
are checked, to 1e-5.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.nn import functional as F
from tests.benchmarks.paired import compare, report
from tests.benchmarks.peers import check_equal, hips_autograd, load_prototype, pytorch

Runs = dict[str, Callable[[], Any]]
STATIC = "ours, static graph"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prototype", type=Path, help="a file with the prototype engine, to compare with it, too")
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    prototype = load_prototype(arguments.prototype) if arguments.prototype else None
    for title, runs in (
        ("a: a perceptron 2-16-16-1 on 100 points, one training step", points_runs()),
        ("b: a chain of 100 operations on 8×8, forward and backward", chain_runs(prototype)),
        ("c: a perceptron 64-32-10, batch 32, one training step", training_runs(prototype)),
    ):
        check_equal(runs, 1e-5)
        print(report(title, compare(runs, reference="ours", rounds=arguments.rounds), reference="ours"), flush=True)


# -- a: two hidden layers on points in the plane -----------------------------------------------------------------------


def points_runs() -> Runs:
    """Each run makes one step and returns the loss before it."""
    runs: Runs = {"ours": _points(mg, nn, optim), STATIC: mg.static_graph(_points(mg, nn, optim))}
    if torch := pytorch():
        runs["PyTorch"] = _points(torch, torch.nn, torch.optim)
    return runs


def _points(library: Any, nn: Any, optim: Any) -> Callable[[], Any]:
    rng = np.random.default_rng(0)
    points = library.tensor(rng.normal(size=(100, 2)).astype("f4"))
    sides = library.tensor(rng.choice([-1.0, 1.0], (100, 1)).astype("f4"))
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
    start_alike(library, model, rng)
    optimizer = optim.SGD(model.parameters(), lr=0.05)

    def step() -> Any:
        optimizer.zero_grad()
        difference = model(points) - sides
        loss = (difference * difference).mean()
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return step


def start_alike(library: Any, model: Any, rng: np.random.Generator) -> None:
    """Gives a model of any library the same small weights."""
    with library.no_grad():
        for parameter in model.parameters():
            numbers = rng.normal(size=tuple(parameter.shape)) * 0.1
            parameter.copy_(library.from_numpy(numbers.astype("f4")))


# -- b: a chain of small operations ------------------------------------------------------------------------------------


def chain_runs(prototype: Any = None, blocks: int = 25, size: int = 8) -> Runs:
    """Each run returns the two gradients of `blocks` times: @, +, *, tanh, on matrices of `size` × `size`."""
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=(size, size)).astype("f4") * 0.3 for _ in range(3))
    leaves = [mg.tensor(a, requires_grad=True) for a in (w, b)]
    runs: Runs = {
        "ours": _chain(mg.tensor(x), *leaves, blocks),
        STATIC: mg.static_graph(_chain(mg.tensor(x), *(leaf.detach().requires_grad_() for leaf in leaves), blocks)),
        "NumPy by hand": lambda: _chain_by_hand(x, w, b, blocks),
    }
    if torch := pytorch():
        runs["PyTorch"] = _chain(torch.tensor(x), *(torch.tensor(a, requires_grad=True) for a in (w, b)), blocks)
    if hips := hips_autograd():
        runs["HIPS autograd"] = _chain_of_hips(hips, x, w, b, blocks)
    if prototype:
        runs["prototype"] = _chain(prototype.Tensor(x), *(prototype.Tensor(a, True) for a in (w, b)), blocks)
    return runs


def _chain(x: Any, w: Any, b: Any, blocks: int) -> Callable[[], Any]:
    def run() -> Any:
        w.grad = b.grad = None
        y = x
        for _ in range(blocks):
            y = y @ w
            y = y + b
            y = y * b
            y = y.tanh()
        y.sum().backward()
        return w.grad, b.grad

    return run


def _chain_of_hips(hips: Any, x: Any, w: Any, b: Any, blocks: int) -> Callable[[], Any]:
    def loss(w: Any, b: Any) -> Any:
        y = x
        for _ in range(blocks):
            y = hips.numpy.tanh((hips.numpy.dot(y, w) + b) * b)
        return hips.numpy.sum(y)

    gradients = hips.grad(loss, (0, 1))
    return lambda: gradients(w, b)


def _chain_by_hand(x: Any, w: Any, b: Any, blocks: int) -> Any:
    """The same with the derivatives written out, and nothing recorded."""
    saved = []
    y = x
    for _ in range(blocks):
        x = y
        s = x.dot(w) + b
        y = np.tanh(s * b)
        saved.append((x, s, y))
    g = np.ones_like(y)
    grad_w, grad_b = np.zeros_like(w), np.zeros_like(b)
    for x, s, y in reversed(saved):
        g = g * (1 - y * y)
        grad_b = grad_b + g * s
        g = g * b
        grad_b = grad_b + g
        grad_w = grad_w + x.T.dot(g)
        g = g.dot(w.T)
    return grad_w, grad_b


# -- c: a classifier ---------------------------------------------------------------------------------------------------


def training_runs(prototype: Any = None, batch: int = 32, width: int = 32) -> Runs:
    """Each run makes one step and returns the loss before it: 64 numbers in, `width` in between, 10 classes."""
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(batch, 64)).astype("f4"), rng.integers(0, 10, batch)
    weights = [rng.normal(size=shape).astype("f4") * 0.1 for shape in ((width, 64), (10, width))]
    start = [weights[0], np.zeros(width, "f4"), weights[1], np.zeros(10, "f4")]
    runs: Runs = {
        "ours": _training(mg, nn, optim, images, labels, start),
        STATIC: mg.static_graph(_training(mg, nn, optim, images, labels, start)),
        "ours, functions instead of modules": _training_by_functions(images, labels, start),
        "NumPy by hand": _training_by_hand(images, labels, start),
    }
    if torch := pytorch():
        runs["PyTorch"] = _training(torch, torch.nn, torch.optim, images, labels, start)
    if hips := hips_autograd():
        runs["HIPS autograd"] = _training_of_hips(hips, images, labels, start)
    if prototype:
        runs["prototype"] = _training_of_prototype(prototype, images, labels, start)
    return runs


def _training(library: Any, nn: Any, optim: Any, images: Any, labels: Any, start: Any) -> Callable[[], Any]:
    x, y = library.tensor(images), library.tensor(labels)
    model = nn.Sequential(nn.Linear(64, len(start[1])), nn.ReLU(), nn.Linear(len(start[1]), 10))
    with library.no_grad():
        for parameter, numbers in zip(model.parameters(), start, strict=True):
            parameter.copy_(library.from_numpy(numbers))
    loss_fn, optimizer = nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return step


def _training_by_functions(images: Any, labels: Any, start: Any) -> Callable[[], Any]:
    """What the prototype does, which has no modules."""
    x, y = mg.tensor(images), mg.tensor(labels)
    parameters = w1, b1, w2, b2 = [mg.tensor(a, requires_grad=True) for a in start]
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(F.linear(x, w1, b1).relu(), w2, b2), y)
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return step


def _training_by_hand(images: Any, labels: Any, start: Any) -> Callable[[], Any]:
    """The same with the derivatives written out, and in place where a person would."""
    w1, b1, w2, b2 = parameters = [a.copy() for a in start]
    speeds = [np.zeros_like(p) for p in parameters]
    rows = np.arange(len(images))

    def step() -> Any:
        hidden = np.maximum(images.dot(w1.T) + b1, 0)
        logits = hidden.dot(w2.T) + b2
        p = np.exp(logits - logits.max(1, keepdims=True))
        total = p.sum(1, keepdims=True)
        p /= total
        loss = -np.log(p[rows, labels]).mean()
        p[rows, labels] -= 1
        p /= len(images)
        g = p.dot(w2) * (hidden > 0)
        for x, v, grad in zip(parameters, speeds, (g.T.dot(images), g.sum(0), p.T.dot(hidden), p.sum(0)), strict=True):
            v *= 0.9
            v += grad
            x -= 0.1 * v
        return (loss,)

    return step


def _training_of_hips(hips: Any, images: Any, labels: Any, start: Any) -> Callable[[], Any]:
    np_ = hips.numpy
    parameters = [a.copy() for a in start]
    speeds = [np.zeros_like(p) for p in parameters]
    rows = np.arange(len(images))

    def loss(parameters: Any) -> Any:
        w1, b1, w2, b2 = parameters
        logits = np_.dot(np_.maximum(np_.dot(images, w1.T) + b1, 0), w2.T) + b2
        shifted = logits - np_.max(logits, axis=1, keepdims=True)
        return np_.mean(np_.log(np_.sum(np_.exp(shifted), axis=1)) - shifted[rows, labels])

    gradients = hips.value_and_grad(loss)

    def step() -> Any:
        value, grads = gradients(parameters)
        for x, v, grad in zip(parameters, speeds, grads, strict=True):
            v *= 0.9
            v += grad
            x -= 0.1 * v
        return (value,)

    return step


def _training_of_prototype(prototype: Any, images: Any, labels: Any, start: Any) -> Callable[[], Any]:
    x = prototype.Tensor(images)
    w1, b1, w2, b2 = parameters = [prototype.Tensor(a.T.copy(), True) for a in start]
    optimizer = prototype.SGD(parameters, 0.1, 0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = prototype.cross_entropy(prototype.linear(prototype.linear(x, w1, b1).relu(), w2, b2), labels)
        loss.backward()
        optimizer.step()
        return (loss.data,)

    return step


if __name__ == "__main__":
    main()
