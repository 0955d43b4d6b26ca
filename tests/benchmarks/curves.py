"""How the time grows: with the number of operations, the size of the batch, and the width of a layer.

    python -m tests.benchmarks.curves                      # three tables
    python -m tests.benchmarks.curves --picture FILE.svg   # and a picture of them

The workloads are those of `engine`: the chain b, and the training step c.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.engine import Runs, chain_runs, training_runs
from tests.benchmarks.paired import Timing, compare

SYSTEMS = ("ours", "NumPy by hand", "PyTorch")

Curve = dict[int, dict[str, Timing]]
"""For each size, the timing of each system."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picture", type=Path, help="where to write a picture, as SVG")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    curves = {
        "operations": curve((1, 10, 100, 1000, 10_000), _operations, arguments.rounds),
        "batch": curve((1, 8, 64, 512, 4096), lambda n: training_runs(batch=n), arguments.rounds),
        "width": curve((8, 32, 128, 512, 1024), lambda n: training_runs(width=n), arguments.rounds),
    }
    for title, measured in curves.items():
        print(table(title, measured), flush=True)
    if arguments.picture:
        draw(curves, arguments.picture)


def _operations(count: int) -> Runs:
    """The chain b with about so many operations; the shortest is one round of four."""
    return chain_runs(blocks=max(1, count // 4))


def curve(sizes: Sequence[int], workload: Callable[[int], Runs], rounds: int) -> Curve:
    """Times a workload at several sizes."""
    measured = {}
    for size in sizes:
        runs = {name: run for name, run in workload(size).items() if name in SYSTEMS}
        measured[size] = compare(runs, reference="ours", rounds=rounds)
    return measured


def table(title: str, measured: Curve) -> str:
    """A Markdown table: a row for each size, µs a call and the ratio to ours."""
    systems = list(next(iter(measured.values())))
    lines = [f"| {title} | " + " | ".join(systems) + " |", "|---" * (len(systems) + 1) + "|"]
    for size, timings in measured.items():
        cells = [_cell(name, timings[name]) for name in systems]
        lines.append(f"| {size:,} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(name: str, timing: Timing) -> str:
    microseconds = f"{timing.microseconds:,.1f} µs"
    return microseconds if name == "ours" else f"{microseconds} (× {timing.ratio:.2f})"


def draw(curves: dict[str, Curve], path: Path) -> None:
    """One panel a curve, both axes logarithmic."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "curves"  # the same file each time
    figure, panels = plt.subplots(1, len(curves), figsize=(11, 3.4), layout="constrained")
    for panel, (title, measured) in zip(panels, curves.items(), strict=True):
        for name, style in zip(SYSTEMS, ("o-", "s--", "^:"), strict=True):
            points = [(size, timings[name].microseconds) for size, timings in measured.items() if name in timings]
            if points:
                panel.loglog(*zip(*points, strict=True), style, label=name)
        panel.set(xlabel=title, ylabel="µs a call" if panel is panels[0] else None)
        panel.grid(alpha=0.3)
    panels[0].legend()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
