"""The state of an optimizer as plain data, to save and to load: PyTorch's form, so that either reads the other's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from itertools import chain
from typing import Any

import numpy as np

from ..tensors import Tensor, from_numpy
from .groups import Group, refuse_options

State = defaultdict[Tensor, dict[str, Any]]
"""What an optimizer remembers of each parameter, by name."""


def packed(groups: list[Group], state: State) -> dict[str, Any]:
    """Both, with a number in the place of each parameter: its position over all groups."""
    number = {p: i for i, p in reversed(list(enumerate(params_of(groups))))}
    return {
        "state": {number.get(p, p): memory for p, memory in state.items()},
        "param_groups": [{**group, "params": [number[p] for p in group["params"]]} for group in groups],
    }


def unpacked(saved: Mapping[str, Any], groups: list[Group]) -> tuple[list[Group], State]:
    """The options of each group and the state as they were saved, in copies, with the parameters in their places.

    Raises:
        ValueError: groups of another number or size.
        NotImplementedError: an option that there is not, such as `differentiable`.
    """
    saved_groups = [{name: _ours(x) for name, x in group.items()} for group in saved["param_groups"]]
    _check_sizes(saved_groups, groups)
    params = dict(zip(params_of(saved_groups), params_of(groups), strict=True))
    state: State = defaultdict(dict)
    for number, memory in saved["state"].items():
        p = params.get(number)
        if p is None:  # what is remembered of no parameter
            state[number] = deepcopy(memory)
        else:
            state[p] = {name: fitted(value, p, name) for name, value in memory.items()}
    options = [{name: x for name, x in group.items() if name != "params"} for group in saved_groups]
    for group in options:
        refuse_options(group)
    return options, state


def params_of(groups: list[Group]) -> list[Any]:
    """The parameters of all groups, in order."""
    return list(chain.from_iterable(group["params"] for group in groups))


def fitted(value: Any, p: Tensor, name: str = "") -> Any:
    """A copy of a value of the state: arrays in the dtype of their parameter, except for the count of steps."""
    if isinstance(value, dict):
        return {key: fitted(x, p, key) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(fitted(x, p) for x in value)
    if name == "step" and isinstance(value, (int, float)):  # as PyTorch kept it once
        value = np.array(value, np.float32)
    copy = _ours(value)
    if isinstance(copy, Tensor) and name != "step":
        copy.array = copy.array.astype(p.array.dtype, copy=False)
    return copy


def _ours(value: Any) -> Any:
    """A copy: of a tensor of PyTorch and of an array, as a tensor."""
    if isinstance(value, Tensor):
        return from_numpy(value.array.copy())
    return from_numpy(np.asarray(value).copy()) if hasattr(value, "__array__") else deepcopy(value)


def _check_sizes(saved: list[Group], mine: list[Group]) -> None:
    if len(saved) != len(mine):
        raise ValueError(
            "loaded state dict has a different number of parameter groups: "
            f"{len(saved)}, and this optimizer has {len(mine)}"
        )
    for theirs, ours in zip(saved, mine, strict=True):
        if len(theirs["params"]) != len(ours["params"]):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group: "
                f"{len(theirs['params'])} parameters, and this one has {len(ours['params'])}"
            )
