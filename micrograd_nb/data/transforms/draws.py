"""What random transforms draw: numbers, each sample its own; and how to see what was drawn, and to use it again.

image, draws = record(augment, photo)     # draws: what each random stage drew
mask = replay(augment, mask, draws)       # the same crop, the same flip, of the mask
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...tensors import rand, randint, randperm
from ...tensors.dtypes import float64
from ..randomness import sample_generator

Params = dict[str, Any]


@dataclass(frozen=True)
class Draw:
    """What a random transform drew for one image. `record` makes them, `replay` takes them.

    >>> Draw("RandomRotation", {"angle": 12.5}).params["angle"]
    12.5
    """

    transform: str  # its class
    params: Params


def record(transform: Callable[[Any], Any], img: Any) -> tuple[Any, tuple[Draw, ...]]:
    """`transform(img)`, and what was drawn for it.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data import transforms
    >>> img = mg.arange(4).reshape(1, 2, 2)
    >>> flipped, draws = record(transforms.RandomHorizontalFlip(p=1.0), img)
    >>> flipped.tolist(), draws
    ([[[1, 0], [3, 2]]], (Draw(transform='RandomHorizontalFlip', params={'flip': True}),))
    """
    tape = _Recorder()
    return _with(tape, transform, img), tuple(tape.draws)


def replay(transform: Callable[[Any], Any], img: Any, draws: Iterable[Draw]) -> Any:
    """`transform(img)` with what was drawn before, and no new random numbers.

    Raises:
        ValueError: the draws are those of another transform.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data import transforms
    >>> flip = transforms.RandomHorizontalFlip()
    >>> replay(flip, mg.arange(2).reshape(1, 1, 2), [Draw("RandomHorizontalFlip", {"flip": True})])
    tensor([[[1, 0]]])
    """
    tape = _Player(draws)
    result = _with(tape, transform, img)
    tape.check_end()
    return result


def drawn(transform: Any, draw: Callable[[], Params]) -> Params:
    """The parameters of a random transform for one image: new ones from `draw()`, noted or replayed if so wanted."""
    tape = _current.tape
    return draw() if tape is None else tape.take(type(transform).__name__, draw)


# -- numbers -----------------------------------------------------------------------------------------------------------


def uniform(low: float = 0.0, high: float = 1.0) -> float:
    """A number from `low` to `high`."""
    return low + (high - low) * float(rand((), generator=sample_generator(), dtype=float64).item())


def whole(low: int, high: int) -> int:
    """A whole number from `low` up to but without `high`."""
    return int(randint(low, high, (), generator=sample_generator()).item())


def order(n: int) -> tuple[int, ...]:
    """0 … n - 1 in random order."""
    return tuple(randperm(n, generator=sample_generator()).tolist())


# -- tapes -------------------------------------------------------------------------------------------------------------


class _Recorder:
    def __init__(self) -> None:
        self.draws: list[Draw] = []

    def take(self, transform: str, draw: Callable[[], Params]) -> Params:
        params = draw()
        self.draws.append(Draw(transform, params))
        return params


class _Player:
    def __init__(self, draws: Iterable[Draw]) -> None:
        self._draws = list(draws)
        self._next = 0

    def take(self, transform: str, draw: Callable[[], Params]) -> Params:
        wanted = self._draws[self._next] if self._next < len(self._draws) else None
        if wanted is None or wanted.transform != transform:
            raise ValueError(
                f"replay: {transform} is next to draw, but the draws have "
                f"{'no more' if wanted is None else wanted.transform} at position {self._next}. Draws can be replayed "
                "by the transform that they were recorded of, or one with the same random stages."
            )
        self._next += 1
        return wanted.params

    def check_end(self) -> None:
        if self._next < len(self._draws):
            raise ValueError(
                f"replay: {len(self._draws) - self._next} of {len(self._draws)} draws are left over, the first of "
                f"{self._draws[self._next].transform}: they were recorded of another transform"
            )


def _with(tape: Any, transform: Callable[[Any], Any], img: Any) -> Any:
    before, _current.tape = _current.tape, tape
    try:
        return transform(img)
    finally:
        _current.tape = before


class _Current(threading.local):
    """Who wants to know what is drawn in this thread."""

    tape: Any = None


_current = _Current()
