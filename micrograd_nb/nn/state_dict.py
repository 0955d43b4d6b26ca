"""The state of a module: all its numbers by name, taken out by `state_dict()`, put back by `load_state_dict()`.

    {"hidden.weight": tensor, "hidden.bias": tensor, "output.weight": tensor, "output.bias": tensor}

Every module of a tree saves and loads what is its own (`_save_to_state_dict`, `_load_from_state_dict`). What does not
fit is written down, and at the end there is one error that names it all; the module is then as it was before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..autograd import no_grad
from ..tensors import Size, Tensor, from_numpy
from .hooks import Hooks
from .parameter import Parameter

EXTRA = "_extra_state"
"""The name, after the module's, of what its `get_extra_state` returned."""


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` returns: the names that only one side had. With `strict`, there are none."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class WithState:
    """The part of `Module` that saves and loads its state."""

    _version = 1
    """Of what a class saves: it goes into `state_dict()._metadata`, for `_load_from_state_dict` to read."""

    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _not_saved: set[str]
    _state_hooks: Hooks

    def state_dict(self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """All parameters and persistent buffers by name, in an `OrderedDict`.

        The tensors share memory with the module, so they follow its training: for a snapshot, copy them.

        Arguments:
            destination: a dict to write into, and to return.
            prefix: what every name begins with.
            keep_vars: the parameters themselves, not detached tensors.

        >>> import micrograd_nb as mg
        >>> list(mg.nn.Linear(3, 2).state_dict())
        ['weight', 'bias']
        """
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_hooks.functions("save_pre"):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, part in self._modules.items():
            if part is not None:
                part.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_hooks.functions("save_post"):
            if hook(self, destination, prefix, metadata) is not None:
                raise RuntimeError("state_dict post-hook must return None: change the dict that it is given")
        return destination

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copies numbers into the parameters and buffers of these names. When it raises, it has loaded nothing.

        Arguments:
            state_dict: names with tensors, arrays, or PyTorch's tensors: `load_state_dict(torch_model.state_dict())`.
            strict: False loads the names that both have, and returns the others.
            assign: True puts the given tensors in the place of the module's, with their memory and dtype. Make the
                optimizer afterwards.

        Raises:
            TypeError: `state_dict` is no mapping.
            RuntimeError: names that are missing or unexpected, shapes that differ.

        >>> import micrograd_nb as mg
        >>> mg.nn.Linear(3, 2).load_state_dict(mg.nn.Linear(3, 2).state_dict())
        <All keys matched successfully>
        """
        return load(self, state_dict, strict, assign)

    def get_extra_state(self) -> Any:
        """What the module saves besides tensors; write it, and `set_extra_state`, if there is something."""
        raise RuntimeError("a class that has no get_extra_state of its own has no extra state")

    def set_extra_state(self, state: Any) -> None:
        """Takes back what `get_extra_state` returned."""
        raise RuntimeError("a class that has no set_extra_state of its own has no extra state")

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Writes what belongs to this one module, not to its parts. A class may do it in another way."""
        for name, tensor in self._own_state():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if self._has_own("get_extra_state"):
            destination[prefix + EXTRA] = self.get_extra_state()

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Loads what belongs to this one module, not to its parts. A class may do it in another way.

        Arguments:
            state_dict: a copy, which may be changed.
            local_metadata: with the `_version` of the class that saved.
            missing_keys, unexpected_keys, error_msgs: lists to add to.
        """
        for hook in self._state_hooks.functions("load_pre"):
            hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        assign = local_metadata.get("assign_to_params_buffers", False)
        load_own(self, state_dict, prefix, assign, missing_keys, unexpected_keys, error_msgs)

    def _own_state(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in (*self._parameters.items(), *self._buffers.items()):
            if tensor is not None and name not in self._not_saved:
                yield name, tensor

    def _has_own(self, method: str) -> bool:
        """Whether the class has written a method that `WithState` only names."""
        return getattr(type(self), method) is not getattr(WithState, method)


# -- loading -----------------------------------------------------------------------------------------------------------


def load(module: Any, state_dict: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """Loads a state into a module and its parts; where anything does not fit, an error, and nothing is loaded."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    keys, errors = IncompatibleKeys([], []), list[str]()
    before = _Snapshot(module)
    try:
        _load_tree(module, OrderedDict(state_dict), getattr(state_dict, "_metadata", {}), "", assign, keys, errors)
        if strict:
            errors[:0] = [*_key_error("Missing", keys.missing_keys), *_key_error("Unexpected", keys.unexpected_keys)]
        if errors:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t" + "\n\t".join(errors))
    except BaseException:
        before.restore()
        raise
    return keys


def load_own(
    module: Any,
    state_dict: Mapping[str, Any],
    prefix: str,
    assign: bool,
    missing: list[str],
    unexpected: list[str],
    errors: list[str],
) -> None:
    """Loads what belongs to this one module, not to its parts; adds to the three lists what does not fit."""
    own = dict(module._own_state())
    for name, tensor in own.items():
        key = prefix + name
        if key not in state_dict:
            missing.append(key)
        else:
            errors += _misfit(key, tensor, state_dict[key]) or _taken(module, name, key, state_dict[key], assign)
    _load_extra(module, state_dict, prefix + EXTRA, missing, unexpected)
    unexpected += [key for key in state_dict if _is_unknown(key, prefix, own, module._modules)]


def _load_tree(
    module: Any,
    state_dict: Mapping[str, Any],
    metadata: Mapping[str, Any],
    prefix: str,
    assign: bool,
    keys: IncompatibleKeys,
    errors: list[str],
) -> None:
    """Loads a module, then its parts, each from what begins with its name."""
    local = dict(metadata.get(prefix[:-1], {})) | ({"assign_to_params_buffers": True} if assign else {})
    module._load_from_state_dict(state_dict, prefix, local, True, *keys, errors)
    for name, part in module._modules.items():
        if part is not None:
            inner = f"{prefix}{name}."
            of_part = {key: value for key, value in state_dict.items() if key.startswith(inner)}
            _load_tree(part, of_part, metadata, inner, assign, keys, errors)
    for hook in module._state_hooks.functions("load_post"):
        if hook(module, keys) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
                "if incompatible_keys need to be modified, it should be done inplace."
            )


def _taken(module: Any, name: str, key: str, given: Any, assign: bool) -> list[str]:
    """Loads one tensor; returns what went wrong with it."""
    try:
        _take(module, name, given, assign)
    except Exception as error:
        shape = tuple(getattr(module, name).shape)
        return [
            f'While copying the parameter named "{key}", whose dimensions in the model are {shape} and whose '
            f"dimensions in the checkpoint are {tuple(given.shape)}, an exception occurred : {error.args}."
        ]
    return []


def _take(module: Any, name: str, given: Any, assign: bool) -> None:
    """Copies numbers into a tensor of the module, or with `assign` puts the given tensor in its place."""
    tensor = given if isinstance(given, Tensor) else from_numpy(np.asarray(_without_history(given)))
    own = getattr(module, name)
    if not assign:
        with no_grad():
            own.copy_(tensor)
        return
    if isinstance(own, Parameter):
        tensor = tensor if isinstance(tensor, Parameter) else Parameter(tensor, own.requires_grad)
        tensor.requires_grad_(own.requires_grad)
    setattr(module, name, tensor)


def _without_history(given: Any) -> Any:
    """PyTorch's tensors become arrays only without their history."""
    return given.detach() if hasattr(given, "detach") else given


def _load_extra(
    module: Any, state_dict: Mapping[str, Any], key: str, missing: list[str], unexpected: list[str]
) -> None:
    """Hands a module what it saved besides tensors, if it does that."""
    if not module._has_own("set_extra_state"):
        unexpected += [key] if key in state_dict else []
    elif key in state_dict:
        module.set_extra_state(state_dict[key])
    else:
        missing.append(key)


def _is_unknown(key: str, prefix: str, own: dict[str, Tensor], parts: Mapping[str, Any]) -> bool:
    """Whether nothing in the module is called so. Names in its parts are their business."""
    if not key.startswith(prefix) or key == prefix + EXTRA:
        return False
    name, dot, _ = key.removeprefix(prefix).partition(".")
    return name not in (parts if dot else own)


# -- when it goes wrong ------------------------------------------------------------------------------------------------


class _Snapshot:
    """The tensors of a module and their numbers, to go back to."""

    def __init__(self, module: Any) -> None:
        self.registries = [(r, dict(r)) for m in module.modules() for r in (m._parameters, m._buffers)]
        self.attributes = [(vars(m), {**m._parameters, **m._buffers}) for m in module.modules()]
        tensors = {id(t): t for _, named in self.registries for t in named.values() if t is not None}
        self.numbers = [(t, t.array.copy()) for t in tensors.values()]

    def restore(self) -> None:
        """Goes back."""
        for place, named in (*self.registries, *self.attributes):
            place.update(named)
        for tensor, array in self.numbers:
            tensor.array[...] = array


def _key_error(what: str, keys: list[str]) -> list[str]:
    quoted = ", ".join(f'"{key}"' for key in keys)
    return [f"{what} key(s) in state_dict: {quoted}. "] if keys else []


def _misfit(key: str, own: Tensor, given: Any) -> list[str]:
    """Why a value cannot be loaded into a module's own tensor."""
    if not hasattr(given, "__array__"):  # which arrays and PyTorch's tensors have, too
        return [
            f'While copying the parameter named "{key}", expected Tensor or Tensor-like object from checkpoint but '
            f"received {type(given)}"
        ]
    if tuple(given.shape) != tuple(own.shape):
        return [
            f"size mismatch for {key}: copying a param with shape {Size(given.shape)} from checkpoint, the shape in "
            f"current model is {own.shape}."
        ]
    return []
