"""One run of a function, watched line by line: which line ran, and which functions of the graph it left."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, FrameType
from typing import Any, NamedTuple

from ...autograd import lines
from ...autograd.node import next_number
from ...tensors import Tensor
from .. import text
from ..graph import Graph
from ..static_graph.trace import map_tensors, tensors_in

MOST_LINES = 300  # of a run: nobody steps through more


class SourceLine(NamedTuple):
    """A line of the function; `runs` says that there is something on it to be run."""

    number: int
    text: str
    runs: bool


class Moment(NamedTuple):
    """A line that ran, and the ids of the functions that it left in the graph."""

    line: int
    made: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """What a run of the function did with one input.

    input: the arguments as text. graph: what it left; None if nothing in it required gradients.
    result: the numbers that came out; None after an error. error: what stopped it, or "".
    """

    input: str
    graph: Graph | None
    moments: tuple[Moment, ...]
    result: Any = field(compare=False)
    error: str = ""

    def times(self, line: int) -> int:
        """How often a line ran."""
        return sum(moment.line == line for moment in self.moments)

    @property
    def answer(self) -> str:
        """What came out, in words."""
        return self.error or text.array(self.result)


def code_of(function: Any) -> CodeType:
    """The code of a function, a method, a callable object.

    Raises:
        TypeError: it is not written in Python.
    """
    function = inspect.unwrap(function)
    if isinstance(function, partial):
        return code_of(function.func)
    if not hasattr(function, "__code__") and not hasattr(function, "__func__"):
        function = getattr(function, "__call__", function)  # noqa: B004 (its code is wanted, not whether it is there)
    code = getattr(function, "__code__", None)
    if code is None:
        raise TypeError(f"the function has to be one that is written in Python, and {text.name(repr(function))} is not")
    return code


def source_of(code: CodeType) -> tuple[SourceLine, ...]:
    """The lines of a function; those that run, without their text, where the source is not to be had."""
    running = set(_running_lines(code))
    try:
        found, start = inspect.getsourcelines(code)
    except OSError:
        return tuple(SourceLine(number, "", True) for number in sorted(running))
    written = textwrap.dedent("".join(found)).splitlines()
    return tuple(SourceLine(n, line, n in running) for n, line in enumerate(written, max(start, 1)))


def _running_lines(code: CodeType) -> Iterator[int]:
    """The lines that have something to run, without the one of `def`; a lambda has only that."""
    is_lambda = code.co_name == "<lambda>"
    for _, _, line in code.co_lines():
        if line is not None and (is_lambda or line != code.co_firstlineno):
            yield line


def watched(
    function: Callable[..., Any], arguments: tuple[Any, ...], shown: str, names: Mapping[str, Any], *, may_fail: bool
) -> Run:
    """Runs a function and writes down what its lines did.

    Arguments:
        arguments: its arguments; floating-point tensors among them are copied into leaves that require gradients.
        shown: the arguments as text.
        names: where the names of other tensors come from.
        may_fail: an exception is what came of the run, and not the caller's.

    Raises:
        ValueError: more lines ran than anybody would step through.
        TypeError: no tensor came out.
    """
    code = code_of(function)
    leaves = tuple(map_tensors(x, _leaf) for x in arguments)
    watcher = _Watcher(code)
    with watcher:
        try:
            result = function(*leaves)
        except _TooLong:
            raise ValueError(
                f"more than {MOST_LINES} lines ran for {shown}, and nobody would step through them: "
                "give an input for which a loop ends sooner"
            ) from None
        except Exception as error:
            if not may_fail:
                raise
            moments = tuple(Moment(line, ()) for line, _ in watcher.lines)
            return Run(shown, None, moments, None, text.name(f"{type(error).__name__}: {error}"))
    tensors = list(tensors_in(result))
    if not tensors:
        raise TypeError(f"the function has to give a tensor, and it gave {type(result).__name__} for {shown}")
    out = tensors[-1]
    namespace = {**names, **watcher.names, **_parameters(function, leaves)}
    graph = None if out.grad_fn is None else Graph.read(out, namespace, values=True)
    return Run(shown, graph, tuple(_moments(watcher, graph)), out.detach().numpy().copy())


def _leaf(tensor: Tensor) -> Tensor:
    copy = tensor.detach().clone()
    return copy.requires_grad_() if copy.is_floating_point() else copy


def _parameters(function: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The arguments by the names that the function has for them."""
    return dict(inspect.signature(function).bind(*arguments).arguments)


def _moments(watcher: _Watcher, graph: Graph | None) -> Iterator[Moment]:
    """Each line with the functions whose numbers were given out while it ran."""
    numbered = {} if graph is None else {id: node.number for id, node in graph.functions.items()}
    ends = [number for _, number in watcher.lines[1:]] + [next_number()]
    for (line, start), end in zip(watcher.lines, ends, strict=True):
        yield Moment(line, tuple(id for id, number in numbered.items() if start <= number < end))


class _TooLong(BaseException):
    """Stops a run that has no end. No `except Exception` of the learner's may catch it."""


class _Watcher:
    """Notes each line of a function that runs, with the number that the next node will have.

    A debugger or a measurement of coverage that watches already comes back afterwards.
    """

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.lines: list[tuple[int, int]] = []
        self.names: dict[str, Any] = {}

    def __enter__(self) -> None:
        self._before = sys.gettrace()
        self._recorded = lines.on
        lines.record_lines()
        sys.settrace(self._called)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)
        lines.record_lines(self._recorded)

    def _called(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._inside if frame.f_code is self.code else None

    def _inside(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            if len(self.lines) == MOST_LINES:
                raise _TooLong
            self.lines.append((frame.f_lineno, next_number()))
        elif event == "return":
            self.names = dict(frame.f_locals)
        return self._inside
