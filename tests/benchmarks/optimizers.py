"""The step of every optimizer, beside PyTorch's: on the six parameters of a perceptron with three layers.

    python -m tests.benchmarks.optimizers                    # all of them, small and large
    python -m tests.benchmarks.optimizers SGD Adagrad        # some

    small   64-32-32-10, 3 466 numbers, as in a lesson
    large   784-512-512-10, 669 706 numbers

Parameters and gradients are the same, and so are the parameters after 20 steps, to 1e-5, before anything is timed.
PyTorch has up to three implementations: its default is a loop in C++ for each operation and parameter; foreach does an
operation for all parameters at once; fused does the whole step of a parameter at once.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import micrograd_nb as mg
from tests.benchmarks.paired import compare
from tests.benchmarks.peers import check_equal, pytorch

SIZES = {"small": (64, 32, 32, 10), "large": (784, 512, 512, 10)}
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {}),
    "SGD, momentum": ("SGD", {"momentum": 0.9}),
    "SGD, momentum, weight decay": ("SGD", {"momentum": 0.9, "weight_decay": 1e-4}),
    "Adagrad": ("Adagrad", {}),
    "RMSprop": ("RMSprop", {}),
    "RMSprop, centered": ("RMSprop", {"centered": True, "momentum": 0.9}),
    "Adamax": ("Adamax", {}),
    "NAdam": ("NAdam", {}),
    "RAdam": ("RAdam", {}),
}
WITH_FUSED = {"SGD", "Adagrad", "Adam", "AdamW"}

Runs = dict[str, Callable[[], Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="the beginnings of names, such as SGD; all if there are none")
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    wanted = tuple(arguments.names) or ("",)
    for size, layers in SIZES.items():
        print(f"**{size}: {'-'.join(map(str, layers))}**\n")
        print("| optimizer | ours, µs a step | PyTorch / ours | foreach / ours | fused / ours |\n|---|---|---|---|---|")
        for title, (name, options) in OPTIMIZERS.items():
            if title.startswith(wanted):
                print(_row(title, step_runs(layers, name, options), arguments.rounds), flush=True)
        print()


def step_runs(layers: tuple[int, ...], name: str, options: dict[str, Any]) -> Runs:
    """One step of each system; it returns the parameters."""
    runs: Runs = {"ours": _stepper(mg, layers, name, options)}
    if torch := pytorch():
        runs["PyTorch"] = _stepper(torch, layers, name, options)
        runs["foreach"] = _stepper(torch, layers, name, options | {"foreach": True})
        if name in WITH_FUSED:
            runs["fused"] = _stepper(torch, layers, name, options | {"fused": True})
    return runs


def _stepper(library: Any, layers: tuple[int, ...], name: str, options: dict[str, Any]) -> Callable[[], Any]:
    rng = np.random.default_rng(0)
    parameters = []
    for inputs, outputs in itertools.pairwise(layers):
        for shape in ((outputs, inputs), (outputs,)):
            p = library.from_numpy(rng.normal(size=shape).astype("f4")).requires_grad_()
            (p * library.from_numpy(rng.normal(size=shape).astype("f4") * 1e-3)).sum().backward()
            parameters.append(p)
    optimizer = getattr(library.optim, name)(parameters, **options)

    def step() -> Any:
        optimizer.step()
        return parameters

    return step


def _row(title: str, runs: Runs, rounds: int) -> str:
    check_equal(runs, 1e-5)
    timings = compare(runs, reference="ours", rounds=rounds)
    cells = [f"{timings['ours'].microseconds:.1f}"]
    for system in ("PyTorch", "foreach", "fused"):
        t = timings.get(system)
        cells.append(f"{t.ratio:.2f} ({t.lower:.2f} – {t.upper:.2f})" if t else "")
    return f"| {title} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
