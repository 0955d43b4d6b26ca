"""Several schedulers for one optimizer: SequentialLR, one after the other, and ChainedScheduler, all at once."""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, put, values


class _Several(LRScheduler):
    """What both share: the checks, and a state with those of the schedulers in it."""

    _schedulers: Sequence[LRScheduler]

    def _update_lr(self, epoch: int | None = None) -> None:
        """Begins: inside a SequentialLR, its turn has come."""
        _reset(self.optimizer)
        self.last_epoch = 0
        self._begin()
        self._last_lr = values(self.optimizer, "lr")

    def _begin(self) -> None:
        raise NotImplementedError

    def _initial_step(self) -> None:
        with warnings.catch_warnings(action="ignore"):  # that no optimizer made a step: it is too early for that
            super()._initial_step()

    def state_dict(self) -> dict[str, Any]:
        """What the scheduler and those in it know, besides the optimizer."""
        return super().state_dict() | {"_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the state of another scheduler of this class, with those of the schedulers in it."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)


class SequentialLR(_Several):
    """One scheduler up to the first milestone, then the next. (PyTorch: torch.optim.lr_scheduler.SequentialLR)

    Arguments:
        schedulers: all made for the same optimizer.
        milestones: the steps at which the next one begins; one less than there are schedulers.

    Raises:
        ValueError: no scheduler, one of another optimizer, a `ReduceLROnPlateau`, another number of milestones.
        TypeError: something that is no scheduler.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.optim.lr_scheduler import ExponentialLR, LinearLR, SequentialLR
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> warm_up, decay = LinearLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.5)
    >>> scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[2])
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.75]
    [1.0]
    [0.5]
    [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int], last_epoch: int = -1
    ) -> None:
        if not schedulers:
            raise ValueError(f"{type(self).__name__} expects at least one scheduler, but got no scheduler.")
        _check(self, schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to be "
                f"equal to {len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        _reset(optimizer)  # all schedulers have begun, and only the first should have
        _undo_first_step(self)
        self._begin()
        self._last_lr = values(optimizer, "lr")

    def _begin(self) -> None:
        self._schedulers[bisect_right(self._milestones, 0)]._initial_step()

    def step(self) -> None:  # type: ignore[override]
        """Goes on by one step of the scheduler whose turn it is."""
        self.last_epoch += 1
        index = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[index]
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Several):
    """Several schedulers at once: each changes what the others have left. (PyTorch: torch.optim.lr_scheduler)

    Arguments:
        schedulers: all made for the same optimizer.
        optimizer: this optimizer; that of the first scheduler, if it is not given.

    Raises:
        ValueError: no scheduler, one of another optimizer, a `ReduceLROnPlateau`.
        TypeError: something that is no scheduler.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = ChainedScheduler([ConstantLR(optimizer, 0.5, total_iters=2), ExponentialLR(optimizer, 0.5)])
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.25]
    [0.25]
    [0.125]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        if not schedulers:
            raise ValueError(
                f"{type(self).__name__} expects at least one scheduler to be chained, but got no scheduler."
            )
        optimizer = optimizer or getattr(schedulers[0], "optimizer", None)
        _check(self, schedulers, optimizer)
        assert optimizer is not None
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = values(optimizer, "lr")

    def _begin(self) -> None:
        for scheduler in self._schedulers:
            scheduler._initial_step()

    def step(self) -> None:  # type: ignore[override]
        """Goes on by one step of every scheduler."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = values(self.optimizer, "lr")


def _check(several: _Several, schedulers: Sequence[Any], optimizer: Any) -> None:
    name = type(several).__name__
    for i, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{name} at index {i} should have `optimizer` as its attribute: it takes schedulers.")
        if isinstance(scheduler, ReduceLROnPlateau):
            raise ValueError(
                f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be "
                f"specified when calling `step`, but got one at index {i} in the given schedulers sequence."
            )
        if scheduler.optimizer is not optimizer:
            raise ValueError(
                f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                f"{type(scheduler).__name__} at index {i} has {scheduler.optimizer}, which is different from "
                f"{type(optimizer).__name__}."
            )


def _reset(optimizer: Optimizer) -> None:
    for group in optimizer.param_groups:
        put(group, "lr", group["initial_lr"])


def _undo_first_step(scheduler: LRScheduler) -> None:
    """Sets the count of a scheduler, or of those in it, back to before the beginning."""
    if isinstance(scheduler, _Several):
        for inner in scheduler._schedulers:
            _undo_first_step(inner)
    elif hasattr(scheduler, "last_epoch"):
        scheduler.last_epoch -= 1
