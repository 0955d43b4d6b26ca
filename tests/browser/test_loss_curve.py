"""The loss curve in a real JupyterLab: it grows while the cell runs, and is whole when the cell is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from micrograd_nb.widgets import LossCurve
from tests.browser.conftest import OpenNotebook
from tests.browser.stepping import exported
from tests.browser.test_lab import notebook_of

TRAINING = """import time
import micrograd_nb as mg
from micrograd_nb.widgets import LossCurve
curve = LossCurve()
display(curve)
p = mg.tensor(3.0, requires_grad=True)
optimizer = mg.optim.SGD([p], lr=0.01)
for _ in range(300):
    optimizer.zero_grad()
    loss = p * p
    loss.backward()
    optimizer.step()
    curve.add(loss.item())
    time.sleep(0.01)"""

# Notes each picture that the page shows, and whether the cell was still running: its prompt is [*] then.
WATCH = """() => {
    window.pictures = [];
    const running = () => document.querySelector('.jp-InputPrompt').textContent.includes('*');
    new MutationObserver(() => {
        const line = document.querySelector('.mg-loss-curve polyline');
        const points = line ? line.getAttribute('points').split(' ').length : 0;
        if (points !== window.pictures.at(-1)?.points) window.pictures.push({points, busy: running()});
    }).observe(document.body, {childList: true, subtree: true});
}"""


def test_it_grows_while_training(open_notebook: OpenNotebook) -> None:
    with open_notebook(notebook_of(training=TRAINING, after="len(curve.values['training'])"), theme="dark") as notebook:
        notebook.page.evaluate(WATCH)
        notebook.run_all()
        figure = notebook.page.locator(".mg-loss-curve")
        notebook.page.wait_for_function(
            "document.querySelector('.mg-loss-curve').ariaLabel.includes('training, 300 steps')"
        )
        pictures = notebook.page.evaluate("pictures")
        growing = [picture["points"] for picture in pictures if picture["busy"] and picture["points"]]
        assert len(growing) >= 5  # at 10 a second, of 3 seconds
        assert growing == sorted(growing)
        assert figure.locator("polyline").get_attribute("points").count(",") == 300
        assert "rgb(255, 255, 255)" not in figure.locator(".mg-paper").evaluate("paper => getComputedStyle(paper).fill")
        assert notebook.problems() == []


@pytest.mark.parametrize(("theme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(27, 27, 27)")])
def test_an_exported_file_shows_the_newest_picture(browser: Browser, tmp_path: Path, theme: str, paper: str) -> None:
    curve = LossCurve()
    for loss in (2.0, 1.5, 1.0):
        curve.add(loss)
    with exported(browser, curve, tmp_path, theme=theme, ready=".mg-loss-curve svg") as watched:
        figure = watched.page.get_by_role("img", name="loss curve: training, 3 steps")
        assert figure.locator("polyline").get_attribute("points").count(",") == 3
        expect(figure.locator(".mg-paper")).to_have_css("fill", paper)
        assert watched.problems() == []


def test_without_scripts_an_exported_file_shows_it_too(browser: Browser, tmp_path: Path) -> None:
    curve = LossCurve()
    curve.add(2.0)
    with exported(browser, curve, tmp_path, ready="img", java_script_enabled=False) as watched:
        expect(watched.page.get_by_role("img", name="loss curve: training, 1 step")).to_be_visible()
