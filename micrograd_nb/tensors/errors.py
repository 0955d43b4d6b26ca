"""Turns NumPy's complaints into errors that give the rule, what came, and the fix, in PyTorch's words where it has some."""

from __future__ import annotations

import warnings
from typing import Any

from numpy.exceptions import AxisError


NO_EXTREME = (
    "{}(): Expected reduction dim to be specified for input.numel() == 0. "
    "Specify the reduction dim with the 'dim' argument, along which there are elements."
)


def explain(operation: Any, error: Exception, *inputs: Any) -> Exception:
    """The error to raise instead of NumPy's `error`, which `operation` raised on `inputs` (tensors or numbers)."""
    shapes = [tuple(x.array.shape) for x in inputs if hasattr(x, "array")]
    name = operation.name.removesuffix("Backward0").removesuffix("Backward1").lower()
    if isinstance(error, AxisError):
        return bad_dim(error.axis, error.ndim)
    if name in ("mm", "mv", "dot", "bmm", "unsafeview", "linear") and len(shapes) >= 2:
        return _matrix_shapes(name, *shapes[:2])
    if isinstance(error, ValueError) and "broadcast" in str(error) and len(shapes) >= 2:
        return _broadcast_shapes(*shapes[-2:])
    if isinstance(error, ValueError) and "negative integer powers" in str(error):
        return RuntimeError("Integers to negative integer powers are not allowed. Use a float: x.float() ** -1.")
    if "boolean subtract" in str(error) or "boolean negative" in str(error):
        return RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )
    if isinstance(error, ValueError) and "reshape" in str(error) and shapes:
        return RuntimeError(f"{error}: the number of elements must stay the same, and so must the input's {shapes[0]}")
    return type(error)(f"{name}: {error} (input shapes: {', '.join(map(str, shapes))})")


def bad_dim(dim: int | None, ndim: int | None) -> IndexError:
    """The error for an axis that a tensor does not have."""
    n = max(ndim or 0, 1)
    return IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")


def bool_refused(operation: Any) -> RuntimeError:
    """The error for arithmetic that has no meaning for truth values."""
    if operation.name.startswith("Relu"):
        return RuntimeError("Boolean inputs not supported for relu: a bool has no negative part. Use x.float().relu().")
    what = "Negation" if operation.name.startswith("Neg") else "Subtraction"
    return RuntimeError(
        f"{what}, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
        "use the `~` or `logical_not()` operator instead."
    )


def dtypes_differ(a: str, b: str) -> RuntimeError:
    """The error for a product of matrices of two dtypes."""
    return RuntimeError(
        f"expected m1 and m2 to have the same dtype, but got: {a} != {b}. A product does not convert: use x.to({b}) "
        f"for the first, or make the second {a}."
    )


def _broadcast_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> RuntimeError:
    """Names the axis, counted in the longer shape, at which two shapes do not broadcast."""
    ndim = max(len(a), len(b))
    wide = [(1,) * (ndim - len(shape)) + shape for shape in (a, b)]
    axis, m, n = next((i, m, n) for i, (m, n) in reversed(list(enumerate(zip(*wide, strict=True)))) if m != n != 1 != m)
    return RuntimeError(
        f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {axis}. "
        f"The shapes are {a} and {b}; broadcasting lines them up at the right, and only a size of 1 stretches."
    )


def _matrix_shapes(name: str, a: tuple[int, ...], b: tuple[int, ...]) -> RuntimeError:
    if name == "linear":
        return RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({_times(a)} and {_times(b[::-1])}): linear computes "
            f"input @ weight.T, so the input's last axis ({a[-1] if a else '()'}) must be the weight's last ({b[-1]}). "
            f"Flatten the input, or make the layer Linear({a[-1] if a else '?'}, {b[0]})."
        )
    if len(a) == len(b) == 1:
        return RuntimeError(
            f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, "
            f"but got {a[0]} and {b[0]} elements respectively"
        )
    if len(a) <= 2 and len(b) == 1:
        return RuntimeError(f"size mismatch, got input ({a[0]}), mat ({_times(a)}), vec ({b[0]})")
    return RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({_times(a)} and {_times(b)}): the inner sizes must be equal. "
        f"Transpose one of them (x.T), or check which axis is which."
    )


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def warn_not_a_leaf() -> None:
    """PyTorch's warning for `.grad` of a computed tensor."""
    warnings.warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during backward(): only leaves keep their gradient. Access the leaf tensor instead.",
        UserWarning,
        stacklevel=3,
    )
