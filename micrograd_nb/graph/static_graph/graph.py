"""`static(function)`: the function as a static graph.

The first call runs the function and writes down every call of NumPy that it makes: forward, backward, the optimizer's
update. Further calls replay that list on the same memory: no Python of yours runs, no node is made. What is fixed when
the list is made, and what happens if it changes:

    the shapes and dtypes of the arguments      a new signature: traced again, with a `RetraceWarning`
    Python numbers: arguments, globals, options likewise; but a learning rate may change
    captured tensors (weights, buffers)         their memory is read and written, so they may change
    random numbers                              drawn anew at each replay
    decisions by data: if, while, item()        `StaticGraphError`, at the trace, with the line
    print, counters, appending to lists         happen at the trace only

With `guards=False` none of that is looked at, as in TensorFlow 1 and in `torch.jit.trace`: the first call is traced, a
decision by data is taken once, and every further call replays it. The answer may be wrong without an error.
"""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Callable
from typing import Any

from ...autograd import tracing
from ...tensors import Tensor
from ..draw import draw
from ..graph import Graph
from ..picture import Picture
from .capture import Captured
from .errors import Frozen, FrozenWarning, StaticGraphError, place_of
from .trace import Trace, tensors_in


class RetraceWarning(UserWarning):
    """A static graph was traced again: for what, and how often that has happened."""


class SideEffectWarning(UserWarning):
    """A function that is a static graph changes something of Python's, which replays leave as it is."""


class StaticGraph:
    """A function that is traced at the first call, and replayed at the others. Made by `static`.

    Arguments:
        function: takes tensors (and Python values), gives tensors, in tuples, lists or dicts if it likes.
        guards: without them it is traced once and replayed for anything of the same shapes, with a `FrozenWarning`
            where a decision was taken by data. That is there to show what guards are for.

    Raises:
        StaticGraphError: at a call, for a function that a static graph cannot hold; nothing is replayed then.

    >>> import warnings
    >>> import micrograd_nb as mg
    >>> stale = StaticGraph(lambda x: x * x if x > 0 else -x, guards=False)
    >>> with warnings.catch_warnings(action="ignore"):
    ...     stale(mg.tensor(3.0))
    tensor(9.)
    >>> stale(mg.tensor(-3.0))  # and 3 would be right
    tensor(9.)
    """

    def __init__(self, function: Callable[..., Any], *, guards: bool = True) -> None:
        self.function = function
        self.guards = guards
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__doc__ = function.__doc__
        self._names = [p.name for p in inspect.signature(function).parameters.values() if p.kind in _NAMED]
        self._traces: dict[Any, list[Trace]] = {}
        self._last: Trace | None = None
        self.count = 0
        self._lock = threading.RLock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if tracing.program() is not None:  # in another static graph: a part of that
            return self.function(*args, **kwargs)
        if kwargs or len(args) != len(self._names):
            args = self._in_order(args, kwargs)
        signature = tuple([_signature(x) for x in args])
        with self._lock:
            if self._last is not None and not self.guards:
                return self._replayed_anyway(self._last, args)
            for trace in self._traces.get(signature, ()):
                if trace.state.holds():
                    self._last = trace
                    return trace.replay(args)
            return self._traced(signature, args)

    @property
    def traces(self) -> list[Trace]:
        """The traces that are kept, one for each signature and state."""
        return [trace for traces in self._traces.values() for trace in traces]

    @property
    def captured(self) -> dict[str, Tensor]:
        """The tensors that the function can reach besides its arguments, by name."""
        return Captured(self.function).tensors

    @property
    def graph(self) -> Picture:
        """A picture of the program of the last call: its operations, and what flows from one to the next."""
        return draw(self.read())

    def read(self, *, values: bool = False) -> Graph:
        """The same as data: lines of one operation in a row are a function, framed by forward, backward and update.

        Arguments:
            values: with the numbers of the last call.
        """
        return self._used().as_graph(values)

    @property
    def frozen(self) -> list[Frozen]:
        """What the trace took once, without guards: lines in which it decided by data. With guards, nothing."""
        return self._used().program.frozen

    def source(self) -> str:
        """The program of the last call: calls of NumPy, one a line."""
        return self._used().program.source()

    def summary(self) -> str:
        """What the program of the last call consists of: operations, buffers, bytes, captured tensors."""
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
        try:
            trace = Trace(self.function, dict(zip(self._names, args, strict=True)), guards=self.guards)
        except StaticGraphError as error:
            raise error.with_traceback(None) from None  # it names the line; how the trace came there says nothing more
        self.count += 1
        kept = self._traces.setdefault(signature, [])
        kept[:] = [*(t for t in kept if not t.state.is_lost()), trace]
        self._last = trace
        if trace.side_effects:
            warnings.warn(
                f"{self.__name__} changes {', '.join(trace.side_effects)}: that happens when it is traced, and not "
                "when it is replayed. Keep it in a tensor, or change it outside of the function.",
                SideEffectWarning,
                stacklevel=3,
            )
        if trace.program.frozen:
            warnings.warn(_told_of(self.__name__, trace.program.frozen), FrozenWarning, stacklevel=3)
        if reason:
            warnings.warn(
                f"{self.__name__} was traced again, for {reason}; this was trace {self.count}. Each takes as long as "
                "an ordinary call and more: give arguments of few shapes, and numbers as tensors.",
                RetraceWarning,
                stacklevel=3,
            )
        return trace.result

    def _reason(self, signature: Any) -> str:
        """Why a function that has been traced is traced again; "" where it is its own doing, or the first time."""
        if self._traces and signature not in self._traces:
            return f"a new signature: {', '.join(map(_words, signature))}"
        changes = [trace.state.changed_number() for trace in self._traces.get(signature, ())]
        return f"another Python value: {changes[-1]}" if changes and all(changes) else ""

    def _replayed_anyway(self, trace: Trace, args: tuple[Any, ...]) -> Any:
        """Replays, whatever was looked at during the trace. Only the shapes have to be those of the buffers."""
        shapes = [tuple(buffer.shape) for buffer in trace.inputs.values()]
        came = [tuple(tensor.shape) for tensor in tensors_in(args)]
        if came != shapes:
            raise StaticGraphError(
                f"{self.__name__} was traced without guards, for arguments of shapes {shapes}, and {came} came: its "
                "memory is reserved for those. With guards, it would be traced again."
            )
        return trace.replay(args)


static = StaticGraph


def _told_of(name: str, frozen: list[Frozen]) -> str:
    taken = [f"{place_of(file, line)}: {value}" for file, line, value in dict.fromkeys(frozen)]
    listed = "; ".join(taken[:3]) + ("; …" if len(taken) > 3 else "")
    return (
        f"{name} was traced without guards, and decided by the data of this call ({listed}). Every further call "
        "replays that decision, whatever its data are: the answer may be wrong, and no error says so."
    )


_NAMED = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
)


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
