"""Optimizer: what all optimizers share. They go over parameters in groups, and keep a state for each.

    zero_grad()      forget the gradients of the last step
    step()           change every parameter by its gradient
    param_groups     the parameters, each group with its own learning rate and other options
    state            what the optimizer remembers of each parameter, such as its momentum
    state_dict()     both as plain data, to save and load

A new optimizer writes `update(group)`: one step for the parameters of one group. `each(group)` gives what it needs:

    def update(self, group):
        for p, x, g, t, lr, _ in self.each(group):
            subtract(x, multiply(g, lr, t), x)          # x ← x − lr · g, in place
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import add, multiply, ndarray, negative

from ..autograd import changes, enable_grad, tracing
from ..autograd.constants import constants
from ..autograd.quiet import silence, unsilence
from ..tensors import Tensor, get_default_dtype
from ..tensors.record import wrap
from . import groups, state
from .groups import Group, Params
from .hooks import Hook, RemovableHandle, hooked

_NOT_COPIED = ("_before", "_after", "_places", "_changes")


class Optimizer:
    """The base of all optimizers. (PyTorch: torch.optim.Optimizer)

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        defaults: the options of groups that do not set them.

    Raises:
        TypeError: `params` is a single tensor, a set, or holds something else than tensors.
        ValueError: `params` is empty; a tensor that is not a leaf; a tensor in two groups.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Linear(2, 1)
    >>> optimizer = mg.optim.SGD([{"params": [layer.weight]}, {"params": [layer.bias], "lr": 0.5}], lr=0.1)
    >>> [group["lr"] for group in optimizer.param_groups]
    [0.1, 0.5]
    """

    _was_called = False  # whether `step` was called since a scheduler watches
    _is_watched = False

    def __init_subclass__(cls) -> None:
        """An optimizer that writes `step` itself, as one does with PyTorch, has hooks too."""
        if "step" in vars(cls):
            cls.step = hooked(cls.step)  # type: ignore[method-assign]

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: state.State = defaultdict(dict)
        self.param_groups: list[Group] = []
        self._start()
        for group in groups.groups_of(params):
            self.add_param_group(group)

    def _start(self) -> None:
        """Makes what is not copied with an optimizer."""
        self._name = f"{type(self).__name__}.step"
        self._before: dict[int, Hook] = {}
        self._after: dict[int, Hook] = {}
        self._places: dict[Tensor, list[ndarray]] = {}  # the array, and memory to compute in
        self._changes: dict[int, changes.Together] = defaultdict(changes.Together)  # by the id of the group

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradient of every parameter, or with `set_to_none=False` makes it 0.

        Without a gradient, `step()` leaves a parameter as it is; with 0, momentum still moves it.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                elif p.grad is not None:
                    p.grad.detach_().zero_()

    @hooked
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Changes every parameter that has a gradient.

        Arguments:
            closure: computes the loss anew, with its gradients, before the step; what it returns is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        warnings = silence()  # numbers that explode become inf and NaN without one, as in PyTorch
        try:
            for group in self.param_groups:
                self.update(group)
        finally:
            unsilence(warnings)
        return loss

    def update(self, group: Group) -> None:
        """One step for the parameters of a group. Every optimizer writes its own."""
        raise NotImplementedError(f"{type(self).__name__} needs a method update(group): one step for group['params']")

    # -- for those who write an optimizer

    def each(
        self, group: Group, *options: float
    ) -> list[tuple[Tensor, ndarray, ndarray, ndarray, ndarray, tuple[ndarray, ...]]]:
        """The parameters p that have a gradient. Tells autograd that they are changed.

        With each come the array x to change; the gradient g, with the sign and the weight decay that the group asks
        for; t, memory of the same shape to compute in; the learning rate, and the other options that were given, as
        0-d arrays of its dtype.
        """
        as_it_is = not (group.get("maximize") or group.get("weight_decay"))
        places = self._places
        found: list[Any] = []
        changed: list[ndarray] = []
        dtype = None
        for p in group["params"]:
            g = p._grad  # an array, until somebody asks for the tensor
            if type(g) is not ndarray:
                if g is None:
                    continue
                g = p.grad.array
            x, place = p.array, places.get(p)
            if place is None or place[0] is not x:  # the first time, or it was given another array
                place = places[p] = [x, np.empty_like(x), np.empty_like(x)]
            _, t, turned = place
            if x.dtype is not dtype:
                dtype = x.dtype
                lr = tracing.number(group, "lr", dtype)
                numbers = constants(dtype, *options)
            if not as_it_is:
                g = _directed(x, g, group, t, turned, lr)
            changed.append(x)
            found.append((p, x, g, t, lr, numbers))
        self._changes[id(group)].note(changed, self._name)
        return found

    def begin(self, p: Tensor, *names: str, value: float = 0, **numbers: float) -> dict[str, Any]:
        """The state of a parameter at its first step: 0 steps, the numbers, and under each name an array of its shape.

        The numbers are 0-d tensors, and `value` is in the arrays.
        """
        dtype = np.float64 if get_default_dtype().dtype == np.float64 else np.float32
        state = {name: wrap(tracing.made(np.array(x, dtype))) for name, x in {"step": 0, **numbers}.items()}
        self.state[p] = state | {name: wrap(np.full_like(p.array, value)) for name in names}
        return self.state[p]

    def watch_order(self) -> None:
        """Begins to look whether `step` is called; a scheduler's should come after it."""
        if not self._is_watched:
            self._is_watched, self._was_called = True, False

    @property
    def was_called(self) -> bool:
        """Whether `step` was called since `watch_order`."""
        return self._was_called

    def spare(self, p: Tensor) -> ndarray:
        """More memory to compute in. The gradient that `each` gave may lie here, and is gone when this is written."""
        return self._places[p][2]

    # -- groups

    def add_param_group(self, param_group: Group) -> None:
        """Adds parameters, with options of their own; those not given are the defaults.

        Raises:
            TypeError, ValueError: as for the optimizer itself.
        """
        groups.complete(param_group, self.defaults)
        groups.check(param_group, self.param_groups)
        self.param_groups.append(param_group)

    # -- hooks

    def register_step_pre_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` before each step; args[0] is the optimizer.

        If it returns (args, kwargs), the step is called with those.
        """
        return RemovableHandle(self._before, hook)

    def register_step_post_hook(self, hook: Hook) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` after each step.

        >>> import micrograd_nb as mg
        >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)])
        >>> with optimizer.register_step_post_hook(lambda optimizer, args, kwargs: print("stepped")):
        ...     optimizer.step()
        stepped
        """
        return RemovableHandle(self._after, hook)

    # -- its state

    def state_dict(self) -> dict[str, Any]:
        """The groups and the state, with a number in the place of each parameter: its position over all groups.

        The tensors in it are the optimizer's own, and change with its steps: for a snapshot, copy them.
        """
        return state.packed(self.param_groups, self.state)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over copies of the groups' options and of the state of another optimizer, matched by position.

        The state may hold tensors, arrays, or PyTorch's tensors; all but the count of steps take the parameter's dtype.

        Raises:
            ValueError: groups of another number or size.
        """
        options, loaded_state = state.unpacked(state_dict, self.param_groups)
        self.state.clear()  # a static graph that writes into the old state sees that it is outdated
        self.state = loaded_state
        for group, loaded in zip(self.param_groups, options, strict=True):
            group.update(loaded)

    def __getstate__(self) -> dict[str, Any]:
        """A copy has the groups and the state; the hooks stay with the original."""
        return {name: x for name, x in vars(self).items() if name not in _NOT_COPIED}

    def __setstate__(self, values: dict[str, Any]) -> None:
        vars(self).update(values)
        self._start()

    def __repr__(self) -> str:
        sections = []
        for i, group in enumerate(self.param_groups):
            options = [f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params"]
            sections.append(f"\nParameter Group {i}\n{''.join(options)}")
        return f"{type(self).__name__} ({''.join(sections)})"


def _directed(x: ndarray, g: ndarray, group: Group, t: ndarray, out: ndarray, lr: ndarray) -> ndarray:
    """The gradient as the group wants it: turned round to maximize, with weight decay. Written into `out`."""
    if group.get("maximize"):
        g = negative(g, out)
    decay = group.get("weight_decay")
    if not decay:
        return g
    if group.get("decoupled_weight_decay"):  # the weights shrink by themselves, and the gradient stays
        (kept,) = tracing.variables(_kept, x.dtype, lr, decay)
        multiply(x, kept, x)
        return g
    (pull,) = constants(x.dtype, float(decay))
    return add(g, multiply(x, pull, t), out)


def _kept(lr: float, weight_decay: float) -> tuple[float]:
    """What is left of the weights after decoupled weight decay."""
    return (1 - float(lr) * float(weight_decay),)
