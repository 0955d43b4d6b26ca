"""`descend`: runs an optimizer on a function of two numbers, and writes down what it did at each step."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ... import optim, tensors
from ...optim import Optimizer
from ...tensors import Tensor, dtypes
from .landscape import Function, Landscape, checked, landscape

Vector = tuple[float, float]
Factory = Callable[[list[Tensor]], Optimizer]
Optimizers = Mapping[str, float | Factory]
"""By name: the learning rate of the optimizer with this name, or what makes one of a list of parameters."""

VELOCITIES = ("momentum_buffer", "exp_avg")  # where optimizers keep what they remember of earlier gradients


@dataclass(frozen=True, slots=True)
class DescentStep:
    """One step.

    position    where it stands, (x, y)
    value       of the function there
    gradient    of the function there
    velocity    what the optimizer then remembers of all gradients so far; None for one that remembers none
    update      how far the step goes: the next position less this one
    """

    position: Vector
    value: float
    gradient: Vector
    velocity: Vector | None
    update: Vector


@dataclass(frozen=True, slots=True)
class Descent:
    """Where an optimizer went.

    name        what it is called
    steps       its steps; none follows one in which a number is not finite
    end         where it stands after the last
    end_value   of the function there
    """

    name: str
    steps: tuple[DescentStep, ...]
    end: Vector
    end_value: float

    @property
    def positions(self) -> tuple[Vector, ...]:
        """Where it stood, from the start to the end: one more than there are steps."""
        return (*(step.position for step in self.steps), self.end)

    @property
    def diverged(self) -> bool:
        """Whether it ends in NaN or in infinite numbers."""
        return not _all_finite(*self.end, self.end_value)


def descend(
    function: str | Function | Landscape,
    optimizer: Factory,
    start: Vector | None = None,
    steps: int = 60,
    *,
    name: str = "",
) -> Descent:
    """Runs an optimizer from a start. It is a real one, on a parameter of two numbers, in float64.

    Arguments:
        function: takes two tensors of one number and gives a third; or the name of a landscape.
        optimizer: makes an optimizer of a list of parameters: `lambda p: mg.optim.SGD(p, lr=0.1)`.
        start: (x, y); left out, the landscape's own.
        steps: how many to make at most.
        name: what to call it; left out, the name of its class.

    Raises:
        TypeError, ValueError: no function of two numbers, no optimizer, a number of steps below 0.

    >>> import micrograd_nb as mg
    >>> descent = descend("bowl", lambda p: mg.optim.SGD(p, lr=0.25, momentum=0.5), (4.0, 0.0), steps=2)
    >>> for step in descent.steps:
    ...     print(step.position, step.gradient, step.velocity, step.update)
    (4.0, 0.0) (8.0, 0.0) (8.0, 0.0) (-2.0, 0.0)
    (2.0, 0.0) (4.0, 0.0) (8.0, 0.0) (-2.0, 0.0)
    >>> descent.end, descent.end_value
    ((0.0, 0.0), 0.0)
    """
    if steps < 0:
        raise ValueError(f"descend makes 0 or more steps, but got steps={steps}")
    place = landscape(function, start=start)
    run = _Run(place, optimizer)
    made: list[DescentStep] = []
    with np.errstate(all="ignore"):  # one that diverges is shown to do so
        while len(made) < steps and not run.is_broken:
            made.append(run.step())
    return Descent(name or type(run.optimizer).__name__, tuple(made), run.position, place.value(*run.position))


def factories(optimizers: Optimizers) -> dict[str, Factory]:
    """What makes each optimizer; of a number, the optimizer of this name in `optim` with it as its learning rate.

    Raises:
        ValueError: a number for a name that is no optimizer's.
        TypeError: neither a number nor a callable.

    >>> list(factories({"SGD": 0.1, "mine": lambda p: optim.SGD(p, lr=0.1, momentum=0.9)}))
    ['SGD', 'mine']
    """
    return {str(name): _factory(str(name), made) for name, made in optimizers.items()}


def _factory(name: str, made: Any) -> Factory:
    if callable(made):
        found: Factory = made
        return found
    if isinstance(made, bool) or not isinstance(made, (int, float)):
        raise TypeError(
            f"an optimizer is given as its learning rate or as a function of the parameters, such as "
            f"lambda p: mg.optim.SGD(p, lr=0.1), but {name!r} is {type(made).__name__}"
        )
    known = [key for key in optim.__all__ if key not in ("Optimizer", "lr_scheduler")]
    if name not in known:
        raise ValueError(
            f"a learning rate goes with the name of an optimizer, {', '.join(known)}, but got {name!r}: {made!r}. "
            f"Of another name: {name!r}: lambda p: mg.optim.SGD(p, lr={made!r})"
        )
    return partial(getattr(optim, name), lr=made)


class _Run:
    """An optimizer at work."""

    def __init__(self, place: Landscape, make: Factory) -> None:
        self.place = place
        self.p = tensors.tensor(place.start, dtype=dtypes.float64, requires_grad=True)
        self.optimizer = make([self.p])
        if not isinstance(self.optimizer, Optimizer):
            raise TypeError(f"a factory makes an optimizer of parameters, but made {type(self.optimizer).__name__}")
        self.is_broken = False

    @property
    def position(self) -> Vector:
        return _vector(self.p.tolist())

    def step(self) -> DescentStep:
        before = self.position
        seen: list[tuple[float, Vector]] = []

        def loss() -> Tensor:
            self.optimizer.zero_grad()
            value = checked(self.place.function(self.p[0], self.p[1]), self.place.name)
            value.backward()
            grad = self.p.grad
            assert grad is not None
            seen.append((value.item(), _vector(grad.tolist())))
            return value

        self.optimizer.step(loss)
        value, gradient = seen[0]  # LBFGS asks again, elsewhere
        after = self.position
        self.is_broken = not _all_finite(value, *gradient, *after)
        update = after[0] - before[0], after[1] - before[1]
        return DescentStep(before, value, gradient, self._velocity(), update)

    def _velocity(self) -> Vector | None:
        state = self.optimizer.state[self.p]
        kept = next((state[name] for name in VELOCITIES if state.get(name) is not None), None)
        return None if kept is None else _vector(kept.tolist())


def _vector(numbers: Sequence[float]) -> Vector:
    x, y = numbers
    return float(x), float(y)


def _all_finite(*numbers: float) -> bool:
    return all(map(math.isfinite, numbers))
