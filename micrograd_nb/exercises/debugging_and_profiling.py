"""The exercises of lesson 2.3.2: parameters that get no gradient, and a measurement with three bugs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..nn import Linear, Module
from ..tensors import Tensor, tensor
from .check import NotYet, Wrong, call, close, exercise, kind, number, require, shown

# -- 1: without_gradient -----------------------------------------------------------------------------------------------

WITHOUT = {"unused.weight", "unused.bias", "dead.weight"}  # not in the graph; in the graph, times 0

WITHOUT_HINTS = [
    "net.named_parameters() gives pairs of a name and a parameter. Call loss.backward() before you look at .grad.",
    "`None` has no .any(): ask `parameter.grad is None or not parameter.grad.any()`.",
    "Before loss.backward(), clear what an earlier pass left: net.zero_grad().",
]


class _Net(Module):
    """A model one layer of which is never used, and one meets a factor 0."""

    def __init__(self) -> None:
        super().__init__()
        self.used = Linear(2, 2)
        self.unused = Linear(2, 2)
        self.dead = Linear(2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h = self.used(x)
        return h.sum() + self.dead(h).sum() * 0


@exercise(hints=WITHOUT_HINTS)
def without_gradient(answer: Any) -> str:
    """`without_gradient(net, loss)`: the names of the parameters that learn nothing from a loss."""
    _are_those(_asked(answer, leftover=False))
    _are_those(_asked(answer, leftover=True), "a gradient of an earlier pass was left in .grad: clear it first")
    return f"{', '.join(sorted(WITHOUT))}: two are not in the graph, and one meets a factor 0"


def _asked(answer: Any, leftover: bool) -> Any:
    net = _Net()
    if leftover:
        for parameter in net.parameters():
            parameter.grad = parameter.detach() + 5
    return call(answer, net, net(tensor([[1.0, 2.0]])), shown="without_gradient(net, loss)")


def _are_those(names: Any, otherwise: str = "") -> None:
    require(
        isinstance(names, (list, tuple, set)),
        f"without_gradient should return a list of names, and returns {kind(names)}",
    )
    require(all(isinstance(name, str) for name in names), "the list should hold names, such as 'used.weight'")
    got = set(names)
    if got == WITHOUT:
        return
    if otherwise:
        raise Wrong(otherwise)
    require(
        got != {"used.weight", "used.bias"},
        "these are the parameters that do get a gradient: turn the question round",
    )
    require(
        len(got) < 5,
        "every parameter is in the list: is loss.backward() called before you look?",
    )
    require("dead.weight" in got, "dead.weight is missing: its gradient is a tensor, and 0 everywhere")
    require("unused.weight" in got, "unused.weight is missing: it is not in the graph, and its gradient is None")
    raise Wrong(f"the names are {', '.join(sorted(WITHOUT))}, and you give {', '.join(sorted(got))}")


# -- 2: measure --------------------------------------------------------------------------------------------------------

MEASURE_HINTS = [
    "Print the shapes of net(images) and of `said`. There is one score for each class: along which axis do they lie?",
    "Print `right` after each batch. Does it count all batches so far?",
    "A share is right ones by all: count the labels, too.",
]

SEED = 3  # one with which every bug leads to another number

Batches = list[tuple[Tensor, Tensor]]


@exercise(hints=MEASURE_HINTS)
def measure(answer: Any) -> str:
    """`measure(net, batches)`: the share that is read right, over all batches."""
    batches = _batches()
    got = number(call(answer, _scores, batches, shown="measure(net, batches)"), "measure(net, batches)")
    answers = [(scores.array.argmax(1) == labels.array) for scores, labels in batches]
    right, total = sum(one.sum() for one in answers), sum(map(len, answers))
    if close(got, right / total):
        return f"{right} of {total} are right: {shown(right / total)}"
    _diagnose(got, answers, batches)
    raise Wrong(f"{right} of {total} are right, {shown(right / total)}, and you measure {shown(got)}")


def _diagnose(got: float, answers: list[Any], batches: Batches) -> None:
    """Names the first bug that is left, by the number that it leads to."""
    right, total = sum(one.sum() for one in answers), sum(map(len, answers))
    across = [int((s.array.argmax(0) == labels.array[: s.shape[1]]).sum()) for s, labels in batches]
    if close(got, across[-1] / len(batches)):
        raise NotYet("three bugs are open. The first: print the shape of `said`. There should be one answer an image")
    if any(close(got, sum(across) / n) or close(got, across[-1] / n) for n in (len(batches), total)):
        raise Wrong("`said` holds an answer for each class, and should hold one for each image: along which axis?")
    if close(got, answers[-1].sum() / len(batches)):
        raise Wrong("one bug is mended. `right` forgets the batches before: print it in each round")
    if close(got, answers[-1].sum() / total):
        raise Wrong("`right` holds the last batch alone: print it in each round")
    if close(got, right / len(batches)):
        raise Wrong(f"{shown(got)} is right ones for each batch, and more than 1: divide by the number of images")
    if close(got, right / (len(batches) * len(answers[0]))):
        raise Wrong("the last batch is smaller than the others: count the labels, do not multiply")
    if close(got, sum(one.mean() for one in answers) / len(answers)):
        raise Wrong("a mean of the batches' means: the small last batch counts as much as a large one")
    if close(got, 1 - right / total):
        raise Wrong("this is the share that is wrong")


def _scores(images: Tensor) -> Tensor:
    """A model: the images are the scores."""
    return images


def _batches() -> Batches:
    rng = np.random.default_rng(SEED)
    return [(tensor(rng.random((size, 4))), tensor(rng.integers(0, 4, size))) for size in (7, 7, 4)]
