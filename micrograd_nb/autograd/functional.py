"""Derivatives of functions of tensors: the whole matrix of them, and its products with vectors.

    jacobian(f, x)     J, all ∂f_i/∂x_j        one backward pass for each number of the output
    vjp(f, x, v)       vᵀ J                     one backward pass: what `backward()` computes
    jvp(f, x, v)       J v                      by two backward passes, the second through the first
    hessian(f, x)      H, all ∂²f/∂x_i ∂x_j     the Jacobian of the gradient
    vhp, hvp           vᵀ H and H v

Each takes a function of one tensor or of several, with its arguments as a tensor or a tuple, and leaves every `.grad`
alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .grad_mode import enable_grad
from .gradients import grad
from .recorded import Recorded, record
from .rules import shape as rules
from .tensor_maker import tensor_of

Tensors = Any
"""A tensor, or a tuple of tensors."""


def jacobian(
    func: Callable[..., Tensors],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """All derivatives of a function. (PyTorch: torch.autograd.functional.jacobian)

    Shapes: for an output (*m) and an input (*n), a tensor (*m, *n). With several inputs a tuple of them, with several
    outputs a tuple for each output.

    Arguments:
        func: takes the inputs, gives a tensor or a tuple of tensors.
        create_graph: record the computation, so that the Jacobian can be differentiated.
        strict: an error where an output does not depend on an input; otherwise those derivatives are 0.
        vectorize, strategy: PyTorch's other ways to compute it. There is one here, so they stay at their defaults.

    >>> import micrograd_nb as mg
    >>> mg.autograd.functional.jacobian(lambda x: x**2, mg.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if vectorize or strategy != "reverse-mode":
        raise NotImplementedError("jacobian works row by row, in reverse mode: leave out vectorize and strategy")
    with enable_grad():
        leaves = _leaves(inputs, create_graph)
        outputs = _outputs(func, leaves, "jacobian")
        rows = tuple(_rows(y, leaves, create_graph, strict) for y in _tuple(outputs))
    made = rows if isinstance(inputs, tuple) else tuple(row[0] for row in rows)
    return made if isinstance(outputs, tuple) else made[0]


def hessian(
    func: Callable[..., Any],
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """All second derivatives of a function of one number. (PyTorch: torch.autograd.functional.hessian)

    Shapes: for inputs (*m) and (*n), a tensor (*m, *n). With several inputs a tuple of tuples of them.

    Arguments: as for `jacobian`.

    >>> import micrograd_nb as mg
    >>> mg.autograd.functional.hessian(lambda x: (x**3).sum(), mg.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """

    def gradient(*xs: Any) -> Any:
        grads = _gradients(_single(func(*xs), "hessian"), xs, True, strict)
        return grads if isinstance(inputs, tuple) else grads[0]

    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def vjp(
    func: Callable[..., Tensors], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """The outputs, and vᵀ J: the gradient of Σ v · output. (PyTorch: torch.autograd.functional.vjp)

    Arguments:
        v: of the outputs' shapes; may be left out where the output is a single number.
        create_graph, strict: as for `jacobian`.

    >>> import micrograd_nb as mg
    >>> mg.autograd.functional.vjp(lambda x: x**2, mg.tensor([1.0, 2.0]), mg.tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        leaves = _leaves(inputs, create_graph)
        outputs = _outputs(func, leaves, "vjp")
        weights = _weights(v, outputs, "v", "outputs")
        found = _gradients(_tuple(outputs), leaves, create_graph, strict, weights)
    return _released(outputs, create_graph), found if isinstance(inputs, tuple) else found[0]


def jvp(
    func: Callable[..., Tensors], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """The outputs, and J v: how they change when the inputs move by v. (PyTorch: torch.autograd.functional.jvp)

    uᵀ J is linear in u, so its gradient with respect to u, weighted with v, is J v: two backward passes, whatever the
    number of outputs.

    Arguments:
        v: of the inputs' shapes; may be left out where the input is a single number.
        create_graph, strict: as for `jacobian`.

    >>> import micrograd_nb as mg
    >>> mg.autograd.functional.jvp(lambda x: x**2, mg.tensor([1.0, 2.0]), mg.tensor([1.0, 10.0]))
    (tensor([1., 4.]), tensor([ 2., 40.]))
    """
    with enable_grad():
        leaves = _leaves(inputs, create_graph)
        weights = _weights(v, inputs, "v", "inputs")
        outputs = _outputs(func, leaves, "jvp")
        dummies = tuple(tensor_of(np.zeros_like(y.array)).requires_grad_() for y in _tuple(outputs))
        back = _gradients(_tuple(outputs), leaves, True, strict, dummies)
        found = _gradients(back, dummies, create_graph, strict, weights)
    return _released(outputs, create_graph), found if isinstance(outputs, tuple) else found[0]


def vhp(
    func: Callable[..., Any], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Tensors]:
    """The value of a function of one number, and vᵀ H. (PyTorch: torch.autograd.functional.vhp)"""
    with enable_grad():
        leaves = _leaves(inputs, create_graph)
        weights = _weights(v, inputs, "v", "inputs")
        value = _single(func(*leaves), "vhp")
        grads = _gradients(value, leaves, True, strict)
        found = _gradients(grads, leaves, create_graph, strict, weights)
    return _released(value, create_graph), found if isinstance(inputs, tuple) else found[0]


def hvp(
    func: Callable[..., Any], inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Tensors]:
    """The value of a function of one number, and H v. (PyTorch: torch.autograd.functional.hvp)

    H is symmetric, so this is `vhp`.

    >>> import micrograd_nb as mg
    >>> mg.autograd.functional.hvp(lambda x: (x**3).sum(), mg.tensor([1.0, 2.0]), mg.tensor([1.0, 1.0]))[1]
    tensor([ 6., 12.])
    """
    return vhp(func, inputs, v, create_graph, strict)


# -- inputs and outputs ------------------------------------------------------------------------------------------------


def _tuple(tensors: Tensors) -> tuple[Any, ...]:
    return tensors if isinstance(tensors, tuple) else (tensors,)


def _leaves(inputs: Tensors, create_graph: bool) -> tuple[Any, ...]:
    """The inputs as tensors whose gradients can be asked for: with `create_graph` still part of their own graph."""
    for i, x in enumerate(_tuple(inputs)):
        if not hasattr(x, "array"):
            raise TypeError(
                f"The inputs given to a derivative must be a Tensor or a tuple of Tensors, but the value at index {i} "
                f"has type {type(x).__name__}"
            )
    if create_graph:
        return tuple(x.view_as(x) if x.node is not None else x.detach().requires_grad_() for x in _tuple(inputs))
    return tuple(x.detach().requires_grad_() for x in _tuple(inputs))


def _outputs(func: Callable[..., Tensors], leaves: tuple[Any, ...], name: str) -> Tensors:
    outputs = func(*leaves)
    for y in _tuple(outputs):
        if not hasattr(y, "array"):
            raise TypeError(
                f"The outputs of the user-provided function given to {name} must be a Tensor or a tuple of Tensors, "
                f"but it returned {type(y).__name__}"
            )
    return outputs


def _single(value: Any, name: str) -> Any:
    """The value of a function that gives one number."""
    if not hasattr(value, "array") or value.array.size != 1:
        what = f"a tensor of shape {tuple(value.shape)}" if hasattr(value, "array") else type(value).__name__
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element, but it is {what}. "
            "Reduce it, for example with .sum()."
        )
    return value.reshape(())


def _weights(v: Tensors, like: Tensors, name: str, what: str) -> tuple[Any, ...]:
    """The vector of a product, checked against what it is multiplied with."""
    wanted = _tuple(like)
    if v is None:
        if len(wanted) != 1 or wanted[0].array.size != 1:
            raise RuntimeError(
                f"The vector {name} can only be None if the user-provided function's {what} are a single Tensor with a "
                "single element: give one of their shapes"
            )
        return (tensor_of(np.ones_like(wanted[0].array)),)
    given = _tuple(v)
    shapes = [tuple(x.shape) for x in given], [tuple(x.shape) for x in wanted]
    if shapes[0] != shapes[1]:
        raise RuntimeError(f"{name} has the shapes {shapes[0]}, but it must have those of the {what}: {shapes[1]}")
    return given


def _released(outputs: Tensors, create_graph: bool) -> Tensors:
    """The outputs without their history, unless it is wanted."""
    if create_graph:
        return outputs
    return tuple(y.detach() for y in outputs) if isinstance(outputs, tuple) else outputs.detach()


# -- derivatives -------------------------------------------------------------------------------------------------------


def _gradients(
    outputs: Any, inputs: tuple[Any, ...], create_graph: bool, strict: bool, weights: tuple[Any, ...] | None = None
) -> tuple[Any, ...]:
    """Like `grad()`, with zeros where nothing depends on an input, or an error if `strict`."""
    pairs = [(y, w) for y, w in zip(_tuple(outputs), weights or (None,) * len(_tuple(outputs)), strict=True)]
    alive = [(y, w) for y, w in pairs if y.node is not None]
    found: tuple[Any, ...] = (None,) * len(inputs)
    if alive:
        ys, ws = zip(*alive, strict=True)
        found = grad(ys, inputs, None if ws[0] is None else ws, True, create_graph, allow_unused=True)
    if strict and any(g is None for g in found):
        missing = next(i for i, g in enumerate(found) if g is None)
        raise RuntimeError(
            f"The output of the user-provided function is independent of input {missing}. This is not allowed in "
            "strict mode; otherwise its derivatives are 0."
        )
    return tuple(tensor_of(np.zeros_like(x.array)) if g is None else g for g, x in zip(found, inputs, strict=True))


def _rows(output: Any, inputs: tuple[Any, ...], create_graph: bool, strict: bool) -> tuple[Any, ...]:
    """The Jacobians of one output with respect to each input, a backward pass a row."""
    rows = []
    for place in range(output.array.size):
        pick = np.zeros_like(output.array)
        pick.flat[place] = 1
        rows.append(_gradients(output, inputs, create_graph, strict, (tensor_of(pick),)))
    return tuple(_stacked([row[i] for row in rows], output, x, create_graph) for i, x in enumerate(inputs))


def _stacked(rows: list[Any], output: Any, input: Any, create_graph: bool) -> Any:
    """The rows as one tensor (*output, *input), recorded where they are."""
    shape = (*output.array.shape, *input.array.shape)
    if not rows:
        return tensor_of(np.zeros(shape, input.array.dtype))
    made = record(rules.stack, *(Recorded(row.array, row.node) for row in rows), dim=0).reshape(shape)
    return tensor_of(made.array, made.node if create_graph else None)
