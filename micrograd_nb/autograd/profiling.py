"""How a profiler gets to see what runs. While one watches, everything runs through it; otherwise nothing is paid.

    operations          run in a version that the profiler made of them (`Operation.swap`)
    backward passes     take care of it (see `care`): each node's rules, each gradient that arrives at a leaf
    ranges              `with record_function("name"):`, as an optimizer's step and a loader's batches have them

This floor only knows what a watcher must be able to do. `training.profiler` has one.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any, Protocol

from .operation import Operation, all_operations

OPERATION, RANGE = "cpu_op", "user_annotation"
"""What an event is, by the names that traces have for it: computation, or a part of the program that has a name."""


class Watcher(Protocol):
    """What sees everything that runs, in all threads."""

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that does the same as `function`, and is watched."""

    def begin(self, name: str, kind: str, inputs: tuple[Any, ...] = ()) -> Any:
        """Something begins, with these arrays. Returns what `end` needs."""

    def end(self, mark: Any, made: Any = None) -> None:
        """It has ended, and has made an array, or a sequence of them."""


watcher: Watcher | None = None
"""Who watches now. Those who are not operations look here, and do without a watcher nothing more."""

_lock = threading.Lock()


def watch(new: Watcher) -> None:
    """Begins to watch.

    Raises:
        RuntimeError: somebody watches already.
    """
    global watcher
    with _lock:
        if watcher is not None:
            raise RuntimeError(
                "a profile is running already, and there is one at a time: end it before the next one starts, or give "
                "a part of it a name with record_function(name)"
            )
        watcher = new
        for operation in all_operations():
            operation.swap(new.timed(forward_name(operation), operation.computes))


def unwatch() -> None:
    """Ends watching: everything runs as before."""
    global watcher
    with _lock:
        for operation in all_operations():
            operation.swap(operation.computes)
        watcher = None


class record_function(ContextDecorator):
    """Gives a part of the program a name in the profile, as a context or around a function.

    (PyTorch: torch.profiler.record_function)

    Arguments:
        name: what the profile calls it.
        args: goes behind the name, if it is given.

    >>> import micrograd_nb as mg
    >>> with mg.training.profiler.profile() as prof:
    ...     with mg.training.profiler.record_function("forward"):
    ...         loss = (mg.ones(3) * 2).sum()
    >>> [event.key for event in prof.events()]
    ['forward', 'mg::mul', 'mg::sum']
    """

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name = name
        self.args = args
        self._marked_by: Watcher | None = None

    def _recreate_cm(self) -> record_function:
        """A decorated function may call itself: each call is a range of its own."""
        return record_function(self.name, self.args)

    def __enter__(self) -> record_function:
        self._marked_by = watcher
        if self._marked_by is not None:
            name = self.name if self.args is None else f"{self.name}: {self.args}"
            self._mark = self._marked_by.begin(name, RANGE)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._marked_by is not None:
            self._marked_by.end(self._mark)


def forward_name(operation: Operation) -> str:
    """An operation's name in a profile, where PyTorch has `aten::` before it.

    >>> from micrograd_nb.autograd.rules import elementwise, pooling
    >>> forward_name(elementwise.mul), forward_name(pooling.pick_largest)
    ('mg::mul', 'mg::max_pool2d_with_indices')
    """
    words = _WORDS.sub("_", re.sub(r"Backward\w*$", "", operation.name))
    return f"mg::{words.lower()}"


_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=\dD)(?=[A-Z])|(?<=\d)(?=L)")  # NllLoss2D, MaxPool2DWith…, L1Loss
