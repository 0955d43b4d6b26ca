"""`Function`: an operation of your own, with a `forward` and a `backward` that you write.

class Exp(Function):
    @staticmethod
    def forward(ctx, input):
        result = input.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result

y = Exp.apply(x)
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from . import changes, profiling
from .broadcasting import unbroadcast
from .grad_mode import is_grad_enabled, no_grad, set_grad_enabled
from .node import Node
from .operation import Operation
from .recorded import Recorded
from .recording import leave_node
from .several import Gradients, output_node
from .tensor_maker import tensor_of


class Context:
    """What `forward` leaves for `backward`: saved tensors, and any attributes that you set. Usually called `ctx`."""

    needs_input_grad: tuple[bool, ...] = ()
    """For each argument of `forward`, whether its gradient is wanted."""

    def __init__(self) -> None:
        self._saved: tuple[Any, ...] = ()
        self._outputs: dict[int, int] = {}  # which of the saved are outputs, and which
        self._without_gradient: tuple[Any, ...] = ()
        self._changed: tuple[Any, ...] = ()
        self._materialize = True
        self._node: Callable[[], Node | None] = lambda: None

    def save_for_backward(self, *tensors: Any) -> None:
        """Keeps tensors for `backward`: inputs, outputs, or what was computed in between; None is allowed."""
        for x in tensors:
            if x is not None and not hasattr(x, "array"):
                raise TypeError(
                    f"save_for_backward can only save tensors, but got {type(x).__name__}: make it an attribute "
                    "instead, ctx.name = value"
                )
        self._saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` was given."""
        node = self._node()
        if node is None:
            return self._saved
        return tuple(
            tensor_of(x.array, output_node(node, self._outputs[i])) if i in self._outputs else x
            for i, x in enumerate(self._saved)
        )

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Says that these outputs have no gradient, such as indices."""
        self._without_gradient = outputs

    def mark_dirty(self, *inputs: Any) -> None:
        """Says that `forward` has changed these inputs in place; it has to return them."""
        self._changed = inputs

    def set_materialize_grads(self, value: bool) -> None:
        """False hands None to `backward` for an output that no gradient came to, instead of zeros."""
        self._materialize = value


class Function:
    """The base of operations of your own. (PyTorch: torch.autograd.Function)

    Write `forward(ctx, *args)` and `backward(ctx, *grad_outputs)` as static methods, and call `apply(*args)`.
    `forward` computes on tensors, unrecorded. `backward` gets one gradient for each output, and returns one for each
    argument of `forward`: None for those that are no tensors or need none.

    Instead of `forward(ctx, *args)` you may write `forward(*args)` and `setup_context(ctx, inputs, output)`.

    >>> import micrograd_nb as mg
    >>> class Cube(mg.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x**3
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad_output):
    ...         (x,) = ctx.saved_tensors
    ...         return grad_output * 3 * x**2
    >>> x = mg.tensor(2.0, requires_grad=True)
    >>> y = Cube.apply(x)
    >>> y.grad_fn.name()
    'CubeBackward'
    >>> y.backward()
    >>> x.grad
    tensor(12.)
    """

    def __init__(self) -> None:
        raise RuntimeError(
            f"{type(self).__name__} is not made an object of: write forward and backward as static methods, and call "
            f"{type(self).__name__}.apply(...)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the outputs: `forward(ctx, *args)`, or `forward(*args)` beside a `setup_context`."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Context, inputs: tuple[Any, ...], output: Any) -> None:
        """Saves what `backward` needs, for a `forward` without `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Context, *grad_outputs: Any) -> Any:
        """Computes the gradient of each argument of `forward` from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward method for your custom autograd.Function to use it with backward "
            "mode AD: def backward(ctx, *grad_outputs), a static method."
        )

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs `forward` and records it as one operation."""
        ctx = Context()
        ctx.needs_input_grad = tuple(getattr(x, "node", None) is not None for x in args)
        run = _run_forward if profiling.watcher is None else _watched_forward
        with no_grad():
            made = run(cls, ctx, args)
        outputs = list(made) if isinstance(made, tuple) else [made]
        _check_outputs(cls, outputs)
        given = [_given_back(x, args, ctx) for x in outputs]
        if any(ctx.needs_input_grad) and is_grad_enabled():
            _record(cls, ctx, args, outputs, given)
        return tuple(given) if isinstance(made, tuple) else given[0]


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a `backward` that uses something else than tensor operations, so that it has no gradient itself.

    A gradient of its gradient raises an error then, instead of being wrong.
    """

    @functools.wraps(backward)
    def only_once(ctx: Context, *grad_outputs: Any) -> Any:
        recording = is_grad_enabled()
        with no_grad():
            made = backward(ctx, *grad_outputs)
        wanted = [x for x in (*grad_outputs, *ctx._saved) if getattr(x, "node", None) is not None]
        if not recording or not wanted:
            return made
        grads = made if isinstance(made, tuple) else (made,)
        marked = tuple(None if x is None else tensor_of(x.array, _refusal(x.array, wanted[0].node)) for x in grads)
        return marked if isinstance(made, tuple) else marked[0]

    return only_once


# -- forward -----------------------------------------------------------------------------------------------------------


def _run_forward(cls: type[Function], ctx: Context, args: tuple[Any, ...]) -> Any:
    if cls.setup_context is Function.setup_context:
        return cls.forward(ctx, *args)
    made = cls.forward(*args)
    cls.setup_context(ctx, args, made)
    return made


def _watched_forward(cls: type[Function], ctx: Context, args: tuple[Any, ...]) -> Any:
    """The same in a profile."""
    with profiling.record_function(cls.__name__):
        return _run_forward(cls, ctx, args)


def _check_outputs(cls: type[Function], outputs: list[Any]) -> None:
    if not any(hasattr(x, "array") for x in outputs):
        kinds = ", ".join(type(x).__name__ for x in outputs)
        raise TypeError(f"{cls.__name__}.forward: expected to get a Tensor or a tuple of Tensors back, but got {kinds}")


def _given_back(x: Any, args: tuple[Any, ...], ctx: Context) -> Any:
    """An output as the caller gets it: an input that comes back unchanged, as a tensor of its own."""
    is_input = any(x is arg for arg in args)
    changed = any(x is y for y in ctx._changed)
    return tensor_of(x.array) if is_input and not changed and hasattr(x, "array") else x


def _record(cls: type[Function], ctx: Context, args: tuple[Any, ...], outputs: list[Any], given: list[Any]) -> None:
    """Leaves the node of a call, and links the outputs to it."""
    targets = tuple(getattr(x, "node", None) for x in args)
    values = tuple(getattr(x, "array", x) for x in given)
    saved = {"ctx": ctx, "kept": tuple(x.array for x in ctx._saved if x is not None)}
    node = leave_node(_operation(cls), [getattr(x, "array", x) for x in args], targets, values[0], saved)
    node.output = values if len(values) > 1 else values[0]
    ctx._node = weakref.ref(node)
    ctx._outputs = {i: k for i, x in enumerate(ctx._saved) for k, y in enumerate(outputs) if x is y and x is not None}
    # An output holds the node, and the node the context: a saved output is held without its node, against a cycle.
    ctx._saved = tuple(tensor_of(x.array) if i in ctx._outputs else x for i, x in enumerate(ctx._saved))
    for x in ctx._changed:
        changes.note(x.array, f"{cls.__name__}.apply", node.number)
    for k, x in enumerate(given):
        if (
            hasattr(x, "array")
            and x.array.dtype.kind == "f"
            and not any(outputs[k] is y for y in ctx._without_gradient)
        ):
            x.node = output_node(node, k)
    ctx._changed = ctx._without_gradient = ()  # tensors that lead here


def _operation(cls: type[Function]) -> Operation:
    """The operation of a Function class, made once."""
    if "_operation" not in vars(cls):

        def value(*inputs: Any) -> Any:
            arguments = tuple(tensor_of(x) if isinstance(x, np.ndarray) else x for x in inputs)
            with no_grad():
                made = _run_forward(cls, Context(), arguments)
            return tuple(getattr(x, "array", x) for x in made) if isinstance(made, tuple) else made.array

        def rule(g: Any, f: Any) -> Any:
            return _run_backward(cls, g, f)

        rule.__name__ = f"{cls.__name__}.backward"

        cls._operation = Operation(f"{cls.__name__}Backward", value, rule, joint=True, saves=True)  # type: ignore[attr-defined]
        cls._operation.needs = (frozenset({"kept"}),)  # type: ignore[attr-defined]
    return cls._operation  # type: ignore[attr-defined]


# -- backward ----------------------------------------------------------------------------------------------------------


def _run_backward(cls: type[Function], g: Any, f: Any) -> list[Any]:
    """The gradients of all arguments, by the `backward` that the user wrote."""
    outputs = f.output if isinstance(f.output, tuple) else (f.output,)
    came = [g.get(k) for k in range(len(outputs))] if isinstance(g, Gradients) else [g]
    recording = any(isinstance(x, Recorded) for x in came)
    with set_grad_enabled(recording):
        made = cls.backward(f.ctx, *(_handed(x, value, f.ctx) for x, value in zip(came, outputs, strict=True)))
    grads = made if isinstance(made, tuple) else (made,)
    if len(grads) < len(f.inputs) or any(x is not None for x in grads[len(f.inputs) :]):
        raise RuntimeError(
            f"function {cls.__name__}Backward returned an incorrect number of gradients (expected {len(f.inputs)}, got "
            f"{len(grads)}): return one for each argument of forward, None for those that need none"
        )
    return [_returned(cls, i, x, given, recording) for i, (x, given) in enumerate(zip(grads, f.inputs, strict=False))]


def _handed(grad: Any, value: Any, ctx: Context) -> Any:
    """The gradient of an output as `backward` gets it."""
    if grad is None:
        return tensor_of(np.zeros_like(value)) if ctx._materialize and hasattr(value, "dtype") else None
    return tensor_of(grad.array, grad.node) if isinstance(grad, Recorded) else tensor_of(np.asarray(grad))


def _returned(cls: type[Function], place: int, grad: Any, given: Any, recording: bool) -> Any:
    """What `backward` returned for an argument, as the engine takes it."""
    if grad is None or not isinstance(getattr(given, "array", given), np.ndarray):
        return None
    if not hasattr(grad, "array"):
        raise TypeError(
            f"function {cls.__name__}Backward returned a {type(grad).__name__} at index {place}: a gradient is a "
            "tensor, or None"
        )
    array = grad.array
    if array.shape != given.shape and np.broadcast_shapes(array.shape, given.shape) != array.shape:
        raise RuntimeError(
            f"Function {cls.__name__}Backward returned an invalid gradient at index {place} - got {list(array.shape)} "
            f"but expected shape compatible with {list(given.shape)}: the shape of that argument"
        )
    # a view, for the learner may hold the array: a leaf that gets it will copy it
    return unbroadcast(Recorded(array, grad.node) if recording else array[...], given.shape)


def _refusal(value: Any, target: Node | None) -> Node:
    """A node through which no gradient goes."""
    return leave_node(_ONCE, [value], (target,), value, {})


def _refuse(g: Any, f: Any) -> Any:
    raise RuntimeError(
        "trying to differentiate twice a function that was marked with @once_differentiable: its backward is not made "
        "of tensor operations. Write it with those, and take the mark off."
    )


_ONCE = Operation("OnceDifferentiableBackward", lambda input: input, _refuse)
