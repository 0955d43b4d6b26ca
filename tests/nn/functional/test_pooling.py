"""Pooling beside PyTorch's, over its arguments."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.nn import functional as F
from tests.autograd.reference import assert_same
from tests.nn.functional.beside import assert_alike

WINDOWS = [
    {"kernel_size": size, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    for size, stride, padding, ceil_mode in itertools.product(
        [2, (3, 2)], [None, 1, (2, 3)], [0, (1, 0)], [False, True]
    )
]


def name_of(case: dict) -> str:
    return " ".join(f"{k}={v}" for k, v in case.items())


def distinct(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers that are far enough apart that a small step changes no order."""
    return rng.permutation(int(np.prod(shape))).reshape(shape) / 10.0


@pytest.mark.parametrize("case", [*WINDOWS, {"kernel_size": 2, "dilation": (2, 1)}], ids=name_of)
@pytest.mark.parametrize("shape", [(2, 3, 8, 6), (3, 7, 9)])
def test_max_pool2d(case: dict, shape, torch, rng) -> None:
    assert_alike(lambda m, x: m.nn.functional.max_pool2d(x, **case), [distinct(rng, *shape)], torch)


@pytest.mark.parametrize("case", WINDOWS, ids=name_of)
def test_max_pool2d_tells_where(case: dict, torch, rng) -> None:
    def program(m, x):
        return m.nn.functional.max_pool2d(x, return_indices=True, **case)

    assert_alike(program, [distinct(rng, 2, 3, 8, 6)], torch)


@pytest.mark.parametrize("case", WINDOWS, ids=name_of)
@pytest.mark.parametrize("more", [{}, {"count_include_pad": False}, {"divisor_override": 3}], ids=name_of)
def test_avg_pool2d(case: dict, more: dict, torch, rng) -> None:
    assert_alike(lambda m, x: m.nn.functional.avg_pool2d(x, **case, **more), [rng.normal(size=(2, 3, 8, 7))], torch)


@pytest.mark.parametrize(
    "case",
    [
        {"kernel_size": 2},
        {"kernel_size": 3, "stride": 2, "padding": 1},
        {"kernel_size": (3,), "stride": (2,), "ceil_mode": True},
    ],
    ids=name_of,
)
@pytest.mark.parametrize("shape", [(2, 3, 8), (3, 9)])
@pytest.mark.parametrize("name", ["max_pool1d", "avg_pool1d"])
def test_signals(name: str, case: dict, shape, torch, rng) -> None:
    assert_alike(lambda m, x: getattr(m.nn.functional, name)(x, **case), [distinct(rng, *shape)], torch)


@pytest.mark.parametrize("size", [1, 2, 3, 5, (2, None), (None, 4), (1, 3), (9, 9)], ids=str)
@pytest.mark.parametrize("name", ["adaptive_avg_pool2d", "adaptive_max_pool2d"])
@pytest.mark.parametrize("shape", [(2, 3, 6, 8), (3, 7, 5)])
def test_adaptive(name: str, size, shape, torch, rng) -> None:
    assert_alike(lambda m, x: getattr(m.nn.functional, name)(x, size), [distinct(rng, *shape)], torch)


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("name", ["adaptive_avg_pool1d", "adaptive_max_pool1d"])
@pytest.mark.parametrize("shape", [(2, 3, 6), (3, 7)])
def test_adaptive_signals(name: str, size, shape, torch, rng) -> None:
    assert_alike(lambda m, x: getattr(m.nn.functional, name)(x, size), [distinct(rng, *shape)], torch)


def test_adaptive_max_pool_tells_where(torch, rng) -> None:
    for name, shape in (("adaptive_max_pool2d", (2, 3, 7, 5)), ("adaptive_max_pool1d", (3, 7))):
        program = lambda m, x, name=name: getattr(m.nn.functional, name)(x, 3, return_indices=True)  # noqa: E731
        assert_alike(program, [distinct(rng, *shape)], torch)


@pytest.mark.parametrize("norm", [1, 2, 3.0])
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_lp_pool(norm, ceil_mode: bool, torch, rng) -> None:
    x = rng.uniform(0.5, 2, (2, 3, 7, 6))
    assert_alike(lambda m, x: m.nn.functional.lp_pool2d(x, norm, (3, 2), 2, ceil_mode), [x], torch)
    assert_alike(lambda m, x: m.nn.functional.lp_pool1d(x, norm, 3, 2, ceil_mode), [x[0]], torch)


@pytest.mark.parametrize("shape", [(2, 3, 8, 6), (3, 8, 6)])
def test_max_unpool2d(shape, torch, rng) -> None:
    def program(m, x):
        values, indices = m.nn.functional.max_pool2d(x, 2, return_indices=True)
        return m.nn.functional.max_unpool2d(values, indices, 2)

    assert_alike(program, [distinct(rng, *shape)], torch)


def test_max_unpool2d_to_a_given_size(torch, rng) -> None:
    def program(m, x):
        values, indices = m.nn.functional.max_pool2d(x, (3, 2), (2, 2), return_indices=True)
        return m.nn.functional.max_unpool2d(values, indices, (3, 2), (2, 2), output_size=(1, 3, 8, 7))

    assert_alike(program, [distinct(rng, 1, 3, 8, 7)], torch, second=False)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers(size: int, special: float, torch, rng) -> None:
    x = rng.normal(size=(1, 1, 6, 6))
    x[0, 0, 2, 3] = special
    x[0, 0, :2, :2] = special
    for name in ("max_pool2d", "avg_pool2d"):
        assert_same(*(getattr(m.nn.functional, name)(m.tensor(x), size) for m in (mg, torch)))


@pytest.mark.parametrize("square", [[[1, 2], [2, 1]], [[1, 1], [2, 2]], [[2, 1], [1, 2]], [[0, 0], [0, 1]]], ids=str)
def test_a_square_is_read_row_by_row(square, torch) -> None:
    x = np.tile(np.array(square, float), (1, 1, 2, 2))
    assert_alike(lambda m, x: m.nn.functional.max_pool2d(x, 2), [x], torch, second=False)


def test_of_equals_the_first_gets_the_gradient(torch) -> None:
    for padding in (0, 1):
        assert_alike(
            lambda m, x, p=padding: m.nn.functional.max_pool2d(x, 2, padding=p),
            [np.ones((1, 1, 4, 4))],
            torch,
            second=False,
        )
    assert_alike(
        lambda m, x: m.nn.functional.max_pool2d(x, 3, padding=1), [np.full((1, 1, 4, 4), -np.inf)], torch, second=False
    )


@given(
    plane=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    ceil_mode=st.booleans(),
)
def test_shapes_or_errors_are_pytorchs(plane, size, stride, padding, ceil_mode, torch) -> None:
    x = np.arange(float(2 * np.prod(plane))).reshape(1, 2, *plane)
    for name in ("max_pool2d", "avg_pool2d"):
        results = []
        for m in (mg, torch):
            try:
                results.append(getattr(m.nn.functional, name)(m.tensor(x), size, stride, padding, ceil_mode=ceil_mode))
            except RuntimeError as error:
                results.append(error)
        ours, theirs = results
        assert isinstance(ours, RuntimeError) == isinstance(theirs, RuntimeError), results
        if not isinstance(ours, RuntimeError):
            assert_same(ours, theirs)


# fmt: off
MISTAKES = {
    "axes":              (lambda m: m.nn.functional.max_pool2d(m.ones(3, 3), 2),                    RuntimeError, r"Expected 3D or 4D input.*\[3, 3\]"),
    "stride 0":          (lambda m: m.nn.functional.max_pool2d(m.ones(1, 3, 3), 2, 0),              RuntimeError, "stride should be greater than zero"),
    "padding":           (lambda m: m.nn.functional.max_pool2d(m.ones(1, 3, 3), 2, padding=2),      RuntimeError, "pad should be at most half of effective kernel size"),
    "too large":         (lambda m: m.nn.functional.max_pool2d(m.ones(1, 3, 3), 4),                 RuntimeError, "Output size is too small"),
    "divisor 0":         (lambda m: m.nn.functional.avg_pool2d(m.ones(1, 3, 3), 2, divisor_override=0), RuntimeError, "divisor must be not zero"),
    "adaptive, axes":    (lambda m: m.nn.functional.adaptive_avg_pool2d(m.ones(3, 3), 2),           RuntimeError, "Expected 3D or 4D tensor"),
    "adaptive, size -1": (lambda m: m.nn.functional.adaptive_avg_pool2d(m.ones(1, 3, 3), -1),       RuntimeError, "greater than or equal to 0"),
    "unpool, shapes":    (lambda m: m.nn.functional.max_unpool2d(m.ones(1, 2, 2), m.zeros(1, 2, 3).long(), 2), RuntimeError, "Expected shape of indices"),
    "unpool, index":     (lambda m: m.nn.functional.max_unpool2d(m.ones(1, 1, 1, 1), m.zeros(1, 1, 1, 1).long() + 9, 2), RuntimeError, "Found an invalid max index: 9"),
}
# fmt: on


@pytest.mark.parametrize(("program", "error", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, error, message, torch) -> None:
    with pytest.raises(error, match=message):
        program(mg)
    with pytest.raises(error):
        program(torch)


def test_fast_pooling_of_squares_is_the_general_one(rng) -> None:
    """A third axis of the same numbers makes the window another one, and the pooling the general one."""
    x = distinct(rng, 2, 3, 8, 6)
    fast, general = F.max_pool2d(mg.tensor(x), 2), F.max_pool2d(mg.tensor(x), 2, return_indices=True)[0]
    assert np.array_equal(fast.numpy(), general.numpy())
