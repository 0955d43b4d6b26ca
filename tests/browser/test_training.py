"""Training in a real JupyterLab: its progress bar, the stop button, and plots in both themes."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.test_lab import notebook_of

SET_UP = """import time
import micrograd_nb as mg
from micrograd_nb.training import Training
mg.manual_seed(0)
model = mg.nn.Linear(2, 2)
data = mg.data.TensorDataset(mg.randn(40, 2), mg.randint(2, (40,)))
loader = mg.data.DataLoader(data, 2, shuffle=True)
training = Training(model, loader, mg.nn.CrossEntropyLoss(), mg.optim.SGD(model.parameters(), lr=0.1))"""

INTERRUPTED = "training.fit(1000, on_step=lambda step: time.sleep(0.01))"

AFTER = """steps = training.step
assert len(training.history.step_loss) == steps > 0
history = training.fit(training.epoch + 1)
print(training.step % 20, training.step > steps)"""

RUN = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"
RUN_LAST = """() => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    return jupyterapp.commands.execute('notebook:run-cell');
}"""
STOP = "jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()"


def test_the_stop_button_leaves_a_training_that_goes_on(open_notebook: OpenNotebook) -> None:
    cells = notebook_of(setup=SET_UP, interrupted=INTERRUPTED, after=AFTER)
    cells.cells[1].metadata["tags"] = ["raises-exception"]
    with open_notebook(cells) as notebook:
        notebook.page.evaluate(RUN)
        progress = notebook.cell("interrupted").locator(".jp-OutputArea-output").first
        expect(progress).to_contain_text("epochs    1-  50/1000 [#")
        notebook.page.evaluate(STOP)
        expect(notebook.cell("interrupted")).to_contain_text("KeyboardInterrupt: training stopped after step")
        notebook.page.evaluate(RUN_LAST)
        expect(notebook.cell("after")).to_contain_text("0 True")
        assert "[####################] loss" in notebook.cell("after").inner_text()
        assert notebook.problems() == []


PLOTS = """import numpy as np
import micrograd_nb as mg
matrix = mg.training.metrics.ConfusionMatrix(labels=["cat", "dog"])
matrix.update([0, 1, 1, 1], [0, 0, 1, 1])
matrix.plot()"""


def plots(*, stored: bool = False) -> NotebookNode:
    notebook = notebook_of(plot=PLOTS, table="matrix")
    if stored:
        from micrograd_nb.training.metrics import ConfusionMatrix

        matrix = ConfusionMatrix(labels=["cat", "dog"])
        matrix.update([0, 1, 1, 1], [0, 0, 1, 1])
        outputs = [matrix.plot()._repr_mimebundle_(), {"text/html": matrix._repr_html_(), "text/plain": repr(matrix)}]
        for cell, data in zip(notebook.cells, outputs, strict=True):
            cell.outputs = [new_output("execute_result", data, execution_count=1)]
    return notebook


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("fresh", [True, False], ids=["run", "stored in a notebook that is not trusted"])
def test_a_plot_and_a_table_can_be_read(open_notebook: OpenNotebook, theme: str, fresh: bool) -> None:
    with open_notebook(plots(stored=not fresh), theme=theme, trusted=fresh) as notebook:
        if fresh:
            notebook.run_all()
        image = notebook.cell("plot").locator("img")
        expect(image).to_have_attribute("alt", "ConfusionMatrix: 4 samples, 3 right")
        expect(image).to_be_visible()
        assert image.evaluate("async img => { await img.decode(); return img.naturalWidth }") > 100
        fields = notebook.cell("table").locator("td")
        expect(fields).to_have_text(["1", "1", "0", "2"])
        for style in fields.evaluate_all(
            "fields => fields.map(f => [getComputedStyle(f).color, getComputedStyle(f).backgroundColor])"
        ):
            assert style[0] != style[1]
            assert "rgba(0, 0, 0, 0)" not in style
        assert notebook.problems() == []
