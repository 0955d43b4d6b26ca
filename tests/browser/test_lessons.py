"""Each lesson, opened in a real JupyterLab and run from top to bottom."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import NOTEBOOKS
from tests.browser.conftest import OpenNotebook


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda lesson: lesson.stem)
def test_lesson_runs_from_top_to_bottom(open_notebook: OpenNotebook, lesson: Path) -> None:
    with open_notebook(lesson) as notebook:
        notebook.run_all()
        assert [cell.id for cell in notebook.cells() if cell.cell_type == "code" and not cell.execution_count] == []
        assert notebook.problems() == []
