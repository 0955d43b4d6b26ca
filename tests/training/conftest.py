"""A small training for the tests of this folder."""

from __future__ import annotations

from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, TensorDataset


def small_problem() -> tuple[Any, Any, Any, Any]:
    """A small model, ten samples in batches of four, a loss and an optimizer: always the same."""
    mg.manual_seed(0)
    model = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 2))
    dataset = TensorDataset(mg.randn(10, 3), mg.randint(2, (10,)))
    loader = DataLoader(dataset, 4, shuffle=True, generator=mg.Generator().manual_seed(0))
    return model, loader, mg.nn.CrossEntropyLoss(), mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


@pytest.fixture
def problem() -> tuple[Any, Any, Any, Any]:
    return small_problem()


def weights(model: Any) -> list[Any]:
    """The numbers of all parameters."""
    return [p.tolist() for p in model.parameters()]
