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

from . import autograd, data, graph, nn, optim, training
from .autograd import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .tensors import (
    Generator,
    Size,
    Tensor,
    arange,
    as_tensor,
    cat,
    dtype,
    empty,
    eye,
    from_numpy,
    full,
    full_like,
    get_default_dtype,
    linspace,
    manual_seed,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    set_default_dtype,
    stack,
    tensor,
    where,
    zeros,
    zeros_like,
)
from .tensors.dtype import bool_ as bool
from .tensors.dtype import float16, float32, float64, int8, int16, int32, int64, uint8
from .tensors.dtype import float32 as float
from .tensors.dtype import float64 as double
from .tensors.dtype import int32 as int
from .tensors.dtype import int64 as long
from .tensors.spellings import (
    abs,
    add,
    all,
    any,
    argmax,
    argmin,
    clamp,
    clone,
    cos,
    div,
    eq,
    exp,
    flatten,
    ge,
    gt,
    isfinite,
    isnan,
    le,
    log,
    log_softmax,
    lt,
    matmul,
    max,
    maximum,
    mean,
    min,
    minimum,
    mm,
    mul,
    ne,
    neg,
    permute,
    pow,
    relu,
    reshape,
    sigmoid,
    sin,
    softmax,
    sqrt,
    squeeze,
    sub,
    sum,
    t,
    tanh,
    transpose,
    unsqueeze,
)

__version__ = "0.1.0"
