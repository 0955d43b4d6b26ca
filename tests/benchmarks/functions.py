"""Activations, losses, dropout and embeddings: forward and backward, beside PyTorch.

    python -m tests.benchmarks.functions                      # three tables
    python -m tests.benchmarks.functions gelu mse_loss        # some rows of them

Equal values and gradients are checked first, to 1e-5, except for what is drawn at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import micrograd_nb as mg
from tests.benchmarks.paired import compare
from tests.benchmarks.peers import check_equal, pytorch

SIZES = ((32, 64), (128, 512), (512, 1024))
RNG = np.random.default_rng(0)
Call = Callable[..., Any]


def _F(name: str, *args: Any, **options: Any) -> Call:
    return lambda m, *xs: getattr(m.nn.functional, name)(*xs, *args, **options)


ACTIVATIONS: dict[str, Call] = {
    **{
        name: _F(name)
        for name in (
            "relu", "relu6", "leaky_relu", "hardswish", "hardsigmoid", "softshrink", "sigmoid", "tanh", "logsigmoid",
            "softplus", "softsign", "elu", "selu", "silu", "mish", "glu", "gelu",
        )
    },
    "gelu, tanh": _F("gelu", approximate="tanh"),
    "softmax": _F("softmax", 1),
    "log_softmax": _F("log_softmax", 1),
    "dropout": _F("dropout", 0.5),
}  # fmt: skip

LOSSES: dict[str, Call] = {
    "mse_loss": lambda m, x, t, c: m.nn.functional.mse_loss(x, t),
    "l1_loss": lambda m, x, t, c: m.nn.functional.l1_loss(x, t),
    "smooth_l1_loss": lambda m, x, t, c: m.nn.functional.smooth_l1_loss(x, t),
    "bce with logits": lambda m, x, t, c: m.nn.functional.binary_cross_entropy_with_logits(x, t),
    "cross_entropy": lambda m, x, t, c: m.nn.functional.cross_entropy(x, c),
    "cross_entropy, sum": lambda m, x, t, c: m.nn.functional.cross_entropy(x, c, reduction="sum"),
    "cross_entropy, smoothed": lambda m, x, t, c: m.nn.functional.cross_entropy(x, c, label_smoothing=0.1),
    "cross_entropy, probabilities": lambda m, x, t, c: m.nn.functional.cross_entropy(x, t),
}

# How many words, of how many, as vectors of what size.
TABLES = ((32, 1000, 16), (1024, 65, 64), (1024, 10_000, 64))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="the rows to measure; left out, all")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    wanted = arguments.names

    def measured(title: str, rows: dict[str, Call], sizes: Any, runs: Call) -> None:
        chosen = {name: call for name, call in rows.items() if not wanted or name in wanted}
        if not chosen:
            return
        print(f"| {title} | " + " | ".join("×".join(map(str, size)) for size in sizes) + " |")
        print("|---" * (1 + len(sizes)) + "|")
        for name, call in chosen.items():
            cells = [_cell(name, runs(call, size), arguments.rounds) for size in sizes]
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
        print()

    measured("activation", ACTIVATIONS, SIZES, activation_runs)
    measured("loss", LOSSES, SIZES, loss_runs)
    measured("lookup: words × table × vector", {"embedding": _F("embedding")}, TABLES, lookup_runs)


def _cell(name: str, runs: dict[str, Callable[[], Any]], rounds: int) -> str:
    """µs of ours, and how many times as long PyTorch takes."""
    if name != "dropout":
        check_equal(runs, 1e-5, times=1)
    timings = compare(runs, reference="ours", rounds=rounds)
    ratio = f" (× {timings['PyTorch'].ratio:.2f})" if "PyTorch" in timings else ""
    return f"{timings['ours'].microseconds:,.1f} µs{ratio}"


def activation_runs(call: Call, size: tuple[int, int]) -> dict[str, Callable[[], Any]]:
    array = RNG.normal(size=size).astype("f4")

    def run_of(m: Any) -> Callable[[], Any]:
        x = m.tensor(array, requires_grad=True)
        g = m.ones(*call(m, x).shape)
        return lambda: _run(x, call(m, x), g)

    return _of_both(run_of)


def loss_runs(call: Call, size: tuple[int, int]) -> dict[str, Callable[[], Any]]:
    array, target = RNG.normal(size=size).astype("f4"), RNG.uniform(size=size).astype("f4")
    classes = RNG.integers(0, size[1], size[0])

    def run_of(m: Any) -> Callable[[], Any]:
        x, t, c = m.tensor(array, requires_grad=True), m.tensor(target), m.tensor(classes)
        return lambda: _run(x, call(m, x, t, c))

    return _of_both(run_of)


def lookup_runs(call: Call, size: tuple[int, int, int]) -> dict[str, Callable[[], Any]]:
    count, rows, columns = size
    words, table = RNG.integers(0, rows, count), RNG.normal(size=(rows, columns)).astype("f4")

    def run_of(m: Any) -> Callable[[], Any]:
        w, index, g = m.tensor(table, requires_grad=True), m.tensor(words), m.ones(count, columns)
        return lambda: _run(w, call(m, index, w), g)

    return _of_both(run_of)


def _run(x: Any, y: Any, *gradient: Any) -> tuple[Any, Any]:
    """The value, and the gradient of `x`."""
    x.grad = None
    y.backward(*gradient)
    return y, x.grad


def _of_both(run_of: Callable[[Any], Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    runs = {"ours": run_of(mg)}
    if torch := pytorch():
        runs["PyTorch"] = run_of(torch)
    return runs


if __name__ == "__main__":
    main()
