"""nn.init: the numbers that training starts from, by their distribution."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.nn import init

from .alike import Program, raises_alike


def test_uniform_stays_between_and_fills_it() -> None:
    x = init.uniform_(mg.empty(1000), -2.0, 3.0, mg.Generator().manual_seed(0)).numpy()
    assert -2 <= x.min() < -1.9
    assert 2.9 < x.max() < 3


def test_normal_has_its_mean_and_deviation() -> None:
    x = init.normal_(mg.empty(20_000), 5.0, 2.0, mg.Generator().manual_seed(0)).numpy()
    assert x.mean() == pytest.approx(5, abs=0.05)
    assert x.std() == pytest.approx(2, abs=0.05)


def test_constants() -> None:
    assert init.zeros_(mg.empty(2)).tolist() == [0, 0]
    assert init.ones_(mg.empty(2)).tolist() == [1, 1]
    assert init.constant_(mg.empty(2), 7).tolist() == [7, 7]


def test_a_parameter_is_written_in_place_and_stays_a_leaf() -> None:
    p = mg.nn.Parameter(mg.empty(3, 3))
    array = p.array
    assert init.uniform_(p) is p
    assert p.array is array
    assert p.is_leaf
    assert p.requires_grad


def test_the_generator_decides() -> None:
    def draw(seed: int) -> list[float]:
        return init.uniform_(mg.empty(3), generator=mg.Generator().manual_seed(seed)).tolist()

    assert draw(1) == draw(1) != draw(2)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize("nonlinearity", ["relu", "leaky_relu", "tanh", "linear"])
def test_kaiming_uniform_has_pytorchs_bound(mode: str, nonlinearity: str, torch) -> None:
    options = {"a": 0.5, "mode": mode, "nonlinearity": nonlinearity}
    ours = init.kaiming_uniform_(mg.empty(200, 50, 3), **options).abs().max().item()
    theirs = torch.nn.init.kaiming_uniform_(torch.empty(200, 50, 3), **options).abs().max().item()
    assert ours == pytest.approx(theirs, rel=1e-3)


@pytest.mark.parametrize("name", ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_gains_are_pytorchs(name: str, torch) -> None:
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))
    assert np.isfinite(init.calculate_gain(name))


ERRORS: dict[str, Program] = {
    "mode": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(2, 2), mode="fan"),
    "nonlinearity": lambda lib: lib.nn.init.calculate_gain("gelu"),
    "a bias": lambda lib: lib.nn.init.kaiming_uniform_(lib.empty(2)),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch) -> None:
    raises_alike(program, torch)
