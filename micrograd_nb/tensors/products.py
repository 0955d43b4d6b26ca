"""Products of vectors, matrices and batches of matrices.

`a @ b` is `matmul`, which goes by the number of axes of each. The others are stricter, or add the product to something.
Every function of a tensor is a method, too, but for `tensordot`, `multi_dot` and `chain_matmul`.

>>> import micrograd_nb as mg
>>> a, x, b = mg.tensor([[1.0, 2.0], [3.0, 4.0]]), mg.tensor([1.0, 1.0]), mg.tensor([10.0, 20.0])
>>> a @ x, mg.addmv(b, a, x), mg.outer(x, b)
(tensor([3., 7.]), tensor([13., 27.]), tensor([[10., 20.],
        [10., 20.]]))
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rules import einsum
from ..autograd.rules import matrix as rules
from . import axes, dtypes, errors
from .elementwise import mul
from .record import apply, binary, cast, is_tensor, operand
from .shapes import reshape, squeeze, unsqueeze

if TYPE_CHECKING:
    from .core import Tensor

_mm, _mv, _vm, _dot, _rows_mm, _bmm = map(binary, (rules.mm, rules.mv, rules.vm, rules.dot, rules.rows_mm, rules.bmm))
_vdot = binary(rules.vdot)


# -- matmul ------------------------------------------------------------------------------------------------------------


def matmul(input: Tensor, other: Any) -> Tensor:
    """The product of vectors, matrices, or batches of matrices, by the number of axes of each.

    Shapes: (k,) @ (k,) → (); (n, k) @ (k,) → (n,); (n, k) @ (k, m) → (n, m); (…, n, k) @ (…, k, m) → (…, n, m),
    where the axes before the last two broadcast.
    """
    if is_tensor(other) and input.array.ndim == 2 == other.array.ndim:
        return _mm(input, other)
    if type(other) in (int, float):
        raise TypeError(f"@ takes a Tensor on each side, not {type(other).__name__}. To scale by a number, use *.")
    return _by_rank(input, other if is_tensor(other) else operand(other))


def rmatmul(input: Tensor, other: Any) -> Tensor:
    """`other @ input`."""
    return matmul(operand(other), input)


def _by_rank(a: Tensor, b: Tensor) -> Tensor:
    """Matrix multiplication by rank; axes that a vector lacks are added before and dropped after."""
    ranks = (a.array.ndim, b.array.ndim)
    if 0 in ranks:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {ranks[0]}D and {ranks[1]}D. "
            "To scale by a number, use *."
        )
    match ranks:
        case (1, 1):
            return _dot(a, b)
        case (2, 1):
            return _mv(a, b)
        case (1, 2):
            return _vm(a, b)
        case (2, 2):
            return _mm(a, b)
        case (1, _):
            return squeeze(_by_rank(unsqueeze(a, 0), b), -2)
        case (_, 1):
            return squeeze(_by_rank(a, unsqueeze(b, -1)), -1)
        case (_, 2):
            return _rows_mm(a, b)
    return _bmm(a, b)


# -- of given ranks ----------------------------------------------------------------------------------------------------


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices, (n, k) and (k, m)."""
    if not (is_tensor(mat2) and input.array.ndim == 2 == mat2.array.ndim):
        _check_ranks("mm", "{name} must be a matrix", (2, 2), input=input, mat2=mat2)
    return _mm(input, mat2)


def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices, (b, n, k) and (b, k, m); nothing broadcasts."""
    _check_ranks("bmm", "{name} must be a 3D tensor", (3, 3), batch1=input, batch2=mat2)
    _check_batches(input, mat2)
    return _bmm(input, mat2)


def mv(input: Tensor, vec: Tensor) -> Tensor:
    """The product of a matrix and a vector, (n, k) and (k,)."""
    _check_ranks("mv", "vector + matrix @ vector expected, got {ranks}", (2, 1), input=input, vec=vec)
    return _mv(input, vec)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The scalar product of two vectors: Σ xᵢ yᵢ."""
    _check_ranks("dot", "1D tensors expected, but got {ranks}", (1, 1), input=input, tensor=tensor)
    return _dot(input, tensor)


def vdot(input: Tensor, other: Tensor) -> Tensor:
    """`dot`: for real numbers they are the same."""
    _check_ranks("vdot", "1D tensors expected, but got {ranks}", (1, 1), input=input, other=other)
    return _vdot(input, other)


def inner(input: Tensor, other: Tensor) -> Tensor:
    """The scalar products of all vectors along the two last axes. With a 0-d tensor, the product.

    Shapes: (…, k) and (*, k) → (…, *).
    """
    _check_tensors("inner", input=input, other=other)
    if 0 in (input.array.ndim, other.array.ndim):
        return mul(input, other)
    if input.array.shape[-1] != other.array.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.array.shape)} and {list(other.array.shape)}: inner sums along it"
        )
    return _dot(input, other) if input.array.ndim == 1 == other.array.ndim else tensordot(input, other, ([-1], [-1]))


def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """All products of an element of one vector and one of another, (n,) and (m,) → (n, m)."""
    _check_ranks("outer", "outer: Expected 1-D argument {name}, but got {rank}-D", (1, 1), input=input, vec2=vec2)
    return mul(unsqueeze(input, 1), vec2)


ger = outer


# -- beta · input + alpha · product ------------------------------------------------------------------------------------


def addmm(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · input + alpha · mat1 @ mat2.

    Shapes: mat1 (n, k), mat2 (k, m), input (n, m) or what broadcasts to it, such as (m,), a bias; result (n, m).
    With beta = 0 the input does not count, even where it is NaN.
    """
    _check_ranks("addmm", "{name} must be a matrix, got {rank}-D tensor", (2, 2), mat1=mat1, mat2=mat2)
    return _added(rules.addmm, input, mat1, mat2, (mat1.array.shape[0], mat2.array.shape[1]), beta, alpha)


def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · input + alpha · mat @ vec. Shapes: mat (n, k), vec (k,), input and result (n,). As `addmm`."""
    _check_ranks("addmv", "vector + matrix @ vector expected, got {ranks}", (2, 1), mat=mat, vec=vec)
    return _added(rules.addmv, input, mat, vec, mat.array.shape[:1], beta, alpha)


def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · input + alpha · outer(vec1, vec2). Shapes: vec1 (n,), vec2 (m,), input and result (n, m). As `addmm`."""
    _check_ranks("addr", "addr: Expected 1-D argument {name}, but got {rank}-D", (1, 1), vec1=vec1, vec2=vec2)
    return _added(rules.addr, input, vec1, vec2, vec1.array.shape + vec2.array.shape, beta, alpha)


def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · input + alpha · bmm(batch1, batch2). Shapes: (b, n, k), (b, k, m), input and result (b, n, m)."""
    _check_ranks("baddbmm", "{name} must be a 3D tensor", (3, 3), batch1=batch1, batch2=batch2)
    _check_batches(batch1, batch2)
    shape = (*batch1.array.shape[:2], batch2.array.shape[2])
    return _added(rules.baddbmm, input, batch1, batch2, shape, beta, alpha)


def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · input + alpha · the sum of bmm(batch1, batch2) over the batch. Shapes: (b, n, k), (b, k, m); (n, m)."""
    _check_ranks("addbmm", "{name} must be a 3D tensor", (3, 3), batch1=batch1, batch2=batch2)
    _check_batches(batch1, batch2)
    shape = (batch1.array.shape[1], batch2.array.shape[2])
    return _added(rules.addbmm, input, batch1, batch2, shape, beta, alpha)


# -- of any ranks ------------------------------------------------------------------------------------------------------


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The product of two tensors, summed over pairs of axes.

    Arguments:
        dims: how many of the last axes of `a` to pair with the first of `b`; or two lists, the axes of `a` and of `b`.

    >>> import micrograd_nb as mg
    >>> a, b = mg.ones(2, 3, 4), mg.ones(4, 3, 5)
    >>> mg.tensordot(a, b, dims=([1, 2], [1, 0])).shape
    micrograd_nb.Size([2, 5])
    """
    _check_tensors("tensordot", a=a, b=b)
    of_a, of_b = _pairs(a, b, dims)
    in_a = list(range(a.array.ndim))
    in_b = list(range(a.array.ndim, a.array.ndim + b.array.ndim))
    for i, j in zip(of_a, of_b, strict=True):
        in_b[j] = in_a[i]
    out = [x for x in in_a if x not in in_b] + [x for x in in_b if x not in in_a]
    _same_dtype(a, b)
    return apply(einsum.einsum, a, b, labels=(tuple(in_a), tuple(in_b)), out=tuple(out))


def kron(input: Tensor, other: Tensor) -> Tensor:
    """The Kronecker product: each element of one, times the whole other. Their sizes multiply.

    >>> import micrograd_nb as mg
    >>> mg.kron(mg.tensor([1, 10]), mg.tensor([1, 2, 3]))
    tensor([ 1,  2,  3, 10, 20, 30])
    """
    _check_tensors("kron", input=input, other=other)
    n = max(input.array.ndim, other.array.ndim)
    a, b = ((1,) * (n - x.array.ndim) + x.array.shape for x in (input, other))
    apart = mul(
        reshape(input, *(size for m in a for size in (m, 1))), reshape(other, *(size for m in b for size in (1, m)))
    )
    return reshape(apart, *(i * j for i, j in zip(a, b, strict=True)))


def cross(input: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The cross product of vectors of length 3, which lie along `dim`; left out, the first axis of length 3."""
    _check_tensors("cross", input=input, other=other)
    if input.array.ndim != other.array.ndim:
        raise RuntimeError(
            "linalg.cross: inputs must have the same number of dimensions, but they have "
            f"{input.array.ndim} and {other.array.ndim}: put axes of length one in, x[None]"
        )
    if dim is None and 3 not in input.array.shape:
        raise RuntimeError(f"no dimension of size 3 in input: its shape is {tuple(input.array.shape)}")
    axis = input.array.shape.index(3) if dim is None else axes.one(input, dim)
    if not input.array.shape[axis] == other.array.shape[axis] == 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {axis if dim is None else dim} must have length 3. Got "
            f"{input.array.shape[axis]} and {other.array.shape[axis]}: only three dimensions have a cross product"
        )
    _same_dtype(input, other)
    return apply(rules.cross, input, other, dim=axis)


def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""
    _check_tensors("trace", input=input)
    if input.array.ndim != 2:
        raise RuntimeError(
            f"trace: expected a matrix, but got tensor with dim {input.array.ndim}. Of a batch of matrices, use "
            "einsum('...ii', x)."
        )
    return apply(rules.trace, input)


def multi_dot(tensors: Sequence[Tensor]) -> Tensor:
    """The product of several matrices, in the order that needs the fewest multiplications.

    The first and the last may be vectors. (PyTorch: torch.linalg.multi_dot)
    """
    _check_chain(tensors)
    sizes = [1, *tensors[0].array.shape] if tensors[0].array.ndim == 1 else list(tensors[0].array.shape)
    sizes += [x.array.shape[1] if x.array.ndim == 2 else 1 for x in tensors[1:]]
    return _product_of(tensors, _splits(sizes), 0, len(tensors) - 1)


def chain_matmul(*matrices: Tensor) -> Tensor:
    """`multi_dot` of its arguments. Deprecated in PyTorch."""
    warnings.warn(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
        "instead, which accepts a list of two or more tensors rather than multiple parameters.",
        stacklevel=2,
    )
    return multi_dot(matrices)


# -- what the functions above call -------------------------------------------------------------------------------------


def _check_tensors(function: str, **operands: Any) -> None:
    for name, x in operands.items():
        if not is_tensor(x):
            raise errors.no_tensor(function, name, x)


def _check_ranks(function: str, sentence: str, ranks: tuple[int, int], **operands: Any) -> None:
    """Refuses what has another number of axes. The sentence is PyTorch's."""
    _check_tensors(function, **operands)
    for (name, x), rank in zip(operands.items(), ranks, strict=True):
        if x.array.ndim != rank:
            shapes = " and ".join(str(tuple(y.array.shape)) for y in operands.values())
            got = " and ".join(f"{y.array.ndim}D" for y in operands.values())
            raise RuntimeError(
                f"{sentence.format(name=name, rank=x.array.ndim, ranks=got)}: {function} takes {ranks[0]} and "
                f"{ranks[1]} axes, and the shapes are {shapes}. For other shapes use @."
            )


def _check_batches(a: Tensor, b: Tensor) -> None:
    (batch, _, inner), its = a.array.shape, b.array.shape
    if its[:2] != (batch, inner):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {inner}] but got: "
            f"{list(its[:2])}. The batches must be as large, and the inner sizes equal; matmul, or @, broadcasts."
        )


def _added(operation: Any, input: Tensor, a: Tensor, b: Tensor, shape: Any, beta: float, alpha: float) -> Tensor:
    """beta · input + alpha · the product of a and b, which has a shape."""
    _check_tensors(operation.name.removesuffix("Backward0").lower(), input=input)
    if input.array.dtype != b.array.dtype or a.array.dtype != b.array.dtype:
        first = input if input.array.dtype != b.array.dtype else a
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {first.dtype.scalar_type} and {b.dtype.scalar_type}. "
            f"Convert one: x.to(y.dtype)"
        )
    for name, factor in (("beta", beta), ("alpha", alpha)):
        if isinstance(factor, float) and input.array.dtype.kind in "iu":
            raise RuntimeError(
                f"For integral input tensors, argument {name} must not be a floating point number, but it is {factor}. "
                "Make the tensors floats: x.float()."
            )
    if input.array.dtype == np.bool_:
        input, a, b = (cast(x, dtypes.int64.dtype) for x in (input, a, b))
        return cast(_added(operation, input, a, b, shape, bool(beta), bool(alpha)), dtypes.bool_.dtype)
    sizes = input.array.shape
    if len(sizes) > len(shape) or any(m not in (1, n) for m, n in zip(sizes[::-1], shape[::-1], strict=False)):
        raise errors.does_not_expand(sizes, shape)
    return apply(operation, input, a, b, beta=beta, alpha=alpha)


def _same_dtype(a: Tensor, b: Tensor) -> None:
    if a.array.dtype != b.array.dtype:
        raise errors.dtypes_differ(a.dtype.name, b.dtype.name)


def _pairs(a: Tensor, b: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    """The axes of `a` and of `b` that `tensordot` pairs."""
    if is_tensor(dims):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}: it is how many axes to pair")
        if dims > min(a.array.ndim, b.array.ndim):
            raise RuntimeError(
                f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}, and there are {a.array.ndim} and "
                f"{b.array.ndim} axes"
            )
        dims = (range(a.array.ndim - dims, a.array.ndim), range(dims))
    of_a, of_b = ([axes.one(x, d) for d in named] for x, named in zip((a, b), dims, strict=True))
    if len(of_a) != len(of_b):
        raise RuntimeError(
            f"both dimension lists should have same length, but they are {dims[0]} and {dims[1]}: they name pairs of "
            "axes"
        )
    for i, j in zip(of_a, of_b, strict=True):
        m, n = a.array.shape[i], b.array.shape[j]
        if m != n and 1 not in (m, n):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {m} in dim {i} and second has size {n} in "
                f"dim {j}"
            )
    return of_a, of_b


# -- chains of products ------------------------------------------------------------------------------------------------


def _check_chain(tensors: Sequence[Tensor]) -> None:
    if len(tensors) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}: one is no product")
    for i, x in enumerate(tensors):
        _check_tensors("multi_dot", **{f"tensor {i}": x})
        ends = i in (0, len(tensors) - 1)
        if x.array.ndim != 2 and not (ends and x.array.ndim == 1):
            raise RuntimeError(
                f"multi_dot(): tensor {i} must be {'1D or 2D' if ends else '2D'} but got {x.array.ndim}D: of matrices, "
                "only the first and the last may be vectors"
            )
        if x.array.dtype != tensors[0].array.dtype:
            raise RuntimeError(
                "multi_dot(): all tensors must have be the same dtype but tensor 0 is "
                f"{tensors[0].dtype.name} and tensor {i} {x.dtype.name}: convert them, x.to(y.dtype)"
            )
    for i, (a, b) in enumerate(pairwise(tensors)):
        if a.array.shape[-1] != b.array.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {i} and {i + 1} with shapes {list(a.array.shape)} and {list(b.array.shape)} "
                "cannot be multiplied: the inner sizes must be equal"
            )


def _splits(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where to cut each stretch of a chain of matrices in two, so that its product needs the fewest multiplications.

    Matrix i has `sizes[i]` rows and `sizes[i + 1]` columns. (Cormen et al., Introduction to Algorithms, 15.2)
    """
    n = len(sizes) - 1
    cost, cut = {(i, i): 0 for i in range(n)}, {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            each = {k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)}
            cut[i, j] = min(each, key=each.__getitem__)
            cost[i, j] = each[cut[i, j]]
    return cut


def _product_of(tensors: Sequence[Tensor], cut: dict[tuple[int, int], int], i: int, j: int) -> Tensor:
    if i == j:
        return tensors[i]
    k = cut[i, j]
    return matmul(_product_of(tensors, cut, i, k), _product_of(tensors, cut, k + 1, j))
