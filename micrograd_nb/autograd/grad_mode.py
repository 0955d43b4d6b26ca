"""Switches the recording of operations off and on: `no_grad`, `enable_grad`, `set_grad_enabled`.

Recording is on unless the current thread is in `threads_off`, so the question "is it on?" costs next to nothing
where nobody ever switched it off: an empty set is false.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial, wraps
from inspect import isgeneratorfunction
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


class _Farewell:
    """Lives as long as the thread that it was made in, in that thread's local storage."""

    def __init__(self) -> None:
        self.thread = get_ident()

    def __del__(self) -> None:
        threads_off.discard(self.thread)


_local = threading.local()


def _switch(on: bool) -> None:
    if on:
        threads_off.discard(get_ident())
    else:
        _local.farewell = _Farewell()
        threads_off.add(get_ident())


class _Mode:
    """A context, or a decorator, inside which recording is on or off; afterwards it is as it was before."""

    on: bool

    def __enter__(self) -> None:
        self._before = is_grad_enabled()
        _switch(self.on)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _switch(self._before)

    def __call__(self, function: Decorated) -> Decorated:
        """Decorates a function; of a generator function, each of its steps."""
        run = self._steps_of(function) if isgeneratorfunction(function) else self._run(function)
        return wraps(function)(run)  # type: ignore[return-value]

    def _run(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return run

    def _steps_of(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def steps(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            advance: Callable[[], Any] = partial(next, generator)
            while True:
                try:
                    with self._again():
                        value = advance()
                except StopIteration as end:
                    return end.value
                try:
                    advance = partial(generator.send, (yield value))
                except GeneratorExit:
                    with self._again():
                        generator.close()
                    raise
                except BaseException as error:
                    advance = partial(generator.throw, error)

        return steps

    def _again(self) -> _Mode:
        """A new context of the same kind: a decorated function may call itself, also from several threads."""
        return type(self)()


class _ModeWithoutArguments(_Mode):
    """A mode that also decorates without parentheses: `@no_grad`."""

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        mode = super().__new__(cls)
        return mode if function is None else mode(function)


class no_grad(_ModeWithoutArguments):
    """Computes without recording: no graph, no `grad_fn`, results that require no gradient.

    >>> import micrograd_nb as mg
    >>> x = mg.ones(2, requires_grad=True)
    >>> with mg.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    on = False


class enable_grad(_ModeWithoutArguments):
    """Records again, inside a `no_grad`."""

    on = True


class inference_mode(_Mode):
    """`no_grad` under another name. (PyTorch: torch.inference_mode)

    PyTorch also refuses later to differentiate what was computed in it, in exchange for speed. Here that is allowed.

    >>> import micrograd_nb as mg
    >>> with mg.inference_mode():
    ...     (mg.ones(2, requires_grad=True) * 2).requires_grad, mg.is_inference_mode_enabled()
    (False, True)
    """

    def __new__(cls, mode: Any = True) -> Any:
        new = super().__new__(cls)
        if callable(mode):  # as a decorator without parentheses
            cls.__init__(new)
            return new(mode)
        return new

    def __init__(self, mode: bool = True) -> None:
        self.on = not mode

    def __enter__(self) -> None:
        super().__enter__()
        self._before_inference = is_inference_mode_enabled()
        _local.inference = not self.on

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _local.inference = self._before_inference
        super().__exit__(kind, error, trace)

    def _again(self) -> inference_mode:
        return inference_mode(not self.on)


def is_inference_mode_enabled() -> bool:
    """Whether this thread is inside an `inference_mode`."""
    return getattr(_local, "inference", False)


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

    def _again(self) -> set_grad_enabled:
        return set_grad_enabled(self.on)
