"""What results are compared with: PyTorch's tensors, and derivatives by finite differences."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

REFUSALS = (RuntimeError, TypeError, ValueError, IndexError)
"""How PyTorch says no."""


def leaves(m: ModuleType, arrays: list[ndarray]) -> list[Any]:
    """Tensors of `m` (micrograd_nb or torch) that require gradients, without sharing the arrays' memory."""
    return [m.tensor(array, requires_grad=True) for array in arrays]


def gradients(m: ModuleType, call: Callable[..., Any], arrays: list[ndarray], grad: ndarray) -> list[Any]:
    """The `.grad` of each input of `call(m, *inputs)`, for the gradient `grad` of its value."""
    inputs = leaves(m, arrays)
    call(m, *inputs).backward(m.tensor(grad))
    return [x.grad for x in inputs]


def finite_differences(function: Callable[..., ndarray], arrays: list[ndarray], grad: ndarray) -> list[ndarray]:
    """The same gradients without calculus: how much Σ grad · function changes with each element."""

    def slope(i: int, at: tuple[int, ...], h: float = 1e-6) -> float:
        up, down = ([a.copy() for a in arrays] for _ in range(2))
        up[i][at] += h
        down[i][at] -= h
        return float(((function(*up) - function(*down)) * grad).sum() / (2 * h))

    made = [np.empty(a.shape) for a in arrays]
    for i, out in enumerate(made):
        for at in np.ndindex(out.shape):
            out[at] = slope(i, at)
    return made


def numbers(tensor: Any) -> ndarray:
    """The array of a tensor of either library, or the array itself."""
    return np.asarray(tensor.detach() if hasattr(tensor, "detach") else tensor)


def kind(tensor: Any) -> tuple[str, tuple[int, ...]]:
    """(dtype, shape) of a tensor of either library: ("float32", (3, 4))."""
    return str(tensor.dtype).rpartition(".")[2], tuple(tensor.shape)


def assert_close(actual: Any, expected: Any, what: str = "") -> None:
    """Equal numbers, to 1e-8 relative to the larger of 1 and the number; to 1e-5 if one of the two is float32."""
    actual, expected = numbers(actual), numbers(expected)
    tolerance = 1e-8 if actual.dtype == expected.dtype == np.float64 else 1e-5
    assert actual.shape == expected.shape, what
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance, err_msg=what)


def assert_same(ours: Any, theirs: Any, what: str = "") -> None:
    """A tensor and PyTorch's: dtype, shape and numbers; or no tensor on both sides."""
    assert (ours is None) == (theirs is None), f"{what}: {ours} and {theirs}"
    if ours is not None:
        assert kind(ours) == kind(theirs), what
        assert_close(ours, theirs, what)


def attempt(function: Callable[[], Any]) -> Any:
    """What the function returns, or the error that it raises: for behaviour that has to agree in both."""
    try:
        return function()
    except REFUSALS as error:
        return error


def assert_same_outcome(ours: Any, theirs: Any, what: str = "") -> None:
    """The same tensor, or an error of the same type."""
    if "not implemented for" in str(theirs):
        return  # PyTorch has not written it for this dtype: no rule, and we may compute it
    if isinstance(ours, Exception) or isinstance(theirs, Exception):
        assert type(ours) is type(theirs), f"{what}: {ours!r}, and in PyTorch {theirs!r}"
    else:
        assert_same(ours, theirs, what)
