"""The course folder: the lessons in the form that nbgrader wants, whole, solved, and never written over."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from micrograd_nb import lessons
from micrograd_nb.teaching import build, course, questions, read, source_notebook
from micrograd_nb.teaching.__main__ import main
from micrograd_nb.teaching.questions import Cell, text
from tests import LESSONS, NOTEBOOKS

TORCH_IS_MISSING = importlib.util.find_spec("torch") is None
EASY = [path for path in LESSONS if not (TORCH_IS_MISSING and path.stem == course.NEEDS_TORCH)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    build(folder, say=lambda text: None)
    return folder


def test_every_lesson_is_an_assignment(folder: Path) -> None:
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert found == ["nbgrader_config.py", *(f"source/{path.stem}/{path.name}" for path in EASY)]


# -- what a source notebook is -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_source_is_the_lesson_with_solutions_and_grades(lesson: Path) -> None:
    before, after = read(lesson), source_notebook(read(lesson))
    nbformat.validate(nbformat.from_dict(after))
    stubs = {question.stub_id: question for question in questions(before)}
    checks = {question.check_id: question for question in questions(before)}
    assert [cell["id"] for cell in after["cells"]] == [cell["id"] for cell in before["cells"]]
    for old, new in zip(before["cells"], after["cells"], strict=True):
        role = new["metadata"].get("nbgrader", {})
        if new["id"] in stubs:
            assert cut(new) == text(old)
            assert stubs[new["id"]].solution in text(new)
            assert (role["solution"], role["grade"], role["locked"]) == (True, False, False)
        elif new["id"] in checks:
            check = f"exercises.{checks[new['id']].checker}"
            assert text(new) == f'{text(old)}\nassert {check}.state == "right", {check}.last'
            assert (role["solution"], role["grade"], role["locked"], role["points"]) == (False, True, True, 1)
        else:
            assert new["cell_type"] == "markdown" or text(new) == text(old)
            assert bool(role) == (new["id"] == "setup")
        assert new.get("outputs", []) == []


def cut(cell: Cell) -> str:
    """A cell without its solution."""
    return re.sub(r"\n### BEGIN SOLUTION\n.*### END SOLUTION", "", text(cell), flags=re.DOTALL)


def test_links_lead_to_the_other_assignments(folder: Path) -> None:
    found = []
    for path in folder.glob("source/*/*.ipynb"):
        for cell in read(path)["cells"]:
            found += [(path, link) for link in re.findall(r"\]\(([^)\s]+\.ipynb)", text(cell))]
    assert len(found) > 2 * len(EASY)
    missing = {link for path, link in found if not (path.parent / link).exists()}
    assert all(course.NEEDS_TORCH in link for link in missing)
    assert TORCH_IS_MISSING or not missing


@pytest.mark.long
@pytest.mark.parametrize("lesson", EASY, ids=lambda lesson: lesson.stem)
def test_source_runs_and_earns_every_point(lesson: Path, folder: Path) -> None:
    notebook = nbformat.read(folder / "source" / lesson.stem / lesson.name, as_version=4)
    NotebookClient(notebook, timeout=300).execute()  # stops at an error, but for the cells that are to fail
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(graded) == len(questions(read(lesson)))
    for cell in graded:
        assert [output.output_type for output in cell.outputs] == ["stream"]
        assert cell.outputs[0].text.startswith("✓")


# -- the folder --------------------------------------------------------------------------------------------------------


def test_what_a_teacher_changed_stays(tmp_path: Path) -> None:
    build(tmp_path, only=["02_1"])
    mine, settings = tmp_path / "source" / LESSONS[1].stem / LESSONS[1].name, tmp_path / "nbgrader_config.py"
    mine.write_text("my exercise")
    settings.write_text("my settings")
    copied = build(tmp_path, only=["02_1"])
    assert (mine.read_text(), settings.read_text()) == ("my exercise", "my settings")
    assert (len(copied.new), len(copied.same), len(copied.yours)) == (0, 2, 2)


def test_settings_are_python(folder: Path) -> None:
    class Settings:
        def __getattr__(self, name: str) -> Any:
            return Settings()

    source = (folder / "nbgrader_config.py").read_text()
    exec(source, {"get_config": Settings})


def test_lesson_that_needs_pytorch_is_left_out_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said: list[str] = []
    copied = build(tmp_path, only=["03", "04"], say=said.append)
    assert [path.name for path in copied.new] == ["nbgrader_config.py", LESSONS[-2].name]
    assert len(said) == 1
    assert "pip install torch" in said[0]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(tmp_path / "a"), "--only", "01"]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'a'}: 2 files new, 0 there already\n")
    assert main(["build", str(tmp_path / "b"), "--only", "1.1"]) == 1
    assert "no lesson begins with '1.1'. There are: 01_what_a_framework_is_for," in capsys.readouterr().err
    assert not (tmp_path / "b").exists()
    (tmp_path / "taken").write_text("mine")
    assert main(["build", str(tmp_path / "taken")]) == 1
    assert (tmp_path / "taken").read_text() == "mine"


def test_course_comes_from_an_installed_package_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There the lessons are inside the package."""
    inside = tmp_path / "site" / "micrograd_nb" / "notebooks"
    inside.mkdir(parents=True)
    for notebook in NOTEBOOKS:
        (inside / notebook.name).write_bytes(notebook.read_bytes())
    monkeypatch.setattr(lessons, "__file__", str(inside.parent / "lessons.py"))
    assert len(build(tmp_path / "course", say=lambda text: None).new) == 1 + len(EASY)
