"""A small class, from the course folder to the feedback, by the commands that teacher and students give to nbgrader.

The teacher builds a course of one lesson, makes the students' version and hands it out. The students fetch it, write
into it and hand in, through nbgrader's exchange. The teacher collects, grades, and gives feedback.
"""

from __future__ import annotations

import csv
import html
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from micrograd_nb.teaching import Question, build, questions, read
from tests import LESSONS

pytest.importorskip("nbgrader", reason='nbgrader is not installed: pip install -e ".[teaching]"')

pytestmark = pytest.mark.long

LESSON = next(lesson for lesson in LESSONS if lesson.stem == "02_1_1_dynamic_graphs")
NAME = LESSON.stem
COURSE = ["--course", "micrograd_nb"]
SECONDS = 30  # for a cell, in place of the minute of a real course

ANSWERS = {question.stub_id: question.solution for question in questions(read(LESSON))}
POWER, BRANCHLESS = ANSWERS

LOOP = """
def power(x, n):
    result = x
    for _ in range(n - 1):
        result = result * x
    return result
"""
ENDLESS = """
def power(x, n):
    while n > 1:
        x = x * x
    return x
"""
NO_PYTHON = """
def power(x, n)
    return x
"""
DIES = """
def power(x, n):
    import os
    os._exit(1)
"""

# What each student writes into which cell; None: she deletes it.
SUBMISSIONS: dict[str, Mapping[str, str | None]] = {
    "right": ANSWERS,
    "wrong": {POWER: LOOP, BRANCHLESS: "def branchless(x):\n    return x * x if x > 0 else -x"},
    "empty": {},
    "crashing": {POWER: NO_PYTHON, BRANCHLESS: "def branchless(x):\n    return x.rellu()"},
    "looping": ANSWERS | {POWER: ENDLESS},
    "dying": ANSWERS | {POWER: DIES},
    "sly": ANSWERS | {"setup": "import this", POWER: LOOP, "exercise-1-check": "1.0", "exercise-2-check": None},
}
POINTS = {"right": 2, "wrong": 0, "empty": 0, "crashing": 0, "looping": 1, "dying": 0, "sly": 1}


@dataclass
class Classroom:
    """A folder for each who takes part, and between them nbgrader's exchange."""

    folder: Path
    graded: str = ""  # what `nbgrader autograde` said

    @property
    def course(self) -> Path:
        return self.folder / "course"

    @property
    def released(self) -> Path:
        return self.course / "release" / NAME / LESSON.name

    def nbgrader(self, *arguments: str, cwd: Path, may_fail: bool = False) -> str:
        """What a command said, with nothing of this machine's settings."""
        own = {f"JUPYTER_{kind}_DIR": str(cwd / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls `alembic`
        command = [sys.executable, "-m", "nbgrader", *arguments, f"--Exchange.root={self.folder / 'exchange'}"]
        environment = os.environ | own | {"PATH": path, "IPYTHONDIR": str(cwd / "ipython")}
        run = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        assert run.returncode == 0 or may_fail, f"{arguments}: {run.stdout}{run.stderr}"
        return run.stdout + run.stderr

    def submit(self, student: str) -> None:
        desk = self.folder / student
        shutil.copytree(self.folder / "desk", desk)
        write(desk / NAME / LESSON.name, SUBMISSIONS[student])
        self.nbgrader("submit", NAME, *COURSE, f"--student={student}", cwd=desk)

    def feedback(self, student: str) -> str:
        """The text of a student's page."""
        page = self.course / "feedback" / student / NAME / f"{NAME}.html"
        return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def write(path: Path, answers: Mapping[str, str | None]) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if answers.get(cell.id, "") is not None]
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    path.chmod(path.stat().st_mode | stat.S_IWUSR)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    classroom = Classroom(tmp_path_factory.mktemp("class"))
    (classroom.folder / "exchange").mkdir()
    build(classroom.course, only=[NAME])
    classroom.nbgrader("generate_assignment", NAME, cwd=classroom.course)
    classroom.nbgrader("release_assignment", NAME, cwd=classroom.course)
    (classroom.folder / "desk").mkdir()
    classroom.nbgrader("fetch_assignment", NAME, *COURSE, cwd=classroom.folder / "desk")
    with ThreadPoolExecutor(2) as pool:  # each command takes seconds to start
        list(pool.map(classroom.submit, SUBMISSIONS))
    classroom.nbgrader("collect", NAME, cwd=classroom.course)
    classroom.graded = classroom.nbgrader(
        "autograde", NAME, f"--Execute.timeout={SECONDS}", cwd=classroom.course, may_fail=True
    )
    classroom.nbgrader("generate_feedback", NAME, cwd=classroom.course)
    return classroom


# -- what is handed out ------------------------------------------------------------------------------------------------


def test_released_cells_are_those_of_the_lesson(classroom: Classroom) -> None:
    released, lesson = read(classroom.released)["cells"], read(LESSON)["cells"]
    assert [cell["id"] for cell in released] == [cell["id"] for cell in lesson]
    sources = {cell["id"]: "".join(cell["source"]).rstrip() for cell in lesson}
    for cell in released:
        if cell["cell_type"] == "code":
            assert "".join(cell["source"]).startswith(sources[cell["id"]])
    for stub in ANSWERS:
        assert next("".join(cell["source"]).rstrip() for cell in released if cell["id"] == stub) == sources[stub]


def test_no_solution_is_handed_out(classroom: Classroom) -> None:
    text = classroom.released.read_text(encoding="utf-8")
    files = [path.name for path in classroom.released.parent.rglob("*")]
    assert files == [LESSON.name]
    assert "SOLUTION" not in text
    found = [line for line in solution_lines() if line in text]
    assert found == []


def solution_lines() -> list[str]:
    """The lines of the solutions that do not stand in the lesson anyway."""
    lesson = LESSON.read_text(encoding="utf-8")
    lines = [line.strip() for solution in ANSWERS.values() for line in solution.splitlines()]
    own = [line for line in lines if line not in lesson]
    assert len(own) >= len(ANSWERS)
    return own


# -- what comes back ---------------------------------------------------------------------------------------------------


def test_points(classroom: Classroom) -> None:
    classroom.nbgrader("export", cwd=classroom.course)
    with (classroom.course / "grades.csv").open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in rows.items()} == POINTS
    assert {float(row["max_score"]) for row in rows.values()} == {len(ANSWERS)}


def test_class_is_graded_but_for_the_one_whose_kernel_died(classroom: Classroom) -> None:
    """nbgrader cannot grade what ends its kernel: it says so, with the name, and goes on with the others."""
    graded = {path.parent.name for path in (classroom.course / "autograded").glob(f"*/{NAME}")}
    assert graded == set(SUBMISSIONS) - {"dying"}, classroom.graded
    assert f"There was an error processing assignment '{NAME}' for student 'dying'" in classroom.graded
    assert classroom.graded.count("for student '") == 1


def test_endless_loop_is_stopped(classroom: Classroom) -> None:
    assert f"Timeout waiting for execute reply ({SECONDS}s)" in classroom.graded
    assert "is there a loop that never ends?" in classroom.feedback("looping")


@pytest.mark.parametrize(
    ("student", "parts"),
    [
        ("right", ["✓ power(x, 10) leaves 4 multiplications", "✓ recorded once at x = 3"]),
        ("wrong", ["AssertionError: ✗ power(x, 10) leaves 9 multiplications, one for each further factor x",
                   "AssertionError: ✗ recorded at 3 and replayed at −0.5, it gives 0.25 and not 0.5"]),
        ("empty", ["AssertionError: not yet: power(x, 1) returned None"]),
        ("crashing", ["SyntaxError: expected ':'", "AttributeError: 'Tensor' object has no attribute 'rellu'"]),
        ("looping", ["x = x * x", "✓ recorded once at x = 3"]),
        ("sly", ["AssertionError: ✗ power(x, 10) leaves 9 multiplications", "✓ recorded once at x = 3"]),
    ],
)  # fmt: skip
def test_feedback_has_the_diagnosis(student: str, parts: list[str], classroom: Classroom) -> None:
    page = classroom.feedback(student)
    assert [part for part in parts if part not in page] == []


def test_the_one_whose_kernel_died_gets_no_page(classroom: Classroom) -> None:
    assert not (classroom.course / "feedback" / "dying").exists()


# -- all lessons -------------------------------------------------------------------------------------------------------


def test_every_lesson_is_handed_out_as_it_is(tmp_path: Path) -> None:
    classroom = Classroom(tmp_path)
    build(classroom.course)
    classroom.nbgrader("generate_assignment", "--assignment=*", cwd=classroom.course)
    released = sorted((classroom.course / "release").glob("*/*.ipynb"))
    assert len(released) >= len(LESSONS) - 1  # without PyTorch its lesson is left out
    for path in released:
        lesson = next(lesson for lesson in LESSONS if lesson.name == path.name)
        cells = {cell["id"]: "".join(cell["source"]).rstrip() for cell in read(path)["cells"]}
        assert [problem for question in questions(read(lesson)) for problem in leaks(question, cells)] == []


def leaks(question: Question, cells: Mapping[str, Any]) -> list[str]:
    problems = [] if cells[question.stub_id] == question.stub.rstrip() else [f"{question.stub_id} is not the stub"]
    return problems + [f"{id} has the solution" for id, source in cells.items() if question.solution in source]
