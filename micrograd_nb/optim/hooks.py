"""Functions of yours that run before and after each step of an optimizer, to look at it or to change its arguments."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any

from ..autograd import profiling

Hook = Callable[..., Any]


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook off again, as does the end of a `with`."""

    _numbers = itertools.count()

    def __init__(self, hooks: dict[int, Hook], hook: Hook) -> None:
        if not callable(hook):
            raise TypeError(f"a hook is a function, but got {type(hook).__name__}")
        self.id = next(self._numbers)
        self._hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Takes the hook off. A second time does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()


def hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """A method `step` that calls the hooks of its optimizer, notes that it was called, and is a range in a profile."""

    @wraps(step)
    def with_hooks(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._was_called = True
        watched = self._before or self._after or profiling.watcher
        if not watched or type(self).step is not with_hooks:  # a super().step() is part of the step that calls it
            return step(self, *args, **kwargs)
        with profiling.record_function(f"Optimizer.step#{type(self).__name__}.step"):
            args = (self, *args)
            for hook in list(self._before.values()):
                args, kwargs = _changed(hook(self, args, kwargs), args, kwargs)
            result = step(*args, **kwargs)
            for hook in list(self._after.values()):
                hook(self, args, kwargs)
            return result

    return with_hooks


def _changed(result: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """The arguments of a step after a hook returned something."""
    if result is None:
        return args, kwargs
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(
            f"a hook before a step must return None or a tuple of (new_args, new_kwargs), but got {result}. "
            "The first of args is the optimizer."
        )
    return result
