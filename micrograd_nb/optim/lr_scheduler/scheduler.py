"""LRScheduler: what all schedulers share. They count steps, and write a learning rate into every group.

A new scheduler writes `rates()`: the learning rate of each group at the step `self.last_epoch`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...tensors import Tensor
from ..groups import Group
from ..optimizer import Optimizer

ORDER = (
    "The order is: loss.backward(), optimizer.step(), scheduler.step(). The first learning rate of the schedule is set "
    "when the scheduler is made."
)


class LRScheduler:
    """The base of all schedulers. (PyTorch: torch.optim.lr_scheduler.LRScheduler)

    Arguments:
        optimizer: whose learning rates to change.
        last_epoch: the number of the last step, to go on with a training; -1 to begin.

    Raises:
        TypeError: `optimizer` is no optimizer.
        KeyError: to go on, but the groups do not hold the learning rate of the beginning.

    >>> import micrograd_nb as mg
    >>> class Halved(mg.optim.lr_scheduler.LRScheduler):
    ...     def rates(self):
    ...         return [base / 2**self.last_epoch for base in self.base_lrs]
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=0.8)
    >>> scheduler = Halved(optimizer)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.4]
    [0.2]
    [0.1]
    """

    _get_lr_called_within_step = False
    _is_initial = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with last_epoch "
                    ">= 0. Load the optimizer's state first: optimizer.load_state_dict(saved); to begin anew, leave "
                    "last_epoch out."
                )
        self.optimizer = optimizer
        self.base_lrs = values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        optimizer.watch_order()
        self._initial_step()

    def _initial_step(self) -> None:
        """Sets the first learning rates."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def step(self, epoch: int | None = None) -> None:
        """Goes on by one step, and sets the learning rates of it.

        Arguments:
            epoch: the number of the step, if it is not the next one. (PyTorch would rather not have it.)
        """
        if self._step_count == 1:
            warn_of_order(self.optimizer)
        self._step_count += 1
        if epoch is not None:
            warn_of_epoch()
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        with self._asking():
            if epoch is None:
                self.last_epoch += 1
                rates = self.get_lr()
            else:
                self.last_epoch = epoch
                rates = self.closed_form() or self.get_lr()
        self._write(rates)

    def _write(self, rates: list[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            put(group, "lr", rate)
        self._last_lr = values(self.optimizer, "lr")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self._get_lr_called_within_step = True
        try:
            yield
        finally:
            self._get_lr_called_within_step = False

    def get_last_lr(self) -> list[Any]:
        """The learning rate of each group, as this scheduler has last set it."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The learning rates that `step` is about to set. To look at those that are set, call `get_last_lr`."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.", stacklevel=2
            )
        return self.rates()

    def rates(self) -> list[Any]:
        """The learning rate of each group at the step `last_epoch`. Every scheduler writes its own."""
        raise NotImplementedError(f"{type(self).__name__} needs a method rates(): the learning rate of each group")

    def closed_form(self) -> list[Any] | None:
        """The same without looking at the learning rates of now, where there is such a formula."""
        return None

    def state_dict(self) -> dict[str, Any]:
        """What the scheduler knows, besides its optimizer, as plain data."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the state of another scheduler of this class; load the optimizer's, too."""
        vars(self).update(state_dict)


# -- what a group holds: numbers, or tensors with one element ----------------------------------------------------------


def copied(value: Any) -> Any:
    """A tensor of its own; a number is what it is."""
    return value.clone() if isinstance(value, Tensor) else value


def values(optimizer: Optimizer, name: str) -> list[Any]:
    """An option of every group."""
    return [copied(group[name]) for group in optimizer.param_groups]


def put(group: Group, name: str, value: Any) -> None:
    """Sets an option; a tensor stays the tensor that it is."""
    if isinstance(group[name], Tensor):
        group[name].fill_(float(value))
    else:
        group[name] = float(value) if isinstance(value, Tensor) else value


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """One value for each group: the ones that were given, or the one."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        return [copied(value) for _ in range(groups)]
    if len(value) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, "
            f"param_groups has {groups}."
        )
    return [copied(x) for x in value]


# -- what a user may do wrong ------------------------------------------------------------------------------------------


def check_optimizer(optimizer: Any) -> None:
    """A scheduler changes the groups of an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer: the first argument is the one that trains")


def warn_of_order(optimizer: Optimizer) -> None:
    """Warns at the first `scheduler.step()` if there was no `optimizer.step()` before."""
    if "step" in vars(optimizer):
        warnings.warn(
            "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. "
            f"So it cannot be seen whether it is called before `lr_scheduler.step()`. {ORDER}",
            stacklevel=3,
        )
    elif not optimizer.was_called:
        warnings.warn(
            f"Detected call of `lr_scheduler.step()` before `optimizer.step()`. {ORDER} It is skipped now.",
            stacklevel=3,
        )


def warn_of_epoch() -> None:
    """Warns of a number of a step."""
    warnings.warn(
        "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. "
        "Please use `scheduler.step()` to step the scheduler: it counts by itself.",
        stacklevel=3,
    )
