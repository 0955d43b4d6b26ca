"""Errors that give the rule, what came, and the fix: PyTorch's words where it has some, instead of NumPy's."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterable
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.exceptions import AxisError

from ..autograd.rules import elementwise, embedding, indexing, loss, matrix, neural, shape

Shape = tuple[int, ...]


def explain(operation: Any, error: Exception, *inputs: Any, **options: Any) -> Exception:
    """The error to raise instead of NumPy's `error`, which `operation` raised on `inputs` (tensors or numbers)."""
    shapes = [tuple(x.array.shape) for x in inputs if hasattr(x, "array")]
    words = str(error)
    if isinstance(error, AxisError):
        return bad_dim(error.axis, error.ndim)
    if operation in _SPECIAL:
        return _SPECIAL[operation](error, shapes, options)
    if "broadcast" in words and len(shapes) > 1:
        return do_not_broadcast(shapes)
    if "negative integer powers" in words:
        return RuntimeError("Integers to negative integer powers are not allowed. Use a float: x.float() ** -1.")
    if "boolean subtract" in words:
        return bool_refused(operation)
    return error


def bad_dim(dim: int | None, ndim: int | None) -> IndexError:
    """The error for an axis that a tensor does not have."""
    n = max(ndim or 0, 1)
    return IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")


def not_whole(given: Any) -> TypeError:
    """The error for sizes and axes that are no whole numbers."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        return TypeError(f"sizes and axes must be a tuple of ints, not {type(given).__name__}")
    place, wrong = next((i, x) for i, x in enumerate(given) if not _is_whole(x))
    return TypeError(
        f"sizes and axes must be a tuple of ints, but found element of type {type(wrong).__name__} at pos {place}. "
        "A division that stays whole is n // 2."
    )


def _is_whole(x: Any) -> bool:
    try:
        operator.index(x)
    except TypeError:
        return False
    return True


def bool_refused(operation: Any) -> RuntimeError:
    """The error for arithmetic that has no meaning for truth values."""
    if operation.name.startswith("Relu"):
        return RuntimeError("Boolean inputs not supported for relu: a bool has no negative part. Use x.float().relu().")
    what = "Negation" if operation.name.startswith("Neg") else "Subtraction"
    return RuntimeError(
        f"{what}, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
        "use the `~` or `logical_not()` operator instead."
    )


def refuse_bools(operation: Any, *operands: Any) -> None:
    """Refuses to subtract truth values."""
    if operation is elementwise.sub and any(x.array.dtype == np.bool_ for x in operands):
        raise bool_refused(operation)


def not_a_tensor(operation: Any, got: Any) -> TypeError:
    """The error for an operation on tensors that was given something else."""
    return no_tensor(operation.name.removesuffix("Backward0").lower(), "input", got)


def no_tensor(function: str, argument: str, got: Any) -> TypeError:
    """The error for an argument that must be a tensor."""
    place = " (position 1)" if argument == "input" else ""
    return TypeError(
        f"{function}(): argument '{argument}'{place} must be Tensor, not {type(got).__name__}. "
        "Make a tensor of it first: tensor(...)."
    )


def dtypes_differ(a: str, b: str) -> RuntimeError:
    """The error for a product of matrices of two dtypes."""
    method = {"float32": "float", "float64": "double", "int64": "long"}.get(b, f"to({b})")
    return RuntimeError(
        f"expected m1 and m2 to have the same dtype, but got: {a} and {b}. "
        f"A product converts neither: write x.{method}() for the first."
    )


def do_not_broadcast(shapes: list[Shape]) -> RuntimeError:
    """Names the axis, counted in the longer shape, at which two of the shapes do not broadcast."""
    for a, b in combinations(shapes, 2):
        ndim = max(len(a), len(b))
        wide = [(1,) * (ndim - len(shape)) + shape for shape in (a, b)]
        apart = [(i, m, n) for i, (m, n) in enumerate(zip(*wide, strict=True)) if m != n != 1 != m]
        if apart:
            break
    axis, m, n = apart[-1]
    return RuntimeError(
        f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {axis}. "
        f"The shapes are {a} and {b}; broadcasting lines them up at the right, and only a size of 1 stretches."
    )


def put_dtypes(input: Any, values: Any) -> RuntimeError:
    """The error for writing elements of another dtype at indices."""
    return RuntimeError(
        "Index put requires the source and destination dtypes match, got "
        f"{input.dtype.scalar_type} for the destination and {values.dtype.scalar_type} for the source. "
        f"Convert it: value.to({input.dtype})"
    )


def not_classes(target: Any) -> RuntimeError:
    """The error for targets that are not the numbers of classes."""
    return RuntimeError(
        f"expected target dtype to be Long or Byte, but got {target.dtype.scalar_type}: targets are the numbers of "
        f"classes, and these are of {target.dtype.name}. Use target.long(), or one_hot.argmax(1) where you have "
        "one-hot rows."
    )


def no_such_row(index: Any, rows: int) -> IndexError:
    """The error for numbers of rows, some of which a table does not have."""
    wrong = index[(index < 0) | (index >= rows)][0]
    return IndexError(f"index out of range in self: {wrong} is not among the rows, 0 to {rows - 1}")


def does_not_fit(what: str, value: Shape, place: Shape) -> RuntimeError:
    """The error for writing an array where it does not fit."""
    return RuntimeError(
        f"{what}: the shape of the value, {value}, must match the shape that it is written to, {place}, or broadcast "
        "to it"
    )


def does_not_expand(shape: Shape, wanted: Shape) -> RuntimeError:
    """The error for a tensor that does not broadcast to a shape."""
    ours = (1,) * (len(wanted) - len(shape)) + shape
    apart = next((i for i, (m, n) in enumerate(zip(ours, wanted, strict=False)) if m not in (1, n)), 0)
    return RuntimeError(
        f"The expanded size of the tensor ({wanted[apart]}) must match the existing size ({ours[apart]}) at "
        f"non-singleton dimension {apart}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(shape)}. Only a size of "
        "1 stretches."
    )


def does_not_grow(what: str, place: Shape, value: Shape) -> RuntimeError:
    """The error for a change in place whose result is larger than the tensor."""
    return RuntimeError(
        f"output with shape {list(place)} doesn't match the broadcast shape {list(value)}: {what} writes into the "
        "tensor, whose shape stays as it is. Compute a new tensor instead."
    )


def read_only(what: str) -> RuntimeError:
    """The error for writing into memory that may not be written to."""
    return RuntimeError(
        f"unsupported operation: {what} would write into memory that more than one element refers to, as after "
        "expand(), or that came from a NumPy array which is read-only. Please clone() the tensor before."
    )


def warn_not_a_matrix(ndim: int) -> None:
    """PyTorch's warning for `.T` of a tensor that is no matrix."""
    warnings.warn(
        "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated, and this one has "
        f"{ndim}. Consider `x.mT` to transpose batches of matrices or `x.permute(*range(x.ndim)[::-1])` to reverse the "
        "dimensions of a tensor.",
        UserWarning,
        stacklevel=4,
    )


def warn_not_a_leaf() -> None:
    """PyTorch's warning for `.grad` of a computed tensor."""
    warnings.warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during backward(): only leaves keep their gradient. Access the leaf tensor instead.",
        UserWarning,
        stacklevel=3,
    )


# -- one function for each kind of operation: NumPy's error, the shapes of the inputs, the options ---------------------


def _product(error: Exception, shapes: list[Shape], options: Any) -> RuntimeError:
    a, b = shapes
    inner = "the inner sizes must be equal"
    if len(a) == len(b) == 1:
        return RuntimeError(
            f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, "
            f"but got {a[0]} and {b[0]} elements respectively"
        )
    if len(b) == 1:
        return RuntimeError(f"size mismatch, got input ({a[0]}), mat ({_times(a)}), vec ({b[0]}): {inner}")
    if a[-1] == b[-2]:
        return RuntimeError(f"the batch axes of {a} and {b} do not broadcast: they must be equal, or one of them 1")
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({_times(a)} and {_times(b)}): {inner}. "
        f"Transpose one of them (x.T), or check which axis is which."
    )


def _linear(error: Exception, shapes: list[Shape], options: Any) -> RuntimeError:
    a, b = shapes[:2]
    if a and a[-1] == b[-1]:
        return RuntimeError(f"linear adds a bias to each output, so its shape must be {b[:1]}, but it is {shapes[2]}")
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({_times(a)} and {_times(b[::-1])}): linear computes "
        f"input @ weight.T, so the input's last axis ({a[-1] if a else '()'}) must be the weight's last ({b[-1]}). "
        f"Flatten the input, or make the layer Linear({a[-1] if a else '?'}, {b[0]})."
    )


def _reshape(error: Exception, shapes: list[Shape], options: Any) -> RuntimeError:
    wanted = tuple(options["shape"])
    if "copy" in str(error):
        return RuntimeError(
            f"view size is not compatible with input tensor's size and stride: the elements of this {shapes[0]} do not "
            f"lie in memory in the order that {wanted} needs. Use .reshape(...) instead, which copies."
        )
    count = prod(shapes[0])
    if wanted.count(-1) > 1:
        return RuntimeError(f"only one dimension can be inferred, but {list(wanted)} has {wanted.count(-1)} times -1")
    if count == 0 and -1 in wanted:
        return RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(wanted)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous: write the size"
        )
    return RuntimeError(
        f"shape '{list(wanted)}' is invalid for input of size {count}: the number of elements must stay the same, and "
        f"{shapes[0]} has {count}"
    )


def _expand(error: Exception, shapes: list[Shape], options: Any) -> RuntimeError:
    wanted, before = tuple(options["shape"]), shapes[0]
    if len(wanted) < len(before):
        return RuntimeError(
            f"expand: the number of sizes provided ({len(wanted)}) must be greater or equal to the number of "
            f"dimensions in the tensor ({len(before)}): {wanted} for a tensor of shape {before}"
        )
    added = len(wanted) - len(before)
    if any(n < 0 for n in wanted[:added]):
        return RuntimeError(
            f"The expanded size of the tensor ({min(wanted)}) isn't allowed in a leading, non-existing dimension: -1 "
            f"leaves an axis as it is, and {wanted} has {added} more than {before}"
        )
    axis, size, n = next((i, m, n) for i, (m, n) in enumerate(zip(wanted[added:], before, strict=True)) if m != n != 1)
    return RuntimeError(
        f"The expanded size of the tensor ({size}) must match the existing size ({n}) at non-singleton dimension "
        f"{axis + added}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(before)}. Only a size of 1 stretches."
    )


def _cat(error: Exception, shapes: list[Shape], options: Any) -> RuntimeError:
    first, dim = shapes[0], options["dim"]
    if {*map(len, shapes)} != {len(first)}:
        other = next(len(shape) for shape in shapes if len(shape) != len(first))
        return RuntimeError(
            f"Tensors must have same number of dimensions: got {len(first)} and {other}. unsqueeze(dim) puts one in."
        )
    place, axis = next(
        (i, d)
        for i, shape in enumerate(shapes)
        for d, (m, n) in enumerate(zip(first, shape, strict=True))
        if m != n and d != dim
    )
    return RuntimeError(
        f"Sizes of tensors must match except in dimension {dim}. Expected size {first[axis]} but got size "
        f"{shapes[place][axis]} for tensor number {place} in the list: {first} and {shapes[place]}. "
        f"Perhaps dim={axis}?"
    )


def _index(error: Exception, shapes: list[Shape], options: Any) -> Exception:
    shape, words, index = shapes[0], str(error), options["index"]
    if isinstance(error, TypeError):
        return TypeError(words)
    if not shape and "too many" in words:
        if isinstance(index, slice):
            return IndexError("slice() cannot be applied to a 0-dim tensor. It is a single number: x.item()")
        return IndexError(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a 0-dim tensor to a number"
        )
    if "too many" in words:
        return IndexError(f"too many indices for tensor of dimension {len(shape)}: its shape is {shape}")
    parts = [x for x in index if isinstance(x, np.ndarray)] if isinstance(index, tuple) else []
    if "shape mismatch" in words:
        named = ", ".join(str(list(x.shape)) for x in parts)
        return IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {named}")
    if "boolean index" in words:
        mask = next(list(x.shape) for x in parts if x.dtype == np.bool_)
        return IndexError(
            f"The shape of the mask {mask} does not match the shape of the indexed tensor {list(shape)} where it stands"
        )
    return IndexError(f"{words.replace('axis', 'dimension')} (the tensor's shape is {shape})")


def _cross_entropy(error: Exception, shapes: list[Shape], options: Any) -> IndexError:
    target, classes = options["target"], shapes[0][1]
    wrong = target[((target < 0) | (target >= classes)) & (target != options.get("ignore_index"))][0]
    return IndexError(f"Target {wrong} is out of bounds: there are {classes} classes, 0 to {classes - 1}.")


def _added_product(error: Exception, shapes: list[Shape], options: Any) -> RuntimeError:
    return _product(error, shapes[1:], options)


def _embedding(error: Exception, shapes: list[Shape], options: Any) -> IndexError:
    return no_such_row(options["index"], shapes[0][0])


_SPECIAL = {
    **dict.fromkeys((matrix.mm, matrix.mv, matrix.vm, matrix.dot, matrix.vdot, matrix.rows_mm, matrix.bmm), _product),
    **dict.fromkeys((matrix.addmm, matrix.addmv), _added_product),
    **dict.fromkeys((shape.reshape, shape.view), _reshape),
    **dict.fromkeys((indexing.view_at, indexing.select, indexing.take_at, indexing.mask_at), _index),
    neural.linear: _linear,
    neural.linear_rows: _linear,
    **dict.fromkeys((loss.cross_entropy, loss.nll, loss.nll_2d), _cross_entropy),
    embedding.embedding: _embedding,
    shape.expand: _expand,
    shape.cat: _cat,
}


def _times(shape: Shape) -> str:
    return "x".join(map(str, shape))
