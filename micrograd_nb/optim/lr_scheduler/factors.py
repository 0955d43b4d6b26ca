"""Schedulers that multiply the learning rate at each step, so that several of them can be chained.

Each says two things of step t: the ratio to the learning rate before, and the ratio to the first one, its scale.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler


class Multiplied(LRScheduler):
    """The base of these: lr ← lr · ratio(t), which makes lr = initial lr · scale(t)."""

    def ratio(self, t: int) -> float:
        """What the learning rate is multiplied by at step t."""
        raise NotImplementedError

    def scale(self, t: int) -> float:
        """What has become of the first learning rate at step t."""
        raise NotImplementedError

    def rates(self) -> list[Any]:
        ratio = self.ratio(self.last_epoch)
        return [group["lr"] * ratio for group in self.optimizer.param_groups]

    def closed_form(self) -> list[Any]:
        scale = self.scale(self.last_epoch)
        return [base * scale for base in self.base_lrs]


class StepLR(Multiplied):
    """Multiplies the learning rate by gamma every `step_size` steps. (PyTorch: torch.optim.lr_scheduler.StepLR)

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = mg.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [1.0]
    [0.5]
    [0.5]
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        return self.gamma if t > 0 and t % self.step_size == 0 else 1.0

    def scale(self, t: int) -> float:
        return self.gamma ** (t // self.step_size)


class MultiStepLR(Multiplied):
    """Multiplies the learning rate by gamma at each milestone. (PyTorch: torch.optim.lr_scheduler.MultiStepLR)

    A milestone that is given twice counts twice.
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        return self.gamma ** self.milestones[t]

    def scale(self, t: int) -> float:
        return self.gamma ** sum(milestone <= t for milestone in self.milestones.elements())


class ExponentialLR(Multiplied):
    """Multiplies the learning rate by gamma at each step. (PyTorch: torch.optim.lr_scheduler.ExponentialLR)"""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        return 1.0 if self._is_initial else self.gamma

    def scale(self, t: int) -> float:
        return self.gamma**t


class ConstantLR(Multiplied):
    """A part of the learning rate for `total_iters` steps, then all of it.

    (PyTorch: torch.optim.lr_scheduler.ConstantLR)

    Raises:
        ValueError: `factor` is not between 0 and 1.
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        if not 0 <= factor <= 1:
            raise ValueError(f"Constant multiplicative factor expected to be between 0 and 1, but got {factor}.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        if t == 0:
            return self.factor
        return 1 / self.factor if t == self.total_iters else 1.0

    def scale(self, t: int) -> float:
        return self.factor if t < self.total_iters else 1.0


class LinearLR(Multiplied):
    """From one part of the learning rate to another, in a straight line over `total_iters` steps: a warm-up.

    (PyTorch: torch.optim.lr_scheduler.LinearLR)

    Raises:
        ValueError: `start_factor` is not above 0 and up to 1, or `end_factor` not between 0 and 1.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = mg.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
    >>> scheduler.get_last_lr()
    [0.5]
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [1.0]
    [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to 1, "
                f"but got {start_factor}."
            )
        if not 0 <= end_factor <= 1:
            raise ValueError(f"Ending multiplicative factor expected to be between 0 and 1, but got {end_factor}.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        if t == 0:
            return self.start_factor
        if self._is_initial or t > self.total_iters:
            return 1.0
        rise = self.end_factor - self.start_factor
        return 1 + rise / (self.total_iters * self.start_factor + (t - 1) * rise)

    def scale(self, t: int) -> float:
        return self.start_factor + (self.end_factor - self.start_factor) * min(t, self.total_iters) / self.total_iters


class PolynomialLR(Multiplied):
    """lr · (1 − t / total_iters)^power, which is 0 after `total_iters` steps.

    (PyTorch: torch.optim.lr_scheduler.PolynomialLR)
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        if self._is_initial or t > self.total_iters:
            return 1.0
        return self.scale(t) / self.scale(t - 1)

    def scale(self, t: int) -> float:
        return (1 - min(t, self.total_iters) / self.total_iters) ** self.power
