"""The data views as files: opened from disk without a network, their controls show what the notebook would show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from micrograd_nb.data import simulate_loading
from micrograd_nb.data.datasets import Digits
from micrograd_nb.data.transforms import Compose, Normalize, RandomHorizontalFlip
from micrograd_nb.widgets import BatchView, LoaderTimeline, TransformView
from tests.browser.stepping import exported

NEWS = ".mg-panel-news"


def test_batches_by_click_key_and_number(browser: Browser, tmp_path: Path) -> None:
    view = BatchView(Digits(), 4)
    with exported(browser, view, tmp_path, ready=NEWS) as watched:
        page, news = watched.page, watched.page.locator(NEWS)
        page.get_by_role("button", name="Next batch").click()
        view.batch = 1
        expect(news).to_have_text(view.description)
        page.keyboard.press("Enter")
        page.get_by_label("shuffle").focus()
        page.keyboard.press("Space")
        view.batch, view.shuffle = 2, True
        expect(news).to_have_text(view.description)
        shown = [caption.partition("#")[2] for caption in page.locator("figcaption").all_inner_texts()]
        assert [int(text.split()[0]) for text in shown] == list(view.peek.indices)
        page.get_by_label("batch", exact=True).fill("999")
        page.keyboard.press("Enter")
        expect(page.get_by_label("batch", exact=True)).to_have_value("23")  # the last one in the file
        view.batch = 23
        expect(news).to_have_text(view.description)
        forward = page.get_by_role("button", name="Next batch")
        assert forward.get_attribute("aria-disabled") == "true"
        assert forward.get_attribute("title") == "This file holds batch 0 to 23. The notebook has the others."
        forward.click(force=True)
        expect(news).to_have_text(view.description)
        seed = page.get_by_label("seed", exact=True)
        expect(seed).to_be_disabled()
        assert seed.get_attribute("title") == "This file holds seed 0. The notebook has the others."
        expect(page.get_by_text("This file holds batch 0 to 23, shuffle off and on, epoch 0, seed 0.")).to_be_visible()
        assert watched.problems() == []


def test_re_rolls(browser: Browser, tmp_path: Path) -> None:
    view = TransformView(Compose([RandomHorizontalFlip(), Normalize([0.5], [0.5])]), Digits()[3][0])
    with exported(browser, view, tmp_path, ready=NEWS) as watched:
        for seed in range(1, 12):
            watched.page.get_by_role("button", name="Re-roll").click()
            view.seed = seed
            expect(watched.page.locator(NEWS)).to_have_text(view.description)
            flips = watched.page.locator("tbody tr").nth(1)
            expect(flips).to_contain_text(f"flip = {view.draws[0].params['flip']}")
        assert watched.page.get_by_role("button", name="Re-roll").get_attribute("aria-disabled") == "true"
        assert watched.problems() == []


def test_the_batch_that_is_lit(browser: Browser, tmp_path: Path) -> None:
    view = LoaderTimeline(simulate_loading(batches=4, num_workers=2))
    with exported(browser, view, tmp_path, ready=NEWS) as watched:
        watched.page.get_by_label("batch", exact=True).fill("3")
        watched.page.keyboard.press("Enter")
        view.batch = 3
        expect(watched.page.locator(NEWS)).to_have_text(view.description)
        expect(watched.page.locator("tbody tr").first).to_contain_text("12worker 1")
        assert watched.problems() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "view", [BatchView(Digits(), 4), LoaderTimeline(simulate_loading(batches=4, num_workers=2))], ids=repr
)
def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path, view: Any, theme: str) -> None:
    with exported(browser, view, tmp_path, theme=theme, ready=NEWS) as watched:
        found = Axe().run(watched.page, context=".mg-panel").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_without_scripts_the_present_state_is_shown(browser: Browser, tmp_path: Path) -> None:
    view = BatchView(Digits(), 4)
    view.export_html(tmp_path / "view.html")
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((tmp_path / "view.html").as_uri())
    expect(page.locator("noscript > p").first).to_have_text(view.description)
    expect(page.locator("figure img")).to_have_count(4)
    context.close()
