"""A real JupyterLab and a real Chromium, for tests and for screenshots.

    with chromium() as browser, jupyterlab(tmp_path) as lab, lab.open(browser, lesson, theme="dark") as notebook:
        notebook.run_all()
        assert notebook.problems() == []
        notebook.cell("first-graph").screenshot(path="graph.png")

Everything stays on this machine: the server listens on loopback, has settings, signatures and a folder of notebooks of
its own, and each page writes down what it asks of any other host.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, Locator, Page, sync_playwright

HOST = "127.0.0.1"
QUIET = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}
WHOLE_NOTEBOOK = {"windowingMode": "none", "scrollPastEnd": False}  # cells out of sight are in the page too
START_SECONDS = 60


def find_chromium() -> str | None:
    """The path of a Chromium: MICROGRAD_NB_CHROMIUM, or what is on PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("MICROGRAD_NB_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def jupyterlab(folder: Path, kind: type[Lab] | None = None) -> Iterator[Lab]:
    """A JupyterLab that keeps everything in `folder`, an empty one, and serves its subfolder `work`.

    `kind` is `Notebook7` for a Jupyter Notebook in its place.
    """
    lab = (kind or Lab)(folder, port=free_port(), token=secrets.token_hex(16))
    lab.work.mkdir()
    lab.configure()
    lab.set("apputils-extension/notification", NO_NEWS)
    lab.set("notebook-extension/tracker", WHOLE_NOTEBOOK)
    log = folder / "jupyterlab.log"
    with log.open("w") as out, subprocess.Popen(lab.command, env=lab.environment, stdout=out, stderr=out) as server:
        try:
            lab.wait_for(server, log)
            yield lab
        finally:
            server.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class Lab:
    """A running JupyterLab. `open` shows a notebook in it."""

    folder: Path
    port: int
    token: str

    module, app, settings = "jupyterlab", "LabApp", "lab"
    place = "lab/tree"  # of notebooks, in the address

    @contextmanager
    def open(
        self, browser: Browser, notebook: Path | NotebookNode, *, trusted: bool = True, theme: str = "light"
    ) -> Iterator[NotebookPage]:
        """Open a copy of a notebook in a new page, with a new kernel; both are gone afterwards.

        `notebook` is a file, or a notebook made on the spot. One that is not trusted, as after a fresh clone, hides the
        widgets and SVG pictures that it stores until their cells are run.
        """
        copy = self.copy(notebook)
        self.sign(copy, trusted)
        self.set("apputils-extension/themes", {"theme": THEMES[theme]})
        with closing(browser.new_page(viewport={"width": 1300, "height": 1500}, color_scheme=theme)) as page:
            opened = NotebookPage(page)
            page.goto(f"http://{HOST}:{self.port}/{self.place}/{copy.relative_to(self.work)}?reset&token={self.token}")
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
            page.evaluate(WAIT_FOR_KERNEL, START_SECONDS)
            yield opened
            page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")

    def copy(self, notebook: Path | NotebookNode) -> Path:
        """Put a notebook into the served folder, a lesson together with the files beside it."""
        if isinstance(notebook, Path):
            shutil.copytree(notebook.parent, self.work / "lessons", dirs_exist_ok=True)
            return self.work / "lessons" / notebook.name
        nbformat.write(notebook, self.work / "scratch.ipynb")
        return self.work / "scratch.ipynb"

    def sign(self, path: Path, trusted: bool) -> None:
        """Do what `jupyter trust` does, or undo it."""
        notary = NotebookNotary(data_dir=str(self.folder / "data"))
        notebook = nbformat.read(path, as_version=4)
        with closing(notary.store):
            (notary.sign if trusted else notary.unsign)(notebook)

    def set(self, extension: str, settings: dict[str, Any]) -> None:
        """Write the settings of one of JupyterLab's extensions. The next page that opens reads them."""
        path = self.folder / "settings" / "@jupyterlab" / f"{extension}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", self.module, "--no-browser", "--allow-root"),
            f"--ip={HOST}",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.work}",
            f"--IdentityProvider.token={self.token}",
        ]

    def configure(self) -> None:
        """Write the settings of the server: it asks no registry for extensions, and gives the page `jupyterapp`."""
        options: dict[str, dict[str, Any]] = {"LabApp": {"extension_manager": "readonly"}}
        options.setdefault(self.app, {})["expose_app_in_browser"] = True
        (self.folder / "config").mkdir()
        (self.folder / "config" / f"jupyter_{self.settings}_config.json").write_text(json.dumps(options))

    @property
    def environment(self) -> dict[str, str]:
        """New folders in place of those in which the user's own Jupyter keeps its settings."""
        names = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        return {**os.environ, **{variable: str(self.folder / name) for variable, name in names.items()}}

    def wait_for(self, server: subprocess.Popen[bytes], log: Path) -> None:
        """Return when the server answers; fail with what it printed when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://{HOST}:{self.port}/api/status?token={self.token}", timeout=2).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


class Notebook7(Lab):
    """A running Jupyter Notebook, version 7 or later, which shows one notebook a page."""

    module, app, settings = "notebook", "JupyterNotebookApp", "notebook"
    place = "notebooks"


# The kernel is ready when it has told about itself. The page shows "idle" earlier, and whoever runs cells then meets a
# dialog that asks for a kernel.
WAIT_FOR_KERNEL = """seconds => {
    const ready = async () => {
        const panel = jupyterapp.shell.currentWidget;
        await panel.context.ready;
        await panel.sessionContext.ready;
        await panel.sessionContext.session.kernel.info;
    };
    return Promise.race([ready(), new Promise((_, reject) =>
        setTimeout(() => reject(new Error(`no kernel after ${seconds} s`)), seconds * 1000))]);
}"""

# JupyterLab's own promise may come early, where a cell raises an exception that is expected. The kernel answers in the
# order of the requests: when it has answered an empty one, it has run all cells.
RUN_ALL = """seconds => Promise.race([
    jupyterapp.commands.execute('notebook:run-all-cells').then(() => jupyterapp.shell.currentWidget.sessionContext
        .session.kernel.requestExecute({code: '', silent: true}).done.then(() => null)),
    new Promise((_, reject) => setTimeout(() => reject(new Error(`still running after ${seconds} s`)), seconds * 1000)),
])"""

SCROLL = ".jp-WindowedPanel-outer"


@dataclass
class WatchedPage:
    """A page that writes down what must not happen; `page` is Playwright's, for everything that is not here."""

    page: Page
    requests_outside: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.note_request(request.url))
        self.page.on("websocket", lambda websocket: self.note_request(websocket.url))
        self.page.on("console", lambda message: message.type == "error" and self.console_errors.append(message.text))
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc and parts.hostname != HOST:  # a data: URL has no host
            self.requests_outside.append(url)

    def problems(self) -> list[str]:
        """What nobody should ever meet: JavaScript errors, requests that leave the machine."""
        return [
            *(f"console: {text}" for text in self.console_errors),
            *(f"request: {url}" for url in self.requests_outside),
        ]


class NotebookPage(WatchedPage):
    """A notebook in a page of JupyterLab."""

    def run_all(self, seconds: float = 180) -> None:
        """Run the notebook from top to bottom, and return when the last cell is done."""
        self.page.evaluate(RUN_ALL, seconds)

    def cells(self) -> list[NotebookNode]:
        """The cells with their outputs, as JupyterLab would store them now."""
        notebook = self.page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON()")
        return list(nbformat.from_dict(notebook).cells)

    def cell(self, id: str) -> Locator:
        """The cell of this id on the page."""
        position = [cell.id for cell in self.cells()].index(id)
        return self.page.locator(".jp-Notebook .jp-Cell").nth(position)

    def cell_errors(self) -> list[str]:
        """Exceptions in cells that are not tagged `raises-exception`, and such tags on cells that raised nothing."""
        found = []
        for cell in self.cells():
            error = next((output for output in cell.get("outputs", []) if output.output_type == "error"), None)
            expected = "raises-exception" in cell.metadata.get("tags", [])
            if error and not expected:
                found.append(f"cell {cell.id} raised {error.ename}: {error.evalue}")
            if expected and not error:
                found.append(f"cell {cell.id} is tagged raises-exception, and raised nothing")
        return found

    def problems(self) -> list[str]:
        """What a learner should never meet: exceptions too."""
        return [*self.cell_errors(), *super().problems()]

    def screenshots(self, folder: Path, name: str) -> list[Path]:
        """Write the whole notebook as pictures of one screen each: `name-1.png`, `name-2.png`, …"""
        scroll = self.page.locator(SCROLL)
        screen, height = scroll.evaluate("element => [element.clientHeight, element.scrollHeight]")
        paths = []
        for number, top in enumerate(range(0, height, screen), start=1):
            scroll.evaluate("(element, top) => { element.scrollTop = top }", top)
            self.page.wait_for_timeout(200)  # let it paint
            paths.append(folder / f"{name}-{number}.png")
            self.page.screenshot(path=paths[-1])
        return paths
