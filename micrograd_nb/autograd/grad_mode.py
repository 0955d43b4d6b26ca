"""Switches the recording of operations off and on: `no_grad`, `enable_grad`, `set_grad_enabled`.

Recording is on unless the current thread is in `threads_off`, so the question "is it on?" costs next to nothing
where nobody ever switched it off: an empty set is false.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ContextDecorator
from threading import get_ident
from types import TracebackType
from typing import Any, TypeVar

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

threads_off: set[int] = set()


def is_grad_enabled() -> bool:
    """Whether operations are recorded in this thread.

    >>> import micrograd_nb as mg
    >>> with mg.no_grad():
    ...     mg.is_grad_enabled()
    False
    """
    return not (threads_off and get_ident() in threads_off)


def _switch(on: bool) -> None:
    (threads_off.discard if on else threads_off.add)(get_ident())


class _Mode(ContextDecorator):
    """A context, or a decorator, inside which recording is on or off; afterwards it is as it was before."""

    on: bool

    def __enter__(self) -> None:
        self._before = is_grad_enabled()
        _switch(self.on)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _switch(self._before)

    def _recreate_cm(self) -> _Mode:
        return type(self)()  # a decorated function may call itself, also from several threads


class no_grad(_Mode):
    """Computes without recording: no graph, no `grad_fn`, results that require no gradient.

    >>> import micrograd_nb as mg
    >>> x = mg.ones(2, requires_grad=True)
    >>> with mg.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    on = False


class enable_grad(_Mode):
    """Records again, inside a `no_grad`."""

    on = True


class set_grad_enabled(_Mode):
    """Switches recording on or off at once; used as a context, until its end.

    >>> import micrograd_nb as mg
    >>> x = mg.ones(2, requires_grad=True)
    >>> with mg.set_grad_enabled(False):
    ...     (x * 2).requires_grad
    False
    """

    def __init__(self, mode: bool) -> None:
        self.on = mode
        self._before = is_grad_enabled()
        _switch(mode)

    def __enter__(self) -> None:
        """The constructor has switched already."""

    def __call__(self, function: Decorated) -> Decorated:
        _switch(self._before)  # a decorator acts when the function runs, not when it is defined
        return super().__call__(function)

    def _recreate_cm(self) -> set_grad_enabled:
        return set_grad_enabled(self.on)
