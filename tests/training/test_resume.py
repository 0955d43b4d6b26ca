"""A training that was saved and goes on ends with the same weights, to the last bit."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, Dataset, TensorDataset
from micrograd_nb.training import EarlyStop, ResumableLoader, Training
from tests.training.conftest import weights


class Noise(mg.nn.Module):
    """Multiplies with random numbers of `manual_seed`, as dropout does."""

    def forward(self, input: mg.Tensor) -> mg.Tensor:
        return input * mg.rand(input.shape) if self.training else input


class Augmented(Dataset[Any]):
    """Samples with random numbers of their own."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.x, self.y = rng.standard_normal((11, 3)).astype("f4"), rng.integers(0, 2, 11)

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> Any:
        shift = mg.rand(3, generator=mg.data.sample_generator())
        return mg.tensor(self.x[index]) + shift, int(self.y[index])


class Halving:
    """A scheduler with a state."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer, self.count = optimizer, 0

    def step(self) -> None:
        self.count += 1
        if self.count == 2:
            self.optimizer.param_groups[0]["lr"] /= 2

    def state_dict(self) -> dict[str, Any]:
        return {"count": self.count}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.count = state["count"]


def new_training(
    seed: int = 0, *, own_generator: bool = True, num_workers: int = 0, early_stop: EarlyStop | None = None
) -> Training:
    """A training with everything random in it that there is: the order, the samples, the model."""
    mg.manual_seed(seed)
    model = mg.nn.Sequential(mg.nn.Linear(3, 8), Noise(), mg.nn.Linear(8, 2))
    generator = mg.Generator().manual_seed(seed) if own_generator else None
    loader = DataLoader(Augmented(), 2, shuffle=True, generator=generator, num_workers=num_workers)
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    validation = [(mg.ones(3, 3), mg.tensor([0, 1, 1]))]
    return Training(
        model,
        loader,
        mg.nn.CrossEntropyLoss(),
        optimizer,
        validation=validation,
        scheduler=Halving(optimizer),
        early_stop=early_stop,
    )


def saved_at(training: Training, step: int, epochs: int) -> dict[str, Any]:
    """The state after a step, of a training that runs on to its end."""
    states = []

    def save(came: Any) -> None:
        if came.step == step:
            states.append(training.state_dict())

    training.fit(epochs, on_step=save, progress=False)
    return states[0]


@pytest.mark.parametrize(("own_generator", "num_workers"), list(itertools.product([True, False], [0, 2])))
@pytest.mark.parametrize("step", [1, 5, 6, 7, 13])  # the first; in, at the end of, at the start of, in an epoch of 6
def test_it_ends_with_the_same_bits(step: int, own_generator: bool, num_workers: int) -> None:
    whole = new_training(own_generator=own_generator, num_workers=num_workers, early_stop=EarlyStop(20))
    state = saved_at(whole, step, epochs=3)
    other = new_training(1, own_generator=own_generator, num_workers=num_workers, early_stop=EarlyStop(20))
    other.load_state_dict(state)
    mg.rand(5)  # what else happens meanwhile makes no difference
    other.fit(3, progress=False)
    assert other.history == whole.history
    assert weights(other.model) == weights(whole.model)
    assert (other.epoch, other.step) == (3, 18)


@given(st.integers(1, 11), st.integers(0, 3))
def test_wherever_it_is_stopped(step: int, epochs_before: int) -> None:
    whole = new_training()
    whole.fit(epochs_before + 2, progress=False)
    stopped = new_training()
    if epochs_before:
        stopped.fit(epochs_before, progress=False)
    state = saved_at(stopped, 6 * epochs_before + step, epochs_before + 2)
    other = new_training(seed=2)
    other.load_state_dict(state)
    other.fit(epochs_before + 2, progress=False)
    assert other.history == whole.history
    assert weights(other.model) == weights(whole.model)


def test_in_parts_it_is_the_same_as_in_one() -> None:
    whole = new_training()
    whole.fit(4, progress=False)
    parts = new_training()
    for epochs in (1, 3, 4):
        parts.fit(epochs, progress=False)
    assert parts.history == whole.history
    assert weights(parts.model) == weights(whole.model)


def test_a_state_is_a_copy() -> None:
    training = new_training()
    training.fit(1, progress=False)
    state = training.state_dict()
    before = copy.deepcopy(state)
    training.fit(2, progress=False)
    assert state["model"]["0.weight"].tolist() == before["model"]["0.weight"].tolist()
    assert state["history"] == before["history"]
    assert {name: str(x) for name, x in state["loader"].items()} == {n: str(x) for n, x in before["loader"].items()}


def test_a_training_that_early_stop_has_ended_stays_ended() -> None:
    training = new_training(early_stop=EarlyStop(patience=1, mode="max"))
    training.fit(50, progress=False)
    assert training.epoch < 50
    other = new_training(1, early_stop=EarlyStop(patience=1, mode="max"))
    other.load_state_dict(training.state_dict())
    history = other.fit(50, progress=False)
    assert other.epoch == training.epoch
    assert history.stopped.startswith("EarlyStop: best validation_loss")
    assert weights(other.model) == weights(training.model)


def test_nothing_left_to_do_is_said() -> None:
    training = new_training()
    training.fit(2, progress=False)
    with pytest.warns(UserWarning, match=r"2 epochs of this training are through, so fit\(epochs=2\)"):
        training.fit(2, progress=False)
    assert training.step == 12
    assert repr(training) == "<Training: 2 epochs, 12 steps>"


def test_a_state_of_other_parts_is_refused() -> None:
    state = new_training().state_dict()
    other = new_training()
    other.scheduler = None
    with pytest.raises(ValueError, match=r"saved has the parts \[.*'scheduler'\], and this one has"):
        other.load_state_dict(state)


def test_a_loss_with_parameters_is_a_part() -> None:
    class Weighted(mg.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = mg.nn.Parameter(mg.ones(()))

        def forward(self, output: mg.Tensor, target: mg.Tensor) -> mg.Tensor:
            return (output - target).square().mean() * self.scale

    model = mg.nn.Linear(1, 1)
    training = Training(model, [], Weighted(), mg.optim.SGD(model.parameters()))
    assert list(training.state_dict()["loss_fn"]) == ["scale"]


# -- the loader by itself ----------------------------------------------------------------------------------------------


def numbers(**arguments: Any) -> ResumableLoader:
    return ResumableLoader(DataLoader(TensorDataset(mg.arange(7)), 2, shuffle=True, **arguments))


@pytest.mark.parametrize("sampler", [False, True])
def test_a_loader_goes_on_in_the_middle(sampler: bool) -> None:
    generator = mg.Generator().manual_seed(0)
    data = TensorDataset(mg.arange(7))
    order = mg.data.RandomSampler(data, generator=generator)
    loader = DataLoader(data, 2, sampler=order) if sampler else DataLoader(data, 2, shuffle=True, generator=generator)
    batches = ResumableLoader(loader)
    first = [next(iter(batches)), next(iter(batches))]
    saved = batches.state_dict()
    rest = [x.tolist() for (x,) in batches]
    assert sorted([*(i for (x,) in first for i in x.tolist()), *itertools.chain(*rest)]) == list(range(7))
    assert (batches.epoch, batches.batch, batches.step) == (1, 0, 4)
    second = [x.tolist() for (x,) in batches]
    batches.load_state_dict(saved)
    assert [x.tolist() for (x,) in batches] == rest
    assert [x.tolist() for (x,) in batches] == second
    assert len(batches) == 4


def test_a_list_is_a_loader_too() -> None:
    batches = ResumableLoader([1, 2, 3])
    assert next(iter(batches)) == 1
    assert list(batches) == [2, 3]
    assert list(batches) == [1, 2, 3]


def test_other_generators_are_refused() -> None:
    saved = numbers(generator=mg.Generator()).state_dict()
    with pytest.raises(ValueError, match="drew from 2 generators, and this one draws from 1"):
        numbers().load_state_dict(saved)
