"""Transformer layers: attention and a small perceptron, each with a residual connection and a normalization.

(Vaswani et al. 2017, arXiv 1706.03762)
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import numpy as np

from ..tensors import Tensor, dtype, from_numpy
from ..tensors import get_default_dtype as default_dtype
from . import functional as F
from . import init
from .attention import MultiheadAttention
from .containers import ModuleList
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .normalization import LayerNorm

Activation = str | Callable[[Tensor], Tensor]


class _Layer(Module):
    """What layers of the encoder and of the decoder have in common: self-attention and a perceptron."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        self.norm_first, self.activation = norm_first, _activation(activation)
        names = ["self_attn", "multihead_attn"][: self.parts - 1]
        for name in names:
            setattr(self, name, MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype))
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        for i in range(1, self.parts + 1):
            setattr(self, f"norm{i}", LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype))
        for i in range(1, self.parts + 1):
            setattr(self, f"dropout{i}", Dropout(dropout))

    parts: int
    self_attn: MultiheadAttention

    def _residual(self, x: Tensor, norm: Module, part: Callable[[Tensor], Tensor]) -> Tensor:
        """x + part(x), normalized after that, or with `norm_first` before the part."""
        return x + part(norm(x)) if self.norm_first else norm(x + part(x))

    def _attend(
        self, x: Tensor, memory: Tensor, attention: Module, dropout: Module, mask: Tensor | None, padding: Tensor | None
    ) -> Tensor:
        return dropout(attention(x, memory, memory, padding, need_weights=False, attn_mask=mask)[0])

    def _feed_forward(self, x: Tensor, dropout: Module) -> Tensor:
        return dropout(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoderLayer(_Layer):
    """Self-attention, then a perceptron of two layers. (PyTorch: torch.nn.TransformerEncoderLayer)

    Shapes: src (length, n, d_model), with `batch_first` (n, length, d_model), or without n; output the same.

    Arguments:
        d_model: the size of what stands at each place.
        nhead: the number of heads; `d_model` must be divisible by it.
        dim_feedforward: the size of the perceptron's hidden layer.
        dropout: of the attention's weights, of the hidden layer and of each part's output.
        activation: of the hidden layer: "relu", "gelu" or any function.
        norm_first: normalize before each part instead of after it: trains more easily when deep (Xiong et al. 2020).
        bias: False leaves the biases of all layers out.

    >>> import micrograd_nb as mg
    >>> layer = mg.nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    >>> layer(mg.randn(2, 10, 16)).shape
    micrograd_nb.Size([2, 10, 16])
    """

    parts = 2
    norm1: LayerNorm
    norm2: LayerNorm
    dropout1: Dropout
    dropout2: Dropout

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """`src_mask` and `src_key_padding_mask` are those of `MultiheadAttention`; `is_causal` says what they are."""
        x = self._residual(
            src,
            self.norm1,
            lambda x: self._attend(x, x, self.self_attn, self.dropout1, src_mask, src_key_padding_mask),
        )
        return self._residual(x, self.norm2, lambda x: self._feed_forward(x, self.dropout2))


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to an encoder's output, then a perceptron. (PyTorch: torch.nn.TransformerDecoderLayer)

    Shapes: tgt (target, n, d_model), memory (source, n, d_model), with `batch_first` n first, or both without n; output
    as tgt. The arguments are those of `TransformerEncoderLayer`.
    """

    parts = 3
    multihead_attn: MultiheadAttention
    norm1: LayerNorm
    norm2: LayerNorm
    norm3: LayerNorm
    dropout1: Dropout
    dropout2: Dropout
    dropout3: Dropout

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The masks are those of `MultiheadAttention`: of the self-attention, and of the attention to `memory`."""
        x = self._residual(
            tgt,
            self.norm1,
            lambda x: self._attend(x, x, self.self_attn, self.dropout1, tgt_mask, tgt_key_padding_mask),
        )
        x = self._residual(
            x,
            self.norm2,
            lambda x: self._attend(x, memory, self.multihead_attn, self.dropout2, memory_mask, memory_key_padding_mask),
        )
        return self._residual(x, self.norm3, lambda x: self._feed_forward(x, self.dropout3))


class _Stack(Module):
    """What encoder and decoder have in common: layers one above the other, each a copy of the given one."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        self.layers = ModuleList([deepcopy(layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm


class TransformerEncoder(_Stack):
    """`num_layers` copies of a `TransformerEncoderLayer`, one above the other. (PyTorch: torch.nn.TransformerEncoder)

    Arguments:
        norm: a normalization for the end.
        enable_nested_tensor, mask_check: choose among PyTorch's implementations. There is one here.
    """

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        output = src
        for layer in self.layers:
            output = layer(output, mask, src_key_padding_mask)
        return output if self.norm is None else self.norm(output)


class TransformerDecoder(_Stack):
    """`num_layers` copies of a `TransformerDecoderLayer`, one above the other. See `TransformerEncoder`.

    (PyTorch: torch.nn.TransformerDecoder)
    """

    def __init__(self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        output = tgt
        for layer in self.layers:
            output = layer(output, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        return output if self.norm is None else self.norm(output)


class Transformer(Module):
    """An encoder, and a decoder that looks at what comes out of it. (PyTorch: torch.nn.Transformer)

    Shapes: src (source, n, d_model), tgt (target, n, d_model), with `batch_first` n first, or both without n; output as
    tgt. It embeds nothing: tokens become vectors before it, and vectors become logits after it.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__()
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*options, dtype=dtype),
            num_encoder_layers,
            LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype),
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*options, dtype=dtype),
            num_decoder_layers,
            LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype),
        )
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
    ) -> Tensor:
        if src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise RuntimeError(
                f"the feature number of src and tgt must be equal to d_model, {self.d_model}, but they are "
                f"{src.shape[-1]} and {tgt.shape[-1]}"
            )
        memory = self.encoder(src, src_mask, src_key_padding_mask)
        return self.decoder(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, *, dtype: dtype | None = None) -> Tensor:
        """(sz, sz): 0 where a place may look, −inf for all that comes after it.

        >>> import micrograd_nb as mg
        >>> mg.nn.Transformer.generate_square_subsequent_mask(3)
        tensor([[0., -inf, -inf],
                [0., 0., -inf],
                [0., 0., 0.]])
        """
        kind = (dtype or default_dtype()).dtype
        return from_numpy(np.triu(np.full((sz, sz), -np.inf, kind), 1))


def _activation(activation: Activation) -> Callable[[Tensor], Tensor]:
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {activation}. Or give a function.")
    return getattr(F, activation)
