"""Functions of two numbers, as landscapes to descend in: the classics by name, and any of your own.

Each is ordinary code on tensors. The optimizer knows nothing of the map: it asks for the slope where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from ... import tensors
from ...autograd.grad_mode import no_grad
from ...tensors import Tensor, dtypes

Function = Callable[[Tensor, Tensor], Tensor]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Landscape:
    """A function of two numbers, and the part of the plane to look at.

    name        what it is called
    function    takes x and y, tensors of one number each, and gives another
    x, y        from where to where the map goes
    start       where to begin
    """

    name: str
    function: Function
    x: Range
    y: Range
    start: tuple[float, float]

    def heights(self, points: int = 61) -> tuple[ndarray, ndarray, ndarray]:
        """The function on a grid: x (points,), y (points,), and values (points, points), a row for each y; float64."""
        x, y = np.linspace(*self.x, points), np.linspace(*self.y, points)
        with np.errstate(all="ignore"), no_grad():
            return x, y, self._at_once(x, y) if self._is_elementwise(x, y) else self._one_by_one(x, y)

    def value(self, x: float, y: float) -> float:
        """The function at a point."""
        with np.errstate(all="ignore"), no_grad():
            return checked(self.function(_number(x), _number(y)), self.name).item()

    def _is_elementwise(self, x: ndarray, y: ndarray) -> bool:
        """Whether it can be asked for the whole grid at once: tried on a few points, in which it may not differ."""
        few = slice(0, None, max(1, len(x) // 3))
        try:
            at_once = self._at_once(x[few], y[few])
        except Exception:  # the learner's function may do with a grid what it will: it was written for two numbers
            return False
        return np.array_equal(at_once, self._one_by_one(x[few], y[few]), equal_nan=True)

    def _at_once(self, x: ndarray, y: ndarray) -> ndarray:
        columns, rows = np.meshgrid(x, y)
        found = self.function(tensors.tensor(columns), tensors.tensor(rows))
        return np.broadcast_to(np.asarray(found.numpy(), np.float64), columns.shape)

    def _one_by_one(self, x: ndarray, y: ndarray) -> ndarray:
        return np.array([[self.value(column, row) for column in x] for row in y])


def checked(value: Any, name: str) -> Tensor:
    """What a function gave, if it is one number in a tensor.

    Raises:
        TypeError: no tensor.
        ValueError: a tensor of more than one number.
    """
    if not isinstance(value, Tensor):
        raise TypeError(
            f"{name} must give a tensor, computed from the tensors x and y, but gave {type(value).__name__}: "
            "no .item(), and no NumPy or math functions"
        )
    if value.numel() != 1:
        raise ValueError(f"{name} must give one number, but gave a tensor of shape {tuple(value.shape)}")
    return value


def _number(x: float) -> Tensor:
    return tensors.tensor(float(x), dtype=dtypes.float64)


def _bowl(x: Tensor, y: Tensor) -> Tensor:
    return x**2 + y**2


def _ravine(x: Tensor, y: Tensor) -> Tensor:
    return x**2 / 20 + y**2


def _rosenbrock(x: Tensor, y: Tensor) -> Tensor:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _saddle(x: Tensor, y: Tensor) -> Tensor:
    return x**2 - y**2


def _beale(x: Tensor, y: Tensor) -> Tensor:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


LANDSCAPES = {
    place.name: place
    for place in (
        Landscape("bowl", _bowl, (-3.0, 3.0), (-2.0, 2.0), (-2.5, 1.5)),
        Landscape("ravine", _ravine, (-10.0, 10.0), (-4.0, 4.0), (-9.0, 3.0)),
        Landscape("rosenbrock", _rosenbrock, (-2.0, 2.0), (-1.0, 3.0), (-1.5, 2.5)),
        Landscape("saddle", _saddle, (-2.0, 2.0), (-1.5, 1.5), (-1.8, 0.01)),
        Landscape("beale", _beale, (-4.5, 4.5), (-4.5, 4.5), (1.0, 1.5)),
    )
}
"""Classics by name: round, narrow, a bent valley (Rosenbrock 1960), neither top nor bottom, flat with walls (Beale)."""


def landscape(
    function: str | Function | Landscape,
    x: Range | None = None,
    y: Range | None = None,
    start: tuple[float, float] | None = None,
) -> Landscape:
    """A landscape by its name, or around a function; with another view or start where they are given.

    Raises:
        ValueError: a name that is not known, a view that is empty or not finite.
        TypeError: neither a name nor a function.

    >>> landscape("ravine").value(2, 1)
    1.2
    >>> landscape(lambda x, y: x * y, x=(0, 2)).value(2, 3)
    6.0
    """
    if isinstance(function, str):
        if function not in LANDSCAPES:
            raise ValueError(f"a landscape is one of {', '.join(LANDSCAPES)}, or a function, but got {function!r}")
        function = LANDSCAPES[function]
    if not isinstance(function, Landscape):
        if not callable(function):
            raise TypeError(
                f"a landscape is a function of two tensors, or one of {', '.join(LANDSCAPES)}, "
                f"but got {type(function).__name__}"
            )
        name = getattr(function, "__name__", type(function).__name__)
        around = _range(x or (-2.0, 2.0), "x"), _range(y or (-2.0, 2.0), "y")
        corner = (0.875 * around[0][0] + 0.125 * around[0][1], 0.125 * around[1][0] + 0.875 * around[1][1])
        function = Landscape("f" if name == "<lambda>" else name, function, *around, corner)
    return Landscape(
        function.name,
        function.function,
        _range(x or function.x, "x"),
        _range(y or function.y, "y"),
        _point(start or function.start),
    )


def _range(ends: Range, name: str) -> Range:
    low, high = map(float, ends)
    if not (low < high and np.isfinite([low, high]).all()):
        raise ValueError(f"the map goes from a smaller to a larger number, but {name}={ends!r}")
    return low, high


def _point(start: tuple[float, float]) -> tuple[float, float]:
    x, y = map(float, start)
    if not np.isfinite([x, y]).all():
        raise ValueError(f"a start is two finite numbers, but got {start!r}")
    return x, y
