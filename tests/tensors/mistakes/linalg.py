"""Mistakes in products and in linear algebra."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from micrograd_nb.linalg import LinAlgError
from tests.tensors.mistakes.row import Mistake, leaf

# fmt: off

MISTAKES = [
    # products
    Mistake("mm of a number",          TypeError,    lambda m: m.ones(2, 3).mm(2.0),                   "must be Tensor",            "float",                  "tensor("),
    Mistake("bmm of matrices",         RuntimeError, lambda m: m.ones(2, 3).bmm(m.ones(3, 2)),         "must be a 3D tensor",       "(2, 3) and (3, 2)",      "use @"),
    Mistake("bmm, batches",            RuntimeError, lambda m: m.ones(2, 3, 4).bmm(m.ones(3, 4, 2)),   "Expected size for first two dimensions", "[3, 4]",    "@, broadcasts"),
    Mistake("mv of matrices",          RuntimeError, lambda m: m.ones(2, 3).mv(m.ones(3, 2)),          "vector + matrix @ vector",  "(2, 3) and (3, 2)",      "use @"),
    Mistake("dot of matrices",         RuntimeError, lambda m: m.ones(2, 3).dot(m.ones(3)),            "1D tensors expected",       "2D and 1D",              "use @"),
    Mistake("vdot, sizes",             RuntimeError, lambda m: m.vdot(m.ones(3), m.ones(2)),           "same number of elements",   "3 and 2",                "expected"),
    Mistake("outer of a matrix",       RuntimeError, lambda m: m.outer(m.ones(2, 3), m.ones(3)),       "Expected 1-D argument",     "2-D",                    "use @"),
    Mistake("inner, sizes",            RuntimeError, lambda m: m.inner(m.ones(2, 3), m.ones(2, 4)),    "last dimension must match", "[2, 3] and [2, 4]",      "sums along it"),
    Mistake("addmm, sizes",            RuntimeError, lambda m: m.addmm(m.ones(5), m.ones(2, 3), m.ones(2, 5)), "cannot be multiplied", "2x3 and 2x5",         "Transpose"),
    Mistake("addmm, input",            RuntimeError, lambda m: m.addmm(m.ones(4), m.ones(2, 3), m.ones(3, 5)), "must match the existing size", "(5)",         "size of 1 stretches"),
    Mistake("addmm, a number",         TypeError,    lambda m: m.addmm(1.0, m.ones(2, 3), m.ones(3, 5)), "must be Tensor",          "float",                  "tensor("),
    Mistake("addmm, dtypes",           RuntimeError, lambda m: m.addmm(m.arange(2), m.ones(2, 3), m.ones(3, 2)), "must have the same dtype", "Long and Float", "x.to("),
    Mistake("addmv, sizes",            RuntimeError, lambda m: m.addmv(m.ones(2), m.ones(2, 3), m.ones(2)), "size mismatch",        "2x3",                    "inner sizes"),
    Mistake("addr, alpha",             RuntimeError, lambda m: m.addr(m.ones(2, 2).long(), m.arange(2), m.arange(2), alpha=0.5), "must not be a floating point number", "0.5", "x.float()"),
    Mistake("cross, axes",             RuntimeError, lambda m: m.linalg.cross(m.ones(2, 3), m.ones(3)), "same number of dimensions", "2 and 1",               "x[None]", ours=True),
    Mistake("cross, lengths",          RuntimeError, lambda m: m.linalg.cross(m.ones(2, 4), m.ones(2, 4)), "must have length 3",    "4 and 4",                "three dimensions"),
    Mistake("cross, no axis of 3",     RuntimeError, lambda m: m.cross(m.ones(2, 4), m.ones(2, 4)),    "no dimension of size 3",    "(2, 4)",                 "size 3"),
    Mistake("cross, dtypes",           RuntimeError, lambda m: m.linalg.cross(m.ones(3), m.ones(3).double()), "same dtype",         "float32 and float64",    ".double()"),
    Mistake("trace of a vector",       RuntimeError, lambda m: m.trace(m.ones(3)),                     "expected a matrix",         "dim 1",                  "einsum"),
    Mistake("trace of a list",         TypeError,    lambda m: m.trace([[1.0]]),                       "must be Tensor",            "list",                   "tensor("),
    Mistake("tensordot, negative",     RuntimeError, lambda m: m.tensordot(m.ones(2, 2), m.ones(2, 2), -1), "expects dims >= 0",    "-1",                     "how many axes"),
    Mistake("tensordot, too many",     RuntimeError, lambda m: m.tensordot(m.ones(2, 2), m.ones(2, 2), 3), "expects dims <",        "dims=3",                 "2 and 2 axes"),
    Mistake("tensordot, lists",        RuntimeError, lambda m: m.tensordot(m.ones(2, 2), m.ones(2, 2), ([0], [0, 1])), "should have same length", "[0, 1]",  "pairs of axes"),
    Mistake("tensordot, sizes",        RuntimeError, lambda m: m.tensordot(m.ones(2, 3), m.ones(4, 3), 1), "contracted dimensions need to match", "3",       "4"),
    Mistake("multi_dot of one",        RuntimeError, lambda m: m.linalg.multi_dot([m.ones(2, 2)]),     "at least 2 tensors",        "got 1",                  "no product"),
    Mistake("multi_dot, vector",       RuntimeError, lambda m: m.linalg.multi_dot([m.ones(2, 2), m.ones(2), m.ones(2, 2)]), "must be 2D", "1D",              "first and the last"),
    Mistake("multi_dot, dtypes",       RuntimeError, lambda m: m.linalg.multi_dot([m.ones(2, 2), m.ones(2, 2).double()]), "the same dtype", "float64",       "x.to("),
    Mistake("multi_dot, sizes",        RuntimeError, lambda m: m.linalg.multi_dot([m.ones(2, 3), m.ones(2, 2)]), "cannot be multiplied", "[2, 3] and [2, 2]", "inner sizes"),
    Mistake("einsum, fewer operands",  RuntimeError, lambda m: m.einsum("ij,jk", m.ones(2, 3)),        "fewer operands",            "there are 1",            "is for 2"),
    Mistake("einsum, more operands",   RuntimeError, lambda m: m.einsum("ij", m.ones(2, 3), m.ones(3)), "more operands",            "there are 2",            "is for 1"),
    Mistake("einsum, two dots",        RuntimeError, lambda m: m.einsum("i..j", m.ones(2, 3)),         "not part of any ellipsis",  "i..j",                   "three"),
    Mistake("einsum, digit",           RuntimeError, lambda m: m.einsum("i1", m.ones(2, 3)),           "invalid subscript",         "'1'",                    "[a-zA-Z]"),
    Mistake("einsum, nothing",         ValueError,   lambda m: m.einsum(),                             "must specify",              "equation",               "subscripts list"),
    Mistake("einsum, number",          ValueError,   lambda m: m.einsum(m.ones(2, 3), [0, 52]),        "valid range",               "52",                     "[0, 52)"),
    Mistake("einsum, rank",            RuntimeError, lambda m: m.einsum("i", m.ones(2, 3)),            "does not match the number of dimensions", "(2)",      "ellipsis"),
    Mistake("einsum, result twice",    RuntimeError, lambda m: m.einsum("ij->ii", m.ones(2, 3)),       "more than once",            "i",                      "output"),
    Mistake("einsum, result unknown",  RuntimeError, lambda m: m.einsum("ij->ik", m.ones(2, 3)),       "does not appear",           "k",                      "no length"),
    Mistake("einsum, a list",          TypeError,    lambda m: m.einsum("i,i", m.ones(2), 3.0),        "must be Tensor",            "float",                  "tensor("),
    Mistake("einsum, dtypes",          RuntimeError, lambda m: m.einsum("ij,j", m.ones(2, 3), m.ones(3).double()), "same dtype",   "float64",                ".double()"),
    Mistake("einsum, diagonal",        RuntimeError, lambda m: m.einsum("ii", m.ones(2, 3)),           "sizes don't match",         "3 != 2",                 "square"),
    Mistake("einsum, sizes",           RuntimeError, lambda m: m.einsum("ij,jk", m.ones(2, 3), m.ones(4, 2)), "does not broadcast", "size 4",                 "size 3"),
    # linear algebra
    Mistake("det of a vector",         RuntimeError, lambda m: m.det(m.ones(3)),                       "at least 2 dimensions",     "(3,)",                   "a matrix"),
    Mistake("det of a list",           TypeError,    lambda m: m.linalg.det([[1.0]]),                  "must be Tensor",            "list",                   "tensor("),
    Mistake("inverse, not square",     RuntimeError, lambda m: m.ones(2, 3).inverse(),                 "square matrices",           "2 by 3",                 "square"),
    Mistake("inverse of integers",     RuntimeError, lambda m: m.ones(2, 2).long().inverse(),          "Expected a floating point", "Long",                   "x.float()"),
    Mistake("inverse of halves",       RuntimeError, lambda m: m.linalg.inv(m.eye(2).to(m.float16)),   "Low precision",             "Half",                   "x.float()"),
    Mistake("inverse, singular",       LinAlgError,  lambda m: m.ones(2, 2).inverse(),                 "singular",                  "diagonal element 2",     "pinv", ours=True),
    Mistake("solve, singular",         LinAlgError,  lambda m: m.linalg.solve(m.ones(2, 2), m.ones(2)), "singular",                 "diagonal element 2",     "lstsq", ours=True),
    Mistake("solve, shapes",           RuntimeError, lambda m: m.linalg.solve(m.eye(2), m.ones(3)),    "Incompatible shapes",       "2x2 and 3x1",            "2 rows"),
    Mistake("solve, right",            RuntimeError, lambda m: m.linalg.solve(m.eye(2), m.ones(2, 3), left=False), "Incompatible shapes", "2x2 and 2x3",      "2 columns"),
    Mistake("solve, dtypes",           RuntimeError, lambda m: m.linalg.solve(m.eye(2), m.ones(2).double()), "same dtype",          "Float and B of type Double", "x.to("),
    Mistake("solve_triangular, shapes", RuntimeError, lambda m: m.linalg.solve_triangular(m.eye(2), m.ones(3, 2), upper=True), "Incompatible shapes", "2x2 and 3x2", "2 rows"),
    Mistake("cholesky, negative",      LinAlgError,  lambda m: m.linalg.cholesky(-m.eye(2)),           "not positive-definite",     "order 1",                "A @ A.mT", ours=True),
    Mistake("svd of NaN",              LinAlgError,  lambda m: m.linalg.svdvals(m.ones(2, 2) * float("nan")), "failed to converge",  "non-finite",            "isfinite", ours=True),
    Mistake("qr, mode",                RuntimeError, lambda m: m.linalg.qr(m.ones(2, 2), "thin"),      "unrecognized mode",         "thin",                   "'reduced'"),
    Mistake("qr, mode r backward",     RuntimeError, lambda m: m.linalg.qr(leaf(m), "r").R.sum().backward(), "depends on Q",        "mode='r'",               "mode='reduced'"),
    Mistake("qr, complete backward",   RuntimeError, lambda m: m.linalg.qr(leaf(m).T, "complete").R.sum().backward(), "not differentiable", "mode='complete'", "nrows > ncols"),
    Mistake("eigh, UPLO",              RuntimeError, lambda m: m.linalg.eigh(m.eye(2), "X"),           "Expected UPLO",             "X",                      "'L' or 'U'"),
    Mistake("svd, driver",             RuntimeError, lambda m: m.linalg.svd(m.eye(2), driver="gesvd"), "only supported on CUDA",    "driver=",                "leave it out"),
    Mistake("lstsq, driver",           RuntimeError, lambda m: m.linalg.lstsq(m.eye(2), m.eye(2), driver="best"), "should be one of", "best",                "gelsy"),
    Mistake("lstsq, rows",             RuntimeError, lambda m: m.linalg.lstsq(m.eye(2), m.ones(3, 1)), "should match",              "2 rows, B 3",            "input.size(-2)"),
    Mistake("cond, norm",              RuntimeError, lambda m: m.linalg.cond(m.eye(2), 3),             "invalid norm type",         "3",                      "'fro'"),
    Mistake("matrix_power, n",         TypeError,    lambda m: m.matrix_power(m.eye(2), 0.5),          "must be int",               "float",                  "factors"),
    Mistake("eig",                     NotImplementedError, lambda m: m.linalg.eig(m.eye(2)),          "not in micrograd_nb",       "complex",                "eigh", ours=True),
]
