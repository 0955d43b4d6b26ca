"""Nothing is left of a step: with Python's garbage collector off, long trainings do not grow."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

import micrograd_nb as mg
from micrograd_nb import nn, optim

WARM_UP = 3_000  # until the caches, which are of limited size, are full, and the optimizer has its state
STEPS = 10_000
Step = Callable[[], object]


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def training(make: Callable[..., optim.Optimizer], **options: object) -> Step:
    mg.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Dropout(0.1), nn.Linear(4, 3))
    x, y, loss_fn = mg.randn(16, 8), mg.randint(0, 3, (16,)), nn.CrossEntropyLoss()
    optimizer = make(model.parameters(), **options)

    def step() -> object:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def with_second_gradients() -> Step:
    w = mg.randn(3, requires_grad=True)

    def step() -> object:
        (slope,) = mg.autograd.grad((w**3).sum(), w, create_graph=True)
        (curvature,) = mg.autograd.grad(slope.sum(), w)
        return curvature

    return step


def without_backward() -> Step:
    w = mg.randn(3, requires_grad=True)
    return lambda: (w * 2).exp().sum().item()


def in_place() -> Step:
    w = mg.randn(3, requires_grad=True)

    def step() -> object:
        w.grad = None
        x = w * 2
        x[0] += 1
        x.mul_(3).sum().backward()
        return w.grad

    return step


@pytest.mark.parametrize(
    "make",
    [
        lambda: training(optim.SGD, lr=0.1, momentum=0.9),
        lambda: training(optim.Adam),
        with_second_gradients,
        without_backward,
        in_place,
    ],
    ids=["SGD", "Adam", "second gradients", "without backward", "in place"],
)
def test_ten_thousand_steps_leave_memory_as_it_was(make: Callable[[], Step]) -> None:
    step = make()
    tracemalloc.start()
    try:
        for _ in range(WARM_UP):
            step()
        objects, (before, _) = len(gc.get_objects()), tracemalloc.get_traced_memory()
        for _ in range(STEPS):
            step()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert abs(len(gc.get_objects()) - objects) < 50
    assert grown < 10_000
