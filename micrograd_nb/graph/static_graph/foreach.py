"""The same calls for each of several parameters, as one call for all of them: PyTorch's optimizers call it foreach.

    multiply(v1, 0.9, v1)
    multiply(v2, 0.9, v2)           →           multiply(v, 0.9, v)         where v1 and v2 are pieces of v
    multiply(v3, 0.9, v3)

On small parameters a call of NumPy takes as long as its arithmetic, so this saves most of an optimizer's time. For it,
the arrays have to lie one behind the other in memory. The program's buffers and an optimizer's state can be moved
there; parameters cannot, since others hold views of them, so the calls that write those stay single.

No result changes by a bit: only calls are merged whose results NumPy rounds exactly, however long the arrays are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate, chain, groupby, takewhile
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.lib.array_utils import byte_bounds

from .memory import Moves, is_method_of_array, owner, start
from .program import Program, Statement, arrays_in

ALIGNMENT = 16  # elements: so each piece starts where the processor's vector registers like it
MOST_BYTES = 1 << 18  # of one piece; above, the arithmetic takes longer than the call, and pieces fit the cache better
MOST_STATEMENTS = 64  # for one parameter
EXACT = {
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.absolute, np.sqrt, np.square, np.maximum, np.minimum,
    np.sign, np.greater, np.less, np.greater_equal, np.less_equal,
}  # fmt: skip


def merge(program: Program, may_move: Callable[[ndarray], bool]) -> Moves:
    """Merges calls in a program, and returns what had to be moved for it.

    Arguments:
        may_move: whether an array that the program has not made may be moved.
    """
    moves: Moves = {}
    merged: list[Statement] = []
    for _, run in groupby(program.statements, lambda s: s.operation):
        rest = list(run)
        while rest:
            length, count = _repetition(rest)
            lanes = [rest[i * length : (i + 1) * length] for i in range(count)]
            together = count > 1 and _independent(lanes)
            merged += _merged(lanes, _Memory(program, may_move, moves)) if together else rest[: length * count]
            rest = rest[length * count :]
    program.statements = merged
    program.move(moves)
    return moves


def _repetition(statements: list[Statement]) -> tuple[int, int]:
    """How many statements from the first on are repeated how often, with other arrays: what covers most; or (1, 1)."""
    best = 1, 1
    for length in range(1, min(MOST_STATEMENTS, len(statements) // 2) + 1):
        pairs = zip(statements, statements[length:], strict=False)
        same = len(list(takewhile(lambda pair: _alike(*pair), pairs)))
        count = 1 + same // length
        if count > 1 and length * count > best[0] * best[1]:
            best = length, count
    return best


def _alike(a: Statement, b: Statement) -> bool:
    """Whether two statements differ in their arrays only."""
    return (
        a.text == b.text
        and len(a.operands) == len(b.operands)
        and all(_same_kind(x, y) for x, y in zip(a.operands, b.operands, strict=True))
    )


def _same_kind(x: Any, y: Any) -> bool:
    """Whether two operands are the same but for their arrays."""
    if type(x) is not type(y):
        return False
    if isinstance(x, (tuple, list)):
        return len(x) == len(y) and all(map(_same_kind, x, y))
    if isinstance(x, ndarray):
        return True
    return x.__name__ == y.__name__ if is_method_of_array(x) else x is y or (isinstance(x, _LITERALS) and x == y)


_LITERALS = (bool, int, float, str, slice)


def _independent(lanes: list[list[Statement]]) -> bool:
    """Whether no lane reads or writes what another one writes, so that their order does not matter."""
    spans = []  # (first byte, byte after the last, lane, whether it is written)
    for number, lane in enumerate(lanes):
        for s in lane:
            spans += [(*byte_bounds(a), number, False) for a in arrays_in(s.operands)]
            spans += [(*byte_bounds(s.writes), number, True)] if s.writes is not None else []
    open_spans: list[tuple[int, int, int, bool]] = []
    for low, high, lane_number, written in sorted(set(spans)):
        open_spans = [span for span in open_spans if span[1] > low]
        if any(span[2] != lane_number and (written or span[3]) for span in open_spans):
            return False
        open_spans.append((low, high, lane_number, written))
    return True


def _merged(lanes: list[list[Statement]], memory: _Memory) -> list[Statement]:
    """The statements of all lanes, each as one where that is possible."""
    merged: list[Statement] = []
    for statements in zip(*lanes, strict=True):
        together = _together(statements, memory)
        merged += [together] if together else statements
    return merged


def _together(statements: tuple[Statement, ...], memory: _Memory) -> Statement | None:
    """One call of a ufunc for several, or None where that cannot be."""
    first = statements[0]
    function = first.operands[0]
    is_plain_call = isinstance(function, np.ufunc) and function in EXACT and "=" not in first.text
    if not is_plain_call or first.operands[-1] is not first.writes:
        return None
    shapes = [s.operands[-1].shape for s in statements]
    columns = list(zip(*(s.operands for s in statements), strict=True))[1:]
    families = {tuple(map(id, column)): column for column in columns if not _is_one_number(column)}
    ids = list(chain.from_iterable(families))
    if len(set(ids)) < len(ids):  # an array can have one place only
        return None
    if not all(shapes == [getattr(x, "shape", None) for x in f] and memory.has(f) for f in families.values()):
        return None
    operands = [column[0] if _is_one_number(column) else memory.flat(column) for column in columns]
    return replace(first, operands=(function, *operands), writes=operands[-1])


def _is_one_number(column: tuple[Any, ...]) -> bool:
    """Whether an operand is the same for all parameters, and one number."""
    return all(x is column[0] for x in column) and getattr(column[0], "size", 1) == 1


class _Memory:
    """Arrays of which each belongs to one parameter, and which get to lie one behind the other."""

    def __init__(self, program: Program, may_move: Callable[[ndarray], bool], moves: Moves) -> None:
        self.program, self.may_move, self.moves = program, may_move, moves
        self._flat: dict[tuple[int, ...], ndarray] = {}

    def has(self, arrays: tuple[ndarray, ...]) -> bool:
        """Whether arrays lie, or can be made to lie, one behind the other."""
        if tuple(map(id, arrays)) in self._flat or _flat_of(arrays) is not None:
            return True
        return len({a.dtype for a in arrays}) == 1 and all(map(self._can_move, arrays))

    def flat(self, arrays: tuple[ndarray, ...]) -> ndarray:
        """One array of all."""
        key = tuple(map(id, arrays))
        if key not in self._flat:
            flat = _flat_of(arrays)
            self._flat[key] = self._move(arrays) if flat is None else flat
        return self._flat[key]

    def _can_move(self, array: ndarray) -> bool:
        is_free = self.may_move(array) if self.program.is_fixed(array) else True
        is_whole = owner(array) is array and array.flags.c_contiguous and array.flags.writeable
        return is_free and is_whole and id(array) not in self.moves and array.nbytes <= MOST_BYTES

    def _move(self, arrays: tuple[ndarray, ...]) -> ndarray:
        starts, size = _layout(arrays)
        flat = np.zeros(size, arrays[0].dtype)
        for first, array in zip(starts, arrays, strict=True):
            place = flat[first : first + array.size].reshape(array.shape)
            place[...] = array
            self.moves[id(array)] = array, place
        names = {self.program.names.get(id(a), "").rpartition(".")[2] for a in arrays}
        if len(names) == 1 and "" not in names:  # such as momentum_buffer
            self.program.names[id(flat)] = names.pop()
        return flat


def _flat_of(arrays: tuple[ndarray, ...]) -> ndarray | None:
    """The array that arrays are pieces of, if they have been moved there before."""
    flat = owner(arrays[0])
    starts, size = _layout(arrays)
    places = [start(flat) + first * flat.itemsize for first in starts]
    is_so = flat.shape == (size,) and all(
        owner(a) is flat and a.dtype == flat.dtype and a.flags.c_contiguous and start(a) == place
        for a, place in zip(arrays, places, strict=True)
    )
    return flat if is_so else None


def _layout(arrays: tuple[ndarray, ...]) -> tuple[list[int], int]:
    """Where each array begins if they lie one behind the other, and how many elements that takes."""
    ends = list(accumulate(-(-a.size // ALIGNMENT) * ALIGNMENT for a in arrays))
    return [0, *ends[:-1]], ends[-1]
