"""How many multiplications, each with an addition, an operation takes: read off the arrays that it ran on.

(n, k) @ (k, m): each of the n·m numbers of the result is a sum of k products, so n·m·k. Counted are products of
matrices and what is made of them, such as a convolution: where a model's time goes. What is done element by element is
not counted, nor are sums.
"""

from __future__ import annotations

from collections.abc import Callable

from ...autograd import Node, Operation
from ...autograd.rules import matrix, neural


def multiply_adds(node: Node) -> int:
    """Those of the operation that left this node."""
    count = COUNTS.get(node.operation)
    return 0 if count is None else count(node)


def _product(f: Node) -> int:
    """Each number of the result is a sum along the last axis of the first input."""
    return f.output.size * f.input.shape[-1]


COUNTS: dict[Operation, Callable[[Node], int]] = {
    matrix.mm: _product,
    matrix.mv: _product,
    matrix.vm: _product,
    matrix.dot: _product,
    matrix.rows_mm: _product,
    matrix.bmm: _product,
    neural.linear: _product,
    neural.linear_rows: _product,
}
"""What to count for each operation. A test finds those that are missing."""
