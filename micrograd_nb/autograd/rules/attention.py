"""Attention: every query looks at all keys, and gets a mean of the values, each weighted by how well its key fits.

    y = softmax(scale · q kᵀ + mask) v

Shapes: query (…, target, d), key (…, source, d), value (…, source, e), result (…, target, e). The mask is added, and
broadcasts to (…, target, source): −inf hides a key from a query. (Vaswani et al. 2017)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..broadcasting import unbroadcast
from ..operation import fused
from ..several import Gradients

# fmt: off

def _attention(query: Any, key: Any, value: Any, mask: Any = None, *, scale: float, fixed: Any, keep: Any) -> Any:
    """`fixed` is a mask that gets no gradient. `keep` is dropout's: what each weight is multiplied by, or None."""
    p = (query * query.dtype.type(scale)) @ key.swapaxes(-1, -2)
    for added in (mask, fixed):
        if added is not None:
            p += added
    p -= _finite(np.maximum.reduce(p, -1, keepdims=True, initial=-np.inf))
    np.exp(p, p)
    total = np.add.reduce(p, -1, keepdims=True)
    p *= np.reciprocal(total, total, where=total != 0)  # a query that sees no key gets zeros
    kept = p if keep is None else p * keep
    return kept @ value, {"weights": p, "kept": kept}

def _finite(largest: Any) -> Any:
    """Where all keys are hidden, the largest is −inf, and −inf − (−inf) would be NaN."""
    if np.isneginf(largest).any():
        largest[np.isneginf(largest)] = 0
    return largest

def _towards_inputs(g: Any, f: Any) -> Any:
    """One pass for all inputs: they share `towards`, the gradient of scale · q kᵀ + mask."""
    p, scale = f.weights, f.query.dtype.type(f.scale)
    towards = g @ f.value.swapaxes(-1, -2)
    if f.keep is not None:
        towards *= f.keep
    towards -= np.einsum("...ij,...ij->...i", towards, p)[..., None]
    towards *= p
    mask = None if f.mask is None else unbroadcast(towards, f.mask.shape).copy()
    towards *= scale
    return towards @ f.key, towards.swapaxes(-1, -2) @ f.query, f.kept.swapaxes(-1, -2) @ g, mask

def _attention_by_steps(query: Any, key: Any, value: Any, mask: Any, *, scale: float, fixed: Any, keep: Any) -> Any:
    scores = np.matmul(query, key.swapaxes(-1, -2)) * scale
    for added in (mask, fixed):
        scores = scores if added is None else scores + added
    plain = getattr(scores, "array", scores)
    p = np.exp(scores - _finite(plain.max(-1, keepdims=True, initial=-np.inf)))
    total = p.sum(-1, keepdims=True)
    p = p / (total + (getattr(total, "array", total) == 0))
    return np.matmul(p if keep is None else p * keep, value)

attention = fused("ScaledDotProductFlashAttentionForCpuBackward0", _attention, _towards_inputs,
                      keeps=True, joint=True, definition=_attention_by_steps)

# What leads to the queries, keys and values of all heads lies side by side: (n, length, parts · heads · d), or with the
# length first. Each part becomes a value of its own, (n, heads, length, d), without a copy.

def _split_heads(input: Any, *, parts: int, heads: int, batch_first: bool) -> Any:
    split = input.reshape(*input.shape[:2], parts, heads, input.shape[2] // (parts * heads))
    split = split.transpose((2, 0, 3, 1, 4) if batch_first else (2, 1, 3, 0, 4))
    return tuple(split[i] for i in range(parts))

def _joined_heads(g: Any, f: Any) -> Any:
    grads = g if isinstance(g, Gradients) else {0: g}
    *batch, size = f.input_shape
    dtype = next(iter(grads.values())).dtype
    joined = np.zeros((*batch, f.parts, f.heads, size // (f.parts * f.heads)), dtype)
    for part, grad in grads.items():
        joined[:, :, part] = grad.transpose((0, 2, 1, 3) if f.batch_first else (2, 0, 1, 3))
    return (joined.reshape(f.input_shape),)

split_heads = fused("SplitHeadsBackward0", _split_heads, _joined_heads, joint=True, definition=_split_heads)
