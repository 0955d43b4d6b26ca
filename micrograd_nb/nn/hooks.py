"""Hooks of modules: functions of yours that a call of a module runs, to look at what goes in and out, or to replace it.

    module.register_forward_pre_hook(hook)           hook(module, args): before `forward`
    module.register_forward_hook(hook)               hook(module, args, output): after it
    module.register_full_backward_pre_hook(hook)     hook(module, grad_output): a backward pass has come to the output
    module.register_full_backward_hook(hook)         hook(module, grad_input, grad_output): it has come to the input

What a hook returns takes the place of what it was shown; None leaves it as it is. The functions `register_module_…` of
this file hook all modules at once: for a profiler, or to debug. (PyTorch: torch.nn.modules.module)

>>> import micrograd_nb as mg
>>> model = mg.nn.Sequential(mg.nn.Linear(4, 3), mg.nn.ReLU())
>>> def show(module, args, output):
...     print(type(module).__name__, tuple(output.shape))
>>> with register_module_forward_hook(show):
...     output = model(mg.zeros(2, 4))
Linear (2, 3)
ReLU (2, 3)
Sequential (2, 3)
"""

from __future__ import annotations

import itertools
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple

from .backward_hooks import WatchedCall

_numbers = itertools.count()


class Hook(NamedTuple):
    """A function, and how it wants to be called."""

    function: Callable[..., Any]
    with_kwargs: bool = False  # it takes the arguments by name, too
    always_call: bool = False  # also after an error


class Hooks(dict[str, OrderedDict[int, Hook]]):
    """Hooks by kind, each with a number, in the order in which they run. A kind without hooks is not in it.

    So while there are none, it is empty: that is all that a call of a module asks.
    """

    def add(
        self,
        kind: str,
        function: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Adds a function: the last of its kind, or with `prepend` the first."""
        if not callable(function):
            raise TypeError(f"a hook is a function, but got {type(function).__name__}")
        hooks = self.setdefault(kind, OrderedDict())
        number = next(n for n in _numbers if n not in hooks)
        hooks[number] = Hook(function, with_kwargs, always_call)
        if prepend:
            hooks.move_to_end(number, last=False)
        return RemovableHandle(self, kind, number)

    def remove(self, kind: str, number: int) -> None:
        """Takes a hook off, if it is there."""
        hooks = self.get(kind, OrderedDict())
        hooks.pop(number, None)
        if not hooks:
            self.pop(kind, None)

    def of(self, kind: str) -> list[Hook]:
        """The hooks of one kind, as they are now: a hook may remove itself."""
        return list(self[kind].values()) if kind in self else []

    def functions(self, kind: str) -> list[Callable[..., Any]]:
        """The functions of one kind."""
        return [hook.function for hook in self.of(kind)]


class RemovableHandle:
    """What registering a hook returns: `remove()` takes the hook off again, as does the end of a `with`."""

    def __init__(self, hooks: Hooks, kind: str, number: int) -> None:
        self.id = number
        self._kind = kind
        self._hooks = weakref.ref(hooks)  # a module may keep a handle of its own

    def remove(self) -> None:
        """Takes the hook off. A second time does nothing."""
        hooks = self._hooks()
        if hooks is not None:
            hooks.remove(self._kind, self.id)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.remove()

    def __reduce__(self) -> tuple[Any, ...]:
        """The copy of a handle, in the copy of a module, removes the hook of the copy."""
        return RemovableHandle, (self._hooks() or Hooks(), self._kind, self.id)


class WithHooks:
    """The part of `Module` that has to do with hooks."""

    _hooks = Hooks()  # those of calls; this one stays empty, each module gets its own
    _state_hooks = Hooks()  # those of saving and loading, likewise

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Calls `hook(module, args)` before each `forward`. If it returns something, that becomes the arguments.

        Arguments:
            prepend: call it before the hooks that are there already, not after them.
            with_kwargs: call `hook(module, args, kwargs)`; it returns None or a pair of both.

        >>> import micrograd_nb as mg
        >>> layer = mg.nn.ReLU()
        >>> handle = layer.register_forward_pre_hook(lambda module, args: args[0] + 1)
        >>> layer(mg.zeros(2))
        tensor([1., 1.])
        >>> handle.remove()
        """
        return self._own_hooks("_hooks").add("forward_pre", hook, prepend=prepend, with_kwargs=with_kwargs)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Calls `hook(module, args, output)` after each `forward`. If it returns something, that becomes the output.

        Arguments:
            prepend: call it before the hooks that are there already, not after them.
            with_kwargs: call `hook(module, args, kwargs, output)`.
            always_call: call it also when there is an error, with the output None if there is none yet.
        """
        return self._own_hooks("_hooks").add(
            "forward", hook, prepend=prepend, with_kwargs=with_kwargs, always_call=always_call
        )

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_output)` when a backward pass has completed the gradients of the module's outputs.

        They are a tuple, with None for what is no tensor. A tuple that the hook returns takes their place.
        """
        return self._own_hooks("_hooks").add("backward_pre", hook, prepend=prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Calls `hook(module, grad_input, grad_output)` when a backward pass has completed the gradients of its inputs.

        Both are tuples, `grad_input` for the arguments by position, with None for what is no tensor. A tuple that the
        hook returns takes the place of `grad_input`. If no input requires gradients, `grad_input` is all None.

        >>> import micrograd_nb as mg
        >>> layer = mg.nn.Linear(2, 1)
        >>> handle = layer.register_full_backward_hook(lambda module, grad_input, grad_output: print(grad_output))
        >>> layer(mg.ones(1, 2, requires_grad=True)).sum().backward()
        (tensor([[1.]]),)
        """
        return self._own_hooks("_hooks").add("backward", hook, prepend=prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Refuses: PyTorch keeps it for old programs."""
        raise NotImplementedError(
            "register_backward_hook shows the gradients of the last operation, not of the module, and is deprecated in "
            "PyTorch. Use register_full_backward_hook."
        )

    def register_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls `hook(module, prefix, keep_vars)` before `state_dict()` writes what belongs to this module."""
        return self._own_hooks("_state_hooks").add("save_pre", hook)

    def register_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls `hook(module, state_dict, prefix, local_metadata)` at the end of `state_dict()`; it may change that."""
        return self._own_hooks("_state_hooks").add("save_post", hook)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls a hook before anything of this module is loaded. It may change the state that it is given, a copy.

        It gets (module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs).
        """
        return self._own_hooks("_state_hooks").add("load_pre", hook)

    def register_load_state_dict_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls `hook(module, incompatible_keys)` after the module is loaded; it may change the two lists of names."""
        return self._own_hooks("_state_hooks").add("load_post", hook)

    def _own_hooks(self, kind: str) -> Hooks:
        if kind not in self.__dict__:
            raise AttributeError(too_early(self, "cannot register a hook"))
        return self.__dict__[kind]


def too_early(module: Any, what: str) -> str:
    """The error for what needs `Module.__init__` to have run."""
    return f"{what} before Module.__init__() call: begin {type(module).__name__}.__init__ with super().__init__()"


of_all_modules = Hooks()
"""What the functions below register; it runs before a module's own hooks."""


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Calls `hook(module, args)` before the `forward` of every module."""
    return of_all_modules.add("forward_pre", hook)


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Calls `hook(module, args, output)` after the `forward` of every module; the options are `Module`'s."""
    return of_all_modules.add("forward", hook, with_kwargs=with_kwargs, always_call=always_call)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Calls `hook(module, grad_output)` when a backward pass comes to the output of any module."""
    return of_all_modules.add("backward_pre", hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Calls `hook(module, grad_input, grad_output)` when a backward pass comes to the input of any module."""
    return of_all_modules.add("backward", hook)


# -- a call with hooks -------------------------------------------------------------------------------------------------


def call(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`module.forward(*args, **kwargs)` with the hooks around it."""
    running = _Call(module, args, kwargs)
    try:
        return running.run()
    except Exception:
        running.run_always_called()
        raise


class _Call:
    """One call: what goes in, what comes out, and which of the hooks have run."""

    def __init__(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.module, self.args, self.kwargs = module, args, kwargs
        self.output: Any = None
        self.to_come = self._hooks("forward")

    def run(self) -> Any:
        """Everything, where nothing goes wrong."""
        for hook in self._hooks("forward_pre"):
            self._before(hook)
        watched = self._watched()
        if watched is not None:
            self.args = watched.inputs(self.args)
        self.output = self.module.forward(*self.args, **self.kwargs)
        while self.to_come:
            self._after(self.to_come.pop(0))
        return self.output if watched is None else watched.output(self.output)

    def run_always_called(self) -> None:
        """After an error: the hooks that want to be called then, too. An error of theirs must not hide the first."""
        for hook in self.to_come:
            if hook.always_call:
                try:
                    self._after(hook)
                except Exception as error:
                    warnings.warn(
                        "module forward hook with ``always_call=True`` raised an exception that was silenced as "
                        f"another error was raised in forward: {error}",
                        stacklevel=4,
                    )

    def _before(self, hook: Hook) -> None:
        if not hook.with_kwargs:
            made = hook.function(self.module, self.args)
            if made is not None:
                self.args = made if isinstance(made, tuple) else (made,)
            return
        made = hook.function(self.module, self.args, self.kwargs)
        if made is not None:
            if not (isinstance(made, tuple) and len(made) == 2):
                raise RuntimeError(
                    "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                    f"{made}: it was registered with_kwargs=True"
                )
            self.args, self.kwargs = made

    def _after(self, hook: Hook) -> None:
        given = (self.args, self.kwargs) if hook.with_kwargs else (self.args,)
        made = hook.function(self.module, *given, self.output)
        if made is not None:
            self.output = made

    def _watched(self) -> WatchedCall | None:
        """What stops a backward pass for the hooks, where there are hooks for it."""
        before, after = ([hook.function for hook in self._hooks(kind)] for kind in ("backward_pre", "backward"))
        return WatchedCall(self.module, before, after) if before or after else None

    def _hooks(self, kind: str) -> list[Hook]:
        return [*of_all_modules.of(kind), *self.module._hooks.of(kind)]
