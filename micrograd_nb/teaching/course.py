"""Writes the lessons as a course for nbgrader: an assignment a lesson, with solutions that nbgrader takes out again.

    course/
        nbgrader_config.py
        source/02_1_1_dynamic_graphs/02_1_1_dynamic_graphs.ipynb
        …

A source notebook is the lesson, cell by cell, with two changes for each exercise. The stub has the solution below it,
between the marks at which nbgrader cuts it out: what is released is the lesson's own stub. And the cell with the check
is locked and graded: it asserts that the verdict is "right", and the message of the assertion is the diagnosis.

>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     print(build(folder, only=["02_1_1"]))
2 files new, 0 there already
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..lessons import INDEX, Copied, lessons_folder
from .config import CONFIG
from .questions import Cell, Notebook, Question, questions, read, text

POINTS = 1  # of each exercise

NEEDS_TORCH = "04_the_same_model_in_pytorch"

SOLVED = """\
{stub}
### BEGIN SOLUTION
{solution}
### END SOLUTION"""

GRADED = """\
{check}
assert exercises.{checker}.state == "right", exercises.{checker}.last"""


def build(folder: str | Path, only: Sequence[str] = (), say: Callable[[str], object] = print) -> Copied:
    """Writes a course folder, and leaves every file that is there as it is.

    Args:
        folder: where to; it is made if need be.
        only: how the file names of the wanted lessons begin, "02_1" for instance; all lessons if not given.
        say: is told of what was left out, and why.

    Raises:
        ValueError: no lesson begins so.
    """
    folder, copied, chosen = Path(folder), Copied(), _chosen(only, say)
    copied.put(folder, Path("nbgrader_config.py"), CONFIG.encode())
    for path in chosen:
        name = Path("source", path.stem, path.name)
        copied.put(folder, name, _as_bytes(source_notebook(read(path))))
    return copied


def source_notebook(lesson: Notebook) -> Notebook:
    """A lesson as nbgrader's source: solved, with graded cells, without outputs."""
    source = deepcopy(lesson)
    cells = {cell["id"]: cell for cell in source["cells"]}
    for cell in source["cells"]:
        _put(cell, _with_links_of_a_course(text(cell)))
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    _mark(_set_up(source), locked=True)  # with it spoilt, nothing below could be graded
    for question in questions(lesson):
        _solve(cells[question.stub_id], question)
        _grade(cells[question.check_id], question)
    return source


def _solve(cell: Cell, question: Question) -> None:
    _put(cell, SOLVED.format(stub=text(cell), solution=question.solution))
    _mark(cell, solution=True)


def _grade(cell: Cell, question: Question) -> None:
    _put(cell, GRADED.format(check=text(cell), checker=question.checker))
    _mark(cell, grade=True, locked=True, points=POINTS)
    cell["metadata"]["tags"] = ["raises-exception"]  # JupyterLab's Run All goes on below an open exercise


def _mark(cell: Cell, **what: Any) -> None:
    """Writes down what a cell is for nbgrader; see its page on metadata, "nbgrader metadata"."""
    nothing = {"grade": False, "locked": False, "solution": False, "task": False}
    cell["metadata"]["nbgrader"] = {"schema_version": 3, "grade_id": cell["id"], **nothing, **what}


def _set_up(notebook: Notebook) -> Cell:
    return next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def _put(cell: Cell, source: str) -> None:
    cell["source"] = source.splitlines(keepends=True)


# -- links -------------------------------------------------------------------------------------------------------------

LINK_TO_THE_INDEX = re.compile(rf"(?: · )?\[[^]]*\]\({re.escape(INDEX)}\)")
LINK_TO_A_LESSON = re.compile(r"\]\((\w+)\.ipynb")


def _with_links_of_a_course(source: str) -> str:
    """Each lesson is in a folder of its own, and there is no index."""
    return LINK_TO_A_LESSON.sub(r"](../\1/\1.ipynb", LINK_TO_THE_INDEX.sub("", source))


# -- files -------------------------------------------------------------------------------------------------------------


def _chosen(only: Sequence[str], say: Callable[[str], object]) -> list[Path]:
    lessons = sorted(path for path in lessons_folder().glob("*.ipynb") if path.name != INDEX)
    for start in only:
        if not any(path.name.startswith(start) for path in lessons):
            names = ", ".join(path.stem for path in lessons)
            raise ValueError(f"no lesson begins with {start!r}. There are: {names}")
    chosen = [path for path in lessons if not only or path.name.startswith(tuple(only))]
    if importlib.util.find_spec("torch") is None and any(path.stem == NEEDS_TORCH for path in chosen):
        say(f"{NEEDS_TORCH} is left out: it can be graded only where PyTorch is. pip install torch, and build again.")
        chosen = [path for path in chosen if path.stem != NEEDS_TORCH]
    return chosen


def _as_bytes(notebook: Notebook) -> bytes:
    """As Jupyter writes it."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
