"""Linear algebra: determinants, inverses and decompositions of matrices. Axes before the last two are a batch.

Sources of the rules: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008), Golub and Pereyra (1973) for the pseudo-inverse, Seeger et al., "Auto-differentiating linear
algebra" (2017), and Liao et al. (2019) for wide matrices, for the decompositions. `t` is the transpose.
"""

from __future__ import annotations

from math import ceil, log2
from typing import Any

import numpy as np

from ..operation import Operation, operation
from .reduction import others
from .shape import cat

# fmt: off

class LinAlgError(RuntimeError):
    """A matrix is singular, or not positive-definite, where it must not be. (PyTorch: torch.linalg.LinAlgError)"""

def t(x: Any) -> Any:
    """Each matrix, transposed."""
    return x.swapaxes(-1, -2)

def _diagonal(x: Any) -> Any:
    """Vectors, as diagonal matrices."""
    return x[..., None] * np.eye(x.shape[-1], dtype=x.dtype)

def _triangle(n: int, dtype: Any, *, upper: bool, diagonal: float) -> Any:
    """What to multiply a matrix by, so that one triangle of it is left."""
    ones = np.ones((n, n), dtype)
    return (np.triu(ones, 1) if upper else np.tril(ones, -1)) + np.eye(n, dtype=dtype) * dtype.type(diagonal)

# -- determinants ------------------------------------------------------------------------------------------------------
# The slope of a determinant in an element is the element's cofactor. With A = U diag(s) Vᵀ the matrix of cofactors is
# ± U diag(c) Vᵀ, where c is for each s the product of all others. That holds for a singular A, too.

def _cofactors(input: Any) -> Any:
    finite = np.isfinite(input).all((-2, -1), keepdims=True)
    u, s, vt = np.linalg.svd(np.where(finite, input, 0))
    sign = np.linalg.det(u) * np.linalg.det(vt)
    found = sign[..., None, None] * ((u * others(s, s.ndim - 1)[..., None, :]) @ vt)
    return np.where(finite, found, np.nan).astype(input.dtype)

def _of_cofactors(g: Any, f: Any) -> Any:
    """Where A is not singular: its cofactors are det(A) times its inverse, transposed."""
    share = (g * f.output).sum((-2, -1), keepdims=True)
    return (share * f.output - f.output @ t(g) @ f.output) / det(f.input)[..., None, None]

det: Operation = operation("LinalgDetBackward0", lambda input: np.linalg.det(input),
                           lambda g, f: g[..., None, None] * cofactors(f.input))
cofactors: Operation = operation("CofactorsBackward0", _cofactors, _of_cofactors)
slogdet   = operation("LinalgSlogdetBackward0", lambda input: tuple(np.linalg.slogdet(input)),
                      lambda g, f: g[1][..., None, None] * t(inv(f.input)) if 1 in g else np.zeros_like(f.input))

# -- inverses ----------------------------------------------------------------------------------------------------------

def _inv(input: Any) -> Any:
    try:
        return np.linalg.inv(input)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"linalg.inv: {_where_singular(input)} is zero, the inversion could not be completed because the input "
            "matrix is singular: its rows are not independent. linalg.pinv gives the pseudo-inverse."
        ) from None

def _solve(input: Any, other: Any, *, vectors: bool) -> Any:
    """The right side is of matrices, or of vectors, one for each matrix."""
    try:
        return np.linalg.solve(input, other[..., None])[..., 0] if vectors else np.linalg.solve(input, other)
    except np.linalg.LinAlgError:
        raise LinAlgError(
            "torch.linalg.solve: The solver failed because the input matrix is singular: "
            f"{_where_singular(input)} is zero. linalg.lstsq finds the nearest solution."
        ) from None

def _where_singular(input: Any) -> str:
    """Which diagonal element Gauss's elimination finds to be 0: that of the first column that depends on others."""
    rank = np.linalg.matrix_rank
    at = _first(np.ndindex(input.shape[:-2]), lambda at: rank(input[at]) < input.shape[-1])
    column = _first(range(1, input.shape[-1] + 1), lambda k: rank(input[at][:, :k]) < k)
    return _element(input, at) + f"The diagonal element {column}"

def _first(places: Any, holds: Any) -> Any:
    """The first place where something holds; the last one, if rounding hides it everywhere."""
    places = list(places)
    return next((at for at in places if holds(at)), places[-1])

def _element(input: Any, at: Any) -> str:
    return f"(Batch element {np.ravel_multi_index(at, input.shape[:-2])}): " if at else ""

inv: Operation = operation("LinalgInvExBackward0", _inv, lambda g, f: -(t(f.output) @ g @ t(f.output)))
def _of_right_side(g: Any, f: Any) -> Any:
    return solve(t(f.input), g, vectors=f.vectors)

def _of_left_side(g: Any, f: Any) -> Any:
    back = _of_right_side(g, f)
    return -(back[..., :, None] * f.output[..., None, :] if f.vectors else back @ t(f.output))

solve: Operation = operation("LinalgSolveExBackward0", _solve, _of_left_side, _of_right_side,
                             broadcasts=True, converts=False)

def _pinv(input: Any, *, atol: float, rtol: float, hermitian: bool) -> Any:
    """The inverse where the matrix stretches, 0 where it flattens: by max(atol, rtol · its largest stretch) or less."""
    u, s, vt = _symmetric_svd(input) if hermitian else _svd(input, full_matrices=False)
    limit = np.maximum(atol, rtol * s.max(-1, keepdims=True, initial=0))
    inverse = np.where(s > limit, 1 / s, 0).astype(s.dtype)
    return (t(vt) * inverse[..., None, :]) @ t(u)

def _symmetric_svd(input: Any) -> tuple[Any, Any, Any]:
    values, vectors = _eigh(input, UPLO="L")
    return vectors * np.sign(values)[..., None, :], np.abs(values), t(vectors)

def _of_pinv(g: Any, f: Any) -> Any:
    a, p, h = f.input, f.output, t(g)
    return (h - a @ p @ h) @ p @ t(p) + t(p) @ p @ (h - h @ p @ a) - t(p) @ g @ t(p)

pinv  = operation("LinalgPinvBackward0", _pinv, _of_pinv)

def _by_substitution(input: Any, other: Any, *, upper: bool, unitriangular: bool) -> Any:
    """Row by row, from the one that has one unknown only."""
    batch, n = np.broadcast_shapes(input.shape[:-2], other.shape[:-2]), input.shape[-1]
    x = np.broadcast_to(other, batch + other.shape[-2:]).copy()
    for i in reversed(range(n)) if upper else range(n):
        known = slice(i + 1, n) if upper else slice(0, i)
        x[..., i, :] -= (input[..., i, None, known] @ x[..., known, :])[..., 0, :]
        if not unitriangular:
            x[..., i, :] /= input[..., i, i, None]
    return x

def _other_side(g: Any, f: Any) -> Any:
    return solve_triangular(t(f.input), g, upper=not f.upper, unitriangular=f.unitriangular)

def _of_triangle(g: Any, f: Any) -> Any:
    triangle = _triangle(f.input.shape[-1], g.dtype, upper=f.upper, diagonal=0 if f.unitriangular else 1)
    return -(_other_side(g, f) @ t(f.output)) * triangle

solve_triangular: Operation = operation("LinalgSolveTriangularBackward0", _by_substitution, _of_triangle, _other_side,
                                        broadcasts=True, converts=False)

# -- decompositions ----------------------------------------------------------------------------------------------------

def _cholesky(input: Any, *, upper: bool) -> Any:
    try:
        return np.linalg.cholesky(input, upper=upper)
    except np.linalg.LinAlgError:
        a, least = (t(input) if upper else input), lambda matrix: np.linalg.eigvalsh(matrix)[0]
        at = _first(np.ndindex(input.shape[:-2]), lambda at: least(a[at]) <= 0)
        order = _first(range(1, a.shape[-1] + 1), lambda k: least(a[at][:k, :k]) <= 0)
        raise LinAlgError(
            f"linalg.cholesky: {_element(input, at)}The factorization could not be completed because the input is not "
            f"positive-definite (the leading minor of order {order} is not positive-definite). A matrix A @ A.mT is, if"
            " the rows of A are independent."
        ) from None

def _of_cholesky(g: Any, f: Any) -> Any:
    lower, g = (t(f.output), t(g)) if f.upper else (f.output, g)
    half = _triangle(g.shape[-1], g.dtype, upper=False, diagonal=0.5)
    inverse = inv(lower)
    s = t(inverse) @ (t(lower) @ g * half) @ inverse
    return (s + t(s)) / 2

cholesky = operation("LinalgCholeskyExBackward0", _cholesky, _of_cholesky)

def _qr(input: Any, *, mode: Any) -> Any:
    if mode == "r":
        return np.empty(0, input.dtype), np.linalg.qr(input, "r")
    return tuple(np.linalg.qr(input, mode))

def _of_qr(g: Any, f: Any) -> Any:
    (rows, columns), mode = f.input.shape[-2:], f.mode
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, "
            "mode='reduced') if you are going to differentiate through linalg.qr."
        )
    if mode == "complete" and rows > columns:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols: the last columns of Q "
            "may be turned at will. Use mode='reduced'."
        )
    (q, r), (gq, gr) = f.output, (g[i] if i in g else np.zeros_like(f.output[i]) for i in (0, 1))
    if rows >= columns:
        return _of_square_qr(q, r, gq, gr)
    rest = f.input[..., rows:]  # what Q is computed from are the first columns; the others are Q times those of R
    first = _of_square_qr(q, r[..., :rows], gq + rest @ t(gr[..., rows:]), gr[..., :rows])
    return cat(first, q @ gr[..., rows:], dim=q.ndim - 1, ends=[0, rows, columns])

def _of_square_qr(q: Any, r: Any, gq: Any, gr: Any) -> Any:
    m = r @ t(gr) - t(gq) @ q
    below = _triangle(m.shape[-1], m.dtype, upper=False, diagonal=0)
    m = m * (below + np.eye(m.shape[-1], dtype=m.dtype)) + t(m * below)
    return t(solve(r, t(gq + q @ m), vectors=False))

qr = operation("LinalgQrBackward0", _qr, _of_qr)

def _differences(x: Any) -> Any:
    """xⱼ − xᵢ at i, j, and 1 on the diagonal, for it will divide."""
    return x[..., None, :] - x[..., :, None] + np.eye(x.shape[-1], dtype=x.dtype)

def _of_eigh(g: Any, f: Any) -> Any:
    values, vectors = f.output
    inner = np.zeros_like(vectors)
    if 1 in g:
        off = 1 - np.eye(vectors.shape[-1], dtype=vectors.dtype)
        inner = t(vectors) @ g[1] * off / _differences(values)
    if 0 in g:
        inner = inner + _diagonal(g[0])
    return vectors @ inner @ t(vectors)

def _eigh(input: Any, *, UPLO: str) -> Any:
    return _converging("linalg.eigh", np.linalg.eigh, input, UPLO)

def _svd(input: Any, *, full_matrices: bool) -> Any:
    return _converging("linalg.svd", np.linalg.svd, input, full_matrices)

def _converging(name: str, decompose: Any, input: Any, how: Any) -> Any:
    try:
        return tuple(decompose(input, how))
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"{name}: The algorithm failed to converge because the input matrix contained non-finite values. "
            "x.isfinite() shows which."
        ) from None

eigh = operation("LinalgEighBackward0", _eigh, _of_eigh)

def _of_svd(g: Any, f: Any) -> Any:
    k = f.output[1].shape[-1]
    u, s, vt = f.output[0][..., :k], f.output[1], f.output[2][..., :k, :]
    gu, gvt = (g[0][..., :k] if 0 in g else None), (g[2][..., :k, :] if 2 in g else None)
    inner = np.zeros(s.shape + (k,), s.dtype)
    if gu is not None:
        inner = inner + _skew(t(u) @ gu) / _differences(s * s) * s[..., None, :]
    if gvt is not None:
        inner = inner + s[..., :, None] * (_skew(vt @ t(gvt)) / _differences(s * s))
    if 1 in g:
        inner = inner + _diagonal(g[1])
    grad = u @ inner @ vt
    if gu is not None and u.shape[-2] > k:
        grad = grad + (gu - u @ (t(u) @ gu)) / s[..., None, :] @ vt
    if gvt is not None and vt.shape[-1] > k:
        grad = grad + u @ ((gvt - gvt @ t(vt) @ vt) / s[..., :, None])
    return grad

def _skew(x: Any) -> Any:
    return x - t(x)

svd  = operation("LinalgSvdBackward0", _svd, _of_svd)

# -- the exponential ---------------------------------------------------------------------------------------------------

def _matrix_exp(input: Any) -> Any:
    """1 + A + A²/2! + …, of A halved so often that the series ends soon; the result is squared as often."""
    size = np.abs(input).sum(-2).max(initial=0)
    halvings = max(0, ceil(log2(size)) + 1) if 0 < size < np.inf else 0
    a = input / 2 ** halvings
    total = term = np.broadcast_to(np.eye(input.shape[-1], dtype=input.dtype), input.shape)
    for k in range(1, 19):
        term = term @ a / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total

def _of_matrix_exp(g: Any, f: Any) -> Any:
    """The upper right block of exp of the matrix with two blocks Aᵀ on its diagonal, and G beside them."""
    n, a = g.shape[-1], t(f.input)
    ends = {"ends": [0, n, 2 * n]}
    upper = cat(a, g, dim=g.ndim - 1, **ends)
    lower = cat(np.zeros_like(g), a, dim=g.ndim - 1, **ends)
    return matrix_exp(cat(upper, lower, dim=g.ndim - 2, **ends))[..., :n, n:]

matrix_exp: Operation = operation("LinalgMatrixExpBackward0", _matrix_exp, _of_matrix_exp)
