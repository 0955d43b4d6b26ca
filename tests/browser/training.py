"""What the tests of the training dashboard share: a training, here and in a notebook."""

from __future__ import annotations

import inspect
from typing import Any

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader
from micrograd_nb.data.datasets import moons
from micrograd_nb.widgets import TrainingDashboard


def moons_dashboard(**options: Any) -> TrainingDashboard:
    """A classifier of two half moons, always the same."""
    mg.manual_seed(0)
    train, held_out = (moons(200, 0.15, generator=mg.Generator().manual_seed(seed)) for seed in (0, 1))
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
    loader = DataLoader(train, 32, shuffle=True, generator=mg.Generator().manual_seed(2))
    optimizer = optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    return TrainingDashboard(
        model, loader, nn.CrossEntropyLoss(), optimizer, validation=DataLoader(held_out, 100), **options
    )  # fmt: skip


# A cell that imports and defines the same in a notebook.
MAKE = f"""from typing import Any
import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.data import DataLoader
from micrograd_nb.data.datasets import moons
from micrograd_nb.widgets import TrainingDashboard

{inspect.getsource(moons_dashboard)}"""
