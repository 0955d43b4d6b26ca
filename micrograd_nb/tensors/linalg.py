"""Linear algebra, as `torch.linalg`: norms, determinants, inverses, equations, decompositions.

Functions of a matrix take a batch of them, too: the last two axes are the matrix. They have gradients, but for ranks.
The matrices are of float32 or float64.

>>> import micrograd_nb as mg
>>> a = mg.tensor([[2.0, 0.0], [1.0, 3.0]])
>>> mg.linalg.det(a), mg.linalg.solve(a, mg.tensor([2.0, 7.0]))
(tensor(6.), tensor([1., 2.]))
>>> mg.linalg.svdvals(mg.tensor([[3.0, 0.0], [0.0, -4.0]]))
tensor([4., 3.])
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd.rules import linalg as rules
from ..autograd.rules import norm as norms
from ..autograd.rules.linalg import LinAlgError
from . import axes, dtypes, errors, return_types
from .conversion import in_dtype
from .elementwise import abs, clone, mul, square, true_divide
from .order import amax, amin
from .products import cross as cross_along_the_first
from .products import matmul, multi_dot
from .record import apply, is_tensor, wrap
from .reductions import sum
from .shapes import permute, squeeze, transpose, unsqueeze

if TYPE_CHECKING:
    from .core import Tensor

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "diagonal", "det", "eig", "eigh", "eigvals", "eigvalsh",
    "householder_product", "inv", "inv_ex", "ldl_factor", "ldl_solve", "lstsq", "lu", "lu_factor", "lu_solve", "matmul",
    "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve",
    "solve_ex", "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip

# -- norms -------------------------------------------------------------------------------------------------------------


@axes.along
def vector_norm(input: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """(Σ |x|ᵖ) to the power 1/p, over all elements or along `dim`.

    Arguments:
        ord: p. 2 is the Euclidean length, 1 the sum of the sizes, inf the largest and -inf the smallest size, 0 the
            number of elements that are not 0.
        dtype: what to convert the elements to first, with no fewer digits.

    At the zero vector the norm has a corner; its gradient is 0 there.

    >>> import micrograd_nb as mg
    >>> x = mg.tensor([3.0, -4.0])
    >>> [mg.linalg.vector_norm(x, p).item() for p in (1, 2, float("inf"))]
    [7.0, 5.0, 4.0]
    """
    if isinstance(ord, str):
        raise TypeError(f"linalg.vector_norm(): argument 'ord' must be Number, not str: {ord!r} is a norm of matrices")
    input = _of_floats(input, "linalg.vector_norm", dtype)
    several = axes.several(input, dim)
    if input.array.size == 0 and (ord < 0 or ord == inf):
        _refuse_empty(input, ord, several, whole=dim is None or len(several) == input.array.ndim)
    return apply(norms.vector_norm, input, ord=ord, dim=several, keepdim=keepdim)


@axes.along
def matrix_norm(
    input: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of a matrix.

    Arguments:
        ord: "fro", the length of all elements; "nuc", the sum of the singular values; 2 and -2, the largest and the
            smallest of these; 1 and -1, the largest and the smallest sum of sizes of a column; inf and -inf, of a row.
        dim: the two axes of the matrix, rows first.
        dtype: what to convert the elements to first, with no fewer digits.
    """
    input = _of_floats(input, "linalg.matrix_norm", dtype)
    _check_axes(input, "linalg.matrix_norm")
    if ord not in _MATRIX_NORMS:
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported. It is one of {[*_MATRIX_NORMS]}.")
    rows, columns = _two_axes(input, dim)
    others = [i for i in range(input.array.ndim) if i not in (rows, columns)]
    value = _MATRIX_NORMS[ord](permute(input, *others, rows, columns))
    for axis in sorted((rows, columns)) if keepdim else ():
        value = unsqueeze(value, axis)
    return value


def _extreme_sum(extreme: Callable[..., Tensor], along: int) -> Callable[[Tensor], Tensor]:
    return lambda x: extreme(sum(abs(x), along), -1)


_MATRIX_NORMS: dict[Any, Callable[[Tensor], Tensor]] = {
    "fro": lambda x: vector_norm(x, 2, (-2, -1)),
    "nuc": lambda x: sum(svdvals(x), -1),
    2: lambda x: amax(svdvals(x), -1),
    -2: lambda x: amin(svdvals(x), -1),
    1: _extreme_sum(amax, -2),
    -1: _extreme_sum(amin, -2),
    inf: _extreme_sum(amax, -1),
    -inf: _extreme_sum(amin, -1),
}


@axes.along
def norm(input: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """`vector_norm` along one axis, `matrix_norm` along two.

    With no `dim`, it goes by how many axes there are; with no `ord` either, it is the length of all elements.
    """
    pair = tuple(range(input.array.ndim)) if dim is None else tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    if dim is not None and len(pair) > 2:
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {[*pair]}")
    if dim is None and ord is not None and len(pair) not in (1, 2):
        raise RuntimeError(
            f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {len(pair)}D. Name the "
            "axes: dim=(-2, -1)."
        )
    if ord is None:
        return vector_norm(input, 2, dim, keepdim, dtype=dtype)
    if isinstance(ord, str) or len(pair) == 2:
        return matrix_norm(input, ord, pair, keepdim, dtype=dtype)
    return vector_norm(input, ord, dim, keepdim, dtype=dtype)


def cond(input: Tensor, p: Any = None) -> Tensor:
    """How much an equation with this matrix may stretch an error: the norm of the matrix times that of its inverse.

    Arguments:
        p: which `matrix_norm`. None, as 2: the largest singular value, divided by the smallest.

    A singular matrix has inf.
    """
    if p is not None and p not in _MATRIX_NORMS:
        raise RuntimeError(f"linalg.cond got an invalid norm type: {p}. It is one of {[None, *_MATRIX_NORMS]}.")
    if p in (None, 2, -2):
        values = svdvals(input)
        first, last = values[..., 0], values[..., -1]
        return true_divide(last, first) if p == -2 else true_divide(first, last)
    _square(input, f"linalg.cond(ord={p})")
    try:
        return mul(matrix_norm(input, p), matrix_norm(inv(input), p))
    except LinAlgError:
        return wrap(np.full(input.array.shape[:-2], inf, input.array.dtype))


@axes.along
def matrix_rank(
    input: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Tensor:
    """How many rows are independent: the number of singular values above max(atol, rtol · the largest).

    Arguments:
        tol: `atol`, with an `rtol` of 0.
        hermitian: the matrices are symmetric, which is faster.
        rtol: left out, the larger size times the precision of the dtype, or 0 where `atol` is given.
    """
    _matrices(input, "torch.linalg.matrix_rank")
    atol, rtol = _tolerances(input, tol if atol is None else atol, 0.0 if tol is not None else rtol)
    sizes = (abs(eigvalsh(input)) if hermitian else svdvals(input)).array
    return wrap(np.count_nonzero(sizes > np.maximum(atol, rtol * sizes.max(-1, keepdims=True, initial=0)), -1))


# -- determinants and inverses -----------------------------------------------------------------------------------------


def det(input: Tensor) -> Tensor:
    """The determinant of a square matrix.

    Its gradient is the matrix of cofactors, also where the determinant is 0; PyTorch gives 0 there.
    """
    return apply(rules.det, _square(input, "linalg.det"))


def slogdet(input: Tensor) -> Any:
    """(sign, logabsdet): the determinant is sign · exp(logabsdet), which may be too large or too small to be held."""
    return return_types.linalg_slogdet(*apply(rules.slogdet, _square(input, "linalg.slogdet")))


def inv(input: Tensor) -> Tensor:
    """The inverse of a square matrix.

    Raises:
        LinAlgError: the matrix is singular.
    """
    return apply(rules.inv, _square(input, "linalg.inv"))


def pinv(input: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """The pseudo-inverse (Moore–Penrose), which every matrix has: (…, n, m) of (…, m, n).

    Singular values up to max(atol, rtol · the largest) count as 0; see `matrix_rank`.

    Arguments:
        rcond: `rtol`, with an `atol` of 0.
        hermitian: the matrices are symmetric, which is faster.
    """
    _matrices(input, "linalg.pinv")
    atol, rtol = _tolerances(input, atol, rtol if rcond is None else rcond)
    return apply(rules.pinv, input, atol=atol, rtol=rtol, hermitian=hermitian)


def matrix_power(input: Tensor, n: int) -> Tensor:
    """A square matrix times itself, n factors; of its inverse, if n is negative."""
    if not isinstance(n, int):
        raise TypeError(f"matrix_power(): argument 'n' must be int, not {type(n).__name__}: it counts factors")
    _check_axes(input, "linalg.matrix_power", square=True)
    if n == 0:
        return wrap(np.broadcast_to(np.eye(input.array.shape[-1], dtype=input.array.dtype), input.array.shape).copy())
    return _power(input, n) if n > 0 else _power(inv(input), -n)


def _power(x: Tensor, n: int) -> Tensor:
    """By squaring: x⁵ = (x²)² x."""
    if n == 1:
        return clone(x)
    if n == 2:
        return matmul(x, x)
    half = _power(x, n // 2) if n > 3 else x
    squared = matmul(half, half)
    return matmul(squared, x) if n % 2 else squared


def matrix_exp(input: Tensor) -> Tensor:
    """1 + A + A² / 2! + A³ / 3! + …, of a square matrix."""
    return apply(rules.matrix_exp, _square(input, "linalg.matrix_exp"))


# -- equations ---------------------------------------------------------------------------------------------------------


def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """The X with A X = B; with left=False, X A = B. Better than the product with the inverse.

    Shapes: A (…, n, n), B (…, n, k) or (…, n), a batch of vectors if it has one axis less; the result as B. Batches
    broadcast.

    Raises:
        LinAlgError: A is singular.
    """
    _square(A, "linalg.solve")
    _same_dtype("linalg.solve", "A", A, "B", B)
    vectors = B.array.ndim == 1 or B.array.shape == A.array.shape[:-1]
    n, sizes = A.array.shape[-1], (*B.array.shape, 1)[-2:] if vectors else B.array.shape[-2:]
    if sizes[0 if left else 1] != n:
        of = "x".join(map(str, sizes))
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'} ({n}x{n} "
            f"and {of}): B must have {n} {'rows' if left else 'columns'}"
        )
    if vectors or left:
        return apply(rules.solve, A, B, vectors=vectors)
    return transpose(apply(rules.solve, transpose(A, -2, -1), transpose(B, -2, -1), vectors=False), -2, -1)


def solve_triangular(A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """The X with A X = B, or X A = B, for a triangular A: the other triangle is not looked at.

    Shapes: A (…, n, n), B (…, n, k), or (…, k, n) with left=False.

    Arguments:
        upper: which triangle counts.
        unitriangular: the diagonal counts as ones.
    """
    _square(A, "linalg.solve_triangular")
    _matrices(B, "linalg.solve_triangular", name="B")
    _same_dtype("linalg.solve_triangular", "A", A, "B", B)
    n = A.array.shape[-1]
    if B.array.shape[-2 if left else -1] != n:
        raise RuntimeError(
            f"linalg.solve_triangular: Incompatible shapes of A and B for the equation {'AX = B' if left else 'XA = B'}"
            f" ({n}x{n} and {B.array.shape[-2]}x{B.array.shape[-1]}): B must have {n} {'rows' if left else 'columns'}"
        )
    if left:
        return apply(rules.solve_triangular, A, B, upper=upper, unitriangular=unitriangular)
    a, b = transpose(A, -2, -1), transpose(B, -2, -1)
    return transpose(apply(rules.solve_triangular, a, b, upper=not upper, unitriangular=unitriangular), -2, -1)


def lstsq(A: Tensor, B: Tensor, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """(solution, residuals, rank, singular_values): the X for which A X is nearest to B, by the sum of squares.

    Shapes: A (…, m, n), B (…, m, k) or (…, m); solution (…, n, k) or (…, n).

    Arguments:
        rcond: singular values up to this part of the largest count as 0.
        driver: None, "gelsy", "gels", "gelsd" or "gelss". All compute the same here; as in PyTorch, they differ in what
            else they return: None and "gelsy" the rank, "gels" the residuals (the sums of squares that are left, if
            there are more equations than unknowns), "gelsd" and "gelss" all. What is not returned is empty.
    """
    _matrices(A, "torch.linalg.lstsq")
    _same_dtype("torch.linalg.lstsq", "input", A, "other", B)
    if driver not in (None, *_DRIVERS):
        raise RuntimeError(
            f"torch.linalg.lstsq: parameter `driver` should be one of ({', '.join(_DRIVERS)}), not {driver}"
        )
    vectors = B.array.ndim == 1 or B.array.shape == A.array.shape[:-1]
    b = unsqueeze(B, -1) if vectors else B
    rows, columns = A.array.shape[-2:]
    if b.array.shape[-2] != rows:
        raise RuntimeError(
            f"torch.linalg.lstsq: input.size(-2) should match other.size(-2): A has {rows} rows, B {b.array.shape[-2]}"
        )
    x = matmul(pinv(A, rtol=rcond), b)
    rank = matrix_rank(A, rtol=rcond)
    nothing = np.empty(0, A.array.dtype)
    residuals = wrap(nothing)
    if driver not in (None, "gelsy") and rows > columns and (driver == "gels" or (rank.array == columns).all()):
        residuals = sum(square(matmul(A, x) - b), -2)
    return return_types.linalg_lstsq(
        squeeze(x, -1) if vectors else x,
        residuals,
        rank if driver != "gels" else wrap(np.empty(0, np.int64)),
        wrap(svdvals(A).array if driver in ("gelsd", "gelss") else nothing),
    )


_DRIVERS = ("gels", "gelsy", "gelsd", "gelss")


# -- decompositions ----------------------------------------------------------------------------------------------------


def cholesky(input: Tensor, *, upper: bool = False) -> Tensor:
    """The lower triangular L with L Lᵀ = A, for a symmetric, positive-definite A; with `upper`, Lᵀ.

    Only that triangle of A is looked at. The gradient is that of a symmetric A.

    Raises:
        LinAlgError: A is not positive-definite.
    """
    return apply(rules.cholesky, _square(input, "linalg.cholesky"), upper=upper)


def qr(A: Tensor, mode: str = "reduced") -> Any:
    """(Q, R) with A = Q R: Q has orthonormal columns, R is upper triangular.

    Arguments:
        mode: "reduced"; "complete", for a square Q; "r", for R alone, without a gradient.

    Raises:
        RuntimeError: in the backward pass, with mode="r", or with mode="complete" of a tall matrix.
    """
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    return return_types.linalg_qr(*apply(rules.qr, _matrices(A, "linalg.qr"), mode=mode))


def eigh(A: Tensor, UPLO: str = "L") -> Any:
    """(eigenvalues, eigenvectors) of a symmetric matrix: A = V diag(λ) Vᵀ, with λ in ascending order.

    Arguments:
        UPLO: which triangle of A is looked at, "L" or "U".

    The gradient of the eigenvectors divides by the differences of the eigenvalues, which must not be equal.
    """
    if UPLO not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return return_types.linalg_eigh(*apply(rules.eigh, _square(A, "linalg.eigh"), UPLO=UPLO))


def eigvalsh(A: Tensor, UPLO: str = "L") -> Tensor:
    """The eigenvalues of a symmetric matrix, in ascending order. See `eigh`."""
    return eigh(A, UPLO)[0]


def svd(A: Tensor, full_matrices: bool = True, *, driver: str | None = None) -> Any:
    """(U, S, Vh) with A = U diag(S) Vh: U and V have orthonormal columns, S is not negative and in descending order.

    Shapes: A (…, m, n), S (…, k) with k = min(m, n), U (…, m, m) and Vh (…, n, n), or (…, m, k) and (…, k, n) with
    full_matrices=False.

    The gradients of U and Vh divide by the differences of the singular values, which must not be equal; the columns
    that full_matrices adds have none.
    """
    if driver is not None:
        raise RuntimeError("torch.linalg.svd: keyword argument `driver=` is only supported on CUDA: leave it out")
    return return_types.linalg_svd(*apply(rules.svd, _matrices(A, "linalg.svd"), full_matrices=full_matrices))


def svdvals(A: Tensor, *, driver: str | None = None) -> Tensor:
    """The singular values of a matrix, in descending order. Equal ones have a gradient, too."""
    return svd(A, full_matrices=False, driver=driver)[1]


# -- vectors -----------------------------------------------------------------------------------------------------------


@axes.along
def cross(input: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of length 3, which lie along `dim`."""
    return cross_along_the_first(input, other, dim)


@axes.along
def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The scalar products of vectors, which lie along `dim`."""
    _check_floats(x, "linalg.vecdot")
    _same_dtype("linalg.vecdot", "x", x, "y", y)
    return sum(mul(x, y), dim)


# -- left out ----------------------------------------------------------------------------------------------------------


def _left_out(name: str, instead: str) -> Callable[..., Any]:
    def function(*args: Any, **options: Any) -> Any:
        raise NotImplementedError(f"linalg.{name} is not in micrograd_nb: {instead}")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Left out: {instead}"
    return function


_COMPLEX = "the eigenvalues of a matrix may be complex numbers, which no tensor holds here. eigh is for symmetric ones."
_RAISES = "it raises an error where the matrix does not allow it, instead of returning a code."

# fmt: off
eig                 = _left_out("eig", _COMPLEX)
eigvals             = _left_out("eigvals", _COMPLEX)
cholesky_ex         = _left_out("cholesky_ex", f"use cholesky; {_RAISES}")
inv_ex              = _left_out("inv_ex", f"use inv; {_RAISES}")
solve_ex            = _left_out("solve_ex", f"use solve; {_RAISES}")
lu                  = _left_out("lu", "use solve, det or inv, which compute it inside, or qr.")
lu_factor           = _left_out("lu_factor", "use solve, with all right sides at once.")
lu_solve            = _left_out("lu_solve", "use solve.")
ldl_factor          = _left_out("ldl_factor", "use cholesky, or eigh where the matrix is not positive-definite.")
ldl_solve           = _left_out("ldl_solve", "use solve.")
householder_product = _left_out("householder_product", "use qr, which gives Q itself.")
diagonal            = _left_out("diagonal", "use einsum('...ii->...i', x).")
tensorinv           = _left_out("tensorinv", "reshape to matrices, and use inv.")
tensorsolve         = _left_out("tensorsolve", "reshape to matrices, and use solve.")
vander              = _left_out("vander", "use x[..., None] ** arange(n).")
# fmt: on

# -- what the functions above call -------------------------------------------------------------------------------------


def _check_axes(input: Tensor, what: str, *, square: bool = False, name: str = "A") -> None:
    if not is_tensor(input):
        raise errors.no_tensor(what, name, input)
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(
            f"{what}: The input tensor {name} must have at least 2 dimensions, for it is a matrix or a batch of them, "
            f"but its shape is {tuple(shape)}"
        )
    if square and shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{what}: {name} must be batches of square matrices, but they are {shape[-2]} by {shape[-1]} matrices"
        )


def _check_floats(input: Tensor, what: str) -> None:
    if input.array.dtype.kind != "f":
        raise RuntimeError(
            f"{what}: Expected a floating point or complex tensor as input. Got {input.dtype.scalar_type}. Use "
            "x.float()."
        )


def _matrices(input: Tensor, what: str, *, square: bool = False, name: str = "A") -> Tensor:
    """The input, if it is a matrix or a batch of them."""
    _check_axes(input, what, square=square, name=name)
    _check_floats(input, what)
    if input.array.dtype == np.float16:
        raise RuntimeError(f"{what}: Low precision dtypes not supported. Got Half. Use x.float().")
    return input


def _square(input: Tensor, what: str) -> Tensor:
    return _matrices(input, what, square=True)


def _of_floats(input: Tensor, what: str, dtype: Any) -> Tensor:
    """The elements that a norm is of, in a dtype."""
    _check_floats(input, what)
    wanted = input.array.dtype if dtype is None else dtypes.to_numpy(dtype)
    kind = dtypes.FROM_NUMPY[wanted].scalar_type
    if wanted.kind != "f":
        raise RuntimeError(f"{what}: dtype should be floating point or complex, but got {kind}. Use float64.")
    if wanted.itemsize < input.array.itemsize:
        raise RuntimeError(
            f"{what}: the dtype of the input ({input.dtype.scalar_type}) should be convertible without narrowing to "
            f"the specified dtype ({kind}). Convert the norm instead."
        )
    return in_dtype(input, dtype)


def _refuse_empty(input: Tensor, ord: float, several: tuple[int, ...], whole: bool) -> None:
    """The largest and the smallest of nothing do not exist, while its sum is 0."""
    start = f"linalg.vector_norm cannot compute the {ord} norm on"
    if whole:
        raise RuntimeError(f"{start} an empty tensor because the operation does not have an identity")
    for axis in several:
        if input.array.shape[axis] == 0:
            raise RuntimeError(
                f"{start} the dimension {axis} because this dimension is empty and the operation does not have an "
                "identity"
            )


def _two_axes(input: Tensor, dim: Any) -> tuple[int, int]:
    """The axes of the matrix, counted from 0."""
    if not isinstance(dim, (tuple, list)) or len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}: a matrix has two axes")
    rows, columns = (axes.one(input, d) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got {tuple(dim)}")
    return rows, columns


def _tolerances(input: Tensor, atol: Any, rtol: Any) -> tuple[float, float]:
    """Up to which singular value one counts as 0: by itself, and as a part of the largest."""
    atol, rtol = (x.item() if hasattr(x, "item") else x for x in (atol, rtol))
    if rtol is None:
        precision = float(np.finfo(input.array.dtype).eps) * max(input.array.shape[-2:])
        rtol = 0.0 if atol else precision
    return atol or 0.0, rtol


def _same_dtype(what: str, first: str, a: Tensor, second: str, b: Tensor) -> None:
    if a.array.dtype != b.array.dtype:
        raise RuntimeError(
            f"{what}: Expected {first} and {second} to have the same dtype, but found {first} of type "
            f"{a.dtype.scalar_type} and {second} of type {b.dtype.scalar_type} instead. Convert one: x.to(y.dtype)"
        )
