"""Schedulers that ask a function of yours: LambdaLR and MultiplicativeLR."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, check_optimizer, values

Lambda = Callable[[int], float]


class _OfFunctions(LRScheduler):
    """A function of the step for each group, or one for all."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Lambda | list[Lambda], last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * groups
        if len(self.lr_lambdas) != groups:
            raise ValueError(
                f"Expected {groups} lr_lambdas, but got {len(self.lr_lambdas)}: one function for each parameter group, "
                "or a single one"
            )
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function, but got {type(function).__name__}")
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """What the scheduler knows, besides its optimizer and functions. Other callables give their attributes."""
        return super().state_dict() | {"lr_lambdas": [attributes_of(function) for function in self.lr_lambdas]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the state of another scheduler of this class. Functions stay what they are."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for function, attributes in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            vars(function).update(attributes or {})


class LambdaLR(_OfFunctions):
    """The first learning rate, times a function of the step. (PyTorch: torch.optim.lr_scheduler.LambdaLR)

    Arguments:
        lr_lambda: takes the number of the step and gives a factor; or a list of such functions, one for each group.

    Raises:
        ValueError: a list of another length.
        TypeError: something that cannot be called.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], lr=1.0)
    >>> scheduler = mg.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.5]
    [0.3333333333333333]
    [0.25]
    """

    def rates(self) -> list[Any]:
        return [base * function(self.last_epoch) for function, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_OfFunctions):
    """The last learning rate, times a function of the step. (PyTorch: torch.optim.lr_scheduler.MultiplicativeLR)

    Arguments:
        lr_lambda: takes the number of the step and gives a factor; or a list of such functions, one for each group.

    Raises:
        ValueError: a list of another length.
        TypeError: something that cannot be called.
    """

    def rates(self) -> list[Any]:
        rates = values(self.optimizer, "lr")
        if self._is_initial:
            return rates
        return [rate * function(self.last_epoch) for function, rate in zip(self.lr_lambdas, rates, strict=True)]


def attributes_of(function: Any) -> dict[str, Any] | None:
    """What is saved of something callable: a function can be written down by nobody, an object by its attributes."""
    return None if function is None or isinstance(function, FunctionType) else dict(vars(function))
