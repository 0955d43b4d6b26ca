"""Operation: what an operation computes, and the gradient rule of each of its inputs, side by side.

    mul = operation("MulBackward0", np.multiply, lambda g, f: g * f.other,
                                                 lambda g, f: g * f.input, broadcasts=True)

The value is a function of NumPy arrays. A rule gets `g`, the gradient of the loss with respect to the value, and `f`,
the Function that ran (see `node`), with what it saved:

    f.input, f.other    the operation's inputs, by the names that the value function has for them
    f.output            the value
    f.input_shape       the shape of the first input, and f.input_dtype its dtype
    f.dim               an option, by its name

It returns the gradient with respect to its input: a new array, a view of `g`, or `g` itself, and never an array that
`f` has saved. Broadcasting is no concern of a rule: the engine sums what was broadcast.

Rules are written with NumPy's functions and operators and with other operations, so that they run on arrays and, for
the gradient of a gradient, on arrays that record what is done to them (see `recorded`).
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from functools import partial
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from . import tracing

Rule = Any  # Callable[[g, f], gradient]; a function of (g, f, i) for an operation on any number of inputs; or None


class Operation:
    """A function on arrays with its gradient rules. Called, it computes the value.

    Arguments:
        name: PyTorch's name of the Function that the operation leaves.
        value: the arrays of the inputs, and options by keyword → the value; with `keeps`, (value, a dict of what the
            rules need besides). A tuple of arrays are several outputs; then `g` holds their gradients by place, as far
            as there are any (see `several`), and `f.output` is the tuple.
        rules: one for each input, None for an input that never gets a gradient; or a single one that takes (g, f, i),
            for an operation on any number of inputs.
        broadcasts: the inputs stretch to one shape, so the engine sums their gradients back.
        converts: inputs of different dtypes become their common one; products of matrices refuse them instead.
        is_view: the value shares memory with the first input.
        keeps: the value comes with more to save.
        saves: the rules need arrays that are options, such as indices. That they need inputs or the value is seen.
        floats: integers become floats first, as for `exp`.
        numbers: bools are refused, as for `-x`.
        explodes: the value may be inf or NaN where the inputs are not, and says so without a warning.
        joint: there is one rule for all inputs, which returns a tuple of gradients, for they share work.
        whole: a static graph calls the value and the rules as they are, so that they may do with arrays what they like.
        definition: the same value, by other operations: what a fused operation is fused of. Gradients of its gradient
            are computed from this, so its own rules may be as fast as they like.
    """

    def __init__(
        self,
        name: str,
        value: Callable[..., Any],
        *rules: Rule,
        broadcasts: bool = False,
        converts: bool = True,
        is_view: bool = False,
        keeps: bool = False,
        saves: bool = False,
        floats: bool = False,
        numbers: bool = False,
        explodes: bool = False,
        joint: bool = False,
        whole: bool = False,
        definition: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.value = value
        self.inputs, self.options, self.takes_any_number = _parameters(value, len(rules))
        self.written, self.joint = rules, joint
        self.broadcasts, self.converts, self.is_view, self.keeps = broadcasts, converts, is_view, keeps
        self.floats, self.numbers, self.explodes = floats, numbers, explodes
        self.definition = definition
        self.needs = tuple(_names_read(rule) for rule in rules)
        """For each rule that is written, the names that it reads of `f`."""
        read = frozenset[str]().union(*self.needs)
        self.needs_shape, self.needs_dtype = "input_shape" in read, "input_dtype" in read
        self.saves = saves or keeps or bool(read & {*self.inputs, "output", "inputs"})
        """Whether the rules need arrays, which a backward pass frees."""
        self.more = keeps or self.takes_any_number or bool(self.options) or len(self.inputs) > 2
        if whole:
            self.value = tracing.whole(value)
            self.written = tuple(map(_whole_rule, rules, self.needs))
        self.rules = self.rules_for(len(self.inputs))
        self.computes = self.value
        """The value function, also while a profiler has put another one in its place."""
        self._told: list[Callable[[Any], None]] = []
        _all.add(self)

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """The value, of arrays; of arrays that record what is done to them, a recorded one."""
        for x in inputs:
            if hasattr(x, "record"):
                return x.record(self, inputs, options)
        value = self.value(*inputs, **options)
        return value[0] if self.keeps else value

    def swap(self, value: Callable[..., Any]) -> None:
        """Runs another function in the place of the value function; `swap(operation.computes)` ends that.

        It must do the same: this is for a profiler, which measures it (see `profiling`).
        """
        self.value = value
        for tell in self._told:
            tell(value)

    def tell(self, take: Callable[[Any], None]) -> None:
        """Hands the value function to those who keep it at hand, now and after each `swap`."""
        self._told.append(take)
        take(self.value)

    def rules_for(self, count: int) -> tuple[Rule, ...]:
        """The rule of each of so many inputs."""
        if self.joint:
            return tuple(partial(_one_of, self.written[0], i) for i in range(count))
        if self.takes_any_number:
            return tuple(partial(_at, self.written[0], i) for i in range(count))
        return self.written[:count]

    def needs_of(self, place: int) -> frozenset[str]:
        """The names that the rule of one input reads of `f`."""
        return self.needs[0 if self.joint or self.takes_any_number else place]

    def __repr__(self) -> str:
        return f"<operation {self.name}>"


def _at(rule: Any, place: int, g: Any, f: Any) -> Any:
    """The rule of one input, of a rule for any."""
    return rule(g, f, place)


def _one_of(rule: Any, place: int, g: Any, f: Any) -> Any:
    """The rule of one input, of a rule for all: that runs once for each gradient that comes."""
    came = vars(f).get("_joint")
    if came is None or came[0] is not g:
        came = f._joint = (g, rule(g, f))
    return came[1][place]


def _whole_rule(rule: Rule, needs: frozenset[str]) -> Rule:
    """A rule that a static graph calls as it is, with what it needs of `f`."""
    run = tracing.whole(lambda g, needed: rule(g, SimpleNamespace(**needed)))

    def whole_rule(g: Any, f: Any) -> Any:
        if tracing.program() is None:
            return rule(g, f)
        needed = {name: getattr(f, name) for name in needs if hasattr(f, name)}
        if "targets" in needed:  # whether a gradient is wanted is all that a rule may ask
            needed["targets"] = tuple(target is not None or None for target in f.targets)
        return run(g, needed)

    return whole_rule


_all: weakref.WeakSet[Operation] = weakref.WeakSet()


def all_operations() -> list[Operation]:
    """Every operation that there is."""
    return list(_all)


operation = Operation
fused = partial(Operation, whole=True)


def same(g: Any, f: Any) -> Any:
    """The rule of an input that goes through unchanged."""
    return g


def negated(g: Any, f: Any) -> Any:
    """The rule of an input that goes through with its sign changed."""
    return -g


def flat(g: Any, f: Any) -> Any:
    """The rule of a function that only jumps, or is constant: its slope is 0 wherever it has one."""
    return np.zeros_like(g)


# -- read off the functions --------------------------------------------------------------------------------------------

_BY_COUNT = (), ("input",), ("input", "other")


def _parameters(value: Callable[..., Any], count: int) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The names of a value function's inputs and of its options, and whether it takes any number of inputs."""
    if not isinstance(value, FunctionType):  # a function of NumPy's, written in C
        return _BY_COUNT[count], (), False
    parameters = inspect.signature(value).parameters.values()
    inputs, options = (
        tuple(p.name for p in parameters if p.kind is kind)
        for kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    )
    return inputs, options, any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _names_read(rule: Any) -> frozenset[str]:
    """The attributes that a rule reads of `f`: in its own code, in functions inside of it and in those it hands `f` to.

    Those of other objects are among them, which does no harm.
    """
    if rule is None:
        return frozenset()
    names = _names_in(rule.__code__)
    helpers = (rule.__globals__.get(name) for name in names)
    return names.union(*(_names_read(h) for h in helpers if h is not rule and _takes_f(h)))


def _names_in(code: CodeType) -> frozenset[str]:
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return frozenset(code.co_names).union(*map(_names_in, inner))


def _takes_f(helper: Any) -> bool:
    return isinstance(helper, FunctionType) and "f" in helper.__code__.co_varnames[: helper.__code__.co_argcount]
