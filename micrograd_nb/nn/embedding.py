"""Embedding: a row of learned numbers for each word, or whatever else has a number; EmbeddingBag: the sum of a few."""

from __future__ import annotations

from typing import Any, Self

from ..tensors import Tensor, dtype
from . import functional as F
from . import init
from .functional.sparse import refuse_sparse, row_of_padding
from .module import Module
from .parameter import Parameter, new_parameter


class _Table(Module):
    """What both have in common: a matrix with a row for each number, one of which may stand for none."""

    weight: Parameter
    max_norm: float | None
    norm_type: float
    scale_grad_by_freq: bool

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None,
        sparse: bool,
        weight: Tensor | None,
        freeze: bool,
        device: Any,
        dtype: dtype | None,
    ) -> None:
        super().__init__()
        refuse_sparse(sparse)
        self.num_embeddings, self.embedding_dim, self.sparse = num_embeddings, embedding_dim, sparse
        self.padding_idx = None if padding_idx is None else row_of_padding(padding_idx, num_embeddings)
        if weight is None:
            self.weight = new_parameter(num_embeddings, embedding_dim, device=device, dtype=dtype)
            self.reset_parameters()
        else:
            if weight.array.shape != (num_embeddings, embedding_dim):
                raise AssertionError(
                    "Shape of weight does not match num_embeddings and embedding_dim: it is "
                    f"{tuple(weight.array.shape)}, not {(num_embeddings, embedding_dim)}"
                )
            self.weight = Parameter(weight)
        self.weight.requires_grad = not freeze

    def reset_parameters(self) -> None:
        """Draws new rows, normally distributed; that of the padding becomes 0."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.array[self.padding_idx] = 0

    def _norms(self) -> str:
        """What the two show of `max_norm` and of how gradients are scaled."""
        shown = "" if self.max_norm is None else f", max_norm={self.max_norm}"
        shown += "" if self.norm_type == 2 else f", norm_type={self.norm_type}"
        return shown + (f", scale_grad_by_freq={self.scale_grad_by_freq}" if self.scale_grad_by_freq else "")


class Embedding(_Table):
    """A row of numbers for each number in the input. (PyTorch: torch.nn.Embedding)

    Shapes: input (*), int64 or int32; output (*, embedding_dim); weight (num_embeddings, embedding_dim), which starts
    normally distributed.

    Arguments:
        padding_idx: the row that stands for no word: it starts as 0, and gets no gradient.
        max_norm: rows that are looked up are shortened to this norm, for good.
        norm_type: the p of that norm.
        scale_grad_by_freq: divides the gradient of each row by how often the input has it.
        sparse: must be False: the gradient is a whole table.

    >>> import micrograd_nb as mg
    >>> words = mg.nn.Embedding(1000, 64, padding_idx=0)
    >>> words(mg.tensor([[3, 14, 15], [92, 6, 0]])).shape
    micrograd_nb.Size([2, 3, 64])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(num_embeddings, embedding_dim, padding_idx, sparse, _weight, _freeze, device, dtype)
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """An embedding of rows that you have: (num_embeddings, embedding_dim). It shares their memory.

        Arguments:
            freeze: whether they stay as they are.
        """
        rows, columns = _sizes(embeddings)
        return cls(rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, embeddings, freeze)

    def forward(self, input: Tensor) -> Tensor:
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}{self._norms()}"


class EmbeddingBag(_Table):
    """The sum, mean or maximum of the rows of each bag of numbers. (PyTorch: torch.nn.EmbeddingBag)

    Shapes: input (bags, n), or (n,) with offsets (bags,); output (bags, embedding_dim).

    Arguments:
        mode: "sum", "mean" or "max".
        include_last_offset: the last offset is where the last bag ends.
        padding_idx: a number that is in no bag; its row starts as 0, and gets no gradient.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for `Embedding`.

    >>> import micrograd_nb as mg
    >>> bags = mg.nn.EmbeddingBag(1000, 64)
    >>> bags(mg.tensor([3, 14, 15, 92]), mg.tensor([0, 3])).shape  # three words, and one
    micrograd_nb.Size([2, 64])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: dtype | None = None,
    ) -> None:
        super().__init__(num_embeddings, embedding_dim, padding_idx, sparse, _weight, False, device, dtype)
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.mode, self.include_last_offset = mode, include_last_offset

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """Bags of rows that you have: (num_embeddings, embedding_dim). They share their memory.

        Arguments:
            freeze: whether they stay as they are.
        """
        rows, columns = _sizes(embeddings)
        options = (max_norm, norm_type, scale_grad_by_freq, mode, sparse)
        bag = cls(rows, columns, *options, embeddings, include_last_offset, padding_idx)
        bag.weight.requires_grad = not freeze
        return bag

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset,
            padding_idx=self.padding_idx,
        )

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{self._norms()}, mode={self.mode!r}{padding}"


def _sizes(embeddings: Tensor) -> tuple[int, int]:
    if embeddings.array.ndim != 2:
        raise AssertionError(
            f"Embeddings parameter is expected to be 2-dimensional, a row for each number, not {embeddings.array.ndim}D"
        )
    rows, columns = embeddings.array.shape
    return rows, columns
