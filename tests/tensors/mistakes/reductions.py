"""Mistakes in reductions, norms and distances."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from tests.tensors.mistakes.row import Mistake, leaf

# fmt: off

MISTAKES = [
    # reductions
    Mistake("dim, not an int",         TypeError,    lambda m: m.ones(2, 3).argmax(0.5),               "must be int",               "float",                  "0, 1"),
    Mistake("sum of a list",           TypeError,    lambda m: m.sum([1.0, 2.0]),                      "must be Tensor",            "list",                   "tensor("),
    Mistake("dtype of a sum",          RuntimeError, lambda m: leaf(m).sum(dtype=m.int64),             "Autograd not support dtype", "Long",                  "x.detach()"),
    Mistake("mean, dtype",             RuntimeError, lambda m: m.ones(3).mean(dtype=m.int64),          "must be either a floating point", "int64",            "dtype=float32"),
    Mistake("nanmean of integers",     RuntimeError, lambda m: m.arange(3).nanmean(),                  "floating point",            "Long",                   "x.float()"),
    Mistake("var of integers",         RuntimeError, lambda m: m.arange(3).var(),                      "std and var only support floating point", "int64",    "x.float()"),
    Mistake("var_mean of integers",    RuntimeError, lambda m: m.var_mean(m.arange(3)),                "var_mean only support floating point", "int64",       "x.float()"),
    Mistake("unbiased and correction", TypeError,    lambda m: m.ones(3).var(0, False, correction=1),  "invalid combination",       "unbiased=False",         "unbiased or correction"),
    Mistake("bincount, dtype",         NotImplementedError, lambda m: m.ones(3).bincount(),            "not implemented for",       "float32",                "whole numbers"),
    Mistake("bincount, axes",          RuntimeError, lambda m: m.arange(4).reshape(2, 2).bincount(),   "only supports 1-d",         "2 axes",                 "0, 1"),
    Mistake("bincount, negative",      RuntimeError, lambda m: m.tensor([-1, 2]).bincount(),           "non-negative",              "-1",                     "0, 1"),
    Mistake("bincount, minlength",     RuntimeError, lambda m: m.arange(3).bincount(minlength=-1),     "minlength should be >= 0",  "-1",                     ">= 0"),
    Mistake("bincount, weights",       RuntimeError, lambda m: m.arange(3).bincount(m.ones(2)),        "same length as input",      "(2,)",                   "(3,)"),
    Mistake("histc of integers",       NotImplementedError, lambda m: m.arange(3).histc(),             "not implemented for",       "int64",                  "x.float()"),
    Mistake("histc, bins",             RuntimeError, lambda m: m.ones(3).histc(0),                     "bins must be > 0",          "0",                      "> 0"),
    Mistake("histc, range",            RuntimeError, lambda m: m.ones(3).histc(4, 2, 1),               "max must be larger than min", "1 and 2",              "larger"),
    Mistake("histc of NaN",            RuntimeError, lambda m: m.tensor([1.0, float("nan")]).histc(),  "is not finite",             "[nan, nan]",             "give min and max"),
    Mistake("max along nothing",       IndexError,   lambda m: m.ones(0, 3).max(0),                    "non-zero size",             "(0, 3)",                 "none can be chosen"),
    Mistake("aminmax of nothing",      RuntimeError, lambda m: m.ones(0).aminmax(),                    "empty dimension",           "aminmax",                "no elements"),
    Mistake("median of no integers",   RuntimeError, lambda m: m.arange(0).median(),                   "there is none",             "int64",                  "x.float()", ours=True),
    Mistake("kthvalue",                RuntimeError, lambda m: m.ones(2, 3).kthvalue(4),               "out of range",              "it is 4",                "3 elements"),
    Mistake("quantile of integers",    RuntimeError, lambda m: m.arange(3).quantile(0.5),              "must be either float or double", "int64",             "x.float()"),
    Mistake("quantile of nothing",     RuntimeError, lambda m: m.ones(0, 3).quantile(0.5),             "must be non-empty",         "(0, 3)",                 "non-empty"),
    Mistake("quantile, q",             RuntimeError, lambda m: m.ones(3).quantile(50.0),               "must be in the range [0, 1]", "50.0",                 "0.25 for 25 %"),
    Mistake("quantile, q of axes",     RuntimeError, lambda m: m.ones(3).quantile(m.ones(2, 2)),       "scalar or 1D tensor",       "2 axes",                 "q.flatten()"),
    Mistake("quantile, dtype of q",    RuntimeError, lambda m: m.ones(3).quantile(m.ones(2).double()), "same dtype as the input",   "float64 and float32",    "q.to(x.dtype)"),
    Mistake("quantile, q a list",      TypeError,    lambda m: m.ones(3).quantile([0.5]),              "must be a float or a Tensor", "list",                 "tensor([0.5])"),
    Mistake("quantile, interpolation", RuntimeError, lambda m: m.ones(3).quantile(0.5, interpolation="cubic"), "interpolation must be one of", "cubic",       "linear, lower"),
    Mistake("logcumsumexp of integers", NotImplementedError, lambda m: m.arange(3).logcumsumexp(0),    "not implemented for",       "int64",                  "x.float()"),
    Mistake("diff of a number",        RuntimeError, lambda m: m.tensor(1.0).diff(),                   "at least one-dimensional",  "0-d",                    "neighbours"),
    Mistake("diff, order",             RuntimeError, lambda m: m.ones(3).diff(-1),                     "order must be non-negative", "-1",                    "how often"),
    Mistake("diff, axes of prepend",   RuntimeError, lambda m: m.ones(2, 3).diff(prepend=m.ones(3)),   "same dimension as input",   "1 and 2 axes",           "prepend"),
    Mistake("diff, shape of append",   RuntimeError, lambda m: m.ones(2, 3).diff(append=m.ones(3, 3)), "to match that of input",    "tensor.size(0) = 3",     "differencing dimension"),
    # norms
    Mistake("norm of integers",        RuntimeError, lambda m: m.arange(3).norm(),                     "Expected a floating point", "Long",                   "x.float()"),
    Mistake("norm, order",             RuntimeError, lambda m: m.ones(2, 3).norm("max"),               "not supported",             "max",                    "'fro'"),
    Mistake("norm, dtype",             RuntimeError, lambda m: m.ones(2).double().norm(dtype=m.float32), "without narrowing",       "Double",                 "Convert the norm"),
    Mistake("norm, whole dtype",       RuntimeError, lambda m: m.linalg.norm(m.ones(2), dtype=m.int64), "should be floating point", "Long",                   "float64"),
    Mistake("norm of nothing",         RuntimeError, lambda m: m.linalg.vector_norm(m.ones(0), float("inf")), "does not have an identity", "inf norm",        "empty tensor"),
    Mistake("norm along nothing",      RuntimeError, lambda m: m.linalg.vector_norm(m.ones(0, 3), -1, 0), "does not have an identity", "-1 norm",             "dimension 0"),
    Mistake("norm of a vector, word",  TypeError,    lambda m: m.linalg.vector_norm(m.ones(3), "fro"), "must be Number",            "str",                    "norm of matrices"),
    Mistake("norm, three axes",        RuntimeError, lambda m: m.linalg.norm(m.ones(2, 3, 4), dim=(0, 1, 2)), "length 1 or 2",      "[0, 1, 2]",              "dim"),
    Mistake("norm of a cube",          RuntimeError, lambda m: m.linalg.norm(m.ones(2, 3, 4), 2),      "must be 1D or 2D",          "3D",                     "dim=(-2, -1)"),
    Mistake("matrix_norm, one axis",   RuntimeError, lambda m: m.linalg.matrix_norm(m.ones(2, 3), "nuc", (0,)), "must be a 2-tuple", "(0,)",                  "two axes"),
    Mistake("matrix_norm, axis twice", RuntimeError, lambda m: m.linalg.matrix_norm(m.ones(2, 3), 2, (0, 0)), "must be different",  "(0, 0)",                 "dims"),
    Mistake("dist of integers",        RuntimeError, lambda m: m.dist(m.arange(3), m.arange(3)),       "floating point",            "Long",                   "x.float()"),
    Mistake("dist to a number",        TypeError,    lambda m: m.ones(3).dist(1.0),                    "must be Tensor",            "float",                  "tensor("),
    Mistake("cdist to a list",         TypeError,    lambda m: m.cdist(m.ones(2, 3), [1.0]),           "must be Tensor",            "list",                   "tensor("),
    Mistake("cdist of integers",       RuntimeError, lambda m: m.cdist(m.arange(3)[None], m.arange(3)[None]), "floating-point",     "Long",                   "x.float()"),
    Mistake("cdist of vectors",        RuntimeError, lambda m: m.cdist(m.ones(3), m.ones(3)),          "at least 2D",               "1D",                     "x[None]"),
    Mistake("cdist, dtypes",           RuntimeError, lambda m: m.cdist(m.ones(2, 3), m.ones(2, 3).double()), "expected scalar type", "Float but found Double", "x.to("),
    Mistake("cdist, columns",          RuntimeError, lambda m: m.cdist(m.ones(2, 3), m.ones(2, 4)),    "same number of columns",    "X1: 3 X2: 4",            "coordinates"),
    Mistake("cdist, p",                RuntimeError, lambda m: m.cdist(m.ones(2, 3), m.ones(2, 3), p=-1), "non-negative",           "-1",                     "p values"),
    Mistake("cdist, compute_mode",     ValueError,   lambda m: m.cdist(m.ones(2, 3), m.ones(2, 3), compute_mode="fast"), "not a valid value", "fast",         "donot_use_mm"),
]
