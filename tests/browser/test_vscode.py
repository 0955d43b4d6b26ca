"""The widgets in VS Code's own widget manager, with a live kernel: by click and by key, in the colours of its themes.

VS Code itself needs a screen. Its notebooks show widgets with the package `@vscode/jupyter-ipywidgets8`, in a page that
has VS Code's colours; `vscode/page.js` is such a page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.browser.every_widget import CELLS, use_each
from tests.browser.lab import HOST, Lab, WatchedPage

HERE = Path(__file__).parent / "vscode"
JUPYTER = Path(sys.prefix) / "share" / "jupyter"

pytestmark = pytest.mark.skipif(
    not (HERE / "built").is_dir(),
    reason="VS Code's widget manager is not installed: npm install --prefix tests/browser/vscode",
)

# What VS Code's default themes set, as far as widgets ask for it.
THEMES = {
    "light": {"foreground": "#3b3b3b", "editor-background": "#ffffff", "descriptionForeground": "#3b3b3b",
              "editorWidget-background": "#f8f8f8", "font-family": "system-ui, sans-serif"},
    "dark": {"foreground": "#cccccc", "editor-background": "#1f1f1f", "descriptionForeground": "#9d9d9d",
             "editorWidget-background": "#202020", "font-family": "system-ui, sans-serif"},
}  # fmt: skip


DOCUMENT = """<!DOCTYPE html>
<html style="{colours}">
<body class="vscode-{theme}" style="background: var(--vscode-editor-background); color: var(--vscode-foreground)">
{outputs}
<script src="/vscode/built/require.js"></script>
<script type="module" src="/vscode/built/page.js"></script>
</body>
</html>"""


class VSCode(WatchedPage):
    """A page that shows what cells put out."""

    def open(self, lab: Lab, theme: str) -> None:
        """Begins with a new kernel of the server."""
        document = DOCUMENT.format(
            theme=theme,
            colours="; ".join(f"--vscode-{name}: {value}" for name, value in THEMES[theme].items()),
            outputs="\n".join(f'<div id="{id}"></div>' for id in CELLS),
        )
        self.page.route("**/vscode/**", answer)
        self.page.goto(f"http://{HOST}:{lab.port}/login")  # Chromium lets only pages of the server connect to it
        self.page.set_content(document)
        self.page.evaluate("token => start(token)", lab.token)

    def run(self, code: str, id: str) -> str:
        """Runs a cell, waits for its widget, and returns what it printed or raised."""
        return self.page.evaluate("([code, id]) => run(code, id)", [code, id])

    def output(self, id: str) -> Locator:
        return self.page.locator(f"#{id}")


def answer(route: Route) -> None:
    """Serves what was built, and the scripts that Jupyter's extensions installed beside Python, as VS Code does."""
    name = route.request.url.partition("/vscode/")[2]
    folder = JUPYTER if name.startswith("nbextensions/") else HERE
    route.fulfill(path=folder / name, content_type="text/javascript")


@pytest.fixture(params=["light", "dark"])
def vscode(request: pytest.FixtureRequest, lab: Lab, browser: Browser) -> Iterator[VSCode]:
    with closing(browser.new_page(viewport={"width": 1200, "height": 1500}, color_scheme=request.param)) as page:
        vscode = VSCode(page)
        vscode.open(lab, request.param)
        for id, code in CELLS.items():
            assert vscode.run(code, id) == ""
        yield vscode
        page.evaluate("stop()")
        assert vscode.problems() == []


def test_the_widgets_work_by_click_and_by_key(vscode: VSCode) -> None:
    use_each(vscode.page, vscode.output)
    assert vscode.run("print(stepper.step)", "stepper") == "2\n"  # Python knows of it


def test_they_have_the_colours_of_the_theme(vscode: VSCode) -> None:
    paper = vscode.page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    ink = vscode.page.locator("body").evaluate("body => getComputedStyle(body).color")
    for frame in vscode.page.locator(".mg-widget, .mg-board, .mg-dashboard").all():
        expect(frame).to_have_css("background-color", paper)
        expect(frame).to_have_css("color", ink)
