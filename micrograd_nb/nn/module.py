"""Module: what every layer and every model is.

Write a class with its layers as attributes and a `forward`; the module then knows

    its parameters   parameters(), named_parameters(), zero_grad(), requires_grad_()
    its parts        children(), modules(), named_modules(), apply()
    its mode         train(), eval(), training
    its state        state_dict(), load_state_dict()
    its picture      repr: the tree of its parts

A module keeps three dictionaries, in the order of assignment: `_parameters`, `_buffers` and `_modules`. What is in one
of them is an ordinary attribute too, so that `self.weight` is as fast as Python is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy import ndarray

from ..autograd import lines, module_calls
from ..tensors import Size, Tensor
from .parameter import Parameter


class Module:
    """The base of all layers and models. (PyTorch: torch.nn.Module)

    >>> import micrograd_nb as mg
    >>> class Net(mg.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = mg.nn.Linear(64, 32)
    ...         self.output = mg.nn.Linear(32, 10)
    ...
    ...     def forward(self, x):
    ...         return self.output(self.hidden(x).relu())
    >>> net = Net()
    >>> net(mg.randn(5, 64)).shape
    micrograd_nb.Size([5, 10])
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'output.weight', 'output.bias']
    >>> net
    Net(
      (hidden): Linear(in_features=64, out_features=32, bias=True)
      (output): Linear(in_features=32, out_features=10, bias=True)
    )
    """

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _not_saved: set[str]  # the buffers that state_dict() leaves out

    def __init__(self) -> None:
        self.__dict__.update(training=True, _parameters={}, _buffers={}, _modules={}, _not_saved=set())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not lines.on:
            return self.forward(*args, **kwargs) if kwargs else self.forward(*args)
        token = module_calls.enter(self)  # where somebody may look, nodes remember the module that made them
        try:
            return self.forward(*args, **kwargs)
        finally:
            module_calls.leave(token)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes. Every module writes its own; call `module(input)`, which calls this."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function: '
            "def forward(self, input), which returns the output. Check how it is spelled, and its indentation."
        )

    # -- registering

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Adds a parameter, as `self.name = param` does; None says that the module can do without it.

        Raises:
            TypeError: neither a Parameter nor None.
            KeyError: the name is empty, holds a dot, or belongs to another attribute.
        """
        self._check_name("parameter", name, self._registry("_parameters", "parameter"))
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(_cannot_assign(param, f"object to parameter '{name}'", "nn.Parameter or None required"))
        self._parameters[name] = self.__dict__[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Adds a tensor that belongs to the module's state but is not learned, such as a running mean.

        Arguments:
            persistent: False keeps it out of `state_dict()`.

        Raises:
            TypeError: neither a Tensor nor None.
            KeyError: the name is empty, holds a dot, or belongs to another attribute.
        """
        self._check_name("buffer", name, self._registry("_buffers", "buffer"))
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(_cannot_assign(tensor, f"object to buffer '{name}'", "Tensor or None required"))
        self._buffers[name] = self.__dict__[name] = tensor
        (self._not_saved.discard if persistent else self._not_saved.add)(name)

    def register_module(self, name: str, module: Module | None) -> None:
        """Adds a part, as `self.name = module` does; also for names that are no Python names, such as '0'.

        Raises:
            TypeError: neither a Module nor None.
            KeyError: the name is empty, holds a dot, or belongs to another attribute.
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{_kind(module)} is not a Module subclass{_class_hint(module)}")
        self._check_name("module", name, self._registry("_modules", "module"))
        self._modules[name] = self.__dict__[name] = module

    add_module = register_module

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter):
            self._make_room(name, self._registry("_parameters", "parameters"))
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self._make_room(name, self._registry("_modules", "module"))
            self.register_module(name, value)
        elif name in self.__dict__.get("_parameters", ()):
            self._empty(self._parameters, name, value, "parameter", "nn.Parameter or None expected")
        elif name in self.__dict__.get("_modules", ()):
            self._empty(self._modules, name, value, "child module", "nn.Module or None expected")
        elif name in self.__dict__.get("_buffers", ()):
            self._refill(name, value)
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        for registry in (self._parameters, self._buffers, self._modules):
            registry.pop(name, None)
        self._not_saved.discard(name)

    def _registry(self, kind: str, what: str) -> dict[str, Any]:
        """One of the three dictionaries, which `Module.__init__` has made."""
        if kind not in self.__dict__:
            raise AttributeError(
                f"cannot assign {what} before Module.__init__() call: begin {type(self).__name__}.__init__ with "
                "super().__init__()"
            )
        return self.__dict__[kind]

    def _check_name(self, what: str, name: str, registry: dict[str, Any]) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {_kind(name)}")
        if "." in name:
            raise KeyError(f'{what} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')
        if hasattr(self, name) and name not in registry:
            raise KeyError(f"attribute '{name}' already exists")

    def _make_room(self, name: str, registry: dict[str, Any]) -> None:
        """An assignment replaces what had the name before, of whatever kind; within its kind it keeps its place."""
        if name in self.__dict__ and name not in registry:
            delattr(self, name)

    def _refill(self, name: str, value: Any) -> None:
        """Puts another tensor in the place of a buffer."""
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(_cannot_assign(value, f"as buffer '{name}'", "Tensor or None expected"))
        self._buffers[name] = self.__dict__[name] = value

    def _empty(self, registry: dict[str, Any], name: str, value: Any, what: str, expected: str) -> None:
        """Sets a registered name to None: the one value besides its own kind that it takes."""
        if value is not None:
            raise TypeError(_cannot_assign(value, f"as {what} '{name}'", expected))
        registry[name] = self.__dict__[name] = None

    # -- going through it

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """This module under the name `prefix`, then all its parts, depth first; a part used twice comes once."""
        found = self._walk(prefix)
        return _without_duplicates(found) if remove_duplicate else found

    def modules(self) -> Iterator[Module]:
        """This module, then all its parts and theirs."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct parts, with their names."""
        return _without_duplicates((name, part) for name, part in self._modules.items() if part is not None)

    def children(self) -> Iterator[Module]:
        """The direct parts."""
        return (part for _, part in self.named_children())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their names, such as 'hidden.weight'; one that is used twice comes once.

        Arguments:
            recurse: False leaves out the parameters of the parts.
        """
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters: what an optimizer takes."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their names."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _walk(self, name: str) -> Iterator[tuple[str, Module]]:
        yield name, self
        for part_name, part in self._modules.items():
            if part is not None:
                yield from part._walk(_join(name, part_name))

    def _named(self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool) -> Iterator[tuple[str, Any]]:
        modules = self.named_modules(prefix, remove_duplicate) if recurse else [(prefix, self)]
        found = (
            (_join(path, name), tensor)
            for path, module in modules
            for name, tensor in module.__dict__[kind].items()
            if tensor is not None
        )
        return _without_duplicates(found) if remove_duplicate else found

    # -- doing something to all of it

    def apply(self, fn: Callable[[Module], object]) -> Self:
        """Calls `fn` with every part and then with this module; returns this module."""
        for part in self.children():
            part.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Puts this module and its parts into training mode, or with False into evaluation mode."""
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, but got {_kind(mode)}: train() or eval()")
        self.training = mode
        for part in self.children():
            part.train(mode)
        return self

    def eval(self) -> Self:
        """Puts this module and its parts into evaluation mode. Gradients are another matter: see `no_grad`."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Sets `requires_grad` of every parameter: False freezes the module."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradient of every parameter, or with `set_to_none=False` makes it 0."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    # -- its state

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> OrderedDict[str, Tensor]:
        """All parameters and persistent buffers by name.

        The tensors share memory with the module, so they follow its training: for a snapshot, copy them.

        Arguments:
            prefix: what every name begins with.
            keep_vars: the parameters themselves, not detached tensors.

        >>> import micrograd_nb as mg
        >>> list(mg.nn.Linear(3, 2).state_dict())
        ['weight', 'bias']
        """
        state = OrderedDict()
        for path, module in self._walk(prefix.removesuffix(".")):
            for name, tensor in module._own_state():
                state[_join(path, name)] = tensor if keep_vars else tensor.detach()
        return state

    def _own_state(self) -> Iterator[tuple[str, Tensor]]:
        for name, tensor in (*self._parameters.items(), *self._buffers.items()):
            if tensor is not None and name not in self._not_saved:
                yield name, tensor

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Copies numbers into the parameters and buffers of these names. When it raises, it has loaded nothing.

        Arguments:
            state_dict: names with tensors, arrays, or PyTorch's tensors: `load_state_dict(torch_model.state_dict())`.
            strict: False loads the names that both have, and returns the others.

        Raises:
            TypeError: `state_dict` is no mapping.
            RuntimeError: names that are missing or unexpected, shapes that differ.

        >>> import micrograd_nb as mg
        >>> mg.nn.Linear(3, 2).load_state_dict(mg.nn.Linear(3, 2).state_dict())
        <All keys matched successfully>
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        own = self.state_dict(keep_vars=True)
        missing, unexpected = [k for k in own if k not in state_dict], [k for k in state_dict if k not in own]
        arrays = {key: _array(state_dict[key]) for key in own if key in state_dict}
        problems = [] if not strict else [*_key_problem("Missing", missing), *_key_problem("Unexpected", unexpected)]
        problems += [problem for key, array in arrays.items() for problem in _misfit(key, array, state_dict, own[key])]
        if problems:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(problems))
        for key, array in arrays.items():
            own[key].array[...] = array
        return IncompatibleKeys(missing, unexpected)

    # -- its picture

    def extra_repr(self) -> str:
        """What stands between the brackets of the module's own line; a module with arguments writes its own."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr().splitlines()
        parts = [f"({name}): {part!r}" for name, part in self._modules.items()]
        if len(extra) == 1 and not parts:
            return f"{type(self).__name__}({extra[0]})"
        return tree(type(self).__name__, [*extra, *parts])


class IncompatibleKeys(NamedTuple):
    """What `load_state_dict` returns: the names that only one side had. With `strict`, there are none."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def tree(name: str, lines: list[str]) -> str:
    """A name, and in brackets its lines, each of which may be a tree itself.

    >>> print(tree("Net", ["(hidden): ReLU()"]))
    Net(
      (hidden): ReLU()
    )
    """
    body = "".join("\n" + line for line in lines).replace("\n", "\n  ")
    return f"{name}({body}\n)" if lines else f"{name}()"


# -- names -------------------------------------------------------------------------------------------------------------


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _without_duplicates(named: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Every object once, under its first name. Tensors and modules hash by identity."""
    seen = set()
    for name, value in named:
        if value not in seen:
            seen.add(value)
            yield name, value


# -- loading -----------------------------------------------------------------------------------------------------------


def _array(value: Any) -> ndarray | None:
    """The numbers of a tensor, an array, or what NumPy can read as one (a tensor of PyTorch); None: no numbers."""
    if isinstance(value, Tensor):
        return value.array
    return np.asarray(value) if hasattr(value, "__array__") else None


def _key_problem(what: str, keys: list[str]) -> list[str]:
    quoted = ", ".join(f'"{key}"' for key in keys)
    return [f"{what} key(s) in state_dict: {quoted}. "] if keys else []


def _misfit(key: str, array: ndarray | None, state_dict: Mapping[str, Any], own: Tensor) -> list[str]:
    """Why an array cannot be copied into a module's own tensor."""
    if array is None:
        return [
            f'While copying the parameter named "{key}", expected a Tensor or Tensor-like object from checkpoint but '
            f"received {type(state_dict[key])}"
        ]
    if array.shape != own.array.shape:
        return [
            f"size mismatch for {key}: copying a param with shape {Size(array.shape)} from checkpoint, the shape in "
            f"current model is {own.shape}."
        ]
    return []


# -- errors ------------------------------------------------------------------------------------------------------------


def _kind(value: Any) -> str:
    return type(value).__name__


def _cannot_assign(value: Any, where: str, expected: str) -> str:
    hint = ". Wrap the tensor: nn.Parameter(tensor)" if isinstance(value, Tensor) and "Parameter" in expected else ""
    return f"cannot assign '{_kind(value)}' {where} ({expected}){hint}{_class_hint(value)}"


def _class_hint(value: Any) -> str:
    """`ReLU` where `ReLU()` was meant."""
    is_class = isinstance(value, type) and issubclass(value, Module)
    return f". It is the class; make a module of it: {value.__name__}(...)" if is_class else ""
