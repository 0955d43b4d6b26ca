"""evaluate: right over batches of different sizes, and without a trace in the model."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.training import accuracy, evaluate, evaluating
from micrograd_nb.training.metrics import Accuracy, ConfusionMatrix, confusion_matrix


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


def test_it_is_the_mean_over_all_samples(data) -> None:
    x, y, loader = data
    model = mg.nn.Linear(3, 4)
    result = evaluate(model, loader, mg.nn.CrossEntropyLoss())
    assert result.loss == pytest.approx(mg.nn.functional.cross_entropy(model(x), y).item(), rel=1e-6)
    assert result.accuracy == accuracy(model(x), y)
    assert result.accuracy == pytest.approx(np.mean(model(x).array.argmax(1) == y.array))
    assert result.metrics == {}


def test_metrics_of_your_choice_start_over_each_time(data) -> None:
    x, y, loader = data
    model = mg.nn.Linear(3, 4)
    metrics = {"top2": Accuracy(k=2), "matrix": ConfusionMatrix()}
    for _ in range(2):
        result = evaluate(model, loader, mg.nn.CrossEntropyLoss(), metrics)
        assert result.metrics["top2"] == accuracy(model(x), y, k=2)
        assert result.metrics["matrix"].tolist() == confusion_matrix(model(x), y).tolist()


def test_measuring_leaves_no_trace(data) -> None:
    spy = Spy()
    model = mg.nn.Sequential(mg.nn.ReLU(), spy)
    model[0].eval()
    evaluate(model, data[2], mg.nn.CrossEntropyLoss())
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


def test_regression_has_no_accuracy() -> None:
    assert evaluate(mg.nn.Identity(), [(mg.ones(2, 2), mg.zeros(2, 2))], mg.nn.MSELoss()) == (1.0, None, {})


def test_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="the loader is empty"):
        evaluate(mg.nn.Identity(), [], mg.nn.MSELoss())
