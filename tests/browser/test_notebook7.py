"""The widgets in Jupyter Notebook 7, by click and by key, in both themes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.every_widget import CELLS, use_each
from tests.browser.lab import Lab, Notebook7, NotebookPage, jupyterlab
from tests.browser.test_lab import notebook_of

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("notebook") is None, reason='Jupyter Notebook is not installed: pip install "notebook>=7"'
)

NOT_OURS = "reading 'schema'"  # in the console: Notebook 7 itself, which lacks some of JupyterLab's settings


@pytest.fixture(scope="module")
def notebook7(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyterlab(tmp_path_factory.mktemp("notebook7"), Notebook7) as lab:
        yield lab


@pytest.fixture(params=["light", "dark"])
def notebook(request: pytest.FixtureRequest, notebook7: Lab, browser: Browser) -> Iterator[NotebookPage]:
    with notebook7.open(browser, notebook_of(**CELLS), theme=request.param) as notebook:
        assert notebook.page.locator("body[data-notebook=notebooks]").count() == 1  # it is no JupyterLab
        notebook.run_all()
        yield notebook
        assert [problem for problem in notebook.problems() if NOT_OURS not in problem] == []


def test_the_widgets_work_by_click_and_by_key(notebook: NotebookPage) -> None:
    cells = notebook.page.locator(".jp-CodeCell").count()
    use_each(notebook.page, notebook.cell)
    assert notebook.page.locator(".jp-CodeCell").count() == cells  # its keys are the notebook's, too
