"""What SummaryWriter writes, looked at in a real TensorBoard: every page, by clicks."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.board import IMAGE, STEPS, board_page, tensorboard, write_runs

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install tensorboard")

OpenPage = Callable[[str], AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def open_page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPage]:
    """Opens a page of a TensorBoard with two runs: `open_page("scalars")`, a context manager."""
    folder = tmp_path_factory.mktemp("board")
    write_runs(folder / "runs")
    with tensorboard(folder / "runs", folder) as url:
        yield partial(_without_problems, browser, url)


@contextmanager
def _without_problems(browser: Browser, url: str, name: str) -> Iterator[Page]:
    with board_page(browser, url, name) as board:
        yield board.page
        assert board.problems() == []


def node(page: Page, name: str) -> Locator:
    """A node of the graph."""
    return page.locator(f'g.node[data-name="{name}"]')


def test_scalars(open_page: OpenPage) -> None:
    with open_page("scalars") as page:
        card = page.locator("tf-scalar-card").filter(has_text="loss/train")
        chart = card.locator("vz-line-chart2")
        expect(chart.locator("path").first).to_be_attached()
        box = chart.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)  # over the last points
        table = page.locator("table", has_text="Smoothed")
        for run, rate in (("fast", 0.1), ("slow", 0.02)):
            row = table.locator("tr", has_text=run)
            expect(row).to_contain_text(f"{np.exp(-rate * (STEPS - 1)):.4g}")
            expect(row).to_contain_text(str(STEPS - 1))


def test_time_series(open_page: OpenPage) -> None:
    with open_page("time series") as page:
        card = page.locator("card-view").filter(has_text="final/accuracy")
        for run, value in (("fast/options", "0.9"), ("slow/options", "0.98")):
            expect(card.locator("tb-data-table-content-row", has_text=run)).to_contain_text(value)


def test_images(open_page: OpenPage) -> None:
    with open_page("images") as page:
        expect(page.locator("tf-image-loader img")).to_have_count(2)
        image = page.locator("tf-image-loader img").first
        assert image.evaluate("async img => { await img.decode(); return [img.naturalWidth, img.naturalHeight] }") == [
            30,
            20,
        ]
        with urllib.request.urlopen(image.evaluate("img => img.src")) as answer:
            pixels = np.asarray(Image.open(io.BytesIO(answer.read())))
        assert np.array_equal(pixels, (IMAGE.astype("f4") * 255).astype("u1").transpose(1, 2, 0))


def test_graphs(open_page: OpenPage) -> None:
    with open_page("graphs") as page:
        for name in ("input", "Net", "output"):
            expect(node(page, name)).to_be_visible()
        node(page, "Net").dblclick()
        expect(node(page, "Net/Sequential[body]")).to_be_visible()
        expect(node(page, "Net/Sum")).to_be_visible()
        node(page, "Net/Linear[head]").dblclick()
        node(page, "Net/Linear[head]/Linear").locator("text").first.click()
        info = page.locator("tf-node-info")
        expect(info.get_by_text("Operation: Linear")).to_be_visible()
        for name in (
            "Net/Linear[head]/weight",
            "Net/Linear[head]/bias",
            "Net/Sequential[body]/ReLU[1]/Relu",
            "Net/Sum",
        ):
            expect(info.get_by_text(name)).to_be_visible()
        expect(info.get_by_text("3×8")).to_be_visible()  # the shape of the weight
        node(page, "Net/Sum").locator("text").first.click()
        expect(info.get_by_text("Operation: Sum")).to_be_visible()
        expect(info.get_by_text("dim", exact=True)).to_be_visible()


@pytest.mark.parametrize("name", ["histograms", "distributions"])
def test_histograms(open_page: OpenPage, name: str) -> None:
    loader = {"histograms": "tf-histogram-loader", "distributions": "tf-distribution-loader"}[name]
    with open_page(name) as page:
        expect(page.locator(loader)).to_have_count(2)
        expect(page.get_by_text("tag: weights").first).to_be_visible()
        if name == "histograms":
            expect(page.locator("vz-histogram-timeseries g.histogram")).to_have_count(2 * STEPS)
        else:
            expect(page.locator("vz-distribution-chart path.area").first).to_be_attached()


def test_text(open_page: OpenPage) -> None:
    with open_page("text") as page:
        expect(page.locator("tf-text-loader strong")).to_have_text(["fast", "slow"])


def test_pr_curves(open_page: OpenPage) -> None:
    with open_page("PR curves") as page:
        expect(page.get_by_text("tag: digit 3")).to_be_visible()
        card = page.locator("tf-pr-curve-card")
        expect(card.locator("path").first).to_be_attached()
        for run in ("fast", "slow"):
            expect(card.locator(".legend-row", has_text=run)).to_contain_text("is at step 0")


def test_hparams(open_page: OpenPage) -> None:
    with open_page("hparams") as page:
        cells = page.locator("vaadin-grid-cell-content")
        for text in ("lr", "size", "final/accuracy", "fast/options", "0.10000", "slow/options", "0.020000", "0.98000"):
            expect(cells.get_by_text(text, exact=True)).to_be_visible()


def test_projector(open_page: OpenPage) -> None:
    with open_page("projector") as page:
        inner = page.frame_locator("iframe").frame_locator("iframe")
        expect(inner.get_by_text("Points: 50")).to_be_visible(timeout=20_000)
        expect(inner.get_by_text("Dimension: 6")).to_be_visible()
        side = inner.locator("vz-projector-inspector-panel")
        search = side.locator("input").first
        search.click()
        search.press_sequentially("point 17")
        expect(side.get_by_text("1 matches.")).to_be_visible()
        expect(inner.locator("vz-projector-metadata-card").get_by_text("point 17").first).to_be_visible()
        expect(side.locator(".neighbor", has_text="point").first).to_be_visible()  # the nearest ones, by their labels
