"""Steps of an optimizer inside a static graph: replayed, they are the steps that they would be without."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.optim.training import CASES

STEPS = 20


def trained(make: Callable[[Any], Any], name: str, options: dict[str, Any], steps: int = STEPS) -> tuple[Any, Any]:
    """The losses of a small network, with its step made static or not, and the optimizer."""
    rng = np.random.default_rng(0)
    w, b = (mg.tensor(rng.standard_normal(shape), requires_grad=True) for shape in ((4, 2), (2,)))
    optimizer = getattr(mg.optim, name)([w, b], **options)

    def step(x: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        optimizer.zero_grad()
        difference = (x @ w + b).tanh() - y
        loss = (difference * difference).sum()
        loss.backward()
        optimizer.step()
        return loss

    run = make(step)
    losses = []
    for i in range(steps):
        if i == 10:
            optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))  # what it knew is not written any more
        losses.append(run(mg.tensor(rng.standard_normal((8, 4))), mg.tensor(rng.standard_normal((8, 2)))).item())
    return np.array(losses), optimizer


@pytest.mark.parametrize(("name", "options"), CASES)
def test_replayed_steps_are_the_same(name, options) -> None:
    made = []

    def static(step: Any) -> Any:
        made.append(mg.static_graph(step))
        return made[0]

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no trace but those for a state that begins, or that is loaded
        losses, optimizer = trained(static, name, options)
    expected, eager = trained(lambda step: step, name, options)
    np.testing.assert_allclose(losses, expected, rtol=1e-12)
    assert len(made[0].traces) <= 3
    for state, eager_state in zip(optimizer.state.values(), eager.state.values(), strict=True):
        for key, value in eager_state.items():
            np.testing.assert_allclose(state[key].numpy(), value.numpy(), rtol=1e-12)


def test_a_step_count_that_froze_would_be_seen(monkeypatch) -> None:
    """The losses of twenty steps tell whether the steps were counted."""

    class Frozen(mg.optim.Adamax):
        def update(self, group: Any) -> None:
            for state in self.state.values():
                state["step"].fill_(3.0)
            super().update(group)

    monkeypatch.setattr(mg.optim, "Frozen", Frozen, raising=False)
    losses, _ = trained(lambda step: step, "Frozen", {})
    assert np.abs(losses - trained(lambda step: step, "Adamax", {})[0]).max() > 1e-6
