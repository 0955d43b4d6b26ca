"""Attention: queries look at keys, and get a weighted mean of values."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd.rules import attention as rules
from ...tensors import Tensor, apply, rand
from ...tensors.shapes import expand


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """softmax(q kᵀ / √d + mask) v: every query gets a mean of the values, weighted by how well their keys fit it.

    Shapes: query (…, target, d), key (…, source, d), value (…, source, e), result (…, target, e).
    (Vaswani et al. 2017, arXiv 1706.03762; PyTorch: torch.nn.functional.scaled_dot_product_attention)

    Arguments:
        attn_mask: of a shape that broadcasts to (…, target, source). Bools: True lets a query see a key. Floats: are
            added to what the softmax gets. A query that may see nothing gets zeros.
        dropout_p: so large a share of the weights becomes 0, whether in training or not.
        is_causal: a query sees no key that comes after it.
        scale: what q kᵀ is multiplied by, instead of 1/√d.
        enable_gqa: fewer heads of keys and values than of queries (axis −3): each serves several.

    Raises:
        RuntimeError: shapes or dtypes that do not fit; a mask together with `is_causal`.

    >>> import micrograd_nb as mg
    >>> q, k, v = mg.tensor([[9.0, 0.0]]), mg.tensor([[9.0, 0.0], [0.0, 9.0]]), mg.tensor([[1.0], [2.0]])
    >>> scaled_dot_product_attention(q, k, v)  # fits the first key
    tensor([[1.]])
    """
    _check(query, key, value, attn_mask, is_causal)
    if enable_gqa:
        key, value = (_repeat_heads(x, query.array.shape[-3]) for x in (key, value))
    query, key, value = _same_batch(query, key, value)
    scores = (*query.array.shape[:-1], key.array.shape[-2])
    fixed, learned = _mask(attn_mask, is_causal, scores, query.array.dtype)
    keep = None
    if dropout_p > 0:
        keep = (rand(scores, dtype=query.dtype).array >= dropout_p) / query.array.dtype.type(1 - dropout_p)
    return apply(
        rules.attention,
        query,
        key,
        value,
        learned,
        scale=1 / sqrt(query.array.shape[-1] or 1) if scale is None else scale,
        fixed=fixed,
        keep=keep,
    )


def _mask(
    mask: Tensor | None, is_causal: bool, scores: tuple[int, ...], dtype: Any
) -> tuple[ndarray | None, Tensor | None]:
    """What is added to the scores: as an array, or as a tensor where it wants a gradient."""
    if is_causal:
        return hidden(np.tri(*scores[-2:], dtype=bool), dtype), None
    if mask is None:
        return None, None
    if mask.array.dtype == np.bool_:
        return hidden(mask.array, dtype), None
    return (mask.array, None) if mask.node is None else (None, mask)


def hidden(visible: ndarray, dtype: Any) -> ndarray:
    """0 where something is visible, −inf where it is hidden."""
    return np.where(visible, dtype.type(0), dtype.type(-np.inf))


def _repeat_heads(x: Tensor, heads: int) -> Tensor:
    """Each head of keys and values as often as it serves a head of queries."""
    shape = x.array.shape
    if heads % shape[-3]:
        raise RuntimeError(
            "Number of heads in key and value must divide the number of heads in query, but they are "
            f"{shape[-3]} and {heads}"
        )
    parts = x.reshape((*shape[:-2], 1, *shape[-2:])).expand((*shape[:-2], heads // shape[-3], *shape[-2:]))
    return parts.reshape((*shape[:-3], heads, *shape[-2:]))


def _same_batch(*tensors: Tensor) -> list[Tensor]:
    """The tensors with the axes before the last two broadcast."""
    batches = [x.array.shape[:-2] for x in tensors]
    if batches.count(batches[0]) == len(batches):
        return list(tensors)
    batch = np.broadcast_shapes(*batches)
    return [x if x.array.shape[:-2] == batch else expand(x, *batch, *x.array.shape[-2:]) for x in tensors]


def _check(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, is_causal: bool) -> None:
    shapes = [tuple(x.array.shape) for x in (query, key, value)]
    if min(map(len, shapes)) < 2:
        raise RuntimeError(
            "scaled_dot_product_attention: Expected query, key, and value to all be at least 2 dimensional, "
            f"(…, length, d), but got {shapes}"
        )
    dtypes = {x.array.dtype for x in (query, key, value)}
    if len(dtypes) > 1 or query.array.dtype.kind != "f":
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, a float, but got query.dtype: "
            f"{query.dtype.name} key.dtype: {key.dtype.name} and value.dtype: {value.dtype.name} instead."
        )
    if shapes[0][-1] != shapes[1][-1] or shapes[1][-2] != shapes[2][-2]:
        raise RuntimeError(
            "query and key must have the same last axis, and key and value the same length, but query, key and value "
            f"are {shapes}: the axes are (…, length, d)"
        )
    if mask is None:
        return
    if is_causal:
        raise RuntimeError("Explicit attn_mask should not be set when is_causal=True: put both into one mask")
    if mask.array.dtype != np.bool_ and mask.array.dtype != query.array.dtype:
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or to match query dtype, but got attn_mask.dtype: "
            f"{mask.dtype.name} and query.dtype: {query.dtype.name} instead."
        )
