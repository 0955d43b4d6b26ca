"""Linear, activations, Flatten and Identity: values and gradients beside PyTorch's, and the numbers they start from."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg

from .alike import Program


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (0, 4)])
def test_linear_is_pytorchs(shape: tuple[int, ...], bias: bool, torch, rng) -> None:
    x = rng.standard_normal(shape)
    ours, theirs = mg.nn.Linear(4, 5, bias, dtype=mg.float64), torch.nn.Linear(4, 5, bias, dtype=torch.float64)
    ours.load_state_dict(theirs.state_dict())
    for layer, lib in ((ours, mg), (theirs, torch)):
        inputs = lib.tensor(x, requires_grad=True)
        y = layer(inputs)
        (y * y).sum().backward()
        results = [y.detach(), inputs.grad, *(p.grad for p in layer.parameters())]
        if lib is mg:
            expected = results
    for mine, other in zip(expected, results, strict=True):
        np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-12, atol=1e-12)


def test_linear_without_bias_says_so() -> None:
    layer = mg.nn.Linear(2, 3, bias=False)
    assert layer.bias is None
    assert list(layer.state_dict()) == ["weight"]


def test_linear_with_an_input_of_another_size() -> None:
    with pytest.raises(RuntimeError, match=r"mat1 and mat2 shapes cannot be multiplied \(2x3 and 4x5\)"):
        mg.nn.Linear(4, 5)(mg.zeros(2, 3))


@pytest.mark.parametrize("n_in", [1, 30, 1000])
def test_linear_starts_uniform_as_in_pytorch(n_in: int, torch) -> None:
    mg.manual_seed(0)
    bound = n_in**-0.5
    layer, theirs = mg.nn.Linear(n_in, 40_000 // n_in), torch.nn.Linear(n_in, 40_000 // n_in)
    for name in ("weight", "bias") if n_in == 1 else ("weight",):
        numbers = np.sort(getattr(layer, name).detach().numpy().ravel())
        assert np.abs(numbers).max() <= bound
        others = np.sort(getattr(theirs, name).detach().numpy().ravel())
        uniform = np.linspace(-bound, bound, numbers.size)
        assert np.abs(numbers - uniform).max() < 0.03 * bound  # a Kolmogorov-Smirnov distance, turned on its side
        assert np.abs(others - uniform).max() < 0.03 * bound


def test_linear_without_inputs() -> None:
    with pytest.warns(UserWarning, match="zero-element"):
        assert mg.nn.Linear(0, 2)(mg.zeros(3, 0)).shape == (3, 2)


def test_linear_follows_the_seed() -> None:
    def weight(seed: int) -> list[list[float]]:
        mg.manual_seed(seed)
        return mg.nn.Linear(3, 3).weight.tolist()

    assert weight(1) == weight(1) != weight(2)


LAYERS: dict[str, Program] = {
    "ReLU": lambda lib: lib.nn.ReLU(),
    "Sigmoid": lambda lib: lib.nn.Sigmoid(),
    "Tanh": lambda lib: lib.nn.Tanh(),
    "Softmax": lambda lib: lib.nn.Softmax(dim=1),
    "Softmax of the last axis": lambda lib: lib.nn.Softmax(dim=-1),
    "LogSoftmax": lambda lib: lib.nn.LogSoftmax(dim=-1),
    "Flatten": lambda lib: lib.nn.Flatten(),
    "Flatten some": lambda lib: lib.nn.Flatten(0, 1),
    "Identity": lambda lib: lib.nn.Identity(),
    "F.relu": lambda lib: lib.nn.functional.relu,
    "F.sigmoid": lambda lib: lib.nn.functional.sigmoid,
    "F.tanh": lambda lib: lib.nn.functional.tanh,
    "F.softmax": lambda lib: lambda x: lib.nn.functional.softmax(x, dim=1),
    "F.log_softmax": lambda lib: lambda x: lib.nn.functional.log_softmax(x, dim=1),
}


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 2), (0, 4)])
@pytest.mark.parametrize("program", LAYERS.values(), ids=LAYERS)
def test_layer_is_pytorchs(program: Program, shape: tuple[int, ...], torch, rng) -> None:
    x, weights = rng.standard_normal(shape), None
    results = []
    for lib in (mg, torch):
        inputs = lib.tensor(x, requires_grad=True)
        y = program(lib)(inputs)
        weights = rng.standard_normal(tuple(y.shape)) if weights is None else weights
        (y * lib.tensor(weights)).sum().backward()
        results.append((y.detach().numpy(), inputs.grad.numpy()))
    for mine, other in zip(*results, strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-12)
