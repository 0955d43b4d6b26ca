"""Adam and AdamW: every parameter gets a learning rate of its own, from how large its gradients have been lately."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import add, divide, multiply, ndarray, negative, subtract

from ..autograd.constants import constants
from ..tensors import Tensor, from_numpy
from .optimizer import Group, Optimizer, Params


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
        foreach, capturable, differentiable, fused: PyTorch's other implementations. There is one here: they stay off.

    Raises:
        ValueError: an option out of its range, parameters that cannot be optimized (see `Optimizer`).

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
        _check(lr, betas, eps, weight_decay)
        if foreach or capturable or differentiable or fused:
            raise NotImplementedError(
                "foreach, capturable, differentiable and fused choose among PyTorch's implementations of Adam. Here "
                "there is one, NumPy in place: leave them out."
            )
        defaults = {
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
        self._scratch: dict[Tensor, tuple[ndarray, ndarray]] = {}
        super().__init__(params, defaults)

    def update(self, group: Group) -> None:
        (beta1, beta2), lr, decay = group["betas"], float(group["lr"]), group["weight_decay"]
        for p in group["params"]:
            g = p._grad  # an array, until somebody asks for the tensor
            if g is None:
                continue
            x, g = p.array, g if type(g) is ndarray else g.array
            state, (t, u) = self._state_of(p, group), self._scratch_of(p)
            b1, b2, rest1, rest2 = constants(x.dtype, beta1, beta2, 1 - beta1, 1 - beta2)
            if group["maximize"]:
                g = negative(g, u)
            if decay and group["decoupled_weight_decay"]:
                multiply(x, x.dtype.type(1 - lr * decay), x)
            elif decay:
                g = add(g, multiply(x, x.dtype.type(decay), t), u)
            m, v = state["exp_avg"].array, state["exp_avg_sq"].array
            multiply(m, b1, m)
            add(m, multiply(g, rest1, t), m)
            multiply(v, b2, v)
            multiply(g, g, t)
            add(v, multiply(t, rest2, t), v)
            if group["amsgrad"]:
                largest = state["max_exp_avg_sq"].array
                v = np.maximum(largest, v, out=largest)
            # lr · m̂ / (√v̂ + eps), with the corrections of m and v drawn together, so that fewer passes are needed
            correction = (1 - beta2 ** state["step"].item()) ** 0.5
            step = lr / (1 - beta1 ** state["step"].item()) * correction
            np.sqrt(v, t)
            add(t, x.dtype.type(group["eps"] * correction), t)
            divide(m, t, t)
            subtract(x, multiply(t, x.dtype.type(step), t), x)

    def _state_of(self, p: Tensor, group: Group) -> dict[str, Any]:
        """The state of a parameter, with this step counted."""
        state = self.state[p]
        if not state:
            state["step"] = from_numpy(np.zeros((), np.float32))
            state["exp_avg"], state["exp_avg_sq"] = (from_numpy(np.zeros_like(p.array)) for _ in range(2))
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = from_numpy(np.zeros_like(p.array))
        state["step"].array += 1
        return state

    def _scratch_of(self, p: Tensor) -> tuple[ndarray, ndarray]:
        """Two arrays like a parameter, for what is only needed within a step. The second is seldom touched."""
        scratch = self._scratch.get(p)
        if scratch is None or scratch[0].dtype != p.array.dtype:
            scratch = self._scratch[p] = (np.empty_like(p.array), np.empty_like(p.array))
        return scratch


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


def _check(lr: float | Tensor, betas: tuple[float, float], eps: float, weight_decay: float) -> None:
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor lr must be 1-element, but has {lr.numel()}")
    if lr < 0:
        raise ValueError(f"Invalid learning rate: {lr}")
    if eps < 0:
        raise ValueError(f"Invalid epsilon value: {eps}")
    for i, beta in enumerate(betas):
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
    if weight_decay < 0:
        raise ValueError(f"Invalid weight_decay value: {weight_decay}")
