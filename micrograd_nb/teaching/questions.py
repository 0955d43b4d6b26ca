"""Finds the exercises of a lesson, and puts each together with its solution.

A lesson has, for each exercise, a cell with a stub and after it a cell that calls a checker:

    def power(x, n):
        # your code
        ...

    exercises.power(power)

`questions` reads both, and takes from `solutions` what defines the same name. So a lesson that has an exercise without
a solution, or whose stub differs from the solution in its signature, is refused.

>>> from micrograd_nb.lessons import lessons_folder
>>> lesson = read(lessons_folder() / "02_1_1_dynamic_graphs.ipynb")
>>> [(question.name, question.checker) for question in questions(lesson)]
[('power', 'power'), ('branchless', 'branchless')]
>>> print(questions(lesson)[1].solution)
def branchless(x):
    return x.relu() ** 2 + (-x).relu()  # one of the two is always 0
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]

CHECKERS = "micrograd_nb.exercises"


@dataclass(frozen=True)
class Question:
    """An exercise of a lesson: the ids of its two cells, what they say, and the solution."""

    stub_id: str
    check_id: str
    name: str  # what the learner defines: "Windows"
    checker: str  # what checks it: "windows"
    module: str  # the lesson's module of checkers, and of solutions: "loading_data"
    stub: str
    solution: str


def read(path: Path) -> Notebook:
    """A notebook as plain dicts and lists."""
    return json.loads(path.read_text(encoding="utf-8"))


def text(cell: Cell) -> str:
    """What stands in a cell."""
    return "".join(cell["source"])


def questions(lesson: Notebook) -> list[Question]:
    """The exercises of a lesson, in its order, each with its solution.

    Raises:
        ValueError: an exercise has no stub, no solution, or one with another signature.
    """
    code = [cell for cell in lesson["cells"] if cell["cell_type"] == "code"]
    module = checkers_module(lesson)
    found = []
    for before, cell in pairwise(code):
        for checker, name in _calls(text(cell)):
            stub = text(before)
            solution = _solution(module, name)
            _require_same_signature(name, stub, solution)
            found.append(Question(before["id"], cell["id"], name, checker, module, stub, solution))
    return found


def checkers_module(lesson: Notebook) -> str:
    """The module that a lesson imports as `exercises`, in its first code cell."""
    set_up = next(cell for cell in lesson["cells"] if cell["cell_type"] == "code")
    for statement in ast.walk(ast.parse(text(set_up))):
        if isinstance(statement, ast.ImportFrom) and statement.module == CHECKERS:
            return statement.names[0].name
    raise ValueError(f"the first code cell of a lesson imports its checkers from {CHECKERS}, and this one does not")


def _calls(source: str) -> Iterator[tuple[str, str]]:
    """The checkers that a cell calls, each with the name of the answer: `exercises.power(power)`."""
    if not source.startswith("exercises."):
        return
    for statement in ast.parse(source).body:
        match statement:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name("exercises"), checker), [ast.Name(name)])):
                yield checker, name


def _solution(module: str, name: str) -> str:
    """The source of what a module of solutions defines under a name."""
    file = resources.files(__package__) / "solutions" / f"{module}.py"
    if not file.is_file():
        raise ValueError(f"there are no solutions for the exercises of {module}: write {file}")
    source = file.read_text(encoding="utf-8")
    statement = _definition(source, name)
    if statement is None:
        raise ValueError(f"the exercise {name!r} has no solution: define {name} in {file}")
    return "\n".join(source.splitlines()[statement.lineno - 1 : statement.end_lineno])


def _definition(source: str, name: str) -> ast.stmt | None:
    for statement in ast.parse(source).body:
        if _name(statement) == name:
            return statement
    return None


def _name(statement: ast.stmt) -> str | None:
    """The name that a statement defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Assign([ast.Name(name)]):
            return name
    return None


# -- signatures --------------------------------------------------------------------------------------------------------


def _require_same_signature(name: str, stub: str, solution: str) -> None:
    statement = _definition(stub, name)
    if statement is None:
        raise ValueError(f"the cell before the check of {name!r} should define {name}, and is:\n{stub}")
    asked, given = signature(statement), signature(ast.parse(solution).body[0])
    if asked != given:
        raise ValueError(f"the stub and the solution of {name!r} differ: {asked} is asked, and {given} is given")


def signature(statement: ast.stmt) -> str:
    """What a definition looks like from outside: stub and solution must agree in it.

    >>> signature(ast.parse("def power(x, n): return x").body[0])
    'def power(x, n)'
    >>> signature(ast.parse("class Windows(Dataset):\\n def __len__(self): ...").body[0])
    'class Windows(Dataset): def __len__(self)'
    >>> signature(ast.parse("traces = {'A': ..., 'B': 5}").body[0])
    "traces = {'A', 'B'}"
    >>> signature(ast.parse("bell = operation('Bell', lambda g, f: g)").body[0])
    'bell = operation(_, lambda g, f)'
    """
    match statement:
        case ast.FunctionDef(name=name, args=arguments):
            return f"def {name}({ast.unparse(arguments)})"
        case ast.ClassDef(name=name, bases=bases, body=body):
            methods = ", ".join(signature(part) for part in body if isinstance(part, ast.FunctionDef))
            return f"class {name}({', '.join(map(ast.unparse, bases))}): {methods}"
        case ast.Assign([target], value):
            return f"{ast.unparse(target)} = {_shape(value)}"
    raise ValueError(f"an answer is a function, a class or a value with a name, and this is: {ast.unparse(statement)}")


def _shape(value: ast.expr) -> str:
    match value:
        case ast.Dict(keys=keys):
            return f"{{{', '.join(ast.unparse(key) for key in keys if key)}}}"
        case ast.Call(func=function, args=arguments):
            return f"{ast.unparse(function)}({', '.join(map(_shape, arguments))})"
        case ast.Lambda(args=arguments):
            return f"lambda {ast.unparse(arguments)}"
    return "_"
