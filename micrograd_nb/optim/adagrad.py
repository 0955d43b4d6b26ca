"""Adagrad: every weight has a learning rate of its own, which shrinks with all the gradients that came to it."""

from __future__ import annotations

from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from ..autograd import tracing
from ..tensors import Tensor
from .arithmetic import count
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class Adagrad(Optimizer):
    """Adaptive gradients: weights that seldom get a gradient take larger steps. (PyTorch: torch.optim.Adagrad)

    Duchi et al. 2011, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization".

        g ← gradient + weight_decay · p                     (−gradient, to maximize)
        s ← s + g²                                          at first s = initial_accumulator_value
        p ← p − lr / (1 + (step − 1) · lr_decay) · g / (√s + eps)

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate, how far the first step goes.
        lr_decay: how much the learning rate itself shrinks with each step.
        weight_decay: how strongly parameters are pulled towards 0.
        eps: keeps the denominator from being 0.
        maximize: climb instead of descending.
        foreach, fused: which of PyTorch's implementations to use. All compute the same, and here there is one.
        differentiable: False; a step is not recorded.

    Raises:
        ValueError: a negative option, parameters that cannot be optimized (see `Optimizer`).
        NotImplementedError: `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = mg.optim.Adagrad([p], lr=0.1)
    >>> (p * mg.tensor([100.0, 0.01])).sum().backward()
    >>> optimizer.step()
    >>> p  # the first step goes as far in every direction
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_options(
            lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        defaults: dict[str, Any] = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                self._begin(p)

    def _begin(self, p: Tensor) -> dict[str, Any]:
        return self.begin(p, "sum", value=self.defaults["initial_accumulator_value"])

    def update(self, group: Group) -> None:
        for p, x, g, t, lr, (eps,) in self.each(group, group["eps"]):
            state = self.state[p] or self._begin(p)
            s, step = state["sum"].array, count(state["step"])
            if group["lr_decay"]:
                (lr,) = tracing.variables(decayed, x.dtype, lr, group["lr_decay"], step)
            add(s, multiply(g, g, t), s)
            add(sqrt(s, t), eps, t)
            subtract(x, multiply(divide(g, t, t), lr, t), x)


def decayed(lr: float, lr_decay: float, step: float) -> tuple[float]:
    """The learning rate of a step; the first is number 1."""
    return (float(lr) / (1 + (float(step) - 1) * lr_decay),)
