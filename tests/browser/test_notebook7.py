"""The widgets in Jupyter Notebook 7: the stepper and the data views, by click and by key, in both themes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import Lab, Notebook7, NotebookPage, jupyterlab
from tests.browser.stepping import LEAVES
from tests.browser.test_lab import notebook_of

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("notebook") is None, reason='Jupyter Notebook is not installed: pip install "notebook>=7"'
)

NOT_OURS = "reading 'schema'"  # in the console: Notebook 7 itself, which lacks some of JupyterLab's settings

CELLS = {
    "stepper": f"{LEAVES}\nstepper = BackwardStepper(a * b + a)\nstepper",
    "agrees": "print(stepper.step)",
    "batches": "from micrograd_nb.data import simulate_loading\nfrom micrograd_nb.data.datasets import Digits\n"
    "from micrograd_nb.widgets import BatchView, LoaderTimeline, TransformView\nBatchView(Digits(), 4)",
    "stages": "from micrograd_nb.data.transforms import RandomHorizontalFlip\n"
    "TransformView(RandomHorizontalFlip(), Digits()[3][0])",
    "loading": "LoaderTimeline(simulate_loading(batches=4, num_workers=2))",
    "curve": "from micrograd_nb.widgets import LossCurve\ncurve = LossCurve()\ncurve.add(1.0)\ncurve",
}


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
    page, cells = notebook.page, notebook.page.locator(".jp-CodeCell").count()
    stepper = notebook.cell("stepper").locator(".mg-stepper")
    count = stepper.locator(".mg-count")
    expect(count).to_have_text("step 0 of 8")
    stepper.get_by_role("button", name="one step forward").click()
    expect(count).to_have_text("step 1 of 8")
    stepper.focus()
    for key in ("ArrowRight", "b", "a", "d", "d", "x"):  # all but the first are keys of the notebook
        page.keyboard.press(key)
    expect(count).to_have_text("step 2 of 8")
    assert page.locator(".jp-CodeCell").count() == cells

    batches = notebook.cell("batches")
    batches.get_by_role("button", name="Next batch").click()
    expect(batches.locator(".mg-panel-news")).to_contain_text("Batch 1 of 360")
    batches.get_by_label("shuffle").focus()
    page.keyboard.press("Space")
    expect(batches.locator(".mg-panel-news")).to_contain_text("shuffled with seed 0")
    notebook.cell("stages").get_by_role("button", name="Re-roll").click()
    expect(notebook.cell("stages").locator(".mg-panel-news")).to_have_text("1 stage, seed 1")
    loading = notebook.cell("loading")
    loading.get_by_label("batch", exact=True).fill("3")
    page.keyboard.press("Enter")
    expect(loading.locator(".mg-panel-news")).to_contain_text("Batch 3, by worker 1")
    expect(notebook.cell("curve").get_by_role("img", name="loss curve: training, 1 step")).to_be_visible()
