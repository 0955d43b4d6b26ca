"""Times what a module adds to its `forward`, and checkpoints: beside PyTorch where it is installed.

python -m tests.benchmarks.modules                # all of it
python -m tests.benchmarks.modules call           # some of it: call, step, files
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import micrograd_nb as mg
from tests.benchmarks.paired import compare, report

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]


def passing(lib: Any) -> Any:
    """A module that does nothing."""

    class Pass(lib.nn.Module):
        def forward(self, x: Any) -> Any:
            return x

    return Pass()


def call() -> str:
    """One call of a module that does nothing, with and without hooks."""
    module, hooked, backward = passing(mg), passing(mg), passing(mg)
    hooked.register_forward_hook(lambda module, args, output: None)
    backward.register_full_backward_hook(lambda module, grad_input, grad_output: None)
    x = mg.ones(1, requires_grad=True)
    functions: dict[str, Any] = {
        "ours": lambda: module(x),
        "forward alone": lambda: module.forward(x),
        "ours with a forward hook": lambda: hooked(x),
        "ours with a backward hook": lambda: backward(x),
    }
    if torch is not None:
        theirs, their_hooked, y = passing(torch), passing(torch), torch.ones(1, requires_grad=True)
        their_hooked.register_forward_hook(lambda module, args, output: None)
        functions |= {"PyTorch": lambda: theirs(y), "PyTorch with a forward hook": lambda: their_hooked(y)}
    return report("one call of a module", compare(functions, reference="ours"), reference="ours")


def step() -> str:
    """A training step of a small network, by calling modules and by calling their `forward`."""
    model = mg.nn.Sequential(mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))
    optimizer = mg.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x, y = mg.randn(32, 64), mg.tensor(np.arange(32) % 10)
    first, relu, last = model

    def train(forward: Any) -> Any:
        def run() -> None:
            optimizer.zero_grad()
            mg.nn.functional.cross_entropy(forward(x), y).backward()
            optimizer.step()

        return run

    functions = {
        "ours": train(model),
        "forward alone": train(lambda x: last.forward(relu.forward(first.forward(x)))),
    }
    return report(
        "a training step of an MLP 64-32-10, batch 32", compare(functions, reference="ours"), reference="ours"
    )


def files() -> str:
    """Saving and loading 26 MB of weights and momentum."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours"), Path(folder, "theirs")
        arrays = {f"layer{i}": np.random.default_rng(i).random((512, 1600), np.float32) for i in range(8)}
        state = {"model": {name: mg.from_numpy(array) for name, array in arrays.items()}, "epoch": 3}
        saving: dict[str, Any] = {"ours": lambda: mg.save(state, ours)}
        mg.save(state, ours)
        loading: dict[str, Any] = {"ours": lambda: mg.load(ours)}
        if torch is not None:
            their_state = mg.training.to_torch(state)
            saving["PyTorch"] = lambda: torch.save(their_state, theirs)
            torch.save(their_state, theirs)
            loading["PyTorch"] = lambda: torch.load(theirs, weights_only=True)
        return "\n".join(
            report(title, compare(functions, reference="ours", sample_seconds=0.1), reference="ours")
            for title, functions in (("save 26 MB (ours waits for the disk)", saving), ("load 26 MB", loading))
        )


PARTS = {"call": call, "step": step, "files": files}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        print(PARTS[name]())
