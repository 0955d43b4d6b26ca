"""The stepper in a real JupyterLab: clicks, keys, and time travel (acceptance tests 2, 3 and 5)."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, Page, expect

from tests.browser import stepping
from tests.browser.lab import Lab, NotebookPage
from tests.browser.stepping import LEAVES, jump, press
from tests.browser.test_lab import notebook_of

STEPS = 8

SCRATCH = f"""{LEAVES}
c = a * b
loss = c + a
stepper = BackwardStepper(loss)
stepper"""


def scratch() -> NotebookNode:
    return notebook_of(stepper=SCRATCH, twice="BackwardStepper(a + a)", after="a.grad is None and b.grad is None")


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """One notebook with two steppers, for all tests of this file."""
    with lab.open(browser, scratch()) as notebook:
        notebook.run_all()
        notebook.page.locator(".mg-stepper").nth(1).wait_for()
        yield notebook
        assert notebook.problems() == []


@pytest.fixture
def page(notebook: NotebookPage) -> Page:
    """The page, with both steppers before their first step and their tables closed."""
    for stepper in notebook.page.locator(".mg-stepper").all():
        if stepper.locator(".mg-table").is_visible():
            stepper.get_by_role("button", name="table view").click()
        stepper.press("Home")
        expect(stepper.locator(".mg-count")).to_contain_text("step 0")
    return notebook.page


def shown(page: Page) -> str:
    return stepping.shown(page.locator(".mg-stepper").first)


def at(page: Page, step: int) -> None:
    expect(page.locator(".mg-count").first).to_have_text(f"step {step} of {STEPS}")


def test_what_it_shows_at_a_step(page: Page) -> None:
    stepper = page.locator(".mg-stepper").first
    for _ in range(4):
        stepper.get_by_role("button", name="one step forward").click()
    at(page, 4)
    expect(stepper.locator(".mg-title")).to_contain_text("Mul #1")
    expect(stepper.locator(".mg-rows")).to_contain_text("1 × −3 = −3")
    expect(stepper.locator(".mg-rows")).to_contain_text("1 + −3 = −2   (2 of 2)")
    expect(stepper.locator(".mg-rows")).to_contain_text("cell 1, line 5:  c = a * b")
    assert stepper.locator("[id=p1] text").last.text_content() == "−2 (2 of 2)"
    assert stepper.locator("[id=p1-f1-0]").get_attribute("class").split() == ["edge", "mg-passed", "mg-current"]
    expect(stepper.get_by_role("status")).to_have_text("Step 4 of 8. Mul #1 sends −3 to a. It has −2, 2 of 2.")


def test_two_edges_of_a_plus_a_light_one_by_one(page: Page) -> None:
    stepper = page.locator(".mg-stepper").nth(1)
    lit = []
    for _ in range(3):
        stepper.get_by_role("button", name="one step forward").click()
        lit.append(stepper.locator(".edge.mg-current").evaluate_all("edges => edges.map(e => e.id)"))
    assert lit == [[], ["p1-f1-0"], ["p1-f1-1"]]
    assert stepper.locator("[id=p1] text").last.text_content() == "2 (2 of 2)"


def test_time_travel_is_exact(page: Page) -> None:
    page.locator(".mg-stepper").first.focus()
    press(page, "Home")
    forward = [shown(page)]
    for step in range(1, STEPS + 1):
        press(page, "ArrowRight")
        at(page, step)
        forward.append(shown(page))
    assert len(set(forward)) == STEPS + 1
    for step in reversed(range(STEPS)):
        press(page, "ArrowLeft")
        at(page, step)
        assert shown(page) == forward[step]

    jumps = random.Random(0)
    for _ in range(100):
        step = jumps.randint(0, STEPS)
        jump(page.locator(".mg-stepper").first, step)
        at(page, step)
        assert shown(page) == forward[step]


def test_every_key_acts(page: Page) -> None:
    stepper = page.locator(".mg-stepper").first
    stepper.focus()
    press(page, "ArrowRight", "ArrowRight")
    at(page, 2)
    press(page, "ArrowLeft")
    at(page, 1)
    press(page, "End")
    at(page, STEPS)
    press(page, "Home")
    at(page, 0)
    stepper.get_by_label("speed").select_option("4")
    stepper.focus()
    press(page, "Space")
    expect(stepper.get_by_role("button", name="pause")).to_be_visible()
    at(page, STEPS)
    expect(stepper.get_by_role("button", name="play")).to_be_visible()
    press(page, "/")
    expect(stepper.get_by_label("find node")).to_be_focused()
    page.keyboard.type("mul")
    at(page, 4)
    press(page, "Escape")
    expect(stepper).to_be_focused()
    press(page, "p")
    expect(stepper.locator(".mg-question")).to_be_visible()
    press(page, "P")
    expect(stepper.locator(".mg-question")).to_be_hidden()


STATE = """() => {
    const notebook = jupyterapp.shell.currentWidget;
    return JSON.stringify({
        cells: notebook.content.model.toJSON().cells,
        mode: notebook.content.mode,
        active: notebook.content.activeCellIndex,
        kernel: notebook.sessionContext.session.kernel.id,
        status: notebook.sessionContext.session.kernel.connectionStatus,
        dialogs: document.querySelectorAll('.jp-Dialog').length,
        tabs: [...jupyterapp.shell.widgets('main')].length,
    });
}"""


@pytest.mark.parametrize(
    "focused", [".mg-stepper", ".mg-forward", ".mg-slider", ".mg-show-table", ".mg-choice", ".mg-graph"]
)
def test_no_key_reaches_the_notebook(page: Page, focused: str) -> None:
    page.locator(focused).first.focus()
    before = page.evaluate(STATE)
    press(page, *"abjkddx00", "ArrowLeft", "ArrowRight", "Home", "End", "Space", "Space", "Enter", "m", "y", "p", "p")
    page.wait_for_timeout(300)
    assert page.evaluate(STATE) == before
    assert page.locator(".mg-stepper").first.evaluate("stepper => stepper.contains(document.activeElement)")


def test_a_click_on_a_node_goes_to_where_it_acts(page: Page) -> None:
    stepper = page.locator(".mg-stepper").first
    node = stepper.locator("[id=p1]")
    node.click()
    at(page, 3)  # Add sends to a
    node.click()
    at(page, 4)  # Mul sends to a
    node.click()
    at(page, 6)  # a keeps its gradient


def test_table_view(page: Page) -> None:
    stepper = page.locator(".mg-stepper").first
    stepper.get_by_role("button", name="table view").click()
    rows = stepper.locator(".mg-table tbody tr")
    expect(rows).to_have_count(STEPS)
    rows.nth(4).click()
    at(page, 5)
    expect(rows.nth(4)).to_have_attribute("aria-current", "")


def test_steppers_on_one_page_do_not_touch_each_other(page: Page) -> None:
    page.locator(".mg-stepper").nth(1).focus()
    press(page, "End")
    at(page, 0)
    expect(page.locator(".mg-count").nth(1)).to_have_text("step 5 of 5")


def test_python_and_the_page_agree_on_the_step(page: Page) -> None:
    page.locator(".mg-stepper").first.focus()
    press(page, "End")
    at(page, STEPS)
    page.evaluate(
        """() => jupyterapp.shell.currentWidget.sessionContext.session.kernel
            .requestExecute({code: 'stepper.step = stepper.step - 5'}).done"""
    )
    at(page, STEPS - 5)


def test_looking_changes_no_gradient(notebook: NotebookPage) -> None:
    assert notebook.cells()[2].outputs[0].data["text/plain"] == "True"
