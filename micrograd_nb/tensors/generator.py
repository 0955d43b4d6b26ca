"""`Generator`: where random numbers come from. The same seed gives the numbers that PyTorch gives.

Both draw from a Mersenne Twister (Matsumoto and Nishimura 1998), and make numbers of its bits in the same way, down to
the last bit for uniform numbers, integers and permutations. Normal numbers agree to the last digit or two.

>>> import micrograd_nb as mg
>>> _ = mg.manual_seed(0)
>>> mg.rand(3)  # as from torch.manual_seed(0)
tensor([0.4963, 0.7682, 0.0885])
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd import tracing
from . import devices
from .record import is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor

UNSEEDED = 67280421310721  # PyTorch's seed of a generator that was not given one
LONG = 2**28  # a range of more integers takes 64 bits for each
BLOCK = 16  # so many normal numbers are made at once

_STATE = np.dtype(  # PyTorch's state, byte by byte: a state saved there can be gone on from here
    [
        ("seed", "u8"), ("left", "i4"), ("seeded", "i4"), ("next", "u8"), ("key", "u8", 624), ("normal", "f8", 3),
        ("has_spare", "i4"), ("more", "u1", 12),
    ]
)  # fmt: skip
_SPARE = 1  # which of the three numbers holds the normal number that is left over


class Generator:
    """A source of random numbers with a state of its own, so that two parts of a program do not disturb each other.

    >>> g = Generator().manual_seed(0)
    >>> g.uniform(2, np.float32).round(4), g.manual_seed(0).uniform(2, np.float32).round(4)
    (array([0.4963, 0.7682], dtype=float32), array([0.4963, 0.7682], dtype=float32))
    """

    def __init__(self, device: Any = "cpu") -> None:
        devices.check(device)
        self._seed = UNSEEDED
        self._twister: np.random.MT19937 | None = None
        self._spare: float | None = None  # a normal number that was made with another one

    @property
    def _bits(self) -> np.random.MT19937:
        """The source of bits. Made when it is first asked for: numpy.random takes 8 ms to import."""
        if self._twister is None:
            self._twister = np.random.MT19937(0)
            self._twister.state = np.random.RandomState(self._seed % 2**32).get_state(legacy=False)  # type: ignore[assignment]
        return self._twister

    @property
    def device(self) -> devices.device:
        return devices.CPU

    def manual_seed(self, seed: Any) -> Generator:
        """Starts over from `seed`, a whole number of 64 bits: the same numbers follow."""
        number = int(seed)
        if not -(2**63) <= number < 2**64:
            raise ValueError(f"Overflow when unpacking long long: a seed has 64 bits, but it is {number}")
        self._seed, self._twister, self._spare = number % 2**64, None, None
        return self

    def seed(self) -> int:
        """Starts over from a seed that the system chooses, and returns it."""
        self.manual_seed(int.from_bytes(os.urandom(8)))
        return self._seed

    def initial_seed(self) -> int:
        """The seed that the numbers started from."""
        return self._seed

    def get_state(self) -> Tensor:
        """Where the sequence stands, as bytes; `set_state` goes back there."""
        inner = self._bits.state["state"]
        state = np.zeros((), _STATE)
        state["seed"], state["seeded"] = self._seed, 1
        state["key"], state["next"], state["left"] = inner["key"], inner["pos"], 625 - inner["pos"]
        if self._spare is not None:
            state["normal"][_SPARE], state["has_spare"] = self._spare, 1
        return wrap(np.frombuffer(state.tobytes(), np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Generator:
        """Goes to where the sequence stood at `get_state`."""
        if not is_tensor(new_state) or new_state.array.dtype != np.uint8 or new_state.array.size != _STATE.itemsize:
            raise TypeError("RNG state must be a torch.ByteTensor, as get_state() gives: of uint8, with 5056 elements")
        state = np.frombuffer(new_state.array.tobytes(), _STATE)[0]
        self._seed = int(state["seed"])
        position = 624 if state["left"] == 1 else int(state["next"])
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": state["key"].astype(np.uint32), "pos": position},
        }
        self._spare = float(state["normal"][_SPARE]) if state["has_spare"] else None
        return self

    def clone_state(self) -> Generator:
        """Another generator that stands where this one does."""
        return Generator().set_state(self.get_state())

    # -- numbers, as arrays of n

    def bits32(self, n: int) -> ndarray:
        """Whole numbers of 32 bits."""
        return self._bits.random_raw(n)

    def bits64(self, n: int) -> ndarray:
        """Whole numbers of 64 bits, two draws each."""
        pairs = self._bits.random_raw(2 * n)
        return (pairs[::2] << np.uint64(32)) | pairs[1::2]

    def uniform(self, n: int, dtype: Any) -> ndarray:
        """From 0 up to but without 1: as many bits as the dtype can hold there."""
        if dtype == np.float64:
            return (self.bits64(n) & np.uint64(2**53 - 1)) * 2.0**-53
        drawn = (self.bits32(n) & np.uint64(2**24 - 1)).astype(np.float32)
        drawn *= np.float32(2**-24)
        return (
            drawn
            if dtype == np.float32
            else np.minimum(drawn.astype(dtype), np.nextafter(dtype.type(1), dtype.type(0)))
        )

    def integers(self, low: int, high: int, n: int) -> ndarray:
        """Whole numbers from `low` up to but without `high`."""
        span = high - low
        drawn = self.bits64(n) if span >= LONG else self.bits32(n)
        return (drawn % np.uint64(span)).astype(np.int64) + low if span < 2**64 else drawn.astype(np.int64)

    def normal(self, n: int, dtype: Any, in_order: bool = True) -> ndarray:
        """Normally distributed with mean 0 and variance 1 (Box and Muller 1958: two of two uniform numbers).

        Arguments:
            in_order: they go into memory one behind the other; otherwise none is made in blocks.
        """
        if n < BLOCK or not in_order:
            return self._normal_by_pairs(n).astype(dtype)
        made = np.float64 if dtype == np.float64 else np.float32
        whole, rest = n - n % BLOCK, n % BLOCK
        uniform = self.uniform(n, np.dtype(made))
        normal = _normal_blocks(uniform[:whole])
        if rest:  # the last block overlaps the one before
            last = _normal_blocks(self.uniform(BLOCK, np.dtype(made)))
            normal = np.concatenate([normal[: n - BLOCK], last])
        return normal.astype(dtype, copy=False)

    def _normal_by_pairs(self, n: int) -> ndarray:
        spare = [] if self._spare is None else [self._spare]
        pairs = max(n - len(spare) + 1, 0) // 2
        uniform = self.uniform(2 * pairs, np.float64)
        radius, angle = np.sqrt(-2 * np.log1p(-uniform[1::2])), 2 * math.pi * uniform[::2]
        made = np.concatenate([spare, np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)])
        self._spare = float(made[n]) if len(made) > n else None
        return made[:n]

    def poisson(self, rates: ndarray) -> ndarray:
        """How often something happens, of each rate. NumPy's numbers, of the same bits."""
        return np.asarray(np.random.Generator(self._bits).poisson(rates))

    def permutation(self, n: int) -> ndarray:
        """0 … n - 1 in random order (Fisher and Yates 1938): each place in turn swaps with one of those from it on."""
        turns = np.arange(max(n - 1, 0))
        return _swapped(turns + (self.bits32(len(turns)) % (n - turns).astype(np.uint64)).astype(np.int64), n)


def _normal_blocks(uniform: ndarray) -> ndarray:
    """Of each 16 uniform numbers, 8 give a radius, and 8 an angle."""
    blocks = uniform.reshape(-1, 2, BLOCK // 2)
    radius = np.sqrt(-2 * np.log(1 - blocks[:, 0]))
    angle = uniform.dtype.type(2 * math.pi) * blocks[:, 1]
    normal = np.empty_like(blocks)
    np.multiply(radius, np.cos(angle), normal[:, 0])
    np.multiply(radius, np.sin(angle), normal[:, 1])
    return normal.reshape(-1)


def _swapped(places: ndarray, n: int) -> ndarray:
    """0 … n - 1 after its i-th element has been swapped with the one at `places[i]`, for each i in turn.

        order = list(range(n))
        for i, place in enumerate(places):
            order[i], order[place] = order[place], order[i]

    says the same, and takes three times as long for 60 000. Here the swaps are followed backwards, all at once. What
    the i-th turn finds at its place is what the turn before at the same place has put there: that is what this earlier
    turn had at a place of its own number, which in its turn was put there by the last turn that came to it.
    """
    bits = n.bit_length()
    keys = np.sort((places << bits) | np.arange(len(places)))
    place, turn = keys >> bits, keys & ((1 << bits) - 1)  # by place, and at each place in turn
    first = np.ones(len(keys), np.bool_)
    np.not_equal(place[1:], place[:-1], out=first[1:])
    held = np.arange(n)  # by place: the last turn before its own that came to it
    held[place] = turn
    own = np.flatnonzero(place == turn)
    held[place[own]] = np.where(first[own], place[own], turn[own - 1])
    while not np.array_equal(further := held[held], held):  # now: the number that it then held
        held = further
    order = held.copy()
    order[turn] = np.where(first, place, held[np.roll(turn, 1)])
    return order


default_generator = Generator()
default_generator.seed()


def of(generator: Generator | None) -> Any:
    """The generator that was given, or the one for everything that was given none."""
    return tracing.generator(default_generator if generator is None else generator)
