"""The frame of the checkers, and the test that holds them."""

from __future__ import annotations

import itertools
import sys
from inspect import ismodule
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
import micrograd_nb.exercises
from micrograd_nb.exercises import Exercise, Verdict, exercise
from micrograd_nb.exercises.check import NotYet, Wrong, call, close, kind, number, require, shown
from tests.exercises.cases import failures


@exercise
def double(answer: Any) -> str:
    """Twice 3."""
    got = number(call(answer, 3, shown="double(3)"), "double(3)")
    require(got != 9, "that is the square")
    require(close(got, 6), f"double(3) is {shown(got)}")
    return "double(3) is 6"


def test_verdict_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    double(lambda x: x + x)
    assert capsys.readouterr().out.splitlines()[0] == "✓ double(3) is 6"


def test_last_verdict_is_kept() -> None:
    first, _ = lesson()
    assert (first.state, first.last.text) == ("not yet", "no answer was checked so far")
    first(lambda x: x * x)
    assert (first.state, first.last.text) == ("wrong", "that is the square")
    first(lambda x: x + x)
    assert first.state == "right"


def test_warning_of_a_right_answer_is_printed_and_not_in_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """nbgrader gives no points to a cell that writes to stderr."""

    def warned(x: Any) -> Any:
        print("careful", file=sys.stderr)
        return x + x

    double(warned)
    out, err = capsys.readouterr()
    assert (out.splitlines()[:2], err) == (["careful", "✓ double(3) is 6"], "")


def lesson() -> tuple[Exercise, Exercise]:
    """Two exercises of a lesson of their own."""

    def first(answer: Any) -> str:
        return double.check(answer)

    def second(answer: Any) -> str:
        return double.check(answer)

    first.__module__ = second.__module__ = f"lesson {next(_numbers)}"
    return exercise(hints=["a sum", "x + x"])(first), exercise(second)


_numbers = itertools.count()


def test_progress_is_printed_with_a_right_answer(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = lesson()
    second(lambda x: x + x)
    assert "  1 of 2 exercises of this lesson are right. Still open: first." in capsys.readouterr().out
    first(lambda x: x + x)
    assert "  All exercises of this lesson are right." in capsys.readouterr().out
    first(lambda x: x)
    assert "right" not in capsys.readouterr().out
    assert first.progress() == "1 of 2 exercises of this lesson are right. Still open: first."


def test_hints_come_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = lesson()
    for _ in range(3):
        first.hint()
    assert capsys.readouterr().out == "hint 1 of 2: a sum\nhint 2 of 2: x + x\nhint 2 of 2: x + x\n"
    second.hint()
    assert "there is no hint" in capsys.readouterr().out


def test_hint_is_offered_after_two_mistakes_and_not_to_a_stub(capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = lesson()
    for answer in (..., ..., lambda x: x):
        first(answer)
    assert "hint" not in capsys.readouterr().out
    first(lambda x: x)
    assert capsys.readouterr().out.endswith("  For a hint: exercises.first.hint()\n")
    first.hint()
    first.hint()
    capsys.readouterr()
    first(lambda x: x)
    assert "hint" not in capsys.readouterr().out


@pytest.mark.parametrize("stub", [..., None, lambda x: ..., lambda x: None])
def test_stub_is_not_judged(stub: Any) -> None:
    assert double.verdict(stub).state == "not yet"
    assert str(double.verdict(stub)).startswith("not yet: ")


def test_not_implemented_is_a_stub() -> None:
    def stub(x: Any) -> Any:
        raise NotImplementedError

    assert double.verdict(stub) == Verdict("not yet", "double(3) raises NotImplementedError")


def test_error_names_the_learners_line() -> None:
    def misspelt(x: Any) -> Any:
        return y + x  # type: ignore[name-defined]  # noqa: F821

    verdict = double.verdict(misspelt)
    assert verdict.state == "wrong"
    assert "NameError: name 'y' is not defined" in verdict.text
    assert "in the line `return y + x" in verdict.text


def test_endless_recursion_is_named() -> None:
    def endless(x: Any) -> Any:
        return endless(x)

    assert double.verdict(endless) == Verdict("wrong", "double(3) never stops calling itself: which argument ends it?")


@pytest.mark.parametrize("answer", [5, "six", [], object(), lambda: 6, lambda x: "6", lambda x: [6, 6], lambda x: {}])
def test_strange_answers_are_wrong_and_raise_nothing(answer: Any) -> None:
    assert double.verdict(answer).state == "wrong"


def test_mistake_of_the_checker_is_no_crash() -> None:
    @exercise
    def broken(answer: Any) -> str:
        return str(1 / 0)

    assert broken.verdict(1) == Verdict("wrong", "this answer cannot be checked: ZeroDivisionError: division by zero")


def test_interrupt_is_the_learners() -> None:
    def stopped(x: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        double.verdict(stopped)


@pytest.mark.parametrize("six", [6, 6.0, np.float32(6), np.array([6]), mg.tensor(6), mg.tensor([6.0])])
def test_numbers(six: Any) -> None:
    assert number(six, "six") == 6.0


@pytest.mark.parametrize("x", ["6", True, [6, 6], None, {}, 6j, mg.tensor([6.0, 6.0])])
def test_not_a_number(x: Any) -> None:
    with pytest.raises(Wrong, match="six should be a number, and is"):
        number(x, "six")


def test_kinds() -> None:
    assert [kind(x) for x in (1, [], mg.ones(2, 3))] == ["an int", "a list", "a tensor of shape (2, 3)"]


# -- the test of checkers, shown bad checkers --------------------------------------------------------------------------


def test_failures_accepts_a_good_checker() -> None:
    mistakes = [(lambda x: x**2, "the square"), (lambda x: x, "double(3) is 3")]
    assert list(failures(double, [...], mistakes, [lambda x: 2 * x])) == []


def test_failures_notices_a_checker_that_praises_all() -> None:
    @exercise
    def praise(answer: Any) -> str:
        return "well done"

    found = list(failures(praise, [...], [(1, "one")], [2]))
    assert found == ["not the diagnosis with 'one': ✓ well done", "a stub is judged: ✓ well done"]


def test_failures_notices_one_diagnosis_for_all() -> None:
    @exercise
    def blame(answer: Any) -> str:
        raise Wrong("no")

    assert list(failures(blame, [], [(1, "no"), (2, "no")], [])) == ["several mistakes get the diagnosis with 'no'"] * 2


def test_failures_notices_a_refused_solution() -> None:
    @exercise
    def never(answer: Any) -> str:
        raise NotYet("never")

    assert list(failures(never, [...], [], [6])) == ["a right answer is refused: not yet: never"]


LESSONS = [getattr(micrograd_nb.exercises, name) for name in micrograd_nb.exercises.__all__]
CHECKERS = [x for lesson in LESSONS if ismodule(lesson) for x in vars(lesson).values() if isinstance(x, Exercise)]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: f"{checker.__module__}.{checker.__name__}")
def test_every_exercise_has_hints_and_a_docstring(checker: Exercise) -> None:
    assert checker.hints
    assert len(set(checker.hints)) == len(checker.hints)
    assert checker.__doc__
