"""A real TensorBoard, for tests and for screenshots.

    with chromium() as browser, tensorboard(logdir, tmp_path) as url, board_page(browser, url, "scalars") as board:
        board.page.get_by_text("loss").click()
        assert board.problems() == []

    python -m tests.browser.board FOLDER     writes pictures of all its pages

It listens on loopback alone, and the page writes down what it asks of any other host.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

import micrograd_nb as mg
from micrograd_nb.training import SummaryWriter
from tests.browser.lab import HOST, START_SECONDS, WatchedPage, chromium, free_port

PAGES = (
    *("time series", "scalars", "images", "graphs", "distributions", "histograms", "text", "PR curves", "hparams"),
    "projector",
)
STEPS = 30
IMAGE = np.linspace(0, 1, 3 * 20 * 30).reshape(3, 20, 30)


class Net(mg.nn.Module):
    """A model with parts, and a part of a part."""

    def __init__(self) -> None:
        super().__init__()
        self.body = mg.nn.Sequential(mg.nn.Linear(4, 8), mg.nn.ReLU())
        self.head = mg.nn.Linear(8, 3)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.head(self.body(x)).sum(dim=1)


def write_runs(logdir: Path) -> None:
    """Two runs with something for every page."""
    rng = np.random.default_rng(0)
    for run, rate in (("fast", 0.1), ("slow", 0.02)):
        with SummaryWriter(logdir / run) as writer:
            for step in range(STEPS):
                writer.add_scalar("loss/train", np.exp(-rate * step), step)
                writer.add_histogram("weights", rng.normal(size=500) * (1 + step / 10), step)
            writer.add_image("gradient", IMAGE)
            writer.add_text("notes", f"a **{run}** run")
            writer.add_pr_curve("digit 3", np.arange(200) % 2, rng.random(200))
            writer.add_hparams({"lr": rate, "size": 32}, {"final/accuracy": 1 - rate}, run_name="options")
    with SummaryWriter(logdir / "fast") as writer:
        writer.add_graph(Net(), mg.randn(2, 4))
        points, pictures = rng.normal(size=(50, 6)), rng.random((50, 3, 8, 8))
        writer.add_embedding(points, [f"point {i}" for i in range(50)], pictures)


@contextmanager
def tensorboard(logdir: Path, folder: Path) -> Iterator[str]:
    """A TensorBoard that shows a folder, as its address; `folder` is for its log."""
    port, log = free_port(), folder / "tensorboard.log"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--host", HOST, "--port", str(port)]
    url = f"http://{HOST}:{port}/"
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as server:
        try:
            _wait_for(server, url, log)
            yield url
        finally:
            server.terminate()


@contextmanager
def board_page(browser: Browser, url: str, name: str) -> Iterator[WatchedPage]:
    """A new page of TensorBoard, after a click on the tab of this name."""
    with closing(browser.new_page(viewport={"width": 1600, "height": 1000})) as page:
        board = WatchedPage(page)
        page.goto(url)
        tab = page.get_by_role("tab", name=name)
        page.get_by_role("tab").first.wait_for()
        deadline = time.monotonic() + START_SECONDS
        while not tab.count() and time.monotonic() < deadline:  # the projector is found a little later than the others
            page.wait_for_timeout(500)
            page.reload()
            page.get_by_role("tab").first.wait_for()
        tab.click()
        yield board


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}data/runs", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"TensorBoard did not start:\n{log.read_text()}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write pictures of TensorBoard's pages into a folder.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as logs:
        write_runs(Path(logs) / "runs")
        with chromium() as browser, tensorboard(Path(logs) / "runs", Path(logs)) as url:
            for name in PAGES:
                with board_page(browser, url, name) as board:
                    board.page.wait_for_timeout(4000)  # it draws when it has fetched the numbers
                    board.page.screenshot(path=folder / f"{name.replace(' ', '_')}.png")
                    print(name, *board.problems(), sep="\n  ")


if __name__ == "__main__":
    main()
