"""Schedulers along a cosine: CosineAnnealingLR and CosineAnnealingWarmRestarts.

Loshchilov and Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts".
"""

from __future__ import annotations

import math
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, values


class CosineAnnealingLR(LRScheduler):
    """Falls from the first learning rate to `eta_min` along half a cosine of `T_max` steps, and rises again.

    (PyTorch: torch.optim.lr_scheduler.CosineAnnealingLR)

        lr = eta_min + ½ (initial lr − eta_min) (1 + cos(π t / T_max))

    Each step scales what is above `eta_min`, so that it can be chained with other schedulers.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = mg.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=3)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(f"{scheduler.get_last_lr()[0]:.2f}")
    0.75
    0.25
    0.00
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def rates(self) -> list[Any]:
        t, rates = self.last_epoch, values(self.optimizer, "lr")
        if self._is_initial:
            return rates
        if self._step_count == 1 and t > 0:
            return self.closed_form()
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # at the bottom there is nothing to scale
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - self.eta_min) * rise for base, rate in zip(self.base_lrs, rates, strict=True)]
        ratio = self._height(t) / self._height(t - 1)
        return [ratio * (rate - self.eta_min) + self.eta_min for rate in rates]

    def closed_form(self) -> list[Any]:
        return annealed(self.base_lrs, self.eta_min, self.last_epoch / self.T_max)

    def _height(self, t: int) -> float:
        return 1 + math.cos(math.pi * t / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Falls along half a cosine, and begins again. (PyTorch: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts)

        lr = eta_min + ½ (initial lr − eta_min) (1 + cos(π T_cur / T_i))

    Arguments:
        T_0: the length of the first fall.
        T_mult: how many times as long each further one is.
        eta_min: the smallest learning rate.

    Raises:
        ValueError: a length that is no positive integer, a multiple below 1, an `eta_min` that is no number, a step
            before the beginning.

    `step(epoch)` goes to a point of time, which may be a fraction: `step(epoch + batch / batches)`.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = mg.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    >>> for _ in range(5):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(f"{scheduler.get_last_lr()[0]:.2f}")
    0.50
    1.00
    0.85
    0.50
    0.15
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def rates(self) -> list[Any]:
        return annealed(self.base_lrs, self.eta_min, self.T_cur / self.T_i)

    def step(self, epoch: float | None = None) -> None:
        """Goes on by one step, or to a point of time, which may be a fraction of an epoch."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        else:
            self.T_cur, self.T_i = self._place(epoch)
        self.last_epoch = math.floor(epoch)
        with self._asking():
            self._write(self.get_lr())

    def _place(self, epoch: float) -> tuple[float, int]:
        """How far into a fall a point of time lies, and how long that fall is."""
        if epoch < self.T_0:
            return epoch, self.T_0
        if self.T_mult == 1:
            return epoch % self.T_0, self.T_i
        falls = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
        begin = self.T_0 * (self.T_mult**falls - 1) / (self.T_mult - 1)
        return epoch - begin, self.T_0 * self.T_mult**falls


def annealed(base_lrs: list[Any], eta_min: float, way: float) -> list[Any]:
    """The learning rates after a part of the way down a half cosine, 0 to 1."""
    height = (1 + math.cos(math.pi * way)) / 2
    return [eta_min + (base - eta_min) * height for base in base_lrs]
