"""Mistakes in changes of shape, arrangements, joins and pieces."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from tests.tensors.mistakes.row import Mistake

# fmt: off

MISTAKES = [
    # shapes
    Mistake("x.reshape(-2, 3)", RuntimeError, lambda m: m.ones(2, 3).reshape(-2, 3), "invalid shape dimension", "-2", "-1 for whatever is left"),
    Mistake("x.view(int32)", NotImplementedError, lambda m: m.ones(2, 3).view(m.int32), "view(micrograd_nb.int32) would", "", "bytes x.numpy().view(...)", ours=True),
    Mistake("x.unflatten(0, ())", RuntimeError, lambda m: m.ones(2, 3).unflatten(0, ()), "unflatten: sizes must be", "0", "those that axis 0 becomes"),
    Mistake("x.unflatten(0, (3, 2))", RuntimeError, lambda m: m.ones(2, 3).unflatten(0, (3, 2)), "unflatten: Provided", "[3, 2]", "whose shape is (2, 3)"),
    Mistake("atleast_1d(1.0)", TypeError, lambda m: m.atleast_1d(1.0), "view(): argument", "'input'", "of it first: tensor(...)"),
    Mistake("x.permute(0)", RuntimeError, lambda m: m.ones(2, 3).permute(0), "permute(): number of dimensions", "2", "= 1: name every axis once"),
    Mistake("x.movedim((0, 1), (0, ))", RuntimeError, lambda m: m.ones(2, 3).movedim((0, 1), (0, )), "movedim: Invalid source or", "([0, 1] dims)", "as destination ([0] dims)"),
    Mistake("x.movedim((0, 0), (0, 1))", RuntimeError, lambda m: m.ones(2, 3).movedim((0, 0), (0, 1)), "movedim: repeated dim in", "([0, 0])", "0]): name each axis once"),
    Mistake("x.H", RuntimeError, lambda m: m.ones(4).H, "tensor.H is only supported on", "(2-D tensors)", "consider using tensor.mH"),
    Mistake("x.mT", RuntimeError, lambda m: m.ones(4).mT, "tensor.mT is only supported on", "1", "has no two axes to swap"),
    Mistake("x.diagonal(0, 0, 0)", RuntimeError, lambda m: m.ones(2, 3).diagonal(0, 0, 0), "diagonal dimensions cannot be", "0", "a diagonal needs two axes"),
    Mistake("x.unfold(0, -1, 1)", RuntimeError, lambda m: m.ones(2, 3).unfold(0, -1, 1), "size is -", "1", "is the length of a window"),
    Mistake("x.unfold(0, 3, 1)", RuntimeError, lambda m: m.ones(2, 3).unfold(0, 3, 1), "maximum size for tensor at", "0", "be longer than the axis"),
    Mistake("x.unfold(0, 1, 0)", RuntimeError, lambda m: m.ones(2, 3).unfold(0, 1, 0), "step is 0 but must be > 0: it is", "", "distance of two windows"),
    Mistake("x.as_strided((2, ), (1, 1))", RuntimeError, lambda m: m.ones(2, 3).as_strided((2, ), (1, 1)), "mismatch in length of strides", "[2] and [1, 1]", "but got [2] and [1, 1]"),
    Mistake("x.as_strided((2, ), (-1, ))", RuntimeError, lambda m: m.ones(2, 3).as_strided((2, ), (-1, )), "as_strided: Negative strides are", "strides", "strides: [-1]. Use flip"),
    Mistake("x.as_strided((100, ), (1, ))", RuntimeError, lambda m: m.ones(2, 3).as_strided((100, ), (1, )), "as_strided: sizes", "[100]", "99, and the tensor has 6"),
    # arranging
    Mistake("x.repeat(2)", RuntimeError, lambda m: m.ones(2, 3).repeat(2), "Number of dimensions of repeat", "(2,)", "1 for an axis that stays"),
    Mistake("x.repeat(-1, 1)", RuntimeError, lambda m: m.ones(2, 3).repeat(-1, 1), "Trying to create tensor with", "(-1, 1)", "0 or more, got (-1, 1)"),
    Mistake("x.repeat_interleave(-1)", RuntimeError, lambda m: m.ones(2, 3).repeat_interleave(-1), "Repeats must be non-negative,", "-1", "be non-negative, got -1"),
    Mistake("x.repeat_interleave(tensor([[1, 2]]), 0)", RuntimeError, lambda m: m.ones(2, 3).repeat_interleave(m.tensor([[1, 2]]), 0), "repeats must be", "the shape (1, 2)", "but has the shape (1, 2)"),
    Mistake("x.repeat_interleave(tensor([1.0, 2.0]), 0)", NotImplementedError, lambda m: m.ones(2, 3).repeat_interleave(m.tensor([1.0, 2.0]), 0), "\"repeat_interleave\" not", "float32", "whole numbers, x.long()"),
    Mistake("x.repeat_interleave(tensor([1, 2]))", RuntimeError, lambda m: m.ones(2, 3).repeat_interleave(m.tensor([1, 2])), "repeats must have the same size", "repeats", "= 2 and input.size(0) = 6"),
    Mistake("x.fliplr()", RuntimeError, lambda m: m.ones(4).fliplr(), "Input must be >=", "2", "It is 1-d: use flip(0)"),
    Mistake("x.flipud()", RuntimeError, lambda m: m.tensor(1.0).flipud(), "Input must be >=", "1", "has nothing to turn round"),
    Mistake("x.roll((1, 2))", RuntimeError, lambda m: m.ones(2, 3).roll((1, 2)), "shifts and dimensions must", "2", "One shift for each axis"),
    Mistake("x.rot90(1, (0, ))", RuntimeError, lambda m: m.ones(2, 3).rot90(1, (0, )), "expected total rotation dims", "dims = 1", "== 2, but got dims = 1"),
    Mistake("x.rot90()", RuntimeError, lambda m: m.ones(4).rot90(), "expected total dims", "total dims = 1", "= 1: a plane to turn in"),
    Mistake("x.rot90(1, (0, 0))", RuntimeError, lambda m: m.ones(2, 3).rot90(1, (0, 0)), "expected rotation dims to be", "dim0 = 0 and dim1 = 0", "got dim0 = 0 and dim1 = 0"),
    Mistake("x.tril()", RuntimeError, lambda m: m.ones(4).tril(), "tril: input tensor must have at", "1", "2 dimensions, but has 1"),
    Mistake("x.diag()", RuntimeError, lambda m: m.ones(2, 3, 4).diag(), "diag(): Supports", "1", "batches use diagonal()"),
    Mistake("x.diag_embed(0, 0, 0)", RuntimeError, lambda m: m.ones(2, 3).diag_embed(0, 0, 0), "diagonal dimensions cannot be", "0", "0: a matrix has two axes"),
    # joining
    Mistake("cat([ones(2, 3), ones(2, 3)], 2)", IndexError, lambda m: m.cat([m.ones(2, 3), m.ones(2, 3)], 2), "Dimension out of", "2)", "of [-2, 1], but got 2)"),
    Mistake("block_diag(ones(2, 3, 4))", RuntimeError, lambda m: m.block_diag(m.ones(2, 3, 4)), "torch.block_diag: Input tensors", "2", "no place on the diagonal"),
    Mistake("meshgrid(indexing=\"ij\")", RuntimeError, lambda m: m.meshgrid(indexing="ij"), "meshgrid expects a non-empty", "", "along each axis"),
    Mistake("meshgrid(ones(2, 3), ones(4), indexing=\"ij\")", RuntimeError, lambda m: m.meshgrid(m.ones(2, 3), m.ones(4), indexing="ij"), "torch.meshgrid:", "0", "but got: (2, 3), (4,)"),
    Mistake("meshgrid(ones(4), x.double(), indexing=\"ij\")", RuntimeError, lambda m: m.meshgrid(m.ones(4), m.ones(4).double(), indexing="ij"), "meshgrid expects all tensors to", "float32, float64", "float64: x.to(dtype)"),
    Mistake("meshgrid(ones(4), ones(4), indexing=\"a\")", RuntimeError, lambda m: m.meshgrid(m.ones(4), m.ones(4), indexing="a"), "torch.meshgrid: indexing must be", "", "or \"ij\", but received: a"),
    Mistake("combinations(ones(4), -1)", RuntimeError, lambda m: m.combinations(m.ones(4), -1), "Expect a non-negative number,", "-1", "many elements are taken"),
    Mistake("cartesian_prod(ones(2, 3))", RuntimeError, lambda m: m.cartesian_prod(m.ones(2, 3)), "Expect a", "shape [2, 3]", "3]: flatten() makes one"),
    Mistake("cat(ones(2, 3))", TypeError, lambda m: m.cat(m.ones(2, 3)), "cat(): argument", "'tensors'", "Tensor: write cat([a, b])"),
    Mistake("stack([])", RuntimeError, lambda m: m.stack([]), "stack expects a non-empty", "[a, b]", "TensorList: [a, b]"),
    Mistake("cat([ones(2, 3), 1])", TypeError, lambda m: m.cat([m.ones(2, 3), 1]), "expected Tensor as", "int", "of it first: tensor(...)"),
    Mistake("x.split(-1)", RuntimeError, lambda m: m.ones(2, 3).split(-1), "split expects split_size be", "split_size=-1", "but got split_size=-1"),
    Mistake("x.split(0)", RuntimeError, lambda m: m.ones(2, 3).split(0), "split_size can only", "dimension size of 2", "got dimension size of 2"),
    Mistake("x.split([3, -1])", RuntimeError, lambda m: m.ones(2, 3).split([3, -1]), "split_with_sizes expects", "split_sizes=[3, -1]", "got split_sizes=[3, -1]"),
    Mistake("x.split([1, 2])", RuntimeError, lambda m: m.ones(2, 3).split([1, 2]), "split_with_sizes expects", "split_sizes=[1, 2]", "got split_sizes=[1, 2]"),
    Mistake("x.chunk(0)", RuntimeError, lambda m: m.ones(2, 3).chunk(0), "chunk expects `chunks` to be", "0", "be greater than 0, got: 0"),
    Mistake("x.tensor_split(2)", RuntimeError, lambda m: m.tensor(1.0).tensor_split(2), "tensor_split expected at least", "a tensor with 0 dims", "got a tensor with 0 dims"),
    Mistake("x.tensor_split(0)", RuntimeError, lambda m: m.ones(2, 3).tensor_split(0), "number of sections must be", "0", "be larger than 0, got 0"),
    Mistake("x.hsplit(2)", RuntimeError, lambda m: m.tensor(1.0).hsplit(2), "torch.hsplit requires a tensor", "a tensor with 0 dimensions!", "tensor with 0 dimensions!"),
    Mistake("x.hsplit(2), 2", RuntimeError, lambda m: m.ones(2, 3).hsplit(2), "torch.hsplit attempted to split", "1", "takes any number"),
    Mistake("x.unbind()", IndexError, lambda m: m.tensor(1.0).unbind(), "Dimension specified", "0", "a single number, item()"),
    Mistake("x.split(1)", RuntimeError, lambda m: m.tensor(1.0).split(1), "split expects at least", "1", "tensor is a single number"),
    # axes
    Mistake("x.reshape()", TypeError, lambda m: m.ones(2, 3).reshape(), "missing 1 required positional", "(2, 3)", "in f(2, 3) or f((2, 3))"),
    Mistake("x.reshape(2.0, 3)", TypeError, lambda m: m.ones(2, 3).reshape(2.0, 3), "sizes and axes must be a tuple", "element of type float at pos 0", "stays whole is n // 2"),
    Mistake("broadcast_tensors(ones(2, 3), ones(4))", RuntimeError, lambda m: m.broadcast_tensors(m.ones(2, 3), m.ones(4)), "The size of tensor a", "(3)", "a size of 1 stretches"),
    # errors
    Mistake("x.reshape(\"a\")", TypeError, lambda m: m.ones(2, 3).reshape("a"), "sizes and axes must be a tuple", "str", "a tuple of ints, not str"),
    Mistake("x.reshape(2.0, 3), 2", TypeError, lambda m: m.ones(2, 3).reshape(2.0, 3), "sizes and axes must be a tuple", "element of type float at pos 0", "stays whole is n // 2"),
    Mistake("x.reshape(-1, -1)", RuntimeError, lambda m: m.ones(2, 3).reshape(-1, -1), "only one dimension can be", "[-1, -1]", "[-1, -1] has 2 times -1"),
    Mistake("x.reshape(-1, 0)", RuntimeError, lambda m: m.ones(0).reshape(-1, 0), "cannot reshape tensor", "ambiguous", "ambiguous: write the size"),
    Mistake("x.expand(-1, 2, 3)", RuntimeError, lambda m: m.ones(2, 3).expand(-1, 2, 3), "The expanded size of the", "(-1)", "3) has 1 more than (2, 3)"),
    Mistake("cat([ones(2, 3), ones(4)])", RuntimeError, lambda m: m.cat([m.ones(2, 3), m.ones(4)]), "Tensors must have same number of", "2", "puts one in"),
    Mistake("ones(2, 3)[slice(0, 1.5)]", TypeError, lambda m: m.ones(2, 3)[slice(0, 1.5)], "slice indices must be integers", "", "have an __index__ method"),
    Mistake("tensor(1.0)[:]", IndexError, lambda m: m.tensor(1.0)[:], "slice() cannot be applied to", "0", "a single number: x.item()"),
    Mistake("tensor(1.0)[0]", IndexError, lambda m: m.tensor(1.0)[0], "invalid index of a", "0", "0-dim tensor to a number"),
    Mistake("ones(2, 3)[tensor([0, 1]), tensor([0, 1, 2])]", IndexError, lambda m: m.ones(2, 3)[m.tensor([0, 1]), m.tensor([0, 1, 2])], "shape mismatch: indexing tensors", "[2]", "with shapes [2], [3]"),
    Mistake("negative counts", RuntimeError, lambda m: m.ones(2).repeat_interleave(m.tensor([1, -1])), "repeats can not be negative", "[1, -1]", "[1, -1]"),
    Mistake("a float for a dim", TypeError, lambda m: m.ones(2, 3).flatten(0.5), "must be int", "float", "axes are counted"),
    Mistake("as_strided, not contiguous", NotImplementedError, lambda m: m.ones(2, 3).T.as_strided((2,), (1,)), "as_strided", "not contiguous", "x.contiguous()", ours=True),
    Mistake("no tensor, a view", TypeError, lambda m: m.reshape([1.0], (1, 1)), "must be Tensor", "list", "tensor("),
]
