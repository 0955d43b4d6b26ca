"""Arrays that record what is done to them: for the gradient of a gradient.

An ordinary backward pass runs the gradient rules on arrays. With `create_graph=True` it runs the same rules on
`Recorded` arrays. They answer to NumPy's operators and functions, and leave a Function node for each, so that the
gradient that comes out has a graph of its own and can be differentiated like anything else.

>>> import micrograd_nb as mg
>>> x = mg.tensor(2.0, requires_grad=True)
>>> (slope,) = mg.autograd.grad(x**3, x, create_graph=True)  # 3 x²
>>> mg.autograd.grad(slope, x)  # 6 x
(tensor(12.),)
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy import ndarray

from .node import Node
from .operation import Operation
from .quiet import quietly
from .recording import leave_node
from .rules import elementwise, indexing, matrix, reduction, shape
from .several import output_node


class Recorded:
    """An array and the node where its gradient goes, None for a constant. Behaves like the array."""

    __slots__ = ("array", "node")

    def __init__(self, array: Any, node: Node | None = None) -> None:
        self.array = np.asarray(array)
        self.node = node

    def record(self, operation: Operation, inputs: tuple[Any, ...], options: dict[str, Any]) -> Recorded:
        """Runs an operation on recorded arrays, plain ones and numbers, and records it."""
        return record(operation, *inputs, **options)

    # -- what it is

    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: self.array.dtype)
    ndim = property(lambda self: self.array.ndim)
    size = property(lambda self: self.array.size)

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return f"Recorded({self.array!r})"

    # -- operators

    def __add__(self, other: Any) -> Recorded:
        return record(elementwise.add, self, other)

    def __sub__(self, other: Any) -> Recorded:
        return record(elementwise.sub, self, other)

    def __rsub__(self, other: Any) -> Recorded:
        return record(elementwise.sub, self._constant(other), self)

    def __mul__(self, other: Any) -> Recorded:
        return record(elementwise.mul, self, other)

    def __truediv__(self, other: Any) -> Recorded:
        return record(elementwise.div, self, other)

    def __rtruediv__(self, other: Any) -> Recorded:
        return record(elementwise.div, self._constant(other), self)

    def __pow__(self, other: Any) -> Recorded:
        return record(elementwise.pow if np.isscalar(other) else elementwise.pow_tensor, self, other)

    def __rpow__(self, other: Any) -> Recorded:
        return record(elementwise.rpow, self, other)

    def __neg__(self) -> Recorded:
        return record(elementwise.neg, self)

    def __matmul__(self, other: Any) -> Recorded:
        return self.dot(other) if self.ndim == 2 == other.ndim else record(matrix.bmm, self, other)

    __radd__, __rmul__ = __add__, __mul__

    def _constant(self, number: Any) -> ndarray:
        return np.asarray(number, self.dtype)

    # -- comparisons, which have no gradient

    def __eq__(self, other: object) -> Any:
        return self.array == plain(other)

    def __ne__(self, other: object) -> Any:
        return self.array != plain(other)

    def __lt__(self, other: Any) -> Any:
        return self.array < plain(other)

    def __le__(self, other: Any) -> Any:
        return self.array <= plain(other)

    def __gt__(self, other: Any) -> Any:
        return self.array > plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.array >= plain(other)

    __hash__ = object.__hash__

    # -- methods of arrays

    @property
    def T(self) -> Recorded:
        return self.transpose(range(self.ndim)[::-1])

    def transpose(self, dims: Any) -> Recorded:
        return record(shape.permute, self, dims=tuple(dims))

    def swapaxes(self, dim0: int, dim1: int) -> Recorded:
        return record(shape.transpose, self, dim0=dim0, dim1=dim1)

    def reshape(self, *sizes: Any) -> Recorded:
        return record(shape.reshape, self, shape=sizes[0] if len(sizes) == 1 else sizes)

    def squeeze(self, axis: Any) -> Recorded:
        return record(shape.squeeze_dim, self, dim=axis)

    def astype(self, dtype: Any) -> Recorded:
        return self if self.dtype == dtype else record(elementwise.to_dtype, self, dtype=np.dtype(dtype))

    def clip(self, min: Any, max: Any) -> Recorded:
        return record(elementwise.clamp, self, min=min, max=max)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Recorded:
        if axis is None and not keepdims:
            return record(reduction.sum, self)
        axes = range(self.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
        return record(reduction.sum_dim, self, dim=tuple([i % self.ndim for i in axes]), keepdim=keepdims)

    def dot(self, other: Any) -> Recorded:
        products = {(2, 2): matrix.mm, (2, 1): matrix.mv, (1, 2): matrix.vm, (1, 1): matrix.dot}
        return record(products[self.ndim, other.ndim], self, other)

    def take(self, index: Any, axis: int) -> Recorded:
        return self[(slice(None),) * (axis % self.ndim) + (index,)]

    def __getitem__(self, index: Any) -> Recorded:
        parts = index if isinstance(index, tuple) else (index,)
        picks = any(isinstance(part, (ndarray, list)) for part in parts)
        return record(indexing.take_at if picks else indexing.view_at, self, index=index)

    # -- functions of NumPy

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        if ufunc in _WITHOUT_GRADIENT:
            return ufunc(*map(plain, inputs))
        return record(_UFUNCS[ufunc], *inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: dict[str, Any]) -> Any:
        return _FUNCTIONS[function](*inputs, **options)


def record(operation: Operation, *inputs: Any, **options: Any) -> Any:
    """Runs an operation on recorded arrays, plain arrays and numbers, and leaves its node."""
    arrays = [plain(x) for x in inputs]
    value = quietly(operation.value, *arrays, **options)
    if operation.keeps:
        value, kept = value
        options |= kept
    value = tuple(map(np.asarray, value)) if isinstance(value, tuple) else np.asarray(value)
    targets = tuple(x.node if isinstance(x, Recorded) else None for x in inputs)
    if targets.count(None) == len(targets):
        return tuple(map(Recorded, value)) if isinstance(value, tuple) else Recorded(value)
    return _outputs(leave_node(operation, arrays, targets, value, options))


def plain(x: Any) -> Any:
    """The array of a recorded one; anything else as it is."""
    return x.array if isinstance(x, Recorded) else x


def function_of_recorded(node: Node) -> Any:
    """What the rules see as `f`: what the node saved, with its inputs and its value as recorded arrays."""
    function = SimpleNamespace(**vars(node))
    names = node.operation.inputs
    inputs = [_recorded(x, target) for x, target in zip(node.inputs, node.targets, strict=True)]
    function.inputs = inputs
    function.__dict__.update(zip(names, inputs, strict=False))
    function.output = _outputs(node)
    return function


def _outputs(node: Node) -> Any:
    """The value of a node, recorded; a tuple of them, where there are several."""
    if isinstance(node.output, tuple):
        return tuple(_recorded(x, output_node(node, place)) for place, x in enumerate(node.output))
    return Recorded(node.output, node) if isinstance(node.output, ndarray) else node.output


def _recorded(x: Any, target: Node | None) -> Any:
    return Recorded(x, target) if isinstance(x, ndarray) and x.dtype.kind == "f" else x


# -- which operation a function of NumPy is ----------------------------------------------------------------------------

_WITHOUT_GRADIENT = {
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal, np.isnan, np.isinf, np.isfinite,
    np.sign, np.floor, np.ceil, np.trunc, np.rint, np.signbit,
}  # fmt: skip

_UFUNCS = {
    operation.value: operation for operation in vars(elementwise).values() if isinstance(operation, Operation)
} | {np.matmul: matrix.bmm}

_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: lambda condition, input, other: record(elementwise.where, plain(condition), input, other),
    np.zeros_like: lambda a: np.zeros_like(plain(a)),
    np.ones_like: lambda a: np.ones_like(plain(a)),
    np.broadcast_to: lambda array, size: record(shape.expand, array, shape=tuple(size)),
    np.expand_dims: lambda a, axis: record(shape.reshape, a, shape=np.expand_dims(plain(a), axis).shape),
    np.outer: lambda a, b: record(elementwise.mul, a.reshape(-1, 1), b.reshape(1, -1)),
    np.count_nonzero: lambda a: np.count_nonzero(plain(a)),
}
