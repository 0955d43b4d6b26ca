"""accuracy and evaluate: right over batches of different sizes, and without a trace in the model."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.training import accuracy, evaluate, evaluating


@pytest.fixture
def data(rng):
    x, y = mg.tensor(rng.standard_normal((10, 3), np.float32)), mg.tensor(rng.integers(0, 4, 10))
    return x, y, mg.data.DataLoader(mg.data.TensorDataset(x, y), 4)


class Spy(mg.nn.Linear):
    """Writes down in which modes it was called."""

    def __init__(self) -> None:
        super().__init__(3, 4)
        self.modes: list[tuple[bool, bool]] = []

    def forward(self, input: mg.Tensor) -> mg.Tensor:
        self.modes.append((self.training, mg.is_grad_enabled()))
        return super().forward(input)


def test_evaluate_is_the_mean_over_all_samples(data) -> None:
    x, y, loader = data
    model = mg.nn.Linear(3, 4)
    result = evaluate(model, loader, mg.nn.CrossEntropyLoss())
    assert result.loss == pytest.approx(mg.nn.functional.cross_entropy(model(x), y).item(), rel=1e-6)
    assert result.accuracy == accuracy(model(x), y) == accuracy(model, loader)
    assert result.accuracy == pytest.approx(np.mean(model(x).array.argmax(1) == y.array))


@pytest.mark.parametrize("measure", [accuracy, lambda model, loader: evaluate(model, loader, mg.nn.CrossEntropyLoss())])
def test_measuring_leaves_no_trace(data, measure) -> None:
    spy = Spy()
    model = mg.nn.Sequential(mg.nn.ReLU(), spy)
    model[0].eval()
    measure(model, data[2])
    assert spy.modes == [(False, False)] * 3
    assert (model.training, model[0].training, spy.training) == (True, False, True)
    assert mg.is_grad_enabled()
    assert all(p.grad is None for p in model.parameters())


def test_an_error_restores_the_mode_too() -> None:
    model = mg.nn.Linear(3, 4)
    with pytest.raises(RuntimeError), evaluating(model):
        model(mg.zeros(1, 2))
    assert model.training
    assert mg.is_grad_enabled()


def test_accuracy_by_hand() -> None:
    logits = mg.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 5.0, 1.0]])
    assert accuracy(logits, mg.tensor([0, 1, 1])) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("logits", "target"), [((3,), (3,)), ((3, 2), (4,)), ((3, 2), (3, 2)), ((0, 2), (0,))])
def test_accuracy_of_shapes_that_do_not_fit(logits, target) -> None:
    with pytest.raises(ValueError, match=r"logits \(n, classes\) and targets \(n,\)"):
        accuracy(mg.zeros(logits), mg.zeros(target))


def test_accuracy_of_things_that_do_not_go_together(data) -> None:
    x, y, loader = data
    for pair in ((mg.nn.Linear(3, 4), y), (x, loader), (len, loader)):
        with pytest.raises(TypeError, match="logits and targets, or a model and a loader"):
            accuracy(*pair)


@pytest.mark.parametrize("measure", [accuracy, lambda model, loader: evaluate(model, loader, mg.nn.MSELoss())])
def test_nothing_to_measure(measure) -> None:
    with pytest.raises(ValueError, match="the loader is empty"):
        measure(mg.nn.Identity(), [])
