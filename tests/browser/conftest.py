"""Fixtures for tests in a browser: `open_notebook(lesson)` shows a notebook in a real JupyterLab.

    def test_button(open_notebook):
        with open_notebook(lesson, trusted=False, theme="dark") as notebook:
            notebook.run_all()
            notebook.cell("stepper").get_by_role("button", name="Forward").click()
            assert notebook.problems() == []

Every test in this folder carries the mark `browser`, and is skipped where there is no Chromium.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import lab as tools

OpenNotebook = Callable[..., AbstractContextManager[tools.NotebookPage]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


# Gone with this folder: while Playwright lives, its event loop runs in this thread, and nbval's kernels refuse that.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests of this folder."""
    if tools.find_chromium() is None:
        pytest.skip("no Chromium found: install chromium, or set MICROGRAD_NB_CHROMIUM to its path")
    with tools.chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tools.Lab]:
    """A JupyterLab for all tests of this folder. It asks for the browser, so as not to start where there is none."""
    with tools.jupyterlab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def open_notebook(lab: tools.Lab, browser: Browser) -> OpenNotebook:
    """`Lab.open` in the browser: `open_notebook(path_or_notebook, trusted=True, theme="light")`, a context manager."""
    return partial(lab.open, browser)
