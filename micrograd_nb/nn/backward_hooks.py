"""How a backward pass comes to the hooks of a module: through two operations that change nothing.

    input ──▸ BackwardHookFunction ──▸ forward ──▸ BackwardHookFunction ──▸ output

The second one stops the pass when the gradients of the outputs are complete, the first one when those of the inputs
are. A pass does not know of modules: it meets these two nodes, and their hooks call the module's.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..autograd import Function, is_grad_enabled
from ..tensors import Tensor, zeros

Grads = tuple[Tensor | None, ...]


class BackwardHookFunction(Function):
    """Its outputs are its inputs, and so are their gradients. (PyTorch's name for it.)"""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.mark_non_differentiable(*(x for x in tensors if not x.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, ...]:
        return grads


class WatchedCall:
    """One call of a module whose gradients its hooks want to see.

    Arguments:
        before: `hook(module, grad_output)`, each of which may return other gradients.
        after: `hook(module, grad_input, grad_output)`, likewise.
    """

    def __init__(self, module: Any, before: list[Callable[..., Any]], after: list[Callable[..., Any]]) -> None:
        self.module, self.before, self.after = module, before, after
        self.places: list[int] | None = None  # of the tensors among the inputs; None: no gradient goes there
        self.sizes: list[tuple[Any, Any]] = []  # of these tensors, with their dtypes
        self.count = 0  # of the inputs
        self.grad_output: Grads | None = None  # from when it arrives until the hooks of the input have seen it

    def inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments for `forward`, as outputs of the first node."""
        self.count = len(args)
        made, self.places = _through_a_node(args, self._input_arrived)
        self.sizes = [(args[place].shape, args[place].dtype) for place in self.places or ()]
        return made

    def output(self, output: Any) -> Any:
        """What `forward` returned, as outputs of the second node."""
        if not isinstance(output, (Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors but received "
                f"{type(output)}",
                stacklevel=5,
            )
        outputs = output if isinstance(output, tuple) else (output,)
        made, places = _through_a_node(outputs, lambda _, grads: self._output_arrived(grads, places, len(outputs)))
        return made if isinstance(output, tuple) else made[0]

    def _output_arrived(self, grads: Grads, places: Any, count: int) -> Grads:
        grad_output = _spread(grads, places, count)
        for hook in self.before:
            grad_output = _replaced(hook(self.module, grad_output), grad_output, "pre hook", "grad_output")
        self.grad_output = grad_output
        if self.places is None:
            self._no_input_will_arrive(grad_output)
        return tuple(grad_output[place] for place in places)

    def _input_arrived(self, grads: Grads, _: Grads) -> Grads | None:
        if self.grad_output is None:  # the pass came by another way than through the output
            return None
        came = zip(grads, self.sizes, strict=True)  # none for a tensor that needs none, for which the hooks get zeros
        whole = tuple(zeros(size, dtype=dtype) if grad is None else grad for grad, (size, dtype) in came)
        grad_input = _spread(whole, self.places, self.count)
        for hook in self.after:
            grad_input = _replaced(hook(self.module, grad_input, self.grad_output), grad_input, "hook", "grad_input")
        self.grad_output = None
        return tuple(grad_input[place] for place in self.places or ())

    def _no_input_will_arrive(self, grad_output: Grads) -> None:
        """The inputs require no gradients, as those of a first layer: the hooks run now, and have nothing to change."""
        if self.after:
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no "
                f"inputs require gradients: grad_input of {type(self.module).__name__} is all None. A pre-hook, "
                "register_full_backward_pre_hook, sees grad_output without this warning.",
                stacklevel=2,
            )
        for hook in self.after:
            made = hook(self.module, (None,) * self.count, grad_output)
            if made is not None and not (isinstance(made, tuple) and all(grad is None for grad in made)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or None for "
                    "all gradients."
                )
        self.grad_output = None


def _through_a_node(values: tuple[Any, ...], arrived: Callable[..., Any]) -> tuple[tuple[Any, ...], list[int] | None]:
    """The values with every tensor led through a node that calls `arrived`; and the places of the tensors.

    No places, and the values as they were, where no gradient will come.
    """
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    if not is_grad_enabled() or not any(values[place].requires_grad for place in places):
        return values, None
    made = list(values)
    for place, tensor in zip(places, BackwardHookFunction.apply(*(values[p] for p in places)), strict=True):
        made[place] = tensor
    node = next(made[place].grad_fn for place in places if made[place].requires_grad)
    node.register_hook(arrived)
    return tuple(made), places


def _spread(grads: Grads, places: list[int] | None, count: int) -> Grads:
    """The gradients of the tensors among `count` values, with None for what is no tensor."""
    found: list[Tensor | None] = [None] * count
    for place, grad in zip(places or (), grads, strict=True):
        found[place] = grad
    return tuple(found)


def _replaced(new: Any, old: Grads, kind: str, what: str) -> Grads:
    """What a hook returned, in the place of the gradients that it was shown."""
    if new is None:
        return old
    made = new if isinstance(new, tuple) else (new,)
    if len(made) != len(old):
        raise RuntimeError(
            f"Backward {kind} returned an invalid number of {what}, got {len(made)}, but expected {len(old)}: return a "
            "tuple with one for each, or None to leave them as they are"
        )
    return made
