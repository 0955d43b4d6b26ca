"""The Tensor: an array, its gradient, and the node of the operation that made it.

    tensor.array   the numbers, a NumPy array
    tensor.grad    ∂loss/∂tensor, once a backward pass has been here; kept for leaves only
    tensor.node    where its gradient goes: the Function that made it, AccumulateGrad for a leaf that requires
                   gradients, None where no gradient is wanted

Every method is one line: the name of an operation in `autograd.rules`. `unary`, `binary` and `apply` run an operation
on the arrays and record it.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from types import EllipsisType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy import asarray, ndarray

from .. import autograd
from ..autograd import lines
from ..autograd.engine import Unbroadcast, backward_steps, run_backward
from ..autograd.grad_mode import is_grad_enabled, threads_off
from ..autograd.node import AccumulateGrad, Edge, Node, next_number
from ..autograd.operation import ONE
from ..autograd.quiet import quietly
from ..autograd.rules import elementwise, matrix, neural, reduction
from ..autograd.rules import shape as rules_shape
from . import dtypes, errors
from .printing import tensor_repr

_new = object.__new__
_FLOAT32 = np.dtype(np.float32)


# -- running an operation and recording it -----------------------------------------------------------------------------
# `unary` and `binary` say the same as `apply`, written out: they are the hot path.


def unary(
    operation: Callable[..., Any], *, floating: bool = False, numeric: bool = False, explodes: bool = False
) -> Callable[[Tensor], Tensor]:
    """Makes a method of an operation on one array.

    `floating`: integers become floats first, as for `exp`. `numeric`: bools are refused. `explodes`: it may give inf
    and NaN, without a warning.
    """
    saves = operation.saves  # type: ignore[attr-defined]

    def method(self: Tensor) -> Tensor:
        array = self.array
        if (floating or numeric) and array.dtype is not _FLOAT32 and array.dtype.kind != "f":
            if floating:
                return method(self.to(dtypes.get_default_dtype()))
            if array.dtype == np.bool_:
                raise errors.bool_refused(operation)
        value, rule = quietly(operation, array) if explodes else operation(array)
        out = _new(Tensor)
        out.array = value if type(value) is ndarray else asarray(value)
        out._grad = None
        target = self.node
        if target is None or (threads_off and not is_grad_enabled()):
            out.node = None
            return out
        out.node = node = _new(Node)
        node.rule = operation
        node.saves = saves
        node.number = next_number()
        node.targets = (target,)
        node.edges = ((target, rule, self),)
        if lines.on:
            lines.note(node)
        return out

    return _named(method, operation)


def binary(
    operation: Callable[..., Any], *, floating: bool = False, explodes: bool = False
) -> Callable[[Tensor, Any], Tensor]:
    """Makes a method of an operation on two arrays; the second may be a Python number.

    `floating` and `explodes` as for `unary`.
    """
    saves = operation.saves  # type: ignore[attr-defined]
    broadcasts = operation.broadcasts  # type: ignore[attr-defined]

    def method(self: Tensor, other: Any) -> Tensor:
        array = self.array
        if isinstance(other, Tensor):
            other_array = other.array
            other_target = other.node
            if array.dtype is not other_array.dtype:
                return method(*_promoted(operation, self, other))
        else:
            if type(other) not in _PYTHON_NUMBERS:
                return method(self, _operand(other))
            if array.dtype is not _FLOAT32 and array.dtype.kind != "f":
                common = dtypes.common_dtype(array, other)
                if common is not array.dtype:
                    _refuse_bool(operation, self)
                    return method(_cast(self, common), other)
            other_array = other
            other_target = None
        if floating and array.dtype is not _FLOAT32 and array.dtype.kind != "f":
            return method(self.to(dtypes.get_default_dtype()), other)
        try:
            run = quietly(operation, array, other_array) if explodes else operation(array, other_array)
            value, rule, other_rule = run
        except (ValueError, TypeError) as error:
            raise errors.explain(operation, error, self, other) from None
        out = _new(Tensor)
        out.array = value if type(value) is ndarray else asarray(value)
        out._grad = None
        target = self.node
        if target is None is other_target or (threads_off and not is_grad_enabled()):
            out.node = None
            return out
        if broadcasts and other_array is not other and array.shape != other_array.shape:  # other: a tensor, no number
            rule, other_rule = Unbroadcast(rule, array.shape), Unbroadcast(other_rule, other_array.shape)
        out.node = node = _new(Node)
        node.rule = operation
        node.saves = saves
        node.number = next_number()
        node.targets = (target, other_target)
        node.edges = ((target, rule, self), (other_target, other_rule, other))
        if lines.on:
            lines.note(node)
        return out

    return _named(method, operation)


def apply(operation: Callable[..., Any], *inputs: Any, **options: Any) -> Tensor:
    """Runs any operation on tensors and records it: the arrays of `inputs` in, a tensor out.

    Options are what takes no gradient: axes, shapes, indices.
    """
    arrays = [x.array if isinstance(x, Tensor) else x for x in inputs]
    try:
        value, *rules = quietly(operation, *arrays, **options)
    except (ValueError, TypeError, IndexError) as error:
        raise errors.explain(operation, error, *inputs, **options) from None
    targets = tuple([x.node if isinstance(x, Tensor) else None for x in inputs])
    if operation.broadcasts:  # type: ignore[attr-defined]
        rules = [
            Unbroadcast(r, a.shape) if r and isinstance(a, ndarray) else r for r, a in zip(rules, arrays, strict=True)
        ]
    return record(operation, value, targets, tuple(zip(targets, rules, inputs, strict=False)), options)


def record(
    operation: Callable[..., Any],
    value: Any,
    targets: tuple[Node | None, ...],
    edges: tuple[Edge, ...],
    options: dict[str, Any] | None = None,
) -> Tensor:
    """The tensor of a value, with a node that leads to `targets`; with none where no target wants a gradient."""
    out = _new(Tensor)
    out.array = value if type(value) is ndarray else asarray(value)
    out._grad = None
    if targets.count(None) == len(targets) or (threads_off and not is_grad_enabled()):
        out.node = None
        return out
    out.node = node = _new(Node)
    node.rule = operation
    node.saves = operation.saves  # type: ignore[attr-defined]
    node.number = next_number()
    node.targets = targets
    node.edges = edges
    node.options = options
    if lines.on:
        lines.note(node)
    return out


def _wrap(array: Any) -> Tensor:
    """A tensor around an array, without a copy, a check or a history."""
    out = _new(Tensor)
    out.array = array if type(array) is ndarray else asarray(array)
    out._grad = out.node = None
    return out


_PYTHON_NUMBERS = {int, float}


def _operand(other: Any) -> Any:
    """The other side of `tensor + other` where it is no tensor and no Python number."""
    if isinstance(other, bool):
        return _wrap(asarray(other))
    if isinstance(other, np.generic):
        return other.item()
    if isinstance(other, ndarray):
        return _wrap(asarray(other, dtypes.to_numpy(other.dtype)))
    raise TypeError(
        f"an operation on a Tensor takes a Tensor, a NumPy array or a number, not {type(other).__name__}. "
        "Make a tensor of it first: tensor(...)"
    )


def _promoted(operation: Callable[..., Any], a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Two tensors of different dtypes as tensors of their common one, where the operation allows that."""
    if operation in _PRODUCTS:
        raise errors.dtypes_differ(a.dtype.name, b.dtype.name)
    _refuse_bool(operation, a, b)
    common = dtypes.common_dtype(a.array, b.array)
    return _cast(a, common), _cast(b, common)


def _refuse_bool(operation: Callable[..., Any], *operands: Tensor) -> None:
    if operation is elementwise.sub and any(x.array.dtype == np.bool_ for x in operands):
        raise errors.bool_refused(operation)


def _cast(x: Tensor, numpy_dtype: np.dtype[Any]) -> Tensor:
    """Changes the dtype, recorded: the gradient goes back in the dtype that `x` has."""
    return x if x.array.dtype is numpy_dtype else apply(elementwise.to_dtype, x, dtype=numpy_dtype)


def _named(method: Any, operation: Callable[..., Any]) -> Any:
    method.__name__ = method.__qualname__ = operation.__name__
    method.__doc__ = operation.__doc__
    method.operation = operation
    return method


def _reflected(method: Callable[[Tensor, Any], Tensor]) -> Callable[[Tensor, Any], Tensor]:
    """`2 - x` from `x - y`: the number becomes a 0-d tensor."""

    def reflected(self: Tensor, other: Any) -> Tensor:
        other = _operand(other) if type(other) not in _PYTHON_NUMBERS else other
        if not isinstance(other, Tensor):
            other = _wrap(asarray(other, dtypes.common_dtype(self.array, other)))
        return method(other, self)

    return reflected


def _comparison(name: str, compare: np.ufunc) -> Callable[[Tensor, Any], Tensor]:
    """A comparison: a tensor of bool, which never has a gradient."""

    def method(self: Tensor, other: Any) -> Tensor:
        if not isinstance(other, (Tensor, bool)) and type(other) not in _PYTHON_NUMBERS:
            other = _operand(other)
        array, other_array = self.array, other.array if isinstance(other, Tensor) else other
        if isinstance(other_array, ndarray) and other_array.dtype is not array.dtype:
            common = dtypes.common_dtype(array, other_array)
            array, other_array = array.astype(common), other_array.astype(common)
        try:
            return _wrap(compare(array, other_array))
        except ValueError as error:
            raise errors.explain(elementwise.sub, error, self, other) from None

    method.__name__ = method.__qualname__ = name
    return method


def _ints(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """`f(2, 3)` and `f((2, 3))` say the same."""
    if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)):
        shape = tuple(shape[0])
    return tuple(int(n) for n in shape)


class Extremes(NamedTuple):
    """What `max(dim)` and `min(dim)` return."""

    values: Tensor
    indices: Tensor


class Size(tuple[int, ...]):
    """A shape: a tuple of sizes, printed as PyTorch prints it.

    >>> import micrograd_nb as mg
    >>> mg.zeros(2, 3).shape, mg.zeros(2, 3).shape.numel()
    (micrograd_nb.Size([2, 3]), 6)
    """

    __slots__ = ()

    def numel(self) -> int:
        return int(np.prod(self, dtype=np.int64))

    def __repr__(self) -> str:
        return f"micrograd_nb.Size([{', '.join(map(str, self))}])"


# -- the tensor --------------------------------------------------------------------------------------------------------


class Tensor:
    """An n-dimensional array that remembers how it was computed.

    Make one with `tensor(data)`, `zeros(shape)`, `randn(shape)` …; operations make the others. A tensor that you make
    with `requires_grad=True` is a leaf: `backward()` on anything computed from it fills its `grad`.

    >>> import micrograd_nb as mg
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> c = a * a + 3 * a
    >>> c
    tensor(10., grad_fn=<AddBackward0>)
    >>> c.backward()
    >>> a.grad
    tensor(7.)
    """

    __slots__ = ("__weakref__", "_grad", "array", "node")

    array: ndarray
    node: Node | None
    _grad: Tensor | None

    def __init__(self, data: Any = ()) -> None:
        self.array = np.array(data.array if isinstance(data, Tensor) else data, dtypes.get_default_dtype().dtype)
        self._grad = self.node = None

    # -- what it is

    @property
    def shape(self) -> Size:
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.FROM_NUMPY[self.array.dtype]

    @property
    def device(self) -> str:
        return "cpu"

    @property
    def ndim(self) -> int:
        return self.array.ndim

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[_axis(self, dim)]

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    def is_contiguous(self) -> bool:
        return self.array.flags.c_contiguous

    def is_floating_point(self) -> bool:
        return self.array.dtype.kind == "f"

    # -- gradients

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded. Only a leaf's can be set, and only on floats."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted == (self.node is not None):
            return
        if not self.is_leaf:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if wanted and self.array.dtype.kind != "f":
            raise RuntimeError(
                "only Tensors of floating point dtype can require gradients: a gradient says what an arbitrarily small "
                f"change does, and {self.dtype.name} cannot change by a little. "
                "Make it a float: tensor(1.0), or x.float()."
            )
        self.node = AccumulateGrad(self) if wanted else None

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Sets `requires_grad` and returns the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether the user made this tensor: no recorded operation did."""
        return self.node is None or type(self.node) is AccumulateGrad

    @property
    def grad_fn(self) -> Node | None:
        """The Function that made this tensor, or None for a leaf."""
        return None if self.is_leaf else self.node

    @property
    def grad(self) -> Tensor | None:
        """∂loss/∂self, added up over all backward passes since it was last None. Leaves only."""
        if self._grad is None and not self.is_leaf:
            errors.warn_not_a_leaf()
        return self._grad

    @grad.setter
    def grad(self, grad: Tensor | None) -> None:
        if grad is not None:
            if not isinstance(grad, Tensor):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type {type(grad).__name__}"
                )
            if grad.array.shape != self.array.shape or grad.array.dtype != self.array.dtype:
                raise RuntimeError(
                    f"assigned grad must have the tensor's shape and dtype, {self.array.shape} {self.dtype.name}, "
                    f"but has {grad.array.shape} {grad.dtype.name}"
                )
        self._grad = grad

    def accumulate_grad(self, grad: ndarray, owned: bool) -> None:
        """Adds what a backward pass brought to `grad`. A leaf's gradient shares memory with nothing.

        `owned`: nobody but the engine holds the array. It may become the gradient unless it is a view.
        """
        if self._grad is not None:
            np.add(self._grad.array, grad, self._grad.array)
        elif owned and type(grad) is ndarray and grad.base is None:
            self._grad = out = _new(Tensor)
            out.array = grad
            out._grad = out.node = None
        else:
            self._grad = _wrap(np.array(grad))

    def backward(self, gradient: Tensor | None = None, retain_graph: bool = False, create_graph: bool = False) -> None:
        """Computes the gradient of this tensor with respect to every leaf it was computed from, and adds it there.

        Arguments:
            gradient: ∂loss/∂self, of this tensor's shape; may be left out for a single number, where it is 1.
            retain_graph: keep what the graph saved, so that another backward pass can go through it.

        Raises:
            RuntimeError: no gradient was given for more than one number; the tensor does not require gradients; an
                earlier pass has freed the graph.

        >>> import micrograd_nb as mg
        >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
        """
        if create_graph:
            raise NotImplementedError(
                "backward(create_graph=True), the gradient of a gradient, is not there yet. "
                "For a number, difference the gradients of two passes: (grad(x + h) - grad(x - h)) / (2 h)."
            )
        run_backward([self._root(gradient)], retain_graph=retain_graph)

    def backward_steps(
        self, gradient: Tensor | None = None, *, retain_graph: bool = False, shadow: bool = False
    ) -> Iterator[autograd.Step]:
        """The backward pass, one `Step` at a time: the same engine as `backward()`, which drains it.

        `shadow=True` only looks: no `grad` changes, and the graph is not freed.

        >>> import micrograd_nb as mg
        >>> a = mg.tensor(2.0, requires_grad=True)
        >>> [step.kind for step in (a + a).backward_steps(shadow=True)]
        ['seed', 'ready', 'send', 'send', 'accumulate', 'done']
        """
        return backward_steps([self._root(gradient)], retain_graph=retain_graph, shadow=shadow)

    def _root(self, gradient: Tensor | None) -> tuple[Node, ndarray]:
        """Where a backward pass from here starts: this tensor's node, and ∂loss/∂self."""
        if self.node is None:
            raise RuntimeError(
                "element 0 of tensors does not require grad and does not have a grad_fn: nothing that it was computed "
                "from requires gradients, or it was computed inside no_grad(). "
                "Make a leaf with requires_grad=True before you compute."
            )
        if gradient is None:
            if self.array.size != 1:
                raise RuntimeError(
                    "grad can be implicitly created only for scalar outputs: backward() starts from the gradient of "
                    f"one number, and this tensor has {self.array.size} (shape {self.array.shape}). Reduce it to a "
                    "scalar, for example with .sum() or .mean(), or pass its gradient: backward(gradient=...)."
                )
            return self.node, ONE[self.array.dtype].reshape(self.array.shape)
        if not isinstance(gradient, Tensor):
            raise TypeError(f"gradient must be a Tensor or None, not {type(gradient).__name__}: make one, tensor(1.0)")
        if gradient.array.shape != self.array.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[0] has a shape of {tuple(gradient.array.shape)} and output[0] has a "
                f"shape of {tuple(self.array.shape)}. The gradient needs one number for each number of the output."
            )
        return self.node, gradient.array.astype(self.array.dtype, copy=False)

    def detach(self) -> Tensor:
        """The same numbers without a history: shares memory, requires no gradient."""
        return _wrap(self.array)

    @property
    def data(self) -> Tensor:
        """The same numbers without a history, as `detach()`."""
        return _wrap(self.array)

    # -- arithmetic

    add = __add__ = __radd__ = binary(elementwise.add)
    sub = __sub__ = binary(elementwise.sub)
    mul = __mul__ = __rmul__ = binary(elementwise.mul)
    div = __truediv__ = binary(elementwise.div, floating=True, explodes=True)
    maximum = binary(elementwise.maximum)
    minimum = binary(elementwise.minimum)
    __rtruediv__ = _reflected(div)
    neg = __neg__ = unary(elementwise.neg, numeric=True)
    abs = __abs__ = unary(elementwise.abs)
    exp = unary(elementwise.exp, floating=True, explodes=True)
    log = unary(elementwise.log, floating=True, explodes=True)
    sqrt = unary(elementwise.sqrt, floating=True, explodes=True)
    sin = unary(elementwise.sin, floating=True)
    cos = unary(elementwise.cos, floating=True)
    tanh = unary(elementwise.tanh, floating=True)
    sigmoid = unary(elementwise.sigmoid, floating=True, explodes=True)
    relu = unary(elementwise.relu, numeric=True)

    def __rsub__(self, other: Any) -> Tensor:
        if type(other) not in _PYTHON_NUMBERS:
            return _reflected(Tensor.sub)(self, other)
        _refuse_bool(elementwise.sub, self)
        return apply(elementwise.rsub, _cast(self, dtypes.common_dtype(self.array, other)), other)

    def pow(self, exponent: Any) -> Tensor:
        """Raises to a power, a number or a tensor."""
        if type(exponent) in _PYTHON_NUMBERS:
            return apply(elementwise.pow, _cast(self, dtypes.common_dtype(self.array, exponent)), exponent)
        exponent = exponent if isinstance(exponent, Tensor) else _operand(exponent)
        if not isinstance(exponent, Tensor):  # one of NumPy's numbers
            return self.pow(exponent)
        if self.array.dtype == np.bool_ == exponent.array.dtype:
            return self | ~exponent
        return _pow_tensor(self, exponent)

    __pow__ = pow

    def __rpow__(self, other: Any) -> Tensor:
        if type(other) not in _PYTHON_NUMBERS:
            return _reflected(Tensor.pow)(self, other)
        return apply(elementwise.rpow, _cast(self, dtypes.common_dtype(self.array, other)), other)

    def clamp(self, min: Any = None, max: Any = None) -> Tensor:
        """Limits every element to [min, max]; a limit that is None does not limit."""
        if min is None and max is None:
            raise RuntimeError("clamp: At least one of 'min' or 'max' must not be None")
        if isinstance(min, Tensor) or isinstance(max, Tensor):
            raise NotImplementedError("clamp takes numbers; for tensors use x.maximum(min).minimum(max)")
        limits = [limit for limit in (min, max) if limit is not None]
        return apply(elementwise.clamp, _cast(self, dtypes.common_dtype(self.array, *limits)), min=min, max=max)

    # -- comparison: results of dtype bool, without gradients

    eq = __eq__ = _comparison("eq", np.equal)  # type: ignore[assignment]
    ne = __ne__ = _comparison("ne", np.not_equal)  # type: ignore[assignment]
    lt = __lt__ = _comparison("lt", np.less)
    le = __le__ = _comparison("le", np.less_equal)
    gt = __gt__ = _comparison("gt", np.greater)
    ge = __ge__ = _comparison("ge", np.greater_equal)
    __and__ = _comparison("__and__", np.bitwise_and)
    __or__ = _comparison("__or__", np.bitwise_or)
    __hash__ = object.__hash__

    def __invert__(self) -> Tensor:
        return _wrap(~self.array)

    def isnan(self) -> Tensor:
        """Where the elements are not a number."""
        return _wrap(np.isnan(self.array))

    def isfinite(self) -> Tensor:
        """Where the elements are neither infinite nor NaN."""
        return _wrap(np.isfinite(self.array))

    # -- reduction

    def sum(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Adds the elements up, all of them or along `dim`. Integers and bools add up to int64."""
        x = _cast(self, dtypes.int64.dtype) if self.array.dtype.kind in "biu" else self
        if dim is None and not keepdim:
            return apply(reduction.sum, x)
        return apply(reduction.sum_dim, x, dim=_axes(self, dim), keepdim=keepdim)

    def mean(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """The average of the elements, all of them or along `dim`. Floats only."""
        if self.array.dtype.kind != "f":
            raise RuntimeError(
                "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
                f"Got: {self.dtype.name}. Make it a float first: x.float().mean()."
            )
        if dim is None and not keepdim:
            return apply(reduction.mean, self)
        return apply(reduction.mean_dim, self, dim=_axes(self, dim), keepdim=keepdim)

    def max(self, dim: Any = None, keepdim: bool = False) -> Any:
        """The largest element; along a `dim`, (values, indices); with a tensor, the larger of each pair."""
        if isinstance(dim, Tensor):
            return self.maximum(dim)
        return _extreme(self, reduction.max, reduction.max_dim, dim, keepdim)

    def min(self, dim: Any = None, keepdim: bool = False) -> Any:
        """The smallest element; along a `dim`, (values, indices); with a tensor, the smaller of each pair."""
        if isinstance(dim, Tensor):
            return self.minimum(dim)
        return _extreme(self, reduction.min, reduction.min_dim, dim, keepdim)

    def argmax(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Where the largest element is: an index into the flattened tensor, or one along `dim`. The first of equals."""
        return _place(self, np.argmax, dim, keepdim)

    def argmin(self, dim: int | None = None, keepdim: bool = False) -> Tensor:
        """Where the smallest element is, as `argmax`."""
        return _place(self, np.argmin, dim, keepdim)

    def all(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Whether all elements are true."""
        return _wrap(np.all(self.array, None if dim is None else _axes(self, dim), keepdims=keepdim))

    def any(self, dim: Any = None, keepdim: bool = False) -> Tensor:
        """Whether any element is true."""
        return _wrap(np.any(self.array, None if dim is None else _axes(self, dim), keepdims=keepdim))

    def softmax(self, dim: int) -> Tensor:
        """exp(x) / Σ exp(x) along `dim`: positive numbers that add up to one."""
        return apply(neural.softmax, _floats(self, "softmax"), dim=_axis(self, dim))

    def log_softmax(self, dim: int) -> Tensor:
        """log(softmax(x)), computed so that it cannot overflow."""
        return apply(neural.log_softmax, _floats(self, "log_softmax"), dim=_axis(self, dim))

    # -- matrices

    def matmul(self, other: Tensor) -> Tensor:
        """The product of vectors, matrices, or batches of matrices, by the number of axes of each.

        Shapes: (k,) @ (k,) → (); (n, k) @ (k,) → (n,); (n, k) @ (k, m) → (n, m); (…, n, k) @ (…, k, m) → (…, n, m),
        where the axes before the last two broadcast.
        """
        if isinstance(other, Tensor) and self.array.ndim == 2 == other.array.ndim:
            return _mm(self, other)
        if type(other) in _PYTHON_NUMBERS:
            raise TypeError(f"@ takes a Tensor on each side, not {type(other).__name__}. To scale by a number, use *.")
        return _product(self, other if isinstance(other, Tensor) else _operand(other))

    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices."""
        if self.array.ndim != 2 or mat2.array.ndim != 2:
            raise RuntimeError(
                f"mm multiplies two matrices (2 axes each), but got shapes {tuple(self.array.shape)} and "
                f"{tuple(mat2.array.shape)}. For other shapes use @."
            )
        return _mm(self, mat2)

    __matmul__ = matmul

    def __rmatmul__(self, other: Any) -> Tensor:
        return _operand(other).matmul(self)

    # -- shape

    def reshape(self, *shape: Any) -> Tensor:
        """The same elements in the same order, in another shape; one size may be -1: whatever is left."""
        return apply(rules_shape.reshape, self, shape=_ints(shape))

    def view(self, *shape: Any) -> Tensor:
        """`reshape` that never copies: an error where the memory does not allow it."""
        return apply(rules_shape.view, self, shape=_ints(shape))

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Tensor:
        """Makes one axis of the axes `start_dim` to `end_dim`."""
        sizes = self.array.shape or (1,)
        start, end = (_axis(self, d) for d in (start_dim, end_dim))
        if start > end:
            raise RuntimeError(
                f"flatten() has invalid args: start_dim cannot come after end_dim, but they are {start} and {end}"
            )
        merged = int(np.prod(sizes[start : end + 1], dtype=np.int64))
        return self.reshape(*sizes[:start], merged, *sizes[end + 1 :])

    def squeeze(self, dim: Any = None) -> Tensor:
        """Drops axes of length one: all, or those of `dim` that have it."""
        if dim is None:
            return apply(rules_shape.squeeze, self)
        squeeze = rules_shape.squeeze_dims if isinstance(dim, (tuple, list)) else rules_shape.squeeze_dim
        return apply(squeeze, self, dim=tuple(d for d in _axes(self, dim) if self.array.shape[d] == 1))

    def unsqueeze(self, dim: int) -> Tensor:
        """Puts in an axis of length one at `dim`."""
        n = self.array.ndim + 1
        if not -n <= dim < n:
            raise errors.bad_dim(dim, n)
        return apply(rules_shape.unsqueeze, self, dim=dim % n)

    def permute(self, *dims: Any) -> Tensor:
        """The axes in another order."""
        axes = tuple(_axis(self, d) for d in _ints(dims))
        if sorted(axes) != list(range(self.array.ndim)):
            raise RuntimeError(
                f"permute(): every axis must be named once: the tensor has {self.array.ndim} axes, got {_ints(dims)}"
            )
        return apply(rules_shape.permute, self, dims=axes)

    def transpose(self, dim0: int, dim1: int) -> Tensor:
        """Swaps two axes."""
        if self.array.ndim == 0 and _axis(self, dim0) == _axis(self, dim1):
            return apply(rules_shape.t, self)
        return apply(rules_shape.transpose, self, dim0=_axis(self, dim0), dim1=_axis(self, dim1))

    def t(self) -> Tensor:
        """The transpose of a matrix; a vector or a number stays as it is."""
        if self.array.ndim > 2:
            raise RuntimeError(
                f"t() expects a tensor with <= 2 dimensions, but self is {self.array.ndim}D. "
                "Name the two axes to swap: transpose(dim0, dim1)."
            )
        return apply(rules_shape.t, self)

    @property
    def T(self) -> Tensor:
        """The axes in reverse order: the transpose of a matrix."""
        return self.permute(*range(self.array.ndim)[::-1])

    @property
    def mT(self) -> Tensor:
        """The last two axes swapped: the transpose of each matrix in a batch."""
        return self.transpose(-2, -1)

    def expand(self, *sizes: Any) -> Tensor:
        """Repeats axes of length one without copying; -1 leaves an axis as it is."""
        wanted = _ints(sizes)
        added = len(wanted) - self.array.ndim
        kept = tuple(self.array.shape[i - added] if n == -1 and i >= added else n for i, n in enumerate(wanted))
        return apply(rules_shape.expand, self, shape=kept)

    def contiguous(self) -> Tensor:
        """Itself, or a copy where the elements do not lie in order."""
        return self if self.is_contiguous() else self.clone()

    def clone(self) -> Tensor:
        """A copy, through which gradients flow."""
        return apply(elementwise.clone, self)

    # -- indexing

    def __getitem__(self, index: Any) -> Tensor:
        parts = index if isinstance(index, tuple) else (index,)
        if all(isinstance(p, _BASIC_INDICES) and not isinstance(p, bool) for p in parts):
            if any(isinstance(p, slice) and p.step is not None and p.step <= 0 for p in parts):
                steps = [p.step for p in parts if isinstance(p, slice)]
                raise ValueError(
                    f"step must be greater than zero, but is among {steps}. To turn an axis round, use flip."
                )
            if index is None:
                return self.unsqueeze(0)
            if index is Ellipsis:
                return apply(rules_shape.alias, self)
            one = rules_shape.select if isinstance(index, int) else rules_shape.view_at
            return apply(one, self, index=index)
        viewed, arrays = _basic_first(self, tuple(_index_array(p) for p in parts))
        return apply(rules_shape.take_at, viewed, index=arrays) if arrays else viewed

    def __setitem__(self, index: Any, value: Any) -> None:
        self._check_in_place("x[index] = value", value)
        parts = index if isinstance(index, tuple) else (index,)
        place, new = tuple(_index_array(p) for p in parts), value.array if isinstance(value, Tensor) else value
        try:
            self.array[place] = new
        except ValueError:
            raise errors.does_not_fit("x[index] = value", np.shape(new), np.shape(self.array[place])) from None

    # -- in place: for numbers that no graph needs, as in an optimizer

    def _check_in_place(self, what: str, *others: Any) -> None:
        if not is_grad_enabled():
            return
        if type(self.node) is AccumulateGrad:
            raise RuntimeError(
                f"a leaf Variable that requires grad is being used in an in-place operation ({what}): its gradient "
                "would be the gradient of something else. Do it inside no_grad(), or compute a new tensor."
            )
        if any(isinstance(x, Tensor) and x.node is not None for x in (self, *others)):
            raise NotImplementedError(
                f"{what} on a tensor that is part of a graph is not recorded yet. "
                "Compute a new tensor, for example with x + y, where or cat, or do it inside no_grad()."
            )

    def _write(self, what: str, ufunc: np.ufunc, other: Any) -> Self:
        self._check_in_place(what, other)
        new = other.array if isinstance(other, Tensor) else other
        try:
            ufunc(self.array, new, out=self.array)
        except ValueError:
            raise errors.does_not_fit(what, np.shape(new), self.array.shape) from None
        except TypeError:
            raise RuntimeError(
                f"{what}: the result can't be cast to the tensor's dtype, {self.dtype.name}. Use x.float() first."
            ) from None
        return self

    def add_(self, other: Any, *, alpha: float = 1) -> Self:
        """Adds `alpha * other`, in place."""
        return self._write("add_", np.add, other if alpha == 1 else other * alpha)

    def sub_(self, other: Any, *, alpha: float = 1) -> Self:
        """Subtracts `alpha * other`, in place."""
        return self._write("sub_", np.subtract, other if alpha == 1 else other * alpha)

    def mul_(self, other: Any) -> Self:
        """Multiplies, in place."""
        return self._write("mul_", np.multiply, other)

    def div_(self, other: Any) -> Self:
        """Divides, in place."""
        return self._write("div_", np.divide, other)

    def zero_(self) -> Self:
        """Makes every element 0."""
        return self.fill_(0)

    def fill_(self, value: Any) -> Self:
        """Makes every element `value`."""
        self._check_in_place("fill_")
        self.array.fill(value)
        return self

    def copy_(self, src: Tensor) -> Self:
        """Takes over the elements of `src`, broadcast to this shape."""
        self._check_in_place("copy_", src)
        np.copyto(self.array, src.array, casting="unsafe")
        return self

    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_

    # -- conversion

    def to(self, dtype: Any) -> Tensor:
        """The same numbers as another dtype; itself if it has that dtype already. The only device is the cpu."""
        if isinstance(dtype, str):
            if dtype == "cpu":
                return self
            raise RuntimeError(
                f"there is no device {dtype!r}: micrograd_nb computes with NumPy, on the cpu. Leave .to() out."
            )
        return _cast(self, dtypes.to_numpy(dtype))

    def float(self) -> Tensor:
        """As float32."""
        return self.to(dtypes.float32)

    def double(self) -> Tensor:
        """As float64."""
        return self.to(dtypes.float64)

    def long(self) -> Tensor:
        """As int64, towards zero."""
        return self.to(dtypes.int64)

    def int(self) -> Tensor:
        """As int32, towards zero."""
        return self.to(dtypes.int32)

    def bool(self) -> Tensor:
        """As bool: whether each element is not 0."""
        return self.to(dtypes.bool_)

    def cpu(self) -> Tensor:
        """Itself: every tensor is on the cpu."""
        return self

    def item(self) -> Any:
        """The one element as a Python number."""
        if self.array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self.array.size} elements cannot be converted to Scalar: item() takes one element. "
                "Use .tolist() for all, or reduce it, for example with .mean()."
            )
        return self.array.item()

    def tolist(self) -> Any:
        """The elements as nested lists of Python numbers."""
        return self.array.tolist()

    def numpy(self) -> ndarray:
        """The array itself: what changes there changes here."""
        if self.node is not None:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead: "
                "what NumPy does to the numbers is not recorded."
            )
        return self.array

    def __array__(self, dtype: Any = None, copy: Any = None) -> ndarray:
        return np.array(self.numpy(), dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """`array * tensor` and `np.exp(tensor)` are tensors, recorded like `tensor * array` and `tensor.exp()`."""
        operation = _UFUNCS.get(ufunc)
        if operation is None or method != "__call__" or options:
            return NotImplemented
        first, *rest = (x if isinstance(x, Tensor) else _operand(x) for x in inputs)
        if not isinstance(first, Tensor):
            first = _wrap(asarray(first, dtypes.common_dtype(first, rest[0].array)))
        return getattr(first, operation)(*rest)

    def __bool__(self) -> builtins.bool:
        if self.array.size != 1:
            raise RuntimeError(
                f"Boolean value of Tensor with {'no values' if not self.array.size else 'more than one value'} is "
                "ambiguous. Ask for .any() or .all() of its elements."
            )
        return bool(self.array.item())

    def __float__(self) -> builtins.float:
        return float(self.item())

    def __int__(self) -> builtins.int:
        return int(self.item())

    def __index__(self) -> builtins.int:
        if self.array.dtype.kind not in "biu" or self.array.size != 1:
            raise TypeError(
                "only integer tensors of a single element can be converted to an index, not one of "
                f"{self.numel()} elements of {self.dtype.name}"
            )
        return int(self.array.item())

    def __len__(self) -> builtins.int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor: it has no axis to count along. numel() counts elements.")
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor: it holds one number, item()")
        return (self[i] for i in range(len(self.array)))

    def __contains__(self, element: Any) -> builtins.bool:
        return bool((self.array == (element.array if isinstance(element, Tensor) else element)).any())

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if type(self) is Tensor and self.array.ndim == 0 else format(str(self), spec)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle of a leaf is a new leaf, with numbers and a gradient of its own."""
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment: a copy of a computed tensor would need a copy of its graph. Copy x.detach(), or use x.clone()."
            )
        return _leaf, (self.array, self.requires_grad, self._grad)

    def __repr__(self) -> str:
        grad_fn = None if self.is_leaf or self.node is None else self.node.name()
        return tensor_repr(self.array, grad_fn=grad_fn, requires_grad=self.requires_grad)


# -- what the methods above call ---------------------------------------------------------------------------------------

_mm, _pow_tensor = binary(matrix.mm), binary(elementwise.pow_tensor, explodes=True)
_mv, _vm, _dot, _rows_mm, _bmm = (
    binary(product) for product in (matrix.mv, matrix.vm, matrix.dot, matrix.rows_mm, matrix.bmm)
)
_PRODUCTS = {matrix.mm, matrix.mv, matrix.vm, matrix.dot, matrix.rows_mm, matrix.bmm}
_BASIC_INDICES = (int, np.integer, slice, EllipsisType, type(None))
_UFUNCS = {
    np.add: "__add__",
    np.subtract: "__sub__",
    np.multiply: "__mul__",
    np.divide: "__truediv__",
    np.power: "__pow__",
    np.matmul: "__matmul__",
    np.negative: "neg",
    np.absolute: "abs",
    np.exp: "exp",
    np.log: "log",
    np.sqrt: "sqrt",
    np.sin: "sin",
    np.cos: "cos",
    np.tanh: "tanh",
    np.maximum: "maximum",
    np.minimum: "minimum",
    np.equal: "__eq__",
    np.not_equal: "__ne__",
    np.less: "__lt__",
    np.less_equal: "__le__",
    np.greater: "__gt__",
    np.greater_equal: "__ge__",
}


def _product(a: Tensor, b: Tensor) -> Tensor:
    """Matrix multiplication by rank; axes that a vector lacks are added before and dropped after."""
    ranks = (a.array.ndim, b.array.ndim)
    if 0 in ranks:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {ranks[0]}D and {ranks[1]}D. "
            "To scale by a number, use *."
        )
    match ranks:
        case (1, 1):
            return _dot(a, b)
        case (2, 1):
            return _mv(a, b)
        case (1, 2):
            return _vm(a, b)
        case (2, 2):
            return _mm(a, b)
        case (1, _):
            return _product(a.unsqueeze(0), b).squeeze(-2)
        case (_, 1):
            return _product(a, b.unsqueeze(-1)).squeeze(-1)
        case (_, 2):
            return _rows_mm(a, b)
    return _bmm(a, b)


def _leaf(array: ndarray, requires_grad: bool, grad: Tensor | None) -> Tensor:
    """What a copied or unpickled leaf is made by."""
    leaf = _wrap(array).requires_grad_(requires_grad)
    leaf._grad = grad
    return leaf


def _floats(x: Tensor, name: str) -> Tensor:
    if x.array.dtype.kind != "f":
        raise NotImplementedError(f'"{name}" is not implemented for {x.dtype.name}: it takes floats. Use x.float().')
    return x


def _index_array(part: Any) -> Any:
    """A part of an index with arrays: tensors and lists as arrays, single whole numbers as Python numbers."""
    if isinstance(part, _BASIC_INDICES) and not isinstance(part, bool):
        return part
    array = part.array if isinstance(part, Tensor) else np.asarray(part)
    if array.dtype == np.uint8:  # a mask, from the time before bool
        array = array.astype(np.bool_)
    if array.dtype.kind not in "bi" and array.size:
        raise IndexError(
            f"tensors used as indices must be long, int, byte or bool tensors, not {array.dtype}: use x.long() "
            "for positions, x.bool() for a mask"
        )
    if array.dtype.kind == "i" and array.ndim == 0:
        return int(array)
    return array if array.dtype.kind in "bi" else array.astype(np.int64)


def _basic_first(self: Tensor, parts: tuple[Any, ...]) -> tuple[Tensor, tuple[Any, ...]]:
    """Applies the numbers, slices and None of an index, as PyTorch does before it looks at the arrays.

    Returns the view, and the index of arrays for it; () where there are none.
    """
    basic: list[Any] = []
    rest: list[Any] = []
    for part in parts:
        if isinstance(part, ndarray):
            basic += [slice(None)] * (part.ndim if part.dtype == np.bool_ else 1)
            rest.append(part)
        else:
            basic.append(part)
            if part is Ellipsis or not isinstance(part, (int, np.integer)):
                rest.append(part if part is Ellipsis else slice(None))
    whole = all(part is Ellipsis or (isinstance(part, slice) and part == slice(None)) for part in basic)
    viewed = self if whole else self[tuple(basic)]
    return viewed, tuple(rest) if any(isinstance(part, ndarray) for part in rest) else ()


def _extreme(self: Tensor, whole: Any, along: Any, dim: int | None, keepdim: bool) -> Any:
    """`max` and `min`, of all elements or along `dim`."""
    if dim is None:
        if self.array.size == 0:
            raise RuntimeError(errors.NO_EXTREME.format(whole.__name__))
        return apply(whole, self)
    axis = _axis(self, dim)
    if self.array.ndim == 0:
        return Extremes(self.clone(), _wrap(np.array(0)))
    _check_elements(self, whole.__name__, dim)
    index = (np.argmax if whole is reduction.max else np.argmin)(self.array, axis)
    values = apply(along, self, index=index, dim=axis, keepdim=keepdim)
    return Extremes(values, _wrap(np.expand_dims(index, axis) if keepdim else index))


def _place(self: Tensor, where: Any, dim: int | None, keepdim: bool) -> Tensor:
    """`argmax` and `argmin`."""
    if self.array.dtype.kind == "b":
        raise RuntimeError(f"{where.__name__}(): does not support bool input. Make it a number first: x.long().")
    _check_elements(self, where.__name__, dim)
    if self.array.ndim == 0:
        return _wrap(np.array(0))
    return _wrap(where(self.array, None if dim is None else _axis(self, dim), keepdims=keepdim))


def _check_elements(self: Tensor, name: str, dim: int | None) -> None:
    """Among no elements there is no extreme."""
    axis = None if dim is None else _axis(self, dim)
    if self.array.size == 0 if axis is None else self.array.ndim and self.array.shape[axis] == 0:
        raise IndexError(errors.NO_EXTREME.format(name))


def _axis(self: Tensor, dim: Any) -> int:
    """An axis counted from 0; a 0-d tensor passes for one with one axis."""
    n = max(self.array.ndim, 1)
    if not -n <= dim < n:
        raise errors.bad_dim(dim, n)
    return int(dim) % n


def _axes(self: Tensor, dim: Any) -> tuple[int, ...]:
    """One axis or several, counted from 0; None and () are all of them."""
    if dim is None or dim == ():
        return tuple(range(self.array.ndim))
    axes = tuple(_axis(self, d) for d in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    if len(set(axes)) < len(axes):
        twice = next(d for i, d in enumerate(axes) if d in axes[:i])
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims {dim}: name each axis once")
    return axes if self.array.ndim else ()
