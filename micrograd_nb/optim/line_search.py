"""How far to go in a direction: a line search for the strong Wolfe conditions.

    f(x + t·d) ≤ f(x) + c₁ · t · slope       far enough down                   (Armijo)
    |slope at t| ≤ c₂ · |slope at 0|         and nearly at the bottom          (curvature)

Nocedal and Wright 2006, "Numerical Optimization", algorithms 3.5 and 3.6: first a bracket, two lengths with a good one
in between, then smaller and smaller brackets. The choices inside are those of PyTorch's LBFGS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray


@dataclass(frozen=True, slots=True)
class Point:
    """What is known at x + t·d: the loss, its gradient, and its slope in the direction d."""

    t: float
    loss: float
    gradient: ndarray
    slope: Any  # a number of NumPy: division by 0 is inf


def strong_wolfe(
    evaluate: Callable[[float], Point],
    start: Point,
    t: float,
    longest: float,
    *,
    tolerance: float,
    most: int,
    c1: float = 1e-4,
    c2: float = 0.9,
) -> Point:
    """A point that meets the strong Wolfe conditions, or the best that was found.

    Arguments:
        evaluate: the point at a length t.
        start: the point at 0; its slope is negative.
        t: the length to try first.
        longest: the largest element of the direction: a bracket in which nothing moves further than `tolerance`
            is not searched.
        most: how many evaluations may follow the first.
    """

    def is_too_high(point: Point) -> bool:
        return point.loss > start.loss + c1 * point.t * start.slope

    def is_flat(point: Point) -> bool:
        return bool(abs(point.slope) <= -c2 * start.slope)

    # Step forward until there is a good length, or two with one in between.
    before, point = start, evaluate(t)
    tries = 0
    bracket: list[Point] = []
    while not bracket and tries < most:
        if is_too_high(point) or (tries > 1 and point.loss >= before.loss):
            bracket = [before, point]
        elif is_flat(point):
            return point
        elif point.slope >= 0:
            bracket = [before, point]
        else:
            bounds = (point.t + 0.01 * (point.t - before.t), point.t * 10)
            before, point = point, evaluate(lowest_of_cubic(before, point, bounds))
            tries += 1
    bracket = bracket or [start, point]

    # Make the bracket smaller. `low` is the place in it of the smaller loss.
    low = _lower(bracket)
    was_at_border = False
    while tries < most and abs(bracket[1].t - bracket[0].t) * longest >= tolerance:
        t, was_at_border = _inside(lowest_of_cubic(bracket[0], bracket[1]), bracket, was_at_border)
        point = evaluate(t)
        tries += 1
        if is_too_high(point) or point.loss >= bracket[low].loss:
            bracket[1 - low] = point
            low = _lower(bracket)
            continue
        if is_flat(point):
            return point
        if point.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = point
    return bracket[low]


def lowest_of_cubic(a: Point, b: Point, bounds: tuple[float, float] | None = None) -> float:
    """Where the cubic through two points, with their slopes, is lowest; between them, or inside the bounds.

    Nocedal and Wright, equation 3.59.
    """
    a, b = (a, b) if a.t <= b.t else (b, a)
    least, most = bounds or (a.t, b.t)
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / np.float64(a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2
    d2 = np.sqrt(square)
    lowest = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return float(min(max(lowest, least), most))


def _inside(t: float, bracket: list[Point], was_at_border: bool) -> tuple[float, bool]:
    """A length that makes the bracket smaller by enough, and whether it is near the border.

    Near the border twice, or beyond it: a tenth of the bracket away from it instead.
    """
    least, most = sorted(point.t for point in bracket)
    margin = 0.1 * (most - least)
    if min(most - t, t - least) >= margin:
        return t, False
    if not was_at_border and least < t < most:
        return t, True
    return (most - margin if abs(t - most) < abs(t - least) else least + margin), False


def _lower(bracket: list[Point]) -> int:
    return 0 if bracket[0].loss <= bracket[1].loss else 1
