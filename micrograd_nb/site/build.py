"""`build(folder)`: runs the lessons, and writes a folder of pages that link to each other and to nothing else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from ..lessons import INDEX, LEFT_OUT, lessons_folder
from .page import Link, Place, lesson_page, title_of
from .run import Run, run

MADE = ".micrograd_nb_site"  # in a folder that we made: the names of our files in it
ALL = "All lessons"


def build(folder: str | Path, lessons: str | Path | None = None, say: Callable[[str], object] = print) -> list[Path]:
    """Runs notebooks and writes a page for each, and an index. Nothing is written before all of them are done.

    A folder that is there already is changed only if an earlier call made it, and in it only the files that were made.

    Arguments:
        folder: where to.
        lessons: a folder of notebooks; left out, the lessons of this installation.
        say: is told, in one line each, what was done, and what is not as it should be.

    Returns:
        the pages, the index first.

    Raises:
        FileExistsError: there is something in the way that no earlier call made.
        FileNotFoundError: there are no notebooks.
        RuntimeError: a notebook failed.
    """
    folder, lessons = Path(folder), Path(lessons) if lessons is not None else lessons_folder()
    made = _made_before(folder)
    with tempfile.TemporaryDirectory() as work:  # a lesson may write files beside it
        copy = Path(work) / "lessons"
        shutil.copytree(lessons, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        pages = _pages(copy, say)
    _refuse_what_is_not_ours(folder, [name for name in pages if name not in made])
    _write(folder, pages, made)
    return [folder / name for name in pages]


def _pages(folder: Path, say: Callable[[str], object]) -> dict[str, str]:
    """The texts of all pages, by the names of their files, in the order in which they are read."""
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise FileNotFoundError(f"no notebooks in {folder.name}: name a folder that has some")
    if INDEX not in [path.name for path in paths]:
        paths.insert(0, _write_index(folder, paths))
    paths.sort(key=lambda path: path.name != INDEX)
    names = {path.name: "index.html" if path.name == INDEX else f"{path.stem}.html" for path in paths}
    titles = {path.name: title_of(nbformat.read(path, as_version=4), path.stem) for path in paths}
    links = [(names[path.name], titles[path.name]) for path in paths]
    texts = {}
    for number, path in enumerate(paths):
        done = run(path)
        text, problems = lesson_page(done.notebook, _place(number, links, folder, names, done))
        texts[names[path.name]] = text
        say(_report(path.name, done, problems))
    return texts


def _place(number: int, links: list[Link], folder: Path, names: dict[str, str], done: Run) -> Place:
    return Place(
        title=links[number][1],
        folder=folder,
        pages=names,
        index=(links[0][0], ALL) if number else None,
        previous=links[number - 1] if number else None,
        next=links[number + 1] if number + 1 < len(links) else None,
        missing=done.missing,
    )


def _report(name: str, done: Run, problems: list[str]) -> str:
    missing = [f"not run, for {done.missing} is not installed: stored outputs"] if done.missing else []
    return "\n  ".join([name, *missing, *done.problems, *problems])


def _write_index(folder: Path, paths: list[Path]) -> Path:
    """An index for notebooks that came without one."""
    rows = [f"- [{title_of(nbformat.read(path, as_version=4), path.stem)}]({path.name})" for path in paths]
    notebook: NotebookNode = new_notebook(cells=[new_markdown_cell("\n".join(["# Lessons", "", *rows]))])
    nbformat.write(notebook, folder / INDEX)
    return folder / INDEX


# -- the folder --------------------------------------------------------------------------------------------------------


def _made_before(folder: Path) -> list[str]:
    """The names of our files in a folder. One that is not ours may be there only if it is empty."""
    mark = folder / MADE
    if mark.exists():
        return mark.read_text(encoding="utf-8").splitlines()
    if folder.is_dir() and not any(folder.iterdir()):
        return []
    if folder.exists():
        raise FileExistsError(f"{folder} is there, and was not made by this command: name a new or an empty folder")
    return []


def _refuse_what_is_not_ours(folder: Path, names: list[str]) -> None:
    for name in names:
        if (folder / name).exists():
            raise FileExistsError(f"{folder / name} was not made by this command: move it away, or name another folder")


def _write(folder: Path, pages: dict[str, str], made: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MADE).write_text("".join(f"{name}\n" for name in dict.fromkeys([*made, *pages])), encoding="utf-8")
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in made:
        if name not in pages:
            (folder / name).unlink(missing_ok=True)
    (folder / MADE).write_text("".join(f"{name}\n" for name in pages), encoding="utf-8")
