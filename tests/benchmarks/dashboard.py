"""The training dashboard: what a step costs that is kept for it, what a frame costs, and how large it is.

python -m tests.benchmarks.dashboard
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from micrograd_nb.training import train_steps
from micrograd_nb.widgets import TrainingDashboard, dashboard_text
from tests.benchmarks.paired import compare, report
from tests.browser.training import moons_dashboard

STEPS = 70  # ten epochs


def steps() -> None:
    """A loop over `train_steps` beside `Session.run`, which also measures the validation data."""
    written, session = moons_dashboard().session, moons_dashboard().session
    unlimited = train_steps(written.model, written._training.loader, written.loss_fn, written.optimizer, epochs=2**31)

    def loop() -> None:
        for _ in range(STEPS):
            while next(unlimited).kind != "step":
                pass

    timings = compare({"train_steps": loop, "Session": lambda: session.run(STEPS)}, reference="train_steps")
    print(report(f"{STEPS} steps", timings, reference="train_steps"))


def frames() -> None:
    """A table: the history grows, the frame does not."""
    dashboard, previous = moons_dashboard(), 0
    print(f"{'steps':>7}  {'points':>6}  {'frame':>9}  {'to make it':>10}")
    for made in (10, 100, 500, 1000, 5000, 20_000):
        dashboard.session.run(made - previous)
        previous = made
        seconds = time_of(lambda: frame(dashboard))
        points = len(dashboard.session.losses)
        print(f"{made:7,}  {points:6}  {len(json.dumps(frame(dashboard))) / 1000:6.1f} kB  {1000 * seconds:7.2f} ms")
    print(f"once: {len(json.dumps(dashboard.about)) / 1000:.1f} kB")


def frame(dashboard: TrainingDashboard) -> dict[str, Any]:
    return dashboard_text.frame(dashboard.session, playing=True)


def time_of(function: Callable[[], object]) -> float:
    """The median of twenty calls, in seconds."""
    times = []
    for _ in range(20):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    steps()
    frames()
