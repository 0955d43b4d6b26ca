"""What else a tensor can do: tell about itself, be converted, and be changed in place."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.tensors import (
    arranging,
    creation,
    einsum,
    elementwise,
    gathering,
    joining,
    matrices,
    norms,
    order,
    products,
    random,
    reductions,
    scans,
    shapes,
    sorting,
)
from tests.autograd.reference import assert_same

FAMILIES = [
    arranging, creation, einsum, elementwise, gathering, joining, matrices, norms, order, products, random,
    reductions, scans, shapes, sorting,
]  # fmt: skip
FUNCTIONS = {
    name: value
    for family in FAMILIES
    for name, value in vars(family).items()
    if callable(value)
    and getattr(value, "__module__", "").startswith("micrograd_nb.tensors")
    and not name.startswith("_")
    if value.__module__ in (family.__name__, "micrograd_nb.tensors.record") and not isinstance(value, type)
}
HELPERS = {"reflected", "apply", "binary", "cast", "is_tensor", "operand", "unary", "wrap"}
NAMES = sorted(FUNCTIONS.keys() - HELPERS)


@pytest.mark.parametrize("name", NAMES)
def test_function_is_where_pytorch_has_it(name: str, torch: ModuleType) -> None:
    """In the package, as a method, or both; and called what it is called there."""
    function = FUNCTIONS[name]
    operator = name in ("plus", "minus", "rdiv", "rfloordiv", "rmod", "rsub", "rpow", "rmatmul", "where_method")
    assert (getattr(mg, name, None) is function) == hasattr(torch, name) or operator
    assert (getattr(mg.Tensor, name, None) is function) == hasattr(torch.Tensor, name) or operator or name == "where"
    assert function.__doc__
    aliases = {other for other, value in FUNCTIONS.items() if value is function}
    assert operator or function.__name__ in aliases


# fmt: off
FACTS: dict[str, Callable[[Any, Any], Any]] = {
    "shape":             lambda m, x: tuple(x.shape),
    "shape as a tuple":  lambda m, x: x.shape == (2, 3),
    "shape, unpacked":   lambda m, x: [*x.shape],
    "numel of a shape":  lambda m, x: x.shape.numel(),
    "size":              lambda m, x: tuple(x.size()),
    "size of a dim":     lambda m, x: x.size(-1),
    "ndim":              lambda m, x: (x.ndim, x.dim()),
    "numel":             lambda m, x: x.numel(),
    "len":               lambda m, x: len(x),
    "is_floating_point": lambda m, x: (x.is_floating_point(), x.long().is_floating_point()),
    "is_contiguous":     lambda m, x: (x.is_contiguous(), x.T.is_contiguous()),
    "device":            lambda m, x: str(x.device),
    "dtype":             lambda m, x: (x.dtype == m.float32, x.dtype == m.float64, x.dtype.is_floating_point),
    "names of dtypes":   lambda m, x: (m.float is m.float32, m.double is m.float64, m.long is m.int64),
    "itemsize":          lambda m, x: [d.itemsize for d in (m.float16, m.float32, m.float64, m.int64, m.bool)],
    "item":              lambda m, x: x[0, 1].item(),
    "tolist":            lambda m, x: x.tolist(),
    "tolist, 0-d":       lambda m, x: x[0, 1].tolist(),
    "numpy":             lambda m, x: x.numpy().tolist(),
    "float()":           lambda m, x: float(x[0, 1]),
    "int()":             lambda m, x: int(x[1, 2]),
    "bool()":            lambda m, x: (bool(x[0, 0]), bool(x[0, 1])),
    "index":             lambda m, x: ["a", "b", "c"][m.tensor(2)],
    "range":             lambda m, x: list(range(m.tensor(3))),
    "in":                lambda m, x: (3 in x, 9 in x),
    "hash":              lambda m, x: len({x, x.clone()}),
    "np.asarray":        lambda m, x: np.asarray(x).tolist(),
    "np.asarray, dtype": lambda m, x: np.asarray(x, dtype="int8").tolist(),
    "leaf":              lambda m, x: (x.is_leaf, x.requires_grad, x.grad, x.grad_fn),
    "data":              lambda m, x: x.data.tolist(),
    "to the same dtype": lambda m, x: x.to(m.float32) is x,
    "to the cpu":        lambda m, x: (x.cpu() is x, x.to("cpu") is x),
    "contiguous":        lambda m, x: x.contiguous() is x,
    "stride":            lambda m, x: (x.stride(), x.T.stride(), x[:, ::2].stride(), x.stride(-1)),
    "stride of a clone": lambda m, x: (x.T.clone().stride(), x.T.contiguous().stride(), m.ones_like(x.T).stride()),
    "storage_offset":    lambda m, x: (x.storage_offset(), x[1, 1:].storage_offset(), x[1].clone().storage_offset()),
    "data_ptr":          lambda m, x: (x[1].data_ptr() - x.data_ptr(), x.T.data_ptr() == x.data_ptr()),
    "untyped_storage":   lambda m, x: (x[1].untyped_storage().data_ptr() == x.data_ptr(), x[1].untyped_storage().nbytes()),
    "nbytes":            lambda m, x: (x.nbytes, x.itemsize, x.element_size()),
    "from_dlpack":       lambda m, x: m.from_dlpack(np.arange(3)).tolist(),
    "np.from_dlpack":    lambda m, x: np.from_dlpack(x).tolist(),
    "numpy by force":    lambda m, x: x.requires_grad_().numpy(force=True).tolist(),
    "apply_":            lambda m, x: x.apply_(lambda a: a * a + 1).tolist(),
    "map_":              lambda m, x: x.map_(m.ones(2, 3), lambda a, b: a - b).tolist(),
    "reversed":          lambda m, x: reversed(x).tolist(),
    "iteration":         lambda m, x: [row.tolist() for row in x],
    "type":              lambda m, x: (x.type()[-11:], x.type(m.int64).type()[-10:], x.type("torch.HalfTensor").dtype == m.half),
    "type of old":       lambda m, x: (x.type(m.DoubleTensor).dtype == m.double, m.LongTensor([1, 2]).tolist(), m.Tensor(2, 3).shape == (2, 3)),
    "is_cuda":           lambda m, x: (x.is_cuda, x.is_cpu, x.get_device(), m.cuda.is_available(), m.cuda.device_count()),
    "choice of device":  lambda m, x: m.zeros(1, device=m.device("cuda" if m.cuda.is_available() else "cpu")).device == m.device("cpu"),
    "accelerator":       lambda m, x: m.accelerator.current_accelerator().type if m.accelerator.is_available() else "cpu",
    "mps":               lambda m, x: (m.backends.mps.is_available(), m.xpu.is_available()),
    "seeds of devices":  lambda m, x: (m.cuda.manual_seed_all(0), m.cuda.empty_cache(), m.cuda.memory_allocated()),
    "cudnn":             lambda m, x: (m.backends.cudnn.is_available(), m.backends.cudnn.enabled, m.backends.cudnn.benchmark),
    "in a context":      lambda m, x: x.to(m.device("cpu")) is x,
    "hash of a device":  lambda m, x: len({m.device("cpu"), x.device, m.device("cuda")}),
    "to with all":       lambda m, x: (x.to("cpu", m.float64, non_blocking=True, copy=True).dtype == m.float64, x.to(x) is x, x.to(m.float32, copy=True) is x),
}
# fmt: on


@pytest.mark.parametrize("name", FACTS)
def test_fact_equals_that_of_pytorch(name: str, torch: ModuleType) -> None:
    ours, theirs = (FACTS[name](m, m.arange(6.0).reshape(2, 3)) for m in (mg, torch))
    assert ours == theirs


@pytest.mark.parametrize("conversion", ["float", "double", "half", "long", "int", "short", "char", "byte", "bool"])
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32", "float64"])
def test_conversion_equals_that_of_pytorch(conversion: str, dtype: str, torch: ModuleType) -> None:
    array = np.array([0, 1, 2.7, 100, 300.5, -1, -2.5, np.nan])[
        : 4 if dtype in ("bool", "uint8", "int64") else 8
    ].astype(dtype)
    assert_same(*(getattr(m.tensor(array), conversion)() for m in (mg, torch)))


# fmt: off
IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "add_":         lambda m, x: x.add_(2),
    "add_, alpha":  lambda m, x: x.add_(m.ones(3), alpha=-0.5),
    "sub_":         lambda m, x: x.sub_(m.ones(2, 1)),
    "sub_, alpha":  lambda m, x: x.sub_(m.ones(2, 3), alpha=2),
    "mul_":         lambda m, x: x.mul_(m.arange(3)),
    "div_":         lambda m, x: x.div_(4),
    "zero_":        lambda m, x: x.zero_(),
    "fill_":        lambda m, x: x.fill_(1.5),
    "copy_":        lambda m, x: x.copy_(m.arange(3)),
    "+=":           lambda m, x: x.__iadd__(1),
    "-=":           lambda m, x: x.__isub__(1),
    "*=":           lambda m, x: x.__imul__(2),
    "/=":           lambda m, x: x.__itruediv__(2),
}
# fmt: on


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_change_equals_that_of_pytorch(name: str, torch: ModuleType) -> None:
    changed = []
    for m in (mg, torch):
        x = m.arange(6.0).reshape(2, 3)
        view = x[0]
        assert IN_PLACE[name](m, x) is x
        assert view.tolist() == x[0].tolist()  # a view sees the change
        changed.append(x)
    assert_same(*changed)


def test_leaf_can_be_changed_inside_no_grad_as_an_optimizer_does() -> None:
    weight = mg.ones(2, requires_grad=True)
    (weight * 3).sum().backward()
    with mg.no_grad():
        weight -= 0.1 * weight.grad
    np.testing.assert_allclose(weight.detach().numpy(), 0.7, rtol=1e-6)
    assert weight.is_leaf
    assert weight.requires_grad


def test_deepcopy_of_a_leaf_is_a_leaf_of_its_own(torch: ModuleType) -> None:
    for m in (mg, torch):
        x = m.ones(2, requires_grad=True)
        (x * 3).sum().backward()
        y = copy.deepcopy(x)
        (y * 5).sum().backward()
        assert (x.grad.tolist(), y.grad.tolist(), y.is_leaf) == ([3.0, 3.0], [8.0, 8.0], True)


@pytest.mark.parametrize("requires_grad", [False, True])
def test_pickled_tensor_comes_back(requires_grad: bool) -> None:
    x = mg.tensor([1.0, 2.0], dtype=mg.float64, requires_grad=requires_grad)
    y = pickle.loads(pickle.dumps(x))
    assert (y.tolist(), y.dtype, y.requires_grad, y.is_leaf) == ([1.0, 2.0], mg.float64, requires_grad, True)


def test_pickled_dtype_is_the_one_object() -> None:
    for dtype in (mg.float32, mg.bool, mg.int64):
        assert pickle.loads(pickle.dumps(dtype)) is dtype


def test_device_comes_back_from_a_pickle() -> None:
    for device in (mg.device("cpu"), mg.device("cuda", 1)):
        assert pickle.loads(pickle.dumps(device)) == device
    with mg.device("cpu") as device:
        assert mg.zeros(1).device == device


def test_switches_of_cudnn_can_be_set_and_mistyped_ones_cannot() -> None:
    mg.backends.cudnn.deterministic = True
    assert mg.backends.cudnn.deterministic
    mg.backends.cudnn.deterministic = False
    with pytest.raises(AttributeError):
        mg.backends.cudnn.determinstic = True


def test_default_device_is_the_cpu() -> None:
    mg.set_default_device("cpu")
    assert mg.get_default_device() == mg.device("cpu")
    with pytest.raises(RuntimeError, match="no device 'cuda'"):
        mg.set_default_device("cuda")


def test_whole_numbers_get_no_gradient() -> None:
    x = mg.ones(3, requires_grad=True)
    for made in (x.long(), x.to(mg.bool), x.type(mg.int32)):
        assert not made.requires_grad
    assert x.half().requires_grad
