"""The whole line: real handwritten digits, learned, and recognised in images that were held out."""

from __future__ import annotations

import time

import pytest

import micrograd_nb as mg

SECONDS = 20


def trained(seed: int):
    mg.manual_seed(seed)
    model = mg.nn.Sequential(mg.nn.Flatten(), mg.nn.Linear(64, 64), mg.nn.ReLU(), mg.nn.Linear(64, 10))
    train = mg.data.DataLoader(mg.data.datasets.Digits(), batch_size=32, shuffle=True)
    test = mg.data.DataLoader(mg.data.datasets.Digits(train=False), batch_size=360)
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loss_fn = mg.nn.CrossEntropyLoss()
    return model, mg.training.fit(model, train, loss_fn, optimizer, epochs=20, validation=test, progress=False)


@pytest.mark.parametrize("seed", range(3))
def test_learns_to_read_digits(seed: int) -> None:
    start = time.perf_counter()
    _, history = trained(seed)
    assert history.validation_accuracy[-1] >= 0.95
    assert history.train_loss[-1] < 0.1 * history.train_loss[0]
    assert time.perf_counter() - start < SECONDS


def test_the_same_seed_gives_the_same_training() -> None:
    assert trained(0)[1] == trained(0)[1]


def test_the_same_curve_as_pytorch_from_the_same_weights(torch) -> None:
    images, labels = mg.data.datasets.Digits().data.numpy(), mg.data.datasets.Digits().targets.numpy()
    ours = mg.nn.Sequential(mg.nn.Flatten(), mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Linear(32, 10))

    def curve(model, lib) -> list[float]:
        optimizer = lib.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
        losses = []
        for step in range(50):
            batch = slice(28 * step, 28 * step + 28)
            optimizer.zero_grad()
            loss = lib.nn.CrossEntropyLoss()(model(lib.tensor(images[batch])), lib.tensor(labels[batch]))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    theirs = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    theirs.load_state_dict({name: torch.tensor(t.numpy()) for name, t in ours.state_dict().items()})
    assert curve(ours, mg) == pytest.approx(curve(theirs, torch), rel=1e-4, abs=1e-5)
