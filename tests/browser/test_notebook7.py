"""The widgets in Jupyter Notebook 7, by click and by key, in both themes."""

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
    "graph": "from micrograd_nb.widgets import GraphView\nGraphView(a * b + a)",
    "static": "from micrograd_nb.widgets import StaticVsDynamic\n"
    "def f(x):\n    if x > 0:\n        return x * x\n    return -x\n"
    "StaticVsDynamic(f, mg.tensor(3.0), mg.tensor(-3.0))",
    "training": "from micrograd_nb.data.datasets import moons\nfrom micrograd_nb.widgets import TrainingDashboard\n"
    "net = mg.nn.Linear(2, 2)\n"
    "TrainingDashboard(net, moons(20), mg.nn.CrossEntropyLoss(), mg.optim.SGD(net.parameters()))",
    "gradients": "from micrograd_nb.widgets import GradientFlow\nGradientFlow(net, net(mg.ones(4, 2)).sum())",
    "paths": "from micrograd_nb.widgets import OptimizerPaths\nOptimizerPaths('bowl', {'SGD': 0.1}, steps=5)",
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

    graph = notebook.cell("graph").locator(".mg-graph-view")
    scale = graph.locator(".mg-scale-now")
    before = scale.text_content() or ""
    graph.get_by_role("button", name="larger (+)").click()
    expect(scale).not_to_have_text(before)
    graph.focus()
    page.keyboard.press("0")
    expect(scale).to_have_text(before)
    static = notebook.cell("static").locator(".mg-static-vs-dynamic")
    static.focus()
    page.keyboard.press("ArrowRight")
    expect(static.locator(".mg-count")).to_contain_text("step 1 of")
    training = notebook.cell("training").locator(".mg-dashboard")
    training.get_by_role("button", name="one step").click()
    expect(training.locator(".mgd-count")).to_contain_text("1 step")
    gradients = notebook.cell("gradients")
    gradients.locator(".mg-bar").first.hover()
    expect(gradients.locator(".mg-gradients-now h4")).to_contain_text("weight")
    paths = notebook.cell("paths").locator(".mg-paths")
    paths.focus()
    page.keyboard.press("ArrowRight")
    expect(paths.locator(".mg-paths-count")).to_have_text("step 1 of 5")
