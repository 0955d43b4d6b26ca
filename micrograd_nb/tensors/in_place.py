"""Changes a tensor where it is: `add_`, `zero_`, `x[i] = 1` and the like. Every function is a method, too.

The memory is overwritten, and with gradients wanted the tensor also gets the history of its new numbers: the node of
the operation that computed them. If the tensor is a view, so does the tensor that it looks into. A leaf that requires
gradients may be changed only inside `no_grad()`, as an optimizer does. What an operation has saved and a change
overwrites is an error of the backward pass, which names both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from ..autograd import AccumulateGrad, Node, changes
from ..autograd.grad_mode import is_grad_enabled
from ..autograd.recording import leave_node
from ..autograd.rules import elementwise as arithmetic
from ..autograd.rules import shape as rules
from . import dtypes, elementwise, errors, products, scans
from .record import apply, cast, is_tensor, wrap

if TYPE_CHECKING:
    from .core import Tensor


def in_place(function: Callable[..., Tensor], ufunc: np.ufunc | None = None) -> Callable[..., Tensor]:
    """Makes `exp_` of `exp`: the same, written into its first argument.

    Arguments:
        ufunc: writes the result at once where nothing has to be recorded.
    """
    name = function.__name__ + "_"

    def changed(input: Tensor, *args: Any, **options: Any) -> Tensor:
        refuse_leaf(input, name)
        if ufunc is not None and not options and not _recorded(input, *args):
            return _write(input, name, ufunc, args)
        return take_over(input, function(input, *args, **options), name)

    changed.__name__ = changed.__qualname__ = name
    changed.__doc__ = f"`{function.__name__}`, in place."
    return changed


plus_ = in_place(elementwise.plus, np.add)
minus_ = in_place(elementwise.minus, np.subtract)
mul_ = in_place(elementwise.mul, np.multiply)
div_ = in_place(elementwise.true_divide, np.divide)


cumsum_, cumprod_ = in_place(scans.cumsum), in_place(scans.cumprod)
addmm_, addmv_, addr_ = in_place(products.addmm), in_place(products.addmv), in_place(products.addr)
addbmm_, baddbmm_ = in_place(products.addbmm), in_place(products.baddbmm)


def add_(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """Adds `alpha * other`, in place."""
    return plus_(input, other if alpha == 1 else other * alpha)


def sub_(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """Subtracts `alpha * other`, in place."""
    return minus_(input, other if alpha == 1 else other * alpha)


def zero_(input: Tensor) -> Tensor:
    """Makes every element 0."""
    return fill_(input, 0)


def fill_(input: Tensor, value: Any) -> Tensor:
    """Makes every element `value`, a number or a 0-d tensor."""
    refuse_leaf(input, "fill_")
    if _recorded(input):
        return take_over(input, apply(rules.fill, input, value=value), "fill_")
    input.array.fill(value.array if is_tensor(value) else value)
    changes.note(input.array, "fill_")
    return input


def copy_(input: Tensor, src: Tensor) -> Tensor:
    """Takes over the elements of `src`, broadcast to this shape, in this dtype."""
    refuse_leaf(input, "copy_")
    try:
        if _recorded(input, src):
            return take_over(input, apply(rules.copy, input, cast(src, input.array.dtype)), "copy_")
        np.copyto(input.array, src.array, casting="unsafe")
    except ValueError:
        raise errors.does_not_fit("copy_", src.array.shape, input.array.shape) from None
    changes.note(input.array, "copy_")
    return input


def put_(input: Tensor, index: Any, value: Any) -> None:
    """`input[index] = value`, for an index of arrays, slices, integers, None and Ellipsis."""
    name = "x[index] = value"
    refuse_leaf(input, name)
    if is_tensor(value) and value.array.dtype != input.array.dtype and any(isinstance(i, ndarray) for i in index):
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{input.dtype.scalar_type} for the destination and {value.dtype.scalar_type} for the source. "
            f"Convert it: value.to({input.dtype})"
        )
    new = value.array if is_tensor(value) else value
    try:
        if _recorded(input, value):
            source = cast(value, input.array.dtype) if is_tensor(value) else wrap(np.asarray(value, input.array.dtype))
            made = apply(rules.put, input, source, index=index, value_shape=source.array.shape)
            place = input.array[index]
            take_over(input, made, name, place if np.may_share_memory(place, input.array) else None)
            return
        input.array[index] = new
    except ValueError:
        raise errors.does_not_fit(name, np.shape(new), np.shape(input.array[index])) from None
    changes.note(input.array, name)


# -- what the functions above call -------------------------------------------------------------------------------------


def refuse_leaf(input: Tensor, name: str) -> None:
    """A leaf that requires gradients may not be changed where that is recorded, nor may a view of one."""
    if not is_grad_enabled():
        return
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
    node = made.node
    if node is not None and any(saved is array for saved in node.saved.values()):
        _save_copy(node, array)
    np.copyto(array, made.array)
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
        try:
            shape = np.broadcast_shapes(input.array.shape, *map(np.shape, others))
        except ValueError:
            raise errors.explain(arithmetic.add, error, input, *args) from None
        raise errors.does_not_grow(name, input.array.shape, shape) from None
    except TypeError:
        raise _cannot_cast(ufunc(input.array, *others).dtype, input, name) from None
    changes.note(input.array, name)
    return input


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

    targets = (root.node, view.node)
    options = {"look": look, "change": change}
    root.node = leave_node(rules.copy_slices, [root.array, view.array], targets, root.array, options)
