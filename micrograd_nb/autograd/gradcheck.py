"""`gradcheck`: compares gradients with finite differences, and says which number is wrong.

For an operation of your own: if its `backward` is right, moving an input a little changes the output by as much as the
gradient says. In double precision, for in single precision the differences drown in rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .grad_mode import enable_grad
from .gradients import grad
from .tensor_maker import tensor_of


class GradcheckError(RuntimeError):
    """A gradient that differs from finite differences: which one, and by how much."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Compares the gradients of a function with finite differences. (PyTorch: torch.autograd.gradcheck)

    Arguments:
        func: takes the inputs, gives a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of arguments. Those that are float64 and require gradients are checked.
        eps: how far an input is moved.
        atol, rtol: what counts as equal: |a − n| ≤ atol + rtol · |n|.
        raise_exception: False returns False instead of raising.

    Returns:
        True.

    Raises:
        GradcheckError: a derivative that differs. The message names the output, the input, the element of each, and
            both numbers.
        ValueError: no input requires gradients.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([0.5, 2.0], dtype=mg.float64, requires_grad=True)
    >>> mg.autograd.gradcheck(lambda x: x.log() * x, x)
    True
    """
    arguments = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    checked = [i for i, x in enumerate(arguments) if getattr(x, "requires_grad", False)]
    _check_inputs(arguments, checked)
    try:
        for k, output in enumerate(_outputs(func, arguments)):
            if output.node is not None or output.array.dtype.kind == "f":
                for i in checked:
                    exact = _by_gradients(func, arguments, k, i)
                    measured = _by_differences(func, arguments, k, i, eps)
                    _compare(exact, measured, k, i, output, arguments[i], atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    generator: np.random.Generator | None = None,
) -> bool:
    """Compares the gradients of a function's gradients with finite differences. (PyTorch: torch.autograd.gradgradcheck)

    Arguments:
        grad_outputs: the gradients to start from, one for each output; random ones if they are not given.
        generator: draws those.
        other: as for `gradcheck`.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([0.5, 2.0], dtype=mg.float64, requires_grad=True)
    >>> mg.autograd.gradgradcheck(lambda x: x.log() * x, x)
    True
    """
    arguments = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    outputs = _outputs(func, arguments)
    if grad_outputs is None:
        rng = generator or np.random.default_rng(0)
        seeds = tuple(tensor_of(rng.normal(size=y.array.shape).astype(y.array.dtype)).requires_grad_() for y in outputs)
    else:
        given = grad_outputs if isinstance(grad_outputs, (tuple, list)) else (grad_outputs,)
        seeds = tuple(x.detach().requires_grad_() for x in given)
    places = [i for i, x in enumerate(arguments) if getattr(x, "requires_grad", False)]

    def gradients(*all: Any) -> tuple[Any, ...]:
        xs, vs = all[: len(arguments)], all[len(arguments) :]
        return grad(_outputs(func, xs), [xs[i] for i in places], vs, create_graph=True, materialize_grads=True)

    return gradcheck(gradients, (*arguments, *seeds), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)


# -- what both call ----------------------------------------------------------------------------------------------------


def _check_inputs(arguments: Sequence[Any], checked: list[int]) -> None:
    if not checked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have "
            "requires_grad=True."
        )
    for i in checked:
        if arguments[i].array.dtype != np.float64:
            raise ValueError(
                f"input {i} is {arguments[i].array.dtype}, and finite differences need double precision: use x.double()"
            )


def _outputs(func: Callable[..., Any], arguments: Sequence[Any]) -> tuple[Any, ...]:
    with enable_grad():
        made = func(*arguments)
    outputs = tuple(made) if isinstance(made, (tuple, list)) else (made,)
    return tuple(y for y in outputs if hasattr(y, "array"))


def _by_gradients(func: Callable[..., Any], arguments: Sequence[Any], k: int, i: int) -> ndarray:
    """The Jacobian of output k with respect to input i, a backward pass a row: (numbers out, numbers in)."""
    output, x = _outputs(func, arguments)[k], arguments[i]
    rows = np.zeros((output.array.size, x.array.size))
    if output.node is None:
        return rows
    for place in range(output.array.size):
        pick = np.zeros_like(output.array)
        pick.flat[place] = 1
        (found,) = grad(output, x, tensor_of(pick), retain_graph=True, allow_unused=True)
        if found is not None:
            rows[place] = found.array.reshape(-1)
    return rows


def _by_differences(func: Callable[..., Any], arguments: Sequence[Any], k: int, i: int, eps: float) -> ndarray:
    """The same by moving each element of the input up and down."""
    x = arguments[i].array

    def at(place: int, move: float) -> ndarray:
        moved = x.copy()
        moved.flat[place] += move
        leaf = tensor_of(moved).requires_grad_()
        return _outputs(func, [*arguments[:i], leaf, *arguments[i + 1 :]])[k].array.reshape(-1).astype(np.float64)

    columns = [(at(place, eps) - at(place, -eps)) / (2 * eps) for place in range(x.size)]
    size = _outputs(func, arguments)[k].array.size
    return np.stack(columns, 1) if columns else np.zeros((size, 0))


def _compare(
    exact: ndarray, measured: ndarray, k: int, i: int, output: Any, input: Any, atol: float, rtol: float
) -> None:
    wrong = ~np.isclose(exact, measured, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return
    row, column = (int(n) for n in np.argwhere(wrong)[0])
    out_at, in_at = (
        tuple(int(n) for n in np.unravel_index(place, shape))
        for place, shape in ((row, output.array.shape), (column, input.array.shape))
    )
    raise GradcheckError(
        f"Jacobian mismatch for output {k} with respect to input {i}: "
        f"∂output{list(out_at)}/∂input{list(in_at)} is {exact[row, column]:.6g} by the gradient, and "
        f"{measured[row, column]:.6g} by finite differences. {int(wrong.sum())} of {wrong.size} derivatives differ; "
        f"the input there is {input.array[in_at]:.6g}, and the output {output.array[out_at]:.6g}."
    )
