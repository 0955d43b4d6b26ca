"""GraphView in a real JupyterLab, and as an exported page: clicks, keys, the mouse, and what the page then shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.widgets import GraphView
from tests.browser.lab import Lab, NotebookPage
from tests.browser.stepping import exported, press
from tests.browser.test_lab import notebook_of
from tests.browser.test_stepper import STATE
from tests.browser.test_stepper_page import SERIOUS, THEMES

MAKE = """import micrograd_nb as mg
from micrograd_nb.widgets import GraphView
mg.manual_seed(0)
net = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 1))
x = mg.ones(2, 3)
loss = net(x).sum()
view = GraphView(loss, detail="modules")
view"""
OTHER = "a = mg.tensor(2.0, requires_grad=True)\nGraphView(a * a + a)"


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[NotebookPage]:
    """One notebook with two views, for all tests of this file."""
    cells = notebook_of(view=MAKE, other=OTHER, after="all(p.grad is None for p in net.parameters())")
    with lab.open(browser, cells) as notebook:
        notebook.run_all()
        notebook.page.locator(".mg-graph-view").nth(1).wait_for()
        yield notebook
        assert notebook.cells()[2].outputs[0].data["text/plain"] == "True"
        assert notebook.problems() == []


@pytest.fixture
def page(notebook: NotebookPage) -> Page:
    """The page, with the first view as it began: nothing chosen, the first node the next to get the focus."""
    run(notebook.page, "view.collapse(); view._go(view._explorer.start)")
    notebook.page.locator(".mg-graph-view").first.focus()
    press(notebook.page, *"ppppppppp", "Escape")
    expect(notebook.page.locator(".mg-count").first).to_have_text("6 of 13 nodes")
    return notebook.page


@pytest.fixture
def view(page: Page) -> Locator:
    return page.locator(".mg-graph-view").first


def run(page: Page, code: str) -> None:
    """Runs code in the notebook's kernel."""
    page.evaluate(
        """code => jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code}).done""", code
    )


def count(view: Locator, text: str) -> None:
    expect(view.locator(".mg-count")).to_have_text(text)


def row(view: Locator, name: str) -> Locator:
    return view.locator(f".mg-rows dt:text-is('{name}') + dd")


def box(view: Locator, name: str) -> Locator:
    return view.locator(f".node.module[aria-label^='module {name},']")


def camera(view: Locator) -> tuple[float, float, float]:
    """x, y and scale of the drawing."""
    style = view.locator(".mg-canvas > svg").get_attribute("style") or ""
    numbers = re.search(r"translate\(([-\d.]+)px, ([-\d.]+)px\) scale\(([\d.]+)\)", style)
    assert numbers, style
    return float(numbers[1]), float(numbers[2]), float(numbers[3])


# -- opening and closing


def test_a_click_opens_a_module_and_a_click_on_its_name_closes_it(view: Locator) -> None:
    box(view, "0").click()
    count(view, "8 of 13 nodes")
    expect(view.locator("[id=f1]")).to_be_visible()
    frame = view.locator(".frame[aria-label^='open module 0,']")
    expect(frame).to_have_attribute("aria-expanded", "true")
    expect(view.locator(".mg-notice")).to_have_text("")
    expect(view.locator(".mg-spoken")).to_have_text("0 is open. 8 of 13 nodes are drawn.")
    frame.locator(".mg-target").click()
    count(view, "6 of 13 nodes")
    expect(box(view, "0")).to_have_attribute("aria-expanded", "false")


def test_enter_opens_and_closes_and_the_focus_stays(view: Locator, page: Page) -> None:
    box(view, "2").focus()
    press(page, "Enter")
    count(view, "8 of 13 nodes")
    frame = view.locator(".frame[aria-label^='open module 2,']")
    expect(frame).to_be_focused()
    press(page, "Space")
    count(view, "6 of 13 nodes")
    expect(box(view, "2")).to_be_focused()


def test_all_open_all_closed_and_the_values_in_between(view: Locator, page: Page) -> None:
    view.get_by_role("button", name="close all modules").click()
    count(view, "4 of 13 nodes")
    expect(box(view, "net")).to_be_visible()
    view.focus()
    press(page, "e")
    count(view, "10 of 13 nodes")
    press(page, "v")
    count(view, "13 of 13 nodes")
    expect(view.get_by_role("button", name="Values")).to_have_attribute("aria-pressed", "true")
    view.get_by_role("button", name="Operations", exact=True).click()
    count(view, "10 of 13 nodes")
    press(page, "c")
    count(view, "4 of 13 nodes")


def test_python_and_the_page_agree(view: Locator, page: Page) -> None:
    run(page, "view.collapse()")
    count(view, "4 of 13 nodes")
    run(page, "view.expand('0')")
    count(view, "8 of 13 nodes")
    box(view, "2").click()
    expect(view.locator("[id=f3]")).to_be_visible()


# -- values


def test_hover_and_focus_show_what_the_library_has(view: Locator, page: Page) -> None:
    x = view.locator(".node.input")
    x.hover()
    expect(view.locator(".mg-title")).to_have_text("x")
    expect(row(view, "shape")).to_have_text("(2, 3), 6 elements")
    expect(row(view, "dtype")).to_have_text("float32")
    expect(row(view, "value")).to_have_text("[[1, 1, 1], [1, 1, 1]]")
    view.locator(".mg-header").hover()
    expect(view.locator(".mg-title")).to_have_text("Point at a node")
    output = view.locator(".node.output")
    output.focus()
    value = notebook_value(page, "mg.graph.text.number(loss.item())")
    expect(row(view, "value")).to_have_text(value)
    assert value in (output.get_attribute("aria-label") or "")


def notebook_value(page: Page, expression: str) -> str:
    """What an expression is in the notebook's kernel, as text."""
    return page.evaluate(
        """async code => {
            const future = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code});
            let said = '';
            future.onIOPub = message => { said += message.content.text ?? ''; };
            await future.done;
            return said;
        }""",
        f"print({expression}, end='')",
    )


def test_a_large_tensor_shows_statistics_and_a_heat_map(browser: Browser, tmp_path: Path) -> None:
    w = mg.linspace(-1, 1, 60).reshape(6, 10).requires_grad_()
    with exported(browser, GraphView((w * 2).sum(), names={"w": w}), tmp_path) as page:
        page.page.locator(".node.parameter").hover()
        expect(page.page.locator(".mg-facts")).to_contain_text("min −1")
        expect(page.page.locator(".mg-heat")).to_have_attribute("width", "120")


def test_n_and_p_go_through_the_nodes(view: Locator, page: Page) -> None:
    view.focus()
    press(page, "n")
    names = [view.locator(".mg-title").text_content()]
    for _ in range(6):
        press(page, "n")
        names.append(view.locator(".mg-title").text_content())
    assert len(set(names)) == 7
    press(page, "p")
    expect(view.locator(".mg-title")).to_have_text(names[-2] or "")
    press(page, "Escape")
    expect(view).to_be_focused()


# -- looking nearer


def test_buttons_and_keys_zoom_and_arrows_move(view: Locator, page: Page) -> None:
    x, y, scale = camera(view)
    view.get_by_role("button", name="larger (+)").click()
    assert camera(view)[2] == pytest.approx(1.25 * scale, rel=1e-3)
    view.get_by_role("button", name="smaller (−)").click()
    assert camera(view) == pytest.approx((x, y, scale), abs=0.2)
    view.focus()
    press(page, "+", "+")
    assert camera(view)[2] == pytest.approx(1.25**2 * scale, rel=1e-3)
    expect(view.locator(".mg-scale-now")).to_have_text(f"{round(100 * camera(view)[2])} %")
    before = camera(view)
    press(page, "ArrowRight", "ArrowDown", "ArrowDown")
    after = camera(view)
    assert (after[0] - before[0], after[1] - before[1]) == (pytest.approx(-48, abs=0.2), pytest.approx(-96, abs=0.2))
    press(page, "ArrowLeft", "ArrowUp", "ArrowUp")
    assert camera(view) == pytest.approx(before, abs=0.2)
    press(page, "-", "-", "0")
    assert camera(view)[2] <= 1


def test_a_drag_moves_it_and_presses_nothing(view: Locator, page: Page) -> None:
    start = box(view, "0").bounding_box()
    assert start
    x, y, scale = camera(view)
    page.mouse.move(start["x"] + 20, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 50, steps=4)
    page.mouse.up()
    assert camera(view) == pytest.approx((x + 40, y + 30, scale), abs=1)
    page.wait_for_timeout(300)
    count(view, "6 of 13 nodes")


def test_the_wheel_zooms_with_ctrl_alone(view: Locator, page: Page) -> None:
    node = view.locator(".node.output")
    before, scale = node.bounding_box(), camera(view)[2]
    assert before
    page.mouse.move(before["x"] + 5, before["y"] + 5)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function("text => document.querySelector('.mg-scale-now').textContent !== text", arg=f"{scale}")
    expect(view.locator(".mg-scale-now")).not_to_have_text(f"{round(100 * scale)} %")
    after = node.bounding_box()
    assert after
    assert abs(after["x"] + 5 - before["x"] - 5) < 8  # what is under the mouse stays there
    nearer = camera(view)
    page.mouse.wheel(0, -100)
    page.wait_for_timeout(200)
    assert camera(view) == nearer


# -- finding


def test_find_goes_to_a_node_and_to_one_inside_of_a_closed_module(view: Locator, page: Page) -> None:
    view.focus()
    press(page, "/")
    expect(view.get_by_label("find node")).to_be_focused()
    page.keyboard.type("sum")
    expect(view.locator(".mg-hit")).to_have_attribute("id", "f4")
    expect(view.locator(".mg-title")).to_have_text("Sum #4")
    view.get_by_label("find node").fill("weight")
    expect(view.locator(".mg-hits")).to_have_text("1 of 2, inside of 0")
    first = view.locator(".mg-hit").get_attribute("id")
    press(page, "Enter")
    expect(view.locator(".mg-hits")).to_have_text("2 of 2, inside of 2")
    assert view.locator(".mg-hit").get_attribute("id") != first
    view.get_by_label("find node").fill("nothing of the kind")
    expect(view.locator(".mg-hits")).to_have_text("none")
    view.get_by_label("find node").fill("")
    press(page, "Escape")
    assert view.locator(".mg-canvas").evaluate("place => place.contains(document.activeElement)")


def test_table_view_tells_of_every_node(view: Locator) -> None:
    view.get_by_role("button", name="all nodes as a table").click()
    rows = view.locator(".mg-table tbody tr")
    expect(rows).to_have_count(7)  # six nodes and the frame
    expect(rows.last).to_contain_text("shape: ()")
    view.get_by_role("button", name="all nodes as a table").click()


# -- in a notebook


@pytest.mark.parametrize("focused", [".mg-graph-view", ".node.module", ".mg-choice", ".mg-find", ".mg-show-table"])
def test_no_key_reaches_the_notebook(page: Page, focused: str) -> None:
    page.locator(focused).first.focus()
    before = page.evaluate(STATE)
    press(page, *"abjkddx00nmyvv", "ArrowLeft", "ArrowRight", "Home", "End", "m", "y", "+", "-")
    page.wait_for_timeout(300)
    assert page.evaluate(STATE) == before
    assert page.locator(".mg-graph-view").first.evaluate("view => view.contains(document.activeElement)")
    page.get_by_label("find node").first.fill("")


def test_views_on_one_page_do_not_touch_each_other(page: Page, view: Locator) -> None:
    other = page.locator(".mg-graph-view").nth(1)
    before = camera(other)
    view.focus()
    press(page, "+", "c")
    count(view, "4 of 13 nodes")
    count(other, "5 of 5 nodes")
    assert camera(other) == before
    other.locator("[id=p1]").hover()
    expect(other.locator(".mg-title")).to_have_text("a")
    expect(view.locator(".mg-title")).not_to_have_text("a")


# -- without a kernel


def network(parts: int = 3) -> GraphView:
    net = nn.Sequential(*[nn.Linear(3 + i, 4 + i) for i in range(parts)])
    return GraphView(net(mg.ones(2, 3)).sum(), detail="modules", names={"net": net})


def test_the_exported_page_opens_modules_and_asks_nobody(browser: Browser, tmp_path: Path) -> None:
    with exported(browser, network(), tmp_path) as watched:
        view = watched.page.locator(".mg-graph-view")
        count(view, "6 of 15 nodes")
        box(view, "0").click()
        count(view, "8 of 15 nodes")
        view.locator(".frame[aria-label^='open module 0,'] .mg-target").click()
        count(view, "6 of 15 nodes")
        view.focus()
        press(watched.page, "v")
        count(view, "9 of 15 nodes")
        assert watched.problems() == []


def test_the_exported_page_says_what_is_not_in_it(browser: Browser, tmp_path: Path) -> None:
    with exported(browser, network(8), tmp_path) as watched:
        view = watched.page.locator(".mg-graph-view")
        for name in range(8):
            if view.locator(".mg-notice").text_content():
                break
            box(view, str(name)).click()
        expect(view.locator(".mg-notice")).to_contain_text("This page has no kernel")
        assert watched.problems() == []


@pytest.mark.parametrize("name", ["</script><script>document.title='bad'</script>", "<img src=x onerror=alert(1)>"])
def test_a_hostile_name_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    with exported(browser, GraphView(a * a, names={name: a}), tmp_path) as watched:
        watched.page.locator(".node.parameter").click()
        watched.page.get_by_role("button", name="all nodes as a table").click()
        assert watched.page.title() != "bad"
        expect(watched.page.locator(".mg-graph-view img")).to_have_count(0)
        assert watched.problems() == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path, theme: str) -> None:
    with exported(browser, network(), tmp_path, theme=theme) as watched:
        box(watched.page.locator(".mg-graph-view"), "1").click()
        watched.page.get_by_role("button", name="all nodes as a table").click()
        found = Axe().run(watched.page, context=".mg-graph-view").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
