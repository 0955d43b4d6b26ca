"""Workloads k and l: how long the import takes, and what a chain of a million operations costs.

python -m tests.benchmarks.startup

k   `import micrograd_nb` beside `import numpy` alone (and `import torch`), in new processes, one after the other
l   y = x · 1 + 0 …, so many operations: built, differentiated, freed, the time for each operation and the memory
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
from time import perf_counter

IMPORT_ROUNDS = 15
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # compiled once, as installed

CHAIN = """
import gc, resource, sys
from time import perf_counter
import micrograd_nb as mg

length = int(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = perf_counter()
x = mg.tensor(1.0, requires_grad=True)
y = x
for _ in range(length // 2):
    y = y * 1.0 + 0.0
built = perf_counter()
y.backward()
walked = perf_counter()
del y
freed = perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(built - start, walked - built, freed - walked, memory)
"""


def main() -> None:
    print(imports())
    print(chains())


def imports() -> str:
    """A Markdown table of import times: median, and the median of the difference to NumPy's of the same round."""
    modules = ["numpy", "micrograd_nb", *(["torch"] if importlib.util.find_spec("torch") else [])]
    samples: dict[str, list[float]] = {name: [] for name in modules}
    for name in modules:
        _import_seconds(name)  # fills the caches
    for _ in range(IMPORT_ROUNDS):
        for name in modules:
            samples[name].append(_import_seconds(name))
    lines = ["**k: import**", "", "| module | ms | more than NumPy | quartiles |", "|---|---|---|---|"]
    for name, seconds in samples.items():
        more = [1000 * (s - base) for s, base in zip(seconds, samples["numpy"], strict=True)]
        lower, middle, upper = statistics.quantiles(more, n=4)
        lines.append(f"| {name} | {1000 * statistics.median(seconds):.0f} | {middle:.0f} | {lower:.0f} – {upper:.0f} |")
    return "\n".join(lines) + "\n"


def chains() -> str:
    """A Markdown table: ns for each operation, and MB in all."""
    lines = [
        "**l: a chain of operations**",
        "",
        "| operations | build | backward | free | memory |",
        "|---|---|---|---|---|",
    ]
    for length in (10_000, 100_000, 1_000_000):
        output = subprocess.run([sys.executable, "-c", CHAIN, str(length)], capture_output=True, text=True, check=True)
        *seconds, kilobytes = map(float, output.stdout.split())
        cells = [f"{1e9 * s / length:.0f} ns" for s in seconds]
        lines.append(f"| {length:,} | {' | '.join(cells)} | {kilobytes / 1024:.0f} MB |")
    return "\n".join(lines) + "\n"


def _import_seconds(name: str) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, "-c", f"import {name}"], check=True, env=ENVIRONMENT)
    return perf_counter() - start


if __name__ == "__main__":
    main()
