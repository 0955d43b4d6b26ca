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
# fmt: off
# isort: off
from . import autograd, data, graph, nn, optim, training
from .graph import static as static_graph
from .autograd import enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad, set_grad_enabled
from .tensors import Size, Tensor, dtype, get_default_dtype, set_default_dtype
from .tensors.creation import (
    arange, as_tensor, empty, eye, from_numpy, full, full_like, Generator, linspace, manual_seed, ones,
    ones_like, rand, rand_like, randint, randn, randn_like, randperm, tensor, zeros, zeros_like,
)
from .tensors.dtypes import bool_ as bool
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
from .tensors.reductions import (
    all, any, argmax, argmin, log_softmax, max, mean, min, softmax, sum,
)
from .tensors.products import (
    matmul, mm,
)
from .tensors.shapes import (
    cat, flatten, permute, reshape, squeeze, stack, t, transpose, unsqueeze,
)
from .tensors.indexing import (
    nonzero,
)
from .training.checkpoint import load, save
# isort: on

__version__ = "0.1.0"

__all__ = [
    "abs", "absolute", "acos", "acosh", "add", "addcdiv", "addcmul", "all", "allclose", "any", "arange",
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "as_tensor",
    "asin", "asinh", "atan", "atan2", "atanh", "autograd", "bitwise_and", "bitwise_left_shift", "bitwise_not",
    "bitwise_or", "bitwise_right_shift", "bitwise_xor", "bool", "cat", "ceil", "clamp", "clamp_max",
    "clamp_min", "clip", "clone", "copysign", "cos", "cosh", "data", "deg2rad", "div", "divide", "double",
    "dtype", "empty", "enable_grad", "eq", "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "eye",
    "fix", "flatten", "float", "float16", "float32", "float64", "float_power", "floor", "floor_divide", "fmax",
    "fmin", "fmod", "frac", "from_numpy", "full", "full_like", "ge", "Generator", "get_default_dtype", "graph",
    "greater", "greater_equal", "gt", "half", "hypot", "inference_mode", "int", "int16", "int32", "int64",
    "int8", "is_grad_enabled", "is_inference_mode_enabled", "isclose", "isfinite", "isinf", "isnan", "isneginf",
    "isposinf", "le", "lerp", "less", "less_equal", "linspace", "load", "log", "log10", "log1p", "log2", "log_softmax",
    "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "long", "lt",
    "manual_seed", "masked_fill", "matmul", "max", "maximum", "mean", "min", "minimum", "mm", "mul", "multiply",
    "nan_to_num", "ne", "neg", "negative", "nn", "no_grad", "nonzero", "not_equal", "ones", "ones_like",
    "optim", "permute", "positive", "pow", "rad2deg", "rand", "rand_like", "randint", "randn", "randn_like",
    "randperm", "reciprocal", "relu", "remainder", "reshape", "round", "rsqrt", "rsub", "save", "set_default_dtype",
    "set_grad_enabled", "sgn", "short", "sigmoid", "sign", "signbit", "sin", "sinc", "sinh", "Size", "softmax",
    "sqrt", "square", "squeeze", "stack", "static_graph", "sub", "subtract", "sum", "t", "tan", "tanh", "Tensor",
    "tensor", "training", "transpose", "true_divide", "trunc", "uint8", "unsqueeze", "where", "xlogy", "zeros",
    "zeros_like",
]
# fmt: on
