"""What a profile costs: training steps with one on, beside the same steps without.

    python -m tests.benchmarks.profiler

    c   a perceptron 64-32-10, batch 32, SGD: a small step, in which each operation takes a few microseconds
    d   a perceptron 784-512-512-10, batch 128, Adam

Starting and ending the profile is part of the time, as it is for you: once for each handful of steps.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from micrograd_nb.training.profiler import profile
from tests.benchmarks.engine import training_runs
from tests.benchmarks.networks import perceptron_runs
from tests.benchmarks.paired import compare, report

WORKLOADS = {"c": (training_runs, 1000), "d": (perceptron_runs, 20)}  # and how many steps a profile sees
OPTIONS: dict[str, dict[str, Any]] = {
    "profile()": {},
    "profile(record_shapes=True, profile_memory=True)": {"record_shapes": True, "profile_memory": True},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS), metavar="workload", help=", ".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=25)
    arguments = parser.parse_args()
    for name in arguments.workloads:
        make, steps = WORKLOADS[name]
        step = make(None)["ours"]
        runs = {"off": lambda step=step, steps=steps: _repeat(step, steps)}
        runs |= {title: _profiled(step, steps, options) for title, options in OPTIONS.items()}
        timings = compare(runs, reference="off", rounds=arguments.rounds)
        print(report(f"{name}: {steps} steps", timings, reference="off"), flush=True)


def _profiled(step: Callable[[], Any], steps: int, options: dict[str, Any]) -> Callable[[], None]:
    def run() -> None:
        with profile(**options):
            _repeat(step, steps)

    return run


def _repeat(step: Callable[[], Any], steps: int) -> None:
    for _ in range(steps):
        step()


if __name__ == "__main__":
    main()
