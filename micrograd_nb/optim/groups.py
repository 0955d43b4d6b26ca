"""Parameter groups: what an optimizer takes, and the errors that keep it from optimizing something else.

A group is a dict: "params", a list of tensors, and the options of the optimizer by name.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from ..tensors import Tensor

Group = dict[str, Any]
"""A parameter group: "params", a list of tensors, and the options of the optimizer by name."""

Params = Iterable[Tensor] | Iterable[tuple[str, Tensor]] | Iterable[Group]
"""What an optimizer is given: `model.parameters()`, `model.named_parameters()`, or groups."""


def groups_of(params: Params) -> list[Group]:
    """What an optimizer was given, as groups."""
    if isinstance(params, Tensor):
        raise TypeError(
            "params argument given to the optimizer should be an iterable of Tensors or dicts, but got a Tensor. "
            "Put it in a list: [tensor]."
        )
    refuse_set(params)
    given: list[Any] = list(params)
    if not given:
        raise ValueError(
            "optimizer got an empty parameter list: the model has no parameters, or they come from a generator "
            "that has been gone through already. Call model.parameters() anew for each use."
        )
    return given if isinstance(given[0], dict) else [{"params": given}]


def complete(group: Group, defaults: dict[str, Any]) -> None:
    """Makes a list of a group's parameters, takes their names off them, and gives it the options that it lacks."""
    if not isinstance(group, dict):
        raise TypeError(f"param_group must be a dict, but got {type(group)}")
    params = group["params"]
    refuse_set(params)
    given = [params] if isinstance(params, Tensor) else list(params)
    names = [item[0] for item in given if isinstance(item, tuple)]
    group["params"] = [item[1] if isinstance(item, tuple) else item for item in given]
    if names:
        group["param_names"] = names
    for name, default in defaults.items():
        group.setdefault(name, default)


def check(group: Group, others: list[Group]) -> None:
    """An error for what cannot be optimized, alone or beside the other groups of an optimizer."""
    params = group["params"]
    for p in params:
        _check_param(p)
    refuse_options(group)
    if len(set(params)) < len(params):
        warnings.warn("optimizer contains a parameter group with duplicate parameters", stacklevel=4)
    if not {p for other in others for p in other["params"]}.isdisjoint(params):
        raise ValueError("some parameters appear in more than one parameter group")
    if "param_names" in group and len(group["param_names"]) != len(params):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    if any(("param_names" in group) != ("param_names" in other) for other in others):
        raise ValueError("all optimizer param groups should be with/without names")


def refuse_options(group: Group) -> None:
    """An error for the options of PyTorch that ask for something that there is not."""
    if group.get("fused") and group.get("foreach"):
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
    if group.get("differentiable"):
        raise NotImplementedError(
            "differentiable=True would record the step itself, so that gradients go through it. Here a step works in "
            "place and is not recorded: write the update with tensors, p - lr * grad, to differentiate through it."
        )
    if group.get("capturable"):
        raise NotImplementedError("capturable=True is for CUDA graphs, and there is no GPU here: leave it out.")


def refuse_set(params: Any) -> None:
    """A set has no order, so its tensors could not be told apart in a state that was saved."""
    if isinstance(params, (set, frozenset)):
        raise TypeError(
            "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
            "will change between runs. Please use a list instead."
        )


def _check_param(p: Any) -> None:
    if not isinstance(p, Tensor):
        raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}")
    if not (p.is_leaf or p.retains_grad):
        raise ValueError(
            f"can't optimize a non-leaf Tensor: this one, of shape {tuple(p.shape)}, was computed by "
            f"{p.grad_fn.name() if p.grad_fn else None}, and gets no gradient of its own. Give the leaves it was "
            "computed from, or make it one: tensor.detach().requires_grad_()."
        )


def check_options(lr: float | Tensor, *, betas: tuple[float, ...] = (), **others: float | Tensor) -> None:
    """An error for an option with which no step makes sense."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor lr must be 1-element, but has {lr.numel()}")
    words = {"learning rate": lr} | {f"{'epsilon' if name == 'eps' else name} value": x for name, x in others.items()}
    for name, value in words.items():
        if not value >= 0:
            raise ValueError(f"Invalid {name}: {value}. It must not be negative.")
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}. An average keeps a part: 0 ≤ beta < 1.")
