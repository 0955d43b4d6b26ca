"""`contrast(function, first, second)`: what a dynamic and a static graph make of a second input."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import Tensor
from .. import text
from ..graph import Graph
from ..names import caller_names
from ..static_graph import Frozen, FrozenWarning, RetraceWarning, StaticGraph
from ..static_graph.trace import map_tensors, tensors_in
from .runs import Run, SourceLine, code_of, source_of, watched


@dataclass(frozen=True)
class Outcome:
    """What a static graph did at a call.

    | kind       | what happened                                                        |
    |------------|----------------------------------------------------------------------|
    | `traced`   | the function ran, and its program was kept                           |
    | `retraced` | a guard noticed something else: the function ran again, a new program |
    | `replayed` | the program ran, and no Python                                        |
    | `refused`  | the function cannot be held, or the argument does not fit            |
    """

    kind: str
    told: str = ""  # the warning or the error
    result: Any = field(default=None, compare=False)

    @property
    def answer(self) -> str:
        """What came out, in words."""
        return "no answer" if self.result is None else text.array(self.result)


@dataclass(frozen=True)
class Contrast:
    """What `contrast` found.

    name, source: of the function.
    runs: the dynamic runs, with the first and with the second input.
    guarded: what `static_graph(function)` did at the first and, where that worked, at the second input.
    captured: the program that a static graph without guards kept of the first input, with the numbers of that run;
        None if it was refused, and then `stale` says why.
    replayed: the same with the numbers of its replay at the second input; None if it did not run.
    frozen: the decisions by data that it took once.
    stale: what its replay answered to the second input.
    """

    name: str
    source: tuple[SourceLine, ...]
    runs: tuple[Run, Run]
    guarded: tuple[Outcome, ...]
    captured: Graph | None
    replayed: Graph | None
    frozen: tuple[Frozen, ...]
    stale: Outcome

    @property
    def agrees(self) -> bool:
        """Whether the stale replay answers the second input as the function itself does, up to rounding."""
        right, stale = self.runs[1].result, self.stale.result
        if right is None or stale is None or right.shape != stale.shape:
            return False
        return bool(np.allclose(right, stale, rtol=1e-5, atol=1e-8, equal_nan=True))

    @property
    def branch_differs(self) -> bool:
        """Whether the two runs went through other lines, or through the same ones another number of times."""
        return [m.line for m in self.runs[0].moments] != [m.line for m in self.runs[1].moments]

    def __repr__(self) -> str:
        right, stale = self.runs[1].answer, self.stale.answer
        said = "as it should" if self.agrees else f"where {right} is right"
        return f"<{self.name} at {self.runs[0].input} and {self.runs[1].input}: the stale trace says {stale}, {said}>"


def contrast(function: Callable[..., Any], first: Any, second: Any, names: Mapping[str, Any] | None = None) -> Contrast:
    """Runs a function with two inputs as it is, and as static graphs with and without guards.

    It is called up to five times, on copies of its inputs: a function that trains or prints, does so five times.

    Arguments:
        function: takes tensors, gives a tensor; best with an `if` or a loop.
        first, second: a tensor each, or a tuple of all arguments. For the dynamic runs, floating-point tensors are
            leaves that require gradients, so that a graph is recorded.
        names: where the names of other tensors come from; left out, the caller's variables.

    Raises:
        TypeError: the function is not written in Python, or gives no tensor.
        ValueError: more than 300 lines ran.

    >>> import micrograd_nb as mg
    >>> def f(x):
    ...     if x > 0:
    ...         return x * x
    ...     return -x
    >>> both = contrast(f, mg.tensor(3.0), mg.tensor(-3.0))
    >>> both
    <f at x = 3 and x = −3: the stale trace says 9, where 3 is right>
    >>> [moment.line for moment in both.runs[0].moments], [moment.line for moment in both.runs[1].moments]
    ([2, 3], [2, 4])
    >>> both.guarded[0].kind
    'refused'
    """
    names = caller_names() if names is None else names
    plain: Callable[..., Any] = function.function if isinstance(function, StaticGraph) else function
    name = getattr(plain, "__name__", type(plain).__name__)
    plain = getattr(plain, "forward", plain)  # a module's own arguments have names, those of its call have none
    arguments = [x if isinstance(x, tuple) else (x,) for x in (first, second)]
    code = code_of(plain)
    parameters = [name for name in code.co_varnames[: code.co_argcount] if name != "self"]
    shown = [_shown(parameters, one) for one in arguments]
    runs = (
        watched(plain, arguments[0], shown[0], names, may_fail=False),
        watched(plain, arguments[1], shown[1], names, may_fail=True),
    )
    guarded = _called(StaticGraph(plain), *map(_detached, arguments))
    captured, replayed, frozen, stale = _unguarded(plain, *map(_detached, arguments))
    return Contrast(name, source_of(code), runs, guarded, captured, replayed, frozen, stale)


def _called(graph: StaticGraph, first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Outcome, ...]:
    """What a static graph with guards does at the one and then at the other."""
    outcomes = [_outcome(graph, first, "traced")]
    if outcomes[0].kind != "refused":
        outcomes.append(_outcome(graph, second, "replayed"))
    return tuple(outcomes)


def _unguarded(
    function: Callable[..., Any], first: tuple[Any, ...], second: tuple[Any, ...]
) -> tuple[Graph | None, Graph | None, tuple[Frozen, ...], Outcome]:
    """What a static graph without guards keeps of the first input, and what it makes of the second."""
    graph = StaticGraph(function, guards=False)
    traced = _outcome(graph, first, "traced")
    if traced.kind == "refused":
        return None, None, (), traced
    captured = graph.read(values=True)
    stale = _outcome(graph, second, "replayed")
    replayed = graph.read(values=True) if stale.kind == "replayed" else None
    return captured, replayed, tuple(graph.frozen), stale


def _outcome(graph: StaticGraph, arguments: tuple[Any, ...], kind: str) -> Outcome:
    before = graph.count
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = graph(*arguments)
        except Exception as error:  # what a learner's function raises at the second input is what came of it
            return Outcome("refused", str(error))
    told = [str(w.message) for w in caught if issubclass(w.category, (RetraceWarning, FrozenWarning))]
    again = kind == "replayed" and graph.count > before
    return Outcome("retraced" if again else kind, told[0] if told else "", _numbers(result))


def _numbers(result: Any) -> ndarray | None:
    tensors = list(tensors_in(result))
    return tensors[-1].detach().numpy().copy() if tensors else None


def _detached(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map_tensors(x, lambda tensor: tensor.detach().clone()) for x in arguments)


def _shown(parameters: list[str], arguments: tuple[Any, ...]) -> str:
    """`x = 3`"""
    named = zip([*parameters, *("…" for _ in arguments)], arguments, strict=False)
    return ", ".join(f"{text.name(name)} = {_value(value)}" for name, value in named)


def _value(x: Any) -> str:
    if isinstance(x, Tensor):
        array = x.detach().numpy()
        written = text.array(array)
        return written if array.size <= text.SHOWN and len(written) <= text.LONGEST_NAME else text.shape(array.shape)
    return text.name(repr(x))
