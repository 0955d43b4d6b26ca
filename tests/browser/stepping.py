"""What the tests of the stepper share: a notebook's first cell, pages that `export_html` wrote, what a page shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from micrograd_nb.widgets import BackwardStepper
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


@contextmanager
def exported(
    browser: Browser, stepper: BackwardStepper, folder: Path, *, theme: str = "light", **options: object
) -> Iterator[WatchedPage]:
    """The file that a stepper exports, opened from disk without a network."""
    path = folder / "stepper.html"
    stepper.export_html(path)
    with closing(browser.new_context(offline=True, color_scheme=theme, **options)) as context:
        watched = WatchedPage(context.new_page())
        watched.page.goto(path.as_uri())
        watched.page.locator(".mg-count").wait_for()
        yield watched


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
