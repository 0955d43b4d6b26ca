"""How many multiplications, each with an addition, an operation takes: read off the arrays that it ran on.

(n, k) @ (k, m): each of the n·m numbers of the result is a sum of k products, so n·m·k. Counted are products of
matrices and what is made of them, such as a convolution: where a model's time goes. What is done element by element is
not counted, nor are sums.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ...autograd import Node, Operation
from ...autograd.rules import attention, convolution, einsum, matrix, neural, recurrent, winograd


def multiply_adds(node: Node) -> int:
    """Those of the operation that left this node."""
    count = COUNTS.get(node.operation)
    return 0 if count is None else count(node)


def _product(f: Any) -> int:
    """Each number of the result is a sum along the last axis of the first input."""
    return f.output.size * f.input.shape[-1]


def _added_product(f: Any) -> int:
    """Of input + a @ b."""
    a = f.inputs[1]
    return f.output.size * a.shape[-1]


def _sum_of_batch(f: Any) -> int:
    return f.batch1.size * f.batch2.shape[-1]


def _convolution(f: Any) -> int:
    """Each number of the result is a sum over a window of all channels of its group."""
    return f.output.size * f.weight[0].size


def _transposed_convolution(f: Any) -> int:
    """Each number of the input goes to a window of all channels of its group."""
    return f.input.size * f.weight[0].size


def _equation(f: Any) -> int:
    """One for each choice of all indices and each operand after the first."""
    sizes = {
        label: n for x, labels in zip(f.inputs, f.labels, strict=True) for label, n in zip(labels, x.shape, strict=True)
    }
    return prod(sizes.values()) * (len(f.inputs) - 1)


def _attention(f: Any) -> int:
    """Every query with every key; and every result is a sum over all values."""
    return (f.query.size + f.output.size) * f.key.shape[-2]


def _recurrence(f: Any) -> int:
    """For each step of each sequence both matrices of weights."""
    return prod(f.input.shape[:2]) * (f.weight_ih.size + f.weight_hh.size)


COUNTS: dict[Operation, Callable[[Node], int]] = {
    matrix.mm: _product,
    matrix.mv: _product,
    matrix.vm: _product,
    matrix.dot: _product,
    matrix.rows_mm: _product,
    matrix.bmm: _product,
    matrix.vdot: _product,
    matrix.addmm: _added_product,
    matrix.addmv: _added_product,
    matrix.addbmm: _sum_of_batch,
    einsum.einsum: _equation,
    neural.linear: _product,
    neural.linear_rows: _product,
    convolution.conv: _convolution,
    winograd.conv: _convolution,
    convolution.conv_input: _transposed_convolution,
    attention.attention: _attention,
    recurrent.rnn: _recurrence,
    recurrent.lstm: _recurrence,
    recurrent.gru: _recurrence,
}
"""What to count for each operation. A test finds those that are missing."""
