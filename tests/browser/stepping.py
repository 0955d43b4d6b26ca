"""What the tests of widgets share: a notebook's first cell, pages that `export_html` wrote, what a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from playwright.sync_api import Browser, Locator, Page

from tests.browser.lab import WatchedPage

LEAVES = """import micrograd_nb as mg
from micrograd_nb.widgets import BackwardStepper
a = mg.tensor(2.0, requires_grad=True)
b = mg.tensor(-3.0, requires_grad=True)"""

# Everything that the stepper shows; what only says where the mouse or the focus is does not count.
WHOLE_PAGE = """stepper => {
    const copy = stepper.cloneNode(true);
    for (const quiet of copy.querySelectorAll('.mg-spoken')) quiet.remove();
    return [copy.innerHTML, stepper.querySelector('.mg-slider').value].join('\\n');
}"""


class Exports(Protocol):
    def export_html(self, path: str | Path) -> None: ...


@contextmanager
def exported(
    browser: Browser,
    widget: Exports,
    folder: Path,
    *,
    theme: str = "light",
    ready: str = ".mg-count",
    **options: object,
) -> Iterator[WatchedPage]:
    """The file that a widget exports, opened from disk without a network; `ready` is on the page when it has drawn."""
    path = folder / "widget.html"
    widget.export_html(path)
    with closing(browser.new_context(offline=True, color_scheme=theme, **options)) as context:
        watched = WatchedPage(context.new_page())
        watched.page.goto(path.as_uri())
        watched.page.locator(ready).wait_for()
        yield watched


@contextmanager
def executed(browser: Browser, notebook: NotebookNode, folder: Path) -> Iterator[Page]:
    """A notebook that was run and made HTML of, opened from disk without a network."""
    NotebookClient(notebook).execute()
    notebook.metadata.pop("widgets", None)  # as stored lessons have none
    path = folder / "notebook.html"
    path.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    with closing(browser.new_context(offline=True)) as context:
        page = context.new_page()
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        yield page


def shown(stepper: Locator) -> str:
    """All that a stepper shows, as text."""
    return stepper.evaluate(WHOLE_PAGE)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def jump(stepper: Locator, step: int) -> None:
    """Moves the slider."""
    stepper.locator(".mg-slider").evaluate(
        "(slider, step) => { slider.value = step; slider.dispatchEvent(new Event('input')); }", step
    )
