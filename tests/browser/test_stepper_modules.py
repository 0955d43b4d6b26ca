"""Modules in the stepper: a click and a key open a box and close it again, in JupyterLab and in an exported file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

import micrograd_nb as mg
from micrograd_nb.widgets import BackwardStepper
from tests.browser.lab import Lab, NotebookPage
from tests.browser.stepping import exported, press
from tests.browser.test_graph_view import run
from tests.browser.test_lab import notebook_of

MAKE = """import micrograd_nb as mg
from micrograd_nb.widgets import BackwardStepper
net = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 1))
x = mg.ones(2, 3)
loss = net(x).sum()
stepper = BackwardStepper(loss, detail="modules")
stepper"""


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    with lab.open(browser, notebook_of(stepper=MAKE)) as notebook:
        notebook.run_all()
        notebook.page.locator(".mg-stepper").wait_for()
        yield notebook
        assert notebook.problems() == []


@pytest.fixture
def stepper(notebook: NotebookPage) -> Locator:
    """The stepper before its first step."""
    stepper = notebook.page.locator(".mg-stepper")
    stepper.press("Home")
    expect(stepper.locator(".mg-count")).to_have_text("step 0 of 8")
    return stepper


def toggle(stepper: Locator, label: str) -> Locator:
    return stepper.get_by_role("button", name=label, exact=True)


def test_a_click_opens_a_box_and_a_click_on_its_name_closes_it(stepper: Locator, notebook: NotebookPage) -> None:
    toggle(stepper, "open module 2").click()
    expect(stepper.locator("[id=f3]")).to_be_visible()
    expect(stepper.locator(".mg-count")).to_have_text("step 0 of 11")
    toggle(stepper, "close module 2").locator("text").click()
    expect(stepper.locator("[id=f3]")).to_have_count(0)
    expect(stepper.locator(".mg-count")).to_have_text("step 0 of 8")


def test_enter_opens_and_space_closes_and_the_focus_and_the_place_stay(
    stepper: Locator, notebook: NotebookPage
) -> None:
    press(notebook.page, "ArrowRight", "ArrowRight", "ArrowRight")
    title = stepper.locator(".mg-title").text_content()
    toggle(stepper, "open module 0").focus()
    press(notebook.page, "Enter")
    frame = toggle(stepper, "close module 0")
    expect(frame).to_be_focused()
    expect(stepper.locator(".mg-title")).to_have_text(title or "")
    press(notebook.page, "Space")
    expect(toggle(stepper, "open module 0")).to_be_focused()
    expect(stepper.locator(".mg-count")).to_have_text("step 3 of 8")


def test_in_predict_mode_modules_stay_as_they_are(stepper: Locator, notebook: NotebookPage) -> None:
    run(notebook.page, "stepper.mode = 'predict'")
    expect(stepper.locator(".mg-question")).to_be_visible()
    stepper.locator(".node.module").first.click()
    expect(stepper.locator(".mg-notice")).to_have_text("In Predict mode modules stay as they are.")
    run(notebook.page, "stepper.mode = 'explain'")
    expect(toggle(stepper, "open module 0")).to_be_visible()


def test_the_exported_file_says_how_a_module_is_opened(browser: Browser, tmp_path: Path) -> None:
    net = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh())
    stepper = BackwardStepper(net(mg.ones(2, 3)).sum(), detail="modules", names={"net": net})
    with exported(browser, stepper, tmp_path) as watched:
        watched.page.locator(".node.module").first.click()
        expect(watched.page.locator(".mg-notice")).to_contain_text('expand=["0"]')
        assert watched.problems() == []
