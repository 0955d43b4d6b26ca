"""The checkers of lesson 2.3.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import defining_and_training as exercises
from micrograd_nb.teaching.solutions import defining_and_training as solutions
from tests import ROOT
from tests.exercises.cases import failures, source_of

LESSON = ROOT / "lessons" / "02_3_1_defining_and_training.ipynb"


def stub(name: str) -> Any:
    """What the lesson gives to begin with."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    found: dict[str, Any] = {}
    exec(cells[name], found)
    return list(found.values())[-1]


# -- fit ---------------------------------------------------------------------------------------------------------------

FIT = source_of(solutions.fit)
ZERO, BACKWARD, STEP = (
    f"        {line}\n" for line in ("optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
)


def fit_with(old: str, new: str = "") -> Callable[..., Any]:
    """The right loop, with one place written in another way."""
    assert old in FIT
    found: dict[str, Any] = {}
    exec(FIT.replace(old, new), found)
    return found["fit"]


def test_fit() -> None:
    mistakes = [
        (fit_with(ZERO), "nothing clears the gradients now"),
        (fit_with(STEP, ZERO + STEP), "wipes out what step() needs"),
        (fit_with(BACKWARD + STEP, BACKWARD + STEP + STEP), "each batch needs all five lines, each once"),
        (fit_with("    return losses", "        return losses"), "4 batches and one step"),
        (fit_with("    return losses", "    return net"), "returns a Linear"),
        (fit_with("        losses.append", "    losses.append"), "returns 1"),
        (fit_with("loss.item()", "loss"), "each keeps its graph"),
        (fit_with(BACKWARD, "        los.backward()\n"), "NameError"),
    ]
    after_the_step = FIT.replace(ZERO, "").replace(STEP, STEP + ZERO)
    mistakes.append((fit_with(FIT, after_the_step), "a gradient was left in .grad before the training"))
    stubs = [stub("exercise-1-stub"), lambda net, batches, loss_fn, optimizer: None, ...]
    right = [
        solutions.fit,
        fit_with("optimizer.zero_grad()", "net.zero_grad()"),
        fit_with("zero_grad()", "zero_grad(set_to_none=False)"),
        fit_with(BACKWARD, ZERO + BACKWARD),
    ]
    assert list(failures(exercises.fit, stubs, mistakes, right)) == []


def test_fit_agrees_with_pytorch(torch: Any) -> None:
    """The right loop reaches what PyTorch reaches with the same batches."""
    seen: list[Any] = []

    def spy(net: Any, batches: Any, loss_fn: Any, optimizer: Any) -> Any:
        start = net.weight.array.copy()
        losses = solutions.fit(net, batches, loss_fn, optimizer)
        seen.append((start, batches, net.weight.array))
        return losses

    assert exercises.fit.verdict(spy).state == "right"
    start, batches, end = seen[0]
    weight = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=exercises.LR)
    for x, y in batches:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(torch.tensor(x.array) @ weight.T, torch.tensor(y.array)).backward()
        optimizer.step()
    np.testing.assert_allclose(end, weight.detach().numpy(), rtol=1e-5)


# -- momentum ----------------------------------------------------------------------------------------------------------


def in_place(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v.mul_(mu).add_(g)
    p.sub_(lr * v)
    return [p, v]


def without_momentum(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    return p - lr * g, g


def moves_by_g(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    return p - lr * g, mu * v + g


def moves_by_the_old_v(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    return p - lr * v, mu * v + g


def climbs(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + g
    return p + lr * v, v


def without_lr(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + g
    return p - v, v


def running_mean(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + (1 - mu) * g
    return p - lr * v, v


def lr_in_v(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + lr * g
    return p - v, v


def nesterov(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + g
    return p - lr * (g + mu * v), v


def swapped(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    return solutions.momentum(p, v, g, lr, mu)[::-1]


def another_v(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + 2 * g
    return p - lr * v, v


def another_p(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    v = mu * v + g
    return p - 2 * lr * v, v


def wrong_at_first(p: Any, v: Any, g: Any, lr: float, mu: float) -> Any:
    if not v.any():
        return p, g
    return solutions.momentum(p, v, g, lr, mu)


def test_momentum() -> None:
    mistakes = [
        (without_momentum, "SGD without momentum"),
        (moves_by_g, "moves by the gradient alone"),
        (moves_by_the_old_v, "moves by the old v"),
        (climbs, "p climbs"),
        (without_lr, "moves by all of v"),
        (running_mean, "a running mean"),
        (lr_in_v, "your v holds the learning rate already"),
        (nesterov, "Nesterov's momentum"),
        (swapped, "in the wrong order"),
        (another_v, "in step 2 the new v is"),
        (another_p, "in step 2 the new p is"),
        (wrong_at_first, "the first step, with v = 0, is wrong"),
        (lambda p, v, g, lr, mu: p - lr * g, "should return two things"),
        (lambda p, v, g, lr, mu: (1.0, 2.0), "the new p should be a tensor of shape (2,)"),
        (lambda p, v, g, lr, mu: (p - lr * w, v), "NameError"),  # type: ignore[name-defined]  # noqa: F821
    ]
    stubs = [stub("exercise-2-stub"), lambda p, v, g, lr, mu: None, lambda p, v, g, lr, mu: (..., v), None]
    assert list(failures(exercises.momentum, stubs, mistakes, [solutions.momentum, in_place])) == []


CHECKERS = [exercises.fit, exercises.momentum]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: (1, 2), lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
