"""GradientFlow in a real JupyterLab: clicks and keys, what the page then shows, against what the library computed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_output
from playwright.sync_api import Browser, Locator, expect

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.widgets import GradientFlow
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import WatchedPage
from tests.browser.test_lab import notebook_of

MODEL = """import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.widgets import GradientFlow


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 3)
        self.head = nn.Linear(3, 1)

    def forward(self, x):
        hidden = self.layer(x).relu()
        return self.head(hidden)


mg.manual_seed(0)
net = Net()
x = mg.randn(8, 2)"""
FLOW = "optimizer = mg.optim.SGD(net.parameters(), lr=0.1)\nGradientFlow(net, net(x).mean(), optimizer=optimizer)"
NAN = "loss = (net(x) * 0).log().mean()\nflow = GradientFlow(net, loss)\nflow"
SERIOUS = ("serious", "critical")


def library() -> tuple[GradientFlow, GradientFlow]:
    """The same as the cells make, here."""
    names: dict[str, object] = {}
    exec(f"{MODEL}\n{FLOW.replace('GradientFlow(net,', 'flow = GradientFlow(net,')}", names)
    one = names["flow"]
    exec(NAN, names)
    assert isinstance(one, GradientFlow)
    other = names["flow"]
    assert isinstance(other, GradientFlow)
    return one, other


def facts(cell: Locator) -> list[list[str]]:
    """The values that a widget shows."""
    names, texts = (cell.locator(f".mg-gradients-facts {tag}").all_text_contents() for tag in ("dt", "dd"))
    return [list(pair) for pair in zip(names, texts, strict=True)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_follows_mouse_and_keys(open_notebook: OpenNotebook, theme: str) -> None:
    with open_notebook(notebook_of(model=MODEL, flow=FLOW, nan=NAN), theme=theme) as notebook:
        notebook.run_all()
        cells = notebook.page.locator(".jp-CodeCell").count()
        ours, bad = library()
        flow, nan = notebook.cell("flow"), notebook.cell("nan")
        bars = flow.locator(".mg-bar")
        expect(bars).to_have_count(5)

        bars.nth(2).hover()
        expect(flow.locator(".mg-gradients-now h4")).to_have_text("relu")
        assert facts(flow) == ours.flow["rows"][2]["facts"]

        bars.nth(0).click()
        assert facts(flow) == ours.flow["rows"][0]["facts"]
        for key, row in (("ArrowDown", 1), ("End", 4), ("ArrowDown", 4), ("ArrowUp", 3), ("Home", 0)):
            notebook.page.keyboard.press(key)
            expect(bars.nth(row)).to_be_focused()
            expect(bars.nth(row)).to_have_attribute("aria-label", ours.flow["rows"][row]["spoken"])
            assert facts(flow) == ours.flow["rows"][row]["facts"]
        for key in ("b", "a", "d", "d", "Enter", "x"):  # JupyterLab's keys for new cells, and to delete one
            notebook.page.keyboard.press(key)
        assert notebook.page.locator(".jp-CodeCell").count() == cells
        expect(nan.locator(".mg-gradients-facts dd")).to_have_count(0)  # the other one has not moved

        flow.get_by_role("button", name="next step ÷ weight").click()
        expect(bars).to_have_count(4)
        expect(flow.locator(".mg-board-spoken")).to_have_text("The bars show: next step ÷ weight.")
        assert bars.first.locator("text").last.text_content() == f"{ours.report.parameters[0].update_ratio:.2g}"

        flow.get_by_role("button", name="table view").press("Enter")
        rows = flow.locator("tbody tr")
        expect(rows).to_have_count(5)
        for row, cells_of_row in zip(rows.all(), ours.flow["table"], strict=True):
            assert row.locator("th, td").all_text_contents() == cells_of_row

        for way in ("forward", "backward"):
            cards = nan.locator(f".mg-is-{way} li")
            expected = bad.flow["path"]["ways"][way]
            assert cards.locator("strong").all_text_contents() == [card["name"] for card in expected]
            lines = cards.locator("code").all_text_contents()
            assert lines == ["loss = (net(x) * 0).log().mean()"] * len(expected)
        expect(nan.locator(".mg-begins").first).to_have_text("first bad value")
        expect(nan.locator(".mg-begins").last).to_have_text("first bad gradient")

        paper = flow.locator("rect.mg-paper").first.evaluate("paper => getComputedStyle(paper).fill")
        assert (paper == "rgb(255, 255, 255)") == (theme == "light")
        found = Axe().run(notebook.page, context=".mg-board").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
        assert notebook.problems() == []


def test_python_moves_it_and_closing_takes_it_off_the_page(open_notebook: OpenNotebook) -> None:
    moved = "flow.row = 1\nflow.measure = 'gradient/weight'"
    with open_notebook(notebook_of(model=MODEL, nan=NAN, moved=moved, closed="")) as notebook:
        notebook.run_all()
        nan = notebook.cell("nan")
        expect(nan.locator(".mg-gradients-now h4")).to_have_text("layer.bias")
        expect(nan.get_by_role("button", name="gradient ÷ weight")).to_have_attribute("aria-pressed", "true")
        notebook.page.evaluate(
            "jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code: 'flow.close()'}).done"
        )
        expect(nan.locator(".mg-board")).to_have_count(0)
        assert notebook.problems() == []


def test_the_exported_file_works_from_disk(browser: Browser, tmp_path: Path) -> None:
    _, bad = library()
    bad.export_html(tmp_path / "flow.html")
    with closing(browser.new_context(offline=True)) as context:
        watched = WatchedPage(context.new_page())
        watched.page.goto((tmp_path / "flow.html").as_uri())
        watched.page.locator(".mg-bar").nth(3).click()
        assert facts(watched.page.locator("main")) == bad.flow["rows"][3]["facts"]
        watched.page.get_by_role("button", name="gradient ÷ weight").click()
        expect(watched.page.locator(".mg-bar")).to_have_count(4)
        assert watched.problems() == []


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=document.title='bad'>", "</script><script>document.title='bad'</script>"]
)
def test_a_hostile_name_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    model = nn.Module()
    model.register_parameter(name.replace(".", ""), nn.Parameter(mg.zeros(1)))
    GradientFlow(model, next(model.parameters()).log().sum()).export_html(tmp_path / "flow.html")
    with closing(browser.new_context(offline=True)) as context:
        watched = WatchedPage(context.new_page())
        watched.page.goto((tmp_path / "flow.html").as_uri())
        watched.page.locator(".mg-bar").click()
        watched.page.get_by_role("button", name="table view").click()
        expect(watched.page.locator(".mg-board img")).to_have_count(0)
        assert watched.page.title() != "bad"
        assert watched.problems() == []


def test_a_reader_without_a_kernel_sees_it(open_notebook: OpenNotebook) -> None:
    """The outputs that are stored, in a notebook that is not trusted."""
    _, bad = library()
    stored = notebook_of(flow="")
    bundle = bad._repr_mimebundle_()[0]
    data = {kind: bundle[kind] for kind in ("text/plain", "text/html")}
    stored.cells[0].outputs = [new_output("execute_result", data, execution_count=1)]
    with open_notebook(stored, trusted=False) as notebook:
        output = notebook.cell("flow").locator(".jp-OutputArea-output")
        expect(output.locator("img")).to_be_visible()
        assert output.locator("img").evaluate("image => image.naturalWidth") > 100
        assert output.locator("table").count() == 2
        expect(output).to_contain_text("the first bad gradient")
