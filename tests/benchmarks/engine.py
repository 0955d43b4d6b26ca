"""Workloads b and c: how fast the engine is beside PyTorch, hand-written NumPy and, where it is at hand, the prototype.

    python -m tests.benchmarks.engine                             # beside NumPy, and PyTorch where it is installed
    python -m tests.benchmarks.engine --prototype …/engine.py     # and beside the prototype

    b   a chain of 100 operations on 8×8 matrices (25 times: @, +, *, tanh), forward and backward
    c   a perceptron 64-32-10 on a batch of 32: zero_grad, forward, cross-entropy, backward, SGD with momentum

All systems get the same numbers. Before anything is timed, equal gradients (b) and equal losses over 20 steps (c) are
checked, to 1e-5.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.nn import functional as F
from tests.benchmarks.paired import compare, report

Runs = dict[str, Callable[[], Any]]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 8)).astype("f4") * 0.3
W = RNG.normal(size=(8, 8)).astype("f4") * 0.3
B = RNG.normal(size=(8, 8)).astype("f4") * 0.3
IMAGES = RNG.normal(size=(32, 64)).astype("f4")
LABELS = RNG.integers(0, 10, 32)
W1, W2 = (RNG.normal(size=(out, size)).astype("f4") * 0.1 for out, size in ((32, 64), (10, 32)))
BLOCKS = 25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prototype", type=Path, help="a file with the prototype engine, to compare with it, too")
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    prototype = _load(arguments.prototype) if arguments.prototype else None
    torch = _torch()
    for title, runs, tolerance in (
        ("b: a chain of 100 operations on 8×8, forward and backward", chain_runs(torch, prototype), 1e-5),
        ("c: a perceptron 64-32-10, batch 32, one training step", training_runs(torch, prototype), 1e-5),
    ):
        _check_equal(runs, tolerance)
        print(report(title, compare(runs, reference="ours", rounds=arguments.rounds), reference="ours"), flush=True)


# -- workload b --------------------------------------------------------------------------------------------------------


def chain_runs(torch: Any, prototype: Any) -> Runs:
    """Each run returns the two gradients."""
    w, b = mg.tensor(W, requires_grad=True), mg.tensor(B, requires_grad=True)
    runs: Runs = {"ours": _chain(mg.tensor(X), w, b), "NumPy by hand": chain_by_hand}
    if torch:
        leaves = [torch.tensor(x, requires_grad=True) for x in (W, B)]
        runs["PyTorch"] = _chain(torch.tensor(X), *leaves)
    if prototype:
        runs["prototype"] = _chain(prototype.Tensor(X), *(prototype.Tensor(x, True) for x in (W, B)))
    return runs


def _chain(x: Any, w: Any, b: Any) -> Callable[[], Any]:
    def run() -> Any:
        w.grad = b.grad = None
        y = x
        for _ in range(BLOCKS):
            y = y @ w
            y = y + b
            y = y * b
            y = y.tanh()
        y.sum().backward()
        return w.grad, b.grad

    return run


def chain_by_hand() -> tuple[np.ndarray, np.ndarray]:
    """The same with the derivatives written out, and nothing recorded."""
    saved = []
    y = X
    for _ in range(BLOCKS):
        x = y
        s = x.dot(W) + B
        y = np.tanh(s * B)
        saved.append((x, s, y))
    g = np.ones_like(y)
    grad_w, grad_b = np.zeros_like(W), np.zeros_like(B)
    for x, s, y in reversed(saved):
        g = g * (1 - y * y)
        grad_b = grad_b + g * s
        g = g * B
        grad_b = grad_b + g
        grad_w = grad_w + x.T.dot(g)
        g = g.dot(W.T)
    return grad_w, grad_b


# -- workload c --------------------------------------------------------------------------------------------------------


def training_runs(torch: Any, prototype: Any) -> Runs:
    """Each run makes one step and returns the loss before it."""
    runs: Runs = {"ours": _training(mg, nn, optim, mg.tensor(IMAGES), mg.tensor(LABELS))}
    runs["ours, functions instead of modules"] = _training_by_functions()
    if torch:
        runs["PyTorch"] = _training(torch, torch.nn, torch.optim, torch.tensor(IMAGES), torch.tensor(LABELS))
    if prototype:
        runs["prototype"] = _training_prototype(prototype)
    return runs


def _training(library: Any, nn: Any, optim: Any, images: Any, labels: Any) -> Callable[[], Any]:
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    with library.no_grad():
        for parameter, start in zip(model.parameters(), (W1, np.zeros(32, "f4"), W2, np.zeros(10, "f4")), strict=True):
            parameter.copy_(library.from_numpy(start))
    loss_fn, optimizer = nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(images), labels)
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return step


def _training_by_functions() -> Callable[[], Any]:
    """What the prototype does, which has no modules."""
    images, labels = mg.tensor(IMAGES), mg.tensor(LABELS)
    w1, w2 = (mg.tensor(w, requires_grad=True) for w in (W1, W2))
    b1, b2 = (mg.zeros(n, requires_grad=True) for n in (32, 10))
    optimizer = optim.SGD([w1, b1, w2, b2], lr=0.1, momentum=0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(F.linear(images, w1, b1).relu(), w2, b2), labels)
        loss.backward()
        optimizer.step()
        return (loss.detach(),)

    return step


def _training_prototype(prototype: Any) -> Callable[[], Any]:
    images = prototype.Tensor(IMAGES)
    w1, w2 = (prototype.Tensor(w.T.copy(), True) for w in (W1, W2))
    b1, b2 = (prototype.Tensor(np.zeros(n, "f4"), True) for n in (32, 10))
    optimizer = prototype.SGD([w1, b1, w2, b2], 0.1, 0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss = prototype.cross_entropy(prototype.linear(prototype.linear(images, w1, b1).relu(), w2, b2), LABELS)
        loss.backward()
        optimizer.step()
        return (loss.data,)

    return step


# -- what both need ----------------------------------------------------------------------------------------------------


def _check_equal(runs: Runs, tolerance: float) -> None:
    """20 runs of each give the same arrays: the steps of c go on from one another."""
    for _ in range(20):
        ours, *others = ([np.asarray(_array(x)) for x in run()] for run in runs.values())
        for other in others:
            for x, y in zip(ours, other, strict=True):
                np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def _array(x: Any) -> Any:
    return x.detach().numpy() if hasattr(x, "detach") else x


def _torch() -> Any:
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed, so it is not compared with: pip install torch==2.13.0\n")
        return None
    import torch

    torch.set_num_threads(1)
    return torch


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("prototype", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
