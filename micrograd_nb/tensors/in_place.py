"""Changes a tensor where it is: `add_`, `zero_`, `x[i] = 1` and the like. Every function is a method, too.

The memory is overwritten, and with gradients wanted the tensor also gets the history of its new numbers: the node of
the operation that computed them. If the tensor is a view, so does the tensor that it looks into. A leaf that requires
gradients may be changed only inside `no_grad()`, as an optimizer does. What an operation has saved and a change
overwrites is an error of the backward pass, which names both.

Here is how; `in_place_forms` has the list of functions with an in-place form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd import AccumulateGrad, Node, Operation, changes, tracing
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.recording import leave_node
from ..autograd.rules import elementwise as arithmetic
from ..autograd.rules import indexing, writing
from ..autograd.several import Output
from . import dtypes, elementwise, errors
from .record import apply, cast, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor


def in_place(function: Callable[..., Any], at_once: bool = False) -> Callable[..., Any]:
    """Makes `exp_` of `exp`: the same, written into its first argument.

    Arguments:
        at_once: the operation's value function is one of NumPy's, which takes `out=`, so that it writes the result
            where nothing has to be recorded.
    """
    name = function.__name__ + "_"
    ufunc: Any = None

    def changed(input: Tensor, *args: Any, **options: Any) -> Tensor:
        refuse_leaf(input, name)
        if ufunc is not None and not options and not _recorded(input, *args):
            return _write(input, name, ufunc, args)
        return take_over(input, function(input, *args, **options), name)

    def take(value: Any) -> None:
        nonlocal ufunc
        ufunc = value

    if at_once:
        function.operation.tell(take)  # type: ignore[attr-defined]
    return _named(changed, function)


def view_in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes `squeeze_` of `squeeze`: the tensor becomes its own view, and no number changes."""
    name = function.__name__ + "_"

    def changed(input: Tensor, *args: Any, **options: Any) -> Tensor:
        refuse_leaf(input, name)
        before = wrap(input.array, input.node)
        link = _view_of(input)
        if link is not None:
            before._view = link
        made = function(before, *args, **options)
        input.array = made.array
        if made.node is not None:
            input.node = made.node
        if link is not None:
            input._view = made._view
        return input

    return _named(changed, function)


def _named(changed: Any, function: Any) -> Any:
    changed.__name__ = changed.__qualname__ = function.__name__ + "_"
    changed.__doc__ = f"`{function.__name__}`, in place."
    return changed


plus_ = in_place(elementwise.plus, at_once=True)
minus_ = in_place(elementwise.minus, at_once=True)
mul_ = in_place(elementwise.mul, at_once=True)
div_by_ = in_place(elementwise.true_divide, at_once=True)


def add_(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """Adds `alpha * other`, in place."""
    return plus_(input, other if alpha == 1 else other * alpha)


def sub_(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """Subtracts `alpha * other`, in place."""
    return minus_(input, other if alpha == 1 else other * alpha)


def div_(input: Tensor, other: Any, *, rounding_mode: str | None = None) -> Tensor:
    """Divides by `other`, in place."""
    if rounding_mode is None:
        return div_by_(input, other)
    refuse_leaf(input, "div_")
    return take_over(input, elementwise.div(input, other, rounding_mode=rounding_mode), "div_")


def zero_(input: Tensor) -> Tensor:
    """Makes every element 0."""
    return replace(input, writing.zero, 0, "zero_")


def fill_(input: Tensor, value: Any) -> Tensor:
    """Makes every element `value`, a number or a 0-d tensor."""
    if not is_tensor(value):
        return replace(input, writing.fill, dtypes.element(value, input.array.dtype), "fill_")
    if value.array.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.array.ndim} dimensions: to take over many numbers use copy_"
        )
    if not _recorded(value):
        return replace(input, writing.fill, value.array, "fill_")
    refuse_leaf(input, "fill_")
    return take_over(input, apply(writing.fill_by, input, cast(value, input.array.dtype)), "fill_")


def copy_(input: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """Takes over the elements of `src`, broadcast to this shape, in this dtype. (`non_blocking` is for devices.)"""
    refuse_leaf(input, "copy_")
    try:
        if _recorded(input, src):
            return take_over(input, apply(writing.copy, input, cast(src, input.array.dtype)), "copy_")
        np.copyto(input.array, src.array, casting="unsafe")
    except ValueError as error:
        raise _not_written(error, input, "copy_", src.array.shape, input.array.shape) from None
    changes.note(input.array, "copy_")
    return input


def assign(input: Tensor, index: tuple[Any, ...], value: Any) -> None:
    """`input[index] = value`, for an index of arrays, slices, integers, None and Ellipsis."""
    name = "x[index] = value"
    refuse_leaf(input, name)
    if not is_tensor(value):
        value = _number(value, input)
    elif value.array.dtype != input.array.dtype and any(hasattr(part, "dtype") for part in index):
        raise errors.put_dtypes(input, value)
    new = value.array if is_tensor(value) else value
    try:
        if _recorded(input, value):
            source = cast(value, input.array.dtype) if is_tensor(value) else wrap(np.asarray(value, input.array.dtype))
            made = apply(indexing.put, input, source, index=index, value_shape=source.array.shape)
            place = input.array[index]
            take_over(input, made, name, place if np.may_share_memory(place, input.array) else None)
            return
        input.array[index] = new
    except ValueError as error:
        raise _not_written(error, input, name, np.shape(new), np.shape(input.array[index])) from None
    except IndexError as error:
        raise errors.explain(indexing.take_at, error, input, index=index) from None
    changes.note(input.array, name)


def replace(input: Tensor, operation: Operation, value: Any, name: str) -> Tensor:
    """Writes numbers into a tensor that do not depend on those before. `operation` is what is recorded."""
    refuse_leaf(input, name)
    if _recorded(input):
        return take_over(input, apply(operation, input, value=value), name)
    try:
        input.array[...] = value
    except ValueError as error:
        raise _not_written(error, input, name, np.shape(value), input.array.shape) from None
    changes.note(input.array, name)
    return input


# -- what the functions above call -------------------------------------------------------------------------------------


def refuse_leaf(input: Tensor, name: str) -> None:
    """A leaf that requires gradients may not be changed where that is recorded, nor may a view of one."""
    if not is_grad_enabled():
        return
    if type(input.node) is Output and input.node.targets[0].operation.is_view:  # type: ignore[union-attr]
        raise RuntimeError(
            f"Output {input.node.place} of {input.node.targets[0].name()} is a view and is being modified inplace. "  # type: ignore[union-attr]
            "This view is the output of a function that returns multiple views. Such functions do not allow the output "
            f"views to be modified inplace: compute a new tensor instead of {name}, or take the view by an index."
        )
    root = _chain(input)[-1][0] if _view_of(input) else input
    if type(root.node) is AccumulateGrad:
        what = "a leaf Variable" if root is input else "a view of a leaf Variable"
        raise RuntimeError(
            f"{what} that requires grad is being used in an in-place operation ({name}): its gradient would be the "
            "gradient of something else. Do it inside no_grad(), or compute a new tensor."
        )


def take_over(input: Tensor, made: Tensor, name: str, place: ndarray | None = None) -> Tensor:
    """Gives a tensor the numbers and the history of another, which was computed from it. They differ at `place`."""
    array = input.array
    if made.array.shape != array.shape:
        raise errors.does_not_grow(name, array.shape, made.array.shape)
    if made.array.dtype != array.dtype:
        _check_cast(made, input, name)
        made = cast(made, array.dtype)
    if made.node is None and _recorded(input):  # a comparison: what was before gets no gradient
        made = apply(writing.compare, input, value=made.array)
    node = made.node
    if node is not None and any(saved is array for saved in node.saved.values()):
        _save_copy(node, array)
    try:
        np.copyto(array, made.array)
    except ValueError as error:
        raise _not_written(error, input, name, made.array.shape, array.shape) from None
    if node is None or not is_grad_enabled():
        changes.note(array, name)
        return input
    node.output = array  # it may be overwritten in its turn
    change = changes.note(array, name, node.number, place)
    input.node = node
    if _view_of(input):
        _tell_the_root(input, change)
    return input


def _save_copy(node: Node, array: ndarray) -> None:
    """What the rules need of an array that is about to be overwritten by the node's own value."""
    for name in node.operation.inputs:
        if getattr(node, name) is array:
            setattr(node, name, array.copy())


def _recorded(*tensors: Any) -> bool:
    return is_grad_enabled() and any(is_tensor(x) and x.node is not None for x in tensors)


def _write(input: Tensor, name: str, ufunc: np.ufunc, args: tuple[Any, ...]) -> Tensor:
    others = [x.array if is_tensor(x) else x for x in args]
    try:
        ufunc(input.array, *others, out=input.array)
    except ValueError as error:
        if not input.array.flags.writeable:
            raise errors.read_only(name) from None
        try:
            shape = np.broadcast_shapes(input.array.shape, *map(np.shape, others))
        except ValueError:
            raise errors.explain(arithmetic.add, error, input, *args) from None
        raise errors.does_not_grow(name, input.array.shape, shape) from None
    except TypeError:
        raise _cannot_cast(ufunc(input.array, *others).dtype, input, name) from None
    changes.note(input.array, name)
    return input


def _not_written(error: Exception, input: Tensor, name: str, value: Any, place: Any) -> Exception:
    """The error for numbers that NumPy could not write into a tensor."""
    if not input.array.flags.writeable:
        return errors.read_only(name)
    if "broadcast" in str(error) or "cannot assign" in str(error):
        return errors.does_not_fit(name, value, place)
    return ValueError(str(error))


def _number(value: Any, input: Tensor) -> Any:
    if not isinstance(value, (int, float, np.generic)):
        raise TypeError(
            f"can't assign a {type(value).__name__} to a micrograd_nb.{input.dtype.scalar_type}Tensor: make a tensor "
            "of it first, tensor(...)"
        )
    return dtypes.element(value, input.array.dtype)


def _check_cast(made: Tensor, input: Tensor, name: str) -> None:
    """Floats do not go into integers, nor integers into truth values."""
    if "biuf".index(made.array.dtype.kind) > "biuf".index(input.array.dtype.kind):
        raise _cannot_cast(made.array.dtype, input, name)


def _cannot_cast(result: Any, input: Tensor, name: str) -> RuntimeError:
    kind = dtypes.FROM_NUMPY[result].scalar_type
    return RuntimeError(
        f"result type {kind} can't be cast to the desired output type {input.dtype.scalar_type}: {name} writes into "
        "the tensor, whose dtype stays as it is. Make it a float first: x.float()."
    )


# -- views: which tensor they look into, and how -----------------------------------------------------------------------

Link = tuple[Any, Any, dict[str, Any]]
"""A tensor, and the operation with its options that made a view of it."""


def _view_of(tensor: Tensor) -> Link | None:
    """Where a view comes from; None for a tensor with memory of its own."""
    link = getattr(tensor, "_view", None)
    if link is None or (tensor.array.size and not np.may_share_memory(tensor.array, link[0].array)):
        return None  # it has memory of its own, or the view had to copy
    return link


def _chain(tensor: Tensor) -> list[Link]:
    """The links from a view to the tensor with the memory, which comes last."""
    links = []
    link = _view_of(tensor)
    while link is not None:
        links.append(link)
        link = _view_of(link[0])
    return links


def _tell_the_root(view: Tensor, change: int) -> None:
    """The tensor that a view looks into gets the history of what was written there."""
    links = _chain(view)
    root = links[-1][0]
    steps = [(operation, options) for _, operation, options in reversed(links)]  # without the tensors: no cycle

    def look(array: ndarray) -> ndarray:
        for operation, options in steps:
            array = operation.value(array, **options)
        return array

    if not _same_place(look(root.array), view.array):
        raise RuntimeError(
            f"a view of shape {tuple(view.array.shape)} was changed in place after the tensor that it looks into, now "
            f"of shape {tuple(root.array.shape)}, had become a view of itself (as by squeeze_ or t_): make it again"
        )
    targets = (root.node, view.node)
    options = {"look": look, "change": change}
    root.node = leave_node(writing.copy_slices, [root.array, view.array], targets, root.array, options)


def _same_place(a: ndarray, b: ndarray) -> bool:
    a, b = tracing.plain(a), tracing.plain(b)
    return (a.shape, a.strides, a.__array_interface__["data"]) == (b.shape, b.strides, b.__array_interface__["data"])
