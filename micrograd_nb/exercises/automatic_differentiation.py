"""The exercises of lesson 2.1.2: gradients by hand, the rule of a new operation, a gradient that does not pile up."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy import ndarray

from ..autograd import Operation
from ..tensors import Tensor, apply, tensor
from .check import NotYet, Wrong, call, close, exercise, kind, number, require, shown

# -- 1: gradients ------------------------------------------------------------------------------------------------------


def graph() -> dict[str, Tensor]:
    """The graph of the exercise, computed anew."""
    x, y = tensor(3.0), tensor(10.0)
    w, b = tensor(2.0, requires_grad=True), tensor(1.0, requires_grad=True)
    h = w * x
    out = w * h + b
    error = out - y
    return {"x": x, "w": w, "b": b, "h": h, "out": out, "error": error, "loss": error * error}


@exercise(
    hints=[
        "Write down h, out, error and loss as numbers first. Then go backward: ∂loss/∂error, ∂loss/∂out, and so on.",
        "∂loss/∂out is 2 · error. Two paths lead from out to w: directly (times h), and through h (times w, times x).",
    ]
)
def gradients(answer: Any) -> str:
    """`{"w": …, "b": …, "x": …}`: the `.grad` of each after loss.backward()."""
    require(isinstance(answer, Mapping), f"the answer is a dict with the keys w, b and x, and this is {kind(answer)}")
    missing = [name for name in ("w", "b", "x") if name not in answer or answer[name] is ...]
    if missing:
        raise NotYet(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} still open")
    values = graph()
    values["loss"].backward()
    _b(answer["b"], values)
    _w(answer["w"], values)
    _x(answer["x"], values)
    return f"w.grad is {shown(values['w'].grad)}, over two paths; b.grad is {shown(values['b'].grad)}; x keeps none"


def _b(said: Any, values: Mapping[str, Tensor]) -> None:
    right, error = _float(values["b"].grad), _float(values["error"])
    got = _predicted(said, "b")
    if close(got, right):
        return
    if close(got, 1):
        raise Wrong("b: 1 is the local derivative ∂out/∂b. Multiply it by the gradient that comes in, ∂loss/∂out")
    if close(got, error):
        raise Wrong(f"b: {shown(error)} is the error itself. The loss is its square: what is the derivative of error²?")
    _wrong("b", got, right, "follow the path loss → error → out → b, and multiply the local derivatives on it")


def _w(said: Any, values: Mapping[str, Tensor]) -> None:
    right = _float(values["w"].grad)
    incoming = _float(values["b"].grad)  # ∂loss/∂out
    got = _predicted(said, "w")
    if close(got, right):
        return
    if close(got, right / 2):
        raise Wrong(
            f"w: {shown(right / 2)} is what arrives along one path. `w` is used twice, in h = w * x and in "
            "out = w * h + b: add what both paths bring"
        )
    if close(got, right / incoming):
        raise Wrong(f"w: {shown(got)} is ∂out/∂w. Multiply it by the gradient that comes in, ∂loss/∂out")
    _wrong("w", got, right, "two paths lead from loss to w; take the product along each, and the sum of the two")


def _x(said: Any, values: Mapping[str, Tensor]) -> None:
    if said is None:
        return
    w, incoming = _float(values["w"]), _float(values["b"].grad)
    if close(_predicted(said, "x"), incoming * w * w):
        raise Wrong(
            f"x: {shown(incoming * w * w)} is ∂loss/∂x, and nobody computes it: x does not require gradients. "
            "What does x.grad hold then?"
        )
    raise Wrong("x: look at how x is made. Does it require gradients? What does x.grad hold if not?")


def _predicted(said: Any, name: str) -> float:
    if said is None:
        raise Wrong(f"{name}: {name} requires gradients, so after backward() {name}.grad is not None")
    return number(said, name)


def _wrong(name: str, got: float, right: float, otherwise: str) -> None:
    """Stops with a diagnosis: the sign, or else where to look."""
    if close(got, -right):
        raise Wrong(f"{name}: the size is right, the sign is not. The error is out − y: is it positive here?")
    raise Wrong(f"{name}: {shown(got)} is not it; {otherwise}")


def _float(x: Tensor | None) -> float:
    return number(x, "a value of the graph")


# -- 2: bell -----------------------------------------------------------------------------------------------------------

AT = np.array([0.5, -1.0, 2.0])
INCOMING = (np.ones(3), np.array([3.0, -1.0, 0.5]))


@exercise(
    hints=[
        "y = exp(u) with u = −x². What are dy/du and du/dx, and which of the two is y itself?",
        "dy/dx = y · (−2x), so the rule is g times f.output times −2 times f.input.",
    ]
)
def bell(answer: Any) -> str:
    """`bell`: the operation exp(−x²), with its gradient rule."""
    if answer is ...:
        raise NotYet("the operation is still open")
    require(
        isinstance(answer, Operation), f"bell should be an operation, operation(name, value, rule), not {kind(answer)}"
    )
    y = np.exp(-AT * AT)
    local = (np.exp(-((AT + 1e-6) ** 2)) - np.exp(-((AT - 1e-6) ** 2))) / 2e-6
    value = call(answer.value, AT, shown="the value of bell")
    require(_same(value, y), "the value changed: leave np.exp(-input * input) as it is")
    require(len(answer.rules) == 1, f"bell has one input, so it needs one gradient rule, and has {len(answer.rules)}")
    for g in INCOMING:
        got = call(answer.rules[0], g, SimpleNamespace(input=AT, output=y), shown="your rule, called with g and f,")
        if got is ... or got is None:
            raise NotYet("the gradient rule is still open")
        _is_local_times(got, g, local, y)
    x = tensor(AT, requires_grad=True)
    apply(answer, x).backward(tensor(INCOMING[1]))
    require(
        _same(x.grad, INCOMING[1] * local), "called alone the rule is right; in backward() another gradient came out"
    )
    return "your rule agrees with finite differences, and the engine differentiates bell with it"


def _is_local_times(got: Any, g: ndarray, local: ndarray, y: ndarray) -> None:
    """Compares a rule's result with g · ∂y/∂x, and names the factor that is missing."""
    if _same(got, g * local):
        return
    if _same(got, local):
        raise Wrong("your rule gives ∂y/∂x, the same for every g: the gradient that comes in, g, must be a factor")
    if _same(got, -g * local):
        raise Wrong("the sign is wrong: y falls where x grows above 0, so ∂y/∂x is negative there")
    if _same(got, g * y):
        raise Wrong("g * y is the rule of exp alone. The chain rule adds a factor: the derivative of −x², exp's input")
    if _same(got, g * -2 * AT):
        raise Wrong("g * −2x is the rule of −x² alone. The chain rule adds a factor: the derivative of exp, y itself")
    if np.shape(got) != g.shape:
        raise Wrong(f"a gradient has the shape of its input: {g.shape} is needed, and {np.shape(got)} came")
    i = int(np.argmax(np.abs(np.asarray(got, float) - g * local)))
    raise Wrong(
        f"at x = {shown(AT[i])} with g = {shown(g[i])} your rule gives {shown(got[i])}; moving x a little says "
        f"{shown(g[i] * local[i])}"
    )


def _same(a: Any, b: ndarray) -> bool:
    a = a.array if isinstance(a, Tensor) else a
    return np.shape(a) == b.shape and np.asarray(a).dtype.kind in "if" and close(a, b)


# -- 3: gradient -------------------------------------------------------------------------------------------------------


@exercise(
    hints=[
        "What may be in w.grad before backward()? What will the next call do to the tensor that you return?",
        "w.grad = None; f(w).backward(); return w.grad",
    ]
)
def gradient(answer: Any) -> str:
    """`gradient(f, w)`: ∂f(w)/∂w, whatever an earlier pass left in w.grad."""
    w = tensor(3.0, requires_grad=True)
    first = call(answer, _square, w, shown="gradient(f, w)")
    _is_gradient(first, "w * w", 9, 6)
    second = call(answer, _square, w, shown="gradient(f, w)")
    require(
        not close(number(second, "the second call"), 12),
        "the first call gives 6, the second 12: w.grad still held the first gradient, and backward() adds to it",
    )
    _is_gradient(call(answer, _cube, w, shown="gradient(f, w)"), "w * w * w", 27, 27)
    require(
        close(number(first, "the first result"), 6),
        f"a later call changed the first result, 6, to {shown(first)}: both are the same tensor, w.grad. "
        "Set w.grad = None instead of writing into it, or return a copy",
    )
    _survives_a_leftover(answer, w)
    return "the gradient of w * w at w = 3 is 6 at every call, whatever was in w.grad"


def _square(w: Tensor) -> Tensor:
    return w * w


def _cube(w: Tensor) -> Tensor:
    return w * w * w


def _is_gradient(result: Any, formula: str, value: float, right: float) -> None:
    got = number(result, "gradient(f, w)")
    if close(got, right):
        return
    require(
        not close(got, value), f"for f(w) = {formula} at w = 3 you return {value}, which is f(w), not its derivative"
    )
    raise Wrong(f"for f(w) = {formula} at w = 3 you return {shown(got)}, and the derivative is {right}")


def _survives_a_leftover(answer: Any, w: Tensor) -> None:
    w.grad = tensor(100.0)
    got = number(call(answer, _square, w, shown="gradient(f, w)"), "gradient(f, w)")
    require(
        not close(got, 106),
        "100 was left in w.grad before the call, and came back in the result: clear w.grad before you call backward()",
    )
    require(close(got, 6), f"with 100 left in w.grad before the call, your result is {shown(got)} instead of 6")
