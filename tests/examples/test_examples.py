"""The example programs: each learns what it says, and its model has PyTorch's losses when its imports are PyTorch's."""

from __future__ import annotations

import inspect
import re
from itertools import chain, islice
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy import ndarray

import micrograd_nb as mg
from micrograd_nb.data.datasets import Shakespeare
from micrograd_nb.examples import char_lstm, char_transformer, digits_cnn, digits_mlp
from micrograd_nb.examples.writing import write

EXAMPLES = [digits_mlp, digits_cnn, char_lstm, char_transformer]
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__.rpartition(".")[2])

IMPORTS = {
    "import micrograd_nb as mg\n": "import torch as mg\n",
    "from micrograd_nb import nn, optim\n": "from torch import nn, optim\n",
}
STEPS = 50
TOLERANCE = 1e-5
"""Rounding moves the losses by 2e-7, and the transformer's by 2e-6; a gradient that is wrong by a tenth, by 3e-5."""


# -- the same losses as PyTorch ----------------------------------------------------------------------------------------


def in_pytorch(example: ModuleType) -> ModuleType:
    """The same program with its first two imports changed, and nothing else: its model is one of PyTorch's."""
    source = inspect.getsource(example)
    for ours, theirs in IMPORTS.items():
        assert source.count(ours) == 1
        source = source.replace(ours, theirs)
    module = ModuleType(f"{example.__name__}_in_pytorch")
    exec(source, module.__dict__)
    return module


def losses(example: ModuleType, library: ModuleType, batches: list[Any], weights: dict[str, ndarray]) -> list[float]:
    """The loss of each step of a training that starts from these weights."""
    model = example.make_model()
    model.load_state_dict({name: library.from_numpy(numbers.copy()) for name, numbers in weights.items()})
    optimizer = example.make_optimizer(model)
    scheduler = example.make_scheduler(optimizer)
    found = []
    for input, target in batches:
        optimizer.zero_grad()
        loss = example.loss_fn(model(library.from_numpy(input.numpy())), library.from_numpy(target.numpy()))
        loss.backward()
        optimizer.step()
        scheduler.step()
        found.append(loss.item())
    return found


@each_example
def test_the_losses_of_fifty_steps_are_pytorchs_from_the_same_weights(example: ModuleType, torch: ModuleType) -> None:
    mg.manual_seed(0)
    start, batches = weights(example), first_batches(example)
    ours = losses(example, mg, batches, start)
    assert ours == pytest.approx(losses(in_pytorch(example), torch, batches, start), rel=TOLERANCE)
    assert np.mean(ours[-5:]) < 0.97 * ours[0]  # they have learned something, so there was something to compare


@each_example
def test_other_weights_have_other_losses(example: ModuleType) -> None:
    """What is compared with PyTorch would show a difference."""
    batches = first_batches(example)[:5]
    first, second = (losses(example, mg, batches, weights(example)) for _ in range(2))
    assert first != pytest.approx(second, rel=TOLERANCE)


def weights(example: ModuleType) -> dict[str, ndarray]:
    """The weights of a new model."""
    return {name: tensor.numpy() for name, tensor in example.make_model().state_dict().items()}


def first_batches(example: ModuleType) -> list[Any]:
    """The batches of the first steps, as the example makes them: of the digits, more than an epoch."""
    epochs = (example.make_batches() for _ in range(example.EPOCHS))
    return list(islice(chain.from_iterable(epochs), STEPS))


# -- what they learn ---------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.parametrize(("example", "accuracy"), [(digits_mlp, 0.97), (digits_cnn, 0.985)], ids=["mlp", "cnn"])
def test_reads_digits(example: ModuleType, accuracy: float, capsys: pytest.CaptureFixture[str]) -> None:
    history = example.main()
    assert history.validation_accuracy[-1] >= accuracy
    assert f"It reads {history.validation_accuracy[-1]:.1%} of 360 digits" in capsys.readouterr().out


@pytest.mark.long
@pytest.mark.parametrize("example", [char_lstm, char_transformer], ids=["lstm", "transformer"])
def test_writes_like_shakespeare(example: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """In the end of the play, each letter is about twice as likely as with counts of pairs of letters (2.46)."""
    history, written = example.main()
    assert history.validation_loss[-1] < 1.8
    assert written in capsys.readouterr().out
    assert share_of_words(written) > 0.6
    assert re.search(r"^[A-Z]{4,}$", written.partition("\n")[2], re.MULTILINE)  # somebody else speaks


def share_of_words(text: str) -> float:
    """How many of the words are words of the play."""
    known, found = set(words(Shakespeare().text)), words(text)
    return sum(word in known for word in found) / len(found)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_noise_is_not_taken_for_shakespeare() -> None:
    play = Shakespeare()
    mg.manual_seed(0)
    noise = write(mg.nn.Sequential(mg.nn.Embedding(63, 8), mg.nn.Linear(8, 63)), play, "HERMIA\n", 400)
    assert noise.startswith("HERMIA\n")
    assert len(noise) == 407
    assert share_of_words(noise) < 0.3


def test_a_low_temperature_takes_the_likeliest_letter() -> None:
    play = Shakespeare(length=4)
    model = mg.nn.Embedding(63, 63)
    with mg.no_grad():
        model.weight.copy_(10 * mg.eye(63).roll(1, 1))  # after each letter comes the next of the vocabulary
    assert write(model, play, "a", 5, temperature=0.01) == "abcdef"
