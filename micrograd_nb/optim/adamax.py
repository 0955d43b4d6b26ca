"""Adamax: Adam with the largest gradient instead of the root of the mean square."""

from __future__ import annotations

from typing import Any

from numpy import absolute, add, divide, maximum, multiply, subtract

from ..autograd import tracing
from ..tensors import Tensor
from .arithmetic import count, lerp
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class Adamax(Optimizer):
    """Adam with the infinity norm: steps that are never longer than lr. (PyTorch: torch.optim.Adamax)

    Kingma and Ba 2014, "Adam: A Method for Stochastic Optimization", section 7.1.

        g ← gradient + weight_decay · p                (−gradient, to maximize)
        m ← β₁ · m + (1 − β₁) · g
        u ← max(β₂ · u, |g| + eps)
        p ← p − lr / (1 − β₁^step) · m / u

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate.
        betas: β₁ and β₂, how much of the average and of the largest gradient is kept at each step.
        eps: keeps the denominator from being 0.
        weight_decay: how strongly parameters are pulled towards 0.
        maximize: climb instead of descending.
        foreach: which of PyTorch's implementations to use. All compute the same, and here there is one.
        capturable, differentiable: False; there are no CUDA graphs here, and a step is not recorded.

    Raises:
        ValueError: a negative option, a beta outside of [0, 1), parameters that cannot be optimized (see `Optimizer`).
        NotImplementedError: `capturable`, `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = mg.optim.Adamax([p], lr=0.1)
    >>> (p * mg.tensor([100.0, 0.01])).sum().backward()
    >>> optimizer.step()
    >>> p
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_options(lr, betas=betas, eps=eps, weight_decay=weight_decay)
        defaults: dict[str, Any] = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        beta1, beta2 = group["betas"]
        for p, x, g, t, lr, (kept, rest, eps) in self.each(group, beta2, 1 - beta1, group["eps"]):
            state = self.state[p] or self.begin(p, "exp_avg", "exp_inf")
            m, u = state["exp_avg"].array, state["exp_inf"].array
            (rate,) = tracing.variables(corrected, x.dtype, lr, beta1, count(state["step"]))
            lerp(m, g, rest, t)
            maximum(multiply(u, kept, u), add(absolute(g, t), eps, t), out=u)
            subtract(x, multiply(divide(m, u, t), rate, t), x)


def corrected(lr: float, beta1: float, step: float) -> tuple[float]:
    """The learning rate with the correction for an average that starts at 0: m / (1 − β₁^step) is not biased."""
    return (float(lr) / (1 - beta1 ** float(step)),)
