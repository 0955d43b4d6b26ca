"""SGD: stochastic gradient descent, the first optimizer. Every parameter takes a small step against its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import add, multiply, ndarray, negative, subtract

from ..autograd import tracing
from ..autograd.constants import constants
from ..tensors import Tensor
from ..tensors.record import wrap
from .optimizer import Group, Optimizer, Params


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
        foreach, differentiable, fused: PyTorch's other implementations. There is one here, so they stay off.

    Raises:
        ValueError: a negative option, Nesterov momentum without momentum or with dampening, parameters that cannot
            be optimized (see `Optimizer`).

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
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        _check_not_negative(lr, momentum, weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        if foreach or differentiable or fused:
            raise NotImplementedError(
                "foreach, differentiable and fused choose among PyTorch's implementations of SGD. Here there is one, "
                "NumPy in place: leave them out."
            )
        defaults = {
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
        self._scratch: dict[Tensor, ndarray] = {}
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        momentum, dampening, nesterov = group["momentum"], group["dampening"], group["nesterov"]
        as_it_is = not (group["weight_decay"] or group["maximize"])
        state, scratch, dtype = self.state, self._scratch, None
        for p in group["params"]:
            g = p._grad  # an array, until somebody asks for the tensor
            if type(g) is not ndarray:
                if g is None:
                    continue
                g = p.grad.array
            x = p.array
            t: Any = scratch.get(p)
            if x.dtype is not dtype:
                dtype = x.dtype
                lr = tracing.number(group, "lr", dtype)
                mu, fresh = constants(dtype, momentum, 1 - dampening)
            if type(t) is not type(x) or t.dtype is not dtype:
                t = scratch[p] = np.empty_like(x)
            if not as_it_is:
                g = _decayed(x, g, t, group)
            if momentum:
                buffer = state[p].get("momentum_buffer")
                if buffer is None:
                    state[p]["momentum_buffer"] = wrap(v := g.copy())
                else:
                    multiply(v := buffer.array, mu, v)
                    add(v, multiply(g, fresh, t) if dampening else g, v)
                g = add(g, v * mu, t) if nesterov else v
            subtract(x, multiply(g, lr, t), x)


def _decayed(x: ndarray, g: ndarray, t: ndarray, group: Group) -> ndarray:
    """The gradient, turned round to maximize, plus weight_decay · x. Written into t."""
    if not group["weight_decay"]:
        return negative(g, t)
    (decay,) = constants(x.dtype, float(group["weight_decay"]))
    multiply(x, decay, t)
    return subtract(t, g, t) if group["maximize"] else add(t, g, t)


def _check_not_negative(lr: float | Tensor, momentum: float, weight_decay: float) -> None:
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor lr must be 1-element, but has {lr.numel()}")
    if lr < 0:
        raise ValueError(f"Invalid learning rate: {lr}")
    if momentum < 0:
        raise ValueError(f"Invalid momentum value: {momentum}")
    if weight_decay < 0:
        raise ValueError(f"Invalid weight_decay value: {weight_decay}")
