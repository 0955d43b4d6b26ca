"""The harness itself: it sees what a notebook shows, and it notices what must never happen."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.browser.conftest import OpenNotebook

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle id="dot" r="20"/></svg>'


def notebook_of(**cells: str) -> NotebookNode:
    """A notebook of code cells, given by id."""
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=[new_code_cell(source, id=id) for id, source in cells.items()], metadata=metadata)


def test_run_all_waits_for_the_last_output(open_notebook: OpenNotebook) -> None:
    slow = notebook_of(first="a = 20", slow="import time; time.sleep(1)", last="a + 1", fails="1 / 0")
    slow.cells[3].metadata["tags"] = ["raises-exception"]
    with open_notebook(slow) as notebook:
        notebook.run_all()
        assert notebook.problems() == []
        assert notebook.cells()[2].outputs[0].data["text/plain"] == "21"
        assert notebook.cell("last").locator(".jp-OutputArea-output").text_content() == "21"


def test_wrong_exceptions_are_noticed(open_notebook: OpenNotebook) -> None:
    wrong = notebook_of(tame="1 / 1", fails="1 / 0")
    wrong.cells[0].metadata["tags"] = ["raises-exception"]
    with open_notebook(wrong) as notebook:
        notebook.run_all()
        assert notebook.problems() == [
            "cell tame is tagged raises-exception, and raised nothing",
            "cell fails raised ZeroDivisionError: division by zero",
        ]


def test_console_error_is_noticed(open_notebook: OpenNotebook) -> None:
    with open_notebook(notebook_of(empty="")) as notebook:
        notebook.page.evaluate("console.error('broken')")
        notebook.page.evaluate("setTimeout(() => { throw new Error('thrown') })")
        notebook.page.wait_for_timeout(100)
        assert notebook.problems() == ["console: broken", "console: thrown"]


def test_request_that_leaves_the_machine_is_noticed(open_notebook: OpenNotebook) -> None:
    with open_notebook(notebook_of(empty="")) as notebook:
        notebook.page.route("**://example.org/**", lambda route: route.fulfill(body=""))
        notebook.page.evaluate("fetch('http://example.org/picture.png', {mode: 'no-cors'})")
        assert notebook.problems() == ["request: http://example.org/picture.png"]


@pytest.mark.parametrize("trusted", [True, False])
def test_trust_decides_whether_a_stored_picture_shows(open_notebook: OpenNotebook, trusted: bool) -> None:
    stored = notebook_of(picture="draw()")
    stored.cells[0].outputs = [new_output("display_data", {"image/svg+xml": SVG, "text/plain": "a dot"})]
    with open_notebook(stored, trusted=trusted) as notebook:
        output = notebook.cell("picture").locator(".jp-OutputArea-output")
        output.wait_for()
        assert (output.locator("img, svg").count() == 1) is trusted


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme(open_notebook: OpenNotebook, theme: str) -> None:
    with open_notebook(notebook_of(empty=""), theme=theme) as notebook:
        assert notebook.page.locator("body").get_attribute("data-jp-theme-light") == str(theme == "light").lower()


def test_screenshots_cover_the_notebook(open_notebook: OpenNotebook, tmp_path: Path) -> None:
    long = notebook_of(**{f"lines-{number}": "\n".join("0" * 100) for number in range(3)})
    with open_notebook(long) as notebook:
        paths = notebook.screenshots(tmp_path, "long")
    assert len(paths) > 2
    assert all(path.stat().st_size for path in paths)
