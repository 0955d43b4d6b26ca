"""Reductions over random shapes and axes, as in NumPy and PyTorch, and where mathematics leaves a choice."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg
from tests.autograd.reference import assert_close, assert_same, assert_same_outcome, attempt, gradients

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
MISSING = np.array([0.5, -1.0, 2.0, 1.5, -0.5, 3.0, np.nan])


def values(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


def some_missing(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).choice(MISSING, shape)


def assert_value_and_gradient_as_in_pytorch(torch: ModuleType, call: Callable[..., Any], array: np.ndarray) -> None:
    """Or an error in both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # too few elements for a variance
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


# -- over several axes -------------------------------------------------------------------------------------------------

# fmt: off
OVER_AXES: dict[str, Callable[..., Any]] = {
    "sum":       lambda m, x, dim, keepdim: m.sum(x, dim, keepdim),
    "mean":      lambda m, x, dim, keepdim: m.mean(x, dim, keepdim),
    "nansum":    lambda m, x, dim, keepdim: m.nansum(x, dim, keepdim),
    "nanmean":   lambda m, x, dim, keepdim: m.nanmean(x, dim, keepdim),
    "var":       lambda m, x, dim, keepdim: m.var(x, dim, keepdim=keepdim),
    "std":       lambda m, x, dim, keepdim: m.std(x, dim=dim, correction=0, keepdim=keepdim),
    "var_mean":  lambda m, x, dim, keepdim: sum(m.var_mean(x, dim, True, keepdim)),
    "std_mean":  lambda m, x, dim, keepdim: sum(m.std_mean(x, dim, correction=2, keepdim=keepdim)),
    "amax":      lambda m, x, dim, keepdim: m.amax(x, dim, keepdim),
    "amin":      lambda m, x, dim, keepdim: m.amin(m.round(x), dim, keepdim),
    "logsumexp": lambda m, x, dim, keepdim: m.logsumexp(x, dim, keepdim),
    "norm":      lambda m, x, dim, keepdim: m.norm(x, 3, dim, keepdim),
    "norm inf":  lambda m, x, dim, keepdim: m.linalg.vector_norm(m.round(x), float("inf"), dim, keepdim),
    "all":       lambda m, x, dim, keepdim: m.all(x > 0, dim, keepdim),
    "any":       lambda m, x, dim, keepdim: m.any(x > 0, dim, keepdim),
}
# fmt: on


@pytest.mark.parametrize("name", OVER_AXES)
def test_over_random_axes(name: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=80)
    @given(data=st.data(), shape=SHAPES, keepdim=st.booleans())
    def check(data: st.DataObject, shape: tuple[int, ...], keepdim: bool) -> None:
        dim = data.draw(axes_of(shape), "dim")
        call = lambda m, x: OVER_AXES[name](m, x, dim, keepdim)  # noqa: E731
        array = some_missing(shape) if name.startswith("nan") else values(shape)
        assert_value_and_gradient_as_in_pytorch(torch, call, array)

    check()


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "var", "std", "amax", "amin", "all", "any", "count_nonzero"])
def test_over_random_axes_as_in_numpy(name: str) -> None:
    """By NumPy's own names for the options, too."""

    @settings(derandomize=True, max_examples=50)
    @given(data=st.data(), shape=hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4))
    def check(data: st.DataObject, shape: tuple[int, ...]) -> None:
        axis = data.draw(axis_of(shape), "axis")
        options = {} if name == "count_nonzero" else {"keepdims": data.draw(st.booleans(), "keepdims")}
        array = np.round(values(shape), 1)
        biased = {"correction": 0} if name in ("var", "std") else {}
        assert_close(
            getattr(mg, name)(mg.tensor(array), axis=axis, **options, **biased),
            getattr(np, name)(array, axis=axis, **options),
        )

    check()


@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 3)])
@pytest.mark.parametrize("name", ["sum", "mean", "nansum", "amax", "norm"])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [None, ()])
def test_no_axis_is_all_of_them(name: str, shape: tuple[int, ...], dim: Any, keepdim: bool, torch: ModuleType) -> None:
    call = lambda m, x: getattr(m, name)(x, dim=dim, keepdim=keepdim)  # noqa: E731
    assert_value_and_gradient_as_in_pytorch(torch, call, values(shape))


# -- along one axis ----------------------------------------------------------------------------------------------------

# fmt: off
ALONG_AN_AXIS: dict[str, Callable[..., Any]] = {
    "prod":           lambda m, x, dim, keepdim: m.prod(x, dim, keepdim),
    "max":            lambda m, x, dim, keepdim: m.max(x, dim, keepdim).values,
    "max, places":    lambda m, x, dim, keepdim: m.max(m.round(x), dim, keepdim).indices,
    "min":            lambda m, x, dim, keepdim: m.min(m.round(x), dim, keepdim)[0],
    "min, places":    lambda m, x, dim, keepdim: m.min(x, dim, keepdim)[1],
    "aminmax":        lambda m, x, dim, keepdim: sum(m.aminmax(m.round(x), dim=dim, keepdim=keepdim)),
    "argmax":         lambda m, x, dim, keepdim: m.argmax(x, dim, keepdim),
    "argmin":         lambda m, x, dim, keepdim: m.argmin(m.round(x), dim, keepdim),
    "median":         lambda m, x, dim, keepdim: m.median(x, dim, keepdim)[0],
    "median, places": lambda m, x, dim, keepdim: m.median(x, dim, keepdim)[1],
    "nanmedian":      lambda m, x, dim, keepdim: m.nanmedian(x, dim, keepdim)[0],
    "kthvalue":       lambda m, x, dim, keepdim: m.kthvalue(x, 2, dim, keepdim)[0],
    "mode":           lambda m, x, dim, keepdim: m.mode(m.round(x), dim, keepdim)[0],
    "mode, places":   lambda m, x, dim, keepdim: m.mode(m.round(x), dim, keepdim)[1],
    "quantile":       lambda m, x, dim, keepdim: m.quantile(x, 0.37, dim, keepdim),
    "nanquantile":    lambda m, x, dim, keepdim: m.nanquantile(m.where(x > 1, float("nan"), x), 0.6, dim, keepdim),
    "softmax":        lambda m, x, dim, keepdim: m.softmax(x, dim),
    "log_softmax":    lambda m, x, dim, keepdim: m.log_softmax(x, dim),
    "cumsum":         lambda m, x, dim, keepdim: m.cumsum(x, dim),
    "cumprod":        lambda m, x, dim, keepdim: m.cumprod(x, dim),
    "cumprod with 0": lambda m, x, dim, keepdim: m.cumprod(m.where(m.abs(x) < 0.5, 0.0, x), dim),
    "logcumsumexp":   lambda m, x, dim, keepdim: m.logcumsumexp(x, dim),
    "cummax":         lambda m, x, dim, keepdim: m.cummax(m.round(x), dim)[0],
    "cummax, places": lambda m, x, dim, keepdim: m.cummax(m.round(x), dim).indices,
    "cummin":         lambda m, x, dim, keepdim: m.cummin(x, dim).values,
    "cummin, places": lambda m, x, dim, keepdim: m.cummin(m.round(x), dim)[1],
    "diff":           lambda m, x, dim, keepdim: m.diff(x, 1 + keepdim, dim),
}
# fmt: on


@pytest.mark.parametrize("name", ALONG_AN_AXIS)
def test_along_a_random_axis(name: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=60)
    @given(data=st.data(), shape=SHAPES, keepdim=st.booleans())
    def check(data: st.DataObject, shape: tuple[int, ...], keepdim: bool) -> None:
        dim = data.draw(axis_of(shape), "dim")
        call = lambda m, x: ALONG_AN_AXIS[name](m, x, dim, keepdim)  # noqa: E731
        assert_value_and_gradient_as_in_pytorch(torch, call, values(shape))

    check()


@pytest.mark.parametrize("name", ["median", "nanmedian", "cummax", "cummin", "max", "min", "kthvalue"])
@pytest.mark.parametrize("part", [0, 1])
def test_missing_numbers_along_an_axis(name: str, part: int, torch: ModuleType) -> None:
    """Which of several NaN an index tells is the first, but for the running ones."""
    array = some_missing((4, 5))
    array[np.arange(4), np.isnan(array).argmax(1)] = np.where(np.isnan(array).any(1), np.nan, 1.0)
    for dim in (0, 1):
        options = (2, dim) if name == "kthvalue" else (dim,)
        if (part, name) == (1, "kthvalue"):
            return  # left open by PyTorch
        assert_same(*(getattr(m, name)(m.tensor(array), *options)[part] for m in (mg, torch)))


@settings(derandomize=True, max_examples=60)
@given(data=st.data(), shape=SHAPES)
def test_flatten_from_and_to_random_axes(data: st.DataObject, shape: tuple[int, ...], torch: ModuleType) -> None:
    start, end = (data.draw(axis_of(shape), name) for name in ("start", "end"))
    assert_value_and_gradient_as_in_pytorch(torch, lambda m, x: m.flatten(x, start, end), values(shape))


@pytest.mark.parametrize("rows", [(), (40,), (3, 50)])
@pytest.mark.parametrize("length", [1, 10, 17, 300])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_all_lengths_lies_in_memory_as_its_input(
    name: str, length: int, rows: tuple[int, ...], torch: ModuleType
) -> None:
    """How the numbers are laid out for the computation does not show."""
    array = values((*rows, length)) * 10
    call = lambda m, x: getattr(m, name)(x, -1)  # noqa: E731
    assert_value_and_gradient_as_in_pytorch(torch, call, array)
    assert call(mg, mg.tensor(array)).is_contiguous()


@pytest.mark.parametrize("name", ["sum", "mean", "softmax", "max"])
def test_of_long_rows(name: str, torch: ModuleType) -> None:
    """Longer than what is added up by a product with ones."""
    array = values((3, 3000)).astype(np.float32)
    ours, theirs = (getattr(m, name)(m.tensor(array), 1) for m in (mg, torch))
    assert_same(*(x.values if name == "max" else x for x in (ours, theirs)))


# -- values ------------------------------------------------------------------------------------------------------------


def test_extremes_come_with_their_places_by_name_and_in_order() -> None:
    x = mg.tensor([[1.0, 5.0], [7.0, 2.0]])
    largest, places = x.max(1)
    assert (largest.tolist(), places.tolist()) == ([5.0, 7.0], [1, 0])
    assert x.max(1).indices.tolist() == [1, 0]


@pytest.mark.parametrize("name", ["max", "argmax", "min", "argmin"])
def test_first_of_equals_wins(name: str) -> None:
    result = getattr(mg.tensor([[2, 2, 2], [1, 2, 2]]), name)(1)
    places = result if name.startswith("arg") else result.indices
    assert places.tolist() == [0, 0 if "min" in name else 1]


def test_max_of_two_tensors(torch: ModuleType) -> None:
    for name in ("max", "min"):
        for call in (lambda m, f, x, y: f(x, y), lambda m, f, x, y: f(x, other=y)):
            both = (call(m, getattr(m, name), m.tensor([1.0, 5.0]), m.tensor([3.0, 2.0])) for m in (mg, torch))
            assert_same(*both)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize(
    "name",
    ["sum", "nansum", "prod", "amax", "all", "any", "count_nonzero", "argmax", "median", "cumsum", "cumprod", "mode"],
)
def test_dtype_of_the_result(name: str, dtype: str, torch: ModuleType) -> None:
    array = np.array([[1, 0], [1, 1]], dtype)
    for options in ((), (1,)):
        if name in ("cumsum", "cumprod", "mode") and not options:
            continue
        ours, theirs = (attempt(lambda m=m: getattr(m, name)(m.tensor(array), *options)) for m in (mg, torch))  # noqa: B023
        if isinstance(theirs, tuple):
            ours, theirs = ours[0], theirs[0]
        assert_same_outcome(ours, theirs)


@pytest.mark.parametrize("to", ["float32", "float64", "int64"])
@pytest.mark.parametrize("name", ["sum", "mean", "nansum", "prod", "cumsum", "cumprod", "softmax", "log_softmax"])
def test_elements_are_converted_first(name: str, to: str, torch: ModuleType) -> None:
    for dtype in ("int32", "float32"):
        array = np.array([[2.5, 0.75], [1.5, 3.25]]).astype(dtype)
        call = lambda m: getattr(m, name)(m.tensor(array), dim=1, dtype=getattr(m, to))  # noqa: B023, E731
        assert_same_outcome(*(attempt(lambda m=m: call(m)) for m in (mg, torch)))  # noqa: B023


def test_gradient_of_a_sum_in_another_dtype_comes_back_in_that_of_the_input() -> None:
    x = mg.ones(3, requires_grad=True)
    x.sum(dtype=mg.float64).backward()
    assert (x.grad.dtype, x.grad.tolist()) == (mg.float32, [1.0, 1.0, 1.0])


def test_whole_numbers_made_of_a_leaf_require_no_gradient(torch: ModuleType) -> None:
    for m in (mg, torch):
        assert not m.ones(2, requires_grad=True).long().requires_grad


@pytest.mark.parametrize("call", ["var", "std"])
def test_too_few_elements_for_a_variance_is_a_warning(call: str, torch: ModuleType) -> None:
    for m in (mg, torch):
        with pytest.warns(UserWarning, match="degrees of freedom is <= 0"):
            assert np.isnan(getattr(m.ones(1), call)().item())
        with pytest.warns(UserWarning, match="degrees of freedom is <= 0"):
            assert getattr(m.tensor([1.0, 2.0]), call)(correction=3).item() == float("inf")


def test_var_takes_its_arguments_in_all_of_pytorchs_ways(torch: ModuleType) -> None:
    array = values((3, 4))
    for call in (
        lambda m, x: m.var(x, False),
        lambda m, x: x.var(unbiased=False),
        lambda m, x: x.std(0, False, True),
        lambda m, x: x.var(dim=1, unbiased=True),
        lambda m, x: m.var(x, (0, 1), correction=2.5),
        lambda m, x: m.var_mean(x, False)[0],
        lambda m, x: m.std_mean(x, 1, False, True)[1],
    ):
        assert_value_and_gradient_as_in_pytorch(torch, call, array)


def test_all_of_bytes_are_bytes(torch: ModuleType) -> None:
    array = np.array([[0, 2], [1, 3]], np.uint8)
    for call in (lambda m, x: m.all(x), lambda m, x: m.any(x, 0, True), lambda m, x: x.all((0, 1))):
        assert_same(*(call(m, m.tensor(array)) for m in (mg, torch)))


def test_counts(torch: ModuleType) -> None:
    numbers, weights = np.array([0, 1, 1, 4]), np.array([0.5, 1.0, 2.0, 3.0])
    for call in (
        lambda m, n, w: m.bincount(n),
        lambda m, n, w: n.bincount(minlength=8),
        lambda m, n, w: m.bincount(n, w),
        lambda m, n, w: m.bincount(n, w.float(), 6),
        lambda m, n, w: m.bincount(n, n),
        lambda m, n, w: m.bincount(n[:0], minlength=2),
        lambda m, n, w: m.histc(w, 3),
        lambda m, n, w: w.float().histc(bins=4, min=1, max=3),
        lambda m, n, w: m.histc(m.ones(3), 4),
        lambda m, n, w: m.histc(w[:0], 4),
    ):
        assert_same(*(call(m, m.tensor(numbers), m.tensor(weights)) for m in (mg, torch)))


def test_quantiles_have_a_gradient_in_q_too(torch: ModuleType) -> None:
    slopes = []
    for m in (mg, torch):
        q = m.tensor([0.1, 0.6], dtype=m.float64, requires_grad=True)
        m.quantile(m.tensor(values((7,))), q).sum().backward()
        slopes.append(q.grad)
    assert_same(*slopes)


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_quantiles_of_missing_numbers(name: str, interpolation: str, torch: ModuleType) -> None:
    array = np.array([[1.0, np.nan, 3.0, 2.0], [4.0, 1.0, 0.0, 7.0], [np.nan] * 4])
    for q in (0.0, 0.5, 0.9, np.array([0.25, 1.0])):
        made = [
            getattr(m, name)(
                m.tensor(array), m.tensor(q) if isinstance(q, np.ndarray) else q, 1, interpolation=interpolation
            )
            for m in (mg, torch)
        ]
        assert_same(*made)


# -- where mathematics leaves a choice ---------------------------------------------------------------------------------

NAN, INF = np.nan, np.inf

# fmt: off
CHOICES: list[tuple[str, Callable[..., Any], list[float]]] = [
    ("prod with a 0",           lambda m, x: m.prod(x),                 [0.0, 2.0, 3.0]),
    ("prod with two 0",         lambda m, x: m.prod(x, 0),              [0.0, 0.0, 3.0]),
    ("cumprod with a 0",        lambda m, x: m.cumprod(x, 0),           [2.0, 0.0, 3.0, 4.0]),
    ("cumprod with two 0",      lambda m, x: m.cumprod(x, 0),           [2.0, 0.0, 3.0, 0.0, 4.0]),
    ("std of equals",           lambda m, x: m.std(x),                  [2.0, 2.0, 2.0]),
    ("std of one, biased",      lambda m, x: m.std(x, correction=0),    [2.0]),
    ("amax of equals",          lambda m, x: m.amax(x, 0),              [2.0, 1.0, 2.0]),
    ("amax of NaN",             lambda m, x: m.amax(x),                 [NAN, 1.0, NAN]),
    ("aminmax of equals",       lambda m, x: sum(m.aminmax(x)),         [1.0, 2.0, 2.0, 1.0]),
    ("max of two NaN",          lambda m, x: m.max(x),                  [NAN, 1.0, NAN]),
    ("median of equals",        lambda m, x: m.median(x),               [2.0, 1.0, 2.0]),
    ("median of NaN",           lambda m, x: m.median(x),               [2.0, NAN, 2.0]),
    ("median, dim, of NaN",     lambda m, x: m.median(x, 0)[0],         [2.0, NAN, 2.0, NAN]),
    ("nanmedian of NaN",        lambda m, x: m.nanmedian(x),            [2.0, NAN, 2.0]),
    ("cummax of equals",        lambda m, x: m.cummax(x, 0)[0],         [1.0, 3.0, 3.0, 2.0]),
    ("nansum of NaN",           lambda m, x: m.nansum(x),               [NAN, 1.0]),
    ("nanmean of NaN alone",    lambda m, x: m.nanmean(x),              [NAN, NAN]),
    ("logsumexp of inf",        lambda m, x: m.logsumexp(x, 0),         [INF, 1.0]),
    ("logsumexp of -inf",       lambda m, x: m.logsumexp(x, 0),         [-INF, 1.0]),
    ("logsumexp of -inf alone", lambda m, x: m.logsumexp(x, 0),         [-INF, -INF]),
    ("logsumexp, large",        lambda m, x: m.logsumexp(x, 0),         [1e4, 1e4]),
    ("logcumsumexp, large",     lambda m, x: m.logcumsumexp(x, 0),      [1e4, -1e4, 1e4]),
    ("logcumsumexp of -inf",    lambda m, x: m.logcumsumexp(x, 0),      [1.0, -INF, 2.0]),
    ("quantile of equals",      lambda m, x: m.quantile(x, 0.3),        [1.0, 1.0, 1.0]),
    ("quantile at an element",  lambda m, x: m.quantile(x, 0.5),        [3.0, 1.0, 2.0]),
    ("quantile of NaN",         lambda m, x: m.quantile(x, 0.3),        [NAN, 1.0, 2.0]),
    ("norm at 0",               lambda m, x: m.norm(x),                 [0.0, 0.0]),
    ("norm 3 at 0",             lambda m, x: m.norm(x, 3),              [0.0, 0.0]),
    ("norm 1 at 0",             lambda m, x: m.norm(x, 1),              [0.0, 1.0]),
    ("norm 0.5 at 0",           lambda m, x: m.norm(x, 0.5),            [0.0, 1.0]),
    ("norm 1.5 at 0",           lambda m, x: m.norm(x, 1.5),            [0.0, 1.0]),
    ("norm -1 at 0",            lambda m, x: m.norm(x, -1),             [0.0, 1.0]),
    ("norm inf of equals",      lambda m, x: m.norm(x, INF),            [2.0, -2.0, 1.0]),
    ("norm -inf of equals",     lambda m, x: m.norm(x, -INF),           [2.0, -1.0, 1.0]),
    ("norm inf of NaN",         lambda m, x: m.norm(x, INF),            [NAN, 1.0]),
    ("norm of inf",             lambda m, x: m.norm(x),                 [INF, 1.0]),
    ("dist at 0",               lambda m, x: m.dist(x, x.detach()),     [1.0, 2.0]),
    ("cdist at 0",              lambda m, x: m.cdist(x[None], x.detach()[None]), [1.0, 2.0]),
    ("cdist 1 at 0",            lambda m, x: m.cdist(x[None], x.detach()[None], 1.0), [1.0, 2.0]),
    ("cdist inf of equals",     lambda m, x: m.cdist(x[None], 0 * x.detach()[None], INF), [2.0, 2.0]),
]
# fmt: on


@pytest.mark.parametrize(("call", "at"), [pytest.param(call, at, id=name) for name, call, at in CHOICES])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value_and_gradient_where_mathematics_leaves_a_choice(
    call: Callable[..., Any], at: list[float], dtype: str, torch: ModuleType
) -> None:
    ours, theirs = (call(m, m.tensor(at, dtype=getattr(m, dtype))) for m in (mg, torch))
    assert_same(ours, theirs, "value")
    grad = np.ones(tuple(ours.shape), dtype)
    assert_same(*(gradients(m, call, [np.array(at, dtype)], grad)[0] for m in (mg, torch)), "gradient")


@pytest.mark.parametrize("at", [[0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
def test_second_gradient_of_a_product_with_zeros(at: list[float], torch: ModuleType) -> None:
    for name in ("prod", "cumprod"):
        made = []
        for m in (mg, torch):
            x = m.tensor(at, dtype=m.float64, requires_grad=True)
            value = getattr(m, name)(x, 0).sum()
            (slope,) = m.autograd.grad(value, x, create_graph=True)
            made.append(m.autograd.grad((slope * m.tensor([1.0, -2.0, 0.5], dtype=m.float64)).sum(), x)[0])
        assert_same(*made, name)


def test_norm_that_counts_has_no_slope() -> None:
    x = mg.tensor([2.0, 0.0], requires_grad=True)
    x.norm(0).backward()
    assert x.grad.tolist() == [0.0, 0.0]
