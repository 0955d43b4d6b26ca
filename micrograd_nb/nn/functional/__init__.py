"""Layers and losses as functions: what the modules of `nn` compute, without weights of their own.

`nn.Linear(3, 2)(x)` is `linear(x, layer.weight, layer.bias)`. Usually imported as `F`:

    import micrograd_nb.nn.functional as F
"""

# fmt: off
# isort: off
from .activation import log_softmax, relu, sigmoid, softmax, tanh
from .attention import scaled_dot_product_attention
from .convolution import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from .affine import linear
from .loss import cross_entropy, mse_loss
from .normalization import batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, rms_norm
from .padding import pad
from .pooling import (
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_max_pool1d, adaptive_max_pool2d, avg_pool1d, avg_pool2d,
    lp_pool1d, lp_pool2d, max_pool1d, max_pool2d, max_unpool2d,
)
from .regularization import dropout
from .vision import fold, interpolate, pixel_shuffle, pixel_unshuffle, unfold, upsample
# isort: on

__all__ = [
    "cross_entropy", "linear", "log_softmax", "mse_loss", "relu", "sigmoid", "softmax", "tanh",
    "scaled_dot_product_attention",
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    "batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm",
    "pad",
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d", "avg_pool1d",
    "avg_pool2d", "lp_pool1d", "lp_pool2d", "max_pool1d", "max_pool2d", "max_unpool2d",
    "dropout",
    "fold", "interpolate", "pixel_shuffle", "pixel_unshuffle", "unfold", "upsample",
]
# fmt: on
