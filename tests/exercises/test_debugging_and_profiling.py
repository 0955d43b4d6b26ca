"""The checkers of lesson 2.3.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import debugging_and_profiling as exercises
from micrograd_nb.teaching.solutions import debugging_and_profiling as solutions
from tests import ROOT
from tests.exercises.cases import failures, source_of

LESSON = ROOT / "lessons" / "02_3_2_debugging_and_profiling.ipynb"


def stub(name: str) -> Any:
    """What the lesson gives to begin with."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    found: dict[str, Any] = {}
    exec(cells[name], found)
    return list(found.values())[-1]


# -- without_gradient --------------------------------------------------------------------------------------------------


def names(net: Any, wanted: Callable[[Any], bool]) -> list[str]:
    return [name for name, parameter in net.named_parameters() if wanted(parameter.grad)]


def none_or_zero(grad: Any) -> bool:
    return grad is None or not grad.any()


def without_zero_grad(net: Any, loss: Any) -> list[str]:
    loss.backward()
    return names(net, none_or_zero)


def only_none(net: Any, loss: Any) -> list[str]:
    net.zero_grad()
    loss.backward()
    return names(net, lambda grad: grad is None)


def only_zero(net: Any, loss: Any) -> list[str]:
    net.zero_grad()
    loss.backward()
    return names(net, lambda grad: grad is not None and not grad.any())


def turned_round(net: Any, loss: Any) -> list[str]:
    loss.backward()
    return names(net, lambda grad: not none_or_zero(grad))


def asks_none(net: Any, loss: Any) -> list[str]:
    loss.backward()
    return names(net, lambda grad: not grad.any())


def test_without_gradient() -> None:
    mistakes = [
        (without_zero_grad, "an earlier pass was left"),
        (only_none, "its gradient is a tensor, and 0 everywhere"),
        (only_zero, "it is not in the graph, and its gradient is None"),
        (turned_round, "turn the question round"),
        (asks_none, "'NoneType' object has no attribute 'any'"),
        (lambda net, loss: names(net, none_or_zero), "is loss.backward() called"),
        (lambda net, loss: [p for p in net.parameters() if p.grad is None], "should hold names"),
        (lambda net, loss: 3, "returns an int"),
        (lambda net, loss: [*solutions.without_gradient(net, loss), "used.bias"], "and you give"),
    ]
    stubs = [stub("exercise-1-stub"), None, ...]
    right = [solutions.without_gradient, lambda net, loss: set(solutions.without_gradient(net, loss))]
    assert list(failures(exercises.without_gradient, stubs, mistakes, right)) == []


# -- measure -----------------------------------------------------------------------------------------------------------

MEASURE = source_of(solutions.measure)


def with_bugs(*bugs: tuple[str, str]) -> Any:
    source = MEASURE
    for old, new in bugs:
        assert old in source
        source = source.replace(old, new)
    found: dict[str, Any] = {}
    exec(source, found)
    return found["measure"]


AXIS = (".argmax(1)", ".argmax(0)"), ("== labels", "== labels[:len(said)]")
FORGETS = ("right +=", "right =")
SHARE = ("right / total", "right / len(batches)")


def mean_of_means(net: Any, batches: Any) -> Any:
    return sum((net(images).argmax(1) == labels).float().mean().item() for images, labels in batches) / len(batches)


def test_measure() -> None:
    mistakes = [
        (with_bugs(*AXIS), "along which axis"),
        (with_bugs(FORGETS, SHARE), "one bug is mended"),
        (with_bugs(FORGETS), "the last batch alone"),
        (with_bugs(SHARE), "divide by the number of images"),
        (with_bugs(("right / total", "right / (7 * len(batches))")), "the last batch is smaller"),
        (mean_of_means, "a mean of the batches' means"),
        (with_bugs(("==", "!=")), "the share that is wrong"),
        (with_bugs(("right / total", "right")), "and you measure"),
        (with_bugs(("right / total", "[right, total]")), "should be a number"),
    ]
    stubs = [stub("exercise-2-stub"), with_bugs(*AXIS, FORGETS, SHARE), lambda net, batches: None, ...]
    assert list(failures(exercises.measure, stubs, mistakes, [solutions.measure])) == []


def test_each_bug_alone_changes_the_number() -> None:
    for bugs in (AXIS, [FORGETS], [SHARE]):
        assert exercises.measure.verdict(with_bugs(*bugs)).state == "wrong"


@pytest.mark.parametrize("checker", [exercises.without_gradient, exercises.measure], ids=lambda c: c.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1, 2], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
