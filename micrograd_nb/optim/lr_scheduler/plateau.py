"""ReduceLROnPlateau: a scheduler that looks at the loss."""

from __future__ import annotations

import math
from typing import Literal, SupportsFloat

from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, put, values, warn_of_epoch


class ReduceLROnPlateau(LRScheduler):
    """Lowers the learning rate when a number stops getting better.

    (PyTorch: torch.optim.lr_scheduler.ReduceLROnPlateau)

    Call `step(loss)` after each epoch, with the loss on the validation set.

    Arguments:
        mode: "min" for a number that should fall, such as a loss; "max" for one that should rise.
        factor: what the learning rate is multiplied by.
        patience: how many epochs without an improvement are borne.
        threshold, threshold_mode: what counts as an improvement: by a part of the best, "rel", or by so much, "abs".
        cooldown: how many epochs after a reduction are not counted.
        min_lr: the smallest learning rate; a number, or a list with one for each group.
        eps: a change that is not larger is left out.

    Raises:
        ValueError: a factor that is not below 1, an unknown mode, a list of another length.
        RuntimeError: at a step, if groups were added to an optimizer with a list of `min_lr`.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = mg.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
    >>> for loss in (3.0, 2.0, 2.0, 2.0, 2.0):
    ...     scheduler.step(loss)
    ...     print(loss, scheduler.get_last_lr())
    3.0 [1.0]
    2.0 [1.0]
    2.0 [1.0]
    2.0 [0.1]
    2.0 [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1:
            raise ValueError(f"Factor should be < 1.0, but got {factor}: it makes the learning rate smaller.")
        check_optimizer(optimizer)
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown! It is 'min' or 'max'.")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown! It is 'rel' or 'abs'.")
        groups = len(optimizer.param_groups)
        self.factor = factor
        self.optimizer = optimizer
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise ValueError(f"expected {groups} min_lrs, got {len(self.min_lrs)}: one for each parameter group")
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = values(optimizer, "lr")
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self._reset()

    def _reset(self) -> None:
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Looks at the number of an epoch, and lowers the learning rates if it is time to.

        Arguments:
            metrics: the number that is to get better, such as the loss.
            epoch: the number of the epoch, if it is not the next one. (PyTorch would rather not have it.)
        """
        current = float(metrics)
        if epoch is not None:
            warn_of_epoch()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = values(self.optimizer, "lr")

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs are not counted now, since the learning rate was lowered a short time ago."""
        return self.cooldown_counter > 0

    def _is_better(self, current: float) -> bool:
        """Whether a number is better than the best, and by enough."""
        margin = self.threshold if self.mode == "min" else -self.threshold
        edge = self.best * (1 - margin) if self.threshold_mode == "rel" else self.best - margin
        return current < edge if self.mode == "min" else current > edge

    def _reduce(self) -> None:
        for group, least in zip(self.optimizer.param_groups, self._min_lrs(), strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, least)
            if old - new > self.eps:
                put(group, "lr", new)

    def _min_lrs(self) -> list[float]:
        """The smallest learning rate of each group, of those that were added since, too."""
        groups = len(self.optimizer.param_groups)
        if groups != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({groups}) differs from when `ReduceLROnPlateau` "
                    f"was initialized ({len(self.min_lrs)}), usually due to a new param group being added to the "
                    "optimizer. Please modify the `min_lrs` field to match the length of the `optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * groups
        return self.min_lrs
