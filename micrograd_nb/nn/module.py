"""Module: what every layer and every model is.

Write a class with its layers as attributes and a `forward`; the module then knows

    its parameters   parameters(), named_parameters(), zero_grad(), requires_grad_()
    its parts        children(), modules(), named_modules(), get_submodule(), apply()
    its mode         train(), eval(), training
    its dtype        to(), float(), double(), half()
    its state        state_dict(), load_state_dict()
    its hooks        register_forward_hook(), … (see `hooks`)
    its picture      repr: the tree of its parts

A module keeps three dictionaries, in the order of assignment: `_parameters`, `_buffers` and `_modules`. What is in one
of them is an ordinary attribute too, so that `self.weight` is as fast as Python is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

from ..autograd import lines, module_calls, no_grad
from ..tensors import Tensor, empty
from ..tensors.dtypes import float16, float32, float64
from . import hooks
from .hooks import Hooks, WithHooks, too_early
from .parameter import Buffer, Parameter
from .state_dict import WithState


class Module(WithHooks, WithState):
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
        self.__dict__.update(
            training=True,
            _parameters={},
            _buffers={},
            _modules={},
            _not_saved=set(),
            _hooks=Hooks(),
            _state_hooks=Hooks(),
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not (kwargs or lines.on or self._hooks or hooks.of_all_modules):
            return self.forward(*args)  # nobody takes note: the hot path
        token = module_calls.enter(self) if lines.on else None  # nodes remember the module that made them
        try:
            if self._hooks or hooks.of_all_modules:
                return hooks.call(self, args, kwargs)
            return self.forward(*args, **kwargs)
        finally:
            if token is not None:
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
            ValueError: a parameter that was computed.
            KeyError: the name is empty, holds a dot, or belongs to another attribute.
        """
        self._check_name("parameter", name, self._registry("_parameters", "parameter"))
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(_cannot_assign(param, f"object to parameter '{name}'", "nn.Parameter or None required"))
        if param is not None and not param.is_leaf:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To "
                f"express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
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
        elif isinstance(value, Buffer):
            self.register_buffer(name, value, value.persistent)
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        for registry in ("_parameters", "_buffers", "_modules"):
            self.__dict__.get(registry, {}).pop(name, None)
        self.__dict__.get("_not_saved", set()).discard(name)

    def _registry(self, kind: str, what: str) -> dict[str, Any]:
        """One of the three dictionaries, which `Module.__init__` has made."""
        if kind not in self.__dict__:
            raise AttributeError(too_early(self, f"cannot assign {what}"))
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
        persistent = value.persistent if isinstance(value, Buffer) else name not in self._not_saved
        self.register_buffer(name, value, persistent)

    def _empty(self, registry: dict[str, Any], name: str, value: Any, what: str, expected: str) -> None:
        """Sets a registered name to None: the one value besides its own kind that it takes."""
        if value is not None:
            raise TypeError(_cannot_assign(value, f"as {what} '{name}'", expected))
        registry[name] = self.__dict__[name] = None

    # -- going through it

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module under the name `prefix`, then all its parts, depth first; a part used twice comes once.

        Arguments:
            memo: modules to leave out; those that come are added.
            remove_duplicate: False gives a part once for each of its names.
        """
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, part in self._modules.items():
            if part is not None:
                yield from part.named_modules(memo, _join(prefix, name), remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module, then all its parts and theirs."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

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

    def _named(self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool) -> Iterator[tuple[str, Any]]:
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        found = (
            (_join(path, name), tensor)
            for path, module in modules
            for name, tensor in module.__dict__[kind].items()
            if tensor is not None
        )
        return _without_duplicates(found) if remove_duplicate else found

    # -- finding a part by its path

    def get_submodule(self, target: str) -> Module:
        """The part at a path such as 'encoder.layers.0'; this module for ''.

        Raises:
            AttributeError: there is nothing at the path, or no module.

        >>> import micrograd_nb as mg
        >>> mg.nn.Sequential(mg.nn.Sequential(mg.nn.ReLU())).get_submodule("0.0")
        ReLU()
        """
        module = self
        for name in target.split(".") if target else ():
            module = module._attribute(name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Puts a module at a path, in the place of what is there.

        Arguments:
            strict: True wants something to be there already.

        Raises:
            ValueError: the path is empty, or `module` is none.
            AttributeError: the path leads nowhere; what is at its end is no module.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}{_class_hint(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if (strict or hasattr(parent, name)) and not isinstance(parent._attribute(name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a path such as 'hidden.weight'.

        Raises:
            AttributeError: there is nothing at the path, or no parameter.
        """
        path, _, name = target.rpartition(".")
        parameter = self.get_submodule(path)._attribute(name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path.

        Raises:
            AttributeError: there is nothing at the path, or no buffer.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer = module._attribute(name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer

    def _attribute(self, name: str) -> Any:
        if not hasattr(self, name):
            raise AttributeError(f"{type(self).__name__} has no attribute `{name}`{_choice(self)}")
        return getattr(self, name)

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
                parameter._grad = None
            elif parameter.grad is not None:
                parameter.grad.detach_().zero_()

    # -- its dtype

    def to(self, *args: Any, device: Any = None, dtype: Any = None, non_blocking: bool = False) -> Self:
        """Converts the parameters and buffers of floats, in place; integers stay what they are.

        `to(dtype)`, `to(device)`, `to(device, dtype)` and `to(tensor)`, whose dtype is meant. The only device is the
        cpu, so `non_blocking` means nothing. An optimizer goes on with the same parameters.

        Raises:
            TypeError: a dtype that is none of floats.
            RuntimeError: another device.

        >>> import micrograd_nb as mg
        >>> mg.nn.Linear(2, 1).to(mg.float64).weight.dtype
        micrograd_nb.float64
        """
        wanted = None
        for arg in (*args, device, dtype):
            if arg is None or isinstance(arg, bool):
                continue
            made = empty(0, dtype=arg.dtype) if isinstance(arg, Tensor) else empty(0).to(arg)
            wanted = wanted if _is_device(arg) else made.dtype
        if wanted is None:
            return self
        if not wanted.is_floating_point:
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={wanted}: "
                "parameters have gradients, and integers have none"
            )
        return self._convert_floats(wanted)

    def float(self) -> Self:
        """Converts the parameters and buffers of floats to float32, in place."""
        return self._convert_floats(float32)

    def double(self) -> Self:
        """Converts the parameters and buffers of floats to float64, in place."""
        return self._convert_floats(float64)

    def half(self) -> Self:
        """Converts the parameters and buffers of floats to float16, in place."""
        return self._convert_floats(float16)

    def type(self, dst_type: Any) -> Self:
        """Converts all parameters and buffers, integers too, in place."""
        return self._apply(lambda tensor: tensor.to(dst_type))

    def to_empty(self, *, device: Any = None, recurse: bool = True) -> Self:
        """Replaces the numbers of all parameters and buffers by whatever is in memory."""
        return self._apply(lambda tensor: empty(tensor.shape, dtype=tensor.dtype).to(device or "cpu"), recurse)

    def cpu(self) -> Self:
        """Itself: every module is on the cpu."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Refuses: there is no such device."""
        return self.to("cuda")

    def bfloat16(self) -> Self:
        """Refuses: NumPy has no such dtype."""
        raise NotImplementedError("micrograd_nb has no bfloat16, for NumPy has none: use half(), which is float16")

    def _convert_floats(self, dtype: Any) -> Self:
        return self._apply(lambda tensor: tensor.to(dtype) if tensor.is_floating_point() else tensor)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replaces the numbers of the parameters, which stay the same objects, their gradients, and the buffers."""
        if recurse:
            for part in self.children():
                part._apply(fn, recurse)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is not None:
                    grad = parameter.grad
                    parameter.data = fn(parameter)
                    if grad is not None:
                        grad.data = fn(grad)
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = self.__dict__[name] = fn(buffer)
        return self

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

    def __dir__(self) -> list[str]:
        """For completion: without the names that are no names in Python, such as the '0' of a Sequential."""
        return sorted(name for name in super().__dir__() if not name[:1].isdigit())


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


def _is_device(arg: Any) -> bool:
    """Whether an argument of `to()` names a device, "cpu", and no dtype."""
    return isinstance(arg, (str, int)) or hasattr(arg, "index")


# -- errors ------------------------------------------------------------------------------------------------------------


def _kind(value: Any) -> str:
    return type(value).__name__


def _cannot_assign(value: Any, where: str, expected: str) -> str:
    hint = ". Wrap the tensor: nn.Parameter(tensor)" if isinstance(value, Tensor) and "Parameter" in expected else ""
    return f"cannot assign '{_kind(value)}' {where} ({expected}){hint}{_class_hint(value)}"


def _choice(module: Module) -> str:
    """What there is instead of a name that is not there."""
    names = [*module._modules, *module._parameters, *module._buffers]
    return f". It has {', '.join(names)}" if names else ""


def _class_hint(value: Any) -> str:
    """`ReLU` where `ReLU()` was meant."""
    is_class = isinstance(value, type) and issubclass(value, Module)
    return f". It is the class; make a module of it: {value.__name__}(...)" if is_class else ""
