"""RMSprop: like Adagrad, but old gradients are forgotten, so that the steps do not shrink to nothing."""

from __future__ import annotations

from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from ..tensors import Tensor
from .arithmetic import count, lerp, lerp_square
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class RMSprop(Optimizer):
    """Divides the gradient by the root mean square of the last ones. (PyTorch: torch.optim.RMSprop)

    Hinton 2012, lecture 6e of "Neural Networks for Machine Learning"; centered as in Graves 2013, "Generating Sequences
    With Recurrent Neural Networks".

        g ← gradient + weight_decay · p            (−gradient, to maximize)
        v ← alpha · v + (1 − alpha) · g²
        u ← g / (√v + eps)                         centered: √(v − a²), with a ← alpha · a + (1 − alpha) · g
        p ← p − lr · u                             with momentum: b ← momentum · b + u, and b instead of u

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate.
        alpha: how much of the average of the squares is kept at each step.
        eps: keeps the denominator from being 0.
        weight_decay: how strongly parameters are pulled towards 0.
        momentum: how much of the last step goes into the next.
        centered: divide by the standard deviation of the gradients instead.
        maximize: climb instead of descending.
        foreach: which of PyTorch's implementations to use. All compute the same, and here there is one.
        capturable, differentiable: False; there are no CUDA graphs here, and a step is not recorded.

    Raises:
        ValueError: a negative option, parameters that cannot be optimized (see `Optimizer`).
        NotImplementedError: `capturable`, `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = mg.optim.RMSprop([p], lr=0.01)
    >>> (p * mg.tensor([100.0, 0.01])).sum().backward()
    >>> optimizer.step()
    >>> p
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults: dict[str, Any] = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        alpha, momentum, centered = group["alpha"], group["momentum"], group["centered"]
        names = ["square_avg", *["momentum_buffer"] * (momentum > 0), *["grad_avg"] * centered]
        for p, x, g, t, lr, (kept, rest, eps, mu) in self.each(group, alpha, 1 - alpha, group["eps"], momentum):
            state = self.state[p] or self.begin(p, *names)
            count(state["step"])
            v = state["square_avg"].array
            lerp_square(v, g, kept, rest, t)
            if centered:
                lerp(a := state["grad_avg"].array, g, rest, t)
                sqrt(subtract(v, multiply(a, a, t), t), t)
            else:
                sqrt(v, t)
            u = divide(g, add(t, eps, t), t)
            if momentum > 0:
                b = state["momentum_buffer"].array
                u = add(multiply(b, mu, b), u, b)
            subtract(x, multiply(u, lr, t), x)
