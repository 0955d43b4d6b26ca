"""SGD: stochastic gradient descent, the first optimizer. Every parameter takes a small step against its gradient."""

from __future__ import annotations

from typing import Any

from numpy import add, multiply, subtract

from ..tensors import Tensor
from ..tensors.record import wrap
from .groups import Group, Params, check_options
from .optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where it is wanted. (PyTorch: torch.optim.SGD)

        g ← gradient + weight_decay · p           (−gradient, to maximize)
        v ← momentum · v + (1 − dampening) · g    (the first time v ← g)
        p ← p − lr · v                            (without momentum g instead of v, with nesterov g + momentum · v)

    The arithmetic is in place. The options may change between steps, in `param_groups`.

    Arguments:
        params: tensors, (name, tensor) pairs, or groups: dicts with "params" and options of their own.
        lr: the learning rate, how far a step goes.
        momentum: how much of the last step goes into the next (Sutskever et al. 2013, "On the importance of
            initialization and momentum in deep learning"; Nesterov's variant is from there too).
        weight_decay: how strongly parameters are pulled towards 0.
        maximize: climb instead of descending.
        foreach, fused: which of PyTorch's implementations to use. All compute the same, and here there is one.
        differentiable: False; a step is not recorded.

    Raises:
        ValueError: a negative option, Nesterov momentum without momentum or with dampening, parameters that cannot
            be optimized (see `Optimizer`).
        NotImplementedError: `differentiable`.

    >>> import micrograd_nb as mg
    >>> p = mg.tensor([1.0], requires_grad=True)
    >>> optimizer = mg.optim.SGD([p], lr=0.1)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     (p * p).sum().backward()
    ...     optimizer.step()
    >>> p  # 0.8 · 0.8 · 0.8
    tensor([0.5120], requires_grad=True)
    """

    def __init__(
        self,
        params: Params,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_options(lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults: dict[str, Any] = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        momentum, dampening, nesterov = group["momentum"], group["dampening"], group["nesterov"]
        for p, x, g, t, lr, (mu, fresh) in self.each(group, momentum, 1 - dampening):
            if momentum:
                if (buffer := self.state[p].get("momentum_buffer")) is None:
                    self.state[p]["momentum_buffer"] = wrap(v := g.copy())
                else:
                    multiply(v := buffer.array, mu, v)
                    add(v, multiply(g, fresh, t) if dampening else g, v)
                g = add(g, multiply(v, mu, t), t) if nesterov else v
            subtract(x, multiply(g, lr, t), x)
