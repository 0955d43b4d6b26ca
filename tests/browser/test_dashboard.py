"""The training dashboard in a real JupyterLab: clicks, keys, and what it shows, against what the library computed."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.lab import Lab, NotebookPage
from tests.browser.stepping import press
from tests.browser.test_lab import notebook_of
from tests.browser.test_stepper import STATE
from tests.browser.training import MAKE, moons_dashboard


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """One notebook with two dashboards, for all tests of this file that want no other."""
    cells = notebook_of(make=MAKE, first="dashboard = moons_dashboard()\ndashboard", second="moons_dashboard()")
    with lab.open(browser, cells) as notebook:
        notebook.run_all()
        notebook.page.locator(".mg-dashboard").nth(1).wait_for()
        yield notebook
        assert notebook.problems() == []


@pytest.fixture
def page(notebook: NotebookPage) -> Page:
    """The page, with both dashboards at their start."""
    for one in notebook.page.locator(".mg-dashboard").all():
        if one.get_by_role("button", name="log axis").get_attribute("aria-pressed") == "true":
            one.get_by_role("button", name="log axis").click()
        one.get_by_label("histograms of").select_option("0")
        one.get_by_role("button", name="reset").click()
        expect(one).to_have_attribute("data-state", "paused")
        at(one, 0)
    return notebook.page


@pytest.fixture
def board(page: Page) -> Locator:
    return page.locator(".mg-dashboard").first


def at(board: Locator, step: int) -> None:
    expect(board.locator(".mgd-count")).to_contain_text(re.compile(rf"^{step} step"))


def step_of(board: Locator) -> int:
    return int((board.locator(".mgd-count").text_content() or "").split()[0])


def numbers(text: str | None) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", (text or "").replace("−", "-"))]


def make_steps(board: Locator, steps: int) -> None:
    before = step_of(board)
    for step in range(before + 1, before + steps + 1):
        board.get_by_role("button", name="one step").click()
        at(board, step)


# -- what is shown, against what the library computed ------------------------------------------------------------------


def test_steps_show_what_the_library_computed(board: Locator) -> None:
    ours = moons_dashboard()
    make_steps(board, 15)
    ours.run(15)
    session = ours.session
    assert numbers(board.locator(".mgd-loss").text_content()) == [float(f"{session.losses.latest:.4g}")]
    expect(board.locator(".mgd-count")).to_have_text("15 steps, 2 epochs")
    items = ours.frame["spreads"]["items"]
    for histogram, item in zip(board.locator(".mgd-histogram").all(), items, strict=True):
        expect(histogram.locator("figcaption")).to_have_text(item["title"])
        expect(histogram.locator(".mgd-histogram-facts")).to_have_text(item["facts"])
        heights = histogram.locator("rect").evaluate_all("bars => bars.map(bar => Number(bar.getAttribute('height')))")
        tallest = max(item["counts"])
        for height, count in zip(heights, item["counts"], strict=True):
            assert height == pytest.approx(max(1.5, count / tallest * 62) if count else 0)
    boundary = session.boundary()
    assert boundary is not None
    expect(board.locator(".mgd-right")).to_have_text(f"{boundary.right} of 200 right")


def test_the_value_of_each_step_is_under_the_mouse(board: Locator) -> None:
    ours = moons_dashboard()
    make_steps(board, 12)
    ours.run(12)
    plot = board.locator(".mgd-plot")
    plot.scroll_into_view_if_needed()
    losses = [float(f"{point.mean:.4g}") for point in ours.session.losses.points]
    held = float(f"{ours.session.validation_losses.latest:.4g}")
    size = plot.bounding_box()
    assert size is not None
    for step in (1, 6, 7, 12):
        x = (56 + (628 - 56) * step / 12) / 640 * size["width"]
        plot.hover(position={"x": min(x, size["width"] - 1), "y": size["height"] / 2})
        measured = ["validation", str(held)] if step >= 7 else []
        readout = board.locator(".mgd-readout")
        expect(readout).to_contain_text(f"step {step}: training {losses[step - 1]}")
        assert ("validation" in (readout.text_content() or "")) == bool(measured)
        expect(board.locator(".mgd-cursor circle")).to_have_count(1 + bool(measured))
    plot.focus()
    press(board.page, "Home", "ArrowRight", "ArrowRight")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(f"^step 3: training {losses[2]},"))
    press(board.page, "End", "ArrowLeft")
    expect(plot).to_have_attribute("aria-valuetext", re.compile(f"^step 11: training {losses[10]}, validation {held}"))


def test_a_new_learning_rate_takes_effect_at_the_next_step_and_leaves_a_mark(board: Locator) -> None:
    ours = moons_dashboard()
    make_steps(board, 4)
    slider = board.get_by_label("learning rate")
    slider.focus()
    for _ in range(10):
        press(board.page, "ArrowLeft")
    rate = ours.about["rates"][30]
    expect(board.locator(".mgd-rate")).to_have_text(f"{rate:g}")
    expect(board.locator(".mgd-marks path")).to_have_count(0)  # no step was made with it
    make_steps(board, 3)
    expect(board.locator(".mgd-marks path")).to_have_count(1)
    expect(board.locator(".mgd-marks text")).to_have_text(f"η {rate:g}")
    ours.run(4)
    ours.rate = rate
    ours.run(3)
    assert ours.session.rate_changes == [(5, rate)]
    assert numbers(board.locator(".mgd-loss").text_content()) == [float(f"{ours.session.losses.latest:.4g}")]
    board.get_by_role("button", name="reset").click()
    at(board, 0)
    expect(board.locator(".mgd-marks path")).to_have_count(0)
    expect(board.locator(".mgd-rate")).to_have_text("0.5")


def test_reset_shows_the_same_again(board: Locator) -> None:
    pages = []
    for _ in range(2):
        make_steps(board, 8)
        pages.append(board.locator(".mgd-main").inner_html() + board.locator(".mgd-spreads").inner_html())
        board.get_by_role("button", name="reset").click()
        at(board, 0)
        expect(board.locator(".mgd-curves path")).to_have_count(0)
    assert pages[0] == pages[1]


def test_another_parameter_and_the_logarithmic_axis(board: Locator) -> None:
    ours = moons_dashboard()
    make_steps(board, 3)
    ours.run(3)
    board.get_by_label("histograms of").select_option("2.bias")
    ours.parameter = 4
    facts = [item["facts"] for item in ours.frame["spreads"]["items"]]
    expect(board.locator(".mgd-histogram-facts")).to_have_text(facts)
    assert board.locator(".mgd-grid text").first.text_content() == "0"
    button = board.get_by_role("button", name="log axis")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(board.locator(".mgd-grid text").first).not_to_have_text("0")
    ticks = [numbers(text)[0] for text in board.locator(".mgd-grid text[text-anchor=end]").all_text_contents()[:-1]]
    assert min(ticks) > 0
    assert min(ticks) <= min(point.mean for point in ours.session.losses.points)


def test_the_table_shows_the_last_points(board: Locator) -> None:
    make_steps(board, 8)
    board.get_by_role("button", name="table").click()
    ours = moons_dashboard()
    ours.run(8)
    rows = board.locator(".mgd-table tbody tr")
    expect(rows).to_have_count(8)
    cells = rows.first.locator("td").all_text_contents()
    held = f"{ours.session.validation_losses.latest:.4g}"
    assert cells == ["8", f"{ours.session.losses.latest:.4g}", held, "0.5"]
    board.get_by_role("button", name="table").click()


# -- playing -----------------------------------------------------------------------------------------------------------


# Presses a button and waits for a state; milliseconds, by the clock of the page.
TIME = """([board, button, state]) => new Promise((resolve, reject) => {
    const start = performance.now();
    const look = () => {
        if (board.dataset.state !== state) return;
        watch.disconnect();
        resolve(performance.now() - start);
    };
    const watch = new MutationObserver(look);
    watch.observe(board, {attributes: true});
    setTimeout(() => reject(new Error(`still ${board.dataset.state}, not ${state}`)), 30000);
    board.querySelector(button).click();
})"""

# How long an idle kernel takes to answer: what Jupyter and the machine need, whatever the kernel does.
STEP = """board => new Promise(resolve => {
    const start = performance.now();
    const counter = board.querySelector('.mgd-count');
    new MutationObserver((_, watch) => { watch.disconnect(); resolve(performance.now() - start); })
        .observe(counter, {childList: true, subtree: true});
    board.querySelector('.mg-step').click();
})"""


def test_play_and_pause(board: Locator) -> None:
    """Pause answers within 300 ms, what Jupyter itself takes to answer left out, and then nothing more happens."""
    handle = board.element_handle()
    idle = [board.page.evaluate(STEP, handle) for _ in range(5)]
    pauses = []
    for _ in range(5):
        board.page.evaluate(TIME, [handle, ".mg-play", "playing"])
        before = step_of(board)
        expect(board.locator(".mgd-count")).not_to_contain_text(re.compile(rf"^{before} step"))
        pauses.append(board.page.evaluate(TIME, [handle, ".mg-play", "paused"]))
        stopped = step_of(board)
        assert stopped > before
        board.page.wait_for_timeout(500)
        assert step_of(board) == stopped
    print(f"idle {[round(x) for x in idle]} ms, pauses {[round(x) for x in pauses]} ms")
    assert statistics.median(pauses) - statistics.median(idle) < 300
    ours = moons_dashboard()
    ours.run(step_of(board))
    assert numbers(board.locator(".mgd-loss").text_content()) == [float(f"{ours.session.losses.latest:.4g}")]


def test_two_play_without_touching_each_other_and_a_cell_runs_meanwhile(page: Page) -> None:
    first, second = page.locator(".mg-dashboard").first, page.locator(".mg-dashboard").nth(1)
    first.get_by_role("button", name="play").click()
    second.get_by_role("button", name="play").click()
    for board in (first, second):
        expect(board).to_have_attribute("data-state", "playing")
        expect(board.locator(".mgd-count")).to_contain_text(re.compile(r"^\d\d+ steps"))
    first.get_by_role("button", name="pause").click()
    expect(first).to_have_attribute("data-state", "paused")
    stopped, going = step_of(first), step_of(second)
    expect(second.locator(".mgd-count")).not_to_contain_text(re.compile(rf"^{going} steps"))
    page.evaluate(
        """() => jupyterapp.shell.currentWidget.sessionContext.session.kernel
            .requestExecute({code: 'dashboard.run(5)'}).done"""
    )
    at(first, stopped + 5)
    second.get_by_role("button", name="pause").click()
    expect(second).to_have_attribute("data-state", "paused")
    for board in (first, second):
        ours = moons_dashboard()
        ours.run(step_of(board))
        assert numbers(board.locator(".mgd-loss").text_content()) == [float(f"{ours.session.losses.latest:.4g}")]


# -- keyboard ----------------------------------------------------------------------------------------------------------


def test_every_key_acts(board: Locator) -> None:
    page = board.page
    board.focus()
    press(page, "ArrowRight")
    at(board, 1)
    press(page, "ArrowRight")
    at(board, 2)
    press(page, "l")
    expect(board.get_by_role("button", name="log axis")).to_have_attribute("aria-pressed", "true")
    press(page, "Space")
    expect(board).to_have_attribute("data-state", "playing")
    expect(board.get_by_role("button", name="pause")).to_be_visible()
    press(page, "Space")
    expect(board).to_have_attribute("data-state", "paused")
    press(page, "r")
    at(board, 0)


@pytest.mark.parametrize("focused", [".mg-dashboard", ".mg-step", ".mgd-slider", ".mgd-plot", ".mgd-which", ".mgd-log"])
def test_no_key_reaches_the_notebook(page: Page, focused: str) -> None:
    page.locator(focused).first.focus()
    before = page.evaluate(STATE)
    press(page, *"abjkddx00", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", "m", "y", "Escape")
    page.wait_for_timeout(300)
    assert page.evaluate(STATE) == before
    assert page.locator(".mg-dashboard").first.evaluate("board => board.contains(document.activeElement)")


def test_a_step_by_hand_is_read_aloud_once_and_playing_is_silent(board: Locator) -> None:
    page = board.page
    page.evaluate("""() => {
        window.said = [];
        const spoken = document.querySelector('.mgd-spoken');
        new MutationObserver(() => said.push(spoken.textContent)).observe(spoken, {childList: true, subtree: true});
    }""")
    make_steps(board, 3)
    ours = moons_dashboard()
    expected = [f"Step {step}. Training loss {ours.step():.3g}." for step in (1, 2, 3)]
    assert page.evaluate("said") == expected
    board.get_by_role("button", name="play").click()
    expect(board.locator(".mgd-count")).to_contain_text(re.compile(r"^\d\d+ steps"))
    assert page.evaluate("said") == expected
    board.get_by_role("button", name="pause").click()
    expect(board).to_have_attribute("data-state", "paused")
    assert page.evaluate("said").pop().startswith("Paused at step")
