"""How long a graph takes to be read, drawn and compared, and what it costs to remember lines and modules.

python -m tests.benchmarks.graph                              # with PyTorch's graphs, too, where it is installed

reading     a chain of 33 333 multiplications by a number: 100 000 nodes, of ours and of PyTorch's tensors
pictures    a perceptron in full, a model of 12 blocks by its modules
recording   a training step of a perceptron 64-32-10 (workload c), with nothing recorded, with lines and modules
            recorded, and with modules that do not even ask whether somebody looks
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.autograd import record_lines
from micrograd_nb.graph import Graph, diff, draw
from tests.benchmarks.paired import compare, report

LINKS = 33_333
RNG = np.random.default_rng(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    reading, pictures, recording = reading_runs(), picture_runs(), recording_runs()
    for title, runs, reference, n in (
        (f"a graph of {3 * LINKS + 1:,} nodes", reading, "ours", min(rounds, 7)),
        ("pictures", pictures, "draw, in full", rounds),
        ("a training step", recording, "nothing is recorded", 3 * rounds),
    ):
        print(report(title, compare(runs, reference=reference, rounds=n), reference=reference), flush=True)


def reading_runs() -> dict[str, Callable[[], Any]]:
    """Each run reads the same graph anew."""
    chain = _chain(mg)
    graph = Graph.read(chain, {})
    assert len(graph.nodes) == 3 * LINKS + 1
    text = graph.to_json()
    runs: dict[str, Callable[[], Any]] = {
        "ours": lambda: Graph.read(chain, {}),
        "ours, with values": lambda: Graph.read(chain, {}, values=True),
        "to JSON": graph.to_json,
        "from JSON": lambda: Graph.from_json(text),
        "refused": lambda: _refused(graph),
    }
    if importlib.util.find_spec("torch") is not None:
        import torch

        theirs = _chain(torch)
        runs["PyTorch's"] = lambda: Graph.read(theirs, {})
    return runs


def _chain(library: Any) -> Any:
    y = library.tensor(2.0, requires_grad=True)
    for _ in range(LINKS):
        y = y * 0.5
    return y


def _refused(graph: Graph) -> None:
    try:
        draw(graph)
    except ValueError:
        return
    raise AssertionError("a graph of 100 000 nodes was drawn")


def picture_runs() -> dict[str, Callable[[], Any]]:
    """Each run reads, lays out and draws."""
    record_lines()
    small = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
    deep = nn.Sequential(*[nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(12)])
    x = mg.ones(2, 8)
    one, two, large = small(x).sum(), small(x).tanh().sum(), deep(x).sum()
    record_lines(False)
    return {
        "draw, in full": lambda: draw(one, names={}),
        "draw, by modules": lambda: draw(large, names={}, detail="modules"),
        "diff": lambda: diff(one, two, names={}).draw(),
    }


def recording_runs() -> dict[str, Callable[[], Any]]:
    """Each run makes one training step."""

    class WithoutTheQuestion:
        """Calls `forward`, as `Module` did before it asked whether somebody looks."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return self.forward(*args, **kwargs) if kwargs else self.forward(*args)  # type: ignore[attr-defined]

    class Sequential(WithoutTheQuestion, nn.Sequential): ...

    class Linear(WithoutTheQuestion, nn.Linear): ...

    class ReLU(WithoutTheQuestion, nn.ReLU): ...

    class CrossEntropyLoss(WithoutTheQuestion, nn.CrossEntropyLoss): ...

    asks = _training(nn.Sequential, nn.Linear, nn.ReLU, nn.CrossEntropyLoss)

    def recorded() -> Any:
        record_lines()
        try:
            return asks()
        finally:
            record_lines(False)

    return {
        "nothing is recorded": asks,
        "no question is asked": _training(Sequential, Linear, ReLU, CrossEntropyLoss),
        "lines and modules are recorded": recorded,
    }


def _training(sequential: Any, linear: Any, relu: Any, loss_function: Any) -> Callable[[], Any]:
    images, labels = mg.tensor(RNG.normal(size=(32, 64)).astype("f4")), mg.tensor(RNG.integers(0, 10, 32))
    model, loss_fn = sequential(linear(64, 32), relu(), linear(32, 10)), loss_function()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step() -> Any:
        optimizer.zero_grad()
        loss_fn(model(images), labels).backward()
        optimizer.step()

    return step


if __name__ == "__main__":
    main()
