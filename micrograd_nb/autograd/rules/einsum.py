"""Sums of products over labelled axes, in Einstein's notation. Every product of vectors and matrices is one.

    ij, jk → ik     a product of matrices       ii →            a trace
    i, i →          a scalar product            ij → ji         a transpose
    i, j → ij       an outer product            bij, bjk → bik  a batch of products of matrices

Axes with one label run together; those that the result lacks are summed. The gradient of an operand is such a sum of
products itself: the operand and the result change places. Here labels are whole numbers, a tuple for each operand.
"""

from __future__ import annotations

from itertools import chain
from math import prod
from typing import Any

import numpy as np

from ..constants import ones
from ..operation import Operation, operation

# fmt: off

SMALL = 1 << 14  # so few products are added up sooner than NumPy finds an order of products of matrices for them

def _sizes(operands: Any, labels: Any) -> dict[int, int]:
    """How long the axes of each label are. Where some have length one, they stretch."""
    sizes: dict[int, int] = {}
    for label, n in zip(chain(*labels), chain(*(x.shape for x in operands)), strict=True):
        if n != 1 or label not in sizes:
            sizes[label] = n
    return sizes

def _sum_of_products(*inputs: Any, labels: Any, out: Any) -> Any:
    products = prod(_sizes(inputs, labels).values())
    return np.einsum(*chain(*zip(inputs, labels, strict=True)), out, optimize=products > SMALL)

def _in_its_place(g: Any, f: Any, mine: Any, shape: Any, others: Any, theirs: Any) -> Any:
    """The gradient of an operand, by its labels and shape. Two labels of it need a partner besides the others:

    one that is summed by itself has the same gradient all along, and gets a vector of ones;
    one that is repeated, a diagonal, has no gradient off it, and gets an identity matrix.
    """
    operands, labels, place = [g, *others], [f.out, *theirs], list[int]()
    for label, n in zip(mine, shape, strict=True):
        sizes = _sizes(operands, labels)
        if label in place:
            repeated, label = label, max(*mine, *sizes) + 1
            operands.append(np.eye(n, dtype=g.dtype))
            labels.append((repeated, label))
        elif label not in sizes or n not in (1, sizes[label]):
            operands.append(ones(n, g.dtype))
            labels.append((label,))
        place.append(label)
    return (einsum if len(operands) > 1 else einsum_one)(*operands, labels=tuple(labels), out=tuple(place))

def _of_one(g: Any, f: Any) -> Any:
    return _in_its_place(g, f, f.labels[0], f.input_shape, (), ())

def _of_many(g: Any, f: Any, i: int) -> Any:
    others, theirs = ((*all_of[:i], *all_of[i + 1:]) for all_of in (f.inputs, f.labels))
    return _in_its_place(g, f, f.labels[i], f.inputs[i].shape, others, theirs)

einsum_one: Operation = operation("EinsumBackward0",
    lambda input, *, labels, out: _sum_of_products(input, labels=labels, out=out).copy(), _of_one)  # never a view
einsum: Operation = operation("EinsumBackward0", _sum_of_products, _of_many, broadcasts=True, converts=False)
