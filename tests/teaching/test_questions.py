"""Every exercise of every lesson has a solution that is right, and none is where a learner meets it by accident."""

from __future__ import annotations

import ast
import subprocess
import sys
from copy import deepcopy
from importlib import import_module
from inspect import ismodule
from pathlib import Path
from typing import Any

import pytest

import micrograd_nb.exercises
from micrograd_nb.exercises import Exercise
from micrograd_nb.teaching import questions, read
from micrograd_nb.teaching.questions import Notebook, checkers_module, signature
from tests import LESSONS, ROOT

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)


@each_lesson
def test_every_exercise_is_found(lesson: Path) -> None:
    """An exercise has a heading, a stub and a check; none of the three is missed."""
    found = questions(read(lesson))
    assert found
    headings = [cell["id"] for cell in read(lesson)["cells"] if "".join(cell["source"]).startswith("## Exercise ")]
    assert [question.stub_id for question in found] == [f"{heading}-stub" for heading in headings]
    assert [question.check_id for question in found] == [f"{heading}-check" for heading in headings]


@each_lesson
def test_every_checker_of_the_lesson_is_used_once(lesson: Path) -> None:
    found = questions(read(lesson))
    (module,) = {question.module for question in found}
    checkers = [name for name, value in vars(exercises_of(module)).items() if isinstance(value, Exercise)]
    assert sorted(question.checker for question in found) == sorted(checkers)


def test_every_module_of_checkers_belongs_to_a_lesson() -> None:
    names = {name for name in micrograd_nb.exercises.__all__ if ismodule(exercises_of(name))}
    assert names == {checkers_module(read(lesson)) for lesson in LESSONS}


def exercises_of(module: str) -> Any:
    return getattr(micrograd_nb.exercises, module)


@each_lesson
def test_solutions_are_right(lesson: Path) -> None:
    for question in questions(read(lesson)):
        solutions = import_module(f"micrograd_nb.teaching.solutions.{question.module}")
        checker = getattr(exercises_of(question.module), question.checker)
        assert str(checker.verdict(getattr(solutions, question.name))).startswith("✓")


@each_lesson
def test_module_of_solutions_holds_the_answers_and_nothing_else(lesson: Path) -> None:
    """What else it defined would not come along into the notebook."""
    path = ROOT / "micrograd_nb" / "teaching" / "solutions" / f"{checkers_module(read(lesson))}.py"
    names = [name for name in map(name_of, ast.parse(path.read_text(encoding="utf-8")).body) if name]
    assert names == [question.name for question in questions(read(lesson))]


def name_of(statement: ast.stmt) -> str | None:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Assign([ast.Name(name)]):
            return name
        case ast.Expr() | ast.Import() | ast.ImportFrom():
            return None
    raise AssertionError(f"a solution is a definition, and this is none: {ast.unparse(statement)}")


def test_no_solution_is_loaded_with_the_checkers() -> None:
    script = "import sys, micrograd_nb.exercises, micrograd_nb.widgets; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not [name for name in run.stdout.split() if name.startswith("micrograd_nb.teaching")]


# -- a lesson that lacks something is refused --------------------------------------------------------------------------


def lesson_with(stub: str, check: str = "exercises.power(power)", module: str = "dynamic_graphs") -> Notebook:
    sources = [f"from micrograd_nb.exercises import {module} as exercises\n", stub, check]
    cells = [{"id": str(n), "cell_type": "code", "source": [source]} for n, source in enumerate(sources)]
    return {"cells": deepcopy(cells)}


def test_good_lesson_is_read() -> None:
    (question,) = questions(lesson_with("def power(x, n): ..."))
    assert (question.stub_id, question.check_id, question.stub) == ("1", "2", "def power(x, n): ...")
    assert question.solution.startswith("def power(x, n):\n    if n == 1:")


@pytest.mark.parametrize(
    ("lesson", "part"),
    [
        (lesson_with("def cube(x): ...", "exercises.cube(cube)"), "'cube' has no solution: define cube in"),
        (lesson_with("def power(x, n): ...", module="poetry"), "no solutions for the exercises of poetry"),
        (lesson_with("def power(x): ..."), "def power(x) is asked, and def power(x, n) is given"),
        (lesson_with("power = ..."), "power = _ is asked"),
        (lesson_with("x = 3"), "should define power"),
        ({"cells": lesson_with("def power(x, n): ...")["cells"][1:]}, "imports its checkers"),
    ],
)
def test_lesson_that_lacks_something_is_refused(lesson: Notebook, part: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        questions(lesson)
    assert part in str(error.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x, n): ...", "def f(x, n=1): ..."),
        ("def f(x): ...", "def f(y): ..."),
        ("class A(B): ...", "class A: ..."),
        ("class A:\n def f(self): ...", "class A:\n def g(self): ..."),
        ("class A:\n def f(self): ...", "class A:\n def f(self, x): ..."),
        ("a = {'x': 1}", "a = {'y': 1}"),
        ("a = {'x': 1}", "a = [1]"),
        ("a = f(lambda g: 1)", "a = f(lambda g, h: 1)"),
        ("a = f(1)", "a = f(1, 2)"),
        ("a = f(1)", "a = g(1)"),
    ],
)
def test_signatures_that_differ(one: str, other: str) -> None:
    first, second = (signature(ast.parse(source).body[0]) for source in (one, other))
    assert first != second


def test_signature_is_not_what_an_answer_says() -> None:
    for one, other in [("def f(x): ...", "def f(x): return x"), ("a = {'x': ...}", "a = {'x': 3}")]:
        assert signature(ast.parse(one).body[0]) == signature(ast.parse(other).body[0])
