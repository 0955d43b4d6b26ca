"""Looking rows up in a table, and its gradient: adding rows up, each to the row of the table that it came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constants import zeros
from ..operation import Operation, operation

# fmt: off

def _rows(weight: Any, *, index: Any, padding_idx: int | None, scale_grad_by_freq: bool) -> Any:
    """weight[index]: weight (rows, size), index any shape of row numbers, value (*, size)."""
    return weight.take(np.ravel_multi_index((index,), weight.shape[:1]), 0)  # which refuses negative numbers

def _sums(input: Any, *, index: Any, count: int) -> Any:
    """The sum of the rows of each number: input (*, size), index (*,), value (count, size).

    Adding element by element, at flat indices, is what NumPy is fast at; adding rows takes five times as long.
    """
    size = input.shape[-1]
    out = zeros((count, size), input)
    at = index.reshape(-1, 1) * size + np.arange(size)
    np.add.at(out.reshape(-1), at.reshape(-1), input.reshape(-1))
    return out

def _shares(g: Any, f: Any) -> Any:
    """What each place adds to its row: the padding's nothing, and a share of it where a row is scaled by its count."""
    if f.padding_idx is not None:
        g = g * (f.index != f.padding_idx)[..., None]
    if f.scale_grad_by_freq:
        g = g / np.bincount(f.index.reshape(-1))[f.index].astype(g.dtype)[..., None]
    return g

embedding: Operation = operation("EmbeddingBackward0", _rows,
                       lambda g, f: sum_rows(_shares(g, f), index=f.index, count=f.input_shape[0]), saves=True)
sum_rows: Operation  = operation("EmbeddingBagBackward0", _sums,
                       lambda g, f: embedding(g, index=f.index, padding_idx=None, scale_grad_by_freq=False), saves=True)
