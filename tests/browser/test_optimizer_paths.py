"""OptimizerPaths in a real JupyterLab: mouse and keys, what the page then shows, against what the library computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_output
from playwright.sync_api import Browser, Locator, Page, expect

import micrograd_nb as mg
from micrograd_nb.widgets import OptimizerPaths
from tests.browser.conftest import OpenNotebook
from tests.browser.stepping import exported
from tests.browser.test_lab import notebook_of

IMPORTS = "import micrograd_nb as mg\nfrom micrograd_nb.widgets import OptimizerPaths"
PATHS = """paths = OptimizerPaths(
    "ravine", {"SGD": 0.9, "momentum": lambda p: mg.optim.SGD(p, lr=0.3, momentum=0.8), "Adam": 0.6}, steps=20
)
paths"""
OTHER = 'OptimizerPaths("bowl", {"SGD": 0.1}, steps=5)'
SERIOUS = ("serious", "critical")


def library(**options: object) -> OptimizerPaths:
    """The same as the cell makes, here."""
    optimizers = {"SGD": 0.9, "momentum": lambda p: mg.optim.SGD(p, lr=0.3, momentum=0.8), "Adam": 0.6}
    return OptimizerPaths("ravine", optimizers, **{"steps": 20, **options})  # type: ignore[arg-type]


def numbers(where: Locator) -> list[list[str]]:
    """The table of a step."""
    return [row.locator("th, td").all_text_contents() for row in where.locator("tbody tr").all()]


def expected(paths: OptimizerPaths, step: int) -> list[list[str]]:
    return [[path["name"], *path["rows"][step]] for path in paths.paths["paths"]]


def expect_step(where: Locator, paths: OptimizerPaths, step: int) -> None:
    """Counter, numbers, lines and markers of a step."""
    expect(where.locator(".mg-paths-count")).to_have_text(f"step {step} of {paths.paths['steps']}")
    assert numbers(where) == expected(paths, step)
    for line, path in zip(where.locator(".mg-paths-line").all(), paths.paths["paths"], strict=True):
        points = [f"{x:g},{y:g}" for x, y in (point["at"] for point in path["points"][: step + 1])]
        assert line.get_attribute("points") == " ".join(points)
    for marker, path in zip(where.locator(".mg-paths-marker").all(), paths.paths["paths"], strict=True):
        x, y = path["points"][step]["at"]
        assert marker.get_attribute("transform") == f"translate({x:g} {y:g})"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_they_step_together_by_buttons_slider_and_keys(open_notebook: OpenNotebook, theme: str) -> None:
    with open_notebook(notebook_of(imports=IMPORTS, paths=PATHS, other=OTHER), theme=theme) as notebook:
        notebook.run_all()
        page, cells = notebook.page, notebook.page.locator(".jp-CodeCell").count()
        ours, paths = library(), notebook.cell("paths")
        expect_step(paths, ours, 0)
        for _ in range(3):
            paths.get_by_role("button", name="one step forward").click()
        expect_step(paths, ours, 3)
        expect(paths.locator(".mg-paths-arrow.mg-is-gradient")).to_have_count(3 + 1)  # and the key
        expect(paths.locator(".mg-paths-arrow.mg-is-velocity")).to_have_count(2 + 1)  # SGD has none
        expect(paths.locator(".mg-board-spoken")).to_contain_text("Step 3 of 20. SGD at (")

        paths.locator(".mg-paths").focus()
        for keys, step in (("ArrowRight", 4), ("ArrowLeft", 3), ("End", 20), ("ArrowRight", 20), ("Home", 0)):
            press(page, keys)
            expect_step(paths, ours, step)
        paths.get_by_label("step", exact=True).evaluate(
            "slider => { slider.value = 7; slider.dispatchEvent(new Event('input')); }"
        )
        expect_step(paths, ours, 7)

        paths.locator(".mg-paths").focus()
        press(page, *"bakjddx", "Enter")  # JupyterLab's keys for new cells, and to delete one
        assert page.locator(".jp-CodeCell").count() == cells
        paths.get_by_label("speed").select_option("4")
        paths.locator(".mg-paths").focus()
        press(page, "Space")
        expect(paths.locator(".mg-paths-count")).to_have_text("step 20 of 20", timeout=20_000)
        expect(paths.get_by_role("button", name="play")).to_be_visible()  # it has stopped

        paths.get_by_role("checkbox", name="Adam").click()
        expect(paths.locator(".mg-paths-line")).to_have_count(2)
        assert numbers(paths) == expected(ours, 20)[:2]
        press(page, "Home")
        paths.get_by_role("checkbox", name="velocity").click()
        expect(paths.locator(".mg-paths-map .mg-is-velocity")).to_have_count(0)
        expect(paths.locator(".mg-paths-map .mg-is-update")).to_have_count(2)
        expect(notebook.cell("other").locator(".mg-paths-count")).to_have_text("step 0 of 5")

        paper = paths.locator("rect.mg-paper").first.evaluate("paper => getComputedStyle(paper).fill")
        assert (paper == "rgb(255, 255, 255)") == (theme == "light")
        found = Axe().run(page, context=".mg-board").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
        assert notebook.problems() == []


def drag(page: Page, where: Locator, by: tuple[float, float]) -> None:
    """Drags the start, in several moves."""
    box = where.locator(".mg-paths-start .mg-ring").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=12)
    page.mouse.up()


def test_the_start_is_dragged_and_moved_by_keys_and_fields(open_notebook: OpenNotebook) -> None:
    with open_notebook(notebook_of(imports=IMPORTS, paths=PATHS, other=OTHER)) as notebook:
        notebook.run_all()
        page, paths = notebook.page, notebook.cell("paths")
        ours, handle = library(), paths.locator(".mg-paths-start")
        plot = ours.paths["plot"]
        paths.locator(".mg-paths").scroll_into_view_if_needed()

        drag(page, paths, (plot["width"] / 4, plot["height"] / 8))
        x, y = -9 + 20 / 4, 3 - 8 / 8
        expect(paths.locator("tbody td").first).to_have_text(f"(−{-x:g}, {y:g})", timeout=10_000)
        ours = library(start=(x, y))
        expect_step(paths, ours, 0)
        press(page, "End")
        expect_step(paths, ours, 20)

        handle.focus()
        press(page, "ArrowRight", "ArrowRight", "Shift+ArrowDown")
        ours = library(start=(x + 1, y - 1))
        expect(paths.locator("tbody td").first).to_have_text(expected(ours, 20)[0][1], timeout=10_000)
        expect_step(paths, ours, 20)
        expect(handle).to_have_attribute("aria-label", "start, x -3, y 1; arrow keys move it")

        field = paths.get_by_label("start x")
        field.fill("8.5")
        field.press("Enter")
        ours = library(start=(8.5, y - 1))
        expect(paths.locator("tbody td").first).to_have_text(expected(ours, 20)[0][1], timeout=10_000)
        expect_step(paths, ours, 20)
        expect(paths.locator(".mg-paths-notice")).to_have_text("")
        expect(notebook.cell("other").locator("tbody td").first).to_have_text("(−2.5, 1.5)")
        assert notebook.problems() == []


def test_python_moves_it_and_closing_takes_it_off_the_page(open_notebook: OpenNotebook) -> None:
    with open_notebook(
        notebook_of(imports=IMPORTS, paths=PATHS, moved="paths.start = [1, 1]\npaths.step = 4")
    ) as notebook:
        notebook.run_all()
        paths = notebook.cell("paths")
        expect(paths.locator(".mg-paths-count")).to_have_text("step 4 of 20")
        expect_step(paths, library(start=(1, 1)), 4)
        notebook.page.evaluate(
            "jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code: 'paths.close()'}).done"
        )
        expect(paths.locator(".mg-board")).to_have_count(0)
        assert notebook.problems() == []


# -- without a kernel --------------------------------------------------------------------------------------------------


def test_the_exported_file_steps_from_disk(browser: Browser, tmp_path: Path) -> None:
    ours = library()
    with exported(browser, ours, tmp_path, ready=".mg-paths") as watched:
        watched.page.locator(".mg-paths").focus()
        for step in range(1, 21):
            watched.page.keyboard.press("ArrowRight")
            expect_step(watched.page.locator("main"), ours, step)
        expect(watched.page.locator(".mg-paths-start")).to_be_hidden()  # nobody could answer
        expect(watched.page.get_by_label("start x")).to_be_hidden()
        assert watched.problems() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_divergence_is_seen(browser: Browser, tmp_path: Path, theme: str) -> None:
    ours = OptimizerPaths("rosenbrock", {"SGD": 1.0, "Adam": 0.1}, steps=30)
    with exported(browser, ours, tmp_path, theme=theme, ready=".mg-paths") as watched:
        watched.page.locator(".mg-paths").focus()
        watched.page.keyboard.press("End")
        wild, tame = watched.page.locator(".mg-paths-marker").all()
        assert "mg-is-lost" in (wild.get_attribute("class") or "")
        assert "mg-is-lost" not in (tame.get_attribute("class") or "")
        fate = ours.paths["paths"][0]["fate"]
        expect(watched.page.locator(".mg-paths-fate").first).to_have_text(fate)
        expect(watched.page.locator("tbody th").first).to_have_text(f"SGD ({fate})")
        found = Axe().run(watched.page, context=".mg-board").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in SERIOUS] == []
        assert watched.problems() == []


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=document.title='bad'>", "</script><script>document.title='bad'</script>"]
)
def test_a_hostile_name_runs_nothing(browser: Browser, tmp_path: Path, name: str) -> None:
    ours = OptimizerPaths("bowl", {name: lambda p: mg.optim.SGD(p, lr=0.1)}, steps=2)
    with exported(browser, ours, tmp_path, ready=".mg-paths") as watched:
        watched.page.locator(".mg-paths").focus()
        watched.page.keyboard.press("End")
        assert watched.page.title() != "bad"
        expect(watched.page.locator(".mg-board img")).to_have_count(0)
        assert watched.problems() == []


def test_it_is_silent_while_it_plays(browser: Browser, tmp_path: Path) -> None:
    with exported(browser, library(), tmp_path, ready=".mg-paths") as watched:
        watched.page.locator(".mg-paths").focus()
        page = watched.page
        page.evaluate("""() => {
            window.said = [];
            const spoken = document.querySelector('.mg-board-spoken');
            new MutationObserver(() => spoken.textContent && said.push(spoken.textContent))
                .observe(spoken, {childList: true, subtree: true});
        }""")
        page.get_by_label("speed").select_option("4")
        page.get_by_role("button", name="play").click()
        expect(page.locator(".mg-paths-count")).to_have_text("step 20 of 20", timeout=20_000)
        expect(page.get_by_role("button", name="play")).to_be_visible()
        assert page.evaluate("said") == []


def test_a_reader_without_a_kernel_sees_the_paths(open_notebook: OpenNotebook) -> None:
    """The outputs that are stored, in a notebook that is not trusted."""
    stored = notebook_of(paths="")
    bundle = library()._repr_mimebundle_()[0]
    data = {kind: bundle[kind] for kind in ("text/plain", "text/html")}
    stored.cells[0].outputs = [new_output("execute_result", data, execution_count=1)]
    with open_notebook(stored, trusted=False) as notebook:
        output = notebook.cell("paths").locator(".jp-OutputArea-output")
        expect(output.locator("img")).to_be_visible()
        assert output.locator("img").evaluate("image => image.naturalWidth") > 100
        assert output.locator("tbody tr").count() == 3
