"""The summary of a model in a real JupyterLab: its table can be read in both themes."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.test_lab import notebook_of

SUMMARY = """import micrograd_nb as mg
model = mg.nn.Sequential(mg.nn.Linear(64, 32), mg.nn.ReLU(), mg.nn.Sequential(mg.nn.Linear(32, 10)))
mg.training.summary(model, mg.zeros(5, 64))"""

# How much lighter the lighter of text and paper is than the darker, for each cell (WCAG 2, contrast ratio).
CONTRASTS = """cells => cells.map(cell => {
    const numbers = color => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    let paper = cell;
    const background = () => numbers(getComputedStyle(paper).backgroundColor);
    while (background()[3] === 0) paper = paper.parentElement;
    const lights = [light(numbers(getComputedStyle(cell).color)), light(background())].sort((a, b) => a - b);
    return (lights[1] + 0.05) / (lights[0] + 0.05);
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("trusted", [True, False])
def test_the_table_can_be_read(open_notebook: OpenNotebook, theme: str, trusted: bool) -> None:
    with open_notebook(notebook_of(summary=SUMMARY), theme=theme, trusted=trusted) as notebook:
        notebook.run_all()
        table = notebook.cell("summary").locator("table")
        assert table.locator("tr").count() == 6
        assert table.locator("td").nth(7).text_content() == "0 (Linear)"
        assert min(table.locator("th, td").evaluate_all(CONTRASTS)) > 4.5
        left = table.locator("tr > td:first-child").evaluate_all(
            "cells => cells.map(c => parseFloat(getComputedStyle(c).paddingLeft))"
        )
        assert left[0] < left[1] == left[2] == left[3] < left[4]
        assert notebook.problems() == []
