"""Times several functions side by side, in one process, so that what disturbs one disturbs all.

    compare({"ours": step, "PyTorch": torch_step}, reference="ours")

Every round takes one sample of each function, in a new random order. What counts is the ratio of two samples of the
same round; its median and quartiles over all rounds cancel slow drifts and the load of neighbours.
"""

from __future__ import annotations

import gc
import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True)
class Timing:
    """One function's time per call, and the ratio of its time to the reference's."""

    microseconds: float
    ratio: float
    lower: float
    upper: float


def compare(
    functions: Mapping[str, Callable[[], object]], *, reference: str, rounds: int = 25, sample_seconds: float = 0.01
) -> dict[str, Timing]:
    """Median time per call of each function, and the paired ratio to `reference` with its quartiles.

    The garbage collector stays on, as it is for a learner.
    """
    order = random.Random(0)
    calls = {name: _calls_per_sample(function, sample_seconds) for name, function in functions.items()}
    samples: dict[str, list[float]] = {name: [] for name in functions}
    gc.collect()
    for _ in range(rounds):
        for name in order.sample(list(functions), len(functions)):
            samples[name].append(_sample(functions[name], calls[name]))
    return {name: _timing(samples[name], samples[reference]) for name in functions}


def report(title: str, timings: Mapping[str, Timing], *, reference: str) -> str:
    """A Markdown table of what `compare` found."""
    lines = [f"**{title}**", "", f"| system | µs a call | time / {reference} | quartiles |", "|---|---|---|---|"]
    for name, t in timings.items():
        lines.append(f"| {name} | {t.microseconds:.1f} | {t.ratio:.2f} | {t.lower:.2f} – {t.upper:.2f} |")
    return "\n".join(lines) + "\n"


def _calls_per_sample(function: Callable[[], object], seconds: float) -> int:
    for _ in range(5):
        function()
    once = min(_sample(function, 1) for _ in range(5))
    return max(1, int(seconds / once))


def _sample(function: Callable[[], object], calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        function()
    return (perf_counter() - start) / calls


def _timing(samples: list[float], reference: list[float]) -> Timing:
    ratios = [ours / theirs for ours, theirs in zip(samples, reference, strict=True)]
    lower, middle, upper = statistics.quantiles(ratios, n=4)
    return Timing(statistics.median(samples) * 1e6, middle, lower, upper)
