"""NAdam: Adam that looks ahead, with Nesterov's momentum."""

from __future__ import annotations

from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from ..autograd import tracing
from ..tensors import Tensor
from .arithmetic import count, lerp, lerp_square
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class NAdam(Optimizer):
    """Adam with Nesterov's momentum. (PyTorch: torch.optim.NAdam)

    Dozat 2016, "Incorporating Nesterov Momentum into Adam".

        g ← gradient + weight_decay · p                      (−gradient, to maximize)
        m ← β₁ · m + (1 − β₁) · g
        v ← β₂ · v + (1 − β₂) · g²
        d ← √(v / (1 − β₂^step)) + eps
        p ← p − lr · (1 − μ) / (1 − M) · g / d               μ of this step, and M, the product of all up to it
        p ← p − lr · μ′ / (1 − M · μ′) · m / d               μ′ of the next step
            μ = β₁ · (1 − ½ · 0.96^(step · momentum_decay))

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate.
        betas: β₁ and β₂, how much of the averages of the gradient and of its square is kept at each step.
        eps: keeps the denominator from being 0.
        weight_decay: how strongly parameters are pulled towards 0.
        momentum_decay: how fast μ grows towards β₁.
        decoupled_weight_decay: shrink the weights themselves, p ← p · (1 − lr · weight_decay), as AdamW does.
        maximize: climb instead of descending.
        foreach: which of PyTorch's implementations to use. All compute the same, and here there is one.
        capturable, differentiable: False; there are no CUDA graphs here, and a step is not recorded.

    Raises:
        ValueError: a negative option, a beta outside of [0, 1), parameters that cannot be optimized (see `Optimizer`).
        NotImplementedError: `capturable`, `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = mg.optim.NAdam([p], lr=0.1)
    >>> (p * mg.tensor([100.0, 0.01])).sum().backward()
    >>> optimizer.step()
    >>> p
    tensor([0.8944, 0.8944], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults: dict[str, Any] = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        beta1, beta2 = group["betas"]
        for p, x, g, t, lr, (rest1, kept2, rest2, eps) in self.each(group, 1 - beta1, beta2, 1 - beta2, group["eps"]):
            state = self.state[p] or self.begin(p, "exp_avg", "exp_avg_sq", mu_product=1)
            m, v, product = state["exp_avg"].array, state["exp_avg_sq"].array, state["mu_product"].array
            step = count(state["step"])
            (mu,) = tracing.variables(momentum, product.dtype, beta1, group["momentum_decay"], step)
            multiply(product, mu, product)
            rates = lr, beta1, beta2, group["momentum_decay"], step, product
            debias, rate_of_g, rate_of_m = tracing.variables(corrected, x.dtype, *rates)

            lerp(m, g, rest1, t)
            lerp_square(v, g, kept2, rest2, t)
            d = add(sqrt(multiply(v, debias, t), t), eps, t)
            u = divide(g, d, self.spare(p))
            subtract(x, multiply(u, rate_of_g, u), x)
            subtract(x, multiply(divide(m, d, t), rate_of_m, t), x)


def momentum(beta1: float, momentum_decay: float, step: float) -> tuple[float]:
    """μ of a step: about half of β₁ at first, and β₁ in the end."""
    return (beta1 * (1 - 0.5 * 0.96 ** (float(step) * momentum_decay)),)


def corrected(
    lr: float, beta1: float, beta2: float, momentum_decay: float, step: float, product: float
) -> tuple[float, float, float]:
    """What v is multiplied by, for it starts at 0; and the learning rates of the gradient and of its average."""
    lr, step, product = float(lr), float(step), float(product)
    (mu,), (next_mu,) = (momentum(beta1, momentum_decay, t) for t in (step, step + 1))
    return 1 / (1 - beta2**step), lr * (1 - mu) / (1 - product), lr * next_mu / (1 - product * next_mu)
