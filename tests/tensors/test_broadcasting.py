"""Two shapes stretch to one, and the gradient of what was repeated is the sum over its copies."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg
from tests.autograd.reference import assert_close, assert_same, assert_same_outcome, attempt, gradients

# fmt: off
OPERATIONS: dict[str, Any] = {
    "add":     lambda m, a, b: a + b,
    "sub":     lambda m, a, b: a - b,
    "mul":     lambda m, a, b: a * b,
    "div":     lambda m, a, b: a / b,
    "pow":     lambda m, a, b: a ** b,
    "maximum": lambda m, a, b: m.maximum(a, b),
    "minimum": lambda m, a, b: m.minimum(a, b),
    "where":   lambda m, a, b: m.where(a > b, a, b),
}
# fmt: on


def two_arrays(shapes: hnp.BroadcastableShapes) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.uniform(0.5, 2, shape) for shape in shapes.input_shapes]


@pytest.mark.parametrize("name", OPERATIONS)
def test_values_and_gradients_of_two_random_shapes(name: str, torch: ModuleType) -> None:
    call = OPERATIONS[name]

    @settings(derandomize=True, max_examples=40)
    @given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_dims=4, max_side=3))
    def check(shapes: hnp.BroadcastableShapes) -> None:
        arrays = two_arrays(shapes)
        assert_close(call(mg, *map(mg.tensor, arrays)), call(np, *arrays))
        grad = np.random.default_rng(1).normal(size=shapes.result_shape)
        for ours, theirs in zip(*(gradients(m, call, arrays, grad) for m in (mg, torch)), strict=True):
            assert_same(ours, theirs)

    check()


@settings(derandomize=True, max_examples=100)
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
def test_gradient_is_the_sum_over_the_copies(shapes: hnp.BroadcastableShapes) -> None:
    """Stretched by hand first, the input gets one gradient for each copy; broadcasting adds these up."""
    a, b = two_arrays(shapes)
    copies = np.broadcast_to(a, shapes.result_shape)
    narrow, _ = gradients(mg, OPERATIONS["mul"], [a, b], np.ones(shapes.result_shape))
    wide, _ = gradients(mg, OPERATIONS["mul"], [copies, b], np.ones(shapes.result_shape))
    expected = np.zeros(a.shape)
    places = np.broadcast_to(np.arange(a.size).reshape(a.shape), shapes.result_shape)
    np.add.at(expected.reshape(-1), places, wide.numpy())
    assert_close(narrow, expected)


@settings(derandomize=True, max_examples=100)
@given(
    a=hnp.array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=4),
    b=hnp.array_shapes(min_dims=1, max_dims=3, min_side=2, max_side=4),
)
def test_shapes_that_do_not_fit_are_refused_with_both_shapes_and_the_axis_of_pytorch(
    a: tuple[int, ...], b: tuple[int, ...], torch: ModuleType
) -> None:
    ours, theirs = (attempt(lambda m=m: m.zeros(a) + m.zeros(b)) for m in (mg, torch))
    assert_same_outcome(ours, theirs)
    if isinstance(theirs, Exception):
        assert str(ours).startswith(str(theirs))
        assert f"{a} and {b}" in str(ours)


@settings(derandomize=True, max_examples=60)
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_dims=4, max_side=3), minus=st.booleans())
def test_expand_to_a_random_shape(shapes: hnp.BroadcastableShapes, minus: bool, torch: ModuleType) -> None:
    narrow, wide = shapes.input_shapes[0], shapes.result_shape
    kept = len(wide) - len(narrow)
    sizes = [-1 if minus and i >= kept and narrow[i - kept] == n else n for i, n in enumerate(wide)]
    array = np.random.default_rng(0).normal(size=narrow)
    call = lambda m, x: x.expand(*sizes) if sizes else x.expand(())  # noqa: E731
    assert_close(call(mg, mg.tensor(array)), np.broadcast_to(array, wide))
    grad = np.random.default_rng(1).normal(size=wide)
    assert_same(*(gradients(m, call, [array], grad)[0] for m in (mg, torch)))
