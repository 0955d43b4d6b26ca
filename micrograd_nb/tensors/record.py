"""Runs operations on tensors and records them: `unary`, `binary`, `apply_view` and `apply`.

Each takes the arrays out of the tensors, runs the operation, puts a tensor around the value, and, where a gradient may
be wanted, leaves a Function node that leads to the nodes of the inputs. The first three say the same as `apply`,
written out: they are the hot path. `apply_joined` joins several tensors, `apply_pieces` takes one apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import asarray, ndarray

from ..autograd import Node, Operation, lines
from ..autograd.grad_mode import is_grad_enabled, threads_off
from ..autograd.node import next_number
from ..autograd.quiet import quietly, silence, unsilence
from ..autograd.recording import leave_node
from ..autograd.rules.elementwise import to_dtype
from ..autograd.rules.indexing import view_at
from ..autograd.several import output_node
from ..autograd.tensor_maker import makes_tensors
from . import dtypes, errors

if TYPE_CHECKING:
    from .core import Tensor

_new = object.__new__
_FLOAT32 = np.dtype(np.float32)
_PYTHON_NUMBERS = {int, float}


def unary(operation: Operation, doc: str = "", name: str = "") -> Callable[[Tensor], Tensor]:
    """Makes a function of a tensor, and so a method, of an operation on one array.

    `doc` says what it computes; it is called `name`, or what the operation is called.
    """
    assert operation.inputs == ("input",), operation
    value_of = operation.value
    rules = operation.rules
    floats, explodes, shaped = operation.floats, operation.explodes, operation.needs_shape

    def function(input: Tensor) -> Tensor:
        try:
            array = input.array
        except AttributeError:
            raise errors.not_a_tensor(operation, input) from None
        if array.dtype is not _FLOAT32 and array.dtype.kind != "f":
            if floats:
                return function(input.to(dtypes.get_default_dtype()))
            if operation.numbers and array.dtype == np.bool_:
                raise errors.bool_refused(operation)
        value = quietly(value_of, array) if explodes else value_of(array)
        if type(value) is not ndarray:
            value = as_array(value)
        out = _new(_kind)
        out.array = value
        out._grad = None
        target = input.node
        if target is None or (threads_off and not is_grad_enabled()):
            out.node = None
            return out
        out.node = node = _new(Node)
        node.operation = operation
        node.number = next_number()
        node.targets = (target,)
        node.rules = rules
        node.stretched = None
        node.input = array
        node.output = value
        if shaped:
            node.__dict__["input_shape"] = array.shape
        if lines.on:
            lines.note(node)
        return out

    def take(value: Any) -> None:
        nonlocal value_of
        value_of = value

    operation.tell(take)
    return _named(function, operation, doc, name)


def binary(operation: Operation, doc: str = "", name: str = "") -> Callable[[Tensor, Any], Tensor]:
    """Makes a function of two tensors of an operation on two arrays; the second may be a Python number."""
    assert operation.inputs == ("input", "other"), operation
    value_of = operation.value
    rules = operation.rules
    broadcasts, floats, explodes = operation.broadcasts, operation.floats, operation.explodes

    def function(input: Tensor, other: Any) -> Tensor:
        try:
            array = input.array
        except AttributeError:
            raise errors.not_a_tensor(operation, input) from None
        if type(other) is _kind or isinstance(other, _kind):  # the first is faster
            other_array = other.array
            other_target = other.node
            if array.dtype is not other_array.dtype:
                return function(*promoted(operation, input, other))
        else:
            if type(other) not in _PYTHON_NUMBERS:
                return function(input, operand(other))
            if array.dtype is not _FLOAT32 and array.dtype.kind != "f":
                common = dtypes.common_dtype(array, other)
                if common is not array.dtype:
                    errors.refuse_bools(operation, input)
                    return function(cast(input, common), other)
            other_array = other
            other_target = None
        if floats and array.dtype is not _FLOAT32 and array.dtype.kind != "f":
            return function(input.to(dtypes.get_default_dtype()), other)
        try:
            value = quietly(value_of, array, other_array) if explodes else value_of(array, other_array)
        except (ValueError, TypeError) as error:
            raise errors.explain(operation, error, input, other) from None
        if type(value) is not ndarray:
            value = as_array(value)
        out = _new(_kind)
        out.array = value
        out._grad = None
        target = input.node
        if target is None is other_target or (threads_off and not is_grad_enabled()):
            out.node = None
            return out
        out.node = node = _new(Node)
        node.operation = operation
        node.number = next_number()
        node.targets = (target, other_target)
        node.rules = rules
        node.stretched = None
        if broadcasts and other_array is not other and array.shape != other_array.shape:  # other: a tensor, no number
            node.stretched = (array.shape, other_array.shape)
        node.input = array
        node.other = other_array
        node.output = value
        if lines.on:
            lines.note(node)
        return out

    def take(value: Any) -> None:
        nonlocal value_of
        value_of = value

    operation.tell(take)
    return _named(function, operation, doc, name)


def apply(operation: Operation, *inputs: Any, **options: Any) -> Any:
    """Runs any operation on tensors and records it: the arrays of `inputs` in, a tensor out.

    Options are what takes no gradient: axes, shapes, indices. Of an operation with several values, a tuple comes out.
    """
    arrays, targets = [], []
    for x in inputs:
        if isinstance(x, _kind):
            arrays.append(x.array)
            targets.append(x.node)
        else:
            arrays.append(x)
            targets.append(None)
    warnings = silence()
    try:
        value = operation.value(*arrays, **options)
    except (ValueError, TypeError, IndexError) as error:
        raise errors.explain(operation, error, *inputs, **options) from None
    finally:
        unsilence(warnings)
    if operation.keeps:
        value, kept = value
        options |= kept
    if type(value) is tuple:
        return _several(operation, arrays, tuple(targets), value, options)
    out = _new(_kind)
    out.array = value = value if type(value) is ndarray else as_array(value)
    out._grad = None
    if operation.is_view:
        out._view = (inputs[0], operation, dict(options))
    if targets.count(None) == len(targets) or (threads_off and not is_grad_enabled()):
        out.node = None
    else:
        out.node = leave_node(operation, arrays, tuple(targets), value, options)
    return out


def apply_view(operation: Operation, input: Tensor, **options: Any) -> Tensor:
    """`apply` for an operation that gives a view of one tensor."""
    try:
        array = input.array
    except AttributeError:
        raise errors.not_a_tensor(operation, input) from None
    try:
        value = operation.value(array, **options)
    except (ValueError, TypeError, IndexError) as error:
        raise errors.explain(operation, error, input, **options) from None
    out = _new(_kind)
    out.array = value
    out._grad = None
    out._view = (input, operation, options)
    target = input.node
    if target is None or (threads_off and not is_grad_enabled()):
        out.node = None
        return out
    out.node = node = _new(Node)
    node.operation = operation
    node.number = next_number()
    node.targets = (target,)
    node.rules = operation.rules
    node.stretched = (array.shape,) if operation.broadcasts else None
    node.input = array
    node.output = value
    node.__dict__ = {**options, "input_shape": array.shape}
    if lines.on:
        lines.note(node)
    return out


def apply_pieces(operation: Operation, input: Tensor, indices: list[Any]) -> tuple[Tensor, ...]:
    """Runs an operation that gives several views of a tensor, what is at each of the indices."""
    arrays = operation.value(input.array, indices=indices)
    pieces = []
    for array, index in zip(arrays, indices, strict=True):
        piece = _new(_kind)
        piece.array = array
        piece._grad = piece.node = None
        piece._view = (input, view_at, {"index": index})
        pieces.append(piece)
    if input.node is not None and is_grad_enabled():
        node = leave_node(operation, [input.array], (input.node,), arrays, {"indices": indices})
        for i, piece in enumerate(pieces):
            piece.node = output_node(node, i)
    return tuple(pieces)


def apply_joined(operation: Operation, inputs: list[Tensor], **options: Any) -> Tensor:
    """`apply` for an operation on any number of tensors, without one that could explode."""
    arrays = [x.array for x in inputs]
    try:
        value = operation.value(*arrays, **options)
    except (ValueError, TypeError) as error:
        raise errors.explain(operation, error, *inputs, **options) from None
    targets = tuple([x.node for x in inputs])
    if targets.count(None) == len(targets) or (threads_off and not is_grad_enabled()):
        return wrap(value)
    return wrap(value, leave_node(operation, arrays, targets, value, options))


def _several(
    operation: Operation,
    arrays: list[Any],
    targets: tuple[Node | None, ...],
    values: tuple[Any, ...],
    options: dict[str, Any],
) -> tuple[Tensor, ...]:
    """The tensors of an operation with several values. Those of whole numbers get no gradient."""
    if targets.count(None) == len(targets) or not is_grad_enabled():
        return tuple(wrap(value) for value in values)
    values = tuple(map(as_array, values))
    node = leave_node(operation, arrays, targets, values, options)
    return tuple(wrap(x, output_node(node, i) if x.dtype.kind == "f" else None) for i, x in enumerate(values))


def wrap(array: Any, node: Node | None = None) -> Tensor:
    """A tensor around an array, without a copy or a check."""
    out = _new(_kind)
    out.array = array if type(array) is ndarray else as_array(array)
    out._grad = None
    out.node = node
    return out


def as_array(value: Any) -> Any:
    """A value as an array: NumPy gives single numbers as scalars. What stands for an array stays what it is."""
    return value if hasattr(value, "__array_function__") else asarray(value)


def is_tensor(x: Any) -> bool:
    """Whether something is a tensor."""
    return isinstance(x, _kind)


def operand(other: Any) -> Any:
    """The other side of `tensor + other` where it is no tensor and no Python number."""
    if isinstance(other, bool):
        return wrap(asarray(other))
    if isinstance(other, np.generic):
        return other.item()
    if isinstance(other, ndarray):
        return wrap(asarray(other, dtypes.to_numpy(other.dtype)))
    raise TypeError(
        f"an operation on a Tensor takes a Tensor, a NumPy array or a number, not {type(other).__name__}. "
        "Make a tensor of it first: tensor(...)"
    )


def promoted(operation: Operation, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Two tensors of different dtypes as tensors of their common one, where the operation allows that."""
    if not operation.converts:
        raise errors.dtypes_differ(a.dtype.name, b.dtype.name)
    errors.refuse_bools(operation, a, b)
    common = dtypes.common_dtype(a.array, b.array)
    return cast(a, common), cast(b, common)


def cast(x: Tensor, numpy_dtype: np.dtype[Any]) -> Tensor:
    """Changes the dtype, recorded: the gradient goes back in the dtype that `x` has. Whole numbers get none."""
    if x.array.dtype is numpy_dtype:
        return x
    if numpy_dtype.kind == "f":
        return apply(to_dtype, x, dtype=numpy_dtype)
    return wrap(quietly(x.array.astype, numpy_dtype))  # NaN becomes some number


def _named(function: Any, operation: Operation, doc: str, name: str) -> Any:
    function.__name__ = function.__qualname__ = name or operation.name.partition("Backward")[0].lower()
    function.__doc__ = doc
    function.operation = operation
    return function


_kind: Any = None  # the class Tensor, which is built of the functions that this module makes


def makes(kind: Any) -> Any:
    """Decorates the class of the tensors that operations make."""
    global _kind
    _kind = kind
    makes_tensors(wrap)
    return kind
