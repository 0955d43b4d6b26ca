"""`autograd.Function`: operations that a user writes, with every part of PyTorch's `ctx`."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import gc
import weakref
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg


def functions(m: Any) -> dict[str, Any]:
    """The same Functions in `m`, which is `micrograd_nb` or `torch`."""
    Function, once = m.autograd.Function, m.autograd.function.once_differentiable

    class Exp(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            result = x.exp()
            ctx.save_for_backward(result)
            return result

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            (result,) = ctx.saved_tensors
            return grad_output * result

    class Scale(Function):
        """Takes a number beside the tensors, and says which gradients are wanted."""

        @staticmethod
        def forward(ctx: Any, x: Any, k: float, y: Any) -> Any:
            ctx.k = k
            ctx.save_for_backward(x, y)
            return x * k * y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, y = ctx.saved_tensors
            first = g * ctx.k * y if ctx.needs_input_grad[0] else None
            return first, None, g * ctx.k * x if ctx.needs_input_grad[2] else None

    class Both(Function):
        """Two outputs, one of them saved; and one without a gradient."""

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            square, sign = x * x, x.sign()
            ctx.mark_non_differentiable(sign)
            ctx.save_for_backward(x, square)
            return square, square * x, sign

        @staticmethod
        def backward(ctx: Any, g_square: Any, g_cube: Any, g_sign: Any) -> Any:
            x, square = ctx.saved_tensors
            return g_square * 2 * x + g_cube * 3 * square

    class NewStyle(Function):
        @staticmethod
        def forward(x: Any, y: Any) -> Any:
            return x * y

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, y = ctx.saved_tensors
            return g * y, g * x

    class Double(Function):
        """Changes its input in place."""

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2

    class Same(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return -g

    class Raw(Function):
        """Leaves out gradients that nobody sent."""

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            assert (a is None) != (b is None)
            return a * 2 if b is None else b * 3

    class Once(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once
        def backward(ctx: Any, g: Any) -> Any:
            (x,) = ctx.saved_tensors
            return g * m.tensor(x.detach().numpy() * 2)

    return {c.__name__: c for c in (Exp, Scale, Both, NewStyle, Double, Same, Raw, Once)}


# fmt: off
PROGRAMS: dict[str, Any] = {
    "saved output":           lambda m, f, x, y: f["Exp"].apply(x).sum(),
    "twice in a row":         lambda m, f, x, y: f["Exp"].apply(f["Exp"].apply(x)).sum(),
    "a number":               lambda m, f, x, y: f["Scale"].apply(x, 3.0, y).sum(),
    "a number, one constant": lambda m, f, x, y: f["Scale"].apply(x.detach(), 3.0, y).sum(),
    "several outputs":        lambda m, f, x, y: (lambda a, b, c: (a * b * c * y).sum())(*f["Both"].apply(x)),
    "one of several outputs": lambda m, f, x, y: f["Both"].apply(x)[1].sum(),
    "setup_context":          lambda m, f, x, y: f["NewStyle"].apply(x, y).exp().sum(),
    "in place":               lambda m, f, x, y: (lambda z: (f["Double"].apply(z) * y).sum())(x * 1),
    "its input back":         lambda m, f, x, y: (f["Same"].apply(x) * y).sum(),
    "undefined gradient":     lambda m, f, x, y: f["Raw"].apply(x)[1].sum(),
    "once":                   lambda m, f, x, y: f["Once"].apply(x).sum(),
    "no gradient wanted":     lambda m, f, x, y: (f["Exp"].apply(x.detach()) * y).sum(),
}
# fmt: on


def leaves(m: Any) -> list[Any]:
    return [m.tensor(n, dtype=m.float64, requires_grad=True) for n in ([0.5, -1.5], [2.0, 0.25])]


@pytest.mark.parametrize("name", PROGRAMS)
def test_value_and_gradients_equal_pytorch(name: str, torch: ModuleType) -> None:
    def both(m: Any) -> Any:
        x, y = leaves(m)
        value = PROGRAMS[name](m, functions(m), x, y)
        value.backward()
        return value.item(), *(None if t.grad is None else t.grad.tolist() for t in (x, y))

    assert both(mg) == both(torch)


@pytest.mark.parametrize("name", [n for n in PROGRAMS if n not in ("once", "no gradient wanted", "undefined gradient")])
def test_second_gradients_equal_pytorch(name: str, torch: ModuleType) -> None:
    def second(m: Any) -> Any:
        x, y = leaves(m)
        value = PROGRAMS[name](m, functions(m), x, y)
        first = m.autograd.grad(value, [x, y], create_graph=True, allow_unused=True)
        total = sum((g * g).sum() for g in first if g is not None and g.requires_grad)
        if isinstance(total, int):
            return total
        return [None if g is None else g.tolist() for g in m.autograd.grad(total, [x, y], allow_unused=True)]

    np.testing.assert_equal(second(mg), second(torch))


def test_names_and_nodes(torch: ModuleType) -> None:
    def seen(m: Any) -> Any:
        f = functions(m)
        x, _ = leaves(m)
        a, b, c = f["Both"].apply(x)
        total = (a + b).sum()
        paths = [(n.name(), k) for n, k in total.grad_fn.next_functions[0][0].next_functions]
        return f["Exp"].apply(x).grad_fn.name(), paths, c.requires_grad, c.is_leaf, a.grad_fn is b.grad_fn

    assert seen(mg) == seen(torch)


def test_once_differentiable_refuses_a_second_time() -> None:
    x, _ = leaves(mg)
    (first,) = mg.autograd.grad(functions(mg)["Once"].apply(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="differentiate twice a function that was marked with @once_differentiable"):
        first.sum().backward()


def test_gradcheck_of_a_function_finds_a_wrong_backward() -> None:
    class Wrong(mg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 3

    x, _ = leaves(mg)
    assert mg.autograd.gradcheck(functions(mg)["Exp"].apply, x)
    assert mg.autograd.gradgradcheck(functions(mg)["Exp"].apply, x)
    with pytest.raises(
        mg.autograd.GradcheckError, match=r"∂output\[0\]/∂input\[0\] is 3 .* and 1 by finite differences"
    ):
        mg.autograd.gradcheck(Wrong.apply, x)


@pytest.mark.parametrize("name", ["Exp", "Both", "Double"])
def test_graph_of_a_function_is_no_cycle(name: str) -> None:
    gc.disable()
    try:
        x, _ = leaves(mg)
        out = functions(mg)[name].apply(x * 1)
        out = out if isinstance(out, tuple) else (out,)
        watched = [weakref.ref(t) for t in out]
        del out
        assert [ref() for ref in watched] == [None] * len(watched)
    finally:
        gc.enable()


def test_saved_value_that_was_overwritten_is_refused(torch: ModuleType) -> None:
    for m in (torch, mg):
        x, _ = leaves(m)
        y = functions(m)["Exp"].apply(x)
        y.mul_(2)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()


def test_second_backward_is_refused_and_retained_is_allowed(torch: ModuleType) -> None:
    for m in (torch, mg):
        x, _ = leaves(m)
        y = functions(m)["Exp"].apply(x).sum()
        y.backward(retain_graph=True)
        y.backward()
        with pytest.raises(RuntimeError, match="second time"):
            y.backward()


# -- mistakes ----------------------------------------------------------------------------------------------------------


def mistake(forward: Any = lambda ctx, x: x * 2, backward: Any = lambda ctx, g: g) -> Any:
    return type("Mine", (mg.autograd.Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (mistake(backward=lambda ctx, g: (g, g)), RuntimeError, r"incorrect number of gradients \(expected 1, got 2\)"),
        (mistake(backward=lambda ctx, g: g.sum().reshape(1, 1, 1)), RuntimeError, r"invalid gradient at index 0 - got \[1, 1, 1\] but"),
        (mistake(backward=lambda ctx, g: 1.0), TypeError, "returned a float at index 0"),
        (mistake(forward=lambda ctx, x: 1.0), TypeError, "expected to get a Tensor or a tuple of Tensors back, but got float"),
        (mistake(forward=lambda ctx, x: ctx.save_for_backward(3)), TypeError, "can only save tensors, but got int.*ctx.name = value"),
        (type("No", (mg.autograd.Function,), {}), NotImplementedError, "must implement the forward"),
        (type("Half", (mg.autograd.Function,), {"forward": staticmethod(lambda ctx, x: x * 2)}), NotImplementedError, "backward method"),
    ],
)  # fmt: skip
def test_mistakes(function: Any, error: type[Exception], words: str) -> None:
    x, _ = leaves(mg)
    with pytest.raises(error, match=words):
        function.apply(x).sum().backward()


def test_function_is_not_made_an_object_of() -> None:
    with pytest.raises(RuntimeError, match=r"Exp.apply\(...\)"):
        functions(mg)["Exp"]()
