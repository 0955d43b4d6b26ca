"""Dropout: how often it drops, what it does to the rest, that it follows the seed, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
import micrograd_nb.nn.functional as F
from tests.autograd.reference import assert_same
from tests.nn.alike import raises_alike

FUNCTIONS = ["dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"]
MODULES = ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"]
SHAPES = {
    "dropout": (200, 300), "dropout1d": (200, 300, 4), "dropout2d": (200, 300, 2, 3), "dropout3d": (200, 300, 2, 1, 2),
    "alpha_dropout": (200, 300), "feature_alpha_dropout": (200, 300, 4),
}  # fmt: skip


def drawn(name: str, x: Any, p: float = 0.3, **options: Any) -> Any:
    return getattr(F, name)(x, p, training=True, generator=mg.Generator().manual_seed(0), **options)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_makes_zeros_of_a_share_and_scales_the_rest(p: float) -> None:
    y = drawn("dropout", mg.full((200, 300), 2.0), p).numpy()
    assert set(np.unique(y)) == {0.0, np.float32(2 / (1 - p))}
    assert abs((y == 0).mean() - p) < 0.01
    assert abs(y.mean() - 2) < 0.05


@pytest.mark.parametrize("name", ["dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"])
def test_channels_are_dropped_as_a_whole(name: str) -> None:
    y = drawn(name, mg.ones(*SHAPES[name])).numpy().reshape(200, 300, -1)
    assert (y == y[:, :, :1]).all()
    least = y.min()
    assert abs((y[:, :, 0] == least).mean() - 0.3) < 0.01


@pytest.mark.parametrize(("name", "shape"), [("dropout1d", (300, 4)), ("dropout3d", (300, 2, 1, 2))])
def test_channels_of_one_sample(name: str, shape: tuple[int, ...]) -> None:
    y = drawn(name, mg.ones(*shape)).numpy().reshape(300, -1)
    assert (y == y[:, :1]).all()
    assert 0.2 < (y[:, 0] == 0).mean() < 0.4


@pytest.mark.parametrize("name", ["alpha_dropout", "feature_alpha_dropout"])
@pytest.mark.parametrize("p", [0.05, 0.5])
def test_alpha_dropout_keeps_mean_and_variance(name: str, p: float, rng: np.random.Generator) -> None:
    y = drawn(name, mg.tensor(rng.normal(size=(500, 400, 2))), p).numpy()
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1) < 0.02


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_those_of_pytorch(name: str, torch: ModuleType) -> None:
    """Other draws, but the same two numbers."""
    ours = drawn(name, mg.ones(*SHAPES[name], dtype=mg.float64)).numpy()
    theirs = getattr(torch.nn.functional, name)(torch.ones(*SHAPES[name], dtype=torch.float64), 0.3, True).numpy()
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient_goes_through_what_was_kept(name: str) -> None:
    x = mg.ones(*SHAPES[name], requires_grad=True)
    y = drawn(name, x)
    y.sum().backward()
    kept = y.detach().numpy() == y.detach().numpy().max()
    assert (x.grad.numpy() == kept * x.grad.numpy().max()).all()
    assert kept.any()
    assert not kept.all()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_corner_cases_are_pytorchs(name: str, p: float, torch: ModuleType) -> None:
    shape = SHAPES[name][:1] + (2,) + SHAPES[name][2:]
    for training in (False, True) if p != 0.5 else (False,):
        results = []
        for m in (mg, torch):
            x = m.ones(*shape, requires_grad=True)
            y = getattr(m.nn.functional, name)(x, p, training)
            assert (y is x) == (p == 0 or not training) or m is torch
            y.sum().backward()
            results += [y.detach(), x.grad]
        assert_same(results[0], results[2])
        assert_same(results[1], results[3])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_to_drop(name: str) -> None:
    shape = (0, *SHAPES[name][1:])
    assert drawn(name, mg.ones(*shape)).shape == shape


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_dtype_stays(name: str, dtype: str) -> None:
    assert drawn(name, mg.ones(*SHAPES[name]).to(getattr(mg, dtype))).dtype == getattr(mg, dtype)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_in_place(name: str) -> None:
    x, y = mg.ones(*SHAPES[name]), mg.ones(*SHAPES[name])
    assert drawn(name, x, inplace=True) is x
    assert x.equal(drawn(name, y))


def test_dropout_of_one_number() -> None:
    assert {drawn("dropout", mg.tensor(1.0), 0.5).item()} <= {0.0, 2.0}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_draws_follow_the_seed_and_the_generator(name: str) -> None:
    x = mg.ones(*SHAPES[name])

    def run(seed: int) -> Any:
        mg.manual_seed(seed)
        return getattr(F, name)(x, training=True)

    assert run(1).equal(run(1))
    assert not run(1).equal(run(2))
    mg.manual_seed(5)
    expected = mg.rand(3)
    mg.manual_seed(5)
    drawn(name, x)  # with a generator of its own
    assert mg.rand(3).equal(expected)


# -- modules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "function"), [*zip(MODULES, FUNCTIONS, strict=True)])
def test_module_drops_in_training_alone(name: str, function: str, torch: ModuleType) -> None:
    layer = getattr(mg.nn, name)(0.25)
    x = mg.ones(*SHAPES[function])
    mg.manual_seed(0)
    trained = layer(x)
    mg.manual_seed(0)
    assert trained.equal(getattr(F, function)(x, 0.25, True))
    assert layer.eval()(x) is x
    assert repr(layer) == repr(getattr(torch.nn, name)(0.25))
    assert repr(getattr(mg.nn, name)(inplace=True)) == repr(getattr(torch.nn, name)(inplace=True))


@pytest.mark.parametrize("name", ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d"])
def test_module_in_place(name: str) -> None:
    x = mg.ones(*SHAPES[name.lower()])
    assert getattr(mg.nn, name)(0.5, inplace=True)(x) is x
    assert (x.numpy() == 0).any()


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_probability_is_one(name: str, p: float, torch: ModuleType) -> None:
    if p == p:
        raises_alike(lambda m: getattr(m.nn.functional, name)(m.ones(*SHAPES[name]), p), torch)
    else:
        with pytest.raises(ValueError, match="dropout probability has to be between 0 and 1, but got nan"):
            getattr(F, name)(mg.ones(*SHAPES[name]), p)


@pytest.mark.parametrize("name", MODULES)
def test_modules_probability_is_one(name: str, torch: ModuleType) -> None:
    raises_alike(lambda m: getattr(m.nn, name)(1.5), torch)


REFUSED: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.dropout(m.ones(3), 2.0),
    lambda m: m.nn.Dropout(2.0),
    lambda m: m.nn.functional.dropout1d(m.ones(3)),
    lambda m: m.nn.functional.dropout1d(m.ones(3, 2, 2, 2)),
    lambda m: m.nn.functional.feature_alpha_dropout(m.ones(3), training=True),
    lambda m: m.nn.functional.dropout(m.ones(3).long()),
    lambda m: m.nn.functional.alpha_dropout(m.ones(3).long(), training=True),
]


@pytest.mark.parametrize("program", REFUSED)
def test_wrong_inputs_are_refused_as_by_pytorch(program: Callable[..., Any], torch: ModuleType) -> None:
    raises_alike(program, torch)


@pytest.mark.parametrize(("name", "ndim"), [("dropout2d", 2), ("dropout2d", 3), ("dropout2d", 5), ("dropout3d", 3)])
def test_unusual_axes_are_warned_of_as_by_pytorch(name: str, ndim: int, torch: ModuleType) -> None:
    def words(m: Any) -> list[str]:
        with pytest.warns(UserWarning, match=f"{name}: Received a {ndim}-?D input") as caught:
            y = getattr(m.nn.functional, name)(m.ones(*(4,) * ndim))
        assert y.shape == (4,) * ndim
        if m is mg:
            assert {warning.filename for warning in caught} == {__file__}
        return [str(warning.message) for warning in caught]

    assert words(mg) == words(torch)
