"""The data views in a real JupyterLab: clicks and keys, what the page then shows, against what the library computed."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_output
from playwright.sync_api import expect

from micrograd_nb.data import simulate_loading
from micrograd_nb.data.datasets import Digits
from micrograd_nb.data.transforms import Compose, Normalize, RandomHorizontalFlip
from micrograd_nb.widgets import BatchView, LoaderTimeline, TransformView
from tests.browser.conftest import OpenNotebook
from tests.browser.test_lab import notebook_of

IMPORTS = """from micrograd_nb.data import simulate_loading
from micrograd_nb.data.datasets import Digits
from micrograd_nb.data.transforms import Compose, Normalize, RandomHorizontalFlip
from micrograd_nb.widgets import BatchView, LoaderTimeline, TransformView"""
VIEWS = {
    "batch": "view = BatchView(Digits(), 500)\nview",
    "stages": "TransformView(Compose([RandomHorizontalFlip(), Normalize([0.5, 0.5], [0.5, 0.5])]), Digits()[3][0])",
    "loading": "LoaderTimeline(simulate_loading(batches=4, num_workers=2))",
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_follow_clicks_and_keys(open_notebook: OpenNotebook, theme: str) -> None:
    with open_notebook(notebook_of(imports=IMPORTS, **VIEWS), theme=theme) as notebook:
        notebook.run_all()
        cells = notebook.page.locator(".jp-CodeCell").count()

        ours = BatchView(Digits(), 500)
        batch = notebook.cell("batch")
        news = batch.locator(".mg-panel-news")
        expect(news).to_have_text(ours.description)
        further = batch.get_by_role("button", name="Next batch")
        for _ in range(5):  # more often than there are batches: it stays at the last one, and says so
            further.click(force=True)
        expect(further).to_have_attribute("aria-disabled", "true")
        ours.batch = 2
        expect(news).to_have_text(ours.description)
        expect(batch.get_by_label("batch", exact=True)).to_have_value("2")
        batch.get_by_role("button", name="Previous batch").click()
        batch.get_by_label("shuffle").focus()
        notebook.page.keyboard.press("Space")
        ours.batch, ours.shuffle = 1, True
        expect(news).to_have_text(ours.description)
        assert batch.locator("figcaption").first.text_content().startswith(f"#{ours.peek.indices[0]}")

        transform = Compose([RandomHorizontalFlip(), Normalize([0.5, 0.5], [0.5, 0.5])])
        stages = notebook.cell("stages")
        for seed in (1, 2, 3):
            stages.get_by_role("button", name="Re-roll").click()
            expect(stages.locator(".mg-panel-news")).to_have_text(f"2 stages, seed {seed}, stage 2 failed")
            (draw,) = TransformView(transform, Digits()[3][0], seed=seed).draws
            expect(stages.locator("tbody tr").nth(1)).to_contain_text(f"flip = {draw.params['flip']}")
        expect(stages.locator("tbody tr").nth(2)).to_contain_text("failed")

        loading = notebook.cell("loading")
        loading.get_by_label("batch", exact=True).fill("3")
        notebook.page.keyboard.press("Enter")
        timeline = LoaderTimeline(simulate_loading(batches=4, num_workers=2))
        timeline.batch = 3
        expect(loading.locator(".mg-panel-news")).to_have_text(timeline.description)
        expect(loading.locator("tbody tr").first).to_contain_text("12worker 1")

        loading.locator(".mg-panel-body").focus()
        for key in ("b", "a", "d", "d", "Enter"):  # JupyterLab's keys for new cells, and to delete one
            notebook.page.keyboard.press(key)
        assert notebook.page.locator(".jp-CodeCell").count() == cells
        paper = loading.locator(".mg-panel-body rect").first.evaluate("paper => getComputedStyle(paper).fill")
        assert (paper == "rgb(255, 255, 255)") == (theme == "light")
        found = Axe().run(notebook.page, context=".mg-panel").response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
        ] == []
        assert notebook.problems() == []


@pytest.mark.parametrize(
    "view",
    [
        BatchView(Digits(), 4),
        TransformView(Normalize([0.5], [0.5]), Digits()[3][0]),
        LoaderTimeline(simulate_loading(num_workers=2)),
    ],
    ids=repr,
)
def test_a_reader_without_a_kernel_sees_pictures(open_notebook: OpenNotebook, view: Any) -> None:
    """The outputs that are stored, in a notebook that is not trusted."""
    stored = notebook_of(view="")
    data = {"text/plain": repr(view), "text/html": view.static_html()}
    stored.cells[0].outputs = [new_output("execute_result", data, execution_count=1)]
    with open_notebook(stored, trusted=False) as notebook:
        pictures = notebook.cell("view").locator(".jp-OutputArea-output img")
        expect(pictures.first).to_be_visible()
        sizes = pictures.evaluate_all("images => images.map(image => image.naturalWidth)")
        assert sizes
        assert all(sizes)
        assert view.description in notebook.cell("view").text_content()
