"""Schedulers that go up and down, and the momentum down and up with them: CyclicLR and OneCycleLR."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from ..groups import Group
from ..optimizer import Optimizer
from .functions import attributes_of
from .scheduler import LRScheduler, check_optimizer, per_group, put


class _Cycles(LRScheduler):
    """What both share: the momentum of each group goes against its learning rate.

    Of an optimizer with `betas`, the first of them is the momentum.
    """

    optimizer: Optimizer
    cycle_momentum: bool
    use_beta1: bool

    def _begin_momentum(self, base: list[Any], largest: list[Any], is_new: bool) -> None:
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError(
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled, and "
                f"{type(self.optimizer).__name__} has neither: give cycle_momentum=False"
            )
        self.use_beta1 = "betas" in defaults
        if not is_new:
            return
        for group, low, high in zip(self.optimizer.param_groups, base, largest, strict=True):
            self._put_momentum(group, high)
            group["max_momentum"] = high
            group["base_momentum"] = low

    def _put_momentum(self, group: Group, momentum: float) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_Cycles):
    """From `base_lr` to `max_lr` and back, in straight lines, again and again.

    (PyTorch: torch.optim.lr_scheduler.CyclicLR; Smith 2017, "Cyclical Learning Rates for Training Neural Networks")

    Arguments:
        base_lr, max_lr: the bounds; a number, or a list with one for each group.
        step_size_up, step_size_down: the steps on the way up, and down; down as many as up if it is not given.
        mode: "triangular"; "triangular2" halves the height with each cycle; "exp_range" multiplies it by gamma^step.
        gamma: for "exp_range".
        scale_fn, scale_mode: a function of yours for the height instead, of the "cycle" (from 1) or of "iterations".
        cycle_momentum: move the momentum, too, from `max_momentum` to `base_momentum` and back.

    Raises:
        ValueError: a list of another length, an unknown mode, an optimizer without momentum.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], momentum=0.9)
    >>> scheduler = mg.optim.lr_scheduler.CyclicLR(optimizer, base_lr=0.0, max_lr=1.0, step_size_up=2)
    >>> for _ in range(4):
    ...     optimizer.step()
    ...     scheduler.step()
    ...     print(scheduler.get_last_lr())
    [0.5]
    [1.0]
    [0.5]
    [0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", optimizer, base_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                put(group, "lr", lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError(
                f"mode is invalid and scale_fn is None: 'triangular', 'triangular2' or 'exp_range', but got {mode!r}"
            )
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums = per_group("base_momentum", optimizer, base_momentum)
            self.max_momentums = per_group("max_momentum", optimizer, max_momentum)
            self._begin_momentum(self.base_momentums, self.max_momentums, last_epoch == -1)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """How high a cycle goes, as a part of the first one's height."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return {"triangular": 1.0, "triangular2": 0.5 ** (x - 1), "exp_range": self.gamma**x}[self.mode]

    def rates(self) -> list[Any]:
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1 + self.last_epoch / self.total_size - cycle
        way = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        height = way * self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            bounds = zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True)
            for group, low, high in bounds:
                self._put_momentum(group, high - (high - low) * height)
        return [base + (high - base) * height for base, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """What the scheduler knows, besides its optimizer and a function of yours."""
        return super().state_dict() | {"_scale_fn_custom": attributes_of(self._scale_fn_custom)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the state of another scheduler of this class. A function of yours stays what it is."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})
        if state_dict["_scale_fn_custom"] is not None:
            vars(self._scale_fn_custom).update(state_dict["_scale_fn_custom"])


class OneCycleLR(_Cycles):
    """Up to `max_lr` and down to almost nothing, in the course of one whole training.

    (PyTorch: torch.optim.lr_scheduler.OneCycleLR; Smith and Topin 2019, "Super-Convergence: Very Fast Training of
    Neural Networks Using Large Learning Rates")

    Arguments:
        max_lr: the largest learning rate; a number, or a list with one for each group.
        total_steps: how many steps there will be; or `epochs` and `steps_per_epoch`, whose product it is.
        pct_start: the part of the steps on the way up.
        anneal_strategy: "cos" or "linear".
        cycle_momentum: move the momentum, too, from `max_momentum` to `base_momentum` and back.
        div_factor: the first learning rate is max_lr / div_factor.
        final_div_factor: the last one is that / final_div_factor.
        three_phase: go down as slowly as up, and only then to almost nothing.

    Raises:
        ValueError: no or bad numbers of steps, a part outside of 0 to 1, an unknown strategy, a list of another length,
            an optimizer without momentum; at a step, more of them than there should be.

    >>> import micrograd_nb as mg
    >>> optimizer = mg.optim.SGD([mg.ones(1, requires_grad=True)], momentum=0.9)
    >>> scheduler = mg.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=5, anneal_strategy="linear")
    >>> for _ in range(4):
    ...     print(f"{scheduler.get_last_lr()[0]:.2f} {optimizer.param_groups[0]['momentum']:.2f}")
    ...     optimizer.step()
    ...     scheduler.step()
    0.04 0.95
    0.86 0.86
    0.57 0.89
    0.29 0.92
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = _number_of_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._schedule_phases = _phases(self.total_steps, pct_start, three_phase)
        self._anneal_func_type = anneal_strategy
        max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, largest in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"] = largest / div_factor
                group["max_lr"] = largest
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            high = per_group("max_momentum", optimizer, max_momentum)
            self._begin_momentum(per_group("base_momentum", optimizer, base_momentum), high, last_epoch == -1)
        super().__init__(optimizer, last_epoch)

    def rates(self) -> list[Any]:
        if self.last_epoch > self.total_steps:
            raise ValueError(
                f"Tried to step {self.last_epoch} times. The specified number of total steps is {self.total_steps}: "
                "call scheduler.step() once for each batch, and make the scheduler with their number"
            )
        phase, way = self._place()
        anneal = _ANNEAL[self._anneal_func_type]
        rates = []
        for group in self.optimizer.param_groups:
            rates.append(anneal(group[phase["start_lr"]], group[phase["end_lr"]], way))
            if self.cycle_momentum:
                momentum = anneal(group[phase["start_momentum"]], group[phase["end_momentum"]], way)
                self._put_momentum(group, momentum)
        return rates

    def _place(self) -> tuple[dict[str, Any], float]:
        """The phase of the step, and which part of it is over."""
        start = 0.0
        for phase in self._schedule_phases:
            end = phase["end_step"]
            if self.last_epoch <= end or phase is self._schedule_phases[-1]:
                break
            start = end
        return phase, (self.last_epoch - start) / (end - start)


def _number_of_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is not None:
        return _positive("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    return _positive("epochs", epochs) * _positive("steps_per_epoch", steps_per_epoch)


def _positive(name: str, value: Any) -> int:
    if not isinstance(value, int) or value <= 0:
        raise ValueError(f"Expected positive integer {name}, but got {value}")
    return value


def _phases(total_steps: int, pct_start: float, three_phase: bool) -> list[dict[str, Any]]:
    """Up, perhaps down as slowly, and down to almost nothing: where each ends, and what it begins and ends with."""
    up = pct_start * total_steps
    rows: list[tuple[float, str, str, str, str]] = [
        (up - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"),
        (total_steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"),
    ]
    if three_phase:
        rows[1:] = [
            (2 * up - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"),
            (total_steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"),
        ]
    names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
    return [dict(zip(names, row, strict=True)) for row in rows]


_ANNEAL: dict[str, Callable[[float, float, float], float]] = {
    "cos": lambda start, end, way: end + (start - end) / 2 * (1 + math.cos(math.pi * way)),
    "linear": lambda start, end, way: (end - start) * way + start,
}
