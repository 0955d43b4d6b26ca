"""LBFGS: the same path as PyTorch's, and the line search by itself."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.optim.line_search import Point, lowest_of_cubic, strong_wolfe
from tests.nn.alike import error_of

# PyTorch turns the loss into a number, and warns of that.
pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True to a scalar")

OPTIONS = [
    {"lr": 0.1},
    {"lr": 0.01, "max_iter": 5},
    {"lr": 0.1, "history_size": 2},
    {"lr": 0.1, "tolerance_grad": 1e-2},
    {"lr": 0.1, "tolerance_change": 1e-3},
    {"lr": 0.1, "max_eval": 6},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 3},
    {"line_search_fn": "strong_wolfe", "max_eval": 7},
    {"line_search_fn": "strong_wolfe", "max_eval": 1, "lr": 3.0},
    {"line_search_fn": "strong_wolfe", "max_iter": 3, "lr": 1e-3, "tolerance_change": 1e-4},
]


def valley(lib: Any, start: np.ndarray, dtype: str = "float64") -> tuple[list[Any], Any]:
    """Rosenbrock's valley in five dimensions, not too steep, beside another function in two, and parts that join them.

    In a steep one the rounding errors of both libraries soon grow into different paths.
    """
    p, q, idle = (
        lib.tensor(x, dtype=getattr(lib, dtype), requires_grad=True) for x in (start, start[:2, None] * 0.5, start[:1])
    )

    def loss() -> Any:
        steep = (2 * (p[1:] - p[:-1] ** 2)) ** 2
        return ((1 - p[:-1]) ** 2).sum() + steep.sum() + ((q * q - 1) ** 2).sum() + (q.sin().sum() * p[:2]).sum()

    return [p, q, idle], loss


def run(lib: Any, parameters: list[Any], loss: Any, optimizer: Any, steps: int) -> list[float]:
    """The losses of all evaluations."""
    losses = []

    def closure() -> Any:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        losses.append(value.item())
        return value

    for _ in range(steps):
        optimizer.step(closure)
    return losses


def trained(lib: Any, start: np.ndarray, options: dict[str, Any], dtype: str = "float64", steps: int = 6) -> Any:
    parameters, loss = valley(lib, start, dtype)
    optimizer = lib.optim.LBFGS(parameters, **options)
    losses = run(lib, parameters, loss, optimizer, steps)
    return losses, [p.detach().numpy() for p in parameters], optimizer.state[parameters[0]]


@pytest.fixture(params=range(3))
def start(request) -> np.ndarray:
    return np.random.default_rng(request.param).standard_normal(5)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_path_is_pytorchs(options, start, torch) -> None:
    (losses, ours, state), (their_losses, theirs, their_state) = (trained(lib, start, options) for lib in (mg, torch))
    assert len(losses) == len(their_losses)
    np.testing.assert_allclose(losses, their_losses, rtol=1e-6, atol=1e-6)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-6)
    assert [state[name] for name in ("n_iter", "func_evals")] == [their_state[n] for n in ("n_iter", "func_evals")]
    assert their_state.keys() - state.keys() <= {"al"}  # memory of PyTorch's to compute in


def test_every_option_matters() -> None:
    start = np.random.default_rng(0).standard_normal(5)
    paths = [tuple(trained(mg, start, options)[0]) for options in OPTIONS]
    assert len(set(paths)) == len(paths)


def test_float32_is_pytorchs(start, torch) -> None:
    options = {"lr": 0.05, "max_iter": 5}
    (_, ours, _), (_, theirs, _) = (trained(lib, start, options, "float32", steps=4) for lib in (mg, torch))
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype == np.float32
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-3)


def test_parameters_of_several_dtypes(torch) -> None:
    def program(lib: Any) -> list[np.ndarray]:
        p = lib.tensor([3.0, 4.0], requires_grad=True)
        q = lib.tensor([[5.0]], dtype=lib.float64, requires_grad=True)
        run(lib, [p, q], lambda: (p * p).sum() + (q * q).sum(), lib.optim.LBFGS([p, q], lr=0.1), 1)
        return [p.detach().numpy(), q.detach().numpy()]

    for mine, other in zip(program(mg), program(torch), strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_allclose(mine, other, rtol=1e-5)


def test_a_tensor_as_learning_rate(start, torch) -> None:
    ends = [trained(lib, start, {"lr": lib.tensor(0.05, dtype=lib.float64)})[1] for lib in (mg, torch)]
    for mine, other in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("options", [{"lr": 0.1}, {"line_search_fn": "strong_wolfe", "max_iter": 4}], ids=str)
@pytest.mark.parametrize("there_and_back", [False, True])
def test_state_is_interchangeable_with_pytorch(there_and_back, options, start, torch) -> None:
    losses, [p, q, idle], _ = trained(torch, start, options, steps=4)
    parameters, loss = valley(torch, start)
    theirs = torch.optim.LBFGS(parameters, **options)
    seen = len(run(torch, parameters, loss, theirs, 2))
    state = theirs.state_dict()
    if there_and_back:
        state = as_torch(torch, loaded(mg, state, start, parameters, options)[2].state_dict())
        new, new_loss, optimizer = loaded(torch, state, start, parameters, options)
    else:
        new, new_loss, optimizer = loaded(mg, state, start, parameters, options)
    lib = torch if there_and_back else mg
    np.testing.assert_allclose(run(lib, new, new_loss, optimizer, 2), losses[seen:], rtol=1e-6, atol=1e-9)
    for mine, other in zip(new, (p, q, idle), strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), other, rtol=1e-6)


def loaded(lib: Any, state: Any, start: np.ndarray, where: list[Any], options: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A valley with the parameters of another, and an optimizer with its state."""
    parameters, loss = valley(lib, start)
    with lib.no_grad():
        for p, other in zip(parameters, where, strict=True):
            p.copy_(lib.tensor(other.detach().numpy()))
    optimizer = lib.optim.LBFGS(parameters, **options)
    optimizer.load_state_dict(state)
    return parameters, loss, optimizer


def as_torch(torch: Any, value: Any) -> Any:
    """The same with PyTorch's tensors."""
    if isinstance(value, mg.Tensor):
        return torch.tensor(value.numpy())
    if isinstance(value, dict):
        return {name: as_torch(torch, x) for name, x in value.items()}
    return [as_torch(torch, x) for x in value] if isinstance(value, list) else value


def test_a_gradient_of_zero_ends_the_step(torch) -> None:
    for lib in (mg, torch):
        p = lib.zeros(2, requires_grad=True)
        optimizer = lib.optim.LBFGS([p])
        assert len(run(lib, [p], lambda p=p: (p * p).sum(), optimizer, 3)) == 3
        assert optimizer.state[p] == {"func_evals": 3, "n_iter": 0}


def test_what_the_step_returns_is_the_first_loss(torch) -> None:
    for lib in (mg, torch):
        p = lib.ones(2, requires_grad=True)
        optimizer = lib.optim.LBFGS([p], lr=0.1)

        def closure(p: Any = p, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = (p * p).sum()
            loss.backward()
            return loss

        assert optimizer.step(closure).item() == 2.0


def test_numbers_explode_without_a_warning_and_the_users_own_still_warn() -> None:
    p = mg.tensor([1e30, -1e30], requires_grad=True)
    optimizer = mg.optim.LBFGS([p], lr=1e30, line_search_fn="strong_wolfe")

    def closure() -> float:
        p.grad = mg.tensor([3e38, -3e38])
        return float("inf")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            optimizer.step(closure)
    with pytest.warns(RuntimeWarning, match="overflow"):
        optimizer.step(lambda: np.float32(1e30) * np.float32(1e30))


def test_closures_get_gradients_inside_no_grad() -> None:
    p = mg.ones(2, requires_grad=True)
    optimizer = mg.optim.LBFGS([p])
    with mg.no_grad():
        run(mg, [p], lambda: ((p - 3) ** 2).sum(), optimizer, 1)
    np.testing.assert_allclose(p.detach().numpy(), 3.0, rtol=1e-5)


# -- errors ------------------------------------------------------------------------------------------------------------


def leaf(lib: Any) -> Any:
    return lib.ones(2, requires_grad=True)


ERRORS = {
    "two groups": lambda lib: lib.optim.LBFGS([{"params": leaf(lib)}, {"params": leaf(lib)}]),
    "negative lr": lambda lib: lib.optim.LBFGS([leaf(lib)], lr=-1),
    "lr with elements": lambda lib: lib.optim.LBFGS([leaf(lib)], lr=lib.ones(2)),
    "without a closure": lambda lib: lib.optim.LBFGS([leaf(lib)]).step(),
    "line search": lambda lib: run(
        lib, [p := leaf(lib)], lambda: (p * p).sum(), lib.optim.LBFGS([p], line_search_fn="armijo"), 1
    ),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program, torch) -> None:
    ours, theirs = error_of(program, mg), error_of(program, torch)
    assert type(ours) is type(theirs)
    assert str(ours).startswith(str(theirs))


def test_a_second_group_is_refused_before_it_does_harm() -> None:
    optimizer = mg.optim.LBFGS([leaf(mg)])
    with pytest.raises(ValueError, match="Give it all in one list"):
        optimizer.add_param_group({"params": leaf(mg)})
    assert len(optimizer.param_groups) == 1


# -- the line search ---------------------------------------------------------------------------------------------------


def along(function: Any, derivative: Any, calls: list[float] | None = None) -> Any:
    """A function of one number as the line search wants it."""

    def evaluate(t: float) -> Point:
        if calls is not None:
            calls.append(t)
        return Point(t, function(t), np.array([derivative(t)]), np.float64(derivative(t)))

    return evaluate


@given(st.floats(0.1, 10), st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_point_meets_the_strong_wolfe_conditions(bottom: float, height: float, first: float) -> None:
    evaluate = along(lambda t: height * (t - bottom) ** 4, lambda t: 4 * height * (t - bottom) ** 3)
    start = evaluate(0.0)
    found = strong_wolfe(evaluate, start, first, 1.0, tolerance=0.0, most=60)
    assert found.loss <= start.loss + 1e-4 * found.t * start.slope
    assert abs(found.slope) <= 0.9 * abs(start.slope)


def test_the_search_ends_after_as_many_evaluations_as_it_may_make() -> None:
    for most in range(6):
        calls: list[float] = []
        evaluate = along(lambda t: -t, lambda t: -1.0, calls)  # there is no bottom
        with np.errstate(divide="ignore"):  # as in a step
            found = strong_wolfe(evaluate, evaluate(0.0), 1.0, 1.0, tolerance=0.0, most=most)
        assert found.t == 10.0**most
        assert len(calls) == most + 2


def test_the_search_ends_where_nothing_changes_any_more() -> None:
    calls: list[float] = []
    evaluate = along(lambda t: abs(t - 0.7), lambda t: math.copysign(1, t - 0.7), calls)  # no point is flat enough
    found = strong_wolfe(evaluate, evaluate(0.0), 1.0, 1.0, tolerance=1e-3, most=1000)
    assert found.t == pytest.approx(0.7, abs=1e-3)
    assert len(calls) < 40


@given(st.floats(-3, 3), st.floats(0.1, 5))
def test_the_lowest_point_of_a_cubic(x: float, width: float) -> None:
    """(t − x)² (t − x + 9) has a lowest point at x, and the cubic through any two points is the function itself."""
    evaluate = along(lambda t: (t - x) ** 2 * (t - x + 9), lambda t: 3 * (t - x) ** 2 + 18 * (t - x))
    a, b = evaluate(x - width * 0.4), evaluate(x + width * 0.6)
    assert lowest_of_cubic(a, b) == lowest_of_cubic(b, a) == pytest.approx(x, abs=1e-6)
    assert lowest_of_cubic(a, b, (x + 1, x + 2)) == x + 1
