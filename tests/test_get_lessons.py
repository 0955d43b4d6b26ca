"""`python -m micrograd_nb.lessons` copies, opens, and never writes over a learner's work. The wheel has the lessons."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from micrograd_nb import lessons
from tests import NOTEBOOKS, ROOT


def test_copy_has_every_notebook_and_what_they_show(tmp_path: Path) -> None:
    copied = lessons.copy_lessons(tmp_path / "a" / "b")
    for notebook in NOTEBOOKS:
        assert (tmp_path / "a" / "b" / notebook.name).read_bytes() == notebook.read_bytes()
    assert Path("images/stepper.png") in copied.new
    assert not list(tmp_path.rglob("*.unfinished"))


def test_second_copy_changes_nothing_of_yours(tmp_path: Path) -> None:
    lessons.copy_lessons(tmp_path)
    mine, lost = tmp_path / NOTEBOOKS[1].name, tmp_path / NOTEBOOKS[2].name
    mine.write_text("my answers")
    (tmp_path / "notes.txt").write_text("my notes")
    lost.unlink()
    copied = lessons.copy_lessons(tmp_path)
    assert (mine.read_text(), (tmp_path / "notes.txt").read_text()) == ("my answers", "my notes")
    assert copied.yours == [Path(mine.name)]
    assert copied.new == [Path(lost.name)]
    assert f"1 are yours and stay as they are: {mine.name}" in str(copied)


def test_folder_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("mine")
    assert lessons.main([str(tmp_path / "taken")]) == 1
    assert "is a file, and the lessons need a folder" in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"


def test_installation_without_lessons_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lessons, "__file__", str(tmp_path / "site" / "micrograd_nb" / "lessons.py"))
    with pytest.raises(FileNotFoundError, match="Install the package again"):
        lessons.copy_lessons(tmp_path / "here")


def test_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "micrograd_nb.lessons", str(tmp_path / "here"), "--copy-only"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.startswith(f"{tmp_path / 'here'}: ")
    assert (tmp_path / "here" / lessons.INDEX).exists()


def test_jupyterlab_is_opened_at_the_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        called.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert lessons.main([str(tmp_path)]) == 0
    trust, lab = called
    assert trust[1:4] == ["-m", "jupyter", "trust"]
    assert len(trust) == 4 + len(NOTEBOOKS)
    assert lab[1:] == ["-m", "jupyterlab", str(tmp_path / lessons.INDEX)]
    called.clear()
    lessons.main([str(tmp_path)])
    assert len(called) == 1  # nothing new, so nothing to trust: a notebook of yours is not signed for you


def test_jupyterlab_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lessons.main([str(tmp_path)]) == 1
    assert 'pip install "micrograd_nb[lab]"' in capsys.readouterr().err


def test_wheel_has_the_lessons(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is not installed: pip install hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"micrograd_nb/notebooks/{notebook.name}" for notebook in NOTEBOOKS} <= set(names)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    command = [sys.executable, "-m", "micrograd_nb.lessons", "here", "--copy-only"]
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "0 there already" in run.stdout
    assert (tmp_path / "here" / lessons.INDEX).exists()
