"""Multi-head attention: several attentions side by side, each on a projection of its own."""

from __future__ import annotations

import math

import numpy as np

from ..autograd.rules.attention import split_heads
from ..tensors import Tensor, apply, cat, dtype, empty, from_numpy, zeros
from . import functional as F
from . import init
from .functional.attention import hidden
from .linear import Linear
from .module import Module
from .parameter import Parameter


class MultiheadAttention(Module):
    """Attention in `num_heads` parts: each looks at projections of its own, and another layer joins what they saw.

    (PyTorch: torch.nn.MultiheadAttention; Vaswani et al. 2017, arXiv 1706.03762)

    Shapes: query (target, n, embed_dim), key (source, n, kdim), value (source, n, vdim), with `batch_first` n first, or
    all without n. Returns the output, as query, and the weights (n, target, source), or None. The projections lie one
    below the other in `in_proj_weight` (3 · embed_dim, embed_dim); with other sizes of key or value they are apart.

    Arguments:
        dropout: how much of the weights becomes 0 in training.
        bias: False leaves the biases of all projections out.
        add_bias_kv: one more key and value, which are learned.
        add_zero_attn: one more key and value, of zeros.
        kdim, vdim: the sizes of key and value, if they are not `embed_dim`.
        batch_first: the batch comes first.

    Raises:
        ValueError, AssertionError, RuntimeError: sizes that do not fit, as in PyTorch.

    >>> import micrograd_nb as mg
    >>> attention = mg.nn.MultiheadAttention(8, 2, batch_first=True)
    >>> x = mg.randn(3, 5, 8)
    >>> output, weights = attention(x, x, x)
    >>> output.shape, weights.shape
    (micrograd_nb.Size([3, 5, 8]), micrograd_nb.Size([3, 5, 5]))
    """

    in_proj_weight: Parameter | None
    in_proj_bias: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        if embed_dim % num_heads:
            raise AssertionError(f"embed_dim must be divisible by num_heads, but {embed_dim} is not by {num_heads}")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = (embed_dim if size is None else size for size in (kdim, vdim))
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        together = self.kdim == self.vdim == embed_dim
        shapes = {
            "in_proj_weight": (3 * embed_dim, embed_dim) if together else None,
            "q_proj_weight": None if together else (embed_dim, embed_dim),
            "k_proj_weight": None if together else (embed_dim, self.kdim),
            "v_proj_weight": None if together else (embed_dim, self.vdim),
            "in_proj_bias": (3 * embed_dim,) if bias else None,
        }
        for name, shape in shapes.items():
            self.register_parameter(name, None if shape is None else Parameter(empty(shape, dtype=dtype)))
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, dtype=dtype)
        for name in ("bias_k", "bias_v"):
            learned = Parameter(empty(1, 1, embed_dim, dtype=dtype)) if add_bias_kv else None
            self.register_parameter(name, learned)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws new weights; the biases start as 0."""
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if getattr(self, name) is not None:
                init.xavier_uniform_(getattr(self, name))
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for learned in (self.bias_k, self.bias_v):
            if learned is not None:
                init.xavier_normal_(learned)

    bias_k: Parameter | None
    bias_v: Parameter | None

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output, and the weights of each query's look at the keys.

        Arguments:
            key_padding_mask: (n, source), or (source,): True, or −inf, hides a key from all queries.
            need_weights: False returns None for the weights, which is faster.
            attn_mask: (target, source) or (n · num_heads, target, source): True, or −inf, hides a key from a query.
            average_attn_weights: False returns the weights of each head, (n, num_heads, target, source).
            is_causal: says that `attn_mask`, which must be given, hides what comes later. It changes nothing.
        """
        if is_causal and attn_mask is None:
            raise RuntimeError(
                "Need attn_mask if specifying the is_causal hint. Make one: "
                "nn.Transformer.generate_square_subsequent_mask(length)."
            )
        if query.ndim not in (2, 3):
            raise AssertionError(
                f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor"
            )
        if query.ndim == 2:
            return self._unbatched(query, key, value, key_padding_mask, need_weights, attn_mask, average_attn_weights)
        q, k, v = self._project(query, key, value)
        mask = self._mask(attn_mask, key_padding_mask, q, k)
        k, v, mask = self._with_more_keys(k, v, mask)
        dropout = self.dropout if self.training else 0.0
        if not need_weights:
            return self._join(F.scaled_dot_product_attention(q, k, v, mask, dropout)), None
        scores = (q * (1 / math.sqrt(self.head_dim))) @ k.transpose(-2, -1)
        weights = F.dropout((scores if mask is None else scores + mask).softmax(-1), dropout, dropout > 0)
        return self._join(weights @ v), weights.mean(1) if average_attn_weights else weights

    def _unbatched(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None,
        need_weights: bool,
        attn_mask: Tensor | None,
        average_attn_weights: bool,
    ) -> tuple[Tensor, Tensor | None]:
        """Makes a batch of one."""
        axis = 0 if self.batch_first else 1
        alike: dict[int, Tensor] = {}  # what is one tensor stays one
        q, k, v = (alike.setdefault(id(x), x.unsqueeze(axis)) for x in (query, key, value))
        padding = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        output, weights = self.forward(q, k, v, padding, need_weights, attn_mask, average_attn_weights)
        return output.squeeze(axis), None if weights is None else weights.squeeze(0)

    def _project(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, ...]:
        """The queries, keys and values of all heads, (n, heads, length, head_dim). What can be one product is one."""
        size, weight, bias = self.embed_dim, self.in_proj_weight, self.in_proj_bias
        self._check(query, key, value)
        if weight is None:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
            biases = [None if bias is None else bias[i * size : (i + 1) * size] for i in range(3)]
            given = zip((query, key, value), weights, biases, strict=True)
            return tuple(self._heads(F.linear(x, w, b), 1)[0] for x, w, b in given)
        if query is key is value:
            return self._heads(F.linear(query, weight, bias), 3)
        ends = (0, size, 3 * size) if key is value else (0, size, 2 * size, 3 * size)
        inputs = (query, key) if key is value else (query, key, value)
        heads: list[Tensor] = []
        for x, start, end in zip(inputs, ends, ends[1:], strict=False):
            projected = F.linear(x, weight[start:end], None if bias is None else bias[start:end])
            heads += self._heads(projected, (end - start) // size)
        return tuple(heads)

    q_proj_weight: Parameter
    k_proj_weight: Parameter
    v_proj_weight: Parameter

    def _heads(self, projected: Tensor, parts: int) -> tuple[Tensor, ...]:
        return apply(split_heads, projected, parts=parts, heads=self.num_heads, batch_first=self.batch_first)

    def _join(self, seen: Tensor) -> Tensor:
        """What all heads saw, side by side, through the last projection."""
        n, _, length, _ = seen.shape
        joined = seen.permute(0, 2, 1, 3) if self.batch_first else seen.permute(2, 0, 1, 3)
        shape = (n, length, self.embed_dim) if self.batch_first else (length, n, self.embed_dim)
        return self.out_proj(joined.reshape(shape))

    def _mask(self, attn_mask: Tensor | None, padding: Tensor | None, q: Tensor, k: Tensor) -> Tensor | None:
        """Both masks as one that is added, and broadcasts to (n, heads, target, source)."""
        n, heads, target, _ = q.shape
        source = k.shape[2]
        mask = None if attn_mask is None else _added(attn_mask, "attn_mask", q)
        if mask is not None and mask.ndim == 3:
            if tuple(mask.shape) != (n * heads, target, source):
                raise RuntimeError(
                    f"The shape of the 3D attn_mask is {tuple(mask.shape)}, but should be "
                    f"{(n * heads, target, source)}."
                )
            mask = mask.reshape(n, heads, target, source)
        elif mask is not None and tuple(mask.shape) != (target, source):
            raise RuntimeError(
                f"The shape of the 2D attn_mask is {tuple(mask.shape)}, but should be {(target, source)}."
            )
        if padding is None:
            return mask
        if tuple(padding.shape) != (n, source):
            raise AssertionError(
                f"Expected key_padding_mask.shape to be {(n, source)}, (n, source), but got {tuple(padding.shape)}"
            )
        hides = _added(padding, "key_padding_mask", q).reshape(n, 1, 1, source)
        return hides if mask is None else mask + hides

    def _with_more_keys(self, k: Tensor, v: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """The learned key and value at the end, and those of zeros, where they are wanted. No mask hides them."""
        n = k.shape[0]
        shape = (n, self.num_heads, 1, self.head_dim)
        more: list[tuple[Tensor, Tensor]] = []
        if self.bias_k is not None and self.bias_v is not None:
            learned = (x.reshape(1, self.num_heads, 1, self.head_dim).expand(shape) for x in (self.bias_k, self.bias_v))
            more.append(tuple(learned))  # type: ignore[arg-type]
        if self.add_zero_attn:
            more.append((zeros(shape, dtype=k.dtype), zeros(shape, dtype=v.dtype)))
        for another_k, another_v in more:
            k, v = cat([k, another_k], 2), cat([v, another_v], 2)
            mask = None if mask is None else F.pad(mask, (0, 1))
        return k, v, mask

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(
                f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}, query's last axis"
            )
        if self.in_proj_weight is not None and key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}"
            )


def _added(mask: Tensor, name: str, like: Tensor) -> Tensor:
    """A mask as what is added to the scores: bools become 0, or −inf where they are True."""
    if mask.array.dtype == np.bool_:
        return from_numpy(hidden(~mask.array, like.array.dtype))
    if mask.array.dtype.kind != "f":
        raise AssertionError(f"only bool and floating types of {name} are supported, not {mask.dtype.name}")
    return mask
