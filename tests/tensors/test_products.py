"""Products: random equations of Einstein's notation, chains, products that are added in place, and dtypes."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.tensors import products
from tests.autograd.reference import assert_close, assert_same, assert_same_outcome, attempt, gradients

SIZES = {"a": 2, "b": 3, "c": 1, "D": 4}


def arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=shape) for shape in shapes]


# -- einsum ------------------------------------------------------------------------------------------------------------


@st.composite
def equations(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]]]:
    """An equation of one to three operands, with or without a result, and shapes for it. Labels may repeat."""
    operands = draw(st.lists(st.text("abcD", max_size=3), min_size=1, max_size=3))
    every = sorted(set("".join(operands)))
    result = draw(st.none() | st.permutations(every).flatmap(lambda p: st.integers(0, len(p)).map(lambda n: p[:n])))
    equation = ",".join(operands) + ("" if result is None else "->" + "".join(result))
    return equation, [tuple(SIZES[label] for label in part) for part in operands]


@settings(derandomize=True, max_examples=200)
@given(drawn=equations())
def test_random_equation(drawn: tuple[str, list[tuple[int, ...]]], torch: ModuleType) -> None:
    equation, shapes = drawn
    operands = arrays(*shapes)
    call = lambda m, *xs: m.einsum(equation, *xs)  # noqa: E731
    expected = np.einsum(equation, *operands)
    assert_close(call(mg, *map(mg.tensor, operands)), expected)
    grad = np.random.default_rng(1).normal(size=expected.shape)
    for ours, theirs in zip(*(gradients(m, call, operands, grad) for m in (mg, torch)), strict=True):
        assert_same(ours, theirs, equation)


def test_einsum_takes_its_operands_in_all_of_pytorchs_ways(torch: ModuleType) -> None:
    x, y = arrays((2, 3), (3, 4))
    calls: list[Callable[[Any, Any, Any], Any]] = [
        lambda m, a, b: m.einsum("ij,jk", [a, b]),
        lambda m, a, b: m.einsum(a, [0, 1], b, [1, 2]),
        lambda m, a, b: m.einsum(a, [30, 1], b, [1, 26], [26, 30]),
        lambda m, a, b: m.einsum("bA", a),
        lambda m, a, b: m.einsum("i...->...", a),
        lambda m, a, b: m.einsum(" ... j , j k -> k ... ", a, b),
    ]
    for i, call in enumerate(calls):
        assert_same(*(call(m, m.tensor(x), m.tensor(y)) for m in (mg, torch)), str(i))


@pytest.mark.parametrize("dtype", ["bool", "int32", "int64", "float32"])
@pytest.mark.parametrize("equation", ["ij->j", "ij->ji", "ii", "ij,ij->ij", "ij,jk->ik"])
def test_dtype_of_a_sum_of_products(equation: str, dtype: str, torch: ModuleType) -> None:
    array = np.array([[1, 0], [1, 1]], dtype)
    count = equation.count(",") + 1
    assert_same_outcome(*(attempt(lambda m=m: m.einsum(equation, *[m.tensor(array)] * count)) for m in (mg, torch)))


def test_sum_of_products_shares_no_memory_with_its_operand() -> None:
    x = mg.ones(2, 2)
    mg.einsum("ii->i", x).mul_(5)
    assert x.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_large_sum_of_products_is_the_same(torch: ModuleType) -> None:
    """Large ones are computed by products of matrices."""
    q, k = arrays((4, 3, 20, 8), (4, 3, 25, 8))
    call = lambda m, a, b: m.einsum("bhid,bhjd->bhij", a, b)  # noqa: E731
    grad = arrays((4, 3, 20, 25))[0]
    assert_same(*(call(m, m.tensor(q), m.tensor(k)) for m in (mg, torch)))
    for ours, theirs in zip(*(gradients(m, call, [q, k], grad) for m in (mg, torch)), strict=True):
        assert_same(ours, theirs)


# -- chains ------------------------------------------------------------------------------------------------------------


def multiplications(sizes: list[int], cut: dict[tuple[int, int], int], i: int, j: int) -> int:
    if i == j:
        return 0
    k = cut[i, j]
    parts = multiplications(sizes, cut, i, k) + multiplications(sizes, cut, k + 1, j)
    return parts + sizes[i] * sizes[k + 1] * sizes[j + 1]


def fewest(sizes: list[int]) -> int:
    """By trying every order."""
    if len(sizes) <= 2:
        return 0
    return min(
        fewest(sizes[:i] + sizes[i + 1 :]) + sizes[i - 1] * sizes[i] * sizes[i + 1] for i in range(1, len(sizes) - 1)
    )


@settings(max_examples=50)
@given(sizes=st.lists(st.integers(1, 9), min_size=3, max_size=6))
def test_chain_is_multiplied_in_the_cheapest_order(sizes: list[int]) -> None:
    cut = products._splits(sizes)
    assert multiplications(sizes, cut, 0, len(sizes) - 2) == fewest(sizes)


def test_chain_matmul_is_deprecated_as_in_pytorch(torch: ModuleType) -> None:
    made = []
    for m in (mg, torch):
        with pytest.warns(UserWarning, match="chain_matmul is deprecated"):
            made.append(m.chain_matmul(*map(m.tensor, arrays((2, 5), (5, 3), (3, 4)))))
    assert_same(*made)


# -- in place ----------------------------------------------------------------------------------------------------------

# fmt: off
IN_PLACE: dict[str, tuple[Callable[..., Any], list[tuple[int, ...]]]] = {
    "addmm_":   (lambda x, a, b: x.addmm_(a, b, beta=0.5, alpha=2), [(2, 3), (2, 4), (4, 3)]),
    "addmv_":   (lambda x, a, b: x.addmv_(a, b, beta=2),            [(2,), (2, 3), (3,)]),
    "addr_":    (lambda x, a, b: x.addr_(a, b, alpha=-1),           [(2, 3), (2,), (3,)]),
    "addbmm_":  (lambda x, a, b: x.addbmm_(a, b),                   [(2, 3), (5, 2, 4), (5, 4, 3)]),
    "baddbmm_": (lambda x, a, b: x.baddbmm_(a, b, beta=0),          [(5, 2, 3), (5, 2, 4), (5, 4, 3)]),
    "cumsum_":  (lambda x: x.cumsum_(1),                            [(2, 3)]),
    "cumprod_": (lambda x: x.cumprod_(0),                           [(2, 3)]),
}
# fmt: on


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_form(name: str, torch: ModuleType) -> None:
    call, shapes = IN_PLACE[name]
    inputs = arrays(*shapes)

    def changed(m: Any, x: Any, *others: Any) -> Any:
        y = x * 2
        assert call(y, *others) is y
        return y

    assert_same(*(changed(m, *map(m.tensor, inputs)) for m in (mg, torch)))
    grad = np.random.default_rng(1).normal(size=shapes[0])
    for ours, theirs in zip(*(gradients(m, changed, inputs, grad) for m in (mg, torch)), strict=True):
        assert_same(ours, theirs)


# -- values ------------------------------------------------------------------------------------------------------------


# fmt: off
VALUES: dict[str, Callable[[Any, Any], Any]] = {
    "cross, no dim":     lambda m, a: m.cross(a, a * a),
    "tensordot, lists":  lambda m, a: m.tensordot(a, a, dims=[[0], [0]]),
    "tensordot, tensor": lambda m, a: m.tensordot(a, a, dims=m.tensor([[0], [0]])),
    "addmm of NaN":      lambda m, a: m.addmm(a[0] * float("nan"), a.T, a, beta=0),
    "kron, dtypes":      lambda m, a: m.kron(a.long(), a),
    "kron, ranks":       lambda m, a: m.kron(a, a[None]),
    "inner":             lambda m, a: m.inner(a, a[0]),
    "outer, dtypes":     lambda m, a: m.outer(a[0], a[1].float()),
    "trace":             lambda m, a: a.trace(),
    "trace of int32":    lambda m, a: m.trace(a.int()),
    "mm of integers":    lambda m, a: m.mm(a.long(), a.long().T),
    "addr of integers":  lambda m, a: m.addr(a[:2, :2].long(), a[0, :2].long(), a[1, :2].long()),
    "addr of bools":     lambda m, a: m.addr(a[:2, :2] > 0, a[0, :2] > 0, a[1, :2] > 0),
}
# fmt: on


@pytest.mark.filterwarnings("ignore:Using torch.cross without")
@pytest.mark.parametrize("name", VALUES)
def test_value_equals_that_of_pytorch(name: str, torch: ModuleType) -> None:
    (array,) = arrays((3, 4))
    assert_same(*(VALUES[name](m, m.tensor(array * 3)) for m in (mg, torch)))
