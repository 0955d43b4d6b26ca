"""Activations: values and gradients beside PyTorch's, at kinks and far out, in place, and what they refuse."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg
import micrograd_nb.nn.functional as F
from tests.autograd.reference import assert_same, attempt, leaves
from tests.nn.alike import computes_alike, raises_alike

INF = math.inf

# fmt: off
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "relu":               lambda m, x: m.nn.functional.relu(x),
    "relu6":              lambda m, x: m.nn.functional.relu6(x),
    "leaky_relu":         lambda m, x: m.nn.functional.leaky_relu(x),
    "leaky_relu, slope":  lambda m, x: m.nn.functional.leaky_relu(x, negative_slope=0.3),
    "leaky_relu, 1":      lambda m, x: m.nn.functional.leaky_relu(x, 1.0),
    "leaky_relu, over 1": lambda m, x: m.nn.functional.leaky_relu(x, 1.5),
    "leaky_relu, less than 0": lambda m, x: m.nn.functional.leaky_relu(x, -0.5),
    "prelu":              lambda m, x: m.nn.functional.prelu(x, m.tensor([0.25], dtype=x.dtype)),
    "rrelu":              lambda m, x: m.nn.functional.rrelu(x),
    "rrelu, limits":      lambda m, x: m.nn.functional.rrelu(x, 0.1, 0.5, False),
    "elu":                lambda m, x: m.nn.functional.elu(x),
    "elu, alpha":         lambda m, x: m.nn.functional.elu(x, alpha=0.4),
    "selu":               lambda m, x: m.nn.functional.selu(x),
    "celu":               lambda m, x: m.nn.functional.celu(x),
    "celu, alpha":        lambda m, x: m.nn.functional.celu(x, 2.5),
    "gelu":               lambda m, x: m.nn.functional.gelu(x),
    "gelu, tanh":         lambda m, x: m.nn.functional.gelu(x, approximate="tanh"),
    "silu":               lambda m, x: m.nn.functional.silu(x),
    "mish":               lambda m, x: m.nn.functional.mish(x),
    "softplus":           lambda m, x: m.nn.functional.softplus(x),
    "softplus, beta":     lambda m, x: m.nn.functional.softplus(x, beta=0.5),
    "softplus, threshold": lambda m, x: m.nn.functional.softplus(x, 2.0, 1.0),
    "softplus, no threshold": lambda m, x: m.nn.functional.softplus(x, threshold=60.0),
    "softsign":           lambda m, x: m.nn.functional.softsign(x),
    "softshrink":         lambda m, x: m.nn.functional.softshrink(x),
    "softshrink, 0":      lambda m, x: m.nn.functional.softshrink(x, 0.0),
    "hardshrink":         lambda m, x: m.nn.functional.hardshrink(x),
    "hardshrink, 0":      lambda m, x: m.nn.functional.hardshrink(x, 0.0),
    "hardshrink, less than 0": lambda m, x: m.nn.functional.hardshrink(x, -1.0),
    "tanhshrink":         lambda m, x: m.nn.functional.tanhshrink(x),
    "hardtanh":           lambda m, x: m.nn.functional.hardtanh(x),
    "hardtanh, limits":   lambda m, x: m.nn.functional.hardtanh(x, -3.0, 0.5),
    "hardswish":          lambda m, x: m.nn.functional.hardswish(x),
    "hardsigmoid":        lambda m, x: m.nn.functional.hardsigmoid(x),
    "threshold":          lambda m, x: m.nn.functional.threshold(x, 0.5, 20),
    "logsigmoid":         lambda m, x: m.nn.functional.logsigmoid(x),
    "sigmoid":            lambda m, x: m.nn.functional.sigmoid(x),
    "tanh":               lambda m, x: m.nn.functional.tanh(x),
}
AXES: dict[str, Callable[[Any, Any], Any]] = {
    "softmax":            lambda m, x: m.nn.functional.softmax(x, 1),
    "softmax, dim 0":     lambda m, x: m.nn.functional.softmax(x, dim=0),
    "softmax, dtype":     lambda m, x: m.nn.functional.softmax(x, -1, dtype=m.float64),
    "softmax, guessed":   lambda m, x: m.nn.functional.softmax(x),
    "log_softmax":        lambda m, x: m.nn.functional.log_softmax(x, -1),
    "log_softmax, dtype": lambda m, x: m.nn.functional.log_softmax(x, 0, dtype=m.float64),
    "softmin":            lambda m, x: m.nn.functional.softmin(x, 1),
    "softmin, dtype":     lambda m, x: m.nn.functional.softmin(x, 1, dtype=m.float64),
    "glu":                lambda m, x: m.nn.functional.glu(x),
    "glu, dim":           lambda m, x: m.nn.functional.glu(x, dim=1),
    "prelu, channels":    lambda m, x: m.nn.functional.prelu(x, m.arange(x.shape[1]).to(x.dtype) - 2),
}
# fmt: on

every_function = pytest.mark.parametrize("program", FUNCTIONS.values(), ids=FUNCTIONS)


@every_function
@pytest.mark.parametrize("shape", [(3, 4), (), (0, 3), (2, 3, 4), (5,)])
def test_function_is_pytorchs(
    program: Callable[..., Any], shape: tuple[int, ...], torch: ModuleType, rng: np.random.Generator
) -> None:
    computes_alike(program, torch, [3 * rng.normal(size=shape)])


@pytest.mark.filterwarnings("ignore:Implicit dimension")
@pytest.mark.parametrize("program", AXES.values(), ids=AXES)
@pytest.mark.parametrize("shape", [(3, 4), (0, 4), (2, 4, 6), (2, 4, 3, 2)])
def test_function_along_an_axis_is_pytorchs(
    program: Callable[..., Any], shape: tuple[int, ...], torch: ModuleType, rng: np.random.Generator
) -> None:
    computes_alike(program, torch, [3 * rng.normal(size=shape)])


@pytest.mark.parametrize("at", [-6.0, -3.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0])
@every_function
def test_value_and_slope_at_a_kink_are_pytorchs(program: Callable[..., Any], at: float, torch: ModuleType) -> None:
    computes_alike(program, torch, [np.array(at)])


# Where PyTorch's own value or slope is NaN or infinite at a finite number, and ours is what mathematics says.
BETTER = {
    ("gelu, tanh", 1e300): 1.0, ("gelu, tanh", -1e300): 0.0, ("gelu, tanh", 1e30): 1.0, ("gelu, tanh", -1e30): 0.0,
}  # fmt: skip


@pytest.mark.parametrize("at", [1e300, 1e30, 1e5, 800.0, 90.0, 30.0, 16.0])
@pytest.mark.parametrize("sign", [1, -1], ids=["above", "below"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_large_numbers_neither_overflow_nor_lose_their_slope(
    name: str, sign: int, at: float, torch: ModuleType
) -> None:
    for dtype in ("float32", "float64"):
        if at > float(np.finfo(dtype).max):
            continue
        (x,), (y,) = (leaves(m, [np.array(sign * at, dtype)]) for m in (mg, torch))
        ours, theirs = FUNCTIONS[name](mg, x), FUNCTIONS[name](torch, y)
        assert_same(ours, theirs, dtype)
        ours.backward()
        theirs.backward()
        if (slope := BETTER.get((name, sign * at))) is not None and not np.isfinite(y.grad.item()):
            assert x.grad.item() == slope
        else:
            assert_same(x.grad, y.grad, dtype)
        assert np.isfinite(x.grad.item())


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if name not in ("threshold", "hardsigmoid", "hardtanh, limits")]
)
def test_small_numbers_keep_their_digits(name: str, torch: ModuleType) -> None:
    """Near 0, a difference of two numbers near 1 would have none left."""
    at = np.array([1e-12, -1e-12, 1e-20], "f4")
    ours, theirs = (FUNCTIONS[name](m, m.tensor(at)) for m in (mg, torch))
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", ["elu", "selu", "celu", "softplus", "logsigmoid", "sigmoid", "silu", "mish"])
def test_tails_keep_their_digits(name: str, torch: ModuleType) -> None:
    """What vanishes does so as the exponential does, and not in steps."""
    (x,), (y,) = (leaves(m, [np.array([-30.0, -20.0, -17.0], "f4")]) for m in (mg, torch))
    ours, theirs = FUNCTIONS[name](mg, x), FUNCTIONS[name](torch, y)
    ours.sum().backward()
    theirs.sum().backward()
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-5, atol=0)
    np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), rtol=1e-5, atol=0)


@every_function
def test_not_a_number_stays_not_a_number(program: Callable[..., Any], torch: ModuleType) -> None:
    at = np.array([np.nan, 1.0])
    ours, theirs = (program(m, m.tensor(at)) for m in (mg, torch))
    assert_same(ours, theirs)


@every_function
def test_half_precision(program: Callable[..., Any], torch: ModuleType, rng: np.random.Generator) -> None:
    x = (4 * rng.normal(size=50)).astype("f2")
    ours, theirs = program(mg, mg.tensor(x)), program(torch, torch.tensor(x))
    assert ours.dtype == mg.float16
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=4e-3, atol=1e-3)


@every_function
@pytest.mark.parametrize("dtype", ["int64", "bool", "uint8"])
def test_integers_and_bools_are_computed_or_refused_as_by_pytorch(
    program: Callable[..., Any], dtype: str, torch: ModuleType
) -> None:
    x = np.array([0, 1, 7]).astype(dtype)
    ours, theirs = (attempt(lambda m=m: program(m, m.tensor(x))) for m in (mg, torch))
    if isinstance(theirs, NotImplementedError) and not isinstance(ours, Exception):
        return  # PyTorch has not written it for this dtype
    if isinstance(theirs, Exception):
        assert type(ours) is type(theirs)
        assert "Use x." in str(ours) or "tensor is not supported" in str(ours)
    else:
        assert_same(ours, theirs)


@every_function
@given(
    x=hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        elements=st.floats(-50, 50, width=32),
    )
)
def test_shape_stays_and_slope_is_the_slope(program: Callable[..., Any], x: np.ndarray) -> None:
    """The gradient is that of the second-order machinery, which goes by the definition, and of a changed layout."""
    t, u, v = mg.tensor(x, requires_grad=True), mg.tensor(x, requires_grad=True), mg.tensor(x, requires_grad=True)
    y = program(mg, t)
    assert y.shape == t.shape
    y.sum().backward()
    (by_definition,) = mg.autograd.grad(program(mg, u).sum(), u, create_graph=True)
    np.testing.assert_allclose(by_definition.detach().numpy(), t.grad.numpy(), rtol=1e-9, atol=1e-9)
    program(mg, v.permute(tuple(reversed(range(v.ndim))))).sum().backward()
    np.testing.assert_array_equal(v.grad.numpy(), t.grad.numpy())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradcheck(name: str, rng: np.random.Generator) -> None:
    x = mg.tensor(4.1 * rng.uniform(-1, 1, 6), requires_grad=True)
    assert mg.autograd.gradcheck(lambda x: FUNCTIONS[name](mg, x), (x,))
    assert mg.autograd.gradgradcheck(lambda x: FUNCTIONS[name](mg, x), (x,))


# -- in place ----------------------------------------------------------------------------------------------------------

IN_PLACE = {
    "relu": (), "relu6": (), "leaky_relu": (0.2,), "rrelu": (), "elu": (0.5,), "selu": (), "celu": (2.0,), "silu": (),
    "mish": (), "hardtanh": (), "hardswish": (), "hardsigmoid": (), "threshold": (0.1, 2.0),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_writes_into_the_input_and_has_the_same_gradient(name: str, torch: ModuleType) -> None:
    def program(m: Any, x: Any) -> Any:
        y = x * 3
        result = getattr(m.nn.functional, name)(y, *IN_PLACE[name], inplace=True)
        assert result is y
        return y * y

    computes_alike(program, torch, [np.array([[-2.0, -0.1, 0.3], [1.0, 2.5, -1.0]])])


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_has_second_gradients(name: str) -> None:
    def second(inplace: bool) -> Any:
        x = mg.tensor([-1.2, 0.4, 2.0], dtype=mg.float64, requires_grad=True)
        y = getattr(F, name)(x * 2, *IN_PLACE[name], inplace=inplace)
        (slope,) = mg.autograd.grad((y * y).sum(), x, create_graph=True)
        return mg.autograd.grad(slope.sum(), x)[0]

    np.testing.assert_allclose(second(True).numpy(), second(False).numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_on_a_leaf_that_requires_gradients_is_refused(name: str, torch: ModuleType) -> None:
    for m in (mg, torch):
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            getattr(m.nn.functional, name)(m.ones(3, requires_grad=True), *IN_PLACE[name], inplace=True)


@pytest.mark.parametrize(
    "name", ["relu_", "hardtanh_", "leaky_relu_", "rrelu_", "elu_", "selu_", "celu_", "threshold_"]
)
def test_function_with_an_underscore_works_in_place(name: str, torch: ModuleType) -> None:
    for m in (mg, torch):
        x = m.tensor([-2.0, 3.0])
        assert getattr(m.nn.functional, name)(x, *((0.5, 7.0) if name == "threshold_" else ())) is x
        expected = getattr(m.nn.functional, name[:-1])(
            m.tensor([-2.0, 3.0]), *((0.5, 7.0) if name == "threshold_" else ())
        )
        assert x.tolist() == expected.tolist()


# -- at random ---------------------------------------------------------------------------------------------------------


def test_rrelu_draws_a_slope_for_each_negative_element() -> None:
    x = mg.full((10_000,), -1.0).requires_grad_()
    y = F.rrelu(x, 0.25, 0.75, training=True, generator=mg.Generator().manual_seed(0))
    slopes = -y.detach().numpy()
    assert 0.25 <= slopes.min() < 0.26
    assert 0.74 < slopes.max() <= 0.75
    assert abs(slopes.mean() - 0.5) < 0.01
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), slopes)
    assert F.rrelu(mg.tensor([3.0]), training=True).item() == 3.0


@pytest.mark.parametrize("hard", [False, True])
def test_gumbel_softmax_draws_each_class_as_often_as_its_probability_says(hard: bool) -> None:
    p = np.array([0.6, 0.3, 0.1])
    logits = mg.tensor(np.log(np.tile(p, (20_000, 1))), requires_grad=True)
    y = F.gumbel_softmax(logits, tau=0.5, hard=hard, generator=mg.Generator().manual_seed(0))
    np.testing.assert_allclose(y.sum(1).detach().numpy(), 1, rtol=1e-12)
    chosen = y.detach().numpy().argmax(1)
    np.testing.assert_allclose(np.bincount(chosen) / len(chosen), p, atol=0.01)
    assert set(np.unique(y.detach().numpy())) == {0.0, 1.0} or not hard
    (y * mg.arange(3)).sum().backward()
    assert np.abs(logits.grad.numpy()).max() > 0


def test_gumbel_softmax_along_another_axis() -> None:
    y = F.gumbel_softmax(mg.zeros(3, 4, 2), hard=True, dim=0)
    assert y.sum(0).tolist() == [[1.0] * 2] * 4


@pytest.mark.parametrize(
    "draw",
    [
        lambda m: m.nn.functional.rrelu(m.full((50,), -1.0), training=True),
        lambda m: m.nn.functional.gumbel_softmax(m.zeros(5, 4)),
        lambda m: m.nn.RReLU()(m.full((50,), -1.0)),
    ],
)
def test_draws_follow_the_seed(draw: Callable[[Any], Any]) -> None:
    def drawn(seed: int) -> Any:
        mg.manual_seed(seed)
        return draw(mg).tolist()

    assert drawn(1) == drawn(1) != drawn(2)


def test_gumbel_softmax_says_that_eps_does_nothing(torch: ModuleType) -> None:
    for m in (mg, torch):
        with pytest.warns(UserWarning, match="`eps` parameter is deprecated and has no effect"):
            m.nn.functional.gumbel_softmax(m.zeros(2, 3), eps=1e-3)


# -- modules -----------------------------------------------------------------------------------------------------------

# fmt: off
MODULES: dict[str, Callable[[Any], Any]] = {
    "ReLU":             lambda nn: nn.ReLU(),
    "ReLU, in place":   lambda nn: nn.ReLU(inplace=True),
    "ReLU6":            lambda nn: nn.ReLU6(),
    "ReLU6, in place":  lambda nn: nn.ReLU6(True),
    "LeakyReLU":        lambda nn: nn.LeakyReLU(),
    "LeakyReLU, slope": lambda nn: nn.LeakyReLU(0.2, True),
    "PReLU":            lambda nn: nn.PReLU(),
    "PReLU, channels":  lambda nn: nn.PReLU(4, 0.5),
    "RReLU":            lambda nn: nn.RReLU().eval(),
    "RReLU, limits":    lambda nn: nn.RReLU(0.1, 0.3, inplace=True).eval(),
    "Hardtanh":         lambda nn: nn.Hardtanh(),
    "Hardtanh, limits": lambda nn: nn.Hardtanh(-2.0, 3.0, inplace=True),
    "Threshold":        lambda nn: nn.Threshold(0.1, 20),
    "Threshold, in place": lambda nn: nn.Threshold(0.1, 20.0, True),
    "Hardshrink":       lambda nn: nn.Hardshrink(),
    "Hardshrink, 1":    lambda nn: nn.Hardshrink(1),
    "Softshrink":       lambda nn: nn.Softshrink(),
    "Softshrink, 1":    lambda nn: nn.Softshrink(1.0),
    "Hardsigmoid":      lambda nn: nn.Hardsigmoid(),
    "Hardsigmoid, in place": lambda nn: nn.Hardsigmoid(True),
    "Hardswish":        lambda nn: nn.Hardswish(),
    "Hardswish, in place": lambda nn: nn.Hardswish(True),
    "Sigmoid":          lambda nn: nn.Sigmoid(),
    "LogSigmoid":       lambda nn: nn.LogSigmoid(),
    "Tanh":             lambda nn: nn.Tanh(),
    "Tanhshrink":       lambda nn: nn.Tanhshrink(),
    "Softsign":         lambda nn: nn.Softsign(),
    "Softplus":         lambda nn: nn.Softplus(),
    "Softplus, beta":   lambda nn: nn.Softplus(2, 10),
    "ELU":              lambda nn: nn.ELU(),
    "ELU, alpha":       lambda nn: nn.ELU(0.5, inplace=True),
    "CELU":             lambda nn: nn.CELU(),
    "CELU, alpha":      lambda nn: nn.CELU(2.0, True),
    "SELU":             lambda nn: nn.SELU(),
    "SELU, in place":   lambda nn: nn.SELU(True),
    "SiLU":             lambda nn: nn.SiLU(),
    "SiLU, in place":   lambda nn: nn.SiLU(True),
    "Mish":             lambda nn: nn.Mish(),
    "Mish, in place":   lambda nn: nn.Mish(True),
    "GLU":              lambda nn: nn.GLU(),
    "GLU, dim":         lambda nn: nn.GLU(1),
    "GELU":             lambda nn: nn.GELU(),
    "GELU, tanh":       lambda nn: nn.GELU("tanh"),
    "Softmax":          lambda nn: nn.Softmax(1),
    "LogSoftmax":       lambda nn: nn.LogSoftmax(dim=-1),
    "Softmin":          lambda nn: nn.Softmin(0),
    "Softmax2d":        lambda nn: nn.Softmax2d(),
    "Softmax, guessed": lambda nn: nn.Softmax(),
    "LogSoftmax, guessed": lambda nn: nn.LogSoftmax(),
    "Softmin, guessed": lambda nn: nn.Softmin(),
}
# fmt: on


@pytest.mark.filterwarnings("ignore:Implicit dimension")
@pytest.mark.parametrize("make", MODULES.values(), ids=MODULES)
def test_module_is_pytorchs(make: Callable[[Any], Any], torch: ModuleType, rng: np.random.Generator) -> None:
    def program(m: Any, x: Any) -> Any:
        return make(m.nn).to(x.dtype)(x * 1) if m is torch else make(m.nn)(x * 1)

    assert repr(make(mg.nn)) == repr(make(torch.nn))
    computes_alike(program, torch, [2 * rng.normal(size=(2, 4, 6, 2))], ["float32"])


def test_relu_hands_on_the_gradient_of_a_nan_as_pytorch_does(torch: ModuleType) -> None:
    grads = []
    for m in (mg, torch):
        x = m.tensor([-1.0, 0.0, 2.0, float("nan"), float("inf")], requires_grad=True)
        (m.relu(x) * m.tensor([2.0, 3.0, 4.0, 5.0, 6.0])).sum().backward()
        grads.append(x.grad)
    assert_same(*grads)


def test_prelu_learns_its_slopes(torch: ModuleType, rng: np.random.Generator) -> None:
    x = rng.normal(size=(5, 3, 2))
    grads = []
    for m in (mg, torch):
        layer = m.nn.PReLU(3, 0.1, dtype=m.float64)
        (layer(m.tensor(x)) ** 2).sum().backward()
        grads.append(layer.weight.grad)
        assert list(layer.state_dict()) == ["weight"]
    assert_same(*grads)


@pytest.mark.parametrize("name", ["Softmax", "LogSoftmax", "Softmin"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_guessed_axis_is_pytorchs_and_warned_of_where_the_module_is_called(
    name: str, shape: tuple[int, ...], torch: ModuleType
) -> None:
    def run(m: Any) -> tuple[Any, Any]:
        with pytest.warns(UserWarning, match="Implicit dimension choice for") as caught:
            return getattr(m.nn, name)()(m.ones(*shape)), caught[0]

    (ours, our_warning), (theirs, their_warning) = map(run, (mg, torch))
    assert_same(ours, theirs)
    assert str(our_warning.message) == str(their_warning.message)
    assert our_warning.filename == __file__


def test_softmax_without_dim_warns_where_it_is_called() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        F.softmax(mg.ones(3))
    assert caught[0].filename == __file__


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.hardtanh(m.ones(3), 1.0, -1.0),
    lambda m: m.nn.functional.relu6(m.tensor([True])),
    lambda m: m.nn.functional.hardtanh(m.tensor([1], dtype=m.uint8)),
    lambda m: m.nn.functional.softshrink(m.ones(3), -1.0),
    lambda m: m.nn.functional.celu(m.ones(3), 0.0),
    lambda m: m.nn.functional.glu(m.tensor(1.0)),
    lambda m: m.nn.functional.glu(m.ones(2, 3)),
    lambda m: m.nn.functional.glu(m.ones(2, 4), 2),
    lambda m: m.nn.functional.gelu(m.ones(3), approximate="sigmoid"),
    lambda m: m.nn.functional.prelu(m.ones(2, 3), m.ones(2)),
    lambda m: m.nn.functional.prelu(m.ones(2, 3), m.ones(3, 1)),
    lambda m: m.nn.functional.silu(1.0),
    lambda m: m.nn.Hardtanh(1.0, -1.0),
    lambda m: m.nn.Softmax2d()(m.ones(2, 2)),
]


@pytest.mark.parametrize("program", REFUSED)
def test_refuses_what_pytorch_refuses(program: Callable[..., Any], torch: ModuleType) -> None:
    raises_alike(program, torch)


REFUSED_WITH_THE_FIX: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: F.silu(mg.arange(3)), NotImplementedError, "x.float()"),
    (lambda: F.threshold(mg.tensor([True]), 0.5, 1), NotImplementedError, "x.float()"),
    (lambda: F.prelu(mg.ones(3), mg.ones(1).double()), RuntimeError, "weight.to(micrograd_nb.float32)"),
    (lambda: F.rrelu(mg.ones(3), 0.5, 0.1), RuntimeError, "0.5 and 0.1"),
    (lambda: mg.nn.Hardtanh(min_value=-2.0), TypeError, "called min_val and max_val"),
    (lambda: F.softmax(mg.arange(3), 0), NotImplementedError, "x.float()"),
]


@pytest.mark.parametrize(("program", "error", "words"), REFUSED_WITH_THE_FIX)
def test_refuses_with_the_fix(program: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        program()
    assert words in str(caught.value)
