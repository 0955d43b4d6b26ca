"""`static(function)`: the function as a static graph.

The first call runs the function and writes down every call of NumPy that it makes: forward, backward, the optimizer's
update. Further calls replay that list on the same memory: no Python of yours runs, no node is made. What is fixed when
the list is made, and what happens if it changes:

    the shapes and dtypes of the arguments      a new signature: traced again, with a `RetraceWarning`
    Python numbers: arguments, a learning rate  likewise
    captured tensors (weights, buffers)         their memory is read and written, so they may change
    data: if, while, item()                     `StaticGraphError`, at the trace, with the line
    random numbers                              likewise
    print, counters                             happen at the trace only
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

from ...tensors import Tensor
from .capture import captured
from .trace import Trace


class RetraceWarning(UserWarning):
    """A static graph was traced again: for what, and how often that has happened."""


class StaticGraph:
    """A function that is traced at the first call, and replayed at the others. Made by `static`.

    Arguments:
        function: takes tensors (and Python values), gives tensors, in tuples, lists or dicts if it likes.

    Raises:
        StaticGraphError: at a call, for a function that a static graph cannot hold; nothing is replayed then.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__doc__ = function.__doc__
        self._traces: dict[Any, list[Trace]] = {}
        self._last: Trace | None = None
        self._names = _plain_names(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != len(self._names):
            args = self._in_order(args, kwargs)
        signature = tuple([_signature(x) for x in args])
        for trace in self._traces.get(signature, ()):
            if trace.still_holds():
                self._last = trace
                return trace.replay(args)
        return self._traced(signature, args)

    @property
    def traces(self) -> list[Trace]:
        """All traces so far, one for each signature and state."""
        return [trace for traces in self._traces.values() for trace in traces]

    @property
    def captured(self) -> dict[str, Tensor]:
        """The tensors that the function uses besides its arguments, by name."""
        return captured(self.function)

    def source(self) -> str:
        """The program of the last call: calls of NumPy, one a line."""
        return self._used().program.source()

    def summary(self) -> str:
        """What the program of the last call consists of: operations, buffers, bytes, captured variables."""
        return self._used().summary()

    def __repr__(self) -> str:
        return f"<static graph of {self.__name__}: {len(self.traces)} trace{'s' * (len(self.traces) != 1)}>"

    def _used(self) -> Trace:
        if self._last is None:
            raise RuntimeError(f"{self.__name__} has not been called, so there is no graph yet: call it once")
        return self._last

    def _in_order(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments in the order of the function's signature, with its defaults."""
        bound = inspect.signature(self.function).bind(*args, **kwargs)
        bound.apply_defaults()
        if len(bound.arguments) != len(self._names):
            raise TypeError(f"{self.__name__} takes *args or **kwargs, and a static graph needs arguments with names")
        return tuple(bound.arguments.values())

    def _traced(self, signature: Any, args: tuple[Any, ...]) -> Any:
        reason = self._reason(signature)
        trace = Trace(self.function, dict(zip(self._names, args, strict=True)))
        self._traces.setdefault(signature, []).append(trace)
        self._last = trace
        if reason:
            warnings.warn(
                f"{self.__name__} was traced again, for {reason}; this was trace {len(self.traces)}. Each trace takes "
                "as long as an ordinary call and more: give it arguments of few shapes, and numbers as tensors.",
                RetraceWarning,
                stacklevel=3,
            )
        return trace.result

    def _reason(self, signature: Any) -> str:
        """Why a function that has been traced is traced again; "" where it is its own doing, or the first time."""
        if self._traces and signature not in self._traces:
            return f"a new signature: {', '.join(map(_words, signature))}"
        changes = [trace.changed_number() for trace in self._traces.get(signature, ())]
        return changes[-1] if changes and all(changes) else ""


static = StaticGraph


def _plain_names(function: Callable[..., Any]) -> list[str]:
    """The names of a function's parameters."""
    return [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]


def _signature(x: Any) -> Any:
    """What of an argument is fixed by a trace."""
    if isinstance(x, Tensor):
        return x.array.dtype, x.array.shape
    if isinstance(x, (list, tuple)):
        return type(x).__name__, *map(_signature, x)
    if isinstance(x, dict):
        return "dict", *((name, _signature(value)) for name, value in x.items())
    return type(x), x


def _words(signature: Any) -> str:
    """A part of a signature for a reader: `float32 (32, 64)`."""
    return " ".join(str(part) for part in signature)
