"""The functions that have an in-place form: `x.exp_()` is `x.exp()`, written into `x`.

`in_place` says what happens to the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import arranging, elementwise, gathering, products, record, scans, shapes
from .in_place import in_place, refuse_leaf, take_over, view_in_place

if TYPE_CHECKING:
    from .core import Tensor

# -- each element ------------------------------------------------------------------------------------------------------

true_divide_ = in_place(elementwise.true_divide, at_once=True)
floor_divide_ = in_place(elementwise.floor_divide)
remainder_ = in_place(elementwise.remainder)
fmod_ = in_place(elementwise.fmod)
pow_ = in_place(elementwise.pow)
neg_ = negative_ = in_place(elementwise.neg)
abs_ = absolute_ = in_place(elementwise.abs)
addcmul_ = in_place(elementwise.addcmul)
addcdiv_ = in_place(elementwise.addcdiv)
lerp_ = in_place(elementwise.lerp)
square_ = in_place(elementwise.square)
sqrt_ = in_place(elementwise.sqrt)
rsqrt_ = in_place(elementwise.rsqrt)
reciprocal_ = in_place(elementwise.reciprocal)
hypot_ = in_place(elementwise.hypot)
exp_ = in_place(elementwise.exp)
exp2_ = in_place(elementwise.exp2)
expm1_ = in_place(elementwise.expm1)
log_ = in_place(elementwise.log)
log2_ = in_place(elementwise.log2)
log10_ = in_place(elementwise.log10)
log1p_ = in_place(elementwise.log1p)
xlogy_ = in_place(elementwise.xlogy)
sigmoid_ = in_place(elementwise.sigmoid)
logit_ = in_place(elementwise.logit)
erf_ = in_place(elementwise.erf)
erfc_ = in_place(elementwise.erfc)
erfinv_ = in_place(elementwise.erfinv)
sin_ = in_place(elementwise.sin)
cos_ = in_place(elementwise.cos)
tan_ = in_place(elementwise.tan)
asin_ = arcsin_ = in_place(elementwise.asin)
acos_ = arccos_ = in_place(elementwise.acos)
atan_ = arctan_ = in_place(elementwise.atan)
atan2_ = arctan2_ = in_place(elementwise.atan2)
sinh_ = in_place(elementwise.sinh)
cosh_ = in_place(elementwise.cosh)
tanh_ = in_place(elementwise.tanh)
asinh_ = arcsinh_ = in_place(elementwise.asinh)
acosh_ = arccosh_ = in_place(elementwise.acosh)
atanh_ = arctanh_ = in_place(elementwise.atanh)
sinc_ = in_place(elementwise.sinc)
deg2rad_ = in_place(elementwise.deg2rad)
rad2deg_ = in_place(elementwise.rad2deg)
floor_ = in_place(elementwise.floor)
ceil_ = in_place(elementwise.ceil)
trunc_ = fix_ = in_place(elementwise.trunc)
frac_ = in_place(elementwise.frac)
round_ = in_place(elementwise.round)
sign_ = sgn_ = in_place(elementwise.sign)
copysign_ = in_place(elementwise.copysign)
relu_ = in_place(elementwise.relu)
clamp_ = clip_ = in_place(elementwise.clamp)
clamp_min_ = in_place(elementwise.clamp_min)
clamp_max_ = in_place(elementwise.clamp_max)
masked_fill_ = in_place(elementwise.masked_fill)
nan_to_num_ = in_place(elementwise.nan_to_num)


def float_power_(input: Tensor, exponent: Any) -> Tensor:
    """`float_power`, in place: of a float64 tensor, for that is what it computes."""
    if input.array.dtype != np.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {input.dtype.scalar_type} but the operation's result requires "
            "dtype Double: use pow_, or x.double()"
        )
    return _float_power_(input, exponent)


_float_power_ = in_place(elementwise.float_power)

# -- comparison: 0 and 1, in the dtype of the tensor -------------------------------------------------------------------

eq_ = in_place(elementwise.eq)
ne_ = not_equal_ = in_place(elementwise.ne)
lt_ = less_ = in_place(elementwise.lt)
le_ = less_equal_ = in_place(elementwise.le)
gt_ = greater_ = in_place(elementwise.gt)
ge_ = greater_equal_ = in_place(elementwise.ge)
logical_and_ = in_place(elementwise.logical_and)
logical_or_ = in_place(elementwise.logical_or)
logical_xor_ = in_place(elementwise.logical_xor)
logical_not_ = in_place(elementwise.logical_not)
bitwise_and_ = in_place(elementwise.bitwise_and)
bitwise_or_ = in_place(elementwise.bitwise_or)
bitwise_xor_ = in_place(elementwise.bitwise_xor)
bitwise_not_ = in_place(elementwise.bitwise_not)
bitwise_left_shift_ = in_place(elementwise.bitwise_left_shift)
bitwise_right_shift_ = in_place(elementwise.bitwise_right_shift)

# -- shape: the tensor becomes a view of itself ------------------------------------------------------------------------

squeeze_ = view_in_place(shapes.squeeze)
unsqueeze_ = view_in_place(shapes.unsqueeze)
transpose_ = swapdims_ = view_in_place(shapes.transpose)
swapaxes_ = view_in_place(shapes.swapaxes)
t_ = view_in_place(shapes.t)
tril_ = in_place(arranging.tril)
triu_ = in_place(arranging.triu)

# -- running sums and products -----------------------------------------------------------------------------------------

cumsum_ = in_place(scans.cumsum)
cumprod_ = in_place(scans.cumprod)
addmm_ = in_place(products.addmm)
addmv_ = in_place(products.addmv)
addr_ = in_place(products.addr)
addbmm_ = in_place(products.addbmm)
baddbmm_ = in_place(products.baddbmm)

# -- at an index -------------------------------------------------------------------------------------------------------

scatter_ = in_place(gathering.scatter)
scatter_add_ = in_place(gathering.scatter_add)
scatter_reduce_ = in_place(gathering.scatter_reduce)
index_add_ = in_place(gathering.index_add)
index_copy_ = in_place(gathering.index_copy)
index_fill_ = in_place(gathering.index_fill)
index_put_ = in_place(gathering.index_put)
masked_scatter_ = in_place(gathering.masked_scatter)
put_ = in_place(gathering.put)


def fill_diagonal_(input: Tensor, fill_value: float, wrap: bool = False) -> Tensor:
    """Makes every element of the main diagonal `fill_value`; with `wrap`, a tall matrix has one again and again."""
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(f"dimensions must larger than 1, but there are {len(shape)}")
    if len(shape) > 2 and len({*shape}) > 1:
        raise RuntimeError(f"all dimensions of input must be of equal length, but are {tuple(shape)}")
    refuse_leaf(input, "fill_diagonal_")
    mask = record.wrap(np.zeros(shape, np.bool_))
    np.fill_diagonal(mask.array, True, wrap)
    return take_over(input, elementwise.masked_fill(input, mask, fill_value), "fill_diagonal_")
