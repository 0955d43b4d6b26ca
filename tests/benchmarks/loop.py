"""What `fit` and `train_steps` cost beside a training loop that is written out.

    python -m tests.benchmarks.loop

The workload is c of `engine`: a perceptron 64-32-10 on batches of 32, cross-entropy, SGD with momentum; an epoch of
100 batches that are ready in a list. Every loop notes each loss, as a number. Before anything is timed, equal losses
over 20 epochs are checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.training import fit, train_steps
from tests.benchmarks.engine import start_alike
from tests.benchmarks.paired import compare, report
from tests.benchmarks.peers import check_equal

STEPS = 100


def main() -> None:
    runs: dict[str, Callable[[], Any]] = {
        "written out": written_out(),
        "train_steps, unwatched": stepped(watch=False),
        "train_steps, watched": stepped(watch=True),
        "fit": fitted(),
        "fit, with clipped gradients": fitted(clip_grad_norm=1e9),
    }
    check_equal(runs, 0)
    timings = compare(runs, reference="written out", rounds=25, sample_seconds=0.05)
    print(report(f"an epoch of {STEPS} steps of c", timings, reference="written out"))


def parts() -> tuple[Any, Any, Any, Any]:
    """A model, its batches, its loss and its optimizer: the same each time."""
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    start_alike(mg, model, rng)
    batches = [
        (mg.tensor(rng.normal(size=(32, 64)).astype("f4")), mg.tensor(rng.integers(0, 10, 32))) for _ in range(STEPS)
    ]
    return model, batches, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def written_out() -> Callable[[], Any]:
    model, batches, loss_fn, optimizer = parts()

    def epoch() -> Any:
        losses = []
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return (losses,)

    return epoch


def stepped(watch: bool) -> Callable[[], Any]:
    training = parts()

    def epoch() -> Any:
        return ([s.loss.item() for s in train_steps(*training, epochs=1, watch=watch) if s.kind == "step"],)

    return epoch


def fitted(**arguments: Any) -> Callable[[], Any]:
    training = parts()
    return lambda: (fit(*training, epochs=1, progress=False, **arguments).step_loss,)


if __name__ == "__main__":
    main()
