"""RAdam: Adam that waits with its adaptive step until it has seen enough gradients to trust their variance."""

from __future__ import annotations

import math
from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from ..autograd import tracing
from ..tensors import Tensor
from .arithmetic import count, lerp, lerp_square
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class RAdam(Optimizer):
    """Rectified Adam: no warm-up of the learning rate is needed. (PyTorch: torch.optim.RAdam)

    Liu et al. 2020, "On the Variance of the Adaptive Learning Rate and Beyond".

        g ← gradient + weight_decay · p                      (−gradient, to maximize)
        m ← β₁ · m + (1 − β₁) · g
        v ← β₂ · v + (1 − β₂) · g²
        p ← p − lr / (1 − β₁^step) · m                                      while ρ ≤ 5
        p ← p − lr / (1 − β₁^step) · r · √(1 − β₂^step) · m / (√v + eps)    afterwards
            ρ = ρ∞ − 2 · step · β₂^step / (1 − β₂^step),  ρ∞ = 2 / (1 − β₂) − 1
            r = √((ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ))

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate.
        betas: β₁ and β₂, how much of the averages of the gradient and of its square is kept at each step.
        eps: keeps the denominator from being 0.
        weight_decay: how strongly parameters are pulled towards 0.
        decoupled_weight_decay: shrink the weights themselves, p ← p · (1 − lr · weight_decay), as AdamW does.
        maximize: climb instead of descending.
        foreach: which of PyTorch's implementations to use. All compute the same, and here there is one.
        capturable, differentiable: False; there are no CUDA graphs here, and a step is not recorded.

    Raises:
        ValueError: a negative option, a beta outside of [0, 1), parameters that cannot be optimized (see `Optimizer`).
        NotImplementedError: `capturable`, `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = mg.optim.RAdam([p], lr=0.01)
    >>> (p * mg.tensor([10.0, 0.01])).sum().backward()
    >>> optimizer.step()
    >>> p  # the first steps are those of SGD with momentum
    tensor([0.9000, 0.9999], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr, betas=betas, eps=eps, weight_decay=weight_decay)
        defaults: dict[str, Any] = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        beta1, beta2 = group["betas"]
        for p, x, g, t, lr, (rest1, kept2, rest2) in self.each(group, 1 - beta1, beta2, 1 - beta2):
            state = self.state[p] or self.begin(p, "exp_avg", "exp_avg_sq")
            m, v, step = state["exp_avg"].array, state["exp_avg_sq"].array, count(state["step"])
            rate, scale, shift = tracing.variables(rectified, x.dtype, lr, beta1, beta2, group["eps"], step)

            lerp(m, g, rest1, t)
            lerp_square(v, g, kept2, rest2, t)
            d = add(multiply(sqrt(v, t), scale, t), shift, t)  # √v + eps, or 1 for a start
            subtract(x, multiply(divide(m, d, t), rate, t), x)


def rectified(lr: float, beta1: float, beta2: float, eps: float, step: float) -> tuple[float, float, float]:
    """The learning rate of a step; and what to multiply √v by, and to add, so that m can be divided by it."""
    lr, step = float(lr), float(step)
    unbiased = lr / (1 - beta1**step)
    rho_inf = 2 / (1 - beta2) - 1
    rho = rho_inf - 2 * step * beta2**step / (1 - beta2**step)
    if rho <= 5:  # the variance is not to be trusted yet: divide by 0 · √v + 1
        return unbiased, 0.0, 1.0
    r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
    return unbiased * r * math.sqrt(1 - beta2**step), 1.0, eps
