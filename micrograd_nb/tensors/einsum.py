"""Einstein's notation: one line for any sum of products, `einsum("ij,jk->ik", a, b)`.

>>> import micrograd_nb as mg
>>> a = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
>>> mg.einsum("ii", a), mg.einsum("ij->j", a), mg.einsum("ij,kj->ik", a, a)
(tensor(5.), tensor([4., 6.]), tensor([[ 5., 11.],
        [11., 25.]]))
"""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING, Any

from ..autograd.rules import einsum as rules
from . import errors
from .conversion import summands
from .record import apply, is_tensor

if TYPE_CHECKING:
    from .core import Tensor

Subscripts = list[Any]
"""The labels of an operand's axes: whole numbers, and `...` for those that get none."""

_LETTERS = "".join(sorted(ascii_letters))  # capital letters come first, as in PyTorch


def einsum(*args: Any) -> Tensor:
    """Multiplies tensors along axes with one label, and sums over the labels that the result lacks.

    Called as `einsum(equation, *operands)`, or `einsum(operand, labels, operand, labels, …, labels of the result)`,
    where labels are lists of numbers below 52 and `...`.

    Arguments:
        equation: a letter for each axis of each operand, commas between the operands, and after `->` the letters of
            the result. Left out, the result has the letters that occur once, in alphabetical order. `...` stands for
            the axes that are left, which broadcast. A letter twice in one operand takes its diagonal. Spaces do not
            count.

    Shapes: axes of one label have one length; one of length 1 stretches.

    Raises:
        RuntimeError: an equation that cannot be read, or does not fit the operands.

    >>> import micrograd_nb as mg
    >>> q, k = mg.ones(8, 2, 5, 4), mg.ones(8, 2, 3, 4)
    >>> mg.einsum("bhid,bhjd->bhij", q, k).shape
    micrograd_nb.Size([8, 2, 5, 3])
    >>> mg.einsum(q, [..., 0, 3], k, [..., 1, 3], [..., 0, 1]).shape
    micrograd_nb.Size([8, 2, 5, 3])
    """
    operands, subscripts, result = _by_equation(*args) if args and isinstance(args[0], str) else _by_lists(*args)
    _check_operands(operands)
    labels = [_labels(x, marks, i) for i, (x, marks) in enumerate(zip(operands, subscripts, strict=True))]
    out = _implied(labels) if result is None else _of_result(result, labels)
    _check_sizes(operands, labels)
    number = {label: i for i, label in enumerate(dict.fromkeys(label for part in labels for label in part))}
    numbered = tuple(tuple(number[label] for label in part) for part in labels)
    operation = rules.einsum if len(operands) > 1 else rules.einsum_one
    if len(out) < len(number):
        operands = [_summand(x, alone=len(operands) == 1) for x in operands]
    return apply(operation, *operands, labels=numbered, out=tuple(number[label] for label in out))


# -- how it is called --------------------------------------------------------------------------------------------------


def _by_equation(equation: str, *operands: Any) -> tuple[list[Tensor], list[Subscripts], Subscripts | None]:
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    left, arrow, right = equation.partition("->")
    parts = left.split(",")
    if len(parts) != len(operands):
        which = "fewer" if len(operands) < len(parts) else "more"
        raise RuntimeError(
            f"einsum(): {which} operands were provided than specified in the equation: {equation!r} is for "
            f"{len(parts)}, and there are {len(operands)}"
        )
    subscripts = [_read(part, equation, f"operand {i}") for i, part in enumerate(parts)]
    return list(operands), subscripts, _read(right, equation, "the output") if arrow else None


def _read(text: str, equation: str, what: str) -> Subscripts:
    """The labels of letters."""
    before, dots, after = text.replace(" ", "").partition("...")
    for letter in before + after:
        if letter == ".":
            raise RuntimeError(
                f"einsum(): found '.' for {what} that is not part of any ellipsis: write three, in {text!r}"
            )
        if letter not in _LETTERS:
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {equation.index(letter)} in the equation string, "
                f"subscripts must be in [a-zA-Z]: {letter!r} in {equation!r}"
            )
    letters = [[_LETTERS.index(letter) for letter in part] for part in (before, after)]
    return [*letters[0], ..., *letters[1]] if dots else letters[0]


def _by_lists(*args: Any) -> tuple[list[Tensor], list[Subscripts], Subscripts | None]:
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    pairs = len(args) // 2
    operands, subscripts = list(args[0 : 2 * pairs : 2]), [list(marks) for marks in args[1 : 2 * pairs : 2]]
    result = list(args[-1]) if len(args) % 2 else None
    for label in (label for marks in (*subscripts, result or []) for label in marks):
        if label is not ... and not 0 <= label < len(_LETTERS):
            raise ValueError(
                f"einsum(): subscript in subscript list is not within the valid range [0, {len(_LETTERS)}): {label}"
            )
    return operands, subscripts, result


# -- what it says ------------------------------------------------------------------------------------------------------
# Axes that `...` stands for get labels, too: −1 for the last of them, −2 for the one before, so that they line up at
# the right.


def _labels(x: Tensor, marks: Subscripts, place: int) -> list[int]:
    """A label for each axis of an operand."""
    unnamed = x.array.ndim - sum(mark is not ... for mark in marks)
    if unnamed < 0 or (unnamed > 0 and ... not in marks):
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({len(marks)}) does not match the number of "
            f"dimensions ({x.array.ndim}) for operand {place} and no ellipsis was given"
        )
    return [label for mark in marks for label in (range(-unnamed, 0) if mark is ... else (mark,))]


def _implied(labels: list[list[int]]) -> list[int]:
    """The labels of a result that is not given: the unnamed axes, then what occurs once."""
    every = [label for part in labels for label in part]
    return sorted(label for label in {*every} if label < 0 or every.count(label) == 1)


def _of_result(marks: Subscripts, labels: list[list[int]]) -> list[int]:
    every = {label for part in labels for label in part}
    for mark in marks:
        if marks.count(mark) > 1:
            raise RuntimeError(f"einsum(): output subscript {_name(mark)} appears more than once in the output")
        if mark is not ... and mark not in every:
            raise RuntimeError(
                f"einsum(): output subscript {_name(mark)} does not appear in the equation for any input operand, so it"
                " has no length"
            )
    unnamed = sorted(label for label in every if label < 0)
    return [label for mark in marks for label in (unnamed if mark is ... else (mark,))]


# -- whether it fits ---------------------------------------------------------------------------------------------------


def _summand(x: Tensor, alone: bool) -> Tensor:
    """As in a sum, bools count as int64, and so do other whole numbers, if there are no products."""
    return summands(x, None) if alone or x.array.dtype.kind == "b" else x


def _check_operands(operands: list[Any]) -> None:
    for i, x in enumerate(operands):
        if not is_tensor(x):
            raise errors.no_tensor("einsum", f"operand {i}", x)
        if x.array.dtype != operands[0].array.dtype:
            raise errors.dtypes_differ(operands[0].dtype.name, x.dtype.name)


def _check_sizes(operands: list[Tensor], labels: list[list[int]]) -> None:
    seen: dict[int, int] = {}
    for i, (x, part) in enumerate(zip(operands, labels, strict=True)):
        own: dict[int, int] = {}
        for label, n in zip(part, x.array.shape, strict=True):
            if own.setdefault(label, n) != n:
                raise RuntimeError(
                    f"einsum(): subscript {_name(label)} is repeated for operand {i} but the sizes don't match, {n} != "
                    f"{own[label]}: a diagonal is that of a square"
                )
        for label, n in own.items():
            if n != 1 and seen.setdefault(label, n) != n:
                raise RuntimeError(
                    f"einsum(): subscript {_name(label)} has size {n} for operand {i} which does not broadcast with "
                    f"previously seen size {seen[label]}"
                )


def _name(label: Any) -> str:
    return _LETTERS[label] if label is not ... and label >= 0 else "..."
