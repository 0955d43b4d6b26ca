"""Adam and AdamW: every parameter gets a learning rate of its own, from how large its gradients have been lately."""

from __future__ import annotations

from typing import Any

from numpy import add, divide, maximum, multiply, sqrt, subtract

from ..autograd import tracing
from ..tensors import Tensor
from .arithmetic import count, lerp, lerp_square
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class Adam(Optimizer):
    """Adaptive moment estimation. (PyTorch: torch.optim.Adam; Kingma and Ba 2015, arXiv 1412.6980)

        g ← gradient + weight_decay · p           (−gradient, to maximize)
        m ← β₁ m + (1 − β₁) g                     the mean of the gradients lately
        v ← β₂ v + (1 − β₂) g²                    the mean of their squares
        p ← p − lr · m̂ / (√v̂ + eps)               m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), for both begin at 0

    The arithmetic is in place. The options may change between steps, in `param_groups`.

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate: about how far each number goes in a step, whatever the size of its gradient.
        betas: (β₁, β₂), how slowly the means forget.
        eps: against a division by 0.
        weight_decay: how strongly parameters are pulled towards 0.
        amsgrad: divide by the largest √v̂ so far (Reddi et al. 2018, arXiv 1904.09237).
        maximize: climb instead of descending.
        decoupled_weight_decay: the pull does not go into m and v: AdamW.
        foreach, fused: which of PyTorch's implementations to use. All compute the same, and here there is one.
        capturable, differentiable: False; there are no CUDA graphs here, and a step is not recorded.

    Raises:
        ValueError: a negative option, a beta outside of [0, 1), parameters that cannot be optimized (see `Optimizer`).
        NotImplementedError: `capturable`, `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0, 100.0], requires_grad=True)
    >>> optimizer = mg.optim.Adam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> optimizer.step()
    >>> p  # one step as far as the other
    tensor([ 0.9000, 99.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_options(lr, betas=betas, eps=eps, weight_decay=weight_decay)
        defaults: dict[str, Any] = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        beta1, beta2 = group["betas"]
        averages = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq") if group["amsgrad"] else ("exp_avg", "exp_avg_sq")
        for p, x, g, t, lr, (rest1, kept2, rest2) in self.each(group, 1 - beta1, beta2, 1 - beta2):
            state = self.state[p] or self.begin(p, *averages)
            m, v, step = state["exp_avg"].array, state["exp_avg_sq"].array, count(state["step"])
            rate, eps = tracing.variables(corrected, x.dtype, lr, beta1, beta2, group["eps"], step)
            lerp(m, g, rest1, t)
            lerp_square(v, g, kept2, rest2, t)
            if group["amsgrad"]:
                largest = state["max_exp_avg_sq"].array
                v = maximum(largest, v, out=largest)
            add(sqrt(v, t), eps, t)
            subtract(x, multiply(divide(m, t, t), rate, t), x)


def corrected(lr: float, beta1: float, beta2: float, eps: float, step: float) -> tuple[float, float]:
    """lr and eps such that lr · m / (√v + eps) is the step with m̂ and v̂: two numbers instead of two more passes."""
    correction = (1 - beta2 ** float(step)) ** 0.5
    return float(lr) / (1 - beta1 ** float(step)) * correction, eps * correction


class AdamW(Adam):
    """Adam with decoupled weight decay: the pull towards 0 is the same for all. (PyTorch: torch.optim.AdamW)

        p ← p − lr · weight_decay · p, then as Adam, without the decay

    (Loshchilov and Hutter 2019, arXiv 1711.05101) The arguments are those of `Adam`.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.Linear(2, 1)
    >>> mg.optim.AdamW(layer.parameters()).param_groups[0]["weight_decay"]
    0.01
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )
