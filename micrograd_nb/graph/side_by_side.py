"""`compare(function, *inputs)`: a function as a dynamic graph and as a static one, side by side.

>>> import micrograd_nb as mg
>>> w = mg.tensor([1.0, 2.0], requires_grad=True)
>>> both = compare(lambda x: (x * w).relu().sum(), mg.ones(2), seconds=0)
>>> both.dynamic
<Graph: 1 parameter, 1 input, 2 intermediates, 1 output, 3 functions>
>>> both.static
<Graph: 1 parameter, 1 input, 1 output, 3 functions>
>>> compare(lambda x: x if x.sum() > 0 else -x, mg.ones(2), seconds=0).refusal[:56]
'a static graph cannot hold this (line 1 of the cell): a '
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from .draw import counted, draw
from .graph import Graph
from .names import caller_names
from .static_graph import StaticGraph, StaticGraphError
from .static_graph.trace import tensors_in

ROUNDS = 20

DIFFERENCES = [
    ("is made", "anew at every call, while your Python runs", "once; each further call replays it"),
    ("if, while, print", "run at every call", "run at the trace; a decision by data is refused"),
    ("other shapes", "as they come", "each is traced on its own"),
    ("backward()", "of any result, also later", "only inside of the function"),
    ("a debugger", "stops in every line, at every call", "stops at the trace"),
    ("memory", "new arrays at every call", "the same buffers for every call"),
]
"""What either can and cannot do: what is compared, the dynamic graph, the static one."""


@dataclass(frozen=True)
class Comparison:
    """What `compare` found. A notebook shows it: both pictures, the times, and what each can and cannot do.

    dynamic: the graph that a call of the function left; None, if its result needs no gradient.
    static: the program of the static graph; None, if it was refused, and then `refusal` says why.
    times: microseconds of each round, for "dynamic" and "static"; one round of both is run right after the other.
    """

    name: str
    dynamic: Graph | None
    static: Graph | None
    refusal: str
    times: Mapping[str, tuple[float, ...]]

    @property
    def faster(self) -> float | None:
        """By how much a replay is faster: the median of the rounds' ratios."""
        if not self.times.get("static"):
            return None
        return median(d / s for d, s in zip(self.times["dynamic"], self.times["static"], strict=True))

    def __repr__(self) -> str:
        how = "no static graph" if self.static is None else "" if self.faster is None else f"{self.faster:.1f} × faster"
        return f"<{self.name}, dynamic and static{': ' * bool(how)}{how}>"

    def __str__(self) -> str:
        rows = [("", "dynamic", "static"), *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        table = "\n".join("  ".join(x.ljust(n) for x, n in zip(row, widths, strict=True)).rstrip() for row in rows)
        return table + (f"\n{self.refusal}" if self.refusal else "")

    def _rows(self) -> list[tuple[str, str, str]]:
        graphs = ["none" if graph is None else counted(graph) for graph in (self.dynamic, self.static)]
        times = [_told(self.times.get(kind, ())) for kind in ("dynamic", "static")]
        return [("graph", *graphs), ("a call takes", *times), *DIFFERENCES]  # type: ignore[list-item]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        pictures = [
            f"<h4>{kind}</h4>{_picture(graph, self.refusal if kind == 'static' else NO_GRAPH)}"
            for kind, graph in (("dynamic", self.dynamic), ("static", self.static))
        ]
        head = "<tr><th></th><th>dynamic</th><th>static</th></tr>"
        rows = ["".join(f"<td style='text-align: left'>{html.escape(x)}</td>" for x in row) for row in self._rows()]
        table = f"<table>{head}{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        return {"text/plain": repr(self), "text/html": f"{''.join(pictures)}{table}"}


NO_GRAPH = "The result needs no gradient, so it holds no graph. Return the loss itself to see its graph."


def compare(function: Callable[..., Any], *inputs: Any, seconds: float = 0.5) -> Comparison:
    """Runs a function on the same inputs as it is, and as a static graph.

    Both are called a hundred times and more: a training step trains.

    Arguments:
        function: takes tensors, gives a tensor; its graph is read off the result.
        inputs: the arguments.
        seconds: how long to measure; 0 measures nothing, so that the result is the same on every machine.
    """
    names, name = caller_names(), getattr(function, "__name__", type(function).__name__)
    plain: Callable[..., Any] = function.function if isinstance(function, StaticGraph) else function
    results = [t for t in tensors_in(plain(*inputs)) if t.grad_fn is not None]
    dynamic = Graph.read(results[-1], names) if results else None
    replayed, refusal = StaticGraph(plain), ""
    try:
        for _ in range(3):  # a first call may create what further ones find: gradients, an optimizer's state
            replayed(*inputs)
    except StaticGraphError as error:
        refusal = str(error)
    systems = {"dynamic": plain} | ({} if refusal else {"static": replayed})
    times = _measured(systems, inputs, seconds) if seconds else {}
    return Comparison(name, dynamic, None if refusal else replayed.read(), refusal, times)


def _measured(systems: Mapping[str, Callable[..., Any]], inputs: Any, seconds: float) -> dict[str, tuple[float, ...]]:
    """Microseconds a call, of as many rounds for each; they take turns, so that both find the machine as it is."""
    start = time.perf_counter()
    for function in systems.values():
        function(*inputs)
    once = (time.perf_counter() - start) / len(systems)
    calls = max(1, round(seconds / (ROUNDS * len(systems) * once)))
    times: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(ROUNDS):
        for name, function in systems.items():
            start = time.perf_counter()
            for _ in range(calls):
                function(*inputs)
            times[name].append((time.perf_counter() - start) / calls * 1e6)
    return {name: tuple(found) for name, found in times.items()}


def _told(times: tuple[float, ...]) -> str:
    """`26 µs (25 – 28)`: the median and the quartiles."""
    if not times:
        return "not measured"
    low, middle, high = quantiles(times, n=4)
    return f"{middle:.3g} µs ({low:.3g} – {high:.3g})"


def _picture(graph: Graph | None, instead: str) -> str:
    return f"<p>{html.escape(instead)}</p>" if graph is None else draw(graph).img()
