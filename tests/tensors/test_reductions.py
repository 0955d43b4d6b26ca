"""Sums, means, extremes and the like over random axes, with and without `keepdim`, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg
from tests.autograd.reference import assert_same, assert_same_outcome, attempt, gradients

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


def values(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


def assert_value_and_gradient_as_in_pytorch(torch: ModuleType, call: Callable[..., Any], array: np.ndarray) -> None:
    """Or an error in both."""
    ours, theirs = (attempt(lambda m=m: call(m, m.tensor(array))) for m in (mg, torch))
    assert_same_outcome(ours, theirs)
    if not isinstance(theirs, Exception) and theirs.is_floating_point():
        grad = np.random.default_rng(1).normal(size=tuple(theirs.shape))
        assert_same(*(gradients(m, call, [array], grad)[0] for m in (mg, torch)), "gradient")


def axis_of(shape: tuple[int, ...]) -> st.SearchStrategy[int]:
    return st.integers(-max(len(shape), 1), max(len(shape), 1) - 1)


def axes_of(shape: tuple[int, ...]) -> st.SearchStrategy[Any]:
    """One axis or several, counted from the front or the back, in any order; sometimes one twice."""
    return axis_of(shape) | st.lists(axis_of(shape), min_size=1, max_size=3).map(tuple)


@pytest.mark.parametrize("name", ["sum", "mean", "all", "any"])
def test_over_random_axes(name: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=80)
    @given(data=st.data(), shape=SHAPES, keepdim=st.booleans())
    def check(data: st.DataObject, shape: tuple[int, ...], keepdim: bool) -> None:
        dim = data.draw(axes_of(shape), "dim")
        call = lambda m, x: getattr(m, name)(x > 0 if name in ("all", "any") else x, dim, keepdim)  # noqa: E731
        assert_value_and_gradient_as_in_pytorch(torch, call, values(shape))

    check()


@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 3)])
@pytest.mark.parametrize("name", ["sum", "mean"])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [None, ()])
def test_no_axis_is_all_of_them(name: str, shape: tuple[int, ...], dim: Any, keepdim: bool, torch: ModuleType) -> None:
    call = lambda m, x: getattr(m, name)(x, dim=dim, keepdim=keepdim)  # noqa: E731
    assert_value_and_gradient_as_in_pytorch(torch, call, values(shape))


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("part", ["values", "indices"])
def test_extremes_along_a_random_axis(name: str, part: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=50)
    @given(data=st.data(), shape=SHAPES, keepdim=st.booleans())
    def check(data: st.DataObject, shape: tuple[int, ...], keepdim: bool) -> None:
        dim = data.draw(axis_of(shape), "dim")
        call = lambda m, x: getattr(getattr(m, name)(x, dim, keepdim), part)  # noqa: E731
        assert_value_and_gradient_as_in_pytorch(torch, call, values(shape))

    check()


@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_places_along_a_random_axis(name: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=50)
    @given(data=st.data(), shape=SHAPES, keepdim=st.booleans())
    def check(data: st.DataObject, shape: tuple[int, ...], keepdim: bool) -> None:
        dim = data.draw(st.none() | axis_of(shape), "dim")
        call = lambda m, x: getattr(m, name)(x, dim, keepdim)  # noqa: E731
        assert_value_and_gradient_as_in_pytorch(torch, call, values(shape))

    check()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_along_a_random_axis(name: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=50)
    @given(data=st.data(), shape=SHAPES)
    def check(data: st.DataObject, shape: tuple[int, ...]) -> None:
        dim = data.draw(axis_of(shape), "dim")
        assert_value_and_gradient_as_in_pytorch(torch, lambda m, x: getattr(m, name)(x, dim), values(shape))

    check()


@settings(derandomize=True, max_examples=60)
@given(data=st.data(), shape=SHAPES)
def test_flatten_from_and_to_random_axes(data: st.DataObject, shape: tuple[int, ...], torch: ModuleType) -> None:
    start, end = (data.draw(axis_of(shape), name) for name in ("start", "end"))
    assert_value_and_gradient_as_in_pytorch(torch, lambda m, x: m.flatten(x, start, end), values(shape))


def test_extremes_come_with_their_places_by_name_and_in_order() -> None:
    x = mg.tensor([[1.0, 5.0], [7.0, 2.0]])
    largest, places = x.max(1)
    assert (largest.tolist(), places.tolist()) == ([5.0, 7.0], [1, 0])
    assert x.max(1).indices.tolist() == [1, 0]


@pytest.mark.parametrize("name", ["max", "argmax", "min", "argmin"])
def test_first_of_equals_wins(name: str) -> None:
    result = getattr(mg.tensor([[2, 2, 2], [1, 2, 2]]), name)(1)
    places = result.indices if name in ("max", "min") else result
    assert places.tolist() == [0, 1 if "max" in name else 0]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float32", "float64"])
def test_dtype_of_a_sum(dtype: str, torch: ModuleType) -> None:
    array = np.array([[1, 0], [1, 1]], dtype)
    assert_same(mg.tensor(array).sum(), torch.tensor(array).sum())
    assert_same(mg.tensor(array).sum(1), torch.tensor(array).sum(1))
