"""The checkers of lesson 4. They need no PyTorch; a test compares the names with the real one."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import pytorch as exercises
from micrograd_nb.teaching.solutions import pytorch as solutions
from tests.exercises.cases import failures

# -- to_pytorch --------------------------------------------------------------------------------------------------------


def short_first(line: str) -> str:
    line = line.replace("micrograd_nb.data", "torch.utils.data")
    return line.replace("torch.data.transforms", "torchvision.transforms").replace("micrograd_nb", "torch")


def without_transforms(line: str) -> str:
    if "transforms" in line:
        return line.replace("micrograd_nb", "torch")
    return solutions.to_pytorch(line)


def test_to_pytorch() -> None:
    mistakes = [
        (lambda line: line, "is as it was"),
        (lambda line: line.replace("micrograd_nb", "torch"), "in torch.utils.data"),
        (without_transforms, "a package of its own"),
        (short_first, "replace the longer name before"),
        (lambda line: solutions.to_pytorch(line).replace("numpy", "torch"), "has nothing to do with the package"),
        (lambda line: solutions.to_pytorch(line).replace("mg", "torch"), "becomes 'import torch as mg', and you give"),
        (lambda line: [solutions.to_pytorch(line)], "returns a list"),
        (
            lambda line: solutions.to_pytorch(line).replace("import", "importing", 2),
            "becomes 'from torch import nn', and you give",
        ),
    ]
    assert list(failures(exercises.to_pytorch, [lambda line: None, ...], mistakes, [solutions.to_pytorch])) == []


def test_lines_are_true(torch: Any) -> None:
    for ours, theirs in exercises.LINES.items():
        for line in (ours, theirs):
            _, module, *rest = line.split()
            if not module.startswith("torchvision"):  # which is not needed for anything else
                assert hasattr(importlib.import_module(module), rest[-1]) or rest[0] == "as"


# -- differences -------------------------------------------------------------------------------------------------------


def differ(x: Any, y: Any, tolerance: float) -> bool:
    return x is None or y is None or x.shape != y.shape or not bool(((x - y).abs() <= tolerance).all())


def exactly(a: Any, b: Any, tolerance: float) -> list[str]:
    return solutions.differences(a, b, 0.0)


def without_abs(a: Any, b: Any, tolerance: float) -> list[str]:
    larger = {name for name in {*a} & {*b} if (b[name] - a[name] > tolerance).any()}
    return sorted(larger | ({*a} ^ {*b}))


def names_of(a: Any, b: Any, tolerance: float) -> list[str]:
    """Looks at the names of the first alone."""
    return sorted(name for name in a if differ(a.get(name), b.get(name), tolerance))


def shared_names(a: Any, b: Any, tolerance: float) -> list[str]:
    return sorted(name for name in {*a} & {*b} if differ(a[name], b[name], tolerance))


def without_shapes(a: Any, b: Any, tolerance: float) -> list[str]:
    missing = {*a} ^ {*b}
    return sorted(missing | {n for n in {*a} & {*b} if not bool(((a[n] - b[n]).abs() <= tolerance).all())})


def nan_passes(a: Any, b: Any, tolerance: float) -> list[str]:
    there = {n for n in {*a} & {*b} if a[n].shape != b[n].shape or ((a[n] - b[n]).abs() > tolerance).any()}
    return sorted(there | ({*a} ^ {*b}))


def test_differences() -> None:
    mistakes = [
        (exactly, "below the tolerance are none"),
        (lambda a, b, tolerance: [], "one number of b differs by 1"),
        (without_abs, "so take abs()"),
        (names_of, "b is missing in the first"),
        (shared_names, "b is missing in the second"),
        (without_shapes, "b has the shape (2,) here"),
        (nan_passes, "every comparison with NaN is false"),
        (lambda a, b, tolerance: solutions.differences(a, b, tolerance)[::-1], "sorted by name"),
        (lambda a, b, tolerance: set(solutions.differences(a, b, tolerance)), "returns a set"),
        (lambda a, b, tolerance: [n for n in a if differ(a[n], b[n], tolerance)], "KeyError"),
    ]
    assert (
        list(failures(exercises.differences, [lambda a, b, tolerance: None, ...], mistakes, [solutions.differences]))
        == []
    )


@pytest.mark.parametrize("checker", [exercises.to_pytorch, exercises.differences], ids=lambda c: c.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
