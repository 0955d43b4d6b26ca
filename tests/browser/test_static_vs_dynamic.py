"""StaticVsDynamic in a real JupyterLab, and as an exported page: what each step shows is what the engine did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

import micrograd_nb as mg
from micrograd_nb.widgets import StaticVsDynamic
from tests.browser.lab import Lab, NotebookPage
from tests.browser.stepping import exported, jump, press, shown
from tests.browser.test_graph_view import run
from tests.browser.test_lab import notebook_of
from tests.browser.test_stepper import STATE
from tests.browser.test_stepper_page import SERIOUS, THEMES
from tests.graph.test_contrast import f, halve

MAKE = """import micrograd_nb as mg
from micrograd_nb.widgets import StaticVsDynamic
def f(x):
    if x > 0:
        return x * x
    return -x
both = StaticVsDynamic(f, mg.tensor(3.0), mg.tensor(-3.0))
both"""
OTHER = """def halve(x):
    while x > 1:
        x = x / 2
    return x
StaticVsDynamic(halve, mg.tensor(5.0), mg.tensor(100.0))"""
STEPS = 11
GROWN, TRACED, SECOND, GUARDS, FLIPPED, VERDICT = 2, 4, 6, 8, 9, 11


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """One notebook with two views, for all tests of this file."""
    with lab.open(browser, notebook_of(view=MAKE, other=OTHER)) as notebook:
        notebook.run_all()
        notebook.page.locator(".mg-static-vs-dynamic").nth(1).wait_for()
        yield notebook
        assert notebook.problems() == []


@pytest.fixture
def view(notebook: NotebookPage) -> Locator:
    """The first view before its first step."""
    view = notebook.page.locator(".mg-static-vs-dynamic").first
    view.press("Home")
    at(view, 0)
    return view


def at(view: Locator, step: int) -> None:
    expect(view.locator(".mg-count")).to_have_text(f"step {step} of {STEPS}")


def marks(view: Locator, run: int) -> list[str]:
    """What stands beside the lines for a run."""
    return view.locator(f".mg-source tbody td:nth-child({3 + run})").all_text_contents()


def grey(view: Locator) -> list[str]:
    return [text.strip() for text in view.locator(".mg-source .mg-grey code").all_text_contents()]


def alive(view: Locator, tape: int) -> list[str]:
    """The nodes of a tape that can be seen, by what is written in them."""
    nodes = view.locator(".mg-figure").nth(tape).locator(".node:not(.mg-unborn)")
    return sorted(" ".join(node.locator("text").all_text_contents()) for node in nodes.all())


def row(view: Locator, name: str) -> Locator:
    return view.locator(f".mg-rows dt:text-is('{name}') + dd")


def test_the_tape_grows_line_by_line(view: Locator, notebook: NotebookPage) -> None:
    view.focus()
    press(notebook.page, "ArrowRight")
    at(view, 1)
    expect(view.locator(".mg-source tr[aria-current]")).to_contain_text("if x > 0:")
    assert alive(view, 0) == []
    expect(row(view, "leaves")).to_have_text("no node")
    view.get_by_role("button", name="one step forward").click()
    at(view, GROWN)
    expect(view.locator(".mg-source tr[aria-current]")).to_contain_text("return x * x")
    assert alive(view, 0) == ["9", "Mul", "x 3"]
    assert alive(view, 1) == []
    expect(row(view, "Mul #1")).to_have_text("3 × 3 = 9")
    expect(view.locator(".mg-figure").first.locator(".node.mg-current")).to_have_attribute("id", "t0-f1")
    expect(view.get_by_role("status")).to_have_text("Step 2 of 11. Line 5 runs: Mul #1 3 × 3 = 9.")


def test_the_branch_that_was_not_taken_is_grey(view: Locator) -> None:
    jump(view, GROWN)
    at(view, GROWN)
    assert grey(view) == []
    jump(view, 3)
    at(view, 3)
    assert grey(view) == ["return -x"]
    assert marks(view, 0) == ["", "1×", "1×", "not run"]
    jump(view, 7)
    at(view, 7)
    assert grey(view) == ["return x * x"]
    assert marks(view, 1) == ["", "1×", "not run", "1×"]
    assert alive(view, 1) == ["3", "Neg", "x −3"]


def test_the_captured_graph_comes_with_the_trace_and_is_replayed(view: Locator) -> None:
    captured = view.locator(".mg-figure").nth(2)
    mul = captured.locator(".node").filter(has_text="Mul")
    jump(view, 3)
    at(view, 3)
    expect(mul).to_be_hidden()
    jump(view, TRACED)
    expect(mul).to_be_visible()
    expect(row(view, "captured")).to_have_text("Greater, Mul")
    expect(row(view, "frozen")).to_contain_text("line 4 of the cell decided: True")
    greater = captured.locator(".node").filter(has_text="Greater").locator("text").last
    expect(greater).to_have_text("True")
    jump(view, FLIPPED)
    expect(greater).to_have_text("False")
    expect(row(view, "Greater")).to_contain_text("was True at the trace")
    assert grey(view) == ["return -x"]  # what the captured graph does not have


def test_guards_refuse_and_the_stale_trace_is_wrong_beside_the_right_answer(view: Locator) -> None:
    jump(view, GUARDS)
    expect(row(view, "x = 3")).to_contain_text("refused: a static graph cannot hold this (line 4 of the cell)")
    view.press("End")
    at(view, VERDICT)
    expect(row(view, "the function")).to_have_text("3")
    expect(row(view, "stale trace")).to_have_text("9")
    expect(row(view, "so")).to_contain_text("✗ wrong, and no error said so")
    expect(view.get_by_role("status")).to_contain_text("The function gives 3, the stale trace 9: wrong")


def test_time_travel_is_exact(view: Locator, notebook: NotebookPage) -> None:
    view.focus()
    forward = [shown(view)]
    for step in range(1, STEPS + 1):
        press(notebook.page, "ArrowRight")
        at(view, step)
        forward.append(shown(view))
    assert len(set(forward)) == STEPS + 1
    for step in reversed(range(STEPS)):
        press(notebook.page, "ArrowLeft")
        at(view, step)
        assert shown(view) == forward[step]


def test_play_the_table_and_a_click_on_a_node(view: Locator, notebook: NotebookPage) -> None:
    view.get_by_label("speed").select_option("4")
    view.focus()
    press(notebook.page, "Space")
    expect(view.get_by_role("button", name="pause")).to_be_visible()
    at(view, STEPS)
    expect(view.get_by_role("button", name="play")).to_be_visible()
    view.get_by_role("button", name="table view").click()
    rows = view.locator(".mg-table tbody tr")
    expect(rows).to_have_count(STEPS)
    rows.nth(1).click()
    at(view, GROWN)
    view.get_by_role("button", name="table view").click()
    view.locator(".mg-figure").nth(0).locator(".node.function").click()
    at(view, GROWN)  # the only step that it acts in
    jump(view, VERDICT)
    view.locator(".mg-figure").nth(1).locator(".node.function").click()
    at(view, SECOND)


def test_python_and_the_page_agree_on_the_step(view: Locator, notebook: NotebookPage) -> None:
    run(notebook.page, "both.step = 5")
    at(view, 5)


@pytest.mark.parametrize(
    "focused", [".mg-static-vs-dynamic", ".mg-forward", ".mg-slider", ".mg-show-table", ".mg-code"]
)
def test_no_key_reaches_the_notebook(view: Locator, notebook: NotebookPage, focused: str) -> None:
    page = notebook.page
    page.locator(focused).first.focus()
    before = page.evaluate(STATE)
    press(page, *"abjkddx00", "ArrowLeft", "ArrowRight", "Home", "End", "Space", "Space", "Enter", "m", "y")
    page.wait_for_timeout(300)
    assert page.evaluate(STATE) == before
    assert view.evaluate("view => view.contains(document.activeElement)")


def test_two_on_one_page_do_not_touch_each_other(view: Locator, notebook: NotebookPage) -> None:
    other = notebook.page.locator(".mg-static-vs-dynamic").nth(1)
    jump(other, 30)
    expect(other.locator(".mg-count")).to_have_text("step 30 of 36")
    at(view, 0)
    view.press("End")
    at(view, STEPS)
    expect(other.locator(".mg-count")).to_have_text("step 30 of 36")


# -- without a kernel


def test_the_exported_file_tells_every_step_from_disk(browser: Browser, tmp_path: Path) -> None:
    both = StaticVsDynamic(halve, mg.tensor(5.0), mg.tensor(100.0))
    with exported(browser, both, tmp_path) as watched:
        view = watched.page.locator(".mg-static-vs-dynamic")
        view.focus()
        for number, step in enumerate(both.story["steps"], start=1):
            press(watched.page, "ArrowRight")
            expect(view.locator(".mg-count")).to_have_text(f"step {number} of {len(both.story['steps'])}")
            assert view.locator(".mg-rows dd").all_text_contents() == [text for _, text, _ in step["rows"]]
        assert watched.problems() == []


@pytest.mark.parametrize("name", ["</script><script>document.title='bad'</script>", "<img src=x onerror=alert(1)>"])
def test_a_hostile_name_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    w = mg.tensor(2.0, requires_grad=True)

    def g(x: mg.Tensor, word: str) -> mg.Tensor:
        return x * w

    g.__name__ = name
    both = StaticVsDynamic(g, (mg.tensor(1.0), name), (mg.tensor(2.0), name), names={name: w})
    with exported(browser, both, tmp_path) as watched:
        view = watched.page.locator(".mg-static-vs-dynamic")
        view.focus()
        press(watched.page, "End")
        assert watched.page.title() != "bad"
        expect(view.locator("img")).to_have_count(0)
        assert watched.problems() == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("step", [0, GROWN, VERDICT])
def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path, theme: str, step: int) -> None:
    both = StaticVsDynamic(f, mg.tensor(3.0), mg.tensor(-3.0))
    with exported(browser, both, tmp_path, theme=theme) as watched:
        view = watched.page.locator(".mg-static-vs-dynamic")
        jump(view, step)
        view.get_by_role("button", name="table view").click()
        found = Axe().run(watched.page, context=".mg-static-vs-dynamic").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
