"""Methods spelled as functions: `exp(x)` is `x.exp()`, as in PyTorch."""

from .core import Tensor

abs, neg, exp, log, sqrt = Tensor.abs, Tensor.neg, Tensor.exp, Tensor.log, Tensor.sqrt
sin, cos, tanh, sigmoid, relu = Tensor.sin, Tensor.cos, Tensor.tanh, Tensor.sigmoid, Tensor.relu
add, sub, mul, div, pow = Tensor.add, Tensor.sub, Tensor.mul, Tensor.div, Tensor.pow
maximum, minimum, clamp = Tensor.maximum, Tensor.minimum, Tensor.clamp
eq, ne, lt, le, gt, ge = Tensor.eq, Tensor.ne, Tensor.lt, Tensor.le, Tensor.gt, Tensor.ge
isnan, isfinite = Tensor.isnan, Tensor.isfinite
sum, mean, max, min, argmax, argmin = Tensor.sum, Tensor.mean, Tensor.max, Tensor.min, Tensor.argmax, Tensor.argmin
all, any, softmax, log_softmax = Tensor.all, Tensor.any, Tensor.softmax, Tensor.log_softmax
matmul, mm = Tensor.matmul, Tensor.mm
reshape, flatten, squeeze, unsqueeze = Tensor.reshape, Tensor.flatten, Tensor.squeeze, Tensor.unsqueeze
permute, transpose, t, clone = Tensor.permute, Tensor.transpose, Tensor.t, Tensor.clone
