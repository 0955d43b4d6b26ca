"""The training dashboard as a page: the exported file, the notebook without a kernel, axe, how fast it draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from micrograd_nb.widgets import TrainingDashboard
from tests.browser.lab import Lab
from tests.browser.stepping import executed, exported, press
from tests.browser.test_dashboard import at
from tests.browser.test_lab import notebook_of
from tests.browser.training import MAKE, moons_dashboard

SERIOUS = ("serious", "critical")


def trained() -> TrainingDashboard:
    dashboard = moons_dashboard()
    dashboard.run(30)
    dashboard.rate = 0.05
    dashboard.run(30)
    return dashboard


def test_the_exported_file_shows_values_and_the_logarithmic_axis_and_asks_nobody(
    browser: Browser, tmp_path: Path
) -> None:
    dashboard = trained()
    with exported(browser, dashboard, tmp_path, ready=".mg-dashboard") as watched:
        page = watched.page
        expect(page.get_by_role("button", name="play")).to_have_count(0)
        expect(page.locator(".mgd-slider")).to_have_count(0)
        plot = page.locator(".mgd-plot")
        plot.focus()
        press(page, "Home")
        for point in dashboard.session.losses.points:
            text = f"step {point.first}: training {float(f'{point.mean:.4g}'):g},"
            expect(plot).to_have_attribute("aria-valuetext", re.compile(re.escape(text).replace(r"e\-0", r"e\-")))
            press(page, "ArrowRight")
        heights = page.locator(".mgd-curves path").first.get_attribute("d")
        press(page, "l")
        expect(page.get_by_role("button", name="log axis")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".mgd-curves path").first).not_to_have_attribute("d", heights or "")
        filled = page.locator(".mgd-field").evaluate(
            "c => c.getContext('2d').getImageData(0, 0, 240, 240).data.filter((x, i) => i % 4 === 3 && x > 0).length"
        )
        assert filled == 240 * 240
        assert watched.problems() == []


def test_an_executed_notebook_as_html_shows_curve_and_table_offline(browser: Browser, tmp_path: Path) -> None:
    notebook = notebook_of(make=MAKE, first="dashboard = moons_dashboard()\ndashboard.run(30)\ndashboard")
    with executed(browser, notebook, tmp_path) as page:
        expect(page.locator("table tr")).to_have_count(1 + 6)
        image = page.locator("img[alt^='losses: training, 30 steps']")
        assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 100


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path, theme: str) -> None:
    with exported(browser, trained(), tmp_path, theme=theme, ready=".mg-dashboard") as watched:
        watched.page.get_by_role("button", name="table").click()
        watched.page.locator(".mgd-plot").hover()
        assert serious(watched.page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_jupyterlab(lab: Lab, browser: Browser, theme: str) -> None:
    cells = notebook_of(make=MAKE, first="dashboard = moons_dashboard()\ndashboard.run(40)\ndashboard")
    with lab.open(browser, cells, theme=theme) as notebook:
        notebook.run_all()
        at(notebook.page.locator(".mg-dashboard"), 40)
        assert serious(notebook.page) == []
        paper = notebook.page.locator(".mg-dashboard").evaluate("board => getComputedStyle(board).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (theme == "light")
        assert notebook.problems() == []


def serious(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page, context=".mg-dashboard").response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS]


# Draws the whole curve again and again, and lets the browser lay it out: milliseconds, sorted. What is asked to be done
# with the next frame is done in the order of asking: start the clock, draw (after the click), stop the clock.
REDRAW = """async () => {
    const times = [];
    for (let i = 0; i < 20; i++) {
        let start;
        requestAnimationFrame(() => { start = performance.now(); });
        document.querySelector('.mgd-log').click();
        await new Promise(resolve => requestAnimationFrame(() => {
            document.querySelector('.mgd-plot').getBoundingClientRect();
            times.push(performance.now() - start);
            setTimeout(resolve);
        }));
    }
    return times.sort((a, b) => a - b);
}"""


def test_the_longest_history_is_drawn_at_once(browser: Browser, tmp_path: Path) -> None:
    dashboard = moons_dashboard()
    dashboard.run(1030)
    with exported(browser, dashboard, tmp_path, ready=".mg-dashboard") as watched:
        times = watched.page.evaluate(REDRAW)
        print(f"redraw {times[10]:.1f} ms, the slowest of 20 {times[-1]:.1f} ms")
        assert times[10] < 50


def test_a_dashboard_that_is_taken_off_the_page_stops(lab: Lab, browser: Browser) -> None:
    cells = notebook_of(make=MAKE, first="dashboard = moons_dashboard()\ndashboard", after="0")
    with lab.open(browser, cells) as notebook:
        notebook.run_all()
        board = notebook.page.locator(".mg-dashboard")
        board.get_by_role("button", name="play").click()
        expect(board).to_have_attribute("data-state", "playing")
        notebook.page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        expect(board).to_have_count(0)
        notebook.page.wait_for_function(
            """async () => {
                let answer = '';
                const request = jupyterapp.shell.currentWidget.sessionContext.session.kernel
                    .requestExecute({code: 'print(dashboard.playing)'});
                request.onIOPub = message => { answer += message.content.text ?? ''; };
                await request.done;
                return answer.trim() === 'False';
            }"""
        )
        assert notebook.problems() == []
