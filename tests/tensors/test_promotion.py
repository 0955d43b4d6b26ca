"""Which dtype results from two: bool < int < float, and arrays over 0-d arrays over Python numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.autograd.reference import assert_same, assert_same_outcome, attempt

DTYPES = ["bool", "int64", "float32", "float64"]

# A form of each dtype: with axes, without, and as a Python number.
OPERANDS: dict[str, Any] = {
    **{f"{dtype} array": np.array([1, 2, 3], dtype) for dtype in DTYPES},
    **{f"{dtype} 0-d": np.array(2, dtype) for dtype in DTYPES},
    "True": True,
    "2": 2,
    "2.5": 2.5,
}
TENSORS = [name for name, operand in OPERANDS.items() if isinstance(operand, np.ndarray)]

OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow,
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
]  # fmt: skip


def result(m: ModuleType, call: Callable[..., Any], *names: str) -> Any:
    """What comes of the operands in `m`: a tensor or an error."""
    operands = [OPERANDS[name] for name in names]
    return attempt(lambda: call(*[m.tensor(x) if isinstance(x, np.ndarray) else x for x in operands]))


@pytest.mark.parametrize("left", OPERANDS)
@pytest.mark.parametrize("function", OPERATORS, ids=lambda function: function.__name__)
def test_operator_on_two_dtypes(function: Callable[..., Any], left: str, torch: ModuleType) -> None:
    for right in OPERANDS if left in TENSORS else TENSORS:
        ours, theirs = (result(m, function, left, right) for m in (mg, torch))
        assert_same_outcome(ours, theirs, f"{left} and {right}")


FUNCTIONS = {
    "maximum": lambda m, a, b: m.maximum(a, b),
    "minimum": lambda m, a, b: m.minimum(a, b),
    "where": lambda m, a, b: m.where(m.tensor([True, False, True]), a, b),
    "cat": lambda m, a, b: m.cat([a.expand(3), b.expand(3)]),
    "stack": lambda m, a, b: m.stack([a.expand(3), b.expand(3)]),
    "matmul": lambda m, a, b: m.matmul(a.expand(3), b.expand(3)),
    "mm": lambda m, a, b: m.mm(a.expand(3, 3), b.expand(3, 3)),
}


@pytest.mark.parametrize("left", TENSORS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_of_two_dtypes(name: str, left: str, torch: ModuleType) -> None:
    for right in TENSORS:
        ours, theirs = (result(m, partial(FUNCTIONS[name], m), left, right) for m in (mg, torch))
        assert_same_outcome(ours, theirs, f"{left} and {right}")


@pytest.mark.parametrize("number", [True, 2, 2.5])
@pytest.mark.parametrize("name", TENSORS)
def test_where_with_a_number(name: str, number: float, torch: ModuleType) -> None:
    def call(m: ModuleType, x: Any) -> Any:
        return m.where(m.tensor([True, False, True]), x, number)

    ours, theirs = (result(m, partial(call, m), name) for m in (mg, torch))
    assert_same_outcome(ours, theirs)


@pytest.mark.parametrize("small", ["uint8", "int8", "int16", "int32", "float16"])
@pytest.mark.parametrize("other", ["bool", "uint8", "int8", "int64", "float16", "float64"])
def test_small_dtypes(small: str, other: str, torch: ModuleType) -> None:
    a, b = np.array([1, 0, 3], small), np.array([2, 1, 1], other)
    assert_same(mg.tensor(a) + mg.tensor(b), torch.tensor(a) + torch.tensor(b))
    assert_same(mg.tensor(a) * mg.tensor(b[0]), torch.tensor(a) * torch.tensor(b[0]))


@pytest.mark.parametrize("function", OPERATORS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("left_is_array", [True, False])
def test_numpy_array_beside_a_tensor_is_a_tensor(function: Callable[..., Any], left_is_array: bool) -> None:
    array, tensor = np.array([[1.0], [2.0]], np.float32), mg.tensor([3.0, 4.0])
    mixed = function(array, tensor) if left_is_array else function(tensor, array)
    tensors = (mg.tensor(array), tensor)
    expected = function(*tensors) if left_is_array else function(*tensors[::-1])
    assert isinstance(mixed, mg.Tensor)
    assert_same(mixed, expected)


def test_gradient_goes_back_in_the_dtype_of_each_operand(torch: ModuleType) -> None:
    for m in (mg, torch):
        a = m.ones(3, dtype=m.float32, requires_grad=True)
        b = m.ones(3, dtype=m.float64, requires_grad=True)
        (a * b * m.arange(3)).sum().backward()
        assert (a.grad.dtype, b.grad.dtype) == (m.float32, m.float64)
        assert a.grad.tolist() == b.grad.tolist() == [0.0, 1.0, 2.0]
