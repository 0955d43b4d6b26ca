"""What each checker is held to: a table of answers, with a part of the verdict that each must get."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

from micrograd_nb.exercises import Exercise

Case = tuple[Any, str]


def failures(checker: Exercise, stubs: list[Any], mistakes: list[Case], solutions: list[Any]) -> Iterator[str]:
    """What is wrong with a checker: a stub that is no "not yet", a mistake without its own diagnosis, a right answer
    that is refused."""
    verdicts = [checker.verdict(answer) for answer, _ in mistakes]
    for verdict, (_, part) in zip(verdicts, mistakes, strict=True):
        if verdict.state != "wrong" or part not in verdict.text:
            yield f"not the diagnosis with {part!r}: {verdict}"
    for _, part in mistakes:
        if sum(part in verdict.text for verdict in verdicts) > 1:
            yield f"several mistakes get the diagnosis with {part!r}"
    for stub in stubs:
        if (verdict := checker.verdict(stub)).state != "not yet":
            yield f"a stub is judged: {verdict}"
    for solution in solutions:
        if (verdict := checker.verdict(solution)).state != "right":
            yield f"a right answer is refused: {verdict}"


def source_of(solution: Callable[..., Any]) -> str:
    """The source of a solution without its comments, for mistakes that are written into it."""
    return re.sub(r" *# .*", "", inspect.getsource(solution))
