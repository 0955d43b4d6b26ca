"""What a batch is to a training: a pair of an input and a target."""

from __future__ import annotations

from typing import Any

import numpy as np


def pair(batch: Any) -> tuple[Any, Any]:
    """The input and the target of a batch.

    Raises:
        ValueError: a batch that is no pair.

    >>> pair([1, 2])
    (1, 2)
    """
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        what = f"a {type(batch).__name__}" + (f" of {len(batch)}" if isinstance(batch, (tuple, list, dict)) else "")
        raise ValueError(
            f"a batch must be a pair, (input, target), but the loader gave {what}. Let the dataset return pairs, or "
            "give the DataLoader a collate_fn that makes them."
        )
    return batch[0], batch[1]


def size(target: Any) -> int:
    """How many samples the target of a batch has.

    >>> import micrograd_nb as mg
    >>> size(mg.zeros(32, 10))
    32
    """
    ndim = target.ndim if hasattr(target, "ndim") else np.ndim(target)
    return len(target) if ndim else 1
