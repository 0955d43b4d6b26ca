"""The exercises of lesson 2.3.1: a training loop with a bug, and momentum by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import ndarray

from ..nn import Linear, MSELoss
from ..optim import SGD
from ..tensors import Tensor, from_numpy, tensor
from .check import NotYet, Wrong, call, close, exercise, kind, require, shown

# -- 1: fit ------------------------------------------------------------------------------------------------------------

STEPS = 4
LR = 0.1
LEFTOVER = 3.0  # the gradient that an earlier training left behind


@exercise(
    hints=[
        "backward() adds to .grad. How often is .grad cleared here, and how often should it be?",
        "Move optimizer.zero_grad() into the loop, before backward().",
    ]
)
def fit(answer: Any) -> str:
    """`fit(net, batches, loss_fn, optimizer)`: the loop that zeroes the gradients before every step."""
    net, losses = _trained(lambda *training: call(answer, *training, shown="fit(net, batches, loss_fn, optimizer)"))
    _moved_as_it_should(net.weight.array)
    _are_losses(losses)
    return f"after {STEPS} steps the parameters are where {STEPS} steps, each by its own gradient, take them"


def _moved_as_it_should(got: ndarray) -> None:
    """Compares the weight with those of the right loop and of the loops that go wrong in a known way."""
    if close(got, _weight_after(_right)):
        return
    if close(got, _weight_after(_zero_before_the_loop)):
        raise NotYet("step 2 follows the sum of two gradients, and step 3 of three. Which line should prevent that?")
    if close(got, _weight_after(_no_zero)):
        raise Wrong(
            "nothing clears the gradients now, not even what was in .grad before: the line zero_grad() is needed, in "
            "another place"
        )
    if close(got, _weight_after(_zero_before_step)):
        raise Wrong(
            "the parameters have not moved: zero_grad() stands between backward() and step(), and wipes out what "
            "step() needs"
        )
    if close(got, _weight_after(_zero_after_step)):
        raise Wrong(
            "the first step is wrong, the others are right: zero_grad() comes after step(), and a gradient was left in "
            ".grad before the training. Clear it before each backward()"
        )
    if close(got, _weight_after(_one_step)):
        raise Wrong(f"there were {STEPS} batches and one step: is `return` or step() at the right indentation?")
    raise Wrong("the parameters are not where they should be: each batch needs all five lines, each once, in order")


def _are_losses(losses: Any) -> None:
    require(isinstance(losses, list), f"fit should return the list of losses, and returns {kind(losses)}")
    require(len(losses) == STEPS, f"fit should return {STEPS} losses, one for each batch, and returns {len(losses)}")
    require(
        not any(isinstance(loss, Tensor) for loss in losses),
        "the losses are tensors, and each keeps its graph: keep the number, loss.item()",
    )


def _trained(train: Callable[..., Any]) -> tuple[Linear, Any]:
    """A small model after a training, and what the training returned."""
    net = Linear(2, 1, bias=False)
    net.weight.array[...] = [[0.5, -0.5]]
    net.weight.grad = tensor([[LEFTOVER, LEFTOVER]])
    rows = np.arange(4 * STEPS, dtype=np.float32).reshape(STEPS, 2, 2) % 5 - 2
    batches = [(from_numpy(x), from_numpy(x.sum(1, keepdims=True))) for x in rows]
    return net, train(net, batches, MSELoss(), SGD(net.parameters(), lr=LR))


def _weight_after(train: Callable[..., Any]) -> ndarray:
    return _trained(train)[0].weight.array


def _right(net: Any, batches: Any, loss_fn: Any, optimizer: Any) -> None:
    for images, labels in batches:
        optimizer.zero_grad()
        loss_fn(net(images), labels).backward()
        optimizer.step()


def _zero_before_the_loop(net: Any, batches: Any, loss_fn: Any, optimizer: Any) -> None:
    optimizer.zero_grad()
    _no_zero(net, batches, loss_fn, optimizer)


def _no_zero(net: Any, batches: Any, loss_fn: Any, optimizer: Any) -> None:
    for images, labels in batches:
        loss_fn(net(images), labels).backward()
        optimizer.step()


def _zero_before_step(*training: Any) -> None:
    """Every gradient is forgotten before it is used: nothing moves."""


def _zero_after_step(net: Any, batches: Any, loss_fn: Any, optimizer: Any) -> None:
    for images, labels in batches:
        loss_fn(net(images), labels).backward()
        optimizer.step()
        optimizer.zero_grad()


def _one_step(net: Any, batches: Any, loss_fn: Any, optimizer: Any) -> None:
    _right(net, batches[:1], loss_fn, optimizer)


# -- 2: momentum -------------------------------------------------------------------------------------------------------

MU = 0.9
GRADIENTS = ([1.0, -2.0], [0.5, 1.0], [-1.0, 4.0])

Step = Callable[[ndarray, ndarray, ndarray], tuple[ndarray, ndarray]]

MISTAKES: list[tuple[Step, str]] = [
    (lambda p, v, g: (p - LR * g, g), "this is SGD without momentum: v forgets what it was. Keep mu times the old v"),
    (lambda p, v, g: (p - LR * g, MU * v + g), "v is right, and p moves by the gradient alone: move it by the new v"),
    (lambda p, v, g: (p - LR * v, MU * v + g), "v is right, and p moves by the old v: compute the new v first"),
    (lambda p, v, g: (p + LR * (MU * v + g), MU * v + g), "v is right, and p climbs: it should move against v"),
    (lambda p, v, g: (p - (MU * v + g), MU * v + g), "v is right, and p moves by all of v: only lr times v"),
    (
        lambda p, v, g: (p - LR * (MU * v + (1 - MU) * g), MU * v + (1 - MU) * g),
        "this is a running mean, mu * v + (1 - mu) * g. Here the whole gradient is added: mu * v + g",
    ),
    (
        lambda p, v, g: (p - MU * v - LR * g, MU * v + LR * g),
        "p is right, and your v holds the learning rate already: leave lr out of v, and put it into the move of p",
    ),
    (
        lambda p, v, g: (p - LR * (g + MU * (MU * v + g)), MU * v + g),
        "v is right, and p looks one step ahead: this is Nesterov's momentum. Move p by lr * v",
    ),
    (lambda p, v, g: (MU * v + g, p - LR * (MU * v + g)), "both are right, in the wrong order: return p, v"),
]


@exercise(
    hints=[
        "Two lines, one for each formula, in the order of the formulas. p moves by the new v.",
        "v = mu * v + g, then return p - lr * v, v",
    ]
)
def momentum(answer: Any) -> str:
    """`momentum(p, v, g, lr, mu)`: the new parameter and the new velocity."""
    p, v = tensor([1.0, 2.0]), tensor([0.0, 0.0])
    for number, gradient in enumerate(GRADIENTS, 1):
        g = tensor(gradient)
        old = p.array.copy(), v.array.copy(), g.array.copy()
        p, v = _pair(call(answer, p, v, g, LR, MU, shown="momentum(p, v, g, lr, mu)"))
        if number > 1:  # in the first step v is 0, and many a mistake does not show
            _is_a_step(p, v, old, number)
    _agrees_with_sgd(p)
    return f"after {len(GRADIENTS)} steps your p is that of optim.SGD(..., momentum={MU})"


def _pair(returned: Any) -> tuple[Tensor, Tensor]:
    is_pair = isinstance(returned, (tuple, list)) and len(returned) == 2
    require(is_pair, f"momentum should return two things, the new p and the new v, and returns {kind(returned)}")
    if any(x is ... for x in returned):
        raise NotYet("p or v is still open")
    for name, x in zip("pv", returned, strict=True):
        fits = isinstance(x, Tensor) and x.shape == (2,)
        require(fits, f"the new {name} should be a tensor of shape (2,) like the old one, and is {kind(x)}")
    return returned[0], returned[1]


def _is_a_step(p: Tensor, v: Tensor, old: tuple[ndarray, ndarray, ndarray], number: int) -> None:
    new_v = MU * old[1] + old[2]
    if _are((p, v), (old[0] - LR * new_v, new_v)):
        return
    for mistake, diagnosis in MISTAKES:
        if _are((p, v), mistake(*old)):
            raise Wrong(diagnosis)
    if not close(v.array, new_v):
        raise Wrong(f"in step {number} the new v is {shown(v)}, and mu * v + g is {shown(new_v)}")
    raise Wrong(f"v is right; in step {number} the new p is {shown(p)}, and p - lr * v is {shown(old[0] - LR * new_v)}")


def _are(got: tuple[Tensor, Tensor], wanted: tuple[ndarray, ndarray]) -> bool:
    return close(got[0].array, wanted[0]) and close(got[1].array, wanted[1])


def _agrees_with_sgd(got: Tensor) -> None:
    """The first step too, which `_is_a_step` leaves out: compares with the real optimizer from start to end."""
    p = tensor([1.0, 2.0], requires_grad=True)
    optimizer = SGD([p], lr=LR, momentum=MU)
    for gradient in GRADIENTS:
        p.grad = tensor(gradient)
        optimizer.step()
    require(
        close(got.array, p.array),
        f"after {len(GRADIENTS)} steps p is {shown(got)}, and that of optim.SGD is {shown(p)}: the first step, with "
        "v = 0, is wrong",
    )
