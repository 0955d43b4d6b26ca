"""Optimizer: what all optimizers share. They go over parameters in groups, and keep a state for each.

    zero_grad()      forget the gradients of the last step
    step()           change every parameter by its gradient
    param_groups     the parameters, each group with its own learning rate and other options
    state            what the optimizer remembers of each parameter, such as its momentum
    state_dict()     both as plain data, to save and load

A new optimizer writes `update(group)`: one step for the parameters of one group.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from ..autograd import enable_grad
from ..autograd.quiet import silence, unsilence
from ..tensors import Tensor, from_numpy

Group = dict[str, Any]
"""A parameter group: "params", a list of tensors, and the options of the optimizer by name."""

Params = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[Group]
"""What an optimizer is given: `model.parameters()`, `model.named_parameters()`, or groups."""


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

    def __init__(self, params: Params, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got a Tensor. "
                "Put it in a list: [tensor]."
            )
        _refuse_set(params)
        self.defaults = defaults
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        given = list(params)
        if not given:
            raise ValueError(
                "optimizer got an empty parameter list: the model has no parameters, or they come from a generator "
                "that has been gone through already. Call model.parameters() anew for each use."
            )
        groups = given if isinstance(given[0], dict) else [{"params": given}]
        for group in groups:
            self.add_param_group(group)  # type: ignore[arg-type]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradient of every parameter, or with `set_to_none=False` makes it 0.

        Without a gradient, `step()` leaves a parameter as it is; with 0, momentum still moves it.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                elif p.grad is not None:
                    p.grad.array.fill(0)

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

    def add_param_group(self, param_group: Group) -> None:
        """Adds parameters, with options of their own; those not given are the defaults.

        Raises:
            TypeError, ValueError: as for the optimizer itself.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        _refuse_set(param_group["params"])
        params = param_group["params"]
        given = [params] if isinstance(params, Tensor) else list(params)
        names = [item[0] for item in given if isinstance(item, tuple)]
        param_group["params"] = [item[1] if isinstance(item, tuple) else item for item in given]
        if names:
            param_group["param_names"] = names
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        self._check(param_group)
        self.param_groups.append(param_group)

    def _check(self, group: Group) -> None:
        params = group["params"]
        for p in params:
            _check_param(p)
        if len(set(params)) < len(params):
            warnings.warn("optimizer contains a parameter group with duplicate parameters", stacklevel=4)
        if not {p for other in self.param_groups for p in other["params"]}.isdisjoint(params):
            raise ValueError("some parameters appear in more than one parameter group")
        if "param_names" in group and len(group["param_names"]) != len(params):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        if any(("param_names" in group) != ("param_names" in other) for other in self.param_groups):
            raise ValueError("all optimizer param groups should be with/without names")

    # -- its state

    def state_dict(self) -> dict[str, Any]:
        """The groups and the state, with a number in the place of each parameter: its position over all groups.

        The tensors in it are the optimizer's own, and change with its steps: for a snapshot, copy them.
        """
        params = list(chain.from_iterable(group["params"] for group in self.param_groups))
        number = {p: i for i, p in reversed(list(enumerate(params)))}
        return {
            "state": {number[p]: state for p, state in self.state.items()},
            "param_groups": [{**group, "params": [number[p] for p in group["params"]]} for group in self.param_groups],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Takes over copies of the groups' options and of the state of another optimizer, matched by position.

        The state may hold tensors, arrays, or PyTorch's tensors; those of floats take the parameter's dtype.

        Raises:
            ValueError: groups of another number or size.
        """
        saved_groups = deepcopy(state_dict["param_groups"])
        if len(saved_groups) != len(self.param_groups):
            raise ValueError(
                "loaded state dict has a different number of parameter groups: "
                f"{len(saved_groups)}, and this optimizer has {len(self.param_groups)}"
            )
        for mine, saved in zip(self.param_groups, saved_groups, strict=True):
            if len(mine["params"]) != len(saved["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group: "
                    f"{len(saved['params'])} parameters, and this one has {len(mine['params'])}"
                )
        numbers = chain.from_iterable(group["params"] for group in saved_groups)
        params = dict(zip(numbers, chain.from_iterable(g["params"] for g in self.param_groups), strict=True))
        self.state = defaultdict(dict)
        for number, state in state_dict["state"].items():
            p = params[number]
            self.state[p] = {name: _fitted(name, value, p) for name, value in state.items()}
        for mine, saved in zip(self.param_groups, saved_groups, strict=True):
            mine.update({name: value for name, value in saved.items() if name != "params"})

    def __repr__(self) -> str:
        groups = []
        for i, group in enumerate(self.param_groups):
            options = [f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params"]
            groups.append(f"\nParameter Group {i}\n{''.join(options)}")
        return f"{type(self).__name__} ({''.join(groups)})"


def _refuse_set(params: Any) -> None:
    if isinstance(params, (set, frozenset)):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )


def _check_param(p: Any) -> None:
    if not isinstance(p, Tensor):
        raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}")
    if not p.is_leaf:
        raise ValueError(
            f"can't optimize a non-leaf Tensor: this one, of shape {tuple(p.shape)}, was computed by "
            f"{p.grad_fn.name() if p.grad_fn else None}, and gets no gradient of its own. Give the leaves it was "
            "computed from, or make it one: tensor.detach().requires_grad_()."
        )


def _fitted(name: str, value: Any, p: Tensor) -> Any:
    """A copy of a value of the state: floats in the dtype of their parameter, except for the count of steps."""
    array = value.array if isinstance(value, Tensor) else np.asarray(value) if hasattr(value, "__array__") else None
    if array is None or name == "step":
        return deepcopy(value)
    return from_numpy(np.array(array, p.array.dtype if array.dtype.kind == "f" else array.dtype))
