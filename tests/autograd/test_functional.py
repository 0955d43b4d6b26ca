"""`autograd.functional`: Jacobians, Hessians and their products with vectors equal PyTorch's."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg

X = np.array([[0.3, 1.2, 0.7], [2.0, 1.5, 0.4]])
V = np.arange(6.0).reshape(2, 3)


def rows(x: Any) -> Any:
    return (x**2).sum(0) * x[0]


def two(x: Any, y: Any) -> Any:
    return x * y.exp(), (x @ y.T).sum()


def number(x: Any) -> Any:
    return (x**3).sum() * x[0, 0]


def number_of_two(x: Any, y: Any) -> Any:
    return (x**3 * y).sum() * x[0, 0]


def only_first(x: Any, y: Any) -> Any:
    return (x * x).sum()


# fmt: off
CALLS: dict[str, Callable[[Any, Any, bool], Any]] = {
    "jacobian":               lambda f, t, g: f.jacobian(rows, t(X), create_graph=g),
    "jacobian of two":        lambda f, t, g: f.jacobian(two, (t(X), t(V)), create_graph=g),
    "jacobian, independent":  lambda f, t, g: f.jacobian(only_first, (t(X), t(V)), create_graph=g),
    "jacobian of 0-d":        lambda f, t, g: f.jacobian(lambda x: x.sin(), t(np.array(0.5)), create_graph=g),
    "hessian":                lambda f, t, g: f.hessian(number, t(X), create_graph=g),
    "hessian of two":         lambda f, t, g: f.hessian(number_of_two, (t(X), t(V)), create_graph=g),
    "hessian, linear":        lambda f, t, g: f.hessian(lambda x: x.sum(), t(X), create_graph=g),
    "vjp":                    lambda f, t, g: f.vjp(rows, t(X), t(V[0]), create_graph=g),
    "vjp of two":             lambda f, t, g: f.vjp(two, (t(X), t(V)), (t(V), t(np.array(2.0))), create_graph=g),
    "vjp of a number":        lambda f, t, g: f.vjp(number, t(X), create_graph=g),
    "jvp":                    lambda f, t, g: f.jvp(rows, t(X), t(V), create_graph=g),
    "jvp of two":             lambda f, t, g: f.jvp(two, (t(X), t(V)), (t(V), t(X)), create_graph=g),
    "vhp":                    lambda f, t, g: f.vhp(number, t(X), t(V), create_graph=g),
    "vhp of two":             lambda f, t, g: f.vhp(number_of_two, (t(X), t(V)), (t(V), t(X)), create_graph=g),
    "hvp":                    lambda f, t, g: f.hvp(number, t(X), t(V), create_graph=g),
}
# fmt: on


def assert_equal(ours: Any, theirs: Any) -> None:
    """The same nested tuples of tensors: numbers, shapes, and whether they have a history."""
    if isinstance(theirs, tuple):
        assert isinstance(ours, tuple)
        for a, b in zip(ours, theirs, strict=True):
            assert_equal(a, b)
    else:
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-10)
        assert tuple(ours.shape) == tuple(theirs.shape)
        assert ours.requires_grad == theirs.requires_grad


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("name", CALLS)
def test_equals_pytorch(name: str, create_graph: bool, torch: ModuleType) -> None:
    ours, theirs = (CALLS[name](m.autograd.functional, m.tensor, create_graph) for m in (mg, torch))
    assert_equal(ours, theirs)


def test_jacobian_is_part_of_a_larger_graph(torch: ModuleType) -> None:
    def gradient(m: Any) -> Any:
        w = m.tensor(X, requires_grad=True)
        (m.autograd.functional.jacobian(rows, w * 2, create_graph=True) ** 2).sum().backward()
        return w.grad

    np.testing.assert_allclose(gradient(mg).numpy(), gradient(torch).numpy(), rtol=1e-10)


def test_no_grad_around_it_does_not_matter_and_no_grad_is_touched() -> None:
    x = mg.tensor(X, requires_grad=True)
    with mg.no_grad():
        mg.autograd.functional.hessian(number, x)
    assert x.grad is None


F = mg.autograd.functional


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: F.jacobian(rows, [1.0]), TypeError, "value at index 0 has type list"),
        (lambda: F.jacobian(lambda x: 3, mg.tensor(X)), TypeError, "given to jacobian must be a Tensor.*returned int"),
        (lambda: F.hessian(rows, mg.tensor(X)), RuntimeError, r"given to hessian should contain a single element.*\(3,\)"),
        (lambda: F.vjp(rows, mg.tensor(X)), RuntimeError, "vector v can only be None"),
        (lambda: F.vjp(rows, mg.tensor(X), mg.ones(2)), RuntimeError, r"v has the shapes \[\(2,\)\].*outputs: \[\(3,\)\]"),
        (lambda: F.jacobian(only_first, (mg.tensor(X), mg.tensor(V)), strict=True), RuntimeError, "independent of input 1"),
        (lambda: F.jacobian(rows, mg.tensor(X), vectorize=True), NotImplementedError, "leave out vectorize"),
    ],
)  # fmt: skip
def test_mistakes(call: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
