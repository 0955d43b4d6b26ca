"""Hooks on tensors and on Functions: called at the same time and with the same numbers as PyTorch's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.autograd import hooks


def story(m: Any) -> list[Any]:
    """What every kind of hook sees, in the order of their calls, over two passes."""
    told: list[Any] = []

    def see(name: str, change: Any = None) -> Any:
        def hook(*args: Any) -> Any:
            told.append((name, str([_numbers(a) for a in args])))
            return None if change is None else change(*args)

        return hook

    x, w = (m.tensor(numbers, requires_grad=True) for numbers in ([1.0, 2.0], [3.0, 4.0]))
    y = x * w
    y.retain_grad()
    z = y.exp().log()
    y.register_hook(see("y", lambda g: g * 2))
    y.register_hook(see("y again"))
    x.register_hook(see("x", lambda g: g + 1))
    w.register_post_accumulate_grad_hook(see("w, after"))
    handle = z.grad_fn.register_hook(see("log"))
    y.grad_fn.register_hook(see("mul", lambda inputs, outputs: tuple(g * 10 for g in inputs)))
    y.grad_fn.register_prehook(see("before mul", lambda outputs: (outputs[0] + 100,)))
    z.sum().backward(retain_graph=True)
    told.append([t.grad.tolist() for t in (x, w, y)])
    handle.remove()
    z.sum().backward()
    told.append([t.grad.tolist() for t in (x, w, y)])
    return told


def _numbers(x: Any) -> Any:
    return [None if t is None else t.tolist() for t in x] if isinstance(x, tuple) else x.tolist()


def test_story_equals_that_of_pytorch(torch: ModuleType) -> None:
    assert story(mg) == story(torch)


def test_without_hooks_a_pass_does_not_look_for_any() -> None:
    x = mg.ones(2, requires_grad=True)
    handle = (x * 2).register_hook(lambda g: None)
    assert len(hooks.hooked) == 0  # the tensor and its node are gone
    y = x * 2
    with y.register_hook(lambda g: None):
        assert len(hooks.hooked) == 1
    assert len(hooks.hooked) == 0
    handle.remove()


def test_hook_sees_the_complete_gradient_once() -> None:
    x = mg.ones(2, requires_grad=True)
    y = x * 2
    seen: list[Any] = []
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * y + y).sum().backward()
    assert seen == [[5, 5]]


def test_hook_keeps_nothing_of_the_leaf_to_itself() -> None:
    """What a hook returns may be held by the learner: the leaf's gradient is a copy of it."""
    held = mg.tensor([10.0, 10.0])
    x = mg.ones(2, requires_grad=True)
    x.register_hook(lambda g: held)
    x.sum().backward()
    held.zero_()
    assert x.grad.tolist() == [10, 10]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: mg.ones(2).register_hook(print), RuntimeError, "doesn't require gradient"),
        (lambda: mg.ones(2, requires_grad=True).register_hook(1), TypeError, "a hook is a function"),
        (lambda: mg.ones(2).retain_grad(), RuntimeError, "requires_grad=False"),
        (
            lambda: (mg.ones(2, requires_grad=True) * 2).register_post_accumulate_grad_hook(print),
            RuntimeError,
            "non-leaf",
        ),
    ],
)
def test_hooks_that_cannot_be(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize(
    ("result", "error", "words"),
    [
        (lambda g: g.sum(), RuntimeError, "changed the size of value.*\\(2,\\)"),
        (lambda g: 1.0, TypeError, "returns a tensor, or None"),
    ],
)
def test_hooks_that_return_nonsense(result: Any, error: type[Exception], words: str) -> None:
    x = mg.ones(2, requires_grad=True)
    x.register_hook(result)
    with pytest.raises(error, match=words):
        (x * 2).sum().backward()


def test_hook_of_a_function_returns_one_gradient_for_each_input() -> None:
    x = mg.ones(2, requires_grad=True)
    y = x * 2
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0],))
    with pytest.raises(RuntimeError, match=r"returned 1 gradients, and the Function has 2 inputs"):
        y.sum().backward()


def test_retain_grad_of_a_computed_tensor(torch: ModuleType) -> None:
    def kept(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        y.retain_grad()
        y.retain_grad()
        (y * y).sum().backward(retain_graph=True)
        (y * y).sum().backward()
        return y.retains_grad, y.grad.tolist(), x.grad.tolist(), x.retains_grad

    assert kept(mg) == kept(torch)


def test_hooks_see_gradients_with_a_history_under_create_graph() -> None:
    x = mg.tensor(2.0, requires_grad=True)
    y = x**3
    seen: list[mg.Tensor] = []
    y.register_hook(lambda g: g * x)
    x.register_hook(seen.append)
    (slope,) = mg.autograd.grad(y, x, create_graph=True)  # x · 3x²
    assert seen[0].requires_grad
    assert mg.autograd.grad(slope, x)[0].item() == 9 * 2.0**2


def test_hooks_of_a_function_with_several_outputs(torch: ModuleType) -> None:
    def told(m: Any) -> list[Any]:
        class Two(m.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2, x * 3

            @staticmethod
            def backward(ctx: Any, a: Any, b: Any) -> Any:
                return a * 2 + b * 3

        seen: list[Any] = []
        x = m.tensor([1.0, 2.0], requires_grad=True)
        a, b = Two.apply(x)
        a.register_hook(lambda g: seen.append(g.tolist()))
        a.grad_fn.register_prehook(lambda gs: (seen.append(_numbers(gs)), tuple(g * 10 for g in gs))[1])
        a.grad_fn.register_hook(lambda i, o: seen.append((_numbers(i), _numbers(o))))
        (a + b).sum().backward()
        return [*seen, x.grad.tolist()]

    assert told(mg) == told(torch)


def test_watching_a_function_with_several_outputs() -> None:
    class Two(mg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            return a * 2 + b * 3

    x = mg.tensor([1.0, 2.0], requires_grad=True)
    a, b = Two.apply(x)
    assert next(s for s in (a * b).sum().backward_steps(shadow=True) if s.kind == "accumulate").total.tolist() == [
        12,
        24,
    ]
