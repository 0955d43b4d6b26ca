"""The report of gradients, and the table of a profile, in a real JupyterLab: they can be read in both themes."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.test_lab import notebook_of
from tests.browser.test_summary import CONTRASTS

REPORT = """import micrograd_nb as mg
model = mg.nn.Sequential(mg.nn.Linear(4, 3), mg.nn.ReLU(), mg.nn.Linear(3, 2))
model[0].bias.data.fill_(-100)
mg.training.gradient_report(model, model(mg.ones(5, 4)).sum())"""

PROFILE = """with mg.training.profiler.profile() as prof:
    model(mg.ones(5, 4)).sum().backward()
prof.key_averages()"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_can_be_read(open_notebook: OpenNotebook, theme: str) -> None:
    with open_notebook(notebook_of(report=REPORT, profile=PROFILE), theme=theme, trusted=False) as notebook:
        notebook.run_all()
        report = notebook.cell("report")
        assert report.locator("table tr").count() == 6
        assert report.locator("td").nth(2 * 8).text_content() == "1 (relu)"
        assert report.get_by_text("dead: 3 of 3 units of 1 (relu)").count() == 1
        assert min(report.locator("th, td").evaluate_all(CONTRASTS)) > 4.5
        table = notebook.cell("profile").locator("pre", has_text="LinearBackward0")
        assert table.count() == 1
        assert min(table.evaluate_all(CONTRASTS)) > 4.5
        assert notebook.problems() == []
