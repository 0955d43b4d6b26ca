"""`python -m micrograd_nb.site`: the folder, the links, the formulas, and notebooks that cannot be run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from micrograd_nb.site import __main__ as command
from micrograd_nb.site.build import MADE, build
from micrograd_nb.site.formula import drawing
from micrograd_nb.site.run import run
from tests import NOTEBOOKS

pytestmark = pytest.mark.filterwarnings("default")  # what starting a kernel warns of is not ours


def write(folder: Path, name: str, *cells: object) -> Path:
    """A notebook of texts (Markdown) and cells."""
    made = [new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    folder.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=made), folder / name)
    return folder / name


def quiet(_: str) -> None:
    pass


def body(page: Path) -> str:
    """What a reader sees of a page, with the links."""
    return page.read_text(encoding="utf-8").partition("</head>")[2]


# -- pages


def test_pages_lead_from_one_to_the_next(tmp_path: Path) -> None:
    write(tmp_path / "in", "00_index.ipynb", "# Mine\n\n[one](01_a.ipynb) [part](02_b.ipynb#part)")
    write(tmp_path / "in", "01_a.ipynb", "# `a` & b")
    write(
        tmp_path / "in", "02_b.ipynb", "# B\n\n## part\n\n[all](00_index.ipynb), [elsewhere](https://x.org/01_a.ipynb)"
    )
    pages = build(tmp_path / "out", tmp_path / "in", quiet)
    assert [page.name for page in pages] == ["index.html", "01_a.html", "02_b.html"]
    index, first, last = map(body, pages)
    assert re.findall('<a href="([^"#]+.*?)"', index) == ["01_a.html", "02_b.html#part", "01_a.html"]
    assert '<a href="01_a.html" rel="next">a &amp; b' in index
    assert '<a href="index.html" rel="prev">' in first
    assert '<a href="02_b.html" rel="next">' in first
    assert 'href="https://x.org/01_a.ipynb"' in last
    assert 'rel="next"' not in last


def test_notebooks_without_an_index_get_one(tmp_path: Path) -> None:
    write(tmp_path / "in", "b.ipynb", "# The second")
    write(tmp_path / "in", "a.ipynb", "no title")
    index, *_ = build(tmp_path / "out", tmp_path / "in", quiet)
    assert re.findall('<li><a href="(.*?)">(.*?)</a>', body(index)) == [("a.html", "a"), ("b.html", "The second")]


def test_a_widget_becomes_a_page_in_the_page_as_it_stands_at_the_end(tmp_path: Path) -> None:
    stepper = "import micrograd_nb as mg\nfrom micrograd_nb.widgets import BackwardStepper, LossCurve\n"
    notebook = write(
        tmp_path,
        "a.ipynb",
        new_code_cell(f"{stepper}a = mg.tensor(2.0, requires_grad=True)\n(stepper := BackwardStepper(a * a))"),
        new_code_cell("(curve := LossCurve())"),
        new_code_cell("(closed := LossCurve())"),
        new_code_cell(
            "stepper.step = 3\ncurve.add(1.0)\nclosed.close()\nLossCurve.export_html = lambda self, path: 1 / 0"
        ),
        new_code_cell("LossCurve()"),
    )
    done = run(notebook)
    shown, curve, closed, _, bad = [cell.outputs[0].data if cell.outputs else None for cell in done.notebook.cells]
    assert shown["text/html"].startswith('<iframe title="BackwardStepper: 5 steps" srcdoc="&lt;!DOCTYPE html&gt;')
    assert "&quot;step&quot;:3" in shown["text/html"]
    assert "1 step" in curve["text/html"]
    assert "no steps yet" in closed["text/plain"]
    assert "iframe" not in bad["text/html"]
    assert done.problems[1] == "<LossCurve: no steps yet> is shown as a picture: ZeroDivisionError: division by zero"
    assert not any("widget-view" in mime for data in (shown, curve, closed, bad) for mime in data)
    assert [cell.execution_count for cell in done.notebook.cells] == [1, 2, 3, 4, 5]


def test_pages_name_no_folder_of_this_machine(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.ipynb", new_code_cell("import os\nprint(os.getcwd() + '/x', os.__file__, object())"))
    _, page = build(tmp_path / "out", tmp_path / "in", quiet)
    assert "<pre>x os.py &lt;object object at 0x7f0000000000&gt;" in body(page)


# -- notebooks that cannot be run


def test_a_module_that_is_missing_leaves_the_stored_outputs(tmp_path: Path) -> None:
    stored = new_output("stream", text="as it was")
    write(tmp_path / "in", "a.ipynb", new_code_cell("import no_such_module", outputs=[stored]))
    said: list[str] = []
    _, page = build(tmp_path / "out", tmp_path / "in", said.append)
    assert "as it was" in body(page)
    assert "<code>no_such_module</code> is not installed" in body(page)
    assert said[1] == "a.ipynb\n  not run, for no_such_module is not installed: stored outputs"


def test_a_cell_that_fails_leaves_the_site_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "in", "a.ipynb", "first")
    build(tmp_path / "out", tmp_path / "in", quiet)
    write(tmp_path / "in", "a.ipynb", new_code_cell("1 / 0"))
    assert command.main([str(tmp_path / "out"), "--lessons", str(tmp_path / "in")]) == 1
    assert "a.ipynb failed, and is in no site. ZeroDivisionError: division by zero" in capsys.readouterr().err
    assert "first" in body(tmp_path / "out" / "a.html")


# -- the folder


def test_a_folder_of_yours_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.ipynb", "text")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("mine")
    for taken in (tmp_path / "mine", tmp_path / "mine" / "index.html"):
        with pytest.raises(FileExistsError, match="was not made by this command"):
            build(taken, tmp_path / "in", quiet)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["index.html"]
    assert (tmp_path / "mine" / "index.html").read_text() == "mine"


def test_made_again_only_our_files_change(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.ipynb", "old")
    write(tmp_path / "in", "gone.ipynb", "old")
    build(tmp_path / "out", tmp_path / "in", quiet)
    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "in" / "gone.ipynb").unlink()
    write(tmp_path / "in", "a.ipynb", "new")
    build(tmp_path / "out", tmp_path / "in", quiet)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [MADE, "a.html", "index.html", "notes.txt"]
    assert "new" in body(tmp_path / "out" / "a.html")
    (tmp_path / "out" / "b.html").write_text("mine")
    write(tmp_path / "in", "b.ipynb", "text")
    with pytest.raises(FileExistsError, match=r"b\.html was not made by this command"):
        build(tmp_path / "out", tmp_path / "in", quiet)
    assert (tmp_path / "out" / "b.html").read_text() == "mine"


def test_a_folder_without_notebooks_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path / "out"), "--lessons", str(tmp_path)]) == 1
    assert "no notebooks" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_is_not_installed_is_said() -> None:
    script = "import sys; sys.modules['ziamath'] = None; import runpy; runpy.run_module('micrograd_nb.site')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'ziamath is not installed, and the site needs it: pip install "micrograd_nb[site]"' in done.stderr


# -- formulas


def formulas() -> list[str]:
    """All that stand in the lessons."""
    cells = [cell for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"\$\$?([^$]+)\$\$?", text)


def test_every_formula_of_the_lessons_is_drawn() -> None:
    found = formulas()
    assert len(found) > 50
    for formula in found:
        assert "<path" in drawing(formula, block=True)


@pytest.mark.parametrize("formula", ["x^", r"\frac{1}", "{", r"\unknowable{x}", r"\left(", "a & b"])
def test_a_formula_that_cannot_be_drawn_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="cannot draw the formula"):
        drawing(formula)


def test_a_formula_that_cannot_be_drawn_is_shown_as_it_is_written(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.ipynb", r"so $\unknowable{x} < 1$ it is, and $y$")
    said: list[str] = []
    _, page = build(tmp_path / "out", tmp_path / "in", said.append)
    assert r"<code>\unknowable{x} &lt; 1</code>" in body(page)
    assert body(page).count("<svg") == 1
    assert r"\unknowable is no command" in said[1]


def test_a_formula_is_no_way_into_the_page() -> None:
    assert "<img" not in drawing(r'\text{"<img src=x onerror=alert(1)>}')
