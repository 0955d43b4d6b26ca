"""Holds the shape and the links of lessons, as they stand in the repository. (nbval runs, tests/browser opens them.)"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import INDEX, LESSONS, NOTEBOOKS, ROOT

CELLS = range(25, 41)
LINES = 15
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")  # as nbformat and JupyterLab make them


def complaints(name: str, notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with a lesson that lies in the file `name`."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    yield from title_complaints(name, notebook.cells[0])
    yield from run_complaints(code)
    yield from id_complaints([cell.id for cell in notebook.cells])
    yield from (f"{cell.id} is too long" for cell in code[1:] if lines_of_code(cell) > LINES)  # code[0] is the set-up
    if len(notebook.cells) not in CELLS:
        yield f"{len(notebook.cells)} cells, not {CELLS.start} to {CELLS.stop - 1}"
    if "widgets" in notebook.metadata:
        yield "metadata.widgets is stored, and hides the static pictures in exported HTML"
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"


def title_complaints(name: str, cell: NotebookNode) -> Iterator[str]:
    """02_1_1_dynamic_graphs.ipynb is about section 2.1.1, and its title says so."""
    match = re.fullmatch(r"(\d\d(?:_\d)*)_[a-z][a-z_]*\.ipynb", name)
    if match is None:
        yield f"{name} does not carry its section: 02_1_1_dynamic_graphs.ipynb"
        return
    section = match[1].removeprefix("0").replace("_", ".")
    if not re.match(rf"# .*\b{re.escape(section)}\b", cell.source):
        yield f"the first cell is no title with section {section}"


def run_complaints(code: list[NotebookNode]) -> Iterator[str]:
    """The outputs are those of one run from top to bottom."""
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        yield "the cells were not run once, from top to bottom"
    for cell in code:
        counts = [output.execution_count for output in cell.outputs if output.output_type == "execute_result"]
        if any(count != cell.execution_count for count in counts):
            yield f"{cell.id} stores the output of another run"


def id_complaints(ids: list[str]) -> Iterator[str]:
    """Given ids stay when a notebook is made again, where random ones fill the diff."""
    yield from (f"{id} is a random id: give the cell a name" for id in ids if RANDOM_ID.fullmatch(id))
    if len(set(ids)) < len(ids):
        yield "two cells have the same id"


def lines_of_code(cell: NotebookNode) -> int:
    """Lines that are neither empty nor a comment."""
    return sum(not line.lstrip().startswith("#") for line in cell.source.splitlines() if line.strip())


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_lesson_is_in_shape(lesson: Path) -> None:
    notebook = nbformat.read(lesson, as_version=4)
    nbformat.validate(notebook)
    assert list(complaints(lesson.name, notebook)) == []


# -- links -------------------------------------------------------------------------------------------------------------

GUIDE = INDEX.with_name("TEACHING.md")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NEIGHBOUR = re.compile(r"\*\*(Previous|Next) lesson\.\*\* \[[^]]*\]\(([^)]+)\)")
ROW = re.compile(r"^\| \[([^]]+)\]\((\S+\.ipynb)\) \| .+ \| (\d+) \|$", re.MULTILINE)


def links(path: Path) -> Iterator[str]:
    """Where the links of a notebook, or of a text, lead to."""
    if path.suffix != ".ipynb":
        yield from LINK.findall(path.read_text(encoding="utf-8"))
        return
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            yield from LINK.findall(cell.source)


def is_dead(link: str, path: Path) -> bool:
    """Whether a link to a file of ours, or to a heading in one, leads nowhere."""
    target, _, heading = link.partition("#")
    if "://" in link:
        return False
    file = path.parent / target if target else path
    if not file.exists():
        return True
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE) if heading else []
    return bool(heading) and heading not in [
        re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles
    ]


@pytest.mark.parametrize(
    "path", [*NOTEBOOKS, INDEX.with_name("README.md"), GUIDE, ROOT / "README.md"], ids=lambda path: path.name
)
def test_no_link_is_dead(path: Path) -> None:
    found = list(links(path))
    assert found
    assert [link for link in found if is_dead(link, path)] == []


def test_lessons_are_a_chain() -> None:
    """Each leads to the one before, to the one after, and to the index."""
    for number, path in enumerate(LESSONS):
        last = nbformat.read(path, as_version=4).cells[-1].source
        expected = {}
        if number:
            expected["Previous"] = LESSONS[number - 1].name
        if path != LESSONS[-1]:
            expected["Next"] = LESSONS[number + 1].name
        assert dict(NEIGHBOUR.findall(last)) == expected
        assert f"]({INDEX.name})" in last


def entry(path: Path) -> tuple[str, str, str]:
    """The title of a lesson, its file, and how many minutes it says that it takes."""
    title = nbformat.read(path, as_version=4).cells[0].source
    (minutes,) = re.findall(r"takes about (\d+) minutes", title)
    return title.splitlines()[0].removeprefix("# "), path.name, minutes


@pytest.mark.parametrize("path", [INDEX, INDEX.with_name("README.md")], ids=lambda path: path.name)
def test_index_lists_every_lesson_as_it_is(path: Path) -> None:
    text = nbformat.read(path, as_version=4).cells[0].source if path == INDEX else path.read_text(encoding="utf-8")
    assert ROW.findall(text) == [entry(lesson) for lesson in LESSONS]


def test_guide_for_teachers_speaks_of_every_lesson() -> None:
    titles = re.findall(r"^### (.+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles == [entry(lesson)[0] for lesson in LESSONS]


def test_dead_links_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n## What it's for\n[a](page.md) [b](gone.md) [c](#what-its-for) [d](page.md#gone) [e](https://x.org)\n"
    )
    assert [link for link in links(page) if is_dead(link, page)] == ["gone.md", "page.md#gone"]


# -- the rules themselves ----------------------------------------------------------------------------------------------

NAME = "02_1_1_dynamic_graphs.ipynb"


def good_lesson() -> NotebookNode:
    cells = [new_markdown_cell("# 2.1.1 Dynamic graphs", id="title")]
    for count in range(1, 26):
        output = new_output("execute_result", {"text/plain": "2"}, execution_count=count)
        cells.append(new_code_cell("1 + 1", id=f"sum-{count}", execution_count=count, outputs=[output]))
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def test_good_lesson_passes() -> None:
    assert list(complaints(NAME, good_lesson())) == []


@pytest.mark.parametrize(
    ("part", "spoil"),
    [
        ("title", lambda lesson: lesson.cells[0].update(source="# Dynamic graphs")),
        ("not run once", lambda lesson: lesson.cells[5].update(execution_count=None, outputs=[])),
        ("another run", lambda lesson: lesson.cells[5].outputs[0].update(execution_count=99)),
        ("random id", lambda lesson: lesson.cells[5].update(id="3f2a9c1e")),
        ("random id", lambda lesson: lesson.cells[5].update(id="3f2a9c1e-0b1d-4c55-9f8e-6a7b8c9d0e1f")),
        ("same id", lambda lesson: lesson.cells[5].update(id="title")),
        ("too long", lambda lesson: lesson.cells[5].update(source="1 + 1\n" * 16)),
        ("20 cells", lambda lesson: lesson.update(cells=lesson.cells[:20])),
        ("metadata.widgets", lambda lesson: lesson.metadata.update(widgets={})),
        ("kernel", lambda lesson: lesson.metadata.pop("kernelspec")),
    ],
)
def test_spoilt_lesson_is_refused(part: str, spoil: Callable[[NotebookNode], None]) -> None:
    lesson = good_lesson()
    spoil(lesson)
    (complaint,) = complaints(NAME, lesson)
    assert part in complaint


def test_file_name_without_a_section_is_refused() -> None:
    (complaint,) = complaints("dynamic_graphs.ipynb", good_lesson())
    assert "section" in complaint


def test_set_up_cell_may_be_long() -> None:
    lesson = good_lesson()
    lesson.cells[1].source = "1 + 1\n" * 40
    assert list(complaints(NAME, lesson)) == []
