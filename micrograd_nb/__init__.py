"""micrograd_nb: what a deep-learning framework does inside, in code that you can read, step through and import.

>>> import micrograd_nb as mg
>>> a = mg.tensor(2.0, requires_grad=True)
>>> loss = a * a + 3 * a
>>> loss.backward()
>>> a.grad
tensor(7.)

Names are PyTorch's: `torch` → `micrograd_nb`, `torch.nn` → `micrograd_nb.nn`, `torch.optim` → `micrograd_nb.optim`,
`torch.utils.data` → `micrograd_nb.data`. `graph` draws, `training` trains, `widgets` (imported by itself) steps.
"""

# fmt: off
# isort: off
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import autograd, linalg, nn, optim
from .autograd import enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad, set_grad_enabled
from .tensors import Size, Tensor, dtype, get_default_dtype, random, return_types, set_default_dtype
from .tensors.conversion import is_complex, is_floating_point, is_nonzero, numel
from .tensors.creation import (
    arange, as_tensor, asarray, BoolTensor, ByteTensor, CharTensor, DoubleTensor, empty, empty_like, eye,
    FloatTensor, from_dlpack, from_numpy, full, full_like, HalfTensor, IntTensor, linspace, logspace, LongTensor,
    ones, ones_like, ShortTensor, tensor, tril_indices, triu_indices, zeros, zeros_like,
)
from .tensors.devices import device, get_default_device, set_default_device
from .tensors.dtypes import bool_ as bool
from .tensors.dtypes import can_cast, finfo, iinfo, promote_types, result_type
from .tensors.dtypes import float16, float32, float64, int8, int16, int32, int64, uint8
from .tensors.dtypes import float16 as half
from .tensors.dtypes import float32 as float
from .tensors.dtypes import float64 as double
from .tensors.dtypes import int16 as short
from .tensors.dtypes import int32 as int
from .tensors.dtypes import int64 as long
from .tensors.elementwise import (
    abs, absolute, acos, acosh, add, addcdiv, addcmul, allclose, arccos, arccosh, arcsin, arcsinh, arctan,
    arctan2, arctanh, asin, asinh, atan, atan2, atanh, bitwise_and, bitwise_left_shift, bitwise_not, bitwise_or,
    bitwise_right_shift, bitwise_xor, ceil, clamp, clamp_max, clamp_min, clip, clone, copysign, cos, cosh,
    deg2rad, div, divide, eq, equal, erf, erfc, erfinv, exp, exp2, expm1, fix, float_power, floor, floor_divide,
    fmax, fmin, fmod, frac, ge, greater, greater_equal, gt, hypot, isclose, isfinite, isinf, isnan, isneginf,
    isposinf, le, lerp, less, less_equal, log, log10, log1p, log2, logaddexp, logaddexp2, logical_and,
    logical_not, logical_or, logical_xor, logit, lt, masked_fill, maximum, minimum, mul, multiply, nan_to_num,
    ne, neg, negative, not_equal, positive, pow, rad2deg, reciprocal, relu, remainder, round, rsqrt, rsub, sgn,
    sigmoid, sign, signbit, sin, sinc, sinh, sqrt, square, sub, subtract, tan, tanh, true_divide, trunc, where,
    xlogy,
)
from .tensors.order import (
    amax, amin, aminmax, argmax, argmin, kthvalue, max, median, min, mode, nanmedian, nanquantile, quantile,
)
from .tensors.generator import default_generator, Generator
from .tensors.hardware import accelerator, backends, cuda, mps, xpu
from .tensors.printing import get_printoptions, set_printoptions
from .tensors.random import (
    bernoulli, get_rng_state, initial_seed, manual_seed, multinomial, normal, poisson, rand, rand_like, randint,
    randint_like, randn, randn_like, randperm, seed, set_rng_state,
)
from .tensors.record import is_tensor
from .tensors.reductions import (
    all, any, bincount, count_nonzero, histc, log_softmax, logsumexp, mean, nanmean, nansum, prod, softmax, std,
    std_mean, sum, var, var_mean,
)
from .tensors.scans import (
    cummax, cummin, cumprod, cumsum, diff, logcumsumexp,
)
from .tensors.products import (
    addbmm, addmm, addmv, addr, baddbmm, bmm, chain_matmul, cross, dot, ger, inner, kron, matmul, mm, mv, outer,
    tensordot, trace, vdot,
)
from .tensors.einsum import (
    einsum,
)
from .tensors.norms import (
    cdist, dist, norm,
)
from .tensors.matrices import (
    cholesky, det, inverse, logdet, matrix_exp, matrix_power, pinverse, qr, slogdet, svd,
)
from .tensors.shapes import (
    adjoint, as_strided, atleast_1d, atleast_2d, atleast_3d, broadcast_shapes, broadcast_tensors, broadcast_to,
    diagonal, flatten, moveaxis, movedim, permute, ravel, reshape, squeeze, swapaxes, swapdims, t, transpose,
    unflatten, unsqueeze,
)
from .tensors.arranging import (
    diag, diag_embed, diagflat, flip, fliplr, flipud, repeat_interleave, roll, rot90, tile, tril, triu,
)
from .tensors.joining import (
    block_diag, cartesian_prod, cat, chunk, column_stack, combinations, concat, concatenate, dsplit, dstack,
    hsplit, hstack, meshgrid, row_stack, split, split_with_sizes, stack, tensor_split, unbind, vsplit, vstack,
)
from .tensors.indexing import (
    narrow, select,
)
from .tensors.gathering import (
    gather, index_add, index_copy, index_fill, index_put, index_select, masked_scatter, masked_select, put,
    scatter, scatter_add, scatter_reduce, take, take_along_dim,
)
from .tensors.sorting import (
    argsort, argwhere, bucketize, isin, msort, nonzero, searchsorted, sort, topk, unique, unique_consecutive,
    unravel_index,
)

if TYPE_CHECKING:
    from . import data, graph, training
    from .graph import static as static_graph
    from .training import load, save
# isort: on

__version__ = "0.1.0"

__all__ = [
    "abs", "absolute", "accelerator", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv",
    "addr", "adjoint", "all", "allclose", "amax", "amin", "aminmax", "any", "arange", "arccos", "arccosh", "arcsin",
    "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argsort", "argwhere", "as_strided", "as_tensor",
    "asarray", "asin", "asinh", "atan", "atan2", "atanh", "atleast_1d", "atleast_2d", "atleast_3d", "autograd",
    "backends", "baddbmm", "bernoulli", "bincount", "bitwise_and", "bitwise_left_shift", "bitwise_not",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "block_diag", "bmm", "bool", "BoolTensor",
    "broadcast_shapes", "broadcast_tensors", "broadcast_to", "bucketize", "ByteTensor", "can_cast",
    "cartesian_prod", "cat", "cdist", "ceil", "chain_matmul", "CharTensor", "cholesky", "chunk", "clamp",
    "clamp_max", "clamp_min", "clip", "clone", "column_stack", "combinations", "concat", "concatenate", "copysign",
    "cos", "cosh", "count_nonzero", "cross", "cuda", "cummax", "cummin", "cumprod", "cumsum", "data",
    "default_generator", "deg2rad", "det", "device", "diag", "diag_embed", "diagflat", "diagonal", "diff", "dist",
    "div", "divide", "dot", "double", "DoubleTensor", "dsplit", "dstack", "dtype", "einsum", "empty", "empty_like",
    "enable_grad", "eq", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "eye", "finfo", "fix", "flatten",
    "flip", "fliplr", "flipud", "float", "float16", "float32", "float64", "float_power", "FloatTensor", "floor",
    "floor_divide", "fmax", "fmin", "fmod", "frac", "from_dlpack", "from_numpy", "full", "full_like", "gather",
    "ge", "Generator", "ger", "get_default_device", "get_default_dtype", "get_printoptions", "get_rng_state",
    "graph", "greater", "greater_equal", "gt", "half", "HalfTensor", "histc", "hsplit", "hstack", "hypot", "iinfo",
    "index_add", "index_copy", "index_fill", "index_put", "index_select", "inference_mode", "initial_seed", "inner",
    "int", "int16", "int32", "int64", "int8", "IntTensor", "inverse", "is_complex", "is_floating_point",
    "is_grad_enabled", "is_inference_mode_enabled", "is_nonzero", "is_tensor", "isclose", "isfinite", "isin",
    "isinf", "isnan", "isneginf", "isposinf", "kron", "kthvalue", "le", "lerp", "less", "less_equal", "linalg",
    "linspace", "load", "log", "log10", "log1p", "log2", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp",
    "logdet", "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "logspace", "logsumexp", "long",
    "LongTensor", "lt", "manual_seed", "masked_fill", "masked_scatter", "masked_select", "matmul", "matrix_exp",
    "matrix_power", "max", "maximum", "mean", "median", "meshgrid", "min", "minimum", "mm", "mode", "moveaxis",
    "movedim", "mps", "msort", "mul", "multinomial", "multiply", "mv", "nan_to_num", "nanmean", "nanmedian",
    "nanquantile", "nansum", "narrow", "ne", "neg", "negative", "nn", "no_grad", "nonzero", "norm", "normal",
    "not_equal", "numel", "ones", "ones_like", "optim", "outer", "permute", "pinverse", "poisson", "positive",
    "pow", "prod", "promote_types", "put", "qr", "quantile", "rad2deg", "rand", "rand_like", "randint",
    "randint_like", "randn", "randn_like", "random", "randperm", "ravel", "reciprocal", "relu", "remainder",
    "repeat_interleave", "reshape", "result_type", "return_types", "roll", "rot90", "round", "row_stack", "rsqrt",
    "rsub", "save", "scatter", "scatter_add", "scatter_reduce", "searchsorted", "seed", "select",
    "set_default_device", "set_default_dtype", "set_grad_enabled", "set_printoptions", "set_rng_state", "sgn",
    "short", "ShortTensor", "sigmoid", "sign", "signbit", "sin", "sinc", "sinh", "Size", "slogdet", "softmax",
    "sort", "split", "split_with_sizes", "sqrt", "square", "squeeze", "stack", "static_graph", "std", "std_mean",
    "sub", "subtract", "sum", "svd", "swapaxes", "swapdims", "t", "take", "take_along_dim", "tan", "tanh", "Tensor",
    "tensor", "tensor_split", "tensordot", "tile", "topk", "trace", "training", "transpose", "tril", "tril_indices",
    "triu", "triu_indices", "true_divide", "trunc", "uint8", "unbind", "unflatten", "unique", "unique_consecutive",
    "unravel_index", "unsqueeze", "var", "var_mean", "vdot", "vsplit", "vstack", "where", "xlogy", "xpu", "zeros",
    "zeros_like",
]
# fmt: on

_LATER = {
    "data": "",
    "graph": "",
    "training": "",
    "static_graph": "graph.static",
    "load": "training.load",
    "save": "training.save",
}


def __getattr__(name: str) -> Any:
    """Loads a package when it is first asked for: without these, the import takes half the time."""
    if name not in _LATER:
        raise AttributeError(f"module 'micrograd_nb' has no attribute {name!r}")
    package, _, attribute = (_LATER[name] or name).partition(".")
    loaded = import_module(f"{__name__}.{package}")
    return getattr(loaded, attribute) if attribute else loaded
