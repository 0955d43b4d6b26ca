"""Track: numbers of a training that may go on for ever, in a bounded number of points."""

from __future__ import annotations

import math
from typing import NamedTuple


class Point(NamedTuple):
    """One number, or several neighbours in one."""

    first: int  # step
    last: int
    mean: float  # of those that are finite; NaN where none is
    low: float
    high: float


class Track:
    """The numbers that were added, each by its step. Where they are more than `most`, neighbours become one point.

    When there are `most` points and one more is wanted, each two of them become one: their mean, their lowest and
    their highest number. So the memory never grows, no step is left out, and the curve keeps its ends.

    Attributes:
        every: how many numbers a point is made of: 1, 2, 4, …
        count: how many numbers were added.
        latest: the last one; NaN before the first.

    >>> track = Track(most=2)
    >>> for step, loss in enumerate([4.0, 2.0, 1.0], start=1):
    ...     track.add(step, loss)
    >>> track.points
    [Point(first=1, last=2, mean=3.0, low=2.0, high=4.0), Point(first=3, last=3, mean=1.0, low=1.0, high=1.0)]
    """

    def __init__(self, most: int = 512) -> None:
        if not isinstance(most, int) or most < 2 or most % 2:
            raise ValueError(f"most is the number of points to keep, even and at least 2; got {most}")
        self.most = most
        self.every = 1
        self.count = 0
        self.latest = math.nan
        self._parts: list[_Part] = []

    def add(self, step: int, value: float) -> None:
        """Adds the number of a step. One that is not finite leaves a gap."""
        if self.count % self.every == 0:  # all points are full
            if len(self._parts) == self.most:
                self._halve()
            if self.count % self.every == 0:
                self._parts.append(_Part(step))
        self._parts[-1].add(step, value)
        self.count += 1
        self.latest = value

    @property
    def points(self) -> list[Point]:
        return [part.point() for part in self._parts]

    def _halve(self) -> None:
        for one, next in zip(self._parts[::2], self._parts[1::2], strict=True):
            one.join(next)
        self._parts = self._parts[::2]
        self.every *= 2

    def __len__(self) -> int:
        return len(self._parts)

    def __repr__(self) -> str:
        return f"<Track: {self.count} numbers in {len(self)} points>"


class _Part:
    """A point that is still filled."""

    __slots__ = ("count", "first", "high", "last", "low", "total")

    def __init__(self, step: int) -> None:
        self.first = self.last = step
        self.total, self.count = 0.0, 0
        self.low, self.high = math.inf, -math.inf

    def add(self, step: int, value: float) -> None:
        self.last = step
        if math.isfinite(value):
            self.total += value
            self.count += 1
            self.low, self.high = min(self.low, value), max(self.high, value)

    def join(self, other: _Part) -> None:
        self.last = other.last
        self.total += other.total
        self.count += other.count
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    def point(self) -> Point:
        if not self.count:
            return Point(self.first, self.last, math.nan, math.nan, math.nan)
        return Point(self.first, self.last, self.total / self.count, self.low, self.high)
