"""The checkers of the lesson on the engine."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.exercises import the_engine as exercises
from micrograd_nb.teaching.solutions import the_engine as solutions
from tests.exercises.cases import failures


def stub(*_: Any) -> Any: ...


# -- order -------------------------------------------------------------------------------------------------------------


def by_counting(root: Any) -> list[Any]:
    """Kahn's way: a node's turn comes when all its users have had theirs."""
    nodes = dict.fromkeys([root])
    queue = [root]
    for node in queue:
        for target in node.targets:
            if target not in nodes:
                nodes[target] = None
                queue.append(target)
    waiting = Counter(target for node in nodes for target in node.targets)
    ready = [root]
    for node in ready:
        for target in node.targets:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return ready


def first_come(root: Any) -> list[Any]:
    queue, seen = [root], {root}
    for node in queue:
        for target in node.targets:
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return queue


def every_path(root: Any) -> list[Any]:
    return [root, *(node for target in root.targets for node in every_path(target))]


def recursive(root: Any) -> list[Any]:
    done: list[Any] = []
    seen = set()

    def visit(node: Any) -> None:
        if node not in seen:
            seen.add(node)
            for target in node.targets:
                visit(target)
            done.append(node)

    visit(root)
    return done[::-1]


def only_a_line(root: Any) -> list[Any]:
    nodes = [root]
    while nodes[-1].targets:
        nodes.append(nodes[-1].targets[0])
    return nodes


def test_order() -> None:
    mistakes = [
        (first_come, "its gradient is not complete"),
        (every_path, "it has several users, and comes once"),
        (lambda root: solutions.order(root)[::-1], "the wrong way round"),
        (recursive, "fills Python's stack"),
        (only_a_line, "not in the list"),
        (lambda root: [], "the list is empty"),
        (lambda root: {root}, "returns a set"),
        (lambda root: [node.name for node in solutions.order(root)], "something that is no node"),
        (lambda root: sorted(solutions.order(root), key=lambda node: node.number), "no attribute 'number'"),
    ]
    assert list(failures(exercises.order, [stub, None, ...], mistakes, [solutions.order, by_counting])) == []


# -- paths -------------------------------------------------------------------------------------------------------------


def walks(root: Any, leaf: Any) -> int:
    return int(root is leaf) + sum(walks(target, leaf) for target in root.targets)


def arrows(root: Any, leaf: Any) -> int:
    return sum(target is leaf for node in solutions.order(root) for target in node.targets)


def with_sets(root: Any, leaf: Any) -> int:
    counts = Counter({root: 1})
    for node in solutions.order(root):
        for target in set(node.targets):
            counts[target] += counts[node]
    return counts[leaf]


def remembers(root: Any, leaf: Any) -> int:
    counts: dict[Any, int] = {leaf: 1}

    def count(node: Any) -> int:
        if node not in counts:
            counts[node] = sum(count(target) for target in node.targets)
        return counts[node]

    return count(root)


def test_paths() -> None:
    mistakes = [
        (lambda root, leaf: int(leaf in solutions.order(root)), "that a way exists"),
        (walks, "walks every path"),
        (arrows, "paths(loss, a), where loss"),
        (with_sets, "a set once"),
        (lambda root, leaf: max(solutions.paths(root, leaf), 1), "where no way leads"),
        (lambda root, leaf: [1, 2], "should be a number, and is a list"),
        (lambda root, leaf: root.number, "AttributeError"),
    ]
    assert list(failures(exercises.paths, [stub, None, ...], mistakes, [solutions.paths, remembers])) == []


@pytest.mark.parametrize("checker", [exercises.order, exercises.paths], ids=lambda checker: checker.__name__)
@pytest.mark.parametrize("answer", ["x", 3, lambda: 1, lambda *_: "y", lambda *_: [1], lambda *_: mg.ones(2)])
def test_strange_answers_are_wrong(checker: Any, answer: Any) -> None:
    verdict = checker.verdict(answer)
    assert verdict.state == "wrong"
    assert "cannot be checked" not in verdict.text
