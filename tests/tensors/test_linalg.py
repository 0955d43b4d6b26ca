"""Linear algebra: what it is called, where matrices are singular, and what the table of operations cannot say."""

from __future__ import annotations

import inspect
import pickle
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import micrograd_nb as mg
import micrograd_nb.linalg
from tests.autograd.reference import assert_close, assert_same, finite_differences, gradients

INF = float("inf")


def matrix(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


# -- names -------------------------------------------------------------------------------------------------------------


def test_has_pytorchs_names(torch: ModuleType) -> None:
    theirs = {name for name in dir(torch.linalg) if not name.startswith("_") and callable(getattr(torch.linalg, name))}
    variants = {"ldl_factor_ex", "lu_factor_ex"}  # of functions that are left out
    assert set(micrograd_nb.linalg.__all__) == theirs - variants
    assert mg.linalg is micrograd_nb.linalg


@pytest.mark.parametrize("name", [name for name in micrograd_nb.linalg.__all__ if name != "LinAlgError"])
def test_is_documented_and_called_by_its_name(name: str) -> None:
    function = getattr(mg.linalg, name)
    assert function.__doc__
    assert function.__name__ == name


# fmt: off
LEFT_OUT = [
    "cholesky_ex", "diagonal", "eig", "eigvals", "householder_product", "inv_ex", "ldl_factor", "ldl_solve", "lu",
    "lu_factor", "lu_solve", "solve_ex", "tensorinv", "tensorsolve", "vander",
]
# fmt: on


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_says_what_to_use(name: str) -> None:
    with pytest.raises(NotImplementedError, match=rf"linalg\.{name} is not in micrograd_nb: .*(use|eigh)"):
        getattr(mg.linalg, name)(mg.eye(2))


# -- what functions return ---------------------------------------------------------------------------------------------

# fmt: off
NAMED: dict[str, Callable[[Any, Any], Any]] = {
    "max":            lambda m, x: m.max(x, 0),
    "min":            lambda m, x: x.min(dim=1),
    "aminmax":        lambda m, x: m.aminmax(x),
    "median":         lambda m, x: m.median(x, 1),
    "nanmedian":      lambda m, x: m.nanmedian(x, 1),
    "mode":           lambda m, x: m.mode(x),
    "kthvalue":       lambda m, x: m.kthvalue(x, 2),
    "cummax":         lambda m, x: m.cummax(x, 0),
    "cummin":         lambda m, x: m.cummin(x, 1),
    "slogdet":        lambda m, x: m.slogdet(x),
    "linalg.slogdet": lambda m, x: m.linalg.slogdet(x),
    "linalg.qr":      lambda m, x: m.linalg.qr(x),
    "linalg.eigh":    lambda m, x: m.linalg.eigh(x),
    "linalg.svd":     lambda m, x: m.linalg.svd(x),
    "linalg.lstsq":   lambda m, x: m.linalg.lstsq(x, x),
    "svd":            lambda m, x: m.svd(x),
}
# fmt: on


def plain(text: str) -> str:
    """Without spaces and the signs of zeros, which are a matter of taste."""
    return re.sub(r"\s|-(?=0\.)", "", text)


@pytest.mark.parametrize("name", NAMED)
def test_results_have_pytorchs_names_and_print_alike(name: str, torch: ModuleType) -> None:
    array = np.array([[2.0, 0.0], [0.0, 1.0]])
    ours, theirs = (NAMED[name](m, m.tensor(array)) for m in (mg, torch))
    assert ours._fields == type(theirs).__match_args__
    assert plain(repr(ours)).replace("micrograd_nb.", "torch.") == plain(repr(theirs))
    assert pickle.loads(pickle.dumps(ours))._fields == ours._fields
    assert ours[0] is getattr(ours, ours._fields[0])


@pytest.mark.parametrize("driver", [None, "gels", "gelsy", "gelsd", "gelss"])
@pytest.mark.parametrize(
    "shapes", [((4, 3), (4, 2)), ((4, 3), (4,)), ((3, 4), (3, 2)), ((2, 4, 3), (2, 4, 1)), ((2, 4, 3), (2, 4))]
)
def test_least_squares(shapes: tuple[tuple[int, ...], ...], driver: str | None, torch: ModuleType) -> None:
    a, b = (matrix(*shape) for shape in shapes)
    ours, theirs = (m.linalg.lstsq(m.tensor(a), m.tensor(b), driver=driver) for m in (mg, torch))
    for part in ("solution", "residuals", "rank", "singular_values"):
        assert_same(getattr(ours, part), getattr(theirs, part), part)


def test_least_squares_of_dependent_columns(torch: ModuleType) -> None:
    for driver in ("gelsy", "gelsd"):
        made = (m.linalg.lstsq(m.ones(4, 2), m.ones(4, 1), driver=driver) for m in (mg, torch))
        for ours, theirs in zip(*made, strict=True):
            assert_same(ours, theirs)


def test_rank_by_tolerances(torch: ModuleType) -> None:
    array = np.diag([3.0, 1.0, 1e-3, 1e-18])
    for options in ({}, {"tol": 0.01}, {"atol": 2.0}, {"rtol": 0.5}, {"atol": 1e-4, "rtol": 0.5}, {"hermitian": True}):
        ours, theirs = (m.linalg.matrix_rank(m.tensor(array), **options) for m in (mg, torch))
        assert_same(ours, theirs, str(options))
        if "tol" not in options:
            assert_same(*(m.linalg.pinv(m.tensor(array), **options) for m in (mg, torch)), str(options))
    assert_same(*(m.linalg.pinv(m.tensor(array), 0.1) for m in (mg, torch)))


# -- decompositions put together again ---------------------------------------------------------------------------------


@settings(max_examples=40, derandomize=True)
@given(shape=st.lists(st.integers(0, 3), max_size=2), rows=st.integers(0, 4), columns=st.integers(0, 4))
def test_decompositions_give_the_matrix_back(shape: list[int], rows: int, columns: int, torch: ModuleType) -> None:
    array = matrix(*shape, rows, columns)
    x = mg.tensor(array)
    q, r = mg.linalg.qr(x)
    assert_close(q @ r, array)
    u, s, vh = mg.linalg.svd(x, full_matrices=False)
    assert_close((u * s[..., None, :]) @ vh, array)
    assert_same(s, torch.linalg.svdvals(torch.tensor(array)))
    assert_close(x @ mg.linalg.pinv(x) @ x, array)
    for kind in ("reduced", "complete"):
        ours, theirs = (m.linalg.qr(m.tensor(array), kind) for m in (mg, torch))
        assert [tuple(x.shape) for x in ours] == [tuple(x.shape) for x in theirs]


@settings(max_examples=30, derandomize=True)
@given(shape=st.lists(st.integers(1, 3), max_size=2), n=st.integers(1, 4))
def test_inverse_solve_and_determinant_agree(shape: list[int], n: int) -> None:
    array = matrix(*shape, n, n) + 3 * np.eye(n)
    x = mg.tensor(array)
    assert_close(mg.linalg.solve(x, mg.tensor(np.broadcast_to(np.eye(n), array.shape))), mg.linalg.inv(x))
    assert_close(mg.linalg.det(x) * mg.linalg.det(mg.linalg.inv(x)), np.ones(tuple(shape)))
    sign, logarithm = mg.slogdet(x)
    assert_close(sign * logarithm.exp(), mg.det(x))
    assert_close(mg.matrix_exp(mg.tensor(np.zeros_like(array))), np.broadcast_to(np.eye(n), array.shape))


def test_exponential_of_a_large_matrix(torch: ModuleType) -> None:
    array = 5 * matrix(4, 4)
    for dtype in ("float32", "float64"):
        ours, theirs = (m.matrix_exp(m.tensor(array.astype(dtype))) for m in (mg, torch))
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-9 if dtype == "float64" else 1e-4)


# -- where a matrix is singular ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "array", [[[1.0, 2.0], [2.0, 4.0]], np.zeros((2, 2)), np.ones((3, 3)), np.diag([1.0, 2.0, 0.0])]
)
def test_determinant_of_a_singular_matrix_has_its_cofactors_as_gradient(array: Any) -> None:
    array = np.array(array)
    (ours,) = gradients(mg, lambda m, x: m.det(x), [array], np.ones(()))
    (slopes,) = finite_differences(lambda x: np.linalg.det(x), [array], np.ones(()))
    assert_close(ours, np.round(slopes, 8))


def test_sign_of_a_determinant_has_no_slope() -> None:
    x = mg.tensor(matrix(3, 3), requires_grad=True)
    mg.slogdet(x).sign.backward()
    assert x.grad.tolist() == np.zeros((3, 3)).tolist()


def test_logdet_of_matrices_that_have_none(torch: ModuleType) -> None:
    for array in (-np.eye(3), np.zeros((2, 2)), np.array([np.eye(2), [[0.0, 1.0], [1.0, 0.0]]])):
        assert_same(*(m.logdet(m.tensor(array)) for m in (mg, torch)))


SINGULAR = [[4.0, 2.0, 1.0], [2.0, 1.0, 0.5], [1.0, 0.0, 0.0]]  # eliminated without rounding, on every machine


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda m, x: m.linalg.inv(x), id="inv"),
        pytest.param(lambda m, x: m.linalg.inv(m.stack([m.eye(3).double(), x])), id="inv of a batch"),
        pytest.param(lambda m, x: m.linalg.inv(x * 0), id="inv of 0"),
        pytest.param(lambda m, x: m.linalg.cholesky(m.eye(3) - 2 * m.ones(3, 3)), id="cholesky"),
        pytest.param(lambda m, x: m.linalg.cholesky(m.tensor([[1.0, 2.0], [2.0, 1.0]])), id="cholesky, second minor"),
        pytest.param(
            lambda m, x: m.linalg.cholesky(m.stack([m.eye(2), -m.eye(2)]), upper=True), id="cholesky of a batch"
        ),
        pytest.param(lambda m, x: m.linalg.solve(x, m.ones(3).double()), id="solve"),
        pytest.param(lambda m, x: m.linalg.svd(x * float("nan")), id="svd"),
    ],
)
def test_error_begins_as_in_pytorch(call: Callable[..., Any], torch: ModuleType) -> None:
    with pytest.raises(torch.linalg.LinAlgError) as theirs:
        call(torch, torch.tensor(SINGULAR, dtype=torch.float64))
    with pytest.raises(mg.linalg.LinAlgError) as ours:
        call(mg, mg.tensor(SINGULAR, dtype=mg.float64))
    assert str(ours.value).startswith(str(theirs.value).rstrip("."))
    assert issubclass(mg.linalg.LinAlgError, RuntimeError)


def test_singular_triangle_gives_infinity_as_in_pytorch(torch: ModuleType) -> None:
    made = (
        m.linalg.solve_triangular(m.tensor([[1.0, 2.0], [0.0, 0.0]]), m.ones(2, 1), upper=True) for m in (mg, torch)
    )
    assert_same(*made)


def test_condition_of_a_matrix(torch: ModuleType) -> None:
    for array in (matrix(3, 3), np.zeros((2, 2)), np.eye(2)):
        for p in (None, 1, -1, 2, -2, INF, "fro", *(["nuc"] if array.any() else [])):
            ours, theirs = (m.linalg.cond(m.tensor(array), p) for m in (mg, torch))
            assert_same(ours, theirs, str(p))


def test_gradient_of_a_condition() -> None:
    array = matrix(3, 3) + 3 * np.eye(3)
    (ours,) = gradients(mg, lambda m, x: m.linalg.cond(x, 1), [array], np.ones(()))
    (slopes,) = finite_differences(lambda x: np.linalg.cond(x, 1), [array], np.ones(()))
    np.testing.assert_allclose(ours.array, slopes, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["cholesky", "qr"])
def test_old_names_are_deprecated_as_in_pytorch(name: str, torch: ModuleType) -> None:
    made = []
    for m in (mg, torch):
        with pytest.warns(UserWarning, match=rf"torch\.{name} is deprecated"):
            made.append(getattr(m, name)(m.tensor([[2.0, 1.0], [1.0, 2.0]])))
    for ours, theirs in zip(*made, strict=True):
        assert_same(ours, theirs)


@pytest.mark.parametrize("options", [{}, {"some": False}, {"compute_uv": False}])
def test_old_svd(options: dict[str, bool], torch: ModuleType) -> None:
    ours, theirs = (m.svd(m.tensor(matrix(4, 3)), **options) for m in (mg, torch))
    assert [tuple(x.shape) for x in ours] == [tuple(x.shape) for x in theirs]
    assert_same(ours.S, theirs.S)


# -- norms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [(-2, -1), (0, 1), (2, 0)])
@pytest.mark.parametrize("ord", ["fro", "nuc", 1, -1, 2, -2, INF, -INF])
def test_norm_of_matrices(ord: Any, dim: tuple[int, int], keepdim: bool, torch: ModuleType) -> None:
    call = lambda m, x: m.linalg.matrix_norm(x, ord, dim, keepdim)  # noqa: E731
    array = matrix(2, 3, 4)
    ours = call(mg, mg.tensor(array))
    assert_same(ours, call(torch, torch.tensor(array)))
    grad = np.random.default_rng(1).normal(size=tuple(ours.shape))
    assert_same(*(gradients(m, call, [array], grad)[0] for m in (mg, torch)))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda m, x: m.norm(x, p="fro", dim=0), id="fro along an axis"),
        pytest.param(lambda m, x: m.norm(x, "nuc", dim=(0, 1)), id="nuc"),
        pytest.param(lambda m, x: x.norm(p=None), id="no p"),
        pytest.param(lambda m, x: m.norm(x.float(), dtype=m.float64), id="dtype"),
        pytest.param(lambda m, x: m.norm(x.to(m.float16), 1), id="halves"),
        pytest.param(lambda m, x: m.linalg.norm(x[0], INF), id="vector"),
        pytest.param(lambda m, x: m.linalg.norm(x, axis=1, keepdims=True), id="NumPy's names"),
        pytest.param(lambda m, x: m.linalg.norm(x, 2.5, dim=(1,)), id="tuple of one"),
        pytest.param(lambda m, x: m.linalg.vector_norm(x[:0], 3), id="nothing"),
        pytest.param(lambda m, x: m.linalg.matrix_norm(x[:0], "fro"), id="no rows"),
        pytest.param(lambda m, x: m.cdist(x, x[:0]), id="distances to nothing"),
        pytest.param(lambda m, x: m.cdist(x[:, :0], x[:, :0]), id="no coordinates"),
        pytest.param(lambda m, x: m.dist(x, x.float()), id="dist, dtypes"),
    ],
)
def test_norm(call: Callable[..., Any], torch: ModuleType) -> None:
    assert_same(*(call(m, m.tensor(matrix(3, 4))) for m in (mg, torch)))


def test_distances_of_many_points(torch: ModuleType) -> None:
    a, b = matrix(40, 3), matrix(2, 30, 3) + 1
    for p in (2.0, 1.0, 2.5, INF):
        call = lambda m, x, y: m.cdist(x, y, p)  # noqa: B023, E731
        assert_same(*(call(m, m.tensor(a), m.tensor(b)) for m in (mg, torch)), str(p))


def test_distances_are_computed_some_points_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = mg.tensor(matrix(7, 3)), mg.tensor(matrix(5, 3) + 1)
    at_once = mg.cdist(a, b, 1)
    monkeypatch.setattr("micrograd_nb.autograd.rules.norm.MANY", 40)
    assert_close(mg.cdist(a, b, 1), at_once)


def test_signatures_name_their_arguments_as_pytorch_does() -> None:
    """A few that have no twin to compare with: PyTorch's are written in C."""
    assert list(inspect.signature(mg.linalg.solve).parameters) == ["A", "B", "left"]
    assert list(inspect.signature(mg.linalg.svd).parameters) == ["A", "full_matrices", "driver"]
    assert list(inspect.signature(mg.linalg.vector_norm).parameters) == ["input", "ord", "dim", "keepdim", "dtype"]
