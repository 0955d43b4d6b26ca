"""Calls as learners write them, good ones and bad ones: the outcome has to be PyTorch's, value or type of error.

Each line is Python, which runs in both libraries: `m` is the library, `L` makes a tensor, and the other names are
tensors at hand.
"""

# ruff: noqa: E501 (a call a line)

from __future__ import annotations

SHAPES = """
    x.reshape(4, 2)
    x.reshape(4, -1)
    x.reshape(-1, -1)
    x.reshape(2.0, 3)
    x.reshape("a")
    x.reshape()
    x.T.view(6)
    x.view(5)
    x.view(m.int32)
    x.view(m.int64)
    x.reshape(-2, 3)
    m.ones(0).reshape(-1, 0)
    x.view_as(v)
    x.flatten(1, 0)
    x.flatten(2)
    x.unflatten(0, (3, 2))
    x.unflatten(0, ())
    x.unflatten(5, (1, 2))
    x.squeeze(3)
    x.unsqueeze(4)
    x.transpose(0, 2)
    c.t()
    v.T
    c.T
    s.T
    v.mT
    s.mT
    v.H
    c.H
    s.H
    v.mH
    v.adjoint()
    x.permute(0)
    x.permute(0, 0)
    x.permute(0, 2)
    x.permute(0, 1, 2)
    x.movedim(0, 2)
    x.movedim((0, 0), (0, 1))
    x.movedim((0, 1), (0,))
    x.expand(3)
    x.expand(4, 3)
    x.expand(-1, 2, 3)
    x.expand(2, -1)
    x.expand(-2, 3)
    x.broadcast_to(4, 3)
    m.broadcast_tensors(x, v)
    m.broadcast_shapes((2, 3), (4,))
    x.repeat(2)
    x.repeat(-1, 1)
    x.repeat_interleave(-1)
    x.repeat_interleave(L([1, 2]))
    x.repeat_interleave(L([1, 2, 3]), 0)
    x.repeat_interleave(L([1.0, 2.0]), 0)
    x.repeat_interleave(L([[1, 2]]), 0)
    x.tile(-1)
    m.cat([])
    m.cat(x)
    m.cat([s, s])
    m.cat([x, m.ones(2, 4)])
    m.cat([x, v])
    m.cat([x, x], 2)
    m.cat([x, 1])
    m.cat(5)
    m.stack([])
    m.stack([x, v])
    m.stack([x, x], 4)
    m.stack(x)
    m.hstack([x, v])
    m.hstack([])
    m.vstack([x, v])
    m.dstack([x, v])
    m.column_stack([x, v])
    x.split(0)
    x.split(-1)
    s.split(1)
    x.split([1, 2])
    x.split([3, -1])
    x.split(1, 2)
    x.split("a")
    x.split(1.5)
    x.chunk(0)
    s.chunk(2)
    x.chunk(2, 3)
    x.tensor_split(0)
    x.tensor_split(2, 5)
    s.tensor_split(2)
    s.hsplit(2)
    v.vsplit(2)
    x.hsplit(2)
    x.vsplit(3)
    x.dsplit(2)
    s.unbind()
    x.unbind(2)
    x.flip(0, 0)
    x.flip(2)
    v.fliplr()
    s.flipud()
    x.roll((1, 2))
    x.roll((1, 2), 0)
    x.roll(1, 5)
    x.rot90(1, (0, 0))
    x.rot90(1, (0,))
    x.rot90(1, (0, 5))
    v.rot90()
    c.diag()
    s.diag()
    x.diagonal(0, 0, 0)
    v.diagonal()
    x.diagonal(5)
    x.diag_embed(0, 0, 0)
    v.tril()
    s.triu()
    x.narrow(0, 1, 2)
    x.narrow(0, 3, 1)
    x.narrow(0, 0, -1)
    x.narrow(2, 0, 1)
    s.narrow(0, 0, 1)
    x.select(0, 5)
    x.select(2, 0)
    s.select(0, 0)
    x.unfold(0, 3, 1)
    x.unfold(0, 1, 0)
    x.unfold(0, -1, 1)
    x.unfold(3, 1, 1)
    s.unfold(0, 1, 1)
    s.unfold(0, 2, 1)
    x.as_strided((2,), (1, 1))
    x.as_strided((100,), (1,))
    x.as_strided((2,), (-1,))
    m.atleast_1d(1.0)
    m.block_diag(c)
    m.block_diag()
    m.cartesian_prod(x)
    m.combinations(x)
    m.combinations(v, -1)
    m.meshgrid(v, v)
    m.meshgrid(x, v, indexing="ij")
    m.meshgrid(v, v, indexing="a")
    m.meshgrid(indexing="ij")
    m.meshgrid([], indexing="ij")
    m.meshgrid(v, v.double(), indexing="ij")
    m.tril_indices(-1, 2)
    m.tril_indices(2, 2, dtype=m.float32)
    x.swapaxes(0, 3)
    x.moveaxis(0, 5)
    x.squeeze((0, 0))
    x.squeeze((0, 5))
    x.flatten(-5)
    m.reshape(x)
    m.cat((x, x.double()))
    m.cat((x, x.long())).dtype
    m.stack((x, x.double())).dtype
    x.contiguous("a")
    x.expand_as(v)
    x.reshape_as(v)
    m.cat([x, m.ones(0)]).shape
    m.cat([x, m.ones(0, 4)])
    x.roll("a")
    m.rot90(x, 1, [0, 1, 2])
    x.permute()
    x.expand()
    m.zeros()
    x.repeat()
    m.tensor(1.0).repeat()
    m.tensor(1.0).repeat(2)
    m.tensor(1.0).permute(())
    x.flip()
    x.flip(())
    x.tile(())
    x.roll(1, -1)
    x.roll((1, 2), (0, 1))
    m.roll(x, shifts=1, dims=0)
    x.repeat(m.tensor(2), 1)
    x.reshape(m.tensor(3), 2)
    x.reshape(m.tensor([3, 2]))
    x.reshape(shape=(3, 2))
    x.view(size=(3, 2))
    x.view(shape=(3, 2))
    x.expand(size=(2, 3))
    x.permute(dims=(1, 0))
    x.repeat(repeats=(1, 2))
    x.tile(dims=(2,))
    x.flip(dims=(0,))
    m.reshape(input=x, shape=(6,))
    x.reshape((3, 2),)
    x.reshape([3, 2])
    x.view([6])
    x.reshape(True, 6)
    m.flip(x, (0,))
    m.flip(x, 0)
    m.flip(x, [0, 1])
    m.permute(x, 1, 0)
    m.permute(x, (1, 0))
    m.permute(x, dims=(1, 0))
    m.tile(x, (2, 2))
    m.tile(x, 2, 2)
    m.reshape(x, 3, 2)
    m.broadcast_to(x, (2, 2, 3))
    m.broadcast_to(x, 2, 2, 3)
    m.squeeze(x, (0,))
    x.squeeze(0, 1)
    x.unflatten(dim=0, sizes=(1, 2))
    x.movedim(source=0, destination=1)
    m.split(x, split_size_or_sections=1)
    x.split(split_size=1)
    m.split(tensor=x, split_size_or_sections=1)
    m.cat(tensors=[x], dim=0)
    m.cat([x], axis=1)
    m.chunk(input=x, chunks=2, dim=0)
    x.narrow(dim=0, start=0, length=1)
    x.narrow(0, m.tensor(1), 1)
    x.select(dim=0, index=1)
    x.unfold(dimension=0, size=1, step=1)
    x.diagonal(offset=0, dim1=0, dim2=1)
    x.rot90(k=1, dims=(0, 1))
    m.unbind(x, dim=1)
    m.meshgrid([x[0], x[0]], indexing="xy")
    m.swapaxes(x, axis0=0, axis1=1)
    m.swapdims(x, dim0=0, dim1=1)
    m.transpose(x, dim0=0, dim1=1)
    m.repeat_interleave(m.tensor([1, 2]))
    m.repeat_interleave(x, 2, output_size=12)
    m.repeat_interleave(x, m.tensor(2))
    m.repeat_interleave(x, m.tensor([2]), 1)
    m.unsqueeze(x, dim=0)
    m.flatten(x, start_dim=0, end_dim=1)
    x.ravel()
    m.ravel(x)
    m.concat([x, x])
    m.concatenate([x, x], axis=0)
    m.row_stack([x, x])
    m.stack(tensors=[x, x], dim=0)
    m.stack([x, x], axis=1)
    x.tensor_split(sections=2)
    x.tensor_split(indices=(1,))
    x.tensor_split(indices_or_sections=2)
    m.tensor_split(x, m.tensor(2))
    m.tensor_split(x, m.tensor([1]))
    m.tensor_split(x, (1, 5, 2))
    m.tensor_split(x, (-1,))
    m.tensor_split(x, 4, 1)
    m.hsplit(x, (1, 2))
    m.atleast_2d(x[0, 0])
    m.atleast_2d([x[0], x])
    m.atleast_2d(x[0], x)
    m.broadcast_shapes((2, 1), (3,), 4)
    m.broadcast_shapes()
    m.diag(x[0], diagonal=1)
    m.diagflat(x, offset=1)
    m.diag_embed(x[0], offset=1, dim1=0, dim2=1)
    m.tril(x, diagonal=1)
    m.combinations(x[0], r=2, with_replacement=True)
    m.ones(0).chunk(3)
    m.ones(0, 2).split(0)
    m.ones(0, 2).split(2)
    m.ones(5).chunk(4)
    m.ones(5).split([])
    m.ones(0).split([])
"""  # x (2, 3), v (4,), s (), c (2, 3, 4)

INDEXING = """
    x[5]
    x[-3]
    x[0, 5]
    x[m.tensor([0, 5])]
    x[[0, 5]]
    x[:, [5]]
    x[0, 0, 0]
    x[..., ...]
    s[0]
    s[...]
    s[None]
    s[()]
    s[True]
    s[:]
    s[m.tensor(True)]
    x[::-1]
    x[::0]
    x[1.0]
    x["a"]
    x[m.tensor([0.0])]
    x[m.ones(2, 2)>0]
    x[m.ones(3)>0]
    x[L([0, 1]), L([0, 1, 2])]
    x[L(True)]
    x[[True]]
    x[[True, False]]
    x[[[0, 1], [1, 0]]]
    x[[0, 1], [1, 0]]
    x[((0, 1), (1, 0))]
    x[[]]
    x[(),]
    x[np.array([0, 1])]
    x[np.array([True, False])]
    x[range(2)]
    x[{0}]
    x[slice(0, 1.5)]
    x[m.tensor(0)]
    x[m.tensor(0):]
    x[:m.tensor(1)]
    x[np.int64(1)]
    x[np.float32(1)]
    x[None, None]
    x[0, None]
    x[:, True]
    x[L([[True, False, True], [True, True, False]])]
    x[0, L([True, False, True])]
    x[L([True, False]), 0]
    x[L([True, False]), L([0])]
    c[:, L([0, 1]), None]
    c[L([0, 1]), :, L([0, 1])]
    c[0, :, L([0, 1])]
    c[L([0]), None, :, 1]
    c[..., 0]
    c[..., L([0, 1])]
    c[L([0]), ...]
    set(x, 0, 5)
    set(x, 0, [1, 2, 3])
    set(x, 0, np.ones(3))
    set(x, 0, L([1, 2, 3]))
    set(x, 0, L([1.5]).double())
    set(x, [0], L([1.5]).double())
    set(x, L([0, 1]), 7)
    set(x, L([0, 1]), L(7))
    set(x, x>0, 5)
    set(x, x>0, m.arange(6.0))
    set(x, x>0, m.arange(5.0))
    set(x, 0, m.ones(4))
    set(x, 0, m.ones(1, 1, 3))
    set(x, 0, m.ones(2, 3))
    set(x, (0, 0), m.ones(1))
    set(x, (0, 0), m.ones(1, 1))
    set(x, (0, 0), m.ones(2))
    set(x, 5, 0)
    set(x, (slice(None), 5), 0)
    set(s, (), 3)
    set(s, ..., 3)
    set(s, True, 3)
    set(s, 0, 3)
    set(x, "a", 3)
    set(x, 1.0, 3)
    set(x, 0, "a")
    set(x, 0, None)
    set(m.arange(3), 0, 1.7)
    set(m.arange(3), [0], 1.7)
    set(m.arange(3), 0, L(1.7))
    set(m.arange(3), [0], L(1.7))
    set(x>0, 0, 2)
    set(x, slice(None, None, -1), 0)
    set(c, (0, slice(None), L([0, 1])), m.arange(6.0).reshape(3, 2))
    set(c, (0, slice(None), L([0, 1])), m.arange(6.0).reshape(2, 3))
    set(x, [], 1)
    set(x, None, m.ones(2, 3))
    set(x, [[0, 1]], m.ones(2, 3))
    set(x, L([0, 0]), m.arange(6.0).reshape(2, 3))
    set(x, False, 9)
    x[L([0, 1], dtype=m.uint8)]
    x[L([1, 1], dtype=m.int32)]
    x[L([1, 1], dtype=m.int16)]
    x[L([1, 1], dtype=m.int8)]
    x[2:1]
    x[-5:]
    x[10:]
    x[:, -2:]
    x[1:1]
    x[()]
"""  # the same; set(x, index, value) writes into a copy

GATHERING = """
    x.gather(0, i)
    x.gather(0, i.int())
    x.gather(0, i.float())
    x.gather(0, L([[5]]))
    x.gather(0, L([[-1]]))
    x.gather(1, L([[0], [1], [3]]))
    x.gather(0, L([0]))
    x.gather(5, i)
    x.gather(0, m.zeros(1, 5, dtype=m.int64))
    x.gather(1, m.zeros(4, 1, dtype=m.int64))
    s.gather(0, L(0))
    s.gather(0, L([0, 0]))
    v.gather(0, L(1))
    x.gather(0, m.zeros(0, dtype=m.int64))
    x.gather(0, m.zeros(0, 4, dtype=m.int64))
    m.gather(input=x, dim=0, index=i, sparse_grad=False)
    x.gather(0, [[0]])
    x.scatter(0, i, x)
    x.scatter(0, i, 1)
    x.scatter(0, i, L(1.0))
    x.scatter(0, i, src=x)
    x.scatter(0, i, value=2)
    x.scatter(0, i, x.double())
    x.scatter(0, i, m.ones(1, 3))
    x.scatter(0, L([[5]]), 1)
    x.scatter(0, i, x, reduce="add")
    x.scatter(0, i, 2.0, reduce="multiply")
    x.scatter(0, i, 2, reduce="sum")
    x.scatter(0, i.int(), 1)
    s.scatter(0, L(0), 5)
    x.long().scatter(0, i, 1.5)
    x.scatter(0, i)
    x.scatter_add(0, i, x)
    x.scatter_add(0, i, x.long())
    x.scatter_add(0, i, 1)
    x.scatter_reduce(0, i, x, "sum")
    x.scatter_reduce(0, i, x, "mean")
    x.scatter_reduce(0, i, x, "mean", include_self=False)
    x.scatter_reduce(0, i, x, "foo")
    x.scatter_reduce(0, i, x, reduce="amax", include_self=False)
    x.long().scatter_reduce(0, i, x.long(), "mean")
    x.index_select(0, i2)
    x.index_select(0, L(1))
    s.index_select(0, L(0))
    s.index_select(0, L([0]))
    s.index_select(0, L([0, 0]))
    x.index_select(0, L([5]))
    x.index_select(0, L([-1]))
    x.index_select(0, i)
    x.index_select(0, i2.float())
    x.index_select(0, i2.int())
    x.index_select(0, L([], dtype=m.int64))
    x.index_select(0, [0])
    x.index_add(0, i2, m.ones(2, 4))
    x.index_add(0, i2, m.ones(2, 4), alpha=2)
    x.index_add(0, i2, m.ones(3, 4))
    x.index_add(0, i2, m.ones(2, 3))
    x.index_add(0, i2, m.ones(2, 4).long())
    x.index_add(0, L([5, 0]), m.ones(2, 4))
    x.index_add(0, L([-1, 0]), m.ones(2, 4))
    x.index_add(0, i2.float(), m.ones(2, 4))
    x.index_add(0, i, m.ones(2, 4))
    s.index_add(0, L([0]), L(2.0))
    s.index_add(0, L([0]), L([2.0]))
    v.index_add(0, L(1), L(5.0))
    x.index_copy(0, i2, m.ones(2, 4))
    x.index_copy(0, i2, m.ones(3, 4))
    x.index_copy(0, i2, m.ones(2, 4).double())
    x.index_copy(0, L([5, 0]), m.ones(2, 4))
    x.index_copy(0, L([-1, 0]), m.ones(2, 4))
    x.index_fill(0, i2, 7)
    x.index_fill(0, i2, L(7.0))
    x.index_fill(0, i2, L([7.0]))
    x.index_fill(0, L([5]), 7)
    x.index_fill(0, L([-1]), 7)
    x.index_fill(0, i, 7)
    x.index_fill(0, i2.int(), 7)
    x.long().index_fill(0, i2, 1.5)
    s.index_fill(0, L([0]), 5)
    x.index_put((i2,), L(5.0))
    x.index_put((i2,), L([1.0, 2.0, 3.0, 4.0]))
    x.index_put([i2, i2], L(5.0), accumulate=True)
    x.index_put((i2,), L(5))
    x.index_put((L([5]),), L(5.0))
    x.index_put((x>5,), L(5.0))
    x.index_put((), L(5.0))
    x.index_put(i2, L(5.0))
    x.masked_select(x>5)
    x.masked_select(x)
    x.masked_select(L([True, False, True, False]))
    x.masked_select(m.ones(3, 3)>0)
    v.masked_select(x>5)
    x.take(i2)
    x.take(L([[0, 11], [5, -1]]))
    x.take(L([12]))
    x.take(i2.int())
    x.take(i2.float())
    s.take(L(0))
    x.take_along_dim(i, 0)
    x.take_along_dim(i)
    x.take_along_dim(L([[0], [1], [2]]), 1)
    x.take_along_dim(L([0]), 0)
    x.take_along_dim(i.int(), 0)
    x.take_along_dim(L([[-1]]), 0)
    x.take_along_dim(L([[5]]), 0)
    m.take_along_dim(x, indices=i, dim=0)
    x.put(i2, L([7.0, 8.0]))
    x.put(i2, L([7.0]))
    x.put(i2, L([7.0, 8.0]), accumulate=True)
    x.put(L([-1, 12]), L([7.0, 8.0]))
    x.put(i2, L([7, 8]))
    x.put(i2.int(), L([7.0, 8.0]))
    (x*1).fill_diagonal_(9)
    m.zeros(7, 3).fill_diagonal_(9)
    m.zeros(7, 3).fill_diagonal_(9, wrap=True)
    v.fill_diagonal_(1)
    m.zeros(2, 3, 4).fill_diagonal_(1)
    m.zeros(3, 3, 3).fill_diagonal_(1)[1]
    m.where(x>5)
    m.argwhere(x>5)
    m.argwhere(s)
    m.nonzero(s)
    m.nonzero(m.tensor(0.0))
    m.nonzero(s, as_tuple=True)
    m.zeros(0).nonzero()
"""  # x (3, 4), v (4,), s (), i indices (1, 4), i2 indices (2,)

SORTING = """
    x.sort()
    x.sort(0)
    x.sort(descending=True)
    x.sort(dim=0, descending=True, stable=True)
    x.sort(stable=True)
    m.sort(x, stable=True, dim=1)
    s.sort()
    m.zeros(0).sort()
    x.sort(5)
    n.sort()
    n.sort(descending=True)
    b.sort()
    x.argsort()
    x.argsort(0, True)
    x.argsort(dim=0, descending=True, stable=True)
    x.msort()
    x.topk(2)
    x.topk(2, 0)
    x.topk(1, 1, False)
    x.topk(5)
    x.topk(-1)
    s.topk(1)
    s.topk(0)
    v.topk(0)
    n.topk(2)
    n.topk(2, largest=False)
    b.topk(2)
    v.topk(4)
    v.topk(2, largest=False)
    m.searchsorted(m.tensor([1, 3, 5]), m.tensor([3, 6]))
    m.searchsorted(m.tensor([1, 3, 5]), 3)
    m.searchsorted(m.tensor([1, 3, 5]), m.tensor([3, 6]), right=True)
    m.searchsorted(m.tensor([1, 3, 5]), m.tensor([3, 6]), side="right")
    m.searchsorted(m.tensor([1, 3, 5]), m.tensor([3, 6]), side="left", right=True)
    m.searchsorted(m.tensor([1, 3, 5]), m.tensor([3, 6]), out_int32=True)
    m.searchsorted(m.tensor([[1, 3, 5], [2, 4, 6]]), m.tensor([[3], [3]]))
    m.searchsorted(m.tensor([[1, 3, 5], [2, 4, 6]]), m.tensor([3]))
    m.searchsorted(m.tensor([5, 1, 3]), m.tensor([3]), sorter=m.tensor([1, 2, 0]))
    m.searchsorted(m.tensor([1.0, 3.0]), m.tensor([3]))
    m.searchsorted(s, m.tensor([3.0]))
    m.searchsorted(m.tensor([1, 3]), m.tensor([3]), side="up")
    m.bucketize(m.tensor([3, 6]), m.tensor([1, 3, 5]))
    m.bucketize(3, m.tensor([1, 3, 5]), right=True)
    m.bucketize(m.tensor([3, 6]), m.tensor([[1, 3, 5]]))
    m.bucketize(m.tensor([3.0, 6.0]), m.tensor([1, 3, 5]))
    v.unique()
    m.unique(v, return_inverse=True)
    v.unique(return_counts=True)
    v.unique(True, True, True)
    x.unique(dim=0)
    x.unique(dim=1, return_inverse=True, return_counts=True)
    v.unique(sorted=False)
    s.unique()
    m.zeros(0).unique()
    n.unique()
    b.unique()
    m.tensor([nan, nan]).unique(return_counts=True)
    v.unique_consecutive()
    m.tensor([1, 1, 2, 2, 1]).unique_consecutive(return_inverse=True, return_counts=True)
    m.unique_consecutive(m.tensor([[1, 1], [1, 1], [2, 1]]), dim=0, return_counts=True)
    m.unique_consecutive(m.tensor([[1, 1], [1, 2], [2, 1]]))
    x.unique(dim=5)
    m.zeros(0, 2).unique(dim=0)
    m.zeros(2, 0).unique(dim=0)
    m.isin(v, m.tensor([1.0, 2.0]))
    m.isin(v, 1)
    m.isin(1, v)
    m.isin(v, m.tensor([1]), invert=True)
    m.isin(v, m.tensor([1.0]), assume_unique=True)
    m.isin(v.double(), v)
    m.isin([1], v)
    x.topk(1)
    m.tensor([2, 1], dtype=m.uint8).sort()
    x.sort()[0].toliset()
    isinstance(x.sort(), tuple)
    m.tensor([1, 1, 1]).sort(descending=True)
    m.tensor([1, 1, 1]).sort(descending=True, stable=True)
    m.unravel_index(L([5, 3]), (2, 3))
    m.unravel_index(L(5), (2, 3))
    m.unravel_index(L(6), (2, 3))
"""  # x (2, 3), v (4,) with an element twice, s (), n with NaN, b of bools

CREATION = """
    m.tensor([1, 2], device="cpu")
    m.tensor(data=[1.0])
    m.tensor([1, 2.5, True])
    m.tensor(True)
    m.tensor(2**63)
    m.tensor(2**40, dtype=m.int32)
    m.tensor(300, dtype=m.uint8)
    m.tensor(-1, dtype=m.uint8)
    m.tensor([1e40])
    m.tensor("a")
    m.tensor({})
    m.tensor(x)
    m.tensor(w)
    m.tensor([w.sum(), 1])
    m.tensor([x, x])
    m.tensor([[1, 2], [3]])
    m.tensor([np.array([1, 2]), np.array([3, 4])])
    m.tensor(np.float32(2))
    m.tensor(range(3))
    m.tensor((1, 2))
    m.tensor(iter([1]))
    m.tensor({1, 2})
    m.tensor([[]])
    m.tensor([], dtype=m.int64)
    m.tensor(np.array(["a"]))
    m.tensor([1, 2], requires_grad=True)
    m.tensor([None])
    m.tensor([1, "a"])
    m.tensor(1.0, dtype="float32")
    m.tensor([True, 2.5])
    m.tensor(float("nan"), dtype=m.int64)
    m.tensor(2.7, dtype=m.int64)
    m.tensor([2.7], dtype=m.bool)
    m.from_numpy(np.array(1.0))
    m.from_numpy(np.float32(1))
    m.asarray([1, 2])
    m.asarray(np.ones(2))
    m.asarray(np.ones(2), copy=True)
    m.asarray(x, dtype=m.float64, copy=False)
    m.asarray(1)
    m.as_tensor(1)
    m.as_tensor(x, dtype=m.float64).dtype
    m.as_tensor(x, device="cpu") is x
    m.zeros(2, 3)
    m.zeros([2, 3])
    m.zeros(size=(2, 3))
    m.zeros(2.0)
    m.zeros(-1)
    m.zeros(2, dtype=m.bool)
    m.zeros(x.shape)
    m.zeros(L(2))
    m.zeros(L([2, 3]))
    m.zeros(L(2), 3)
    m.zeros(2, 3, names=None)
    m.zeros(2, device="cuda")
    m.ones(2, dtype=float)
    m.ones(2, dtype=np.float32)
    m.full((2,), 1)
    m.full((2,), True)
    m.full([2], 1.5)
    m.full(2, 1)
    m.full((2,), L(3.0))
    m.full((2,), 1, dtype=m.float32)
    m.full(size=(2,), fill_value=2)
    m.zeros_like(x, dtype=m.int64)
    m.zeros_like(i, requires_grad=True)
    m.full_like(i, 2.7)
    m.full_like(x, 2)
    m.ones_like(x.T).stride()
    m.zeros_like(w).requires_grad
    m.zeros_like(1)
    m.eye(2)
    m.eye(2, 3)
    m.eye(n=2, m=3)
    m.eye(-1)
    m.eye(2, -1)
    m.eye(2, dtype=m.bool)
    m.arange(5)
    m.arange(0, 1, 0.3)
    m.arange(start=1, end=4)
    m.arange(end=3)
    m.arange(1, 3, step=0.5)
    m.arange(5, dtype=m.float32)
    m.arange(2.5)
    m.arange(L(3))
    m.arange(L(3.0))
    m.arange(0, 3, 0)
    m.arange(3, 0)
    m.arange(0, float("inf"))
    m.arange(0, 1, 0.1)[-1]
    m.arange(0.0, 1.0, 0.1, dtype=m.float64)
    m.arange(3, dtype=m.int32)
    m.arange(True)
    m.arange(0)
    m.arange(1, 1.0000001)
    m.arange(0, 2, 0.1).shape
    m.arange(0, 5, 1.5, dtype=m.int64)
    m.linspace(0, 1, 5)
    m.linspace(0, 1, steps=3)
    m.linspace(start=0, end=1, steps=3)
    m.linspace(0, 10, 5, dtype=m.int64)
    m.linspace(0, 1, 1)
    m.linspace(0, 1, 0)
    m.linspace(0, 1, -1)
    m.linspace(0, 1)
    m.linspace(L(0.0), L(1.0), 3)
    m.linspace(3, -3, 7)
    m.logspace(0, 2, 3)
    m.logspace(0, 3, 4, base=2)
    m.logspace(0, 3, 4, 2, dtype=m.int64)
    m.logspace(start=-1, end=1, steps=3)
    m.logspace(0, 2, 0)
    m.tril_indices(3, 3)
    m.triu_indices(2, 3, 1)
    m.tril_indices(3, 2, offset=-1, dtype=m.int32)
    m.tril_indices(0, 2)
    m.triu_indices(row=2, col=2)
    m.bernoulli(x*2)
    m.bernoulli(x, 0.5).shape
    x.bernoulli(0.3).shape
    m.bernoulli(i)
    m.poisson(x).dtype
    m.poisson(-x)
    m.poisson(i)
    x.uniform_(1, 0)
    x.uniform_(0, 2).shape
    x.bernoulli_(2.0)
    x.bernoulli_(m.ones(2, 3)*0.5).shape
    x.bernoulli_(p=0.5).shape
    x.exponential_(0)
    x.exponential_(lambd=2).shape
    x.geometric_(0.5).shape
    x.geometric_(1.5)
    x.cauchy_().shape
    x.log_normal_(0, 1).shape
    i.uniform_()
    i.exponential_()
    i.geometric_(0.5).dtype
    m.Tensor([2, 3])
    m.Tensor()
    m.Tensor(2.5)
    m.Tensor([[1, 2], [3, 4]]).dtype
    m.Tensor(x).shape
    m.Tensor(L([1, 2]))
    m.LongTensor([1, 2])
    m.LongTensor([1.5])
    m.BoolTensor([1, 0])
    m.LongTensor(m.tensor([1, 2]))
    m.LongTensor(m.tensor([1.0, 2.0]))
    m.ByteTensor([1])
    m.Generator(device="cpu").device
    m.Generator("cuda")
    m.tensor(1.0).dtype
    m.arange(2.0).dtype
    m.zeros(2).dtype
    m.linspace(0, 1, 2).dtype
    (m.tensor(1)/2).dtype
    m.full((2,), 1.0).dtype
    m.Tensor([1]).dtype
    m.from_numpy(np.ones(2, dtype="f4")).dtype
"""  # x (2, 3), i = arange(3), w requires gradients

CONVERSION = """
    x.to(m.float64).dtype
    x.to("cpu") is x
    x.to(m.device("cpu")) is x
    x.to(m.float32) is x
    x.to(m.float32, copy=True) is x
    x.to("cpu", m.float64).dtype
    x.to(device="cpu", dtype=m.float64).dtype
    x.to(v) is x
    x.to(v.double()).dtype
    x.to(m.float64, True).dtype
    x.to(m.float64, non_blocking=True, copy=True).dtype
    x.to("cpu", non_blocking=True) is x
    x.to(other=v.double()).dtype
    x.to()
    x.to(None)
    x.to(dtype=None) is x
    x.to("cuda")
    x.to("cuda:0")
    x.to(m.device("cuda"))
    x.to("mps")
    x.to("foo")
    x.to("cpu:0").device
    x.to("cpu:1").device
    x.to(0)
    x.to(float)
    x.to("float64")
    x.to(np.float64)
    x.cuda()
    x.cpu() is x
    x.long()
    x.int()
    x.short()
    x.byte()
    x.char()
    x.bool()
    x.half().dtype
    x.float() is x
    x.double().dtype
    x.type_as(v.double()).dtype
    x.type_as(v) is x
    m.device("cpu")
    str(m.device("cpu"))
    m.device("cpu", 0)
    m.device("cuda:1")
    m.device("cuda", 1)
    m.device("cuda").index
    m.device("cuda").type
    m.device(0)
    m.device("foo")
    m.device(type="cpu")
    m.device("cpu")==m.device("cpu")
    m.device("cpu")=="cpu"
    hash(m.device("cpu"))==hash(m.device("cpu"))
    m.device(m.device("cpu"))
    x.device
    x.is_cuda
    x.is_cpu
    x.is_mps
    x.get_device()
    m.cuda.is_available()
    m.cuda.device_count()
    m.cuda.manual_seed_all(1)
    m.cuda.synchronize()
    m.cuda.current_device()
    m.cuda.get_device_name(0)
    m.cuda.memory_allocated()
    m.cuda.max_memory_allocated()
    m.cuda.is_initialized()
    m.cuda.get_device_properties(0)
    m.cuda.set_device(0)
    m.cuda.is_bf16_supported()
    m.cuda.memory_reserved()
    m.backends.mps.is_available()
    m.backends.mps.is_built()
    m.backends.cuda.is_built()
    m.backends.cudnn.is_available()
    m.backends.cudnn.enabled
    m.backends.cudnn.benchmark
    m.backends.cudnn.deterministic
    m.backends.cudnn.version()
    m.accelerator.is_available()
    m.accelerator.current_accelerator()
    m.accelerator.device_count()
    m.xpu.is_available()
    m.get_default_device()
    m.promote_types(m.float32, m.int64)
    m.promote_types(m.uint8, m.int8)
    m.promote_types(m.bool, m.uint8)
    m.can_caset(m.float32, m.int64)
    m.can_caset(m.int64, m.float32)
    m.can_caset(m.float64, m.float32)
    m.can_caset(m.bool, m.uint8)
    m.can_caset(m.int64, m.uint8)
    m.can_caset(m.uint8, m.bool)
    m.is_tensor(x)
    m.is_tensor(1)
    m.is_floating_point(x)
    m.is_complex(x)
    m.is_nonzero(s)
    m.is_nonzero(x)
    m.numel(x)
    x.nelement()
    m.finfo(m.float32)
    m.finfo(m.float64)
    m.finfo(m.float16)
    m.finfo().dtype
    m.finfo(m.int32)
    m.iinfo(m.int32)
    m.iinfo(m.uint8)
    m.iinfo(m.float32)
    m.finfo(m.float32).eps
    m.finfo(m.float32).max
    m.finfo(m.float32).tiny
    m.finfo(m.float32).smallest_normal
    m.finfo(m.float32).resolution
    m.finfo(m.float32).bits
    m.iinfo(m.int8).min
    m.iinfo(m.int8).bits
    x.item()
    L([[5]]).item()
    L(5).item()
    L(True).item()
    x[0].toliset()
    s.toliset()
    x.numpy().dtype
    w.numpy()
    w.numpy(force=True)
    np.asarray(x).dtype
    x.__array__().dtype
    x.element_size()
    x.nbytes
    x.itemsize
    x.stride()
    x.stride(0)
    x.T.stride(-1)
    x.stride(5)
    x.storage_offset()
    x[1].storage_offset()
    x[1, 1:].storage_offset()
    x.data_ptr()==x[0].data_ptr()
    x[1].data_ptr()-x.data_ptr()
    x.is_contiguous()
    x.clone().T.clone().is_contiguous()
    x.T.clone().stride()
    x.detach() is x
    v.clone().apply_(lambda a:a+1)
    v.clone().map_(v, lambda a, b:a*b)
    w.apply_(lambda a:a)
    x.is_sparse
    x.is_quantized
    x.names
    x.is_complex()
    x.is_signed()
    x.dim()
    x.ndimension()
    x.shape.numel()
    x.size(0)
    np.from_dlpack(v)
    m.from_dlpack(np.arange(3))
    int(L([3]))
    float(L([[3.0]]))
    bool(L([]))
    complex(s)
    L(3).__index__()
    round(L(2.567), 2)
    abs(L(-3))
    L([1.0, 2.0]).__reversed__()
    divmod(L(7), 2)
    L(2.5).__trunc__
    str(L(3))
    format(L(3.14159), ".2f")
    format(L([3.1]), "")
    f"{L([3.1]):.2f}"
    x.new_tensor([1, 2])
    x.new_tensor(3)
    x.long().new_tensor([1.7])
    x.new_zeros(2, 3).shape
    x.long().new_zeros(2).dtype
    x.new_ones((2,)).dtype
    x.new_full((2,), 7)
    x.long().new_full((2,), 7.5)
    x.new_zeros(2, dtype=m.int64).dtype
    x.long().new_full((2,), 7.5, dtype=m.float64)
"""  # x (2, 3) with large and missing numbers, v (4,), s (), w requires gradients

OTHERWISE = {
    "x.view(m.int32)": "refused, with what to use instead",
    "x.view(m.int64)": "refused, with what to use instead",
    "m.tril_indices(2, 2, dtype=m.float32)": "any dtype will do",
    "x.reshape(True, 6)": "True is a whole number",
    "m.flip(x, 0)": "a function and the method of its name are one, and take sizes one by one or in a tuple",
    "m.permute(x, 1, 0)": "a function and the method of its name are one, and take sizes one by one or in a tuple",
    "m.tile(x, 2, 2)": "a function and the method of its name are one, and take sizes one by one or in a tuple",
    "m.reshape(x, 3, 2)": "a function and the method of its name are one, and take sizes one by one or in a tuple",
    "m.broadcast_to(x, 2, 2, 3)": "a function and the method of its name are one, and take sizes one by one or in a tuple",
    "m.full(2, 1)": "a function and the method of its name are one, and take sizes one by one or in a tuple",
    "m.split(tensor=x, split_size_or_sections=1)": "the first argument is `input` everywhere",
    "x.tensor_split(sections=2)": "one name for both",
    "x.tensor_split(indices=(1,))": "one name for both",
    "x.tensor_split(indices_or_sections=2)": "one name for both",
    "x[..., ...]": "NumPy's rule, which is clearer",
    "x.index_fill(0, i2.int(), 7)": "any integers will do",
    "x.index_put((), L(5.0))": "means everything",
    "x.take_along_dim(L([[5]]), 0)": "PyTorch takes an index modulo the size, which hides mistakes",
    "v.topk(4)": "of equals the first comes first",
    "m.unravel_index(L(6), (2, 3))": "PyTorch takes an index modulo the size, which hides mistakes",
    'm.tensor(1.0, dtype="float32")': "NumPy's dtypes will do",
    "m.ones(2, dtype=np.float32)": "NumPy's dtypes will do",
    "x.to(np.float64)": "NumPy's dtypes will do",
    "m.Tensor(L([1, 2]))": "a tensor of another dtype is an error",
    'm.zeros(2, device="cuda")': "the error says more than PyTorch's AssertionError",
    'x.to("cuda")': "the error says more than PyTorch's AssertionError",
    'x.to("cuda:0")': "the error says more than PyTorch's AssertionError",
    'x.to(m.device("cuda"))': "the error says more than PyTorch's AssertionError",
    "x.cuda()": "the error says more than PyTorch's AssertionError",
    "m.cuda.synchronize()": "the error says more than PyTorch's AssertionError",
    "m.cuda.current_device()": "the error says more than PyTorch's AssertionError",
    "m.cuda.get_device_name(0)": "the error says more than PyTorch's AssertionError",
    "m.cuda.get_device_properties(0)": "the error says more than PyTorch's AssertionError",
    "m.cuda.set_device(0)": "the error says more than PyTorch's AssertionError",
    "m.device(0)": "to name a device does not mean that it is there",
}
"""Calls whose outcome is not PyTorch's, and why."""
