"""What the messages of several pages have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from ...tensors import Tensor
from .library import library


def as_array(value: Any) -> ndarray:
    """The numbers of a tensor, of an array, or of anything that NumPy can read as one, such as PyTorch's tensors.

    A single number becomes an array of one.

    Raises:
        NotImplementedError: it is none of these.
    """
    if isinstance(value, Tensor):
        return value.array
    if np.isscalar(value) and not isinstance(value, (str, bytes)):
        return np.array([value])
    if hasattr(value, "detach"):
        value = value.detach()
    if hasattr(value, "__array__"):
        return np.asarray(value)
    raise NotImplementedError(
        f"Got {type(value)}, but numpy array or torch tensor are expected: a tensor, an array or a number. Of a list, "
        "make one: mg.tensor(list)."
    )


def summary(tag: str, plugin: str = "", content: bytes = b"", **value: Any) -> Any:
    """A summary with one value.

    Arguments:
        plugin: the page that shows it, where the value does not say so itself; `content` is a message for that page.
    """
    tb = library().summary
    if plugin:
        data = tb.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
        value["metadata"] = tb.SummaryMetadata(plugin_data=data)
    return tb.Summary(value=[tb.Summary.Value(tag=tag, **value)])


def shape_message(shape: Sequence[int]) -> Any:
    """The message of a shape."""
    tb = library().tensor_shape
    return tb.TensorShapeProto(dim=[tb.TensorShapeProto.Dim(size=size) for size in shape])


def floats_message(array: ndarray) -> Any:
    """The message of an array, as float32."""
    shape = shape_message(array.shape)
    return library().tensor.TensorProto(dtype="DT_FLOAT", float_val=array.reshape(-1).tolist(), tensor_shape=shape)


def bytes_message(value: bytes, shape: Sequence[int] = ()) -> Any:
    """The message of a string."""
    return library().tensor.TensorProto(dtype="DT_STRING", string_val=[value], tensor_shape=shape_message(shape))
