"""Mistakes in reading and writing at indices, sorting, and changes in place."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from typing import Any

from tests.tensors.mistakes.row import Mistake, leaf, set_item


def view_of_another_shape(m: Any) -> None:
    """A view whose tensor becomes another view of itself before the view is changed."""
    x = leaf(m) * 1
    row = x[0]
    x.t_()
    row.add_(1)


# fmt: off

MISTAKES = [
    # indexing
    Mistake("x.select(0, 0)", IndexError, lambda m: m.tensor(1.0).select(0, 0), "select() cannot be applied to", "0", "a single number, item()"),
    Mistake("x.select(0, 5)", IndexError, lambda m: m.ones(2, 3).select(0, 5), "select(): index", "5", "[2, 3] at dimension 0"),
    Mistake("x.narrow(0, 0, 1)", RuntimeError, lambda m: m.tensor(1.0).narrow(0, 0, 1), "narrow() cannot be applied to", "0", "a single number, item()"),
    Mistake("x.narrow(0, 0, -1)", RuntimeError, lambda m: m.ones(2, 3).narrow(0, 0, -1), "narrow(): length must be", "-1", "but it is -1"),
    Mistake("x.narrow(0, 3, 1)", IndexError, lambda m: m.ones(2, 3).narrow(0, 3, 1), "start out of range", "3)", "of [-2, 2], but got 3)"),
    Mistake("x.narrow(0, 1, 2)", RuntimeError, lambda m: m.ones(2, 3).narrow(0, 1, 2), "start (1) + length (2) exceeds", "(2)", "dimension size (2)"),
    # gathering
    Mistake("x.scatter(0, tensor([[0, 1, 2, 0]]))", TypeError, lambda m: m.ones(3, 4).scatter(0, m.tensor([[0, 1, 2, 0]])), "scatter(): give src, a tensor,", "", "what is to be written"),
    Mistake("x.scatter(0, tensor([[0, 1, 2, 0]]), 2, reduce=\"sum\")", RuntimeError, lambda m: m.ones(3, 4).scatter(0, m.tensor([[0, 1, 2, 0]]), 2, reduce="sum"), "reduce argument must be either", "sum", "sum. See scatter_reduce"),
    Mistake("x.scatter_reduce(0, tensor([[0, 1, 2, 0]]), ones(3, 4), \"foo", RuntimeError, lambda m: m.ones(3, 4).scatter_reduce(0, m.tensor([[0, 1, 2, 0]]), m.ones(3, 4), "foo"), "reduce argument must be either", "foo", "amax or amin, got foo"),
    Mistake("x.scatter(0, tensor([[0, 1, 2, 0]]), ones(3, 4).double())", RuntimeError, lambda m: m.ones(3, 4).scatter(0, m.tensor([[0, 1, 2, 0]]), m.ones(3, 4).double()), "scatter(): Expected self.dtype", "float32 and float64", "c.to(micrograd_nb.float32)"),
    Mistake("x.scatter(0, tensor([[0, 1, 2, 0]]), tensor(1.0))", RuntimeError, lambda m: m.ones(3, 4).scatter(0, m.tensor([[0, 1, 2, 0]]), m.tensor(1.0)), "Index tensor must have the same", "2 and 0", "give a Python number"),
    Mistake("x.scatter(0, tensor([[0, 1, 2, 0]]), ones(1, 3))", RuntimeError, lambda m: m.ones(3, 4).scatter(0, m.tensor([[0, 1, 2, 0]]), m.ones(1, 3)), "Expected index", "[1, 4]", "size than src [1, 3]"),
    Mistake("x.gather(0, tensor([0]))", RuntimeError, lambda m: m.ones(3, 4).gather(0, m.tensor([0])), "Index tensor must have the same", "1 and 2", "but they have 1 and 2"),
    Mistake("x.gather(0, zeros(1, 5, dtype=int64))", RuntimeError, lambda m: m.ones(3, 4).gather(0, m.zeros(1, 5, dtype=m.int64)), "Size does not match at", "1", "4] apart from dimension 0"),
    Mistake("x.take_along_dim(tensor([[0, 1, 2, 0]]).int(), 0)", RuntimeError, lambda m: m.ones(3, 4).take_along_dim(m.tensor([[0, 1, 2, 0]]).int(), 0), "torch.take_along_dim(): dtype of", "Int", "but got Int: x.long()"),
    Mistake("x.take_along_dim(tensor([0]), 0)", RuntimeError, lambda m: m.ones(3, 4).take_along_dim(m.tensor([0]), 0), "torch.take_along_dim(): input", "2 dimensions for input, and 1 dimensions for indices", "1 dimensions for indices"),
    Mistake("x.index_select(0, tensor([0, 0]))", RuntimeError, lambda m: m.tensor(1.0).index_select(0, m.tensor([0, 0])), "index_select(): Index to scalar", "2 value(s)", "1 value, got 2 value(s)"),
    Mistake("x.index_fill(0, tensor([[0, 1, 2, 0]]), 7)", RuntimeError, lambda m: m.ones(3, 4).index_fill(0, m.tensor([[0, 1, 2, 0]]), 7), "Index has to be a vector/scalar,", "the shape (1, 4)", "shape (1, 4): x.flatten()"),
    Mistake("x.index_fill(0, tensor([0, 2]), tensor([7.0]))", RuntimeError, lambda m: m.ones(3, 4).index_fill(0, m.tensor([0, 2]), m.tensor([7.0])), "index_fill_ only supports", "tensor with 1 dimension(s)", "each place use index_copy"),
    Mistake("x.index_add(0, tensor([0, 2]), ones(2, 4).long())", RuntimeError, lambda m: m.ones(3, 4).index_add(0, m.tensor([0, 2]), m.ones(2, 4).long()), "index_add_(): self", "Float", "e.to(micrograd_nb.float32)"),
    Mistake("x.index_add(0, tensor([0, 2]), ones(2, 3))", RuntimeError, lambda m: m.ones(3, 4).index_add(0, m.tensor([0, 2]), m.ones(2, 3)), "source tensor shape must match", "[3, 4]", "4] source.shape = [2, 3]"),
    Mistake("x.index_add(0, tensor([0, 2]), ones(3, 4))", RuntimeError, lambda m: m.ones(3, 4).index_add(0, m.tensor([0, 2]), m.ones(3, 4)), "index_add_(): Number of", "(2)", "(3), for dim: 0"),
    Mistake("x.index_put(tensor([0, 2]), tensor(5.0))", TypeError, lambda m: m.ones(3, 4).index_put(m.tensor([0, 2]), m.tensor(5.0)), "index_put():", "'indices'", "not Tensor: (index,)"),
    Mistake("x.index_put((tensor([0, 2]), ), tensor(5))", RuntimeError, lambda m: m.ones(3, 4).index_put((m.tensor([0, 2]), ), m.tensor(5)), "Index put requires the source", "Float for the destination and Long for the source", "e.to(micrograd_nb.float32)"),
    Mistake("x.put(tensor([0, 2]), tensor([7, 8]))", RuntimeError, lambda m: m.ones(3, 4).put(m.tensor([0, 2]), m.tensor([7, 8])), "put_(): self and source expected", "self", "e.to(micrograd_nb.float32)"),
    Mistake("x.put(tensor([0, 2]), tensor([7.0]))", IndexError, lambda m: m.ones(3, 4).put(m.tensor([0, 2]), m.tensor([7.0])), "put_(): Expected source and", "source", "= 1, index.numel() = 2"),
    Mistake("x.take(tensor([0, 2]).int())", RuntimeError, lambda m: m.ones(3, 4).take(m.tensor([0, 2]).int()), "take(): Expected a long tensor", "Int", "but got Int: x.long()"),
    Mistake("x.take(tensor([12]))", IndexError, lambda m: m.ones(3, 4).take(m.tensor([12])), "out of range: tried to access", "12", "a tensor of 12 elements"),
    Mistake("x.masked_select(ones(3, 4))", RuntimeError, lambda m: m.ones(3, 4).masked_select(m.ones(3, 4)), "masked_select: expected", "float32", "got float32. Write x > 0"),
    Mistake("x.masked_scatter(ones(3, 4), ones(3, 4))", RuntimeError, lambda m: m.ones(3, 4).masked_scatter(m.ones(3, 4), m.ones(3, 4)), "masked_scatter_ only supports", "mask with dtype float32", "float32. Write x > 0"),
    Mistake("x.masked_scatter(ones(3, 4) > 0, arange(12))", RuntimeError, lambda m: m.ones(3, 4).masked_scatter(m.ones(3, 4) > 0, m.arange(12)), "masked_scatter: expected self", "Float and Long", "e.to(micrograd_nb.float32)"),
    Mistake("x.masked_scatter(ones(3, 4) > 0, arange(2.0))", RuntimeError, lambda m: m.ones(3, 4).masked_scatter(m.ones(3, 4) > 0, m.arange(2.0)), "Number of elements of source <", "2", "2 elements for 12 places"),
    Mistake("x.gather(0, [[0]])", TypeError, lambda m: m.ones(3, 4).gather(0, [[0]]), "gather(): argument", "'index'", "tensor(...) makes one"),
    Mistake("x.gather(0, tensor([[0, 1, 2, 0]]).float())", RuntimeError, lambda m: m.ones(3, 4).gather(0, m.tensor([[0, 1, 2, 0]]).float()), "gather(): Expected dtype", "float32", "a mask with masked_select"),
    Mistake("x.index_select(0, tensor([[0, 1, 2, 0]]))", IndexError, lambda m: m.ones(3, 4).index_select(0, m.tensor([[0, 1, 2, 0]])), "index_select(): Index is", "shape (1, 4)", "but got shape (1, 4)"),
    Mistake("x.gather(0, tensor([[5]]))", RuntimeError, lambda m: m.ones(3, 4).gather(0, m.tensor([[5]])), "index 5 is out of bounds for", "0", "dimension 0 with size 3"),
    # sorting
    Mistake("x.topk(5)", RuntimeError, lambda m: m.ones(2, 3).topk(5), "selected index k out of range: k", "3 elements along dim 1", "3 elements along dim 1"),
    Mistake("tensor([True, False, True]).topk(2)", RuntimeError, lambda m: m.tensor([True, False, True]).topk(2), "topk does not support bool", "", "them numbers, x.long()"),
    Mistake("searchsorted(tensor([1, 3]), tensor([3]), side=\"up\")", RuntimeError, lambda m: m.searchsorted(m.tensor([1, 3]), m.tensor([3]), side="up"), "torch.searchsorted(): side can", "up", "or 'right' but got up"),
    Mistake("searchsorted(tensor([1, 3, 5]), tensor([3, 6]), side=\"left\",", RuntimeError, lambda m: m.searchsorted(m.tensor([1, 3, 5]), m.tensor([3, 6]), side="left", right=True), "torch.searchsorted(): side and", "side of left while right was True", "left while right was True"),
    Mistake("searchsorted(tensor(1.0), tensor([3.0]))", RuntimeError, lambda m: m.searchsorted(m.tensor(1.0), m.tensor([3.0])), "torch.searchsorted(): boundaries", "0 dimension", "but got 0 dimension"),
    Mistake("searchsorted(tensor([[1, 3, 5], [2, 4, 6]]), tensor([3]))", RuntimeError, lambda m: m.searchsorted(m.tensor([[1, 3, 5], [2, 4, 6]]), m.tensor([3])), "torch.searchsorted(): boundaries", "1", "input value tensor [1]"),
    Mistake("bucketize(tensor([3, 6]), tensor([[1, 3, 5]]))", RuntimeError, lambda m: m.bucketize(m.tensor([3, 6]), m.tensor([[1, 3, 5]])), "boundaries tensor must", "dim(2)", "dimension, but got dim(2)"),
    Mistake("isin([1], ones(4))", TypeError, lambda m: m.isin([1], m.ones(4)), "isin(): elements must be a", "Tensor", "not list: tensor(...)"),
    Mistake("unravel_index(tensor(6), (2, 3))", ValueError, lambda m: m.unravel_index(m.tensor(6), (2, 3)), "unravel_index: indices must be", "6", "elements of (2, 3), got 6", ours=True),
    Mistake("zeros(2, 0).unique(dim=0)", RuntimeError, lambda m: m.zeros(2, 0).unique(dim=0), "There are", "0", "cannot be applied: (2, 0)"),
    # in_place
    Mistake("set_item(ones(2, 3), 5, 0)", IndexError, lambda m: set_item(m.ones(2, 3), 5, 0), "index 5 is out of bounds for", "0", "tensor's shape is (2, 3))"),
    Mistake("set_item(ones(2, 3), 0, [1, 2, 3])", TypeError, lambda m: set_item(m.ones(2, 3), 0, [1, 2, 3]), "can't assign a list to a", "", "of it first, tensor(...)"),
    # in_place_forms
    Mistake("x.fill_diagonal_(1)", RuntimeError, lambda m: m.ones(4).fill_diagonal_(1), "dimensions must larger", "1", "than 1, but there are 1"),
    Mistake("zeros(2, 3, 4).fill_diagonal_(1)", RuntimeError, lambda m: m.zeros(2, 3, 4).fill_diagonal_(1), "all dimensions of input must be", "(2, 3, 4)", "length, but are (2, 3, 4)"),
    Mistake("a string for an index", TypeError, lambda m: m.ones(3)[("a",)], "invalid data type", "'a'", "whole numbers or a mask"),
    Mistake("small integers for an index", IndexError, lambda m: m.ones(3)[m.tensor([0], dtype=m.int8)], "must be long, int, byte or bool", "int8", "x.long()"),
    Mistake("two ellipses", IndexError, lambda m: m.ones(3)[..., 0, ...], "single ellipsis", "'...'", "(3,)", ours=True),
    Mistake("sparse gradients", NotImplementedError, lambda m: m.ones(3).gather(0, m.tensor([0]), sparse_grad=True), "no sparse gradients", "gather", "leave out sparse_grad", ours=True),
    Mistake("fill_ with many", RuntimeError, lambda m: m.ones(3).fill_(m.ones(3)), "only supports 0-dimension", "1 dimensions", "copy_"),
    Mistake("written where memory is shared", RuntimeError, lambda m: m.zeros(1, 3).expand(2, 3).add_(1), "more than one element", "expand()", "clone()"),
    Mistake("copied where memory is shared", RuntimeError, lambda m: m.zeros(1, 3).expand(2, 3).copy_(m.ones(2, 3)), "more than one element", "expand()", "clone()"),
    Mistake("computed where memory is shared", RuntimeError, lambda m: m.zeros(1, 3).expand(2, 3).exp_(), "more than one element", "expand()", "clone()"),
    Mistake("filled where memory is shared", RuntimeError, lambda m: m.zeros(1, 3).expand(2, 3).zero_(), "more than one element", "expand()", "clone()", ours=True),
    Mistake("a piece in place", RuntimeError, lambda m: (leaf(m) * 1).chunk(2)[1].add_(1), "function that returns multiple views", "Output 1 of SplitBackward0", "by an index"),
    Mistake("a view of another shape", RuntimeError, lambda m: view_of_another_shape(m), "was changed in place after", "(3,)", "make it again", ours=True),
    Mistake("float_power_", RuntimeError, lambda m: m.ones(3).float_power_(2), "requires dtype Double", "Float", "x.double()"),
]
