"""Every widget once, in a cell each, and a click and a key on each: for the tests of whatever shows widgets."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.stepping import LEAVES

CELLS = {
    "stepper": f"{LEAVES}\nstepper = BackwardStepper(a * b + a)\nstepper",
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


def use_each(page: Page, cell: Callable[[str], Locator]) -> None:
    """Clicks, types, and looks at what the page then shows. `cell` finds the output of one of `CELLS` by its name."""
    stepper = cell("stepper").locator(".mg-stepper")
    count = stepper.locator(".mg-count")
    expect(count).to_have_text("step 0 of 8")
    stepper.get_by_role("button", name="one step forward").click()
    expect(count).to_have_text("step 1 of 8")
    stepper.focus()
    for key in ("ArrowRight", "b", "a", "d", "d", "x"):  # all but the first may be keys of the notebook
        page.keyboard.press(key)
    expect(count).to_have_text("step 2 of 8")

    batches = cell("batches")
    batches.get_by_role("button", name="Next batch").click()
    expect(batches.locator(".mg-panel-news")).to_contain_text("Batch 1 of 360")
    batches.get_by_label("shuffle").focus()
    page.keyboard.press("Space")
    expect(batches.locator(".mg-panel-news")).to_contain_text("shuffled with seed 0")
    cell("stages").get_by_role("button", name="Re-roll").click()
    expect(cell("stages").locator(".mg-panel-news")).to_have_text("1 stage, seed 1")
    loading = cell("loading")
    loading.get_by_label("batch", exact=True).fill("3")
    page.keyboard.press("Enter")
    expect(loading.locator(".mg-panel-news")).to_contain_text("Batch 3, by worker 1")
    expect(cell("curve").get_by_role("img", name="loss curve: training, 1 step")).to_be_visible()

    graph = cell("graph").locator(".mg-graph-view")
    scale = graph.locator(".mg-scale-now")
    before = scale.text_content() or ""
    graph.get_by_role("button", name="larger (+)").click()
    expect(scale).not_to_have_text(before)
    graph.focus()
    page.keyboard.press("0")
    expect(scale).to_have_text(before)
    static = cell("static").locator(".mg-static-vs-dynamic")
    static.focus()
    page.keyboard.press("ArrowRight")
    expect(static.locator(".mg-count")).to_contain_text("step 1 of")
    training = cell("training").locator(".mg-dashboard")
    training.get_by_role("button", name="one step").click()
    expect(training.locator(".mgd-count")).to_contain_text("1 step")
    gradients = cell("gradients")
    gradients.locator(".mg-bar").first.hover()
    expect(gradients.locator(".mg-gradients-now h4")).to_contain_text("weight")
    paths = cell("paths").locator(".mg-paths")
    paths.focus()
    page.keyboard.press("ArrowRight")
    expect(paths.locator(".mg-paths-count")).to_have_text("step 1 of 5")
