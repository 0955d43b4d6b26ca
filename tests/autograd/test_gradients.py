"""`grad()` and `backward()` of several tensors, of any order, and the gradients of gradients."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import micrograd_nb as mg
from micrograd_nb.autograd import backward, grad
from tests.autograd.programs import Line, programs, run


def leaf(*numbers: float) -> mg.Tensor:
    return mg.tensor(list(numbers), dtype=mg.float64, requires_grad=True)


# fmt: off
CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "one":                   lambda m, x, y: m.autograd.grad((x * y).sum(), x),
    "two":                   lambda m, x, y: m.autograd.grad((x * y).sum(), [x, y]),
    "tuple":                 lambda m, x, y: m.autograd.grad((x * y).sum(), (y,)),
    "several outputs":       lambda m, x, y: m.autograd.grad([(x * y).sum(), (x * x).sum()], [x, y]),
    "given gradient":        lambda m, x, y: m.autograd.grad(x * y, x, m.ones(2, dtype=m.float64) * 3),
    "given gradients, None": lambda m, x, y: m.autograd.grad([x * y, x.sum()], x, [m.ones(2, dtype=m.float64), None]),
    "a computed input":      lambda m, x, y: (lambda z: m.autograd.grad((z * z).sum(), z))(x * y),
    "computed and leaf":     lambda m, x, y: (lambda z: m.autograd.grad((z * z + x).sum(), [z, x]))(x * y),
    "the output itself":     lambda m, x, y: (lambda z: m.autograd.grad(z, z))((x * y).sum()),
    "the same twice":        lambda m, x, y: m.autograd.grad((x * y).sum(), [x, x]),
    "unused, allowed":       lambda m, x, y: m.autograd.grad(x.sum(), [x, y], allow_unused=True),
    "unused, zeros":         lambda m, x, y: m.autograd.grad(x.sum(), [x, y], materialize_grads=True),
    "second":                lambda m, x, y: m.autograd.grad(m.autograd.grad((x**3 * y).sum(), x, create_graph=True)[0].sum(), [x, y]),
    "third":                 lambda m, x, y: m.autograd.grad(m.autograd.grad(m.autograd.grad((x**5).sum(), x, create_graph=True)[0].sum(), x, create_graph=True)[0].sum(), x),
    "mixed":                 lambda m, x, y: m.autograd.grad(m.autograd.grad((x * y.exp()).sum(), x, create_graph=True)[0].sum(), y),
    "penalty":               lambda m, x, y: m.autograd.grad((m.autograd.grad((x * y).tanh().sum(), x, create_graph=True)[0] ** 2).sum(), [x, y]),
    "gradient of grad_output": lambda m, x, y: m.autograd.grad(m.autograd.grad(x**2, x, y, create_graph=True)[0].sum(), y),
}

ERRORS: dict[str, tuple[Callable[[Any, Any, Any], Any], str]] = {
    "no gradient wanted":    (lambda m, x, y: m.autograd.grad((x * y).sum(), m.ones(2)),                   "does not require grad"),
    "nothing recorded":      (lambda m, x, y: m.autograd.grad(m.ones(1).sum(), x),                         "does not require grad"),
    "unused":                (lambda m, x, y: m.autograd.grad(x.sum(), [x, y]),                            "not have been used in the graph"),
    "no scalar":             (lambda m, x, y: m.autograd.grad(x * y, x),                                   "only for scalar outputs"),
    "gradient's shape":      (lambda m, x, y: m.autograd.grad(x * y, x, m.ones(3)),                        "Mismatch in shape"),
    "twice":                 (lambda m, x, y: [m.autograd.grad(z, x) for z in [(x * y).sum()] * 2],        "second time"),
}
# fmt: on


def plain(x: Any) -> Any:
    return None if x is None else x.detach().tolist()


@pytest.mark.parametrize("name", CALLS)
def test_grad_equals_pytorch(name: str, torch: ModuleType) -> None:
    found = []
    for m in (mg, torch):
        x, y = (m.tensor(numbers, dtype=m.float64, requires_grad=True) for numbers in ([1.0, 2.0], [0.5, -0.25]))
        found.append([(plain(g), g is not None and g.requires_grad) for g in CALLS[name](m, x, y)])
        assert x.grad is None
        assert y.grad is None
    ours, theirs = found
    assert [r for _, r in ours] == [r for _, r in theirs]
    for (a, _), (b, _) in zip(ours, theirs, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("name", ERRORS)
def test_grad_refuses_what_pytorch_refuses(name: str, torch: ModuleType) -> None:
    call, words = ERRORS[name]
    for m in (torch, mg):
        x, y = (m.tensor(numbers, dtype=m.float64, requires_grad=True) for numbers in ([1.0, 2.0], [0.5, -0.25]))
        with pytest.raises(RuntimeError) as error:
            call(m, x, y)
        if m is mg:
            assert words in str(error.value)


def test_unused_input_is_named() -> None:
    x, y = leaf(1.0), leaf(2.0, 3.0)
    with pytest.raises(RuntimeError, match=r"inputs\[1\], of shape \(2,\).*allow_unused=True"):
        grad(x.sum(), [x, y])


def test_grad_goes_nowhere_that_is_not_on_the_way() -> None:
    x, y = leaf(1.0), leaf(2.0)
    far = y * 2
    called: list[Any] = []
    far.register_hook(called.append)
    grad((x * far).sum(), x)
    assert called == []
    grad((x * far).sum(), y)
    assert len(called) == 1


def test_result_shares_memory_with_nothing() -> None:
    x = leaf(1.0, 2.0)
    seed = mg.tensor([3.0, 4.0], dtype=mg.float64)
    (found,) = grad(x + 1, x, seed)
    found.zero_()
    assert seed.tolist() == [3, 4]


# -- backward ----------------------------------------------------------------------------------------------------------


def test_backward_of_several_tensors_adds_up(torch: ModuleType) -> None:
    def both(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        m.autograd.backward([x.sum(), x * x], [None, m.ones(2)])
        return x.grad.tolist()

    assert both(mg) == both(torch)


def test_backward_into_some_inputs_alone(torch: ModuleType) -> None:
    def some(m: Any) -> Any:
        x, y = (m.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
        z = x * y
        z.retain_grad()
        (z * z).sum().backward(inputs=[x, z], retain_graph=True)
        (z * z).sum().backward(inputs=x)
        return x.grad.tolist(), y.grad, z.grad.tolist()

    assert some(mg) == some(torch)


def test_backward_needs_inputs_to_go_to() -> None:
    with pytest.raises(RuntimeError, match="cannot be empty"):
        backward(leaf(1.0).sum(), inputs=[])


@pytest.mark.filterwarnings("ignore:Using backward")  # PyTorch's leaves a reference cycle, and it warns of that
def test_backward_with_create_graph_gives_a_grad_with_a_history(torch: ModuleType) -> None:
    def twice(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], dtype=m.float64, requires_grad=True)
        (x**3).sum().backward(create_graph=True)
        first = x.grad
        assert first.requires_grad
        x.grad = None
        (first**2).sum().backward()
        return x.grad.tolist()

    assert twice(mg) == twice(torch)


@settings(derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=programs)
def test_second_gradients_of_random_programs_equal_pytorch(program: list[Line], torch: ModuleType) -> None:
    def second(m: Any) -> Any:
        loss, leaves = run(m, program)
        first = m.autograd.grad(loss, leaves, create_graph=True, allow_unused=True)
        total = sum((g * g).sum() for g in first if g is not None and g.requires_grad)
        return [] if isinstance(total, int) else m.autograd.grad(total, leaves, materialize_grads=True)

    for ours, theirs in zip(second(mg), second(torch), strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-9, atol=1e-9)
