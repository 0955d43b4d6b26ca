"""Words and other things that have a number: a row of a table for each (`embedding`), or a 1 (`one_hot`)."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from ...autograd import changes
from ...autograd.constants import zeros as zeros_like
from ...autograd.rules import embedding as rules
from ...autograd.rules.indexing import take_along
from ...tensors import Tensor, apply, cat, errors, from_numpy, zeros
from ...tensors.record import wrap
from .checks import known

Table = Tensor
"""A tensor (rows, size), from which rows are looked up."""


def embedding(
    input: Tensor,
    weight: Table,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The row of `weight` for each number in `input`. (PyTorch: torch.nn.functional.embedding)

    Shapes: input (*), int64 or int32; weight (rows, size); result (*, size).

    Arguments:
        padding_idx: the row that stands for no word; it gets no gradient.
        max_norm: shortens the rows that are looked up to this norm, in `weight` itself, before anything else.
        norm_type: the p of that norm.
        scale_grad_by_freq: divides the gradient of each row by how often `input` has it.
        sparse: must be False: the gradient is a whole table.

    Raises:
        IndexError: a number below 0 or not below the number of rows.
        RuntimeError: an input that is not of integers, a weight that is no matrix.
        AssertionError: a `padding_idx` that is no row.
        NotImplementedError: `sparse`.

    >>> import micrograd_nb as mg
    >>> embedding(mg.tensor([2, 0]), mg.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]))
    tensor([[2., 2.],
            [0., 0.]])
    """
    refuse_sparse(sparse)
    index = _row_numbers(input, weight, "embedding")
    if padding_idx is not None:
        padding_idx = row_of_padding(padding_idx, len(weight.array))
    if max_norm is not None:
        _shorten(weight, index, max_norm, norm_type)
    return _look_up(index, weight, padding_idx, scale_grad_by_freq)


def embedding_bag(
    input: Tensor,
    weight: Table,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """The sum, mean or maximum of the rows of each bag of numbers. (PyTorch: torch.nn.functional.embedding_bag)

    Shapes: input (bags, n), or (n,) with offsets (bags,); weight (rows, size); result (bags, size).

    Arguments:
        offsets: where in a flat input each bag begins; the first begins at 0. An empty bag gives zeros.
        mode: "sum", "mean" or "max".
        per_sample_weights: what each row counts in a sum, of the input's shape.
        include_last_offset: the last offset is where the last bag ends, so there is one bag less than offsets.
        padding_idx: a number that is in no bag, and whose row gets no gradient.
        max_norm, norm_type, scale_grad_by_freq, sparse: as for `embedding`.

    Raises:
        ValueError: shapes that do not fit, another `mode`, `scale_grad_by_freq` of maxima.
        RuntimeError, IndexError: as for `embedding`; offsets that do not fit the input.
        NotImplementedError: `sparse`, or `per_sample_weights` for another mode than "sum".

    >>> import micrograd_nb as mg
    >>> table = mg.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> embedding_bag(mg.tensor([0, 1, 2]), table, mg.tensor([0, 1]), mode="sum")
    tensor([[0., 0.],
            [3., 3.]])
    """
    if weight.array.ndim != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.array.ndim}")
    if weight.array.dtype.kind != "f":
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, Float, Double; "
            f"but got {weight.dtype.scalar_type} instead (while checking arguments for embedding_bag). Use x.float()."
        )
    _check_mode(mode, scale_grad_by_freq, per_sample_weights, input, weight)
    refuse_sparse(sparse)
    index = _row_numbers(input, weight, "embedding_bag").reshape(-1)
    bag, count = _bags(input, offsets, include_last_offset)
    if max_norm is not None:
        _shorten(weight, index, max_norm, norm_type)
    if padding_idx is not None or input.array.ndim == 1:
        kept = (bag >= 0) & (bag < count)
        if padding_idx is not None:
            kept &= index != _padding_of_bags(padding_idx, len(weight.array))
        index, bag = index[kept], bag[kept]
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)[from_numpy(kept)]
    rows = _look_up(index, weight, None, scale_grad_by_freq)
    if mode == "max":
        return _largest_of_bags(rows, bag, count)
    if mode == "mean":
        rows = rows * from_numpy((1 / np.bincount(bag)[bag]).astype(rows.array.dtype)[:, None])
    elif per_sample_weights is not None:
        rows = rows * per_sample_weights.reshape(-1, 1)
    return apply(rules.sum_rows, rows, index=bag, count=count)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """A new last axis with 1 at the place that each number says, and 0 elsewhere.

    (PyTorch: torch.nn.functional.one_hot)

    Shapes: tensor (*), int64; result (*, num_classes), int64.

    Arguments:
        num_classes: −1 takes one more than the largest number.

    Raises:
        RuntimeError: another dtype, a negative number, a number that is not below `num_classes`.

    >>> import micrograd_nb as mg
    >>> one_hot(mg.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    index = tensor.array
    if index.dtype != np.int64:
        raise RuntimeError(
            "one_hot is only applicable to index tensor of type LongTensor. "
            f"It is of {tensor.dtype.name}: use x.long()."
        )
    if not isinstance(num_classes, int):
        raise TypeError(
            f"one_hot(): argument 'num_classes' (position 2) must be int, not {type(num_classes).__name__}: a number "
            "of places"
        )
    if index.size == 0 and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor. Give num_classes.")
    if known(tensor) and index.size and index.min() < 0:
        raise RuntimeError(f"Class values must be non-negative. The smallest is {index.min()}.")
    if num_classes == -1:
        num_classes = int(index.max()) + 1
    elif known(tensor) and index.size and index.max() >= num_classes:
        raise RuntimeError(
            f"Class values must be smaller than num_classes. The largest is {index.max()}, so give at least "
            f"{index.max() + 1}."
        )
    out = zeros_like((*index.shape, num_classes), index)
    np.put_along_axis(out, index[..., None], 1, -1)
    return wrap(out)


def row_of_padding(padding_idx: int, rows: int) -> int:
    """The row of the padding, counted from 0.

    Raises:
        AssertionError: there is no such row.
    """
    if not -rows <= padding_idx < rows:
        raise AssertionError(f"Padding_idx must be within num_embeddings: {padding_idx} is no row of {rows}")
    return padding_idx % rows


def refuse_sparse(sparse: bool) -> None:
    """Says that there are no sparse gradients."""
    if sparse:
        raise NotImplementedError(
            "there are no sparse gradients here: the gradient of an embedding is a whole table, and every optimizer "
            "takes it. Leave sparse=True out."
        )


# -- looking up --------------------------------------------------------------------------------------------------------


def _look_up(index: ndarray, weight: Table, padding_idx: int | None, scale_grad_by_freq: bool) -> Tensor:
    options = {"index": index, "padding_idx": padding_idx, "scale_grad_by_freq": scale_grad_by_freq}
    return apply(rules.embedding, weight, **options)


def _row_numbers(input: Tensor, weight: Table, name: str) -> ndarray:
    index, table = input.array, weight.array
    if table.ndim != 2:
        raise RuntimeError(
            f"'weight' must be 2-D, a row for each number, but its shape is {tuple(table.shape)}. The numbers come "
            f"first: {name}(input, weight)."
        )
    if index.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"Tensor instead (while checking arguments for {name}): it is of {input.dtype.name}. Use x.long()."
        )
    return index


def _shorten(weight: Table, index: ndarray, max_norm: float, norm_type: float) -> None:
    """Scales the rows that are longer than `max_norm`, in place and unrecorded."""
    rows = np.unique(index)
    if rows.size and (rows[0] < 0 or rows[-1] >= len(weight.array)):
        raise errors.no_such_row(rows, len(weight.array))
    norms = np.linalg.norm(weight.array[rows], norm_type, axis=1)
    long = norms > max_norm
    if long.any():
        weight.array[rows[long]] *= (max_norm / (norms[long] + 1e-7))[:, None]
        changes.note(weight.array, "embedding(max_norm=…)")


# -- bags --------------------------------------------------------------------------------------------------------------


def _check_mode(mode: str, scale: bool, weights: Tensor | None, input: Tensor, table: Table) -> None:
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"mode has to be one of sum, mean or max, but it is {mode!r}")
    if mode == "max" and scale:
        raise ValueError("max mode does not support scaling the gradient by the frequency: one row alone gets it")
    if weights is None:
        return
    if weights.array.shape != input.array.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({weights.shape}) is not None, then it must have the same shape as "
            f"the input ({input.shape})"
        )
    if mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}')."
        )
    if weights.array.dtype != table.array.dtype:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 "
            f"'per_sample_weights'; but they are {table.dtype.name} and {weights.dtype.name}. "
            f"Use per_sample_weights.to({table.dtype})."
        )


def _bags(input: Tensor, offsets: Tensor | None, include_last_offset: bool) -> tuple[ndarray, int]:
    """The bag of each number of the flat input, and how many bags there are. What is in none has a bag beyond."""
    sizes = input.array.shape
    if len(sizes) == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                f"sequences. However, found offsets of type {type(offsets).__name__}"
            )
        return np.repeat(np.arange(sizes[0]), sizes[1]), sizes[0]
    if len(sizes) != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {len(sizes)}")
    if offsets is None or offsets.array.ndim != 1:
        raise ValueError(f"offsets has to be a 1D Tensor{' but got None' if offsets is None else ''}")
    starts = offsets.array
    _check_offsets(starts, offsets, sizes[0], include_last_offset)
    return np.searchsorted(starts, np.arange(sizes[0]), side="right") - 1, len(starts) - include_last_offset


def _check_offsets(starts: ndarray, offsets: Tensor, length: int, include_last_offset: bool) -> None:
    if starts.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'offsets' to have one of the following scalar types: Long, Int; but got "
            f"Tensor instead (while checking arguments for embedding_bag): it is of {offsets.dtype.name}. "
            "Use offsets.long()."
        )
    if include_last_offset and not len(starts):
        raise RuntimeError("include_last_offset: number of offset should be at least 1")
    if len(starts) and starts[0] != 0:
        raise RuntimeError(
            "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {starts[0]}"
        )
    if len(starts) and starts[-1] > length:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {length} but got offsets[-1] of {starts[-1]}"
        )
    if (np.diff(starts) < 0).any():
        raise RuntimeError(f"offsets must not decrease: a bag ends where the next begins. They are {starts.tolist()}.")


def _padding_of_bags(padding_idx: int, rows: int) -> int:
    if not -rows <= padding_idx < rows:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, {-rows} through {rows - 1}, but got {padding_idx}"
        )
    return padding_idx % rows


def _largest_of_bags(rows: Tensor, bag: ndarray, count: int) -> Tensor:
    """For each bag and column the largest of its rows; 0 for an empty bag. Of equals the first gets the gradient."""
    array = rows.array
    nothing = len(array)  # the place of a row of zeros that is put after the others
    place = np.full((count, array.shape[1]), nothing)
    if nothing:
        filled, starts = np.unique(bag, return_index=True)
        largest = np.maximum.reduceat(array, starts, 0)
        is_largest = (array == np.repeat(largest, np.bincount(bag)[filled], 0)) | np.isnan(array)
        number = np.where(is_largest, np.arange(nothing)[:, None], nothing)
        place[filled] = np.minimum.reduceat(number, starts, 0)
    rows = cat([rows, zeros(1, array.shape[1], dtype=rows.dtype)])
    return apply(take_along, rows, index=place, dim=0)
