"""The lessons as a static site, opened from disk without a network: nothing is asked for, and the steppers step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urldefrag

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Browser, FrameLocator, expect

from micrograd_nb.site.build import build
from tests import NOTEBOOKS
from tests.browser.lab import WatchedPage
from tests.browser.stepping import LEAVES

pytestmark = pytest.mark.filterwarnings("default")  # what starting a kernel warns of is not ours


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[WatchedPage]:
    """A page of the site, without a network, that writes down whatever it asks for besides itself."""
    with closing(browser.new_context(offline=True, **options)) as context:
        watched = WatchedPage(context.new_page())
        watched.page.on(
            "request",
            lambda request: (
                request.url.startswith(("data:", "about:"))
                or urldefrag(request.url)[0] == path.as_uri()
                or watched.requests_outside.append(request.url)
            ),
        )
        watched.page.goto(path.as_uri())
        yield watched


def stepper_in(watched: WatchedPage) -> FrameLocator:
    return watched.page.frame_locator("iframe[title^=BackwardStepper]").first


@pytest.fixture(scope="module")
def small(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages of two notebooks, one with two steppers, formulas, errors and pictures."""
    folder = tmp_path_factory.mktemp("site")
    cells = [
        new_markdown_cell("# A *title*\n\nSo $x_i < 1$, and\n\n$$\\frac{a}{b} = c$$\n\n[on](b.ipynb#the-end)"),
        new_code_cell(f"{LEAVES}\nloss = a * b + a\nBackwardStepper(loss)"),
        new_code_cell("BackwardStepper(a * b)"),
        new_code_cell("mg.graph.draw(loss)"),
        new_code_cell("def f():\n    raise ValueError('no')\nf()", metadata={"tags": ["raises-exception"]}),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "a.ipynb")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# B\n\n## the end\n\n## 1 · öd")]), folder / "b.ipynb")
    return build(folder / "site", folder, lambda _: None)


def test_a_stepper_steps_by_click_and_by_key(browser: Browser, small: list[Path]) -> None:
    with opened(browser, small[1]) as watched:
        first = stepper_in(watched)
        count = first.locator(".mg-count")
        expect(count).to_have_text("step 0 of 8")
        first.get_by_role("button", name="one step forward").click()
        expect(count).to_have_text("step 1 of 8")
        first.locator(".mg-stepper").focus()
        watched.page.keyboard.press("End")
        expect(count).to_have_text("step 8 of 8")
        watched.page.keyboard.press("ArrowLeft")
        expect(count).to_have_text("step 7 of 8")
        second = watched.page.frame_locator("iframe").nth(1)
        expect(second.locator(".mg-count")).to_have_text("step 0 of 6")  # they do not touch each other
        assert watched.problems() == []


def test_a_frame_is_as_high_as_its_stepper(browser: Browser, small: list[Path]) -> None:
    with opened(browser, small[1]) as watched:
        stepper_in(watched).get_by_role("button", name="table view").click()
        watched.page.wait_for_function(
            """() => [...document.querySelectorAll('iframe')].every(frame => {
                const inside = frame.contentDocument.querySelector('.mg-stepper').getBoundingClientRect();
                return inside.top >= 0 && Math.abs(frame.clientHeight - inside.bottom) <= 2;
            })"""
        )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, small: list[Path], theme: str) -> None:
    with opened(browser, small[1], color_scheme=theme) as watched:
        expect(stepper_in(watched).locator(".mg-count")).to_be_visible()
        found = Axe().run(watched.page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
        ground = "element => getComputedStyle(element).backgroundColor"
        page = watched.page.locator("body").evaluate(ground)
        assert page == ("rgb(255, 255, 255)" if theme == "light" else "rgb(20, 20, 20)")
        assert stepper_in(watched).locator("body").evaluate(ground) == "rgba(0, 0, 0, 0)"
        ink = stepper_in(watched).locator(".mg-count").evaluate("element => getComputedStyle(element).color")
        assert (sum(map(int, ink.removeprefix("rgb(").rstrip(")").split(", "))) > 400) == (theme == "dark")


def test_links_lead_on(browser: Browser, small: list[Path]) -> None:
    with opened(browser, small[0]) as watched:
        watched.page.locator("a[rel=next]").click()
        watched.page.get_by_role("link", name="on", exact=True).click()
        expect(watched.page.locator(":target")).to_have_text("the end¶")
        watched.page.get_by_role("link", name="All lessons").click()
        expect(watched.page).to_have_url(small[0].as_uri())


def test_without_scripts_the_steps_are_a_table(browser: Browser, small: list[Path]) -> None:
    with opened(browser, small[1], java_script_enabled=False) as watched:
        expect(stepper_in(watched).locator("table tr")).to_have_count(1 + 8)


@pytest.mark.long
def test_all_lessons_offline(browser: Browser, tmp_path: Path) -> None:
    """The real ones: no request, no error, every link leads somewhere, formulas are drawn, steppers step."""
    said: list[str] = []
    pages = build(tmp_path / "site", say=said.append)
    assert len(pages) == len(NOTEBOOKS)
    assert [report for report in said if "\n" in report and "is not installed" not in report] == []
    steppers = 0
    for path in pages:
        with opened(browser, path) as watched:
            page = watched.page
            targets = page.eval_on_selector_all("main a, nav a", "links => links.map(link => link.href)")
            assert [url for url in targets if leads_nowhere(url)] == []
            assert "$" not in page.locator(".jp-RenderedMarkdown").all_inner_texts()
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0
            for frame in range(page.locator("iframe[title^=BackwardStepper]").count()):
                stepper = page.frame_locator("iframe[title^=BackwardStepper]").nth(frame)
                stepper.locator(".mg-stepper").focus()
                page.keyboard.press("ArrowRight")
                expect(stepper.locator(".mg-count")).to_contain_text("step 1 of ")
                steppers += 1
            sizes = page.eval_on_selector_all("img", "images => images.map(image => image.naturalWidth)")
            assert all(sizes)
            assert watched.problems() == [], path.name
    assert steppers >= 2


def leads_nowhere(url: str) -> bool:
    """Whether a link leads to a file that is not there, or to a place that is not in it."""
    file, place = urldefrag(url)
    if not file.startswith("file:"):
        return False
    path = Path(unquote(file.removeprefix("file://")))
    if not path.exists() or not place:
        return not path.exists()
    text = path.read_text(encoding="utf-8")
    return not any(f'id="{id}"' in text for id in (place, unquote(place)))  # a browser looks for both


def test_a_dead_link_is_seen(small: list[Path]) -> None:
    site = small[0].parent.as_uri()
    alive, dead = ("b.html", "b.html#the-end", "b.html#1-%C2%B7-%C3%B6d"), ("b.html#gone", "c.html")
    assert [name for name in (*alive, *dead) if leads_nowhere(f"{site}/{name}")] == list(dead)
